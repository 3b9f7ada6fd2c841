"""Which forecast counts, and that caps of yesterday do not leak into it."""

import dataclasses
from datetime import UTC, datetime, timedelta
import os
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.config import HubConfig
from dalen_hub.forecast import file, first, household, uploaded
from dalen_hub.forecast.model import QuarterForecast
from dalen_hub.forecast.select import forecast_for
from dalen_hub.forecast.unsteered import unsteered_load
from dalen_hub.forecast.uploaded import store_forecast
from dalen_hub.grid.load import record_load
from dalen_hub.grid.series import Row
from dalen_hub.grid.trafo import Trafo
from dalen_hub.store.tables import pump_power, ven
from dalen_hub.store.times import to_epoch
from tests.hub.whole_hub import quarters

NOW = datetime(2026, 11, 23, 16, 5, tzinfo=UTC)
STARTS = quarters(datetime(2026, 11, 23, 16, tzinfo=UTC), 3)


@pytest.fixture
def trafo(config: HubConfig, tmp_path: Path) -> Trafo:
    """Return a transformer with a forecast file that is not there."""
    return dataclasses.replace(
        config.trafos[0], forecast_file=tmp_path / "forecast.csv"
    )


def write_file(trafo: Trafo, text: str, *, age_s: int) -> None:
    """Write the forecast file as it would be written at another moment."""
    assert trafo.forecast_file is not None
    trafo.forecast_file.write_text(text, encoding="utf-8")
    os.utime(trafo.forecast_file, (1_700_000_000 - age_s,) * 2)


async def sources(engine: AsyncEngine, trafo: Trafo) -> list[str]:
    """Return where the forecast of each quarter hour comes from."""
    async with engine.connect() as conn:
        forecasts = await forecast_for(conn, trafo, STARTS, NOW)
    assert [each.start for each in forecasts] == STARTS
    return [each.source for each in forecasts]


async def test_uploaded_beats_file_beats_own(engine: AsyncEngine, trafo: Trafo) -> None:
    """Per quarter hour, not per series."""
    write_file(
        trafo,
        "time,load_kw\n2026-11-23T16:00Z,200\n2026-11-23T16:15Z,210\n",
        age_s=0,
    )
    async with engine.begin() as conn:
        await store_forecast(
            conn,
            trafo.id,
            [
                QuarterForecast(
                    start=STARTS[0], p50_kw=1, p90_kw=2, source=uploaded.SOURCE
                )
            ],
            NOW,
        )
    assert await sources(engine, trafo) == [
        uploaded.SOURCE,
        file.SOURCE,
        household.SOURCE,
    ]


async def test_file_is_read_again_when_it_changed(
    engine: AsyncEngine, trafo: Trafo, caplog: pytest.LogCaptureFixture
) -> None:
    """A file that went bad is left out, and said so once."""
    write_file(trafo, "time,load_kw\n2026-11-23T16:15Z,210\n", age_s=30)
    assert (await sources(engine, trafo))[1] == file.SOURCE
    write_file(trafo, "time,load_kw\n2026-11-23T16:15Z,-2100\n", age_s=20)
    for _ in range(3):
        assert (await sources(engine, trafo))[1] == household.SOURCE
    assert caplog.text.count("line 2: -2100 kW is below -800") == 1
    write_file(trafo, "time,load_kw\n2026-11-23T16:15Z,210\n", age_s=10)
    assert (await sources(engine, trafo))[1] == file.SOURCE


async def test_json_file_is_read_too(
    engine: AsyncEngine, trafo: Trafo, tmp_path: Path
) -> None:
    """The body of an upload may lie in a file."""
    trafo = dataclasses.replace(trafo, forecast_file=tmp_path / "forecast.json")
    write_file(
        trafo,
        '{"unit":"kW","start":"2026-11-23T16:15:00Z","interval":"PT15M","p50":[9]}',
        age_s=0,
    )
    assert (await sources(engine, trafo))[1] == file.SOURCE


async def test_missing_file_is_no_failure(engine: AsyncEngine, trafo: Trafo) -> None:
    """The hub goes on with its own forecast."""
    assert await sources(engine, trafo) == [household.SOURCE] * 3


async def add_pump(
    engine: AsyncEngine, trafo: Trafo, name: str, power_w: float, **facts: object
) -> None:
    """Add a home that reported the same power for a week."""
    starts = quarters(STARTS[0] - timedelta(days=7), 7 * 96)
    async with engine.begin() as conn:
        await conn.execute(
            ven.insert().values(
                **{
                    "id": name,
                    "trafo_id": trafo.id,
                    "ven_name": name,
                    "client_id": name,
                    "target": name,
                    "heat_pump_kind": "watts",
                    "nameplate_w": 2000.0,
                    "minimum_w": 400.0,
                    "floor_w": 0.0,
                    "created_at": 0,
                    "modified_at": 0,
                    **facts,
                }
            )
        )
        await conn.execute(
            pump_power.insert(),
            [
                {
                    "trafo_id": trafo.id,
                    "ven_id": name,
                    # Three means of five minutes, as at tier T2.
                    "start": to_epoch(start) + part * 300,
                    "duration_s": 300,
                    "power_w": power_w,
                }
                for start in starts
                for part in range(3)
            ],
        )


async def test_own_forecast_is_of_the_unsteered_load(
    engine: AsyncEngine, trafo: Trafo
) -> None:
    """Reported pumps are taken out; those that cannot be limited stay in."""
    starts = quarters(STARTS[0] - timedelta(days=7), 7 * 96)
    async with engine.begin() as conn:
        rows = [Row(where="", time=start, load_kw=100.0) for start in starts]
        await record_load(conn, trafo.id, rows)
    await add_pump(engine, trafo, "steered", 20_000)
    await add_pump(engine, trafo, "left", 10_000, left_at=1)
    await add_pump(engine, trafo, "monitor", 10_000, heat_pump_kind="monitor")
    async with engine.connect() as conn:
        (forecast,) = await forecast_for(conn, trafo, STARTS[:1], NOW)
    assert forecast.source == first.SOURCE
    assert forecast.p50_kw == pytest.approx(80)


async def test_solar_power_makes_the_unsteered_load_negative(
    engine: AsyncEngine, trafo: Trafo
) -> None:
    """What flows back is no load of 0: the days would look alike."""
    starts = quarters(STARTS[0] - timedelta(days=7), 7 * 96)
    async with engine.begin() as conn:
        rows = [Row(where="", time=start, load_kw=-50.0) for start in starts]
        await record_load(conn, trafo.id, rows)
    await add_pump(engine, trafo, "steered", 20_000)
    async with engine.connect() as conn:
        load = await unsteered_load(conn, trafo.id, starts[0], STARTS[0])
    assert set(load.values()) == {-50.0 - 20.0}
