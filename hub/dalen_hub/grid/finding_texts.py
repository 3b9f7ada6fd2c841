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
        Fault.GAP: "{column}: values are missing ({count}×).",
        Fault.FROZEN: "{column}: the meter stood still, the same value {count}× in a"
        " row.",
        Fault.SPIKE: "{column}: a value far from all around it ({count}×).",
        Fault.REVERSED: "{column}: the wrong sign ({count}×): a current transformer"
        " sits the wrong way round.",
        Fault.EMPTY: "{column}: nothing is measured ({count}×): this phase is not"
        " connected to the meter.",
        Fault.CLOCK_JUMP: "{column}: a time that does not fit ({count}×): the clock of"
        " the meter jumped.",
        Fault.DUPLICATE: "{column}: a time that came twice, with another value"
        " ({count}×).",
        Fault.UNIT_SLIP: "{column}: a value in another unit than kW ({count}×).",
        Fault.IMPOSSIBLE: "{column}: a value beyond what the transformer can carry"
        " ({count}×).",
    },
    "nl": {
        Fault.GAP: "{column}: er ontbreken waarden ({count}×).",
        Fault.FROZEN: "{column}: de meter stond stil, {count}× dezelfde waarde op rij.",
        Fault.SPIKE: "{column}: een waarde ver van alles eromheen ({count}×).",
        Fault.REVERSED: "{column}: het verkeerde teken ({count}×): een stroomtrafo zit"
        " verkeerd om.",
        Fault.EMPTY: "{column}: er wordt niets gemeten ({count}×): deze fase zit niet"
        " op de meter.",
        Fault.CLOCK_JUMP: "{column}: een tijd die niet klopt ({count}×): de klok van de"
        " meter versprong.",
        Fault.DUPLICATE: "{column}: een tijd die dubbel kwam, met een andere waarde"
        " ({count}×).",
        Fault.UNIT_SLIP: "{column}: een waarde in een andere eenheid dan kW"
        " ({count}×).",
        Fault.IMPOSSIBLE: "{column}: een waarde boven wat de trafo aankan ({count}×).",
    },
}
ENDINGS: Final[Mapping[str, Mapping[bool, str]]] = {
    "en": {True: "The hub repaired this.", False: "The hub does not use this."},
    "nl": {True: "De hub herstelde dit.", False: "De hub gebruikt dit niet."},
}
