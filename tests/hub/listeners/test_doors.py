"""Each listener serves what it is for, on real sockets."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
import dataclasses
from pathlib import Path

from aiohttp import ClientSession
import pytest

from dalen_hub.config import HubConfig
from dalen_hub.errors import HubError
from dalen_hub.listeners import kinds
from dalen_hub.listeners.doors import listen, open_doors, url_of
from dalen_hub.listeners.kinds import Kind
from dalen_hub.listeners.settings import ListenAt
from dalen_hub.serve import Places, running
from tests.hub.helpers import PREVIEW, VTN

HERE = "127.0.0.1"
PAGES = ("/", "/trafos/kerkstraat", "/overview", "/static/page.css", "/assets/x.js")
OPERATORS = (
    "/api/v1/trafos",
    "/api/v1/trafos/kerkstraat/chart",
    "/api/v1/trafos/kerkstraat/stop",
)
HOMES = (f"{VTN}/programs", f"{VTN}/auth/server", "/dalen/v1/membership", "/health")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with listen(HERE, 0) as listener:
        return int(listener.getsockname()[1])


@asynccontextmanager
async def hub_at(
    config: HubConfig,
    data_dir: Path,
    *,
    operator: bool = False,
    ingress: bool = False,
) -> AsyncGenerator[Mapping[Kind, str]]:
    """Run a hub with some listeners; give the address of each."""
    with (
        listen(HERE, 0) as main,
        open_doors(
            config,
            main,
            operator=ListenAt(host=HERE, port=free_port()) if operator else None,
            ingress=ListenAt(host=HERE, port=free_port()) if ingress else None,
        ) as doors,
    ):
        async with running(config, data_dir, doors):
            yield {door.kind: door.url(HERE) for door in doors}


async def status(session: ClientSession, url: str, **headers: str) -> int:
    """Return the status of an answer."""
    async with session.get(url, headers=headers, allow_redirects=False) as response:
        return response.status


async def test_one_listener_serves_all(config: HubConfig, data_dir: Path) -> None:
    """Nothing changes for a hub that is told nothing."""
    async with hub_at(config, data_dir) as at, ClientSession() as session:
        assert set(at) == {Kind.ALL}
        assert await status(session, f"{at[Kind.ALL]}/") == 200
        assert await status(session, f"{at[Kind.ALL]}{OPERATORS[1]}") == 200
        assert await status(session, f"{at[Kind.ALL]}{HOMES[0]}") == 401


async def test_the_homes_listener_has_no_pages_and_no_operators_interface(
    config: HubConfig, data_dir: Path
) -> None:
    """What is elsewhere is not forbidden there: it does not exist."""
    async with (
        hub_at(config, data_dir, operator=True) as at,
        ClientSession() as session,
    ):
        homes, operator = at[Kind.HOMES], at[Kind.OPERATOR]
        for path in (*PAGES, *OPERATORS, "/api/v1/clients/x", "/x"):
            assert await status(session, homes + path) == 404, path
        for path in HOMES:
            assert await status(session, homes + path) in {200, 401}, path
        async with session.post(f"{homes}{PREVIEW}", json={"code": "x"}) as answer:
            assert answer.status == 404
            assert "not known" in (await answer.json())["detail"]
        for path in (PAGES[0], OPERATORS[0]):
            assert await status(session, operator + path) in {200, 401}, path


@pytest.mark.parametrize(
    "path",
    [
        "//api/v1/trafos",
        "/dalen/v1/../../api/v1/trafos",
        "/dalen/v1/%2e%2e/%2e%2e/api/v1/trafos",
        "/%61pi/v1/trafos/kerkstraat/chart",
        "/health/../api/v1/trafos",
        "/openadr3/../",
    ],
)
async def test_no_spelling_of_a_path_opens_the_other_listener(
    config: HubConfig, data_dir: Path, path: str
) -> None:
    """The route that was found decides, however the path was written."""
    async with hub_at(config, data_dir, operator=True) as at:
        host, port = at[Kind.HOMES].removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"GET {path} HTTP/1.0\r\nHost: x\r\n\r\n".encode())
        assert (await reader.readline()).split()[1] in {b"404", b"400"}
        writer.close()


async def test_only_ingress_itself_may_use_the_ingress_listener(
    config: HubConfig, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No header makes another peer into Home Assistant."""
    header = {"X-Ingress-Path": "/api/hassio_ingress/abc"}
    forged = {
        **header,
        "X-Forwarded-For": kinds.INGRESS_PEER,
        "X-Remote-User-Id": "admin",
    }
    async with (
        hub_at(config, data_dir, operator=True, ingress=True) as at,
        ClientSession() as session,
    ):
        ingress = at[Kind.INGRESS]
        for path in (*PAGES, *OPERATORS, *HOMES[:-1]):
            assert await status(session, ingress + path, **forged) == 403, path
        # The container asks itself whether it is well.
        assert await status(session, f"{ingress}/health") == 200
        monkeypatch.setattr(kinds, "INGRESS_PEER", HERE)
        async with session.get(f"{ingress}/", headers=header) as page:
            assert page.status == 200
            assert '<base href="/api/hassio_ingress/abc/">' in await page.text()
        async with session.get(f"{at[Kind.OPERATOR]}/", headers=header) as page:
            assert '<base href="/">' in await page.text()
        assert await status(session, at[Kind.HOMES] + PAGES[0], **forged) == 404


def test_two_listeners_need_two_ports(config: HubConfig) -> None:
    """Which is which is known by the port."""
    with listen(HERE, 0) as main:
        at = ListenAt(host=HERE, port=main.getsockname()[1])
        with (
            pytest.raises(HubError, match="Choose another"),
            open_doors(config, main, operator=at, ingress=None),
        ):
            pass


def test_the_command_line_wins_over_the_configuration(config: HubConfig) -> None:
    """The app fixes its ports whatever its options say."""
    listed = ListenAt(host="::1", port=9000)
    known = dataclasses.replace(config, operator_listener=listed)
    places = Places(host="0.0.0.0", port=8080)
    assert places.operator(known) == listed
    assert places.ingress() is None
    places = Places(host="0.0.0.0", port=8080, operator_port=8081, ingress_port=8099)
    assert places.operator(known) == ListenAt(host="0.0.0.0", port=8081)
    assert places.ingress() == ListenAt(host="0.0.0.0", port=8099)


def test_addresses_are_written_as_a_browser_needs_them() -> None:
    """An address of every interface is no address to go to."""
    assert url_of("0.0.0.0", 80) == "http://127.0.0.1:80"
    assert url_of("::1", 80, scheme="https") == "https://[::1]:80"
