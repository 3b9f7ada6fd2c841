"""A limit for a while comes over the one that stands, and goes again."""

from datetime import timedelta

from hypothesis import given, strategies as st

from custom_components.dalen.limits import Limit, LimitSource, resident_limits

from .builders import NOW, a_limit, after
from .houses import House

HOUR = timedelta(hours=1)


def put(house: House, limit_w: float, duration: timedelta | None = None) -> None:
    """Ask for a limit as the resident."""
    asked = resident_limits(
        house.engine.limits(house.now), limit_w, house.now, duration
    )
    house.engine.put(LimitSource.RESIDENT, asked, house.now)


def test_the_old_limit_returns_when_the_one_for_a_while_ends() -> None:
    """Also when that one was higher."""
    house = House()
    put(house, 700)
    put(house, 1200, HOUR)
    assert house.read().effective.limit_w == 1200
    assert house.wait(59).effective.limit_w == 1200
    assert house.wait(2).effective.limit_w == 700


def test_the_old_limit_returns_after_a_restart_too() -> None:
    """Both are stored."""
    house = House()
    put(house, 700)
    put(house, 550, HOUR)
    house.restart()
    assert house.read().effective.limit_w == 550
    assert house.wait(61).effective.limit_w == 700


def test_another_one_for_a_while_keeps_the_one_that_stands() -> None:
    """And takes the place of the first."""
    house = House()
    put(house, 700)
    put(house, 600, 2 * HOUR)
    put(house, 900, HOUR)
    assert house.read().effective.limit_w == 900
    assert house.wait(61).effective.limit_w == 700


def test_a_lasting_limit_takes_the_place_of_both() -> None:
    """The resident moved the slider."""
    house = House()
    put(house, 700)
    put(house, 600, HOUR)
    put(house, 800)
    assert house.read().effective.limit_w == 800
    assert house.wait(61).effective.limit_w == 800


def test_limits_of_others_are_left_alone() -> None:
    """They are not the resident's to keep."""
    limits = resident_limits([a_limit()], 500, NOW, HOUR)
    assert [limit.source for limit in limits] == [LimitSource.RESIDENT]


@given(
    steps=st.lists(
        st.tuples(st.floats(0, 2000), st.one_of(st.none(), st.integers(1, 600))),
        max_size=8,
    )
)
def test_after_any_row_of_requests_the_last_lasting_one_stands(
    steps: list[tuple[float, int | None]],
) -> None:
    """And never more than one holds at any moment."""
    held: list[Limit] = []
    standing: float | None = None
    now = NOW
    for limit_w, minutes in steps:
        duration = None if minutes is None else timedelta(minutes=minutes)
        held = resident_limits(held, limit_w, now, duration)
        standing = limit_w if minutes is None else standing
        assert sum(limit.holds_at(now) for limit in held) == 1
        now += timedelta(minutes=7)
    later = [limit.limit_w for limit in held if limit.holds_at(after(1000))]
    assert later == ([] if standing is None else [standing])
