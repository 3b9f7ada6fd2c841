"""A simulated neighbourhood behind the real hub: ``dalen-hub serve --demo``.

The homes are real members: they see their own cap event only, obey it, and send
their reports through the same gate as homes on the wire.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import logging

from aiohttp import web
import numpy as np

from dalen_hub.appkeys import CLOCK, CONFIG, ENGINE, NUDGER, PRINCIPALS
from dalen_hub.grid.load import record_load
from dalen_hub.grid.routes import ON_LOAD_RECORDED
from dalen_hub.grid.series import Row
from dalen_hub.grid.trafo import Trafo
from dalen_hub.homes.signals import membership_changed
from dalen_hub.store.database import reading
from dalen_hub.vtn.events import visible_events
from dalen_hub.vtn.nudge import Nudger
from dalen_hub.vtn.principal import Principal, Role

from .arrays import FloatArray
from .demo_history import history_start, simulate_history, store_history
from .demo_homes import DemoHome
from .demo_members import join_demo_homes, send_report
from .demo_village import demo_neighbourhood
from .neighbourhood import Neighbourhood

_LOGGER = logging.getLogger(__name__)

TICK_S = 5.0
POLL = timedelta(seconds=60)
_MINUTE = timedelta(minutes=1)
# A machine that slept: what lies further back is not simulated any more.
_LONGEST_PAUSE = timedelta(minutes=30)
# Homes do not all report in the same second.
_REPORTS_PER_TICK = 12


@dataclass(slots=True, kw_only=True)
class Demo:
    """The running demo. ``tick`` brings everything up to the hub's clock."""

    app: web.Application
    trafo: Trafo
    village: Neighbourhood
    homes: Sequence[DemoHome]
    _minute_kws: float = field(init=False, default=0.0)
    _minute_s: float = field(init=False, default=0.0)
    _readings: list[Row] = field(init=False, default_factory=list)

    async def tick(self, *, woken: bool = False) -> None:
        """Let the homes look, the physics run and the meters report.

        ``woken`` says that the hub nudged them.
        """
        now = self.app[CLOCK]()
        await self._read_caps(now, woken=woken)
        self._advance(now)
        await self._store_readings()
        await self._send_reports(now)

    async def _read_caps(self, now: datetime, *, woken: bool) -> None:
        """Let each home whose turn it is read the events that it may see."""
        due = [home for home in self.homes if woken or home.must_read(now, POLL)]
        if not due:
            return
        async with reading(self.app[ENGINE]) as conn:
            for member in due:
                targets = frozenset((member.home.target,))
                member.heard(await visible_events(conn, targets), now)
        for member in due:
            await self.app[PRINCIPALS].seen(self.app[ENGINE], member.home.ven_id, now)

    def _advance(self, now: datetime) -> None:
        """Run the physics up to now, in steps that do not cross a minute."""
        if now - self.village.now > _LONGEST_PAUSE:
            self.village.now = now - _MINUTE
            self._minute_kws = self._minute_s = 0.0
        while self.village.now < now:
            start = self.village.now
            minute = start.replace(second=0, microsecond=0)
            until = min(now, minute + _MINUTE)
            loads = self.village.step(until, self._limits_w(start))
            seconds = (until - start).total_seconds()
            for member, power_w in zip(self.homes, loads.pumps_w, strict=True):
                member.count(start, seconds, float(power_w))
            self._count(minute, until, seconds, loads.trafo_kw)

    def _limits_w(self, moment: datetime) -> FloatArray:
        """Return the limit that each home obeys, shape (n,)."""
        return np.array([member.limit_w(moment) for member in self.homes])

    def _count(
        self, minute: datetime, until: datetime, seconds: float, load_kw: float
    ) -> None:
        """Add one step to the meter of the transformer; it reads each minute."""
        self._minute_kws += load_kw * seconds
        self._minute_s += seconds
        if until == minute + _MINUTE:
            mean_kw = round(self._minute_kws / self._minute_s, 2)
            self._readings.append(Row(where="demo", time=minute, load_kw=mean_kw))
            self._minute_kws = self._minute_s = 0.0

    async def _store_readings(self) -> None:
        """Hand the complete minutes to the hub."""
        if not self._readings:
            return
        async with self.app[ENGINE].begin() as conn:
            await record_load(conn, self.trafo.id, self._readings)
        self._readings.clear()
        if recorded := self.app.get(ON_LOAD_RECORDED):
            recorded(self.trafo.id)

    async def _send_reports(self, now: datetime) -> None:
        """Let some of the homes that have a report send it."""
        waiting = [member for member in self.homes if member.reports]
        if not waiting:
            return
        async with self.app[ENGINE].begin() as conn:
            for member in waiting[:_REPORTS_PER_TICK]:
                for body in member.reports:
                    await send_report(conn, member.home, body, now)
        for member in waiting[:_REPORTS_PER_TICK]:
            member.reports.clear()


async def prepare_demo(app: web.Application) -> Demo:
    """Join the homes and record the two days before now."""
    now = app[CLOCK]()
    trafo = app[CONFIG].trafos[0]
    village = demo_neighbourhood(trafo.time_zone, history_start(now))
    homes = await join_demo_homes(app, trafo, village.homes.hybrids, now)
    history = await asyncio.to_thread(simulate_history, village, now)
    async with app[ENGINE].begin() as conn:
        await store_history(conn, trafo.id, [home.ven_id for home in homes], history)
    # The planner has seen the homes; now it can see their past as well.
    membership_changed(app, trafo.id)
    return Demo(
        app=app,
        trafo=trafo,
        village=village,
        homes=[DemoHome(home=home) for home in homes],
    )


async def run_demo(app: web.Application) -> None:
    """Run a simulated neighbourhood behind the hub until cancelled.

    It uses the first transformer of the configuration and its time zone, which
    ``demo_time_zone`` makes an early evening at the start.
    """
    demo = await prepare_demo(app)
    _LOGGER.info("Demo: %d simulated homes joined %s", len(demo.homes), demo.trafo.name)
    nudger: Nudger = app[NUDGER]
    stream = nudger.open_stream(_listener(demo.homes))
    try:
        while not stream.closed:
            await demo.tick(woken=stream.changed)
            stream.changed = False
            stream.woken.clear()
            await _wait(stream.woken)
    finally:
        nudger.end_stream(stream)


async def _wait(woken: asyncio.Event) -> None:
    """Wait for a nudge or the next tick."""
    try:
        async with asyncio.timeout(TICK_S):
            await woken.wait()
    except TimeoutError:
        return


def _listener(homes: Sequence[DemoHome]) -> Principal:
    """Return one listener for all simulated homes: they share this process."""
    return Principal(
        client_id="demo",
        role=Role.VEN,
        ven_id=None,
        targets=frozenset(member.home.target for member in homes),
    )
