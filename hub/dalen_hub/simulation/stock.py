"""Homes of several villages at once: S villages of n homes, flat as (S * n,)."""

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from .arrays import FloatArray
from .house import houses
from .village import HomesParameters, various_homes

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

# Free scalars, tuned on two published figures of the pilot and nothing else: about
# 800 W a heat pump at the peak of cold days, and a stop at 20:00 that takes off a
# quarter of the transformer's load (12 seeds x 5 days, 5 % of the homes offline).
HEAT_LOSS_SCALE: Final = 0.78
BASE_LOAD_SCALE: Final = 0.80

# What is mounted in such villages: electric power relative to the 5 kW class, COP
# relative to a usual machine, and share. Manufacturers' ranges, rounded.
_KINDS: Final = ((1.0, 1.0, 0.70), (0.85, 1.05, 0.15), (1.25, 0.95, 0.15))
# The pilot's transformer: homes by phase, and five cables.
PHASE_SHARES: Final = (0.40, 0.33, 0.27)
CABLES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """The homes with a heat pump of S villages, and where they are connected."""

    villages: int
    pumps: int
    homes: HomesParameters
    """Flat, shape (S * n,)."""
    phase: npt.NDArray[np.int64]
    """0, 1 or 2, shape (S, n)."""
    cable: npt.NDArray[np.int64]

    def by_village(self, values: FloatArray) -> FloatArray:
        """Return flat values as (S, n)."""
        return values.reshape(self.villages, self.pumps)


def draw_stock(villages: int, pumps: int, heat_loss_scale: float) -> Stock:
    """Draw the homes of each village with its own seed: more villages add, only."""
    generators = [np.random.default_rng([seed, 1]) for seed in range(villages)]
    drawn = [_draw_homes(pumps, rng, heat_loss_scale) for rng in generators]
    phases = [rng.choice(3, size=pumps, p=PHASE_SHARES) for rng in generators]
    cables = [rng.integers(CABLES, size=pumps) for rng in generators]
    return Stock(
        villages=villages,
        pumps=pumps,
        homes=_joined(drawn),
        phase=np.array(phases, dtype=np.int64),
        cable=np.array(cables, dtype=np.int64),
    )


def _draw_homes(pumps: int, rng: np.random.Generator, scale: float) -> HomesParameters:
    """Draw the homes of one village."""
    homes = various_homes(pumps, rng)
    kind = rng.choice(len(_KINDS), size=pumps, p=[share for _, _, share in _KINDS])
    size = np.array([power for power, _, _ in _KINDS])[kind]
    loss = homes.houses.loss_w_per_k * scale
    capacity = homes.houses.air_kwh_per_k + homes.houses.mass_kwh_per_k
    hybrids = homes.hybrids
    return replace(
        homes,
        houses=houses(loss, capacity),
        hybrids=replace(
            hybrids,
            nameplate_w=np.round(hybrids.nameplate_w * size, -1),
            rated_w=hybrids.rated_w * size,
            minimum_w=hybrids.minimum_w * size,
            cop_share=np.array([cop for _, cop, _ in _KINDS])[kind],
        ),
    )


def _joined(drawn: list[HomesParameters]) -> HomesParameters:
    """Return the homes of all villages as one."""
    return HomesParameters(
        houses=_together([each.houses for each in drawn]),
        thermostats=_together([each.thermostats for each in drawn]),
        hybrids=_together([each.hybrids for each in drawn]),
    )


def _together[T: DataclassInstance](parts: list[T]) -> T:
    """Return dataclasses of arrays as one with longer arrays."""
    names = [each.name for each in fields(parts[0])]
    return type(parts[0])(
        **{
            name: np.concatenate([getattr(each, name) for each in parts])
            for name in names
        }
    )
