"""A small server, for what Dalen's own one is not made for.

That is OpenADR 3.0.1, as the DSO of GAC 2.0 has it, and the reports of NLFlex: the
hub's own server keeps only what homes consented to. Written from the specifications:
pages, Basic credentials at a token URL of its own, problem bodies.
"""

import base64
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from . import documents as d

CLIENT_ID, SECRET, TOKEN = "dalen", "s3cret", "token-1"


@dataclass(slots=True, kw_only=True)
class OldServer:
    """What the server shows, and how often it gave a token."""

    events: list[dict[str, Any]] = field(default_factory=list)
    tokens: int = 0
    base: str = "/openadr3/3.0.1"
    resources: list[dict[str, Any]] = field(default_factory=list)
    reports: list[dict[str, Any]] = field(default_factory=list)
    program: dict[str, Any] = field(
        default_factory=lambda: {
            "id": "program-1",
            "createdDateTime": "2026-11-01T00:00:00Z",
            "modificationDateTime": "2026-11-01T00:00:00Z",
            "objectType": "PROGRAM",
            "programName": "capacity-limits",
            "retailerName": "Enexis",
            "programType": "DSO_CPO_INTERFACE-2.0.0",
            "bindingEvents": True,
        }
    )

    def app(self) -> web.Application:
        """Return the server."""
        app = web.Application()
        app.router.add_post("/token", self._token)
        app.router.add_get(f"{self.base}/programs", self._programs)
        app.router.add_get(f"{self.base}/events", self._events)
        app.router.add_get(f"{self.base}/resources", self._resources)
        app.router.add_post(f"{self.base}/reports", self._report)
        return app

    def show(self, *bodies: dict[str, Any]) -> None:
        """Show other events."""
        self.events = [d.served(body, n) for n, body in enumerate(bodies, 1)]

    async def _token(self, request: web.Request) -> web.Response:
        """Give a token for the right credentials."""
        wanted = base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {wanted}":
            return web.json_response({"error": "invalid_client"}, status=401)
        self.tokens += 1
        return web.json_response(
            {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600}
        )

    async def _programs(self, request: web.Request) -> web.Response:
        """Answer with a page of programs."""
        return self._page(request, [self.program])

    async def _events(self, request: web.Request) -> web.Response:
        """Answer with a page of the events of a program."""
        assert request.query["programID"] == "program-1"
        return self._page(request, self.events)

    async def _resources(self, request: web.Request) -> web.Response:
        """Answer with a page of the VEN's own resources."""
        return self._page(request, self.resources)

    async def _report(self, request: web.Request) -> web.Response:
        """Take a report on an event that there is."""
        assert request.headers.get("Authorization") == f"Bearer {TOKEN}"
        body = await request.json()
        if body["eventID"] not in [event["id"] for event in self.events]:
            return web.json_response({"status": 409}, status=409)
        self.reports.append(body)
        return web.json_response({"id": str(len(self.reports)), **body}, status=201)

    def _page(self, request: web.Request, found: list[dict[str, Any]]) -> web.Response:
        """Answer with a page, or refuse."""
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            body = {"type": "about:blank", "title": "Forbidden", "status": 403}
            return web.json_response(body, status=403)
        skip, limit = int(request.query["skip"]), int(request.query["limit"])
        assert 0 < limit <= 50
        return web.json_response(found[skip : skip + limit])
