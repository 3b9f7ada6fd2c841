"""Reports in the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.store.identifiers import new_object_id
from dalen_hub.store.tables import event, report
from dalen_hub.store.times import to_epoch
from dalen_hub.vtn.bodies import JsonObject
from dalen_hub.vtn.problems import ProblemError
from dalen_hub.vtn.queries import Page, later, stored_object


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFilter:
    """Which reports are asked for; None leaves a condition out."""

    program_id: str | None = None
    event_id: str | None = None
    client_name: str | None = None


async def insert_report(
    conn: AsyncConnection,
    body: JsonObject,
    now: datetime,
    *,
    trafo_id: str,
    ven_id: str,
    client_id: str,
) -> JsonObject:
    """Store a new report."""
    report_id, epoch = new_object_id(), to_epoch(now)
    await conn.execute(
        insert(report).values(
            id=report_id,
            trafo_id=trafo_id,
            ven_id=ven_id,
            client_id=client_id,
            event_id=body["eventID"],
            created_at=epoch,
            modified_at=epoch,
            body=body,
        )
    )
    shown = {"clientID": client_id, **body}
    return stored_object("REPORT", report_id, epoch, epoch, shown)


async def replace_report(
    conn: AsyncConnection, row: Row[Any], body: JsonObject, now: datetime
) -> JsonObject:
    """Replace what a report says."""
    modified_at = later(to_epoch(now), row.modified_at)
    await conn.execute(
        update(report)
        .where(report.c.id == row.id)
        .values(event_id=body["eventID"], modified_at=modified_at, body=body)
    )
    shown = {"clientID": row.client_id, **body}
    return stored_object("REPORT", row.id, row.created_at, modified_at, shown)


async def delete_report(conn: AsyncConnection, report_id: str) -> None:
    """Remove a report."""
    await conn.execute(delete(report).where(report.c.id == report_id))


async def report_row(
    conn: AsyncConnection, report_id: str, ven_id: str | None
) -> Row[Any]:
    """Return a report of a home; None means of any home.

    Raises a 404 problem when it is not there, or is of another home.
    """
    query = _of_home(select(report).where(report.c.id == report_id), ven_id)
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        raise ProblemError(404, "There is no report with this id.")
    return row


async def list_reports(
    conn: AsyncConnection, ven_id: str | None, wanted: ReportFilter, page: Page
) -> list[JsonObject]:
    """Return the reports of a home (None: of all), the oldest first."""
    query = _of_home(select(report).order_by(report.c.id), ven_id)
    if wanted.program_id is not None:
        events = select(event.c.id).where(event.c.program_id == wanted.program_id)
        query = query.where(report.c.event_id.in_(events))
    if wanted.event_id is not None:
        query = query.where(report.c.event_id == wanted.event_id)
    if wanted.client_name is not None:
        name = report.c.body["clientName"].as_string()
        query = query.where(name == wanted.client_name)
    query = query.offset(page.skip).limit(page.limit)
    return [shown_report(row) for row in await conn.execute(query)]


def shown_report(row: Row[Any]) -> JsonObject:
    """Return a row as the report that is sent."""
    body = {"clientID": row.client_id, **row.body}
    return stored_object("REPORT", row.id, row.created_at, row.modified_at, body)


def _of_home(query: Select[Any], ven_id: str | None) -> Select[Any]:
    """Leave only what one home reported."""
    return query if ven_id is None else query.where(report.c.ven_id == ven_id)
