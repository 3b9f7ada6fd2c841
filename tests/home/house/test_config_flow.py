"""Setting up a house through the screens, with every error and its way out."""

from collections.abc import AsyncGenerator, Iterator
from typing import Any
from unittest.mock import patch

from homeassistant import config_entries
from homeassistant.components.modbus import async_get_temporary_unit
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from modbus_connection import ModbusTlsParams
from pymodbus.constants import ExcCodes
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dalen.const import DOMAIN

from ..heat_pump.builders import LUXTRONIK_HOLDING, LUXTRONIK_INPUT
from ..heat_pump.modbus_server import HOST, ModbusServer, free_port, modbus_server
from ..openadr.vtn_server import problem
from .houses import heat_pump_subentry
from .hub_server import GOOD_CODE, OTHER_CODE, HubServer

pytestmark = pytest.mark.usefixtures("modbus")

SIMULATED = {"profile": "dalen_simulated"}
POWERS = {"name": "Heat pump", "limits": {"floor_w": 200}}


@pytest.fixture(autouse=True)
def no_set_up() -> Iterator[None]:
    """Make houses without setting them up."""
    with patch("custom_components.dalen.async_setup_entry", return_value=True):
        yield


@pytest.fixture
async def luxtronik() -> AsyncGenerator[ModbusServer]:
    """Serve the one real heat pump."""
    async with modbus_server(LUXTRONIK_INPUT, LUXTRONIK_HOLDING) as server:
        yield server


class Flow:
    """One walk through the screens."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start nowhere."""
        self._hass = hass
        self.result: dict[str, Any] = {}

    async def start(self) -> None:
        """Open the first screen."""
        self.result = await self._hass.config_entries.flow.async_init(
            DOMAIN, context={"source": config_entries.SOURCE_USER}
        )

    async def fill(self, **fields: Any) -> dict[str, Any]:
        """Fill in a screen and return the next."""
        self.result = await self._hass.config_entries.flow.async_configure(
            self.result["flow_id"], fields
        )
        return self.result

    async def to_connection(self, profile: str = "dalen_simulated") -> None:
        """Walk to the screen for the connection."""
        await self.start()
        await self.fill(next_step_id="modbus")
        await self.fill(profile=profile)

    async def to_powers(self, port: int, profile: str = "dalen_simulated") -> None:
        """Walk to the screen for the powers."""
        await self.to_connection(profile)
        await self.connect(port)

    async def connect(self, port: int) -> None:
        """Fill in the address, and look at the registers when it answers."""
        await self.fill(host=HOST, port=port, unit_id=1)
        if self.asks("registers"):
            await self.fill()

    async def to_join(self, port: int) -> None:
        """Walk to the screen for the pairing string."""
        await self.to_powers(port)
        await self.fill(**POWERS)
        await self.fill(next_step_id="write_test_skip")
        await self.fill(next_step_id="join")

    async def to_consent(self, port: int, hub: HubServer) -> None:
        """Walk to the screen with the consent text."""
        await self.to_join(port)
        await self.fill(pairing_string=hub.pairing_string())

    def asks(self, step_id: str, error: str | None = None) -> bool:
        """Tell if the screen is this one, with this error or none."""
        errors = self.result.get("errors") or {}
        found = next(iter(errors.values()), None)
        return bool(self.result["step_id"] == step_id) and found == error


@pytest.fixture
def flow(hass: HomeAssistant) -> Flow:
    """Return a walk through the screens."""
    return Flow(hass)


async def test_a_house_without_a_neighbourhood(
    hass: HomeAssistant, flow: Flow, pump: ModbusServer
) -> None:
    """Profile, connection, powers, not now."""
    await flow.start()
    assert flow.result["menu_options"] == ["modbus", "entities", "contact", "monitor"]
    await flow.fill(next_step_id="modbus")
    assert flow.asks("modbus")
    await flow.fill(**SIMULATED)
    assert flow.asks("connection")
    await flow.fill(host=HOST, port=pump.port, unit_id=1)
    assert flow.asks("registers")
    table = flow.result["description_placeholders"]["table"]
    assert "| Electric power | input 2 | 1450 | 1450 W | Yes |" in table.replace(
        "\xa0", " "
    )
    await flow.fill()
    assert flow.asks("powers")
    assert flow.result["description_placeholders"]["electric_power"] == "1450 W"
    await flow.fill(**POWERS)
    assert flow.result["menu_options"] == ["write_test_run", "write_test_skip"]
    await flow.fill(next_step_id="write_test_skip")
    assert flow.result["type"] is FlowResultType.MENU
    assert flow.result["menu_options"] == ["join", "later"]
    await flow.fill(next_step_id="later")
    assert flow.result["type"] is FlowResultType.CREATE_ENTRY
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert entry.title == "Dalen"
    (subentry,) = entry.subentries.values()
    assert subentry.subentry_type == "heat_pump"
    assert subentry.title == "Heat pump"
    assert subentry.unique_id == f"{HOST}:{pump.port}:1"
    assert dict(subentry.data) == {
        "profile": "dalen_simulated",
        "serial": None,
        "transport": "modbus_tcp",
        "host": HOST,
        "port": pump.port,
        "unit_id": 1,
        "nameplate_w": 1500,
        "minimum_w": 410,
        "kind": "watts",
        "floor_w": 200,
    }
    assert not pump.writes


async def test_a_house_that_joins_at_once(
    hass: HomeAssistant, flow: Flow, pump: ModbusServer, hub: HubServer
) -> None:
    """The text of the collective, a tier, and the membership is kept."""
    await flow.to_consent(pump.port, hub)
    assert flow.asks("consent")
    words = flow.result["description_placeholders"]
    assert words["consent_title"] == "Sharing room"
    assert words["consent_body"] == "We see **little**."
    assert words["collective"] == "Dalen Energy"
    await flow.fill(tier="t1", agree=True)
    assert flow.result["type"] is FlowResultType.CREATE_ENTRY
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    (subentry,) = entry.get_subentries_of_type("neighbourhood")
    assert subentry.title == "Dalen Energy"
    assert subentry.data["tier"] == "T1"
    assert subentry.data["client_secret"]
    (joined,) = hub.joins
    assert joined["home"] == {
        "heat_pump_kind": "watts",
        "nameplate_w": 1500,
        "minimum_w": 410,
        "floor_w": 200,
        "nickname": None,
    }
    assert joined["consent"]["tier"] == "T1"
    assert joined["consent"]["language"] == "en"


async def test_the_text_is_dutch_in_a_dutch_house(
    hass: HomeAssistant, flow: Flow, pump: ModbusServer, hub: HubServer
) -> None:
    """Also the name of the heat pump."""
    hass.config.language = "nl"
    await flow.to_powers(pump.port)
    schema = flow.result["data_schema"].schema
    assert next(key.default() for key in schema if key == "name") == "Warmtepomp"
    await flow.fill(**POWERS)
    await flow.fill(next_step_id="write_test_skip")
    await flow.fill(next_step_id="join")
    await flow.fill(pairing_string=hub.pairing_string())
    words = flow.result["description_placeholders"]
    assert words["consent_title"] == "Ruimte delen"
    await flow.fill(tier="t0", agree=True)
    assert hub.joins[0]["consent"]["language"] == "nl"


async def test_the_nameplate_is_asked_where_the_device_does_not_tell(
    hass: HomeAssistant, flow: Flow, luxtronik: ModbusServer
) -> None:
    """And it must make sense with what the device does tell."""
    await flow.to_powers(luxtronik.port, "luxtronik_shi")
    minimum_w = float(flow.result["description_placeholders"]["minimum_w"])
    limits = POWERS | {"nameplate_w": minimum_w}
    await flow.fill(**limits)
    assert flow.asks("powers", "nameplate_below_minimum")
    await flow.fill(name="Heat pump", nameplate_w=2500, limits={"floor_w": 2500})
    assert flow.asks("powers", "floor_above_nameplate")
    too_low = {"floor_w": 200, "installer_maximum_w": minimum_w - 1}
    await flow.fill(name="Heat pump", nameplate_w=2500, limits=too_low)
    assert flow.asks("powers", "maximum_below_minimum")
    good = {"floor_w": 200, "installer_maximum_w": 2000}
    await flow.fill(name="Pump", nameplate_w=2500, limits=good)
    await flow.fill(next_step_id="write_test_skip")
    await flow.fill(next_step_id="later")
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    (subentry,) = entry.subentries.values()
    assert subentry.title == "Pump"
    assert subentry.data["nameplate_w"] == 2500
    assert subentry.data["installer_maximum_w"] == 2000


async def test_a_heat_pump_that_is_not_there(flow: Flow, pump: ModbusServer) -> None:
    """Nothing listens on the port; another port helps."""
    await flow.to_connection()
    await flow.fill(host=HOST, port=free_port(), unit_id=1)
    assert flow.asks("connection", "cannot_connect")
    assert flow.result["description_placeholders"]["host"] == HOST
    await flow.connect(pump.port)
    assert flow.asks("powers")


async def test_a_heat_pump_that_stays_silent(flow: Flow, pump: ModbusServer) -> None:
    """It takes the request and never answers."""
    pump.silent = True
    await flow.to_powers(pump.port)
    assert flow.asks("connection", "timeout")
    pump.silent = False
    await flow.connect(pump.port)
    assert flow.asks("powers")


async def test_nonsense_names_the_register(flow: Flow, pump: ModbusServer) -> None:
    """A resident can tell an installer which register is wrong."""
    pump.input[2] = 65_000
    await flow.to_powers(pump.port)
    assert flow.asks("connection", "implausible_reading")
    words = flow.result["description_placeholders"]
    assert words["register"] == "electric_w (input register 2)"
    pump.input[2] = 1450
    await flow.connect(pump.port)
    assert flow.asks("powers")


async def test_a_device_that_refuses_is_another_device(
    flow: Flow, pump: ModbusServer
) -> None:
    """It does not know what this profile asks."""
    pump.failures = [ExcCodes.ILLEGAL_FUNCTION]
    await flow.to_powers(pump.port)
    assert flow.asks("connection", "wrong_device")
    await flow.connect(pump.port)
    assert flow.asks("powers")


async def test_a_device_without_a_power_is_another_device(
    flow: Flow, pump: ModbusServer, luxtronik: ModbusServer
) -> None:
    """It answers, but has none of the registers, or not the one that counts."""
    await flow.to_powers(luxtronik.port)
    assert flow.asks("connection", "wrong_device")
    power = pump.input.pop(2)
    await flow.connect(pump.port)
    assert flow.asks("connection", "wrong_device")
    pump.input[2] = power
    await flow.connect(pump.port)
    assert flow.asks("powers")


async def test_link_settings_of_another_integration(
    hass: HomeAssistant, flow: Flow, pump: ModbusServer
) -> None:
    """One connection cannot have two ways of framing."""
    other = ModbusTlsParams(host=HOST, port=pump.port)
    await flow.to_connection()
    async with async_get_temporary_unit(hass, other, 1):
        await flow.connect(pump.port)
    assert flow.asks("connection", "link_settings_in_use")
    await flow.connect(pump.port)
    assert flow.asks("powers")


async def test_there_is_one_house(hass: HomeAssistant, flow: Flow) -> None:
    """More heat pumps are subentries of it."""
    MockConfigEntry(domain=DOMAIN).add_to_hass(hass)
    await flow.start()
    assert flow.result["type"] is FlowResultType.ABORT
    assert flow.result["reason"] == "single_instance_allowed"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("hello", "pairing_malformed"),
        ("DALEN1:http://hub.example:{code}:0123456789abcdef", "pairing_insecure"),
        ("{typo}", "pairing_checksum"),
        ("{wrong_hub}", "pairing_wrong_hub"),
        ("{gone}", "pairing_unreachable"),
        ("{unknown}", "pairing_unknown_code"),
    ],
)
async def test_a_wrong_pairing_string_can_be_put_right(
    flow: Flow, pump: ModbusServer, hub: HubServer, text: str, error: str
) -> None:
    """Each error says what is wrong with it; the right one then works."""
    good = hub.pairing_string()
    typo = GOOD_CODE[:-1] + ("0" if GOOD_CODE[-1] != "0" else "1")
    pasted = text.format(
        code=GOOD_CODE,
        typo=good.replace(GOOD_CODE, typo),
        wrong_hub=f"{good[:-16]}0123456789abcdef",
        gone=f"DALEN1:http://{HOST}:{free_port()}:{GOOD_CODE}:0123456789abcdef",
        unknown=hub.pairing_string(OTHER_CODE),
    )
    await flow.to_join(pump.port)
    assert flow.asks("join")
    await flow.fill(pairing_string=pasted)
    assert flow.asks("join", error)
    await flow.fill(pairing_string=good)
    assert flow.asks("consent")
    await flow.fill(tier="t1", agree=True)
    assert flow.result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("status", "title", "error"),
    [
        (410, "Used", "pairing_used_code"),
        (410, "Expired", "pairing_expired"),
        (429, "Too many tries", "pairing_too_many_tries"),
        (422, "Home too large", "pairing_refused"),
    ],
)
@pytest.mark.parametrize("when", ["preview", "join"])
async def test_a_refusal_of_the_hub_leaves_nothing_behind(
    hass: HomeAssistant,
    flow: Flow,
    pump: ModbusServer,
    hub: HubServer,
    status: int,
    title: str,
    error: str,
    when: str,
) -> None:
    """The resident is back at the screen where something can be done."""
    await flow.to_join(pump.port)
    if when == "preview":
        hub.refusals = [problem(status, title)]
    await flow.fill(pairing_string=hub.pairing_string())
    if when == "join":
        hub.refusals = [problem(status, title)]
        await flow.fill(tier="t1", agree=True)
    at_consent = when == "join" and error == "pairing_refused"
    assert flow.asks("consent" if at_consent else "join", error)
    assert title in flow.result["description_placeholders"]["detail"]
    assert not hass.config_entries.async_entries(DOMAIN)
    if not at_consent:
        await flow.fill(pairing_string=hub.pairing_string())
    await flow.fill(tier="t1", agree=True)
    assert flow.result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_text_that_changes_is_shown_again(
    flow: Flow, pump: ModbusServer, hub: HubServer
) -> None:
    """Nobody agrees with a text that was not on the screen."""
    await flow.to_consent(pump.port, hub)
    hub.consent_version = "2"
    await flow.fill(tier="t1", agree=True)
    assert flow.asks("consent", "pairing_consent_changed")
    await flow.fill(tier="t1", agree=True)
    assert flow.result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_hub_that_is_gone_after_its_text_changed(
    flow: Flow, pump: ModbusServer, hub: HubServer
) -> None:
    """The resident starts again with the pairing string."""
    await flow.to_consent(pump.port, hub)
    hub.refusals = [problem(409, "Consent text changed"), problem(503, "Busy")]
    await flow.fill(tier="t1", agree=True)
    assert flow.asks("join", "pairing_unreachable")
    await flow.fill(pairing_string=hub.pairing_string())
    await flow.fill(tier="t1", agree=True)
    assert flow.result["type"] is FlowResultType.CREATE_ENTRY


async def test_without_consent_nobody_joins(
    flow: Flow, pump: ModbusServer, hub: HubServer
) -> None:
    """The box must be ticked."""
    await flow.to_consent(pump.port, hub)
    await flow.fill(tier="t1", agree=False)
    assert flow.asks("consent", "consent_required")
    assert not hub.joins
    await flow.fill(tier="t1", agree=True)
    assert flow.result["type"] is FlowResultType.CREATE_ENTRY


async def test_research_has_an_end(
    hass: HomeAssistant, flow: Flow, pump: ModbusServer, hub: HubServer, freezer: Any
) -> None:
    """T3 asks for a date after today and within a year."""
    await hass.config.async_set_time_zone("Europe/Amsterdam")
    freezer.move_to("2026-11-23T16:00:00+00:00")
    await flow.to_consent(pump.port, hub)
    await flow.fill(tier="t3", agree=True)
    assert flow.asks("end_date")
    for day in ("2026-11-23", "2027-11-23"):
        await flow.fill(valid_until=day)
        assert flow.asks("end_date", "end_date_range")
    await flow.fill(valid_until="2026-12-31")
    assert flow.result["type"] is FlowResultType.CREATE_ENTRY
    assert hub.joins[0]["consent"]["valid_until"] == "2026-12-31T23:00:00Z"
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    (subentry,) = entry.get_subentries_of_type("neighbourhood")
    assert subentry.data["valid_until"] == "2026-12-31T23:00:00+00:00"


async def test_a_house_that_came_meanwhile_makes_this_one_leave(
    hass: HomeAssistant, flow: Flow, pump: ModbusServer, hub: HubServer
) -> None:
    """The hub must not keep a home that Home Assistant does not have."""

    async def other_house() -> None:
        MockConfigEntry(
            domain=DOMAIN, subentries_data=[heat_pump_subentry(pump.port)]
        ).add_to_hass(hass)

    hub.on_join = other_house
    await flow.to_consent(pump.port, hub)
    await flow.fill(tier="t1", agree=True)
    assert flow.result["type"] is FlowResultType.ABORT
    assert flow.result["reason"] == "single_instance_allowed"
    assert hub.memberships == [("DELETE", None)]


async def test_a_house_that_was_there_before_keeps_the_code_unused(
    hass: HomeAssistant, flow: Flow, pump: ModbusServer, hub: HubServer
) -> None:
    """The other screen was faster."""
    await flow.to_consent(pump.port, hub)
    MockConfigEntry(domain=DOMAIN).add_to_hass(hass)
    await flow.fill(tier="t1", agree=True)
    assert flow.result["type"] is FlowResultType.ABORT
    assert not hub.joins
