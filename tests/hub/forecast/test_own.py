"""The hub's own forecast: when it is fitted, and what stands in."""

import asyncio
from datetime import UTC, datetime, timedelta
import math
from unittest.mock import patch

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.config import HubConfig
from dalen_hub.consent.texts import consent_text
from dalen_hub.consent.tiers import Tier
from dalen_hub.forecast import first, household, own
from dalen_hub.forecast.forecaster import Forecaster
from dalen_hub.forecast.model import QuarterForecast
from dalen_hub.forecast.own import own_forecast
from dalen_hub.forecast.weather import store_weather
from dalen_hub.forecast.weather_series import WeatherRow
from dalen_hub.grid.load import record_load
from dalen_hub.grid.series import Row
from dalen_hub.grid.trafo import Trafo
from dalen_hub.homes.facts import HomeFacts
from dalen_hub.homes.registry import ConsentGiven, register_home
from dalen_hub.store.database import reading
from dalen_hub.store.tables import pump_power
from dalen_hub.store.times import to_epoch
from dalen_hub.store.upsert import upsert
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


async def test_weather_tells_of_a_cold_day_ahead(
    engine: AsyncEngine, trafo: Trafo
) -> None:
    """A load that follows the temperature is foreseen in weather not seen lately."""
    now = RUNNING + timedelta(minutes=5)
    hours = [RUNNING + timedelta(hours=hour) for hour in range(-24 * 45, 49)]

    def temperature(start: datetime) -> float:
        day = (start - RUNNING).total_seconds() / 86400
        return -4.0 if day > 0.25 else 6.0 + 4.0 * math.sin(1.7 * day)

    def heated_kw(start: datetime) -> float:
        return load_kw(start) + 6.0 * max(0.0, 16.0 - temperature(start))

    starts = quarters(RUNNING - timedelta(days=40), 40 * 96)
    async with engine.begin() as conn:
        rows = [Row(where="", time=start, load_kw=heated_kw(start)) for start in starts]
        await record_load(conn, trafo.id, rows)

    async def error_kw() -> float:
        made = await forecasts(engine, trafo, now, hours=30)
        errors = [abs(each.p50_kw - heated_kw(each.start)) for each in made]
        return sum(errors[60:]) / len(errors[60:])

    blind = await error_kw()
    async with engine.begin() as conn:
        weather = [
            WeatherRow(time=time, values={"temperature_c": temperature(time)})
            for time in hours
        ]
        await store_weather(conn, trafo.id, weather)
    own._FITTED.clear()
    assert await error_kw() < 0.5 * blind


async def test_yesterdays_caps_do_not_leak_into_tomorrows_forecast(
    engine: AsyncEngine, trafo: Trafo
) -> None:
    """The same village with and without caps has the same forecast of its rest."""
    facts = HomeFacts(
        nickname=None,
        heat_pump_kind="watts",
        nameplate_w=1800.0,
        minimum_w=450.0,
        floor_w=300.0,
    )
    given = ConsentGiven(text=consent_text("Dalen"), tier=Tier.T1, language="nl")
    starts = quarters(RUNNING - timedelta(days=30), 30 * 96)
    made: list[list[QuarterForecast]] = []
    async with engine.begin() as conn:
        homes = [
            await register_home(
                conn, trafo_id=trafo.id, facts=facts, consent=given, now=NOW
            )
            for _ in range(20)
        ]
    for cap_w in (math.inf, 300.0):
        pump_w = [
            min(1500.0, cap_w) if 16 <= start.hour < 20 else 900.0 for start in starts
        ]
        async with engine.begin() as conn:
            rows = [
                Row(where="", time=start, load_kw=load_kw(start) + 20 * each / 1000)
                for start, each in zip(starts, pump_w, strict=True)
            ]
            await record_load(conn, trafo.id, rows)
            reported = [
                {
                    "trafo_id": trafo.id,
                    "ven_id": home.home.ven_id,
                    "start": to_epoch(start),
                    "duration_s": 900,
                    "power_w": each,
                }
                for start, each in zip(starts, pump_w, strict=True)
                for home in homes
            ]
            await upsert(conn, pump_power, reported)
        own._FITTED.clear()
        made.append(await forecasts(engine, trafo))
    for free, capped in zip(*made, strict=True):
        assert capped.source == own.SOURCE
        assert capped.p50_kw == pytest.approx(free.p50_kw, abs=0.5)
        assert capped.p90_kw == pytest.approx(free.p90_kw, abs=0.5)
