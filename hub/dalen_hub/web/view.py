"""The words and numbers of a status page, ready to be put in a template."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from itertools import groupby

from .chart import Chart, QuarterHour, StopNow
from .language import Texts
from .sentence import Summary, day_and_time, shown_level_w, summarize


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One quarter hour of the table, as text."""

    start_iso: str
    time: str
    cells: tuple[str, ...]
    is_now: bool
    is_limited: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number that matters now, with what it means."""

    label: str
    value: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopView:
    """The emergency stop in force, in words; ``until_iso`` is for the countdown."""

    headline: str
    reason: str
    cause: str
    acknowledged: str
    until_iso: str
    left: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusView:
    """Everything one trafo shows."""

    trafo_id: str
    trafo_name: str
    summary: Summary
    figures: tuple[Figure, ...]
    days: tuple[tuple[str, tuple[Row, ...]], ...]
    as_of: str
    stop: StopView | None = None
    why: tuple[str, ...] = ()


def status_view(
    chart: Chart, texts: Texts, zone: tzinfo, *, why: tuple[str, ...] = ()
) -> StatusView:
    """Return what the page of one trafo shows, in words.

    ``why`` says how room is shared and what is full.
    """
    now = chart.now.astimezone(zone)
    return StatusView(
        trafo_id=chart.trafo_id,
        trafo_name=chart.trafo_name,
        summary=summarize(chart, texts, zone),
        figures=tuple(_figures(chart, texts, zone)),
        days=tuple(_days(chart, texts, zone)),
        as_of=f"{now:%H:%M:%S}",
        stop=None if chart.stop is None else _stop(chart, chart.stop, texts, zone),
        why=why,
    )


def _stop(chart: Chart, stop: StopNow, texts: Texts, zone: tzinfo) -> StopView:
    """Return the emergency stop in words."""
    until = day_and_time(stop.until.astimezone(zone), chart.now.astimezone(zone), texts)
    seconds = max(0, int((stop.until - chart.now).total_seconds()))
    return StopView(
        headline=texts("stop.headline", end=until),
        reason=stop.reason,
        cause=texts(f"stop.cause.{stop.cause}"),
        acknowledged=""
        if stop.acknowledged is None
        else texts(
            "stop.acknowledged",
            count=texts.number(stop.acknowledged),
            homes=texts.number(chart.homes_joined),
        ),
        until_iso=stop.until.isoformat(),
        left=f"{seconds // 60}:{seconds % 60:02}",
    )


def _figures(chart: Chart, texts: Texts, zone: tzinfo) -> Iterator[Figure]:
    """Yield the few numbers above the chart."""
    yield _load_figure(chart, texts, zone)
    yield _level_figure(chart, texts)
    pumps = [
        each
        for each in chart.quarter_hours
        if each.pumps_kw is not None and each.start <= chart.now
    ]
    if pumps:
        yield Figure(
            label=texts("figure.pumps"),
            value=_kw(pumps[-1].pumps_kw, texts),
            note=texts("figure.pumps_note"),
        )
    yield Figure(
        label=texts("figure.homes"),
        value=texts.number(chart.homes_joined),
        note=texts("figure.homes_note", online=texts.number(chart.homes_online)),
    )


def _load_figure(chart: Chart, texts: Texts, zone: tzinfo) -> Figure:
    """Return the last measured load beside the limit."""
    limit = _kw(chart.limit_kw, texts)
    latest = chart.latest_load
    if latest is None:
        return Figure(
            label=texts("figure.load"),
            value="–",
            note=texts("figure.load_missing", limit=limit),
        )
    # Data may be a quarter hour late; older than that, say from when it is.
    if chart.now - latest.end > latest.end - latest.start:
        when = day_and_time(
            latest.start.astimezone(zone), chart.now.astimezone(zone), texts
        )
        note = texts("figure.load_old", limit=limit, time=when)
    else:
        note = texts("figure.load_note", limit=limit)
    return Figure(
        label=texts("figure.load"), value=_kw(latest.load_kw, texts), note=note
    )


def _level_figure(chart: Chart, texts: Texts) -> Figure:
    """Return what each heat pump may use now."""
    running = chart.ahead[0] if chart.ahead else None
    if running is None or running.level_w is None or running.start > chart.now:
        return Figure(
            label=texts("figure.level"),
            value=texts("no_limit"),
            note=texts("figure.level_free"),
        )
    return Figure(
        label=texts("figure.level"),
        value=f"{texts.number(shown_level_w(running.level_w))}\N{NO-BREAK SPACE}W",
        note=texts("figure.level_note")
        if chart.is_uniform
        else texts("figure.level_lowest"),
    )


def _days(
    chart: Chart, texts: Texts, zone: tzinfo
) -> Iterator[tuple[str, tuple[Row, ...]]]:
    """Yield the table by local day."""
    by_day = groupby(
        chart.quarter_hours, key=lambda each: each.start.astimezone(zone).date()
    )
    for day, quarter_hours in by_day:
        name = f"{texts(f'day.{day.weekday()}')} {day.day}-{day.month}-{day.year}"
        yield (
            name.capitalize(),
            tuple(_row(each, chart, texts, zone) for each in quarter_hours),
        )


def _row(each: QuarterHour, chart: Chart, texts: Texts, zone: tzinfo) -> Row:
    """Return one quarter hour as text."""
    local = each.start.astimezone(zone)
    level = (
        texts("no_limit")
        if each.level_w is None
        else texts.number(shown_level_w(each.level_w))
    )
    return Row(
        start_iso=local.isoformat(timespec="minutes"),
        time=f"{local:%H:%M}",
        cells=(
            _number(each.load_kw, texts),
            _number(each.p50_kw, texts),
            _number(each.p90_kw, texts),
            level,
            _number(each.pumps_kw, texts),
        ),
        is_now=each.start <= chart.now < each.end,
        is_limited=each.level_w is not None,
    )


def _number(value: float | None, texts: Texts) -> str:
    """Write a power in kW without its unit, or a dash."""
    return "–" if value is None else texts.number(value, 1)


def _kw(value: float | None, texts: Texts) -> str:
    """Write a power in kW with its unit, or a dash."""
    return "–" if value is None else f"{texts.number(value)}\N{NO-BREAK SPACE}kW"
