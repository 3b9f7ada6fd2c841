"""Emergency stops in the running hub: ordered, followed, released, and always told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
import logging

from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.audit.acts import Act, note_act
from dalen_hub.caps.event_writer import stored_events, write_events
from dalen_hub.caps.stop import Stop, acknowledge, expire, release, resend
from dalen_hub.caps.stop_event import stop_event, stop_name
from dalen_hub.caps.stop_store import insert_stop, open_stop, update_stop
from dalen_hub.grid.load import MONITOR_ONLY
from dalen_hub.homes.hub_key import HubKey
from dalen_hub.homes.registry import Home, homes_of_trafo
from dalen_hub.vtn.program_store import ensure_caps_program

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRound:
    """The stop at one round of the planner; ``stop`` None: there is none.

    ``tell_again`` are the targets of homes that did not acknowledge in time.
    """

    stop: Stop | None = None
    number: int = 0
    is_changed: bool = False
    tell_again: frozenset[str] = frozenset()

    async def write(
        self,
        conn: AsyncConnection,
        trafo_id: str,
        homes: Sequence[Home],
        key: HubKey,
        now: datetime,
    ) -> frozenset[str]:
        """Store what changed; a home that joined since is stopped as well.

        A stop that was released since the round began stays released.
        """
        if self.stop is None:
            return frozenset()
        found = await open_stop(conn, trafo_id)
        if found is None or found[0] != self.number:
            return frozenset()
        await update_stop(conn, self.number, self.stop)
        if not self.stop.in_force(now):
            return frozenset()
        return await _write(conn, trafo_id, self.stop, homes, key, now)


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
    number, before = found
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
        is_changed=stop != before,
        tell_again=tell_again,
    )


async def begin_stop(
    conn: AsyncConnection, trafo_id: str, stop: Stop, key: HubKey
) -> frozenset[str]:
    """Store a new stop and its events, in the caller's transaction.

    Return the targets that have to be told.
    """
    homes = await homes_of_trafo(conn, trafo_id)
    await insert_stop(conn, trafo_id, stop)
    await note_act(conn, Act.STOP_ORDERED, by=stop.by, of=trafo_id, now=stop.started_at)
    told = await _write(conn, trafo_id, stop, homes, key, stop.started_at)
    _LOGGER.warning(
        "Emergency stop of %s until %s, ordered by %s: %s",
        trafo_id,
        stop.until,
        stop.by,
        stop.reason,
    )
    return told


async def end_stop(
    conn: AsyncConnection, trafo_id: str, by: str, key: HubKey, now: datetime
) -> tuple[Stop, frozenset[str]] | None:
    """Release the stop in force; return it and whom to tell, None without one."""
    found = await open_stop(conn, trafo_id)
    if found is None:
        return None
    number, before = found
    stop = release(before, by, now)
    await update_stop(conn, number, stop)
    await note_act(conn, Act.STOP_RELEASED, by=by, of=trafo_id, now=now)
    homes = await homes_of_trafo(conn, trafo_id)
    told = await _write(conn, trafo_id, stop, homes, key, now)
    _LOGGER.warning("Emergency stop of %s released by %s", trafo_id, by)
    return stop, told


async def _write(
    conn: AsyncConnection,
    trafo_id: str,
    stop: Stop,
    homes: Sequence[Home],
    key: HubKey,
    now: datetime,
) -> frozenset[str]:
    """Write the event of each home; return the targets for which it changed.

    Each home has its own, since a signature is for one home.
    """
    program_id = await ensure_caps_program(conn, now)
    bodies = {
        target: stop_event(stop, program_id=program_id, target=target)
        for target in stoppable(homes)
    }
    stored = await stored_events(conn, program_id, stop_name(stop))
    return await write_events(conn, trafo_id, bodies, stored, now, key)
