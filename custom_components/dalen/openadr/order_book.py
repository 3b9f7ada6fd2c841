"""The orders of a hub that count: signed, for this home, and never older than known."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import inf
from typing import Final, Self

from .canonical import signature_of
from .errors import ModelError
from .known_order import KnownOrder
from .model import Event, JsonObject
from .signed_order import OrderRefusedError, Refusal, SignedOrder, order_key, verify

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
class _Verdict:
    """What was found in an event: an order, a reason to refuse it, or neither.

    It is kept while the VTN shows the event, which most polls do not change.
    """

    event: Event
    order: SignedOrder | None = None
    refusal: Refusal | None = None

    @property
    def revision(self) -> float:
        """Return the revision of an order; what is not signed comes after all."""
        return inf if self.order is None else self.order.revision

    @classmethod
    def on(cls, event: Event, key: HubKey) -> Self:
        """Look at the signature of an event, if it has one."""
        if signature_of(event.source) is None:
            return cls(event=event)
        try:
            order = verify(event, key.public_key, key.target)
        except OrderRefusedError as err:
            return cls(event=event, refusal=err.reason)
        return cls(event=event, order=order)


class OrderBook:
    """Judge the events of one VTN. ``refusals`` counts what did not count, and why."""

    def __init__(self, key: HubKey | None) -> None:
        """Start without orders; without a key every event is unsigned."""
        self._key = key
        self._known: dict[str, KnownOrder] = {}
        self._verdicts: dict[int, _Verdict] = {}
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
        verdicts = [self._verdict(event, self._key) for event in shown]
        unsigned: list[Event] = []
        refused: list[tuple[str, Refusal]] = []
        for verdict in sorted(verdicts, key=lambda verdict: verdict.revision):
            try:
                if not self._takes(verdict, now):
                    unsigned.append(verdict.event)
            except OrderRefusedError as err:
                refused.append((verdict.event.id, err.reason))
        self._forget_withdrawn({order_key(event) for event in shown}, now)
        self._count(frozenset(refused))
        self._verdicts = {id(verdict.event): verdict for verdict in verdicts}
        return Review(
            signed=self._standing(now), unsigned=tuple(unsigned), refused=tuple(refused)
        )

    def to_json(self) -> JsonObject:
        """Return what must survive a restart."""
        return {key: known.as_json() for key, known in self._known.items()}

    def restore(self, stored: object) -> None:
        """Take over what ``to_json`` wrote; what cannot be read is forgotten."""
        if self._key is None or not isinstance(stored, dict):
            return
        for key, value in stored.items():
            try:
                self._known[key] = KnownOrder.read(value)
            except ModelError:
                continue

    def _verdict(self, event: Event, key: HubKey) -> _Verdict:
        """Return what is in an event; one that was shown before is known."""
        known = self._verdicts.get(id(event))
        if known is not None and known.event is event:
            return known
        return _Verdict.on(event, key)

    def _takes(self, verdict: _Verdict, now: datetime) -> bool:
        """Take an order in; return False for what was never signed.

        Raises OrderRefusedError.
        """
        if verdict.refusal is not None:
            raise OrderRefusedError(verdict.refusal)
        if verdict.order is not None:
            self._take(verdict.order, now)
        elif self._was_signed(verdict.event, now):
            raise OrderRefusedError(Refusal.SIGNATURE_REMOVED)
        return verdict.order is not None

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
        self._known[order.key] = KnownOrder.of(order)

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
