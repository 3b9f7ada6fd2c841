"""What a report tells about a heat pump, in the units of the tables. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dalen_hub.consent.reported import Reported
from dalen_hub.store.times import to_epoch
from dalen_hub.vtn.problems import ProblemError

_OLDEST = timedelta(days=31)
_AHEAD = timedelta(hours=1)
_PLAUSIBLE_TIMES = 5
_PLAUSIBLE_LEAST_W = 10_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """The mean electric power over one interval."""

    duration_s: int
    power_w: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Power and state by the start of their intervals, in epoch seconds."""

    powers: dict[int, Power]
    states: dict[int, str]


def measured(values: Sequence[Reported], nameplate_w: float, now: datetime) -> Measured:
    """Return powers and states; the powers of several resources are added.

    Expects values that passed the gate. Raises a 400 problem for a value that
    cannot be: in the future, older than a month, negative or far too large.
    """
    powers: dict[int, Power] = {}
    states: dict[int, str] = {}
    for value in values:
        _check_time(value, now)
        if value.payload_type == "OPERATING_STATE":
            states[value.start] = value.value
        elif value.payload_type == "DEMAND":
            _add_power(powers, value, _power_w(value.value, nameplate_w))
    return Measured(powers=powers, states=states)


def _add_power(powers: dict[int, Power], value: Reported, power_w: float) -> None:
    """Add the power of one resource to that of the others."""
    other = powers.get(value.start)
    if other is not None and other.duration_s != value.duration_s:
        raise ProblemError(
            400, "DEMAND intervals that start together must last equally long."
        )
    before_w = 0.0 if other is None else other.power_w
    powers[value.start] = Power(duration_s=value.duration_s, power_w=before_w + power_w)


def _power_w(demand_kw: float, nameplate_w: float) -> float:
    """Return a DEMAND, which is in kW, in W."""
    most_w = max(_PLAUSIBLE_TIMES * nameplate_w, _PLAUSIBLE_LEAST_W)
    power_w = demand_kw * 1000
    if 0 <= power_w <= most_w:
        return power_w
    raise ProblemError(
        400,
        f"A DEMAND of {demand_kw:g} kW cannot be: it must lie from 0 to "
        f"{most_w / 1000:g} kW. Was it in W?",
    )


def _check_time(value: Reported, now: datetime) -> None:
    """Check that an interval lies in the near past."""
    present = to_epoch(now)
    if value.start + value.duration_s > present + _AHEAD.total_seconds():
        raise ProblemError(400, "An interval ends in the future. Check the clock.")
    if value.start < present - _OLDEST.total_seconds():
        raise ProblemError(400, "An interval is more than 31 days old; leave it out.")
