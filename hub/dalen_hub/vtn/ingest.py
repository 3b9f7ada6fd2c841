"""Take in reports: through the gate first, then into the tables.

All here works on several reports at once, because homes report together, just
after the quarter hour. Each is judged on its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.consent.gate import passed_values
from dalen_hub.consent.ledger import Action
from dalen_hub.consent.reported import Reported, reported_values
from dalen_hub.consent.tiers import Tier
from dalen_hub.store.plain import KeyedQuery
from dalen_hub.store.tables import (
    consent,
    event_target,
    home_state,
    pump_power,
    refused_report,
    ven,
)
from dalen_hub.store.times import to_epoch
from dalen_hub.store.upsert import upsert
from dalen_hub.vtn.bodies import JsonObject
from dalen_hub.vtn.changes import EVERYBODY
from dalen_hub.vtn.measured import Measured, measured
from dalen_hub.vtn.problems import ProblemError

_DAY_S = 86_400

_newest = (
    select(func.max(consent.c.id))
    .where(consent.c.ven_id == ven.c.id)
    .correlate(ven)
    .scalar_subquery()
)
_HOMES = KeyedQuery(
    lambda keys: (
        select(
            ven.c.id,
            ven.c.trafo_id,
            ven.c.nameplate_w,
            consent.c.action,
            consent.c.tier,
            consent.c.valid_until,
        )
        .select_from(ven.outerjoin(consent, consent.c.id == _newest))
        .where(ven.c.id.in_(keys), ven.c.left_at.is_(None))
    )
)
_SIGHT = KeyedQuery(
    lambda keys: select(event_target.c.event_id, event_target.c.target).where(
        event_target.c.event_id.in_(keys)
    )
)


class _Home(NamedTuple):
    """What a report is judged by."""

    ven_id: str
    trafo_id: str
    nameplate_w: float
    action: str | None
    tier: str | None
    valid_until: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A report that a home sent."""

    client_id: str
    ven_id: str
    targets: frozenset[str]
    """Those of the home: it may report on what it may see."""
    body: JsonObject
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What the gate says to a report: the values that it told, or why not."""

    trafo_id: str
    found: Measured | None = None
    refusal: ProblemError | None = None
    by_gate: bool = False


async def admit(conn: AsyncConnection, reports: Sequence[Sent]) -> list[Admission]:
    """Judge reports; those that the gate refused are counted, and never kept."""
    ids = sorted({item.ven_id for item in reports})
    homes = {row[0]: _Home(*row) for row in await _HOMES.rows(conn, ids)}
    sight: dict[str, set[str]] = {}
    events = sorted({item.body["eventID"] for item in reports})
    for event_id, target in await _SIGHT.rows(conn, events):
        sight.setdefault(event_id, set()).add(target)
    judged = [_judge(item, homes.get(item.ven_id), sight) for item in reports]
    for item, admission in zip(reports, judged, strict=True):
        if admission.by_gate:
            await _count_refused(conn, admission.trafo_id, item.ven_id, item.now)
    return judged


async def store_measured(
    conn: AsyncConnection, admitted: Sequence[tuple[str, Admission]]
) -> None:
    """Store the powers and states of homes (their ids) that were admitted."""
    powers: list[dict[str, Any]] = []
    states: list[dict[str, Any]] = []
    for ven_id, admission in admitted:
        found = admission.found
        if found is None:
            continue
        key = {"trafo_id": admission.trafo_id, "ven_id": ven_id}
        powers += [
            {
                **key,
                "start": start,
                "duration_s": item.duration_s,
                "power_w": item.power_w,
            }
            for start, item in found.powers.items()
        ]
        states += [
            {**key, "start": start, "state": state}
            for start, state in found.states.items()
        ]
    await upsert(conn, pump_power, powers)
    await upsert(conn, home_state, states)


async def remove_measured(
    conn: AsyncConnection, removed: Sequence[tuple[str, JsonObject]]
) -> None:
    """Remove the powers and states that stored reports of homes (ids) brought."""
    keys = sorted(
        {
            (ven_id, value.start)
            for ven_id, body in removed
            for value in reported_values(body)
        }
    )
    if not keys:
        return
    for table in (pump_power, home_state):
        key = tuple_(table.c.ven_id, table.c.start)
        await conn.execute(delete(table).where(key.in_(keys)))


def _judge(item: Sent, home: _Home | None, sight: Mapping[str, set[str]]) -> Admission:
    """Return what the gate says to one report."""
    if home is None:
        gone = "This home left. It can join again with a new invite."
        return Admission(trafo_id="", refusal=ProblemError(410, gone))
    trafo_id = home.trafo_id
    if (item.targets | {EVERYBODY}).isdisjoint(sight.get(item.body["eventID"], ())):
        return Admission(trafo_id=trafo_id, refusal=_no_event())
    tier = _tier(home, item.now)
    if tier is None:
        passed: list[Reported] | str = "This home has no consent in force."
    else:
        passed = passed_values(item.body, tier)
    if isinstance(passed, str):
        problem = ProblemError(403, passed, kind="consent")
        return Admission(trafo_id=trafo_id, refusal=problem, by_gate=True)
    try:
        found = measured(passed, home.nameplate_w, item.now)
    except ProblemError as problem:
        return Admission(trafo_id=trafo_id, refusal=problem)
    return Admission(trafo_id=trafo_id, found=found)


def _tier(home: _Home, now: datetime) -> Tier | None:
    """Return the tier that holds now, as ``consent.ledger.tier_in_force`` does."""
    if home.tier is None or home.action == Action.WITHDRAWN:
        return None
    if home.valid_until is not None and home.valid_until <= to_epoch(now):
        return Tier.T0
    return Tier(home.tier)


def _no_event() -> ProblemError:
    """Return the answer to a report on no event, or on one of another home."""
    return ProblemError(
        409, "There is no event with this eventID. Read the events again."
    )


async def _count_refused(
    conn: AsyncConnection, trafo_id: str, ven_id: str, now: datetime
) -> None:
    """Count a refusal, by home and UTC day."""
    day = to_epoch(now) // _DAY_S
    where = (refused_report.c.ven_id == ven_id) & (refused_report.c.day == day)
    count = await conn.scalar(select(refused_report.c.count).where(where)) or 0
    row = {"trafo_id": trafo_id, "ven_id": ven_id, "day": day, "count": count + 1}
    await upsert(conn, refused_report, [row])
