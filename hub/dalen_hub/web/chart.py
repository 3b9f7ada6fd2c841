"""What the page shows of one trafo: aggregates per quarter hour, nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

QUARTER: Final = timedelta(minutes=15)
MIN_HOMES_FOR_SUM: Final = 10
"""A sum over fewer homes could tell something about one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterHour:
    """One quarter hour of one trafo; None is not measured or not planned."""

    start: datetime
    load_kw: float | None
    p50_kw: float | None
    p90_kw: float | None
    level_w: float | None
    """What each heat pump gets at most; None: nobody is limited."""
    pumps_kw: float | None

    @property
    def end(self) -> datetime:
        """Return when this quarter hour is over."""
        return self.start + QUARTER


@dataclass(frozen=True, slots=True, kw_only=True)
class StopNow:
    """The emergency stop in force; ``acknowledged`` None: not known."""

    since: datetime
    until: datetime
    reason: str
    cause: str
    acknowledged: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One trafo around now."""

    trafo_id: str
    trafo_name: str
    rating_kva: float
    limit_kw: float
    now: datetime
    quarter_hours: tuple[QuarterHour, ...]
    homes_joined: int
    homes_online: int
    stop: StopNow | None = None
    is_uniform: bool = True
    """The level is the same for every home; else it is the lowest one."""

    @property
    def ahead(self) -> tuple[QuarterHour, ...]:
        """Return the quarter hours that are not over yet, the running one first."""
        return tuple(each for each in self.quarter_hours if each.end > self.now)

    @property
    def latest_load(self) -> QuarterHour | None:
        """Return the last quarter hour with a measured load."""
        measured = [
            each
            for each in self.quarter_hours
            if each.load_kw is not None and each.start <= self.now
        ]
        return measured[-1] if measured else None


def parse_chart(body: Mapping[str, Any]) -> Chart:
    """Read the body of ``GET /api/v1/trafos/{id}/chart``."""
    trafo, homes = body["trafo"], body["homes"]
    joined = int(homes["joined"])
    return Chart(
        trafo_id=trafo["id"],
        trafo_name=trafo["name"],
        rating_kva=trafo["rating_kva"],
        limit_kw=trafo["limit_kw"],
        now=datetime.fromisoformat(body["now"]),
        quarter_hours=tuple(
            _quarter_hour(item, show_pumps=joined >= MIN_HOMES_FOR_SUM)
            for item in body["quarter_hours"]
        ),
        homes_joined=joined,
        homes_online=int(homes["online"]),
        stop=_stop(body.get("stop")),
    )


def _stop(body: Mapping[str, Any] | None) -> StopNow | None:
    """Read the stop in force."""
    if body is None:
        return None
    return StopNow(
        since=datetime.fromisoformat(body["since"]),
        until=datetime.fromisoformat(body["until"]),
        reason=body["reason"],
        cause=body["cause"],
        acknowledged=body.get("acknowledged"),
    )


def _quarter_hour(item: Mapping[str, Any], *, show_pumps: bool) -> QuarterHour:
    """Read one quarter hour; the pumps' sum only where it hides every home."""
    return QuarterHour(
        start=datetime.fromisoformat(item["start"]),
        load_kw=item.get("load_kw"),
        p50_kw=item.get("p50_kw"),
        p90_kw=item.get("p90_kw"),
        level_w=item.get("level_w"),
        pumps_kw=item.get("pumps_kw") if show_pumps else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSpan:
    """An unbroken time in which every heat pump is limited."""

    start: datetime
    end: datetime
    lowest_w: float
    highest_w: float


def limit_spans(quarter_hours: Sequence[QuarterHour]) -> tuple[LimitSpan, ...]:
    """Join limited quarter hours that follow each other."""
    spans: list[LimitSpan] = []
    for each in quarter_hours:
        if each.level_w is None:
            continue
        if spans and spans[-1].end == each.start:
            spans[-1] = _longer(spans[-1], each, each.level_w)
        else:
            spans.append(
                LimitSpan(
                    start=each.start,
                    end=each.end,
                    lowest_w=each.level_w,
                    highest_w=each.level_w,
                )
            )
    return tuple(spans)


def _longer(span: LimitSpan, last: QuarterHour, level_w: float) -> LimitSpan:
    """Return the span with one more quarter hour at its end."""
    return LimitSpan(
        start=span.start,
        end=last.end,
        lowest_w=min(span.lowest_w, level_w),
        highest_w=max(span.highest_w, level_w),
    )
