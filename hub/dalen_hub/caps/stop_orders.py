"""Order and release emergency stops: one way for people, the DSO and the meter.

Every order is committed durably before anybody is told.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from dalen_hub.appkeys import ENGINE, HUB_KEY, NUDGER
from dalen_hub.caps.stop import LONGEST, Cause, Stop, StopError, budget_left, order_stop
from dalen_hub.caps.stop_service import begin_stop, end_stop
from dalen_hub.caps.stop_store import last_stops, open_stop
from dalen_hub.grid.trafo import Trafo
from dalen_hub.store.database import durable
from dalen_hub.store.times import rfc3339

ON_STOP_CHANGED: Final = web.AppKey[Callable[[str], None]]("on_stop_changed")
"""Optional. Is told the id of a trafo after a stop of it began or ended."""

_BUDGET_OF: Final = timedelta(days=31)
_SHORTEST: Final = timedelta(minutes=1)


class StopInForceError(StopError):
    """There is a stop in force already; it has to be released first."""


async def start_stop(
    app: web.Application,
    trafo: Trafo,
    *,
    cause: Cause,
    by: str,
    reason: str,
    now: datetime,
    duration: timedelta = LONGEST,
) -> tuple[Stop, frozenset[str]]:
    """Stop all heat pumps of a transformer; return the stop and whom it tells.

    A stop ends by itself after ``duration``. One that no person orders stays within
    what houses obey: 4 hours a day and 6 times a month; it is made shorter, or
    refused. Raises ``StopInForceError`` and ``StopError``.
    """
    async with durable(app[ENGINE]) as conn:
        found = await open_stop(conn, trafo.id)
        if found is not None and found[1].in_force(now):
            raise StopInForceError(
                "There is a stop in force already, until"
                f" {rfc3339(found[1].until)}. Release it first."
            )
        if cause is not Cause.OPERATOR:
            before = await last_stops(conn, trafo.id, now - _BUDGET_OF)
            duration = min(duration, budget_left(before, now))
            if duration < _SHORTEST:
                raise StopError(
                    "Houses obey no more stops for now: at most 4 hours a day and 6"
                    " times a month."
                )
        stop = order_stop(cause=cause, by=by, reason=reason, now=now, duration=duration)
        told = await begin_stop(conn, trafo.id, stop, app[HUB_KEY])
    _tell(app, trafo.id, told)
    return stop, told


async def release_stop(
    app: web.Application, trafo: Trafo, *, by: str, now: datetime
) -> Stop | None:
    """Release the stop that is open; return it, None where there is none."""
    async with durable(app[ENGINE]) as conn:
        ended = await end_stop(conn, trafo.id, by, app[HUB_KEY], now)
    if ended is None:
        return None
    stop, told = ended
    _tell(app, trafo.id, told)
    return stop


def _tell(app: web.Application, trafo_id: str, targets: frozenset[str]) -> None:
    """Nudge homes, and let the planner follow."""
    if targets:
        app[NUDGER].changed(targets)
    if changed := app.get(ON_STOP_CHANGED):
        changed(trafo_id)
