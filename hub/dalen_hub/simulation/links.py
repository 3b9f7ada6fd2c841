"""Which homes have a link, and which residents paused: drawn before a run."""

from typing import Final

import numpy as np

from .arrays import BoolArray

_OUTAGE_MIN: Final = 120.0
# 29 pauses by the residents of 97 homes in the two heating seasons of the pilot.
_PAUSES_PER_HOME_MIN: Final = 29.0 / 97.0 / (2 * 180 * 1440)
_PAUSE_MIN: Final = 12 * 60


def draw_online(
    minutes: int, pumps: int, offline_share: float, rng: np.random.Generator
) -> BoolArray:
    """Return when each home has a link, shape (minutes, n).

    Wi-Fi fails in bursts: outages of 2 hours on average, exponential, that together
    take ``offline_share`` of the time.
    """
    if offline_share <= 0.0:
        return np.ones((minutes, pumps), dtype=np.bool_)
    online = np.empty((minutes, pumps), dtype=np.bool_)
    back = 1.0 / _OUTAGE_MIN
    lost = min(1.0, back * offline_share / (1.0 - offline_share))
    now = rng.random(pumps) >= offline_share
    for minute in range(minutes):
        chance = rng.random(pumps)
        now = np.where(now, chance >= lost, chance < back)
        online[minute] = now
    return online


def draw_paused(minutes: int, pumps: int, rng: np.random.Generator) -> BoolArray:
    """Return when the resident of each home paused, shape (minutes, n)."""
    paused = np.zeros((minutes, pumps), dtype=np.bool_)
    count = rng.poisson(_PAUSES_PER_HOME_MIN * minutes, size=pumps)
    for home in np.flatnonzero(count):
        for begin in rng.integers(minutes, size=count[home]):
            paused[begin : begin + _PAUSE_MIN, home] = True
    return paused
