"""What the device holds, as far as is known, and what to write to it next."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from .pacing import Keep, Pacer, Wait, Write
from .reading import Reading

SAME_W: Final = 1.0
"""A read-back closer than this, or than the device's step, is the same."""


class DeviceLimit:
    """Follow the limit in one device from write to write.

    What an earlier run left in it is released first: nobody stands for it.
    """

    def __init__(
        self,
        pacer: Pacer,
        applied_w: Callable[[float | None], float | None],
        *,
        step_w: float,
        reads_back: bool,
    ) -> None:
        """Take the pace, and how the device rounds watts."""
        self.pacer = pacer
        self._applied_w = applied_w
        self._same_w = max(step_w, SAME_W)
        self._reads_back = reads_back
        self._is_fresh = True
        self.wanted_w: float | None = None
        self.written_w: float | None = None
        self.written_at: datetime | None = None
        self.is_in_doubt = False
        self.is_refused = False

    @property
    def is_settled(self) -> bool:
        """Tell if the device was told what is wanted, and nothing speaks against it."""
        is_sure = not (self._is_fresh or self.is_in_doubt or self.is_refused)
        return is_sure and self.written_w == self.wanted_w

    def decide(
        self, limit_w: float | None, now: datetime, *, is_urgent: bool
    ) -> Write | Wait | Keep:
        """Return what to do to get the device to this limit in watts."""
        self.wanted_w = self._applied_w(limit_w)
        if self._is_fresh:
            return Write(limit_w=None)
        if not self.is_in_doubt:
            return self.pacer.decide_write(
                self.wanted_w, self.written_w, now, urgent=is_urgent
            )
        if self.wanted_w is None:
            return Write(limit_w=None)
        # Whatever it holds now, it is told again.
        return self.pacer.decide_write(self.wanted_w, None, now, urgent=is_urgent)

    def begin_write(self, now: datetime) -> None:
        """Count a write that is about to be done; half done, it leaves a doubt."""
        if not self._is_fresh:
            self.pacer.note_write(now)
        self.is_in_doubt = True

    def end_write(self, limit_w: float | None, now: datetime) -> None:
        """Note that the device took this limit, in watts as it applies them."""
        self._is_fresh = self.is_in_doubt = self.is_refused = False
        self.written_w = limit_w
        self.written_at = now

    def refuse_write(self) -> None:
        """Note that the device did not take what it was told."""
        self.is_refused = True

    def check(self, reading: Reading) -> None:
        """Compare a reading with what was written before it."""
        if self.written_at is None or reading.time <= self.written_at:
            return
        if self.written_w is not None and self._reads_back:
            self.is_in_doubt = not self._holds(reading.limit_readback_w, self.written_w)

    def _holds(self, readback_w: float | None, written_w: float) -> bool:
        """Tell if the device shows the limit that it was told."""
        return readback_w is not None and abs(readback_w - written_w) < self._same_w
