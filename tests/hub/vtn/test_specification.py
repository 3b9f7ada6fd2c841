"""Requests that schemathesis makes of the two documents, sent as every role.

Right and wrong ones, to paths of objects that exist and that do not: the hub must
never fail, and each error must be a whole problem.
"""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
import schemathesis.openapi
from schemathesis.schemas import APIOperation

from dalen_hub.appkeys import WEBHOOKS
from dalen_hub.config import HubConfig
from dalen_hub.store.database import open_database
from dalen_hub.vtn.webhooks import Webhooks
from tests.hub.helpers import NOW, VTN, Caller, FrozenClock, Hub, cap_event, report

from .test_openapi import DOCUMENT, ENDLESS, WholeHub

OFFICIAL = Path(__file__).parent / "fixtures" / "openadr3-3.1.0.yaml"
ROLES = ("anonymous", "bl", "ven")
# They would end the token, or the home, that the others still need.
_LAST = {
    ("POST", "/dalen/v1/credentials"),
    ("DELETE", "/dalen/v1/membership"),
    ("DELETE", "/api/v1/clients/{id}"),
}
_METHODS = {"get", "post", "put", "delete"}

type Operation = APIOperation[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A hub, the tokens of everybody, and objects that are there."""

    hub: Hub
    tokens: dict[str, str]
    ids: dict[str, str]

    async def send(self, role: str, case: Any, prefix: str, *, known: bool) -> None:
        """Send one request; check the form of the answer."""
        values = dict(case.path_parameters or {})
        if known:
            values.update({name: self.ids.get(name, "x") for name in values})
            values.update({"id": self.ids["programID"]} if "id" in values else {})
        case.path_parameters = values
        headers = {"Content-Type": case.media_type or "application/json"}
        if self.tokens[role]:
            headers["Authorization"] = f"Bearer {self.tokens[role]}"
        answer = await self.hub.client.request(
            case.method,
            f"{prefix}{case.formatted_path}",
            params={name: text(value) for name, value in (case.query or {}).items()},
            data=body_of(case),
            headers=headers,
        )
        told = f"{case.method} {case.path} by {role}: {await answer.text()}"
        assert answer.status < 500, told
        if answer.status >= 400 and "/auth/token" not in case.path:
            assert answer.content_type == "application/problem+json", told
            assert (await answer.json())["status"] == answer.status, told
        if role == "anonymous" and prefix and not case.path.startswith("/auth"):
            assert answer.status >= 400, told


def text(value: Any) -> str:
    """Return a value of a query as text."""
    return value if isinstance(value, str) else json.dumps(value)


def body_of(case: Any) -> bytes | None:
    """Return the body of a request, None when there is none."""
    if isinstance(case.body, bytes):
        return case.body
    try:
        return json.dumps(case.body).encode()
    except TypeError:
        return None


def operations(document: Path) -> list[Operation]:
    """Return the operations of a document that can be tried in any order."""
    schema = schemathesis.openapi.from_path(str(document))
    found = [item.ok() for item in schema.get_all_operations() if isinstance(item, Ok)]
    return [
        item
        for item in found
        if item.method in _METHODS
        and (item.method.upper(), item.path) not in _LAST
        and item.path != ENDLESS
    ]


@contextmanager
def running(
    config: HubConfig,
) -> Generator[tuple[Target, Callable[[Any], Any]]]:
    """Run a hub with one object of each kind; give it and how to wait for it."""
    loop = asyncio.new_event_loop()
    wait = loop.run_until_complete
    with TemporaryDirectory() as name:
        folder = Path(name) / "data"
        engine = wait(open_database(folder))
        started = WholeHub(engine, config, folder, FrozenClock(NOW))
        # Names that hypothesis thinks of are looked up, but nobody waits for them.
        started.app[WEBHOOKS] = Webhooks(timeout_s=0.05)
        hub = wait(started.__aenter__())
        try:
            yield wait(populated(hub)), wait
        finally:
            wait(started.__aexit__())
            wait(engine.dispose())
            loop.close()


async def populated(hub: Hub) -> Target:
    """Make one object of each kind."""
    bl, home = await hub.operator(), await hub.home()
    (ven,) = await home.ok("GET", f"{VTN}/vens")
    program = home.facts["program_id"]
    event = await bl.ok("POST", f"{VTN}/events", cap_event(program, ven["targets"]))
    sent = await home.ok("POST", f"{VTN}/reports", report(event["id"], DEMAND=0.48))
    resource = await made_resource(home, ven["id"])
    return Target(
        hub=hub,
        tokens={"anonymous": "", "bl": bl.token, "ven": home.token},
        ids={
            "programID": program,
            "eventID": event["id"],
            "reportID": sent["id"],
            "venID": ven["id"],
            "resourceID": resource,
            "trafo_id": "kerkstraat",
        },
    )


async def made_resource(home: Caller, ven_id: str) -> str:
    """Let a home make a resource; return its id."""
    body = {"venID": ven_id, "resourceName": "pump"}
    made = await home.ok("POST", f"{VTN}/resources", body)
    return str(made["id"])


@pytest.mark.parametrize(
    ("document", "prefix"),
    [(OFFICIAL, VTN), (DOCUMENT, "")],
    ids=["official", "ours"],
)
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_no_request_of_a_document_makes_the_hub_fail(
    config: HubConfig, document: Path, prefix: str, mode: GenerationMode
) -> None:
    """Send what the document allows, and what it does not."""
    choices = [item.as_strategy(generation_mode=mode) for item in operations(document)]
    with running(config) as (target, wait):

        @settings(
            max_examples=max(120, settings().max_examples),
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(st.sampled_from(choices).flatmap(lambda it: it), st.booleans())
        def send(case: Any, known: bool) -> None:
            for role in ROLES:
                wait(target.send(role, case, prefix, known=known))

        send()
