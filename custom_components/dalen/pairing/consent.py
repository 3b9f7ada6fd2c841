"""The consent text of a collective, and the proof that it is the one shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
import json
from typing import Self

from custom_components.dalen.openadr import fields
from custom_components.dalen.openadr.errors import ModelError
from custom_components.dalen.openadr.reports import Tier

from .errors import PairingError, PairingFailure


@dataclass(frozen=True, slots=True, kw_only=True)
class Localised:
    """A text in the languages of the hub."""

    en: str
    nl: str

    @classmethod
    def read(cls, source: Mapping[str, object], key: str) -> Self:
        """Return the text of a field; raise ModelError."""
        texts = fields.as_mapping(source.get(key), key)
        return cls(
            en=fields.required_text(texts, "en"), nl=fields.required_text(texts, "nl")
        )

    def text(self, language: str) -> str:
        """Return the text for a language tag; English for all but Dutch."""
        return self.nl if language.lower().split("-")[0] == "nl" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class TierText:
    """What a tier means, in words."""

    tier: Tier
    title: Localised
    summary: Localised


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What the resident is asked to agree with; ``body`` is Markdown."""

    text_id: str
    version: str
    sha256: str
    title: Localised
    body: Localised
    tiers: tuple[TierText, ...]
    default_tier: Tier

    @classmethod
    def read(cls, value: object) -> Self:
        """Return a consent text after checking its digest.

        Raises ModelError when it makes no sense and PairingError
        (consent_changed) when the digest is not that of the text.
        """
        source = fields.as_mapping(value, "consent")
        digest = fields.required_text(source, "sha256").lower()
        if not compare_digest(digest.encode(), consent_digest(source).encode()):
            raise PairingError(
                PairingFailure.CONSENT_CHANGED,
                "The consent text is not the one that the collective signed. Try "
                "again; if it stays so, tell your collective.",
            )
        tiers = tuple(_tier_text(item) for item in fields.items(source, "tiers"))
        if not tiers:
            raise ModelError("consent has no tiers")
        return cls(
            text_id=fields.required_text(source, "text_id"),
            version=str(source.get("version")),
            sha256=digest,
            title=Localised.read(source, "title"),
            body=Localised.read(source, "body"),
            tiers=tiers,
            default_tier=read_tier(source, "default_tier"),
        )


def consent_digest(source: Mapping[str, object]) -> str:
    """Return the SHA-256 over title, body and version as canonical JSON."""
    signed = {key: source.get(key) for key in ("title", "body", "version")}
    try:
        text = json.dumps(
            signed, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        return sha256(text.encode()).hexdigest()
    except UnicodeEncodeError as err:
        raise ModelError("the consent text has characters that are no text") from err


def read_tier(source: Mapping[str, object], key: str) -> Tier:
    """Return the tier in a field; raise ModelError."""
    name = fields.required_text(source, key)
    try:
        return Tier[name]
    except KeyError as err:
        raise ModelError(f"{key} {name[:20]!r} is not T0, T1, T2 or T3") from err


def _tier_text(value: object) -> TierText:
    """Return the words for one tier."""
    source = fields.as_mapping(value, "a tier")
    return TierText(
        tier=read_tier(source, "tier"),
        title=Localised.read(source, "title"),
        summary=Localised.read(source, "summary"),
    )
