"""Clients that are slow, endless, deep or too many, on real sockets."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import gzip
from pathlib import Path
import time

from aiohttp import ClientSession
import pytest

from dalen_hub import serve
from dalen_hub.app import utc_now
from dalen_hub.config import HubConfig
from dalen_hub.listeners.capped import room_for_connections
from dalen_hub.listeners.kinds import Kind
from dalen_hub.store.database import open_database
from dalen_hub.vtn.auth import create_client
from tests.hub.helpers import PREVIEW, TOKEN, VTN

from .test_doors import hub_at, status

type Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def connected(base: str) -> AsyncGenerator[Stream]:
    """Open a connection."""
    host, port = base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    yield reader, writer
    writer.close()


async def ended(reader: asyncio.StreamReader) -> bytes:
    """Return all that comes until the hub closes the connection."""
    async with asyncio.timeout(10):
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""


@pytest.mark.parametrize(
    "begin",
    [
        b"",
        b"GET /health HT",
        b"GET /health HTTP/1.1\r\nHost: hub\r\nX-Slow: ",
        b"GET /health HTTP/1.1\r\nHost: hub\r\n\r\nGET /health HTTP/1.1\r\nX-Sl",
    ],
)
async def test_who_never_ends_its_headers_is_cut_off(
    config: HubConfig, data_dir: Path, monkeypatch: pytest.MonkeyPatch, begin: bytes
) -> None:
    """One byte now and then does not help; others are served meanwhile."""
    monkeypatch.setattr(serve, "_IDLE_S", 0.5)
    async with hub_at(config, data_dir) as at, ClientSession() as session:
        base = at[Kind.ALL]
        async with connected(base) as (reader, writer):
            writer.write(begin)
            dripping = asyncio.create_task(drip(writer))
            began = time.monotonic()
            assert await status(session, f"{base}/health") == 200
            await ended(reader)
            assert time.monotonic() - began < 5
            dripping.cancel()


async def drip(writer: asyncio.StreamWriter) -> None:
    """Send a byte now and then."""
    while True:
        await asyncio.sleep(0.1)
        writer.write(b"a")


async def test_a_body_that_drips_is_given_up(
    config: HubConfig, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole body has to come in time, not each byte."""
    monkeypatch.setattr("dalen_hub.vtn.bodies.MAX_BODY_S", 0.5)
    async with (
        hub_at(config, data_dir) as at,
        connected(at[Kind.ALL]) as (reader, writer),
    ):
        writer.write(
            f"POST {PREVIEW} HTTP/1.1\r\nHost: hub\r\nContent-Length: 99999\r\n\r\n{{".encode()
        )
        dripping = asyncio.create_task(drip(writer))
        async with asyncio.timeout(10):
            assert b" 408 " in await reader.readline()
        await ended(reader)
        dripping.cancel()


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ("Content-Length: 999999999", b"", 413),
        ("Transfer-Encoding: chunked", b"fffff\r\n" + b"a" * 0xFFFFF + b"\r\n", 413),
        ("Content-Length: 4\r\nContent-Length: 5", b"aaaaa", 400),
        ("Content-Length: 4\r\nTransfer-Encoding: chunked", b"0\r\n\r\n", 400),
        ("X-Long: " + "a" * 20_000, b"", 400),
        ("\r\n".join(f"X-{n}: a" for n in range(20_000)), b"", 400),
    ],
)
async def test_what_is_too_large_or_ambiguous_is_refused_unread(
    config: HubConfig, data_dir: Path, headers: str, body: bytes, expected: int
) -> None:
    """Nobody needs to send all of it to be told."""
    async with (
        hub_at(config, data_dir) as at,
        connected(at[Kind.ALL]) as (reader, writer),
    ):
        head = f"POST {PREVIEW} HTTP/1.1\r\nHost: hub\r\n{headers}\r\n\r\n"
        writer.write(head.encode() + body)
        async with asyncio.timeout(10):
            line = await reader.readline()
        assert int(line.split()[1]) == expected, line


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"[" * 100_000 + b"]" * 100_000, 400),
        (b'{"a":' * 40_000 + b"1" + b"}" * 40_000, 400),
        (b'{"code":' + b"9" * 200_000 + b"}", 400),
        (b'{"code":[' + b"0," * 100_000 + b"0]}", 422),
        (b'{"code":"' + b"A" * 200_000 + b'"}', 422),
        (b"{" + b",".join(b'"%d":1' % n for n in range(20_000)) + b"}", 422),
        (b'{"code":1e999}', 400),
        (b'{"code":NaN}', 400),
        (b'{"code":"\xff"}', 400),
    ],
)
async def test_deep_long_and_strange_json_is_refused_fast(
    config: HubConfig, data_dir: Path, body: bytes, expected: int
) -> None:
    """No body of the permitted size keeps the hub from the others."""
    async with hub_at(config, data_dir) as at, ClientSession() as session:
        began = time.monotonic()
        async with session.post(f"{at[Kind.ALL]}{PREVIEW}", data=body) as answer:
            assert answer.status == expected
        assert time.monotonic() - began < 2


async def test_a_small_body_that_unpacks_to_much_is_refused(
    config: HubConfig, data_dir: Path
) -> None:
    """What counts is what it becomes."""
    packed = gzip.compress(b" " * 50_000_000)
    headers = {"Content-Encoding": "gzip"}
    async with (
        hub_at(config, data_dir) as at,
        ClientSession() as session,
        session.post(
            f"{at[Kind.ALL]}{PREVIEW}", data=packed, headers=headers
        ) as answer,
    ):
        assert answer.status in {400, 413}


async def test_long_lists_in_events_are_refused_or_stored_within_the_limit(
    config: HubConfig, data_dir: Path
) -> None:
    """The size of a body bounds every list in it."""
    engine = await open_database(data_dir)
    async with engine.begin() as conn:
        client_id, secret = await create_client(conn, "bl", "operator", utc_now())
    await engine.dispose()
    async with hub_at(config, data_dir) as at, ClientSession() as session:
        base = at[Kind.ALL]
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": secret,
        }
        async with session.post(f"{base}{TOKEN}", data=form) as answer:
            token = (await answer.json())["access_token"]
        event = {"programID": "none", "targets": ["x"] * 60_000}
        async with session.post(
            f"{base}{VTN}/events",
            json=event,
            headers={"Authorization": f"Bearer {token}"},
        ) as answer:
            assert answer.status in {400, 409, 413}


async def test_too_many_connections_leave_room_for_the_hub_itself(
    config: HubConfig, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those beyond are closed at once; when some go, others may come."""
    monkeypatch.setattr(serve, "room_for_connections", lambda: 5)
    async with hub_at(config, data_dir) as at:
        host, port = at[Kind.ALL].removeprefix("http://").split(":")
        opened = [await asyncio.open_connection(host, int(port)) for _ in range(5)]
        await asyncio.sleep(0.05)
        async with connected(at[Kind.ALL]) as (reader, _):
            assert await ended(reader) == b""
        for _, writer in opened:
            writer.close()
        await asyncio.sleep(0.05)
        async with ClientSession() as session:
            assert await status(session, f"{at[Kind.ALL]}/health") == 200


def test_the_hub_knows_how_much_it_may_open() -> None:
    """More than one home, and less than everything."""
    assert room_for_connections() >= 128
