"""Polls without news cost little, and answers tell the time of the VTN."""

from datetime import timedelta
from email.utils import format_datetime
from typing import Any

from aiohttp import web
import pytest

from custom_components.dalen.openadr.client import OpenAdrClient
from custom_components.dalen.openadr.errors import UnexpectedAnswerError

from .builders import NOW, caps_json
from .conftest import MakeClient, TestClock
from .vtn_server import VtnServer


async def test_a_list_without_news_is_not_sent_again(
    client: OpenAdrClient, vtn: VtnServer
) -> None:
    """The home knows it still."""
    vtn.events = [caps_json(0.5)]
    first = await client.events("dalen-caps")
    again = await client.events("dalen-caps")
    assert again[0] is first[0]
    assert vtn.not_modified == 1
    vtn.events = [caps_json(0.6)]
    assert (await client.events("dalen-caps"))[0] != first[0]
    assert vtn.not_modified == 1


async def test_every_page_has_its_own_tag(
    client: OpenAdrClient, vtn: VtnServer
) -> None:
    """A change on the second page does not send the first one again."""
    vtn.events = [caps_json(0.5, id=f"event-{n}") for n in range(60)]
    await client.events()
    vtn.events[55] = caps_json(0.7, id="event-55")
    events = await client.events()
    assert vtn.not_modified == 1
    assert len(events) == 60
    vtn.events = []
    assert await client.events() == []


async def test_skipped_objects_are_told_at_every_poll(
    client: OpenAdrClient, vtn: VtnServer
) -> None:
    """Also when nothing changed."""
    vtn.events = [{"id": "bad"}]
    for _ in range(2):
        assert await client.events() == []
        assert [item.id for item in client.skipped] == ["bad"]


async def test_a_vtn_without_tags(client: OpenAdrClient, vtn: VtnServer) -> None:
    """Foreign VTNs need not have them."""
    vtn.gives_tags = False
    vtn.events = [caps_json(0.5)]
    for _ in range(2):
        assert len(await client.events()) == 1
    assert vtn.not_modified == 0


async def test_not_modified_without_a_version_that_we_have(
    client: OpenAdrClient, vtn: VtnServer
) -> None:
    """Such an answer says nothing."""
    vtn.next_answers.extend([_token(vtn), lambda: web.Response(status=304)])
    with pytest.raises(UnexpectedAnswerError):
        await client.events()


@pytest.mark.parametrize(
    ("headers", "offset"),
    [
        ({"Date": format_datetime(NOW)}, timedelta()),
        (
            {"Date": format_datetime(NOW + timedelta(hours=1))},
            timedelta(hours=1),
        ),
        ({"Date": "Mon, 23 Nov 2026 16:07:00 -0000"}, timedelta(seconds=-30)),
        ({"Date": "yesterday"}, None),
        ({"Date": format_datetime(NOW), "Age": "3600"}, None),
    ],
)
async def test_the_clock_of_the_vtn(
    client: OpenAdrClient,
    vtn: VtnServer,
    headers: dict[str, str],
    offset: timedelta | None,
) -> None:
    """The Date header tells it, unless a cache kept the answer."""

    async def answer(_: web.Request) -> web.Response:
        return web.json_response([], headers=headers)

    vtn.handler = answer
    await client.events()
    assert client.clock_offset == offset


async def test_a_refusal_does_not_tell_the_time(
    make_client: MakeClient, vtn: VtnServer, clock: TestClock
) -> None:
    """It can come from a box on the way that never had the right time."""
    client = make_client()

    async def answer(_: web.Request) -> web.Response:
        return web.json_response({}, status=500, headers={"Date": "x"})

    await client.events()
    before = client.clock_offset
    assert before is not None
    vtn.handler = answer
    with pytest.raises(Exception, match="500"):
        await client.events()
    assert client.clock_offset == before


async def test_a_vtn_of_openadr_3_0_has_its_token_in_a_fixed_place(
    client: OpenAdrClient, vtn: VtnServer
) -> None:
    """It has no /auth/server."""
    vtn.has_auth_server = False
    assert await client.events() == []


def _token(vtn: VtnServer) -> Any:
    """Return the answer to the first request, which is the one for a token."""

    def answer() -> web.Response:
        vtn.valid_token = "token"
        return web.json_response({"access_token": "token"})

    return answer
