"""The forecaster on made-up villages: right, calibrated, and blind to the future."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
import numpy as np
import pytest

from dalen_hub.forecast.arrays import DAY_S, Floats
from dalen_hub.forecast.conformal import LEVELS
from dalen_hub.forecast.features import Known
from dalen_hub.forecast.forecaster import MEDIAN, Forecaster

from .made_up import START_S, regular, village, without_weather

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
HOURS_18 = 18 * 3_600


def day_ahead(known: Known, day: int, fit_until: int | None = None) -> Floats:
    """Return the quantiles of a day, issued at 06:00 UTC of the day before."""
    now_s = START_S + day * DAY_S - HOURS_18
    forecaster = Forecaster(zone=AMSTERDAM)
    forecaster.fit(known, now_s if fit_until is None else START_S + fit_until * DAY_S)
    return forecaster.predict(known, times_of(known, day), now_s)


def times_of(known: Known, day: int) -> np.ndarray:
    """Return the intervals of a day."""
    begin_s = START_S + day * DAY_S
    return np.arange(begin_s, begin_s + DAY_S, known.load.step_s)


def error_kw(known: Known, day: int, quantiles: Floats) -> float:
    """Return the mean absolute error of the median."""
    truth = known.load.at(times_of(known, day))
    return float(np.nanmean(np.abs(truth - quantiles[:, MEDIAN])))


def test_it_learns_what_drives_the_load() -> None:
    """The error is near the noise, half of that without weather."""
    known = village(60)
    errors = [error_kw(known, day, day_ahead(known, day)) for day in (50, 53, 56)]
    bare = without_weather(known)
    blind = [error_kw(bare, day, day_ahead(bare, day)) for day in (50, 53, 56)]
    # The mean absolute value of the noise is 3.2 kW.
    assert np.mean(errors) < 6.0
    assert np.mean(errors) < 0.5 * np.mean(blind)


def test_net_load_may_be_negative() -> None:
    """Solar power flows back."""
    known = village(60)
    lows = [day_ahead(known, day)[:, MEDIAN].min() for day in range(50, 56)]
    assert min(lows) < 0.0


@pytest.mark.parametrize("days", [5, 15, 40])
def test_nothing_after_the_issue_is_looked_at(days: int) -> None:
    """Another future, the same forecast: to the last bit."""
    known = village(days + 3)
    now_s = START_S + days * DAY_S - HOURS_18
    future = known.load.times_s >= now_s
    scrambled = known.load.values.copy()
    scrambled[future] = np.random.default_rng(9).normal(1e4, 1e3, future.sum())
    other = replace(known, load=regular(scrambled, known.load.step_s))
    cut = replace(known, load=known.load.before(now_s))
    expected = day_ahead(known, days)
    assert np.array_equal(day_ahead(other, days), expected)
    assert np.array_equal(day_ahead(cut, days), expected)


@pytest.mark.parametrize("days", [0.02, 1, 3, 10, 25])
def test_every_length_of_history_gives_a_forecast(days: float) -> None:
    """From the first half hour on; the errors shrink."""
    known = village(40)
    now_s = START_S + 30 * DAY_S - HOURS_18
    short = replace(known, load=known.load.since(int(now_s - days * DAY_S)))
    quantiles = day_ahead(short, 30)
    assert np.isfinite(quantiles).all()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    if days >= 3:
        assert error_kw(known, 30, quantiles) < 60.0


def test_no_history_at_all_is_a_flat_line_with_a_band() -> None:
    """Not a crash."""
    known = village(40)
    empty = replace(known, load=known.load.since(known.load.end_s))
    quantiles = day_ahead(empty, 30)
    assert np.isfinite(quantiles).all()


def test_gaps_are_bridged() -> None:
    """A tenth of the rows and the whole of last week are missing."""
    known = village(60)
    values = known.load.values.copy()
    values[np.random.default_rng(2).random(values.size) < 0.1] = np.nan
    values[45 * 48 : 52 * 48] = np.nan
    gappy = replace(known, load=regular(values, known.load.step_s))
    quantiles = day_ahead(gappy, 54)
    assert np.isfinite(quantiles).all()
    assert error_kw(known, 54, quantiles) < 12.0


def test_weather_that_ends_today_is_done_without() -> None:
    """Nobody sent a forecast: as good as a forecaster that knows no weather."""
    known = village(60)
    end_s = START_S + 49 * DAY_S
    ended = replace(
        known,
        weather={name: each.before(end_s) for name, each in known.weather.items()},
    )
    assert np.array_equal(day_ahead(ended, 50), day_ahead(without_weather(known), 50))


def test_weather_that_began_yesterday_is_not_learnt_from() -> None:
    """A column of gaps says nothing."""
    known = village(60)
    begun = replace(
        known,
        weather={
            name: each.since(START_S + 48 * DAY_S)
            for name, each in known.weather.items()
        },
    )
    assert np.array_equal(day_ahead(begun, 50), day_ahead(without_weather(known), 50))


def test_the_peak_stays_at_its_local_time_over_the_clock_change() -> None:
    """Summer time began on 29 March 2026."""
    known = without_weather(village(100, noise_kw=1.0))
    local_peak = known.load.values.copy()
    # The people of this village live by the clock on the wall.
    after = known.load.times_s >= START_S + 83 * DAY_S + 3_600
    local_peak[after] = np.roll(local_peak, -2)[after]
    known = replace(known, load=regular(local_peak, known.load.step_s))
    for day, peak_utc in ((81, 18.0), (95, 17.0)):
        quantiles = day_ahead(known, day)
        peak = times_of(known, day)[quantiles[:, MEDIAN].argmax()] % DAY_S / 3_600
        assert abs(peak - peak_utc) <= 0.5


def test_the_random_member_needs_half_a_year() -> None:
    """And then must win on held-out blocks."""
    for days, expected in ((100, False), (300, True)):
        known = village(days, step_s=3_600, noise_kw=1.0)
        # Something that no sum of columns can tell: panels that switch off.
        values = known.load.values.copy()
        values -= np.where(known.weather["irradiance_w_m2"].values > 300.0, 80.0, 0.0)
        known = replace(known, load=regular(values, 3_600))
        forecaster = Forecaster(zone=AMSTERDAM)
        forecaster.fit(known, known.load.end_s)
        (fitted,) = forecaster._fitted.values()
        assert (fitted.model.random is not None) is expected


def test_bands_hold_on_unseen_days_and_adapt() -> None:
    """Also when the village becomes wilder than it was."""
    known = village(150, noise_kw=3.0)
    rng = np.random.default_rng(4)
    values = known.load.values.copy()
    wild = slice(90 * 48, None)
    values[wild] += rng.normal(0.0, 9.0, values[wild].size)
    known = replace(known, load=regular(values, known.load.step_s))
    forecaster = Forecaster(zone=AMSTERDAM)
    below = []
    forecaster.fit(known, START_S + 90 * DAY_S - HOURS_18)
    for day in range(90, 150):
        now_s = START_S + day * DAY_S - HOURS_18
        forecaster.learn(known, now_s)
        times_s = times_of(known, day)
        quantiles = forecaster.predict(known, times_s, now_s, remember=True)
        below.append((known.load.at(times_s)[:, None] <= quantiles).mean(axis=0))
    assert np.mean(below[30:], axis=0)[[1, 5]] == pytest.approx([0.1, 0.9], abs=0.06)


def test_further_than_two_days_ahead_is_refused() -> None:
    """The lags would not be known."""
    known = village(30)
    forecaster = Forecaster(zone=AMSTERDAM)
    forecaster.fit(known, known.load.end_s)
    with pytest.raises(ValueError, match="2 days"):
        forecaster.predict(
            known, np.array([known.load.end_s + 3 * DAY_S]), known.load.end_s
        )


@settings(max_examples=15)
@given(
    st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=24 * 30),
    st.integers(0, 47),
)
def test_any_history_gives_ordered_finite_quantiles(
    loads: list[float | None], ahead_h: int
) -> None:
    """Hourly, of any values."""
    values = np.array([np.nan if each is None else each for each in loads])
    known = Known(load=regular(values, 3_600), weather={})
    forecaster = Forecaster(zone=AMSTERDAM)
    now_s = known.load.end_s
    forecaster.fit(known, now_s)
    times_s = np.array([now_s + ahead_h * 3_600])
    quantiles = forecaster.predict(known, times_s, now_s)
    assert quantiles.shape == (1, len(LEVELS))
    assert np.isfinite(quantiles).all()
    assert (np.diff(quantiles) >= 0).all()


def test_a_day_that_goes_otherwise_teaches_the_hours_ahead() -> None:
    """What the last two hours had too much is expected on, and then forgotten."""
    known = village(44)
    now_s = START_S + 42 * DAY_S + HOURS_18
    forecaster = Forecaster(zone=AMSTERDAM)
    forecaster.fit(known, START_S + 42 * DAY_S)
    ahead = np.arange(now_s, now_s + DAY_S, known.load.step_s)
    usual = forecaster.predict(known, ahead, now_s)[:, MEDIAN]
    times_s = known.load.times_s
    festive = known.load.values + 60.0 * (times_s >= now_s - 4 * 3_600)
    busy = replace(known, load=regular(festive, known.load.step_s))
    more = forecaster.predict(busy, ahead, now_s)[:, MEDIAN] - usual
    assert 25.0 < more[0] < 60.0
    assert more[1] > more[6] > more[12]
    assert np.abs(more[24:]).mean() < 12.0
    silent = np.where(times_s >= now_s - 4 * 3_600, np.nan, known.load.values)
    blind = replace(known, load=regular(silent, known.load.step_s))
    assert np.isfinite(forecaster.predict(blind, ahead, now_s)).all()


@pytest.mark.parametrize("hours", [1, 2, 3, 6])
def test_the_first_hours_of_a_meter_give_a_forecast_too(hours: int) -> None:
    """With nothing before them that they could differ from."""
    known = village(3)
    now_s = START_S + 2 * DAY_S
    short = replace(known, load=known.load.since(now_s - hours * 3_600))
    forecaster = Forecaster(zone=AMSTERDAM)
    forecaster.fit(short, now_s)
    ahead = np.arange(now_s, now_s + DAY_S, known.load.step_s)
    assert np.isfinite(forecaster.predict(short, ahead, now_s)).all()
