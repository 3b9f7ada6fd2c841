"""Whatever a hub sends: the limit stays in the envelope and ends in time."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
import math
from typing import override

from hypothesis import given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
import pytest

from custom_components.dalen.limits.arbiter import decide, next_change
from custom_components.dalen.limits.book import LimitBook
from custom_components.dalen.limits.envelope import FLOORED_SOURCES, Envelope, admit
from custom_components.dalen.limits.model import (
    ORDER_SOURCES,
    EffectiveLimit,
    Limit,
    LimitSource,
)
from custom_components.dalen.limits.stop_budget import (
    DAY,
    MAX_STOP_A_DAY,
    MAX_STOPS_A_MONTH,
    MONTH,
    Stop,
    StopLedger,
)

from .builders import NOW

ENVELOPES = st.builds(
    lambda nameplate_w, share: Envelope(
        nameplate_w=nameplate_w, floor_w=nameplate_w * share
    ),
    st.floats(1, 30_000),
    st.floats(0, 1),
)
HOSTILE_WATTS = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, -0.0, -1.0, 1e308, math.nan, math.inf, -math.inf, 10**400]),
    st.floats(0, 3000),
)
HOSTILE_TIMES = st.one_of(
    st.datetimes(timezones=st.just(UTC)),
    st.datetimes(),
    st.integers(-3 * 24 * 60, 3 * 24 * 60).map(lambda m: NOW + timedelta(minutes=m)),
)


def hostile_limits(sources: Iterable[LimitSource]) -> st.SearchStrategy[Limit]:
    """Return a strategy for limits that nobody checked."""
    return st.builds(
        Limit,
        source=st.sampled_from(sorted(sources)),
        limit_w=HOSTILE_WATTS,
        start=HOSTILE_TIMES,
        end=st.one_of(st.none(), HOSTILE_TIMES),
        reason=st.just("hostile"),
    )


def assert_in_envelope(effective: EffectiveLimit, envelope: Envelope) -> None:
    """Check that the limit is None, or finite watts between its floor and nameplate."""
    if effective.limit_w is None:
        return
    lowest_w = envelope.floor_w if effective.source in FLOORED_SOURCES else 0
    assert math.isfinite(effective.limit_w)
    assert lowest_w <= effective.limit_w < envelope.nameplate_w


def stops_between(book: LimitBook, now: datetime, later: datetime) -> list[Stop]:
    """Return when a stop holds from now until later, if nothing is sent."""
    spans = [
        Stop(start=max(limit.start, now), end=min(limit.end, later))
        for limit in book.limits(now)
        if limit.source is LimitSource.EMERGENCY and limit.end is not None
    ]
    return [span for span in spans if span.start < span.end]


def assert_within_budget(used: list[Stop]) -> None:
    """Check 2 h at a time, 4 h in every day, 6 in every month."""
    ledger = StopLedger()
    for stop in used:
        ledger = ledger.add(stop.start, stop.end)
    episodes = ledger.episodes()
    assert all(e.end - e.start <= timedelta(hours=2) for e in episodes)
    for stop in ledger.stops:
        assert ledger.stopped(stop.end - DAY, stop.end) <= MAX_STOP_A_DAY
    for last in episodes:
        month = [e for e in episodes if last.start - MONTH < e.end <= last.end]
        assert len(month) <= MAX_STOPS_A_MONTH


@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from([0, 10, 40, 150]),
            st.sampled_from([0, 20, 90, 200]),
            st.sampled_from([5, 20, 45, 130, 700, 1500]),
        ),
        min_size=8,
        max_size=40,
    )
)
def test_no_row_of_stops_gets_past_the_budget(
    steps: list[tuple[int, int, int]],
) -> None:
    """Sent now or ahead, called off, sent again, close together or days apart."""
    book = LimitBook(Envelope(nameplate_w=2000, floor_w=300))
    now = NOW
    used: list[Stop] = []
    for ahead, length, passes in steps:
        start = now + timedelta(minutes=ahead)
        end = start + timedelta(minutes=length)
        stop = Limit(
            source=LimitSource.EMERGENCY, limit_w=0, start=start, end=end, reason="x"
        )
        book.replace_source(LimitSource.EMERGENCY, [stop] if length else [], now)
        later = now + timedelta(minutes=passes)
        used += stops_between(book, now, later)
        now = later
    assert_within_budget(used)


@given(
    envelope=ENVELOPES,
    limits=st.lists(hostile_limits(LimitSource), max_size=8),
    released_by=st.one_of(st.none(), st.just("resident")),
)
def test_the_effective_limit_is_always_in_the_envelope(
    envelope: Envelope, limits: list[Limit], released_by: str | None
) -> None:
    """Even for limits that were never admitted."""
    effective = decide(limits, envelope, released_by, NOW)
    assert_in_envelope(effective, envelope)
    if released_by is not None:
        assert effective.source in {None, LimitSource.INSTALLER}
    if effective.source in ORDER_SOURCES:
        assert effective.until is not None
        assert NOW < effective.until <= NOW + timedelta(hours=48)


@given(envelope=ENVELOPES, limits=st.lists(hostile_limits(LimitSource), max_size=8))
def test_more_limits_never_mean_more_watts(
    envelope: Envelope, limits: list[Limit]
) -> None:
    """Limits are upper limits: nobody can raise what another asked."""
    fewer = decide(limits[1:], envelope, None, NOW).limit_w
    more = decide(limits, envelope, None, NOW).limit_w
    assert fewer is None or (more is not None and more <= fewer)


@given(envelope=ENVELOPES, limit=hostile_limits(LimitSource))
def test_what_is_admitted_is_admitted_again_unchanged(
    envelope: Envelope, limit: Limit
) -> None:
    """So the arbiter can check once more."""
    once = admit(limit, envelope, NOW)
    if isinstance(once, Limit):
        assert admit(once, envelope, NOW) == once


class HostileHub(RuleBasedStateMachine):
    """A hub, a resident and a clock that do what they like to one house."""

    def __init__(self) -> None:
        """Start with an empty book at NOW."""
        super().__init__()
        self.envelope = Envelope(nameplate_w=2000, floor_w=300)
        self.book = LimitBook(self.envelope)
        self.now = NOW
        self.paused = False
        self.sent: dict[LimitSource, list[Limit]] = {}
        self.used: list[Stop] = []

    @property
    def effective(self) -> EffectiveLimit:
        """Return what the heat pump would get now."""
        released_by = "resident" if self.paused else None
        return decide(self.book.limits(self.now), self.envelope, released_by, self.now)

    @rule(source=st.sampled_from(sorted(ORDER_SOURCES)), data=st.data())
    def order(self, source: LimitSource, data: st.DataObject) -> None:
        """Send any orders, in any order, with any times."""
        limits = data.draw(st.lists(hostile_limits([source]), max_size=4))
        self.book.replace_source(source, limits, self.now)
        self.sent[source] = limits

    @rule(
        minutes=st.integers(-600, 600),
        length=st.integers(1, 600),
        watts=st.floats(0, 400),
        source=st.sampled_from([LimitSource.EMERGENCY, LimitSource.HUB]),
    )
    def order_nearby(
        self, minutes: int, length: int, watts: float, source: LimitSource
    ) -> None:
        """Send one order that is well-formed and close to now."""
        start = self.now + timedelta(minutes=minutes)
        end = start + timedelta(minutes=length)
        limit = Limit(source=source, limit_w=watts, start=start, end=end, reason="x")
        self.book.replace_source(source, [limit], self.now)
        self.sent[source] = [limit]

    @precondition(lambda self: LimitSource.EMERGENCY in self.sent)
    @rule()
    def order_again(self) -> None:
        """Send the same stop again, as every poll does."""
        stops = self.sent[LimitSource.EMERGENCY]
        self.book.replace_source(LimitSource.EMERGENCY, stops, self.now)

    @rule(watts=st.one_of(st.none(), st.floats(0, 3000)))
    def resident_sets_the_number(self, watts: float | None) -> None:
        """Set or clear the resident's own limit, open-ended."""
        limits = [] if watts is None else [self._open_ended(watts)]
        self.book.replace_source(LimitSource.RESIDENT, limits, self.now)
        self.sent[LimitSource.RESIDENT] = limits

    @rule(paused=st.booleans())
    def resident_pauses(self, paused: bool) -> None:
        """Pause or resume."""
        self.paused = paused

    @rule(minutes=st.integers(1, 24 * 60))
    def time_passes(self, minutes: int) -> None:
        """Let time pass, and note which of it was stopped."""
        later = self.now + timedelta(minutes=minutes)
        self.used += stops_between(self.book, self.now, later)
        self.now = later

    @rule()
    def home_restarts(self) -> None:
        """Lose everything but the stored ledger."""
        ledger = StopLedger.from_dict(self.book.stop_ledger.as_dict())
        self.book = LimitBook(self.envelope, ledger)

    @invariant()
    def the_limit_is_in_the_envelope(self) -> None:
        """None, or finite watts between floor (0 in a stop) and nameplate."""
        assert_in_envelope(self.effective, self.envelope)

    @invariant()
    def a_pause_wins(self) -> None:
        """No order limits a paused heat pump."""
        assert not self.paused or self.effective.limit_w is None

    @invariant()
    def no_limit_outlives_its_order(self) -> None:
        """An order in force was sent, and its own end lies ahead."""
        effective = self.effective
        if effective.source not in ORDER_SOURCES:
            return
        assert effective.until is not None
        assert effective.until > self.now
        assert any(
            order.start <= self.now and effective.until <= order.end
            for order in self.sent[effective.source]
            if order.end is not None and order.start.tzinfo and order.end.tzinfo
        )

    @invariant()
    def something_always_changes_ahead(self) -> None:
        """While an order holds, a timer is due at its end at the latest."""
        effective = self.effective
        if effective.source in ORDER_SOURCES:
            due = next_change(self.book.limits(self.now), self.now)
            assert due is not None
            assert effective.until is not None
            assert due <= effective.until

    @override
    def teardown(self) -> None:
        """Check the budget of stops over all the time that passed."""
        assert_within_budget(self.used)

    def _open_ended(self, watts: float) -> Limit:
        """Return a resident's limit that nobody ends."""
        return Limit(
            source=LimitSource.RESIDENT,
            limit_w=watts,
            start=self.now,
            end=None,
            reason="resident",
        )


HostileHub.TestCase.settings = settings(stateful_step_count=40)
# The examples of a night take longer than a test may by day.
TestHostileHub = pytest.mark.timeout(7200)(HostileHub.TestCase)
