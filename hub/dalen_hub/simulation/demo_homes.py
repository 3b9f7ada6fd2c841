"""The simulated homes as members of the hub: they read their cap and report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dalen_hub.grid.quarter_hours import QUARTER, floor_quarter
from dalen_hub.homes.registry import Home
from dalen_hub.store.times import parse_instant, rfc3339

_LIMIT = "IMPORT_CAPACITY_LIMIT"
_IDLE_BELOW_W = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CapDay:
    """The caps of one event: watts per quarter hour from a start."""

    event_id: str
    start: datetime
    caps_w: tuple[float, ...]

    @property
    def end(self) -> datetime:
        """Return the end of the last quarter hour."""
        return self.start + QUARTER * len(self.caps_w)

    def at(self, moment: datetime) -> float | None:
        """Return the cap at a moment, None outside the day."""
        index = (moment - self.start) // QUARTER
        return self.caps_w[index] if 0 <= index < len(self.caps_w) else None


def cap_days(events: Sequence[Mapping[str, Any]]) -> tuple[CapDay, ...]:
    """Return the cap events among the events that a home sees."""
    return tuple(
        CapDay(
            event_id=event["id"],
            start=parse_instant(event["intervalPeriod"]["start"]),
            caps_w=tuple(
                1000.0 * float(interval["payloads"][0]["values"][0])
                for interval in event["intervals"]
            ),
        )
        for event in events
        if str(event.get("eventName", "")).startswith("caps-")
    )


@dataclass(slots=True, kw_only=True)
class DemoHome:
    """One simulated home: what it was told and what it has to tell.

    The mean over a quarter hour is collected from steps of any length.
    """

    home: Home
    days: tuple[CapDay, ...] = ()
    read_at: datetime | None = None
    reports: list[dict[str, Any]] = field(default_factory=list)
    _quarter: datetime | None = None
    _energy_ws: float = 0.0
    _seconds: float = 0.0
    _limited: bool = False

    def must_read(self, now: datetime, interval: timedelta) -> bool:
        """Return whether the home has to look at its events again."""
        return self.read_at is None or now - self.read_at >= interval

    def heard(self, events: Sequence[Mapping[str, Any]], now: datetime) -> None:
        """Take over the events that the hub shows to this home."""
        self.days = cap_days(events)
        self.read_at = now

    def limit_w(self, now: datetime) -> float:
        """Return the limit in force; a home without a cap may use its nameplate."""
        caps = (day.at(now) for day in self.days)
        return min(
            (cap for cap in caps if cap is not None), default=self.home.nameplate_w
        )

    def count(self, start: datetime, seconds: float, power_w: float) -> None:
        """Add one step of the physics that began at ``start``."""
        quarter = floor_quarter(start)
        if quarter != self._quarter:
            self._finish()
            self._quarter = quarter
        self._energy_ws += power_w * seconds
        self._seconds += seconds
        # Caps are whole steps of 10 W, a nameplate need not be.
        self._limited = self.limit_w(start) <= self.home.nameplate_w - 10.0

    def _finish(self) -> None:
        """Close a quarter hour with a report, if an event asks for it."""
        quarter, seconds = self._quarter, self._seconds
        event_id = next(
            (
                day.event_id
                for day in self.days
                if quarter is not None and day.at(quarter) is not None
            ),
            None,
        )
        # A quarter hour that was not seen as a whole has no true mean.
        whole = seconds >= 0.99 * QUARTER.total_seconds()
        if quarter is not None and event_id is not None and whole:
            self.reports.append(
                report_body(
                    self.home.ven_name,
                    event_id,
                    quarter,
                    power_w=self._energy_ws / seconds,
                    limited=self._limited,
                )
            )
        self._energy_ws, self._seconds = 0.0, 0.0


def report_body(
    ven_name: str, event_id: str, start: datetime, *, power_w: float, limited: bool
) -> dict[str, Any]:
    """Return the report of one quarter hour, as a home of tier T1 sends it."""
    running = "IDLE" if power_w < _IDLE_BELOW_W else "RUNNING"
    state = f"{running}_{'CURTAILED' if limited else 'NORMAL'}"
    return {
        "eventID": event_id,
        "clientName": ven_name,
        "reportName": "quarter-hour",
        "resources": [
            {
                "resourceName": "heat-pump",
                "intervalPeriod": {"start": rfc3339(start), "duration": "PT15M"},
                "intervals": [
                    {
                        "id": 0,
                        "payloads": [
                            {"type": "DEMAND", "values": [round(power_w / 1000.0, 3)]},
                            {"type": "OPERATING_STATE", "values": [state]},
                        ],
                    }
                ],
            }
        ],
    }
