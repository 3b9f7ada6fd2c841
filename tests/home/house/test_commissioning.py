"""The action that writes a commissioning report, on a real house."""

from collections.abc import Generator
import json
from pathlib import Path
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from pymodbus.constants import ExcCodes
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.dalen.const import DOMAIN
from custom_components.dalen.heat_pump import HeatPumpUnreachableError
from custom_components.dalen.heat_pump.modbus import ModbusHeatPump
from custom_components.dalen.heat_pump.model import HeatPumpIdentity

from ..heat_pump.modbus_server import HOST, ModbusServer
from .entities import METER, entity_subentry, make_helpers
from .houses import PUMP_ID, heat_pump_subentry, set_up
from .test_services import devices

pytestmark = pytest.mark.usefixtures("modbus")

WRITE_TEST = {
    "outcome": "passed",
    "time": "2026-11-23T17:00:00+00:00",
    "duration_s": 70,
    "before_w": 1450.0,
    "limit_w": 725.0,
    "readback_w": 725.0,
    "limited_w": 700.0,
    "response_s": 12.5,
    "after_w": 710.0,
}


@pytest.fixture(autouse=True)
def config_folder(hass: HomeAssistant, tmp_path: Path) -> Generator[Path]:
    """Keep what is written out of the tests' own folder."""
    before, hass.config.config_dir = hass.config.config_dir, str(tmp_path)
    yield tmp_path
    hass.config.config_dir = before


async def report(hass: HomeAssistant, **data: Any) -> dict[str, Any]:
    """Make the report, and return the answer of the action."""
    (device_id,) = devices(hass, PUMP_ID)
    answer = await hass.services.async_call(
        DOMAIN,
        "export_commissioning_report",
        {"device_id": device_id, **data},
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    return dict(answer)


async def test_a_report_of_a_heat_pump_on_modbus(
    hass: HomeAssistant, pump: ModbusServer, config_folder: Path
) -> None:
    """Registers, communication and the last test; nothing is written to it."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Jansen",
        subentries_data=[
            heat_pump_subentry(pump.port, serial="4711", write_test=WRITE_TEST)
        ],
    )
    entry.add_to_hass(hass)
    await set_up(hass, entry)
    pump.writes.clear()
    answer = await report(hass, language="nl")
    made = answer["report"]
    assert made["checks"] == {
        "readings": "good",
        "communication": "good",
        "write_test": "good",
    }
    assert made["communication"]["reads"] == 100
    assert made["write_test"]["drop_w"] == 750
    assert made["heat_pump"]["profile"] == "dalen_simulated"
    assert {row["key"] for row in made["registers"]} >= {"electric_w", "flow_c"}
    assert pump.writes == []
    page, data = (Path(file) for file in answer["files"])
    assert page.parent == config_folder / "dalen" / "commissioning"
    assert json.loads(data.read_text(encoding="utf-8")) == made
    text = page.read_text(encoding="utf-8")
    assert "Opleverrapport" in text
    for secret in (HOST, "4711", "Jansen", PUMP_ID):
        assert secret not in text + json.dumps(made)


async def test_a_report_of_a_silent_heat_pump(
    hass: HomeAssistant, house: MockConfigEntry, pump: ModbusServer
) -> None:
    """It says that nothing answers."""
    await set_up(hass, house)
    pump.failures = [ExcCodes.DEVICE_FAILURE] * 1000
    made = (await report(hass))["report"]
    assert made["checks"]["communication"] == "attention"
    assert made["communication"]["lost"] == made["communication"]["reads"] > 0
    assert made["write_test"] is None


async def test_a_device_that_will_not_say_what_it_is(
    hass: HomeAssistant, house: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report is made all the same."""
    await set_up(hass, house)

    async def identity(pump: ModbusHeatPump) -> HeatPumpIdentity:
        raise HeatPumpUnreachableError

    monkeypatch.setattr(ModbusHeatPump, "identity", identity)
    made = (await report(hass))["report"]
    assert made["heat_pump"]["firmware"] is None
    assert made["checks"]["communication"] == "good"


async def test_a_report_of_entities(hass: HomeAssistant) -> None:
    """Readings without the ids of the entities; also when it is only monitored."""
    await make_helpers(hass)
    entry = MockConfigEntry(
        domain=DOMAIN, subentries_data=[entity_subentry({"type": "none"}, "monitor")]
    )
    entry.add_to_hass(hass)
    await set_up(hass, entry)
    answer = await report(hass)
    assert answer["report"]["readings"]["electric_w"] == 1450
    assert answer["report"]["communication"] is None
    assert METER not in json.dumps(answer["report"])


async def test_a_disk_that_is_full_is_told(
    hass: HomeAssistant, house: MockConfigEntry, config_folder: Path
) -> None:
    """With the folder."""
    await set_up(hass, house)
    (config_folder / "dalen").write_text("in the way")
    with pytest.raises(HomeAssistantError) as caught:
        await report(hass)
    assert caught.value.translation_key == "report_not_written"


async def test_only_an_administrator_makes_a_report(
    hass: HomeAssistant, house: MockConfigEntry, hass_read_only_user: MockUser
) -> None:
    """It writes files."""
    await set_up(hass, house)
    with pytest.raises(Unauthorized):
        await hass.services.async_call(
            DOMAIN,
            "export_commissioning_report",
            {"device_id": "any"},
            blocking=True,
            context=Context(user_id=hass_read_only_user.id),
        )
