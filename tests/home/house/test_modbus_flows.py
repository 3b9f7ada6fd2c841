"""Adding a heat pump on Modbus: every way to connect, variants, meters, own profiles."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from pymodbus import FramerType
import pytest

from custom_components.dalen.const import DOMAIN
from custom_components.dalen.heat_pump import (
    OWN_FOLDER,
    HeatPumpProfile,
    find_profile,
    profile_ids,
)

from ..heat_pump.devices import running, tables_of
from ..heat_pump.modbus_server import ModbusServer
from ..heat_pump.test_own_profiles import put
from ..heat_pump.test_serial import serial_port
from .entities import AMPERE, METER, make_helpers
from .flows import TRANSLATIONS, HeatPumpFlow

pytestmark = pytest.mark.usefixtures("modbus")


@pytest.fixture(autouse=True)
def no_set_up() -> Iterator[None]:
    """Make houses without setting them up."""
    with patch("custom_components.dalen.async_setup_entry", return_value=True):
        yield


@pytest.fixture(autouse=True)
def no_waits() -> Iterator[None]:
    """Leave out the quiet times of slow devices."""
    with patch("custom_components.dalen.heat_pump_data.find_profile", _quick):
        yield


@pytest.fixture
def own_folder(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Return the folder of own profiles, in a configuration folder of its own."""
    hass.config.config_dir = str(tmp_path)
    folder = tmp_path / OWN_FOLDER
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def flow(hass: HomeAssistant) -> HeatPumpFlow:
    """Return a walk through the screens."""
    return HeatPumpFlow(hass)


def _quick(*args: Any) -> HeatPumpProfile:
    """Return a profile without waits."""
    found = find_profile(*args)
    transport = replace(found.transport, spacing_s=0, timeout_s=0.4)
    return replace(found, transport=transport)


@asynccontextmanager
async def device(
    profile_id: str,
    variant: str | None = None,
    *,
    swapped: bool = False,
    framer: FramerType = FramerType.SOCKET,
) -> AsyncGenerator[ModbusServer]:
    """Run a device of a kind."""
    profile = _quick(profile_id, variant)
    tables = tables_of(profile, swapped=swapped)
    async with running(profile, tables, framer) as server:
        yield server


async def test_a_gateway_that_passes_frames_on(flow: HeatPumpFlow) -> None:
    """The ways to connect are those of the profile, the usual one first."""
    await flow.new_house("lg_therma_v")
    assert flow.asks("transport")
    assert flow.result["menu_options"] == [
        "connection_serial",
        "connection_rtu",
        "connection",
    ]
    await flow.fill(next_step_id="connection_rtu")
    assert flow.fields()["unit_id"] == 33
    async with device("lg_therma_v", framer=FramerType.RTU) as server:
        await flow.connect(server.port, 33)
        assert flow.asks("registers")
    await flow.fill()
    assert flow.asks("powers")
    assert flow.fields()["block_below_w"] == 800
    assert "minimum_w" not in flow.fields()
    await flow.fill(
        name="LG", nameplate_w=3000, block_below_w=900, limits={"floor_w": 200}
    )
    assert "You can skip the test" in flow.words["without"]
    await flow.fill(next_step_id="write_test_skip")
    await flow.fill(next_step_id="later")
    data = flow.heat_pump()
    assert (data["transport"], data["minimum_w"]) == ("modbus_rtu_over_tcp", 900)
    assert (data["kind"], "armed" in data) == ("contact", False)


async def test_a_serial_line(hass: HomeAssistant, flow: HeatPumpFlow) -> None:
    """Its settings are those of the profile; a wrong port can be put right."""
    await make_helpers(hass)
    await flow.new_house("remeha_gtw08")
    await flow.fill(next_step_id="connection_serial")
    line = {"baudrate": "115200", "parity": "n", "stopbits": "2"}
    assert flow.fields() == {"device": None, "unit_id": 100, "line": line}
    await flow.fill(device=" ", unit_id=100, line=line)
    assert flow.asks("connection_serial", "connection_settings")
    await flow.fill(device="/dev/dalen-none", unit_id=100, line=line)
    assert flow.asks("connection_serial", "serial_cannot_open")
    assert flow.words["host"] == "/dev/dalen-none"
    async with (
        device("remeha_gtw08", framer=FramerType.RTU) as server,
        serial_port(server) as port,
    ):
        server.silent = True
        await flow.fill(device=port, unit_id=100, line=line)
        assert flow.asks("connection_serial", "serial_timeout")
        assert flow.fields()["line"] == line
        server.silent = False
        await flow.fill(device=port, unit_id=100, line=line)
        assert flow.asks("registers")
    await flow.fill()
    assert flow.asks("powers")
    answers = {"name": "Elga", "nameplate_w": 2000, "minimum_w": 500}
    answers["limits"] = {"floor_w": 200}
    await flow.fill(**answers, meter_entity=METER)
    assert "only monitors" in flow.words["without"]
    await flow.fill(next_step_id="write_test_skip")
    await flow.fill(next_step_id="later")
    data = flow.heat_pump()
    assert data["unique_id"] == f"{port}:100"
    assert (data["parity"], data["stopbits"]) == ("N", "2")
    assert (data["meter_entity"], data["kind"]) == (METER, "monitor")


@pytest.mark.parametrize(
    ("entity_id", "value", "error"),
    [
        ("input_number.gone", None, "entity_unavailable"),
        (AMPERE, None, "power_unit"),
        (METER, 90_000, "implausible_entity"),
    ],
)
async def test_a_meter_that_cannot_be_one(
    hass: HomeAssistant,
    flow: HeatPumpFlow,
    entity_id: str,
    value: float | None,
    error: str,
) -> None:
    """It is looked at before it is kept; another one then does."""
    await make_helpers(hass)
    if value is not None:
        hass.states.async_set(entity_id, str(value), {"unit_of_measurement": "W"})
    async with device("hitachi_yutaki") as server:
        await flow.new_house("hitachi_yutaki")
        await flow.connect(server.port)
    await flow.fill()
    assert flow.asks("powers")
    assert flow.words["electric_power"] == "?"
    assert set(flow.fields()) == {"name", "meter_entity", "nameplate_w"}
    await flow.fill(name="Yutaki", nameplate_w=3000, meter_entity=entity_id)
    assert flow.asks("powers", error)
    hass.states.async_set(METER, "900", {"unit_of_measurement": "W"})
    await flow.fill(name="Yutaki", nameplate_w=3000, meter_entity=METER)
    assert flow.asks("neighbourhood")
    await flow.fill(next_step_id="later")
    data = flow.heat_pump()
    assert (data["kind"], data["floor_w"]) == ("monitor", 0)
    assert data["meter_entity"] == METER


async def test_a_meter_may_be_unknown_now(
    hass: HomeAssistant, flow: HeatPumpFlow
) -> None:
    """It just started, for example; beside a power of its own a meter is a choice."""
    hass.states.async_set("sensor.kwh", "unknown", {"unit_of_measurement": "W"})
    async with device("qube") as server:
        await flow.new_house("qube")
        await flow.connect(server.port)
    await flow.fill()
    assert flow.fields()["measuring"] == {"meter_entity": None}
    await flow.fill(
        name="Qube",
        nameplate_w=2500,
        block_below_w=800,
        limits={"floor_w": 200},
        measuring={"meter_entity": "sensor.kwh"},
    )
    assert flow.asks("write_test")
    await flow.fill(next_step_id="write_test_skip")
    await flow.fill(next_step_id="later")
    assert flow.heat_pump()["meter_entity"] == "sensor.kwh"


async def test_a_variant_is_asked_where_there_are_some(flow: HeatPumpFlow) -> None:
    """The standard one is proposed when it fits."""
    async with device("nibe_s") as server:
        await flow.new_house("nibe_s")
        await flow.connect(server.port)
        assert flow.asks("variant")
        assert flow.fields() == {"variant": "standard"}
        await flow.fill(variant="aux_only")
        assert flow.asks("registers")
    await flow.fill()
    await flow.fill(
        name="NIBE", nameplate_w=4200, minimum_w=1100, limits={"floor_w": 200}
    )
    assert "only monitors" in flow.words["without"]
    await flow.fill(next_step_id="write_test_skip")
    await flow.fill(next_step_id="later")
    data = flow.heat_pump()
    assert (data["variant"], data["kind"]) == ("aux_only", "monitor")


async def test_swapped_words_propose_the_variant_that_fits(
    flow: HeatPumpFlow,
) -> None:
    """The table shows which register it is."""
    async with device("nibe_s", swapped=True) as server:
        await flow.new_house("nibe_s")
        await flow.connect(server.port)
        assert flow.asks("variant", "wrong_word_order")
        assert flow.fields() == {"variant": "big_word_first"}
        assert "| Electric power |" in flow.words["table"]
        assert "| **No** |" in flow.words["table"]
        await flow.fill(variant="standard")
        assert flow.asks("variant", "wrong_word_order")
        await flow.fill(variant="big_word_first")
        assert flow.asks("registers")
        assert "**No**" not in flow.words["table"]


async def test_swapped_words_without_a_variant(flow: HeatPumpFlow) -> None:
    """The order has to be set in the heat pump."""
    async with device("remeha_gtw08", swapped=True) as server:
        await flow.new_house("remeha_gtw08")
        await flow.fill(next_step_id="connection")
        await flow.connect(server.port, 100)
        assert flow.asks("connection", "wrong_word_order")


async def test_own_profiles_are_offered_and_their_mistakes_told(
    hass: HomeAssistant, flow: HeatPumpFlow, own_folder: Path
) -> None:
    """A file that is put right is no issue any more."""
    put(own_folder, "mine")
    broken = own_folder / "broken.json"
    broken.write_text('{"id": "broken"}', encoding="utf-8")
    flow.result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": "user"}
    )
    await flow.fill(next_step_id="modbus")
    selector = flow.result["data_schema"].schema["profile"]
    labels = [option["label"] for option in selector.config["options"]]
    assert any("mine.json" in label for label in labels)
    assert "broken.json" in flow.words["faults"]
    issues = ir.async_get(hass)
    issue = issues.async_get_issue(DOMAIN, "own_profile_broken.json")
    assert issue is not None
    assert issue.translation_placeholders is not None
    assert "broken.json" in issue.translation_placeholders["problem"]
    broken.unlink()
    await flow.fill(profile="mine")
    assert issues.async_get_issue(DOMAIN, "own_profile_broken.json") is None


@pytest.mark.parametrize("profile_id", profile_ids())
async def test_every_profile_can_be_set_up(
    hass: HomeAssistant, flow: HeatPumpFlow, profile_id: str
) -> None:
    """With what the screens are filled in with, and a meter where one is needed."""
    await make_helpers(hass)
    async with device(profile_id) as server:
        await flow.new_house(profile_id)
        if flow.asks("transport"):
            await flow.fill(next_step_id="connection")
        await flow.connect(server.port, flow.fields()["unit_id"])
        if flow.asks("variant"):
            await flow.fill(**flow.fields())
        assert flow.asks("registers")
        assert "**No**" not in flow.words["table"]
        await flow.fill()
    fields = flow.fields()
    is_needed = flow.result["data_schema"].schema.get("meter_entity")
    if is_needed is not None:
        fields["meter_entity"] = METER
    given = {key: value for key, value in fields.items() if value is not None}
    given |= {"limits": {"floor_w": 200}} if "limits" in fields else {}
    given.pop("measuring", None)
    await flow.fill(**given)
    if flow.asks("write_test"):
        await flow.fill(next_step_id="write_test_skip")
    await flow.fill(next_step_id="later")
    data = flow.heat_pump()
    profile = find_profile(profile_id)
    is_sure = not profile.needs_write_test
    assert data["kind"] == (profile.limit.kind.value if is_sure else "monitor")
    assert data["minimum_w"] < data["nameplate_w"]


@pytest.mark.parametrize("language", ["en", "nl"])
async def test_what_an_installer_has_to_know_is_in_both_languages(
    hass: HomeAssistant, flow: HeatPumpFlow, own_folder: Path, language: str
) -> None:
    """Of the profiles that Dalen ships; an own one speaks for itself."""
    hass.config.language = language
    put(own_folder, "mine", installer_note="Ask Jan.")
    await flow.new_house("mine")
    assert flow.words["installer_note"] == "Ask Jan."
    hass.config_entries.flow.async_abort(flow.result["flow_id"])
    await flow.new_house("luxtronik_shi")
    word = {"en": "Switch on", "nl": "Zet aan"}[language]
    assert flow.words["installer_note"].startswith(word)


def test_the_words_of_profiles_are_those_of_their_files() -> None:
    """One is not changed without the other."""
    selectors = json.loads((TRANSLATIONS / "en.json").read_text("utf-8"))["selector"]
    profiles = [find_profile(profile_id) for profile_id in profile_ids()]
    notes = {profile.id: profile.installer_note for profile in profiles}
    assert selectors["installer_note"]["options"] == notes
    variants = {
        f"{profile.id}_{variant.id}": variant.name
        for profile in profiles
        for variant in profile.variants
    }
    assert selectors["variant"]["options"] == {"standard": "Standard", **variants}
