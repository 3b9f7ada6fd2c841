"""What every kind of heat pump offers to the rest of Dalen."""

from datetime import datetime
from typing import Protocol

from .model import HeatPumpIdentity, HeatPumpState, LimitCapability


class HeatPumpAdapter(Protocol):
    """One heat pump that can be read and, mostly, limited.

    Every method that talks to the device raises HeatPumpUnreachableError when
    it does not answer.
    """

    @property
    def capability(self) -> LimitCapability:
        """Return how it can be limited; more exact after the first reading."""

    async def read(self, now: datetime) -> HeatPumpState:
        """Read the state. Raises ImplausibleReadingError when it is nonsense."""

    async def identity(self) -> HeatPumpIdentity:
        """Return the serial number and firmware, as far as the device has them."""

    async def set_limit(self, limit_w: float | None) -> float | None:
        """Limit the electric power, or release the heat pump with None.

        Writes only what differs from the device. Returns the watts as applied,
        rounded down. Raises LimitNotAcceptedError when the device has other
        values afterwards, ValueError for a limit that is not finite.
        """

    def refresh_due(self, now: datetime) -> bool:
        """Tell if the limit has to be written again to keep it alive."""

    async def refresh(self) -> None:
        """Write the limit again, for a device that would drop it otherwise."""
