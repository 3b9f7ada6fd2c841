"""Stop a heat pump and let it go: contacts, options, switches and set points."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, override

from ..heat_pump.contact_timing import ContactTiming
from ..heat_pump.model import LimitCapability, LimitKind
from .access import EntityAccess
from .limiter import Limiter, Powers, Written, put
from .mechanism import Block
from .reading import EntityReading
from .setting import CLIMATE, Setting, set_value

BLOCKED_W: Final = 0.0
"""The limit that a block amounts to; standby power remains."""

# Blocks of two hours with pauses of ten minutes are 22 writes; shorter ones more.
DAILY_WRITE_BUDGET: Final = 48

_OFF: Final = "off"


class BlockLimiter(Limiter):
    """Entities that stop a heat pump when they are set so."""

    def __init__(self, access: EntityAccess, mechanism: Block):
        """Take the settings; touch nothing yet."""
        self._access = access
        self._mechanism = mechanism
        self._timing = ContactTiming(mechanism.times)
        self._written = Written()
        self._ours_w: float | None = None
        self._before: dict[str, float] = {}
        self._is_first = True
        self._pause = timedelta(seconds=mechanism.times.pause_s)

    @property
    @override
    def entities(self) -> tuple[str, ...]:
        """Return the entities that are set."""
        settings = (*self._mechanism.block, *self._mechanism.free)
        return tuple(dict.fromkeys(setting.entity_id for setting in settings))

    @override
    def capability(self, powers: Powers, now: datetime) -> LimitCapability:
        """Return that it stops below its minimum power, and when it may."""
        return block_capability(
            self._mechanism.kind, powers, self._timing, None, now=now
        )

    @override
    def note(self, electric_w: float | None, now: datetime, *, steady: bool) -> None:
        """Note since when it is stopped, or free."""
        self._note_timing(self._is_blocked(now), now)

    @override
    def readback_w(self, now: datetime) -> float | None:
        """Return 0 W while all entities are set to stop it."""
        return BLOCKED_W if self._is_blocked(now) else None

    @override
    async def limit(self, limit_w: float, now: datetime) -> None:
        """Stop it. Two contacts never pass through "forced on" on their way."""
        for setting in sorted(self._mechanism.block, key=lambda s: s.value != _OFF):
            self._keep_before(setting)
            await put(self._access, setting)
        self._note_write(BLOCKED_W, now)

    @override
    async def release(self, now: datetime) -> None:
        """Let it go, unless it is free: then another has it set as it is."""
        is_blocked = self._is_blocked(now)
        self._note_timing(is_blocked, now)
        if is_blocked is not False or self._ours_w is not None:
            for setting in sorted(self._mechanism.free, key=lambda s: s.value != _OFF):
                await put(self._access, self._restored(setting))
        self._note_write(None, now)

    @override
    def refresh_due(self, now: datetime) -> bool:
        """Tell that entities stay as they are."""
        return False

    @override
    async def refresh(self, now: datetime) -> None:
        """Do nothing."""

    def _is_blocked(self, now: datetime) -> bool | None:
        """Tell if all entities are set to stop it; None when that is not known."""
        readings = [
            self._access.reading(setting.entity_id) for setting in self._mechanism.block
        ]
        if not _all_news(readings, self._written, now):
            return self._ours_w is not None
        held = [
            setting.is_held(reading)
            for setting, reading in zip(self._mechanism.block, readings, strict=True)
        ]
        if False in held:
            return False
        return None if None in held else True

    def _note_timing(self, is_blocked: bool | None, now: datetime) -> None:
        """Note what it is; the first time, what it was before counts too.

        Without that a reload of the integration would cut the pause short.
        """
        if is_blocked is None:
            return
        changed = self._changed(now)
        if self._is_first and now - changed < self._pause:
            self._timing.note(not is_blocked, changed)
            self._timing.note(is_blocked, changed)
        self._is_first = False
        self._timing.note(is_blocked, now)

    def _changed(self, now: datetime) -> datetime:
        """Return when the entities last changed."""
        readings = [self._access.reading(entity_id) for entity_id in self.entities]
        return max((r.changed for r in readings if r is not None), default=now)

    def _keep_before(self, setting: Setting) -> None:
        """Remember the set point of the resident, to give it back."""
        reading = self._access.reading(setting.entity_id)
        if setting.entity_id.partition(".")[0] != CLIMATE:
            return
        held = set_value(reading)
        if held is not None and setting.is_held(reading) is False:
            self._before[setting.entity_id] = held

    def _restored(self, setting: Setting) -> Setting:
        """Return the set point that the resident had, else the one that is kept."""
        before = self._before.pop(setting.entity_id, setting.value)
        return Setting(entity_id=setting.entity_id, value=before)

    def _note_write(self, limit_w: float | None, now: datetime) -> None:
        """Remember what was set, and start to count the time."""
        self._ours_w = limit_w
        self._written.now(now)
        self._is_first = False
        self._timing.note(limit_w is not None, now)


def block_capability(
    kind: LimitKind,
    powers: Powers,
    timing: ContactTiming,
    watchdog_s: float | None,
    *,
    now: datetime,
) -> LimitCapability:
    """Return how a heat pump that can only be stopped is limited."""
    minimum_w = min(powers.minimum_w, powers.nameplate_w)
    return LimitCapability(
        kind=kind,
        minimum_w=minimum_w,
        maximum_w=powers.nameplate_w,
        step_w=1,
        min_write_interval_s=0,
        daily_write_budget=DAILY_WRITE_BUDGET,
        watchdog_s=watchdog_s,
        times=timing.times.compressor,
        block_below_w=timing.block_below_w(minimum_w, now),
    )


def _all_news(
    readings: Iterable[EntityReading | None], written: Written, now: datetime
) -> bool:
    """Tell if every entity can show what was written."""
    return all(written.is_news(reading, now) for reading in readings)
