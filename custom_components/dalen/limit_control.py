"""Keep the limit in the device the same as the limit that the house decided."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from .heat_pump.adapter import HeatPumpAdapter
from .heat_pump.errors import LimitNotAcceptedError
from .heat_pump.model import HeatPumpState
from .limits import Keep, Pacer, Wait, Write
from .quarter_hour import ConductLog, Sample

PROOF_TIME: Final = timedelta(minutes=3)
"""How long after a write the power must have followed."""

# A device that rounds, and a compressor that is off but keeps its electronics on.
POWER_TOLERANCE: Final = 1.1
STANDBY_W: Final = 100.0


class LimitStatus(StrEnum):
    """How far a limit has come."""

    NOT_LIMITED = "not_limited"
    PENDING = "pending"
    ACTIVE = "active"
    NOT_EFFECTIVE = "not_effective"


class LimitControl:
    """Write limits to one heat pump, paced, and check that they take effect.

    A limit counts as active only when the read-back and the measured power agree
    with it.
    """

    def __init__(self, adapter: HeatPumpAdapter, pacer: Pacer) -> None:
        """Take the device and its pace. What the device holds is not known yet."""
        self._adapter = adapter
        self._pacer = pacer
        self._proof = ConductLog()
        self._is_fresh = True
        self._is_refused = False
        self._is_in_doubt = False
        self._last_write: datetime | None = None
        self._told_at: datetime | None = None
        self.wanted_w: float | None = None
        self.written_w: float | None = None

    async def async_follow(
        self, limit_w: float | None, now: datetime, *, is_urgent: bool = False
    ) -> datetime | None:
        """Bring the device to this limit; return when to try again, if it must wait.

        The first time, whatever an earlier run left in the device is released
        first. Raises the errors of the adapter; the next call then tries again.
        """
        self.wanted_w = self._adapter.capability.applied_w(limit_w)
        if self._is_fresh:
            await self.async_release()
        decision = self._decide(self.wanted_w, now, is_urgent)
        if isinstance(decision, Wait):
            return decision.until
        if isinstance(decision, Write):
            await self._async_write(decision.limit_w, now)
        elif self._adapter.refresh_due(now):
            await self._adapter.refresh()
        return None

    async def async_release(self) -> None:
        """Take the limit off the device, at once and uncounted."""
        await self._adapter.set_limit(None)
        self._is_fresh = self._is_in_doubt = self._is_refused = False
        self.written_w = None

    def check(self, state: HeatPumpState) -> bool:
        """Compare a reading with what was written before it.

        Returns False when the device shows another limit than it was told.
        """
        if self._last_write is None or state.time <= self._last_write:
            return True
        is_kept = self.written_w is None or self._reads_back(state)
        if self.written_w is not None:
            self._is_in_doubt = not is_kept
        if not (state.defrost or state.oil_return) and state.electric_w is not None:
            self._proof.add(
                Sample(
                    time=state.time,
                    electric_w=state.electric_w,
                    is_curtailed=self.written_w is not None,
                    is_opted_out=False,
                )
            )
        return is_kept

    def status(self, state: HeatPumpState | None) -> LimitStatus:
        """Return how far the limit has come, as the last reading shows."""
        if self.wanted_w is None:
            return LimitStatus.NOT_LIMITED
        if self._is_refused or self._is_in_doubt:
            return LimitStatus.NOT_EFFECTIVE
        if state is None or self._last_write is None:
            return LimitStatus.PENDING
        if self.written_w != self.wanted_w or state.time <= self._last_write:
            return LimitStatus.PENDING
        if self._draws_too_much(self.wanted_w, state.time):
            return LimitStatus.NOT_EFFECTIVE
        return LimitStatus.ACTIVE

    def _decide(
        self, wanted_w: float | None, now: datetime, is_urgent: bool
    ) -> Write | Wait | Keep:
        """Return what to write; a device in doubt is written to again."""
        if not self._is_in_doubt:
            return self._pacer.decide_write(
                wanted_w, self.written_w, now, urgent=is_urgent
            )
        if wanted_w is None:
            return Write(limit_w=None)
        return self._pacer.decide_write(wanted_w, None, now, urgent=is_urgent)

    async def _async_write(self, limit_w: float | None, now: datetime) -> None:
        """Write one limit and count it, whether or not it succeeds."""
        self._pacer.note_write(now)
        # A write that fails half-way can have changed the device.
        self._is_in_doubt = True
        try:
            await self._adapter.set_limit(limit_w)
        except LimitNotAcceptedError:
            self._is_refused = True
            raise
        self._is_refused = self._is_in_doubt = False
        if limit_w != self.written_w or self._told_at is None:
            self._told_at = now
        self.written_w = limit_w
        self._last_write = now

    def _reads_back(self, state: HeatPumpState) -> bool:
        """Tell if the device shows the limit that it was told."""
        if state.limit_readback_w is None or self.written_w is None:
            return False
        step_w = self._adapter.capability.step_w
        return abs(state.limit_readback_w - self.written_w) < max(step_w, 1.0)

    def _draws_too_much(self, limit_w: float, now: datetime) -> bool:
        """Tell if the mean power since a while is above the limit."""
        if self._told_at is None or now - self._told_at < PROOF_TIME:
            return False
        conduct = self._proof.over(now - PROOF_TIME, now)
        allowed_w = max(limit_w * POWER_TOLERANCE, limit_w + STANDBY_W)
        return conduct is not None and conduct.mean_w > allowed_w
