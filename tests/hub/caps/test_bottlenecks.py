"""Sharing under many constraints: never a violation, and the fairest point."""

from hypothesis import given, strategies as st
import numpy as np
import pytest

from benchmarks.max_min_reference import lexicographic_optimum
from dalen_hub.caps.bottlenecks import NO_CONSTRAINT, Claims, Sharing, share_room
from dalen_hub.caps.water_filling import shares, water_level

PHASES, CABLES = 3, 5


def village(
    rng: np.random.Generator, count: int, *, kinds: int = 0, floors: bool = True
) -> tuple[Claims, np.ndarray]:
    """Return homes on a transformer with phases, cables and cable-phases."""
    phase, cable = rng.integers(0, PHASES, count), rng.integers(0, CABLES, count)
    upper = (
        rng.uniform(200, 3000, kinds)[rng.integers(0, kinds, count)]
        if kinds
        else (rng.uniform(0, 3000, count))
    )
    members = np.column_stack(
        (
            np.zeros(count, dtype=np.int64),
            np.where(rng.random(count) < 0.2, NO_CONSTRAINT, 1 + phase),
            1 + PHASES + cable,
            1 + PHASES + CABLES + PHASES * cable + phase,
        )
    )
    lower = upper * rng.uniform(0, 0.2, count) * (rng.random(count) < 0.5) * floors
    claims = Claims(
        lower_w=lower,
        upper_w=upper,
        weight=rng.choice([0.5, 1.0, 1.0, 2.0], count),
        members=members,
    )
    total = 1 + PHASES + CABLES + PHASES * CABLES
    tight = rng.uniform(0.25, 1.3, total)
    rooms = used(claims, upper, total) * tight
    return claims, np.maximum(rooms, used(claims, lower, total))


def used(claims: Claims, share_w: np.ndarray, total: int) -> np.ndarray:
    """Return the load of each constraint."""
    load = np.zeros(total)
    for column in claims.members.T:
        known = column >= 0
        np.add.at(load, column[known], share_w[known])
    return load


def assert_fits(claims: Claims, rooms: np.ndarray, sharing: Sharing) -> None:
    """Check every constraint and every bound."""
    assert (
        used(claims, sharing.share_w, len(rooms)) <= rooms * (1 + 1e-12) + 1e-9
    ).all()
    assert (sharing.share_w >= claims.lower_w).all()
    assert (sharing.share_w <= claims.upper_w).all()
    assert not sharing.shortfall_w.any()


@given(st.integers(0, 2**32), st.integers(0, 60))
def test_never_a_violation(seed: int, count: int) -> None:
    """Every constraint, cable and phase holds."""
    claims, rooms = village(np.random.default_rng(seed), count)
    assert_fits(claims, rooms, share_room(claims, rooms))


@given(st.integers(0, 2**32), st.integers(1, 25))
def test_equals_the_lexicographic_optimum(seed: int, count: int) -> None:
    """HiGHS finds the same point by raising the least share again and again."""
    claims, rooms = village(np.random.default_rng(seed), count)
    optimum = lexicographic_optimum(claims, rooms).share_w
    np.testing.assert_allclose(
        share_room(claims, rooms).share_w, optimum, rtol=1e-9, atol=1e-6
    )


@given(st.integers(0, 2**32), st.integers(1, 80))
def test_whoever_gets_less_than_asked_sits_in_a_full_bottleneck(
    seed: int, count: int
) -> None:
    """And nobody in that bottleneck has more per weight, but by its floor."""
    claims, rooms = village(np.random.default_rng(seed), count)
    found = share_room(claims, rooms)
    load = used(claims, found.share_w, len(rooms))
    for index in np.flatnonzero(found.share_w < claims.upper_w):
        bottleneck = found.bottleneck[index]
        assert bottleneck in claims.members[index]
        assert load[bottleneck] == pytest.approx(rooms[bottleneck], abs=1e-6)
        mates = (claims.members == bottleneck).any(axis=1)
        mates &= found.share_w > claims.lower_w + 1e-9
        per_weight = found.share_w / claims.weight
        assert (per_weight[mates] <= per_weight[index] * (1 + 1e-9) + 1e-6).all()


@given(st.integers(0, 2**32), st.integers(1, 40), st.floats(0, 1.5))
def test_one_constraint_is_plain_water_filling(
    seed: int, count: int, tight: float
) -> None:
    """The general code agrees with the simple one."""
    rng = np.random.default_rng(seed)
    upper, weight = rng.uniform(100, 3000, count), rng.uniform(0.5, 2, count)
    claims = Claims(
        lower_w=np.zeros(count),
        upper_w=upper,
        weight=weight,
        members=np.zeros((count, 1), dtype=np.int64),
    )
    room = tight * upper.sum()
    level = water_level(upper.tolist(), weight.tolist(), room)
    np.testing.assert_allclose(
        share_room(claims, np.array([room])).share_w,
        shares(level, upper.tolist(), weight.tolist()),
        atol=1e-6,
    )


def test_floors_that_do_not_fit_are_told_per_constraint() -> None:
    """Everybody keeps its floor, the other cable is not punished."""
    claims = Claims(
        lower_w=np.full(4, 300.0),
        upper_w=np.full(4, 1000.0),
        weight=np.ones(4),
        members=np.array([[0, 1], [0, 1], [0, 2], [0, 2]]),
    )
    found = share_room(claims, np.array([5000.0, 500.0, 1600.0]))
    assert found.share_w.tolist() == [300, 300, 800, 800]
    assert found.shortfall_w.tolist() == [0, 100, 0]
    assert found.level_w.tolist() == [300, 300, 800, 800]
    assert found.bottleneck.tolist() == [1, 1, 2, 2]


def test_nobody_and_no_constraint() -> None:
    """Empty input is no special case for the caller."""
    nobody = Claims(
        lower_w=np.zeros(0),
        upper_w=np.zeros(0),
        weight=np.ones(0),
        members=np.zeros((0, 2), dtype=np.int64),
    )
    assert share_room(nobody, np.array([100.0])).share_w.size == 0
    free = Claims(
        lower_w=np.zeros(2),
        upper_w=np.full(2, 900.0),
        weight=np.ones(2),
        members=np.full((2, 1), NO_CONSTRAINT),
    )
    found = share_room(free, np.zeros(0))
    assert found.share_w.tolist() == [900, 900]
    assert np.isinf(found.level_w).all()


@given(st.integers(0, 2**32), st.integers(1, 40))
def test_parts_of_homes_on_all_phases_fit(seed: int, count: int) -> None:
    """Homes of which nobody knows the phase load each with a third."""
    rng = np.random.default_rng(seed)
    known = rng.random(count) < 0.5
    phase = rng.integers(0, PHASES, count)
    members = np.tile(np.arange(1 + PHASES), (count, 1))
    members[known, 1:] = NO_CONSTRAINT
    members[known, 1] = 1 + phase[known]
    parts = np.where(known[:, None], 1.0, [1.0, 1 / 3, 1 / 3, 1 / 3])
    upper = rng.uniform(100, 2000, count)
    claims = Claims(
        lower_w=np.zeros(count),
        upper_w=upper,
        weight=np.ones(count),
        members=members,
        parts=parts,
    )
    rooms = claims.load_w(upper, 1 + PHASES) * rng.uniform(0.3, 1.2, 1 + PHASES)
    found = share_room(claims, rooms)
    load = claims.load_w(found.share_w, len(rooms))
    assert (load <= rooms * (1 + 1e-12) + 1e-9).all()
    held = np.flatnonzero(found.share_w < upper - 1e-9)
    np.testing.assert_allclose(
        load[found.bottleneck[held]], rooms[found.bottleneck[held]]
    )
    np.testing.assert_allclose(found.level_w[held], found.share_w[held])
