"""The MQTT notifier: publishes changes, and keeps the broker's doors.

A notification over MQTT can be lost; a poll tells all the same.
"""

import asyncio
from collections.abc import AsyncGenerator
import contextlib
from datetime import datetime
import logging
import ssl

from aiohttp import web
from aiomqtt import Client, MqttError
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.appkeys import CLOCK, ENGINE, MQTT, PRINCIPALS, Clock
from dalen_hub.store.times import to_epoch
from dalen_hub.vtn.mqtt_access import (
    RESPONSE,
    Admitted,
    let_in,
    let_publish,
    list_all,
    look_at,
    publishes,
    send_away,
    set_up,
)
from dalen_hub.vtn.mqtt_control import BrokerRefusedError, Control
from dalen_hub.vtn.mqtt_queue import MQTT_OPTION, forget, forget_old, take_due
from dalen_hub.vtn.mqtt_settings import MqttSettings
from dalen_hub.vtn.principal import Role
from dalen_hub.vtn.principals import Principals

_LOGGER = logging.getLogger(__name__)

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 60.0
_LOOK_EVERY_S = 1.0
_CHECK_EVERY_S = 20.0


class Broker:
    """The hub's end of a broker."""

    def __init__(
        self,
        settings: MqttSettings,
        engine: AsyncEngine,
        principals: Principals,
        clock: Clock,
    ) -> None:
        """Begin without a connection."""
        self.settings = settings
        self._engine, self._principals, self._clock = engine, principals, clock
        self._control = Control()
        self._admitted: dict[str, Admitted] = {}
        self._trouble = ""
        self._pause_s = _FIRST_PAUSE_S

    async def admit(self, client: Admitted) -> bool:
        """Let a client in with its token; tell whether it can come in now."""
        if not self._control.connected:
            return False
        if self._admitted.get(client.client_id) == client:
            return True
        try:
            responses = await self._control.run(let_in(client))
        except (BrokerRefusedError, MqttError) as error:
            self._complain(str(error))
            return False
        self._admitted[client.client_id] = client
        return "error" not in responses[-1]

    async def run(self) -> None:
        """Keep a connection to the broker for ever."""
        while True:
            try:
                await self._session()
            except (BrokerRefusedError, MqttError, OSError) as error:
                self._complain(str(error))
            await asyncio.sleep(self._pause_s)
            self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)

    async def _session(self) -> None:
        """Connect, put the doors in order, and publish until something breaks."""
        async with await self._client() as client:
            await client.subscribe(RESPONSE, qos=1)
            hearing = asyncio.create_task(self._hear(client), name="mqtt responses")
            self._control.use(client)
            hearing.add_done_callback(lambda _: self._control.use(None))
            try:
                await self._set_up()
                self._trouble, self._pause_s = "", _FIRST_PAUSE_S
                _LOGGER.info("Publishes over MQTT at %s", self.settings.public_uri)
                await self._publish(client, hearing)
            finally:
                self._control.use(None)
                hearing.cancel()
                await asyncio.wait([hearing])

    async def _client(self) -> Client:
        """Return a client that is not connected yet."""
        settings = self.settings
        password = await asyncio.to_thread(settings.password_file.read_text, "utf-8")
        return Client(
            settings.host,
            settings.port,
            username=settings.username,
            password=password.strip(),
            tls_context=ssl.create_default_context() if settings.tls else None,
        )

    async def _hear(self, client: Client) -> None:
        """Take in the responses of the broker until the connection ends."""
        async for message in client.messages:
            if isinstance(message.payload, bytes):
                self._control.hear(message.payload)

    async def _set_up(self) -> None:
        """Close the broker, and learn whom it lets in from before the hub started."""
        username = self.settings.username
        await self._control.run(set_up())
        own, everybody = await self._control.run([look_at(username), list_all()])
        if not publishes(own):
            await self._control.run([let_publish(username)])
        listed = everybody.get("data", {}).get("clients", ())
        known = {
            client.client_id: client for item in listed if (client := Admitted.of(item))
        }
        self._admitted = {**known, **self._admitted}

    async def _publish(self, client: Client, hearing: asyncio.Task[None]) -> None:
        """Publish what is due, and look after the doors now and then."""
        checked_at = -_CHECK_EVERY_S
        loop = asyncio.get_running_loop()
        while not hearing.done():
            if loop.time() - checked_at >= _CHECK_EVERY_S:
                checked_at = loop.time()
                await self.check()
            for item in (due := await take_due(self._engine)):
                for topic in item.topics:
                    await client.publish(topic, item.payload, qos=1)
            if due:
                await forget(self._engine, due)
            else:
                await asyncio.sleep(_LOOK_EVERY_S)
        hearing.result()

    async def check(self) -> None:
        """Send those away whose token ended or whose client was revoked."""
        now = self._clock()
        await forget_old(self._engine, now)
        gone = [
            client
            for client in list(self._admitted.values())
            if not await self._holds(client, now)
        ]
        if gone:
            await self._control.run(send_away(gone))
        for client in gone:
            del self._admitted[client.client_id]

    async def _holds(self, client: Admitted, now: datetime) -> bool:
        """Tell whether a client may stay connected."""
        if client.expires_at <= to_epoch(now):
            return False
        current = await self._principals.of_client(self._engine, client.client_id, now)
        return (
            current is not None
            and current.secret_tag == client.secret_tag
            and current.ven_id == client.ven_id
            and (current.role is Role.BL) == (client.ven_id is None)
        )

    def _complain(self, trouble: str) -> None:
        """Say what is wrong with the broker, once."""
        if trouble != self._trouble:
            self._trouble = trouble
            _LOGGER.warning("The MQTT broker cannot be used: %s", trouble)


async def run_broker(app: web.Application) -> AsyncGenerator[None]:
    """Publish over MQTT while the application runs."""
    task = asyncio.create_task(app[MQTT].run(), name="mqtt")
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def add_broker(app: web.Application, settings: MqttSettings) -> None:
    """Let the changes of an application be published."""
    app[ENGINE] = app[ENGINE].execution_options(**{MQTT_OPTION: True})
    app[MQTT] = Broker(settings, app[ENGINE], app[PRINCIPALS], app[CLOCK])
    app.cleanup_ctx.append(run_broker)
