"""What the counters of a device show, kept over a restart.

A device can answer 0 while it starts. After a restart of Home Assistant nobody would
know better, and the energy dashboard would count its whole life again.
"""

from typing import Any, Final

from .heat_pump.energy_counter import EnergyCounter
from .heat_pump.model import HeatPumpState
from .limits import stored

COUNTERS: Final = ("electric_energy_kwh", "thermal_energy_kwh", "gas_m3")
"""The counters, by field of the state."""

CONFIRMATIONS: Final = 30
"""Five minutes of readings: a device that starts is done by then."""


class DeviceCounters:
    """Believe a counter as far as it goes on from what it was."""

    def __init__(self) -> None:
        """Start knowing nothing."""
        self._counters = {
            name: EnergyCounter(confirmations=CONFIRMATIONS) for name in COUNTERS
        }

    def __getitem__(self, name: str) -> float | None:
        """Return what a counter shows; None until it showed anything."""
        return self._counters[name].known

    def note(self, state: HeatPumpState) -> None:
        """Take in a reading."""
        for name, counter in self._counters.items():
            counter.take(getattr(state, name))

    def as_dict(self) -> dict[str, Any]:
        """Return what is known as JSON can hold it."""
        return {name: counter.known for name, counter in self._counters.items()}

    def restore(self, data: object) -> None:
        """Take over what `as_dict` wrote. Raises ValueError when it is not that."""
        with stored.reading("counters"):
            shown = stored.section(data)
            known = {
                name: None if shown[name] is None else stored.number(shown[name])
                for name in COUNTERS
            }
        for name, counter in self._counters.items():
            counter.known = known[name]
