"""Tests of a hub that follows a grid operator over real HTTP, with OpenADR 3.1."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
import logging
from pathlib import Path
import subprocess
import sys
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.config import HubConfig
from dalen_hub.grid.upstream import client
from dalen_hub.grid.upstream.link import LinkState
from dalen_hub.grid.upstream.settings import ProfileName
from tests.hub.helpers import FrozenClock
from tests.hub.whole_hub import CHART, TRAFO, caps_kw

from . import documents as d
from .conftest import PROGRAM, Dso, Follower, following

FREE_KW, FLOOR_KW = 1.8, 0.3


@pytest.fixture
async def follower(
    dso: Dso,
    profile: ProfileName,
    config: HubConfig,
    engine: AsyncEngine,
    data_dir: Path,
    clock: FrozenClock,
) -> AsyncGenerator[Follower]:
    """Run a hub that follows the grid operator."""
    target = d.GROUP if profile is ProfileName.NLFLEX_1_0 else d.EAN
    settings = dso.settings(profile, target=target, party="8712345678906")
    async with following(settings, config, engine, data_dir, clock) as made:
        yield made


async def test_limits_narrow_the_caps(dso: Dso, follower: Follower) -> None:
    """Check limits from their publication over a change to their withdrawal."""
    home = await follower.hub.home()
    await follower.expect_load(200.0)
    assert (await caps_kw(home))[d.quarter(0)] == FREE_KW
    event_id = await dso.publish(d.gac([205.0, 200.0, 320.0]))
    await follower.poll()
    caps = await caps_kw(home)
    # 205 kW less 2 % margin and 200 kW leave 0.9 kW.
    assert [caps[d.quarter(n)] for n in range(4)] == [0.9, FLOOR_KW, FREE_KW, FREE_KW]
    await dso.change(event_id, d.gac([320.0, 205.0, 320.0]))
    await follower.poll()
    caps = await caps_kw(home)
    assert [caps[d.quarter(n)] for n in range(3)] == [FREE_KW, 0.9, FREE_KW]
    await dso.withdraw(event_id)
    await follower.poll()
    caps = await caps_kw(home)
    assert [caps[d.quarter(n)] for n in range(3)] == [FREE_KW] * 3
    told = await follower.told()
    assert told["state"] == "ok"
    assert [each["remark"] for each in told["findings"]] == ["withdrawn", "replaced"]


async def test_a_wider_limit_widens_nothing(dso: Dso, follower: Follower) -> None:
    """Check that the transformer's own limit stays."""
    home = await follower.hub.home()
    await follower.expect_load(315.0)
    before = await caps_kw(home)
    await dso.publish(d.gac([800.0] * 4))
    await follower.poll()
    assert await caps_kw(home) == before
    assert before[d.quarter(0)] == FLOOR_KW


@pytest.mark.parametrize(
    "bad",
    [
        d.gac([200_000.0]),
        d.gac([205.0], start=d.START + timedelta(minutes=7)),
        d.gac([205.0], priority=3),
        d.gac([205.0], payloadDescriptors=d.described(d.LIMIT, "W")),
    ],
)
async def test_the_last_good_one_stays(
    dso: Dso, follower: Follower, bad: dict[str, Any]
) -> None:
    """Check a good document that a bad one replaces, and that the operator knows."""
    home = await follower.hub.home()
    await follower.expect_load(200.0)
    event_id = await dso.publish(d.gac([205.0]))
    await follower.poll()
    await dso.change(event_id, bad)
    await follower.poll()
    assert (await caps_kw(home))[d.quarter(0)] == 0.9
    told = await follower.told()
    assert told["state"] == "refused"
    assert told["findings"][0]["remark"] == "refused"
    assert told["findings"][0]["detail"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "An order of the grid operator cannot be used (limits)."),
        ("nl", "Een opdracht van de netbeheerder is onbruikbaar (limits)."),
    ],
)
async def test_the_page_tells(
    dso: Dso, follower: Follower, language: str, said: str
) -> None:
    """Check that the status page and the list of transformers tell of the link."""
    await dso.publish(d.gac([200_000.0]))
    await follower.poll()
    response = await follower.hub.client.get(f"/trafos/{TRAFO}?lang={language}")
    assert said in await response.text()
    response = await follower.hub.client.get("/api/v1/trafos")
    first, second = await response.json()
    assert first["upstream"] == [
        {
            "program": PROGRAM,
            "profile": "gac-2.2",
            "state": "refused",
            "heard_at": "2026-11-23T16:05:00Z",
        }
    ]
    assert "upstream" not in second


async def test_a_restart_while_the_server_is_away(
    dso: Dso,
    follower: Follower,
    config: HubConfig,
    engine: AsyncEngine,
    data_dir: Path,
    clock: FrozenClock,
) -> None:
    """Check that stored orders count at once, and that the operator is told."""
    home = await follower.hub.home()
    await follower.expect_load(200.0)
    await dso.publish(d.gac([205.0]))
    await follower.poll()
    await follower.hub.client.close()
    away = dso.settings(
        ProfileName.GAC_2_2, vtn_url="http://localhost:9/openadr3/3.1.0"
    )
    async with following(away, config, engine, data_dir, clock) as again:
        token = await again.hub.token(
            home.facts["client_id"], home.facts["client_secret"]
        )
        same = type(home)(client=again.hub.client, token=token, facts=home.facts)
        assert (await caps_kw(same))[d.quarter(0)] == 0.9
        told = await again.told()
        assert told["state"] == "unreachable"
        assert told["trouble"] == "The server does not answer (ConnectionError)."
        assert told["documents"] == ["limits"]


async def test_all_pages(dso: Dso, follower: Follower) -> None:
    """Check more documents than a page has."""
    for number in range(53):
        await dso.publish(d.gac([300.0 - number], start=d.quarter(number)))
    await follower.poll()
    assert len(follower.link.orders.limits_kw) == 53


async def test_an_emergency(dso: Dso, follower: Follower) -> None:
    """Check that the hub stops all heat pumps, until the DSO takes it back."""
    await follower.hub.home()
    event_id = await dso.publish(d.emergency())
    await follower.poll()
    stop = (await _chart(follower))["stop"]
    assert (stop["cause"], stop["reason"]) == ("dso", "Cable on fire")
    await dso.withdraw(event_id)
    await follower.poll()
    assert (await _chart(follower))["stop"] is None


async def test_an_emergency_that_the_operator_released(
    dso: Dso, follower: Follower
) -> None:
    """Check that the same document does not stop again what a person released."""
    await dso.publish(d.emergency())
    await follower.poll()
    operator = await follower.hub.operator()
    await operator.ok("DELETE", f"/api/v1/trafos/{TRAFO}/stop")
    await follower.poll()
    assert (await _chart(follower))["stop"] is None


async def _chart(follower: Follower) -> dict[str, Any]:
    """Return the chart."""
    response = await follower.hub.client.get(CHART)
    body: dict[str, Any] = await response.json()
    return body


@pytest.mark.parametrize("profile", [ProfileName.TRAFO_FORECAST])
async def test_a_forecast(dso: Dso, follower: Follower) -> None:
    """Check that a forecast counts as if it was uploaded, until it is withdrawn."""
    home = await follower.hub.home()
    event_id = await dso.publish(d.forecast([300.0, 320.0]))
    await follower.poll()
    caps = await caps_kw(home)
    assert [caps[d.quarter(n)] for n in range(2)] == [FLOOR_KW, FLOOR_KW]
    quarters = {
        each["start"]: each for each in (await _chart(follower))["quarter_hours"]
    }
    assert quarters["2026-11-23T17:00:00Z"]["source"] == "dso"
    assert quarters["2026-11-23T17:00:00Z"]["p50_kw"] == 300.0
    await dso.withdraw(event_id)
    await follower.poll()
    quarters = {
        each["start"]: each for each in (await _chart(follower))["quarter_hours"]
    }
    assert quarters["2026-11-23T17:00:00Z"]["source"] != "dso"


@pytest.mark.parametrize("profile", [ProfileName.NLFLEX_1_0])
async def test_a_dispatch(dso: Dso, follower: Follower) -> None:
    """Check that all heat pumps together stay below the ceiling of a dispatch."""
    homes = [await follower.hub.home() for _ in range(3)]
    await follower.expect_load(50.0)
    await dso.publish(d.baseline(4.0))
    await dso.publish(d.dispatch(1.0))
    await follower.poll()
    for home in homes:
        caps = await caps_kw(home)
        # 4 kW less 1 kW of flexibility and 2 % margin, for three homes.
        assert caps[d.quarter(0)] == 0.98
        assert caps[d.quarter(8)] == 1.3
        assert caps[d.quarter(12)] == FREE_KW


@pytest.mark.parametrize("profile", [ProfileName.GAC_2_2, ProfileName.NLFLEX_1_0])
async def test_orders_count_for_the_meter_too(
    dso: Dso, follower: Follower, profile: ProfileName
) -> None:
    """Check the running quarter hour, where the meter decides and not the plan."""
    homes = [await follower.hub.home() for _ in range(3)]
    await follower.measure(200.0)
    start = d.START - timedelta(hours=1)
    assert (await caps_kw(homes[0]))[start] == FREE_KW
    if profile is ProfileName.NLFLEX_1_0:
        await dso.publish(d.baseline(4.0))
        await dso.publish(d.dispatch(1.0, start=start))
    else:
        await dso.publish(d.gac([205.0], start=start))
    await follower.poll()
    together_kw = sum([(await caps_kw(home))[start] for home in homes])
    assert 3 * FLOOR_KW - 0.01 < together_kw <= 3.0


async def test_a_program_of_another_kind(
    dso: Dso,
    config: HubConfig,
    engine: AsyncEngine,
    data_dir: Path,
    clock: FrozenClock,
) -> None:
    """Check that a link to the wrong program follows nothing and says so."""
    await dso.publish(d.forecast([300.0, 320.0]))
    settings = dso.settings(ProfileName.TRAFO_FORECAST)
    async with following(settings, config, engine, data_dir, clock) as follower:
        told = await follower.told()
        assert told["state"] == "refused"
        assert "DALEN_TRAFO_FORECAST" in told["trouble"]
        await follower.poll()
        assert len((await follower.told())["findings"]) == 1


async def test_the_secret_stays_secret(
    dso: Dso, follower: Follower, caplog: pytest.LogCaptureFixture
) -> None:
    """Check that it is in no log, at any level, and in no answer."""
    caplog.set_level(logging.DEBUG)
    follower.link.client = client.DsoClient(follower.link.settings)
    await follower.poll()
    assert follower.link.state is LinkState.OK
    assert dso.secret not in caplog.text
    assert "Bearer" not in caplog.text
    assert dso.secret not in str(await follower.told())
    assert dso.secret not in repr(follower.link)


async def test_a_wrong_secret(
    dso: Dso, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Check that the operator learns what is wrong."""
    monkeypatch.setenv("DALEN_TEST_DSO_SECRET", "wrong")
    follower.link.client = client.DsoClient(follower.link.settings)
    await follower.poll()
    told = await follower.told()
    assert "invalid_client" in told["trouble"]
    monkeypatch.delenv("DALEN_TEST_DSO_SECRET")
    follower.link.client = client.DsoClient(follower.link.settings)
    await follower.poll()
    assert "environment variable" in (await follower.told())["trouble"]


async def test_a_server_that_hangs(
    dso: Dso,
    config: HubConfig,
    engine: AsyncEngine,
    data_dir: Path,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Check that a request without an answer ends."""
    monkeypatch.setattr(client, "_TIMEOUT_S", (0.2, 0.2))
    ended = asyncio.Event()

    async def hang(_request: web.Request) -> web.Response:
        await ended.wait()
        return web.json_response([])

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", hang)
    async with TestServer(app) as server:
        url = str(server.make_url("")).rstrip("/")
        settings = dso.settings(
            ProfileName.GAC_2_2, vtn_url=url, token_url=f"{url}/token"
        )
        async with following(settings, config, engine, data_dir, clock) as follower:
            assert follower.link.state is LinkState.UNREACHABLE
        ended.set()


def test_a_hub_without_a_link_is_light() -> None:
    """Check that the libraries are not even loaded."""
    code = (
        "import sys, dalen_hub.app;"
        "print([m for m in ('openadr3_client', 'pydantic', 'requests')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
