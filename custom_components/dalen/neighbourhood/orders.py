"""From the events of one VTN to the caps that count for this house."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from ..const import LOGGER
from ..hub_limits import caps_from_json, caps_to_json
from ..openadr.account import VtnAccount
from ..openadr.caps import LIMIT, read_caps
from ..openadr.client import OpenAdrClient
from ..openadr.errors import UnexpectedAnswerError
from ..openadr.model import Event, Ven
from ..openadr.order_book import HubKey, OrderBook, Review

_HOME: Final = "home-"

type Keep = Callable[..., None]


class Orders:
    """The orders of one VTN: what it signed, and what else it asks.

    ``caps`` holds what counts. It is kept over a restart, as are the revisions
    that the house has seen.
    """

    def __init__(
        self, account: VtnAccount, stored: Mapping[str, Any], keep: Keep
    ) -> None:
        """Take over what was stored; ``keep`` stores values by their names."""
        self._account = account
        self._keep = keep
        self._target: str | None = stored.get("target")
        self.caps = caps_from_json(stored.get("caps", ()))
        self.book = OrderBook(self._key)
        self.book.restore(stored.get("orders"))
        self.is_suspicious = False
        """Whether the VTN shows orders that no honest hub would give."""

    async def async_read(self, client: OpenAdrClient, now: datetime) -> None:
        """Read the events, and bring the caps up to date. Raises OpenAdrError."""
        if self._account.public_key is not None and self._target is None:
            await self._async_learn_name(client)
        events = await client.events(self._account.program_id)
        for skipped in client.skipped:
            LOGGER.debug("Skipped event %s", skipped)
        review = self.book.review(events, now)
        self._take(review, await _with_units(client, review.unsigned), now)

    async def _async_learn_name(self, client: OpenAdrClient) -> None:
        """Ask by which name the hub signs for this home, once; it is kept."""
        self._target = _target(await client.ven())
        self.book = OrderBook(self._key)
        self._keep(target=self._target)

    @property
    def _key(self) -> HubKey | None:
        """Return what signatures are checked with, as far as it is known."""
        key = self._account.public_key
        if key is None or self._target is None:
            return None
        return HubKey(public_key=key, target=self._target)

    def _take(self, review: Review, others: Iterable[Event], now: datetime) -> None:
        """Keep what counts: what is signed, and the events that are not."""
        signed = read_caps(review.signed, now=now, is_signed=True)
        unsigned = read_caps(others, now=now)
        for refused in (*signed.refused, *unsigned.refused, *review.refused):
            LOGGER.debug("Refused event %s", refused)
        self.caps = (*signed.caps, *unsigned.caps)
        self.is_suspicious = review.is_suspicious
        self._keep(caps=caps_to_json(self.caps), orders=self.book.to_json())

    def diagnostics(self) -> dict[str, Any]:
        """Return what a supporter needs to see."""
        return {
            "caps": caps_to_json(self.caps),
            "checks_signatures": self._key is not None,
            "refused_orders": dict(self.book.refusals),
        }


async def _with_units(
    client: OpenAdrClient, events: Collection[Event]
) -> Collection[Event]:
    """Return events with units; one that names none has those of its program."""
    if all(LIMIT in event.units for event in events):
        return events
    units = {program.id: program.units for program in await client.programs()}
    return [
        replace(event, units={**units.get(event.program_id, {}), **event.units})
        for event in events
    ]


def _target(ven: Ven | None) -> str:
    """Return the name by which the hub addresses this home alone."""
    targets = () if ven is None else ven.targets
    for target in (*(t for t in targets if t.startswith(_HOME)), *targets):
        return target
    raise UnexpectedAnswerError("the hub does not say by which name it knows this home")
