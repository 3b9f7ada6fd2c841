"""Every change of every kind of object, by everybody: who hears of it.

All subscribe to everything. What is the home's is heard by the home and by the
operator; what is for all, by all.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest

from dalen_hub.appkeys import WEBHOOKS
from dalen_hub.vtn.schemas import OBJECT_TYPES
from tests.hub.helpers import VTN, Caller, cap_event, report

from .test_access_matrix import Village, hook, village  # noqa: F401

_WHO = ("bl", "home", "neighbour", "other_ven")
_OPERATIONS = ("CREATE", "UPDATE", "DELETE")


@dataclass(slots=True)
class Ears:
    """A webhook for each of all, and what each heard."""

    url: str = ""
    heard: dict[str, list[Any]] = field(default_factory=dict)

    async def answer(self, request: web.Request) -> web.Response:
        """Prove itself, or hear."""
        if request.method == "POST":
            self.heard.setdefault(request.match_info["who"], []).append(
                await request.json()
            )
        return web.Response(text=request.query.get("echo", ""))


@pytest.fixture
async def ears(village: Village) -> AsyncGenerator[Ears]:  # noqa: F811
    """Let everybody subscribe to everything, in several ways at once."""
    made = Ears()
    app = web.Application()
    app.router.add_route("*", "/{who}", made.answer)
    server = TestServer(app)
    await server.start_server()
    made.url = str(server.make_url("/"))
    for who in _WHO:
        wish = {
            "clientName": who,
            "objectOperations": [
                {
                    "objects": sorted(OBJECT_TYPES),
                    "operations": list(_OPERATIONS),
                    "callbackUrl": f"{made.url}{who}",
                }
            ],
        }
        await village.callers[who].ok("POST", f"{VTN}/subscriptions", wish)
        # Nor does asking for the targets of another open them.
        narrowed = {**wish, "targets": [village.secrets[0]]}
        await village.callers[who].ok("POST", f"{VTN}/subscriptions", narrowed)
    await drain(village)
    made.heard.clear()
    yield made
    await server.close()


async def drain(village: Village) -> None:  # noqa: F811
    """Send all that is due."""
    hub = village.hub
    while await hub.app[WEBHOOKS].send_due(hub.engine, hub.clock()):
        pass


async def live(
    writer: Caller, path: str, first: dict[str, Any], second: dict[str, Any]
) -> None:
    """Make an object, change it, and remove it."""
    made = await writer.ok("POST", f"{VTN}{path}", first)
    await writer.ok("PUT", f"{VTN}{path}/{made['id']}", second)
    await writer.ok("DELETE", f"{VTN}{path}/{made['id']}")


def lives(
    village: Village,  # noqa: F811
    hook: str,  # noqa: F811
) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Return for each kind who writes it, where, and what; all is the home's."""
    target, ids = village.secrets[0], village.ids
    wish = {"objects": ["EVENT"], "operations": ["CREATE"], "callbackUrl": hook}
    return {
        "PROGRAM": ("bl", "/programs", {"programName": "own", "targets": [target]}),
        "EVENT": ("bl", "/events", cap_event(ids["/programs"], [target])),
        "REPORT": ("home", "/reports", report(ids["/events"], DEMAND=0.3)),
        "RESOURCE": (
            "home",
            "/resources",
            {"venID": ids["/vens"], "resourceName": "other"},
        ),
        "SUBSCRIPTION": (
            "home",
            "/subscriptions",
            {"clientName": "more", "objectOperations": [wish]},
        ),
        "VEN": ("home", "/vens", {"venName": "renamed"}),
    }


async def test_the_matrix_is_complete(
    village: Village,  # noqa: F811
    hook: str,  # noqa: F811
) -> None:
    """Check that each kind of object has a row."""
    assert set(lives(village, hook)) == OBJECT_TYPES


@pytest.mark.parametrize("kind", sorted(OBJECT_TYPES))
async def test_only_its_own_and_the_operator_hear_of_it(
    village: Village,  # noqa: F811
    hook: str,  # noqa: F811
    ears: Ears,
    kind: str,
) -> None:
    """Check each operation, and that nothing of the home reaches another."""
    who, path, body = lives(village, hook)[kind]
    writer = village.callers[who]
    if kind == "VEN":
        # A home is made by pairing; deleting it also ends its subscriptions.
        await writer.ok("PUT", f"{VTN}{path}/{village.ids[path]}", body)
        operations: tuple[str, ...] = ("UPDATE",)
    else:
        await live(writer, path, body, body)
        operations = _OPERATIONS
    await drain(village)
    for name in ("bl", "home"):
        told = [item for item in ears.heard[name] if item["objectType"] == kind]
        assert {item["operation"] for item in told} == set(operations), name
        assert all(item["object"]["objectType"] == kind for item in told)
    for name in ("neighbour", "other_ven"):
        assert name not in ears.heard, ears.heard[name]


async def test_what_is_for_all_is_heard_by_all(
    village: Village,  # noqa: F811
    ears: Ears,
) -> None:
    """Check an event and a program without targets, and hidden targets."""
    program = {"programName": "for-all"}
    made = await village.callers["bl"].ok("POST", f"{VTN}/programs", program)
    (ven,) = await village.callers["neighbour"].ok("GET", f"{VTN}/vens")
    both = [village.secrets[0], ven["targets"][0]]
    event = cap_event(made["id"], both)
    await village.callers["bl"].ok("POST", f"{VTN}/events", event)
    await drain(village)
    heard = {name: ears.heard.get(name, []) for name in _WHO}
    assert {name: len(items) for name, items in heard.items()} == {
        "bl": 3, "home": 3, "neighbour": 2, "other_ven": 1,
    }  # fmt: skip
    assert village.secrets[0] not in str(heard["neighbour"])
    assert both[1] not in str(heard["home"])
