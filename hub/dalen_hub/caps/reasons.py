"""Why a home has the cap that it has, in one sentence for people. Pure."""

from collections.abc import Mapping
from enum import StrEnum
import math
from typing import Final

from dalen_hub.caps.control_state import Decision, Source
from dalen_hub.caps.fleet import Fleet, Grid


class Reason(StrEnum):
    """What decided a cap."""

    FREE = "free"
    MONITOR = "monitor"
    PAUSED = "paused"
    STOP = "stop"
    TURN_OFF = "turn_off"
    TURN_ON = "turn_on"
    RELEASE = "release"
    PLAN = "plan"
    REALTIME = "realtime"
    OFFLINE = "offline"


_TEXTS: Final[Mapping[str, Mapping[Reason, str]]] = {
    "en": {
        Reason.FREE: "There is room for all: your heat pump is not limited.",
        Reason.MONITOR: "Your heat pump is only watched, never limited.",
        Reason.PAUSED: "You paused: your heat pump is not limited.",
        Reason.STOP: "Emergency stop of the transformer: all heat pumps are off and"
        " your boiler heats.",
        Reason.TURN_OFF: "Everybody gets {level} W, which is too little for your heat"
        " pump to run; others have their turn, and the boiler heats.",
        Reason.TURN_ON: "Everybody gets {level} W, which is too little for a heat pump"
        " to run; it is your turn, with {cap} W.",
        Reason.RELEASE: "There is room again: the limit rises slowly, to {cap} W now.",
        Reason.PLAN: "The {where} is expected to be full: everybody gets at most"
        " {level} W, you {cap} W.",
        Reason.REALTIME: "The {where} is nearly full, as measured: everybody gets at"
        " most {level} W, you {cap} W.",
        Reason.OFFLINE: "Your home was not heard of: the plan it has counts, with"
        " {cap} W.",
    },
    "nl": {
        Reason.FREE: "Er is ruimte voor iedereen: uw warmtepomp wordt niet begrensd.",
        Reason.MONITOR: "Uw warmtepomp wordt alleen gevolgd, nooit begrensd.",
        Reason.PAUSED: "U hebt gepauzeerd: uw warmtepomp wordt niet begrensd.",
        Reason.STOP: "Noodstop van de transformator: alle warmtepompen staan uit en uw"
        " ketel verwarmt.",
        Reason.TURN_OFF: "Iedereen krijgt {level} W; daarmee kan uw warmtepomp niet"
        " draaien. Anderen zijn aan de beurt en de ketel verwarmt.",
        Reason.TURN_ON: "Iedereen krijgt {level} W; daarmee kan een warmtepomp niet"
        " draaien. U bent aan de beurt, met {cap} W.",
        Reason.RELEASE: "Er is weer ruimte: de grens gaat langzaam omhoog, nu naar"
        " {cap} W.",
        Reason.PLAN: "De verwachting is dat de {where} vol raakt: iedereen krijgt"
        " hoogstens {level} W, u {cap} W.",
        Reason.REALTIME: "De {where} is bijna vol, zegt de meting: iedereen krijgt"
        " hoogstens {level} W, u {cap} W.",
        Reason.OFFLINE: "Van uw huis is niets gehoord: het plan dat daar is geldt, met"
        " {cap} W.",
    },
}
_DUTCH_PLACES: Final = {
    "transformer": "transformator",
    "phase": "fase",
    "cable": "kabel",
}


def reason_of(
    decision: Decision, fleet: Fleet, home: int, *, paused: bool, online: bool
) -> Reason:
    """Return what decided the cap of one home, by its index."""
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
    by_source = {
        Source.PLAN: Reason.PLAN,
        Source.REALTIME: Reason.REALTIME,
        Source.RELEASE: Reason.RELEASE,
    }
    return by_source[decision.source]


def sentence(
    reason: Reason, decision: Decision, grid: Grid, home: int, language: str
) -> str:
    """Return one sentence in English ("en") or Dutch ("nl")."""
    level_w = decision.level_w
    return _TEXTS[language][reason].format(
        level="-" if math.isinf(level_w) else f"{level_w:.0f}",
        cap=f"{decision.caps_w[home]:.0f}",
        where=_place(grid, int(decision.bottleneck[home]), language),
    )


def _place(grid: Grid, bottleneck: int, language: str) -> str:
    """Return the name of a bottleneck; without one it is the transformer."""
    name = grid.bottlenecks[max(0, bottleneck)].name
    if language != "nl":
        return name
    for english, dutch in _DUTCH_PLACES.items():
        name = name.replace(english, dutch)
    return name
