"""A whole hub on loopback whose clock a test moves, and its operator."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientSession, encode_basic_auth, web
from aiohttp.test_utils import TestServer, unused_port
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.app import PLANNER, create_app
from dalen_hub.appkeys import HUB_KEY
from dalen_hub.config import HubConfig
from dalen_hub.forecast.model import QuarterForecast
from dalen_hub.grid.quarter_hours import QUARTER
from dalen_hub.grid.trafo import DEFAULT_POWER_FACTOR, Trafo, default_limit_kw
from dalen_hub.homes.invites import create_invite
from dalen_hub.homes.pairing_string import pairing_string
from dalen_hub.store.database import open_database
from dalen_hub.store.tables import cap_level
from dalen_hub.store.times import from_epoch, rfc3339
from dalen_hub.vtn.auth import create_client
from tests.system.real_input import ZONE

RATING_KVA: Final = 400.0
LIMIT_KW: Final = default_limit_kw(RATING_KVA, DEFAULT_POWER_FACTOR)
_TRAFO: Final = Trafo(
    id="dalen",
    name="Dalen",
    rating_kva=RATING_KVA,
    limit_kw=LIMIT_KW,
    connections=255,
    time_zone=ZONE,
)


@dataclass(slots=True)
class HandClock:
    """A clock that is moved by hand."""

    now: datetime

    def __call__(self) -> datetime:
        """Return the instant at which the clock stands."""
        return self.now


@dataclass(frozen=True, slots=True, kw_only=True)
class RealHub:
    """A running hub and the session of everybody who talks to it."""

    app: web.Application
    engine: AsyncEngine
    clock: HandClock
    session: ClientSession
    url: str
    operator: tuple[str, str]
    """Id and secret of the client of the grid operator."""

    async def invite(self) -> str:
        """Return a pairing string for one home."""
        async with self.engine.begin() as conn:
            code = await create_invite(conn, _TRAFO.id, self.clock())
        return pairing_string(self.url, code, self.app[HUB_KEY].public_key)

    async def plan(self) -> None:
        """Wait until the hub has decided what is due."""
        await self.app[PLANNER].run_due()

    async def upload_forecast(self, start: datetime, load_kw: Sequence[float]) -> None:
        """Upload a forecast that knows the load exactly: P50 and P90 are the same."""
        values = [round(float(value), 3) for value in load_kw]
        await self._send(
            "PUT",
            "forecast",
            {
                "unit": "kW",
                "start": rfc3339(start),
                "interval": "PT15M",
                "p50": values,
                "p90": values,
            },
        )

    async def post_load(self, start: datetime, load_kw: Sequence[float]) -> None:
        """Send what the meter of the transformer measured."""
        readings = [
            {
                "time": rfc3339(start + QUARTER * index),
                "load_kw": round(float(value), 3),
            }
            for index, value in enumerate(load_kw)
        ]
        await self._send("POST", "load", {"unit": "kW", "readings": readings})

    async def forecasts(self) -> dict[datetime, QuarterForecast]:
        """Return the forecast that was last decided upon, by quarter hour."""
        async with self.engine.connect() as conn:
            rows = await conn.execute(select(cap_level))
            return {
                from_epoch(row.start): QuarterForecast(
                    start=from_epoch(row.start),
                    p50_kw=row.p50_kw,
                    p90_kw=row.p90_kw,
                    source=row.forecast_source,
                )
                for row in rows
            }

    async def _send(self, method: str, what: str, body: dict[str, Any]) -> None:
        """Call the operator API as the grid operator."""
        path = f"{self.url}/api/v1/trafos/{_TRAFO.id}/{what}"
        headers = {"Authorization": f"Bearer {await self._token()}"}
        async with self.session.request(
            method, path, json=body, headers=headers
        ) as answer:
            assert answer.ok, await answer.text()

    async def _token(self) -> str:
        """Return a new token: it lasts an hour, and this clock leaps by a day."""
        async with self.session.post(
            f"{self.url}/openadr3/3.1.0/auth/token",
            data={"grant_type": "client_credentials"},
            headers={"Authorization": encode_basic_auth(*self.operator)},
        ) as answer:
            assert answer.ok, await answer.text()
            return str((await answer.json())["access_token"])


@asynccontextmanager
async def real_hub(
    data_dir: Path, start: datetime, port: int | None = None
) -> AsyncGenerator[RealHub]:
    """Run a hub on a port of loopback, a free one if need be, until the block ends."""
    clock, port = HandClock(start), port or unused_port()
    config = HubConfig(
        name="Dalen hub",
        collective="Energiek Dalen",
        language="nl",
        time_zone=ZONE,
        public_url=f"http://127.0.0.1:{port}",
        trafos=(_TRAFO,),
    )
    engine = await open_database(data_dir)
    app = create_app(config, engine, data_dir=data_dir, clock=clock)
    try:
        async with (
            TestServer(app, host="127.0.0.1", port=port),
            ClientSession() as session,
        ):
            async with engine.begin() as conn:
                operator = await create_client(conn, "bl", "operator", start)
            yield RealHub(
                app=app,
                engine=engine,
                clock=clock,
                session=session,
                url=config.public_url,
                operator=operator,
            )
    finally:
        await engine.dispose()
