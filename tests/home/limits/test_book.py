"""The book holds per source what was admitted, and counts emergency stops."""

from datetime import timedelta

import pytest

from custom_components.dalen.limits.book import MAX_LIMITS_PER_SOURCE, LimitBook
from custom_components.dalen.limits.envelope import RefusalReason
from custom_components.dalen.limits.model import LimitSource
from custom_components.dalen.limits.stop_budget import StopLedger

from .builders import ENVELOPE, NOW, a_limit, after

EMERGENCY = LimitSource.EMERGENCY


def stop_ends(book: LimitBook) -> list[float]:
    """Return the ends of the stops held, in hours after NOW."""
    return [
        (limit.end - NOW) / timedelta(hours=1)
        for limit in book.limits(NOW)
        if limit.end is not None
    ]


def test_a_source_replaces_only_its_own_limits() -> None:
    """The hub cannot take away what the resident asked."""
    book = LimitBook(ENVELOPE)
    resident = a_limit(LimitSource.RESIDENT, 800, end=None)
    book.replace_source(LimitSource.RESIDENT, [resident], NOW)
    book.replace_source(LimitSource.HUB, [a_limit()], NOW)
    book.replace_source(LimitSource.HUB, [], NOW)
    assert book.limits(NOW) == (resident,)


def test_a_limit_of_another_source_is_a_fault_of_the_caller() -> None:
    """It would slip past the replacement."""
    book = LimitBook(ENVELOPE)
    with pytest.raises(ValueError, match="a limit of hub was given as one of price"):
        book.replace_source(LimitSource.PRICE, [a_limit()], NOW)


def test_refused_limits_are_told_and_the_others_hold() -> None:
    """One bad quarter hour does not cost the rest."""
    book = LimitBook(ENVELOPE)
    bad = a_limit(limit_w=float("nan"))
    (refused,) = book.replace_source(LimitSource.HUB, [bad, a_limit()], NOW)
    assert refused.limit is bad
    assert refused.reason is RefusalReason.NOT_FINITE
    assert book.limits(NOW) == (a_limit(),)


def test_an_order_vanishes_at_its_end() -> None:
    """Without anybody saying so."""
    book = LimitBook(ENVELOPE)
    book.replace_source(LimitSource.HUB, [a_limit()], NOW)
    assert book.limits(after(0.99))
    assert book.limits(after(1)) == ()
    assert book.limits(NOW) == ()


def test_a_flood_of_orders_is_cut_off() -> None:
    """The earliest are kept."""
    book = LimitBook(ENVELOPE)
    flood = [
        a_limit(start=NOW + timedelta(seconds=i)) for i in range(MAX_LIMITS_PER_SOURCE)
    ]
    refused = book.replace_source(LimitSource.HUB, [*flood, a_limit()], NOW)
    assert [r.reason for r in refused] == [RefusalReason.TOO_MANY]
    assert refused[0].limit == flood[-1]
    assert len(book.limits(NOW)) == MAX_LIMITS_PER_SOURCE


def test_a_stop_that_is_sent_again_counts_once() -> None:
    """The home polls every minute."""
    book = LimitBook(ENVELOPE)
    stop = a_limit(EMERGENCY, 0, end=after(1))
    for minute in range(50):
        refused = book.replace_source(EMERGENCY, [stop], after(minute / 60))
        assert refused == ()
    assert len(book.stop_ledger.episodes()) == 1
    assert stop_ends(book) == [1]


def test_a_new_stop_each_minute_still_ends_after_two_hours() -> None:
    """Without a rest of half an hour it is one stop."""
    book = LimitBook(ENVELOPE)
    for minute in range(121):
        moment = after(minute / 60)
        fresh = a_limit(EMERGENCY, 0, start=moment, end=moment + timedelta(hours=2))
        refused = book.replace_source(EMERGENCY, [fresh], moment)
    assert [r.reason for r in refused] == [RefusalReason.STOP_TOO_LONG]
    assert book.limits(after(2)) == ()


def test_stops_last_four_hours_a_day_together() -> None:
    """The third is refused; the next day has room again."""
    book = LimitBook(ENVELOPE)
    stops = [
        a_limit(EMERGENCY, 0, start=after(start), end=after(start + 2))
        for start in (0, 3, 6, 27)
    ]
    (refused,) = book.replace_source(EMERGENCY, stops, NOW)
    assert refused.reason is RefusalReason.STOP_DAY_BUDGET
    assert stop_ends(book) == [2, 5, 29]


def test_six_stops_a_month() -> None:
    """The seventh waits until the first is a month ago."""
    book = LimitBook(ENVELOPE)
    for day in range(6):
        moment = after(24 * day)
        stop = a_limit(EMERGENCY, 0, start=moment, end=moment + timedelta(hours=1))
        assert book.replace_source(EMERGENCY, [stop], moment) == ()
    moment = after(24 * 29)
    seventh = a_limit(EMERGENCY, 0, start=moment, end=moment + timedelta(hours=1))
    (refused,) = book.replace_source(EMERGENCY, [seventh], moment)
    assert refused.reason is RefusalReason.STOP_MONTH_BUDGET
    moment = after(24 * 30 + 1)
    eighth = a_limit(EMERGENCY, 0, start=moment, end=moment + timedelta(hours=1))
    assert book.replace_source(EMERGENCY, [eighth], moment) == ()


def test_a_stop_that_is_called_off_gives_back_the_rest() -> None:
    """Only the time that was used counts."""
    book = LimitBook(ENVELOPE)
    book.replace_source(EMERGENCY, [a_limit(EMERGENCY, 0, end=after(2))], NOW)
    book.replace_source(EMERGENCY, [], after(0.5))
    assert book.limits(after(0.5)) == ()
    used = book.stop_ledger.stopped(NOW, after(24))
    assert used == timedelta(minutes=30)


def test_a_short_rest_counts_as_part_of_the_stop() -> None:
    """Two stops with 20 minutes between them end two hours after the first began."""
    book = LimitBook(ENVELOPE)
    stops = [
        a_limit(EMERGENCY, 0, end=after(1)),
        a_limit(EMERGENCY, 0, start=after(1 + 1 / 3), end=after(3)),
    ]
    assert book.replace_source(EMERGENCY, stops, NOW) == ()
    assert stop_ends(book) == [1, 2]
    assert len(book.stop_ledger.episodes()) == 1


def test_the_ledger_survives_a_restart() -> None:
    """As JSON, with what was used."""
    book = LimitBook(ENVELOPE)
    book.replace_source(EMERGENCY, [a_limit(EMERGENCY, 0, end=after(2))], NOW)
    stored = book.stop_ledger.as_dict()
    again = LimitBook(ENVELOPE, StopLedger.from_dict(stored))
    assert again.stop_ledger == book.stop_ledger
    late = a_limit(EMERGENCY, 0, start=after(2), end=after(3))
    (refused,) = again.replace_source(EMERGENCY, [late], after(2))
    assert refused.reason is RefusalReason.STOP_TOO_LONG


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"stops": 3},
        {"stops": [["2026-11-23T17:00:00", "2026-11-23T18:00:00+00:00"]]},
        {"stops": [["yesterday", "today"]]},
    ],
)
def test_a_broken_ledger_says_what_to_do(stored: dict[str, object]) -> None:
    """It is not taken for an empty one."""
    with pytest.raises(ValueError, match="remove it to start with an empty one"):
        StopLedger.from_dict(stored)
