"""From the room on a transformer to the cap of each home. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
import math
from typing import Final

from dalen_hub.caps.water_filling import water_level
from dalen_hub.forecast.model import QuarterForecast
from dalen_hub.grid.trafo import Trafo

# Caps travel in kW with two decimals.
STEP_W: Final = 10
_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """What the sharing must know of a home.

    Its cap is never below ``floor_w`` and never above ``nameplate_w``. One that
    cannot be limited (``steerable`` False) is part of the forecast, not of the
    room; its cap is always the nameplate.
    """

    target: str
    nameplate_w: float
    floor_w: float = 0.0
    weight: float = 1.0
    steerable: bool = True

    @property
    def highest_w(self) -> int:
        """Return the cap that does not limit: the nameplate, rounded down."""
        return int(self.nameplate_w // STEP_W) * STEP_W

    @property
    def lowest_w(self) -> int:
        """Return the lowest cap: the floor, rounded up, at most the highest."""
        return min(-int(-self.floor_w // STEP_W) * STEP_W, self.highest_w)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The common level of a quarter hour; None limits nobody.

    ``shortfall_w`` is what the floors of the homes exceed the room by.
    """

    level_w: float | None
    shortfall_w: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterPlan:
    """What is decided for one quarter hour of a transformer."""

    forecast: QuarterForecast
    room_kw: float
    level: Level

    @property
    def start(self) -> datetime:
        """Return the start of the quarter hour, in UTC."""
        return self.forecast.start


def plan_quarters(
    trafo: Trafo, forecasts: Sequence[QuarterForecast], homes: Sequence[Participant]
) -> list[QuarterPlan]:
    """Return the plan of each quarter hour."""
    plans = []
    for forecast in forecasts:
        room = trafo.room_kw(forecast.p90_kw)
        plans.append(
            QuarterPlan(
                forecast=forecast,
                room_kw=room,
                level=plan_level(homes, room * 1000),
            )
        )
    return plans


def plan_level(homes: Sequence[Participant], room_w: float) -> Level:
    """Return the level that fills the room, in steps of 10 W, rounded down."""
    steered = [home for home in homes if home.steerable]
    floors = [home.lowest_w for home in steered]
    level = water_level(
        [home.highest_w for home in steered],
        [home.weight for home in steered],
        room_w,
        floors,
    )
    if math.isinf(level):
        return Level(level_w=None)
    # An exact 520 W may come out as 519.9999999.
    steps = math.floor(level / STEP_W + _ROUNDING)
    return Level(
        level_w=steps * STEP_W,
        shortfall_w=max(0.0, sum(floors) - room_w),
    )


def cap_w(home: Participant, level: Level) -> int:
    """Return the cap of one home in W, a multiple of 10."""
    if level.level_w is None or not home.steerable:
        return home.highest_w
    share = int(home.weight * level.level_w // STEP_W) * STEP_W
    return min(home.highest_w, max(home.lowest_w, share))
