"""A hub on real HTTP that a home can join: the VTN double with pairing."""

from base64 import b64encode
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import sha256
import json
from typing import Any, cast

from aiohttp import web

from ..openadr.signing import TARGET, Signer
from ..openadr.vtn_server import BASE, CLIENT_ID, CLIENT_SECRET, VtnServer, problem

PUBLIC_KEY = Signer().public_key
FINGERPRINT = sha256(PUBLIC_KEY).hexdigest()[:16]
CODE = "0123-4567-89AB"
VEN_ID = "ven-1"

_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def with_check(body: str) -> str:
    """Return a code of 11 symbols with its check symbol."""
    total = sum(_SYMBOLS.index(s) * (i + 1) for i, s in enumerate(body))
    code = body + _SYMBOLS[total % 31]
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"


GOOD_CODE = with_check("0123456789A")
OTHER_CODE = with_check("ZYXWVTSRQPN")


def _consent(version: str) -> dict[str, Any]:
    """Return a consent text with its digest."""
    signed = {
        "title": {"en": "Sharing room", "nl": "Ruimte delen"},
        "body": {"en": "We see **little**.", "nl": "Wij zien **weinig**."},
        "version": version,
    }
    canonical = json.dumps(
        signed, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    words = {"en": "words", "nl": "woorden"}
    return signed | {
        "text_id": "text-1",
        "sha256": sha256(canonical.encode()).hexdigest(),
        "tiers": [
            {"tier": f"T{number}", "title": words, "summary": words}
            for number in range(4)
        ],
        "default_tier": "T1",
    }


@dataclass(slots=True, kw_only=True)
class HubServer(VtnServer):
    """A hub with one code. ``refusals`` answer the next pairing requests."""

    is_used: bool = False
    consent_version: str = "1"
    refusals: list[web.Response] = field(default_factory=list)
    joins: list[dict[str, Any]] = field(default_factory=list)
    memberships: list[tuple[str, Any]] = field(default_factory=list)
    """Every change of the membership as (method, body)."""

    signer: Signer | None = field(default_factory=Signer)
    """Signs the events; None for a hub that does not."""

    has_nudges: bool = False
    """A link for nudges never ends, so most tests do without."""

    has_ven: bool = True
    date: str | None = None
    """What the clock of the hub says, when it is not right."""

    nudge_requests: int = 0
    nudge_answers: list[Any] = field(default_factory=list)
    refuses_reports: bool = False
    report_answers: list[Any] = field(default_factory=list)
    """Makers of the answers to the next reports, in place of the right ones."""
    membership_refusals: list[web.Response] = field(default_factory=list)
    public_key: bytes = PUBLIC_KEY
    origin: str = ""
    on_join: Any = None
    """Called while the home waits for its membership."""

    def app(self) -> web.Application:
        """Return the application with pairing and membership."""
        app = web.Application()
        app.router.add_post("/dalen/v1/pairing/preview", self._preview)
        app.router.add_post("/dalen/v1/pairing/join", self._join)
        app.router.add_route("*", "/dalen/v1/membership", self._membership)
        app.router.add_get("/dalen/v1/nudge", self._nudge_of_hub)
        app.router.add_get(f"{BASE}/auth/server", self._auth_server)
        app.router.add_post("/token", self._token)
        app.router.add_route("*", "/{path:.*}", self._authorised)
        return app

    def pairing_string(self, code: str = GOOD_CODE) -> str:
        """Return what a resident pastes."""
        return f"DALEN1:{self.origin}:{code}:{FINGERPRINT}"

    def membership(self) -> dict[str, str]:
        """Return what a home gets when it joins."""
        return {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "ven_id": VEN_ID,
            "ven_name": "home-1",
            "vtn_url": f"{self.origin}{BASE}",
            "program_id": "dalen-caps",
            "nudge_url": f"{self.origin}/dalen/v1/nudge",
        }

    def _refusal(self, code: str) -> web.Response | None:
        if self.refusals:
            return self.refusals.pop(0)
        if code != GOOD_CODE:
            return problem(404, "Unknown code")
        if self.is_used:
            return problem(410, "Used")
        return None

    async def _preview(self, request: web.Request) -> web.Response:
        body = await request.json()
        if refusal := self._refusal(body["code"]):
            return refusal
        return web.json_response(
            {
                "hub_name": "Hub of Dalen",
                "collective": "Dalen Energy",
                "trafo_name": "Molenstraat",
                "public_key": b64encode(self.public_key).decode(),
                "vtn_url": f"{self.origin}{BASE}",
                "consent": _consent(self.consent_version),
            }
        )

    async def _join(self, request: web.Request) -> web.Response:
        body = await request.json()
        if refusal := self._refusal(body["code"]):
            return refusal
        if body["consent"]["sha256"] != _consent(self.consent_version)["sha256"]:
            return problem(409, "Consent text changed")
        self.is_used = True
        self.joins.append(deepcopy(body))
        if self.on_join is not None:
            await self.on_join()
        return web.json_response(
            self.membership() | {"tier": body["consent"]["tier"]}, status=201
        )

    async def _membership(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.valid_token}":
            return problem(401, "Unauthorized")
        if self.membership_refusals:
            return self.membership_refusals.pop(0)
        body = await request.json() if request.can_read_body else None
        self.memberships.append((request.method, body))
        return web.json_response({"ven_id": VEN_ID})

    async def _nudge_of_hub(self, request: web.Request) -> web.StreamResponse:
        self.nudge_requests += 1
        if self.nudge_answers:
            return cast(web.StreamResponse, self.nudge_answers.pop(0)())
        if request.headers.get("Authorization") != f"Bearer {self.valid_token}":
            return problem(401, "Unauthorized")
        if not self.has_nudges:
            return problem(404, "No nudges")
        return await self._nudge(request)

    def _page(self, request: web.Request, objects: list[Any]) -> web.Response:
        if objects is self.events and self.signer is not None:
            objects = [self.signer.served(event) for event in objects]
        return VtnServer._page(self, request, objects)

    async def _authorised(self, request: web.Request) -> web.StreamResponse:
        if self.refuses_reports and request.path.endswith("/reports"):
            return problem(403, "Beyond consent")
        if self.report_answers and request.path.endswith("/reports"):
            self.requests.append("POST reports")
            return cast(web.StreamResponse, self.report_answers.pop(0)())
        if request.path.endswith("/vens") and self.has_ven:
            self.vens = [{"id": VEN_ID, "venName": "home-1", "targets": [TARGET]}]
        # No super(): a dataclass with slots is another class than its body saw.
        response = await VtnServer._authorised(self, request)
        if self.date is not None:
            response.headers["Date"] = self.date
        return response
