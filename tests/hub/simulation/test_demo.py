"""The demo's homes are members: they obey their own caps and report."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
import pytest
from sqlalchemy import func, select

from dalen_hub.app import create_app
from dalen_hub.appkeys import ENGINE
from dalen_hub.caps.publish import publish_caps
from dalen_hub.demo_config import demo_config
from dalen_hub.forecast.model import QuarterForecast
from dalen_hub.forecast.uploaded import store_forecast
from dalen_hub.grid.load import quarter_hour_load, quarter_hour_pumps
from dalen_hub.grid.quarter_hours import QUARTER, floor_quarter
from dalen_hub.homes.registry import homes_of_trafo
from dalen_hub.simulation.demo import Demo, prepare_demo
from dalen_hub.simulation.demo_forecast import Kind, demo_forecast
from dalen_hub.simulation.demo_homes import report_body
from dalen_hub.simulation.demo_village import SIMULATED_HOMES
from dalen_hub.store.database import open_database, reading
from dalen_hub.store.tables import report

START = datetime(2026, 11, 23, 9, 15, tzinfo=UTC)
CONFIG = demo_config("http://127.0.0.1:8080", START)
TRAFO = CONFIG.trafos[0]


@dataclass(slots=True)
class Clock:
    """The present instant, which the test moves."""

    now: datetime = START

    def __call__(self) -> datetime:
        """Return the present instant."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Return the clock of the hub."""
    return Clock()


@pytest.fixture
async def app(tmp_path: Path, clock: Clock) -> AsyncIterator[web.Application]:
    """Return a hub that is composed but not served."""
    engine = await open_database(tmp_path)
    yield create_app(CONFIG, engine, data_dir=tmp_path, clock=clock)
    await engine.dispose()


type Upload = Callable[[Kind], Awaitable[None]]


@pytest.fixture
def upload(app: web.Application, clock: Clock) -> Upload:
    """Return a function that stores a forecast of the demo and plans with it."""

    async def store(kind: Kind) -> None:
        body = demo_forecast(kind, clock.now, TRAFO.time_zone)
        start = floor_quarter(clock.now)
        quarters = [
            QuarterForecast(
                start=start + QUARTER * index, p50_kw=p50, p90_kw=p90, source="test"
            )
            for index, (p50, p90) in enumerate(
                zip(body["p50"], body["p90"], strict=True)
            )
        ]
        async with app[ENGINE].begin() as conn:
            await store_forecast(conn, TRAFO.id, quarters, clock.now)
        await publish_caps(app, TRAFO, clock.now)

    return store


async def run(demo: Demo, clock: Clock, duration: timedelta) -> None:
    """Let the demo run, with a tick each 30 seconds."""
    end = clock.now + duration
    while clock.now < end:
        clock.now += timedelta(seconds=30)
        await demo.tick()


async def test_a_prepared_demo_has_members_and_two_days_of_measurements(
    app: web.Application,
) -> None:
    """96 homes, the load of each quarter hour, and yesterday's overload."""
    demo = await prepare_demo(app)
    async with reading(app[ENGINE]) as conn:
        homes = await homes_of_trafo(conn, TRAFO.id)
        begin = START - timedelta(days=2)
        load = await quarter_hour_load(conn, TRAFO.id, begin, START)
        pumps = await quarter_hour_pumps(conn, TRAFO.id, begin, START)
    assert len(homes) == SIMULATED_HOMES
    assert {home.tier for home in homes} == {"T1"}
    assert len(load) == len(pumps) == 2 * 96
    assert all(item.homes == SIMULATED_HOMES for item in pumps.values())
    assert max(load.values()) > TRAFO.limit_kw
    assert max(item.power_kw for item in pumps.values()) < SIMULATED_HOMES
    assert all(
        member.limit_w(START) == member.home.nameplate_w for member in demo.homes
    )


async def test_capped_homes_keep_the_transformer_within_its_limit(
    app: web.Application, clock: Clock, upload: Upload
) -> None:
    """A cold forecast comes in; the homes obey, report, and the meter shows it."""
    demo = await prepare_demo(app)
    await upload(Kind.MILD)
    await run(demo, clock, QUARTER)
    await upload(Kind.COLD)
    await run(demo, clock, QUARTER + timedelta(minutes=4))
    async with reading(app[ENGINE]) as conn:
        load = await quarter_hour_load(conn, TRAFO.id, START, clock.now)
        pumps = await quarter_hour_pumps(conn, TRAFO.id, START, clock.now)
        reports = await conn.scalar(select(func.count()).select_from(report))
        homes = await homes_of_trafo(conn, TRAFO.id)
    assert list(pumps) == [START, START + QUARTER]
    assert reports == 2 * SIMULATED_HOMES
    free, capped = (item.power_kw for item in pumps.values())
    assert free > 0.6 * SIMULATED_HOMES
    assert capped <= 0.55 * SIMULATED_HOMES
    assert load[START + QUARTER] < TRAFO.limit_kw
    assert all(
        home.last_seen is not None and clock.now - home.last_seen < timedelta(minutes=3)
        for home in homes
    )


async def test_a_home_obeys_its_cap_within_the_quarter_hour(
    app: web.Application, clock: Clock, upload: Upload
) -> None:
    """What the homes read is the level of the hub, rounded down."""
    demo = await prepare_demo(app)
    await upload(Kind.COLD)
    await demo.tick(woken=True)
    limits_w = {member.limit_w(clock.now) for member in demo.homes}
    assert len(limits_w) == 1
    assert 470.0 <= limits_w.pop() <= 540.0


async def test_a_second_start_keeps_members_and_measurements(
    app: web.Application, clock: Clock
) -> None:
    """A restart adds what is missing and rewrites nothing."""
    first = await prepare_demo(app)
    await run(first, clock, timedelta(minutes=10))
    async with reading(app[ENGINE]) as conn:
        before = await quarter_hour_load(
            conn, TRAFO.id, START - timedelta(days=2), START
        )
    clock.now += timedelta(hours=1)
    second = await prepare_demo(app)
    async with reading(app[ENGINE]) as conn:
        after = await quarter_hour_load(
            conn, TRAFO.id, START - timedelta(days=2), clock.now
        )
    ids = [member.home.ven_id for member in first.homes]
    assert [member.home.ven_id for member in second.homes] == ids
    assert {start: after[start] for start in before} == before
    assert floor_quarter(clock.now) - QUARTER in after


async def test_a_long_sleep_of_the_machine_is_skipped(
    app: web.Application, clock: Clock
) -> None:
    """After hours without a tick the village goes on from now."""
    demo = await prepare_demo(app)
    await demo.tick()
    clock.now += timedelta(hours=9)
    await demo.tick()
    assert demo.village.now == clock.now


async def test_a_quarter_hour_that_was_not_seen_whole_is_not_reported(
    app: web.Application, clock: Clock, upload: Upload
) -> None:
    """The mean of a part would pass for the mean of the whole."""
    clock.now = START + timedelta(minutes=5)
    demo = await prepare_demo(app)
    await upload(Kind.COLD)
    await run(demo, clock, timedelta(minutes=12))
    async with reading(app[ENGINE]) as conn:
        assert await conn.scalar(select(func.count()).select_from(report)) == 0


@pytest.mark.parametrize(
    ("power_w", "limited", "state"),
    [
        (480.0, True, "RUNNING_CURTAILED"),
        (900.0, False, "RUNNING_NORMAL"),
        (50.0, True, "IDLE_CURTAILED"),
        (10.0, False, "IDLE_NORMAL"),
    ],
)
def test_reports_name_the_state(power_w: float, limited: bool, state: str) -> None:
    """Power and limit together make the operating state."""
    body = report_body("ven-1", "event-1", START, power_w=power_w, limited=limited)
    demand, operating = body["resources"][0]["intervals"][0]["payloads"]
    assert demand == {"type": "DEMAND", "values": [power_w / 1000.0]}
    assert operating == {"type": "OPERATING_STATE", "values": [state]}
