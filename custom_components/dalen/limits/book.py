"""The limits that every source asks for, as far as the envelope admits them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from . import stored
from .envelope import Envelope, RefusalReason, Refused, admit
from .model import Limit, LimitSource
from .stop_budget import StopLedger, grant

MAX_LIMITS_PER_SOURCE = 3000
"""Two days in minutes; more is a fault or an attack."""

STORED_SOURCES = (LimitSource.RESIDENT, LimitSource.HUB, LimitSource.EMERGENCY)
"""The limits that nobody can work out again after a restart."""


class LimitBook:
    """Hold the admitted limits per source and the ledger of emergency stops."""

    def __init__(self, envelope: Envelope, stop_ledger: StopLedger | None = None):
        """Start empty, with the stops that were used before."""
        self.envelope = envelope
        self.stop_ledger = StopLedger() if stop_ledger is None else stop_ledger
        self._limits: dict[LimitSource, tuple[Limit, ...]] = {}

    def replace_source(
        self, source: LimitSource, limits: Iterable[Limit], now: datetime
    ) -> tuple[Refused, ...]:
        """Put these limits in the place of all that the source asked before.

        Returns those that are refused; the others hold. The same limits can be
        given again and again. Raises ValueError for a limit of another source.
        """
        asked = list(limits)
        if other := next((a.source for a in asked if a.source is not source), None):
            raise ValueError(f"a limit of {other} was given as one of {source}")
        verdicts = [admit(limit, self.envelope, now) for limit in asked]
        refused = [v for v in verdicts if isinstance(v, Refused)]
        admitted = sorted(
            (v for v in verdicts if isinstance(v, Limit)), key=lambda v: v.start
        )
        refused += _refuse(admitted[MAX_LIMITS_PER_SOURCE:], RefusalReason.TOO_MANY)
        admitted = admitted[:MAX_LIMITS_PER_SOURCE]
        if source is LimitSource.EMERGENCY:
            admitted, over_budget = self._grant_stops(admitted, now)
            refused += over_budget
        self._limits[source] = tuple(admitted)
        return tuple(refused)

    def limits(self, now: datetime) -> tuple[Limit, ...]:
        """Return the limits that hold now or will; forget those that ended."""
        for source, held in self._limits.items():
            self._limits[source] = tuple(
                limit for limit in held if limit.end is None or now < limit.end
            )
        return tuple(limit for held in self._limits.values() for limit in held)

    def after_jump(
        self, last: datetime, watched_until: datetime, now: datetime
    ) -> None:
        """Keep the budget of stops when the clock jumps, on either side of it.

        The stops that were felt stay as recent as they were; time that nobody
        watched wins no new budget. Somewhere from `last` to `watched_until` nobody
        watched any more: a stop counts until the later, a rest until the earlier.
        """
        felt = self.stop_ledger.hand_back(watched_until)
        end = max((stop.end for stop in felt.stops), default=last)
        self.stop_ledger = felt.after_jump(now - max(end, last))
        stops = self._limits.get(LimitSource.EMERGENCY, ())
        self.replace_source(LimitSource.EMERGENCY, stops, now)

    def as_dict(self) -> dict[str, Any]:
        """Return the limits that must survive a restart as JSON can hold them."""
        return {
            source.value: [limit.as_dict() for limit in self._limits.get(source, ())]
            for source in STORED_SOURCES
        }

    def restore(self, data: Mapping[str, Any], now: datetime) -> None:
        """Hold again what `as_dict` wrote, as far as it is admitted now.

        Raises ValueError when it is not that, and then changes nothing.
        """
        with stored.reading("limits"):
            data = stored.section(data)
            held = {
                source: [Limit.from_dict(item) for item in data[source]]
                for source in STORED_SOURCES
            }
            if any(v.source is not s for s, limits in held.items() for v in limits):
                raise ValueError("a limit stands with another source")
        for source, limits in held.items():
            self.replace_source(source, limits, now)

    def _grant_stops(
        self, stops: list[Limit], now: datetime
    ) -> tuple[list[Limit], list[Refused]]:
        """Cut stops to the budget and write them into the ledger."""
        ledger = self.stop_ledger.hand_back(now)
        granted: list[Limit] = []
        refused: list[Refused] = []
        for stop in stops:
            assert stop.end is not None  # no order is admitted without an end
            start = max(stop.start, now)
            end = grant(ledger, start, stop.end)
            if isinstance(end, RefusalReason):
                refused.append(Refused(limit=stop, reason=end))
                continue
            ledger = ledger.add(start, end)
            granted.append(replace(stop, start=start, end=end))
        self.stop_ledger = ledger
        return granted, refused


def _refuse(limits: Iterable[Limit], reason: RefusalReason) -> list[Refused]:
    """Return all limits as refused for one reason."""
    return [Refused(limit=limit, reason=reason) for limit in limits]
