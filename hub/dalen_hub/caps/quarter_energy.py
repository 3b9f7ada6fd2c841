"""What the running quarter hour has left, or has drawn too much already. Pure.

A transformer is rated by the mean of a quarter hour. A meter that is faster tells
within the quarter hour how it goes: what it had too much the rest of it makes up for.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from dalen_hub.caps.budget import Reading
from dalen_hub.grid.quarter_hours import QUARTER, floor_quarter

# With less time left nothing that is ordered now is felt in this quarter hour.
_LEAST_LEFT: Final = timedelta(minutes=1)
# Parts of the limit. A load is lowered by more than it is ever allowed to exceed.
_MOST_BELOW: Final = 0.06
_MOST_ABOVE: Final = 0.02


def made_up_for_w(
    readings: Sequence[Reading], aim_w: float, now: datetime, response: timedelta
) -> float:
    """Return by how much the load may exceed ``aim_w`` until the quarter hour ends.

    Then its mean is ``aim_w``. Negative: by how much it must stay below. Until an
    order is felt the load stays as it was measured last.
    """
    begin = floor_quarter(now)
    inside = [
        each for each in readings if each.end - each.length >= begin and each.end <= now
    ]
    left = begin + QUARTER - now - response
    if not inside or left < _LEAST_LEFT:
        return 0.0
    last = max(inside, key=lambda each: each.end)
    saved_ws = sum(
        (aim_w - 1000.0 * each.load_kw) * each.length.total_seconds() for each in inside
    )
    unmeasured = QUARTER - left - sum((each.length for each in inside), timedelta())
    saved_ws += (aim_w - 1000.0 * last.load_kw) * unmeasured.total_seconds()
    most_w, least_w = _MOST_ABOVE * aim_w, -_MOST_BELOW * aim_w
    return min(max(saved_ws / left.total_seconds(), least_w), most_w)
