"""What was wrong with the readings of a meter: kept for a while, and told."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.grid.faults import Fault
from dalen_hub.grid.finding_texts import COLUMNS, ENDINGS, TEXTS
from dalen_hub.grid.quality import Finding
from dalen_hub.store.tables import load_finding
from dalen_hub.store.times import from_epoch, rfc3339, to_epoch
from dalen_hub.store.upsert import upsert

LANGUAGES: Final = ("en", "nl")
SHOWN: Final = timedelta(days=7)
"""The operator sees what was found since then."""
_KEPT_DAYS: Final = 31
_DAY_S: Final = 86_400


async def store_findings(
    conn: AsyncConnection, trafo_id: str, findings: Iterable[Finding], now: datetime
) -> None:
    """Store findings, a row a day, column and fault; forget those of last month."""
    rows: dict[tuple[object, ...], dict[str, Any]] = {}
    for each in findings:
        row = {
            "trafo_id": trafo_id,
            "day": to_epoch(each.first) // _DAY_S,
            "column": each.column,
            "fault": each.fault.value,
            "is_repaired": each.is_repaired,
            "first": to_epoch(each.first),
            "count": each.count,
        }
        rows[row["day"], each.column, each.fault, each.is_repaired] = row
    await upsert(conn, load_finding, list(rows.values()))
    await conn.execute(
        delete(load_finding).where(
            load_finding.c.trafo_id == trafo_id,
            load_finding.c.day < to_epoch(now) // _DAY_S - _KEPT_DAYS,
        )
    )


async def recent_findings(
    conn: AsyncConnection, trafo_id: str, since: datetime
) -> list[Finding]:
    """Return what was found since an instant, the newest first."""
    rows = await conn.execute(
        select(load_finding)
        .where(
            load_finding.c.trafo_id == trafo_id,
            load_finding.c.first >= to_epoch(since),
        )
        .order_by(load_finding.c.first.desc(), load_finding.c.column)
    )
    return [
        Finding(
            fault=Fault(row.fault),
            column=row.column,
            # A row has a method of this name.
            count=row._mapping["count"],
            first=from_epoch(row.first),
            is_repaired=row.is_repaired,
        )
        for row in rows
    ]


def finding_text(finding: Finding, language: str) -> str:
    """Return one sentence about a finding, in English ("en") or Dutch ("nl")."""
    column = COLUMNS[language][finding.column]
    said = TEXTS[language][finding.fault].format(column=column, count=finding.count)
    return f"{said} {ENDINGS[language][finding.is_repaired]}"


def finding_bodies(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Return findings as the operator API tells them."""
    return [
        {
            "fault": each.fault.value,
            "column": COLUMNS["en"][each.column],
            "count": each.count,
            "since": rfc3339(each.first),
            "repaired": each.is_repaired,
            "text": {language: finding_text(each, language) for language in LANGUAGES},
        }
        for each in findings
    ]
