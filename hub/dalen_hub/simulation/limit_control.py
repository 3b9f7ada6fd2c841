"""The limit interface of a simulated heat pump: settings that clients write."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
import math

# A soft limit of the Luxtronik gives way when the heating falls behind.
_SOFT_LIMIT_GIVES_WAY_K = 0.5


@dataclass(slots=True, kw_only=True)
class LimitControl:
    """Settings by name, and the limit in watts that follows from them.

    ``wall`` counts real seconds: the watchdog guards the link to a client, and
    that client lives in real time however fast the physics runs.
    """

    settings: dict[str, float]
    wall: Callable[[], float]
    soft_enable: int | None = None
    _written_s: float = field(init=False)

    def __post_init__(self) -> None:
        """Start the watchdog."""
        self._written_s = self.wall()

    def write(self, changes: Mapping[str, float]) -> None:
        """Take over what a client wrote; also an equal value feeds the watchdog."""
        self.settings.update(changes)
        self._written_s = self.wall()

    def limit_w(self, too_cold_k: float) -> float:
        """Return the limit in force, infinite where there is none."""
        self._lapse()
        if self.settings.get("lock"):
            return 0.0
        enable = self.settings["enable"]
        soft = self.soft_enable is not None and enable == self.soft_enable
        if not enable or (soft and too_cold_k > _SOFT_LIMIT_GIVES_WAY_K):
            return math.inf
        return self.settings["limit"]

    def _lapse(self) -> None:
        """Switch the limit off when its client has been silent for too long."""
        watchdog_s = self.settings.get("watchdog", 0.0)
        if watchdog_s and self.wall() - self._written_s >= watchdog_s:
            self.settings["enable"] = 0.0
