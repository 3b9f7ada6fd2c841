"""`dalen-hub serve`: one process, its listeners, until it is told to stop."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
import signal

from aiohttp import web

from dalen_hub.app import create_app, utc_now
from dalen_hub.config import HubConfig, load_config
from dalen_hub.listeners.capped import CappedSite, room_for_connections
from dalen_hub.listeners.doors import Door, listen, open_doors, url_of
from dalen_hub.listeners.kinds import LISTENERS
from dalen_hub.listeners.settings import ListenAt
from dalen_hub.listeners.tls import renewed
from dalen_hub.serving import Serving, check_same_kind, write_serving
from dalen_hub.store.database import open_database

# Answers that are on their way get this long when the hub stops.
_SHUTDOWN_S = 1.0
# A client that says nothing for this long, or never ends its headers, is cut off.
# Homes poll every minute on the connection that they have.
_IDLE_S = 75.0
# The rest of a body that was refused is read this long, so that the answer arrives.
_LINGER_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the hub listens; port 0 is any free one.

    With a port for the operator or for ingress, the main one serves homes only.
    """

    host: str
    port: int
    operator_port: int | None = None
    ingress_port: int | None = None

    def operator(self, config: HubConfig) -> ListenAt | None:
        """Return where the operator comes in, None for where everybody does."""
        if self.operator_port is None:
            return config.operator_listener
        return ListenAt(host=self.host, port=self.operator_port)

    def ingress(self) -> ListenAt | None:
        """Return where Home Assistant's ingress comes in, None for nowhere."""
        if self.ingress_port is None:
            return None
        return ListenAt(host=self.host, port=self.ingress_port)


async def serve(
    *,
    config_path: Path | None,
    data_dir: Path,
    places: Places,
    say: Callable[[str], None],
    insecure_webhooks: bool = False,
) -> None:
    """Serve the hub until SIGINT or SIGTERM; ``config_path`` None is the demo.

    Raises ``HubError``, ``ConfigError`` or ``StoreError`` with what to do.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    with listen(places.host, places.port) as listener:
        config = _config(config_path, url_of(places.host, listener.getsockname()[1]))
        check_same_kind(data_dir, demo=config_path is None)
        with open_doors(
            config,
            listener,
            operator=places.operator(config),
            ingress=places.ingress(),
        ) as doors:
            async with running(
                config, data_dir, doors, insecure_webhooks=insecure_webhooks
            ) as app:
                write_serving(data_dir, Serving.of(config, demo=config_path is None))
                url = doors[0].url(places.host)
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
    doors: Sequence[Door],
    *,
    insecure_webhooks: bool = False,
) -> AsyncIterator[web.Application]:
    """Run the hub behind its doors, and stop all of it in order at the end."""
    engine = await open_database(data_dir)
    try:
        app = create_app(
            config, engine, data_dir=data_dir, insecure_webhooks=insecure_webhooks
        )
        app[LISTENERS] = {door.port: door.kind for door in doors}
        runner = web.AppRunner(
            app,
            access_log=None,
            shutdown_timeout=_SHUTDOWN_S,
            handle_signals=False,
            keepalive_timeout=_IDLE_S,
            lingering_time=_LINGER_S,
        )
        await runner.setup()
        try:
            most = room_for_connections()
            for door in doors:
                await CappedSite(
                    runner, door.listener, ssl_context=door.context, most=most
                ).start()
            contexts = [door.context for door in doors if door.context is not None]
            async with renewed(config.tls, contexts):
                yield app
        finally:
            await runner.cleanup()
    finally:
        await engine.dispose()


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
