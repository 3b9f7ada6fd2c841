"""What the hub decided, kept per transformer and quarter hour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
import math

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.forecast.model import QuarterForecast
from dalen_hub.grid.trafo import Trafo
from dalen_hub.store.tables import cap_level
from dalen_hub.store.times import to_epoch
from dalen_hub.store.upsert import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterLevel:
    """What was decided for one quarter hour; ``level_w`` infinite limits nobody.

    ``limit_kw`` is the limit that counted, None: that of the transformer.
    """

    forecast: QuarterForecast
    room_w: float
    level_w: float
    limit_kw: float | None = None


async def store_levels(
    conn: AsyncConnection,
    trafo: Trafo,
    levels: Sequence[QuarterLevel],
    homes: int,
    now: datetime,
) -> None:
    """Store the decision for each quarter hour; a newer decision replaces it."""
    await upsert(
        conn, cap_level, [_row(trafo, each, homes, to_epoch(now)) for each in levels]
    )


async def level_in_force(
    conn: AsyncConnection, trafo_id: str, quarter: datetime
) -> float | None:
    """Return the level in W that was decided for a quarter hour, None if none was.

    It is infinite where nobody is limited.
    """
    row = (
        await conn.execute(
            select(cap_level.c.level_w).where(
                cap_level.c.trafo_id == trafo_id,
                cap_level.c.start == to_epoch(quarter),
            )
        )
    ).one_or_none()
    if row is None:
        return None
    return math.inf if row.level_w is None else float(row.level_w)


def _row(
    trafo: Trafo, level: QuarterLevel, homes: int, decided_at: int
) -> Mapping[str, object]:
    """Return the row of one quarter hour."""
    return {
        "trafo_id": trafo.id,
        "start": to_epoch(level.forecast.start),
        "decided_at": decided_at,
        "p50_kw": level.forecast.p50_kw,
        "p90_kw": level.forecast.p90_kw,
        "forecast_source": level.forecast.source,
        "limit_kw": trafo.limit_kw if level.limit_kw is None else level.limit_kw,
        "room_kw": level.room_w / 1000,
        "level_w": None if math.isinf(level.level_w) else level.level_w,
        "homes": homes,
    }
