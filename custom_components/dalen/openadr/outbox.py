"""Reports that wait to be sent: bounded, and kept over a restart."""

from asyncio import Lock
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from .errors import ProblemError, VtnUnreachableError
from .model import JsonObject, JsonValue

# Two days of quarter hours: as long as a home keeps to a plan without a hub.
DEFAULT_SIZE: Final = 192

_GONE: Final = {HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.GONE}

type Send = Callable[[JsonObject], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flush:
    """What one attempt to empty the outbox did.

    ``dropped`` has a reason per report that the VTN will never take.
    ``event_gone`` asks for a new read of the events. ``retry_after_s`` is the wait
    that the VTN asked for.
    """

    sent: int = 0
    dropped: tuple[str, ...] = ()
    event_gone: bool = False
    waiting: int = 0
    retry_after_s: float | None = None


class Outbox:
    """A queue of reports; the oldest one goes when it is full."""

    def __init__(self, size: int = DEFAULT_SIZE) -> None:
        """Make an empty outbox for at most ``size`` reports."""
        self._reports: deque[JsonObject] = deque(maxlen=size)
        self._lock = Lock()
        self.overflowed = 0
        """How many reports were lost because the outbox was full."""

    def __len__(self) -> int:
        """Return how many reports wait."""
        return len(self._reports)

    def add(self, report: JsonObject) -> None:
        """Put a report at the end."""
        if len(self._reports) == self._reports.maxlen:
            self.overflowed += 1
        self._reports.append(report)

    def clear(self) -> int:
        """Forget all reports, such as when consent is withdrawn; return how many."""
        count = len(self._reports)
        self._reports.clear()
        return count

    def to_json(self) -> list[JsonValue]:
        """Return the waiting reports for a store, oldest first."""
        return list(self._reports)

    def restore(self, stored: object) -> None:
        """Put stored reports before the waiting ones; ignore what is no report."""
        reports = stored if isinstance(stored, list) else []
        known: Iterable[JsonObject] = [
            report
            for report in reports
            if isinstance(report, dict) and isinstance(report.get("eventID"), str)
        ]
        self._reports = deque([*known, *self._reports], maxlen=self._reports.maxlen)

    async def flush(self, send: Send) -> Flush:
        """Send the reports in order until all are gone or the VTN cannot take more.

        A report stays while the VTN cannot be reached or is out of order. It goes
        with a reason when the VTN refuses it for good. Authentication errors are
        raised; the report stays then too.
        """
        async with self._lock:
            return await self._flush(send)

    async def _flush(self, send: Send) -> Flush:
        """Send the reports, with the lock held."""
        sent = 0
        dropped: list[str] = []
        gone = False
        retry_after_s: float | None = None
        while self._reports:
            report = self._reports[0]
            try:
                await send(report)
                sent += 1
            except VtnUnreachableError:
                break
            except ProblemError as err:
                if err.is_temporary:
                    retry_after_s = err.retry_after_s
                    break
                gone = gone or err.status in _GONE
                dropped.append(str(err))
            self._remove(report)
        return Flush(
            sent=sent,
            dropped=tuple(dropped),
            event_gone=gone,
            waiting=len(self._reports),
            retry_after_s=retry_after_s,
        )

    def _remove(self, report: JsonObject) -> None:
        """Remove a report that was dealt with, unless it left while it was sent."""
        if self._reports and self._reports[0] is report:
            self._reports.popleft()
