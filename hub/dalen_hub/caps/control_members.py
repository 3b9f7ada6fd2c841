"""Bring the state of the controller along when homes join or leave. Pure."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from dalen_hub.caps.control_state import ControlState, first_state
from dalen_hub.caps.fleet import Fleet
from dalen_hub.caps.rotation import Turns


def carried_over(
    state: ControlState, index: Sequence[int | None], fleet: Fleet
) -> ControlState:
    """Return the state for homes that joined or left.

    ``index`` says for each home of the new fleet where it stood before, None for a
    new one: that starts at the lowest level in force.
    """
    fresh = first_state(fleet, state.at)
    turns = Turns(
        in_turn=_moved(index, state.turns.in_turn, fresh.turns.in_turn),
        on=_moved(index, state.turns.on, fresh.turns.on),
        since_s=_moved(index, state.turns.since_s, fresh.turns.since_s),
        credit_ws=_moved(index, state.turns.credit_ws, fresh.turns.credit_ws),
    )
    lowest_w = np.full(fleet.size, state.levels_w.min(initial=np.inf))
    return replace(
        state,
        levels_w=_moved(index, state.levels_w, lowest_w),
        told_w=_moved(index, state.told_w, fleet.highest_w),
        turns=turns,
    )


def _moved[T: np.generic](
    index: Sequence[int | None], before: npt.NDArray[T], fresh: npt.NDArray[T]
) -> npt.NDArray[T]:
    """Return the values of the homes that stayed, and the fresh ones of others."""
    moved = fresh.copy()
    for new, old in enumerate(index):
        if old is not None:
            moved[new] = before[old]
    return moved
