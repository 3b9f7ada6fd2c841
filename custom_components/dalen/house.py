"""The house: its heat pumps, its links with neighbourhoods, and its own settings."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, callback

from .coordinator import HeatPumpCoordinator
from .neighbourhood import NeighbourhoodLink
from .own_value import PRICE_MODE_ON, SCHEDULE_ON, OwnValue
from .storage import HouseStore

type DalenConfigEntry = ConfigEntry[House]


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What runs for the config entry, by the ids of its subentries."""

    heat_pumps: dict[str, HeatPumpCoordinator]
    links: dict[str, NeighbourhoodLink]
    store: HouseStore
    own: OwnValue
    plan: dict[str, Any]
    """What the house was built from, to see if it must be built anew."""

    @property
    def has_schedule(self) -> bool:
        """Tell if the resident made a schedule."""
        return self.own.has_schedule

    @property
    def schedule_enabled(self) -> bool:
        """Tell if the schedule limits the heat pumps."""
        return self.own.schedule_enabled

    @property
    def has_price_mode(self) -> bool:
        """Tell if the resident chose the cheapest heat."""
        return self.own.has_price_mode

    @property
    def price_mode_enabled(self) -> bool:
        """Tell if the boiler heats while it is cheaper."""
        return self.own.price_mode_enabled

    async def async_set_schedule_enabled(self, is_enabled: bool) -> None:
        """Turn the schedule on or off, at once and after a restart."""
        self.own.async_switch(SCHEDULE_ON, is_enabled)
        await self._async_follow_own()

    async def async_set_price_mode_enabled(self, is_enabled: bool) -> None:
        """Turn the cheapest heat on or off, at once and after a restart."""
        self.own.async_switch(PRICE_MODE_ON, is_enabled)
        await self._async_follow_own()

    @callback
    def async_add_listener(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call this when one of the two is turned on or off; return how to stop."""
        return self.own.async_add_listener(listener)

    async def _async_follow_own(self) -> None:
        """Let all heat pumps follow what was switched."""
        pumps = self.heat_pumps.values()
        await asyncio.gather(*(pump.async_follow_own() for pump in pumps))
