"""The frame of the Home Assistant app agrees with the hub inside it."""

from pathlib import Path
import re
import struct
import tomllib
from typing import Any

import pytest
import yaml

import dalen_hub
from dalen_hub.config import parse_config
from dalen_hub.config_schema import ROOT, TRAFO
from dalen_hub.config_steering import PARTS

REPOSITORY = Path(__file__).parents[3]
HUB = REPOSITORY / "hub"
# The Supervisor knows these and more; what is a default must not be written.
DEFAULTS = {"boot": "auto", "ingress_port": 8099, "apparmor": True, "panel_admin": True}
REFUSED = {"host_network", "full_access", "watchdog", "webui", "advanced", "auto_uart"}


@pytest.fixture(scope="module")
def app() -> dict[str, Any]:
    """Return the configuration of the app."""
    content: dict[str, Any] = yaml.safe_load((HUB / "config.yaml").read_text())
    return content


def test_required_keys_and_rules_of_the_store(app: dict[str, Any]) -> None:
    """What the Supervisor and its linter ask for."""
    assert {"name", "version", "slug", "description", "arch"} <= app.keys()
    assert set(app["arch"]) == {"aarch64", "amd64"}
    assert not REFUSED & app.keys()
    assert (
        not DEFAULTS.items() & {k: v for k, v in app.items() if k in DEFAULTS}.items()
    )


def test_the_version_is_the_hubs(app: dict[str, Any]) -> None:
    """App, package, image and changelog tell the same version."""
    assert app["version"] == dalen_hub.__version__
    assert f"ARG BUILD_VERSION={app['version']}" in (HUB / "Dockerfile").read_text()
    assert f"## {app['version']}" in (HUB / "CHANGELOG.md").read_text()


def test_every_option_is_a_key_of_the_configuration(app: dict[str, Any]) -> None:
    """The options are the hub's configuration, so the hub must know each."""
    # Where the app listens is fixed by its image. The app store knows no group of
    # options that may be absent, which the broker and the settlement would be.
    elsewhere = {"operator_listener", "mqtt", "settlement"}
    assert set(app["schema"]) == {str(key) for key in ROOT} - elsewhere
    # A file beside the configuration has no place in an app: it is uploaded. Options
    # of an app cannot nest deeper than the transformers.
    assert set(app["schema"]["trafos"][0]) == {str(key) for key in TRAFO} - {
        "forecast_file",
        "weather_file",
        "dso",
        *PARTS,
    }
    assert app["options"].keys() <= app["schema"].keys()


def test_filled_in_options_are_a_valid_configuration(app: dict[str, Any]) -> None:
    """What the Supervisor writes into options.json starts the hub."""
    options = app["options"] | {
        "public_url": "https://hub.example.nl",
        "trafos": [{"id": "dalen", "rating_kva": 400.0}],
    }
    assert parse_config(options).trafos[0].id == "dalen"


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_option_is_explained(app: dict[str, Any], language: str) -> None:
    """Each option and each port has a text in both languages."""
    path = HUB / "translations" / f"{language}.yaml"
    texts = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert texts["configuration"].keys() == app["schema"].keys()
    assert texts["network"].keys() == app["ports"].keys()
    fields = texts["configuration"]["trafos"]["fields"]
    assert fields.keys() == app["schema"]["trafos"][0].keys()
    for text in [*texts["configuration"].values(), *fields.values()]:
        assert text["name"].strip()
        assert text["description"].strip()


@pytest.mark.parametrize(
    ("name", "size"), [("icon.png", (128, 128)), ("logo.png", (250, 100))]
)
def test_pictures_have_the_size_of_the_store(name: str, size: tuple[int, int]) -> None:
    """Width and height stand at a fixed place in a PNG."""
    content = (HUB / name).read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", content[16:24]) == size


def test_the_apparmor_profile_is_named_after_the_app(app: dict[str, Any]) -> None:
    """The Supervisor replaces this one name."""
    profiles = re.findall(
        r"^profile (\S+)", (HUB / "apparmor.txt").read_text(), re.MULTILINE
    )
    assert profiles == [app["slug"]]


def test_the_image_listens_where_the_app_says(app: dict[str, Any]) -> None:
    """Ingress, the homes and the operator's systems each find their port."""
    image = (HUB / "Dockerfile").read_text()
    options = ["--port", "--operator-port", "--ingress-port"]
    found = [re.search(rf'"{name}", "(\d+)"', image) for name in options]
    ports = [int(each[1]) for each in found if each]
    assert {f"{port}/tcp" for port in ports[:2]} == app["ports"].keys()
    assert ports[2] == DEFAULTS["ingress_port"]
    assert f":{ports[2]}/health" in image


def test_the_image_needs_nothing_outside_its_folder() -> None:
    """The Supervisor sends only this folder to be built."""
    copied = re.findall(
        r"^COPY (?!--from)(\S+)", (HUB / "Dockerfile").read_text(), re.MULTILINE
    )
    assert copied
    for name in copied:
        assert (HUB / name).resolve().is_relative_to(HUB)
        assert (HUB / name).exists()


def test_the_image_installs_the_locked_versions() -> None:
    """A changed lock must be exported again; the file says how."""
    lock = tomllib.loads((REPOSITORY / "uv.lock").read_text())
    locked: dict[str, set[str]] = {}
    for package in lock["package"]:
        locked.setdefault(package["name"], set()).add(package.get("version", ""))
    exported = dict(
        re.findall(
            r"^([a-z0-9-]+)==(\S+)",
            (HUB / "requirements.txt").read_text(),
            re.MULTILINE,
        )
    )
    hub = next(package for package in lock["package"] if package["name"] == "dalen-hub")
    assert {dependency["name"] for dependency in hub["dependencies"]} <= exported.keys()
    assert {
        name: v for name, v in exported.items() if v not in locked.get(name, ())
    } == {}
