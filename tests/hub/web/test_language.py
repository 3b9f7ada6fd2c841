"""Both languages are complete, and the right one is spoken."""

import json
from pathlib import Path
import re
import string

from hypothesis import given, strategies as st
import pytest

from dalen_hub.web.language import LANGUAGES, TRANSLATIONS_DIR, choose_language, texts

WEB = TRANSLATIONS_DIR.parent
# Keys that are put together from parts at run time.
BUILT = re.compile(
    r"^(day|on_day)\.[0-6]$|^part\.(today|tomorrow)\.\w+$|^(legend|table)\.\w+$"
    r"|^(dso|policy|stop\.cause)\.\w+$|^month\.\d+$"
    r"|^settlement\.(baseline_kwh|delivered|gas|cost|pot|total)$"
)


def placeholders(text: str) -> set[str]:
    """Return the names of the placeholders of a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    """No text is there in one language only."""
    english, dutch = (texts(language).by_key for language in ("en", "nl"))
    assert english.keys() == dutch.keys()
    for key, text in english.items():
        assert placeholders(text) == placeholders(dutch[key]), key
        assert text.strip(), key
        assert dutch[key].strip(), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_is_sorted_and_has_no_key_twice(language: str) -> None:
    """A second value for a key would silently win."""
    raw = (TRANSLATIONS_DIR / f"{language}.json").read_text(encoding="utf-8")
    keys = [key for key, _ in json.loads(raw, object_pairs_hook=list)]
    assert keys == sorted(set(keys))


def test_every_key_is_used_and_every_used_key_is_there() -> None:
    """Templates, code and catalogue agree."""
    sources = [*WEB.glob("*.py"), *(WEB / "templates").glob("*.html")]
    code = "\n".join(Path(path).read_text(encoding="utf-8") for path in sources)
    used = set(re.findall(r"(?:\bt|texts|other)\(\s*[\"']([a-z0-9_.]+)[\"']", code))
    keys = set(texts("en").by_key)
    assert {key for key in used if not key.endswith(".")} <= keys
    assert {key for key in keys - used if not BUILT.match(key)} == set()


@pytest.mark.parametrize(
    ("asked", "accepted", "default", "spoken"),
    [
        ("nl", "en", "en", "nl"),
        ("fr", "nl", "en", "nl"),
        (None, "de,nl-NL;q=0.8,en;q=0.5", "en", "nl"),
        (None, "nl;q=0.3, en;q=0.9", "nl", "en"),
        (None, "nl;q=0, *", "en", "en"),
        (None, "nl;q=much", "en", "en"),
        (None, "fr", "nl", "nl"),
        (None, None, "nl", "nl"),
        (None, None, "fr", "en"),
    ],
)
def test_the_language_is_asked_for_accepted_or_the_hubs(
    asked: str | None, accepted: str | None, default: str, spoken: str
) -> None:
    """The visitor's word counts before the browser's, and that before the hub's."""
    assert choose_language(asked, accepted, default) == spoken


@given(st.one_of(st.none(), st.text()), st.text())
def test_no_header_breaks_the_choice(asked: str | None, accepted: str) -> None:
    """Whatever a browser sends, a language is spoken."""
    assert choose_language(asked, accepted, "nl") in LANGUAGES


@pytest.mark.parametrize(
    ("language", "value", "digits", "text"),
    [
        ("en", 1234.56, 1, "1,234.6"),
        ("nl", 1234.56, 1, "1.234,6"),
        ("nl", -0.01, 1, "0,0"),
        ("nl", -0.2, 0, "0"),
        ("en", -12.0, 0, "-12"),
    ],
)
def test_numbers_are_written_as_the_language_does(
    language: str, value: float, digits: int, text: str
) -> None:
    """Dutch writes a comma where English writes a point."""
    assert texts(language).number(value, digits) == text


def test_an_unknown_language_is_refused() -> None:
    """A language becomes a file name, so only known ones are looked up."""
    with pytest.raises(KeyError, match=r"\.\./en"):
        texts("../en")
