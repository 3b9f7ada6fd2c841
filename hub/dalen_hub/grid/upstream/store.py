"""The last good documents and the reports that were sent, in the tables."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.grid.upstream.document import Document, document_of
from dalen_hub.store.tables import dso_document, dso_report, load_forecast
from dalen_hub.store.times import to_epoch
from dalen_hub.store.upsert import upsert

FORECAST_SOURCE = "dso"
"""How a forecast that came over the link is marked."""


async def load_documents(
    conn: AsyncConnection, trafo_id: str, program: str
) -> dict[str, Document]:
    """Return the last good documents by id."""
    rows = await conn.execute(
        select(dso_document).where(
            dso_document.c.trafo_id == trafo_id, dso_document.c.program == program
        )
    )
    return {row.event_id: document_of(row.body) for row in rows}


async def replace_documents(
    conn: AsyncConnection,
    trafo_id: str,
    program: str,
    documents: Iterable[Document],
) -> None:
    """Store the good documents in place of those before."""
    await conn.execute(
        delete(dso_document).where(
            dso_document.c.trafo_id == trafo_id, dso_document.c.program == program
        )
    )
    for each in documents:
        await conn.execute(
            insert(dso_document).values(
                trafo_id=trafo_id, program=program, event_id=each.id, body=each.body
            )
        )


async def forget_forecast(conn: AsyncConnection, trafo_id: str, now: datetime) -> None:
    """Remove what the link forecast from now on: another one takes its place."""
    await conn.execute(
        delete(load_forecast).where(
            load_forecast.c.trafo_id == trafo_id,
            load_forecast.c.source == FORECAST_SOURCE,
            load_forecast.c.start >= to_epoch(now),
        )
    )


async def sent_reports(
    conn: AsyncConnection, trafo_id: str
) -> Mapping[tuple[str, str], str | None]:
    """Return what was told in reports, by event and kind."""
    rows = await conn.execute(
        select(dso_report).where(dso_report.c.trafo_id == trafo_id)
    )
    return {(row.event_id, row.kind): row.content for row in rows}


async def note_report(
    conn: AsyncConnection,
    trafo_id: str,
    event_id: str,
    kind: str,
    content: str | None,
    now: datetime,
) -> None:
    """Note that a report was sent."""
    row = {
        "trafo_id": trafo_id,
        "event_id": event_id,
        "kind": kind,
        "sent_at": to_epoch(now),
        "content": content,
    }
    await upsert(conn, dso_report, [row])
