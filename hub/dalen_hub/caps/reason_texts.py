"""The sentences of the reasons, in English and Dutch.

``{level}`` and ``{cap}`` are in W, ``{where}`` is a bottleneck, ``{policy}`` how room
is shared. Those that end in ``_brief`` go with an event, whose cap is beside them.
"""

from collections.abc import Mapping
from typing import Final

from dalen_hub.grid.sharing import Policy

TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "free": "There is room for all: your heat pump is not limited.",
        "monitor": "Your heat pump is only watched, never limited.",
        "paused": "You paused: your heat pump is not limited.",
        "stop": "Emergency stop of the transformer: all heat pumps are off and your"
        " boiler heats.",
        "turn_off": "Everybody gets {level} W, which is too little for your heat pump"
        " to run; others have their turn, and the boiler heats.",
        "turn_on": "Everybody gets {level} W, which is too little for a heat pump to"
        " run; it is your turn, with {cap} W.",
        "frame": "The collective agreed on at most {cap} W at this time of day.",
        "release": "There is room again: the limit rises slowly, to {cap} W now.",
        "plan": "The {where} is expected to be full: everybody gets at most {level} W,"
        " you {cap} W.",
        "plan_by_policy": "The {where} is expected to be full: you get at most {cap} W,"
        " shared by {policy}.",
        "realtime": "The {where} is nearly full, as measured: everybody gets at most"
        " {level} W, you {cap} W.",
        "realtime_by_policy": "The {where} is nearly full, as measured: you get at"
        " most {cap} W, shared by {policy}.",
        "offline": "Your home was not heard of: the plan it has counts, with {cap} W.",
        "turn_off_brief": "There is too little room for all heat pumps to run; others"
        " have their turn.",
        "turn_on_brief": "There is too little room for all heat pumps to run; it is"
        " your turn.",
        "frame_brief": "The collective agreed on a limit at this time of day.",
        "release_brief": "There is room again, and the limit rises slowly.",
        "plan_brief": "The grid of your neighbourhood is expected to be full.",
        "realtime_brief": "The grid of your neighbourhood is nearly full, as measured.",
        "stop_brief": "After the emergency stop the limit rises slowly.",
        "offline_brief": "The grid of your neighbourhood is expected to be full.",
    },
    "nl": {
        "free": "Er is ruimte voor iedereen: uw warmtepomp wordt niet begrensd.",
        "monitor": "Uw warmtepomp wordt alleen gevolgd, nooit begrensd.",
        "paused": "U hebt gepauzeerd: uw warmtepomp wordt niet begrensd.",
        "stop": "Noodstop van de trafo: alle warmtepompen staan uit en uw ketel"
        " verwarmt.",
        "turn_off": "Iedereen krijgt {level} W; daarmee kan uw warmtepomp niet draaien."
        " Anderen zijn aan de beurt en de ketel verwarmt.",
        "turn_on": "Iedereen krijgt {level} W; daarmee kan een warmtepomp niet draaien."
        " U bent aan de beurt, met {cap} W.",
        "frame": "Het collectief sprak voor dit deel van de dag hoogstens {cap} W af.",
        "release": "Er is weer ruimte: de grens gaat langzaam omhoog, nu naar {cap} W.",
        "plan": "De {where} raakt naar verwachting vol: iedereen krijgt hoogstens"
        " {level} W, u {cap} W.",
        "plan_by_policy": "De {where} raakt naar verwachting vol: u krijgt hoogstens"
        " {cap} W, verdeeld naar {policy}.",
        "realtime": "De {where} is bijna vol, zegt de meting: iedereen krijgt hoogstens"
        " {level} W, u {cap} W.",
        "realtime_by_policy": "De {where} is bijna vol, zegt de meting: u krijgt"
        " hoogstens {cap} W, verdeeld naar {policy}.",
        "offline": "Van uw huis is niets gehoord: het plan dat daar is geldt, met"
        " {cap} W.",
        "turn_off_brief": "Er is te weinig ruimte om alle warmtepompen te laten"
        " draaien; anderen zijn aan de beurt.",
        "turn_on_brief": "Er is te weinig ruimte om alle warmtepompen te laten draaien;"
        " u bent aan de beurt.",
        "frame_brief": "Het collectief sprak voor dit deel van de dag een grens af.",
        "release_brief": "Er is weer ruimte en de grens gaat langzaam omhoog.",
        "plan_brief": "Het net van uw buurt raakt naar verwachting vol.",
        "realtime_brief": "Het net van uw buurt is bijna vol, zegt de meting.",
        "stop_brief": "Na de noodstop gaat de grens langzaam omhoog.",
        "offline_brief": "Het net van uw buurt raakt naar verwachting vol.",
    },
}
POLICIES: Final[Mapping[str, Mapping[Policy, str]]] = {
    "en": {
        Policy.EQUAL: "equal parts",
        Policy.NEED: "what each house needs",
        Policy.CREDIT: "what each home gave up this season",
        Policy.COST: "what a kilowatt hour saves each home",
    },
    "nl": {
        Policy.EQUAL: "gelijke delen",
        Policy.NEED: "wat elk huis nodig heeft",
        Policy.CREDIT: "wat elk huis dit seizoen al inleverde",
        Policy.COST: "wat een kilowattuur elk huis bespaart",
    },
}
DUTCH_PLACES: Final = {
    "transformer": "trafo",
    "flexibility group": "flexgroep",
    "phase": "fase",
    "cable": "kabel",
}
