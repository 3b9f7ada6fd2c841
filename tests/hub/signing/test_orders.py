"""Signed orders: what a home can check with nothing but the key that it pinned."""

import base64
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
from typing import Any

from hypothesis import given, strategies as st
import jwt
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.homes.hub_key import HubKey
from dalen_hub.signing.canonical import (
    canonical_order,
    order_digest,
    signature_of,
    with_signature,
    without_signature,
)
from dalen_hub.signing.orders import TYPE, order_claims, sign_order, sign_orders
from dalen_hub.signing.revisions import next_revision
from dalen_hub.store.database import open_database
from tests.hub.helpers import NOW, cap_event

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "fixtures" / "signed_order.json").read_text()
)
TARGET = "home-0123456789abcdef0123456789abcdef"
KEY = HubKey(bytes(32))


def claims_of(event: dict[str, Any], key: HubKey = KEY) -> dict[str, Any]:
    """Verify the signature in an event with PyJWT, and return what it says."""
    signature = signature_of(event)
    assert signature is not None
    public = jwt.PyJWK(
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": base64.urlsafe_b64encode(key.public_key).decode().rstrip("="),
        }
    )
    assert jwt.get_unverified_header(signature) == {"alg": "EdDSA", "typ": TYPE}
    payload = jwt.PyJWS(algorithms=["EdDSA"]).decode(signature, public, ["EdDSA"])
    return dict(json.loads(payload))


@pytest.mark.parametrize("vector", VECTORS["orders"], ids=lambda each: each["name"])
def test_shared_vectors_hold(vector: dict[str, Any]) -> None:
    """Check the form that the home's own code is tested against."""
    key = HubKey(bytes.fromhex(VECTORS["test_seed_hex"]))
    event, claims = vector["event"], vector["claims"]
    assert key.public_key_base64 == VECTORS["public_key"]
    assert claims_of(event, key) == claims
    assert canonical_order(event, vector["ven"]) == vector["canonical"]
    assert order_digest(event, vector["ven"]) == claims["sha256"]
    issued = datetime.fromtimestamp(claims["iat"], UTC)
    again = sign_order(
        without_signature(event), vector["ven"], key, revision=claims["rev"], now=issued
    )
    assert again == event


def test_the_signature_rides_in_the_first_interval_only() -> None:
    """Check the carrier, and that all else stays as it was."""
    body = cap_event("program", [TARGET])
    signed = sign_order(body, TARGET, KEY, revision=7, now=NOW)
    assert without_signature(signed) == body
    kinds = [[p["type"] for p in i["payloads"]] for i in signed["intervals"]]
    assert kinds[0] == ["IMPORT_CAPACITY_LIMIT", "X-DALEN-SIGNATURE"]
    assert kinds[1:] == [["IMPORT_CAPACITY_LIMIT"]] * 3
    assert signed["payloadDescriptors"] == body["payloadDescriptors"]
    end = datetime(2026, 11, 23, tzinfo=UTC)
    assert claims_of(signed) == {
        "ven": TARGET,
        "program": "program",
        "event": "caps-2026-11-23",
        "rev": 7,
        "iat": int(NOW.timestamp()),
        "exp": int((end + timedelta(hours=1)).timestamp()),
        "sha256": order_digest(body, TARGET),
    }


def test_signing_again_replaces_the_signature() -> None:
    """An order never carries two signatures."""
    once = sign_order(cap_event("program", [TARGET]), TARGET, KEY, revision=1, now=NOW)
    twice = with_signature(once, "other")
    assert signature_of(twice) == "other"
    assert without_signature(twice) == without_signature(once)


def test_an_order_without_end_is_not_signed() -> None:
    """The hub itself never gives one."""
    body = cap_event("program", [TARGET])
    body["intervalPeriod"]["duration"] = "P9999Y"
    with pytest.raises(ValueError, match="has no end"):
        order_claims(body, TARGET, revision=1, now=NOW)


def test_an_event_without_intervals_has_no_signature() -> None:
    """An operator may have written it by hand."""
    assert signature_of({}) is None
    assert without_signature({"eventName": "x"}) == {"eventName": "x"}
    assert without_signature({"intervals": []}) == {"intervals": []}


@pytest.mark.parametrize(
    "change",
    [
        lambda e: e.update(priority=0),
        lambda e: e.update(eventName="caps-2026-11-24"),
        lambda e: e.update(programID="other"),
        lambda e: e["intervalPeriod"].update(start="2026-11-23T23:00:00Z"),
        lambda e: e["intervalPeriod"].update(duration="PT30M"),
        lambda e: e["intervals"][3]["payloads"][0].update(values=[0.53]),
        lambda e: e["intervals"].pop(),
        lambda e: e["intervals"][1].update(id=9),
        lambda e: e["intervals"][1].update(
            intervalPeriod={"start": "2026-11-23T23:00:00Z"}
        ),
        lambda e: e["intervals"][2]["payloads"].append({"type": "X", "values": [1]}),
    ],
)
def test_every_change_of_an_order_shows(change: Any) -> None:
    """What an order says is covered by the signature."""
    body, changed = cap_event("p", [TARGET]), cap_event("p", [TARGET])
    change(changed)
    assert order_digest(body, TARGET) != order_digest(changed, TARGET)


def test_what_a_reader_cannot_tell_apart_has_one_digest() -> None:
    """Null is absent, 0 is 0.0, and what the hub adds is no part of the order."""
    body = cap_event("p", [TARGET])
    body["intervals"][0]["payloads"][0]["values"] = [1]
    seen = json.loads(json.dumps(body))
    seen["intervals"][0]["payloads"][0]["values"] = [1.0]
    seen["intervals"][0]["intervalPeriod"] = None
    seen |= {"id": "x", "createdDateTime": "2026-11-23T16:05:00Z"}
    assert order_digest(body, TARGET) == order_digest(seen, TARGET)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=4))
def test_the_digest_survives_the_wire(values: list[float]) -> None:
    """JSON brings every number back as it was."""
    body = cap_event("p", [TARGET])
    body["intervals"][0]["payloads"][0]["values"] = values
    read = json.loads(json.dumps(body))
    assert order_digest(read, TARGET) == order_digest(body, TARGET)


async def test_revisions_grow_over_restarts_and_clocks_set_back(
    data_dir: Path, database_url: str | None
) -> None:
    """The number is kept with the orders."""
    seen: list[int] = []
    for now in (NOW, NOW, NOW - timedelta(days=400), NOW + timedelta(seconds=1)):
        engine = await open_database(data_dir, database_url)
        async with engine.begin() as conn:
            seen.append(await next_revision(conn, now))
        await engine.dispose()
    assert seen[0] == int(NOW.timestamp() * 1000)
    assert seen == sorted(set(seen))
    assert seen[-1] == seen[0] + 1000


async def test_many_orders_share_a_revision(engine: AsyncEngine) -> None:
    """One number for all homes is enough: it grows for each of them."""
    targets = [f"home-{n:032x}" for n in range(250)]
    bodies = {target: cap_event("p", [target]) for target in targets}
    async with engine.begin() as conn:
        signed = await sign_orders(conn, bodies, KEY, NOW)
        later = await sign_orders(conn, bodies, KEY, NOW)
        assert await sign_orders(conn, {}, KEY, NOW) == {}
    claims = {target: claims_of(event) for target, event in signed.items()}
    assert [each["ven"] for each in claims.values()] == targets
    assert len({each["rev"] for each in claims.values()}) == 1
    assert claims_of(later[targets[0]])["rev"] > claims[targets[0]]["rev"]
