"""Choose the language of a page and look its texts up."""

from dataclasses import dataclass
from functools import cache
import json
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("en", "nl")
TRANSLATIONS_DIR: Final = Path(__file__).parent / "translations"


@dataclass(frozen=True, slots=True)
class Texts:
    """All texts of the pages in one language."""

    language: str
    by_key: dict[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of a key with its placeholders filled in."""
        return self.by_key[key].format(**values)

    def number(self, value: float, digits: int = 0) -> str:
        """Write a number as this language does."""
        text = f"{value:,.{digits}f}"
        # A value that rounds to nothing must not read as "-0".
        if float(text.replace(",", "")) == 0:
            text = text.removeprefix("-")
        if self.language == "nl":
            return text.translate({ord(","): ".", ord("."): ","})
        return text


@cache
def texts(language: str) -> Texts:
    """Load the texts of a language; raises KeyError for one we do not speak."""
    if language not in LANGUAGES:
        raise KeyError(language)
    path = TRANSLATIONS_DIR / f"{language}.json"
    return Texts(language, json.loads(path.read_text(encoding="utf-8")))


def choose_language(asked: str | None, accepted: str | None, default: str) -> str:
    """Return the language to speak: asked for by name, accepted, else the hub's.

    `accepted` is an Accept-Language header (RFC 9110, section 12.5.4).
    """
    if asked in LANGUAGES:
        return asked
    for tag in _by_preference(accepted or ""):
        if (language := tag.split("-")[0]) in LANGUAGES:
            return language
    return default if default in LANGUAGES else "en"


def _by_preference(header: str) -> list[str]:
    """Return the language tags of a header, the most wanted first."""
    weighed: list[tuple[float, str]] = []
    for part in header.lower().split(","):
        tag, _, parameter = part.partition(";")
        quality = _quality(parameter)
        if tag.strip() and quality > 0:
            weighed.append((quality, tag.strip()))
    return [tag for _, tag in sorted(weighed, key=lambda item: -item[0])]


def _quality(parameter: str) -> float:
    """Return the weight that a `q=` parameter gives, 0 when it is nonsense."""
    if not parameter.strip():
        return 1.0
    try:
        return float(parameter.strip().removeprefix("q="))
    except ValueError:
        return 0.0
