"""Homes on the wire: the production VEN, limits and pairing, without Home Assistant."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from aiohttp import ClientSession

from custom_components.dalen.hub_limits import event_at, limits_for_heat_pump
from custom_components.dalen.limits import Envelope, LimitBook, LimitSource, decide
from custom_components.dalen.openadr.caps import Cap, read_caps
from custom_components.dalen.openadr.client import OpenAdrClient
from custom_components.dalen.openadr.order_book import HubKey, OrderBook
from custom_components.dalen.openadr.reports import (
    QuarterHour,
    Tier,
    operating_state,
    quarter_hour_report,
)
from custom_components.dalen.openadr.transport import Clock
from custom_components.dalen.pairing import (
    ConsentGiven,
    HeatPumpKind,
    HomeFacts,
    Membership,
    PairingString,
    join,
    preview,
)

_RUNNING_W: Final = 100.0


@dataclass(slots=True, kw_only=True)
class HomeOnTheWire:
    """One home: it polls its caps, decides its limit, and reports what it drew."""

    membership: Membership
    client: OpenAdrClient
    orders: OrderBook
    book: LimitBook
    caps: tuple[Cap, ...] = ()
    _curtailed: set[datetime] = field(default_factory=set)

    async def poll(self, now: datetime) -> None:
        """Read the caps and put them into the book; nothing may be refused."""
        events = await self.client.events(self.membership.program_id)
        assert not self.client.skipped
        review = self.orders.review(events, now)
        assert not review.unsigned
        assert not review.is_suspicious
        reading = read_caps(review.signed, now=now, is_signed=True)
        assert not reading.refused
        nameplate_w = self.book.envelope.nameplate_w
        limits = limits_for_heat_pump(
            reading.caps, nameplate_w=nameplate_w, home_nameplate_w=nameplate_w
        )
        # Its event keeps the quarter hours that are over: those need no limit.
        ahead = [limit for limit in limits if limit.end is None or limit.end > now]
        assert not self.book.replace_source(LimitSource.HUB, ahead, now)
        self.caps = reading.caps

    def limit_w(self, now: datetime) -> float:
        """Return the limit that the heat pump is given, infinite for none."""
        # Only those that hold, for speed: the others change nothing.
        holding = [limit for limit in self.book.limits(now) if limit.holds_at(now)]
        effective = decide(holding, self.book.envelope, None, now)
        if effective.limit_w is None:
            return float("inf")
        assert effective.source is LimitSource.HUB
        self._curtailed.add(now)
        return effective.limit_w

    async def report(
        self, starts: Sequence[datetime], powers_w: Iterable[float]
    ) -> None:
        """Report the mean power of the quarter hours of a local day, in one go."""
        event_id = event_at(self.caps, starts[0])
        assert event_id is not None
        parts = [
            quarter_hour_report(
                self._quarter_hour(start, power_w),
                tier=self.membership.tier,
                event_id=event_id,
                ven_name=self.membership.ven_name,
            )
            for start, power_w in zip(starts, powers_w, strict=True)
        ]
        await self.client.create_report(_joined(parts))
        self._curtailed.clear()

    def _quarter_hour(self, start: datetime, power_w: float) -> QuarterHour:
        """Return what was measured in a quarter hour."""
        state = operating_state(
            running=power_w > _RUNNING_W,
            curtailed=start in self._curtailed,
            opted_out=False,
        )
        return QuarterHour(start=start, state=state, mean_w=float(power_w))


async def join_home(
    session: ClientSession,
    text: str,
    clock: Clock,
    *,
    nameplate_w: float,
    minimum_w: float,
) -> HomeOnTheWire:
    """Join a home with its own pairing string, as its resident would."""
    pairing = PairingString.parse(text)
    shown = await preview(session, pairing, clock=clock)
    agreed = ConsentGiven(consent=shown.consent, tier=Tier.T1, language="nl")
    facts = HomeFacts(
        heat_pump_kind=HeatPumpKind.WATTS,
        nameplate_w=nameplate_w,
        minimum_w=round(minimum_w),
        floor_w=0.0,
    )
    membership = await join(session, pairing, consent=agreed, home=facts, clock=clock)
    client = OpenAdrClient(
        session,
        membership.vtn_url,
        membership.client_id,
        membership.client_secret,
        clock,
    )
    ven = await client.ven()
    assert ven is not None
    (target,) = ven.targets
    key = HubKey(public_key=shown.public_key, target=target)
    return HomeOnTheWire(
        membership=membership,
        client=client,
        orders=OrderBook(key),
        book=LimitBook(Envelope(nameplate_w=nameplate_w, floor_w=0.0)),
    )


def _joined(reports: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return reports of quarter hours that follow each other as one report."""
    (first,) = reports[0]["resources"]
    intervals = [
        {**report["resources"][0]["intervals"][0], "id": index}
        for index, report in enumerate(reports)
    ]
    return {**reports[0], "resources": [{**first, "intervals": intervals}]}
