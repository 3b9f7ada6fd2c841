"""One decision's inputs together, with what is derived from them. Pure."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from dalen_hub.caps.bottlenecks import Floats
from dalen_hub.caps.control_state import ControlState, Settings, Situation
from dalen_hub.caps.fleet import Bools, Fleet, Grid

# What stands in the way of a whole step is rounding.
NOTHING_W = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What one decision is about.

    ``want_w``: what each heat pump would draw uncapped. ``takes_part``: who follows
    a cap now: steerable, online and not paused. Shape (n,).
    """

    state: ControlState
    situation: Situation
    fleet: Fleet
    grid: Grid
    settings: Settings
    want_w: Floats
    takes_part: Bools

    @classmethod
    def of(
        cls,
        state: ControlState,
        situation: Situation,
        fleet: Fleet,
        grid: Grid,
        settings: Settings,
    ) -> Self:
        """Derive what the inputs say together."""
        heard = situation.heard
        return cls(
            state=state,
            situation=situation,
            fleet=fleet,
            grid=grid,
            settings=settings,
            want_w=fleet.wanted_w(heard.want_w),
            takes_part=fleet.steerable & heard.online & ~heard.paused,
        )

    def drawn_w(self, caps_w: Floats) -> Floats:
        """Return what heat pumps draw under caps: nothing below their minimum."""
        runs = (caps_w >= self.fleet.start_w - NOTHING_W) & self.fleet.steerable
        return np.where(runs, np.minimum(self.want_w, caps_w), 0.0)

    def expected_w(self, caps_w: Floats) -> Floats:
        """Return what the steered homes draw; a paused one what it wants."""
        paused = self.situation.heard.paused & self.fleet.steerable
        return np.where(paused, self.want_w, self.drawn_w(caps_w))

    def load_w(self, power_w: Floats) -> Floats:
        """Return the load of each constraint."""
        return self.fleet.load_w(power_w, len(self.grid.bottlenecks))
