"""Tests of subscriptions against a real webhook."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest

from dalen_hub.appkeys import WEBHOOKS
from dalen_hub.vtn.auth import create_client
from dalen_hub.vtn.public_addresses import PrivateAddressError, check_public
from dalen_hub.vtn.webhooks import Webhooks
from tests.hub.helpers import VTN, Caller, FrozenClock, Hub, assert_problem, cap_event

SUBSCRIPTIONS = f"{VTN}/subscriptions"


@dataclass(slots=True)
class Hook:
    """A webhook that a test looks into."""

    url: str = ""
    status: int = 200
    echoes: bool = True
    heard: list[tuple[str | None, Any]] = field(default_factory=list)

    async def get(self, request: web.Request) -> web.StreamResponse:
        """Answer the challenge."""
        if self.status == 302:
            raise web.HTTPFound(f"{self.url}?echo={request.query['echo']}&again")
        return web.Response(text=request.query["echo"] if self.echoes else "no")

    async def post(self, request: web.Request) -> web.Response:
        """Hear a notification."""
        if self.status == 200:
            token = request.headers.get("Authorization")
            self.heard.append((token, await request.json()))
        return web.Response(status=self.status)


@pytest.fixture
async def hook() -> AsyncGenerator[Hook]:
    """Serve a webhook."""
    made = Hook()
    app = web.Application()
    app.router.add_get("/hook", made.get)
    app.router.add_post("/hook", made.post)
    server = TestServer(app)
    await server.start_server()
    made.url = str(server.make_url("/hook"))
    yield made
    await server.close()


@pytest.fixture
def sender(hub: Hub) -> Webhooks:
    """Let the hub call private addresses, when the test says so and not before."""
    webhooks = hub.app[WEBHOOKS]
    webhooks._insecure = True
    return webhooks


def wish(url: str, *kinds: str, **more: Any) -> dict[str, Any]:
    """Return a subscription to all changes of some kinds of objects."""
    wanted = {
        "objects": list(kinds),
        "operations": ["CREATE", "UPDATE", "DELETE"],
        "callbackUrl": url,
        "bearerToken": "s3cret",
    }
    return {"clientName": "test", "objectOperations": [wanted], **more}


async def target_of(home: Caller) -> str:
    """Return the target of a home."""
    (ven,) = await home.ok("GET", f"{VTN}/vens")
    return str(ven["targets"][0])


async def drain(sender: Webhooks, hub: Hub) -> None:
    """Send all that is due."""
    while await sender.send_due(hub.engine, hub.clock()):
        pass


async def test_a_webhook_hears_what_its_client_may_see(
    hub: Hub, hook: Hook, sender: Webhooks
) -> None:
    """Check the notification, and that targets of others are hidden in it."""
    operator, a, b = await hub.operator(), await hub.home(), await hub.home()
    mine, foreign = await target_of(a), await target_of(b)
    await a.ok("POST", SUBSCRIPTIONS, wish(hook.url, "EVENT"))
    program = a.facts["program_id"]
    await operator.ok("POST", f"{VTN}/events", cap_event(program, [foreign]))
    made = await operator.ok(
        "POST", f"{VTN}/events", cap_event(program, [mine, foreign])
    )
    await operator.ok("DELETE", f"{VTN}/events/{made['id']}")
    await drain(sender, hub)
    assert [token for token, _ in hook.heard] == ["Bearer s3cret"] * 2
    assert [body["operation"] for _, body in hook.heard] == ["CREATE", "DELETE"]
    assert hook.heard[0][1] == {
        "objectType": "EVENT",
        "operation": "CREATE",
        "object": {**made, "targets": [mine]},
        "targets": [mine],
    }
    assert foreign not in str(hook.heard)


async def test_a_webhook_that_does_not_prove_itself(
    hub: Hub, hook: Hook, sender: Webhooks
) -> None:
    """Check the challenge, redirects, and addresses that nobody answers."""
    home = await hub.home()
    hook.echoes = False
    await assert_problem(
        await home.call("POST", SUBSCRIPTIONS, wish(hook.url, "EVENT")), 400
    )
    hook.status = 302
    await assert_problem(
        await home.call("POST", SUBSCRIPTIONS, wish(hook.url, "EVENT")), 400
    )
    unreachable = wish("http://127.0.0.1:9/", "EVENT")
    await assert_problem(await home.call("POST", SUBSCRIPTIONS, unreachable), 400)
    assert await home.ok("GET", SUBSCRIPTIONS) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest",
        "https://localhost/",
        "https://user@example.org/",
        "ftp://example.org/",
        "https://",
        "https://[",
        "x",
    ],
)
async def test_an_address_that_is_not_public_is_never_called(
    hub: Hub, url: str
) -> None:
    """Check what a strict hub refuses."""
    home = await hub.home()
    await assert_problem(
        await home.call("POST", SUBSCRIPTIONS, wish(url, "EVENT")), 400
    )


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "64:ff9b::a00:1", "2002:7f00:1::", "fe80::1%eth0", "224.0.0.1"],
)
def test_private_addresses_in_all_their_clothes(address: str) -> None:
    """Check addresses that hide a private one."""
    with pytest.raises(PrivateAddressError):
        check_public(address)
    check_public("93.184.215.14")


async def test_a_webhook_that_fails_is_tried_ever_later_and_given_up(
    hub: Hub, hook: Hook, sender: Webhooks, clock: FrozenClock
) -> None:
    """Check the back-off, the order, and the end after a day."""
    async with hub.engine.begin() as conn:
        secret = await create_client(conn, "bl", "operator", clock())

    async def fresh() -> Caller:
        token = await hub.token(*secret)
        return Caller(client=hub.client, token=token, facts={})

    operator = await fresh()
    made = await operator.ok("POST", SUBSCRIPTIONS, wish(hook.url, "PROGRAM"))
    hook.status = 500
    for name in ("one", "two"):
        await operator.ok("POST", f"{VTN}/programs", {"programName": name})
    assert await sender.send_due(hub.engine, clock()) == 0
    hook.status = 200
    await drain(sender, hub)
    assert hook.heard == []
    clock.forward(timedelta(seconds=11))
    await drain(sender, hub)
    assert [b["object"]["programName"] for _, b in hook.heard] == ["one", "two"]
    hook.status = 500
    await operator.ok("POST", f"{VTN}/programs", {"programName": "three"})
    for _ in range(30):
        await drain(sender, hub)
        clock.forward(timedelta(hours=1))
    hook.status = 200
    hook.heard.clear()
    operator = await fresh()
    await operator.ok("POST", f"{VTN}/programs", {"programName": "four"})
    await drain(sender, hub)
    assert hook.heard == []
    again = wish(hook.url, "PROGRAM")
    await operator.ok("PUT", f"{SUBSCRIPTIONS}/{made['id']}", again)
    await operator.ok("POST", f"{VTN}/programs", {"programName": "five"})
    await drain(sender, hub)
    assert [b["object"]["programName"] for _, b in hook.heard] == ["five"]


async def test_the_token_of_a_webhook_is_its_clients(
    hub: Hub, hook: Hook, sender: Webhooks
) -> None:
    """Check that the operator sees the subscription, not the secret in it."""
    operator, home = await hub.operator(), await hub.home()
    made = await home.ok("POST", SUBSCRIPTIONS, wish(hook.url, "EVENT"))
    assert made["clientID"] == home.facts["client_id"]
    assert made["objectOperations"][0]["bearerToken"] == "s3cret"
    seen = await operator.ok("GET", f"{SUBSCRIPTIONS}/{made['id']}")
    assert "s3cret" not in str(seen)
    path = f"{SUBSCRIPTIONS}?objects=EVENT&clientName=test"
    assert await home.ok("GET", path) == [made]
    assert await home.ok("GET", f"{SUBSCRIPTIONS}?objects=REPORT") == []
    await assert_problem(await home.call("GET", f"{SUBSCRIPTIONS}?objects=X"), 400)
    wrong = wish(hook.url, "EVENT", programID="unknown")
    await assert_problem(await home.call("POST", SUBSCRIPTIONS, wrong), 409)
