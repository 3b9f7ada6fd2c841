"""`dalen-hub audit`: what it prints, and when it fails."""

import json
from pathlib import Path
import sqlite3

import pytest

from dalen_hub import cli
from dalen_hub.store.database import DATABASE_FILE
from tests.hub.helpers import on_sqlite


def run(data: Path, *options: str) -> int:
    """Run the command."""
    return cli.main(["audit", "--data", str(data), "--chain", "acts", *options])


def prepared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[Path, str]:
    """Add two clients; return the data folder, and what was printed with a secret."""
    data = tmp_path / "data"
    for name in ("Jan Jansen", "meter"):
        assert (
            cli.main(["client", "add", "--role", "bl", name, "--data", str(data)]) == 0
        )
    return data, capsys.readouterr().out


def test_acts_of_the_command_line_are_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As lines and as JSON, with neither names nor secrets."""
    data, secrets = prepared(tmp_path, capsys)
    assert run(data) == 0
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert [line.split()[0] for line in lines[:2]] == ["1", "2"]
    assert "command line client added" in lines[0]
    assert lines[2].startswith("2 entries, last ")
    assert "Jansen" not in out
    assert not any(line.partition(":")[2] in out for line in secrets.split())
    assert run(data, "--json", "--last", "1") == 0
    body = json.loads(capsys.readouterr().out)
    assert body["verification"]["intact"] is True
    assert [entry["number"] for entry in body["entries"]] == [2]
    assert body["verification"]["head"] == body["entries"][0]["hash"]


@on_sqlite
def test_a_changed_audit_ends_with_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message names the entry."""
    data, _ = prepared(tmp_path, capsys)
    with sqlite3.connect(data / DATABASE_FILE) as conn:
        conn.execute("UPDATE audit SET reason = 'x' WHERE number = 1")
    conn.close()
    assert run(data) == 2
    assert "entry 1 of acts" in capsys.readouterr().err


def test_an_empty_audit_is_intact(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing happened yet."""
    assert run(tmp_path / "data") == 0
    assert capsys.readouterr().out.startswith("0 entries")
