"""Tests of a restart, and of where secrets never are."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dalen_hub.store.database import open_database
from tests.hub.helpers import (
    JOIN,
    MEMBERSHIP,
    VTN,
    Hub,
    cap_event,
    join_body,
    on_sqlite,
    report,
)

if TYPE_CHECKING:
    from tests.hub.conftest import StartHub


async def test_a_restart_keeps_all(data_dir: Path, start_hub: StartHub) -> None:
    """Check tokens, secrets, invites, events, reports and consent."""
    engine = await open_database(data_dir)
    before = await start_hub(engine)
    operator, home = await before.operator(), await before.home("T2")
    invite = await before.invite()
    ven = (await home.ok("GET", f"{VTN}/vens"))[0]
    body = cap_event(home.facts["program_id"], ven["targets"])
    event = await operator.ok("POST", f"{VTN}/events", body)
    sent = await home.ok("POST", f"{VTN}/reports", report(event["id"], DEMAND=0.48))
    await before.client.close()
    await engine.dispose()

    engine = await open_database(data_dir)
    after = await start_hub(engine)
    again = type(home)(client=after.client, token=home.token, facts=home.facts)
    assert await again.ok("GET", f"{VTN}/events") == [event]
    assert await again.ok("GET", f"{VTN}/reports") == [sent]
    assert await again.ok("GET", f"{VTN}/vens") == [ven]
    assert (await again.ok("GET", MEMBERSHIP))["tier"] == "T2"
    assert await after.token(home.facts["client_id"], home.facts["client_secret"])
    joined = await after.client.post(JOIN, json=join_body(invite))
    assert joined.status == 201
    await after.client.close()
    await engine.dispose()


@on_sqlite
async def test_secrets_are_in_no_log_and_no_file(
    hub: Hub, data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Check all that is said and written while a home joins and reports."""
    caplog.set_level(logging.DEBUG)
    code = await hub.invite()
    response = await hub.client.post(JOIN, json=join_body(code))
    made = await response.json()
    token = await hub.token(made["client_id"], made["client_secret"])
    bad = {"Authorization": f"Bearer {token}x"}
    await hub.client.get(MEMBERSHIP, headers=bad)
    await hub.client.post(JOIN, json=join_body(code))
    operator = await hub.operator()
    secrets = (
        code,
        code.replace("-", ""),
        made["client_secret"],
        token,
        operator.token,
    )
    written = b"".join(file.read_bytes() for file in data_dir.glob("dalen.db*"))
    assert len(written) > 10_000
    for secret in secrets:
        assert secret not in caplog.text
        assert secret.encode() not in written
