"""The chain: whatever is changed later shows."""

import dataclasses
from datetime import timedelta

from hypothesis import given, strategies as st
import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.audit.acts import Act, note_act
from dalen_hub.audit.chain import START, Chain, Entry, Note, Verdict, checked, linked
from dalen_hub.audit.log import KEPT, MOST, append, forget_old, newest, verify
from dalen_hub.store.database import reading
from dalen_hub.store.tables import audit
from tests.hub.helpers import NOW

NOTES = st.builds(
    Note,
    at=st.integers(0, 10**6).map(lambda s: NOW + timedelta(seconds=s)),
    what=st.text(max_size=10),
    client_id=st.none() | st.text(max_size=5),
    reason=st.none() | st.text(max_size=5),
    status=st.none() | st.integers(400, 599),
    times=st.integers(1, 9),
)


def chain_of(notes: list[Note]) -> list[Entry]:
    """Return a chain."""
    return list(linked(Chain.DENIED, notes, 0, START))


@given(st.lists(NOTES, max_size=6), st.integers(0, 6))
def test_a_chain_is_intact_in_parts_and_after_its_beginning_was_cut(
    notes: list[Note], cut: int
) -> None:
    """It is read in pages, and old entries go."""
    entries = chain_of(notes)
    half = checked(Verdict(), entries[:cut])
    assert checked(half, entries[cut:]).broken_at is None
    rest = checked(Verdict(), entries[cut:])
    assert rest.broken_at is None
    assert rest.entries == max(0, len(notes) - cut)


@given(st.lists(NOTES, min_size=2, max_size=6), st.data())
def test_every_later_change_shows(notes: list[Note], data: st.DataObject) -> None:
    """An entry that says something else, is gone, is new, or moved."""
    entries = chain_of(notes)
    at = data.draw(st.integers(0, len(entries) - 1))
    other = data.draw(NOTES.filter(lambda note: note != notes[at]))
    changed = dataclasses.replace(entries[at], note=other)
    assert (
        checked(Verdict(), [*entries[:at], changed, *entries[at + 1 :]]).broken_at
        is not None
    )
    if 0 < at < len(entries) - 1:
        gone = checked(Verdict(), [*entries[:at], *entries[at + 1 :]])
        assert gone.broken_at == entries[at + 1].number
    # Whoever makes the entry itself anew breaks the one after it.
    forged = dataclasses.replace(changed, hash=changed.expected_hash())
    if at < len(entries) - 1:
        found = checked(Verdict(), [*entries[:at], forged, *entries[at + 1 :]])
        assert found.broken_at == entries[at + 1].number
    else:
        assert checked(Verdict(), [*entries[:at], forged]).head != entries[at].hash


async def test_the_database_keeps_two_chains(engine: AsyncEngine) -> None:
    """Each counts for itself."""
    async with engine.begin() as conn:
        for index in range(3):
            by = f"client-{index}"
            await note_act(conn, Act.STOP_ORDERED, by=by, of="brink", now=NOW)
        await append(conn, Chain.DENIED, [Note(at=NOW, what="GET /", status=401)] * 2)
        await append(conn, Chain.DENIED, [])
    async with reading(engine) as conn:
        acts = await newest(conn, Chain.ACTS, limit=2)
        assert [entry.number for entry in acts] == [3, 2]
        assert acts[0].note == Note(
            at=NOW, what="stop ordered", client_id="client-2", reason="brink"
        )
        verdict = await verify(conn, Chain.ACTS)
        assert (verdict.entries, verdict.broken_at) == (3, None)
        assert verdict.head == acts[0].hash
        assert (await verify(conn, Chain.DENIED)).entries == 2


@pytest.mark.parametrize(
    "change",
    [
        update(audit).where(audit.c.number == 2).values(client_id="somebody else"),
        update(audit).where(audit.c.number == 2).values(times=7),
        delete(audit).where(audit.c.number == 2),
    ],
)
async def test_a_change_in_the_database_is_found(
    engine: AsyncEngine, change: object
) -> None:
    """Whoever has the file cannot change one entry unseen."""
    notes = [Note(at=NOW, what="GET /", status=401) for _ in range(4)]
    async with engine.begin() as conn:
        await append(conn, Chain.DENIED, notes)
        await conn.execute(change)  # type: ignore[call-overload]
    async with reading(engine) as conn:
        assert (await verify(conn, Chain.DENIED)).broken_at in {2, 3}


async def test_what_is_old_or_too_much_goes_and_the_rest_stays_whole(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refusals do not push out what operators did."""
    monkeypatch.setitem(MOST, Chain.DENIED, 5)
    async with engine.begin() as conn:
        await note_act(conn, Act.CLIENT_ADDED, by="a", of="b", now=NOW)
        many = [Note(at=NOW, what="GET /", status=429) for _ in range(9)]
        await append(conn, Chain.DENIED, many)
        await forget_old(conn, NOW)
        found = await verify(conn, Chain.DENIED)
        assert (found.entries, found.first, found.broken_at) == (5, 5, None)
        await append(conn, Chain.DENIED, many[:1])
        await forget_old(conn, NOW + KEPT[Chain.DENIED] + timedelta(days=1))
        found = await verify(conn, Chain.DENIED)
        # The last one stays, so that the chain goes on.
        assert (found.entries, found.last, found.broken_at) == (1, 10, None)
        assert (await verify(conn, Chain.ACTS)).entries == 1
        assert await conn.scalar(select(audit.c.number).where(audit.c.chain == "acts"))
