"""What Dalen adds to Home Assistant's start and memory.

    python benchmarks/home_start.py [--runs 3]

Starts a real Home Assistant with a heat pump on Modbus TCP and a hub it joined, as
the demo does. Then restarts it with Dalen on and off in turns, and prints for each:
seconds until Home Assistant runs, the processor's seconds until then (which a busy
machine does not change), and resident memory after it settled. The difference of the
medians is what Dalen adds, Home Assistant's own Modbus integration and its libraries
included.
"""

import argparse
import asyncio
from collections.abc import Callable
from dataclasses import dataclass
import os
from pathlib import Path
from statistics import median
import sys
import tempfile
from time import monotonic

import aiohttp

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from script.chain.chain import HOME_ASSISTANT, Chain, Ports  # noqa: E402
from script.chain.processes import Processes, free_port  # noqa: E402

START_GOAL_S = 1.0
MEMORY_GOAL_MB = 15.0
# Home Assistant goes on loading after it says that it runs.
SETTLE_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One start: seconds until it ran, processor seconds until then, memory."""

    running_s: float
    processor_s: float
    memory_mb: float


async def measure(chain: Chain) -> Start:
    """Start Home Assistant as it is configured now, and stop it again."""
    began = monotonic()
    await chain.launch_home_assistant()
    await chain.until("Home Assistant runs", 120, lambda: _runs(chain))
    running_s = monotonic() - began
    process_id = chain.processes.process_id(HOME_ASSISTANT)
    processor_s = used_s(process_id)
    await asyncio.sleep(SETTLE_S)
    memory_mb = resident_mb(process_id)
    await chain.processes.stop(HOME_ASSISTANT)
    return Start(running_s=running_s, processor_s=processor_s, memory_mb=memory_mb)


def used_s(process_id: int) -> float:
    """Return the processor's seconds that a process has used."""
    stat = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8")
    # proc(5): fields 14 and 15, counted after the name in brackets, which is 2.
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def resident_mb(process_id: int) -> float:
    """Return the resident memory of a process, in MB."""
    status = Path(f"/proc/{process_id}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024 / 1e6


async def _runs(chain: Chain) -> bool:
    if not await chain.home_assistant.answers():
        return False
    config = await chain.home_assistant.command({"type": "get_config"})
    return bool(config["state"] == "RUNNING")


async def switch(chain: Chain, entry_id: str, *, on: bool) -> None:
    """Turn Dalen on or off for the next start."""
    await chain.launch_home_assistant()
    await chain.until("Home Assistant runs", 120, lambda: _runs(chain))
    await chain.home_assistant.command(
        {
            "type": "config_entries/disable",
            "entry_id": entry_id,
            "disabled_by": None if on else "user",
        }
    )
    await chain.processes.stop(HOME_ASSISTANT)


async def compare(runs: int) -> tuple[list[Start], list[Start]]:
    """Return the starts with and without Dalen."""
    starts: dict[bool, list[Start]] = {True: [], False: []}
    with tempfile.TemporaryDirectory(prefix="dalen-start-") as folder:
        async with (
            aiohttp.ClientSession() as session,
            Processes(Path(folder)) as processes,
        ):
            ports = Ports(
                heat_pump=free_port(0), hub=free_port(0), home_assistant=free_port(0)
            )
            chain = Chain(ROOT, Path(folder), processes, ports)
            await chain.start(session, "en")
            await chain.wait_for_work()
            entry_id = await chain.home_assistant.entry_id()
            await chain.processes.stop(HOME_ASSISTANT)
            for _ in range(runs):
                for on in (True, False):
                    await switch(chain, entry_id, on=on)
                    starts[on].append(await measure(chain))
    return starts[True], starts[False]


def show(title: str, starts: list[Start]) -> None:
    """Print the medians of some starts."""
    print(
        f"{title:<16}{_median(starts, lambda start: start.running_s):>12.2f}"
        f"{_median(starts, lambda start: start.processor_s):>16.2f}"
        f"{_median(starts, lambda start: start.memory_mb):>14.1f}"
    )


def _median(starts: list[Start], value: Callable[[Start], float]) -> float:
    return median(value(start) for start in starts)


def main() -> int:
    """Measure, print, and return 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    on, off = asyncio.run(compare(parser.parse_args().runs))
    print(f"\n{'':<16}{'running, s':>12}{'processor, s':>16}{'memory, MB':>14}")
    show("with Dalen", on)
    show("without Dalen", off)
    added_s = _added(on, off, lambda start: start.processor_s)
    added_mb = _added(on, off, lambda start: start.memory_mb)
    print(
        f"Dalen adds {added_s:.2f} s of work to the start (goal {START_GOAL_S}) and"
        f" {added_mb:.1f} MB (goal {MEMORY_GOAL_MB})."
    )
    return int(added_s >= START_GOAL_S or added_mb >= MEMORY_GOAL_MB)


def _added(on: list[Start], off: list[Start], value: Callable[[Start], float]) -> float:
    return _median(on, value) - _median(off, value)


if __name__ == "__main__":
    sys.exit(main())
