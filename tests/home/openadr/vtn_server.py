"""A small VTN in memory on real HTTP: a test double of the part a VEN uses.

The hub's own VTN is tested elsewhere; this one can misbehave on request.
"""

from asyncio import Queue
from base64 import b64decode
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import sha256
import json
from typing import Any
from urllib.parse import unquote_plus

from aiohttp import web
from aiohttp.test_utils import TestServer

BASE = "/openadr3/3.1.0"
CLIENT_ID = "ven-7:a"
CLIENT_SECRET = "s3cret/+ &"


def problem(
    status: int, title: str, headers: dict[str, str] | None = None, **extra: str
) -> web.Response:
    """Return a problem object as the standard wants it."""
    return web.json_response(
        {"status": status, "title": title, **extra},
        status=status,
        headers=headers,
        content_type="application/problem+json",
    )


@dataclass(slots=True, kw_only=True)
class VtnServer:
    """The state of the VTN, and the ways in which it can misbehave.

    ``next_answers`` are given to the next requests of a VEN in place of the right
    ones. A ``nudges`` item is written to the stream as it is; None ends the stream.
    """

    events: list[Any] = field(default_factory=list)
    programs: list[Any] = field(default_factory=list)
    vens: list[Any] = field(default_factory=list)
    reports: list[Any] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    next_answers: deque[Callable[[], web.StreamResponse]] = field(default_factory=deque)
    nudges: Queue[bytes | None] = field(default_factory=Queue)
    gives_tags: bool = True
    not_modified: int = 0
    has_auth_server: bool = True
    accepts_basic: bool = True
    accepts_body: bool = True
    token_life_s: object = 3600
    token_url: str | None = None
    tokens_given: int = 0
    valid_token: str = ""
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None

    def app(self) -> web.Application:
        """Return the application that serves this state."""
        app = web.Application()
        app.router.add_get(f"{BASE}/auth/server", self._auth_server)
        app.router.add_post("/token", self._token)
        app.router.add_post(f"{BASE}/auth/token", self._token)
        app.router.add_route("*", "/{path:.*}", self._authorised)
        return app

    def url_of(self, server: TestServer) -> str:
        """Return the base of the VTN."""
        return str(server.make_url(BASE))

    async def _auth_server(self, request: web.Request) -> web.Response:
        self.requests.append("GET auth/server")
        if not self.has_auth_server:
            return problem(404, "Not found")
        url = self.token_url or str(request.url.origin() / "token")
        return web.json_response({"tokenURL": url})

    async def _token(self, request: web.Request) -> web.StreamResponse:
        self.requests.append("POST token")
        if self.next_answers:
            return self.next_answers.popleft()()
        form = await request.post()
        basic = request.headers.get("Authorization", "")
        if basic and self.accepts_basic:
            pair = b64decode(basic.removeprefix("Basic ")).decode().split(":")
            given = [unquote_plus(part) for part in pair]
        elif "client_id" in form and self.accepts_body:
            given = [str(form["client_id"]), str(form["client_secret"])]
        else:
            given = []
        if given != [CLIENT_ID, CLIENT_SECRET]:
            return web.json_response({"error": "invalid_client"}, status=401)
        assert form["grant_type"] == "client_credentials"
        self.tokens_given += 1
        self.valid_token = f"token-{self.tokens_given}"
        answer = {"access_token": self.valid_token, "token_type": "Bearer"}
        return web.json_response(answer | {"expires_in": self.token_life_s})

    async def _authorised(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix(BASE).strip("/")
        self.requests.append(f"{request.method} {path}")
        if self.next_answers:
            return self.next_answers.popleft()()
        if request.headers.get("Authorization") != f"Bearer {self.valid_token}":
            return problem(401, "Unauthorized")
        if self.handler is not None:
            return await self.handler(request)
        if path == "nudge":
            return await self._nudge(request)
        if request.method == "POST" and path == "reports":
            self.reports.append(await request.json())
            return web.json_response(self.reports[-1], status=201)
        lists = {"events": self.events, "programs": self.programs, "vens": self.vens}
        if path not in lists:
            return problem(404, "Not found")
        return self._page(request, lists[path])

    def _page(self, request: web.Request, objects: list[Any]) -> web.Response:
        if program_id := request.query.get("programID"):
            objects = [item for item in objects if item["programID"] == program_id]
        skip, limit = int(request.query["skip"]), int(request.query["limit"])
        assert limit <= 50
        page = objects[skip : skip + limit]
        if not self.gives_tags:
            return web.json_response(page)
        tag = f'"{sha256(json.dumps(page).encode()).hexdigest()}"'
        if request.headers.get("If-None-Match") == tag:
            self.not_modified += 1
            return web.Response(status=304, headers={"ETag": tag})
        return web.json_response(page, headers={"ETag": tag})

    async def _nudge(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        while (chunk := await self.nudges.get()) is not None:
            await response.write(chunk)
        return response
