"""What the house has to report about a quarter hour."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from .coordinator import HeatPumpCoordinator
from .openadr.reports import QUARTER, QuarterHour, operating_state
from .quarter_hour import Conduct, house_conduct

FIVE_MINUTES: Final = timedelta(minutes=5)

RUNNING_W: Final = 100.0
"""Above this mean power a compressor ran; below it only electronics did."""

_READINGS: Final = ("outdoor_c", "flow_c", "return_c", "room_c")


def house_quarter_hour(
    heat_pumps: Collection[HeatPumpCoordinator], start: datetime
) -> QuarterHour | None:
    """Return all that the house knows about the quarter hour from start.

    The tier of the consent decides afterwards what of it is sent. None when too
    few readings were taken to speak of the quarter hour.
    """
    conduct = _conduct(heat_pumps, start, start + QUARTER)
    if conduct is None:
        return None
    return QuarterHour(
        start=start,
        state=operating_state(
            running=conduct.mean_w > RUNNING_W,
            curtailed=conduct.is_curtailed,
            opted_out=conduct.is_opted_out,
        ),
        mean_w=conduct.mean_w,
        five_minutes_w=tuple(
            _mean_w(heat_pumps, start + number * FIVE_MINUTES) for number in range(3)
        ),
        readings=_readings(heat_pumps),
    )


def _conduct(
    heat_pumps: Collection[HeatPumpCoordinator], start: datetime, end: datetime
) -> Conduct | None:
    """Return what all heat pumps together did."""
    return house_conduct([pump.conduct.over(start, end) for pump in heat_pumps])


def _mean_w(
    heat_pumps: Collection[HeatPumpCoordinator], start: datetime
) -> float | None:
    """Return the mean power of five minutes."""
    conduct = _conduct(heat_pumps, start, start + FIVE_MINUTES)
    return None if conduct is None else conduct.mean_w


def _readings(
    heat_pumps: Collection[HeatPumpCoordinator],
) -> dict[str, float | None]:
    """Return the last temperatures, where one heat pump speaks for the house."""
    if len(heat_pumps) != 1:
        return {}
    (pump,) = heat_pumps
    if not pump.last_update_success:
        return {}
    return {name: getattr(pump.data, name) for name in _READINGS}
