"""What a heat pump can tell, and how it can be limited."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
import math

from .errors import ImplausibleValue


class LimitKind(StrEnum):
    """By what means a heat pump can be limited, best first."""

    WATTS = "watts"
    PERCENT = "percent"
    CONTACT = "contact"
    SETPOINT = "setpoint"
    MONITOR = "monitor"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatPumpState:
    """One reading. A field is None when it is unknown, absent or nonsense."""

    time: datetime
    electric_w: float | None = None
    """Electric power of the heat pump, without the boiler."""

    thermal_w: float | None = None
    """Heat from the heat pump; negative while it takes heat to defrost."""

    boiler_w: float | None = None
    """Heat from the boiler."""

    cop: float | None = None
    outdoor_c: float | None = None
    flow_c: float | None = None
    return_c: float | None = None
    room_c: float | None = None
    room_set_c: float | None = None
    compressor_on: bool | None = None
    boiler_on: bool | None = None
    defrost: bool | None = None
    oil_return: bool | None = None
    hot_water: bool | None = None
    frost: bool | None = None
    """True when the device itself says that it guards against frost."""

    legionella: bool | None = None
    """True when the device itself says that it kills legionella."""

    fault: int | None = None
    """The device's own fault code; 0 is no fault."""

    limit_readback_w: float | None = None
    """The limit that the device itself says to hold; None is released."""

    electric_energy_kwh: float | None = None
    thermal_energy_kwh: float | None = None
    gas_m3: float | None = None
    implausible: tuple[ImplausibleValue, ...] = ()
    """The values that were left out because they make no sense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressorTimes:
    """How long a compressor has to stay off and on, in seconds."""

    min_off_s: float
    min_run_s: float
    max_off_s: float | None = None
    """The longest block that the device bears; None when it bears any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitCapability:
    """How a heat pump can be limited, and how often."""

    kind: LimitKind
    minimum_w: float
    """The least it can draw while running; a lower limit switches it off."""

    maximum_w: float
    """Its nameplate: a limit this high limits nothing."""

    step_w: float
    min_write_interval_s: float
    daily_write_budget: int
    watchdog_s: float | None
    """After how long the device drops a limit that is not refreshed."""

    lowest_w: float = 0.0
    """The lowest limit the device accepts."""

    zero_below_minimum: bool = False
    """True when a limit that it cannot run at has to be written as the lowest."""

    free_at_maximum: bool = False
    """True when a limit that limits nothing has to leave the device alone.

    For a device that Dalen would otherwise have to command for no reason.
    """

    block_below_w: float | None = None
    """For a contact: it is blocked by a lower limit, and free above it.

    Infinite while a block has to last, 0 while the device must be left alone.
    """

    times: CompressorTimes | None = None
    """None when the device asks for no more than any compressor does."""

    def applied_w(self, limit_w: float | None) -> float | None:
        """Return the watts that the device gets for a limit; None is released.

        Rounded down to the step, so that the device never draws more than asked.
        Always None for a device that can only be monitored. Raises ValueError for a limit that is not finite.
        """
        if limit_w is None:
            return None
        if not math.isfinite(limit_w):
            raise ValueError(f"a limit of {limit_w} W: give a finite number of watts")
        if self.kind is LimitKind.MONITOR:
            return None
        if self.block_below_w is not None:
            return self.lowest_w if limit_w < self.block_below_w else None
        if self.free_at_maximum and limit_w >= self.maximum_w:
            return None
        if self.zero_below_minimum and limit_w < self.minimum_w:
            return self.lowest_w
        bounded_w = max(min(limit_w, self.maximum_w), self.lowest_w)
        # A float such as 2.9999999999999996 steps means 3 steps.
        steps = math.floor(bounded_w / self.step_w + 1e-9)
        return max(steps * self.step_w, self.lowest_w)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatPumpIdentity:
    """What tells one device from another, as far as it says."""

    serial: str | None
    firmware: str | None
