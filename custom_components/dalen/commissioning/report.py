"""A commissioning report: what was found, and what to think of it. No I/O.

It holds no personal data: no name, address, place, serial number or entity id.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from ..heat_pump.communication import CommunicationResult
from ..heat_pump.register_probe import RegisterRow, Verdict

FORMAT: Final = "dalen-commissioning"
FORMAT_VERSION: Final = 1

MOST_LOSS: Final = 0.01
"""Above this share of unanswered requests the cable or the gateway needs a look."""


class Check(StrEnum):
    """What to think of one part of the report."""

    GOOD = "good"
    ATTENTION = "attention"
    NOT_DONE = "not_done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """The software that made the report."""

    dalen: str
    home_assistant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatPumpFacts:
    """What the heat pump is, and how it can be limited; watts and seconds."""

    brand: str | None
    model: str | None
    connection: str
    profile: str | None
    variant: str | None
    firmware: str | None
    limit_kind: str
    minimum_w: float
    maximum_w: float
    lowest_w: float
    step_w: float
    min_write_interval_s: float
    daily_write_budget: int
    watchdog_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissioningReport:
    """All that was found."""

    created: datetime
    versions: Versions
    heat_pump: HeatPumpFacts
    registers: tuple[RegisterRow, ...]
    """Empty for a heat pump without registers of its own."""

    readings: Mapping[str, float | bool]
    """What the last reading told, by field with its unit."""

    communication: CommunicationResult | None
    """None for a heat pump that Dalen does not talk to itself."""

    write_test: Mapping[str, Any] | None
    """What the last limit write test measured; None when none was done."""

    @property
    def implausible(self) -> tuple[RegisterRow, ...]:
        """Return the registers with a value that no heat pump has."""
        return tuple(
            row for row in self.registers if row.verdict is Verdict.IMPLAUSIBLE
        )

    @property
    def checks(self) -> dict[str, Check]:
        """Return what to think of each part."""
        return {
            "readings": self._check_readings(),
            "communication": self._check_communication(),
            "write_test": self._check_write_test(),
        }

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON can hold it."""
        return {
            "format": FORMAT,
            "version": FORMAT_VERSION,
            "created": self.created.isoformat(timespec="seconds"),
            "software": asdict(self.versions),
            "checks": {part: check.value for part, check in self.checks.items()},
            "heat_pump": asdict(self.heat_pump),
            "registers": [
                asdict(row) | {"verdict": row.verdict.value} for row in self.registers
            ],
            "readings": dict(self.readings),
            "communication": _communication_json(self.communication),
            "write_test": None if self.write_test is None else dict(self.write_test),
        }

    def _check_readings(self) -> Check:
        """Nothing impossible was read, and the power is known."""
        if not self.readings and not self.registers:
            return Check.NOT_DONE
        is_good = "electric_w" in self.readings and not self.implausible
        return Check.GOOD if is_good else Check.ATTENTION

    def _check_communication(self) -> Check:
        """Hardly any request was lost."""
        if self.communication is None:
            return Check.NOT_DONE
        is_good = self.communication.loss <= MOST_LOSS
        return Check.GOOD if is_good else Check.ATTENTION

    def _check_write_test(self) -> Check:
        """The last test was passed."""
        if self.write_test is None:
            return Check.NOT_DONE
        is_good = self.write_test["outcome"] == "passed"
        return Check.GOOD if is_good else Check.ATTENTION


def _communication_json(result: CommunicationResult | None) -> dict[str, Any] | None:
    """Return the quality of the communication, with the share that was lost."""
    return None if result is None else asdict(result) | {"loss": result.loss}
