"""Energy counters that only rise, whatever the device says now and then."""

from dataclasses import dataclass, field

CONFIRMATIONS = 3
"""How many readings in a row make a drop or a leap true."""

_LEAP_KWH = 100.0
"""More than any heat pump of a house takes or gives between two readings."""


@dataclass(slots=True)
class EnergyCounter:
    """One counter in kWh, as a statistic of Home Assistant needs it."""

    known: float | None = None
    confirmations: int = CONFIRMATIONS
    _doubted: float | None = field(default=None, init=False)
    _times: int = field(default=0, init=False)

    def take(self, value: float | None) -> float | None:
        """Return the value to trust: a lower or far higher one only when it stays.

        A device can answer 0 while it starts, or one word of an older value.
        """
        if value is None:
            return None
        if self.known is None or 0 <= value - self.known <= _LEAP_KWH:
            return self._accept(value)
        if self._doubted is None or abs(value - self._doubted) > _LEAP_KWH:
            self._times = 0
        self._doubted = value
        self._times += 1
        return self._accept(value) if self._times >= self.confirmations else self.known

    def _accept(self, value: float) -> float:
        """Trust a value."""
        self.known = value
        self._doubted, self._times = None, 0
        return value
