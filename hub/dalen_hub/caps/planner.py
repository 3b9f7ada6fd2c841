"""Decides the caps at each quarter hour and whenever something changed."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
import logging
from typing import Final

from dalen_hub.appkeys import Clock
from dalen_hub.caps.causes import Cause
from dalen_hub.grid.quarter_hours import QUARTER, floor_quarter
from dalen_hub.grid.trafo import Trafo

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """When a round wants another one; None: at the next quarter hour."""

    at: datetime | None = None


type Publish = Callable[[Trafo, datetime, frozenset[Cause]], Awaitable[Again]]

_AT_START: Final = frozenset((Cause.QUARTER, Cause.MEMBERS))
# How late the planner notices that the clock was set.
_LONGEST_WAIT_S: Final = 5.0


class CapPlanner:
    """Runs ``publish`` for each transformer, one after the other.

    It runs at the start, at each quarter hour, soon after a poke, and when a round
    asked for it. Pokes that come while it works are answered by one further round.
    """

    def __init__(self, trafos: Iterable[Trafo], publish: Publish, clock: Clock) -> None:
        """Prepare; nothing runs before ``start``."""
        self._trafos = {trafo.id: trafo for trafo in trafos}
        self._publish = publish
        self._clock = clock
        self._pending: dict[str, set[Cause]] = {}
        self._again: dict[str, datetime] = {}
        self._wake = asyncio.Event()
        self._busy = asyncio.Lock()
        self._failures: dict[str, str] = {}
        self._quarter: datetime | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the background task."""
        self._task = asyncio.create_task(self._run(), name="cap planner")

    async def stop(self) -> None:
        """Stop the background task and wait until it ended."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.wait([self._task])
        self._task = None

    def poke(self, trafo_id: str, cause: Cause = Cause.MEMBERS) -> None:
        """Ask for a round for one transformer, soon."""
        if trafo_id in self._trafos:
            self._pending.setdefault(trafo_id, set()).add(cause)
            self._wake.set()

    async def run_due(self) -> None:
        """Run what is due now: all at a new quarter hour, else what was poked.

        A round that runs already is finished first.
        """
        async with self._busy:
            due = self._take_due(self._clock())
            self._wake.clear()
            for trafo_id in sorted(due):
                await self._round(self._trafos[trafo_id], frozenset(due[trafo_id]))

    def _take_due(self, now: datetime) -> dict[str, set[Cause]]:
        """Return what is due, with its causes, and forget it."""
        due, self._pending = self._pending, {}
        quarter = floor_quarter(now)
        if quarter != self._quarter:
            causes = _AT_START if self._quarter is None else {Cause.QUARTER}
            for trafo_id in self._trafos:
                due.setdefault(trafo_id, set()).update(causes)
        for trafo_id, at in list(self._again.items()):
            if at <= now:
                del self._again[trafo_id]
                due.setdefault(trafo_id, set()).add(Cause.TIME)
        self._quarter = quarter
        return due

    async def _run(self) -> None:
        """Run what is due for ever."""
        while True:
            await self.run_due()
            await self._wait()

    async def _wait(self) -> None:
        """Wait for a poke or the next quarter hour."""
        now = self._clock()
        due = min([floor_quarter(now) + QUARTER, *self._again.values()])
        wait_s = max(0.0, (due - now).total_seconds())
        try:
            async with asyncio.timeout(min(wait_s, _LONGEST_WAIT_S)):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _round(self, trafo: Trafo, causes: frozenset[Cause]) -> None:
        """Decide for one transformer; a failure must not stop the others."""
        work = asyncio.ensure_future(self._publish(trafo, self._clock(), causes))
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError:
            work.cancel()
            await asyncio.wait([work])
            raise
        error = None if work.cancelled() else work.exception()
        if error is not None:
            # Tried again after the next wait, not only in a quarter of an hour.
            self._pending.setdefault(trafo.id, set()).update(causes)
        elif not work.cancelled() and (at := work.result().at) is not None:
            self._again[trafo.id] = at
        self._note(trafo.id, error)

    def _note(self, trafo_id: str, error: BaseException | None) -> None:
        """Log a failure once, and that it is over."""
        before = self._failures.pop(trafo_id, None)
        if error is None:
            if before is not None:
                _LOGGER.info("Caps of transformer %s are decided again", trafo_id)
            return
        self._failures[trafo_id] = repr(error)
        if before != repr(error):
            _LOGGER.error(
                "Caps of transformer %s could not be decided; the ones sent before"
                " stay in force, and the hub tries again every few seconds",
                trafo_id,
                exc_info=error,
            )
