"""What a profile is: how its documents are checked, and what they order. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dalen_hub.grid.upstream.document import Document
from dalen_hub.grid.upstream.orders import Finding, GridOrders


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an adapter has to know: the nameplate, for whom, and the time."""

    rating_kva: float
    target: str | None
    now: datetime


class Adapter(Protocol):
    """One profile. Add another one in ``profiles.py``."""

    def wants(self, document: Document) -> bool:
        """Return whether a document is one of the profile; others are ignored."""
        ...

    def check(self, document: Document, facts: Facts) -> tuple[Finding, ...]:
        """Check a document that is new; return what to remark.

        Raises DocumentError where it cannot be used: nothing of it counts then.
        """
        ...

    def orders(self, documents: Sequence[Document], facts: Facts) -> GridOrders:
        """Return what good documents order together."""
        ...
