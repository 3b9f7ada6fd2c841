"""Rules that a time series of a transformer must keep before it is stored.

A series is judged as a whole: one bad row refuses all of it, so that nothing is
ever stored half. Each message names the row and says what to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
import math
from typing import Final

from dalen_hub.grid.faults import Fault
from dalen_hub.grid.quarter_hours import QUARTER, is_quarter

UNIT: Final = "kW"
MAX_ROWS: Final = 31 * 96
# A load above twice the rating is no load: the protection would have tripped.
MAX_LOADING: Final = 2.0
# From an hour on, a load this small is no load of a neighbourhood.
_ROWS_TO_JUDGE_SMALLNESS: Final = 4
_YEARS: Final = range(2000, 2100)


class SeriesError(ValueError):
    """The series cannot be used; the message says why and what to do.

    ``fault`` is that of a meter, None where it is no meter's fault.
    """

    def __init__(self, message: str, fault: Fault | None = None) -> None:
        """Keep what went wrong."""
        super().__init__(message)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row as it was read; ``where`` names it in messages."""

    where: str
    time: datetime
    load_kw: float
    p90_kw: float | None = None
    phases_kw: tuple[float, float, float] | None = None


def check_forecast(rows: Sequence[Row], rating_kva: float) -> None:
    """Check quarter hours of expected load; raise ``SeriesError`` on the first fault.

    The rows must follow each other without gap, in steps of 15 minutes.
    """
    _check_length(rows)
    for row in rows:
        _check_quarter(row)
        _check_values(row, rating_kva)
    for before, row in pairwise(rows):
        _check_step(before, row)
    _check_not_tiny(rows, rating_kva)


def check_readings(rows: Sequence[Row], rating_kva: float, now: datetime) -> None:
    """Check measured loads; raise ``SeriesError`` on the first fault.

    Readings stand on whole minutes and rise in time. A gap is allowed: what was
    not measured cannot be sent.
    """
    _check_length(rows)
    for row in rows:
        _check_minute(row)
        _check_values(row, rating_kva)
        _check_past(row, now)
    for before, row in pairwise(rows):
        _check_rising(before, row)
    _check_not_tiny(rows, rating_kva)


def _check_length(rows: Sequence[Row]) -> None:
    """Refuse an empty and an endless series."""
    if not rows:
        raise SeriesError("The series is empty. Send at least one row.")
    if len(rows) > MAX_ROWS:
        raise SeriesError(
            f"The series has {len(rows)} rows, at most {MAX_ROWS} are accepted (31"
            " days of quarter hours). Send it in parts."
        )


def _check_quarter(row: Row) -> None:
    """Refuse a time that starts no quarter hour."""
    if not is_quarter(row.time):
        raise SeriesError(
            f"{row.where}: {stamp(row.time)} starts no quarter hour. Use minute 00,"
            " 15, 30 or 45, without seconds."
        )


def _check_minute(row: Row) -> None:
    """Refuse a time that is not on a whole minute."""
    if row.time.second or row.time.microsecond:
        raise SeriesError(
            f"{row.where}: {stamp(row.time)} is not on a whole minute. Send the mean"
            " of the interval, with the time at which it starts."
        )


def _check_past(row: Row, now: datetime) -> None:
    """Refuse a measurement of the future."""
    if row.time > now + QUARTER:
        raise SeriesError(
            f"{row.where}: {stamp(row.time)} is in the future (the hub's clock says"
            f" {stamp(now)}). Check the clock and the time zone; expected load"
            " belongs in the forecast.",
            Fault.CLOCK_JUMP,
        )


def _check_step(before: Row, row: Row) -> None:
    """Refuse anything but 15 minutes between two rows."""
    _check_rising(before, row)
    step = row.time - before.time
    if step > QUARTER:
        raise SeriesError(
            f"{row.where}: gap between {stamp(before.time)} and {stamp(row.time)},"
            f" {step // QUARTER - 1} quarter hours are missing. Fill them or send the"
            " parts apart."
        )


def _check_rising(before: Row, row: Row) -> None:
    """Refuse a time twice and a step back."""
    if row.time == before.time:
        raise SeriesError(
            f"{row.where}: {stamp(row.time)} is there twice. Send each time once; on"
            " the day that summer time ends, write the offset or UTC.",
            Fault.DUPLICATE,
        )
    if row.time < before.time:
        raise SeriesError(
            f"{row.where}: {stamp(row.time)} comes after {stamp(before.time)}. Sort"
            " the rows by time.",
            Fault.CLOCK_JUMP,
        )


def _check_values(row: Row, rating_kva: float) -> None:
    """Refuse numbers that no load of this transformer can be."""
    _check_load(row.where, row.load_kw, rating_kva)
    for number, phase_kw in enumerate(row.phases_kw or (), 1):
        _check_load(f"{row.where} (L{number})", phase_kw, rating_kva)
    if row.p90_kw is None:
        return
    _check_load(f"{row.where} (P90)", row.p90_kw, rating_kva)
    if row.p90_kw < row.load_kw:
        raise SeriesError(
            f"{row.where}: the P90 {row.p90_kw:g} kW is below the P50"
            f" {row.load_kw:g} kW. Exchange them, or leave the P90 out."
        )


def _check_load(where: str, load_kw: float, rating_kva: float) -> None:
    """Refuse a load that is not finite or not within +-2 x rating.

    Solar power that flows back is a load below 0.
    """
    if not math.isfinite(load_kw):
        raise SeriesError(
            f"{where}: {load_kw} is not a number. Send a number in kW, or leave the"
            " row out."
        )
    maximum = MAX_LOADING * rating_kva
    if load_kw < -maximum:
        raise SeriesError(
            f"{where}: {load_kw:g} kW is below {-maximum:g} kW, twice the rating of"
            f" {rating_kva:g} kVA. {_slip(-load_kw, maximum)}",
            _fault(-load_kw, maximum),
        )
    if load_kw > maximum:
        raise SeriesError(
            f"{where}: {load_kw:g} kW is above {maximum:g} kW, twice the rating of"
            f" {rating_kva:g} kVA. {_slip(load_kw, maximum)}",
            _fault(load_kw, maximum),
        )


def _fault(load_kw: float, maximum: float) -> Fault:
    """Return what a load this high is."""
    return Fault.UNIT_SLIP if load_kw / 1000 <= maximum else Fault.IMPOSSIBLE


def _slip(load_kw: float, maximum: float) -> str:
    """Return the mistake that explains a load this high."""
    if load_kw / 1000 <= maximum:
        return "This looks like W: divide by 1000."
    return "Check the unit, kW is expected."


def _check_not_tiny(rows: Sequence[Row], rating_kva: float) -> None:
    """Refuse a series that is so small that it must be MW.

    Taken as kW it would tell the hub that the transformer is empty.
    """
    highest = max(abs(row.load_kw) for row in rows)
    if len(rows) < _ROWS_TO_JUDGE_SMALLNESS or highest == 0:
        return
    if highest * 1000 <= MAX_LOADING * rating_kva:
        raise SeriesError(
            f"The highest load is {highest:g} kW, on a transformer of"
            f" {rating_kva:g} kVA. This looks like MW: multiply by 1000.",
            Fault.UNIT_SLIP,
        )


def parse_time(text: object, where: str) -> datetime:
    """Return an ISO 8601 time in UTC; one without an offset is read as UTC."""
    hint = "Write it as 2026-11-23T16:00:00Z."
    if not isinstance(text, str) or len(text.strip()) <= len("2026-11-23"):
        raise SeriesError(f"{where}: {text!r} is not a date and time. {hint}")
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError:
        raise SeriesError(f"{where}: {text!r} is not a date and time. {hint}") from None
    if time.year not in _YEARS:
        raise SeriesError(f"{where}: {text!r} is not of this century. Check the year.")
    return as_utc(time)


def as_utc(time: datetime) -> datetime:
    """Return ``time`` in UTC; without an offset it is taken as UTC."""
    from_zone = time if time.tzinfo else time.replace(tzinfo=UTC)
    return from_zone.astimezone(UTC)


def stamp(time: datetime) -> str:
    """Return a time as it is written in messages and on the wire."""
    return time.isoformat().replace("+00:00", "Z")
