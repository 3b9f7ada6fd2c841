"""Build the report of a quarter hour: what the consented tier holds, no more."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from math import isfinite
from typing import Final

from .instants import format_instant
from .model import JsonObject, JsonValue

QUARTER: Final = timedelta(minutes=15)
RESOURCE: Final = "heat-pump"


class Tier(IntEnum):
    """How much a resident shares; each tier holds the ones below it."""

    T0 = 0
    """Take part: the operating state."""
    T1 = 1
    """The mean power of 15 minutes."""
    T2 = 2
    """The mean power of 5 minutes."""
    T3 = 3
    """Temperatures and gas, until an agreed date."""


class OperatingState(StrEnum):
    """OPERATING_STATE as OpenADR 3.1 enumerates it."""

    RUNNING_NORMAL = "RUNNING_NORMAL"
    RUNNING_CURTAILED = "RUNNING_CURTAILED"
    RUNNING_OPTED_OUT = "RUNNING_OPTED_OUT"
    IDLE_NORMAL = "IDLE_NORMAL"
    IDLE_CURTAILED = "IDLE_CURTAILED"
    IDLE_OPTED_OUT = "IDLE_OPTED_OUT"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterHour:
    """What was measured in the quarter hour that begins at ``start`` (UTC).

    ``five_minutes_w`` has three values, or none where they were not kept.
    ``readings`` are named with their unit, such as ``room_c`` or ``gas_m3``.
    """

    start: datetime
    state: OperatingState
    mean_w: float | None = None
    five_minutes_w: tuple[float | None, ...] = ()
    readings: Mapping[str, float | None] = field(default_factory=dict)


def operating_state(
    *, running: bool, curtailed: bool, opted_out: bool
) -> OperatingState:
    """Return the state to report; the resident's pause goes before a cap."""
    answer = "OPTED_OUT" if opted_out else "CURTAILED" if curtailed else "NORMAL"
    return OperatingState(f"{'RUNNING' if running else 'IDLE'}_{answer}")


def tier_in_force(tier: Tier, valid_until: datetime | None, now: datetime) -> Tier:
    """Return the tier that holds now: after an end date only T0 is left."""
    return Tier.T0 if valid_until is not None and now >= valid_until else tier


def quarter_hour_report(
    quarter: QuarterHour, *, tier: Tier, event_id: str, ven_name: str
) -> JsonObject:
    """Return the report of a quarter hour as JSON, ready for ``create_report``.

    Power is in kW with 2 decimals. Values that are missing or not finite are left
    out. Raises ValueError when ``start`` has no time zone or is no quarter hour.
    """
    if quarter.start.timestamp() % QUARTER.total_seconds() or not quarter.start.tzinfo:
        raise ValueError(f"{quarter.start} is not the start of a quarter hour")
    resources: list[JsonValue] = [_heat_pump(quarter, tier)]
    if tier >= Tier.T3:
        resources += _readings(quarter)
    return {
        "eventID": event_id,
        "clientName": ven_name,
        "reportName": "quarter-hour",
        "resources": resources,
    }


def _heat_pump(quarter: QuarterHour, tier: Tier) -> JsonObject:
    """Return the part about the heat pump: its state, and power if consented."""
    powers_w: tuple[float | None, ...] = (None,)
    if tier >= Tier.T1:
        powers_w = (quarter.mean_w,)
    if tier >= Tier.T2 and len(quarter.five_minutes_w) == 3:
        powers_w = quarter.five_minutes_w
    return _resource(
        RESOURCE,
        quarter.start,
        [[*_demand(power_w), _state(quarter.state)] for power_w in powers_w],
    )


def _demand(power_w: float | None) -> list[JsonValue]:
    """Return the payload for a mean power, none when it is not known."""
    if power_w is None or not isfinite(power_w):
        return []
    return [{"type": "DEMAND", "values": [round(power_w / 1000, 2)]}]


def _state(state: OperatingState) -> JsonObject:
    """Return the payload for the operating state."""
    return {"type": "OPERATING_STATE", "values": [state.value]}


def _readings(quarter: QuarterHour) -> list[JsonValue]:
    """Return a resource per reading: one payload type cannot have two units."""
    return [
        _resource(name, quarter.start, [[{"type": "READING", "values": [value]}]])
        for name, value in sorted(quarter.readings.items())
        if value is not None and isfinite(value)
    ]


def _resource(
    name: str, start: datetime, payloads: list[list[JsonValue]]
) -> JsonObject:
    """Return one resource, its quarter hour divided evenly over the payloads."""
    intervals: list[JsonValue] = [
        {"id": number, "payloads": values} for number, values in enumerate(payloads)
    ]
    return {
        "resourceName": name,
        "intervalPeriod": {
            "start": format_instant(start),
            "duration": f"PT{15 // len(payloads)}M",
        },
        "intervals": intervals,
    }
