"""What a heat pump does to protect itself or people, and no limit may count or block.

Defrost and oil return last minutes and draw what they need: they are not counted,
and a heat pump is not switched off in the middle. Frost protection and a run
against legionella release the heat pump as long as they last.
"""

from datetime import timedelta
from enum import StrEnum

from .reading import Reading

MAX_SHORT = timedelta(minutes=20)
"""A defrost or oil return that lasts longer is a flag that got stuck."""

TAIL = timedelta(minutes=2)
"""How long the power is still odd after the flag fell: the compressor starts again."""

FROST_ON_C = 5.0
FROST_OFF_C = 7.0
LEGIONELLA_C = 60.0


class Protection(StrEnum):
    """What protects, best known first."""

    DEFROST = "defrost"
    OIL_RETURN = "oil_return"
    FROST = "frost_protection"
    LEGIONELLA = "legionella_protection"


SHORT = frozenset({Protection.DEFROST, Protection.OIL_RETURN})
RELEASING = frozenset({Protection.FROST, Protection.LEGIONELLA})


class ProtectionWatch:
    """Tell from readings what protects now, and never believe a stuck flag."""

    def __init__(self) -> None:
        """Start with nothing protected."""
        self.active: frozenset[Protection] = frozenset()
        self._short_for = timedelta()
        self._tail = timedelta()

    @property
    def is_short(self) -> bool:
        """Tell if a defrost or oil return is on, and is believed."""
        return bool(self.active & SHORT) and self._short_for <= MAX_SHORT

    @property
    def is_counted(self) -> bool:
        """Tell if the power of now counts against a limit."""
        return not (self.is_short or self._tail or self.active & RELEASING)

    def note(self, reading: Reading, step: timedelta) -> None:
        """Take in a reading that came so long after the one before."""
        was_short = self.is_short
        self.active = self._protections(reading)
        if self.active & SHORT:
            self._short_for += step
            self._tail = timedelta()
        else:
            self._short_for = timedelta()
            self._tail = TAIL if was_short else max(self._tail - step, timedelta())

    def _protections(self, reading: Reading) -> frozenset[Protection]:
        """Return all that protects in this reading."""
        found = {
            Protection.DEFROST: reading.defrost is True,
            Protection.OIL_RETURN: reading.oil_return is True,
            Protection.FROST: reading.frost is True or self._is_freezing(reading),
            Protection.LEGIONELLA: _is_legionella(reading),
        }
        return frozenset(protection for protection, is_on in found.items() if is_on)

    def _is_freezing(self, reading: Reading) -> bool:
        """Tell if the water is so cold that the device must be free to warm it."""
        water = [c for c in (reading.flow_c, reading.return_c) if c is not None]
        is_on = Protection.FROST in self.active
        return bool(water) and min(water) < (FROST_OFF_C if is_on else FROST_ON_C)


def _is_legionella(reading: Reading) -> bool:
    """Tell if tap water is made too hot for legionella, by the compressor."""
    if reading.legionella is not None:
        return reading.legionella
    is_hot = reading.flow_c is not None and reading.flow_c >= LEGIONELLA_C
    return is_hot and reading.hot_water is True and reading.compressor_on is True
