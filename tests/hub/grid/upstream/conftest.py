"""A grid operator with a real server, and a hub that follows it."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.app import PLANNER
from dalen_hub.config import HubConfig
from dalen_hub.grid.upstream.link import LINKS, Link, LinkState
from dalen_hub.grid.upstream.service import run_once
from dalen_hub.grid.upstream.settings import DsoSettings, ProfileName, Version
from dalen_hub.store.database import open_database
from dalen_hub.store.times import rfc3339
from dalen_hub.vtn.auth import create_client
from tests.hub.conftest import StartHub
from tests.hub.helpers import TOKEN, VTN, Caller, FrozenClock, Hub
from tests.hub.whole_hub import LOAD, TRAFO, forecast_body, quarters, upload, whole_hub

from . import documents as d

SECRET_ENV = "DALEN_TEST_DSO_SECRET"
PROGRAM = "capacity-limits"
KINDS = {
    ProfileName.GAC_2_1: "DSO_CPO_INTERFACE-2.1.1",
    ProfileName.GAC_2_2: "DSO_CPO_INTERFACE-2.2.0",
    ProfileName.NLFLEX_1_0: "DSO_SP_INTERFACE-1.0.0",
    ProfileName.TRAFO_FORECAST: "DALEN_TRAFO_FORECAST-1.0.0",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dso:
    """The grid operator: Dalen's own server of OpenADR 3.1, as its business logic."""

    operator: Caller
    url: str
    token_url: str
    client_id: str
    secret: str
    program_id: str

    async def publish(self, body: Mapping[str, Any]) -> str:
        """Publish a document; return its id."""
        made = await self.operator.ok("POST", f"{VTN}/events", self._body(body))
        return str(made["id"])

    async def change(self, event_id: str, body: Mapping[str, Any]) -> None:
        """Replace a document."""
        await self.operator.ok("PUT", f"{VTN}/events/{event_id}", self._body(body))

    async def withdraw(self, event_id: str) -> None:
        """Take a document back."""
        await self.operator.ok("DELETE", f"{VTN}/events/{event_id}")

    def settings(self, profile: ProfileName, **more: Any) -> DsoSettings:
        """Return the link of the hub."""
        given = {
            "target": d.EAN,
            "poll": timedelta(hours=1),
            "vtn_url": self.url,
            "token_url": self.token_url,
            **more,
        }
        return DsoSettings(
            client_id=self.client_id,
            program=PROGRAM,
            profile=profile,
            version=Version.V3_1,
            secret_env=SECRET_ENV,
            **given,
        )

    def _body(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return a document of the program."""
        return {"programID": self.program_id, **body}


@pytest.fixture
def profile() -> ProfileName:
    """Return the profile of the program; tests give another one."""
    return ProfileName.GAC_2_2


@pytest.fixture
async def dso(
    start_hub: StartHub,
    tmp_path: Path,
    profile: ProfileName,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[Dso]:
    """Start the server of the grid operator, with a program and the hub's VEN."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    engine = await open_database(tmp_path / "dso")
    server = await start_hub(engine)
    async with engine.begin() as conn:
        client_id, secret = await create_client(conn, "ven", "dalen", server.clock())
    monkeypatch.setenv(SECRET_ENV, secret)
    operator = await server.operator()
    program = await operator.ok(
        "POST",
        f"{VTN}/programs",
        {
            "programName": PROGRAM,
            "attributes": [
                {"type": "PROGRAM_TYPE", "values": [KINDS[profile]]},
                {"type": "RETAILER_NAME", "values": [d.ENEXIS]},
                {"type": "BINDING_EVENTS", "values": [True]},
            ],
        },
    )
    await operator.ok(
        "POST",
        f"{VTN}/vens",
        {
            "objectType": "BL_VEN_REQUEST",
            "venName": "8712345678906",
            "clientID": client_id,
            "targets": [d.EAN, d.GROUP],
        },
    )
    yield Dso(
        operator=operator,
        url=str(server.client.make_url(VTN)),
        token_url=str(server.client.make_url(TOKEN)),
        client_id=client_id,
        secret=secret,
        program_id=program["id"],
    )
    await engine.dispose()


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """A hub that follows a grid operator."""

    hub: Hub
    link: Link

    async def poll(self) -> None:
        """Ask the server once, and wait until the caps followed."""
        await run_once(self.hub.app, self.link)
        await self.hub.app[PLANNER].run_due()

    async def expect_load(self, load_kw: float) -> None:
        """Say which load is expected in the next hours."""
        operator = await self.hub.operator()
        body = forecast_body(quarters(d.START, 1)[0], [load_kw] * 16)
        response = await upload(self.hub, operator, body)
        assert response.ok, await response.text()

    async def measure(self, load_kw: float) -> None:
        """Let the meter of the transformer tell the load of the last minutes."""
        operator = await self.hub.operator()
        now = self.hub.clock()
        readings = [
            {"time": rfc3339(now - timedelta(minutes=ago)), "load_kw": load_kw}
            for ago in range(10, 0, -1)
        ]
        await operator.ok("POST", LOAD, {"unit": "kW", "readings": readings})
        await self.hub.app[PLANNER].run_due()

    async def told(self) -> dict[str, Any]:
        """Return what the operator's interface says of the link."""
        operator = await self.hub.operator()
        found = await operator.ok("GET", f"/api/v1/trafos/{TRAFO}/upstream")
        link: dict[str, Any] = found["links"][0]
        return link


@asynccontextmanager
async def following(
    settings: DsoSettings,
    config: HubConfig,
    engine: AsyncEngine,
    data_dir: Path,
    clock: FrozenClock,
) -> AsyncGenerator[Follower]:
    """Run a hub with a link, after its first poll."""
    trafos = tuple(
        replace(trafo, dso=(settings,)) if trafo.id == TRAFO else trafo
        for trafo in config.trafos
    )
    linked = replace(config, trafos=trafos)
    async with whole_hub(linked, engine, data_dir, clock) as hub:
        (link,) = hub.app[LINKS][TRAFO]
        async with asyncio.timeout(20):
            while link.state is LinkState.WAITING:
                await asyncio.sleep(0.01)
        yield Follower(hub=hub, link=link)
