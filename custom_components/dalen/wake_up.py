"""One moment at which to look again."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time


class WakeUp:
    """Call an action at the last moment that was set, until it is stopped for good."""

    def __init__(
        self, hass: HomeAssistant, action: Callable[[], Awaitable[None]]
    ) -> None:
        """Start without a moment."""
        self._hass = hass
        self._action = action
        self._cancel: CALLBACK_TYPE | None = None
        self._is_stopped = False

    @callback
    def set(self, moment: datetime | None) -> None:
        """Wake at this moment and no longer at another; None is not at all."""
        self._forget()
        if moment is not None and not self._is_stopped:
            self._cancel = async_track_point_in_utc_time(
                self._hass, self._async_wake, moment
            )

    @callback
    def stop(self) -> None:
        """Wake no more, whatever is set afterwards."""
        self._is_stopped = True
        self._forget()

    @callback
    def _forget(self) -> None:
        """Take back the moment that was set."""
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    async def _async_wake(self, _: datetime) -> None:
        """Do what was asked for."""
        self._cancel = None
        await self._action()
