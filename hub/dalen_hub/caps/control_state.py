"""What the controller remembers, and what it decides. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import numpy as np

from dalen_hub.caps.bottlenecks import Floats, Ints
from dalen_hub.caps.budget import Expected, Outlook, Reading
from dalen_hub.caps.day_plan import DayPlan
from dalen_hub.caps.fleet import Bools, Fleet
from dalen_hub.caps.heard import Heard
from dalen_hub.caps.rotation import Turns, no_turns


class Source(StrEnum):
    """What a decision comes from."""

    PLAN = "plan"
    """The forecast alone."""
    REALTIME = "realtime"
    """The meter of the transformer."""
    RELEASE = "release"
    """A higher level is allowed; it is approached slowly."""
    STOP = "stop"
    """An emergency stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the loop is tuned.

    ``response`` is how long homes take to follow: a poll and a compressor's ramp.
    ``margin`` and ``age_margin`` make the virtual limit: the share of the limit that
    stays free with data of 5 minutes, and what the root of their further age in
    quarter hours adds. Tuned on simulated weeks: a smaller margin breaks the limit, a
    larger one burns gas in vain. A careful plan keeps 2 %.
    """

    margin: float = 0.004
    age_margin: float = 0.01
    ramp_w_per_min: float = 10.0
    response: timedelta = timedelta(seconds=60)
    send_step_w: float = 25.0


DEFAULTS: Final = Settings()


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the controller may know at one instant: nothing that nobody measured.

    ``fresh_forecast``: a forecast came in since the last decision; it counts at
    once. ``frame_w``: the cap of a fixed frame in force. ``stopped``: an emergency
    stop is in force.
    """

    now: datetime
    readings: tuple[Reading, ...]
    outlook: Outlook
    plan: DayPlan
    heard: Heard
    stopped: bool = False
    fresh_forecast: bool = False
    frame_w: float = np.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlState:
    """What must be kept from one decision to the next.

    ``levels_w``: the level of each home, per weight. ``told_w`` and
    ``told_level_w``: the caps that were sent last, and their lowest level.
    ``after_stop``: the level rises from a stop. ``steady_since``: when anything but the
    meter decided last. ``use``: what heat pumps draw, as a
    part of what is expected.
    """

    at: datetime
    source: Source
    levels_w: Floats
    told_w: Floats
    told_level_w: float
    turns: Turns
    history: tuple[Expected, ...]
    steady_since: datetime
    after_stop: bool = False
    use: float = 1.0
    use_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The caps in W, shape (n,), and why.

    ``level_w`` is the lowest level that was sent (infinite: nobody is limited).
    ``send`` says
    whether homes have to be told. ``rising`` are homes whose cap rises: they start
    spread over 5 minutes. ``rest_w`` and ``room_w`` are those of the transformer,
    NaN where the plan counts. ``takes_part``, ``off_in_turn`` and
    ``on_in_turn`` explain caps;
    ``bottleneck`` is the index of the constraint that holds a home, or -1.
    """

    caps_w: Floats
    level_w: float
    source: Source
    send: bool
    rising: Bools
    rest_w: float
    room_w: float
    takes_part: Bools
    off_in_turn: Bools
    on_in_turn: Bools
    bottleneck: Ints


def first_state(fleet: Fleet, now: datetime) -> ControlState:
    """Return the state before the first decision: nobody is limited."""
    return ControlState(
        at=now,
        source=Source.PLAN,
        levels_w=np.full(fleet.size, np.inf),
        told_w=fleet.highest_w,
        told_level_w=np.inf,
        turns=no_turns(fleet.size),
        history=(),
        steady_since=now,
    )
