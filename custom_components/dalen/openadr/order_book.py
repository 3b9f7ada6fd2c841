"""The orders of a hub that count: signed, for this home, and never older than known."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

from . import fields
from .canonical import signature_of
from .errors import ModelError
from .instants import format_instant
from .model import Event, JsonObject
from .reader import read_event
from .signed_order import (
    OrderRefusedError,
    Refusal,
    SignedOrder,
    in_order_units,
    order_key,
    verify,
)

REMEMBERED: Final = timedelta(days=7)
"""How long after its end the revision of an order is known: clocks jump."""

HARMLESS: Final = frozenset({Refusal.EXPIRED})


@dataclass(frozen=True, slots=True, kw_only=True)
class HubKey:
    """What the home pinned: the hub's public key, and its own name at the hub."""

    public_key: bytes
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What counts of the events that a VTN shows.

    ``signed`` has the hub's own orders, also those that stay because a later one
    did not count. ``unsigned`` events count within a narrower envelope.
    """

    signed: tuple[Event, ...] = ()
    unsigned: tuple[Event, ...] = ()
    refused: tuple[tuple[str, Refusal], ...] = ()
    """The id of the event and the reason, for each event that does not count."""

    @property
    def is_suspicious(self) -> bool:
        """Tell if orders do not count for a reason that an honest hub never gives."""
        return any(reason not in HARMLESS for _, reason in self.refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
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


class OrderBook:
    """Judge the events of one VTN. ``refusals`` counts what did not count, and why."""

    def __init__(self, key: HubKey | None) -> None:
        """Start without orders; without a key every event is unsigned."""
        self._key = key
        self._known: dict[str, _Known] = {}
        self._last_refused: frozenset[tuple[str, Refusal]] = frozenset()
        self.refusals: Counter[Refusal] = Counter()

    def review(self, events: Iterable[Event], now: datetime) -> Review:
        """Return what counts of all the events that the VTN shows now.

        An event that does not count leaves the last good one with its name. An
        order with a name that the VTN does not show any more is withdrawn.
        """
        shown = list(events)
        if self._key is None:
            return Review(unsigned=tuple(shown))
        orders, unsigned, refused = self._sorted_out(shown, self._key, now)
        for order in sorted(orders, key=lambda order: order.revision):
            try:
                self._take(order, now)
            except OrderRefusedError as err:
                refused.append((order.event.id, err.reason))
        self._forget_withdrawn({order_key(event) for event in shown}, now)
        self._count(frozenset(refused))
        return Review(
            signed=self._standing(now), unsigned=tuple(unsigned), refused=tuple(refused)
        )

    def to_json(self) -> JsonObject:
        """Return what must survive a restart."""
        return {
            key: {
                "rev": known.revision,
                "sha256": known.digest,
                "exp": format_instant(known.expires),
                "event": None if known.event is None else _as_json(known.event),
            }
            for key, known in self._known.items()
        }

    def restore(self, stored: object) -> None:
        """Take over what ``to_json`` wrote; what cannot be read is forgotten."""
        if self._key is None or not isinstance(stored, dict):
            return
        for key, value in stored.items():
            try:
                self._known[key] = _read_known(value)
            except ModelError:
                continue

    def _sorted_out(
        self, events: Iterable[Event], key: HubKey, now: datetime
    ) -> tuple[list[SignedOrder], list[Event], list[tuple[str, Refusal]]]:
        """Return good signatures, events without one, and what does not count."""
        orders: list[SignedOrder] = []
        unsigned: list[Event] = []
        refused: list[tuple[str, Refusal]] = []
        for event in events:
            try:
                order = self._order(event, key, now)
            except OrderRefusedError as err:
                refused.append((event.id, err.reason))
                continue
            if order is None:
                unsigned.append(event)
            else:
                orders.append(order)
        return orders, unsigned, refused

    def _order(self, event: Event, key: HubKey, now: datetime) -> SignedOrder | None:
        """Return the order in an event, None for one that was never signed."""
        if signature_of(event.source) is not None:
            return verify(event, key.public_key, key.target)
        if self._was_signed(event, now):
            raise OrderRefusedError(Refusal.SIGNATURE_REMOVED)
        return None

    def _was_signed(self, event: Event, now: datetime) -> bool:
        """Tell if a signed order with the name of this event is known and not over."""
        known = self._known.get(order_key(event))
        return known is not None and now < known.expires

    def _take(self, order: SignedOrder, now: datetime) -> None:
        """Put an order in the place of an older one. Raises OrderRefusedError."""
        if order.expires <= now:
            raise OrderRefusedError(Refusal.EXPIRED)
        known = self._known.get(order.key)
        if known is not None and order.revision < known.revision:
            raise OrderRefusedError(Refusal.OLD_REVISION)
        if known is not None and order.revision == known.revision:
            if order.digest != known.digest:
                raise OrderRefusedError(Refusal.OLD_REVISION)
        self._known[order.key] = _Known.of(order)

    def _forget_withdrawn(self, shown: set[str], now: datetime) -> None:
        """Drop orders that the VTN does not show; keep their revisions for a while."""
        self._known = {
            key: known if key in shown else replace(known, event=None)
            for key, known in self._known.items()
            if now < known.expires + REMEMBERED
        }

    def _standing(self, now: datetime) -> tuple[Event, ...]:
        """Return the last good orders that are not over."""
        return tuple(
            known.event
            for known in self._known.values()
            if known.event is not None and now < known.expires
        )

    def _count(self, refused: frozenset[tuple[str, Refusal]]) -> None:
        """Count what was not refused in the last review already."""
        self.refusals.update(reason for _, reason in refused - self._last_refused)
        self._last_refused = refused


def _as_json(event: Event) -> JsonObject:
    """Return an order for a store."""
    issued = event.created or datetime.fromtimestamp(0, UTC)
    return {**event.source, "createdDateTime": format_instant(issued)}


def _read_known(value: object) -> _Known:
    """Return what was stored of an order; raise ModelError."""
    source = fields.as_mapping(value, "a stored order")
    expires = fields.instant(source, "exp")
    revision = fields.whole_number(source, "rev")
    if expires is None or revision is None:
        raise ModelError("a stored order has no revision or no end")
    event: Any = source.get("event")
    return _Known(
        revision=revision,
        digest=fields.required_text(source, "sha256"),
        expires=expires,
        event=None if event is None else _read_order(event),
    )


def _read_order(source: Mapping[str, object]) -> Event:
    """Return a stored order; its unit is that of all signed orders."""
    return in_order_units(read_event(source))
