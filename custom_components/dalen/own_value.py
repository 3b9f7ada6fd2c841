"""What the house does for itself, with no hub: schedule, prices and its room."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from .energy_prices import EnergyPrices
from .heat_pump.model import HeatPumpState
from .limits import Schedule
from .own_settings import OwnSettings
from .room import read_room
from .storage import HOUSE, HouseStore

SCHEDULE_ON: Final = "schedule_on"
PRICE_MODE_ON: Final = "price_mode_on"


class OwnValue:
    """The own settings of the house, and which of them are switched on.

    Switches are on until the resident turns them off; that is kept over a restart.
    """

    def __init__(
        self, hass: HomeAssistant, settings: OwnSettings, store: HouseStore
    ) -> None:
        """Take over how the switches stood."""
        self._hass = hass
        self.settings = settings
        self._store = store
        self.energy = EnergyPrices(hass, settings.prices)
        self._listeners: list[Callable[[], None]] = []

    @property
    def has_schedule(self) -> bool:
        """Tell if the week has blocks."""
        return bool(self.settings.schedule.blocks)

    @property
    def has_price_mode(self) -> bool:
        """Tell if the house chooses the cheapest heat."""
        return self.settings.prices.steer

    @property
    def schedule_enabled(self) -> bool:
        """Tell if the schedule limits the heat pumps."""
        return self.has_schedule and self._is_on(SCHEDULE_ON)

    @property
    def price_mode_enabled(self) -> bool:
        """Tell if the boiler heats while it is cheaper."""
        return self.has_price_mode and self._is_on(PRICE_MODE_ON)

    @property
    def schedule(self) -> Schedule:
        """Return the blocks that hold."""
        return self.settings.schedule if self.schedule_enabled else Schedule()

    def with_room(self, state: HeatPumpState) -> HeatPumpState:
        """Return a reading with the room that the resident chose, if any."""
        entities = self.settings.room
        if not entities.has_room:
            return state
        room_c, set_c = read_room(self._hass, entities, state.time)
        if not entities.has_set_point:
            set_c = state.room_set_c
        return replace(state, room_c=room_c, room_set_c=set_c)

    @callback
    def async_switch(self, key: str, is_on: bool) -> None:
        """Turn the schedule or the cheapest heat on or off, and keep it."""
        self._store.async_update(HOUSE, **{key: is_on})
        for listener in tuple(self._listeners):
            listener()

    @callback
    def async_add_listener(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call this after each switch; return how to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _is_on(self, key: str) -> bool:
        """Return how a switch stands."""
        return self._store.section(HOUSE).get(key) is not False
