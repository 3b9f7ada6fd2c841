"""The sentence on top of the page says who is limited, when, and to how much."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from dalen_hub.web.chart import parse_chart
from dalen_hub.web.language import texts
from dalen_hub.web.sentence import Summary, summarize

from .chart_bodies import AMSTERDAM, chart_body, evening, local, never


def said(body: dict[str, Any], language: str = "en") -> Summary:
    """Return what the page says."""
    return summarize(parse_chart(body), texts(language), AMSTERDAM)


def test_a_limit_of_this_evening_is_announced() -> None:
    """In the afternoon the reader learns what the evening brings."""
    summary = said(chart_body(now=local(13), level=evening()))
    assert summary.headline == (
        "This evening from 17:15 until 20:30 every heat pump gets at most"
        " 520\N{NO-BREAK SPACE}W; the boiler keeps the houses warm."
    )
    assert summary.remark == "Nobody is limited now."
    assert not summary.limited_now


def test_a_limit_of_this_evening_is_announced_in_dutch() -> None:
    """The same in Dutch."""
    assert said(chart_body(now=local(13), level=evening()), "nl").headline == (
        "Vanavond van 17:15 tot 20:30 krijgt elke warmtepomp hoogstens"
        " 520\N{NO-BREAK SPACE}W; de ketel houdt de huizen warm."
    )


def test_a_running_limit_says_until_when_and_what_follows() -> None:
    """During a limit its end matters most, then the next one."""
    summary = said(chart_body(now=local(18, 7), level=evening()))
    assert summary.limited_now
    assert summary.headline.startswith("Until 20:30 every heat pump gets at most 520")
    assert summary.remark == (
        "Then: tomorrow evening from 17:15 until 20:30, at most 520\N{NO-BREAK SPACE}W."
    )


def test_the_last_running_limit_is_followed_by_nothing() -> None:
    """Without another span the reader is told so."""
    summary = said(chart_body(now=local(18, day=24), level=evening()))
    assert summary.remark == "No other limit is planned after that."


def test_nobody_is_limited() -> None:
    """Without limits the page says until when that is planned."""
    summary = said(chart_body(now=local(18), level=never))
    assert summary.headline == "Nobody is limited now."
    assert summary.remark == "No limit is planned until Wednesday 00:00."


def test_a_level_that_varies_is_told_at_its_tightest() -> None:
    """The lowest level of the span is told: nobody gets less."""

    def rising(start: datetime) -> float | None:
        base = evening()(start)
        return None if base is None else base + 10 * (start.hour - 17)

    headline = said(chart_body(now=local(13), level=rising)).headline
    assert "at most 520\N{NO-BREAK SPACE}W at the tightest moment;" in headline


def test_a_level_of_nothing_is_no_zero_watts() -> None:
    """Nothing left is said in words."""
    summary = said(chart_body(now=local(18), level=evening(4.0)))
    assert "every heat pump gets no electric power;" in summary.headline


@pytest.mark.parametrize(
    ("now", "hour", "day", "words"),
    [
        (local(5), 7, 23, "This morning from 07:00"),
        (local(5), 13, 23, "This afternoon from 13:00"),
        (local(22), 2, 24, "Tonight from 02:00"),
        (local(0, 30), 2, 23, "Tonight from 02:00"),
        (local(22), 7, 24, "Tomorrow morning from 07:00"),
        (local(0, 30), 2, 24, "Tomorrow night from 02:00"),
    ],
)
def test_the_part_of_the_day_is_the_one_a_neighbour_would_name(
    now: datetime, hour: int, day: int, words: str
) -> None:
    """Times are told as people tell them."""

    def level(start: datetime) -> float | None:
        return 500.0 if (start.hour, start.day) == (hour, day) else None

    assert said(chart_body(now=now, level=level)).headline.startswith(words)


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_hub_without_homes_or_plan_says_so(
    language: str, make_text: Callable[[str, str], str]
) -> None:
    """An empty hub is no mystery."""
    empty = said(chart_body(now=local(18), joined=0, quarter_hours=0), language)
    assert empty.headline == make_text(language, "summary.no_plan")
    assert empty.remark == make_text(language, "summary.no_homes")
    waiting = said(chart_body(now=local(18), quarter_hours=0), language)
    assert waiting.remark == make_text(language, "summary.no_plan_remark")


@pytest.fixture
def make_text() -> Callable[[str, str], str]:
    """Return a function that looks a text up."""
    return lambda language, key: texts(language)(key)


def test_a_limit_across_the_change_of_clocks_keeps_local_times() -> None:
    """On 25 October 2026 the hour from 02:00 is there twice."""
    body = chart_body(now=local(18))
    starts = [
        f"2026-10-25T0{hour}:{minute:02}:00Z"
        for hour in (0, 1)
        for minute in (0, 15, 30, 45)
    ]
    body["now"] = "2026-10-24T22:00:00Z"
    body["quarter_hours"] = [
        {**body["quarter_hours"][0], "start": start, "level_w": 500.0}
        for start in starts
    ]
    assert said(body).headline.startswith("Tonight from 02:00 until 03:00")
