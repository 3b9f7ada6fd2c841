"""A fleet whose pumps want what a formula says, so that the truth is known."""

from dataclasses import dataclass

import numpy as np

from dalen_hub.homes.flexibility.conditions import Conditions, conditions
from dalen_hub.homes.thermal.arrays import Floats

NAMEPLATE_W = 1800.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """d days of n homes: the weather and what was wanted, shape (96 d, n)."""

    when: Conditions
    wanted_w: Floats
    nameplate_w: Floats


def weather(days: int, seed: int, mean_c: float = 3.0) -> Conditions:
    """Return days of a winter from local midnight on."""
    rng = np.random.default_rng(seed)
    hours = np.arange(days * 96) / 4.0 + 0.125
    slow_c = np.interp(hours, 24.0 * np.arange(days + 1), rng.normal(0, 3.5, days + 1))
    outdoor_c = mean_c + slow_c + 2.0 * np.cos(2 * np.pi * (hours - 15.0) / 24.0)
    return conditions(outdoor_c, hours % 24.0)


def fleet(homes: int, days: int, seed: int = 1, noise_w: float = 80.0) -> Fleet:
    """Return a fleet that heats by the recent temperature and the hour."""
    rng = np.random.default_rng(seed)
    when = weather(days, seed)
    slope = rng.uniform(40.0, 70.0, homes)
    cold_k = np.maximum(17.0 - 0.5 * (when.outdoor_c + when.recent_c), 0.0)
    evening = 1.0 + 0.15 * np.cos(2 * np.pi * (when.local_hour - 18.0) / 24.0)
    wanted_w = (cold_k * evening)[:, None] * slope
    wanted_w = wanted_w + noise_w * rng.normal(size=wanted_w.shape)
    return Fleet(
        when=when,
        wanted_w=wanted_w.clip(0.0, NAMEPLATE_W),
        nameplate_w=np.full(homes, NAMEPLATE_W),
    )
