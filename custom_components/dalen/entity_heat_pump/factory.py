"""Make the adapter of a heat pump from what is kept with it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from .access import EntityAccess
from .bindings import read_bindings
from .block_limiter import BlockLimiter
from .command_limiter import CommandLimiter
from .heat_pump import EntityHeatPump
from .level_target import HeishamonTarget, NumberTarget
from .limiter import Limiter, NoLimiter, Powers
from .mechanism import (
    Block,
    CommandBlock,
    Heishamon,
    Mechanism,
    NoLimit,
    PercentNumber,
    WattsNumber,
    read_mechanism,
)
from .percent_limiter import PercentLimiter
from .watts_limiter import WattsLimiter


def make_heat_pump(
    access: EntityAccess,
    data: Mapping[str, Any],
    powers: Powers,
    clock: Callable[[], datetime],
) -> EntityHeatPump:
    """Return the adapter for the data of a heat pump.

    `data` has the ids of the entities by the names of the bindings, and `limit`.
    """
    limiter = make_limiter(access, read_mechanism(data["limit"]), powers)
    return EntityHeatPump(access, read_bindings(data), limiter, powers, clock=clock)


def make_limiter(access: EntityAccess, mechanism: Mechanism, powers: Powers) -> Limiter:
    """Return what holds a limit by these means."""
    match mechanism:
        case WattsNumber():
            return WattsLimiter(access, mechanism)
        case PercentNumber():
            return PercentLimiter(NumberTarget(access, mechanism), powers)
        case Heishamon():
            return PercentLimiter(HeishamonTarget(access, mechanism), powers)
        case Block():
            return BlockLimiter(access, mechanism)
        case CommandBlock():
            return CommandLimiter(access, mechanism)
        case NoLimit():
            return NoLimiter()
