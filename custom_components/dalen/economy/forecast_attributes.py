"""Prices ahead, as the attributes of price entities hold them.

The lists of Nordpool (`start`, `end`, `value`), Frank Energie (`from`, `till`,
`price`), ENTSO-e (`time`, `price`), EPEX Spot (`start_time`, `end_time`,
`price_per_kwh`) and Tibber (`startsAt`, `total`) differ in names only.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
import math
from typing import Any, Final

from .price import PriceSlot

_STARTS: Final = ("start", "from", "start_time", "startsAt", "time", "datetime")
_ENDS: Final = ("end", "till", "end_time")
_VALUES: Final = ("value", "price", "price_per_kwh", "total")

MOST_EUR_KWH: Final = 10.0
"""Beyond it a number is in another unit; the Dutch market stops at 4 euro."""

LONGEST: Final = timedelta(hours=1)
"""How long a price without an end holds at most."""

_YEARS: Final = range(2000, 2200)


def slots_in(attributes: Mapping[str, Any], eur_per_unit: float) -> list[PriceSlot]:
    """Return the prices ahead in any list of the attributes; empty without one.

    `eur_per_unit` turns a number of the list into EUR/kWh. What is no price is left
    out.
    """
    found: dict[datetime, tuple[datetime | None, float]] = {}
    for attribute in attributes.values():
        for start, end, value in _items(attribute):
            price = value * eur_per_unit
            if abs(price) <= MOST_EUR_KWH:
                found[start] = (end, price)
    return list(_slots(found))


def _items(attribute: Any) -> Iterator[tuple[datetime, datetime | None, float]]:
    """Yield start, end and number of each item of a list of prices."""
    if not isinstance(attribute, list | tuple):
        return
    for item in attribute:
        if not isinstance(item, Mapping):
            continue
        start, value = _moment(_first(item, _STARTS)), _number(_first(item, _VALUES))
        if start is not None and value is not None:
            yield start, _moment(_first(item, _ENDS)), value


def _slots(
    found: Mapping[datetime, tuple[datetime | None, float]],
) -> Iterator[PriceSlot]:
    """Yield slots in order; one without an end lasts until the next."""
    starts = sorted(found)
    for start, following in zip_longest(starts, starts[1:]):
        end, price = found[start]
        if end is None:
            longest = start + LONGEST
            end = longest if following is None else min(following, longest)
        yield PriceSlot(start=start, end=end, eur_kwh=price)


def _first(item: Mapping[Any, Any], names: Iterable[str]) -> Any:
    """Return the value of the first name that the item has."""
    return next((item[name] for name in names if name in item), None)


def _moment(value: Any) -> datetime | None:
    """Return a moment in UTC; None for what names none, or no offset."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime) or value.utcoffset() is None:
        return None
    return value.astimezone(UTC) if value.year in _YEARS else None


def _number(value: Any) -> float | None:
    """Return a finite number, also from a text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
