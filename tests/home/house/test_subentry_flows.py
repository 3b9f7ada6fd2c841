"""Adding to a house and changing it, with every error and its way out."""

from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.loader import async_get_integration
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dalen.const import DOMAIN
from custom_components.dalen.heat_pump import HeatPumpProfile, load_profile

from ..heat_pump.builders import COLD_EVENING, RELEASED
from ..heat_pump.modbus_server import HOST, ModbusServer, free_port, modbus_server
from ..openadr.vtn_server import problem
from .houses import HOOD_ID, PUMP_ID, heat_pump_subentry, neighbourhood_subentry
from .hub_server import HubServer

pytestmark = pytest.mark.usefixtures("modbus")


@pytest.fixture(autouse=True)
def no_set_up() -> Iterator[None]:
    """Keep houses from being set up."""
    with patch("custom_components.dalen.async_setup_entry", return_value=True):
        yield


@pytest.fixture
async def second_pump() -> AsyncGenerator[ModbusServer]:
    """Serve another heat pump."""
    async with modbus_server(COLD_EVENING, RELEASED) as server:
        yield server


class Flow:
    """One walk through the screens of a subentry."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        """Start nowhere."""
        self._hass = hass
        self._entry = entry
        self.result: dict[str, Any] = {}

    async def add(self, kind: str) -> None:
        """Open the first screen to add something."""
        await async_get_integration(self._hass, DOMAIN)
        self.result = await self._hass.config_entries.subentries.async_init(
            (self._entry.entry_id, kind), context={"source": SOURCE_USER}
        )

    async def change(self, subentry_id: str) -> None:
        """Open the first screen to change something."""
        kind = self._entry.subentries[subentry_id].subentry_type
        self.result = await self._hass.config_entries.subentries.async_init(
            (self._entry.entry_id, kind),
            context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry_id},
        )

    async def fill(self, **fields: Any) -> None:
        """Fill in a screen."""
        self.result = await self._hass.config_entries.subentries.async_configure(
            self.result["flow_id"], fields
        )

    async def connect(self, port: int) -> None:
        """Fill in the address, and look at the registers when it answers."""
        await self.fill(host=HOST, port=port, unit_id=1)
        if self.asks("registers"):
            await self.fill()

    async def move(self) -> None:
        """Open the screen for the address of the heat pump."""
        await self.change(PUMP_ID)
        await self.fill(next_step_id="change_link")

    def asks(self, step_id: str, error: str | None = None) -> bool:
        """Tell if the screen is this one, with this error or none."""
        errors = self.result.get("errors") or {}
        found = next(iter(errors.values()), None)
        return bool(self.result.get("step_id") == step_id) and found == error

    def ended(self, reason: str) -> bool:
        """Tell if the walk ended for this reason."""
        is_abort = self.result["type"] is FlowResultType.ABORT
        return is_abort and bool(self.result["reason"] == reason)


async def test_a_second_heat_pump(
    hass: HomeAssistant, house: MockConfigEntry, second_pump: ModbusServer
) -> None:
    """It gets a name of its own."""
    flow = Flow(hass, house)
    await flow.add("heat_pump")
    await flow.fill(next_step_id="modbus")
    await flow.fill(profile="dalen_simulated")
    await flow.connect(second_pump.port)
    schema = flow.result["data_schema"].schema
    name = next(key.default() for key in schema if key == "name")
    assert name == "Heat pump 2"
    await flow.fill(name=name, limits={"floor_w": 300})
    await flow.fill(next_step_id="write_test_skip")
    assert flow.result["type"] is FlowResultType.CREATE_ENTRY
    titles = [subentry.title for subentry in house.subentries.values()]
    assert titles == ["Heat pump", "Heat pump 2"]


async def test_the_same_heat_pump_is_not_added_twice(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    second_pump: ModbusServer,
) -> None:
    """Another address helps."""
    flow = Flow(hass, house)
    await flow.add("heat_pump")
    await flow.fill(next_step_id="modbus")
    await flow.fill(profile="dalen_simulated")
    await flow.connect(pump.port)
    assert flow.asks("connection", "already_configured")
    await flow.connect(second_pump.port)
    assert flow.asks("powers")


async def test_a_heat_pump_moves_to_another_address(
    hass: HomeAssistant, house: MockConfigEntry, second_pump: ModbusServer
) -> None:
    """The new address is tested before it is kept."""
    flow = Flow(hass, house)
    await flow.move()
    assert flow.asks("connection")
    await flow.fill(host=HOST, port=free_port(), unit_id=1)
    assert flow.asks("connection", "cannot_connect")
    await flow.connect(second_pump.port)
    assert flow.ended("reconfigure_successful")
    subentry = house.subentries[PUMP_ID]
    assert subentry.data["port"] == second_pump.port
    assert subentry.data["floor_w"] == 200
    assert subentry.unique_id == f"{HOST}:{second_pump.port}:1"


async def test_a_heat_pump_does_not_move_onto_another(
    hass: HomeAssistant, pump: ModbusServer, second_pump: ModbusServer
) -> None:
    """Two entities of one device would fight."""
    entry = _house(
        hass,
        heat_pump_subentry(pump.port),
        heat_pump_subentry(second_pump.port, subentry_id="pump-2"),
    )
    flow = Flow(hass, entry)
    await flow.move()
    await flow.connect(second_pump.port)
    assert flow.asks("connection", "already_configured")
    await flow.connect(pump.port)
    assert flow.ended("reconfigure_successful")


async def test_another_device_is_refused_where_there_is_a_serial_number(
    hass: HomeAssistant, pump: ModbusServer, second_pump: ModbusServer
) -> None:
    """The minimum power plays a serial number here."""
    entry = _house(hass, heat_pump_subentry(pump.port, serial="410"))
    flow = Flow(hass, entry)
    second_pump.input[10] = 411
    with patch(
        "custom_components.dalen.heat_pump_data.find_profile", _with_serial_number
    ):
        await flow.move()
        await flow.connect(second_pump.port)
        assert flow.asks("connection", "another_device")
        second_pump.input[10] = 410
        await flow.connect(second_pump.port)
        assert flow.ended("reconfigure_successful")
    assert entry.subentries[PUMP_ID].unique_id == "dalen_simulated:410"


async def test_a_house_joins_later(
    hass: HomeAssistant, house: MockConfigEntry, hub: HubServer
) -> None:
    """With the same screens as at the start."""
    flow = Flow(hass, house)
    await flow.add("neighbourhood")
    await flow.fill(next_step_id="join")
    assert flow.asks("join")
    await flow.fill(pairing_string="hello")
    assert flow.asks("join", "pairing_malformed")
    await flow.fill(pairing_string=hub.pairing_string())
    await flow.fill(tier="t2", agree=True)
    assert flow.result["type"] is FlowResultType.CREATE_ENTRY
    (subentry,) = house.get_subentries_of_type("neighbourhood")
    assert subentry.data["tier"] == "T2"
    assert subentry.unique_id == "ven-1"


async def test_a_house_joins_a_hub_once(
    hass: HomeAssistant, member: MockConfigEntry, hub: HubServer
) -> None:
    """The same home at the same hub twice makes no sense; another hub does."""
    flow = Flow(hass, member)
    await flow.add("neighbourhood")
    await flow.fill(next_step_id="join")
    await flow.fill(pairing_string=hub.pairing_string())
    await flow.fill(tier="t1", agree=True)
    assert flow.ended("already_configured")


async def test_a_house_without_a_heat_pump_cannot_join(hass: HomeAssistant) -> None:
    """It has nothing to share."""
    flow = Flow(hass, _house(hass))
    await flow.add("neighbourhood")
    assert flow.ended("no_heat_pump")


async def test_a_house_that_goes_meanwhile_leaves_the_hub(
    hass: HomeAssistant, house: MockConfigEntry, hub: HubServer
) -> None:
    """The hub must not keep a home that cannot use its membership."""

    async def pump_is_gone() -> None:
        hass.config_entries.async_remove_subentry(house, PUMP_ID)

    hub.on_join = pump_is_gone
    flow = Flow(hass, house)
    await flow.add("neighbourhood")
    await flow.fill(next_step_id="join")
    await flow.fill(pairing_string=hub.pairing_string())
    await flow.fill(tier="t1", agree=True)
    assert flow.ended("no_heat_pump")
    assert hub.memberships == [("DELETE", None)]


async def test_the_resident_shares_less(
    hass: HomeAssistant, member: MockConfigEntry, hub: HubServer
) -> None:
    """The hub hears it first; only then it is kept."""
    flow = Flow(hass, member)
    await flow.change(HOOD_ID)
    assert flow.asks("reconfigure")
    await flow.fill(tier="t0")
    assert flow.ended("reconfigure_successful")
    assert hub.memberships == [("PUT", {"tier": "T0"})]
    assert member.subentries[HOOD_ID].data["tier"] == "T0"
    assert member.subentries[HOOD_ID].data["client_secret"]


async def test_the_resident_shares_for_research(
    hass: HomeAssistant, member: MockConfigEntry, hub: HubServer, freezer: Any
) -> None:
    """With an end date; sharing less later forgets the date."""
    freezer.move_to("2026-11-23T16:00:00+00:00")
    await hass.config.async_set_time_zone("Europe/Amsterdam")
    flow = Flow(hass, member)
    await flow.change(HOOD_ID)
    await flow.fill(tier="t3")
    assert flow.asks("end_date")
    await flow.fill(valid_until="2026-12-31")
    assert flow.ended("reconfigure_successful")
    change = {"tier": "T3", "valid_until": "2026-12-31T23:00:00Z"}
    assert hub.memberships == [("PUT", change)]
    data = member.subentries[HOOD_ID].data
    assert data["valid_until"] == "2026-12-31T23:00:00+00:00"
    await flow.change(HOOD_ID)
    await flow.fill(tier="t1")
    assert member.subentries[HOOD_ID].data["valid_until"] is None


@pytest.mark.parametrize(
    ("status", "error"), [(422, "hub_refused"), (401, "hub_forgot_home")]
)
async def test_a_change_that_the_hub_refuses_changes_nothing(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    status: int,
    error: str,
) -> None:
    """The house goes on with what was agreed."""
    hub.membership_refusals = [problem(status, "No"), problem(status, "No")]
    flow = Flow(hass, member)
    await flow.change(HOOD_ID)
    await flow.fill(tier="t0")
    assert flow.asks("reconfigure", error)
    assert member.subentries[HOOD_ID].data["tier"] == "T1"
    hub.membership_refusals.clear()
    await flow.fill(tier="t0")
    assert flow.ended("reconfigure_successful")


async def test_a_change_without_the_hub_changes_nothing(
    hass: HomeAssistant, pump: ModbusServer, hub: HubServer
) -> None:
    """Both sides keep the same agreement."""
    gone = f"http://{HOST}:{free_port()}"
    hood = neighbourhood_subentry(hub, base_url=gone, vtn_url=f"{gone}/openadr3/3.1.0")
    entry = _house(hass, heat_pump_subentry(pump.port), hood)
    flow = Flow(hass, entry)
    await flow.change(HOOD_ID)
    await flow.fill(tier="t0")
    assert flow.asks("reconfigure", "hub_unreachable")
    assert entry.subentries[HOOD_ID].data["tier"] == "T1"


def _house(hass: HomeAssistant, *subentries: Any) -> MockConfigEntry:
    """Return a house in Home Assistant."""
    entry = MockConfigEntry(domain=DOMAIN, subentries_data=list(subentries))
    entry.add_to_hass(hass)
    return entry


def _with_serial_number(profile_id: str, *_: object) -> HeatPumpProfile:
    """Return a profile with a serial number."""
    return replace(load_profile(profile_id), serial=("minimum_w",))
