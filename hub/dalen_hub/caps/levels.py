"""What the hub decided, kept per transformer and quarter hour."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.caps.plan import QuarterPlan
from dalen_hub.grid.trafo import Trafo
from dalen_hub.store.tables import cap_level
from dalen_hub.store.times import to_epoch
from dalen_hub.store.upsert import upsert


async def store_levels(
    conn: AsyncConnection,
    trafo: Trafo,
    plans: Sequence[QuarterPlan],
    homes: int,
    now: datetime,
) -> None:
    """Store the decision for each quarter hour; a newer decision replaces it."""
    await upsert(
        conn,
        cap_level,
        [
            {
                "trafo_id": trafo.id,
                "start": to_epoch(plan.start),
                "decided_at": to_epoch(now),
                "p50_kw": plan.forecast.p50_kw,
                "p90_kw": plan.forecast.p90_kw,
                "forecast_source": plan.forecast.source,
                "limit_kw": trafo.limit_kw,
                "room_kw": plan.room_kw,
                "level_w": plan.level.level_w,
                "homes": homes,
            }
            for plan in plans
        ],
    )
