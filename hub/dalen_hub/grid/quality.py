"""Is a measured series of a transformer what it says? Pure.

Each fault is found, repaired where that is honest, and reported; a value that
cannot be trusted becomes NaN. Nothing is invented: only what a few neighbours
enclose is interpolated, and a sign or a unit is turned only where all of it is wrong.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from dalen_hub.grid.faults import Fault
from dalen_hub.grid.quality_checks import (
    Bools,
    Floats,
    empty,
    frozen,
    reversed_sign,
    short_gaps,
    spikes,
    unit_slip,
)

_LONGEST_FILLED: Final = timedelta(minutes=30)
_LEAST_FROZEN: Final = timedelta(hours=1)
# Less than a night says nothing of a sign, less than a morning nothing of a phase.
_LEAST_REVERSED: Final = timedelta(hours=20)
_LEAST_EMPTY: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault: in which column (phase), how many values, since when.

    ``is_repaired`` False: these values are NaN now.
    """

    fault: Fault
    column: int
    count: int
    first: datetime
    is_repaired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A series on a regular grid; ``load_kw`` of shape (steps, columns), NaN unknown."""

    start: datetime
    step: timedelta
    load_kw: Floats
    findings: tuple[Finding, ...]

    @property
    def known(self) -> float:
        """Return the share of values that can be used."""
        return float(np.mean(~np.isnan(self.load_kw))) if self.load_kw.size else 0.0

    def has(self, fault: Fault, column: int | None = None) -> bool:
        """Return whether a fault was found, in one column or in any."""
        return any(
            each.fault is fault and column in {None, each.column}
            for each in self.findings
        )


def check_series(
    times: Sequence[datetime],
    load_kw: Floats,
    *,
    step: timedelta,
    rating_kw: float,
    newest: int = 0,
) -> Checked:
    """Check a measured series; ``load_kw`` has the shape (times, columns).

    ``rating_kw`` is that of the transformer. Of so many ``newest`` values none is
    taken for a spike: what comes next may say that the load really rose. Raises
    ValueError for an empty series and for lengths that do not match.
    """
    if not len(times) or len(times) != len(load_kw):
        raise ValueError("Give one row of values for each time, and at least one.")
    findings: list[Finding] = []
    start, grid_kw = _on_grid(times, load_kw, step, findings)
    for column in range(grid_kw.shape[1]):
        _check_column(
            grid_kw[:, column], column, start, step, rating_kw, newest, findings
        )
    return Checked(start=start, step=step, load_kw=grid_kw, findings=tuple(findings))


def _on_grid(
    times: Sequence[datetime],
    load_kw: Floats,
    step: timedelta,
    findings: list[Finding],
) -> tuple[datetime, Floats]:
    """Put values on a regular grid; times that contradict each other become NaN."""
    start = min(times)
    offsets_s = np.array([(time - start).total_seconds() for time in times])
    step_s = step.total_seconds()
    places = np.rint(offsets_s / step_s).astype(np.int64)
    if (backs := int((np.diff(offsets_s) < 0).sum())) > 0:
        at = times[int(np.argmax(np.diff(offsets_s) < 0)) + 1]
        findings.append(_finding(Fault.CLOCK_JUMP, 0, backs, at, is_repaired=True))
    askew = np.abs(offsets_s - places * step_s) > 0.25 * step_s
    if askew.any():
        at = times[int(np.argmax(askew))]
        findings.append(
            _finding(Fault.CLOCK_JUMP, 0, int(askew.sum()), at, is_repaired=False)
        )
    grid_kw = np.full((int(places.max()) + 1, load_kw.shape[1]), np.nan)
    grid_kw[places[~askew]] = load_kw[~askew]
    _resolve_twice(times, load_kw, places, grid_kw, findings)
    return start, grid_kw


def _resolve_twice(
    times: Sequence[datetime],
    load_kw: Floats,
    places: npt.NDArray[np.int64],
    grid_kw: Floats,
    findings: list[Finding],
) -> None:
    """Keep a value that came twice alike; two that differ are both doubtful."""
    counts = np.bincount(places)
    twice = np.flatnonzero(counts[places] > 1)
    if not len(twice):
        return
    differs = np.zeros(len(grid_kw), dtype=np.bool_)
    same = np.isclose(load_kw[twice], grid_kw[places[twice]], equal_nan=True)
    differs[places[twice][~same.all(axis=1)]] = True
    at = times[int(twice[0])]
    for count, is_repaired in (
        (int(((counts > 1) & ~differs).sum()), True),
        (int(differs.sum()), False),
    ):
        if count:
            findings.append(
                _finding(Fault.DUPLICATE, 0, count, at, is_repaired=is_repaired)
            )
    grid_kw[differs] = np.nan


def _check_column(
    values: Floats,
    column: int,
    start: datetime,
    step: timedelta,
    rating_kw: float,
    newest: int,
    findings: list[Finding],
) -> None:
    """Check one column in place, from the coarse faults to the fine ones."""

    def note(fault: Fault, where: Bools, *, is_repaired: bool) -> None:
        if where.any():
            at = start + int(np.argmax(where)) * step
            count = int(where.sum())
            findings.append(_finding(fault, column, count, at, is_repaired=is_repaired))

    absent = np.isnan(values)
    known_for = int((~absent).sum()) * step
    slipped = unit_slip(values, rating_kw)
    values[slipped] /= 1000.0
    note(Fault.UNIT_SLIP, slipped, is_repaired=True)
    _drop(values, np.abs(values) > 2 * rating_kw, Fault.IMPOSSIBLE, note)
    if known_for >= _LEAST_EMPTY and empty(values):
        _drop(values, ~np.isnan(values), Fault.EMPTY, note)
        return
    if known_for >= _LEAST_REVERSED and reversed_sign(values):
        note(Fault.REVERSED, ~np.isnan(values), is_repaired=True)
        np.negative(values, out=values)
    _drop(values, frozen(values, max(4, _LEAST_FROZEN // step)), Fault.FROZEN, note)
    spiky = spikes(values, rating_kw)
    spiky[max(0, len(spiky) - newest) :] &= newest == 0
    values[spiky] = np.nan
    note(Fault.SPIKE, spiky, is_repaired=True)
    filled = short_gaps(values, max(1, _LONGEST_FILLED // step))
    known = np.flatnonzero(~np.isnan(values))
    if filled.any():
        values[filled] = np.interp(np.flatnonzero(filled), known, values[known])
    note(Fault.GAP, absent & filled, is_repaired=True)
    note(Fault.GAP, absent & ~filled, is_repaired=False)


def _drop(
    values: Floats, where: Bools, fault: Fault, note: Callable[..., None]
) -> None:
    """Make values unknown, and say so."""
    note(fault, where, is_repaired=False)
    values[where] = np.nan


def _finding(
    fault: Fault, column: int, count: int, first: datetime, *, is_repaired: bool
) -> Finding:
    """Return a finding."""
    return Finding(
        fault=fault, column=column, count=count, first=first, is_repaired=is_repaired
    )
