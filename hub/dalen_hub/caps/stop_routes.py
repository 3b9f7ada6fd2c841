"""Emergency stops over HTTP: ordered and released by the operator, seen by all."""

from collections.abc import Mapping
from datetime import timedelta
import math
from typing import Any, Final

from aiohttp import web

from dalen_hub.appkeys import CLOCK, ENGINE
from dalen_hub.caps.stop import LONGEST, Cause, Stop, StopError
from dalen_hub.caps.stop_orders import StopInForceError, release_stop, start_stop
from dalen_hub.caps.stop_store import open_stop
from dalen_hub.grid.routes import trafo_of
from dalen_hub.store.database import reading
from dalen_hub.store.times import rfc3339
from dalen_hub.vtn.bodies import read_object
from dalen_hub.vtn.principal import require_operator
from dalen_hub.vtn.problems import ProblemError

LONGEST_REASON: Final = 200


def add_stop_routes(app: web.Application) -> None:
    """Add the stop. Needs ENGINE, CLOCK, CONFIG, HUB_KEY and NUDGER in the app."""
    path = "/api/v1/trafos/{trafo_id}/stop"
    app.add_routes(
        [
            web.get(path, _get_stop),
            web.post(path, _post_stop),
            web.delete(path, _delete_stop),
        ]
    )


async def _get_stop(request: web.Request) -> web.Response:
    """Answer with the stop in force; a 404 problem without one."""
    require_operator(request)
    trafo, now = trafo_of(request), request.app[CLOCK]()
    async with reading(request.app[ENGINE]) as conn:
        found = await open_stop(conn, trafo.id)
    if found is None or not found[1].in_force(now):
        raise ProblemError(404, "There is no emergency stop in force.")
    return web.json_response(stop_body(found[1]))


async def _post_stop(request: web.Request) -> web.Response:
    """Order a stop: {"reason": …, "minutes": 1..120}."""
    principal = require_operator(request)
    trafo, now = trafo_of(request), request.app[CLOCK]()
    reason, duration = _order(await read_object(request))
    try:
        stop, told = await start_stop(
            request.app,
            trafo,
            cause=Cause.OPERATOR,
            by=principal.client_id,
            reason=reason,
            now=now,
            duration=duration,
        )
    except StopInForceError as err:
        raise ProblemError(409, str(err)) from err
    except StopError as err:
        raise ProblemError(422, str(err)) from err
    return web.json_response({**stop_body(stop), "homes": len(told)}, status=201)


async def _delete_stop(request: web.Request) -> web.Response:
    """Release the stop in force; the level then rises slowly."""
    principal = require_operator(request)
    trafo, now = trafo_of(request), request.app[CLOCK]()
    stop = await release_stop(request.app, trafo, by=principal.client_id, now=now)
    if stop is None:
        raise ProblemError(404, "There is no emergency stop in force.")
    return web.json_response(stop_body(stop))


def stop_body(stop: Stop) -> dict[str, Any]:
    """Return what an operator may know of a stop."""
    return {
        "cause": stop.cause.value,
        "reason": stop.reason,
        "ordered_by": stop.by,
        "started_at": rfc3339(stop.started_at),
        "until": rfc3339(stop.until),
        "ended_at": None if stop.ended_at is None else rfc3339(stop.ended_at),
        "ended_by": stop.ended_by,
        "acknowledged": len(stop.acknowledged),
        "resends": stop.resends,
    }


def _order(body: Mapping[str, Any]) -> tuple[str, timedelta]:
    """Return the reason and the duration of an order. Raises a 422 problem."""
    reason, minutes = body.get("reason"), body.get("minutes", LONGEST.seconds / 60)
    if not isinstance(reason, str) or not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise ProblemError(
            422, f"reason must be a text of 1 to {LONGEST_REASON} characters."
        )
    is_number = isinstance(minutes, int | float) and not isinstance(minutes, bool)
    if not is_number or not math.isfinite(minutes) or abs(minutes) > 1_000_000:
        raise ProblemError(422, "minutes must be a number from 1 to 120.")
    return reason, timedelta(minutes=minutes)
