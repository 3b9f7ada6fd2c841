"""Every refused access is in the audit, and no secret is."""

from collections.abc import AsyncGenerator
from datetime import timedelta
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.appkeys import RATE_LIMITS
from dalen_hub.audit.denials import DENIALS
from dalen_hub.config import HubConfig
from dalen_hub.store.database import reading
from dalen_hub.store.tables import audit
from dalen_hub.vtn.rate_limits import Rate, RateLimits
from tests.hub.helpers import (
    PREVIEW,
    TOKEN,
    VTN,
    Caller,
    FrozenClock,
    Hub,
    cap_event,
    report,
)
from tests.hub.whole_hub import whole_hub

AUDIT = "/api/v1/audit"
STOP = "/api/v1/trafos/kerkstraat/stop"


@pytest.fixture
async def whole(
    config: HubConfig, engine: AsyncEngine, data_dir: Path, clock: FrozenClock
) -> AsyncGenerator[Hub]:
    """Run a whole hub."""
    async with whole_hub(config, engine, data_dir, clock) as hub:
        yield hub


async def denied(
    hub: Hub, clock: FrozenClock, operator: Caller
) -> list[dict[str, Any]]:
    """Return what was refused, once its minute is over, without hashes."""
    clock.forward(timedelta(minutes=1))
    await hub.app[DENIALS].write(hub.engine, clock())
    found = await operator.ok("GET", AUDIT)
    return [
        {name: value for name, value in entry.items() if name not in {"hash", "number"}}
        for entry in reversed(found)
    ]


async def test_refusals_are_counted_by_client_reason_and_minute(
    whole: Hub, clock: FrozenClock
) -> None:
    """Who is known is named by the client's id, and nobody else at all."""
    home, other = await whole.home("T0"), await whole.home()
    operator = await whole.operator()
    (program, *_) = await home.ok("GET", f"{VTN}/programs")
    theirs = await operator.ok(
        "POST",
        f"{VTN}/events",
        cap_event(program["id"], await targets_of(other)),
    )
    mine = await operator.ok(
        "POST", f"{VTN}/events", cap_event(program["id"], await targets_of(home))
    )
    at = "2026-11-23T16:05:00Z"
    me = home.facts["client_id"]
    for _ in range(3):
        await home.call("GET", STOP)
        await home.call("GET", f"{VTN}/events/{theirs['id']}")
    await home.call("POST", f"{VTN}/reports", report(mine["id"], DEMAND=0.4))
    await whole.client.get(f"{VTN}/events")
    await whole.client.get(
        f"{VTN}/events", headers={"Authorization": "Bearer forged.token.x"}
    )
    await whole.client.post(PREVIEW, json={"code": "7K3M-9QXA-2B5R"})
    found = await denied(whole, clock, operator)

    def entry(**fields: Any) -> dict[str, Any]:
        return {"at": at, "client_id": None, "reason": None, "times": 1, **fields}

    assert found == [
        entry(client_id=me, status=403, what=f"GET {STOP_ROUTE}", times=3),
        entry(client_id=me, status=404, what=f"GET {VTN}/events/{{id}}", times=3),
        entry(client_id=me, status=403, what=f"POST {VTN}/reports", reason="consent"),
        entry(status=401, what=f"GET {VTN}/events", times=2),
        entry(status=404, what=f"POST {PREVIEW}", reason="unknown-code"),
    ]


STOP_ROUTE = "/api/v1/trafos/{trafo_id}/stop"


async def targets_of(home: Caller) -> list[str]:
    """Return the target of a home."""
    (ven,) = await home.ok("GET", f"{VTN}/vens")
    return list(ven["targets"])


async def test_wrong_secrets_name_the_client_only_if_there_is_one(
    whole: Hub, clock: FrozenClock
) -> None:
    """What a stranger writes as an id is not written down."""
    home, operator = await whole.home(), await whole.operator()
    for client_id in (home.facts["client_id"], "a-stranger", "Jan Jansen ?", "x" * 999):
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": "wrong",
        }
        assert (await whole.client.post(TOKEN, data=form)).status == 401
    found = await denied(whole, clock, operator)
    assert [entry["client_id"] for entry in found] == [
        home.facts["client_id"],
        None,
        None,
    ]
    assert "stranger" not in json.dumps(found)
    assert "Jansen" not in json.dumps(found)


async def test_too_many_requests_and_revoked_clients_are_noted(
    whole: Hub, clock: FrozenClock
) -> None:
    """Both tell of a client that is broken or stolen."""
    home, operator = await whole.home(), await whole.operator()
    limits = RateLimits(ven=Rate(per_s=0.001, burst=2))
    whole.app._state[RATE_LIMITS] = limits
    for _ in range(4):
        await home.call("GET", f"{VTN}/events")
    client_id = home.facts["client_id"]
    await operator.ok("DELETE", f"/api/v1/clients/{client_id}")
    await home.call("GET", f"{VTN}/events")
    found = await denied(whole, clock, operator)
    assert [(e["client_id"], e["status"], e["reason"], e["times"]) for e in found] == [
        (client_id, 429, "too-many-requests", 2),
        (client_id, 401, None, 1),
    ]


async def test_a_flood_becomes_a_few_rows(whole: Hub, clock: FrozenClock) -> None:
    """However many ids and reasons somebody makes up."""
    operator = await whole.operator()
    for number in range(2_000):
        whole.app[DENIALS].count(clock(), f"id-{number}", 401, "", "GET /")
    clock.forward(timedelta(minutes=1))
    await whole.app[DENIALS].write(whole.engine, clock())
    async with reading(whole.engine) as conn:
        rows = await conn.scalar(select(func.count()).select_from(audit))
        times = await conn.scalar(select(func.sum(audit.c.times)))
    assert rows is not None
    assert rows <= 501
    assert times == 2_000
    assert (await operator.ok("GET", f"{AUDIT}/verification"))["denied"]["intact"]


async def test_operators_leave_their_traces(whole: Hub, clock: FrozenClock) -> None:
    """Each act is written with the act itself; the reason of a stop is not."""
    home, operator = await whole.home(), await whole.operator()
    secret = await home.ok("POST", "/dalen/v1/credentials")
    await operator.ok("POST", STOP, {"reason": "Bij Jansen brandt het", "minutes": 5})
    await operator.ok("DELETE", STOP)
    await operator.ok("DELETE", f"/api/v1/clients/{home.facts['client_id']}")
    found = await operator.ok("GET", f"{AUDIT}?chain=acts&limit=4")
    assert [(entry["what"], entry["reason"]) for entry in reversed(found)] == [
        ("secret rotated", home.facts["client_id"]),
        ("stop ordered", "kerkstraat"),
        ("stop released", "kerkstraat"),
        ("client revoked", home.facts["client_id"]),
    ]
    assert len({entry["client_id"] for entry in found}) == 2
    verdict = (await operator.ok("GET", f"{AUDIT}/verification"))["acts"]
    assert verdict["intact"] is True
    assert verdict["head"] == found[0]["hash"]
    text = json.dumps(found)
    assert "Jansen" not in text
    assert secret["client_secret"] not in text


async def test_only_operators_read_the_audit(whole: Hub) -> None:
    """A home sees neither others nor itself there."""
    home, operator = await whole.home(), await whole.operator()
    for path in (AUDIT, f"{AUDIT}/verification"):
        assert (await whole.client.get(path)).status == 401
        assert (await home.call("GET", path)).status == 403
    assert (await operator.call("GET", f"{AUDIT}?chain=x")).status == 400


async def test_what_was_refused_last_is_written_when_the_hub_stops(
    config: HubConfig, engine: AsyncEngine, data_dir: Path, clock: FrozenClock
) -> None:
    """The minute need not be over."""
    async with whole_hub(config, engine, data_dir, clock) as hub:
        await hub.client.get(f"{VTN}/events")
    async with reading(engine) as conn:
        assert await conn.scalar(select(func.sum(audit.c.times))) == 1
