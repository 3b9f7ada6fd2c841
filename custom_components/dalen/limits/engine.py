"""The one door to the limits of a heat pump: readings and orders in, decisions out.

Give it every reading, and every moment that it names; do what it decides; store
`as_dict`. It does no I/O and knows no clock but the `now` it is given.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from . import stored
from .arbiter import decide, next_change
from .book import LimitBook
from .clock_watch import ClockWatch, Step
from .compliance import ComplianceLog
from .device_limit import DeviceLimit
from .effect import EffectWatch
from .envelope import Refused
from .model import EffectiveLimit, Limit, LimitSource
from .pacing import Pacer, Wait
from .pause import Pause, PauseChoice
from .reading import Reading
from .releases import READINGS_LOST, Release, Releases
from .run_hold import RunHold, Target
from .safe_mode import Ladder, LinkState, SafeModeProfile
from .settings import Decision, LimitSettings
from .staggered_release import staggered_release
from .stop_budget import StopLedger

FROM_HUB: Final = frozenset({LimitSource.HUB, LimitSource.EMERGENCY})
FROM_HOUSE: Final = frozenset(
    {LimitSource.RESIDENT, LimitSource.PRICE, LimitSource.INSTALLER}
)
_STAGGERED: Final = FROM_HUB | {LimitSource.SAFE_MODE}

OUTDOOR_KEPT: Final = timedelta(minutes=30)
"""How long an outdoor temperature is good when no new one comes."""

A_MOMENT: Final = timedelta(seconds=1)


class LimitEngine:
    """Decide for one heat pump. Every method that takes `now` may be called any time."""

    def __init__(
        self, settings: LimitSettings, now: datetime, data: object = None
    ) -> None:
        """Take over what `as_dict` wrote. What cannot be read is in `complaints`.

        A part that cannot be read starts anew; the others hold.
        """
        self.settings = settings
        self.schedule = settings.schedule
        """The blocks of the week that hold; the house may change them at any time."""

        traits = settings.device
        self.book = LimitBook(settings.envelope)
        self.compliance = ComplianceLog()
        self.releases = Releases(
            settings.comfort, has_room_sensor=settings.has_room_sensor
        )
        self.device = DeviceLimit(
            Pacer(
                min_interval_s=traits.min_write_interval_s,
                daily_budget=traits.daily_write_budget,
            ),
            traits.applied_w,
            step_w=traits.step_w,
            reads_back=traits.reads_back,
        )
        self._clock = ClockWatch()
        self._ladder = Ladder()
        self._hold = RunHold(
            settings.minimum_w, settings.envelope.floor_w, settings.hold_times
        )
        self._effect = EffectWatch(settings.standby_w)
        self._safe_mode = (
            None
            if settings.safe_mode is None
            else SafeModeProfile(settings.safe_mode, settings.time_zone)
        )
        self._outdoor_c: float | None = None
        self._outdoor_age = timedelta()
        self._letting_go: tuple[Limit, ...] = ()
        self._cap_w: float | None = None
        self.complaints = tuple(self._restore(data, now))
        self._advance(now)

    def follow(self, now: datetime, reading: Reading | None = None) -> Decision:
        """Return what holds at this moment, with a new reading if there is one.

        Call it for every reading, for every attempt to read that failed (without a
        reading), at `next_wake`, and after each change that was asked for.
        """
        self._advance(now)
        if reading is not None and abs(now - reading.time) <= READINGS_LOST:
            self._note(reading)
        return self._decide(now)

    def hear_hub(
        self,
        limits: Iterable[Limit],
        now: datetime,
        *,
        covers_until: datetime | None = None,
        hub_time: datetime | None = None,
    ) -> tuple[Refused, ...]:
        """Replace all that the hub ordered, because it answered just now.

        `covers_until` is how far its plan goes, with the hours that it leaves free;
        without it, up to the end of the last order. `hub_time` is the hub's own
        clock (the Date header of its answer). Returns what is refused.
        """
        self._advance(now)
        asked = list(limits)
        refused = [
            refusal
            for source in FROM_HUB
            for refusal in self.book.replace_source(
                source, [limit for limit in asked if limit.source is source], now
            )
        ]
        self._clock.hear(now, _aware(hub_time))
        self._ladder.hear(_aware(covers_until) or self._last_order_end(now), now)
        self._letting_go = ()
        return tuple(refused)

    def recall_hub(self, limits: Iterable[Limit], now: datetime) -> None:
        """Hold the plan that the house kept itself; the hub was not heard."""
        self._advance(now)
        asked = list(limits)
        for source in FROM_HUB:
            held = [limit for limit in asked if limit.source is source]
            self.book.replace_source(source, held, now)

    def forget_hub(self, now: datetime) -> None:
        """Drop all orders of the hub: the house left it."""
        self.hear_hub((), now)

    def put(
        self, source: LimitSource, limits: Iterable[Limit], now: datetime
    ) -> tuple[Refused, ...]:
        """Replace the limits of the resident, the price or the installer.

        Returns what is refused. Raises ValueError for another source.
        """
        if source not in FROM_HOUSE:
            raise ValueError(f"limits of {source} do not come in by this door")
        self._advance(now)
        return self.book.replace_source(source, limits, now)

    def pause(self, choice: PauseChoice | timedelta, now: datetime) -> Pause:
        """Release the heat pump for the resident. Call `follow` and write at once."""
        self._advance(now)
        pause = Pause.begin(choice, now, self.settings.time_zone)
        self.releases.pause = pause
        return pause

    def resume(self, now: datetime) -> None:
        """End the pause of the resident."""
        self._advance(now)
        self.releases.pause = None

    def limits(self, now: datetime) -> tuple[Limit, ...]:
        """Return every limit that holds now or is planned, in order of time."""
        state = self._state(now)
        return tuple(sorted(self._limits(now, state), key=lambda limit: limit.start))

    def as_dict(self) -> dict[str, Any]:
        """Return all that must survive a restart as JSON can hold it.

        Running times are coarse, so that it changes every five minutes at most
        while nothing happens.
        """
        pause = self.releases.pause
        return {
            "clock": self._clock.as_dict(),
            "stops": self.book.stop_ledger.as_dict(),
            "limits": self.book.as_dict(),
            "pause": None if pause is None else pause.as_dict(),
            "comfort": self.releases.comfort.as_dict(),
            "link": self._ladder.as_dict(),
            "hold": self._hold.as_dict(),
            "compliance": self.compliance.as_dict(),
            "writes": [moment.isoformat() for moment in self.device.pacer.writes],
        }

    def _restore(self, data: object, now: datetime) -> list[str]:
        """Take over stored parts one by one; return what is wrong with the others."""
        if data is None:
            return []
        if not isinstance(data, Mapping):
            return [f"the stored limits are no mapping but {data!r:.80}"]
        parts: dict[str, Callable[[Any], None]] = {
            "clock": self._clock.restore,
            "stops": self._restore_stops,
            "pause": lambda part: self._restore_pause(part, now),
            "comfort": self.releases.comfort.restore,
            "link": self._ladder.restore,
            "hold": self._hold.restore,
            "compliance": self.compliance.restore,
            "writes": self._restore_writes,
            # Last: orders are granted again, and then the ledger and the link must
            # know how long nobody watched.
            "limits": lambda part: self._restore_limits(part, now),
        }
        complaints = []
        for key, restore in parts.items():
            try:
                if data.get(key) is not None:
                    restore(data[key])
            except ValueError as err:
                complaints.append(str(err))
        return complaints

    def _restore_stops(self, data: Any) -> None:
        """Take over the ledger of emergency stops."""
        self.book.stop_ledger = StopLedger.from_dict(data)

    def _restore_limits(self, data: Any, now: datetime) -> None:
        """Take over the admitted orders and the limits of the resident."""
        self._advance(now)
        self.book.restore(data, now)

    def _restore_pause(self, data: Any, now: datetime) -> None:
        """Take over the pause."""
        self.releases.pause = Pause.from_dict(data).bounded(now)

    def _restore_writes(self, data: Any) -> None:
        """Take over the writes of the last day."""
        with stored.reading("writes"):
            self.device.pacer.restore([stored.moment(item) for item in data])

    def _advance(self, now: datetime) -> None:
        """Let time pass until now, also when the clock jumped."""
        step = self._clock.advance(now)
        self.releases.advance(step.passed)
        self._ladder.advance(step.passed)
        self._hold.advance(step.passed)
        self._outdoor_age += step.passed
        if step.jump is not None:
            self._after_jump(step, step.jump, now)

    def _after_jump(self, step: Step, jump: timedelta, now: datetime) -> None:
        """Keep budgets and the pause as they were felt."""
        self.book.after_jump(step.last, step.watched_until, now)
        if (pause := self.releases.pause) is not None:
            moved = pause if step.is_restart else pause.after_jump(jump)
            self.releases.pause = moved.bounded(now)

    def _note(self, reading: Reading) -> None:
        """Take in a reading under the limit that held until now."""
        self.releases.note(reading)
        self.device.check(reading)
        is_counted = self.releases.protection.is_counted
        written_at = self.device.written_at
        if written_at is not None and reading.time > written_at:
            self._effect.note(reading, self.device.written_w, is_counted=is_counted)
        self.compliance.note(
            reading.time, reading.electric_w, self._cap_w, is_counted=is_counted
        )
        if reading.outdoor_c is not None:
            self._outdoor_c, self._outdoor_age = reading.outdoor_c, timedelta()

    def _decide(self, now: datetime) -> Decision:
        """Work out the decision of now."""
        state = self._state(now)
        releases = self.releases.active(now)
        limits = self._limits(now, state)
        effective = self._effective(limits, releases, state, now)
        is_urgent = effective.source is LimitSource.EMERGENCY
        target = self._target(effective, is_urgent=is_urgent)
        write = self.device.decide(target.limit_w, now, is_urgent=is_urgent)
        self._cap_w = None if releases else effective.limit_w
        return Decision(
            effective=effective,
            target=target,
            write=write,
            status=self._effect.status(self.device),
            releases=releases,
            link=state,
            is_clock_wrong=self._clock.is_wrong(now),
            next_wake=self._next_wake(
                now,
                next_change([*limits, *self._letting_go], now),
                write.until if isinstance(write, Wait) else None,
                _after(now, target.held_for),
            ),
        )

    def _target(self, effective: EffectiveLimit, *, is_urgent: bool) -> Target:
        """Return what the device should get.

        Before the first reading it is free, but what is off is not yet started: the
        first reading comes in seconds.
        """
        if not self.releases.has_read:
            return Target(limit_w=effective.limit_w, is_off=False)
        return self._hold.decide(
            effective.limit_w,
            is_free=effective.released_by is not None,
            is_urgent=is_urgent,
            is_protected=self.releases.protection.is_short,
        )

    def _state(self, now: datetime) -> LinkState:
        """Return the rung of the ladder."""
        return self._ladder.state(
            now, self.settings.safe_mode, is_clock_wrong=self._clock.is_wrong(now)
        )

    def _limits(self, now: datetime, state: LinkState) -> list[Limit]:
        """Return all limits that count on this rung."""
        held = list(self.book.limits(now))
        if self._clock.is_wrong(now) or not self._ladder.is_plan_valid:
            held = [limit for limit in held if limit.source not in FROM_HUB]
        held += self.schedule.limits(now, self.settings.time_zone)
        if self._safe_mode is not None and state is LinkState.SAFE_MODE:
            is_known = self._outdoor_age <= OUTDOOR_KEPT
            held += self._safe_mode.limits(now, self._outdoor_c if is_known else None)
        return held

    def _effective(
        self,
        limits: list[Limit],
        releases: tuple[Release, ...],
        state: LinkState,
        now: datetime,
    ) -> EffectiveLimit:
        """Return what holds, and prepare to let go when the hub will not."""
        envelope = self.settings.envelope
        released_by = releases[0].reason.value if releases else None
        effective = decide(limits, envelope, released_by, now)
        if state is LinkState.LINKED:
            self._letting_go = ()
        elif effective.source in _STAGGERED and not _goes_on(effective, limits):
            self._letting_go = tuple(
                staggered_release(
                    effective,
                    envelope,
                    self.settings.house_id,
                    self.settings.time_zone,
                )
            )
        return decide([*limits, *self._letting_go], envelope, released_by, now)

    def _last_order_end(self, now: datetime) -> datetime | None:
        """Return until when the orders of the hub go."""
        ends = (v.end for v in self.book.limits(now) if v.source in FROM_HUB and v.end)
        return max(ends, default=None)

    def _next_wake(self, now: datetime, *moments: datetime | None) -> datetime | None:
        """Return the first of these moments and of all that changes by itself."""
        pause = self.releases.pause
        profile = self._safe_mode
        due = [
            *moments,
            None if pause is None else pause.until,
            self._ladder.plan_until,
            None if profile is None else profile.next_start(now),
            _after(now, self.releases.comfort.due_in),
            _after(now, self.releases.due_in, A_MOMENT),
            _after(now, self._ladder.due_in, A_MOMENT),
        ]
        return min((m for m in due if m is not None and m > now), default=None)


def _after(
    now: datetime, due_in: timedelta | None, more: timedelta = timedelta()
) -> datetime | None:
    """Return the moment so long after now."""
    return None if due_in is None else now + due_in + more


def _aware(time: datetime | None) -> datetime | None:
    """Return the moment; None when it names no offset and could be any hour."""
    return None if time is None or time.utcoffset() is None else time


def _goes_on(effective: EffectiveLimit, limits: Iterable[Limit]) -> bool:
    """Tell if another order from outside holds when this one ends."""
    end = effective.until
    return end is not None and any(
        limit.source in _STAGGERED and limit.holds_at(end) for limit in limits
    )
