"""Listening to another OpenADR server, and joining again, screen by screen."""

from collections.abc import AsyncGenerator, Iterator
from typing import Any
from unittest.mock import patch

from aiohttp.test_utils import TestServer
from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.loader import async_get_integration
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dalen.const import DOMAIN

from ..heat_pump.modbus_server import HOST, ModbusServer, free_port
from ..openadr.vtn_server import BASE, CLIENT_ID, CLIENT_SECRET, VtnServer, problem
from .houses import (
    HOOD_ID,
    PUMP_ID,
    VTN_ID,
    heat_pump_subentry,
    neighbourhood_subentry,
    vtn_subentry,
)
from .hub_server import HubServer

pytestmark = pytest.mark.usefixtures("modbus")

CREDENTIALS = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


@pytest.fixture(autouse=True)
def no_set_up() -> Iterator[None]:
    """Keep houses from being set up."""
    with patch("custom_components.dalen.async_setup_entry", return_value=True):
        yield


@pytest.fixture
async def vtn() -> AsyncGenerator[tuple[VtnServer, str]]:
    """Serve a foreign VTN with one program."""
    state = VtnServer(
        programs=[{"id": "p1", "programName": "capacity"}],
        vens=[{"id": "v1", "venName": "my-home"}],
    )
    async with TestServer(state.app(), host=HOST) as server:
        yield state, state.url_of(server)


type Result = dict[str, Any]


async def add(hass: HomeAssistant, entry: MockConfigEntry, step: str) -> Result:
    """Open the first screen to add a server of a kind."""
    await async_get_integration(hass, DOMAIN)
    result: Result = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "neighbourhood"), context={"source": SOURCE_USER}
    )
    return await fill(hass, result, next_step_id=step)


async def fill(hass: HomeAssistant, result: Result, **fields: Any) -> Result:
    """Fill in a screen of a subentry."""
    answer: Result = await hass.config_entries.subentries.async_configure(
        result["flow_id"], fields
    )
    return answer


async def test_another_openadr_server(
    hass: HomeAssistant, house: MockConfigEntry, vtn: tuple[VtnServer, str]
) -> None:
    """An address, credentials and a program are enough; nothing is shared."""
    result = await add(hass, house, "vtn")
    assert result["step_id"] == "vtn"
    result = await fill(hass, result, vtn_url=f" {vtn[1]}/ ", **CREDENTIALS)
    assert result["step_id"] == "vtn_program"
    fields = result["data_schema"].schema
    assert next(key.default() for key in fields if key == "tier") == "nothing"
    result = await fill(hass, result, program_id="p1", tier="nothing")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    (subentry,) = house.get_subentries_of_type("neighbourhood")
    assert subentry.title == "capacity"
    assert dict(subentry.data) == {
        **CREDENTIALS,
        "vtn_url": vtn[1],
        "ven_name": "my-home",
        "program_id": "p1",
        "tier": None,
        "valid_until": None,
        "hub_name": "OpenADR 3",
        "collective": HOST,
    }
    again = await fill(
        hass, await add(hass, house, "vtn"), vtn_url=vtn[1], **CREDENTIALS
    )
    again = await fill(hass, again, tier="t1")
    assert again["reason"] == "already_configured"


async def test_all_programs_and_a_tier(
    hass: HomeAssistant, house: MockConfigEntry, vtn: tuple[VtnServer, str]
) -> None:
    """A server that does not show a home itself is fine too."""
    vtn[0].vens = []
    result = await add(hass, house, "vtn")
    result = await fill(hass, result, vtn_url=vtn[1], **CREDENTIALS)
    await fill(hass, result, tier="t1")
    (subentry,) = house.get_subentries_of_type("neighbourhood")
    assert subentry.title == HOST
    assert subentry.data["program_id"] is None
    assert subentry.data["tier"] == "T1"
    assert subentry.data["ven_name"] == CLIENT_ID


async def test_a_server_that_refuses_to_show_the_home_itself(
    hass: HomeAssistant, house: MockConfigEntry, vtn: tuple[VtnServer, str]
) -> None:
    """Not every client has that right."""

    async def forbid_vens(request: Any) -> Any:
        if request.path.endswith("/vens"):
            return problem(403, "No scope")
        return vtn[0]._page(request, vtn[0].programs)

    vtn[0].handler = forbid_vens
    result = await add(hass, house, "vtn")
    result = await fill(hass, result, vtn_url=vtn[1], **CREDENTIALS)
    assert result["step_id"] == "vtn_program"


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"vtn_url": "http://vtn.example/3.1.0"}, {"vtn_url": "vtn_insecure"}),
        ({"vtn_url": "no address"}, {"vtn_url": "vtn_insecure"}),
        ({"client_secret": "wrong"}, {"base": "vtn_credentials"}),
        (
            {"vtn_url": f"http://{HOST}:{free_port()}{BASE}"},
            {"base": "vtn_unreachable"},
        ),
    ],
)
async def test_a_server_that_cannot_be_used(
    hass: HomeAssistant,
    house: MockConfigEntry,
    vtn: tuple[VtnServer, str],
    fields: dict[str, str],
    errors: dict[str, str],
) -> None:
    """The screen says why, and the right values help."""
    good = {"vtn_url": vtn[1], **CREDENTIALS}
    result = await add(hass, house, "vtn")
    result = await fill(hass, result, **(good | fields))
    assert result["errors"] == errors
    result = await fill(hass, result, **good)
    assert result["step_id"] == "vtn_program"


async def test_a_server_that_refuses_the_programs(
    hass: HomeAssistant, house: MockConfigEntry, vtn: tuple[VtnServer, str]
) -> None:
    """What it says is shown."""

    async def forbid(_: Any) -> Any:
        return problem(403, "No scope")

    vtn[0].handler = forbid
    result = await add(hass, house, "vtn")
    result = await fill(hass, result, vtn_url=vtn[1], **CREDENTIALS)
    assert result["errors"] == {"base": "vtn_refused"}
    assert "No scope" in result["description_placeholders"]["detail"]


async def test_what_is_shared_with_another_server_changes(
    hass: HomeAssistant, pump: ModbusServer, vtn: tuple[VtnServer, str]
) -> None:
    """It is the choice of the house alone; the server is not asked."""
    entry = house_of(hass, heat_pump_subentry(pump.port), vtn_subentry(vtn[1]))
    for choice, kept in (("t1", "T1"), ("nothing", None)):
        await async_get_integration(hass, DOMAIN)
        result: Result = await hass.config_entries.subentries.async_init(
            (entry.entry_id, "neighbourhood"),
            context={"source": SOURCE_RECONFIGURE, "subentry_id": VTN_ID},
        )
        assert result["step_id"] == "reconfigure"
        result = await fill(hass, result, tier=choice)
        assert result["reason"] == "reconfigure_successful"
        assert entry.subentries[VTN_ID].data["tier"] == kept
    assert vtn[0].requests == []


async def rejoin(hass: HomeAssistant, entry: MockConfigEntry, server: str) -> Result:
    """Let the house ask to join a server again; return the first screen."""
    await async_get_integration(hass, DOMAIN)
    result: Result = await entry.start_reauth_flow(hass, data={"subentry_id": server})
    return result


async def answer(hass: HomeAssistant, result: Result, **fields: Any) -> Result:
    """Fill in a screen of the house."""
    shown: Result = await hass.config_entries.flow.async_configure(
        result["flow_id"], fields
    )
    return shown


async def test_a_home_that_was_forgotten_joins_again(
    hass: HomeAssistant, pump: ModbusServer, hub: HubServer
) -> None:
    """With a new pairing string; the text is shown again."""
    hood = neighbourhood_subentry(hub, client_id="old", ven_id="old", tier="T2")
    entry = house_of(hass, heat_pump_subentry(pump.port), hood)
    result = await rejoin(hass, entry, HOOD_ID)
    assert result["step_id"] == "reauth_confirm"
    assert result["description_placeholders"]["name"] == "Dalen Energy"
    result = await answer(hass, result)
    assert result["step_id"] == "join"
    result = await answer(hass, result, pairing_string=hub.pairing_string())
    result = await answer(hass, result, tier="t0", agree=True)
    assert result["reason"] == "reauth_successful"
    subentry = entry.subentries[HOOD_ID]
    assert subentry.data["client_id"] == CLIENT_ID
    assert subentry.data["tier"] == "T0"
    assert subentry.unique_id == "ven-1"
    assert hub.joins[0]["home"]["nameplate_w"] == 1500


async def test_a_neighbourhood_that_is_removed_meanwhile(
    hass: HomeAssistant, member: MockConfigEntry, hub: HubServer
) -> None:
    """Then there is nothing to join again."""
    result = await answer(hass, await rejoin(hass, member, HOOD_ID))
    result = await answer(hass, result, pairing_string=hub.pairing_string())
    hass.config_entries.async_remove_subentry(member, HOOD_ID)
    result = await answer(hass, result, tier="t1", agree=True)
    assert result["reason"] == "no_heat_pump"
    assert not hub.is_used


async def test_new_credentials_for_another_server(
    hass: HomeAssistant, pump: ModbusServer, vtn: tuple[VtnServer, str]
) -> None:
    """They are tested before they are kept."""
    server = vtn_subentry(vtn[1], client_secret="old")
    entry = house_of(hass, heat_pump_subentry(pump.port), server)
    result = await rejoin(hass, entry, VTN_ID)
    assert result["step_id"] == "reauth_vtn"
    result = await answer(hass, result, client_id="x", client_secret="y")
    assert result["errors"] == {"base": "vtn_credentials"}
    result = await answer(hass, result, **CREDENTIALS)
    assert result["reason"] == "reauth_successful"
    assert entry.subentries[VTN_ID].data["client_secret"] == CLIENT_SECRET
    assert PUMP_ID in entry.subentries


def house_of(hass: HomeAssistant, *subentries: Any) -> MockConfigEntry:
    """Return a house in Home Assistant."""
    entry = MockConfigEntry(
        domain=DOMAIN, title="Dalen", subentries_data=list(subentries)
    )
    entry.add_to_hass(hass)
    return entry
