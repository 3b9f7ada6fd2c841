"""Limits that follow each other are one appointment."""

from datetime import UTC, datetime, timedelta

from custom_components.dalen.agenda import Step, agenda
from custom_components.dalen.limits import Limit, LimitSource

START = datetime(2026, 11, 23, 16, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def cap(quarter: int, limit_w: float, source: LimitSource = LimitSource.HUB) -> Limit:
    """Return the limit of one quarter hour."""
    start = START + quarter * QUARTER
    return Limit(
        source=source, limit_w=limit_w, start=start, end=start + QUARTER, reason="test"
    )


def test_an_evening_is_one_appointment() -> None:
    """With the watts of every step, and the lowest of them."""
    (evening,) = agenda([cap(1, 400), cap(0, 600), cap(2, 500)], 1500)
    assert (evening.start, evening.end) == (START, START + 3 * QUARTER)
    assert evening.lowest_w == 400
    assert evening.steps[1] == Step(start=START + QUARTER, limit_w=400)


def test_a_break_and_another_source_begin_a_new_one() -> None:
    """In order of time, also when they overlap."""
    items = agenda(
        [cap(0, 400), cap(2, 400), cap(0, 0, LimitSource.EMERGENCY), cap(1, 300)], 1500
    )
    assert [(item.source, item.start, item.end) for item in items] == [
        (LimitSource.HUB, START, START + 3 * QUARTER),
        (LimitSource.EMERGENCY, START, START + QUARTER),
    ]
    assert len(agenda([cap(0, 400), cap(2, 400)], 1500)) == 2


def test_settings_and_the_nameplate_are_no_appointments() -> None:
    """Nothing is planned by them."""
    fuse = Limit(
        source=LimitSource.INSTALLER, limit_w=900, start=START, end=None, reason="test"
    )
    assert agenda([fuse, cap(0, 1500)], 1500) == []
