"""Series that are sent by hand or by machine, right and wrong."""

import contextlib
from datetime import UTC, datetime, timedelta
import json

from hypothesis import given, strategies as st
import pytest

from dalen_hub.forecast.model import forecasts_from_rows
from dalen_hub.grid.series import (
    MAX_ROWS,
    Row,
    SeriesError,
    check_forecast,
    check_readings,
)
from dalen_hub.grid.series_csv import rows_from_csv
from dalen_hub.grid.series_json import forecast_rows_from_json, reading_rows_from_json

RATING = 400.0
START = datetime(2026, 11, 23, 16, tzinfo=UTC)
NOW = START + timedelta(hours=1)


def forecast(text: str) -> list[Row]:
    """Read and check a forecast in CSV."""
    rows = rows_from_csv(text, with_p90=True)
    check_forecast(rows, RATING)
    return rows


def readings(text: str) -> list[Row]:
    """Read and check measured load in CSV."""
    rows = rows_from_csv(text, with_p90=False)
    check_readings(rows, RATING, NOW)
    return rows


def forecast_json(**changes: object) -> list[Row]:
    """Read and check a forecast in JSON, right but for the changes."""
    body: dict[str, object] = {
        "unit": "kW",
        "start": "2026-11-23T16:00:00Z",
        "interval": "PT15M",
        "p50": [200.0, 210.0],
        "p90": [220, 230],
    }
    body = {key: value for key, value in {**body, **changes}.items() if value != ...}
    rows = forecast_rows_from_json(json.dumps(body))
    check_forecast(rows, RATING)
    return rows


def test_csv_forecast_is_read_with_offsets_and_p90() -> None:
    """Local times with an offset mean the same as UTC."""
    rows = forecast(
        "\ufefftime,load_kw,load_p90_kw\n"
        "2026-11-23T17:00:00+01:00,200,220\n"
        "2026-11-23T16:15:00Z,210.5,231\n"
    )
    assert [row.time for row in rows] == [START, START + timedelta(minutes=15)]
    assert [(row.load_kw, row.p90_kw) for row in rows] == [(200, 220), (210.5, 231)]


def test_time_without_offset_is_utc() -> None:
    """As the design says of files."""
    assert forecast("time,load_kw\n2026-11-23 16:00,200\n")[0].time == START


def test_json_forecast_is_read_with_and_without_p90() -> None:
    """P90 is optional."""
    assert [row.p90_kw for row in forecast_json()] == [220, 230]
    assert [row.p90_kw for row in forecast_json(p90=...)] == [None, None]
    assert [row.time for row in forecast_json()] == [
        START,
        START + timedelta(minutes=15),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "column time is missing"),
        ("time,load_kw\n", "empty"),
        ("time;load_kw\n2026-11-23T16:00Z;200", "semicolons. Use commas"),
        ("time,load_w\n2026-11-23T16:00Z,2e5", "divide by 1000 and call it load_kw"),
        ("time,load_mw\n2026-11-23T16:00Z,0.2", "multiply by 1000"),
        ("time,laod_kw\n2026-11-23T16:00Z,2", "unknown column 'laod_kw'. Did you mean"),
        ("time,load_kw\nyesterday,200", "line 2: 'yesterday' is not a date"),
        ("time,load_kw\n23 november 2026,200", "line 2: '23 november 2026' is not"),
        ("time,load_kw,load_kw\n2026-11-23T16:00Z,2,2", "a column is there twice"),
        ('time,load_kw\n"2026-11-23T16:00Z,200', "Write plain CSV"),
        ("time,load_kw\n2026-11-23,200", "line 2: '2026-11-23' is not a date and time"),
        ("time,load_kw\n0026-11-23T16:00Z,200", "Check the year"),
        ("time,load_kw\n2026-11-23T16:00Z,", "line 2: load_kw is '', not a number"),
        ("time,load_kw\n2026-11-23T16:00Z,200,1", "line 2: 3 values for 2 columns"),
        ("time,load_kw\n2026-11-23T16:00Z,nan", "line 2: nan is not a number"),
        ("time,load_kw\n2026-11-23T16:00Z,inf", "line 2: inf is not a number"),
        ("time,load_kw\n2026-11-23T16:00Z,-900", "line 2: -900 kW is below -800 kW"),
        ("time,load_kw\n2026-11-23T16:00Z,200000", "looks like W: divide by 1000"),
        ("time,load_kw\n2026-11-23T16:07Z,200", "line 2: 2026-11-23T16:07:00Z starts"),
        (
            "time,load_kw\n2026-11-23T16:00Z,200\n2026-11-23T16:45Z,200",
            "line 3: gap between 2026-11-23T16:00:00Z and 2026-11-23T16:45:00Z, 2"
            " quarter hours are missing",
        ),
        (
            "time,load_kw\n2026-11-23T16:00Z,200\n2026-11-23T16:00Z,200",
            "line 3: 2026-11-23T16:00:00Z is there twice",
        ),
        (
            "time,load_kw\n2026-11-23T16:15Z,200\n2026-11-23T16:00Z,200",
            "Sort the rows",
        ),
        (
            "time,load_kw,load_p90_kw\n2026-11-23T16:00Z,200,100",
            "P90 100 kW is below the P50 200 kW",
        ),
    ],
)
def test_bad_csv_forecast_is_refused_with_what_to_do(text: str, message: str) -> None:
    """Each fault names its line and the remedy."""
    with pytest.raises(SeriesError) as error:
        forecast(text)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"unit": "W"}, "unit: must be 'kW', got 'W'. Divide by 1000 and send kW."),
        ({"unit": ...}, "unit: must be 'kW', got None"),
        ({"interval": "PT1H"}, "interval: must be 'PT15M'"),
        ({"start": "2026-11-23T16:05:00Z"}, "starts no quarter hour"),
        ({"start": None}, "start: None is not a date and time"),
        ({"p50": [], "p90": ...}, "empty"),
        ({"p50": 3}, "p50: must be a list"),
        ({"p50": [1, "2"]}, "p50[1]: '2' is not a number"),
        ({"p50": [200, None]}, "p50[1]: None is not a number"),
        ({"p50": [True, 200]}, "p50[0]: True is not a number"),
        ({"p50": [200, 1e5]}, "p50[1]: 100000 kW is above 800 kW, twice the rating"),
        ({"p90": [300]}, "p90: has 1 values and p50 has 2"),
        ({"p40": [1]}, "p40: unknown key"),
        ({"p50": [10**400, 1]}, "too large"),
        ({"p50": [0.2, 0.3, 0.2, 0.2], "p90": ...}, "looks like MW"),
        ({"p50": [1.0] * (MAX_ROWS + 1), "p90": ...}, "Send it in parts"),
    ],
)
def test_bad_json_forecast_is_refused_with_what_to_do(
    changes: dict[str, object], message: str
) -> None:
    """Each fault names its field and the remedy."""
    with pytest.raises(SeriesError) as error:
        forecast_json(**changes)
    assert message in str(error.value)


@pytest.mark.parametrize("text", ["", "[", "[]", "3", "[" * 100_000])
def test_body_that_is_no_json_object_is_refused(text: str) -> None:
    """A broken body is an error of the sender, never of the hub."""
    with pytest.raises(SeriesError, match="body"):
        forecast_rows_from_json(text)
    with pytest.raises(SeriesError, match="body"):
        reading_rows_from_json(text)


def test_readings_may_have_gaps_and_any_whole_minute() -> None:
    """A meter sends each 1 to 15 minutes, and misses some."""
    rows = readings(
        "time,load_kw\n"
        "2026-11-23T16:01Z,200\n2026-11-23T16:06Z,201\n2026-11-23T16:46Z,202\n"
    )
    assert [row.load_kw for row in rows] == [200, 201, 202]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("time,load_kw\n2026-11-23T16:01:30Z,200", "not on a whole minute"),
        ("time,load_kw\n2026-11-23T18:00Z,200", "in the future"),
        ("time,load_kw,load_p90_kw\n2026-11-23T16:00Z,1,2", "unknown column"),
    ],
)
def test_bad_readings_are_refused(text: str, message: str) -> None:
    """Each fault says what to do."""
    with pytest.raises(SeriesError, match=message):
        readings(text)


@pytest.mark.parametrize(
    "reading",
    [{"time": "2026-11-23T16:00Z"}, 3, {"time": "x", "load_kw": 1, "load_w": 1}],
)
def test_reading_of_another_shape_is_refused(reading: object) -> None:
    """The message shows the shape."""
    body = json.dumps({"unit": "kW", "readings": [reading]})
    with pytest.raises(SeriesError, match=r"readings\[0\]: must be"):
        reading_rows_from_json(body)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing but a SeriesError comes out."""
    with contextlib.suppress(SeriesError):
        forecast(text)
    with contextlib.suppress(SeriesError):
        forecast(f"time,load_kw\n{text}")
    with contextlib.suppress(SeriesError):
        forecast_rows_from_json(text)
    with contextlib.suppress(SeriesError):
        reading_rows_from_json(text)


def test_solar_power_that_flows_back_is_a_load_below_zero() -> None:
    """Down to twice the rating."""
    rows = rows_from_csv("time,load_kw\n2026-06-21T12:00Z,-310.5", with_p90=False)
    check_readings(rows, 400.0, datetime(2026, 6, 21, 12, 30, tzinfo=UTC))
    check_forecast(rows, 400.0)
    (forecast,) = forecasts_from_rows(rows, "test")
    assert forecast.p90_kw > forecast.p50_kw
