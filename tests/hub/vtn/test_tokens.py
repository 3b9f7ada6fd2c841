"""Tests of the token endpoint and of what a token is worth."""

import base64
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus

import jwt
import pytest
from sqlalchemy import select

from dalen_hub.appkeys import PRINCIPALS, TOKENS
from dalen_hub.store.database import reading
from dalen_hub.store.tables import client
from dalen_hub.vtn.auth import create_client, revoke_client
from dalen_hub.vtn.tokens import Tokens
from tests.hub.helpers import (
    MEMBERSHIP,
    NUDGE,
    TOKEN,
    VTN,
    FrozenClock,
    Hub,
    assert_problem,
)

GRANT = {"grant_type": "client_credentials"}


async def operator(hub: Hub) -> tuple[str, str]:
    """Add an operator's client; return its id and secret."""
    async with hub.engine.begin() as conn:
        return await create_client(conn, "bl", "operator", hub.clock())


def basic(client_id: str, secret: str) -> dict[str, str]:
    """Return the header of HTTP Basic, as RFC 6749 section 2.3.1 encodes it."""
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


async def test_the_token_url_is_told(hub: Hub) -> None:
    """Check where a client begins."""
    response = await hub.client.get(f"{VTN}/auth/server")
    assert await response.json() == {
        "tokenURL": "https://hub.example/openadr3/3.1.0/auth/token"
    }


@pytest.mark.parametrize("where", ["body", "basic", "basic with the id in the body"])
async def test_credentials_may_be_in_the_header_or_in_the_body(
    hub: Hub, where: str
) -> None:
    """Check both forms, and the answer of RFC 6749 section 5.1."""
    client_id, secret = await operator(hub)
    data, headers = dict(GRANT), {}
    if where.startswith("basic"):
        headers = basic(client_id, secret)
    if where == "body":
        data |= {"client_id": client_id, "client_secret": secret}
    if where.endswith("body") and where != "body":
        data["client_id"] = client_id
    response = await hub.client.post(TOKEN, data=data, headers=headers)
    assert response.status == 200
    assert response.headers["Cache-Control"] == "no-store"
    body = await response.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
    assert {"read_all", "write_events"} <= set(body["scope"].split())
    assert "write_reports" not in body["scope"]
    claims = jwt.decode(body["access_token"], options={"verify_signature": False})
    assert claims["iss"] == "https://hub.example"
    assert claims["aud"].startswith("https://hub.example")
    assert claims["sub"] == client_id
    assert claims["exp"] - claims["iat"] == 3600


@pytest.mark.parametrize(
    ("data", "header", "status", "error"),
    [
        ({}, "right", 400, "invalid_request"),
        ({"grant_type": "password"}, "right", 400, "unsupported_grant_type"),
        (GRANT, None, 401, "invalid_client"),
        (GRANT, "wrong", 401, "invalid_client"),
        (GRANT, "unknown", 401, "invalid_client"),
        (GRANT, "Basic !", 401, "invalid_client"),
        (GRANT, "Basic QQ==", 401, "invalid_client"),
        ({**GRANT, "client_secret": "x"}, "right", 400, "invalid_request"),
        ({**GRANT, "client_id": "other"}, "right", 400, "invalid_request"),
        ({**GRANT, "scope": "write_reports"}, "right", 400, "invalid_scope"),
    ],
)
async def test_a_bad_token_request_is_refused_as_rfc_6749_says(
    hub: Hub, data: dict[str, str], header: str | None, status: int, error: str
) -> None:
    """Check the error codes, and that a client learns no more."""
    client_id, secret = await operator(hub)
    headers = {
        "right": basic(client_id, secret),
        "wrong": basic(client_id, "x"),
        "unknown": basic("x", secret),
        None: {},
    }.get(header, {"Authorization": str(header)})
    response = await hub.client.post(TOKEN, data=data, headers=headers)
    assert (response.status, (await response.json())["error"]) == (status, error)
    assert response.headers["Cache-Control"] == "no-store"
    if status == 401:
        assert response.headers["WWW-Authenticate"].startswith("Basic")


async def test_a_token_request_must_be_a_form(hub: Hub) -> None:
    """Check JSON, bytes that are no text, and a field that is there twice."""
    for body in (
        {"json": GRANT},
        {
            "data": b"\xff",
            "headers": {"Content-Type": "application/x-www-form-urlencoded"},
        },
        {"data": [("grant_type", "client_credentials")] * 2},
    ):
        response = await hub.client.post(TOKEN, **body)  # type: ignore[arg-type]
        assert response.status == 400
        assert (await response.json())["error"] == "invalid_request"


async def test_a_scope_may_be_narrowed(hub: Hub) -> None:
    """Check that a token with less may do less."""
    client_id, secret = await operator(hub)
    response = await hub.client.post(
        TOKEN,
        data={**GRANT, "scope": "read_targets x"},
        headers=basic(client_id, secret),
    )
    body = await response.json()
    assert body["scope"] == "read_targets"
    bearer = {"Authorization": f"Bearer {body['access_token']}"}
    assert (await hub.client.get(f"{VTN}/programs", headers=bearer)).status == 200
    response = await hub.client.post(f"{VTN}/programs", json={}, headers=bearer)
    assert "write_programs" in await assert_problem(response, 403)


async def test_a_token_holds_an_hour(hub: Hub, clock: FrozenClock) -> None:
    """Check both sides of the end."""
    caller = await hub.operator()
    clock.forward(timedelta(minutes=59, seconds=59))
    assert (await caller.call("GET", f"{VTN}/programs")).status == 200
    clock.forward(timedelta(seconds=1))
    response = await caller.call("GET", f"{VTN}/programs")
    assert "new one" in await assert_problem(response, 401)
    assert "invalid_token" in response.headers["WWW-Authenticate"]


async def test_a_token_of_somebody_else_is_refused(hub: Hub) -> None:
    """Check other keys, issuers, audiences and algorithms."""
    client_id, _ = await operator(hub)
    key = hub.app[TOKENS]._key  # to sign what the hub did not
    claims: dict[str, Any] = {
        "iss": "https://hub.example",
        "aud": "https://hub.example/openadr3",
        "sub": client_id,
        "iat": 0,
        "exp": 4_000_000_000,
        "scope": "read_targets",
    }
    right = jwt.encode(claims, key, algorithm="HS256")
    forged = [
        Tokens(bytes(32), "https://hub.example", "x").issue(client_id, [], hub.clock()),
        jwt.encode({**claims, "iss": "https://evil.example"}, key, algorithm="HS256"),
        jwt.encode({**claims, "aud": "https://evil.example"}, key, algorithm="HS256"),
        jwt.encode({**claims, "scope": 1}, key, algorithm="HS256"),
        jwt.encode({**claims, "exp": "later"}, key, algorithm="HS256"),
        jwt.encode({**claims, "sub": "nobody"}, key, algorithm="HS256"),
        jwt.encode(claims, "", algorithm="none"),
        right[:-2],
        "x",
        "",
    ]
    for field in claims:
        part = {name: value for name, value in claims.items() if name != field}
        forged.append(jwt.encode(part, key, algorithm="HS256"))
    for token in forged:
        headers = {"Authorization": f"Bearer {token}"}
        response = await hub.client.get(f"{VTN}/programs", headers=headers)
        await assert_problem(response, 401)
    headers = {"Authorization": f"bearer {right}"}
    assert (await hub.client.get(f"{VTN}/programs", headers=headers)).status == 200


async def test_a_revoked_client_is_refused_within_a_minute(
    hub: Hub, clock: FrozenClock
) -> None:
    """Check both ways: another process revoked it, or this one."""
    for here in (True, False):
        caller = await hub.operator()
        assert (await caller.call("GET", f"{VTN}/programs")).status == 200
        claims = hub.app[TOKENS].verify(caller.token, clock())
        async with hub.engine.begin() as conn:
            assert await revoke_client(conn, claims.client_id, clock())
            assert not await revoke_client(conn, claims.client_id, clock())
        if here:
            hub.app[PRINCIPALS].forget(claims.client_id)
        else:
            clock.forward(timedelta(seconds=60))
        await assert_problem(await caller.call("GET", f"{VTN}/programs"), 401)


async def test_a_secret_has_256_bits_and_is_stored_as_a_hash(hub: Hub) -> None:
    """Check what who steals the database gets."""
    client_id, secret = await operator(hub)
    assert len(base64.urlsafe_b64decode(secret + "=")) == 32
    async with reading(hub.engine) as conn:
        row = (await conn.execute(select(client).where(client.c.id == client_id))).one()
    assert len(row.secret_hash) == 32
    assert secret not in repr(row)


@pytest.mark.parametrize(
    ("role", "name"), [("admin", "x"), ("bl", ""), ("bl", "x" * 129)]
)
async def test_a_client_needs_a_known_role_and_a_name(
    hub: Hub, role: str, name: str
) -> None:
    """Check what the command line passes on."""
    async with hub.engine.begin() as conn:
        with pytest.raises(ValueError, match=r".+"):
            await create_client(conn, role, name, hub.clock())


async def test_every_path_wants_a_token_except_a_few(hub: Hub) -> None:
    """Go through all routes, so that a new one cannot be forgotten."""
    public = {
        f"{VTN}/auth/server",
        TOKEN,
        "/dalen/v1/pairing/preview",
        "/dalen/v1/pairing/join",
    }
    routes = [
        (route.method, route.resource.canonical.replace("{id}", "some-id"))
        for route in hub.app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    ]
    assert {path for _, path in routes} >= public | {MEMBERSHIP, NUDGE}
    for method, path in routes:
        if path not in public:
            await assert_problem(await hub.client.request(method, path), 401)
