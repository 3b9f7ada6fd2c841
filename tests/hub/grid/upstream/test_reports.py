"""Tests of the reports of NLFlex, over real HTTP and with the profile's validator."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestServer
from openadr3_client.oadr310.models.report.report import NewReport
from openadr3_client_nlflex_compliance.nlflex10.report_nlflex_compliant import (  # type: ignore[import-untyped]
    validate_report_nlflex_compliant,
)
import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.config import HubConfig
from dalen_hub.grid.upstream.settings import DsoSettings, ProfileName, Version
from dalen_hub.homes.registry import homes_of_trafo
from dalen_hub.store.tables import pump_power
from dalen_hub.store.times import to_epoch
from tests.hub.helpers import VTN, FrozenClock
from tests.hub.whole_hub import TRAFO

from . import documents as d
from .conftest import SECRET_ENV, Follower, following
from .old_server import CLIENT_ID, SECRET, OldServer

PROGRAM = {
    "id": "program-1",
    "createdDateTime": "2026-11-01T00:00:00Z",
    "modificationDateTime": "2026-11-01T00:00:00Z",
    "objectType": "PROGRAM",
    "programName": "flex",
    "attributes": [
        {"type": "PROGRAM_TYPE", "values": ["DSO_SP_INTERFACE-1.0.0"]},
        {"type": "RETAILER_NAME", "values": [d.ENEXIS]},
        {"type": "BINDING_EVENTS", "values": [True]},
    ],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A server and the hub that follows it."""

    server: OldServer
    follower: Follower

    async def poll(self, *bodies: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
        """Let the hub see some events; return all reports by name."""
        self.server.show(*bodies)
        await self.follower.poll()
        return by_name(self.server)


@pytest.fixture
async def pair(
    config: HubConfig,
    engine: AsyncEngine,
    data_dir: Path,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[Pair]:
    """Start both."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv(SECRET_ENV, SECRET)
    server = OldServer(base=VTN, program=PROGRAM)
    async with TestServer(server.app()) as running:
        settings = DsoSettings(
            vtn_url=str(running.make_url(VTN)),
            token_url=str(running.make_url("/token")),
            client_id=CLIENT_ID,
            program="flex",
            profile=ProfileName.NLFLEX_1_0,
            version=Version.V3_1,
            poll=timedelta(hours=1),
            secret_env=SECRET_ENV,
            target=d.GROUP,
            party="8712345678906",
        )
        async with following(settings, config, engine, data_dir, clock) as follower:
            yield Pair(server=server, follower=follower)


def by_name(server: OldServer) -> dict[str, list[dict[str, Any]]]:
    """Return the reports that arrived by name; all must keep to the profile."""
    found: dict[str, list[dict[str, Any]]] = {}
    for body in server.reports:
        assert not validate_report_nlflex_compliant(NewReport.model_validate(body))
        found.setdefault(body["reportName"], []).append(body)
    return found


def values(each: dict[str, Any]) -> list[list[Any]]:
    """Return the values of the first payload of each interval."""
    (resource,) = each["resources"]
    return [one["payloads"][0]["values"] for one in resource["intervals"]]


async def test_an_acknowledgement_comes_once(pair: Pair) -> None:
    """Check that each dispatch is acknowledged, and not at every poll."""
    await pair.poll(d.dispatch(1.0))
    (found,) = (await pair.poll(d.dispatch(1.0)))["ACK"]
    assert found["eventID"] == "event-1"
    assert values(found) == [[True]]


async def test_an_offer_follows_the_homes(pair: Pair) -> None:
    """Check that a baseline is answered with what the homes can leave."""
    offers = (await pair.poll(d.baseline(40.0)))["FLEX_DELTA"]
    assert values(offers[0]) == [[0.0]]
    await pair.follower.hub.home()
    await pair.poll(d.baseline(40.0))
    offers = (await pair.poll(d.baseline(40.0)))["FLEX_DELTA"]
    # 55 % of 1.8 kW less the floor of 0.3 kW.
    assert [values(each)[0][0] for each in offers] == [0.0, -0.69]


async def test_what_was_delivered(pair: Pair, clock: FrozenClock) -> None:
    """Check the report after a dispatch: a value a quarter hour, from what was drawn."""
    await pair.follower.hub.home()
    both = (d.baseline(2.0), d.dispatch(1.5))
    assert "DELIVERED_FLEX" not in await pair.poll(*both)
    await _draw(pair.follower, d.quarter(0), 500)
    await _draw(pair.follower, d.quarter(11), 1250)
    clock.now = d.START + timedelta(hours=3, minutes=30)
    (found,) = (await pair.poll(*both))["DELIVERED_FLEX"]
    dispatched, beside = values(found)
    assert dispatched == [1.5] + [0.0] * 7
    assert beside == [0.0, 0.0, 0.0, 0.75]
    assert len((await pair.poll(*both))["DELIVERED_FLEX"]) == 1


async def _draw(follower: Follower, start: datetime, power_w: int) -> None:
    """Let a heat pump have drawn power in a quarter hour."""
    async with follower.hub.engine.begin() as conn:
        (home,) = await homes_of_trafo(conn, TRAFO)
        row = {
            "trafo_id": TRAFO,
            "ven_id": home.ven_id,
            "start": to_epoch(start),
            "duration_s": 900,
            "power_w": power_w,
        }
        await conn.execute(insert(pump_power).values(row))


async def test_the_state_of_assets(pair: Pair, clock: FrozenClock) -> None:
    """Check that a change of an asset's state is reported, and nothing else."""
    home = await pair.follower.hub.home()
    name = home.facts["ven_name"]
    await home.ok("GET", f"{VTN}/events")
    pair.server.resources = [{"resourceName": name}, {"resourceName": "unknown"}]
    await pair.poll(d.anchor())
    (found,) = (await pair.poll(d.anchor()))["OPERATIONAL_STATUS"]
    assert _states(found) == {name: "NORMAL", "unknown": "PENDING"}
    clock.forward(timedelta(minutes=10))
    _, after = (await pair.poll(d.anchor()))["OPERATIONAL_STATUS"]
    assert _states(after)[name] == "ERROR"


def _states(each: dict[str, Any]) -> dict[str, str]:
    """Return the state of each asset."""
    return {
        resource["resourceName"]: resource["intervals"][0]["payloads"][0]["values"][0]
        for resource in each["resources"]
    }
