"""Cheapest heat: the boiler heats when electricity is dear for the COP of now."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
import math

from hypothesis import given, strategies as st
import pytest

from custom_components.dalen.economy import (
    CheapestHeat,
    CheapestHeatSettings,
    Prices,
    PriceSlot,
)
from custom_components.dalen.limits import Envelope, Limit, LimitSource, admit

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SETTINGS = CheapestHeatSettings(prices=Prices(gas_eur_m3=1.0))
# Boiler heat is 0.108 euro a kWh: with a COP of 3, electricity of 0.32 breaks even.
COP = 3.0
CHEAP, DEAR = 0.20, 0.45


def slots(*prices: float, length: timedelta = HOUR) -> list[PriceSlot]:
    """Return slots of equal length from NOW."""
    return [
        PriceSlot(start=NOW + n * length, end=NOW + (n + 1) * length, eur_kwh=eur)
        for n, eur in enumerate(prices)
    ]


def hours(limits: list[Limit]) -> list[tuple[float, float]]:
    """Return starts and ends in hours after NOW."""
    return [
        ((v.start - NOW) / HOUR, (v.end - NOW) / HOUR)
        for v in limits
        if v.end is not None
    ]


def test_dear_hours_are_for_the_boiler() -> None:
    """They are joined, and known ahead; the others are free."""
    chooser = CheapestHeat(SETTINGS)
    limits = chooser.limits(slots(CHEAP, DEAR, DEAR, CHEAP, DEAR), COP, NOW)
    assert hours(limits) == [(1, 3), (4, 5)]
    assert {limit.source for limit in limits} == {LimitSource.PRICE}
    assert {limit.limit_w for limit in limits} == {0.0}


def test_a_good_cop_is_worth_dear_electricity() -> None:
    """The COP decides as much as the price."""
    assert CheapestHeat(SETTINGS).limits(slots(DEAR), 5.0, NOW) == []


@pytest.mark.parametrize("cop", [None, math.nan, math.inf, 0.0, -2.0])
def test_without_a_cop_nothing_is_limited(cop: float | None) -> None:
    """Nobody is limited on a guess."""
    assert CheapestHeat(SETTINGS).limits(slots(DEAR), cop, NOW) == []


def test_a_cop_that_wavers_does_not_switch() -> None:
    """Five percent either way."""
    chooser = CheapestHeat(SETTINGS)
    edge = 0.3233
    assert chooser.limits(slots(edge * 1.04), COP, NOW) == []
    assert chooser.limits(slots(edge * 1.06), COP, NOW)
    later = NOW + timedelta(minutes=45)
    assert chooser.limits(slots(edge * 0.96), COP, later)
    assert chooser.limits(slots(edge * 0.94), COP, later) == []


def test_the_choice_of_now_lasts_its_least_time() -> None:
    """Whatever the COP does in between."""
    chooser = CheapestHeat(SETTINGS)
    assert chooser.limits(slots(DEAR, DEAR), COP, NOW)
    for minute in (1, 10, 29):
        limits = chooser.limits(slots(DEAR, DEAR), 6.0, NOW + timedelta(minutes=minute))
        assert hours(limits) == [(0, 0.5)]
    assert chooser.limits(slots(DEAR, DEAR), 6.0, NOW + timedelta(minutes=30)) == []
    assert hours(
        chooser.limits(slots(DEAR, DEAR), COP, NOW + timedelta(minutes=40))
    ) == [(1, 2)]


def test_a_choice_of_the_future_is_held_up_by_no_least_time() -> None:
    """A clock that went back holds up nothing."""
    chooser = CheapestHeat(SETTINGS)
    assert chooser.limits(slots(DEAR, DEAR), COP, NOW + HOUR)
    assert chooser.limits(slots(DEAR, DEAR), 6.0, NOW) == []


def test_quarter_hours_that_are_too_short_stay_as_before() -> None:
    """A compressor is not switched for fifteen minutes."""
    quarter = timedelta(minutes=15)
    prices = (CHEAP, CHEAP, DEAR, CHEAP, DEAR, DEAR, CHEAP, DEAR, DEAR)
    chooser = CheapestHeat(SETTINGS)
    limits = chooser.limits(slots(*prices, length=quarter), COP, NOW)
    assert hours(limits) == [(1, 2.25)]


def test_what_began_in_the_past_is_not_too_short() -> None:
    """The last quarter hour of a long stretch is still the boiler's."""
    quarter = timedelta(minutes=15)
    chooser = CheapestHeat(SETTINGS)
    plan = slots(DEAR, DEAR, DEAR, CHEAP, CHEAP, length=quarter)
    assert chooser.limits(plan, COP, NOW)
    limits = chooser.limits(plan[2:], COP, NOW + 2 * quarter)
    assert hours(limits) == [(0.5, 0.75)]


def test_after_the_last_price_nothing_is_limited() -> None:
    """And what is no slot is left out."""
    odd = [
        PriceSlot(start=NOW - HOUR, end=NOW, eur_kwh=DEAR),
        PriceSlot(start=NOW + HOUR, end=NOW, eur_kwh=DEAR),
        PriceSlot(start=NOW, end=NOW + HOUR, eur_kwh=math.nan),
        PriceSlot(start=NOW + HOUR, end=NOW + 2 * HOUR, eur_kwh=DEAR),
        PriceSlot(start=NOW + HOUR, end=NOW + 3 * HOUR, eur_kwh=CHEAP),
        PriceSlot(start=NOW + 5 * HOUR, end=NOW + 6 * HOUR, eur_kwh=DEAR),
    ]
    limits = CheapestHeat(SETTINGS).limits(odd, COP, NOW)
    assert hours(limits) == [(1, 2), (5, 6)]


@pytest.mark.parametrize(
    "wrong", [{"hysteresis": 1.0}, {"hysteresis": -0.1}, {"min_time": timedelta(-1)}]
)
def test_a_choice_that_flutters_is_refused(wrong: dict[str, object]) -> None:
    """With what to give instead."""
    with pytest.raises(ValueError, match="give 0"):
        CheapestHeatSettings(prices=Prices(), **wrong)  # type: ignore[arg-type]


@given(
    prices=st.lists(st.floats(-0.5, 1.5), min_size=1, max_size=60),
    cops=st.lists(st.floats(0.5, 8), min_size=1, max_size=10),
)
def test_every_limit_is_sound_and_no_choice_is_short(
    prices: list[float], cops: list[float]
) -> None:
    """Whatever prices and COP do: orders are admitted, 30 min lie between switches."""
    chooser = CheapestHeat(SETTINGS)
    envelope = Envelope(nameplate_w=2000, floor_w=300)
    plan = slots(*prices, length=timedelta(minutes=15))
    now, was, since = NOW, False, NOW - HOUR
    for cop in cops:
        limits = chooser.limits(plan, cop, now)
        for limit in limits:
            assert isinstance(admit(limit, envelope, now), Limit)
        for first, then in pairwise(limits):
            assert first.end is not None
            assert then.start - first.end >= timedelta(minutes=30)
        is_boiler = any(limit.holds_at(now) for limit in limits)
        if now < plan[-1].end and is_boiler != was:
            assert now - since >= timedelta(minutes=30)
            was, since = is_boiler, now
        now += timedelta(minutes=5)
