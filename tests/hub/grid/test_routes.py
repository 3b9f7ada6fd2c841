"""The operator API over HTTP: who may, what is refused, what everybody sees."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.app import PLANNER
from dalen_hub.config import HubConfig
from dalen_hub.store.tables import load_forecast, pump_power, trafo_load
from dalen_hub.store.times import parse_instant, to_epoch
from tests.hub.helpers import FrozenClock, Hub, assert_problem
from tests.hub.whole_hub import (
    CHART,
    FORECAST,
    LOAD,
    caps_kw,
    forecast_body,
    upload,
    whole_hub,
)

RUNNING = datetime(2026, 11, 23, 16, tzinfo=UTC)
JSON = "application/json"
CSV = "text/csv"
GOOD = '{"unit":"kW","start":"2026-11-23T16:00:00Z","interval":"PT15M","p50":[300]}'


@pytest.fixture
async def whole(
    config: HubConfig, engine: AsyncEngine, data_dir: Path, clock: FrozenClock
) -> AsyncGenerator[Hub]:
    """Run a whole hub."""
    async with whole_hub(config, engine, data_dir, clock) as hub:
        yield hub


async def stored(hub: Hub) -> tuple[int, int]:
    """Return how many quarter hours of forecast and readings are stored."""
    async with hub.engine.connect() as conn:
        forecasts = await conn.scalar(select(func.count()).select_from(load_forecast))
        readings = await conn.scalar(select(func.count()).select_from(trafo_load))
    return forecasts or 0, readings or 0


async def chart(hub: Hub) -> dict[str, Any]:
    """Return the chart, by start."""
    response = await hub.client.get(CHART)
    assert response.status == 200
    body: dict[str, Any] = await response.json()
    return body


async def chart_at(hub: Hub, start: datetime) -> dict[str, Any]:
    """Return one quarter hour of the chart."""
    quarters = (await chart(hub))["quarter_hours"]
    return next(each for each in quarters if parse_instant(each["start"]) == start)


@pytest.mark.parametrize(
    ("content_type", "body", "status", "says"),
    [
        (JSON, "{", 422, "not JSON"),
        (JSON, GOOD.replace("kW", "W"), 422, "Divide by 1000 and send kW"),
        (JSON, GOOD.replace("300", "300000"), 422, "looks like W"),
        (JSON, GOOD.replace("300", "300,null"), 422, "p50[1]"),
        (JSON, GOOD.replace("16:00", "16:10"), 422, "starts no quarter hour"),
        (JSON, GOOD.replace("[300]", '[300],"p90":[1,2]'), 422, "p90: has 2 values"),
        (CSV, "time,load_kw\n2026-11-23T16:00Z,300\n2026-11-23T17:00Z,300", 422, "gap"),
        (CSV, "time,load_w\n2026-11-23T16:00Z,300", 422, "divide by 1000"),
        (CSV, b"\xff\xfe", 400, "UTF-8"),
        ("application/xml", "<a/>", 415, "text/csv"),
        (CSV, "x" * 300_000, 413, "Send it in parts"),
    ],
)
async def test_bad_forecast_changes_nothing(
    whole: Hub, content_type: str, body: str | bytes, status: int, says: str
) -> None:
    """The answer says what to do, and what held before still holds."""
    operator, home = await whole.operator(), await whole.home()
    await upload(whole, operator, forecast_body(RUNNING, [313.0]))
    before, caps = await stored(whole), await caps_kw(home)
    response = await whole.client.put(
        FORECAST,
        data=body,
        headers={
            "Authorization": f"Bearer {operator.token}",
            "Content-Type": content_type,
        },
    )
    assert says in await assert_problem(response, status)
    await whole.app[PLANNER].run_due()
    assert await stored(whole) == before
    assert await caps_kw(home) == caps


async def test_last_good_row_of_a_bad_series_is_not_stored(whole: Hub) -> None:
    """One bad row refuses all."""
    operator = await whole.operator()
    readings = [
        {"time": f"2026-11-23T15:{minute:02}:00Z", "load_kw": load}
        for minute, load in ((0, 200), (5, 210), (10, -900))
    ]
    body = {"unit": "kW", "readings": readings}
    await assert_problem(await operator.call("POST", LOAD, body), 422, "series")
    assert await stored(whole) == (0, 0)


@pytest.mark.parametrize(("method", "path"), [("PUT", FORECAST), ("POST", LOAD)])
async def test_only_an_operator_may_send(whole: Hub, method: str, path: str) -> None:
    """Nobody without a token, no home."""
    home, operator = await whole.home(), await whole.operator()
    await assert_problem(await whole.client.request(method, path, json={}), 401)
    await assert_problem(await home.call(method, path, {}), 403)
    elsewhere = path.replace("kerkstraat", "elsewhere")
    detail = await assert_problem(await operator.call(method, elsewhere, {}), 404)
    assert "kerkstraat, brink" in detail
    assert await stored(whole) == (0, 0)


async def test_csv_forecast_without_p90_gets_a_band(whole: Hub) -> None:
    """The answer says that the P90 is assumed."""
    operator = await whole.operator()
    response = await whole.client.put(
        FORECAST,
        data="time,load_kw\n2026-11-23T16:00:00Z,200\n2026-11-23T16:15:00Z,210\n",
        headers={"Authorization": f"Bearer {operator.token}", "Content-Type": CSV},
    )
    assert (await response.json())["p90"] == "assumed"
    await whole.app[PLANNER].run_due()
    quarter = await chart_at(whole, RUNNING + timedelta(minutes=15))
    assert (quarter["p50_kw"], quarter["p90_kw"]) == (210, 231)
    assert quarter["source"] == "uploaded"


async def test_newer_forecast_replaces_the_older_one(whole: Hub) -> None:
    """Per quarter hour: what it does not cover stays."""
    operator = await whole.operator()
    await upload(whole, operator, forecast_body(RUNNING, [100.0, 110.0]))
    await upload(whole, operator, forecast_body(RUNNING, [200.0]))
    assert (await chart_at(whole, RUNNING))["p90_kw"] == 200
    assert (await chart_at(whole, RUNNING + timedelta(minutes=15)))["p90_kw"] == 110


async def test_trafos_and_chart_are_public(whole: Hub) -> None:
    """Anybody sees what the transformer is and does."""
    response = await whole.client.get("/api/v1/trafos")
    first, second = await response.json()
    assert first == {
        "id": "kerkstraat",
        "name": "Kerkstraat",
        "rating_kva": 400,
        "limit_kw": 320,
    }
    assert second["id"] == "brink"
    body = await chart(whole)
    assert body["trafo"] == first
    assert body["now"] == "2026-11-23T16:05:00Z"
    assert len(body["quarter_hours"]) == 2 * 96
    assert body["quarter_hours"][0]["start"] == "2026-11-22T23:00:00Z"
    assert set(body["quarter_hours"][0]) == {
        "start",
        "load_kw",
        "p50_kw",
        "p90_kw",
        "source",
        "room_kw",
        "level_w",
        "pumps_kw",
    }
    assert body["homes"] == {"joined": 0, "online": 0}
    await assert_problem(await whole.client.get("/api/v1/trafos/x/chart"), 404)


async def test_own_forecast_is_not_made_for_the_past(whole: Hub) -> None:
    """Before the hub decided anything there is no forecast to show."""
    past = await chart_at(whole, RUNNING - timedelta(minutes=15))
    assert past["p50_kw"] is past["source"] is past["room_kw"] is None
    assert (await chart_at(whole, RUNNING))["source"] == "standard household"


async def test_chart_shows_measured_means_and_the_level(whole: Hub) -> None:
    """Readings of a quarter hour are averaged."""
    operator = await whole.operator()
    await whole.home()
    await upload(whole, operator, forecast_body(RUNNING, [312.6]))
    running = await chart_at(whole, RUNNING)
    assert (running["room_kw"], running["level_w"]) == (1.0, 1000)
    assert running["load_kw"] is None
    readings = [
        {"time": f"2026-11-23T15:{minute}:00Z", "load_kw": load}
        for minute, load in ((45, 200), (50, 210), (55, 235))
    ]
    response = await operator.call("POST", LOAD, {"unit": "kW", "readings": readings})
    assert await response.json() == {"stored": 3, "findings": []}
    # Sent again, as a meter does that missed the answer.
    await operator.ok("POST", LOAD, {"unit": "kW", "readings": readings})
    before = await chart_at(whole, RUNNING - timedelta(minutes=15))
    assert before["load_kw"] == 215


@pytest.mark.parametrize(("homes", "shown"), [(9, None), (10, 5.0)])
async def test_sum_of_pumps_is_shown_from_ten_homes_on(
    whole: Hub, homes: int, shown: float | None
) -> None:
    """Fewer say too much about one of them."""
    async with whole.engine.begin() as conn:
        await conn.execute(
            pump_power.insert(),
            [
                {
                    "trafo_id": "kerkstraat",
                    "ven_id": f"ven-{index}",
                    "start": to_epoch(RUNNING),
                    "duration_s": 900,
                    "power_w": 500.0,
                }
                for index in range(homes)
            ],
        )
    assert (await chart_at(whole, RUNNING))["pumps_kw"] == shown


async def test_homes_that_polled_lately_are_online(
    whole: Hub, clock: FrozenClock
) -> None:
    """Five minutes of silence are too many."""
    home = await whole.home()
    await caps_kw(home)
    assert (await chart(whole))["homes"] == {"joined": 1, "online": 1}
    clock.forward(timedelta(minutes=6))
    assert (await chart(whole))["homes"] == {"joined": 1, "online": 0}


async def test_health(whole: Hub) -> None:
    """The hub says that it runs."""
    response = await whole.client.get("/health")
    assert await response.json() == {"status": "ok"}


async def test_chart_of_the_day_on_which_summer_time_ends(
    config: HubConfig, engine: AsyncEngine, data_dir: Path
) -> None:
    """It has four quarter hours more."""
    clock = FrozenClock(datetime(2026, 10, 25, 12, tzinfo=UTC))
    async with whole_hub(config, engine, data_dir, clock) as hub:
        assert len((await chart(hub))["quarter_hours"]) == 100 + 96
