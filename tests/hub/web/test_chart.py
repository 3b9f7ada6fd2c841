"""What the page reads from the API, and what it keeps to itself."""

import pytest

from dalen_hub.web.chart import limit_spans, parse_chart
from dalen_hub.web.language import texts
from dalen_hub.web.view import status_view

from .chart_bodies import AMSTERDAM, chart_body, evening, local


@pytest.mark.parametrize(("joined", "shown"), [(9, False), (10, True)])
def test_the_pumps_are_shown_only_where_ten_homes_hide_each_other(
    joined: int, shown: bool
) -> None:
    """Whatever the source says, fewer homes give no sum."""
    chart = parse_chart(chart_body(now=local(18), joined=joined))
    assert (chart.quarter_hours[0].pumps_kw is not None) is shown
    figures = status_view(chart, texts("en"), AMSTERDAM).figures
    assert any(figure.label == "Heat pumps together" for figure in figures) is shown


def test_spans_join_what_follows_and_part_what_does_not() -> None:
    """Two evenings are two spans."""
    chart = parse_chart(chart_body(now=local(12), level=evening()))
    spans = limit_spans(chart.quarter_hours)
    assert [(span.start, span.end) for span in spans] == [
        (local(17, 15), local(20, 30)),
        (local(17, 15, day=24), local(20, 30, day=24)),
    ]


def test_old_measurements_say_how_old_they_are() -> None:
    """A load of this morning is not passed off as the present one."""
    body = chart_body(now=local(18))
    for item in body["quarter_hours"]:
        if item["start"] >= "2026-11-23T09":
            item["load_kw"] = None
    load = status_view(parse_chart(body), texts("en"), AMSTERDAM).figures[0]
    assert load.note == "measured 09:45; the limit is 304\N{NO-BREAK SPACE}kW"


def test_the_table_has_each_quarter_hour_by_local_day() -> None:
    """All numbers of the chart are in the table as text."""
    chart = parse_chart(chart_body(now=local(18, 7), level=evening()))
    days = status_view(chart, texts("nl"), AMSTERDAM).days
    assert [(day, len(rows)) for day, rows in days] == [
        ("Maandag 23-11-2026", 96),
        ("Dinsdag 24-11-2026", 96),
    ]
    running = next(row for _, rows in days for row in rows if row.is_now)
    assert running.time == "18:00"
    assert running.cells == ("–", "180,2", "199,8", "520", "–")
