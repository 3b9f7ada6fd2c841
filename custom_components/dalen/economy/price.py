"""Cheapest heat: let the boiler heat in hours when it costs less.

The heat pump is cheaper while its COP is above the break-even COP, which is the
price of electricity over the price of boiler heat. A limit can only turn the heat
pump down: that is all that is needed, for the boiler then heats.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
import math

from ..limits import Limit, LimitSource
from .cost import Prices, break_even_cop

REASON = "the boiler heats for less"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSlot:
    """The price of electricity for a stretch of time, all taxes in."""

    start: datetime
    end: datetime
    eur_kwh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CheapestHeatSettings:
    """How eager the choice is. Raises ValueError for times or shares below 0."""

    prices: Prices
    limit_w: float = 0.0
    """The limit while the boiler heats; the floor is for orders from outside."""

    hysteresis: float = 0.05
    """So much cheaper, as a share, the other one has to be."""

    min_time: timedelta = timedelta(minutes=30)
    """Neither heats for a shorter time."""

    def __post_init__(self) -> None:
        """Refuse what would flutter."""
        if not 0 <= self.hysteresis < 1:
            raise ValueError(f"hysteresis {self.hysteresis}: give 0 to below 1")
        if self.min_time < timedelta():
            raise ValueError(f"min_time {self.min_time}: give 0 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """A time in which one of the two heats."""

    start: datetime
    end: datetime
    by_boiler: bool


class CheapestHeat:
    """Choose between heat pump and boiler now and ahead.

    The choice of now is remembered, so that a COP that wavers around the break-even
    does not switch the heat pump.
    """

    def __init__(self, settings: CheapestHeatSettings) -> None:
        """Start with the heat pump, which may be switched at once."""
        self._settings = settings
        self._by_boiler = False
        self._since: datetime | None = None

    @property
    def by_boiler(self) -> bool:
        """Tell if the boiler is the choice of now."""
        return self._by_boiler

    def update_prices(self, prices: Prices) -> None:
        """Reckon with these prices from now on; the choice of now stays."""
        self._settings = replace(self._settings, prices=prices)

    def limits(
        self, slots: Iterable[PriceSlot], cop: float | None, now: datetime
    ) -> list[Limit]:
        """Return the limits for the hours in which the boiler is cheaper.

        `cop` is what the heat pump makes now, or would make: without it nothing is
        limited. Slots that are past, upside down or without a price are left out.
        """
        plan: list[_Stretch] = []
        if cop is not None and math.isfinite(cop) and cop > 0:
            plan = self._plan(slots, cop, now)
        self._choose(_by_boiler_at(plan, now), now)
        return [
            Limit(
                source=LimitSource.PRICE,
                limit_w=self._settings.limit_w,
                start=stretch.start,
                end=stretch.end,
                reason=REASON,
            )
            for stretch in plan
            if stretch.by_boiler
        ]

    def _choose(self, by_boiler: bool, now: datetime) -> None:
        """Remember the choice of now, and since when it holds."""
        if by_boiler != self._by_boiler:
            self._by_boiler, self._since = by_boiler, now

    def _plan(
        self, slots: Iterable[PriceSlot], cop: float, now: datetime
    ) -> list[_Stretch]:
        """Return who heats when; neither for less than the least time."""
        plan = _joined(self._cheapest(_in_order(slots, now), cop))
        plan = _joined(self._held(plan, now))
        return _joined(self._long_enough(plan))

    def _cheapest(self, slots: Iterable[PriceSlot], cop: float) -> Iterator[_Stretch]:
        """Return who is cheaper in each slot, with a head start for who heats."""
        by_boiler = self._by_boiler
        share = self._settings.hysteresis
        for slot in slots:
            edge = cop * (1 - share if by_boiler else 1 + share)
            by_boiler = break_even_cop(slot.eur_kwh, self._settings.prices) > edge
            yield _Stretch(start=slot.start, end=slot.end, by_boiler=by_boiler)

    def _held(self, plan: list[_Stretch], now: datetime) -> Iterator[_Stretch]:
        """Let the choice of now last its least time, whatever the prices say."""
        since = self._since or now
        until = since + self._settings.min_time
        is_held = self._since is not None and since <= now < until
        for stretch in plan:
            if not is_held or stretch.start >= until:
                yield stretch
                continue
            end = min(stretch.end, until)
            yield replace(stretch, end=end, by_boiler=self._by_boiler)
            if until < stretch.end:
                yield replace(stretch, start=until)

    def _long_enough(self, plan: list[_Stretch]) -> Iterator[_Stretch]:
        """Give what is too short to the one that heats before it."""
        by_boiler = self._by_boiler
        for number, stretch in enumerate(plan):
            start = stretch.start
            if number == 0 and self._since is not None:
                # It began before, in slots that are past.
                start = min(start, self._since)
            if stretch.end - start >= self._settings.min_time:
                by_boiler = stretch.by_boiler
            yield replace(stretch, by_boiler=by_boiler)


def _in_order(slots: Iterable[PriceSlot], now: datetime) -> list[PriceSlot]:
    """Return the sound slots from now on in order of time, without overlap."""
    sound = sorted(
        (
            slot
            for slot in slots
            if now < slot.end and slot.start < slot.end and math.isfinite(slot.eur_kwh)
        ),
        key=lambda slot: slot.start,
    )
    kept: list[PriceSlot] = []
    for slot in sound:
        if not kept or slot.start >= kept[-1].end:
            kept.append(slot)
    return kept


def _joined(stretches: Iterable[_Stretch]) -> list[_Stretch]:
    """Return stretches with those joined that touch and agree."""
    joined: list[_Stretch] = []
    for stretch in stretches:
        last = joined[-1] if joined else None
        if (
            last is not None
            and last.end == stretch.start
            and last.by_boiler == stretch.by_boiler
        ):
            joined[-1] = replace(last, end=stretch.end)
        else:
            joined.append(stretch)
    return joined


def _by_boiler_at(plan: Iterable[_Stretch], now: datetime) -> bool:
    """Tell if the boiler heats now."""
    return any(s.by_boiler and s.start <= now < s.end for s in plan)
