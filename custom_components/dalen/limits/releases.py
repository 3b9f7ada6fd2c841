"""What releases the heat pump from its limits. Owned by the house, not by a hub.

The installer's maximum protects a fuse and no grid: it holds under every release.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from .comfort import Comfort, ComfortGuard
from .pause import Pause
from .protection import Protection, ProtectionWatch
from .reading import Reading

READINGS_LOST: Final = timedelta(minutes=5)
"""A heat pump or a room that was not read for longer is not limited."""

FAULT_OVER: Final = timedelta(minutes=5)
"""A fault must be gone for so long."""


class ReleaseReason(StrEnum):
    """Why the heat pump is released; the first that is true is told first."""

    RESIDENT = "resident"
    READINGS_LOST = "readings_lost"
    ROOM_READING_LOST = "room_reading_lost"
    BOILER_FAULT = "boiler_fault"
    ROOM_TOO_COLD = "room_too_cold"
    FROST = "frost_protection"
    LEGIONELLA = "legionella_protection"

    @property
    def translation_key(self) -> str:
        """Return the key of the text for residents."""
        return f"released_by_{self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One reason why the heat pump is released now."""

    reason: ReleaseReason
    until: datetime | None = None
    """When it is over by itself; None when nobody knows."""


class Releases:
    """Follow all that can release one heat pump.

    Until the first reading the readings count as lost: nothing is limited that was
    not seen.
    """

    def __init__(self, comfort: Comfort, *, has_room_sensor: bool) -> None:
        """Start without a pause and without readings."""
        self.pause: Pause | None = None
        self.protection = ProtectionWatch()
        self.comfort = ComfortGuard(comfort)
        self._has_room_sensor = has_room_sensor
        self._has_fault = False
        self._no_fault_for = FAULT_OVER
        self._unread_for: timedelta | None = None
        self._room_unread_for: timedelta | None = None

    @property
    def has_read(self) -> bool:
        """Tell if there was a reading since the start."""
        return self._unread_for is not None

    @property
    def due_in(self) -> timedelta | None:
        """Return in how long a release begins if no reading comes; None for never."""
        lost = [
            max(READINGS_LOST - unread_for, timedelta())
            for unread_for in (self._unread_for, self._room_unread_for)
            if unread_for is not None and unread_for <= READINGS_LOST
        ]
        return min(lost, default=None)

    def advance(self, step: timedelta) -> None:
        """Let time pass without a reading; a step is never below 0."""
        if self._unread_for is not None:
            self._unread_for += step
        if self._room_unread_for is not None:
            self._room_unread_for += step

    def note(self, reading: Reading) -> None:
        """Take in a reading. `advance` is called before."""
        step = self._unread_for or timedelta()
        self._unread_for = timedelta()
        self.protection.note(reading, step)
        self._note_fault(reading, step)
        if reading.room_c is not None:
            room_step = self._room_unread_for or timedelta()
            self._room_unread_for = timedelta()
            self.comfort.note(reading.room_c, reading.room_set_c, room_step)

    def active(self, now: datetime) -> tuple[Release, ...]:
        """Return all that releases the heat pump now, the first to tell first."""
        if self.pause is not None and not self.pause.holds_at(now):
            self.pause = None
        until = None if self.pause is None else self.pause.until
        protection = self.protection.active
        found = {
            ReleaseReason.RESIDENT: self.pause is not None,
            ReleaseReason.READINGS_LOST: _is_lost(self._unread_for),
            ReleaseReason.ROOM_READING_LOST: self._is_room_lost,
            ReleaseReason.BOILER_FAULT: self._no_fault_for < FAULT_OVER,
            ReleaseReason.ROOM_TOO_COLD: self.comfort.is_too_cold,
            ReleaseReason.FROST: Protection.FROST in protection,
            ReleaseReason.LEGIONELLA: Protection.LEGIONELLA in protection,
        }
        return tuple(
            Release(
                reason=reason,
                until=until if reason is ReleaseReason.RESIDENT else None,
            )
            for reason, is_on in found.items()
            if is_on
        )

    @property
    def _is_room_lost(self) -> bool:
        """Tell if a room that was or should be read is not."""
        if self._room_unread_for is None:
            return self._has_room_sensor
        return _is_lost(self._room_unread_for)

    def _note_fault(self, reading: Reading, step: timedelta) -> None:
        """Follow the fault; a reading that tells nothing changes nothing."""
        if reading.boiler_fault is not None:
            self._has_fault = reading.boiler_fault
        if self._has_fault:
            self._no_fault_for = timedelta()
        else:
            self._no_fault_for = min(self._no_fault_for + step, FAULT_OVER)


def _is_lost(unread_for: timedelta | None) -> bool:
    """Tell if something was not read for too long, or never."""
    return unread_for is None or unread_for > READINGS_LOST
