"""`dalen-hub serve`: one process, one port, until it is told to stop."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
import errno
import os
from pathlib import Path
import signal
import socket

from aiohttp import web

from dalen_hub.app import create_app, utc_now
from dalen_hub.config import HubConfig, load_config
from dalen_hub.errors import HubError
from dalen_hub.serving import Serving, check_same_kind, write_serving
from dalen_hub.store.database import open_database

# Answers that are on their way get this long when the hub stops.
_SHUTDOWN_S = 1.0


async def serve(
    *,
    config_path: Path | None,
    data_dir: Path,
    host: str,
    port: int,
    say: Callable[[str], None],
    insecure_webhooks: bool = False,
) -> None:
    """Serve the hub until SIGINT or SIGTERM; ``config_path`` None is the demo.

    ``port`` 0 takes a free one. Raises ``HubError``, ``ConfigError`` or
    ``StoreError`` with what to do.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    with listen(host, port) as listener:
        url = url_of(host, listener.getsockname()[1])
        config = _config(config_path, url)
        check_same_kind(data_dir, demo=config_path is None)
        async with running(
            config, data_dir, listener, insecure_webhooks=insecure_webhooks
        ) as app:
            write_serving(data_dir, Serving.of(config, demo=config_path is None))
            say(f"Dalen hub {config.name!r} listens on {url}")
            if config_path is None:
                await _run_demo(app, stop)
            else:
                await stop.wait()
            say("Dalen hub stops")


def _config(config_path: Path | None, url: str) -> HubConfig:
    """Return the configuration of a file, or that of the demo."""
    if config_path is not None:
        return load_config(config_path)
    # Only the demo needs the simulation.
    from dalen_hub.demo_config import demo_config  # noqa: PLC0415

    return demo_config(url, utc_now())


@asynccontextmanager
async def running(
    config: HubConfig,
    data_dir: Path,
    listener: socket.socket,
    *,
    insecure_webhooks: bool = False,
) -> AsyncIterator[web.Application]:
    """Run the hub on a listening socket, and stop all of it in order at the end."""
    engine = await open_database(data_dir)
    try:
        app = create_app(
            config, engine, data_dir=data_dir, insecure_webhooks=insecure_webhooks
        )
        runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=_SHUTDOWN_S, handle_signals=False
        )
        await runner.setup()
        try:
            await web.SockSite(runner, listener).start()
            yield app
        finally:
            await runner.cleanup()
    finally:
        await engine.dispose()


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; raise ``HubError`` where that is not possible."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as err:
        # A failed bind says more than is wanted, a failed look-up has no errno.
        known = err.errno in errno.errorcode
        reason = os.strerror(err.errno or 0) if known else err.strerror
        raise HubError(
            f"Cannot listen on {host}:{port}: {reason}. Choose another --host or --port."
        ) from err


def url_of(host: str, port: int) -> str:
    """Return the address of the hub on this machine or network."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://{f'[{reachable}]' if ':' in reachable else reachable}:{port}"


async def _run_demo(app: web.Application, stop: asyncio.Event) -> None:
    """Run the simulated neighbourhood until it ends or the hub must stop."""
    # Only the demo needs the simulation.
    from dalen_hub.simulation.demo import run_demo  # noqa: PLC0415

    demo = asyncio.create_task(run_demo(app), name="demo")
    stopped = asyncio.create_task(stop.wait(), name="stop")
    await asyncio.wait({demo, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not demo.done():
        demo.cancel()
    await asyncio.wait({demo})
    if not demo.cancelled():
        demo.result()
        await stop.wait()
