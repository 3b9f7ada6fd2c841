"""Tests of docs/openapi.yaml, and of all paths against wrong requests."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, given, settings, strategies as st
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
import yaml

from dalen_hub.app import create_app
from dalen_hub.appkeys import RATE_LIMITS
from dalen_hub.config import HubConfig
from dalen_hub.store.database import open_database
from dalen_hub.vtn.problems import API_PREFIXES
from dalen_hub.vtn.rate_limits import Rate, RateLimits
from tests.hub.helpers import NOW, VTN, FrozenClock, Hub

DOCUMENT = Path(__file__).parents[3] / "docs" / "openapi.yaml"
OURS = ("/dalen/", "/api/", "/health")
VERBS = ("GET", "POST", "PUT", "DELETE")
# A stream does not end by itself.
ENDLESS = "/dalen/v1/nudge"


def described() -> dict[tuple[str, str], Any]:
    """Return the operations of the document by verb and path."""
    document = yaml.safe_load(DOCUMENT.read_text("utf-8"))
    return {
        (verb.upper(), path): operation
        for path, verbs in document["paths"].items()
        for verb, operation in verbs.items()
    }


def routes(app: web.Application) -> set[tuple[str, str]]:
    """Return the verbs and paths for programs of a whole hub."""
    return {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.resource is not None
        and route.method in VERBS
        and route.resource.canonical.startswith((*API_PREFIXES, "/health"))
    }


@pytest.fixture
async def whole(
    engine: AsyncEngine, config: HubConfig, data_dir: Path, clock: FrozenClock
) -> AsyncGenerator[Hub]:
    """Start a whole hub."""
    async with WholeHub(engine, config, data_dir, clock) as started:
        yield started


class WholeHub:
    """A whole hub while a block runs; nobody is too fast for it."""

    def __init__(
        self, engine: AsyncEngine, config: HubConfig, data_dir: Path, clock: FrozenClock
    ) -> None:
        """Compose it."""
        app = create_app(config, engine, data_dir=data_dir, clock=clock)
        much = Rate(per_s=1e9, burst=1e9)
        app[RATE_LIMITS] = RateLimits(ven=much, operator=much, failure=much)
        self.app, self.engine, self.clock = app, engine, clock
        self.hub: Hub | None = None

    async def __aenter__(self) -> Hub:
        """Start it."""
        client = TestClient(TestServer(self.app))
        self.hub = Hub(
            client=client, app=self.app, engine=self.engine, clock=self.clock
        )
        await self.hub.client.start_server()
        return self.hub

    async def __aexit__(self, *_: object) -> None:
        """Stop it."""
        assert self.hub is not None
        await self.hub.client.close()


async def test_the_document_tells_of_every_path_that_is_ours(whole: Hub) -> None:
    """Check both ways: nothing undocumented, nothing made up."""
    ours = {item for item in routes(whole.app) if item[1].startswith(OURS)}
    assert set(described()) == ours


def test_every_reference_of_the_document_leads_somewhere() -> None:
    """Check that each ``$ref`` is there."""
    document = yaml.safe_load(DOCUMENT.read_text("utf-8"))

    def references(value: Any) -> set[str]:
        if isinstance(value, Mapping):
            own = {value["$ref"]} if "$ref" in value else set()
            return own.union(*(references(item) for item in value.values()))
        if isinstance(value, list):
            return set().union(*(references(item) for item in value))
        return set()

    for reference in references(document):
        found = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        assert found


NAMES = st.sampled_from(
    [
        "programName", "programID", "eventName", "targets", "priority", "duration",
        "intervalPeriod", "intervals", "id", "start", "payloads", "type", "values",
        "eventID", "clientName", "clientID", "resources", "resourceName", "venID",
        "venName", "attributes", "objectOperations", "objects", "operations",
        "callbackUrl", "code", "consent", "home", "tier", "valid_until", "unit", "p50",
        "p90", "interval", "readings", "time", "load_kw", "reason", "minutes",
    ]
)  # fmt: skip
TEXTS = st.text(max_size=20) | st.sampled_from(
    [
        "kW", "PT15M", "P9999Y", "P999999Y", "2026-11-23T16:00:00Z", "T3", "EVENT",
        "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "https://[", "CREATE",
        "https://10.0.0.1/", "7K3M-9QXA-2B5R", "IMPORT_CAPACITY_LIMIT", "known",
    ]
)  # fmt: skip
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6)
    ),
    max_leaves=12,
)
BODIES = st.dictionaries(NAMES, VALUES, max_size=8) | VALUES
QUERIES = st.dictionaries(
    st.sampled_from(
        ["skip", "limit", "targets", "programID", "eventID", "active", "objects",
         "venID", "venName", "resourceName", "clientName"]
    ),
    TEXTS | st.integers(-2, 2**40).map(str),
    max_size=3,
)  # fmt: skip
IDS = st.sampled_from(["known", "kerkstraat", "x" * 129, "%00", "a b", "ü"])


def test_no_request_makes_the_hub_fail(config: HubConfig) -> None:
    """Fuzz every path as everybody: never a 5xx, each error a whole problem."""
    loop = asyncio.new_event_loop()
    with TemporaryDirectory() as name:
        folder = Path(name) / "data"
        engine = loop.run_until_complete(open_database(folder))
        started = WholeHub(engine, config, folder, FrozenClock(NOW))
        hub = loop.run_until_complete(started.__aenter__())
        tokens = {"anonymous": "", "nonsense": "x.y.z"}
        for who in ("operator", "home"):
            caller = loop.run_until_complete(getattr(hub, who)())
            tokens[who] = caller.token
        paths = sorted(item for item in routes(hub.app) if item[1] != ENDLESS)

        @settings(
            max_examples=max(400, settings().max_examples),
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(
            st.sampled_from(paths),
            st.sampled_from(["operator", "operator", "home", "home", *tokens]),
            IDS,
            QUERIES,
            BODIES,
        )
        def fuzz(
            path: tuple[str, str],
            who: str,
            object_id: str,
            query: dict[str, str],
            body: Any,
        ) -> None:
            loop.run_until_complete(one(hub, path, tokens[who], object_id, query, body))

        try:
            fuzz()
        finally:
            loop.run_until_complete(started.__aexit__())
            loop.run_until_complete(engine.dispose())
            loop.close()


async def one(
    hub: Hub,
    path: tuple[str, str],
    token: str,
    object_id: str,
    query: dict[str, str],
    body: Any,
) -> None:
    """Send one request and check the form of its answer."""
    method, pattern = path
    if (method, pattern) == ("DELETE", "/dalen/v1/membership"):
        return  # It would send the only home away.
    if pattern == "/dalen/v1/credentials" and len(token) > len("x.y.z"):
        return  # It would end the only token.
    url = pattern
    for name in ("{id}", "{trafo_id}", "{tail}"):
        url = url.replace(name, object_id)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = await hub.client.request(
        method,
        url,
        params=query,
        headers=headers,
        json=body if method in {"POST", "PUT"} else None,
    )
    text = await answer.text()
    assert answer.status < 500, text
    if answer.status >= 400 and pattern != f"{VTN}/auth/token":
        assert answer.content_type == "application/problem+json", text
        assert (await answer.json())["status"] == answer.status
