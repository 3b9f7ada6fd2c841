"""The pairing string: what is read, and which typing errors are found."""

from hypothesis import assume, given, strategies as st
import pytest

from custom_components.dalen.pairing import PairingError, PairingFailure, PairingString
from custom_components.dalen.pairing.pairing_string import parse_code

from .hub_server import CODE, FINGERPRINT, SYMBOLS, make_code

CODES = st.lists(st.integers(0, 31), min_size=11, max_size=11).map(make_code)


def failure_of(text: str) -> PairingFailure:
    """Return why a text is no pairing string."""
    with pytest.raises(PairingError) as caught:
        PairingString.parse(text)
    assert caught.value.detail
    return caught.value.key


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("hub.example", "https://hub.example"),
        ("hub.example:8443", "https://hub.example:8443"),
        ("https://hub.example/dalen/", "https://hub.example/dalen"),
        ("http://192.168.1.4:8080", "http://192.168.1.4:8080"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://hub.local", "http://hub.local"),
        ("[fd00::4]:8443", "https://[fd00::4]:8443"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("127.0.0.1:8080", "https://127.0.0.1:8080"),
    ],
)
def test_address(base: str, url: str) -> None:
    """A bare host means https; http is for inside the house."""
    pairing = PairingString.parse(f"DALEN1:{base}:{CODE}:{FINGERPRINT}")
    assert (pairing.base_url, pairing.code, pairing.fingerprint) == (
        url,
        CODE,
        FINGERPRINT,
    )


def test_as_people_paste_it() -> None:
    """Lower case, broken lines, invisible characters and no dashes are fine."""
    bare = CODE.replace("-", "").lower()
    text = f"  dalen1:hub.\u200bexample:\n{bare}\t:{FINGERPRINT.upper()}\r\n"
    assert PairingString.parse(text) == PairingString.parse(
        f"DALEN1:hub.example:{CODE}:{FINGERPRINT}"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "DALEN1:",
        f"DALEN2:hub.example:{CODE}:{FINGERPRINT}",
        f"DALEN1:{CODE}:{FINGERPRINT}",
        f"DALEN1::{CODE}:{FINGERPRINT}",
        f"DALEN1:hub.example:{CODE}",
        f"DALEN1:hub.example:{CODE}:{FINGERPRINT[1:]}",
        f"DALEN1:hub.example:{CODE}:{'x' * 16}",
        f"DALEN1:hub.example:{CODE[1:]}:{FINGERPRINT}",
        f"DALEN1:hub.example:U{CODE[1:]}:{FINGERPRINT}",
        f"DALEN1:hub.example:ß{CODE[2:]}:{FINGERPRINT}",
        f"DALEN1:ftp://hub.example:{CODE}:{FINGERPRINT}",
        f"DALEN1:https://u:p@hub.example:{CODE}:{FINGERPRINT}",
        f"DALEN1:https://hub.example?a=b:{CODE}:{FINGERPRINT}",
        f"DALEN1:hub.example:99999:{CODE}:{FINGERPRINT}",
    ],
)
def test_malformed(text: str) -> None:
    """The user is told to copy the whole text again."""
    assert failure_of(text) is PairingFailure.MALFORMED


@pytest.mark.parametrize("base", ["http://hub.example", "http://8.8.8.8:8080"])
def test_plain_http_outside_the_house(base: str) -> None:
    """It would send the secret in clear."""
    text = f"DALEN1:{base}:{CODE}:{FINGERPRINT}"
    assert failure_of(text) is PairingFailure.INSECURE


@given(CODES)
def test_every_code_of_the_hub_is_accepted(code: str) -> None:
    """With the letters that people confuse, and in lower case."""
    misread = code.replace("0", "O").replace("1", "l").lower()
    assert parse_code(code) == code
    assert parse_code(misread) == code


def same(one: str, other: str) -> bool:
    """Tell if two symbols weigh the same modulo 31: only 0 and Z do."""
    return SYMBOLS.index(one) % 31 == SYMBOLS.index(other) % 31


def is_found(symbols: list[str]) -> bool:
    """Tell if the checksum finds that a code is wrong."""
    try:
        parse_code("".join(symbols))
    except PairingError as err:
        return err.key is PairingFailure.CHECKSUM
    return False


@given(CODES)
def test_every_single_wrong_character_is_found(code: str) -> None:
    """On all 12 places and for all symbols, except 0 for Z and Z for 0."""
    symbols = list(code.replace("-", ""))
    for place, right in enumerate(symbols):
        for wrong in SYMBOLS:
            # The check symbol is never Z, so there even Z for 0 is found.
            if wrong == right or (same(wrong, right) and place < 11):
                continue
            assert is_found([*symbols[:place], wrong, *symbols[place + 1 :]])


@given(CODES, st.integers(0, 10))
def test_every_swap_of_neighbours_is_found(code: str, place: int) -> None:
    """Unless they weigh the same."""
    symbols = list(code.replace("-", ""))
    assume(not same(symbols[place], symbols[place + 1]))
    symbols[place : place + 2] = reversed(symbols[place : place + 2])
    assert is_found(symbols)


def test_typing_error_in_a_whole_string() -> None:
    """The key tells it from a text that is no pairing string."""
    text = f"DALEN1:hub.example:{'9' + CODE[1:]}:{FINGERPRINT}"
    assert failure_of(text) is PairingFailure.CHECKSUM


@given(st.text() | st.text(alphabet="DALEN1:./[]-0Z@%", max_size=40))
def test_any_text_gives_a_pairing_string_or_the_documented_error(text: str) -> None:
    """Nothing else than PairingError comes out."""
    for candidate in (
        text,
        f"DALEN1:{text}:{CODE}:{FINGERPRINT}",
        f"DALEN1:hub.example:{text}:{FINGERPRINT}",
    ):
        try:
            PairingString.parse(candidate)
        except PairingError:
            continue
