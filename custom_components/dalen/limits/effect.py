"""Whether a limit works: read-back and measured power must agree with it."""

from collections import deque
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from .device_limit import DeviceLimit
from .reading import Reading

PROOF_TIME: Final = timedelta(minutes=3)
"""How long the power may take to follow, and over which it is averaged."""

TOO_MUCH: Final = 1.1
"""A limit that is passed by more does not work (a device may round)."""

MARGIN_W: Final = 50.0
"""So near to a limit is kept: the margin of the hub's own check."""

STANDBY_W: Final = 100.0
"""What a heat pump draws that is off: electronics, and a heater in the compressor."""

MAX_SAMPLES: Final = 400


class LimitStatus(StrEnum):
    """How far a limit has come."""

    NOT_LIMITED = "not_limited"
    PENDING = "pending"
    ACTIVE = "active"
    NOT_EFFECTIVE = "not_effective"


class EffectWatch:
    """Compare the mean of the last minutes with the limit, with hysteresis."""

    def __init__(self, standby_w: float = STANDBY_W) -> None:
        """Start without proof against the limit."""
        self._standby_w = standby_w
        self._samples: deque[tuple[datetime, float]] = deque(maxlen=MAX_SAMPLES)
        self._limit_w: float | None = None
        self._since: datetime | None = None
        self._draws_too_much = False

    def note(
        self, reading: Reading, limit_w: float | None, *, is_counted: bool
    ) -> None:
        """Take in a reading that was made under this limit of the device."""
        if limit_w != self._limit_w or self._went_back(reading.time):
            self._samples.clear()
            self._limit_w, self._since = limit_w, reading.time
        if reading.electric_w is None or not is_counted:
            return
        self._samples.append((reading.time, reading.electric_w))
        while reading.time - self._samples[0][0] > PROOF_TIME:
            self._samples.popleft()
        self._judge(reading.time)

    def status(self, device: DeviceLimit) -> LimitStatus:
        """Return how far the limit has come."""
        if device.wanted_w is None:
            return LimitStatus.NOT_LIMITED
        if device.is_refused or device.is_in_doubt:
            return LimitStatus.NOT_EFFECTIVE
        if not device.is_settled or self._limit_w != device.wanted_w:
            return LimitStatus.PENDING
        if self._draws_too_much:
            return LimitStatus.NOT_EFFECTIVE
        return LimitStatus.ACTIVE

    def _went_back(self, time: datetime) -> bool:
        """Tell if the clock makes the samples useless."""
        return bool(self._samples) and time < self._samples[-1][0]

    def _judge(self, now: datetime) -> None:
        """Decide from the mean; between the two edges the last verdict stays."""
        limit_w = self._limit_w
        if limit_w is None:
            self._draws_too_much = False
            return
        if self._since is None or now - self._since < PROOF_TIME:
            return
        mean_w = sum(power_w for _, power_w in self._samples) / len(self._samples)
        if mean_w > max(limit_w * TOO_MUCH, limit_w + self._standby_w):
            self._draws_too_much = True
        elif mean_w <= limit_w + MARGIN_W:
            self._draws_too_much = False
