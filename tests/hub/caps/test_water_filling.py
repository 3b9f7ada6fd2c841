"""Water-filling: within the room, fair, and monotone."""

import math

from hypothesis import given, strategies as st
import pytest

from dalen_hub.caps.water_filling import shares, water_level

WATTS = st.floats(0, 3000)
TOLERANCE_W = 1e-6


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[float], list[float], list[float], float]:
    """Draw demands, weights, floors below the demands, and a room."""
    demands = draw(st.lists(WATTS, min_size=1, max_size=30))
    size = len(demands)
    weights = draw(st.lists(st.floats(0.1, 10), min_size=size, max_size=size))
    parts = draw(st.lists(st.floats(0, 1), min_size=size, max_size=size))
    floors = [demand * part for demand, part in zip(demands, parts, strict=True)]
    return demands, weights, floors, draw(st.floats(0, 100_000))


@pytest.mark.parametrize(
    ("demands", "room", "level"),
    [
        ([1000, 1000], 800, 400),
        ([200, 1000, 1000], 1000, 400),
        ([200, 300], 500, math.inf),
        ([200, 300], 0, 0),
        ([], 0, math.inf),
    ],
)
def test_known_levels(demands: list[float], room: float, level: float) -> None:
    """Small users keep what they need, the rest is shared equally."""
    assert water_level(demands, [1.0] * len(demands), room) == pytest.approx(level)


def test_weights_scale_the_share() -> None:
    """Twice the weight, twice the share."""
    level = water_level([5000, 5000], [1, 2], 900)
    assert shares(level, [5000, 5000], [1, 2]) == pytest.approx([300, 600])


def test_floors_are_counted_in() -> None:
    """What one home cannot go below is missing for the others."""
    floors = [600.0, 0.0, 0.0]
    level = water_level([1000] * 3, [1] * 3, 1000, floors)
    assert shares(level, [1000] * 3, [1] * 3, floors) == pytest.approx([600, 200, 200])


@given(cases())
def test_never_above_the_room(
    case: tuple[list[float], list[float], list[float], float],
) -> None:
    """The sum fits wherever the floors fit, and fills the room when short."""
    demands, weights, floors, room = case
    level = water_level(demands, weights, room, floors)
    total = sum(shares(level, demands, weights, floors))
    if sum(demands) <= room:
        assert level == math.inf
    elif sum(floors) <= room:
        assert total == pytest.approx(room, abs=TOLERANCE_W)
    else:
        assert total == pytest.approx(sum(floors), abs=TOLERANCE_W)


@given(cases())
def test_max_min_optimal(
    case: tuple[list[float], list[float], list[float], float],
) -> None:
    """Who gets less than asked has no less per weight than anybody who could give.

    That is weighted max-min fairness: to give i more, one must take from a j that
    has more than its floor, and such a j has no more per weight than i.
    """
    demands, weights, floors, room = case
    level = water_level(demands, weights, room, floors)
    given_w = shares(level, demands, weights, floors)
    wanting = [
        share / weight
        for share, weight, demand in zip(given_w, weights, demands, strict=True)
        if share < demand - TOLERANCE_W
    ]
    giving = [
        share / weight
        for share, weight, floor in zip(given_w, weights, floors, strict=True)
        if share > floor + TOLERANCE_W
    ]
    if wanting and giving:
        assert max(giving) <= min(wanting) + TOLERANCE_W


@given(cases(), st.floats(0, 10_000))
def test_monotone_in_the_room(
    case: tuple[list[float], list[float], list[float], float], more: float
) -> None:
    """More room never gives anybody less."""
    demands, weights, floors, room = case
    less_w = shares(
        water_level(demands, weights, room, floors), demands, weights, floors
    )
    more_w = shares(
        water_level(demands, weights, room + more, floors), demands, weights, floors
    )
    for before, after in zip(less_w, more_w, strict=True):
        assert after >= before - TOLERANCE_W
