"""The third-party browser files: which ones, pinned how, kept where."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

ASSETS_DIR: Final = Path(__file__).parent / "assets"
BUILD_COMMAND: Final = "python -m dalen_hub.web.build_assets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One npm package: exact version, checksum, and the files taken from it."""

    name: str
    version: str
    integrity: str
    """The sha512 of the package's tarball, as npm's `dist.integrity` gives it."""
    files: dict[str, str]
    """Path inside the tarball -> file name in the assets folder."""

    @property
    def spec(self) -> str:
        """Return the package as npm wants it named."""
        return f"{self.name}@{self.version}"


PACKAGES: Final = (
    Package(
        name="htmx.org",
        version="4.0.1",
        integrity=(
            "sha512-oF7JgXhDW9UXCy/k1ZYFUQgzu/rm19ORWPSPNL91vPluB2PB9+MV55ty"
            "QdH/w7o2EAbTYUG5SDW1R60mdkdqGg=="
        ),
        files={
            "package/dist/htmx.min.js": "htmx.min.js",
            "package/LICENSE": "htmx.LICENSE.txt",
        },
    ),
    Package(
        name="uplot",
        version="1.6.32",
        integrity=(
            "sha512-KIMVnG68zvu5XXUbC4LQEPnhwOxBuLyW1AHtpm6IKTXImkbLgkMy+jab"
            "jLgSLMasNuGGzQm/ep3tOkyTxpiQIw=="
        ),
        files={
            "package/dist/uPlot.iife.min.js": "uplot.min.js",
            "package/dist/uPlot.min.css": "uplot.min.css",
            "package/LICENSE": "uplot.LICENSE.txt",
        },
    ),
)

ASSET_NAMES: Final = frozenset(
    name for package in PACKAGES for name in package.files.values()
)


def assets_present(directory: Path = ASSETS_DIR) -> bool:
    """Tell whether every third-party file is there to be served."""
    return all((directory / name).is_file() for name in ASSET_NAMES)
