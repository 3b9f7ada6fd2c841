"""Whether caps were kept: a cap is the mean over a quarter hour.

A heat pump that turns on and off, or that rounds, is above and below its cap all the
time. The mean over 15 min of what counts must be at most 50 W above the cap; time of
defrost, oil return and the like is left out.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from . import stored

QUARTER_S: Final = 900.0
MARGIN_W: Final = 50.0

MAX_HOLD: Final = timedelta(seconds=60)
"""How long a reading stands for what came after it. Longer is a gap."""

MIN_LIMITED_S: Final = 300.0
"""A quarter hour that was limited for less is not judged."""

MAX_QUARTERS: Final = 96


class Verdict(StrEnum):
    """What a quarter hour shows."""

    KEPT = "kept"
    EXCEEDED = "exceeded"
    NOT_LIMITED = "not_limited"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """The verdict over one quarter hour; the means are over what counts."""

    start: datetime
    verdict: Verdict
    mean_w: float | None
    cap_w: float | None
    protected_s: float


class ComplianceLog:
    """Judge each quarter hour from the readings, and count the verdicts."""

    def __init__(self) -> None:
        """Start without verdicts."""
        self.counts: dict[Verdict, int] = dict.fromkeys(Verdict, 0)
        self.quarters: deque[Quarter] = deque(maxlen=MAX_QUARTERS)
        self._running: _Running | None = None

    def note(
        self,
        time: datetime,
        electric_w: float | None,
        cap_w: float | None,
        *,
        is_counted: bool,
    ) -> None:
        """Take in a reading under this cap; None is not limited."""
        start = _quarter_start(time)
        if self._running is None or self._running.start != start:
            self.close()
            self._running = _Running(start)
        self._running.add(time, electric_w, cap_w, is_counted)

    def close(self) -> Quarter | None:
        """Judge the running quarter hour now; None when there is none."""
        if self._running is None:
            return None
        quarter = self._running.judge()
        self._running = None
        self.counts[quarter.verdict] += 1
        self.quarters.append(quarter)
        return quarter

    def as_dict(self) -> dict[str, Any]:
        """Return the counts as JSON can hold them."""
        return {verdict.value: number for verdict, number in self.counts.items()}

    def restore(self, data: Mapping[str, Any]) -> None:
        """Take over what `as_dict` wrote. Raises ValueError when it is not that."""
        with stored.reading("counts of kept caps"):
            data = stored.section(data)
            self.counts = {v: stored.count(data[v.value]) for v in Verdict}


class _Running:
    """The sums of the quarter hour that runs."""

    def __init__(self, start: datetime) -> None:
        """Start with nothing known."""
        self.start = start
        self._last: tuple[datetime, float | None, float | None, bool] | None = None
        self._known_s = self._limited_s = self._protected_s = 0.0
        self._energy_ws = self._cap_ws = 0.0

    def add(
        self,
        time: datetime,
        electric_w: float | None,
        cap_w: float | None,
        is_counted: bool,
    ) -> None:
        """Add the time since the last reading, at what that one said."""
        self._hold_until(time)
        self._last = (time, electric_w, cap_w, is_counted)

    def judge(self) -> Quarter:
        """Return the verdict over what is known."""
        self._hold_until(self.start + timedelta(seconds=QUARTER_S))
        mean_w = self._mean(self._energy_ws)
        cap_w = self._mean(self._cap_ws)
        return Quarter(
            start=self.start,
            verdict=self._verdict(mean_w, cap_w),
            mean_w=mean_w,
            cap_w=cap_w,
            protected_s=self._protected_s,
        )

    def _hold_until(self, time: datetime) -> None:
        """Let the last reading stand for the time until now."""
        if self._last is None:
            return
        since, electric_w, cap_w, is_counted = self._last
        if electric_w is None or time <= since:
            return
        held_s = min(time - since, MAX_HOLD).total_seconds()
        self._known_s += held_s
        if not is_counted:
            self._protected_s += held_s
        elif cap_w is not None:
            self._limited_s += held_s
            self._energy_ws += electric_w * held_s
            self._cap_ws += cap_w * held_s

    def _mean(self, sum_ws: float) -> float | None:
        """Return a sum as a mean over the limited time, None with too little."""
        return sum_ws / self._limited_s if self._limited_s >= MIN_LIMITED_S else None

    def _verdict(self, mean_w: float | None, cap_w: float | None) -> Verdict:
        """Return the verdict for these means."""
        if mean_w is not None and cap_w is not None:
            return Verdict.KEPT if mean_w <= cap_w + MARGIN_W else Verdict.EXCEEDED
        is_known = self._known_s >= QUARTER_S / 2
        is_free = is_known and not self._limited_s and not self._protected_s
        return Verdict.NOT_LIMITED if is_free else Verdict.UNKNOWN


def share_kept(counts: Mapping[Verdict, int]) -> float | None:
    """Return the share of the judged quarter hours that were kept, 0 to 1."""
    judged = counts[Verdict.KEPT] + counts[Verdict.EXCEEDED]
    return counts[Verdict.KEPT] / judged if judged else None


def _quarter_start(time: datetime) -> datetime:
    """Return the start of the quarter hour that the moment lies in."""
    return time.replace(minute=time.minute // 15 * 15, second=0, microsecond=0)
