"""Chart bodies as the hub's API gives them, for pages without a neighbourhood."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MIDNIGHT = datetime(2026, 11, 23, tzinfo=AMSTERDAM).astimezone(UTC)

type Level = Callable[[datetime], float | None]
"""The level in a quarter hour that starts at a local time."""


def local(hour: int, minute: int = 0, day: int = 23) -> datetime:
    """Return a local time of the test's days as UTC."""
    return datetime(2026, 11, day, hour, minute, tzinfo=AMSTERDAM).astimezone(UTC)


def evening(level_w: float = 524.0) -> Level:
    """Limit every day from 17:15 until 20:30."""

    def level(start: datetime) -> float | None:
        minutes = start.hour * 60 + start.minute
        return level_w if 17 * 60 + 15 <= minutes < 20 * 60 + 30 else None

    return level


def never(_: datetime) -> float | None:
    """Limit nobody."""
    return None


def chart_body(
    *,
    now: datetime,
    level: Level = never,
    joined: int = 97,
    trafo_id: str = "dalen",
    name: str = "Dalen dorp",
    quarter_hours: int = 192,
) -> dict[str, Any]:
    """Return the body of ``GET /api/v1/trafos/{id}/chart``."""
    starts = [
        MIDNIGHT + index * timedelta(minutes=15) for index in range(quarter_hours)
    ]
    return {
        "trafo": {"id": trafo_id, "name": name, "rating_kva": 400.0, "limit_kw": 304.0},
        "now": stamp(now),
        "quarter_hours": [_quarter_hour(start, now, level) for start in starts],
        "homes": {"joined": joined, "online": max(0, joined - 2)},
    }


def _quarter_hour(start: datetime, now: datetime, level: Level) -> dict[str, Any]:
    """Return one quarter hour; what is measured ends at now."""
    over = start + timedelta(minutes=15) <= now
    return {
        "start": stamp(start),
        "load_kw": 251.5 if over else None,
        "p50_kw": 180.25,
        "p90_kw": 199.75,
        "source": "upload",
        "room_kw": 104.25,
        "level_w": level(start.astimezone(AMSTERDAM)),
        "pumps_kw": 61.5 if over else None,
    }


def stamp(instant: datetime) -> str:
    """Write an instant as the API does."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
