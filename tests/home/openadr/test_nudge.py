"""The nudge stream on real HTTP."""

from collections.abc import AsyncGenerator, Callable

from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest

from custom_components.dalen.openadr.client import OpenAdrClient
from custom_components.dalen.openadr.errors import (
    AuthenticationFailedError,
    ProblemError,
)
from custom_components.dalen.openadr.nudge import Nudge, nudges

from .conftest import TestClock
from .vtn_server import VtnServer, problem

CHANGED = b"event: changed\ndata: {}\n\n"

type Listen = Callable[..., AsyncGenerator[Nudge]]


@pytest.fixture
def waits() -> list[float]:
    """Return the waits between links."""
    return []


@pytest.fixture
def listen(
    client: OpenAdrClient,
    server: TestServer,
    vtn: VtnServer,
    clock: TestClock,
    waits: list[float],
) -> Listen:
    """Return a listener that notes its waits and does not sleep."""

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    def start(silence_s: float = 5.0) -> AsyncGenerator[Nudge]:
        return nudges(
            client,
            f"{vtn.url_of(server)}/nudge",
            clock=clock,
            reconnect_delay_s=lambda failures: float(failures),
            sleep=sleep,
            silence_s=silence_s,
        )

    return start


async def test_changes_arrive_and_heartbeats_do_not(
    listen: Listen, vtn: VtnServer
) -> None:
    """A comment keeps the link alive; another event means nothing to us."""
    stream = listen()
    assert await anext(stream) is Nudge.CONNECTED
    for chunk in (b": beat\n\n", b"event: other\ndata: {}\n\n", b"data: x\n\n"):
        vtn.nudges.put_nowait(chunk)
    vtn.nudges.put_nowait(b"event: chan")
    vtn.nudges.put_nowait(b"ged\r\ndata: {}\r\n\r\n" + CHANGED)
    assert [await anext(stream), await anext(stream)] == [Nudge.CHANGED] * 2
    vtn.nudges.put_nowait(None)
    assert await anext(stream) is Nudge.CONNECTED
    vtn.nudges.put_nowait(None)
    await stream.aclose()


async def test_link_is_made_again_after_the_callers_delay(
    listen: Listen, vtn: VtnServer, waits: list[float]
) -> None:
    """The number of failures in a row decides; a good link starts afresh."""
    await_connected = listen()
    assert await anext(await_connected) is Nudge.CONNECTED
    vtn.next_answers.extend([lambda: web.Response(status=500)] * 2)
    vtn.nudges.put_nowait(None)
    assert await anext(await_connected) is Nudge.CONNECTED
    assert waits == [1.0, 2.0, 3.0]
    vtn.nudges.put_nowait(None)
    assert await anext(await_connected) is Nudge.CONNECTED
    assert waits[3:] == [1.0]
    vtn.nudges.put_nowait(None)
    await await_connected.aclose()


async def test_wait_that_the_hub_asks_for(
    listen: Listen, client: OpenAdrClient, vtn: VtnServer, waits: list[float]
) -> None:
    """The hub can slow us down, never speed us up."""
    await client.events()
    vtn.next_answers.append(lambda: problem(503, "Busy", {"Retry-After": "60"}))
    stream = listen()
    assert await anext(stream) is Nudge.CONNECTED
    assert waits == [60.0]
    vtn.nudges.put_nowait(None)
    await stream.aclose()


async def test_silence_is_a_lost_link(
    listen: Listen, vtn: VtnServer, waits: list[float]
) -> None:
    """A link without heartbeats is dead, whatever the network says."""
    stream = listen(silence_s=0.05)
    assert await anext(stream) is Nudge.CONNECTED
    assert await anext(stream) is Nudge.CONNECTED
    assert waits == [1.0]
    await stream.aclose()
    for _ in range(2):
        vtn.nudges.put_nowait(None)


async def test_endless_line_is_a_lost_link(
    listen: Listen, vtn: VtnServer, waits: list[float]
) -> None:
    """A hostile hub cannot fill the memory."""
    stream = listen()
    assert await anext(stream) is Nudge.CONNECTED
    vtn.nudges.put_nowait(b"x" * 1_000_000)
    vtn.nudges.put_nowait(None)
    assert await anext(stream) is Nudge.CONNECTED
    assert waits == [1.0]
    vtn.nudges.put_nowait(None)
    await stream.aclose()


async def test_answer_that_is_no_stream_is_tried_again(
    listen: Listen, client: OpenAdrClient, vtn: VtnServer, waits: list[float]
) -> None:
    """A proxy's page is not a nudge."""
    await client.events()
    vtn.next_answers.append(lambda: web.Response(text="<html>"))
    vtn.next_answers.append(lambda: web.json_response({}))
    stream = listen()
    assert await anext(stream) is Nudge.CONNECTED
    assert waits == [1.0, 2.0]
    vtn.nudges.put_nowait(None)
    await stream.aclose()


async def test_hub_without_nudges(
    listen: Listen, client: OpenAdrClient, vtn: VtnServer
) -> None:
    """Another VTN has none; polling still works."""
    await client.events()
    vtn.next_answers.append(lambda: problem(404, "Not found"))
    with pytest.raises(ProblemError, match="404"):
        await anext(listen())


async def test_hub_that_forgot_this_home(listen: Listen, vtn: VtnServer) -> None:
    """Authentication errors are for the caller."""
    vtn.accepts_basic = vtn.accepts_body = False
    with pytest.raises(AuthenticationFailedError):
        await anext(listen())
