"""Take in a report: through the gate first, then into the tables."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.consent.gate import refuse_reason
from dalen_hub.consent.ledger import latest, tier_in_force
from dalen_hub.consent.reported import reported_values
from dalen_hub.store.tables import home_state, pump_power, refused_report, ven
from dalen_hub.store.times import to_epoch
from dalen_hub.store.upsert import upsert
from dalen_hub.vtn.bodies import JsonObject
from dalen_hub.vtn.measured import Measured, measured
from dalen_hub.vtn.problems import ProblemError

_DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What the gate says to a report."""

    trafo_id: str
    nameplate_w: float
    refusal: str | None


async def admit(
    conn: AsyncConnection, ven_id: str, body: JsonObject, now: datetime
) -> Admission:
    """Judge a report; a refused one is counted, and never kept."""
    home = await _home(conn, ven_id)
    tier = tier_in_force(await latest(conn, ven_id), now)
    if tier is None:
        refusal: str | None = "This home has no consent in force."
    else:
        refusal = refuse_reason(body, tier)
    if refusal is not None:
        await _count_refused(conn, home.trafo_id, ven_id, now)
    return Admission(
        trafo_id=home.trafo_id, nameplate_w=home.nameplate_w, refusal=refusal
    )


def consent_problem(refusal: str) -> ProblemError:
    """Return the answer to a report that the gate refused."""
    return ProblemError(403, refusal, kind="consent")


async def store_measured(
    conn: AsyncConnection,
    ven_id: str,
    admission: Admission,
    body: JsonObject,
    now: datetime,
) -> None:
    """Store the powers and states of a report that was admitted.

    Raises a 400 problem, and stores nothing, when a value cannot be.
    """
    found = measured(reported_values(body), admission.nameplate_w, now)
    key = {"trafo_id": admission.trafo_id, "ven_id": ven_id}
    await upsert(conn, pump_power, _power_rows(found, key))
    states = [
        {**key, "start": start, "state": state} for start, state in found.states.items()
    ]
    await upsert(conn, home_state, states)


async def remove_measured(conn: AsyncConnection, ven_id: str, body: JsonObject) -> None:
    """Remove the powers and states that a stored report brought."""
    starts = {value.start for value in reported_values(body)}
    for table in (pump_power, home_state):
        await conn.execute(
            delete(table).where(table.c.ven_id == ven_id, table.c.start.in_(starts))
        )


def _power_rows(found: Measured, key: dict[str, str]) -> list[dict[str, Any]]:
    """Return the rows of the powers."""
    return [
        {**key, "start": start, "duration_s": item.duration_s, "power_w": item.power_w}
        for start, item in found.powers.items()
    ]


async def _home(conn: AsyncConnection, ven_id: str) -> Row[tuple[str, float]]:
    """Return the trafo and the nameplate of a home that takes part."""
    query = select(ven.c.trafo_id, ven.c.nameplate_w).where(
        ven.c.id == ven_id, ven.c.left_at.is_(None)
    )
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        raise ProblemError(410, "This home left. It can join again with a new invite.")
    return row


async def _count_refused(
    conn: AsyncConnection, trafo_id: str, ven_id: str, now: datetime
) -> None:
    """Count a refusal, by home and UTC day."""
    day = to_epoch(now) // _DAY_S
    where = (refused_report.c.ven_id == ven_id) & (refused_report.c.day == day)
    count = await conn.scalar(select(refused_report.c.count).where(where)) or 0
    row = {"trafo_id": trafo_id, "ven_id": ven_id, "day": day, "count": count + 1}
    await upsert(conn, refused_report, [row])
