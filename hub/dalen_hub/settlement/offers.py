"""What the heat pumps can firmly leave out tomorrow, and whether the market takes it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web
import numpy as np

from dalen_hub.appkeys import CLOCK, CONFIG, ENGINE
from dalen_hub.caps.inputs import heard_from, recent_reports
from dalen_hub.errors import HubError
from dalen_hub.grid.load import MONITOR_ONLY
from dalen_hub.grid.quarter_hours import QUARTER, local_date, local_day_quarters
from dalen_hub.grid.trafo import Trafo
from dalen_hub.homes.flexibility.conditions import Conditions
from dalen_hub.homes.flexibility.cost import typical_cop
from dalen_hub.homes.flexibility.fleet import FleetScenarios, fleet_scenarios
from dalen_hub.homes.flexibility.learnt import Learnt, conditions_between, learnt_of
from dalen_hub.homes.flexibility.offers import BLOCK_HOURS, BlockOffer, block_offers
from dalen_hub.homes.registry import Home, homes_of_trafo
from dalen_hub.homes.thermal.arrays import Bools, Floats
from dalen_hub.store.database import reading

from .settle import Terms

# Houses remember the weather of some hours.
_BEFORE: Final = timedelta(days=1)


class NoOffersError(HubError):
    """Nothing can be offered; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetOffers:
    """The flexibility of the local tomorrow."""

    starts: Sequence[datetime]
    scenarios: FleetScenarios
    blocks: Sequence[BlockOffer]
    homes: int
    """How many homes are in it: known, in touch and not paused."""

    def best(self) -> list[BlockOffer]:
        """Return the block of each length that leaves out the most."""
        return [
            max(
                (block for block in self.blocks if block.hours == hours),
                key=lambda block: block.firm_kw,
            )
            for hours in BLOCK_HOURS
        ]

    def span(self, block: BlockOffer) -> tuple[datetime, datetime]:
        """Return when a block begins and ends."""
        start = self.starts[block.first_quarter]
        return start, start + timedelta(hours=block.hours)


async def offers_of(app: web.Application, trafo: Trafo) -> FleetOffers:
    """Return what can be offered for tomorrow. Raises ``NoOffersError``."""
    now = app[CLOCK]()
    tomorrow = local_date(now, trafo.time_zone) + timedelta(days=1)
    starts = local_day_quarters(tomorrow, trafo.time_zone)
    async with reading(app[ENGINE]) as conn:
        homes = await homes_of_trafo(conn, trafo.id)
        learnt = await learnt_of(conn, trafo, homes, now, again=True)
        when = await conditions_between(
            conn, trafo, starts[0] - _BEFORE, starts[-1] + QUARTER
        )
        heard = heard_from(homes, await recent_reports(conn, trafo, homes, now), now)
    if when is None:
        raise NoOffersError(
            "The temperature of tomorrow is not known. Hand in a weather forecast."
        )
    if learnt is None:
        raise NoOffersError(
            "What the heat pumps want is not known yet. It takes four days of reports"
            " of their power (tier T1), and the temperature of those days."
        )
    when = when.part(slice(int(_BEFORE / QUARTER), None))
    present = heard.online & ~heard.paused
    terms = app[CONFIG].terms
    return await asyncio.to_thread(_offers, learnt, homes, present, when, starts, terms)


def _offers(
    learnt: Learnt,
    homes: Sequence[Home],
    present: Bools,
    when: Conditions,
    starts: Sequence[datetime],
    terms: Terms,
) -> FleetOffers:
    """Return the offers of a day."""
    floor_w, steerable = _facts(learnt, homes, present)
    scenarios = fleet_scenarios(
        learnt.maps,
        when,
        floor_w=floor_w,
        steerable=steerable,
        noise=learnt.noise,
        # The same day gives the same offer, whoever asks.
        rng=np.random.default_rng(starts[0].toordinal()),
    )
    cop = typical_cop(when.outdoor_c)
    return FleetOffers(
        starts=starts,
        scenarios=scenarios,
        blocks=block_offers(scenarios, cop, prices=terms.prices),
        homes=int(steerable.sum()),
    )


def _facts(
    learnt: Learnt, homes: Sequence[Home], present: Bools
) -> tuple[Floats, Bools]:
    """Return the floors, and who can be steered, in the order of the maps."""
    known = {home.ven_id: place for place, home in enumerate(homes)}
    floor_w = np.zeros(len(learnt.ven_ids))
    steerable = np.zeros(floor_w.shape, dtype=np.bool_)
    for place, ven_id in enumerate(learnt.ven_ids):
        if ven_id in known:
            home = homes[known[ven_id]]
            floor_w[place] = home.floor_w
            steerable[place] = (
                present[known[ven_id]] and home.heat_pump_kind != MONITOR_ONLY
            )
    return floor_w, steerable
