"""Electric power that is not measured, but follows from other readings."""

from collections.abc import Mapping
from dataclasses import dataclass
import math


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerTerm:
    """Some readings multiplied with each other and with a factor, in watts."""

    registers: tuple[str, ...]
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerSwitch:
    """Watts that are drawn while any of some bits is set."""

    register: str
    mask: int
    watts: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerModel:
    """The sum of a constant, terms and switched loads; never below 0 W."""

    constant_w: float
    terms: tuple[PowerTerm, ...]
    switches: tuple[PowerSwitch, ...]

    @property
    def registers(self) -> frozenset[str]:
        """Return the keys of all registers that the model reads."""
        of_terms = {key for term in self.terms for key in term.registers}
        return frozenset(of_terms | {switch.register for switch in self.switches})

    def watts(
        self, values: Mapping[str, float], raw: Mapping[str, int | float]
    ) -> float | None:
        """Return the power; None when a reading is missing.

        `values` are in the units of their keys, `raw` as in the registers.
        """
        if not all(key in values and key in raw for key in self.registers):
            return None
        products = (
            term.factor * math.prod(values[key] for key in term.registers)
            for term in self.terms
        )
        switched = (
            switch.watts
            for switch in self.switches
            if int(raw[switch.register]) & switch.mask
        )
        return max(self.constant_w + sum(products) + sum(switched), 0.0)
