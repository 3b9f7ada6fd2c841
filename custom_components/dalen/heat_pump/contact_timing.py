"""When a device with a contact may be blocked, and when it may be freed.

A signal of SG-Ready has to last; a compressor that starts too often wears out;
and a house without its heat pump gets cold. The resident's release is not held
back by any of this: it is not asked for here.
"""

from datetime import datetime, timedelta
import math

from .mechanism import ContactTimes


class ContactTiming:
    """How long one device has been blocked or free."""

    def __init__(self, times: ContactTimes):
        """Start without knowing the device."""
        self._times = times
        self._is_blocked: bool | None = None
        self._since: datetime | None = None

    def note(self, is_blocked: bool | None, now: datetime) -> None:
        """Keep what the device holds; None when that is not known.

        A device that is found free when it is first seen may be blocked at once.
        """
        if is_blocked is None or is_blocked == self._is_blocked:
            return
        is_first = self._is_blocked is None
        self._is_blocked = is_blocked
        self._since = None if is_first and not is_blocked else now

    @property
    def times(self) -> ContactTimes:
        """Return the times that are kept."""
        return self._times

    def block_below_w(self, threshold_w: float, now: datetime) -> float:
        """Return below which limit the device has to be blocked now.

        Infinite while a block must last, 0 while the device must be left alone.
        """
        if self._since is None:
            return threshold_w
        # A clock that was set back starts the time anew.
        self._since = min(self._since, now)
        age = now - self._since
        if not self._is_blocked:
            return 0.0 if age < timedelta(seconds=self._times.pause_s) else threshold_w
        if age < timedelta(seconds=self._times.hold_s):
            return math.inf
        return 0.0 if age >= timedelta(seconds=self._times.longest_s) else threshold_w
