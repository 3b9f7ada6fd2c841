"""Both languages say the same, and everything that is said has words."""

from collections.abc import Iterator
import json
from pathlib import Path
import re
from typing import Any

import pytest

from custom_components.dalen.condition import CONDITIONS
from custom_components.dalen.limits import LimitSource, ReleaseReason
from custom_components.dalen.pairing import PairingFailure
from custom_components.dalen.trigger import TRIGGERS

INTEGRATION = Path(__file__).parents[3] / "custom_components" / "dalen"
TRANSLATIONS = INTEGRATION / "translations"


def texts(language: str) -> dict[str, str]:
    """Return all texts of a language by their path."""
    data = json.loads((TRANSLATIONS / f"{language}.json").read_text(encoding="utf-8"))
    return dict(_leaves(data, ""))


def _leaves(data: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """Yield every text with its path."""
    for key, value in data.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{path}/{key}")
        else:
            yield f"{path}/{key}", value


def test_both_languages_have_the_same_keys() -> None:
    """Nothing is missing in one of them."""
    assert texts("en").keys() == texts("nl").keys()


def test_both_languages_have_the_same_placeholders() -> None:
    """A value that one language shows, the other shows too."""
    dutch = texts("nl")
    for path, text in texts("en").items():
        found = set(re.findall(r"{\w+}", text))
        assert found == set(re.findall(r"{\w+}", dutch[path])), path


@pytest.mark.parametrize("failure", list(PairingFailure))
def test_every_pairing_failure_has_words(failure: PairingFailure) -> None:
    """In both flows that can join."""
    english = texts("en")
    assert english[f"/config/error/pairing_{failure}"]
    assert english[f"/config_subentries/neighbourhood/error/pairing_{failure}"]


def test_every_field_is_explained() -> None:
    """No screen asks something without telling what it is."""
    for path in texts("en"):
        if "/data/" in path:
            assert path.replace("/data/", "/data_description/") in texts("en"), path


def test_icons_are_for_entities_that_have_words() -> None:
    """An icon of an entity that is gone is dead weight."""
    icons = json.loads((INTEGRATION / "icons.json").read_text(encoding="utf-8"))
    english = texts("en")
    for platform, keys in icons["entity"].items():
        for key in keys:
            assert f"/entity/{platform}/{key}/name" in english


@pytest.mark.parametrize("source", list(LimitSource))
def test_every_source_has_words_in_the_calendar(source: LimitSource) -> None:
    """With the watts in them."""
    for language in ("en", "nl"):
        assert "{limit_w}" in texts(language)[f"/common/calendar_{source}"]


@pytest.mark.parametrize("reason", list(ReleaseReason))
def test_every_release_has_words(reason: ReleaseReason) -> None:
    """In the event that tells it."""
    path = f"/entity/event/release/state_attributes/reason/state/{reason}"
    assert texts("en")[path]


def test_every_exception_has_a_message() -> None:
    """Home Assistant looks for this key, and shows no other."""
    for path in texts("en"):
        if path.startswith("/exceptions/"):
            assert path.endswith("/message"), path


def test_triggers_and_conditions_have_words_and_icons() -> None:
    """As the editor shows them."""
    icons = json.loads((INTEGRATION / "icons.json").read_text(encoding="utf-8"))
    english = texts("en")
    for key in TRIGGERS:
        assert english[f"/triggers/{key}/name"]
        assert icons["triggers"][key]
    for key in CONDITIONS:
        assert english[f"/conditions/{key}/name"]
        assert icons["conditions"][key]


def test_texts_of_states_hold_no_values() -> None:
    """Home Assistant fills in nothing there."""
    for path, text in texts("en").items():
        if path.startswith("/entity/") and "/state" in path:
            assert "{" not in text, path


def test_no_icon_repeats_the_default() -> None:
    """It says nothing."""
    icons = json.loads((INTEGRATION / "icons.json").read_text(encoding="utf-8"))
    for platform in icons["entity"].values():
        for about in platform.values():
            for part in (about, *about.get("state_attributes", {}).values()):
                assert part.get("default") not in part.get("state", {}).values()


@pytest.mark.parametrize("language", ["en", "nl"])
def test_texts_keep_to_the_rules_of_home_assistant(language: str) -> None:
    """No address of a page, no HTML, no value in quotes, no space at an end."""
    for path, text in texts(language).items():
        assert not re.search(r"(https?|mqtts?)://|www\.", text), path
        assert not re.search(r"</?[a-z]", text), path
        assert not re.search(r"'{\w+}'", text), path
        assert text == text.strip(), path
