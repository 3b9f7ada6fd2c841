"""`kill -9` under load: what was acknowledged is there after the restart."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
import random
import sqlite3
from typing import Any

from aiohttp import ClientError, ClientSession

from dalen_hub.app import utc_now
from dalen_hub.audit.chain import Chain
from dalen_hub.commands import add_client, audited
from dalen_hub.grid.quarter_hours import QUARTER, floor_quarter
from dalen_hub.homes.hub_key import HubKey
from dalen_hub.homes.invites import create_invite
from dalen_hub.signing.canonical import signature_of
from dalen_hub.store.database import DATABASE_FILE, open_database
from dalen_hub.store.times import rfc3339
from tests.hub.helpers import JOIN, TOKEN, VTN, cap_event, join_body, on_sqlite, report
from tests.hub.signing.test_orders import claims_of
from tests.hub.test_cli import free_port, served, write_config

ROUNDS = 2
STOP = "/api/v1/trafos/dalen/stop"
GONE = (ClientError, TimeoutError, OSError)


@dataclass(slots=True)
class Acknowledged:
    """What the hub said it had done."""

    events: dict[str, str] = field(default_factory=dict)
    reports: set[str] = field(default_factory=set)
    members: list[tuple[str, str]] = field(default_factory=list)
    acts: int = 0
    revisions: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Load:
    """Everybody at once, until the hub is gone."""

    session: ClientSession
    base: str
    operator: tuple[str, str]
    codes: list[str]
    done: Acknowledged
    key: HubKey
    chance: random.Random

    async def token(self, client: tuple[str, str]) -> dict[str, str]:
        """Get a token; return the header that carries it."""
        form = {
            "grant_type": "client_credentials",
            "client_id": client[0],
            "client_secret": client[1],
        }
        async with self.session.post(f"{self.base}{TOKEN}", data=form) as answer:
            assert answer.status == 200, await answer.text()
            token = (await answer.json())["access_token"]
        return {"Authorization": f"Bearer {token}"}

    async def call(
        self, method: str, path: str, headers: dict[str, str], body: Any = None
    ) -> Any:
        """Send a request that is acknowledged, or never answered."""
        async with self.session.request(
            method, self.base + path, json=body, headers=headers
        ) as answer:
            assert answer.ok, await answer.text()
            return None if answer.status == 204 else await answer.json()

    async def write_events(self, program: str) -> None:
        """Write events as the operator."""
        headers = await self.token(self.operator)
        while True:
            body = cap_event(program, [f"x-{self.chance.randrange(9)}"], name="by hand")
            made = await self.call("POST", f"{VTN}/events", headers, body)
            self.done.events[made["id"]] = made["targets"][0]

    async def order_stops(self) -> None:
        """Order stops and release them."""
        headers = await self.token(self.operator)
        async with self.session.delete(self.base + STOP, headers=headers) as before:
            # A round before may have been cut off in a stop.
            self.done.acts += before.ok
        while True:
            await self.call("POST", STOP, headers, {"reason": "Proef", "minutes": 5})
            self.done.acts += 1
            await self.call("DELETE", STOP, headers)
            self.done.acts += 1

    async def join(self) -> None:
        """Let homes join, one after the other."""
        while self.codes:
            body = join_body(self.codes.pop())
            made = await self.call("POST", JOIN, {}, body)
            self.done.members.append((made["client_id"], made["client_secret"]))

    async def live(self, client: tuple[str, str]) -> None:
        """Be a home: report, read caps, and be refused now and then."""
        headers = await self.token(client)
        while True:
            events = await self.call("GET", f"{VTN}/events", headers)
            self.note_revisions(events)
            own = [e for e in events if e["eventName"].startswith("caps-")]
            if own:
                start = rfc3339(floor_quarter(utc_now()) - QUARTER)
                sent = report(own[0]["id"], start=start, OPERATING_STATE="IDLE_NORMAL")
                made = await self.call("POST", f"{VTN}/reports", headers, sent)
                self.done.reports.add(made["id"])
            async with self.session.get(self.base + STOP, headers=headers) as answer:
                assert answer.status == 403

    def note_revisions(self, events: list[dict[str, Any]]) -> None:
        """Check that no order ever comes with an older revision."""
        for event in events:
            if signature_of(event) is None:
                continue
            claims = claims_of(event, self.key)
            key = f"{claims['ven']} {claims['event']}"
            assert claims["rev"] >= self.done.revisions.get(key, 0)
            self.done.revisions[key] = claims["rev"]


@asynccontextmanager
async def under_load(load: Load, homes: list[tuple[str, str]]) -> AsyncGenerator[None]:
    """Run everybody until the hub is gone."""
    headers = await load.token(load.operator)
    (program, *_) = await load.call("GET", f"{VTN}/programs", headers)
    work: list[Awaitable[None]] = [
        load.write_events(program["id"]),
        load.order_stops(),
        load.join(),
        *(load.live(home) for home in homes[:3]),
    ]
    tasks = [asyncio.ensure_future(each) for each in work]
    yield
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        assert outcome is None or isinstance(outcome, GONE), outcome


@on_sqlite
async def test_nothing_that_was_acknowledged_is_lost(tmp_path: Path) -> None:
    """Several rounds of load, each ended by SIGKILL at some moment."""
    port, data = free_port(), tmp_path / "data"
    config = write_config(tmp_path, port, "dalen")
    client_id, _, secret = (await add_client(data, "bl", "operator")).partition(":")
    engine = await open_database(data)
    async with engine.begin() as conn:
        codes = [await create_invite(conn, "dalen", utc_now()) for _ in range(60)]
    await engine.dispose()
    done, chance = Acknowledged(acts=1), random.Random(7)
    arguments = ("--config", config, "--data", data, "--port", str(port))
    async with ClientSession() as session:
        load = Load(
            session=session,
            base=f"http://127.0.0.1:{port}",
            operator=(client_id, secret),
            codes=codes,
            done=done,
            key=HubKey.open(data),
            chance=chance,
        )
        for _ in range(ROUNDS):
            async with (
                served(*arguments) as process,
                under_load(load, done.members),
            ):
                await asyncio.sleep(chance.uniform(0.4, 0.9))
                process.kill()
            check_whole(data)
        async with served(*arguments):
            await check_all_there(load)
    assert done.members
    assert done.events
    assert done.reports
    found = await audited(data, Chain.ACTS, 1)
    assert found.verdict.broken_at is None
    assert found.verdict.entries >= done.acts


async def check_all_there(load: Load) -> None:
    """Check all that was acknowledged."""
    headers = await load.token(load.operator)
    for event_id, target in load.done.events.items():
        found = await load.call("GET", f"{VTN}/events/{event_id}", headers)
        assert found["targets"] == [target]
    for report_id in load.done.reports:
        await load.call("GET", f"{VTN}/reports/{report_id}", headers)
    for member in load.done.members:
        own = await load.token(member)
        load.note_revisions(await load.call("GET", f"{VTN}/events", own))


def check_whole(data: Path) -> None:
    """Check the file itself, before the hub opens it again."""
    conn = sqlite3.connect(data / DATABASE_FILE)
    try:
        assert conn.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    finally:
        conn.close()
