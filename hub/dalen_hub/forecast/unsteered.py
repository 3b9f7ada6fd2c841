"""History of the load that is not steered."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.grid.load import quarter_hour_load, quarter_hour_pumps


async def unsteered_load(
    conn: AsyncConnection, trafo_id: str, start: datetime, end: datetime
) -> Mapping[datetime, float]:
    """Return the unsteered load in kW per known quarter hour of [start, end).

    It is the transformer's load less the steered heat pumps that reported, so that
    yesterday's caps do not leak into tomorrow's forecast. A pump that does not
    report stays in it: that makes the forecast too high, never too low. Where the sun
    makes more than homes use it is below 0.
    """
    load = await quarter_hour_load(conn, trafo_id, start, end)
    pumps = await quarter_hour_pumps(conn, trafo_id, start, end, steered_only=True)
    return {
        quarter: load_kw - pumps[quarter].power_kw if quarter in pumps else load_kw
        for quarter, load_kw in load.items()
    }
