"""Tests of a hub that follows a server of OpenADR 3.0.1, over real HTTP."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.config import HubConfig
from dalen_hub.grid.upstream import client
from dalen_hub.grid.upstream.settings import DsoSettings, ProfileName, Version
from tests.hub.helpers import FrozenClock
from tests.hub.whole_hub import caps_kw

from . import documents as d
from .conftest import SECRET_ENV, Follower, following
from .old_server import CLIENT_ID, SECRET, OldServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A server and the hub that follows it."""

    server: OldServer
    follower: Follower


@pytest.fixture
async def pair(
    config: HubConfig,
    engine: AsyncEngine,
    data_dir: Path,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[Pair]:
    """Start both."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv(SECRET_ENV, SECRET)
    server = OldServer()
    async with TestServer(server.app()) as running:
        settings = DsoSettings(
            vtn_url=str(running.make_url("/openadr3/3.0.1")),
            token_url=str(running.make_url("/token")),
            client_id=CLIENT_ID,
            program="capacity-limits",
            profile=ProfileName.GAC_2_0,
            version=Version.V3_0_1,
            poll=timedelta(hours=1),
            secret_env=SECRET_ENV,
            target=d.EAN,
        )
        async with following(settings, config, engine, data_dir, clock) as follower:
            yield Pair(server=server, follower=follower)


async def test_limits(pair: Pair) -> None:
    """Check a day in steps of 5 minutes, replaced as the DSOs do: anew, not changed."""
    home = await pair.follower.hub.home()
    await pair.follower.expect_load(200.0)
    pair.server.show(d.gac_20([320.0, 205.0, 320.0] + [320.0] * 285))
    await pair.follower.poll()
    caps = await caps_kw(home)
    assert [caps[d.quarter(n)] for n in (0, 1)] == [0.9, 1.8]
    pair.server.events = [d.served(d.gac_20([320.0] * 3 + [205.0] * 3), 9)]
    await pair.follower.poll()
    caps = await caps_kw(home)
    assert [caps[d.quarter(n)] for n in (0, 1)] == [1.8, 0.9]
    assert pair.server.tokens == 1


@pytest.mark.parametrize(
    "spoilt",
    [
        {"intervals": "none"},
        {"intervals": []},
        {"targets": []},
        {"payloadDescriptors": []},
        {"createdDateTime": "yesterday"},
        {"priority": 2},
    ],
)
async def test_bad_documents(pair: Pair, spoilt: dict[str, Any]) -> None:
    """Check that one hides neither the last good one nor the documents beside it."""
    good = d.served(d.gac_20([205.0] * 3), 1)
    pair.server.events = [good]
    await pair.follower.poll()
    other = d.served(d.gac_20([210.0] * 3, start=d.quarter(4)), 2)
    pair.server.events = [{**good, **spoilt}, other]
    await pair.follower.poll()
    limits = pair.follower.link.orders.limits_kw
    assert limits == {d.quarter(0): 205.0, d.quarter(4): 210.0}
    told = await pair.follower.told()
    assert told["state"] == "refused"
    assert [each["remark"] for each in told["findings"]] == ["refused"]


async def test_a_program_of_another_version(pair: Pair) -> None:
    """Check that the profile's own validator judges the program."""
    pair.server.program["programType"] = "SOMETHING_ELSE"
    await pair.follower.poll()
    told = await pair.follower.told()
    assert told["state"] == "refused"
    assert "DSO_CPO_INTERFACE" in told["trouble"]


async def test_where_tokens_come_from() -> None:
    """Check the discovery of OpenADR 3.1, and that it names a safe address."""
    answers = iter(["https://id.example/token", "http://id.example/token", None])

    async def tell(_request: web.Request) -> web.Response:
        return web.json_response({"tokenURL": next(answers)})

    app = web.Application()
    app.router.add_get("/auth/server", tell)
    async with TestServer(app) as server:
        url = str(server.make_url("")).rstrip("/")
        found = await _discovered(url)
        assert found == "https://id.example/token"
        for _ in range(2):
            with pytest.raises(client.DsoUnreachableError, match="no safe address"):
                await _discovered(url)


async def _discovered(url: str) -> str:
    """Ask a server where tokens come from, in a thread."""

    return await asyncio.to_thread(client._token_url, url)
