"""What one entity says, and what that means for a heat pump."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import math
from typing import Any, Final

from .units import PERCENT, to_celsius, to_watts, watts_per

STALE_AFTER: Final = timedelta(minutes=5)
"""An entity that has not reported for this long may have lost its device."""

UNAVAILABLE: Final = "unavailable"
UNKNOWN: Final = "unknown"

_YES: Final = frozenset({"on", "true", "yes", "active", "heat", "heating"})
_NO: Final = frozenset({"off", "false", "no", "inactive", "idle", "none", "standby"})
_DEFROST_WORDS: Final = ("defrost", "ontdooi", "abtau")


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityReading:
    """The state of an entity at one moment."""

    entity_id: str
    state: str
    reported: datetime
    """When its integration last said anything, also when it was the same."""

    changed: datetime
    """When it last became something else."""

    unit: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def domain(self) -> str:
        """Return the kind of entity, such as sensor or number."""
        return self.entity_id.partition(".")[0]

    @property
    def is_available(self) -> bool:
        """Tell if its integration reaches its device."""
        return self.state != UNAVAILABLE

    @property
    def number(self) -> float | None:
        """Return the state as a finite number; of a climate, its temperature."""
        text: object = self.state
        if self.domain == "climate":
            text = self.attributes.get("current_temperature")
        return finite(text)

    def is_stale(self, now: datetime) -> bool:
        """Tell if it has been silent for long."""
        return now - self.reported > STALE_AFTER


def finite(value: object) -> float | None:
    """Return a finite number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def power_w(reading: EntityReading | None) -> float | None:
    """Return a power in watts; None when it is not known."""
    if reading is None or (value := reading.number) is None:
        return None
    return to_watts(value, reading.unit)


def temperature_c(reading: EntityReading | None) -> float | None:
    """Return a temperature in °C; None when it is not known."""
    if reading is None or (value := reading.number) is None:
        return None
    return to_celsius(value, reading.unit)


def is_on(reading: EntityReading | None) -> bool | None:
    """Return whether something works: a yes or no, or a number above 0."""
    if reading is None:
        return None
    if (value := finite(reading.state)) is not None:
        return value > 0
    word = reading.state.lower()
    if word in _YES:
        return True
    return False if word in _NO else None


def is_defrosting(reading: EntityReading | None) -> bool | None:
    """Return whether a heat pump defrosts, from a yes or no or from its mode."""
    if reading is None or reading.state in (UNAVAILABLE, UNKNOWN):
        return None
    if any(word in reading.state.lower() for word in _DEFROST_WORDS):
        return True
    answer = is_on(reading)
    # "heating" is a mode other than defrosting, not a yes to defrosting.
    is_yes = reading.state.lower() in ("on", "true", "yes")
    return is_yes or bool(answer and finite(reading.state) is not None)


def boiler_power_w(reading: EntityReading | None) -> float | None:
    """Return the power of a boiler in watts, if that is what the entity tells."""
    if reading is None or reading.unit == PERCENT or watts_per(reading.unit) is None:
        return None
    return power_w(reading)
