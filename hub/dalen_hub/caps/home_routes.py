"""Operator API: where homes are, which cap each has, and why."""

from collections.abc import Mapping
from dataclasses import replace
import math
from typing import Any, Final

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.appkeys import CLOCK, ENGINE, ON_MEMBERSHIP_CHANGED
from dalen_hub.caps.explained import EXPLAINED, Explained
from dalen_hub.caps.site import Place
from dalen_hub.caps.site_store import places_of, store_places
from dalen_hub.caps.stop_store import open_stop
from dalen_hub.grid.chart import is_online
from dalen_hub.grid.parts import PHASES
from dalen_hub.grid.routes import trafo_of
from dalen_hub.grid.trafo import Trafo
from dalen_hub.homes.registry import Home, homes_of_trafo
from dalen_hub.store.database import reading
from dalen_hub.store.times import rfc3339
from dalen_hub.vtn.bodies import read_object
from dalen_hub.vtn.principal import require_operator
from dalen_hub.vtn.problems import ProblemError

_KEYS: Final = frozenset({"phase", "cable", "heat_loss_w_per_k", "cop"})
_HIGHEST: Final = {"heat_loss_w_per_k": 2_000.0, "cop": 10.0}


def add_home_routes(app: web.Application) -> None:
    """Add the homes and the reasons. Needs ENGINE and CLOCK in the app."""
    path = "/api/v1/trafos/{trafo_id}"
    app.add_routes(
        [
            web.get(f"{path}/homes", _get_homes),
            web.put(f"{path}/homes/{{ven_id}}/place", _put_place),
            web.get(f"{path}/explanation", _get_explanation),
        ]
    )


async def _get_homes(request: web.Request) -> web.Response:
    """Answer with the homes of a transformer: place, cap, and why."""
    require_operator(request)
    trafo, now = trafo_of(request), request.app[CLOCK]()
    explained = request.app[EXPLAINED].get(trafo.id)
    async with reading(request.app[ENGINE]) as conn:
        homes = await homes_of_trafo(conn, trafo.id)
        places = await places_of(conn, trafo.id)
        found = await open_stop(conn, trafo.id)
    stop = None if found is None or not found[1].in_force(now) else found[1]
    return web.json_response(
        [
            {
                "ven_id": home.ven_id,
                "ven_name": home.ven_name,
                "nickname": home.nickname,
                "heat_pump_kind": home.heat_pump_kind,
                "online": is_online(home, now),
                **place_body(places.get(home.ven_id, Place())),
                **_cap_body(explained, home),
                "stop_acknowledged": None
                if stop is None
                else home.target in stop.acknowledged,
            }
            for home in homes
        ]
    )


async def _get_explanation(request: web.Request) -> web.Response:
    """Answer with what is full and how room is shared; nothing of one home."""
    trafo = trafo_of(request)
    explained = request.app[EXPLAINED].get(trafo.id)
    body: dict[str, Any] = {
        "policy": trafo.policy.value,
        "fairness_floor": trafo.fairness_floor,
    }
    if explained is not None:
        body |= {
            "at": rfc3339(explained.at),
            "source": explained.source,
            "level_w": _finite(explained.level_w),
            "frame_w": _finite(explained.frame_w),
            "bottlenecks": [dict(each) for each in explained.bottlenecks],
        }
    return web.json_response(body, headers={"Cache-Control": "no-store"})


async def _put_place(request: web.Request) -> web.Response:
    """Say where a home is; what is left out or null becomes unknown."""
    require_operator(request)
    app, trafo, now = request.app, trafo_of(request), request.app[CLOCK]()
    place = _place(await read_object(request), trafo)
    async with app[ENGINE].begin() as conn:
        home = await _home(conn, trafo, request.match_info["ven_id"])
        before = (await places_of(conn, trafo.id)).get(home.ven_id, Place())
        if place.phase is None and before.is_estimated:
            # What was found stays, until somebody knows it better.
            place = replace(place, phase=before.phase, is_estimated=True)
        await store_places(conn, trafo.id, {home.ven_id: place}, now)
    if changed := app.get(ON_MEMBERSHIP_CHANGED):
        changed(trafo.id)
    return web.json_response({"ven_id": home.ven_id, **place_body(place)})


def place_body(place: Place) -> dict[str, Any]:
    """Return a place as it is written: phases count from 1."""
    return {
        "phase": None if place.phase is None else place.phase + 1,
        "phase_source": None
        if place.phase is None
        else ("estimate" if place.is_estimated else "operator"),
        "cable": place.cable,
        "heat_loss_w_per_k": place.heat_loss_w_per_k,
        "cop": place.cop,
    }


def _cap_body(explained: Explained | None, home: Home) -> dict[str, Any]:
    """Return the cap of a home and why, empty before the first round."""
    cap = None if explained is None else explained.homes.get(home.ven_id)
    if cap is None:
        return {"cap_w": None, "reason": None, "explanation": None}
    return {
        "cap_w": cap.cap_w,
        "reason": cap.reason.value,
        "explanation": dict(cap.sentences),
    }


async def _home(conn: AsyncConnection, trafo: Trafo, ven_id: str) -> Home:
    """Return a home of a transformer; raise a 404 problem."""
    for home in await homes_of_trafo(conn, trafo.id):
        if home.ven_id == ven_id:
            return home
    raise ProblemError(404, "No home of this transformer has this id.")


def _place(body: Mapping[str, Any], trafo: Trafo) -> Place:
    """Return a place; raise a 422 problem where it cannot be."""
    if unknown := sorted(set(body) - _KEYS):
        raise ProblemError(
            422, f"{unknown[0]}: unknown key. Use {', '.join(sorted(_KEYS))}."
        )
    phase, cable = body.get("phase"), body.get("cable")
    if phase is not None and (
        isinstance(phase, bool) or phase not in range(1, PHASES + 1)
    ):
        raise ProblemError(422, "phase must be 1, 2 or 3, or null where unknown.")
    cables = [each.id for each in trafo.cables]
    if cable is not None and cable not in cables:
        known = ", ".join(cables) or "none; add cables to hub.yaml"
        raise ProblemError(422, f"There is no such cable. hub.yaml has {known}.")
    return Place(
        phase=None if phase is None else int(phase) - 1,
        cable=cable,
        heat_loss_w_per_k=_number(body, "heat_loss_w_per_k"),
        cop=_number(body, "cop"),
    )


def _number(body: Mapping[str, Any], key: str) -> float | None:
    """Return a number above 0, None where it is unknown."""
    value, highest = body.get(key), _HIGHEST[key]
    if value is None:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 < value <= highest:
        raise ProblemError(
            422, f"{key} must be a number above 0, of {highest:g} at most, or null."
        )
    return float(value)


def _finite(power_w: float) -> float | None:
    """Return a power, None where nothing is limited."""
    return None if math.isinf(power_w) else power_w
