"""The books of one heat pump in a house with its own prices and switches."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from .const import LOGGER
from .device_counters import DeviceCounters
from .economy import Account, CheapestHeatSettings, Comparison, Entry
from .heat_pump.model import HeatPumpState
from .limits import Decision, Limit
from .own_value import OwnValue

STORED: Final = "account"
"""The key of the books in the stored section of a heat pump."""

COUNTED: Final = "counters"

STORE_EVERY: Final = timedelta(minutes=15)
"""So much of the books is lost when the power fails; a memory card lasts longer."""


class HeatPumpEconomy:
    """Enter readings, and say what the cheapest heat asks for."""

    def __init__(
        self,
        name: str,
        own: OwnValue,
        nameplate_w: float,
        stored: Mapping[str, Any],
    ) -> None:
        """Take over the stored books."""
        prices = own.settings.prices
        self.account = Account(
            nameplate_w,
            CheapestHeatSettings(
                prices=prices.prices,
                hysteresis=prices.hysteresis,
                min_time=prices.min_time,
            ),
        )
        self.comparison: Comparison | None = None
        self._own = own
        self.counters = DeviceCounters()
        for complaint in self._restore(stored.get(STORED)):
            LOGGER.warning("%s: %s", name, complaint)
        self._section = self.books()
        self._stored_at: datetime | None = None

    def note(
        self, state: HeatPumpState, decision: Decision, *, is_normal: bool
    ) -> None:
        """Enter a reading under the decision that held until now.

        A heat pump that is kept off for a while is limited too.
        """
        self.counters.note(state)
        self.account.note(
            Entry(
                time=state.time,
                electric_w=state.electric_w,
                thermal_w=state.thermal_w,
                outdoor_c=state.outdoor_c,
                cop=state.cop,
                is_limited=decision.target.limit_w is not None,
                is_normal=is_normal,
            )
        )

    def limits(self, now: datetime) -> list[Limit]:
        """Return what the cheapest heat asks; nothing while it is switched off."""
        energy = self._own.energy.at(now)
        self.comparison, limits = self.account.compare(energy.prices, energy.slots, now)
        return limits if self._own.price_mode_enabled else []

    def section(self, now: datetime) -> dict[str, Any]:
        """Return the books to store, as they were some minutes ago at most."""
        if self._stored_at is None:
            self._stored_at = now
        if abs(now - self._stored_at) >= STORE_EVERY:
            self.close(now)
        return self._section

    def close(self, now: datetime) -> None:
        """Bring the books to store up to now."""
        self._section = self.books()
        self._stored_at = now

    def books(self) -> dict[str, Any]:
        """Return the books of now as JSON can hold them."""
        return self.account.as_dict() | {COUNTED: self.counters.as_dict()}

    def _restore(self, data: Any) -> list[str]:
        """Take over stored books; return what is wrong with them."""
        complaints = self.account.restore(data)
        try:
            if isinstance(data, Mapping) and COUNTED in data:
                self.counters.restore(data[COUNTED])
        except ValueError as err:
            complaints.append(str(err))
        return complaints
