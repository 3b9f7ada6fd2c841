"""A quarter hour ends at its limit, whatever its first minutes were."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from dalen_hub.caps.budget import Reading
from dalen_hub.caps.quarter_energy import made_up_for_w

START = datetime(2026, 11, 23, 16, tzinfo=UTC)
FIVE = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)
AIM_W = 200_000.0


def readings(*loads_kw: float) -> list[Reading]:
    """Return readings of five minutes from the quarter hour on."""
    return [
        Reading(end=START + (index + 1) * FIVE, length=FIVE, load_kw=load_kw)
        for index, load_kw in enumerate(loads_kw)
    ]


def test_what_was_too_much_is_made_up_for() -> None:
    """Ten minutes at 201 kW, one more until homes follow: four at 2.75 kW less."""
    now = START + 2 * FIVE
    less_w = made_up_for_w(readings(201.0, 201.0), AIM_W, now, MINUTE)
    assert less_w == pytest.approx(-1000.0 * 11 / 4)


@given(
    first_kw=st.floats(0, 1000),
    second_kw=st.floats(0, 1000),
    response_s=st.integers(0, 240),
)
def test_the_mean_is_the_aim_unless_a_bound_holds(
    first_kw: float, second_kw: float, response_s: int
) -> None:
    """Never more than 2 % above the aim nor 6 % below it."""
    now, response = START + 2 * FIVE, timedelta(seconds=response_s)
    extra_w = made_up_for_w(readings(first_kw, second_kw), AIM_W, now, response)
    assert -0.06 * AIM_W - 1e-6 <= extra_w <= 0.02 * AIM_W + 1e-6
    left_s = 300 - response_s
    sums_ws = 300_000 * (first_kw + second_kw) + 1000 * second_kw * response_s
    mean_w = (sums_ws + (AIM_W + extra_w) * left_s) / 900
    if -0.0599 * AIM_W < extra_w < 0.0199 * AIM_W:
        assert mean_w == pytest.approx(AIM_W)


@pytest.mark.parametrize(
    ("known", "now"),
    [
        ([], START + FIVE),
        # The readings are those of the quarter hour before.
        (readings(250.0, 250.0, 250.0), START + timedelta(minutes=20)),
        # A meter of quarter hours tells nothing within one.
        (
            [
                Reading(
                    end=START + timedelta(minutes=15),
                    length=timedelta(minutes=15),
                    load_kw=250.0,
                )
            ],
            START + timedelta(minutes=15),
        ),
        # Nothing that is ordered now is felt in this quarter hour.
        (readings(250.0, 250.0), START + timedelta(minutes=14)),
    ],
)
def test_without_a_part_of_the_quarter_hour_nothing_is_made_up_for(
    known: list[Reading], now: datetime
) -> None:
    """Then the level alone counts."""
    assert made_up_for_w(known, AIM_W, now, timedelta(minutes=1)) == 0.0
