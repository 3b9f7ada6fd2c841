"""Tests of invite codes, the hub's key and the pairing string. All pure."""

import base64
import hashlib
from pathlib import Path
import re
import stat

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import assume, given, strategies as st
import pytest

from dalen_hub.homes.hub_key import HubKey
from dalen_hub.homes.invite_code import (
    ALPHABET,
    InviteCodeError,
    check_symbol,
    new_code,
    normalise_code,
)
from dalen_hub.homes.pairing_string import pairing_string

eleven = st.text(alphabet=ALPHABET, min_size=11, max_size=11)


def test_a_code_has_three_groups_of_four() -> None:
    """Check what is printed on a letter."""
    codes = {new_code() for _ in range(100)}
    assert len(codes) == 100
    assert all(
        re.fullmatch(rf"([{ALPHABET}]{{4}}-){{2}}[{ALPHABET}]{{4}}", c) for c in codes
    )


def test_the_check_symbol_is_the_weighted_sum_modulo_31() -> None:
    """Compute one by hand: 1*1 + 2*2 + … + 11*11 = 506, modulo 31 is 10: A."""
    assert check_symbol("123456789AB") == "A"


@given(eleven)
def test_a_code_is_read_as_people_write_it(symbols: str) -> None:
    """Check lower case, look-alikes, spaces and missing dashes."""
    code = symbols + check_symbol(symbols)
    assert normalise_code(code.lower()) == code
    assert normalise_code(f" {code[:4]} - {code[4:]}\n") == code
    assert normalise_code(code.replace("0", "O").replace("1", "l")) == code


@given(eleven, st.integers(0, 11), st.sampled_from(ALPHABET))
def test_one_wrong_symbol_is_found(symbols: str, place: int, wrong: str) -> None:
    """Check every place; only 0 and Z count the same modulo 31."""
    code = symbols + check_symbol(symbols)
    assume(wrong != code[place] and {wrong, code[place]} != {"0", "Z"})
    with pytest.raises(InviteCodeError):
        normalise_code(code[:place] + wrong + code[place + 1 :])


@given(eleven, st.integers(0, 9))
def test_swapped_neighbours_are_found(symbols: str, place: int) -> None:
    """Check the other common typing error."""
    code = symbols + check_symbol(symbols)
    pair = code[place : place + 2]
    assume(pair[0] != pair[1] and set(pair) != {"0", "Z"})
    with pytest.raises(InviteCodeError):
        normalise_code(code[:place] + pair[::-1] + code[place + 2 :])


@pytest.mark.parametrize("text", ["", "AAAA-BBBB", "AAAA-BBBB-CCC!", "x" * 1000])
def test_a_text_that_is_no_code_is_refused(text: str) -> None:
    """Check length and alphabet."""
    with pytest.raises(InviteCodeError):
        normalise_code(text)


def test_the_key_of_a_hub_is_made_once_and_kept_private(tmp_path: Path) -> None:
    """Check that homes recognise the hub after a restart."""
    first, second = HubKey.open(tmp_path / "data"), HubKey.open(tmp_path / "data")
    assert first.public_key == second.public_key
    assert len(first.public_key) == 32
    mode = (tmp_path / "data" / "hub.key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    Ed25519PublicKey.from_public_bytes(first.public_key).verify(
        second.sign(b"hello"), b"hello"
    )


def test_the_fingerprint_is_of_the_raw_public_key(tmp_path: Path) -> None:
    """Compute it as a home does."""
    key = HubKey.open(tmp_path)
    raw = base64.b64decode(key.public_key_base64)
    assert key.fingerprint == hashlib.sha256(raw).hexdigest()[:16]


@pytest.mark.parametrize(
    ("base_url", "base"),
    [
        ("https://hub.example", "hub.example"),
        ("https://hub.example:8443/", "hub.example:8443"),
        ("https://hub.example/dalen", "https://hub.example/dalen"),
        ("http://192.168.1.4:8080", "http://192.168.1.4:8080"),
        ("https://[2001:db8::1]:8443", "[2001:db8::1]:8443"),
    ],
)
def test_a_pairing_string_is_parsed_from_the_right(base_url: str, base: str) -> None:
    """Check the short form of the address and the order of the parts."""
    text = pairing_string(base_url, "AAAA-BBBB-CCCC", bytes(32))
    assert text.startswith("DALEN1:")
    found, code, print_ = text.removeprefix("DALEN1:").rsplit(":", 2)
    assert (found, code) == (base, "AAAA-BBBB-CCCC")
    assert print_ == hashlib.sha256(bytes(32)).hexdigest()[:16]
