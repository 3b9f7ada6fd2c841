"""The text that a resident agrees to, in English and in Dutch.

The words are in ``templates/``. A change of them is a new version; homes that
agreed to an older one keep that one, which stays in the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
import hashlib
from importlib.resources import files
import json
from typing import Any

from dalen_hub.consent.tiers import DEFAULT_TIER, Tier

TEXT_ID = "dalen-home"
VERSION = 2
LANGUAGES = ("en", "nl")

TITLE: Mapping[str, str] = {
    "en": "Take part with your heat pump",
    "nl": "Meedoen met uw warmtepomp",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TierText:
    """How a tier is explained; each field holds a text per language."""

    tier: Tier
    title: Mapping[str, str]
    summary: Mapping[str, str]


TIER_TEXTS: tuple[TierText, ...] = (
    TierText(
        tier=Tier.T0,
        title={"en": "Take part only", "nl": "Alleen meedoen"},
        summary={
            "en": "Your home tells every quarter of an hour whether the heat pump "
            "runs, is limited or is paused. No figures about energy.",
            "nl": "Uw huis meldt elk kwartier of de warmtepomp draait, begrensd is of "
            "gepauzeerd is. Geen cijfers over energie.",
        },
    ),
    TierText(
        tier=Tier.T1,
        title={"en": "Quarter-hour power", "nl": "Vermogen per kwartier"},
        summary={
            "en": "Also the average electric power of the heat pump per quarter of "
            "an hour. With this the hub can divide the room well.",
            "nl": "Ook het gemiddelde elektrische vermogen van de warmtepomp per "
            "kwartier. Hiermee kan de hub de ruimte goed verdelen.",
        },
    ),
    TierText(
        tier=Tier.T2,
        title={"en": "Five-minute power", "nl": "Vermogen per vijf minuten"},
        summary={
            "en": "Also the average electric power of the heat pump per five "
            "minutes, to check that limits work. It shows more of your day.",
            "nl": "Ook het gemiddelde elektrische vermogen van de warmtepomp per vijf "
            "minuten, om te controleren of begrenzen werkt. Dit toont meer van uw dag.",
        },
    ),
    TierText(
        tier=Tier.T3,
        title={"en": "Research", "nl": "Onderzoek"},
        summary={
            "en": "Also temperatures and gas use of the boiler, per minute, until an "
            "end date that you choose. Only for those who want to help research.",
            "nl": "Ook temperaturen en het gasverbruik van de ketel, per minuut, tot "
            "een einddatum die u kiest. Alleen voor wie onderzoek wil helpen.",
        },
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentText:
    """A text as it is shown; ``sha256`` names exactly these words."""

    text_id: str
    version: int
    title: dict[str, str]
    body: dict[str, str]
    sha256: str

    def as_json(self) -> dict[str, Any]:
        """Return the text as it is sent to a home, with the tiers explained."""
        return {
            "text_id": self.text_id,
            "version": self.version,
            "sha256": self.sha256,
            "title": self.title,
            "body": self.body,
            "tiers": [
                {
                    "tier": item.tier,
                    "title": dict(item.title),
                    "summary": dict(item.summary),
                }
                for item in TIER_TEXTS
            ],
            "default_tier": DEFAULT_TIER,
        }


@cache
def consent_text(collective: str) -> ConsentText:
    """Return the text of a collective."""
    title = dict(TITLE)
    body = {language: _body(language, collective) for language in LANGUAGES}
    return ConsentText(
        text_id=TEXT_ID,
        version=VERSION,
        title=title,
        body=body,
        sha256=text_sha256(title, body, VERSION),
    )


def text_sha256(title: Mapping[str, str], body: Mapping[str, str], version: int) -> str:
    """Return the SHA-256 of a text: of its JSON with sorted keys and no spaces."""
    canonical = json.dumps(
        {"title": dict(title), "body": dict(body), "version": version},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _body(language: str, collective: str) -> str:
    """Return the words in one language; the name cannot become markdown."""
    template = files("dalen_hub.consent").joinpath(f"templates/home.{language}.md")
    name = "".join(
        f"\\{char}" if char in "\\`*_{}[]<>()#!|" else char
        for char in collective
        if char.isprintable()
    )
    return template.read_text("utf-8").replace("{collective}", name)
