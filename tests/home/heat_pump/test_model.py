"""A limit becomes what the device can hold, never more."""

from dataclasses import replace
import math

from hypothesis import given, strategies as st
import pytest

from custom_components.dalen.heat_pump.model import LimitCapability, LimitKind

WATTS = LimitCapability(
    kind=LimitKind.WATTS,
    minimum_w=900,
    maximum_w=3000,
    step_w=100,
    min_write_interval_s=60,
    daily_write_budget=300,
    watchdog_s=None,
)


@pytest.mark.parametrize(
    ("limit_w", "applied_w"),
    [(None, None), (1500, 1500), (1599.9, 1500), (520, 500), (99, 0), (9000, 3000)],
)
def test_a_limit_is_rounded_down_to_the_step(
    limit_w: float | None, applied_w: float | None
) -> None:
    """Below the minimum too: the device then switches off."""
    assert WATTS.applied_w(limit_w) == applied_w


def test_a_device_that_cannot_take_a_low_limit_gets_its_lowest() -> None:
    """Some crash below it, some ignore it."""
    nibe = replace(WATTS, lowest_w=1100, minimum_w=1100)
    assert nibe.applied_w(400) == 1100
    off = replace(WATTS, zero_below_minimum=True)
    assert off.applied_w(899) == 0
    assert off.applied_w(900) == 900


def test_a_device_that_would_be_commanded_for_nothing_is_left_alone() -> None:
    """A limit at its nameplate limits nothing."""
    percent = replace(WATTS, kind=LimitKind.PERCENT, free_at_maximum=True)
    assert percent.applied_w(3000) is None
    assert percent.applied_w(2999) == 2900
    assert replace(WATTS, kind=LimitKind.MONITOR).applied_w(500) is None


@pytest.mark.parametrize("limit_w", [math.nan, math.inf])
def test_a_limit_that_is_no_number_is_an_error(limit_w: float) -> None:
    """It never reaches a register."""
    with pytest.raises(ValueError, match="give a finite number of watts"):
        WATTS.applied_w(limit_w)


@given(
    limit_w=st.floats(0, 50_000),
    step_w=st.sampled_from([0.1, 1.0, 10.0, 100.0]),
    maximum_w=st.floats(100, 12_000),
)
def test_no_limit_is_ever_rounded_up(
    limit_w: float, step_w: float, maximum_w: float
) -> None:
    """Within a millionth of a step, and applying it again changes nothing."""
    capability = replace(WATTS, step_w=step_w, maximum_w=maximum_w)
    applied_w = capability.applied_w(limit_w)
    assert applied_w is not None
    assert 0 <= applied_w <= min(limit_w, maximum_w) + step_w * 1e-6
    assert capability.applied_w(applied_w) == pytest.approx(applied_w)
