"""What the heat pumps of a house did in a stretch of time, from their readings."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

QUARTER_HOUR = timedelta(minutes=15)

KEPT = timedelta(minutes=40)
"""How long readings are kept: enough for a quarter hour that is reported late."""

MAX_HOLD = timedelta(seconds=60)
"""How long a reading stands for what came after it. Longer is a gap."""

MIN_COVERAGE = 2 / 3
"""The share of the time that must have readings to speak of a mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One reading, with what the house had decided at that moment."""

    time: datetime
    electric_w: float
    is_curtailed: bool
    is_opted_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    """What was done in a stretch of time."""

    mean_w: float
    is_curtailed: bool
    """True when a limit from outside the house held most of the time."""

    is_opted_out: bool
    """True when the heat pump was released from its limits most of the time."""


class ConductLog:
    """Keep recent samples of one heat pump and average them over time."""

    def __init__(self) -> None:
        """Start without samples."""
        self._samples: deque[Sample] = deque()

    def add(self, sample: Sample) -> None:
        """Keep a sample; samples come in order of time."""
        self._samples.append(sample)
        while sample.time - self._samples[0].time > KEPT:
            self._samples.popleft()

    def over(self, start: datetime, end: datetime) -> Conduct | None:
        """Return what was done from start to end; None with too few readings."""
        weights = [
            (sample, held_s) for sample, held_s in self._held(start, end) if held_s > 0
        ]
        covered_s = sum(held_s for _, held_s in weights)
        if covered_s < MIN_COVERAGE * (end - start).total_seconds():
            return None
        energy_ws = sum(sample.electric_w * held_s for sample, held_s in weights)
        curtailed_s = sum(held_s for sample, held_s in weights if sample.is_curtailed)
        opted_out_s = sum(held_s for sample, held_s in weights if sample.is_opted_out)
        return Conduct(
            mean_w=energy_ws / covered_s,
            is_curtailed=curtailed_s > covered_s / 2,
            is_opted_out=opted_out_s > covered_s / 2,
        )

    def _held(self, start: datetime, end: datetime) -> Iterable[tuple[Sample, float]]:
        """Return each sample with the seconds that it stands for."""
        ends = [later.time for _, later in pairwise(self._samples)] + [end]
        for sample, next_time in zip(self._samples, ends, strict=False):
            until = min(next_time, sample.time + MAX_HOLD, end)
            yield sample, (until - max(sample.time, start)).total_seconds()


def house_conduct(conducts: Iterable[Conduct | None]) -> Conduct | None:
    """Return what the house did; None when one heat pump is not known.

    A sum that misses a heat pump would look like a saving.
    """
    known = list(conducts)
    if not known or any(conduct is None for conduct in known):
        return None
    all_known = [conduct for conduct in known if conduct is not None]
    return Conduct(
        mean_w=sum(conduct.mean_w for conduct in all_known),
        is_curtailed=any(conduct.is_curtailed for conduct in all_known),
        is_opted_out=any(conduct.is_opted_out for conduct in all_known),
    )
