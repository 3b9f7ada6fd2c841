"""script/demo: it proves the chain unattended, and Ctrl-C leaves nothing behind.

Each run starts a heat pump, a hub and a real Home Assistant, so there are only two.
"""

from collections.abc import Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import signal
import subprocess
import sys
import time
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
CHECK_WITHIN_S: Final = 180.0
STARTED_WITHIN_S: Final = 90.0
STOP_WITHIN_S: Final = 25.0
# Printed when all three programs run.
_STARTED: Final = "4. "


@contextmanager
def _demo(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run the demo with all temporary files below a folder; end it in any case."""
    process = subprocess.Popen(
        [sys.executable, "-m", "script.chain", *arguments],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A terminal sends Ctrl-C to the demo; here only this test does.
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(STOP_WITHIN_S)


def test_check_proves_the_chain(tmp_path: Path) -> None:
    """The unattended check ends well, in less than 3 minutes."""
    with _demo(tmp_path, "--check") as process:
        said, _ = process.communicate(timeout=CHECK_WITHIN_S)
    assert process.returncode == 0, said
    assert "All is well" in said
    _assert_nothing_left(tmp_path)


def test_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    """Ctrl-C stops all programs in order and removes their data."""
    with _demo(tmp_path) as process:
        said = _read_until(process, _STARTED)
        assert _programs_below(tmp_path), said
        process.send_signal(signal.SIGINT)
        pressed = time.monotonic()
        rest, _ = process.communicate(timeout=STOP_WITHIN_S)
        assert time.monotonic() - pressed < STOP_WITHIN_S
    assert process.returncode == 0, said + rest
    assert "Stopped" in rest
    assert "Traceback" not in rest
    _assert_nothing_left(tmp_path)


def _read_until(process: subprocess.Popen[str], mark: str) -> str:
    """Return what the demo said up to a line that begins with mark."""
    assert process.stdout is not None
    deadline = time.monotonic() + STARTED_WITHIN_S
    said = ""
    for line in process.stdout:
        said += line
        if line.startswith(mark):
            return said
        assert time.monotonic() < deadline, said
    pytest.fail(f"the demo stopped by itself:\n{said}")


def _assert_nothing_left(folder: Path) -> None:
    """Check that neither a program nor a file of the demo is left."""
    assert _programs_below(folder) == []
    assert list(folder.iterdir()) == []


def _programs_below(folder: Path) -> list[str]:
    """Return the command lines of all programs that were started for a folder.

    Every program of the demo has inherited the folder for temporary files.
    """
    mark = f"TMPDIR={folder}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes().split(b"\0")
            command = (process / "cmdline").read_bytes()
        except OSError:
            # It ended meanwhile, or is somebody else's.
            continue
        if mark in environment:
            found.append(command.replace(b"\0", b" ").decode(errors="replace"))
    return found
