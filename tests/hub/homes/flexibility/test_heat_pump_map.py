"""Maps learn what pumps want, from quarter hours without a limit only."""

from hypothesis import given, settings, strategies as st
import numpy as np
import pytest

from dalen_hub.homes.flexibility.conditions import conditions
from dalen_hub.homes.flexibility.heat_pump_map import fit_maps, unlimited

from .fleets import NAMEPLATE_W, fleet, weather


def everywhere(shape: tuple[int, int]) -> np.ndarray:
    """Return that all quarter hours may be used."""
    return np.ones(shape, dtype=np.bool_)


def test_a_map_finds_what_each_home_wants() -> None:
    """On other days than it learned from, within 3 % of the energy of each home."""
    known, other = fleet(20, 30, seed=1), fleet(20, 30, seed=1, noise_w=0.0)
    train = np.zeros(known.wanted_w.shape, dtype=np.bool_)
    train[: 20 * 96] = True
    maps = fit_maps(known.when, known.wanted_w, train, known.nameplate_w)
    found = maps.wanted_w(known.when)[20 * 96 :].sum(axis=0)
    truth = other.wanted_w[20 * 96 :].sum(axis=0)
    assert found == pytest.approx(truth, rel=0.03)
    assert np.all(maps.known_quarters == 20 * 96)


def test_limits_of_yesterday_do_not_teach_a_map_to_want_less() -> None:
    """The same power in the limited hours, whatever the limit made of it."""
    village = fleet(10, 30)
    limited = np.zeros(village.wanted_w.shape, dtype=np.bool_)
    evening = (village.when.local_hour > 16.0) & (village.when.local_hour < 21.0)
    odd_days = np.arange(village.when.quarters) // 96 % 2 == 1
    limited[evening & odd_days] = True
    usable = unlimited(limited)
    low = np.where(limited, 100.0, village.wanted_w)
    lower = np.where(limited, 0.0, village.wanted_w)
    first = fit_maps(village.when, low, usable, village.nameplate_w)
    second = fit_maps(village.when, lower, usable, village.nameplate_w)
    assert np.array_equal(first.coefficients_w, second.coefficients_w)
    wanted = first.wanted_w(village.when)[evening & odd_days].sum()
    assert wanted == pytest.approx(village.wanted_w[evening & odd_days].sum(), rel=0.02)


def test_two_hours_after_a_limit_are_left_out_too() -> None:
    """In them a house may catch up."""
    limited = np.zeros((30, 2), dtype=np.bool_)
    limited[5:8, 0] = True
    free = unlimited(limited)
    assert np.array_equal(np.flatnonzero(~free[:, 0]), np.arange(5, 16))
    assert free[:, 1].all()


def test_weather_colder_than_any_known_asks_for_more() -> None:
    """The line goes on where nothing was measured."""
    village = fleet(10, 30)
    cold = village.when.recent_c < np.quantile(village.when.recent_c, 0.4)
    usable = np.repeat(~cold[:, None], 10, axis=1)
    maps = fit_maps(village.when, village.wanted_w, usable, village.nameplate_w)
    found = maps.wanted_w(village.when)[cold].sum()
    assert found == pytest.approx(village.wanted_w[cold].sum(), rel=0.03)
    frost = maps.wanted_w(village.when.warmer(-5.0)).sum()
    assert frost > 1.1 * maps.wanted_w(village.when).sum()


def test_a_home_without_days_is_taken_for_the_mean_of_all() -> None:
    """And one with some days for what it showed."""
    village = fleet(12, 30)
    usable = everywhere(village.wanted_w.shape)
    usable[:, 0] = False
    maps = fit_maps(village.when, village.wanted_w, usable, village.nameplate_w)
    wanted = maps.wanted_w(village.when)
    others = village.wanted_w[:, 1:].mean(axis=1).sum()
    assert wanted[:, 0].sum() == pytest.approx(others, rel=0.03)
    assert maps.known_quarters[0] == 0.0


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    homes=st.integers(1, 5),
    shift_k=st.floats(-40.0, 40.0),
    missing=st.floats(0.0, 0.9),
)
def test_a_pump_wants_between_nothing_and_its_nameplate(
    seed: int, homes: int, shift_k: float, missing: float
) -> None:
    """Whatever was measured and however far the weather is from it."""
    rng = np.random.default_rng(seed)
    when = weather(3, seed)
    power_w = rng.uniform(0.0, 3000.0, size=(when.quarters, homes))
    power_w[rng.random(power_w.shape) < missing] = np.nan
    power_w[0] = 500.0
    nameplate_w = rng.uniform(500.0, 2000.0, homes)
    maps = fit_maps(when, power_w, everywhere(power_w.shape), nameplate_w)
    wanted = maps.wanted_w(when.warmer(shift_k))
    assert np.all(wanted >= 0.0)
    assert np.all(wanted <= nameplate_w)


def test_what_cannot_be_learned_from_is_refused() -> None:
    """Shapes that differ, nothing usable, unknown weather."""
    when = weather(2, 1)
    power_w = np.full((when.quarters, 1), 500.0)
    nameplate_w = np.array([NAMEPLATE_W])
    with pytest.raises(ValueError, match="one power and one mark"):
        fit_maps(when, power_w[:-1], everywhere((191, 1)), nameplate_w)
    with pytest.raises(ValueError, match="Wait for a day"):
        fit_maps(when, power_w, ~everywhere(power_w.shape), nameplate_w)
    with pytest.raises(ValueError, match="temperature is unknown"):
        conditions(np.array([1.0, np.nan]), np.array([0.0, 0.25]))
    with pytest.raises(ValueError, match="one hour for each"):
        conditions(np.array([1.0]), np.array([0.0, 0.25]))


def test_the_memory_of_a_house_can_be_carried_on() -> None:
    """Two halves give the same as the whole."""
    whole = weather(4, 3)
    first = whole.part(slice(0, 200))
    rest = conditions(
        whole.outdoor_c[200:],
        whole.local_hour[200:],
        recent_c=float(first.recent_c[-1]),
    )
    assert rest.recent_c == pytest.approx(whole.recent_c[200:])
