"""A cap is the mean over a quarter hour, and is kept within 50 W."""

from datetime import timedelta

import pytest

from custom_components.dalen.limits import ComplianceLog, Verdict, share_kept

from .builders import NOW

type Stretch = tuple[float, float | None, float | None, bool]


def a_quarter(*stretches: Stretch, every_s: int = 10) -> ComplianceLog:
    """Return the log after one quarter hour of minutes, power, cap and counted."""
    log = ComplianceLog()
    time = NOW
    for minutes, electric_w, cap_w, is_counted in stretches:
        for _ in range(int(minutes * 60 / every_s)):
            log.note(time, electric_w, cap_w, is_counted=is_counted)
            time += timedelta(seconds=every_s)
    log.close()
    return log


@pytest.mark.parametrize(
    ("stretches", "verdict"),
    [
        ([(15, 550, 500, True)], Verdict.KEPT),
        ([(15, 551, 500, True)], Verdict.EXCEEDED),
        ([(7.5, 0, 500, True), (7.5, 1100, 500, True)], Verdict.KEPT),
        ([(5, 1500, 500, False), (10, 500, 500, True)], Verdict.KEPT),
        ([(5, 1500, None, True), (10, 500, 500, True)], Verdict.KEPT),
        ([(5, 400, 400, True), (10, 600, 600, True)], Verdict.KEPT),
        ([(15, 900, None, True)], Verdict.NOT_LIMITED),
        ([(11, 1500, 500, False), (4, 500, 500, True)], Verdict.UNKNOWN),
        ([(15, None, 500, True)], Verdict.UNKNOWN),
        ([(4, 500, 500, True)], Verdict.UNKNOWN),
        ([(4, 500, None, True)], Verdict.UNKNOWN),
    ],
)
def test_the_verdict_over_a_quarter_hour(
    stretches: list[Stretch], verdict: Verdict
) -> None:
    """On and off may take turns; what protects is left out."""
    log = a_quarter(*stretches)
    (quarter,) = log.quarters
    assert quarter.verdict is verdict
    assert quarter.start == NOW
    assert log.counts[verdict] == 1


def test_a_gap_in_the_readings_counts_for_a_minute() -> None:
    """A reading does not stand for a quarter hour."""
    log = a_quarter((15, 500, 500, True), every_s=300)
    assert log.quarters[0].verdict is Verdict.UNKNOWN


def test_a_new_quarter_hour_closes_the_one_before() -> None:
    """Also when the clock goes back."""
    log = ComplianceLog()
    for minutes in (0, 15, -30):
        log.note(NOW + timedelta(minutes=minutes), 400, 500, is_counted=True)
    assert len(log.quarters) == 2
    assert log.close() is not None
    assert log.close() is None


def test_a_clock_that_goes_back_within_the_quarter_hour_adds_nothing() -> None:
    """Time below 0 would take away."""
    log = ComplianceLog()
    for second in (300, 0, 10):
        log.note(NOW + timedelta(seconds=second), 400, 500, is_counted=True)
    quarter = log.close()
    assert quarter is not None
    assert quarter.mean_w is None


def test_the_counts_survive_a_restart_and_give_the_share_kept() -> None:
    """Nothing judged is no share."""
    log = a_quarter((15, 400, 500, True))
    again = ComplianceLog()
    assert share_kept(again.counts) is None
    again.restore(log.as_dict())
    assert share_kept(again.counts) == 1
    again.counts[Verdict.EXCEEDED] = 3
    assert share_kept(again.counts) == 0.25


@pytest.mark.parametrize("stored", [0, {}, {"kept": -1}, {"kept": True}])
def test_stored_rubbish_is_a_value_error(stored: object) -> None:
    """And the counts stay."""
    with pytest.raises(ValueError, match="counts of kept caps"):
        ComplianceLog().restore(stored)  # type: ignore[arg-type]
