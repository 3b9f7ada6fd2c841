"""A home that was offline for a day, with the whole hub on real HTTP."""

from base64 import b64encode
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from sqlalchemy import select
from yarl import URL

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
    SOURCE,
    heat_pump_subentry,
    pass_time,
    set_up,
    state_of,
    until,
)
from .network import Network, network_to

pytestmark = pytest.mark.usefixtures("modbus")

START = datetime(2026, 11, 23, 15, 0, 30, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
DAY = timedelta(hours=24)
STEP_S = 60.0


@pytest.fixture
async def real(
    tmp_path: Path, freezer: FrozenDateTimeFactory
) -> AsyncGenerator[RealHub]:
    """Run the whole hub; the load leaves room until noon of the next day."""
    freezer.move_to(START)
    async with real_hub(tmp_path, START) as hub:
        # Time leaps by a minute here: no wait for the database may seem that long.
        hub.engine.sync_engine.pool._timeout = DAY.total_seconds()
        await hub.upload_forecast(START.replace(second=0), [10.0] * 160)
        yield hub


@pytest.fixture
async def network(real: RealHub) -> AsyncGenerator[Network]:
    """Lead the house to the hub."""
    async with network_to(URL(real.url).port or 0) as opened:
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
    real: RealHub,
    network: Network,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The home obeys what changed meanwhile, and tells all that it did."""
    heat_pump = heat_pump_subentry(pump.port)
    hood = await joined(real, network, dict(heat_pump["data"]))
    await real.plan()
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
    await until(lambda: state_of(hass, CONNECTED) == "on")
    assert state_of(hass, SOURCE) == "none"

    network.go_down()
    back = START + DAY
    while datetime.now(UTC) < back:
        await pass_time(hass, freezer, STEP_S)
        real.clock.now = datetime.now(UTC)
    assert state_of(hass, CONNECTED) == "off"
    # Meanwhile the operator learned that there is no room left.
    await real.upload_forecast(back.replace(second=0), [LIMIT_KW * 1.2] * 48)
    await real.plan()
    assert state_of(hass, SOURCE) == "none"

    network.is_up = True
    link = entry.runtime_data.links[HOOD_ID]
    await link.async_refresh()
    await hass.async_block_till_done()
    assert state_of(hass, CONNECTED) == "on"
    assert state_of(hass, SOURCE) == "hub"
    assert (pump.holding[0], pump.holding[1]) == (200, 1)

    async with real.engine.connect() as conn:
        powers = list(await conn.execute(select(pump_power)))
        states = list(await conn.execute(select(home_state)))
    first = START.replace(second=0)
    wanted = {first + QUARTER * number for number in range(96)}
    # The first quarter hour began before the first reading, by seconds.
    assert {from_epoch(row.start) for row in powers} == wanted
    assert {from_epoch(row.start) for row in states} == wanted
    assert {row.power_w for row in powers} == {1450.0}
    assert {row.state for row in states} == {"RUNNING_NORMAL"}
    assert link.diagnostics()["waiting_reports"] == []
