"""A hub that stored some weeks of homes whose pumps follow the temperature."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import insert, select

from dalen_hub.forecast.weather import store_weather
from dalen_hub.forecast.weather_series import WeatherRow
from dalen_hub.store.tables import cap_level, home_state, pump_power, ven
from dalen_hub.store.times import to_epoch

from ..helpers import Caller, Hub

START = datetime(2026, 10, 18, 22, tzinfo=UTC)
DAYS = 43
NOW = datetime(2026, 12, 1, 9, 5, tzinfo=UTC)
CAP_W = 300.0
CAPPED = range(64, 84)


def outdoor_c(hours: np.ndarray[Any, np.dtype[np.float64]]) -> Any:
    """Return a temperature that changes from day to day."""
    slow = 3.0 * np.sin(hours / 53.0) + 2.0 * np.sin(hours / 91.0)
    return 4.0 + slow + 2.0 * np.cos(2 * np.pi * (hours - 15.0) / 24.0)


async def store_days(hub: Hub, homes: int, *, weather: bool = True) -> list[Caller]:
    """Let homes join, and store what they reported; return them.

    On odd days from the 14th on they were limited from 16 to 21 h UTC, the first
    home by its own resident only.
    """
    callers = [await hub.home() for _ in range(homes)]
    async with hub.engine.begin() as conn:
        ids = {row.ven_name: row.id for row in await conn.execute(select(ven))}
        ven_ids = [ids[caller.facts["ven_name"]] for caller in callers]
        powers, states = _rows(ven_ids)
        await conn.execute(insert(pump_power), powers)
        await conn.execute(insert(home_state), states)
        await conn.execute(insert(cap_level), _levels())
        if weather:
            hours = np.arange(24.0 * (DAYS + 3))
            rows = [
                WeatherRow(
                    time=START + timedelta(hours=hour),
                    values={"temperature_c": float(value)},
                )
                for hour, value in zip(hours, outdoor_c(hours), strict=True)
            ]
            await store_weather(conn, "kerkstraat", rows)
    return callers


def wanted_w(homes: int) -> Any:
    """Return what the pumps want, shape (quarter hours, homes)."""
    cold_k = np.clip(17.0 - outdoor_c(np.arange(96 * DAYS) / 4.0), 0.0, None)
    noise = 30.0 * np.random.default_rng(2).normal(size=(96 * DAYS, homes))
    slopes = 55.0 + 3.0 * np.arange(homes) % 20
    return (cold_k[:, None] * slopes + noise).clip(0.0, 1800.0)


def _is_capped(quarter: int) -> bool:
    """Return whether the hub limited a quarter hour."""
    day, slot = divmod(quarter + 88, 96)
    return day >= 14 and day % 2 == 1 and slot in CAPPED


def _rows(ven_ids: Sequence[str]) -> tuple[list[Any], list[Any]]:
    """Return the rows of powers and states."""
    wanted = wanted_w(len(ven_ids))
    powers, states = [], []
    for quarter in range(96 * DAYS):
        start = to_epoch(START) + 900 * quarter
        for place, ven_id in enumerate(ven_ids):
            capped = _is_capped(quarter)
            power = (
                min(wanted[quarter, place], CAP_W) if capped else wanted[quarter, place]
            )
            key = {"trafo_id": "kerkstraat", "ven_id": ven_id, "start": start}
            powers.append({**key, "duration_s": 900, "power_w": float(power)})
            mode = "CURTAILED" if capped else "NORMAL"
            states.append({**key, "state": f"RUNNING_{mode}"})
    return powers, states


def _levels() -> list[dict[str, Any]]:
    """Return what the hub decided; of the last capped day it limited nobody."""
    last = max(q for q in range(96 * DAYS) if _is_capped(q)) // 96
    return [
        {
            "trafo_id": "kerkstraat",
            "start": to_epoch(START) + 900 * quarter,
            "decided_at": to_epoch(START),
            "p50_kw": 200.0,
            "p90_kw": 220.0,
            "forecast_source": "file",
            "limit_kw": 320.0,
            "room_kw": 5.0,
            "level_w": CAP_W
            if _is_capped(quarter) and quarter // 96 < last - 1
            else None,
            "homes": 3,
        }
        for quarter in range(96 * DAYS)
    ]
