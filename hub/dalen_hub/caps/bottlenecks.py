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
        everybody = np.arange(len(power_w))
        return _loads(self, everybody, power_w, constraints)


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
        levels = np.full(len(self.shortfall_w) + 1, np.inf)
        held = self.bottleneck >= 0
        np.minimum.at(levels, self.bottleneck[held], self.level_w[held])
        # The index -1 of no constraint finds the last element, which is infinite.
        levels[-1] = np.inf
        lowest: Floats = levels[members].min(axis=1, initial=np.inf)
        return lowest


def share_room(claims: Claims, rooms_w: Floats) -> Sharing:
    """Return the weighted max-min fair shares under all constraints.

    Exact up to rounding. O(k n log n) for the sorting, then at most O(k n) a round.
    """
    if bool((claims.load_w(claims.upper_w, len(rooms_w)) <= rooms_w).all()):
        return _everything(claims, len(rooms_w))
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
        # Rounding is no shortfall.
        over_w = used_w - self.rooms_w - 1e-9 * np.maximum(1.0, self.rooms_w)
        return Sharing(
            share_w=self.share_w,
            level_w=self.level_w,
            bottleneck=self.bottleneck,
            shortfall_w=np.where(over_w > 0, used_w - self.rooms_w, 0.0),
        )

    def _level_of(self, index: int) -> float:
        """Return the level at which a constraint is full, for its active members."""
        count = len(self.active)
        still = self.active[self.events[index] % count]
        events = self.events[index] = self.events[index][still]
        parts = self.parts[index] = self.parts[index][still]
        if not len(events):
            return np.inf
        full = events >= count
        members, part = events[full] - count, parts[full]
        room_w = self.left_w[index]
        if (part * self.claims.upper_w[members]).sum() <= room_w:
            return np.inf
        lower_w = (part * self.claims.lower_w[members]).sum()
        if lower_w >= room_w:
            return -np.inf
        below, above = self._segment(events, parts, room_w - lower_w)
        return self._full_at(members, part, room_w, below, above)

    def _segment(
        self, events: Ints, parts: Floats, room_w: float
    ) -> tuple[float, float]:
        """Return the corners between which the sum above the lower bounds fits."""
        count = len(self.active)
        corners = self.corners[events]
        weight = parts * self.claims.weight[events % count]
        slopes = np.cumsum(np.where(events < count, weight, -weight))
        sums = np.cumsum(slopes[:-1] * np.diff(corners))
        after = min(int(np.searchsorted(sums, room_w)) + 1, len(corners) - 1)
        return float(corners[after - 1]), float(corners[after])

    def _full_at(
        self, members: Ints, part: Floats, room_w: float, below: float, above: float
    ) -> float:
        """Return the level between two corners at which the sum is the room.

        The sums are taken anew, without the rounding of running sums.
        """
        claims, middle = self.claims, 0.5 * (below + above)
        at_lower = self.corners[members] >= middle
        at_upper = (self.corners[members + len(self.active)] <= middle) & ~at_lower
        rising = ~(at_lower | at_upper)
        slope = (part * claims.weight[members])[rising].sum()
        if slope <= 0.0:
            return below
        fixed_w = (part * claims.lower_w[members])[at_lower].sum()
        fixed_w += (part * claims.upper_w[members])[at_upper].sum()
        return float(min(max((room_w - fixed_w) / slope, below), above))

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
        self.left_w -= _loads(claims, members, share_w, len(self.left_w))
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


def _loads(claims: Claims, members: Ints, power_w: Floats, constraints: int) -> Floats:
    """Return what some participants load each constraint with."""
    loads_w = np.zeros(constraints + 1)
    for number, column in enumerate(claims.members.T):
        load_w = power_w
        if claims.parts is not None:
            load_w = power_w * claims.parts[members, number]
        # What loads no constraint falls into the first bin.
        loads_w += np.bincount(
            column[members] + 1, weights=load_w, minlength=constraints + 1
        )
    return loads_w[1:]
