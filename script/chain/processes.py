"""Child processes of the demo: started in order, stopped in reverse."""

import asyncio
from asyncio.subprocess import Process
from contextlib import suppress
import os
from pathlib import Path
import signal
import socket
from typing import Self

STOP_WITHIN_S = 20.0


class ChainError(Exception):
    """A part of the chain did not do what it should. The text is for people."""


def free_port(preferred: int) -> int:
    """Return the preferred TCP port of this machine, or a free one."""
    for port in (preferred, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            chosen: int = probe.getsockname()[1]
            return chosen
    raise ChainError("This machine has no free TCP port on 127.0.0.1.")


class Processes:
    """Owns the children. Leaving the context stops them, the last one first."""

    def __init__(self, log_dir: Path) -> None:
        """Keep what each child prints in a file of its own below log_dir."""
        self._log_dir = log_dir
        self._running: list[tuple[str, Process]] = []

    async def __aenter__(self) -> Self:
        """Return the owner."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop all children."""
        while self._running:
            await self.stop(self._running[-1][0])

    async def start(self, name: str, *argv: str | Path, **environment: str) -> None:
        """Start a child. Its output goes to <name>.log."""
        with self.log(name).open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *map(str, argv),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=os.environ | environment,
                # Ctrl-C in the terminal must reach the demo alone: it stops the
                # children in order.
                start_new_session=True,
            )
        self._running.append((name, process))

    def log(self, name: str) -> Path:
        """Return the file with a child's output."""
        return self._log_dir / f"{name}.log"

    def process_id(self, name: str) -> int:
        """Return the operating system's number of a running child."""
        return next(child.pid for key, child in self._running if key == name)

    def check_alive(self) -> None:
        """Raise ChainError when a child ended by itself."""
        for name, process in self._running:
            if process.returncode is not None:
                tail = self.log(name).read_text(errors="replace").splitlines()[-15:]
                raise ChainError(
                    f"{name} stopped with code {process.returncode}. Its last words:\n"
                    + "\n".join(f"    {line}" for line in tail)
                )

    async def stop(self, name: str) -> None:
        """End one child politely; kill it when it does not listen."""
        process = next(child for key, child in self._running if key == name)
        self._running = [pair for pair in self._running if pair[0] != name]
        if process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_WITHIN_S)
        except TimeoutError:
            process.kill()
            await process.wait()
