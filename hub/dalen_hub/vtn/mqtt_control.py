"""Speak to Mosquitto's dynamic security: one round of commands at a time."""

import asyncio
from collections.abc import Sequence
import json
from typing import Any

from aiomqtt import Client

from dalen_hub.vtn.mqtt_access import CONTROL, Command

_TIMEOUT_S = 5.0


class BrokerRefusedError(Exception):
    """The broker did not do what the hub needs."""


class Control:
    """Sends commands over a connection, and finds the responses to them."""

    def __init__(self) -> None:
        """Begin without a connection."""
        self._client: Client | None = None
        self._lock = asyncio.Lock()
        self._response: asyncio.Future[list[Command]] | None = None

    @property
    def connected(self) -> bool:
        """Tell whether there is a broker to speak to."""
        return self._client is not None

    def use(self, client: Client | None) -> None:
        """Speak over another connection, or over none."""
        self._client = client
        if self._response is not None and not self._response.done():
            self._response.set_exception(BrokerRefusedError("the connection ended"))

    async def run(self, commands: Sequence[Command]) -> list[Command]:
        """Send commands; return a response for each.

        Raises BrokerRefusedError when the broker does not answer.
        """
        async with self._lock:
            if self._client is None:
                raise BrokerRefusedError("there is no connection")
            self._response = asyncio.get_running_loop().create_future()
            try:
                # A command may end this very connection before it is acknowledged.
                await self._client.publish(
                    CONTROL, json.dumps({"commands": list(commands)}), qos=0
                )
                async with asyncio.timeout(_TIMEOUT_S):
                    return await self._response
            except TimeoutError as error:
                raise BrokerRefusedError(
                    "it does not answer; is dynamic security on, and its user an"
                    " administrator of it?"
                ) from error
            finally:
                waited_for, self._response = self._response, None
                if waited_for.done():
                    # It may have failed before anybody waited for it.
                    waited_for.exception()

    def hear(self, payload: bytes) -> None:
        """Take in what the broker responds."""
        waiting = self._response
        if waiting is not None and not waiting.done():
            waiting.set_result(_responses(payload))


def _responses(payload: bytes) -> list[Any]:
    """Return the responses in a message."""
    body = json.loads(payload)
    found = body.get("responses") if isinstance(body, dict) else None
    return found if isinstance(found, list) else []
