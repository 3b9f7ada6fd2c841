"""What a limit write test found."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .model import LimitKind


class WriteTestOutcome(StrEnum):
    """How a limit write test ended."""

    PASSED = "passed"
    """The limit was taken, read back, and seen in the measured power."""

    READ_BACK_ONLY = "read_back_only"
    """The limit was taken and read back, but nothing measures the power."""

    NO_EFFECT = "no_effect"
    """The limit was taken, but the power stayed above it."""

    NOT_HELD = "not_held"
    """The device shows another limit than it was told."""

    NOT_ACCEPTED = "not_accepted"
    """The device refused the limit."""

    TOO_LITTLE_POWER = "too_little_power"
    """It draws so little now that no drop can be seen. Test when it works harder."""

    STOPPED = "stopped"
    """It stopped by itself during the test, which proves nothing."""

    DISTURBED = "disturbed"
    """It defrosted during the test, which proves nothing."""

    NOT_NOW = "not_now"
    """A contact that was just released has to stay free for a while."""

    NOT_POSSIBLE = "not_possible"
    """This heat pump can only be monitored."""

    UNREACHABLE = "unreachable"
    """It did not answer, or with nonsense."""

    NOT_RESTORED = "not_restored"
    """The limit could not be taken away again: somebody has to look at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteTestResult:
    """What was done and measured; None where the test did not come so far."""

    outcome: WriteTestOutcome
    kind: LimitKind
    started: datetime
    duration_s: float
    before_w: float | None = None
    """Mean power before the limit."""

    limit_w: float | None = None
    """The limit as the device takes it."""

    readback_w: float | None = None
    """What the device said to hold."""

    limited_w: float | None = None
    """Mean power under the limit, at the end."""

    response_s: float | None = None
    """From the write until the power was below the limit, and stayed there."""

    after_w: float | None = None
    """Power shortly after the limit was taken away: it may have to start again."""

    detail: str = ""
    """The words of the error, when there was one."""

    @property
    def drop_w(self) -> float | None:
        """Return by how much the power fell."""
        if self.before_w is None or self.limited_w is None:
            return None
        return self.before_w - self.limited_w

    @property
    def has_passed(self) -> bool:
        """Tell if it is proven that the heat pump can be limited."""
        return self.outcome is WriteTestOutcome.PASSED
