"""What an entity that controls a heat pump can do, from the entity itself."""

from dataclasses import dataclass
from enum import StrEnum

from .number_range import number_range
from .reading import EntityReading
from .setting import CLIMATE, NUMBERS, SELECTS, SWITCHES
from .units import PERCENT, TEMPERATURE_UNITS, watts_per


class ControlType(StrEnum):
    """How an entity controls a heat pump, best first."""

    WATTS = "watts"
    PERCENT = "percent"
    SELECT = "select"
    SWITCH = "switch"
    TEMPERATURE = "temperature"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """Why an entity cannot control a heat pump: a key of the translations."""

    key: str


def control_type(reading: EntityReading) -> ControlType | Unusable:
    """Return what an entity can do: its domain, unit and range tell.

    A number of watts is best; a percentage needs a measured power beside it; a
    switch or an option can only stop the heat pump; a temperature is a best effort.
    """
    if reading.domain in SWITCHES:
        return ControlType.SWITCH
    if reading.domain in SELECTS:
        options = reading.attributes.get("options") or ()
        enough = len(options) > 1
        return ControlType.SELECT if enough else Unusable(key="limit_range")
    if reading.domain == CLIMATE:
        return ControlType.TEMPERATURE
    if reading.domain not in NUMBERS:
        return Unusable(key="limit_unsupported")
    return _number_type(reading)


def _number_type(reading: EntityReading) -> ControlType | Unusable:
    """Return what a number can do."""
    if watts_per(reading.unit) is not None:
        kind = ControlType.WATTS
    elif reading.unit == PERCENT:
        kind = ControlType.PERCENT
    elif reading.unit in TEMPERATURE_UNITS:
        kind = ControlType.TEMPERATURE
    else:
        return Unusable(key="limit_unsupported")
    return kind if number_range(reading) else Unusable(key="limit_range")
