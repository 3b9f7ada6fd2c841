"""Tests of the links in `hub.yaml`, right and wrong."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dalen_hub.config import ConfigError, parse_config
from dalen_hub.grid.trafo import Trafo
from dalen_hub.grid.upstream.client import DsoClient
from dalen_hub.grid.upstream.link import Link
from dalen_hub.grid.upstream.service import wait_s
from dalen_hub.grid.upstream.settings import (
    DsoSettings,
    ProfileName,
    SecretError,
    Version,
)

LINK = {
    "vtn_url": "https://vtn.example.nl/openadr3/3.1.0/",
    "client_id": "dalen",
    "secret_file": "dso.txt",
    "program": "limits",
    "profile": "gac-2.2",
}


def parsed(folder: Path, *links: dict[str, Any]) -> tuple[DsoSettings, ...]:
    """Return the links of a configuration."""
    raw = {
        "name": "Hub",
        "public_url": "https://hub.example.nl",
        "trafos": [{"id": "dalen", "rating_kva": 400, "dso": list(links)}],
    }
    return parse_config(raw, folder=folder).trafos[0].dso


def changed(**changes: object) -> dict[str, Any]:
    """Return a link with changes; ... takes a key out."""
    return {key: value for key, value in {**LINK, **changes}.items() if value != ...}


def test_a_link(tmp_path: Path) -> None:
    """Check what a small entry means, and where the secret is read."""
    (link,) = parsed(tmp_path, LINK)
    assert link.vtn_url == "https://vtn.example.nl/openadr3/3.1.0"
    assert link.profile is ProfileName.GAC_2_2
    assert link.version is Version.V3_1
    assert link.poll == timedelta(minutes=1)
    with pytest.raises(SecretError, match=r"dso\.txt"):
        link.secret()
    (tmp_path / "dso.txt").write_text("s3cret\n")
    assert link.secret() == "s3cret"
    assert "s3cret" not in repr(link)


def test_the_old_version_belongs_to_its_profile(tmp_path: Path) -> None:
    """Check that GAC 2.0 is of OpenADR 3.0.1, and needs to know a token URL."""
    token = "https://id.example.nl/token"
    (link,) = parsed(tmp_path, changed(profile="gac-2.0", token_url=token))
    assert link.version is Version.V3_0_1


@pytest.mark.parametrize(
    ("links", "says"),
    [
        ([changed(vtn_url="http://vtn.example.nl")], "must be https"),
        ([changed(vtn_url="https://u:p@vtn.example.nl")], "address without user"),
        ([changed(vtn_url="https://[")], "address without user"),
        ([changed(vtn_url=...)], "vtn_url: is missing"),
        ([changed(profile="gac-9")], "must be one of gac-2.0"),
        ([changed(version=2)], "must be one of 3.0.1, 3.1"),
        ([changed(version=3.1, profile="gac-2.0")], "is of OpenADR 3.0.1"),
        ([changed(version="3.0.1")], "is of OpenADR 3.1"),
        ([changed(profile="gac-2.0")], "token_url: is missing"),
        ([changed(secret_file=...)], "either secret_file or secret_env"),
        ([changed(secret_env="X")], "either secret_file or secret_env"),
        ([changed(poll_s=1)], "from 10 to 3600"),
        ([changed(profile="nlflex-1.0", party="8712345678906")], "target: is missing"),
        ([changed(profile="nlflex-1.0", target="group-7")], "party: is missing"),
        ([LINK, LINK], "is there already"),
        ([changed(progam="limits")], "Did you mean program?"),
    ],
)
def test_faults(tmp_path: Path, links: list[dict[str, Any]], says: str) -> None:
    """Check that each fault is a line that says what to write."""
    with pytest.raises(ConfigError) as error:
        parsed(tmp_path, *links)
    assert "trafos[0].dso" in str(error.value)
    assert says in str(error.value)


def test_a_server_that_is_away_is_asked_less_often(tmp_path: Path) -> None:
    """Check the waits: doubled with each failure, a quarter of an hour at most."""
    (settings,) = parsed(tmp_path, LINK)
    trafo = Trafo(id="dalen", name="Dalen", rating_kva=400.0, limit_kw=380.0)
    link = Link(trafo=trafo, settings=settings, client=DsoClient(settings))
    waits = []
    for failures in (0, 1, 3, 9):
        link.failures = failures
        waits.append(wait_s(link, 0.0))
    assert waits == [60.0, 120.0, 480.0, 900.0]
    assert wait_s(link, 1.0) == pytest.approx(990.0)
