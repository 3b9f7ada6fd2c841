"""The sentences about faults of meters, in English and Dutch."""

from collections.abc import Mapping
from typing import Final

from dalen_hub.grid.faults import Fault

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("Total", "L1", "L2", "L3"),
    "nl": ("Totaal", "L1", "L2", "L3"),
}
TEXTS: Final[Mapping[str, Mapping[Fault, str]]] = {
    "en": {
        Fault.GAP: "{column}: {count} values did not come.",
        Fault.FROZEN: "{column}: {count} values in a row were the very same: the meter"
        " stood still.",
        Fault.SPIKE: "{column}: {count} single values were far from all around them.",
        Fault.REVERSED: "{column}: {count} values have the wrong sign: a current"
        " transformer sits the wrong way round.",
        Fault.EMPTY: "{column}: {count} values of nothing: this phase is not connected"
        " to the meter.",
        Fault.CLOCK_JUMP: "{column}: {count} times do not fit: the clock of the meter"
        " jumped.",
        Fault.DUPLICATE: "{column}: {count} times came twice, with other values.",
        Fault.UNIT_SLIP: "{column}: {count} values came in another unit than kW.",
        Fault.IMPOSSIBLE: "{column}: {count} values are more than the transformer can"
        " carry.",
    },
    "nl": {
        Fault.GAP: "{column}: {count} waarden kwamen niet.",
        Fault.FROZEN: "{column}: {count} waarden op rij waren precies gelijk: de meter"
        " stond stil.",
        Fault.SPIKE: "{column}: {count} losse waarden lagen ver van alles eromheen.",
        Fault.REVERSED: "{column}: {count} waarden hebben het verkeerde teken: een"
        " stroomtrafo zit verkeerd om.",
        Fault.EMPTY: "{column}: {count} waarden van niets: deze fase zit niet op de"
        " meter.",
        Fault.CLOCK_JUMP: "{column}: {count} tijden kloppen niet: de klok van de meter"
        " versprong.",
        Fault.DUPLICATE: "{column}: {count} tijden kwamen dubbel, met andere waarden.",
        Fault.UNIT_SLIP: "{column}: {count} waarden kwamen in een andere eenheid dan"
        " kW.",
        Fault.IMPOSSIBLE: "{column}: {count} waarden zijn meer dan de trafo aankan.",
    },
}
ENDINGS: Final[Mapping[str, Mapping[bool, str]]] = {
    "en": {True: "The hub repaired this.", False: "The hub does not use this."},
    "nl": {True: "De hub herstelde dit.", False: "De hub gebruikt dit niet."},
}
