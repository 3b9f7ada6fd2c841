"""The limits that every source asks for, as far as the envelope admits them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from .envelope import Envelope, RefusalReason, Refused, admit
from .model import Limit, LimitSource
from .stop_budget import StopLedger, grant

MAX_LIMITS_PER_SOURCE = 3000
"""Two days in minutes; more is a fault or an attack."""


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
