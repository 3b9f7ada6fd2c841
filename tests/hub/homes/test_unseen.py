"""A join whose answer got lost: tried again, or forgotten after a day."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.consent.tiers import Tier
from dalen_hub.homes.registry import homes_of_trafo
from dalen_hub.homes.unseen import EXPIRE_AFTER, expire_unseen
from dalen_hub.store.database import reading
from dalen_hub.store.tables import client, consent
from tests.hub.helpers import (
    JOIN,
    PREVIEW,
    VTN,
    Caller,
    FrozenClock,
    Hub,
    assert_problem,
    join_body,
)

ATTEMPT = "a" * 22


async def join(hub: Hub, code: str, attempt: str | None, **home: Any) -> Any:
    """Join; return the answer's status and body."""
    body = join_body(code, **home)
    if attempt is not None:
        body["attempt"] = attempt
    async with hub.client.post(JOIN, json=body) as answer:
        return answer.status, await answer.json()


async def members(engine: AsyncEngine) -> list[str]:
    """Return the clients of the homes that take part."""
    async with reading(engine) as conn:
        return [home.client_id for home in await homes_of_trafo(conn, "kerkstraat")]


async def test_the_same_home_joins_again_with_the_same_code(hub: Hub) -> None:
    """What it says last counts; what it got first is worth nothing."""
    code = await hub.invite()
    status, first = await join(hub, code, ATTEMPT)
    assert status == 201
    seen = {"code": code, "attempt": ATTEMPT}
    assert (await hub.client.post(PREVIEW, json=seen)).status == 200
    status, second = await join(hub, code, ATTEMPT, tier="T0")
    assert status == 201
    assert second["client_id"] != first["client_id"]
    assert await members(hub.engine) == [second["client_id"]]
    async with reading(hub.engine) as conn:
        (home,) = await homes_of_trafo(conn, "kerkstraat")
        revoked = select(client.c.revoked_at).where(client.c.id == first["client_id"])
        assert await conn.scalar(revoked) is not None
    assert home.tier is Tier.T0


async def test_after_it_came_the_code_is_used_for_good(hub: Hub) -> None:
    """Who copied everything on the way gets nothing."""
    code = await hub.invite()
    _, facts = await join(hub, code, ATTEMPT)
    token = await hub.token(facts["client_id"], facts["client_secret"])
    home = Caller(client=hub.client, token=token, facts=facts)
    await home.ok("GET", f"{VTN}/events")
    status, body = await join(hub, code, ATTEMPT)
    assert (status, body["type"].rpartition("/")[2]) == (410, "used-code")
    assert await members(hub.engine) == [facts["client_id"]]


@pytest.mark.parametrize("attempt", [None, "b" * 22])
async def test_another_home_does_not_take_the_place(
    hub: Hub, attempt: str | None
) -> None:
    """The code alone is not enough, nor is another attempt."""
    code = await hub.invite()
    _, facts = await join(hub, code, ATTEMPT)
    status, body = await join(hub, code, attempt)
    assert status == 410
    assert "ends within a day" in body["detail"]
    again = {"code": code, "attempt": attempt}
    await assert_problem(await hub.client.post(PREVIEW, json=again), 410, "used-code")
    assert await members(hub.engine) == [facts["client_id"]]


async def test_a_home_that_told_no_attempt_cannot_try_again(hub: Hub) -> None:
    """As homes do that know nothing of it."""
    code = await hub.invite()
    assert (await join(hub, code, None))[0] == 201
    assert (await join(hub, code, ATTEMPT))[0] == 410


@pytest.mark.parametrize("attempt", ["short", "x" * 129, 5, ["a" * 30]])
async def test_an_attempt_that_could_be_guessed_is_refused(
    hub: Hub, attempt: Any
) -> None:
    """And the code stays open."""
    code = await hub.invite()
    body = {**join_body(code), "attempt": attempt}
    await assert_problem(await hub.client.post(JOIN, json=body), 422)
    assert (await join(hub, code, ATTEMPT))[0] == 201


async def test_a_member_that_never_came_ends_after_a_day(
    hub: Hub, clock: FrozenClock, membership_changes: list[str]
) -> None:
    """Others get its room; who came at all stays, however long ago."""
    _, never = await join(hub, await hub.invite(), ATTEMPT)
    came = await hub.home()
    await came.ok("GET", f"{VTN}/events")
    clock.forward(EXPIRE_AFTER - timedelta(seconds=1))
    assert await expire_unseen(hub.app, clock()) == 0
    clock.forward(timedelta(seconds=1))
    membership_changes.clear()
    assert await expire_unseen(hub.app, clock()) == 1
    assert membership_changes == ["kerkstraat"]
    assert await members(hub.engine) == [came.facts["client_id"]]
    async with reading(hub.engine) as conn:
        gone = select(client.c.revoked_at).where(client.c.id == never["client_id"])
        assert await conn.scalar(gone) is not None
        withdrawn = select(func.count()).where(consent.c.action == "withdrawn")
        assert await conn.scalar(withdrawn) == 1
    assert await expire_unseen(hub.app, clock()) == 0
