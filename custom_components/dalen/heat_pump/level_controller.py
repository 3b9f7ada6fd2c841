"""Keep the measured power within a limit by moving a level, step by step."""

from datetime import datetime, timedelta

from .mechanism import LevelScale
from .power_curve import PowerCurve

BLIND_AFTER = timedelta(minutes=5)
"""Without a measured power for this long, the lowest level is the safe one."""

_BAND_SHARE = 0.05
_BAND_W = 30.0


class LevelController:
    """Which level holds a limit in watts.

    A lower limit takes effect at once. All else is one step per minimum run: down
    while the mean power is above the limit, up while it is below and the next
    level is not expected to exceed it.
    """

    def __init__(self, scale: LevelScale, minimum_w: float, nameplate_w: float):
        """Start without a limit."""
        self._scale = scale
        self._minimum_w = minimum_w
        self._nameplate_w = nameplate_w
        self.curve = PowerCurve(scale, minimum_w, nameplate_w)
        self.limit_w: float | None = None
        self.level: int | None = None
        """The level that is held; None when the device is left alone."""

        self._changed: datetime | None = None
        self._seen: datetime | None = None
        self._sum_w = 0.0
        self._count = 0

    def expect(self, minimum_w: float, nameplate_w: float) -> None:
        """Take over the powers of the device once they are read."""
        if (minimum_w, nameplate_w) != (self._minimum_w, self._nameplate_w):
            self._minimum_w, self._nameplate_w = minimum_w, nameplate_w
            self.curve = PowerCurve(self._scale, minimum_w, nameplate_w)

    def aim(self, limit_w: float, now: datetime) -> int:
        """Return the level to set for a new limit."""
        self.limit_w = limit_w
        candidate = self.curve.highest_within(limit_w)
        if self.level is None or candidate < self.level:
            self._seen = self._seen or now
            return candidate
        if candidate > self.level and self._may_step(now):
            return self.level + self._scale.step
        return self.level

    def hold(self, level: int, now: datetime) -> None:
        """Note that the device holds a level from now on."""
        if level != self.level:
            self.level = level
            self._changed = now
            self._sum_w, self._count = 0.0, 0

    def let_go(self) -> None:
        """Note that the device is left alone."""
        self.level = self.limit_w = self._changed = None

    def observe(self, electric_w: float | None, now: datetime, *, steady: bool) -> None:
        """Take a measured power; one while defrosting says nothing of the level."""
        if electric_w is None:
            return
        self._seen = now
        if self._changed is None or not steady:
            return
        if now - self._changed >= timedelta(seconds=self._scale.settle_s):
            self._sum_w += electric_w
            self._count += 1

    def wanted(self, now: datetime) -> int | None:
        """Return the level that should be held now; None without a limit."""
        if self.level is None or self.limit_w is None:
            return None
        if self._seen is None or abs(now - self._seen) > BLIND_AFTER:
            return self._scale.lowest
        if not self._count or not self._may_step(now):
            return self.level
        mean_w = self._sum_w / self._count
        self.curve.learn(self.level, mean_w)
        return self._stepped(self.level, mean_w, self.limit_w)

    def _stepped(self, level: int, mean_w: float, limit_w: float) -> int:
        """Return the level one step up or down, or the same."""
        band_w = max(limit_w * _BAND_SHARE, _BAND_W)
        if mean_w > limit_w + band_w:
            return max(level - self._scale.step, self._scale.lowest)
        higher = level + self._scale.step
        if higher > self._scale.highest or mean_w > limit_w - band_w:
            return level
        return higher if self.curve.expected_w(higher) <= limit_w else level

    def _may_step(self, now: datetime) -> bool:
        """Tell if the level was held long enough; a clock set back says nothing."""
        run = timedelta(seconds=self._scale.min_run_s)
        return self._changed is None or abs(now - self._changed) >= run
