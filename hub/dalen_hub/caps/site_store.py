"""What is known of homes and phases beside the configuration, in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.caps.site import Known, Place
from dalen_hub.grid.load import PHASE_COLUMNS, is_used
from dalen_hub.grid.sharing import Policy
from dalen_hub.grid.trafo import Trafo
from dalen_hub.store.tables import home_burden, home_place, trafo_load
from dalen_hub.store.times import to_epoch
from dalen_hub.store.upsert import upsert

_SHARES_OF: Final = timedelta(days=7)
# The heating season begins in July: no winter is cut in two.
_FIRST_MONTH: Final = 7


def season_of(now: datetime) -> int:
    """Return the year in which the heating season of an instant began."""
    return now.year if now.month >= _FIRST_MONTH else now.year - 1


async def known_of(conn: AsyncConnection, trafo: Trafo, now: datetime) -> Known:
    """Return what is known; nothing is asked that the configuration does not use."""
    has_parts = trafo.phases is not None or bool(trafo.cables)
    needs_places = has_parts or trafo.policy in {Policy.NEED, Policy.COST}
    return Known(
        places=await places_of(conn, trafo.id) if needs_places else {},
        burden_kwh=await _burdens(conn, trafo.id, now)
        if trafo.policy is Policy.CREDIT
        else {},
        phase_shares=await _phase_shares(conn, trafo.id, now) if has_parts else None,
    )


async def places_of(conn: AsyncConnection, trafo_id: str) -> Mapping[str, Place]:
    """Return the places of homes, by the id of their VEN."""
    rows = await conn.execute(
        select(home_place).where(home_place.c.trafo_id == trafo_id)
    )
    return {
        row.ven_id: Place(
            phase=row.phase,
            cable=row.cable,
            heat_loss_w_per_k=row.heat_loss_w_per_k,
            cop=row.cop,
            is_estimated=row.is_estimated,
        )
        for row in rows
    }


async def store_places(
    conn: AsyncConnection, trafo_id: str, places: Mapping[str, Place], now: datetime
) -> None:
    """Store the places of homes; what was known of them before is replaced."""
    await upsert(
        conn,
        home_place,
        [
            {
                "ven_id": ven_id,
                "trafo_id": trafo_id,
                **asdict(place),
                "modified_at": to_epoch(now),
            }
            for ven_id, place in places.items()
        ],
    )


async def add_burdens(
    conn: AsyncConnection,
    trafo_id: str,
    ven_ids: Sequence[str],
    energy_kwh: Sequence[float],
    now: datetime,
) -> None:
    """Add the energy that caps took from homes to their accounts of the season."""
    taken = {
        ven_id: energy
        for ven_id, energy in zip(ven_ids, energy_kwh, strict=True)
        if energy > 0.0
    }
    before = await _burdens(conn, trafo_id, now) if taken else {}
    await upsert(
        conn,
        home_burden,
        [
            {
                "ven_id": ven_id,
                "season": season_of(now),
                "trafo_id": trafo_id,
                "burden_kwh": before.get(ven_id, 0.0) + energy,
            }
            for ven_id, energy in taken.items()
        ],
    )


async def _burdens(
    conn: AsyncConnection, trafo_id: str, now: datetime
) -> Mapping[str, float]:
    """Return what each home gave up this season, in kWh."""
    rows = await conn.execute(
        select(home_burden.c.ven_id, home_burden.c.burden_kwh).where(
            home_burden.c.trafo_id == trafo_id, home_burden.c.season == season_of(now)
        )
    )
    return {row.ven_id: float(row.burden_kwh) for row in rows}


async def _phase_shares(
    conn: AsyncConnection, trafo_id: str, now: datetime
) -> tuple[float, ...] | None:
    """Return which part of the load each phase carried in the last week."""
    phases = [trafo_load.c[name] for name in PHASE_COLUMNS]
    row = (
        await conn.execute(
            select(*(func.avg(phase) for phase in phases)).where(
                trafo_load.c.trafo_id == trafo_id,
                trafo_load.c.time >= to_epoch(now - _SHARES_OF),
                is_used(),
                *(phase.is_not(None) for phase in phases),
            )
        )
    ).one()
    # Solar power can turn a phase: what it carries most is not its mean then.
    means = [max(0.0, mean) if mean is not None else 0.0 for mean in row]
    total = sum(means)
    return tuple(mean / total for mean in means) if total > 0.0 else None
