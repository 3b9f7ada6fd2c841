"""What a home remembers of an order: its last good revision, over a restart."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from . import fields
from .errors import ModelError
from .instants import format_instant
from .model import Event, JsonObject
from .reader import read_event
from .signed_order import SignedOrder, in_order_units


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOrder:
    """The last good revision of an order; no event when the hub withdrew it."""

    revision: int
    digest: str
    expires: datetime
    event: Event | None

    @classmethod
    def of(cls, order: SignedOrder) -> Self:
        """Return what is to be remembered of an order."""
        return cls(
            revision=order.revision,
            digest=order.digest,
            expires=order.expires,
            event=order.event,
        )

    @classmethod
    def read(cls, value: object) -> Self:
        """Return what ``as_json`` wrote; raise ModelError."""
        source = fields.as_mapping(value, "a stored order")
        expires = fields.instant(source, "exp")
        revision = fields.whole_number(source, "rev")
        if expires is None or revision is None:
            raise ModelError("a stored order has no revision or no end")
        event = source.get("event")
        return cls(
            revision=revision,
            digest=fields.required_text(source, "sha256"),
            expires=expires,
            event=None if event is None else in_order_units(read_event(event)),
        )

    def as_json(self) -> JsonObject:
        """Return the order for a store."""
        return {
            "rev": self.revision,
            "sha256": self.digest,
            "exp": format_instant(self.expires),
            "event": None if self.event is None else _event_json(self.event),
        }


def _event_json(event: Event) -> JsonObject:
    """Return an event for a store, with the moment at which it was signed."""
    issued = event.created or datetime.fromtimestamp(0, UTC)
    return {**event.source, "createdDateTime": format_instant(issued)}
