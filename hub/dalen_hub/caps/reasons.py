"""Why a home has the cap that it has, in one sentence for people. Pure."""

from enum import StrEnum
import math
from typing import Final

from dalen_hub.caps.control_state import Decision, Source
from dalen_hub.caps.fleet import Fleet, Grid
from dalen_hub.caps.reason_texts import DUTCH_PLACES, POLICIES, TEXTS
from dalen_hub.grid.sharing import Policy

LANGUAGES: Final = ("en", "nl")


class Reason(StrEnum):
    """What decided a cap."""

    FREE = "free"
    MONITOR = "monitor"
    PAUSED = "paused"
    STOP = "stop"
    TURN_OFF = "turn_off"
    TURN_ON = "turn_on"
    FRAME = "frame"
    RELEASE = "release"
    PLAN = "plan"
    REALTIME = "realtime"
    OFFLINE = "offline"


def reason_of(
    decision: Decision,
    fleet: Fleet,
    home: int,
    *,
    paused: bool,
    online: bool,
    frame_w: float = math.inf,
) -> Reason:
    """Return what decided the cap of one home, by its index.

    ``frame_w`` is the cap of a fixed frame in force.
    """
    if not fleet.steerable[home]:
        return Reason.MONITOR
    if decision.source is Source.STOP:
        return Reason.STOP
    if paused:
        return Reason.PAUSED
    if decision.caps_w[home] >= fleet.highest_w[home]:
        return Reason.FREE
    if not online:
        return Reason.OFFLINE
    if decision.off_in_turn[home]:
        return Reason.TURN_OFF
    if decision.on_in_turn[home]:
        return Reason.TURN_ON
    if decision.caps_w[home] >= max(frame_w, float(fleet.lowest_w[home])):
        return Reason.FRAME
    if decision.source is Source.RELEASE and not _is_held(decision, home):
        return Reason.RELEASE
    return Reason.PLAN if math.isnan(decision.room_w) else Reason.REALTIME


def _is_held(decision: Decision, home: int) -> bool:
    """Return whether a home stays below a bottleneck while others are released."""
    return bool(decision.bottleneck[home] >= 0 and not decision.rising[home])


def sentence(
    reason: Reason,
    decision: Decision,
    grid: Grid,
    home: int,
    language: str,
    policy: Policy = Policy.EQUAL,
) -> str:
    """Return one sentence in English ("en") or Dutch ("nl")."""
    level_w = decision.level_w
    key = reason.value
    if policy is not Policy.EQUAL and reason in {Reason.PLAN, Reason.REALTIME}:
        key = f"{key}_by_policy"
    return TEXTS[language][key].format(
        level="-" if math.isinf(level_w) else f"{level_w:.0f}",
        cap=f"{decision.caps_w[home]:.0f}",
        where=place(grid, int(decision.bottleneck[home]), language),
        policy=POLICIES[language][policy],
    )


def brief(reason: Reason, language: str) -> str:
    """Return a sentence without numbers, such as it goes with an event."""
    return TEXTS[language][f"{reason.value}_brief"]


def place(grid: Grid, bottleneck: int, language: str) -> str:
    """Return the name of a bottleneck; without one it is the transformer."""
    name = grid.bottlenecks[max(0, bottleneck)].name
    if language != "nl":
        return name
    for english, dutch in DUTCH_PLACES.items():
        if name.startswith(english) or f" {english} L" in name:
            name = name.replace(english, dutch, 1)
    return name
