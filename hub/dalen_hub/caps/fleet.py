"""The homes and the bottlenecks that the sharing is about, as arrays. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from dalen_hub.caps.bottlenecks import NO_CONSTRAINT, Claims, Floats, Ints, loads_w

type Bools = npt.NDArray[np.bool_]

# Caps travel in kW with two decimals.
STEP_W: Final = 10
PHASES: Final = 3
UNKNOWN: Final = -1
_ROUNDING: Final = 1e-9
# Where nobody measured what a heat pump wants: the pilot's 0.8 kW of 1.45 kW.
_USUAL_SHARE: Final = 0.55
# Five kelvin colder than yesterday at 0 C.
_COLDER: Final = 1.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Bottleneck:
    """One constraint: what it may carry, and its part of the load of the rest."""

    name: str
    limit_kw: float
    rest_share: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """All constraints of one transformer; the first one is the transformer.

    With ``has_group`` the last one is the group of all heat pumps, of which the grid
    operator can dispatch flexibility.
    """

    bottlenecks: tuple[Bottleneck, ...]
    has_group: bool = False

    @property
    def limits_w(self) -> Floats:
        """Return what each may carry, shape (constraints,)."""
        return np.array([1000.0 * each.limit_kw for each in self.bottlenecks])

    @property
    def rest_shares(self) -> Floats:
        """Return the part of the rest that each carries, shape (constraints,)."""
        return np.array([each.rest_share for each in self.bottlenecks])


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """n homes, shape (n,) each; powers are electric, in W.

    A cap is never below ``floor_w`` (but in an emergency stop) and never above
    ``nameplate_w``. Below ``minimum_w`` the heat pump is off. One that is not
    ``steerable`` belongs to the rest. ``members`` and ``parts``: see Claims.
    ``saving_eur_per_kwh``: what a kWh saves its home, where room goes by cost (see
    policies); a home keeps at least ``fairness_floor`` of its fair share then.
    """

    nameplate_w: Floats
    minimum_w: Floats
    floor_w: Floats
    weight: Floats
    steerable: Bools
    members: Ints
    parts: Floats | None = None
    saving_eur_per_kwh: Floats | None = None
    fairness_floor: float = 0.5
    highest_w: Floats = field(init=False)
    """The caps that do not limit: the nameplates, rounded down."""
    lowest_w: Floats = field(init=False)
    """The lowest caps: the floors, rounded up, at most the highest."""
    start_w: Floats = field(init=False)
    """The lowest caps under which the heat pumps run, in whole steps."""
    constraints: int = field(init=False)
    """How many constraints, of those that come first, hold all members."""

    def __post_init__(self) -> None:
        """Derive once what every decision asks for."""
        highest_w = floor_step(self.nameplate_w)
        lowest_w = np.minimum(ceil_step(self.floor_w), highest_w)
        start_w = np.minimum(ceil_step(self.minimum_w), highest_w)
        object.__setattr__(self, "highest_w", highest_w)
        object.__setattr__(self, "lowest_w", lowest_w)
        object.__setattr__(self, "start_w", start_w)
        constraints = int(self.members.max(initial=-1)) + 1
        object.__setattr__(self, "constraints", constraints)

    @property
    def size(self) -> int:
        """Return n."""
        return len(self.nameplate_w)

    def wanted_w(self, known_w: Floats) -> Floats:
        """Return what each would draw uncapped; a usual share where NaN."""
        usual_w = _USUAL_SHARE * self.nameplate_w
        known = np.where(np.isnan(known_w), usual_w, known_w)
        wanted_w: Floats = np.minimum(np.maximum(known, 0.0), self.nameplate_w)
        return wanted_w

    def share_w(self, levels_w: Floats) -> Floats:
        """Return what a level gives each home, between its floor and its nameplate."""
        # Two ufuncs: `clip` costs several times as much for a hundred homes.
        raised_w = np.maximum(self.weight * levels_w, self.lowest_w)
        share_w: Floats = np.minimum(raised_w, self.highest_w)
        return share_w

    def most_wanted_w(self, known_w: Floats) -> Floats:
        """Return what each may want on a colder day; the nameplate where NaN."""
        most_w = np.clip(_COLDER * known_w, self.lowest_w, self.highest_w)
        return np.where(np.isnan(known_w), self.highest_w, most_w)

    def framed_w(self, caps_w: Floats, frame_w: Floats | float) -> Floats:
        """Return caps that a fixed frame bounds too, but never below the floors."""
        framed_w = np.minimum(caps_w, np.maximum(self.lowest_w, frame_w))
        return np.where(self.steerable, framed_w, caps_w)

    def load_w(self, power_w: Floats, constraints: int) -> Floats:
        """Return the load of each constraint, shape (constraints,)."""
        return loads_w(self.members, self.parts, power_w, constraints)

    def claims(self, lower_w: Floats, upper_w: Floats) -> Claims:
        """Return the homes as participants with these bounds."""
        return Claims(
            lower_w=lower_w,
            upper_w=upper_w,
            weight=self.weight,
            members=self.members,
            parts=self.parts,
        )


def fleet_of(
    nameplate_w: Sequence[float] | Floats,
    *,
    minimum_w: Sequence[float] | Floats | float = 0.0,
    floor_w: Sequence[float] | Floats | float = 0.0,
    weight: Sequence[float] | Floats | float = 1.0,
    steerable: Sequence[bool] | Bools | bool = True,
    places: tuple[Ints, Floats | None] | None = None,
    saving_eur_per_kwh: Floats | None = None,
    fairness_floor: float = 0.5,
) -> Fleet:
    """Return a fleet; one value counts for all homes.

    ``places`` comes from ``memberships``; without it all hang on one transformer.
    """
    nameplates = np.asarray(nameplate_w, dtype=np.float64)
    count = len(nameplates)
    members, parts = places or (np.zeros((count, 1), dtype=np.int64), None)
    return Fleet(
        nameplate_w=nameplates,
        minimum_w=np.minimum(_filled(minimum_w, count), nameplates),
        floor_w=np.minimum(_filled(floor_w, count), nameplates),
        weight=_filled(weight, count),
        steerable=np.broadcast_to(np.asarray(steerable, dtype=np.bool_), count).copy(),
        members=members,
        parts=parts,
        saving_eur_per_kwh=saving_eur_per_kwh,
        fairness_floor=fairness_floor,
    )


def simple_grid(limit_kw: float) -> Grid:
    """Return a transformer of which no phase and no cable is known."""
    return Grid(bottlenecks=(Bottleneck(name="transformer", limit_kw=limit_kw),))


def phase_grid(
    limit_kw: float,
    *,
    phase_shares: Sequence[float] = (1 / 3, 1 / 3, 1 / 3),
    cable_limits_kw: Sequence[float] = (),
    cable_shares: Sequence[float] = (),
) -> Grid:
    """Return transformer, phases, cables and cable-phases, in this order.

    The shares say how the rest divides. A phase may carry a third of its whole.
    """
    parts = [Bottleneck(name="transformer", limit_kw=limit_kw)]
    parts += [
        Bottleneck(
            name=f"phase L{number}", limit_kw=limit_kw / PHASES, rest_share=share
        )
        for number, share in enumerate(phase_shares, 1)
    ]
    cables = list(enumerate(zip(cable_limits_kw, cable_shares, strict=True), 1))
    parts += [
        Bottleneck(name=f"cable {number}", limit_kw=limit, rest_share=share)
        for number, (limit, share) in cables
    ]
    parts += [
        Bottleneck(
            name=f"cable {number} phase L{phase}",
            limit_kw=limit / PHASES,
            rest_share=share * phase_share,
        )
        for number, (limit, share) in cables
        for phase, phase_share in enumerate(phase_shares, 1)
    ]
    return Grid(bottlenecks=tuple(parts))


def memberships(phase: Ints, cable: Ints, cables: int) -> tuple[Ints, Floats]:
    """Return members and parts of homes in a ``phase_grid``, UNKNOWN (-1) allowed.

    A home of unknown phase loads each phase with a third.
    """
    count = len(phase)
    members = np.full((count, 2 + 2 * PHASES), NO_CONSTRAINT, dtype=np.int64)
    parts = np.ones(members.shape)
    members[:, 0] = 0
    members[:, 1] = np.where(cable >= 0, 1 + PHASES + cable, NO_CONSTRAINT)
    first = 1 + PHASES + cables + PHASES * cable
    for number in range(PHASES):
        here = (phase == number) | (phase == UNKNOWN)
        members[here, 2 + number] = 1 + number
        members[here & (cable >= 0), 2 + PHASES + number] = (first + number)[
            here & (cable >= 0)
        ]
    parts[phase == UNKNOWN, 2:] = 1 / PHASES
    return members, parts


def floor_step(power_w: Floats) -> Floats:
    """Return powers rounded down to the step; an exact 520 may be 519.9999999."""
    return np.floor(power_w / STEP_W + _ROUNDING) * STEP_W


def ceil_step(power_w: Floats) -> Floats:
    """Return powers rounded up to the step."""
    return np.ceil(power_w / STEP_W - _ROUNDING) * STEP_W


def _filled(value: Sequence[float] | Floats | float, count: int) -> Floats:
    """Return an array of n values."""
    return np.broadcast_to(np.asarray(value, dtype=np.float64), count).copy()
