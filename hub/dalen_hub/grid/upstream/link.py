"""One link to a program of the grid operator: what it showed, and what that orders."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
import math
from typing import Any, Final

from aiohttp import web

from dalen_hub.grid.trafo import Trafo
from dalen_hub.grid.upstream.adapter import Adapter, Facts
from dalen_hub.grid.upstream.client import DsoClient
from dalen_hub.grid.upstream.ledger import Ledger
from dalen_hub.grid.upstream.orders import NO_ORDERS, GridOrders
from dalen_hub.grid.upstream.profiles import ADAPTERS
from dalen_hub.grid.upstream.settings import DsoSettings
from dalen_hub.store.times import rfc3339


class LinkState(StrEnum):
    """How a link is doing."""

    WAITING = "waiting"
    """Nothing was heard since the hub started."""
    OK = "ok"
    REFUSED = "refused"
    """The server answers, but something that it shows cannot be used."""
    UNREACHABLE = "unreachable"
    """The server does not answer; the last good documents count."""


@dataclass(slots=True, kw_only=True)
class Link:
    """A link and its memory; one task at a time changes it."""

    trafo: Trafo
    settings: DsoSettings
    client: DsoClient
    ledger: Ledger = field(default_factory=Ledger)
    orders: GridOrders = NO_ORDERS
    state: LinkState = LinkState.WAITING
    heard_at: datetime | None = None
    trouble: str | None = None
    failures: int = 0

    @property
    def adapter(self) -> Adapter:
        """Return the adapter of the profile."""
        return ADAPTERS[self.settings.profile]

    def facts(self, now: datetime) -> Facts:
        """Return what the adapter has to know."""
        return Facts(
            rating_kva=self.trafo.rating_kva, target=self.settings.target, now=now
        )

    def summary(self) -> dict[str, Any]:
        """Return what everybody may know of the link."""
        return {
            "program": self.settings.program,
            "profile": self.settings.profile.value,
            "state": self.state.value,
            "heard_at": None if self.heard_at is None else rfc3339(self.heard_at),
        }

    def body(self) -> dict[str, Any]:
        """Return the link as the operator's API tells it; never the secret."""
        return {
            **self.summary(),
            "version": self.settings.version.value,
            "trouble": self.trouble,
            "documents": sorted(each.name for each in self.ledger.good.values()),
            "findings": [
                {
                    "at": rfc3339(told.at),
                    "remark": told.finding.remark.value,
                    "document": told.finding.document,
                    "detail": told.finding.detail,
                }
                for told in reversed(self.ledger.told)
            ],
        }


LINKS: Final = web.AppKey[dict[str, tuple[Link, ...]]]("dso_links")
"""The links of each transformer that has some, by its id."""


def make_links(trafos: Iterable[Trafo]) -> dict[str, tuple[Link, ...]]:
    """Return the links that are configured."""
    return {
        trafo.id: tuple(
            Link(trafo=trafo, settings=each, client=DsoClient(each))
            for each in trafo.dso
        )
        for trafo in trafos
        if trafo.dso
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class DsoLimits:
    """What the DSO leaves, in kW per quarter hour of ``starts``; infinite: no order."""

    starts: tuple[datetime, ...]
    load_kw: tuple[float, ...]
    pumps_kw: tuple[float, ...]


def dso_limits(
    app: web.Application, trafo_id: str, starts: Sequence[datetime]
) -> DsoLimits:
    """Return what all links of a transformer leave: the strictest counts."""
    links = app.get(LINKS, {}).get(trafo_id, ())
    return DsoLimits(
        starts=tuple(starts),
        load_kw=tuple(
            min((link.orders.limit_kw(start) for link in links), default=math.inf)
            for start in starts
        ),
        pumps_kw=tuple(
            min((link.orders.group_kw(start) for link in links), default=math.inf)
            for start in starts
        ),
    )
