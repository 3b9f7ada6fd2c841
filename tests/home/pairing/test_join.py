"""Looking at a hub and joining it, on real HTTP."""

from base64 import b64encode
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer, unused_port
import pytest

from custom_components.dalen.openadr.reports import Tier
from custom_components.dalen.pairing import (
    ConsentGiven,
    HeatPumpKind,
    HomeFacts,
    Membership,
    PairingError,
    PairingFailure,
    PairingString,
    join,
    preview,
)
from tests.home.openadr.vtn_server import problem

from .hub_server import CODE, FINGERPRINT, KEY, HubServer, both, consent_json

HOME = HomeFacts(
    heat_pump_kind=HeatPumpKind.WATTS, nameplate_w=2500, minimum_w=450, floor_w=200
)


@pytest.fixture
def hub() -> HubServer:
    """Return the state of the hub."""
    return HubServer()


@pytest.fixture
async def pairing(
    socket_enabled: None, hub: HubServer
) -> AsyncGenerator[PairingString]:
    """Serve the hub on loopback and return the string that leads to it."""
    server = TestServer(hub.app(), host="127.0.0.1")
    await server.start_server()
    hub.placed_at(str(server.make_url("")).rstrip("/"))
    yield PairingString.parse(f"DALEN1:{hub.base_url}:{CODE}:{FINGERPRINT}")
    await server.close()


@pytest.fixture
async def session(pairing: PairingString) -> AsyncGenerator[ClientSession]:
    """Return a session as Home Assistant would pass it."""
    async with ClientSession() as opened:
        yield opened


async def failure_of(session: ClientSession, pairing: PairingString) -> PairingError:
    """Return why the hub cannot be looked at."""
    with pytest.raises(PairingError) as caught:
        await preview(session, pairing)
    assert caught.value.detail
    return caught.value


async def given(
    session: ClientSession, pairing: PairingString, **fields: Any
) -> ConsentGiven:
    """Return the consent of a resident who read the hub's text."""
    seen = await preview(session, pairing)
    defaults: dict[str, Any] = {"tier": Tier.T1, "language": "nl"}
    return ConsentGiven(consent=seen.consent, **(defaults | fields))


async def test_preview(session: ClientSession, pairing: PairingString) -> None:
    """All that the resident must see arrives, in both languages."""
    seen = await preview(session, pairing)
    assert (seen.hub_name, seen.collective, seen.trafo_name, seen.public_key) == (
        "Hub",
        "Collective",
        "Trafo 7",
        KEY,
    )
    assert seen.consent.body.text("en") == "**Één** text"
    assert seen.consent.body.text("nl-BE") == "**Één** text (nl)"
    assert seen.consent.body.text("de") == "**Één** text"
    assert [item.tier for item in seen.consent.tiers] == list(Tier)
    assert seen.consent.default_tier is Tier.T1


async def test_join(
    session: ClientSession, pairing: PairingString, hub: HubServer
) -> None:
    """The hub gets what was agreed; the home gets what it must keep."""
    consent = await given(session, pairing)
    member = await join(session, pairing, consent=consent, home=HOME)
    assert (member.client_id, member.ven_id, member.tier) == ("c1", "v1", Tier.T1)
    assert member.base_url == hub.base_url
    assert "s3cret" not in repr(member)
    assert Membership.read(member.as_json()) == member
    what, body = hub.asked[-1]
    assert what == "join"
    assert body == {
        "code": CODE,
        "consent": {
            "text_id": "dalen-consent",
            "sha256": consent_json()["sha256"],
            "tier": "T1",
            "language": "nl",
            "valid_until": None,
        },
        "home": {
            "heat_pump_kind": "watts",
            "nameplate_w": 2500,
            "minimum_w": 450,
            "floor_w": 200,
            "nickname": None,
        },
    }


async def test_a_second_try_says_that_it_is_one(
    session: ClientSession, pairing: PairingString, hub: HubServer
) -> None:
    """The hub then lets this home use its code again."""
    seen = await preview(session, pairing, attempt="random")
    consent = ConsentGiven(consent=seen.consent, tier=Tier.T1, language="nl")
    for _ in range(2):
        await join(session, pairing, consent=consent, home=HOME, attempt="random")
    assert {body["attempt"] for _, body in hub.asked} == {"random"}


async def test_research_needs_an_end_date(
    session: ClientSession, pairing: PairingString, hub: HubServer
) -> None:
    """Without it nothing is sent, so the code stays usable."""
    endless = await given(session, pairing, tier=Tier.T3)
    with pytest.raises(PairingError) as caught:
        await join(session, pairing, consent=endless, home=HOME)
    assert caught.value.key is PairingFailure.REFUSED
    assert [what for what, _ in hub.asked] == ["preview"]
    hub.joined["tier"] = "T3"
    until = datetime(2027, 3, 1, tzinfo=UTC)
    finite = await given(session, pairing, tier=Tier.T3, valid_until=until)
    assert (await join(session, pairing, consent=finite, home=HOME)).tier is Tier.T3
    assert hub.asked[-1][1]["consent"]["valid_until"] == "2027-03-01T00:00:00Z"


async def test_hub_cannot_raise_the_tier(
    session: ClientSession, pairing: PairingString, hub: HubServer
) -> None:
    """The resident agreed with T0, so T0 it is."""
    hub.joined["tier"] = "T2"
    consent = await given(session, pairing, tier=Tier.T0)
    assert (await join(session, pairing, consent=consent, home=HOME)).tier is Tier.T0


@pytest.mark.parametrize("key", [b"x" * 32, KEY[:31], b""])
async def test_hub_with_another_key(
    session: ClientSession, pairing: PairingString, hub: HubServer, key: bytes
) -> None:
    """The fingerprint of the pairing string must be that of the hub."""
    hub.preview["public_key"] = b64encode(key).decode() or "AA=="
    failure = await failure_of(session, pairing)
    assert failure.key is PairingFailure.WRONG_HUB


@pytest.mark.parametrize(
    "changes",
    [
        {"body": both("Another text")},
        {"title": both("Another title")},
        {"version": "2"},
        {"sha256": "0" * 64},
        {"sha256": "é"},
    ],
)
async def test_consent_text_that_does_not_fit_its_digest(
    session: ClientSession,
    pairing: PairingString,
    hub: HubServer,
    changes: dict[str, Any],
) -> None:
    """What the resident reads is what is recorded."""
    hub.preview["consent"] |= changes
    failure = await failure_of(session, pairing)
    assert failure.key is PairingFailure.CONSENT_CHANGED


@pytest.mark.parametrize("key", ["vtn_url", "nudge_url"])
async def test_hub_that_leads_to_an_unsafe_address(
    session: ClientSession, pairing: PairingString, hub: HubServer, key: str
) -> None:
    """Credentials are not kept for an address that may not have them."""
    consent = await given(session, pairing)
    hub.joined[key] = "http://hub.example/openadr3/3.1.0"
    with pytest.raises(PairingError) as caught:
        await join(session, pairing, consent=consent, home=HOME)
    assert caught.value.key is PairingFailure.INSECURE


@pytest.mark.parametrize(
    ("refusal", "key"),
    [
        (problem(404, "Unknown code"), PairingFailure.UNKNOWN_CODE),
        (web.Response(status=404, text="404: Not Found"), PairingFailure.UNREACHABLE),
        (problem(410, "Gone", detail="The code was used."), PairingFailure.USED_CODE),
        (problem(410, "The code expired"), PairingFailure.EXPIRED),
        (problem(410, "Gone", type="https://x/expired-code"), PairingFailure.EXPIRED),
        (
            problem(429, "Too many tries", {"Retry-After": "900"}),
            PairingFailure.TOO_MANY_TRIES,
        ),
        (problem(409, "The consent text changed"), PairingFailure.CONSENT_CHANGED),
        (
            problem(422, "Consent", detail="consent.sha256 is not the present text"),
            PairingFailure.CONSENT_CHANGED,
        ),
        (problem(422, "valid_until is missing"), PairingFailure.REFUSED),
        (problem(403, "Full"), PairingFailure.REFUSED),
        (problem(500, "Oops"), PairingFailure.UNREACHABLE),
        (web.Response(status=302, headers={"Location": "/"}), PairingFailure.UNREACHABLE),
        (web.Response(text="<html>"), PairingFailure.UNREACHABLE),
        (web.json_response([]), PairingFailure.UNREACHABLE),
        (web.json_response({"public_key": "%"}), PairingFailure.UNREACHABLE),
    ],
)  # fmt: skip
async def test_refusal(
    session: ClientSession,
    pairing: PairingString,
    hub: HubServer,
    refusal: web.Response,
    key: PairingFailure,
) -> None:
    """Each refusal has its own key."""
    hub.refusal = refusal
    failure = await failure_of(session, pairing)
    assert failure.key is key
    if key is PairingFailure.TOO_MANY_TRIES:
        assert failure.retry_after_s == 900


@pytest.mark.parametrize(
    "changes",
    [
        {"hub_name": None},
        {"consent": None},
        {"consent": []},
        {"consent": consent_json(tiers=[])},
        {"consent": consent_json(tiers=[{"tier": "T9"}])},
        {"consent": consent_json(default_tier="T4")},
        {"consent": consent_json(title="Only English")},
        {"consent": consent_json() | {"title": {"en": "\ud800", "nl": "x"}}},
    ],
)
async def test_preview_without_sense(
    session: ClientSession,
    pairing: PairingString,
    hub: HubServer,
    changes: dict[str, Any],
) -> None:
    """A hub that we do not understand is no hub; nothing else is raised."""
    hub.preview |= changes
    failure = await failure_of(session, pairing)
    assert failure.key is PairingFailure.UNREACHABLE


async def test_nobody_there(session: ClientSession) -> None:
    """A hub that is off."""
    address = f"http://127.0.0.1:{unused_port()}"
    pairing = PairingString.parse(f"DALEN1:{address}:{CODE}:{FINGERPRINT}")
    failure = await failure_of(session, pairing)
    assert failure.key is PairingFailure.UNREACHABLE


async def test_unknown_code(
    session: ClientSession, pairing: PairingString, hub: HubServer
) -> None:
    """A code with a right checksum that the hub never gave."""
    other = PairingString(
        base_url=hub.base_url, code="0000-0000-0000", fingerprint=FINGERPRINT
    )
    assert (await failure_of(session, other)).key is PairingFailure.UNKNOWN_CODE
