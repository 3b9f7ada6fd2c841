"""Invite codes: what a person copies from a letter.

Eleven random symbols of Crockford's base 32 and one check symbol, in groups of
four. Without asking the hub, the check finds a wrong symbol and two neighbours
that were swapped; only 0 and Z, which count the same modulo 31, escape it.
"""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_SYMBOLS = 11
_MODULUS = 31
_READ_AS = str.maketrans("OIL", "011")


class InviteCodeError(ValueError):
    """A text is not an invite code; it was mistyped."""


def new_code() -> str:
    """Return a new code of 55 random bits, such as 7K3M-9QXA-2B5R."""
    symbols = "".join(secrets.choice(ALPHABET) for _ in range(_RANDOM_SYMBOLS))
    return format_code(symbols + check_symbol(symbols))


def normalise_code(text: str) -> str:
    """Return the 12 symbols of a code as a person may write it.

    Lower case, O for 0, I and L for 1, and other dashes or spaces are fine.
    Raises InviteCodeError when the length, a symbol or the check is wrong.
    """
    symbols = "".join(text.split()).replace("-", "").upper().translate(_READ_AS)
    if len(symbols) != _RANDOM_SYMBOLS + 1 or any(s not in ALPHABET for s in symbols):
        raise InviteCodeError("A code has 12 letters and digits.")
    if symbols[-1] != check_symbol(symbols[:-1]):
        raise InviteCodeError("The code has a typing error.")
    return symbols


def format_code(symbols: str) -> str:
    """Return 12 symbols in groups of four."""
    return "-".join(symbols[start : start + 4] for start in range(0, len(symbols), 4))


def check_symbol(symbols: str) -> str:
    """Return the check symbol: the sum of value times (position + 1), mod 31."""
    total = sum(
        ALPHABET.index(symbol) * (position + 1)
        for position, symbol in enumerate(symbols)
    )
    return ALPHABET[total % _MODULUS]
