"""Drive a hub over HTTP, as homes and operators do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import os
from typing import Any

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.consent.texts import consent_text
from dalen_hub.homes.invites import create_invite
from dalen_hub.store.times import rfc3339
from dalen_hub.vtn.auth import create_client

on_sqlite = pytest.mark.skipif(
    "DALEN_TEST_POSTGRESQL_URL" in os.environ, reason="looks into SQLite's own files"
)

VTN = "/openadr3/3.1.0"
TOKEN = f"{VTN}/auth/token"
PREVIEW = "/dalen/v1/pairing/preview"
JOIN = "/dalen/v1/pairing/join"
MEMBERSHIP = "/dalen/v1/membership"
NUDGE = "/dalen/v1/nudge"
FACTS = {
    "nickname": None,
    "heat_pump_kind": "watts",
    "nameplate_w": 1800,
    "minimum_w": 450,
    "floor_w": 300,
}
NOW = datetime(2026, 11, 23, 16, 5, tzinfo=UTC)
PROBLEM_FIELDS = {"type", "title", "status", "detail", "instance"}


class FrozenClock:
    """A clock that a test moves by hand."""

    def __init__(self, now: datetime = NOW) -> None:
        """Stand still."""
        self.now = now

    def __call__(self) -> datetime:
        """Return the instant at which the clock stands."""
        return self.now

    def forward(self, step: timedelta) -> None:
        """Move ahead."""
        self.now += step


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A client with a token."""

    client: TestClient[web.Request, web.Application]
    token: str
    facts: Mapping[str, Any]

    async def call(self, method: str, path: str, body: Any = None) -> ClientResponse:
        """Send a request with the token."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return await self.client.request(method, path, json=body, headers=headers)

    async def ok(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request that succeeds; return its JSON."""
        response = await self.call(method, path, body)
        assert response.ok, await response.text()
        return None if response.status == 204 else await response.json()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A running hub."""

    client: TestClient[web.Request, web.Application]
    app: web.Application
    engine: AsyncEngine
    clock: Callable[[], datetime]

    async def invite(self, trafo_id: str = "kerkstraat") -> str:
        """Make an invite code."""
        async with self.engine.begin() as conn:
            return await create_invite(conn, trafo_id, self.clock())

    async def token(self, client_id: str, secret: str) -> str:
        """Get a token."""
        response = await self.client.post(
            TOKEN,
            data={
                "grant_type": "client_credentials",
                "client_id": client_id,
                "client_secret": secret,
            },
        )
        assert response.status == 200, await response.text()
        return str((await response.json())["access_token"])

    async def operator(self) -> Caller:
        """Add an operator."""
        async with self.engine.begin() as conn:
            made = await create_client(conn, "bl", "operator", self.clock())
        return Caller(client=self.client, token=await self.token(*made), facts={})

    async def home(self, tier: str = "T1", trafo_id: str = "kerkstraat") -> Caller:
        """Let a home join."""
        code = await self.invite(trafo_id)
        response = await self.client.post(
            JOIN, json=join_body(code, tier=tier, now=self.clock())
        )
        assert response.status == 201, await response.text()
        facts = await response.json()
        token = await self.token(facts["client_id"], facts["client_secret"])
        return Caller(client=self.client, token=token, facts=facts)


def join_body(
    code: str, *, tier: str = "T1", now: datetime | None = None, **home: Any
) -> dict[str, Any]:
    """Return what a home sends to join."""
    text = consent_text("Energiek Dalen")
    until = None
    if tier == "T3" and now is not None:
        until = rfc3339(now + timedelta(days=30))
    return {
        "code": code,
        "consent": {
            "text_id": text.text_id,
            "sha256": text.sha256,
            "tier": tier,
            "language": "nl",
            "valid_until": until,
        },
        "home": {**FACTS, **home},
    }


def cap_event(
    program_id: str, targets: list[str], *, name: str = "caps-2026-11-23"
) -> dict[str, Any]:
    """Return a cap of four quarter hours."""
    return {
        "programID": program_id,
        "eventName": name,
        "priority": 2,
        "targets": targets,
        "intervalPeriod": {"start": "2026-11-22T23:00:00Z", "duration": "PT15M"},
        "payloadDescriptors": [
            {
                "objectType": "EVENT_PAYLOAD_DESCRIPTOR",
                "payloadType": "IMPORT_CAPACITY_LIMIT",
                "units": "KW",
            }
        ],
        "intervals": [
            {"id": n, "payloads": [{"type": "IMPORT_CAPACITY_LIMIT", "values": [0.52]}]}
            for n in range(4)
        ],
    }


def report(
    event_id: str,
    *,
    start: str = "2026-11-23T15:45:00Z",
    duration: str = "PT15M",
    **values: Any,
) -> dict[str, Any]:
    """Return a report; each payload type is a keyword."""
    return {
        "eventID": event_id,
        "clientName": "home",
        "reportName": "quarter-hour",
        "resources": [
            {
                "resourceName": "heat-pump",
                "intervalPeriod": {"start": start, "duration": duration},
                "intervals": [
                    {
                        "id": 0,
                        "payloads": [
                            {"type": name, "values": [value]}
                            for name, value in values.items()
                        ],
                    }
                ],
            }
        ],
    }


async def assert_problem(response: ClientResponse, status: int, kind: str = "") -> str:
    """Check that an answer is a complete problem; return its detail."""
    assert response.status == status, await response.text()
    assert response.content_type == "application/problem+json"
    body = await response.json()
    assert set(body) == PROBLEM_FIELDS
    assert body["status"] == status
    assert body["detail"]
    if kind:
        assert body["type"].endswith(f"/{kind}")
    return str(body["detail"])
