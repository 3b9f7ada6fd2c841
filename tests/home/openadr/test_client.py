"""The VEN against a VTN on real HTTP."""

import asyncio
from typing import Any

from aiohttp import ClientSession, ClientTimeout, web
from aiohttp.test_utils import TestServer, unused_port
import pytest

from custom_components.dalen.openadr import answer, lists
from custom_components.dalen.openadr.client import OpenAdrClient
from custom_components.dalen.openadr.errors import (
    AuthenticationFailedError,
    ProblemError,
    UnexpectedAnswerError,
    VtnUnreachableError,
)

from .builders import caps_json
from .conftest import MakeClient, TestClock
from .vtn_server import VtnServer, problem


async def test_events_of_a_program(client: OpenAdrClient, vtn: VtnServer) -> None:
    """The token endpoint is found, a token fetched, and the events read."""
    vtn.events = [caps_json(0.5), caps_json(0.6, id="event-2", programID="other")]
    assert [event.id for event in await client.events("dalen-caps")] == ["event-1"]
    assert len(await client.events()) == 2
    assert vtn.requests == [
        "GET auth/server",
        "POST token",
        "GET events",
        "GET events",
    ]


async def test_programs_and_ven(client: OpenAdrClient, vtn: VtnServer) -> None:
    """A program gives the units; the ven gives the targets."""
    vtn.programs = [
        {
            "id": "p1",
            "programName": "dalen-caps",
            "payloadDescriptors": [
                {"payloadType": "IMPORT_CAPACITY_LIMIT", "units": "KW"}
            ],
        }
    ]
    assert await client.ven() is None
    vtn.vens = [{"id": "v1", "venName": "home-1", "targets": ["home-ab"]}]
    (program,) = await client.programs()
    assert (program.name, program.units) == (
        "dalen-caps",
        {"IMPORT_CAPACITY_LIMIT": "KW"},
    )
    ven = await client.ven()
    assert ven is not None
    assert (ven.name, ven.targets) == ("home-1", ("home-ab",))


async def test_bad_event_is_skipped_with_a_reason(
    client: OpenAdrClient, vtn: VtnServer
) -> None:
    """One bad event never hides the good ones."""
    vtn.events = [caps_json(0.5, id="odd", priority="high"), 7, caps_json(0.5)]
    assert [event.id for event in await client.events()] == ["event-1"]
    assert [(item.id, item.reason) for item in client.skipped] == [
        ("odd", "priority is not a whole number of 0 or more"),
        (None, "the event is not an object"),
    ]


async def test_all_pages_are_read(client: OpenAdrClient, vtn: VtnServer) -> None:
    """Pages have at most 50 objects; the last one is not full."""
    vtn.events = [caps_json(0.5, id=f"event-{number}") for number in range(100)]
    assert len(await client.events()) == 100
    assert vtn.requests.count("GET events") == 3


async def test_event_that_moves_to_the_next_page_counts_once(
    client: OpenAdrClient, vtn: VtnServer
) -> None:
    """An event that is added while we read shifts the pages."""
    events = [caps_json(0.5, id=f"event-{number}") for number in range(60)]

    async def shifting(request: web.Request) -> web.Response:
        skip = max(0, int(request.query["skip"]) - 1)
        return web.json_response(events[skip : skip + 50])

    vtn.handler = shifting
    assert len(await client.events()) == 60


async def test_endless_pages_are_refused(
    client: OpenAdrClient, vtn: VtnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A VTN that ignores skip cannot keep us busy for ever."""
    monkeypatch.setattr(lists, "MAX_PAGES", 3)

    async def same(request: web.Request) -> web.Response:
        return web.json_response([caps_json(0.5)] * 50)

    vtn.handler = same
    with pytest.raises(UnexpectedAnswerError, match="more than 150"):
        await client.events()


async def test_report(client: OpenAdrClient, vtn: VtnServer) -> None:
    """A report arrives as it is."""
    await client.create_report({"eventID": "event-1", "resources": []})
    assert vtn.reports == [{"eventID": "event-1", "resources": []}]


async def test_credentials_in_the_body_when_basic_is_refused(
    client: OpenAdrClient, vtn: VtnServer
) -> None:
    """RFC 6749 allows both; not every VTN takes both."""
    vtn.accepts_basic = False
    await client.events()
    assert vtn.requests.count("POST token") == 2
    assert vtn.tokens_given == 1


async def test_token_is_kept_until_shortly_before_it_expires(
    client: OpenAdrClient, vtn: VtnServer, clock: TestClock
) -> None:
    """An hour's token is renewed after 59 minutes."""
    await client.events()
    clock.forward(3539)
    await client.events()
    assert vtn.tokens_given == 1
    clock.forward(2)
    await client.events()
    assert vtn.tokens_given == 2


async def test_one_token_for_requests_at_the_same_time(
    client: OpenAdrClient, vtn: VtnServer
) -> None:
    """They wait for each other."""
    await asyncio.gather(*(client.events() for _ in range(5)))
    assert vtn.tokens_given == 1


@pytest.mark.parametrize("life", [None, "soon", True, 1e999, -5, 0.1])
async def test_odd_life_of_a_token(
    client: OpenAdrClient, vtn: VtnServer, life: Any
) -> None:
    """Whatever the VTN says about the life of its token, it works."""
    vtn.token_life_s = life
    await client.events()


async def test_refused_token_is_renewed_once(
    client: OpenAdrClient, vtn: VtnServer
) -> None:
    """A VTN that restarted forgot its tokens."""
    await client.events()
    vtn.valid_token = "forgotten"
    await client.events()
    assert vtn.tokens_given == 2


async def test_token_that_is_never_accepted(
    client: OpenAdrClient, vtn: VtnServer
) -> None:
    """After one new token it is clear."""

    async def never(request: web.Request) -> web.Response:
        return problem(401, "Unauthorized")

    vtn.handler = never
    with pytest.raises(AuthenticationFailedError, match="join"):
        await client.events()
    assert vtn.tokens_given == 2


async def test_wrong_secret(make_client: MakeClient) -> None:
    """The error tells to join again, and does not contain the secret."""
    with pytest.raises(AuthenticationFailedError, match="join") as caught:
        await make_client(client_secret="wr0ng").events()
    assert "wr0ng" not in str(caught.value)


async def test_busy_token_endpoint_is_no_authentication_failure(
    client: OpenAdrClient, vtn: VtnServer
) -> None:
    """Too many requests passes; the credentials are still good."""
    vtn.next_answers.append(lambda: problem(429, "Slow down", {"Retry-After": "7"}))
    with pytest.raises(ProblemError) as caught:
        await client.events()
    assert caught.value.retry_after_s == 7


async def test_problem_is_parsed(client: OpenAdrClient, vtn: VtnServer) -> None:
    """All fields of the problem arrive."""
    await client.events()
    vtn.next_answers.append(
        lambda: problem(403, "Refused", type="https://x/consent", detail="Not agreed")
    )
    with pytest.raises(ProblemError) as caught:
        await client.create_report({})
    err = caught.value
    assert (err.status, err.type, err.title, err.detail, err.is_temporary) == (
        403,
        "https://x/consent",
        "Refused",
        "Not agreed",
        False,
    )
    assert str(err) == "The VTN answered 403 Refused: Not agreed"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("30", 30),
        ("Mon, 23 Nov 2026 16:08:30 GMT", 60),
        ("Mon, 23 Nov 2026 16:00:00 GMT", 0),
        ("99999999999999999999", 86400),
        ("Mon, 23 Nov 2036 16:00:00 GMT", 86400),
        ("later", None),
        ("-1", None),
        ("Mon, 23 Nov 2026 16:08:30 -0000", None),
    ],
)
async def test_retry_after(
    client: OpenAdrClient, vtn: VtnServer, header: str | None, seconds: float | None
) -> None:
    """Seconds or a date, within a day; anything else is no wish."""
    await client.events()
    headers = {} if header is None else {"Retry-After": header}
    vtn.next_answers.append(lambda: problem(503, "Busy", headers))
    with pytest.raises(ProblemError) as caught:
        await client.events()
    assert caught.value.retry_after_s == seconds
    assert caught.value.is_temporary


@pytest.mark.parametrize(
    "body", ["", "<html>", "[" * 100_000, '{"title": 7, "status": "x"}', "[]"]
)
async def test_error_without_a_problem(
    client: OpenAdrClient, vtn: VtnServer, body: str
) -> None:
    """A proxy in between answers with something else."""
    await client.events()
    vtn.next_answers.append(lambda: web.Response(status=502, text=body))
    with pytest.raises(ProblemError, match="502"):
        await client.events()


@pytest.mark.parametrize(
    "body", ["", "<html>", "[" * 100_000, "{}", "7", "9" * 5000, "\xff"]
)
async def test_answer_that_is_no_list(
    client: OpenAdrClient, vtn: VtnServer, body: str
) -> None:
    """Hostile or foreign answers give the one documented error."""
    await client.events()
    vtn.next_answers.append(lambda: web.Response(body=body.encode("latin-1")))
    with pytest.raises(UnexpectedAnswerError):
        await client.events()


async def test_redirect_is_not_followed(client: OpenAdrClient, vtn: VtnServer) -> None:
    """A token never travels to an address that somebody else chose."""
    await client.events()
    before = len(vtn.requests)
    vtn.next_answers.append(
        lambda: web.Response(status=307, headers={"Location": "/elsewhere"})
    )
    with pytest.raises(UnexpectedAnswerError, match="another address"):
        await client.events()
    assert len(vtn.requests) == before + 1


@pytest.mark.parametrize("compressed", [False, True])
async def test_large_answer_is_refused(
    client: OpenAdrClient,
    vtn: VtnServer,
    monkeypatch: pytest.MonkeyPatch,
    compressed: bool,
) -> None:
    """Also when it is small on the wire."""
    monkeypatch.setattr(answer, "MAX_BODY_BYTES", 100_000)
    await client.events()

    def large() -> web.Response:
        response = web.Response(body=b" " * 1_000_000)
        if compressed:
            response.enable_compression()
        return response

    vtn.next_answers.append(large)
    with pytest.raises(UnexpectedAnswerError, match="larger"):
        await client.events()


@pytest.mark.parametrize("url", ["http://hub.example/token", "token", "ftp://x", ""])
async def test_token_endpoint_must_be_safe(
    client: OpenAdrClient, vtn: VtnServer, url: str
) -> None:
    """The secret is not sent in clear outside the house."""
    vtn.token_url = url or "https://"
    with pytest.raises(UnexpectedAnswerError):
        await client.events()
    assert vtn.requests == ["GET auth/server"]


async def test_token_is_not_sent_to_an_unsafe_address(client: OpenAdrClient) -> None:
    """Not even when the hub itself names it."""
    with pytest.raises(UnexpectedAnswerError):
        await client.call("GET", "http://hub.example/nudge")


async def test_nobody_there(make_client: MakeClient) -> None:
    """A closed port is an unreachable VTN."""
    with pytest.raises(VtnUnreachableError, match="cannot be reached"):
        await make_client(f"http://127.0.0.1:{unused_port()}/openadr3/3.1.0").events()


async def test_link_that_breaks_halfway(client: OpenAdrClient, vtn: VtnServer) -> None:
    """A half answer is no answer."""

    async def half(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"[")
        assert request.transport is not None
        request.transport.abort()
        return response

    vtn.handler = half
    with pytest.raises(VtnUnreachableError):
        await client.events()


async def test_silent_vtn_times_out(
    server: TestServer, session: ClientSession, vtn: VtnServer, client: OpenAdrClient
) -> None:
    """Every request has an end."""
    await client.events()
    release = asyncio.Event()

    async def silent(request: web.Request) -> web.StreamResponse:
        await release.wait()
        return web.json_response([])

    vtn.handler = silent
    short = ClientTimeout(total=0.05)
    with pytest.raises(VtnUnreachableError, match="cannot be reached"):
        async with client.stream("GET", f"{vtn.url_of(server)}/vens", timeout=short):
            pass
    release.set()


@pytest.mark.parametrize(
    "url", ["", "hub", "http://hub.example", "https://u:p@hub.example"]
)
def test_unsafe_vtn_address_is_refused(url: str, clock: TestClock) -> None:
    """Before anything is sent."""
    with pytest.raises(ValueError, match="https"):
        OpenAdrClient(None, url, "id", "secret", clock)  # type: ignore[arg-type]
