"""Registers become numbers and back."""

import struct

from hypothesis import given, strategies as st
import pytest

from custom_components.dalen.heat_pump.decoding import (
    RegisterType,
    WordOrder,
    decode,
    encode,
)

BIG, LITTLE = WordOrder.BIG, WordOrder.LITTLE


@pytest.mark.parametrize(
    ("words", "register_type", "word_order", "number"),
    [
        ([0xFFCE], RegisterType.INT16, BIG, -50),
        ([0xFFCE], RegisterType.UINT16, BIG, 65486),
        ([0x0001, 0xE240], RegisterType.UINT32, BIG, 123456),
        ([0xE240, 0x0001], RegisterType.UINT32, LITTLE, 123456),
        ([0xFFFF, 0xFFFE], RegisterType.INT32, BIG, -2),
        ([0x3FC0, 0x0000], RegisterType.FLOAT32, BIG, 1.5),
        ([0x0000, 0x3FC0], RegisterType.FLOAT32, LITTLE, 1.5),
        ([0x7FC0, 0x0000], RegisterType.FLOAT32, BIG, None),
        ([0x7F80, 0x0000], RegisterType.FLOAT32, BIG, None),
    ],
)
def test_known_registers_decode(
    words: list[int],
    register_type: RegisterType,
    word_order: WordOrder,
    number: float | None,
) -> None:
    """Signs, word orders, and floats that are no number."""
    assert decode(words, register_type, word_order) == number


@given(
    number=st.integers(-(2**31), 2**31 - 1),
    word_order=st.sampled_from(WordOrder),
)
def test_what_is_encoded_decodes_to_the_same(
    number: int, word_order: WordOrder
) -> None:
    """In either word order."""
    words = encode(number, RegisterType.INT32, word_order)
    assert decode(words, RegisterType.INT32, word_order) == number


def test_a_number_that_does_not_fit_is_an_error() -> None:
    """It must not be cut to another number."""
    with pytest.raises(struct.error):
        encode(70_000, RegisterType.UINT16, BIG)
    assert encode(1.5, RegisterType.FLOAT32, LITTLE) == [0, 0x3FC0]
