"""What limiting cost: gas, euro and CO2, with a band, against the pilot's figures."""

from datetime import UTC, datetime, timedelta
import json
import math
from typing import Any

import pytest

from custom_components.dalen.economy import Prices, Savings, SavingsLog, Wanted
from custom_components.dalen.economy.savings import limiting_for

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


def wants(
    mean_w: float = 800, cop: float | None = 2.7, minutes: float = 3000
) -> Wanted:
    """Return what a heat pump wants, give or take 200 W."""
    return Wanted(
        mean_w=mean_w,
        low_w=max(mean_w - 200, 0),
        high_w=mean_w + 200,
        cop=cop,
        minutes=minutes,
    )


def test_the_full_stop_of_the_pilot() -> None:
    """0.8 kW for 5.2 h at a COP of 2.7 is 1.2 m3 of gas."""
    done = limiting_for(5.2, 0, wants(), Prices())
    assert done.avoided_kwh.value == pytest.approx(4.16)
    assert done.extra_gas_m3.value == pytest.approx(1.2, abs=0.02)
    assert done.extra_cost_eur.value == pytest.approx(4.16 * 0.09, abs=0.02)
    assert done.extra_co2_kg.value == pytest.approx(1.2 * 1.78 - 4.16 * 0.27, abs=0.05)


def test_the_bands_hold_the_values_and_shrink_with_what_is_known() -> None:
    """Fifty hours say more than one."""
    much = limiting_for(1, 300, wants(minutes=3000), Prices())
    little = limiting_for(1, 300, wants(minutes=60), Prices())
    for name in ("avoided_kwh", "extra_gas_m3", "extra_cost_eur", "extra_co2_kg"):
        narrow, wide = getattr(much, name), getattr(little, name)
        assert narrow.low < narrow.value < narrow.high
        assert wide.high - wide.low > narrow.high - narrow.low


def test_without_a_cop_that_of_the_pilot_is_taken() -> None:
    """2.7 on cold days."""
    assert limiting_for(1, 0, wants(cop=None), Prices()) == limiting_for(
        1, 0, wants(cop=2.7), Prices()
    )


def test_on_and_off_under_a_limit_saves_nothing_twice() -> None:
    """The sum is what was wanted less what was drawn."""
    log = SavingsLog(Prices())
    time = NOW
    for minute in range(121):
        watts = 1000.0 if minute % 2 else 0.0
        log.note(time, electric_w=watts, wanted=wants(), is_limited=True)
        time += timedelta(minutes=1)
    assert log.total.limited_h == pytest.approx(2)
    assert log.total.avoided_kwh.value == pytest.approx(0.6)


@pytest.mark.parametrize(
    "reading",
    [
        {"is_limited": False},
        {"wanted": None},
        {"electric_w": None},
        {"electric_w": math.nan},
    ],
)
def test_what_is_not_limited_or_not_known_adds_nothing(reading: dict[str, Any]) -> None:
    """Nor does a clock that goes back."""
    log = SavingsLog(Prices())
    defaults = {"electric_w": 300.0, "wanted": wants(), "is_limited": True}
    for minutes in (0, 1, -5):
        log.note(NOW + timedelta(minutes=minutes), **{**defaults, **reading})
    assert log.total == Savings()


def test_a_gap_counts_for_a_minute() -> None:
    """Nobody saw the rest."""
    log = SavingsLog(Prices())
    for hours in (0, 5):
        log.note(
            NOW + timedelta(hours=hours),
            electric_w=300,
            wanted=wants(),
            is_limited=True,
        )
    assert log.total.limited_h == pytest.approx(1 / 60)


def test_the_sum_survives_a_restart() -> None:
    """As JSON, to the last digit."""
    done = limiting_for(3, 200, wants(), Prices()).plus(
        limiting_for(1, 0, wants(), Prices())
    )
    assert Savings.from_dict(json.loads(json.dumps(done.as_dict()))) == done


@pytest.mark.parametrize(
    "stored",
    [
        None,
        {},
        {**Savings().as_dict(), "avoided_kwh": [1, 2]},
        {**Savings().as_dict(), "limited_h": math.nan},
        {**Savings().as_dict(), "extra_gas_m3": "abc"},
    ],
)
def test_stored_rubbish_is_a_value_error(stored: Any) -> None:
    """It says what happens then."""
    with pytest.raises(ValueError, match="savings cannot be read"):
        Savings.from_dict(stored)
