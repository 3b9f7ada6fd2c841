"""The command line: real processes, real sockets, and one line for each error."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
import re
import signal
import socket
import sys
import time

from aiohttp import ClientSession
import pytest
import yaml

from dalen_hub import __version__, cli
from dalen_hub.serving import SERVING_FILE
from tests.hub.helpers import JOIN, NUDGE, TOKEN, VTN, join_body

PAIRING = re.compile(r"DALEN1:(http://127\.0\.0\.1:\d+):([0-9A-Z-]{14}):[0-9a-f]{16}")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def write_config(folder: Path, port: int, *trafos: str) -> Path:
    """Write a configuration and return its path."""
    path = folder / "hub.yaml"
    text = yaml.safe_dump(
        {
            "name": "Hub Dalen",
            "collective": "Energiek Dalen",
            "public_url": f"http://127.0.0.1:{port}",
            "trafos": [{"id": each, "rating_kva": 400} for each in trafos],
        }
    )
    path.write_text(text, encoding="utf-8")
    return path


async def run(*arguments: str | Path) -> tuple[int | None, str, str]:
    """Run a command to its end; return its exit code, stdout and stderr."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "dalen_hub",
        *map(str, arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


@asynccontextmanager
async def served(*arguments: str | Path) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Run `serve` until the end of the block; the hub listens when it begins."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "dalen_hub",
        "serve",
        *map(str, arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            line = await process.stdout.readline()
        assert b"listens on http://127.0.0.1:" in line
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def joined_token(session: ClientSession, base: str, code: str) -> str:
    """Join with a code and return the token of the new home."""
    async with session.post(f"{base}{JOIN}", json=join_body(code)) as response:
        assert response.status == 201, await response.text()
        facts = await response.json()
    async with session.post(
        f"{base}{TOKEN}",
        data={
            "grant_type": "client_credentials",
            "client_id": facts["client_id"],
            "client_secret": facts["client_secret"],
        },
    ) as response:
        return str((await response.json())["access_token"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_home_joins_with_the_printed_invite_and_the_hub_stops_at_once(
    tmp_path: Path, number: signal.Signals
) -> None:
    """Also with an open stream, SIGINT and SIGTERM end it cleanly within 2 s."""
    port, data = free_port(), tmp_path / "data"
    config = write_config(tmp_path, port, "dalen")
    async with (
        served("--config", config, "--data", data, "--port", str(port)) as process,
        ClientSession() as session,
    ):
        code, out, _ = await run("invite", "--data", data)
        assert code == 0
        match = PAIRING.fullmatch(out.strip())
        assert match is not None
        base = match[1]
        token = await joined_token(session, base, match[2])
        headers = {"Authorization": f"Bearer {token}"}
        async with session.get(f"{base}{NUDGE}", headers=headers) as stream:
            assert stream.content_type == "text/event-stream"
            assert await stream.content.readline() == b"event: changed\n"
            async with session.get(f"{base}{VTN}/events", headers=headers) as events:
                assert events.status == 200
            began = time.monotonic()
            process.send_signal(number)
            assert await process.wait() == 0
            assert time.monotonic() - began < 2


async def test_demo_needs_no_configuration(tmp_path: Path) -> None:
    """Its invite needs the data folder only."""
    data = tmp_path / "data"
    async with (
        served("--demo", "--data", data, "--port", "0") as process,
        ClientSession() as session,
    ):
        code, out, err = await run("invite", "--data", data, "--trafo", "dalen")
        assert (code, err) == (0, "")
        match = PAIRING.fullmatch(out.strip())
        assert match is not None
        async with session.get(f"{match[1]}/api/v1/trafos") as response:
            (trafo,) = await response.json()
        assert (trafo["id"], trafo["rating_kva"]) == ("dalen", 400)
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    config = write_config(tmp_path, 8080, "dalen")
    code, _, err = await run("serve", "--config", config, "--data", data, "--port", "0")
    assert (code, err) == (
        2,
        f"{data} belongs to a demo. Choose another folder: --data.\n",
    )


def test_client_is_added_and_printed_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """ID:SECRET on stdout, nothing else."""
    arguments = ["client", "add", "--role", "bl", "DSO", "--data", str(tmp_path)]
    assert cli.main(arguments) == 0
    first = capsys.readouterr()
    assert re.fullmatch(r"[0-9a-f]{32}:[\w-]{43}\n", first.out)
    assert first.err == ""
    assert cli.main(arguments) == 0
    assert capsys.readouterr().out != first.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["predict"], "invalid choice: 'predict'"),
        (["client", "add", "--role", "dso", "x"], "invalid choice: 'dso'"),
        (["client", "add", "--role", "bl", ""], "1 to 128 characters"),
        (["serve", "--port", "70000"], "70000 is no port; use 0 to 65535"),
        (["serve", "--demo", "--config", "x.yaml"], "Leave --config out"),
        (["serve", "--config", "nowhere.yaml", "--port", "0"], "no such file"),
        (["identify", "nowhere.csv"], "nowhere.csv: No such file or directory. Check"),
        (["serve"], "hub.yaml: no such file"),
        (["invite"], "hub.yaml: no such file"),
        (["heat-pump", "--profile", "nowhere"], "nowhere"),
        (["heat-pump", "--speed", "-1"], "Speed -1 is not possible"),
    ],
)
def test_errors_are_one_line_and_exit_code_2(
    arguments: list[str],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No traceback, and nothing is left behind but the folder."""
    monkeypatch.chdir(tmp_path)
    try:
        code: int | str | None = cli.main(arguments)
    except SystemExit as err:
        code = err.code
    printed = capsys.readouterr()
    assert code == 2
    assert printed.out == ""
    assert says in printed.err
    assert printed.err.count("\n") == 1


def test_invite_asks_which_trafo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With several it must be told, and must exist."""
    config = write_config(tmp_path, 8080, "kerk", "brink")
    common = ["invite", "--data", str(tmp_path / "data"), "--config", str(config)]
    assert cli.main(common) == 2
    assert "Add --trafo with one of kerk, brink." in capsys.readouterr().err
    assert cli.main([*common, "--trafo", "berk"]) == 2
    assert "no transformer 'berk'" in capsys.readouterr().err
    assert cli.main([*common, "--trafo", "brink"]) == 0
    assert PAIRING.fullmatch(capsys.readouterr().out.strip())


def test_damaged_state_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that was damaged is named, with what to do."""
    (tmp_path / SERVING_FILE).write_text("{")
    assert cli.main(["invite", "--data", str(tmp_path)]) == 2
    assert "Delete it and start the hub once" in capsys.readouterr().err
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "data"
    arguments = ["client", "add", "--role", "bl", "x", "--data", str(folder)]
    assert cli.main(arguments) == 2
    assert capsys.readouterr().err.count("\n") == 1


async def test_port_in_use_is_one_line(tmp_path: Path) -> None:
    """And the data folder is not even made."""
    data = tmp_path / "data"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        config = write_config(tmp_path, port, "dalen")
        code, out, err = await run(
            "serve", "--config", config, "--data", data, "--port", str(port)
        )
    assert (code, out) == (2, "")
    assert err == (
        f"Cannot listen on 127.0.0.1:{port}: Address already in use. Choose another"
        " --host or --port.\n"
    )
    assert not data.exists()


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """The version is the package's."""
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    assert capsys.readouterr().out.strip() == __version__
