"""A hostile hub, a jumping clock, restarts and lost sensors: the envelope holds.

The engine lives in a simple house that does what the engine decides. Time is kept
twice: `true` is how much really passed, `now` is what the clock of the house shows.
"""

from datetime import UTC, datetime, time, timedelta
import json
import math
from typing import Any, override

from hypothesis import settings as hypothesis_settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
import pytest

from custom_components.dalen.limits import (
    Decision,
    HoldTimes,
    Limit,
    LimitEngine,
    LimitSettings,
    LimitSource,
    LinkState,
    PauseChoice,
    SafeMode,
    Schedule,
    TimeBlock,
    Write,
    resident_limits,
)
from custom_components.dalen.limits.envelope import FLOORED_SOURCES
from custom_components.dalen.limits.stop_budget import (
    DAY,
    MAX_STOP,
    MAX_STOP_A_DAY,
    MAX_STOPS_A_MONTH,
    MONTH,
    StopLedger,
)

from .builders import ENVELOPE, NOW
from .houses import a_reading, applied_w, settings
from .test_properties import HOSTILE_WATTS, hostile_limits

EVERY = timedelta(minutes=5)
"""How often the house is read."""

SET_C = 24.0
"""So far above the absolute minimum that each of the two bounds is seen."""

COOLS_K_H = 3.0
"""How fast a limited house cools when no boiler helps."""

LATE = timedelta(minutes=11)
"""A reading late to begin, one to end, and a minute."""

FROM_HUB = [LimitSource.HUB, LimitSource.EMERGENCY]
NEARBY = st.integers(-600, 600)

EVENING = Schedule(blocks=(TimeBlock(start=time(16), end=time(21), limit_w=400),))
SETTINGS = st.builds(
    settings,
    minimum_w=st.sampled_from([0.0, 250.0, 500.0, 2000.0]),
    schedule=st.sampled_from([Schedule(), EVENING]),
    safe_mode=st.sampled_from([None, SafeMode()]),
    hold_times=st.sampled_from(
        [
            HoldTimes(),
            HoldTimes(min_off=timedelta(), min_run=timedelta()),
            HoldTimes(max_off=timedelta(hours=2)),
        ]
    ),
    has_room_sensor=st.just(True),
)


class HostileWorld(RuleBasedStateMachine):
    """All that can happen to one house in any order."""

    @initialize(house=SETTINGS, has_boiler=st.booleans())
    def move_in(self, house: LimitSettings, has_boiler: bool) -> None:
        """Start with a warm house and an engine without a past."""
        self.house = house
        self.has_boiler = has_boiler
        self.late = LATE
        self.now = NOW
        self.true = timedelta()
        self.engine = LimitEngine(house, self.now)
        self.room_c = SET_C
        self.sees_pump = self.sees_room = True
        self.device_w: float | None = None
        self.stops = StopLedger()
        self.blind_for = timedelta()
        self.heard = self.true
        self.restarts = 0
        self.decision = self.look()

    # What the house does.

    def look(self) -> Decision:
        """Read what can be read, decide, and do it."""
        reading = None
        if self.sees_pump and self.sees_room:
            self.blind_for = timedelta()
        if self.sees_pump:
            room_c = self.room_c if self.sees_room else None
            reading = a_reading(
                self.now,
                room_c=room_c,
                room_set_c=SET_C,
                limit_readback_w=self.device_w,
            )
        decision = self.engine.follow(self.now, reading)
        while isinstance(decision.write, Write):
            self.engine.device.begin_write(self.now)
            self.device_w = applied_w(decision.write.limit_w)
            self.engine.device.end_write(self.device_w, self.now)
            decision = self.engine.follow(self.now)
        self.decision = decision
        self.check(decision)
        return decision

    def pass_time(self, length: timedelta) -> None:
        """Let time pass, with a decision at each reading and each wake-up."""
        left = length
        while left > timedelta():
            step = min(left, EVERY)
            if (wake := self.decision.next_wake) is not None:
                assert wake > self.now
                step = min(step, wake - self.now)
            left -= step
            self.live(step)
            self.look()

    def live(self, step: timedelta) -> None:
        """Cool down or warm up for so long, and note which of it was stopped."""
        if self.decision.effective.source is LimitSource.EMERGENCY:
            start = NOW + self.true
            self.stops = self.stops.add(start, start + step)
        self.true += step
        self.now += step
        hours = step / timedelta(hours=1)
        # The fuse is no reason for the room to cool: that is the installer's sum.
        is_free = self.decision.effective.source in {None, LimitSource.INSTALLER}
        change_k = (3 if is_free or self.has_boiler else -1) * COOLS_K_H * hours
        self.room_c = min(self.room_c + change_k, SET_C)
        if self.room_c >= SET_C - 0.5:
            self.late = LATE
        self.blind_for += step

    # What can happen.

    @rule(limits=st.lists(hostile_limits(FROM_HUB), max_size=4), data=st.data())
    def the_hub_sends_anything(self, limits: list[Limit], data: st.DataObject) -> None:
        """Any watts, any times, any claims about its plan and its clock."""
        any_time = st.one_of(
            st.none(),
            st.datetimes(timezones=st.just(UTC)),
            st.datetimes(),
            NEARBY.map(self.near),
        )
        self.heard = self.true
        self.engine.hear_hub(
            limits,
            self.now,
            covers_until=data.draw(any_time),
            hub_time=data.draw(any_time),
        )
        self.look()

    @rule(
        source=st.sampled_from(FROM_HUB),
        begins=st.integers(-60, 20),
        lasts=st.integers(1, 3000),
        watts=HOSTILE_WATTS,
        is_plain=st.booleans(),
    )
    def the_hub_sends_an_order_for_about_now(
        self,
        source: LimitSource,
        begins: int,
        lasts: int,
        watts: float,
        is_plain: bool,
    ) -> None:
        """An order that is well-formed."""
        start = self.near(begins)
        watts = 0.0 if is_plain else watts
        order = Limit(
            source=source,
            limit_w=watts,
            start=start,
            end=start + timedelta(minutes=lasts),
            reason="order",
        )
        self.heard = self.true
        self.engine.hear_hub([order], self.now, hub_time=self.now)
        self.look()

    @rule(
        source=st.sampled_from([LimitSource.RESIDENT, LimitSource.PRICE]),
        watts=st.one_of(st.none(), HOSTILE_WATTS),
        lasts=st.one_of(st.none(), st.integers(1, 600)),
    )
    def the_house_limits_itself(
        self, source: LimitSource, watts: float | None, lasts: int | None
    ) -> None:
        """The resident's number, or the price."""
        limits = []
        if watts is not None:
            end = None if lasts is None else self.near(lasts)
            limits = [
                Limit(
                    source=source, limit_w=watts, start=self.now, end=end, reason="own"
                )
            ]
        self.engine.put(source, limits, self.now)
        self.look()

    @rule(watts=st.one_of(st.none(), st.floats(600, 2500)))
    def the_installer_sets_a_maximum(self, watts: float | None) -> None:
        """It protects the fuse."""
        limits = [] if watts is None else [self.maximum(watts)]
        self.engine.put(LimitSource.INSTALLER, limits, self.now)
        self.look()

    @rule(
        watts=st.floats(0, ENVELOPE.nameplate_w),
        lasts=st.one_of(st.none(), st.integers(1, 600)),
    )
    def the_resident_asks_for_a_while(self, watts: float, lasts: int | None) -> None:
        """Over the limit that stands, as the action does."""
        duration = None if lasts is None else timedelta(minutes=lasts)
        held = self.engine.limits(self.now)
        asked = resident_limits(held, watts, self.now, duration)
        self.engine.put(LimitSource.RESIDENT, asked, self.now)
        self.look()

    @rule(schedule=st.sampled_from([Schedule(), EVENING]))
    def the_schedule_is_switched(self, schedule: Schedule) -> None:
        """In the middle of a block too."""
        self.engine.schedule = schedule
        self.look()

    @rule(
        limits=st.lists(hostile_limits(FROM_HUB), max_size=4),
    )
    def a_stored_plan_is_recalled(self, limits: list[Limit]) -> None:
        """After a restart, or from a server beside the hub."""
        self.engine.recall_hub(limits, self.now)
        self.look()

    @rule(
        choice=st.one_of(
            st.sampled_from(PauseChoice),
            st.timedeltas(timedelta(seconds=1), timedelta(days=40)),
        )
    )
    def the_resident_pauses(self, choice: PauseChoice | timedelta) -> None:
        """It wins at once."""
        self.engine.pause(choice, self.now)
        effective = self.look().effective
        assert effective.released_by == "resident"

    @rule()
    def the_resident_resumes(self) -> None:
        """And the limits of then hold again."""
        self.engine.resume(self.now)
        self.look()

    @rule(minutes=st.integers(1, 360))
    def time_passes(self, minutes: int) -> None:
        """As the clock shows it."""
        self.pass_time(timedelta(minutes=minutes))

    @rule(minutes=st.one_of(st.integers(-2880, 2880), st.integers(-20, 20)))
    def the_clock_jumps(self, minutes: int) -> None:
        """Two days either way; no time passes, and the last minutes are not known."""
        self.late += EVERY
        self.now += timedelta(minutes=minutes)
        self.look()

    @rule(minutes=st.one_of(st.just(0), st.integers(0, 3000)), torn=st.booleans())
    def the_home_restarts(self, minutes: int, torn: bool) -> None:
        """With nothing but what it stored, at once or hours later."""
        stored: Any = json.loads(json.dumps(self.engine.as_dict()))
        if torn:
            stored["pause"] = stored["hold"] = "rubbish"
        downtime = timedelta(minutes=minutes)
        self.now += downtime
        self.true += downtime
        self.room_c = SET_C if minutes > 60 else self.room_c
        had_pause = self.engine.releases.pause is not None
        self.engine = LimitEngine(self.house, self.now, stored)
        assert bool(self.engine.complaints) == torn
        if had_pause and not torn and not minutes:
            assert self.look().effective.released_by == "resident"
        self.device_w = None
        self.restarts += 1
        self.look()

    @rule(sees_pump=st.booleans(), sees_room=st.booleans())
    def sensors_come_and_go(self, sees_pump: bool, sees_room: bool) -> None:
        """The device, or the thermometer of the room."""
        self.sees_pump, self.sees_room = sees_pump, sees_room
        self.look()

    # What always holds.

    def check(self, decision: Decision) -> None:
        """Check one decision against the envelope."""
        effective, target = decision.effective, decision.target
        lowest_w = ENVELOPE.floor_w if effective.source in FLOORED_SOURCES else 0
        for watts in (effective.limit_w, target.limit_w):
            if watts is not None:
                assert math.isfinite(watts)
                assert watts <= ENVELOPE.nameplate_w
                assert watts >= lowest_w
        if effective.released_by is not None:
            assert effective.source in {None, LimitSource.INSTALLER}
        if (pause := self.engine.releases.pause) is not None:
            assert effective.released_by == "resident"
            assert pause.holds_at(self.now)
        if effective.source in {*FROM_HUB, LimitSource.SAFE_MODE}:
            assert effective.until is not None
            assert decision.next_wake is not None
            assert decision.next_wake <= effective.until
        if effective.limit_w is None:
            assert target.limit_w is None
            assert not target.is_off
        if effective.source not in {None, LimitSource.INSTALLER}:
            self.check_limited(effective.source)

    def check_limited(self, source: LimitSource | None) -> None:
        """Check that a house that is limited can be."""
        # Nobody is limited in the dark.
        assert self.blind_for <= timedelta(minutes=5)
        # A silent hub orders nothing after two days; a restart may cost five minutes.
        if source in FROM_HUB:
            most = timedelta(hours=48) + EVERY * (self.restarts + 1)
            assert self.true - self.heard <= most
        # It is never colder than the envelope, also when no boiler helps.
        cold_for = timedelta(minutes=30) + self.late
        assert self.room_c >= SET_C - 1.0 - COOLS_K_H * (cold_for / timedelta(hours=1))

    @override
    def teardown(self) -> None:
        """Check the budget of stops, and that a house left alone gets free."""
        if not hasattr(self, "engine"):
            return
        assert_within_budget(self.stops)
        self.sees_pump = self.sees_room = True
        for source in (LimitSource.RESIDENT, LimitSource.INSTALLER):
            self.engine.put(source, [], self.now)
        for _ in range(30):
            self.true += timedelta(hours=8)
            self.now += timedelta(hours=8)
            self.room_c = SET_C
            self.look()
        assert self.decision.link is LinkState.NO_ORDERS
        assert self.decision.effective.source in {None, LimitSource.SCHEDULE}

    def near(self, minutes: int) -> datetime:
        """Return a moment near now."""
        return self.now + timedelta(minutes=minutes)

    def maximum(self, watts: float) -> Limit:
        """Return a maximum without an end."""
        return Limit(
            source=LimitSource.INSTALLER,
            limit_w=watts,
            start=self.now,
            end=None,
            reason="fuse",
        )


def assert_within_budget(felt: StopLedger) -> None:
    """Check 2 h at a time, 4 h in every day, 6 in every month, in true time."""
    # Two stretches that the clock tore apart touch in true time.
    episodes = felt.episodes()
    assert all(e.end - e.start <= MAX_STOP for e in episodes)
    for stop in felt.stops:
        assert felt.stopped(stop.end - DAY, stop.end) <= MAX_STOP_A_DAY
    for last in episodes:
        month = [e for e in episodes if last.start - MONTH < e.end <= last.end]
        assert len(month) <= MAX_STOPS_A_MONTH


HostileWorld.TestCase.settings = hypothesis_settings(stateful_step_count=20)
# The examples of a night take longer than a test may by day.
TestHostileWorld = pytest.mark.timeout(7200)(HostileWorld.TestCase)
