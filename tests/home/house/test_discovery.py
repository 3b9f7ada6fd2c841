"""A gateway or a hub that the network tells about is proposed."""

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Any
from unittest.mock import AsyncMock, patch

from homeassistant.config_entries import SOURCE_DHCP, SOURCE_ZEROCONF
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from homeassistant.loader import async_get_dhcp, async_get_zeroconf
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dalen.const import DOMAIN
from custom_components.dalen.probe import ProbeFailure

pytestmark = pytest.mark.usefixtures("modbus")

ISG = DhcpServiceInfo(
    ip="192.168.7.8", hostname="servicewelt", macaddress="aabbcc112233"
)

HUB = ZeroconfServiceInfo(
    ip_address=IPv4Address("192.168.7.9"),
    ip_addresses=[IPv4Address("192.168.7.9")],
    port=8080,
    hostname="hub.local.",
    type="_openadr3._tcp.local.",
    name="Hub Dalen._openadr3._tcp.local.",
    properties={"version": "3.1.0", "base_path": "openadr3/3.1.0"},
)


@pytest.fixture
def probe() -> Iterator[AsyncMock]:
    """Answer for the gateway, which is at a port that tests cannot open."""
    with patch("custom_components.dalen.flows.modbus_link.async_probe") as probe:
        probe.return_value = ProbeFailure(key="wrong_device", is_answered=True)
        yield probe


async def found(hass: HomeAssistant) -> dict[str, Any]:
    """Return the first screen after the gateway was seen."""
    return dict(
        await hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_DHCP}, data=ISG
        )
    )


async def test_the_address_is_filled_in(hass: HomeAssistant, probe: AsyncMock) -> None:
    """The resident only has to agree."""
    result = await found(hass)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "connection"
    assert not result["errors"]
    (host,) = [key for key in result["data_schema"].schema if key == "host"]
    assert host.description == {"suggested_value": "192.168.7.8"}
    link = probe.await_args_list[0].args[2]
    assert (link["host"], link["port"], link["profile"]) == (
        "192.168.7.8",
        502,
        "stiebel_wpm",
    )


async def test_it_is_proposed_once(hass: HomeAssistant, probe: AsyncMock) -> None:
    """However often it asks for an address."""
    await found(hass)
    assert (await found(hass))["reason"] == "already_in_progress"


async def test_a_gateway_without_modbus_is_not_proposed(
    hass: HomeAssistant, probe: AsyncMock
) -> None:
    """There is nothing to do with it yet."""
    probe.return_value = ProbeFailure(key="timeout")
    result = await found(hass)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "no_modbus"


async def test_a_house_that_is_there_is_left_alone(
    hass: HomeAssistant, probe: AsyncMock
) -> None:
    """Its heat pumps are changed by hand."""
    MockConfigEntry(domain=DOMAIN).add_to_hass(hass)
    assert (await found(hass))["reason"] == "single_instance_allowed"
    probe.assert_not_awaited()


async def test_a_hub_on_the_network_is_told(hass: HomeAssistant) -> None:
    """It comes after the heat pump; it is told once."""
    context = {"source": SOURCE_ZEROCONF}
    flow = hass.config_entries.flow
    result = await flow.async_init(DOMAIN, context=context, data=HUB)
    assert result["step_id"] == "server_found"
    assert result["description_placeholders"] == {"name": "Hub Dalen"}
    again = await flow.async_init(DOMAIN, context=context, data=HUB)
    assert again["reason"] == "already_in_progress"
    result = await flow.async_configure(result["flow_id"], {})
    assert result["type"] is FlowResultType.MENU
    assert result["step_id"] == "user"


async def test_home_assistant_knows_what_to_look_for(hass: HomeAssistant) -> None:
    """From the manifest."""
    matchers = [one for one in await async_get_dhcp(hass) if one["domain"] == DOMAIN]
    assert matchers == [{"domain": DOMAIN, "hostname": "servicewelt*"}]
    services = await async_get_zeroconf(hass)
    assert {"domain": DOMAIN} in services[HUB.type]
