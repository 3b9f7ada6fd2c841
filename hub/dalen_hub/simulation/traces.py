"""What a run leaves behind: means of quarter hours of S villages of n homes."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from .arrays import FloatArray

QUARTER_MIN: Final = 15
DAY_QUARTERS: Final = 96
_COMFORT_BAND_K: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """Arrays of shape (quarter hours, S) or (quarter hours, S, n)."""

    trafo_kw: FloatArray
    base_kw: FloatArray
    outdoor_c: FloatArray
    level_w: FloatArray
    """The lowest level in force; infinite where nobody is limited."""
    pumps_w: FloatArray
    boiler_w: FloatArray
    """Heat of the boilers to the houses, without hot water."""
    too_cold_k: FloatArray
    """Below the set point by more than half a kelvin; none within 3 h after it rose."""

    @property
    def fleet_kw(self) -> FloatArray:
        """Return the power of all heat pumps of each village."""
        kilowatts: FloatArray = self.pumps_w.sum(axis=2) / 1000.0
        return kilowatts

    def counted(self) -> Self:
        """Return all but the day to settle."""
        fields = self.__dataclass_fields__
        return type(self)(
            **{name: getattr(self, name)[DAY_QUARTERS:] for name in fields}
        )


@dataclass(slots=True, kw_only=True)
class Recorder:
    """Gathers minutes to quarter hours."""

    traces: Traces

    @classmethod
    def empty(cls, minutes: int, villages: int, pumps: int) -> Self:
        """Return a recorder for a run of whole quarter hours."""
        quarters = minutes // QUARTER_MIN
        wide, deep = (quarters, villages), (quarters, villages, pumps)
        return cls(
            traces=Traces(
                trafo_kw=np.zeros(wide),
                base_kw=np.zeros(wide),
                outdoor_c=np.zeros(wide),
                level_w=np.full(wide, np.inf),
                pumps_w=np.zeros(deep),
                boiler_w=np.zeros(deep),
                too_cold_k=np.zeros(deep),
            )
        )

    def add(
        self,
        minute: int,
        *,
        trafo_kw: FloatArray,
        base_kw: FloatArray,
        outdoor_c: FloatArray,
        pumps_w: FloatArray,
        boiler_w: FloatArray,
    ) -> None:
        """Add the means of one minute, shapes (S,) and (S, n)."""
        quarter = minute // QUARTER_MIN
        traces, share = self.traces, 1.0 / QUARTER_MIN
        traces.trafo_kw[quarter] += share * trafo_kw
        traces.base_kw[quarter] += share * base_kw
        traces.outdoor_c[quarter] += share * outdoor_c
        traces.pumps_w[quarter] += share * pumps_w
        traces.boiler_w[quarter] += share * boiler_w

    def end_quarter(
        self, minute: int, below_k: FloatArray, level_w: FloatArray
    ) -> None:
        """Add what is looked at once a quarter hour: shapes (S, n) and (S,)."""
        quarter = minute // QUARTER_MIN
        self.traces.too_cold_k[quarter] = np.maximum(below_k - _COMFORT_BAND_K, 0.0)
        self.traces.level_w[quarter] = level_w
