"""The pairing side of a hub in memory, on real HTTP: a test double."""

from base64 import b64encode
from dataclasses import dataclass, field
from hashlib import sha256
import json
from typing import Any

from aiohttp import web

from tests.home.openadr.vtn_server import problem

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
KEY = bytes(range(32))
FINGERPRINT = sha256(KEY).hexdigest()[:16]


def make_code(values: list[int]) -> str:
    """Return the code for 11 values, as the hub makes it."""
    total = 0
    for position, value in enumerate(values):
        total += value * (position + 1)
    symbols = "".join(SYMBOLS[value] for value in [*values, total % 31])
    return "-".join((symbols[0:4], symbols[4:8], symbols[8:12]))


CODE = make_code(list(range(11)))


def both(text: str) -> dict[str, str]:
    """Return a text in both languages."""
    return {"en": text, "nl": f"{text} (nl)"}


def consent_json(**fields: Any) -> dict[str, Any]:
    """Return a consent text with its digest."""
    text = {"title": both("Consent"), "body": both("**Één** text"), "version": "1"}
    text |= {key: fields.pop(key) for key in list(fields) if key in text}
    canonical = json.dumps(
        text, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return {
        "text_id": "dalen-consent",
        "sha256": sha256(canonical.encode()).hexdigest(),
        **text,
        "tiers": [
            {"tier": f"T{n}", "title": both(f"T{n}"), "summary": both("What")}
            for n in range(4)
        ],
        "default_tier": "T1",
    } | fields


@dataclass(slots=True, kw_only=True)
class HubServer:
    """What the hub answers; ``refusal`` goes before everything else."""

    base_url: str = ""
    preview: dict[str, Any] = field(default_factory=dict)
    joined: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, Any]] = field(default_factory=list)
    refusal: web.Response | None = None

    def app(self) -> web.Application:
        """Return the application that serves this state."""
        app = web.Application()
        app.router.add_post("/dalen/v1/pairing/{what}", self._pairing)
        return app

    def placed_at(self, base_url: str) -> None:
        """Fill in the right answers for an address."""
        self.base_url = base_url
        self.preview = {
            "hub_name": "Hub",
            "collective": "Collective",
            "trafo_name": "Trafo 7",
            "public_key": b64encode(KEY).decode(),
            "vtn_url": f"{base_url}/openadr3/3.1.0",
            "consent": consent_json(),
        }
        self.joined = {
            "client_id": "c1",
            "client_secret": "s3cret",
            "ven_id": "v1",
            "ven_name": "home-1",
            "vtn_url": f"{base_url}/openadr3/3.1.0",
            "program_id": "p1",
            "nudge_url": f"{base_url}/dalen/v1/nudge",
            "tier": "T1",
        }

    async def _pairing(self, request: web.Request) -> web.Response:
        what = request.match_info["what"]
        body = await request.json()
        self.asked.append((what, body))
        if self.refusal is not None:
            return self.refusal
        if body["code"] != CODE:
            return problem(404, "Unknown code")
        if what == "preview":
            return web.json_response(self.preview)
        return web.json_response(self.joined, status=201)
