"""Turn 16-bit registers into numbers, and back."""

from collections.abc import Sequence
from enum import StrEnum
import math
import struct


class RegisterType(StrEnum):
    """How a number is laid out in registers."""

    BIT = "bit"
    """A coil or a discrete input: 0 or 1."""

    INT16 = "int16"
    UINT16 = "uint16"
    INT32 = "int32"
    UINT32 = "uint32"
    FLOAT32 = "float32"

    @property
    def words(self) -> int:
        """Return how many registers the number takes."""
        return struct.calcsize(_FORMATS[self]) // 2


class WordOrder(StrEnum):
    """Which register of a long number comes first."""

    BIG = "big"
    LITTLE = "little"


_FORMATS = {
    RegisterType.BIT: ">H",
    RegisterType.INT16: ">h",
    RegisterType.UINT16: ">H",
    RegisterType.INT32: ">i",
    RegisterType.UINT32: ">I",
    RegisterType.FLOAT32: ">f",
}

_SMALLEST = 2.0**-126
"""The smallest normal float of 32 bits (IEEE 754)."""


def decode(
    words: Sequence[int], register_type: RegisterType, word_order: WordOrder
) -> int | float | None:
    """Return the number in the registers; None for a float that is no number.

    A float too small to be normal is none either: a device without a value can
    hold such a remainder, and so do two words in the wrong order.
    """
    ordered = words if word_order is WordOrder.BIG else tuple(reversed(words))
    packed = struct.pack(f">{len(ordered)}H", *ordered)
    number: int | float = struct.unpack(_FORMATS[register_type], packed)[0]
    if not math.isfinite(number) or 0 < abs(number) < _SMALLEST:
        return None
    return number


def encode(
    number: float, register_type: RegisterType, word_order: WordOrder
) -> list[int]:
    """Return the registers that hold the number.

    Raises struct.error when it does not fit.
    """
    is_float = register_type is RegisterType.FLOAT32
    packed = struct.pack(_FORMATS[register_type], number if is_float else int(number))
    words = list(struct.unpack(f">{register_type.words}H", packed))
    return words if word_order is WordOrder.BIG else words[::-1]
