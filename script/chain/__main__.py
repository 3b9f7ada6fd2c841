"""script/demo: start the chain, show it, and with --check prove it."""

import argparse
import asyncio
from contextlib import suppress
from pathlib import Path
import shutil
import signal
import sys
import tempfile
import time

import aiohttp

from .chain import Chain, Ports
from .home_assistant import PASSWORD, USERNAME
from .processes import ChainError, Processes, free_port
from .proof import prove, prove_release
from .story import HEADING, say

ROOT = Path(__file__).resolve().parents[2]
CHECK_WITHIN_S = 170.0


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="script/demo", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="prove the chain unattended, then stop"
    )
    parser.add_argument(
        "--language", choices=("en", "nl"), default="en", help="of Home Assistant"
    )
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="keep all data and logs in DIR"
    )
    return parser.parse_args()


def choose_ports(check: bool) -> Ports:
    """Return the usual ports, or any that are free for an unattended check."""
    usual = (0, 0, 0) if check else (5020, 8080, 8123)
    heat_pump, hub, home_assistant = map(free_port, usual)
    return Ports(heat_pump=heat_pump, hub=hub, home_assistant=home_assistant)


def welcome(chain: Chain) -> None:
    """Print where to look, and how to get in."""
    say()
    say(f"   Hub              {chain.hub.url}")
    say(f"   Home Assistant   {chain.home_assistant.url}/dalen-demo")
    say(f"   Login            {USERNAME} / {PASSWORD}")
    say(f"   Data and logs    {chain.folder}")
    say()


async def watch(chain: Chain) -> None:
    """Show the chain until Ctrl-C."""
    say("   Ctrl-C stops everything.")
    say()
    say(HEADING)
    while True:
        chain.processes.check_alive()
        say((await chain.moment()).line())
        await asyncio.sleep(5)


async def run(options: argparse.Namespace, folder: Path) -> None:
    """Start the chain and show or prove it."""
    began = time.monotonic()
    async with aiohttp.ClientSession() as session, Processes(folder) as processes:
        chain = Chain(ROOT, folder, processes, choose_ports(options.check))
        await chain.start(session, options.language)
        welcome(chain)
        await chain.wait_for_work()
        await chain.evening_falls()
        if options.check:
            async with asyncio.timeout(CHECK_WITHIN_S - (time.monotonic() - began)):
                await prove(chain)
                await prove_release(chain)
            say(f"All is well, in {time.monotonic() - began:.0f} s.")
        else:
            await watch(chain)


def make_folder(keep: Path | None) -> Path:
    """Return an empty folder for the data of this run."""
    if keep is None:
        return Path(tempfile.mkdtemp(prefix="dalen-demo-"))
    if keep.exists() and any(keep.iterdir()):
        raise ChainError(f"{keep} is not empty. Name a new folder.")
    keep.mkdir(parents=True, exist_ok=True)
    return keep.resolve()


async def main() -> int:
    """Run until done or stopped, and clean up in any case."""
    options = arguments()
    task = asyncio.current_task()
    assert task is not None
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, task.cancel)
    failed = True
    folder: Path | None = None
    try:
        folder = make_folder(options.keep)
        await run(options, folder)
        failed = False
    except asyncio.CancelledError:
        failed = options.check
        say("\nStopped. The heat pump is released.")
    except ChainError as err:
        say(f"\nThe demo failed: {err}")
    except TimeoutError:
        say("\nThe demo failed: it took too long.")
    if failed and folder is not None:
        say(f"Logs are in {folder}.")
    elif folder is not None and options.keep is None:
        shutil.rmtree(folder, ignore_errors=True)
    return int(failed)


with suppress(KeyboardInterrupt):
    sys.exit(asyncio.run(main()))
