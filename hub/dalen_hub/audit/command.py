"""`dalen-hub audit`: read the audit, and check it, beside a running hub."""

import asyncio
from collections.abc import Callable
import json
from pathlib import Path

from dalen_hub.audit.chain import Chain, Entry
from dalen_hub.audit.routes import entry_body, verdict_body
from dalen_hub.commands import audited
from dalen_hub.errors import HubError
from dalen_hub.store.times import rfc3339


def print_audit(
    data_dir: Path, chain: str, last: int, *, as_json: bool, say: Callable[[str], None]
) -> None:
    """Print the last entries of a chain, the oldest first.

    Raises ``HubError`` where the chain was changed after it was written.
    """
    found = asyncio.run(audited(data_dir, Chain(chain), last))
    verdict = found.verdict
    entries = list(reversed(found.entries))
    if as_json:
        body = {
            "entries": [entry_body(each) for each in entries],
            "verification": verdict_body(verdict),
        }
        say(json.dumps(body))
    else:
        for each in entries:
            say(_line(each))
        say(f"{verdict.entries} entries, last {verdict.head.hex()}")
    if verdict.broken_at is not None:
        raise HubError(
            f"The audit was changed: entry {verdict.broken_at} of {chain} does not fit"
            " the one before it. Compare it with a backup."
        )


def _line(entry: Entry) -> str:
    """Return an entry as a line."""
    note = entry.note
    parts = [
        str(entry.number),
        rfc3339(note.at),
        note.client_id or "-",
        str(note.status or ""),
        note.what,
        note.reason or "",
        f"x{note.times}" if note.times > 1 else "",
    ]
    return " ".join(part for part in parts if part)
