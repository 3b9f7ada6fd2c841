"""The chain on real input: a week of a Dutch load, in the cold weather of another.

The load is scaled so that it alone peaks at 90 % of the limit of a transformer of
400 kVA. 97 simulated hybrids come on top. They join the production hub over HTTP and
run the production code of the home. What counts is the mean over 15 minutes: a defrost
may exceed a cap for a moment.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
import logging
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from dalen_hub.forecast.own import SOURCE as OWN_FORECAST
from dalen_hub.forecast.uploaded import SOURCE as UPLOADED
from dalen_hub.grid.quarter_hours import local_date, local_day_quarters
from dalen_hub.simulation.arrays import FloatArray
from dalen_hub.simulation.neighbourhood import Neighbourhood
from tests.system.homes import HomeOnTheWire, join_home
from tests.system.real_hub import LIMIT_KW, RealHub, real_hub
from tests.system.real_input import (
    WEEK,
    ZONE,
    MeasuredLoad,
    MeasuredWeather,
    measured_load,
    measured_weather,
)
from tests.system.village import HOMES, Run, no_limits, run, village

BASE_PEAK_SHARE: Final = 0.9
COMFORT_K: Final = 1.0
HISTORY: Final = timedelta(weeks=4)
_SECOND: Final = timedelta(seconds=1)

type EachDay = Callable[[RealHub, datetime], Awaitable[None]]
"""What the operator sends at the start of a local day."""


type Record = Callable[[str, object], None]
"""Keeps a figure in the report of the tests (``--junit-xml``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """The measured week, and what the heat pumps do in it without caps."""

    load: MeasuredLoad
    weather: MeasuredWeather
    uncapped: Run

    @property
    def base_kw(self) -> FloatArray:
        """Return the unsteered load of the week."""
        return self.load.between(self.load.start, self.load.start + WEEK)


@pytest.fixture(scope="module")
def real_input() -> Input:
    """Read the week, and run it without caps."""
    load = measured_load(BASE_PEAK_SHARE * LIMIT_KW)
    weather = measured_weather(load.start)
    uncapped = run(village(weather), load.start + WEEK, no_limits)
    return Input(load=load, weather=weather, uncapped=uncapped)


@pytest.fixture
async def brisk() -> None:
    """Write no line for each of some 100,000 statements and calls.

    The plugin for Home Assistant's tests asks for them; they take ten times as long
    as the work itself.
    """
    asyncio.get_running_loop().set_debug(False)
    for name in ("sqlalchemy.engine", "aiohttp.access"):
        logging.getLogger(name).setLevel(logging.WARNING)


@pytest.mark.usefixtures("socket_enabled", "brisk")
async def test_a_right_forecast_keeps_every_quarter_hour(
    real_input: Input,
    tmp_path: Path,
    record_testsuite_property: Record,
) -> None:
    """With the forecast of the grid operator the trafo is never above its limit."""

    async def upload(hub: RealHub, start: datetime) -> None:
        end = start + timedelta(days=1)
        await hub.upload_forecast(start, list(real_input.load.between(start, end)))

    async with real_hub(tmp_path, real_input.load.start) as hub:
        capped = await _week(hub, real_input, upload)
        forecasts = await hub.forecasts()

    uncapped_kw = real_input.base_kw + real_input.uncapped.sum_kw
    trafo_kw = real_input.base_kw + capped.sum_kw
    record_testsuite_property(
        "with the uploaded forecast", _told(uncapped_kw, trafo_kw)
    )
    week = [forecasts[quarter] for day in real_input.load.days for quarter in _day(day)]
    assert {forecast.source for forecast in week} == {UPLOADED}
    # Else nothing would be proven.
    assert np.count_nonzero(uncapped_kw > LIMIT_KW) >= 4
    assert trafo_kw.max() <= LIMIT_KW
    _assert_comfort(real_input, capped)


@pytest.mark.usefixtures("socket_enabled", "brisk")
async def test_the_hubs_own_forecast_keeps_what_it_foresaw(
    real_input: Input,
    tmp_path: Path,
    record_testsuite_property: Record,
) -> None:
    """Without an upload the hub learns from the meter of the trafo."""

    async def nothing(hub: RealHub, start: datetime) -> None:
        """Leave it to the hub."""

    load = real_input.load
    async with real_hub(tmp_path, load.start) as hub:
        before = load.start - HISTORY
        await hub.post_load(before, list(load.between(before, load.start)))
        capped = await _week(hub, real_input, nothing)
        forecasts = await hub.forecasts()

    week = [forecasts[quarter] for day in load.days for quarter in _day(day)]
    uncapped_kw = real_input.base_kw + real_input.uncapped.sum_kw
    trafo_kw = real_input.base_kw + capped.sum_kw
    foreseen = real_input.base_kw <= [forecast.p90_kw for forecast in week]
    record_testsuite_property(
        "with the hub's own forecast",
        f"{_told(uncapped_kw, trafo_kw)}, {foreseen.mean():.1%} foreseen",
    )
    assert {forecast.source for forecast in week} == {OWN_FORECAST}
    assert np.count_nonzero(uncapped_kw[foreseen] > LIMIT_KW) >= 1
    assert trafo_kw[foreseen].max() <= LIMIT_KW
    _assert_comfort(real_input, capped)


async def _week(hub: RealHub, real_input: Input, each_day: EachDay) -> Run:
    """Run the week day by day through hub and homes."""
    homes = village(real_input.weather)
    members = await _join(hub, homes)
    days = []
    for start in real_input.load.days:
        hub.clock.now = start
        await each_day(hub, start)
        await hub.plan()
        await _all(home.poll(start) for home in members)
        days.append(_run_day(homes, members, start))
        hub.clock.now = homes.now - _SECOND
        await _tell(hub, members, real_input.load, start, days[-1])
    return Run(
        pumps_w=np.concatenate([day.pumps_w for day in days]),
        too_cold_k=np.concatenate([day.too_cold_k for day in days]),
    )


async def _join(hub: RealHub, homes: Neighbourhood) -> list[HomeOnTheWire]:
    """Let all homes join."""
    hybrids = homes.homes.hybrids
    invites = [await hub.invite() for _ in range(HOMES)]
    # Together: the hub decides anew whenever the homes have changed.
    return await asyncio.gather(
        *(
            join_home(
                hub.session,
                invite,
                hub.clock,
                nameplate_w=float(hybrids.nameplate_w[index]),
                minimum_w=float(hybrids.minimum_w[index]),
            )
            for index, invite in enumerate(invites)
        )
    )


def _run_day(
    homes: Neighbourhood, members: Sequence[HomeOnTheWire], start: datetime
) -> Run:
    """Let the physics obey for a day what the homes decide at each quarter hour."""

    def limits_w(now: datetime) -> FloatArray:
        return np.array([member.limit_w(now) for member in members])

    return run(homes, start + timedelta(days=1), limits_w)


async def _tell(
    hub: RealHub,
    members: Sequence[HomeOnTheWire],
    load: MeasuredLoad,
    start: datetime,
    day: Run,
) -> None:
    """Report what was measured in the day: each home, and the trafo's meter."""
    quarters = _day(start)
    await _all(
        member.report(quarters, list(powers_w))
        for member, powers_w in zip(members, day.pumps_w.T, strict=True)
    )
    base_kw = load.between(start, start + timedelta(days=1))
    await hub.post_load(start, list(base_kw + day.sum_kw))


def _day(start: datetime) -> list[datetime]:
    """Return the quarter hours of the local day that starts then."""
    return local_day_quarters(local_date(start, ZONE), ZONE)


async def _all(calls: Iterable[Awaitable[None]]) -> None:
    """Let all homes call the hub together, as they do."""
    await asyncio.gather(*calls)


def _assert_comfort(real_input: Input, capped: Run) -> None:
    """Check that every room stays warm: the boiler does what the heat pump may not."""
    assert real_input.uncapped.too_cold_k.max() <= COMFORT_K
    assert capped.too_cold_k.max() <= COMFORT_K


def _told(uncapped_kw: FloatArray, trafo_kw: FloatArray) -> str:
    """Return the figures of a week in one line."""
    before, after = uncapped_kw > LIMIT_KW, trafo_kw > LIMIT_KW
    return (
        f"limit {LIMIT_KW:.0f} kW;"
        f" without caps {before.sum()} of {before.size} quarter hours above it,"
        f" peak {uncapped_kw.max():.1f} kW;"
        f" with caps {after.sum()} ({after.mean():.2%}), peak {trafo_kw.max():.1f} kW"
    )
