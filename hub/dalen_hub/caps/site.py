"""One transformer as the controller sees it: its bottlenecks, and the homes in them.

Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
import math
from typing import Final

import numpy as np

from dalen_hub.caps.bottlenecks import Floats, Ints
from dalen_hub.caps.fleet import (
    PHASES,
    UNKNOWN,
    Bottleneck,
    Fleet,
    Grid,
    fleet_of,
    memberships,
    simple_grid,
)
from dalen_hub.caps.policies import weights_of
from dalen_hub.grid.load import MONITOR_ONLY
from dalen_hub.grid.sharing import Policy
from dalen_hub.grid.trafo import Trafo
from dalen_hub.grid.upstream.settings import ProfileName
from dalen_hub.homes.flexibility.cost import EnergyPrices, typical_cop
from dalen_hub.homes.registry import Home

# What is not configured is never full.
_NO_LIMIT_KW: Final = float("inf")
_THIRDS: Final = (1 / PHASES,) * PHASES
# Where nobody said the COP of a home: that of a typical one on a cold day.
_COLD_C: Final = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the operator or an estimate says of a home; None where unknown.

    ``phase`` is 0, 1 or 2, ``cable`` the id of a configured one.
    """

    phase: int | None = None
    cable: str | None = None
    heat_loss_w_per_k: float | None = None
    cop: float | None = None
    is_estimated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known beside the configuration, by the id of a VEN.

    ``phase_shares`` are those that the meter showed, None without one.
    """

    places: Mapping[str, Place]
    burden_kwh: Mapping[str, float]
    phase_shares: tuple[float, ...] | None = None


NOTHING_KNOWN: Final = Known(places={}, burden_kwh={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The bottlenecks, and the homes in them."""

    grid: Grid
    fleet: Fleet


def site_of(
    trafo: Trafo,
    homes: Sequence[Home],
    known: Known = NOTHING_KNOWN,
    *,
    load_kw: float = math.inf,
    pumps_kw: float = math.inf,
) -> Site:
    """Return a transformer with its homes, in their order.

    ``load_kw`` and ``pumps_kw`` are what the grid operator leaves now for the whole
    load and for all heat pumps together.
    """
    has_group = _has_group(trafo)
    limit_kw = min(trafo.limit_kw, load_kw)
    places = [known.places.get(home.ven_id, Place()) for home in homes]
    saving = _savings(places) if trafo.policy is Policy.COST else None
    fleet = fleet_of(
        [home.nameplate_w for home in homes],
        minimum_w=[home.minimum_w for home in homes],
        floor_w=[home.floor_w for home in homes],
        steerable=[home.heat_pump_kind != MONITOR_ONLY for home in homes],
        weight=_weights(trafo, homes, places, known),
        places=_memberships(trafo, places, has_group=has_group),
        saving_eur_per_kwh=saving,
        fairness_floor=trafo.fairness_floor,
    )
    grid = _grid(trafo, known, limit_kw, has_group=has_group)
    if has_group:
        grid = _with_group(grid, pumps_kw)
    return Site(grid=grid, fleet=fleet)


def _has_group(trafo: Trafo) -> bool:
    """Return whether the grid operator can dispatch flexibility of the heat pumps.

    That is so all the time, with and without a dispatch: the controller remembers
    each bottleneck by its place.
    """
    return any(link.profile is ProfileName.NLFLEX_1_0 for link in trafo.dso)


def _with_group(grid: Grid, pumps_kw: float) -> Grid:
    """Return a grid with the group of all heat pumps; nothing else loads it."""
    group = Bottleneck(name="flexibility group", limit_kw=pumps_kw, rest_share=0.0)
    return Grid(bottlenecks=(*grid.bottlenecks, group), has_group=True)


def _grid(trafo: Trafo, known: Known, limit_kw: float, *, has_group: bool) -> Grid:
    """Return transformer, phases, cables and cable-phases, as ``phase_grid`` does."""
    if trafo.phases is None and not trafo.cables and not has_group:
        return simple_grid(limit_kw)
    limits_kw, shares = (_NO_LIMIT_KW,) * PHASES, known.phase_shares or _THIRDS
    if trafo.phases is not None:
        limits_kw, shares = trafo.phases.limits_kw, trafo.phases.shares or shares
    parts = [*simple_grid(limit_kw).bottlenecks]
    parts += [
        Bottleneck(name=f"phase L{number}", limit_kw=phase_kw, rest_share=share)
        for number, (phase_kw, share) in enumerate(
            zip(limits_kw, shares, strict=True), 1
        )
    ]
    parts += [
        Bottleneck(
            name=f"cable {cable.name}", limit_kw=cable.limit_kw, rest_share=cable.share
        )
        for cable in trafo.cables
    ]
    parts += [
        Bottleneck(
            name=f"cable {cable.name} phase L{number}",
            limit_kw=cable.limit_kw / PHASES if trafo.phases else _NO_LIMIT_KW,
            rest_share=cable.share * share,
        )
        for cable in trafo.cables
        for number, share in enumerate(shares, 1)
    ]
    return Grid(bottlenecks=tuple(parts))


def _memberships(
    trafo: Trafo, places: Sequence[Place], *, has_group: bool
) -> tuple[Ints, Floats] | None:
    """Return where each home hangs; None where only the transformer counts."""
    if trafo.phases is None and not trafo.cables and not has_group:
        return None
    numbers = {cable.id: number for number, cable in enumerate(trafo.cables)}
    phase = [UNKNOWN if place.phase is None else place.phase for place in places]
    cable = [numbers.get(place.cable or "", UNKNOWN) for place in places]
    members, parts = memberships(
        np.array(phase, dtype=np.int64),
        np.array(cable, dtype=np.int64),
        len(trafo.cables),
    )
    if not has_group:
        return members, parts
    # After the transformer, three phases, and each cable with its three phases.
    group = np.full((len(places), 1), 1 + PHASES + (1 + PHASES) * len(trafo.cables))
    ones = np.ones((len(places), 1))
    return np.hstack((members, group)), np.hstack((parts, ones))


def _weights(
    trafo: Trafo, homes: Sequence[Home], places: Sequence[Place], known: Known
) -> Floats:
    """Return the weights of the policy."""
    need = [place.heat_loss_w_per_k for place in places]
    if all(each is None for each in need):
        # The power of a heat pump was chosen for the heat that its house loses.
        need = [home.nameplate_w for home in homes]
    return weights_of(
        trafo.policy,
        homes=len(homes),
        need_w_per_k=np.array(need, dtype=np.float64),
        burden_kwh=np.array([known.burden_kwh.get(home.ven_id, 0.0) for home in homes]),
    )


def _savings(places: Sequence[Place]) -> Floats:
    """Return what a kWh of electricity saves each home, in whole cents."""
    usual = float(typical_cop(_COLD_C))
    cop = np.array([usual if each.cop is None else each.cop for each in places])
    return np.round(EnergyPrices().cost_eur_per_kwh(cop), 2)
