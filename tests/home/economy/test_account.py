"""The books of a heat pump: energy, what it wants, its COP, and who heats for less."""

from datetime import UTC, datetime, timedelta
import json
import math
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.dalen.economy import (
    Account,
    CheapestHeatSettings,
    Entry,
    Prices,
    PriceSlot,
)
from custom_components.dalen.economy.energy_meter import EnergyMeter
from custom_components.dalen.economy.measured_cop import MeasuredCop

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PRICES = Prices()


def an_entry(minute: float = 0, **values: Any) -> Entry:
    """Return a free heat pump on a cold day, so many minutes after NOW."""
    usual: dict[str, Any] = {
        "time": NOW + minute * MINUTE,
        "electric_w": 1200.0,
        "thermal_w": 3600.0,
        "outdoor_c": 0.0,
        "cop": 3.0,
        "is_limited": False,
        "is_normal": True,
    }
    return Entry(**usual | values)


def an_account() -> Account:
    """Return empty books."""
    return Account(2000, CheapestHeatSettings(prices=PRICES))


def a_day(account: Account, minutes: int = 120, **values: Any) -> datetime:
    """Enter two hours; return the time of the last entry."""
    for minute in range(minutes + 1):
        account.note(an_entry(minute, **values))
    return NOW + minutes * MINUTE


def slots(price: float) -> list[PriceSlot]:
    """Return one price for a day."""
    return [PriceSlot(start=NOW, end=NOW + 1440 * MINUTE, eur_kwh=price)]


def test_energy_is_counted_from_power() -> None:
    """1200 W for two hours is 2.4 kWh."""
    account = an_account()
    a_day(account)
    assert account.electric.kwh == pytest.approx(2.4)
    assert account.thermal.kwh == pytest.approx(7.2)


def test_a_gap_is_not_counted() -> None:
    """Nobody knows what happened in it."""
    meter = EnergyMeter()
    meter.note(NOW, 1000)
    meter.note(NOW + 60 * MINUTE, 1000)
    assert meter.kwh == pytest.approx(1000 / 60 / 1000)


@given(
    powers=st.lists(
        st.one_of(st.none(), st.floats(-1e4, 1e4), st.just(math.nan)), max_size=30
    ),
    steps=st.lists(st.integers(-600, 600), min_size=30, max_size=30),
)
def test_a_counter_never_falls(powers: list[float | None], steps: list[int]) -> None:
    """Whatever is read, and however the clock jumps."""
    meter, time, last = EnergyMeter(), NOW, 0.0
    for power_w, step in zip(powers, steps, strict=False):
        time += timedelta(seconds=step)
        meter.note(time, power_w)
        assert math.isfinite(meter.kwh)
        assert meter.kwh >= last
        last = meter.kwh


def test_what_it_wants_is_learned_only_while_it_is_free() -> None:
    """A limited or protecting heat pump shows something else."""
    account = an_account()
    now = a_day(account)
    wanted = account.wanted(now)
    assert wanted is not None
    assert wanted.mean_w == pytest.approx(1200, rel=0.05)
    for change in ({"is_limited": True}, {"is_normal": False}):
        other = an_account()
        assert other.wanted(a_day(other, **change)) is None


def test_without_an_outdoor_temperature_nothing_is_known() -> None:
    """An old one is good for half an hour."""
    account = an_account()
    now = a_day(account)
    assert account.wanted(now + 29 * MINUTE) is not None
    assert account.wanted(now + 31 * MINUTE) is None


def test_the_cop_is_learned_else_measured() -> None:
    """What was learned says more than the last minutes."""
    account = an_account()
    account.note(an_entry(cop=2.5))
    assert account.cop(NOW) == 2.5
    now = a_day(account)
    account.note(an_entry(121, cop=5.0))
    assert account.cop(now) == pytest.approx(3.0, abs=0.1)


def test_the_boiler_wins_when_electricity_is_dear() -> None:
    """And the numbers say why."""
    account = an_account()
    now = a_day(account)
    comparison, limits = account.compare(PRICES, slots(0.60), now)
    assert comparison is not None
    assert comparison.by_boiler
    assert comparison.break_even_cop == pytest.approx(0.60 / 0.1336, rel=0.01)
    assert limits[0].limit_w == 0
    comparison, limits = an_account().compare(PRICES, slots(0.10), now)
    assert (comparison, limits) == (None, [])


def test_other_prices_change_the_choice() -> None:
    """A gas price is not for ever."""
    account = an_account()
    now = a_day(account)
    dear_gas = Prices(gas_eur_m3=3.0)
    comparison, limits = account.compare(dear_gas, slots(0.60), now)
    assert comparison is not None
    assert not comparison.by_boiler
    assert limits == []
    assert account.savings.prices == dear_gas


def test_books_survive_a_restart() -> None:
    """As JSON."""
    account = an_account()
    now = a_day(account)
    for minute in range(121, 150):
        account.note(an_entry(minute, electric_w=500.0, is_limited=True))
    again = an_account()
    assert again.restore(json.loads(json.dumps(account.as_dict()))) == []
    assert again.electric.kwh == account.electric.kwh
    assert again.savings.total == account.savings.total
    assert again.savings.total.extra_gas_m3.value > 0
    again.note(an_entry(150))
    assert again.wanted(now + 30 * MINUTE) is not None


@pytest.mark.parametrize(
    ("data", "complaints"),
    [
        (None, 0),
        ("rubbish", 0),
        ({"map": 1, "savings": [], "electric_kwh": -1, "thermal_kwh": "x"}, 4),
        ({"electric_kwh": 3}, 0),
    ],
)
def test_rubbish_in_the_books_starts_them_anew(data: object, complaints: int) -> None:
    """Part by part."""
    account = an_account()
    assert len(account.restore(data)) == complaints
    assert account.thermal.kwh == 0


def test_the_measured_cop_follows_slowly_and_grows_old() -> None:
    """One odd reading shifts little; yesterday's says nothing."""
    measured = MeasuredCop()
    assert measured.at(NOW) is None
    measured.note(NOW, 3.0, 1000)
    measured.note(NOW + MINUTE, 5.0, 1000)
    assert measured.at(NOW + MINUTE) == pytest.approx(3.2)
    for cop, watts in ((20.0, 1000), (4.0, 50), (math.nan, 1000), (None, 1000)):
        measured.note(NOW + MINUTE, cop, watts)
    measured.note(NOW + MINUTE, 4.0, None)
    assert measured.at(NOW + MINUTE) == pytest.approx(3.2)
    assert measured.at(NOW + timedelta(hours=7)) is None
