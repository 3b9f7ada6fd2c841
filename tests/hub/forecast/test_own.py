"""The hub's own forecast: when it is fitted, and what stands in."""

import asyncio
from datetime import UTC, datetime, timedelta
import math
from unittest.mock import patch

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.config import HubConfig
from dalen_hub.forecast import first, household, own
from dalen_hub.forecast.forecaster import Forecaster
from dalen_hub.forecast.model import QuarterForecast
from dalen_hub.forecast.own import own_forecast
from dalen_hub.grid.load import record_load
from dalen_hub.grid.series import Row
from dalen_hub.grid.trafo import Trafo
from dalen_hub.store.database import reading
from tests.hub.whole_hub import quarters

NOW = datetime(2026, 11, 23, 16, 5, tzinfo=UTC)
RUNNING = datetime(2026, 11, 23, 16, tzinfo=UTC)


@pytest.fixture
def trafo(config: HubConfig) -> Trafo:
    """Return a transformer."""
    return config.trafos[0]


def load_kw(start: datetime) -> float:
    """Return a load with an evening peak that a week repeats."""
    hour = start.hour + start.minute / 60
    return 100 + 80 * math.exp(-(((hour - 18) / 2) ** 2)) - 3 * start.weekday()


async def measure(
    engine: AsyncEngine, trafo: Trafo, days: float, until: datetime = RUNNING
) -> None:
    """Store some days of readings."""
    count = round(96 * days)
    starts = quarters(until - timedelta(minutes=15) * count, count)
    rows = [Row(where="", time=start, load_kw=load_kw(start)) for start in starts]
    async with engine.begin() as conn:
        await record_load(conn, trafo.id, rows)


async def forecasts(
    engine: AsyncEngine, trafo: Trafo, now: datetime = NOW, hours: int = 32
) -> list[QuarterForecast]:
    """Return the forecast of the next hours."""
    starts = quarters(now.replace(minute=0), 4 * hours)
    async with reading(engine) as conn:
        made = await own_forecast(conn, trafo, starts, now)
    assert [each.start for each in made] == starts
    return made


async def test_three_weeks_are_fitted(engine: AsyncEngine, trafo: Trafo) -> None:
    """And a regular load is forecast as it will be."""
    await measure(engine, trafo, 40)
    for each in await forecasts(engine, trafo):
        assert each.source == own.SOURCE
        assert each.p50_kw == pytest.approx(load_kw(each.start), abs=8)
        assert each.p90_kw >= each.p50_kw >= 0


async def test_less_is_left_to_the_first_forecaster(
    engine: AsyncEngine, trafo: Trafo
) -> None:
    """And nothing to the standard household."""
    assert {e.source for e in await forecasts(engine, trafo)} == {household.SOURCE}
    await measure(engine, trafo, 20.5)
    assert {e.source for e in await forecasts(engine, trafo)} == {first.SOURCE}
    await measure(engine, trafo, 21)
    assert {e.source for e in await forecasts(engine, trafo)} == {own.SOURCE}


async def test_a_silent_meter_is_left_to_the_first_forecaster(
    engine: AsyncEngine, trafo: Trafo
) -> None:
    """The lags would say nothing."""
    await measure(engine, trafo, 40, until=RUNNING - timedelta(days=6))
    assert {e.source for e in await forecasts(engine, trafo)} == {first.SOURCE}


async def test_beyond_two_days_the_first_forecaster_goes_on(
    engine: AsyncEngine, trafo: Trafo
) -> None:
    """A forecast has no end."""
    await measure(engine, trafo, 30)
    made = await forecasts(engine, trafo, hours=50)
    assert made[4 * 48].source == own.SOURCE
    assert made[4 * 48 + 1].source == first.SOURCE


async def test_it_is_fitted_once_a_day(engine: AsyncEngine, trafo: Trafo) -> None:
    """Also when many ask at once; each transformer has its own."""
    await measure(engine, trafo, 30, until=RUNNING + timedelta(days=2))
    fits: list[int] = []
    fit = Forecaster.fit

    def counted(self: Forecaster, known: object, now_s: int) -> None:
        fits.append(now_s)
        fit(self, known, now_s)  # type: ignore[arg-type]

    with patch.object(Forecaster, "fit", counted):
        await asyncio.gather(*(forecasts(engine, trafo) for _ in range(4)))
        assert len(fits) == 1
        await forecasts(engine, trafo, NOW + timedelta(hours=23))
        assert len(fits) == 1
        await forecasts(engine, trafo, NOW + timedelta(hours=25))
        assert len(fits) == 2


async def test_what_flows_back_gives_no_room(engine: AsyncEngine, trafo: Trafo) -> None:
    """A load of nothing is never forecast below 0."""
    starts = quarters(RUNNING - timedelta(days=30), 30 * 96)
    rows = [Row(where="", time=start, load_kw=0.0) for start in starts]
    async with engine.begin() as conn:
        await record_load(conn, trafo.id, rows)
    made = await forecasts(engine, trafo)
    assert {(each.p50_kw, each.p90_kw) for each in made} == {(0.0, 0.0)}
