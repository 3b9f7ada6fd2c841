"""Tests of joining, over HTTP."""

import asyncio
import base64
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from dalen_hub.appkeys import HUB_KEY
from dalen_hub.homes.registry import homes_of_trafo
from dalen_hub.store.database import reading
from dalen_hub.store.tables import client, consent, invite, ven
from tests.hub.helpers import JOIN, PREVIEW, FrozenClock, Hub, assert_problem, join_body

WRONG = "AAAA-AAAA-AAAA"


async def rows_of(hub: Hub) -> dict[str, int]:
    """Count what a join makes."""
    async with reading(hub.engine) as conn:
        return {
            table.name: await conn.scalar(select(func.count()).select_from(table)) or 0
            for table in (client, ven, consent)
        }


async def test_a_preview_shows_what_a_home_joins(hub: Hub) -> None:
    """Check the preview, twice: it does not use the code up."""
    code = await hub.invite()
    for _ in range(2):
        response = await hub.client.post(PREVIEW, json={"code": code})
        assert response.status == 200
        shown = await response.json()
    assert shown["hub_name"] == "Dalen hub"
    assert shown["collective"] == "Energiek Dalen"
    assert shown["trafo_name"] == "Kerkstraat"
    assert base64.b64decode(shown["public_key"]) == hub.app[HUB_KEY].public_key
    assert shown["vtn_url"] == "https://hub.example/openadr3/3.1.0"
    assert shown["consent"]["default_tier"] == "T1"
    assert [item["tier"] for item in shown["consent"]["tiers"]] == [
        "T0",
        "T1",
        "T2",
        "T3",
    ]


async def test_a_home_joins_once(hub: Hub, membership_changes: list[str]) -> None:
    """Check the answer, the registry, and that the code is worth nothing after."""
    code = await hub.invite()
    body = join_body(code, now=hub.clock(), nickname=" Huis 12 ", floor_w=0)
    response = await hub.client.post(JOIN, json=body)
    assert response.status == 201
    assert response.headers["Cache-Control"] == "no-store"
    made = await response.json()
    assert set(made) == {
        "client_id",
        "client_secret",
        "ven_id",
        "ven_name",
        "vtn_url",
        "program_id",
        "nudge_url",
        "tier",
    }
    assert made["nudge_url"] == "https://hub.example/dalen/v1/nudge"
    assert membership_changes == ["kerkstraat"]
    async with reading(hub.engine) as conn:
        (home,) = await homes_of_trafo(conn, "kerkstraat")
        assert await homes_of_trafo(conn, "brink") == ()
    assert (home.ven_id, home.nickname, home.tier) == (made["ven_id"], "Huis 12", "T1")
    assert (home.nameplate_w, home.minimum_w, home.floor_w) == (1800, 450, 0)
    for path, again in ((PREVIEW, {"code": code}), (JOIN, body)):
        response = await hub.client.post(path, json=again)
        await assert_problem(response, 410, "used-code")
    assert await rows_of(hub) == {"client": 1, "ven": 1, "consent": 1}


async def test_a_code_lets_one_of_two_homes_in(hub: Hub) -> None:
    """Check two joins at the same moment."""
    body = join_body(await hub.invite(), now=hub.clock())
    answers = await asyncio.gather(
        *(hub.client.post(JOIN, json=body) for _ in range(4))
    )
    assert sorted(answer.status for answer in answers) == [201, 410, 410, 410]
    assert await rows_of(hub) == {"client": 1, "ven": 1, "consent": 1}


async def test_a_code_expires_after_seven_days(hub: Hub, clock: FrozenClock) -> None:
    """Check both sides of the end."""
    code = await hub.invite()
    clock.forward(timedelta(days=7, seconds=-1))
    assert (await hub.client.post(PREVIEW, json={"code": code})).status == 200
    clock.forward(timedelta(seconds=1))
    response = await hub.client.post(JOIN, json=join_body(code))
    await assert_problem(response, 410, "expired-code")


async def test_a_wrong_code_is_not_known(hub: Hub) -> None:
    """Check that a wrong code and a mistyped one get the same answer."""
    for code in ("AAAA-AAAA-AAAB", WRONG, "x"):
        response = await hub.client.post(PREVIEW, json={"code": code})
        await assert_problem(response, 404, "unknown-code")


async def test_five_wrong_codes_are_enough(hub: Hub, clock: FrozenClock) -> None:
    """Check that even a right code must wait then, and for how long."""
    code = await hub.invite()
    for number in range(5):
        path = (PREVIEW, JOIN)[number % 2]
        response = await hub.client.post(path, json=join_body(f"{number}AAA-AAAA-AAAA"))
        await assert_problem(response, 404)
        clock.forward(timedelta(seconds=10))
    response = await hub.client.post(PREVIEW, json={"code": code})
    await assert_problem(response, 429, "too-many-tries")
    assert response.headers["Retry-After"] == "850"
    clock.forward(timedelta(seconds=850))
    assert (await hub.client.post(PREVIEW, json={"code": code})).status == 200


@pytest.mark.parametrize(
    ("part", "change", "status"),
    [
        ("consent", {"sha256": "0" * 64}, 409),
        ("consent", {"text_id": "other"}, 409),
        ("consent", {"tier": "T9"}, 422),
        ("consent", {"tier": "T3"}, 422),
        ("consent", {"tier": "T3", "valid_until": "2028-01-01T00:00:00Z"}, 422),
        ("consent", {"tier": "T3", "valid_until": "next year"}, 422),
        ("consent", {"valid_until": "2020-01-01T00:00:00Z"}, 422),
        ("consent", {"language": "xx"}, 422),
        ("home", {"heat_pump_kind": "steam"}, 422),
        ("home", {"heat_pump_kind": ["watts"]}, 422),
        ("home", {"nameplate_w": -1}, 422),
        ("home", {"nameplate_w": 0}, 422),
        ("home", {"nameplate_w": 1e9}, 422),
        ("home", {"nameplate_w": "1800"}, 422),
        ("home", {"nameplate_w": True}, 422),
        ("home", {"minimum_w": 1801}, 422),
        ("home", {"floor_w": None}, 422),
        ("home", {"nickname": "x" * 65}, 422),
        ("home", {"nickname": "a\nb"}, 422),
        ("home", {"nickname": 7}, 422),
    ],
)
async def test_a_join_that_is_wrong_leaves_nothing_and_keeps_the_code(
    hub: Hub, part: str, change: dict[str, Any], status: int
) -> None:
    """Check that a home can correct itself and join."""
    code = await hub.invite()
    body = join_body(code, now=hub.clock())
    response = await hub.client.post(
        JOIN, json={**body, part: {**body[part], **change}}
    )
    await assert_problem(response, status, "consent-changed" if status == 409 else "")
    assert set((await rows_of(hub)).values()) == {0}
    assert (await hub.client.post(JOIN, json=body)).status == 201


@pytest.mark.parametrize("body", [{}, {"code": 5}, {"code": "x" * 65}, [], None, 3])
async def test_a_request_without_a_code_is_explained(hub: Hub, body: Any) -> None:
    """Check what is not a request to join."""
    for path in (PREVIEW, JOIN):
        response = await hub.client.post(path, json=body)
        await assert_problem(response, 422 if isinstance(body, dict) else 400)


async def test_a_code_is_not_in_the_database(hub: Hub) -> None:
    """Check that who reads the database cannot join with it."""
    code = await hub.invite()
    async with reading(hub.engine) as conn:
        row = (await conn.execute(select(invite))).one()
    assert code not in repr(row)
    assert code.replace("-", "") not in repr(row)
