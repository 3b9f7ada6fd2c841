"""A commissioning report as one page of HTML that can be printed."""

from datetime import datetime, tzinfo
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from .report import CommissioningReport
from .texts import TEXTS

LANGUAGES: Final = tuple(TEXTS)

_PAGES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render_page(report: CommissioningReport, language: str, zone: tzinfo) -> str:
    """Return the report as HTML in a language, English for one that is not there.

    Reads a template: not for the event loop. Loads nothing from elsewhere when it
    is shown. Times are those of the zone.
    """
    language = language if language in TEXTS else "en"
    return _PAGES.get_template("report.html").render(
        report=report,
        language=language,
        t=TEXTS[language],
        number=lambda value: _number(value, language),
        moment=lambda value: _moment(value, zone),
    )


def _moment(value: datetime | str, zone: tzinfo) -> str:
    """Return a moment, or one that was stored, on the local clock."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def _number(value: float | bool | str | None, language: str) -> str:
    """Return a value as people write it: at most two decimals, a comma in Dutch."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return TEXTS[language]["yes" if value else "no"]
    if isinstance(value, str):
        return value
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if language == "nl" else text
