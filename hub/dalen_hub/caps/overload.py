"""The meter itself orders an emergency stop, where the configuration allows it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
import logging
from typing import Final

from aiohttp import web

from dalen_hub.caps.budget import Reading
from dalen_hub.caps.stop import Cause, Stop, StopError, overloaded
from dalen_hub.caps.stop_orders import start_stop
from dalen_hub.grid.trafo import Trafo

_LOGGER = logging.getLogger(__name__)

METER: Final = "meter"
"""Who orders a stop on overload."""


async def stop_on_overload(
    app: web.Application,
    trafo: Trafo,
    readings: Sequence[Reading],
    now: datetime,
    current: Stop | None,
) -> bool:
    """Order a stop where the meter shows an overload; return whether it did.

    A reading counts for one stop only, so that one that ended does not come back
    by what was measured before it.
    """
    rule = trafo.overload_stop
    if rule is None or (current is not None and current.in_force(now)):
        return False
    since = current.ended_at if current is not None else None
    fresh = [
        each for each in readings if since is None or each.end - each.length >= since
    ]
    limit_kw = rule.above * trafo.rating_kva
    if not overloaded(fresh, limit_kw, now, count=rule.readings):
        return False
    highest_kw = max(each.load_kw for each in fresh[-rule.readings :])
    try:
        await start_stop(
            app,
            trafo,
            cause=Cause.OVERLOAD,
            by=METER,
            reason=f"Measured overload: {highest_kw:.0f} kW on {trafo.rating_kva:g} kVA",
            now=now,
            duration=timedelta(minutes=rule.minutes),
        )
    except StopError as err:
        _LOGGER.warning("No emergency stop of %s on overload: %s", trafo.id, err)
        return False
    return True
