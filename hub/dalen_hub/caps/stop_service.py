"""Emergency stops in the running hub: ordered, followed, released, and always told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
import json
import logging
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.caps.stop import Stop, acknowledge, expire, release, resend
from dalen_hub.caps.stop_event import stop_event
from dalen_hub.caps.stop_store import insert_stop, open_stop, set_event, update_stop
from dalen_hub.grid.load import MONITOR_ONLY
from dalen_hub.homes.registry import Home, homes_of_trafo
from dalen_hub.vtn.event_store import NewEvent, get_event, insert_events, replace_event
from dalen_hub.vtn.program_store import ensure_caps_program

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRound:
    """The stop at one round of the planner; ``stop`` None: there is none.

    ``tell_again`` are the targets of homes that did not acknowledge in time.
    """

    stop: Stop | None = None
    number: int = 0
    event_id: str | None = None
    is_changed: bool = False
    tell_again: frozenset[str] = frozenset()

    async def write(
        self,
        conn: AsyncConnection,
        trafo_id: str,
        program_id: str,
        homes: Sequence[Home],
        now: datetime,
    ) -> frozenset[str]:
        """Store what changed; a home that joined since becomes a target as well."""
        if self.stop is None:
            return frozenset()
        await update_stop(conn, self.number, self.stop)
        targets = stoppable(homes)
        if not self.stop.in_force(now) or not targets:
            return frozenset()
        if self.event_id is None:
            body = stop_event(
                self.stop, program_id=program_id, targets=targets, now=now
            )
            event_id = await _insert(conn, trafo_id, body, now)
            await set_event(conn, self.number, event_id)
            return frozenset(targets)
        known = await get_event(conn, self.event_id, None)
        added = frozenset(targets) - frozenset(known.get("targets", ()))
        if added:
            body = stop_event(
                self.stop, program_id=program_id, targets=targets, now=now
            )
            await replace_event(conn, self.event_id, body, now)
        return added


def stoppable(homes: Sequence[Home]) -> list[str]:
    """Return the targets of the homes whose heat pumps can be stopped."""
    return [home.target for home in homes if home.heat_pump_kind != MONITOR_ONLY]


async def follow_stop(
    conn: AsyncConnection, trafo_id: str, homes: Sequence[Home], now: datetime
) -> StopRound:
    """Look at the stop that is open: who acknowledged it, whom to tell again.

    A home acknowledges by reading its events after the stop was sent.
    """
    found = await open_stop(conn, trafo_id)
    if found is None:
        return StopRound()
    number, before, event_id = found
    seen = {
        home.target
        for home in homes
        if home.last_seen is not None and home.last_seen >= before.started_at
    }
    targets = stoppable(homes)
    stop = expire(acknowledge(before, seen & set(targets)), now)
    stop, tell_again = resend(stop, targets, now)
    if stop.ended_at is not None:
        _LOGGER.warning("Emergency stop of %s ended by itself", trafo_id)
    return StopRound(
        stop=stop,
        number=number,
        event_id=event_id,
        is_changed=stop != before,
        tell_again=tell_again,
    )


async def begin_stop(
    conn: AsyncConnection, trafo_id: str, stop: Stop
) -> frozenset[str]:
    """Store a new stop and its event, in the caller's transaction.

    Return the targets that have to be told.
    """
    now = stop.started_at
    targets = stoppable(await homes_of_trafo(conn, trafo_id))
    event_id = None
    if targets:
        program_id = await ensure_caps_program(conn, now)
        body = stop_event(stop, program_id=program_id, targets=targets, now=now)
        event_id = await _insert(conn, trafo_id, body, now)
    await insert_stop(conn, trafo_id, stop, event_id)
    _LOGGER.warning(
        "Emergency stop of %s until %s, ordered by %s: %s",
        trafo_id,
        stop.until,
        stop.by,
        stop.reason,
    )
    return frozenset(targets)


async def end_stop(
    conn: AsyncConnection, trafo_id: str, by: str, now: datetime
) -> tuple[Stop, frozenset[str]] | None:
    """Release the stop in force; return it and whom to tell, None without one."""
    found = await open_stop(conn, trafo_id)
    if found is None:
        return None
    number, before, event_id = found
    stop = release(before, by, now)
    await update_stop(conn, number, stop)
    targets = stoppable(await homes_of_trafo(conn, trafo_id))
    if event_id is not None:
        program_id = await ensure_caps_program(conn, now)
        body = stop_event(stop, program_id=program_id, targets=targets, now=now)
        await replace_event(conn, event_id, body, now)
    _LOGGER.warning("Emergency stop of %s released by %s", trafo_id, by)
    return stop, frozenset(targets)


async def _insert(
    conn: AsyncConnection, trafo_id: str, body: dict[str, Any], now: datetime
) -> str:
    """Store a new event and return its id."""
    (made,) = await insert_events(
        conn, [NewEvent(body=body, now=now, trafo_id=trafo_id)]
    )
    if not isinstance(made, str):
        raise made
    return str(json.loads(made)["id"])
