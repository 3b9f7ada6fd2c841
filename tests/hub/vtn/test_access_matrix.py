"""The access matrix: every verb on every path, by everybody, on own and foreign objects.

Made from the routes of the running application: a route that has no row here fails
the test, so that nobody forgets to say who may use it.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest

from dalen_hub.appkeys import WEBHOOKS
from dalen_hub.vtn.auth import create_client
from tests.hub.helpers import VTN, Caller, Hub, cap_event, report

WHO = ("anonymous", "bl", "home", "neighbour", "other_ven")
"""``home`` owns the object; ``neighbour`` is another home of the same trafo."""

type Row = Mapping[str, int]


def row(anonymous: int, bl: int, home: int, neighbour: int, other_ven: int) -> Row:
    """Return the status that each of ``WHO`` gets."""
    values = (anonymous, bl, home, neighbour, other_ven)
    return dict(zip(WHO, values, strict=True))


READ_ALL = row(401, 200, 200, 200, 200)
OPERATOR_WRITES = {
    "create": row(401, 201, 403, 403, 403),
    "change": row(401, 200, 403, 403, 403),
}
OWN = row(401, 200, 200, 404, 404)
MATRIX: Mapping[tuple[str, str], Row] = {
    ("GET", "/auth/server"): row(200, 200, 200, 200, 200),
    # A form is needed; nobody may send JSON.
    ("POST", "/auth/token"): row(400, 400, 400, 400, 400),
    ("GET", "/notifiers"): READ_ALL,
    # Without a broker there are no topics; mqtt/test_publishing.py has one.
    **{
        ("GET", f"/notifiers/mqtt/topics/{name}"): row(401, 404, 403, 403, 403)
        for name in (
            "programs",
            "programs/{id}",
            "programs/{id}/events",
            "events",
            "reports",
            "subscriptions",
            "vens",
            "resources",
        )
    },
    **{
        ("GET", f"/notifiers/mqtt/topics/vens/{{id}}{name}"): row(401, *[404] * 4)
        for name in ("", "/events", "/programs", "/resources")
    },
    ("GET", "/programs"): READ_ALL,
    ("POST", "/programs"): OPERATOR_WRITES["create"],
    ("GET", "/programs/{id}"): OWN,
    ("PUT", "/programs/{id}"): OPERATOR_WRITES["change"],
    ("DELETE", "/programs/{id}"): row(401, 409, 403, 403, 403),
    ("GET", "/events"): READ_ALL,
    ("POST", "/events"): OPERATOR_WRITES["create"],
    ("GET", "/events/{id}"): OWN,
    ("PUT", "/events/{id}"): OPERATOR_WRITES["change"],
    ("DELETE", "/events/{id}"): OPERATOR_WRITES["change"],
    ("GET", "/reports"): READ_ALL,
    ("POST", "/reports"): row(401, 403, 201, 409, 409),
    ("GET", "/reports/{id}"): OWN,
    ("PUT", "/reports/{id}"): row(401, 403, 200, 404, 404),
    ("DELETE", "/reports/{id}"): row(401, 403, 200, 404, 404),
    ("GET", "/vens"): READ_ALL,
    ("POST", "/vens"): row(401, 409, 409, 409, 409),
    ("GET", "/vens/{id}"): OWN,
    ("PUT", "/vens/{id}"): OWN,
    ("DELETE", "/vens/{id}"): OWN,
    ("GET", "/resources"): READ_ALL,
    ("POST", "/resources"): row(401, 201, 201, 409, 409),
    ("GET", "/resources/{id}"): OWN,
    ("PUT", "/resources/{id}"): OWN,
    ("DELETE", "/resources/{id}"): OWN,
    ("GET", "/subscriptions"): READ_ALL,
    ("POST", "/subscriptions"): row(401, 201, 201, 201, 201),
    ("GET", "/subscriptions/{id}"): OWN,
    # A webhook is its client's: the operator may remove it, never turn it elsewhere.
    ("PUT", "/subscriptions/{id}"): row(401, 404, 200, 404, 404),
    ("DELETE", "/subscriptions/{id}"): OWN,
    ("GET", "/dalen/v1/nudge"): row(401, 403, 200, 200, 200),
    ("POST", "/dalen/v1/credentials"): row(401, 200, 200, 200, 200),
    ("DELETE", "/api/v1/clients/{id}"): row(401, 204, 403, 403, 403),
    # A VEN that did not join by pairing has nothing here.
    ("GET", "/dalen/v1/membership"): row(401, 403, 200, 200, 410),
    ("PUT", "/dalen/v1/membership"): row(401, 403, 200, 200, 410),
    ("DELETE", "/dalen/v1/membership"): row(401, 403, 204, 204, 410),
    # Open to all who have a code, which this one is not.
    ("POST", "/dalen/v1/pairing/preview"): row(404, 404, 404, 404, 404),
    ("POST", "/dalen/v1/pairing/join"): row(404, 404, 404, 404, 404),
}


def routes(hub: Hub) -> set[tuple[str, str]]:
    """Return the verbs and paths of the application, as the matrix names them."""
    return {
        (route.method, route.resource.canonical.removeprefix(VTN))
        for route in hub.app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }


async def test_the_matrix_is_complete(hub: Hub) -> None:
    """Check that each route has a row, and each row a route."""
    assert set(MATRIX) == routes(hub)


@dataclass(frozen=True, slots=True, kw_only=True)
class Village:
    """Everybody, and an object of each kind that belongs to ``home``."""

    hub: Hub
    callers: Mapping[str, Caller]
    ids: Mapping[str, str]
    bodies: Mapping[str, Any]
    secrets: tuple[str, ...]
    """Names of what only ``home`` and the operator may learn of."""


@pytest.fixture
async def hook() -> AsyncGenerator[str]:
    """Serve a webhook that proves itself."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=request.query.get("echo", ""))

    app = web.Application()
    app.router.add_route("*", "/", answer)
    server = TestServer(app)
    await server.start_server()
    yield str(server.make_url("/"))
    await server.close()


@pytest.fixture
async def village(hub: Hub, hook: str) -> Village:
    """Let everybody in, and give the home one object of each kind."""
    hub.app[WEBHOOKS]._insecure = True
    bl, home, neighbour = await hub.operator(), await hub.home(), await hub.home()
    async with hub.engine.begin() as conn:
        other = await create_client(conn, "ven", "other", hub.clock())
        spare = await create_client(conn, "ven", "spare", hub.clock())
    other_ven = Caller(client=hub.client, token=await hub.token(*other), facts={})
    anonymous = Caller(client=hub.client, token="", facts={})
    await other_ven.ok("POST", f"{VTN}/vens", {"venName": "other"})
    (ven,) = await home.ok("GET", f"{VTN}/vens")
    target = ven["targets"][0]
    program_body = {"programName": "private", "targets": [target]}
    program = await bl.ok("POST", f"{VTN}/programs", program_body)
    event_body = cap_event(program["id"], [target])
    event = await bl.ok("POST", f"{VTN}/events", event_body)
    report_body = report(event["id"], DEMAND=0.48)
    sent = await home.ok("POST", f"{VTN}/reports", report_body)
    resource_body = {
        "clientID": home.facts["client_id"],
        "venID": ven["id"],
        "resourceName": "pump",
    }
    resource = await home.ok("POST", f"{VTN}/resources", resource_body)
    subscription_body = {
        "clientName": "hook",
        "objectOperations": [
            {"objects": ["EVENT"], "operations": ["CREATE"], "callbackUrl": hook}
        ],
    }
    made = await home.ok("POST", f"{VTN}/subscriptions", subscription_body)
    ids = {
        "/programs": program["id"],
        "/events": event["id"],
        "/reports": sent["id"],
        "/vens": ven["id"],
        "/resources": resource["id"],
        "/subscriptions": made["id"],
        "/api/v1/clients": spare[0],
    }
    return Village(
        hub=hub,
        callers={
            "anonymous": anonymous,
            "bl": bl,
            "home": home,
            "neighbour": neighbour,
            "other_ven": other_ven,
        },
        ids=ids,
        bodies={
            "/programs": program_body,
            "/events": event_body,
            "/reports": report_body,
            "/vens": {"venName": "mine", "clientID": home.facts["client_id"]},
            "/resources": resource_body,
            "/subscriptions": subscription_body,
            "/dalen/v1/membership": {"tier": "T0"},
            "/dalen/v1/pairing/preview": {"code": "7K3M-9QXA-2B5R"},
            "/dalen/v1/pairing/join": {"code": "7K3M-9QXA-2B5R"},
        },
        secrets=(target, *(ids[name] for name in list(ids)[:6])),
    )


def body_of(village: Village, method: str, path: str) -> Any:
    """Return a body that is right; what is created has another name."""
    name = path.removesuffix("/{id}")
    body: Any = village.bodies.get(name)
    if method == "POST" and name == "/programs":
        return {**body, "programName": "another"}
    if method == "POST" and name == "/resources":
        return {**body, "resourceName": "another"}
    return body if method in {"POST", "PUT"} else None


def changes(cell: tuple[str, str, str]) -> bool:
    """Tell whether a cell is a write that succeeds, so that it needs its own village."""
    method, path, who = cell
    return method != "GET" and MATRIX[method, path][who] < 400


CELLS = [(method, path, who) for method, path in sorted(MATRIX) for who in WHO]


async def check_cell(village: Village, method: str, path: str, who: str) -> None:
    """Check the status of one cell, and that nothing foreign is told."""
    collection = path.partition("/{")[0].removeprefix("/notifiers/mqtt/topics")
    url = path.replace("{id}", village.ids.get(collection, ""))
    if not url.startswith(("/dalen/", "/api/")):
        url = f"{VTN}{url}"
    caller, body = village.callers[who], body_of(village, method, path)
    headers = {"Authorization": f"Bearer {caller.token}"} if caller.token else {}
    answer = await village.hub.client.request(method, url, json=body, headers=headers)
    cell = f"{method} {path} by {who}"
    if path == "/dalen/v1/nudge" and answer.status == 200:
        assert MATRIX[method, path][who] == 200, cell
        answer.close()
        return
    text = await answer.text()
    assert answer.status == MATRIX[method, path][who], f"{cell}: {text}"
    if answer.status >= 400 and "/auth/" not in path:
        assert answer.content_type == "application/problem+json", cell
    if who not in {"bl", "home"}:
        # A problem repeats the path that was asked for; nothing else may be there.
        told, asked = text.replace(url, ""), str(body)
        for secret in village.secrets:
            assert secret not in told or secret in asked, cell


@pytest.mark.parametrize("who", WHO)
async def test_what_changes_nothing(village: Village, who: str) -> None:
    """Check all reads and all refused writes of one caller."""
    for cell in CELLS:
        if cell[2] == who and not changes(cell):
            await check_cell(village, *cell)


@pytest.mark.parametrize(
    ("method", "path", "who"), [cell for cell in CELLS if changes(cell)]
)
async def test_what_changes_something(
    village: Village, method: str, path: str, who: str
) -> None:
    """Check one write that succeeds."""
    await check_cell(village, method, path, who)


@pytest.mark.parametrize("who", ["anonymous", "neighbour", "other_ven"])
async def test_nobody_else_changes_anything(village: Village, who: str) -> None:
    """Check by the operator's eyes that all refused writes wrote nothing."""
    operator, caller = village.callers["bl"], village.callers[who]
    names = list(village.ids)[:6]
    before = {
        name: await operator.ok("GET", f"{VTN}{name}/{village.ids[name]}")
        for name in names
    }
    headers = {"Authorization": f"Bearer {caller.token}"} if caller.token else {}
    for name in names:
        for method in ("PUT", "DELETE"):
            body = village.bodies.get(name) if method == "PUT" else None
            answer = await village.hub.client.request(
                method, f"{VTN}{name}/{village.ids[name]}", json=body, headers=headers
            )
            assert answer.status in {401, 403, 404}
    for name, item in before.items():
        found = await operator.ok("GET", f"{VTN}{name}/{village.ids[name]}")
        assert found == item
