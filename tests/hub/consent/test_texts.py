"""Tests of the consent text."""

import hashlib
import json
import re

from dalen_hub.consent.texts import LANGUAGES, TIER_TEXTS, consent_text
from dalen_hub.consent.tiers import Tier


def test_the_text_speaks_english_and_dutch_and_names_the_collective() -> None:
    """Check that nothing is left to fill in."""
    text = consent_text("Energiek Dalen")
    assert set(text.body) == set(text.title) == set(LANGUAGES) == {"en", "nl"}
    for body in text.body.values():
        assert "**Energiek Dalen**" in body
        assert not re.search(r"[{}]", body)


def test_both_languages_have_the_same_parts() -> None:
    """Check that no promise is made in one language only."""
    bodies = consent_text("Dalen").body.values()
    shapes = {tuple(re.findall(r"^(###|-)", body, re.MULTILINE)) for body in bodies}
    assert len(shapes) == 1


def test_the_checksum_is_over_the_canonical_json() -> None:
    """Compute it as a home does."""
    shown = consent_text("Coöperatie Dalen").as_json()
    words = {name: shown[name] for name in ("title", "body", "version")}
    canonical = json.dumps(
        words, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    assert shown["sha256"] == hashlib.sha256(canonical.encode()).hexdigest()


def test_other_words_have_another_checksum() -> None:
    """Check that a resident agrees to exactly these words."""
    assert consent_text("A").sha256 != consent_text("B").sha256


def test_every_tier_is_explained_in_both_languages() -> None:
    """Check the choice that a resident is given."""
    assert [item.tier for item in TIER_TEXTS] == list(Tier)
    for item in TIER_TEXTS:
        for field in (item.title, item.summary):
            assert set(field) == set(LANGUAGES)
            assert all(field.values())
    assert consent_text("Dalen").as_json()["default_tier"] == "T1"


def test_the_name_of_a_collective_cannot_become_markdown() -> None:
    """Check that a name adds no link or image to the text."""
    body = consent_text("[x](http://y) <img>").body["en"]
    assert "[x](" not in body
    assert "<img>" not in body.replace("\\<img\\>", "")
