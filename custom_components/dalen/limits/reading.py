"""What the limits need to know of one reading of the heat pump and the house."""

from dataclasses import dataclass
from datetime import datetime
import math
from typing import Protocol, Self

_PLAUSIBLE_C = (-50.0, 120.0)
_PLAUSIBLE_W = (-50.0, 100_000.0)


class HeatPumpReading(Protocol):
    """What the state of a heat pump has, seen from here."""

    @property
    def time(self) -> datetime:
        """When it was read."""

    @property
    def electric_w(self) -> float | None:
        """Electric power."""

    @property
    def outdoor_c(self) -> float | None:
        """Outdoor temperature."""

    @property
    def flow_c(self) -> float | None:
        """Temperature of the water that leaves the heat pump."""

    @property
    def return_c(self) -> float | None:
        """Temperature of the water that comes back."""

    @property
    def room_c(self) -> float | None:
        """Room temperature."""

    @property
    def room_set_c(self) -> float | None:
        """Set point of the room."""

    @property
    def compressor_on(self) -> bool | None:
        """Whether the compressor runs."""

    @property
    def defrost(self) -> bool | None:
        """Whether it defrosts."""

    @property
    def oil_return(self) -> bool | None:
        """Whether it brings oil back to the compressor."""

    @property
    def hot_water(self) -> bool | None:
        """Whether it heats tap water."""

    @property
    def frost(self) -> bool | None:
        """Whether it guards against frost, as it says itself."""

    @property
    def legionella(self) -> bool | None:
        """Whether it kills legionella, as it says itself."""

    @property
    def fault(self) -> int | None:
        """The device's own fault code; 0 is no fault."""

    @property
    def limit_readback_w(self) -> float | None:
        """The limit that the device itself says to hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading; None where the house does not know."""

    time: datetime
    electric_w: float | None = None
    outdoor_c: float | None = None
    flow_c: float | None = None
    return_c: float | None = None
    room_c: float | None = None
    room_set_c: float | None = None
    compressor_on: bool | None = None
    defrost: bool | None = None
    oil_return: bool | None = None
    hot_water: bool | None = None
    frost: bool | None = None
    """True when the device itself says that it guards against frost."""

    legionella: bool | None = None
    """True when the device itself says that it kills legionella."""

    boiler_fault: bool | None = None
    limit_readback_w: float | None = None

    @classmethod
    def of(cls, state: HeatPumpReading) -> Self:
        """Return the reading in the state of a heat pump, without nonsense.

        Any fault counts as one of the boiler: which of the two is out of order,
        most devices do not tell.
        """
        return cls(
            time=state.time,
            electric_w=_plausible(state.electric_w, _PLAUSIBLE_W),
            outdoor_c=_plausible(state.outdoor_c, _PLAUSIBLE_C),
            flow_c=_plausible(state.flow_c, _PLAUSIBLE_C),
            return_c=_plausible(state.return_c, _PLAUSIBLE_C),
            room_c=_plausible(state.room_c, _PLAUSIBLE_C),
            room_set_c=_plausible(state.room_set_c, _PLAUSIBLE_C),
            compressor_on=state.compressor_on,
            defrost=state.defrost,
            oil_return=state.oil_return,
            hot_water=state.hot_water,
            frost=state.frost,
            legionella=state.legionella,
            boiler_fault=None if state.fault is None else state.fault != 0,
            limit_readback_w=_plausible(state.limit_readback_w, _PLAUSIBLE_W),
        )


def _plausible(value: float | None, bounds: tuple[float, float]) -> float | None:
    """Return the value when it is a number within bounds, else None."""
    if value is None or not math.isfinite(value):
        return None
    return float(value) if bounds[0] <= value <= bounds[1] else None
