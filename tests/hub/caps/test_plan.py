"""Caps of homes: within the room, in steps, never raised."""

from datetime import UTC, datetime

from hypothesis import given, strategies as st
import pytest

from dalen_hub.caps.plan import STEP_W, Participant, cap_w, plan_level, plan_quarters
from dalen_hub.forecast.model import QuarterForecast
from dalen_hub.grid.trafo import Trafo

HOMES = st.lists(
    st.builds(
        Participant,
        target=st.just("home"),
        nameplate_w=st.floats(100, 12_000),
        floor_w=st.floats(0, 1_000),
        weight=st.floats(0.5, 2),
    ),
    max_size=40,
)


def home(nameplate_w: float = 1500, floor_w: float = 0) -> Participant:
    """Return a home."""
    return Participant(target="home", nameplate_w=nameplate_w, floor_w=floor_w)


def caps(homes: list[Participant], room_w: float) -> list[int]:
    """Return the caps for a room."""
    level = plan_level(homes, room_w)
    return [cap_w(each, level) for each in homes]


@given(HOMES, st.floats(0, 300_000))
def test_caps_fit_wherever_the_floors_fit(
    homes: list[Participant], room_w: float
) -> None:
    """The sum never exceeds the room, else the shortfall is told."""
    level = plan_level(homes, room_w)
    floors = sum(each.lowest_w for each in homes)
    total = sum(cap_w(each, level) for each in homes)
    if floors <= room_w:
        assert total <= room_w + 1e-3
        assert level.shortfall_w == 0
    else:
        assert total == floors
        assert level.shortfall_w == pytest.approx(floors - room_w)


@given(HOMES, st.floats(0, 300_000))
def test_caps_are_whole_steps_within_the_bounds(
    homes: list[Participant], room_w: float
) -> None:
    """No cap exceeds a nameplate or undercuts a floor; nobody limited is None."""
    level = plan_level(homes, room_w)
    for each in homes:
        cap = cap_w(each, level)
        assert cap % STEP_W == 0
        assert cap <= each.nameplate_w
        assert cap >= min(each.floor_w, each.highest_w)
        if level.level_w is None:
            assert cap == each.highest_w


@given(HOMES, st.floats(0, 300_000), st.floats(0, 50_000))
def test_more_room_never_lowers_a_cap(
    homes: list[Participant], room_w: float, more_w: float
) -> None:
    """Caps are monotone in the room."""
    for less, more in zip(
        caps(homes, room_w), caps(homes, room_w + more_w), strict=True
    ):
        assert more >= less


def test_pilot_evening() -> None:
    """97 heat pumps in 50 kW get 510 W each."""
    assert set(caps([home()] * 97, 50_000)) == {510}


def test_exact_division_loses_no_step() -> None:
    """A level that is a whole step stays one, whatever the arithmetic."""
    for count in range(1, 200):
        assert set(caps([home()] * count, count * 520.0)) == {520}


def test_level_is_the_floor_where_not_even_floors_fit() -> None:
    """The shortfall is reported, the home keeps its floor."""
    level = plan_level([home(floor_w=300)] * 10, 1_000)
    assert level.level_w == 300
    assert level.shortfall_w == 2_000


def test_room_is_what_the_p90_leaves_of_the_limit() -> None:
    """The margin of 2 % is taken off the limit."""
    trafo = Trafo(id="dalen", name="Dalen", rating_kva=400, limit_kw=380)
    forecast = QuarterForecast(
        start=datetime(2026, 11, 23, 16, tzinfo=UTC),
        p50_kw=300,
        p90_kw=322.4,
        source="test",
    )
    plan = plan_quarters(trafo, [forecast], [home()] * 100)[0]
    assert plan.room_kw == pytest.approx(50)
    assert plan.level.level_w == 500
    assert trafo.room_kw(500) == 0
