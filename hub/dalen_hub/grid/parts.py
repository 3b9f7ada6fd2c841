"""The parts of a transformer that can be full before it is: phases and cables."""

from dataclasses import dataclass

PHASES = 3
type ThreePhases = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phases:
    """The three phases: what each may carry in kW, and its part of the load.

    ``shares`` None: as the meter of the phases shows, else a third each.
    """

    limits_kw: ThreePhases
    shares: ThreePhases | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cable:
    """One outgoing cable: what it may carry in kW, and its part of the load.

    Each of its phases may carry a third of its limit, where phases are configured.
    """

    id: str
    name: str
    limit_kw: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OverloadStop:
    """When the meter itself orders an emergency stop.

    So many readings in a row, each of 5 minutes at most, must exceed
    ``above`` x rating. The stop ends by itself after ``minutes``.
    """

    above: float = 1.0
    readings: int = 3
    minutes: float = 30.0
