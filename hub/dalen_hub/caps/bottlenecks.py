"""Weighted max-min sharing of many constraints at once: transformer, phases, cables.

The set of what may be given, ``{lower <= x <= upper, A x <= rooms}``, allows to give
less (free disposal), so that one max-min fair point exists and filling finds it
(Radunovic and Le Boudec, 2007). All levels rise together. The constraint that is
full first is a bottleneck: in it nobody can get more without taking from somebody
who has no more per weight, so what its members have is final. They leave, and the
rest goes on. Each round empties one constraint: there are at most as many rounds
as constraints.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

type Floats = npt.NDArray[np.float64]
type Ints = npt.NDArray[np.int64]

NO_CONSTRAINT = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What n participants can be given, in W, shape (n,) each.

    ``members`` of shape (n, k) are the constraints that each of them loads, -1 for
    none: for example transformer, phase, cable and cable-phase. ``parts`` of the
    same shape says with which part of its power, 1 where None: a home of which
    nobody knows the phase loads each with a third. ``weight`` > 0.
    """

    lower_w: Floats
    upper_w: Floats
    weight: Floats
    members: Ints
    parts: Floats | None = None

    def load_w(self, power_w: Floats, constraints: int) -> Floats:
        """Return the load of each constraint, shape (constraints,)."""
        return loads_w(self.members, self.parts, power_w, constraints)

    @property
    def is_one_bottleneck(self) -> bool:
        """Return whether all load the first constraint, wholly, and no other."""
        is_plain = self.members.shape[1] == 1 and self.parts is None
        return is_plain and not self.members.any()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """The fair point: shape (n,) for participants, (constraints,) for shortfall.

    ``level_w`` is the level per weight of the bottleneck that holds a participant,
    infinite for one that gets all it can use; ``bottleneck`` is its index or -1.
    ``shortfall_w`` is what the lower bounds exceed a constraint by. ``own_levels_w``
    is set where participants in one bottleneck have different levels.
    """

    share_w: Floats
    level_w: Floats
    bottleneck: Ints
    shortfall_w: Floats
    own_levels_w: Floats | None = None

    def common_level_w(self, members: Ints) -> Floats:
        """Return the lowest level among the constraints of each, shape (n,).

        Unlike ``level_w`` it also bounds those that do not use their share.
        """
        if self.own_levels_w is not None:
            return self.own_levels_w
        # The index -1 of no constraint finds the last element, which is infinite.
        levels = np.full(len(self.shortfall_w) + 1, np.inf)
        if len(self.shortfall_w) == 1:
            levels[0] = self.level_w.min(initial=np.inf)
        else:
            held = self.bottleneck >= 0
            np.minimum.at(levels, self.bottleneck[held], self.level_w[held])
        lowest: Floats = levels[members].min(axis=1, initial=np.inf)
        return lowest


def share_room(claims: Claims, rooms_w: Floats) -> Sharing:
    """Return the weighted max-min fair shares under all constraints.

    Exact up to rounding. O(k n log n) for the sorting, then at most O(k n) a round.
    """
    if bool((claims.load_w(claims.upper_w, len(rooms_w)) <= rooms_w).all()):
        return _everything(claims, len(rooms_w))
    if len(rooms_w) == 1 and claims.is_one_bottleneck:
        return _share_one(claims, rooms_w)
    filling = _Filling.of(claims, rooms_w)
    while filling.fill_next():
        pass
    return filling.result()


def _everything(claims: Claims, constraints: int) -> Sharing:
    """Return what is shared where all claims fit."""
    count = len(claims.weight)
    return Sharing(
        share_w=claims.upper_w.astype(np.float64),
        level_w=np.full(count, np.inf),
        bottleneck=np.full(count, NO_CONSTRAINT, dtype=np.int64),
        shortfall_w=np.zeros(constraints),
    )


def _share_one(claims: Claims, rooms_w: Floats) -> Sharing:
    """Return the shares where one constraint holds all: no round is needed."""
    lower_w, upper_w, weight = claims.lower_w, claims.upper_w, claims.weight
    level = _level_of_one(claims, float(rooms_w[0]))
    if level == np.inf:
        return _everything(claims, 1)
    wanted_w = weight * max(level, 0.0)
    share_w = np.minimum(np.maximum(wanted_w, lower_w), upper_w)
    held = share_w < upper_w
    return Sharing(
        share_w=share_w,
        level_w=np.where(held, np.maximum(wanted_w, lower_w) / weight, np.inf),
        bottleneck=np.where(held, 0, NO_CONSTRAINT),
        shortfall_w=_shortfall_w(claims.load_w(share_w, 1), rooms_w),
    )


def _level_of_one(claims: Claims, room_w: float) -> float:
    """Return the level at which the one constraint is full; see ``_level_of``."""
    count, weight = len(claims.weight), claims.weight
    corners = np.concatenate((claims.lower_w / weight, claims.upper_w / weight))
    order = corners.argsort(kind="stable")
    members = order[order >= count] - count
    lower_w, upper_w = claims.lower_w[members], claims.upper_w[members]
    least_w = lower_w.sum()
    if upper_w.sum() <= room_w:
        return np.inf
    if least_w >= room_w:
        return -np.inf
    slopes = np.concatenate((weight, -weight))[order]
    below, above = _segment(corners[order], slopes, room_w - least_w)
    starts, ends = corners[members], corners[members + count]
    return _full_at(
        (starts, lower_w), (ends, upper_w), weight[members], room_w, below, above
    )


def _shortfall_w(used_w: Floats, rooms_w: Floats) -> Floats:
    """Return what the shares exceed each room by; rounding is no shortfall."""
    over_w = used_w - rooms_w - 1e-9 * np.maximum(1.0, rooms_w)
    return np.where(over_w > 0, used_w - rooms_w, 0.0)


@dataclass(slots=True, kw_only=True)
class _Filling:
    """The state of one filling.

    ``events`` holds per constraint the corners of its active members, sorted by
    level: participant i where it leaves its lower bound, n + i where it is full.
    ``parts`` holds beside each corner which part of the participant counts.
    """

    claims: Claims
    rooms_w: Floats
    left_w: Floats
    corners: Floats
    events: list[Ints]
    parts: list[Floats]
    levels: Floats
    stale: set[int]
    active: npt.NDArray[np.bool_]
    share_w: Floats
    level_w: Floats
    bottleneck: Ints

    @classmethod
    def of(cls, claims: Claims, rooms_w: Floats) -> _Filling:
        """Sort the corners once, for all constraints."""
        count = len(claims.weight)
        corners = np.concatenate(
            (claims.lower_w / claims.weight, claims.upper_w / claims.weight)
        )
        order = np.argsort(corners, kind="stable")
        events, parts = _events_by_constraint(claims, order, len(rooms_w))
        return cls(
            claims=claims,
            rooms_w=rooms_w,
            left_w=rooms_w.astype(np.float64),
            corners=corners,
            events=events,
            parts=parts,
            levels=np.full(len(rooms_w), np.inf),
            stale=set(range(len(rooms_w))),
            active=np.ones(count, dtype=np.bool_),
            share_w=claims.upper_w.astype(np.float64),
            level_w=np.full(count, np.inf),
            bottleneck=np.full(count, NO_CONSTRAINT, dtype=np.int64),
        )

    def fill_next(self) -> bool:
        """Fill up to the next bottleneck; return False when there is none left."""
        for index in self.stale:
            self.levels[index] = self._level_of(index)
        self.stale.clear()
        if not len(self.levels) or np.isinf(lowest := self.levels.min()):
            # -inf: lower bounds that do not fit. +inf: everything fits.
            if not len(self.levels) or lowest > 0:
                return False
        self._freeze(int(np.argmin(self.levels)))
        return True

    def result(self) -> Sharing:
        """Return the shares."""
        used_w = self.claims.load_w(self.share_w, len(self.rooms_w))
        return Sharing(
            share_w=self.share_w,
            level_w=self.level_w,
            bottleneck=self.bottleneck,
            shortfall_w=_shortfall_w(used_w, self.rooms_w),
        )

    def _level_of(self, index: int) -> float:
        """Return the level at which a constraint is full, for its active members."""
        count = len(self.active)
        still = self.active[self.events[index] % count]
        events = self.events[index] = self.events[index][still]
        parts = self.parts[index] = self.parts[index][still]
        if not len(events):
            return np.inf
        members, part = events[events >= count] - count, parts[events >= count]
        room_w = self.left_w[index]
        lower_w = part * self.claims.lower_w[members]
        upper_w = part * self.claims.upper_w[members]
        if upper_w.sum() <= room_w:
            return np.inf
        least_w = lower_w.sum()
        if least_w >= room_w:
            return -np.inf
        weight = parts * self.claims.weight[events % count]
        slopes = np.where(events < count, weight, -weight)
        below, above = _segment(self.corners[events], slopes, room_w - least_w)
        starts, ends = self.corners[members], self.corners[members + count]
        weight = part * self.claims.weight[members]
        return _full_at(
            (starts, lower_w), (ends, upper_w), weight, room_w, below, above
        )

    def _freeze(self, index: int) -> None:
        """Make final what the members of a bottleneck have."""
        events, claims = self.events[index], self.claims
        members = events[events >= len(self.active)] - len(self.active)
        level = self.levels[index]
        wanted_w = claims.weight[members] * max(level, 0.0)
        lower_w, upper_w = claims.lower_w[members], claims.upper_w[members]
        share_w = np.clip(wanted_w, lower_w, upper_w)
        held = share_w < upper_w
        self.share_w[members] = share_w
        self.level_w[members] = np.where(
            held, np.maximum(wanted_w, lower_w) / claims.weight[members], np.inf
        )
        self.bottleneck[members] = np.where(held, index, NO_CONSTRAINT)
        self.active[members] = False
        self.levels[index] = np.inf
        parts = None if claims.parts is None else claims.parts[members]
        self.left_w -= loads_w(
            claims.members[members], parts, share_w, len(self.left_w)
        )
        touched = np.unique(claims.members[members])
        self.stale |= set(touched[touched >= 0].tolist())
        np.maximum(self.left_w, 0.0, out=self.left_w)


def _events_by_constraint(
    claims: Claims, order: Ints, constraints: int
) -> tuple[list[Ints], list[Floats]]:
    """Return per constraint the sorted corners of its members, and their parts."""
    events: list[list[Ints]] = [[] for _ in range(constraints)]
    parts: list[list[Floats]] = [[] for _ in range(constraints)]
    for number, column in enumerate(claims.members.T):
        of_event = column[order % len(column)]
        # A stable sort of small integers is a radix sort.
        by_constraint = np.argsort(of_event.astype(np.int16), kind="stable")
        bounds = np.searchsorted(
            of_event[by_constraint], np.arange(constraints + 1), side="left"
        )
        for index in range(constraints):
            found = order[by_constraint[bounds[index] : bounds[index + 1]]]
            if not len(found):
                continue
            part = np.ones(len(found))
            if claims.parts is not None:
                part = claims.parts[found % len(column), number]
            events[index].append(found)
            parts[index].append(part)
    for index, found_lists in enumerate(events):
        if len(found_lists) > 1:
            _merge(found_lists, parts[index], order)
    return (
        [np.concatenate([*found, order[:0]]) for found in events],
        [np.concatenate([*part, np.empty(0)]) for part in parts],
    )


def _merge(events: list[Ints], parts: list[Floats], order: Ints) -> None:
    """Bring the corners that several columns gave a constraint into one order."""
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    together, part = np.concatenate(events), np.concatenate(parts)
    sorting = np.argsort(rank[together], kind="stable")
    events[:], parts[:] = [together[sorting]], [part[sorting]]


def loads_w(
    members: Ints, parts: Floats | None, power_w: Floats, constraints: int
) -> Floats:
    """Return what participants load each constraint with, shape (constraints,).

    For members and parts see ``Claims``; ``power_w`` has the shape (n,).
    """
    sums_w = np.zeros(constraints + 1)
    for number, column in enumerate(members.T):
        load_w = power_w if parts is None else power_w * parts[:, number]
        # What loads no constraint falls into the first bin.
        sums_w += np.bincount(column + 1, weights=load_w, minlength=constraints + 1)
    return sums_w[1:]


def _segment(corners: Floats, slopes: Floats, room_w: float) -> tuple[float, float]:
    """Return the corners between which the sum above the lower bounds fits.

    ``slopes`` is by how much the sum rises faster from each sorted corner on.
    """
    sums = np.cumsum(np.cumsum(slopes)[:-1] * np.diff(corners))
    after = min(int(np.searchsorted(sums, room_w)) + 1, len(corners) - 1)
    return float(corners[after - 1]), float(corners[after])


def _full_at(
    lower: tuple[Floats, Floats],
    upper: tuple[Floats, Floats],
    weight: Floats,
    room_w: float,
    below: float,
    above: float,
) -> float:
    """Return the level between two corners at which the sum is the room.

    ``lower`` and ``upper`` are the corners of the members and their load there. The
    sums are taken anew, without the rounding of running sums.
    """
    middle = 0.5 * (below + above)
    at_lower = lower[0] >= middle
    at_upper = (upper[0] <= middle) & ~at_lower
    slope = weight[~(at_lower | at_upper)].sum()
    if slope <= 0.0:
        return below
    fixed_w = lower[1][at_lower].sum() + upper[1][at_upper].sum()
    return float(min(max((room_w - fixed_w) / slope, below), above))
