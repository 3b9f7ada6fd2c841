"""Faults of meters: found, repaired where honest, and never silently used."""

from datetime import UTC, datetime, timedelta
import os
from pathlib import Path

from hypothesis import given, strategies as st
import numpy as np
import pytest

from dalen_hub.grid.quality import Checked, Fault, check_series

START = datetime(2026, 1, 12, tzinfo=UTC)
STEP = timedelta(minutes=10)
RATING_KW = 400.0
# Real series, not part of this repository: beside it, or named in DALEN_DATA.
SHARED = Path(
    os.environ.get("DALEN_DATA", Path(__file__).parents[4] / "shared" / "data")
)
FEEDERS = SHARED / "uk_lv_transformer_phases_10min_1week_even.parquet"
FOUND = {
    "sub00": {(Fault.REVERSED, 0)},
    "sub24": {(Fault.REVERSED, 0), (Fault.REVERSED, 2)},
    "sub38": {(Fault.EMPTY, 1)},
    "sub42": {(Fault.EMPTY, 0), (Fault.EMPTY, 1), (Fault.EMPTY, 2)},
    "sub44": {(Fault.EMPTY, 0), (Fault.EMPTY, 1), (Fault.EMPTY, 2)},
}


def day(seed: int = 1, steps: int = 144) -> np.ndarray:
    """Return the load of a day on one phase."""
    rng = np.random.default_rng(seed)
    hours = np.arange(steps) / 6 % 24
    shape = 30 + 40 * np.exp(-0.5 * ((hours - 18.5) / 2) ** 2)
    return shape * (1 + 0.04 * rng.standard_normal(steps))


def times(steps: int = 144) -> list[datetime]:
    """Return regular times."""
    return [START + STEP * index for index in range(steps)]


def check(load_kw: np.ndarray, stamps: list[datetime] | None = None) -> Checked:
    """Check one column."""
    return check_series(
        stamps or times(len(load_kw)),
        load_kw.reshape(-1, 1).copy(),
        step=STEP,
        rating_kw=RATING_KW,
    )


@given(st.integers(0, 2**32))
def test_a_clean_day_is_left_alone(seed: int) -> None:
    """No false alarm, no value touched."""
    load_kw = day(seed)
    checked = check(load_kw)
    assert checked.findings == ()
    assert (checked.load_kw[:, 0] == load_kw).all()
    assert checked.known == 1.0


def test_short_gaps_are_filled_and_long_ones_stay() -> None:
    """Three missing values of ten minutes are enclosed closely enough."""
    load_kw = day()
    load_kw[50:53] = np.nan
    load_kw[100:110] = np.nan
    checked = check(load_kw)
    assert [(f.count, f.is_repaired) for f in checked.findings] == [
        (3, True),
        (10, False),
    ]
    assert not np.isnan(checked.load_kw[50:53]).any()
    assert np.isnan(checked.load_kw[100:110]).all()


def test_rows_that_are_not_there_are_gaps() -> None:
    """A meter that sent nothing leaves a hole in time."""
    load_kw, stamps = day(), times()
    keep = np.r_[0:60, 80:144]
    checked = check(load_kw[keep], [stamps[index] for index in keep])
    assert checked.load_kw.shape == (144, 1)
    assert checked.findings[0].fault is Fault.GAP
    assert checked.findings[0].first == stamps[60]


def test_a_frozen_meter_is_not_believed() -> None:
    """The same value for two hours is no measurement."""
    load_kw = day()
    load_kw[70:82] = load_kw[70]
    checked = check(load_kw)
    assert checked.has(Fault.FROZEN, 0)
    assert np.isnan(checked.load_kw[70:82]).all()


def test_a_spike_is_cut_out() -> None:
    """Its neighbours say what was there."""
    load_kw = day()
    true_kw = load_kw[40]
    load_kw[40] = 390.0
    checked = check(load_kw)
    assert checked.has(Fault.SPIKE)
    assert checked.load_kw[40, 0] == pytest.approx(true_kw, rel=0.25)


def test_a_reversed_phase_is_turned_and_solar_is_not() -> None:
    """By night nothing flows back, so only a reversed phase is negative then."""
    load_kw = day()
    checked = check(-load_kw)
    assert checked.has(Fault.REVERSED)
    assert (checked.load_kw[:, 0] == load_kw).all()
    solar = load_kw - 120 * np.exp(-0.5 * ((np.arange(144) / 6 - 12.5) / 2.5) ** 2)
    assert (solar < 0).any()
    assert not check(solar).has(Fault.REVERSED)


def test_an_empty_phase_is_no_phase() -> None:
    """A hum of some watts is not the load of homes."""
    checked = check(0.05 * day() / 70)
    assert checked.has(Fault.EMPTY)
    assert checked.known == 0.0


def test_watts_among_kilowatts_are_divided() -> None:
    """A logger that was set to another unit for an hour."""
    load_kw = day()
    load_kw[60:66] *= 1000
    checked = check(load_kw)
    assert checked.has(Fault.UNIT_SLIP)
    np.testing.assert_allclose(checked.load_kw[:, 0], day())
    load_kw[20] = 1e7
    checked = check(load_kw)
    assert checked.has(Fault.IMPOSSIBLE)


def test_a_clock_that_jumps_back_is_told() -> None:
    """Values that contradict each other are dropped, the same ones are kept."""
    load_kw, stamps = day(), times()
    # The clock repeats an hour: other values at the same times.
    stamps = stamps[:60] + [stamp - timedelta(hours=1) for stamp in stamps[60:]]
    checked = check(load_kw, stamps)
    assert checked.has(Fault.CLOCK_JUMP)
    assert checked.has(Fault.DUPLICATE)
    assert np.isnan(checked.load_kw[54:60]).all()


def test_rows_that_came_twice_count_once() -> None:
    """A gateway that sent again after a lost answer."""
    load_kw, stamps = day(), times()
    twice = np.r_[0:50, 45:144]
    checked = check(load_kw[twice], [stamps[index] for index in twice])
    assert checked.has(Fault.DUPLICATE)
    assert (checked.load_kw[:, 0] == load_kw).all()


def test_times_between_the_steps_are_dropped() -> None:
    """A mean of another interval is another measurement."""
    load_kw, stamps = day(), times()
    stamps[30] += timedelta(minutes=4)
    checked = check(load_kw, stamps)
    assert checked.has(Fault.CLOCK_JUMP)


def test_nothing_is_no_series() -> None:
    """Say so."""
    with pytest.raises(ValueError, match="at least one"):
        check(np.zeros(0), [])


@given(st.data())
def test_whatever_comes_no_doubtful_value_stays(data: st.DataObject) -> None:
    """What is left is finite or NaN, and within twice the rating."""
    count = data.draw(st.integers(1, 60))
    values = data.draw(
        st.lists(
            st.floats(allow_nan=True, allow_infinity=False, width=32),
            min_size=count,
            max_size=count,
        )
    )
    minutes = data.draw(st.lists(st.integers(0, 900), min_size=count, max_size=count))
    stamps = [START + timedelta(minutes=minute) for minute in minutes]
    checked = check(np.array(values), stamps)
    left = checked.load_kw[~np.isnan(checked.load_kw)]
    assert (np.abs(left) <= 2 * RATING_KW).all()


@pytest.mark.skipif(not FEEDERS.exists(), reason="needs the measured feeders")
def test_real_feeders_with_wrong_phases_are_found_and_no_others() -> None:
    """Five of these 26 real feeders have a reversed or an empty phase."""
    import pandas as pd  # noqa: PLC0415

    found = {}
    frame = pd.read_parquet(FEEDERS)
    for name, rows in frame.groupby("sub", observed=True):
        stamps = [time.to_pydatetime().replace(tzinfo=UTC) for time in rows["time"]]
        load_kw = rows[["p_l1_kw", "p_l2_kw", "p_l3_kw"]].to_numpy(dtype=np.float64)
        checked = check_series(stamps, load_kw, step=STEP, rating_kw=300.0)
        wrong = {
            (each.fault, each.column)
            for each in checked.findings
            if each.fault in {Fault.REVERSED, Fault.EMPTY}
        }
        if wrong:
            found[name] = wrong
        else:
            assert checked.known > 0.85
            assert not checked.has(Fault.FROZEN)
    assert found == FOUND
