"""Reports in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, Text, cast, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.store.identifiers import new_object_id
from dalen_hub.store.json_text import JsonText, to_json
from dalen_hub.store.plain import PlainStatement, insert_rows
from dalen_hub.store.tables import event, report
from dalen_hub.store.times import to_epoch
from dalen_hub.vtn.bodies import JsonObject
from dalen_hub.vtn.ingest import Admission, Sent, admit, remove_measured, store_measured
from dalen_hub.vtn.notifications import Change, queue_notifications
from dalen_hub.vtn.problems import ProblemError
from dalen_hub.vtn.queries import Page, later, object_text, stored_object

_TEXTS = select(
    report.c.id,
    report.c.client_id,
    report.c.created_at,
    report.c.modified_at,
    cast(report.c.body, Text).label("text"),
).order_by(report.c.id)
_INSERT = PlainStatement(insert(report), [column.name for column in report.columns])


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFilter:
    """Which reports are asked for; None leaves a condition out."""

    program_id: str | None = None
    event_id: str | None = None
    client_name: str | None = None


async def insert_reports(
    conn: AsyncConnection, reports: Sequence[Sent]
) -> list[str | ProblemError]:
    """Take in new reports; return each as it is sent, or why it was refused."""
    results: list[str | ProblemError] = []
    rows: list[dict[str, Any]] = []
    admitted: list[tuple[str, Admission]] = []
    judged = await admit(conn, reports)
    for item, admission in zip(reports, judged, strict=True):
        if admission.refusal is not None:
            results.append(admission.refusal)
            continue
        row, text = _new_row(item, admission.trafo_id)
        rows.append(row)
        admitted.append((item.ven_id, admission))
        results.append(text)
    if rows:
        await store_measured(conn, admitted)
        await insert_rows(conn, _INSERT, rows)
        created = (
            Change(operation="CREATE", item=JsonText(text).value())
            for text in results
            if isinstance(text, str)
        )
        await queue_notifications(conn, created, reports[0].now)
    return results


async def replace_report(
    conn: AsyncConnection, report_id: str, item: Sent
) -> str | ProblemError:
    """Replace what a report says; return it as it is sent, or why it was refused.

    Raises a 404 problem when it is not there, or is of another home.
    """
    row = await report_row(conn, report_id, item.ven_id)
    (admission,) = await admit(conn, [item])
    if admission.refusal is not None:
        return admission.refusal
    await remove_measured(conn, [(item.ven_id, row.body)])
    await store_measured(conn, [(item.ven_id, admission)])
    modified_at = later(to_epoch(item.now), row.modified_at)
    text = to_json(item.body)
    await conn.execute(
        update(report)
        .where(report.c.id == row.id)
        .values(
            event_id=item.body["eventID"], modified_at=modified_at, body=JsonText(text)
        )
    )
    made = _text(row.id, row.client_id, row.created_at, modified_at, text)
    updated = (Change(operation="UPDATE", item=JsonText(it).value()) for it in [made])
    await queue_notifications(conn, updated, item.now)
    return made


async def delete_report(
    conn: AsyncConnection, report_id: str, ven_id: str, now: datetime
) -> JsonObject:
    """Remove a report of a home, and what it told; return what it was.

    Raises a 404 problem when it is not there, or is of another home.
    """
    row = await report_row(conn, report_id, ven_id)
    await remove_measured(conn, [(ven_id, row.body)])
    await conn.execute(delete(report).where(report.c.id == row.id))
    gone = shown_report(row)
    await queue_notifications(conn, [Change(operation="DELETE", item=gone)], now)
    return gone


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


async def report_texts(
    conn: AsyncConnection, ven_id: str | None, wanted: ReportFilter, page: Page
) -> list[str]:
    """Return a page of the reports of a home (None: of all), as they are sent."""
    query = _of_home(_TEXTS, ven_id)
    if wanted.program_id is not None:
        events = select(event.c.id).where(event.c.program_id == wanted.program_id)
        query = query.where(report.c.event_id.in_(events))
    if wanted.event_id is not None:
        query = query.where(report.c.event_id == wanted.event_id)
    if wanted.client_name is not None:
        name = report.c.body["clientName"].as_string()
        query = query.where(name == wanted.client_name)
    query = query.offset(page.skip).limit(page.limit)
    return [_text(*row) for row in await conn.execute(query)]


async def remove_reports_before(
    conn: AsyncConnection, instant: datetime, *, most: int
) -> int:
    """Remove reports that are older than an instant; return how many.

    At most ``most`` at once, the oldest first, so that nobody waits for long.
    What they told stays in the tables of powers and states.
    """
    old = (
        select(report.c.id)
        .where(report.c.created_at < to_epoch(instant))
        .order_by(report.c.created_at)
        .limit(most)
    )
    ids = (await conn.scalars(old)).all()
    if ids:
        await conn.execute(delete(report).where(report.c.id.in_(ids)))
    return len(ids)


def shown_report(row: Row[Any]) -> JsonObject:
    """Return a row as the report that is sent."""
    body = {"clientID": row.client_id, **row.body}
    return stored_object("REPORT", row.id, row.created_at, row.modified_at, body)


def _new_row(item: Sent, trafo_id: str) -> tuple[dict[str, Any], str]:
    """Return the row of a new report, and the report as it is sent."""
    report_id, epoch, text = new_object_id(), to_epoch(item.now), to_json(item.body)
    row = {
        "id": report_id,
        "trafo_id": trafo_id,
        "ven_id": item.ven_id,
        "client_id": item.client_id,
        "event_id": item.body["eventID"],
        "created_at": epoch,
        "modified_at": epoch,
        "body": JsonText(text),
    }
    return row, _text(report_id, item.client_id, epoch, epoch, text)


def _text(
    report_id: str, client_id: str, created_at: int, modified_at: int, body: str
) -> str:
    """Return a report as it is sent, from the JSON of the client's own fields."""
    whole = f'{{"clientID":"{client_id}",{body[1:]}'
    return object_text("REPORT", report_id, created_at, modified_at, whole)


def _of_home(query: Select[Any], ven_id: str | None) -> Select[Any]:
    """Leave only what one home reported."""
    return query if ven_id is None else query.where(report.c.ven_id == ven_id)
