"""The neighbourhood behaves as the pilot in Dalen did."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from dalen_hub.simulation.arrays import FloatArray, filled
from dalen_hub.simulation.base_load import LoadNoise, household_kw
from dalen_hub.simulation.demo_history import simulate_history
from dalen_hub.simulation.neighbourhood import Neighbourhood, UnsteeredLoad
from dalen_hub.simulation.village import various_homes
from dalen_hub.simulation.weather import SteadyWeather, winter_weather

ZONE = ZoneInfo("Europe/Amsterdam")
AFTERNOON = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
PUMPS = 97
MINUTE = timedelta(minutes=1)


def village(outdoor_c: float, seed: int = 1) -> Neighbourhood:
    """Return the pilot's neighbourhood: 255 homes of which 97 have a hybrid."""
    rng = np.random.default_rng(seed)
    return Neighbourhood(
        homes=various_homes(PUMPS, rng),
        unsteered=UnsteeredLoad(connections=255),
        weather=SteadyWeather(temperature_c=outdoor_c),
        zone=ZONE,
        now=AFTERNOON,
        rng=rng,
    )


def pump_kw(outdoor_c: float, limit_w: float = np.inf, seed: int = 1) -> FloatArray:
    """Return the quarter-hour sums of the heat pumps over an evening."""
    neighbourhood = village(outdoor_c, seed)
    limits_w = filled(PUMPS, limit_w)
    sums_kw = np.array(
        [
            neighbourhood.step(AFTERNOON + MINUTE * (index + 1), limits_w).pumps_w.sum()
            for index in range(360)
        ]
    )
    quarters: FloatArray = sums_kw.reshape(-1, 15).mean(axis=1) / 1000.0
    return quarters


def test_a_household_uses_ten_kwh_on_a_winter_day_and_peaks_in_the_evening() -> None:
    """The shape of the base load, against round public figures."""
    hours = np.linspace(0.0, 24.0, 97)[:-1]
    load_kw = household_kw(hours)
    assert float(load_kw.mean()) * 24.0 == pytest.approx(10.2, abs=0.5)
    assert 17.5 <= hours[load_kw.argmax()] <= 19.5
    assert 200.0 <= 255.0 * float(load_kw.max()) <= 240.0
    assert household_kw(0.0) == pytest.approx(household_kw(24.0))


def test_noise_has_the_same_size_at_every_time_step() -> None:
    """The standard deviation does not depend on dt."""
    for dt_s in (5.0, 60.0, 900.0):
        noise = LoadNoise(rng=np.random.default_rng(0))
        values = [noise.step(dt_s) for _ in range(20_000)]
        assert float(np.std(values[100:])) == pytest.approx(0.035, rel=0.25)
        assert float(np.mean(values)) == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_heat_pumps_stay_below_a_kilowatt_each_on_cold_evenings(seed: int) -> None:
    """Quarter-hour means of the fleet: near 0.8 kW a heat pump, never above 1."""
    mean_w = 1000.0 * pump_kw(-4.0, seed=seed) / PUMPS
    assert 600.0 <= float(mean_w.mean()) <= 950.0
    assert float(mean_w.max()) < 1000.0


def test_colder_weather_takes_more_power() -> None:
    """The load of the fleet rises as it gets colder above the switch-over points."""
    means = [float(pump_kw(outdoor_c).mean()) for outdoor_c in (12.0, 8.0, 4.0)]
    assert means == sorted(means)
    assert means[0] < 0.5 * means[-1]


@pytest.mark.parametrize("limit_w", [300.0, 500.0, 800.0])
def test_a_cap_holds_for_the_fleet_whatever_single_pumps_do(limit_w: float) -> None:
    """Defrosts and oil returns of single heat pumps vanish in the sum."""
    capped_kw = pump_kw(-4.0, limit_w)[1:]
    assert float(capped_kw.max()) <= PUMPS * limit_w / 1000.0


def test_a_stop_takes_the_heat_pumps_off_the_transformer() -> None:
    """With a limit of 0 only standby and crankcase heaters remain."""
    assert float(pump_kw(-4.0, 0.0)[1:].max()) < PUMPS * 0.065


def test_a_release_makes_no_peak_at_the_transformer() -> None:
    """All restart after a stop; the boilers kept the rooms warm."""
    neighbourhood = village(-4.0)
    sums_kw = []
    for index in range(360):
        limit_w = filled(PUMPS, 0.0 if 60 <= index < 180 else np.inf)
        loads = neighbourhood.step(AFTERNOON + MINUTE * (index + 1), limit_w)
        sums_kw.append(loads.pumps_w.sum() / 1000.0)
    quarters = np.array(sums_kw).reshape(-1, 15).mean(axis=1)
    assert float(quarters[12:].max()) <= 1.15 * float(quarters[:4].max())
    set_point_c = neighbourhood.homes.thermostats.set_point_at(22.0)
    assert (neighbourhood.room_c > set_point_c - 0.5).mean() > 0.99


def test_history_is_the_mean_of_its_minutes() -> None:
    """Readings of 5 minutes and means of the complete quarter hours."""
    neighbourhood = village(-4.0)
    history = simulate_history(neighbourhood, AFTERNOON + 50 * MINUTE)
    assert history.trafo_kw.shape == (10,)
    assert history.pumps_w.shape == (3, PUMPS)
    assert neighbourhood.now == AFTERNOON + 50 * MINUTE
    assert 150.0 < float(history.trafo_kw.mean()) < 300.0


def test_winter_weather_is_known_at_every_instant_and_warmest_in_the_afternoon() -> (
    None
):
    """The same instant gives the same weather in any order of asking."""
    weather = winter_weather(mean_c=-4.0, rng=np.random.default_rng(5))
    start = datetime(2026, 11, 23, tzinfo=ZONE)
    instants = [start + timedelta(minutes=30 * index) for index in range(48 * 30)]
    forward = [weather.outdoor_c(instant) for instant in instants]
    assert [weather.outdoor_c(instant) for instant in reversed(instants)] == (
        forward[::-1]
    )
    days = np.array(forward).reshape(-1, 48)
    assert float(days.mean()) == pytest.approx(-4.0, abs=0.7)
    assert 28 <= int(days.mean(axis=0).argmax()) <= 32
    assert weather.irradiance_w_m2(start) == 0.0
    assert weather.irradiance_w_m2(start + timedelta(hours=12)) > 20.0
