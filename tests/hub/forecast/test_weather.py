"""Weather from the operator and from a file: what counts, and what is refused."""

from collections.abc import AsyncGenerator
import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import os
from pathlib import Path

from hypothesis import given, strategies as st
import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.config import ConfigError, HubConfig, load_config
from dalen_hub.forecast.weather import store_weather, weather_between
from dalen_hub.forecast.weather_series import (
    WeatherRow,
    weather_from_csv,
    weather_from_json,
)
from dalen_hub.grid.series import SeriesError
from dalen_hub.store.database import reading

from ..conftest import FrozenClock
from ..helpers import Hub
from ..whole_hub import TRAFO, whole_hub

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
PATH = f"/api/v1/trafos/{TRAFO}/weather"
GOOD = "time,temperature_c\n2026-11-23T12:00:00Z,4\n2026-11-23T13:00:00Z,6\n"


@pytest.fixture
async def whole(
    config: HubConfig, engine: AsyncEngine, data_dir: Path, clock: FrozenClock
) -> AsyncGenerator[Hub]:
    """Run a whole hub."""
    async with whole_hub(config, engine, data_dir, clock) as hub:
        yield hub


async def test_the_operator_hands_weather_in(whole: Hub) -> None:
    """By quarter hour it is what lies between; a new value replaces the old one."""
    operator = await whole.operator()
    hours = [
        {"time": "2026-11-23T12:00:00Z", "temperature_c": 4.0, "wind_m_s": None},
        {"time": "2026-11-23T13:00:00Z", "temperature_c": 6.0},
    ]
    answer = await operator.ok("PUT", PATH, {"weather": hours})
    assert answer == {
        "stored": 2,
        "start": "2026-11-23T12:00:00Z",
        "end": "2026-11-23T13:00:00Z",
    }
    home = await whole.home()
    assert (await home.call("PUT", PATH, {"weather": hours})).status == 403
    hours[0]["temperature_c"] = 277.0
    refused = await operator.call("PUT", PATH, {"weather": hours})
    assert refused.status == 422
    assert "subtract 273.15" in (await refused.json())["detail"]


async def test_what_was_handed_in_goes_before_the_file(
    config: HubConfig, engine: AsyncEngine, tmp_path: Path
) -> None:
    """And the file is read again when it changed."""
    path = tmp_path / "weather.csv"
    path.write_text(GOOD + "2026-11-23T18:00:00Z,16\n")
    trafo = replace(config.trafos[0], weather_file=path)

    async def temperatures() -> list[float]:
        async with reading(engine) as conn:
            found = await weather_between(
                conn, trafo, START, START + timedelta(hours=7)
            )
        return [float(each) for each in found["temperature_c"].values[::4]]

    assert await temperatures() == [4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0]
    rows = [WeatherRow(time=START, values={"temperature_c": -1.0})]
    async with engine.begin() as conn:
        await store_weather(conn, trafo.id, rows)
    assert (await temperatures())[:3] == [-1.0, 6.0, 8.0]
    path.write_text(GOOD)
    os.utime(path, ns=(1, 1))
    assert (await temperatures())[1] == 6.0
    assert np.isnan((await temperatures())[2:]).all()
    path.unlink()
    assert (await temperatures())[0] == -1.0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("time;temperature_c\n", "use commas"),
        ("time,temperature\n", "unknown column 'temperature'"),
        ("temperature_c\n", "a column is missing"),
        ("time,temperature_c\n", "Send 1 to 10000 rows, got 0"),
        (GOOD + "2026-11-23T13:00:00Z,7\n", "Sort the rows"),
        (GOOD + "2026-11-23T14:00:00Z,7,8\n", "line 4: 3 values for 2 columns"),
        (GOOD + "2026-11-23T14:00:00Z,warm\n", "'warm', not a number"),
        (GOOD + "2026-11-23T14:00:00Z,61\n", "not from -50 to 60. Check it"),
        (GOOD + "soon,6\n", "not a date and time"),
    ],
)
def test_wrong_weather_is_refused_with_what_to_do(text: str, says: str) -> None:
    """As a whole."""
    with pytest.raises(SeriesError, match=says):
        weather_from_csv(text)


@given(st.text())
def test_no_text_does_harm(text: str) -> None:
    """Whatever comes is read or refused."""
    for read in (weather_from_csv, weather_from_json):
        with contextlib.suppress(SeriesError):
            assert read(text)


def test_a_weather_file_that_cannot_be_read_stops_the_hub(tmp_path: Path) -> None:
    """With a message that names it."""
    (tmp_path / "weather.csv").write_text("time,load_kw\n2026-11-23T12:00:00Z,1\n")
    path = tmp_path / "hub.yaml"
    path.write_text(
        "name: Hub\npublic_url: https://hub.example\n"
        "trafos: [{id: dalen, rating_kva: 400, weather_file: weather.csv}]\n"
    )
    with pytest.raises(ConfigError, match=r"trafos\[0\].weather_file.*no weather"):
        load_config(path)
    (tmp_path / "weather.csv").write_text(GOOD)
    assert load_config(path).trafos[0].weather_file == tmp_path / "weather.csv"
