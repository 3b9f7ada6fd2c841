"""Limit a heat pump with a number of watts or kilowatts."""

from datetime import datetime
import math
from typing import Final, override

from ..heat_pump.model import LimitCapability, LimitKind
from .access import EntityAccess
from .limiter import Limiter, Powers, Written, available, put
from .mechanism import WattsNumber
from .number_range import number_range
from .reading import EntityReading
from .setting import Setting, set_value

MIN_WRITE_INTERVAL_S: Final = 60.0
DAILY_WRITE_BUDGET: Final = 96

_SAME: Final = 1e-3


class WattsLimiter(Limiter):
    """A number that the device keeps its power below."""

    def __init__(self, access: EntityAccess, mechanism: WattsNumber):
        """Take the number and what it holds while nothing is limited."""
        self._access = access
        self._mechanism = mechanism
        self._range = mechanism.range
        self._written = Written()
        self._ours_w: float | None = None

    @property
    @override
    def entities(self) -> tuple[str, ...]:
        """Return the number, and what switches it on."""
        enable = self._mechanism.enable
        return (self._mechanism.entity_id, *((enable.entity_id,) if enable else ()))

    @override
    def capability(self, powers: Powers, now: datetime) -> LimitCapability:
        """Return the range of the number in watts."""
        factor = self._factor
        return LimitCapability(
            kind=LimitKind.WATTS,
            minimum_w=min(powers.minimum_w, powers.nameplate_w),
            maximum_w=min(powers.nameplate_w, self._range.high * factor),
            step_w=self._range.step * factor,
            min_write_interval_s=MIN_WRITE_INTERVAL_S,
            daily_write_budget=DAILY_WRITE_BUDGET,
            watchdog_s=None,
            lowest_w=self._lowest * factor,
        )

    @override
    def note(self, electric_w: float | None, now: datetime, *, steady: bool) -> None:
        """Do nothing: the number says all that there is to know."""

    @override
    def readback_w(self, now: datetime) -> float | None:
        """Return the limit in the number, or None while it limits nothing."""
        reading = self._look()
        if not self._written.is_news(reading, now):
            return self._ours_w
        held = set_value(reading)
        if held is None or self._is_free(held) or not self._is_enabled():
            return None
        return held * self._factor

    @override
    async def limit(self, limit_w: float, now: datetime) -> None:
        """Set the number, rounded down, and switch it on."""
        self._look()
        value = max(self._range.rounded_down(limit_w / self._factor), self._lowest)
        await put(self._access, self._setting(value))
        if (enable := self._mechanism.enable) is not None:
            await put(self._access, enable)
        self._note_write(limit_w, now)

    @override
    async def release(self, now: datetime) -> None:
        """Set the number back to what it holds without a limit."""
        self._look()
        free = self._mechanism.enable_free or self._setting(self._free)
        await put(self._access, free)
        self._note_write(None, now)

    @override
    def refresh_due(self, now: datetime) -> bool:
        """Tell that a number stays as it is."""
        return False

    @override
    async def refresh(self, now: datetime) -> None:
        """Check that the number can still be reached."""
        available(self._access, self._mechanism.entity_id)

    def _look(self) -> EntityReading | None:
        """Return the number, and follow a range or unit that its owner changed."""
        reading = self._access.reading(self._mechanism.entity_id)
        found = None if reading is None else number_range(reading)
        if found is not None and found.watts_per is not None:
            self._range = found
        return reading

    @property
    def _factor(self) -> float:
        """Return how many watts one of the unit is now."""
        return self._range.watts_per or 1.0

    @property
    def _free(self) -> float:
        """Return the value without a limit, in the unit that the number has now."""
        kept = self._mechanism.range.watts_per or 1.0
        return self._mechanism.free * kept / self._factor

    @property
    def _lowest(self) -> float:
        """Return the lowest limit; some devices take their lowest value as none."""
        low, step = self._range.low, self._range.step
        has_switch = self._mechanism.enable is not None
        return low if has_switch or self._free > low + _SAME else low + step

    def _is_free(self, held: float) -> bool:
        """Tell if a value limits nothing."""
        if self._mechanism.enable is not None:
            return False
        return math.isclose(held, self._free, abs_tol=_SAME)

    def _is_enabled(self) -> bool:
        """Tell if the device heeds the number."""
        enable = self._mechanism.enable
        if enable is None:
            return True
        return enable.is_held(self._access.reading(enable.entity_id)) is True

    def _setting(self, value: float) -> Setting:
        """Return the number with a value."""
        return Setting(entity_id=self._mechanism.entity_id, value=value)

    def _note_write(self, limit_w: float | None, now: datetime) -> None:
        """Remember what was written, and when."""
        self._ours_w = limit_w
        self._written.now(now)
