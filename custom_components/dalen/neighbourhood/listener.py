"""Hear from a hub at once that something changed."""

import asyncio
from collections.abc import Awaitable, Callable
import random
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..const import LOGGER
from ..openadr.client import OpenAdrClient
from ..openadr.errors import AuthenticationFailedError, ProblemError
from ..openadr.nudge import nudges

MAX_RECONNECT_S: Final = 300.0


class NudgeListener:
    """Ask for a poll at every nudge. Without nudges polling alone does the work."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        client: OpenAdrClient,
        url: str | None,
        poll: Callable[[], Awaitable[None]],
    ) -> None:
        """Keep where the nudges are; listen to nothing yet."""
        self._hass = hass
        self._entry = entry
        self._client = client
        self._url = url
        self._poll = poll
        self._task: asyncio.Task[None] | None = None

    @callback
    def async_listen(self) -> None:
        """Start to listen, unless that runs or the VTN has no nudges."""
        if self._url is None or (self._task is not None and not self._task.done()):
            return
        self._task = self._entry.async_create_background_task(
            self._hass, self._async_follow(self._url), "nudges of the hub"
        )

    async def _async_follow(self, url: str) -> None:
        """Poll at every nudge; a poll that succeeds starts this again."""
        try:
            async for _ in nudges(
                self._client,
                url,
                clock=dt_util.utcnow,
                reconnect_delay_s=_reconnect_delay_s,
            ):
                await self._poll()
        except AuthenticationFailedError as err:
            LOGGER.debug("No nudges: %s", err)
        except ProblemError as err:
            LOGGER.debug("The hub has no nudges: %s", err)
            self._url = None


def _reconnect_delay_s(failures: int) -> float:
    """Return how long to wait before listening again: longer, and never together."""
    return random.uniform(0.5, 1.0) * min(2.0**failures, MAX_RECONNECT_S)
