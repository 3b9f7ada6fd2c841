"""The fixed frames of the strategies, held by the code of the service."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Final

from dalen_hub.grid.frames import Frame, frame_cap_w

from .courses import ZONE
from .run_options import Strategy

FRAME_W: Final = 500.0
FRAME_HOURS: Final = (16, 21)
_BEGIN, _END = (time(hour) for hour in FRAME_HOURS)
_FRAMES: Final[Mapping[Strategy, Frame]] = {
    Strategy.FRAME: Frame(start=_BEGIN, end=_END, cap_w=FRAME_W),
    Strategy.STOP: Frame(start=_BEGIN, end=_END, cap_w=0.0),
}


def frame_w(strategy: Strategy, moment: datetime) -> float:
    """Return the fixed cap in force at an instant, infinite without one."""
    frame = _FRAMES.get(strategy)
    return frame_cap_w(() if frame is None else (frame,), moment, ZONE)
