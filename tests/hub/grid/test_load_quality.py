"""Readings where they come in: checked, repaired, marked, told, never silently used."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
import os
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.caps.inputs import recent_readings
from dalen_hub.config import HubConfig
from dalen_hub.grid.faults import Fault
from dalen_hub.grid.findings import recent_findings
from dalen_hub.grid.load import DOUBTFUL, FILLED, REPAIRED, quarter_hour_load
from dalen_hub.grid.load_quality import take_readings
from dalen_hub.grid.quality import Finding
from dalen_hub.grid.series import Row
from dalen_hub.grid.trafo import Trafo
from dalen_hub.store.database import reading
from dalen_hub.store.tables import trafo_load
from dalen_hub.store.times import to_epoch

from ..conftest import FrozenClock
from ..helpers import Hub, assert_problem
from ..whole_hub import LOAD, whole_hub

START = datetime(2026, 11, 22, 16, tzinfo=UTC)
STEP = timedelta(minutes=5)
DAY = 288
TRAFO = Trafo(id="kerkstraat", name="Kerkstraat", rating_kva=400.0, limit_kw=320.0)
QUALITY = "/api/v1/trafos/kerkstraat/quality"
SHARED = Path(
    os.environ.get("DALEN_DATA", Path(__file__).parents[4] / "shared" / "data")
)
FEEDERS = SHARED / "uk_lv_transformer_phases_10min_1week_even.parquet"


def load(steps: int = DAY) -> np.ndarray:
    """Return the loads of three phases, shape (steps, 3)."""
    rng = np.random.default_rng(1)
    shape = 60 + 20 * np.sin(np.arange(steps) / steps * 2 * np.pi)
    return shape[:, None] * (1 + 0.02 * rng.standard_normal((steps, 3)))


def rows(
    phases_kw: np.ndarray,
    *,
    start: datetime = START,
    step: timedelta = STEP,
    with_phases: bool = True,
) -> list[Row]:
    """Return uploaded rows; where a load is NaN there is none."""
    return [
        Row(
            where=f"row {index}",
            time=start + step * index,
            load_kw=float(values.sum()),
            phases_kw=tuple(values.tolist()) if with_phases else None,
        )
        for index, values in enumerate(phases_kw)
        if not np.isnan(values).any()
    ]


async def take(engine: AsyncEngine, sent: list[Row]) -> tuple[Finding, ...]:
    """Upload rows, as the operator API does."""
    async with engine.begin() as conn:
        return await take_readings(conn, TRAFO, sent, sent[-1].time)


async def stored(engine: AsyncEngine) -> dict[datetime, Any]:
    """Return what is stored, by time."""
    async with reading(engine) as conn:
        found = await conn.execute(select(trafo_load).order_by(trafo_load.c.time))
        return {datetime.fromtimestamp(row.time, UTC): row for row in found}


def faults(findings: tuple[Finding, ...]) -> set[tuple[Fault, int, bool]]:
    """Return what was found, without times."""
    return {(each.fault, each.column, each.is_repaired) for each in findings}


async def test_good_readings_are_left_alone(engine: AsyncEngine) -> None:
    """No finding, no mark; one by one as well as all at once."""
    sent = rows(load())
    assert await take(engine, sent[:200]) == ()
    for row in sent[200:215]:
        assert await take(engine, [row]) == ()
    assert {row.mark for row in (await stored(engine)).values()} == {None}


async def test_what_is_stored_already_is_not_written_again(
    engine: AsyncEngine,
) -> None:
    """A meter that sends each minute must not wear out a memory card."""
    sent = rows(load())
    await take(engine, sent[:-1])
    with patch("dalen_hub.grid.load_table.upsert") as upserted:
        await take(engine, sent[-1:])
    assert upserted.call_args.args[2] == []


async def test_a_short_gap_is_filled_and_a_long_one_is_not(engine: AsyncEngine) -> None:
    """What is filled in is marked, and is no measurement for the controller."""
    phases_kw = load()
    phases_kw[100:103] = np.nan
    phases_kw[150:180] = np.nan
    phases_kw[-3:-2] = np.nan
    found = faults(await take(engine, rows(phases_kw)))
    assert {(Fault.GAP, 0, True), (Fault.GAP, 0, False)} <= found
    marks = {time: row.mark for time, row in (await stored(engine)).items()}
    assert [marks[START + STEP * index] for index in range(100, 103)] == [FILLED] * 3
    assert START + STEP * 160 not in marks
    now = START + STEP * DAY
    async with reading(engine) as conn:
        readings = await recent_readings(conn, TRAFO.id, now)
    assert marks[START + STEP * (DAY - 3)] == FILLED
    assert len(readings) == 10


async def test_a_gap_that_is_sent_later_is_no_gap(engine: AsyncEngine) -> None:
    """The real value replaces the one that was filled in."""
    phases_kw = load()
    gap = phases_kw.copy()
    gap[100] = np.nan
    await take(engine, rows(gap))
    late = rows(phases_kw)[100]
    await take(engine, [late])
    row = (await stored(engine))[late.time]
    assert (row.mark, row.load_kw) == (None, pytest.approx(late.load_kw))


async def test_frozen_values_are_not_used(engine: AsyncEngine) -> None:
    """Not by the forecast, not by the controller; what was sent stays."""
    phases_kw = load()
    phases_kw[-13:] = phases_kw[-13]
    found = await take(engine, rows(phases_kw))
    assert {(Fault.FROZEN, column, False) for column in range(4)} <= faults(found)
    table = await stored(engine)
    last = table[START + STEP * (DAY - 1)]
    assert last.mark == DOUBTFUL
    assert last.sent[0] == pytest.approx(float(phases_kw[-1].sum()))
    now = START + STEP * DAY
    async with reading(engine) as conn:
        readings = await recent_readings(conn, TRAFO.id, now)
        quarters = await quarter_hour_load(conn, TRAFO.id, now - STEP * 12, now)
    assert all(each.end <= now - STEP * 13 for each in readings)
    assert quarters == {}


async def test_a_spike_is_cut_when_the_next_values_show_that_it_was_one(
    engine: AsyncEngine,
) -> None:
    """The newest values may be a real rise, which must not be ignored."""
    phases_kw = load()
    phases_kw[250] += 60.0
    sent = rows(phases_kw)
    assert await take(engine, sent[:251]) == ()
    found = [await take(engine, [row]) for row in sent[251:256]]
    assert (Fault.SPIKE, 0, True) in faults(found[-1])
    row = (await stored(engine))[sent[250].time]
    assert row.mark == REPAIRED
    assert row.load_kw < sent[250].load_kw - 100
    # A load that stays high is no spike.
    phases_kw[256:] += 60.0
    found = [await take(engine, [row]) for row in rows(phases_kw)[256:270]]
    assert all(each.count == 1 for each in found[-1] if each.fault is Fault.SPIKE)


async def test_a_reversed_phase_is_turned_and_the_total_with_it(
    engine: AsyncEngine,
) -> None:
    """The meter added up a phase with the wrong sign."""
    phases_kw = load()
    wrong = phases_kw * [1, -1, 1]
    found = await take(engine, rows(wrong))
    assert {(Fault.REVERSED, 2, True), (Fault.REVERSED, 0, True)} <= faults(found)
    row = (await stored(engine))[START]
    assert row.mark == REPAIRED
    assert row.l2_kw == pytest.approx(phases_kw[0, 1])
    assert row.load_kw == pytest.approx(phases_kw[0].sum())


async def test_an_empty_phase_is_unknown_and_the_total_stays(
    engine: AsyncEngine,
) -> None:
    """A phase that is not connected says nothing."""
    phases_kw = load()
    phases_kw[:, 2] = 0.01
    found = await take(engine, rows(phases_kw))
    assert (Fault.EMPTY, 3, False) in faults(found)
    row = (await stored(engine))[START]
    assert row.l3_kw is None
    assert row.load_kw == pytest.approx(phases_kw[0].sum())


async def test_another_value_for_a_known_time_is_told(engine: AsyncEngine) -> None:
    """The newer one counts."""
    sent = rows(load())
    await take(engine, sent)
    again = rows(load()[50:51] * 1.02, start=sent[50].time)
    assert (Fault.DUPLICATE, 0, True) in faults(await take(engine, again))
    row = (await stored(engine))[sent[50].time]
    assert row.load_kw == pytest.approx(again[0].load_kw)
    # The very same again is no fault.
    assert (Fault.DUPLICATE, 0, True) not in faults(await take(engine, again))


async def test_a_clock_that_lost_minutes_is_told(engine: AsyncEngine) -> None:
    """Times between the steps of a meter belong to another clock."""
    phases_kw = load()
    await take(engine, rows(phases_kw[:200]))
    late = START + STEP * 200 + timedelta(minutes=2)
    found = await take(engine, rows(phases_kw[200:206], start=late))
    assert Fault.CLOCK_JUMP in {each.fault for each in found}


async def test_a_meter_may_be_set_to_another_step(engine: AsyncEngine) -> None:
    """From 15 minutes to 5 and back is no gap and no jump."""
    phases_kw = load()
    await take(engine, rows(phases_kw[:40:], step=timedelta(minutes=15)))
    begin = START + timedelta(minutes=600)
    assert await take(engine, rows(phases_kw[40:80], start=begin)) == ()
    begin += STEP * 40
    back = rows(phases_kw[80:90], start=begin, step=timedelta(minutes=15))
    assert await take(engine, back) == ()


async def test_phases_may_begin_and_end(engine: AsyncEngine) -> None:
    """Totals alone are checked alone."""
    phases_kw = load()
    sent = rows(phases_kw, with_phases=False)[:100] + rows(phases_kw)[100:200]
    assert await take(engine, sent) == ()
    assert await take(engine, rows(phases_kw, with_phases=False)[200:]) == ()


@pytest.mark.skipif(not FEEDERS.exists(), reason="needs the measured feeders")
async def test_real_feeders_by_phase(engine: AsyncEngine) -> None:
    """A reversed phase is turned, an empty one unknown, a good one left alone."""
    import pandas as pd  # noqa: PLC0415

    frame = pd.read_parquet(FEEDERS)
    marks = {}
    for name in ("sub00", "sub02", "sub38"):
        part = frame[frame["sub"] == name].head(288)
        sent = [
            Row(
                where=name,
                time=time.to_pydatetime().replace(tzinfo=UTC),
                load_kw=float(l1 + l2 + l3),
                phases_kw=(float(l1), float(l2), float(l3)),
            )
            for time, l1, l2, l3 in part[
                ["time", "p_l1_kw", "p_l2_kw", "p_l3_kw"]
            ].itertuples(index=False)
            if not np.isnan([l1, l2, l3]).any()
        ]
        trafo = Trafo(id=name, name=name, rating_kva=300.0, limit_kw=285.0)
        async with engine.begin() as conn:
            found = await take_readings(conn, trafo, sent, sent[-1].time)
            rows_found = (
                await conn.execute(
                    select(trafo_load).where(trafo_load.c.trafo_id == name)
                )
            ).all()
        marks[name] = (faults(found), rows_found)
    assert (Fault.REVERSED, 1, True) in marks["sub00"][0]
    assert all((row.l1_kw or 0.0) > -1.0 for row in marks["sub00"][1])
    assert (Fault.EMPTY, 2, False) in marks["sub38"][0]
    assert all(row.l2_kw is None for row in marks["sub38"][1])
    assert not {f for f, _, _ in marks["sub02"][0]} & {Fault.REVERSED, Fault.EMPTY}
    good = [row for row in marks["sub02"][1] if row.mark != DOUBTFUL]
    assert len(good) >= 0.9 * len(marks["sub02"][1])


@pytest.fixture
async def whole(
    config: HubConfig, engine: AsyncEngine, data_dir: Path, clock: FrozenClock
) -> AsyncGenerator[Hub]:
    """Run a whole hub."""
    async with whole_hub(config, engine, data_dir, clock) as hub:
        yield hub


def body(phases_kw: np.ndarray) -> dict[str, Any]:
    """Return an upload with phases."""
    return {
        "unit": "kW",
        "readings": [
            {
                "time": row.time.isoformat(),
                "load_kw": row.load_kw,
                **{
                    f"load_l{number}_kw": value
                    for number, value in enumerate(row.phases_kw or (), 1)
                },
            }
            for row in rows(phases_kw)
        ],
    }


async def test_the_operator_is_told(whole: Hub) -> None:
    """In the answer and later, in a sentence in English and Dutch."""
    operator = await whole.operator()
    phases_kw = load()
    phases_kw[100:112] = phases_kw[100]
    answer = await operator.ok("POST", LOAD, body(phases_kw))
    assert answer["stored"] == DAY
    told = await operator.ok("GET", QUALITY)
    assert {each["fault"] for each in answer["findings"]} == {"frozen"}
    assert told["findings"][0]["column"] == "Total"
    assert told["findings"][0]["text"] == {
        "en": "Total: the meter stood still, the same value 12× in a row. The hub does"
        " not use this.",
        "nl": "Totaal: de meter stond stil, 12× dezelfde waarde op rij. De hub gebruikt"
        " dit niet.",
    }
    home = await whole.home()
    await assert_problem(await home.call("GET", QUALITY), 403)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"load_kw": 300_000.0}, Fault.UNIT_SLIP),
        ({"load_kw": 5e6}, Fault.IMPOSSIBLE),
        ({"time": "2026-11-23T18:00:00Z"}, Fault.CLOCK_JUMP),
    ],
)
async def test_a_refused_upload_is_kept_in_mind(
    whole: Hub, clock: FrozenClock, change: dict[str, Any], fault: Fault
) -> None:
    """It changes nothing, and the operator sees that there was one."""
    operator = await whole.operator()
    one = {"time": "2026-11-23T16:00:00Z", "load_kw": 200.0, **change}
    refused = await operator.call("POST", LOAD, {"unit": "kW", "readings": [one]})
    await assert_problem(refused, 422, "series")
    assert await stored(whole.engine) == {}
    async with reading(whole.engine) as conn:
        (found,) = await recent_findings(conn, "kerkstraat", clock() - STEP)
    assert (found.fault, found.is_repaired) == (fault, False)
    assert to_epoch(found.first) == to_epoch(clock())


async def test_phases_come_all_or_none(whole: Hub) -> None:
    """In CSV too."""
    operator = await whole.operator()
    one = {"time": "2026-11-23T16:00:00Z", "load_kw": 200.0, "load_l1_kw": 70.0}
    refused = await operator.call("POST", LOAD, {"unit": "kW", "readings": [one]})
    assert "load_l3_kw" in await assert_problem(refused, 422, "series")
    answers = [
        await whole.client.post(
            LOAD,
            data=f"time,load_kw,{columns}\n2026-11-23T16:00:00Z,200,{values}\n",
            headers={
                "Authorization": f"Bearer {operator.token}",
                "Content-Type": "text/csv",
            },
        )
        for columns, values in (
            ("load_l1_kw", "70"),
            ("load_l1_kw,load_l2_kw,load_l3_kw", "70,60,70"),
        )
    ]
    assert "all three phases" in await assert_problem(answers[0], 422, "series")
    assert answers[1].status == 200
    (row,) = (await stored(whole.engine)).values()
    assert (row.l1_kw, row.l2_kw, row.l3_kw) == (70, 60, 70)
