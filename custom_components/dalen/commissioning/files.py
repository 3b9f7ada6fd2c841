"""Put a commissioning report where the installer can take it along."""

from datetime import tzinfo
import json
from pathlib import Path
from typing import Final

from .page import render_page
from .report import CommissioningReport

FOLDER: Final = ("dalen", "commissioning")
"""Below the configuration folder of Home Assistant."""


def write_files(
    report: CommissioningReport, folder: Path, language: str, zone: tzinfo
) -> tuple[Path, Path]:
    """Write the report as HTML and as JSON; return both paths.

    Not for the event loop. Raises OSError when the disk does not take them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / f"{report.created.astimezone(zone):%Y-%m-%d_%H%M%S}"
    page, data = stem.with_suffix(".html"), stem.with_suffix(".json")
    page.write_text(render_page(report, language, zone), encoding="utf-8")
    data.write_text(
        json.dumps(report.as_json(), indent=2, ensure_ascii=False) + "\n",
        encoding="utf-8",
    )
    return page, data
