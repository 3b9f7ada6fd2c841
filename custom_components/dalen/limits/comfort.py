"""Whether the room is too cold to limit the heat pump."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from . import stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Comfort:
    """How cold is too cold. Owned by the house.

    Raises ValueError when it would never come back or never begin.
    """

    drop_k: float = 1.0
    """So far below the set point is too cold, when it lasts."""

    back_k: float = 0.5
    """So close to the set point the room has to come back."""

    after: timedelta = timedelta(minutes=30)
    minimum_c: float = 17.0
    """Below this it is too cold at once, whatever the set point."""

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        if not 0 <= self.back_k < self.drop_k:
            raise ValueError(
                f"back_k {self.back_k} must be from 0 to below drop_k {self.drop_k}"
            )
        if not timedelta() <= self.after <= timedelta(hours=2):
            raise ValueError(f"after {self.after} must be from 0 to 2 hours")


class ComfortGuard:
    """Follow the room; time is counted in steps, so that a clock may jump."""

    def __init__(self, comfort: Comfort) -> None:
        """Start with a room that is warm enough."""
        self._comfort = comfort
        self.is_too_cold = False
        self.cold_for = timedelta()
        self._was_below = False

    @property
    def due_in(self) -> timedelta | None:
        """Return in how long it is too cold if nothing changes; None for never."""
        if self.is_too_cold or not self._was_below:
            return None
        return max(self._comfort.after - self.cold_for, timedelta())

    def note(self, room_c: float, set_c: float | None, step: timedelta) -> None:
        """Take in a room temperature that came so long after the one before.

        Between 1 K and 0.5 K below the set point the time stands still: a
        thermometer that wavers does not begin it anew.
        """
        is_below = set_c is not None and room_c < set_c - self._comfort.drop_k
        if is_below and self._was_below:
            self.cold_for += step
        self._was_below = is_below
        if self._is_back(room_c, set_c):
            self.cold_for = timedelta()
            self.is_too_cold = False
        if self.cold_for >= self._comfort.after and is_below:
            self.is_too_cold = True
        if room_c < self._comfort.minimum_c:
            self.is_too_cold = True

    def as_dict(self) -> dict[str, Any]:
        """Return the state as JSON can hold it."""
        return {
            "is_too_cold": self.is_too_cold,
            "cold_for_s": stored.ceil_s(self.cold_for),
            "was_below": self._was_below,
        }

    def restore(self, data: Mapping[str, Any]) -> None:
        """Take over what `as_dict` wrote. Raises ValueError when it is not that."""
        with stored.reading("comfort"):
            data = stored.section(data)
            is_too_cold = stored.flag(data["is_too_cold"])
            cold_for = stored.duration(data["cold_for_s"])
            self._was_below = stored.flag(data["was_below"])
            self.is_too_cold, self.cold_for = is_too_cold, cold_for

    def _is_back(self, room_c: float, set_c: float | None) -> bool:
        """Tell if the room is warm enough again."""
        comfort = self._comfort
        is_near = set_c is None or room_c >= set_c - comfort.back_k
        return is_near and room_c >= comfort.minimum_c + comfort.back_k
