"""The sensor of how the last limit write test ended."""

from typing import Final

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import EntityCategory

from .coordinator import HeatPumpCoordinator
from .heat_pump.write_test_result import WriteTestOutcome
from .sensor_description import HeatPumpSensorDescription
from .write_test_data import last_write_test, write_test_details

NOT_TESTED: Final = "not_tested"


def _outcome(pump: HeatPumpCoordinator) -> str:
    """Return how the last test ended."""
    found = last_write_test(pump)
    return NOT_TESTED if found is None else str(found["outcome"])


WRITE_TEST_SENSORS: tuple[HeatPumpSensorDescription, ...] = (
    HeatPumpSensorDescription(
        key="write_test",
        translation_key="write_test",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=[NOT_TESTED, *WriteTestOutcome],
        value_fn=_outcome,
        attributes_fn=write_test_details,
    ),
)
