"""The engine as the glue uses it: doors, wake-ups, storage."""

from datetime import timedelta
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.dalen.limits import (
    Limit,
    LimitBook,
    LimitEngine,
    LimitSource,
    LinkState,
    RefusalReason,
    SafeMode,
)

from .builders import ENVELOPE, NOW, a_limit, after
from .houses import House, settings

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner)
    ),
    max_leaves=5,
)


def test_the_house_limits_itself_through_one_door() -> None:
    """The resident, the price and the installer; each replaces its own."""
    house = House()
    own = a_limit(LimitSource.RESIDENT, 900, end=None)
    assert house.engine.put(LimitSource.RESIDENT, [own], house.now) == ()
    assert house.follow().effective.limit_w == 900
    house.engine.put(LimitSource.PRICE, [a_limit(LimitSource.PRICE, 700)], house.now)
    assert house.follow().effective.source is LimitSource.PRICE
    house.engine.put(LimitSource.PRICE, [], house.now)
    assert house.follow().effective.source is LimitSource.RESIDENT


@pytest.mark.parametrize(
    "source",
    [
        LimitSource.HUB,
        LimitSource.EMERGENCY,
        LimitSource.SCHEDULE,
        LimitSource.SAFE_MODE,
    ],
)
def test_nobody_else_comes_in_by_that_door(source: LimitSource) -> None:
    """An order of the hub has to say that the hub was heard."""
    house = House()
    with pytest.raises(ValueError, match="do not come in by this door"):
        house.engine.put(source, [], house.now)


def test_what_is_refused_is_told() -> None:
    """Orders of the hub without an end, or of other sources that it sneaks in."""
    house = House()
    (refused,) = house.engine.hear_hub([a_limit(end=None)], house.now)
    assert refused.reason is RefusalReason.NO_END
    sneaked = a_limit(LimitSource.INSTALLER, 300, end=None)
    assert house.engine.hear_hub([sneaked], house.now) == ()
    assert house.follow().effective.limit_w is None


def test_the_house_wakes_up_for_each_thing_that_changes_by_itself() -> None:
    """The first of them."""
    house = House()
    assert house.engine.limits(house.now) == ()
    first = house.follow().next_wake
    assert first == house.now + timedelta(minutes=5, seconds=1)
    own = a_limit(LimitSource.RESIDENT, end=after(0.05))
    house.engine.put(LimitSource.RESIDENT, [own], house.now)
    assert house.follow().next_wake == after(0.05)
    house = House()
    house.silence(11)
    assert house.follow().next_wake is None
    house = House(safe_mode=SafeMode())
    house.silence(11)
    assert house.follow().next_wake == after(3)
    house.silence(3 * 60)
    assert house.follow().next_wake == after(22)


def test_the_plan_is_shown_in_order_of_time() -> None:
    """For the calendar."""
    house = House()
    plan = [a_limit(start=after(h), end=after(h + 1)) for h in (3, 1, 2)]
    house.engine.hear_hub(plan, house.now)
    assert [limit.start for limit in house.engine.limits(house.now)] == [
        after(1),
        after(2),
        after(3),
    ]


def test_a_quiet_house_stores_nothing_new_for_five_minutes() -> None:
    """A memory card wears out."""
    house = House()
    house.engine.hear_hub([a_limit(end=after(9))], house.now)
    house.wait(1)
    before = house.engine.as_dict()
    house.wait(3)
    house.engine.hear_hub([a_limit(end=after(9))], house.now)
    house.follow()
    after_a_while = house.engine.as_dict()
    after_a_while["stops"] = before["stops"]
    assert after_a_while == before


def test_a_limit_of_the_resident_survives_a_restart() -> None:
    """With its end; the installer's is in the settings, not in the store."""
    house = House()
    own = a_limit(LimitSource.RESIDENT, 900, end=after(5))
    house.engine.put(LimitSource.RESIDENT, [own], house.now)
    fuse = a_limit(LimitSource.INSTALLER, 1200, end=None)
    house.engine.put(LimitSource.INSTALLER, [fuse], house.now)
    house.restart()
    assert house.engine.limits(house.now) == (own,)


def test_each_broken_part_is_told_and_the_others_hold() -> None:
    """A pause outlives a torn ledger."""
    house = House()
    own = a_limit(LimitSource.RESIDENT, 900, end=None)
    house.engine.put(LimitSource.RESIDENT, [own], house.now)
    stored = house.engine.as_dict() | {"stops": {"stops": [[1, 2]]}, "writes": [3]}
    engine = LimitEngine(settings(), house.now, stored)
    assert len(engine.complaints) == 2
    assert "emergency stops" in engine.complaints[0]
    assert "writes" in engine.complaints[1]
    assert engine.limits(house.now) == (own,)


def test_a_store_that_is_none_is_told() -> None:
    """Everything starts anew."""
    (complaint,) = LimitEngine(settings(), NOW, ["x"]).complaints
    assert "no mapping" in complaint
    assert LimitEngine(settings(), NOW, {}).complaints == ()


@given(
    data=st.dictionaries(
        st.sampled_from(sorted(LimitEngine(settings(), NOW).as_dict())), JSON
    )
)
def test_no_rubbish_in_the_store_stops_a_house(data: dict[str, Any]) -> None:
    """It starts, and works."""
    engine = LimitEngine(settings(), NOW, data)
    json.dumps(engine.as_dict())
    assert engine.follow(NOW).effective.limit_w is None


@pytest.mark.parametrize(
    "stored",
    [
        [],
        {},
        {"resident": [], "hub": 3, "emergency": []},
        {"resident": [], "hub": [{}], "emergency": []},
        {
            "resident": [a_limit().as_dict()],
            "hub": [],
            "emergency": [],
        },
        {
            "resident": [],
            "hub": [a_limit().as_dict() | {"start": "2026-11-23T17:00"}],
            "emergency": [],
        },
        {
            "resident": [],
            "hub": [a_limit().as_dict() | {"limit_w": float("nan")}],
            "emergency": [],
        },
    ],
)
def test_a_stored_plan_that_is_none_is_a_value_error(stored: Any) -> None:
    """And the book is as it was."""
    book = LimitBook(ENVELOPE)
    book.replace_source(LimitSource.HUB, [a_limit()], NOW)
    with pytest.raises(ValueError, match="limits cannot be read"):
        book.restore(stored, NOW)
    assert book.limits(NOW) == (a_limit(),)


def test_a_stored_limit_comes_back_the_same() -> None:
    """Also with the year 1 in it, and with the name of its order."""
    old = a_limit(start=NOW.replace(year=1), order_id="caps-1")
    assert Limit.from_dict(json.loads(json.dumps(old.as_dict()))) == old


def test_a_plan_that_the_house_kept_does_not_count_as_an_answer() -> None:
    """It holds to its end, and the hub stays as silent as it was."""
    house = House()
    house.wait(11)
    assert house.read().link is not LinkState.LINKED
    plan = [a_limit(limit_w=700), a_limit(LimitSource.EMERGENCY, 0, end=after(0.5))]
    house.engine.recall_hub(plan, house.now)
    decision = house.follow()
    assert decision.effective.source is LimitSource.EMERGENCY
    assert decision.link is not LinkState.LINKED
    house.wait(30)
    assert house.read().effective.limit_w == 700
