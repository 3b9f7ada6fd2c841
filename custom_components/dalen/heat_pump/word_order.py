"""Notice that the two words of long numbers come in the wrong order.

Some devices change it with their firmware or in a menu. A number whose words are
swapped is mostly far out of any bounds, and within them the other way round.
"""

from collections.abc import Mapping

from .decoding import WordOrder, decode
from .errors import ImplausibleValue, WrongWordOrderError
from .plausibility import BOUNDS
from .profile import HeatPumpProfile
from .register import Register

_ANY = (-1e6, 1e6)
"""For a number whose bounds nobody gave."""


def check_word_order(
    profile: HeatPumpProfile, words: Mapping[Register, tuple[int, ...]]
) -> None:
    """Raise WrongWordOrderError when the other order makes more sense."""
    for register, content in words.items():
        if register.key not in profile.word_order_test:
            continue
        bounds = profile.plausible.get(register.key, BOUNDS.get(register.key, _ANY))
        other = _other(register.word_order)
        value = _value(register, content, register.word_order)
        swapped = _value(register, content, other)
        if _is_true(value, bounds) or not _is_true(swapped, bounds):
            continue
        strange = ImplausibleValue(
            key=register.key,
            register=register.where,
            raw=0 if value is None else value / register.scale - register.offset,
            value=0 if value is None else value,
            lowest=bounds[0],
            highest=bounds[1],
        )
        raise WrongWordOrderError(profile.id, strange, other)


def _other(order: WordOrder) -> WordOrder:
    """Return the other order."""
    return WordOrder.LITTLE if order is WordOrder.BIG else WordOrder.BIG


def _value(
    register: Register, words: tuple[int, ...], order: WordOrder
) -> float | None:
    """Return the value in this order; None for no number, 0 for no value."""
    raw = decode(words, register.type, order)
    if raw is not None and raw in register.not_available:
        return 0.0
    return None if raw is None else register.value(raw)


def _is_true(value: float | None, bounds: tuple[float, float]) -> bool:
    """Tell if a heat pump can have the value."""
    return value is not None and (value == 0 or bounds[0] <= value <= bounds[1])
