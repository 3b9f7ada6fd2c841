"""The chain: each entry carries the hash of the one before it. Pure.

Who changes, removes or adds an entry later has to make all hashes after it anew;
anybody who noted the last one sees that.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
import hashlib
import json
from typing import Final

from dalen_hub.store.times import to_epoch

START: Final = bytes(32)
"""What the first entry of a chain carries."""


class Chain(StrEnum):
    """The chains. A flood of refusals does not push acts out."""

    ACTS = "acts"
    """What operators did."""
    DENIED = "denied"
    """What was refused, counted by client, reason and minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something to be written: who, what, why, how often. No secrets, no names.

    ``client_id`` None: nobody who is known.
    """

    at: datetime
    what: str
    client_id: str | None = None
    reason: str | None = None
    status: int | None = None
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A note in its chain; ``number`` counts from 1 without gaps."""

    chain: Chain
    number: int
    note: Note
    previous: bytes
    hash: bytes

    def expected_hash(self) -> bytes:
        """Return the hash that belongs to what the entry says."""
        note = self.note
        text = json.dumps(
            [
                self.previous.hex(),
                self.chain.value,
                self.number,
                to_epoch(note.at),
                note.client_id,
                note.what,
                note.reason,
                note.status,
                note.times,
            ],
            separators=(",", ":"),
            ensure_ascii=False,
        )
        return hashlib.sha256(text.encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a check of a chain found; ``broken_at`` None: it is intact."""

    entries: int = 0
    first: int | None = None
    last: int | None = None
    head: bytes = START
    broken_at: int | None = None


def linked(
    chain: Chain, notes: Iterable[Note], number: int, previous: bytes
) -> Iterator[Entry]:
    """Yield notes as the entries that follow on the one with this number and hash."""
    for note in notes:
        number += 1
        draft = Entry(
            chain=chain, number=number, note=note, previous=previous, hash=START
        )
        entry = replace(draft, hash=draft.expected_hash())
        previous = entry.hash
        yield entry


def checked(before: Verdict, entries: Iterable[Entry]) -> Verdict:
    """Return a verdict after some more entries, which follow in their order.

    The oldest entry may carry any hash: older ones were removed when their time
    was over.
    """
    for entry in entries:
        follows = before.last is None or (
            entry.number == before.last + 1 and entry.previous == before.head
        )
        is_whole = follows and entry.hash == entry.expected_hash()
        broken_at = before.broken_at
        if broken_at is None and not is_whole:
            broken_at = entry.number
        before = Verdict(
            entries=before.entries + 1,
            first=entry.number if before.first is None else before.first,
            last=entry.number,
            head=entry.hash,
            broken_at=broken_at,
        )
    return before
