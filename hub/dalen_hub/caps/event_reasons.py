"""Why each quarter hour ahead is limited, as it goes with the event of a home. Pure."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dalen_hub.caps.bottlenecks import Floats
from dalen_hub.caps.control_state import Source
from dalen_hub.caps.reasons import Reason

if TYPE_CHECKING:
    # It imports this module.
    from dalen_hub.caps.writing import Round

# What is no reason to be limited.
_NONE = frozenset((Reason.FREE, Reason.MONITOR, Reason.PAUSED))


def reasons_ahead(
    done: Round, caps_w: Floats, frames_w: Sequence[float]
) -> list[list[str]]:
    """Return a reason for each home and quarter hour, "" where nothing limits.

    ``caps_w`` has the shape (quarter hours, homes). The running quarter hour has
    the reason of the decision, later ones that of the plan.
    """
    fleet = done.control.fleet
    free = caps_w >= fleet.highest_w
    off = (caps_w < fleet.start_w) & (fleet.start_w > fleet.lowest_w)
    rows: list[list[str]] = []
    now = [cap.reason for cap in done.explained.homes.values()]
    later = Reason.RELEASE if done.decision.source is Source.STOP else Reason.PLAN
    for home in range(fleet.size):
        row: list[str] = []
        for index, frame_w in enumerate(frames_w):
            reason = later
            if index == 0:
                reason = Reason.PLAN if now[home] in _NONE else now[home]
            elif caps_w[index, home] >= frame_w:
                reason = Reason.FRAME
            elif off[index, home]:
                reason = Reason.TURN_OFF
            is_free = free[index, home] or not fleet.steerable[home]
            row.append("" if is_free else reason.value)
        rows.append(row)
    return rows
