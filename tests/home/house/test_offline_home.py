"""A home that was offline for a day, with the whole hub on real HTTP."""

from base64 import b64encode
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
import logging
from pathlib import Path
from typing import Any

from aiohttp.test_utils import unused_port
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from sqlalchemy import select

from custom_components.dalen.const import DOMAIN
from custom_components.dalen.membership import home_facts
from custom_components.dalen.openadr.reports import Tier
from custom_components.dalen.pairing import ConsentGiven, PairingString, join, preview
from dalen_hub.store.tables import home_state, pump_power
from dalen_hub.store.times import from_epoch
from tests.system.real_hub import LIMIT_KW, RealHub, real_hub

from ..heat_pump.modbus_server import HOST, ModbusServer
from .houses import (
    CONNECTED,
    HOOD_ID,
    POWER,
    SOURCE,
    heat_pump_subentry,
    set_up,
    state_of,
    until,
)
from .network import Network, network_to

pytestmark = pytest.mark.usefixtures("modbus")

START = datetime(2026, 11, 23, 15, 0, 30, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
DAY = timedelta(hours=24)
QUARTERS = 96
# As long as a reading stands for the house.
STEP_S = 60.0


@pytest.fixture(autouse=True)
def no_debugging(hass: HomeAssistant, caplog: pytest.LogCaptureFixture) -> None:
    """Keep no log of each reading and statement, and no traceback of each callback."""
    hass.loop.set_debug(False)
    for logger in (None, "sqlalchemy.engine"):
        caplog.set_level(logging.WARNING, logger)


@pytest.fixture
async def network() -> AsyncGenerator[Network]:
    """Lead the house to the port of the hub."""
    async with network_to(unused_port()) as opened:
        yield opened


async def joined(
    real: RealHub, network: Network, pump: dict[str, Any]
) -> dict[str, Any]:
    """Join the hub as a resident does; return the data that the house keeps."""
    pairing = PairingString.parse(await real.invite())
    shown = await preview(real.session, pairing, clock=real.clock)
    membership = await join(
        real.session,
        pairing,
        consent=ConsentGiven(consent=shown.consent, tier=Tier.T1, language="en"),
        home=home_facts([pump]),
        clock=real.clock,
    )
    far = f"http://{HOST}:{network.port}"
    data = {
        key: text.replace(real.url, far) for key, text in membership.as_json().items()
    }
    return {
        **data,
        # A link for nudges never ends; polling is the truth anyway.
        "nudge_url": f"{far}/none",
        "valid_until": None,
        "hub_name": shown.hub_name,
        "collective": shown.collective,
        "trafo_name": shown.trafo_name,
        "public_key": b64encode(shown.public_key).decode(),
    }


async def test_a_day_offline_costs_one_poll(
    hass: HomeAssistant,
    pump: ModbusServer,
    network: Network,
    tmp_path: Path,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The home obeys what changed meanwhile, and tells all that it did.

    The hub rests while time leaps: each leap would end all that it waits for.
    """
    freezer.move_to(START)
    async with real_hub(tmp_path, START, network.to) as hub:
        entry = await a_member(hass, pump, hub, network)
        await until(lambda: state_of(hass, CONNECTED) == "on")
        assert state_of(hass, SOURCE) == "none"
        network.go_down()

    back = START + DAY
    while datetime.now(UTC) < back:
        await read_once(hass, freezer)
    assert state_of(hass, CONNECTED) == "off"
    link = entry.runtime_data.links[HOOD_ID]
    assert len(link.diagnostics()["waiting_reports"]) == QUARTERS

    async with real_hub(tmp_path, back, network.to) as hub:
        # Meanwhile the operator learned that there is no room left.
        await hub.upload_forecast(back.replace(second=0), [LIMIT_KW * 1.2] * 48)
        await hub.plan()
        assert state_of(hass, SOURCE) == "none"
        network.is_up = True
        await link.async_refresh()
        await hass.async_block_till_done()
        await assert_all_is_told(hub)

    assert state_of(hass, CONNECTED) == "on"
    assert state_of(hass, SOURCE) == "hub"
    assert (pump.holding[0], pump.holding[1]) == (200, 1)
    assert link.diagnostics()["waiting_reports"] == []


async def a_member(
    hass: HomeAssistant, pump: ModbusServer, hub: RealHub, network: Network
) -> MockConfigEntry:
    """Set up a house that joined; the load leaves room until noon of the next day."""
    await hub.upload_forecast(START.replace(second=0), [10.0] * 160)
    heat_pump = heat_pump_subentry(pump.port)
    hood = await joined(hub, network, dict(heat_pump["data"]))
    await hub.plan()
    entry = MockConfigEntry(
        domain=DOMAIN,
        subentries_data=[
            heat_pump,
            {
                "data": hood,
                "subentry_id": HOOD_ID,
                "subentry_type": "neighbourhood",
                "title": "Energiek Dalen",
                "unique_id": hood["ven_id"],
            },
        ],
    )
    entry.add_to_hass(hass)
    await set_up(hass, entry)
    return entry


async def read_once(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Let time leap, and wait for the reading that it starts.

    What waits for a later moment, such as a new connection, ends with the next leap.
    """
    freezer.tick(timedelta(seconds=STEP_S))
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    with suppress(AssertionError):
        await until(lambda: reported(hass) == datetime.now(UTC))


def reported(hass: HomeAssistant) -> datetime | None:
    """Return when the power of the heat pump was read."""
    state = hass.states.get(POWER)
    return None if state is None else state.last_reported


async def assert_all_is_told(hub: RealHub) -> None:
    """Check that the hub knows what the house did in each quarter hour."""
    async with hub.engine.connect() as conn:
        powers = list(await conn.execute(select(pump_power)))
        states = list(await conn.execute(select(home_state)))
    # The first quarter hour began before the first reading, by seconds.
    first = START.replace(second=0)
    wanted = [first + QUARTER * number for number in range(QUARTERS)]
    assert sorted(from_epoch(row.start) for row in powers) == wanted
    assert sorted(from_epoch(row.start) for row in states) == wanted
    assert {row.power_w for row in powers} == {1450.0}
    assert {row.state for row in states} == {"RUNNING_NORMAL"}
