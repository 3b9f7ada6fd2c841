"""From the steps of a document to quarter hours. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from dalen_hub.grid.quarter_hours import QUARTER, floor_quarter
from dalen_hub.grid.series import MAX_LOADING
from dalen_hub.grid.upstream.document import DocumentError, Step
from dalen_hub.store.times import rfc3339

_LONGEST: Final = timedelta(days=31)


@dataclass(slots=True, kw_only=True)
class _Quarter:
    """What the steps say of one quarter hour: the lowest, and for how long."""

    lowest_kw: float = float("inf")
    covered: timedelta = field(default_factory=timedelta)


def by_quarter(steps: Sequence[Step], kind: str) -> dict[datetime, float]:
    """Return the lowest value in each quarter hour; raises DocumentError.

    Steps of 5 minutes are common: three of them make one quarter hour. A quarter
    hour that is covered in part only cannot be kept exactly, so it is refused.
    """
    check_order(steps)
    quarters: dict[datetime, _Quarter] = {}
    for step in steps:
        _add(quarters, step, step.number(kind))
    for start, quarter in quarters.items():
        if quarter.covered != QUARTER:
            raise DocumentError(
                f"its steps do not fill the quarter hour of {rfc3339(start)}: they"
                " must begin and end at minute 00, 15, 30 or 45"
            )
    return {start: quarter.lowest_kw for start, quarter in sorted(quarters.items())}


def check_order(steps: Sequence[Step]) -> None:
    """Refuse ids that do not rise, and steps that overlap or never end."""
    if any(after.id <= before.id for before, after in pairwise(steps)):
        raise DocumentError("the ids of its intervals do not rise")
    for step in steps:
        if step.end is None:
            raise DocumentError(f"interval {step.id} has no end")
    in_time = sorted(steps, key=lambda step: step.start)
    for before, after in pairwise(in_time):
        if before.end is not None and after.start < before.end:
            raise DocumentError(f"intervals {before.id} and {after.id} overlap")
    ends = [step.end for step in steps if step.end is not None]
    if max(ends) - in_time[0].start > _LONGEST:
        raise DocumentError("it spans more than 31 days")


def missing(quarters: Sequence[datetime]) -> int:
    """Return how many quarter hours are left out between the first and the last."""
    if not quarters:
        return 0
    return (max(quarters) - min(quarters)) // QUARTER + 1 - len(quarters)


def check_power(value_kw: float, rating_kva: float, where: str) -> None:
    """Refuse a power that no limit of this transformer can be."""
    most = MAX_LOADING * rating_kva
    if 0.0 <= value_kw <= most:
        return
    slip = " This looks like W." if most < value_kw <= 1000 * most else ""
    raise DocumentError(
        f"{where}: {value_kw:g} kW lies outside 0 to {most:g} kW, twice the rating of"
        f" {rating_kva:g} kVA.{slip}"
    )


def _add(quarters: dict[datetime, _Quarter], step: Step, value_kw: float) -> None:
    """Count a step in every quarter hour that it touches."""
    start, end = floor_quarter(step.start), step.end or step.start
    while start < end:
        quarter = quarters.setdefault(start, _Quarter())
        quarter.lowest_kw = min(quarter.lowest_kw, value_kw)
        quarter.covered += min(end, start + QUARTER) - max(step.start, start)
        start += QUARTER
