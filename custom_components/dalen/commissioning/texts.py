"""The words of the commissioning report, English and Dutch."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "title": "Commissioning report",
        "made": "Made on {time} by Dalen {dalen} on Home Assistant {core}.",
        "privacy": (
            "This report holds no name, address, place or serial number. It may be"
            " given to others."
        ),
        "summary": "Summary",
        "part": "Part",
        "result": "Result",
        "check_readings": "Readings",
        "check_communication": "Communication",
        "check_write_test": "Limit write test",
        "good": "Good",
        "attention": "Look at this",
        "not_done": "Not done",
        "heat_pump": "Heat pump",
        "brand": "Make",
        "model": "Model",
        "connection": "Connection",
        "connection_modbus": "Modbus",
        "connection_entities": "Entities of another integration",
        "connection_contact": "Contact behind a switch",
        "connection_monitor": "Monitored only",
        "profile": "Profile",
        "variant": "Variant",
        "firmware": "Firmware",
        "limit_kind": "Limited by",
        "kind_watts": "A limit in watts",
        "kind_percent": "A level in percent",
        "kind_contact": "A contact (on or off)",
        "kind_setpoint": "A set point",
        "kind_monitor": "Nothing: monitored only",
        "minimum_w": "Lowest power while it runs",
        "maximum_w": "Highest power",
        "lowest_w": "Lowest limit",
        "step_w": "Step of the limit",
        "min_write_interval_s": "Shortest time between writes",
        "daily_write_budget": "Writes per day at most",
        "watchdog_s": "Limit lapses without a refresh after",
        "readings": "Readings",
        "reading": "Reading",
        "registers": "Registers",
        "register": "Register",
        "place": "Place",
        "raw": "Raw",
        "value": "Value",
        "plausible_range": "Plausible",
        "verdict": "Verdict",
        "verdict_plausible": "Plausible",
        "verdict_implausible": "Cannot be right",
        "verdict_no_value": "No value now",
        "verdict_missing": "Not in this device",
        "verdict_unchecked": "Not checked",
        "communication": "Communication",
        "no_communication": (
            "Another integration talks to this heat pump, so its communication is not"
            " measured."
        ),
        "reads": "Requests",
        "lost": "Without an answer",
        "median": "Median time of an answer",
        "p95": "95 of 100 answers within",
        "slowest": "Slowest answer",
        "write_test": "Limit write test",
        "no_write_test": (
            "No test was done. Press “Start write test” on the page of the heat pump, or"
            " reconfigure it, and make the report again."
        ),
        "outcome": "Outcome",
        "outcome_passed": "Passed: the power fell below the limit and stayed there.",
        "outcome_read_back_only": (
            "The heat pump took the limit and shows it. Nothing measures its power."
        ),
        "outcome_no_effect": "The heat pump took the limit, but its power stayed above.",
        "outcome_not_held": "The heat pump shows another limit than it was given.",
        "outcome_not_accepted": "The heat pump refused the limit.",
        "outcome_too_little_power": (
            "It drew too little power to see a drop. Test when it works harder."
        ),
        "outcome_stopped": "It stopped by itself during the test. Test again.",
        "outcome_disturbed": "It defrosted during the test. Test again.",
        "outcome_not_now": "The contact had to stay free. Test again in ten minutes.",
        "outcome_not_possible": "This heat pump can only be monitored.",
        "outcome_unreachable": "The heat pump did not answer during the test.",
        "outcome_not_restored": (
            "The limit could not be taken away again. Look at the heat pump now."
        ),
        "time": "Time of the test",
        "before_w": "Power before",
        "limit_w": "Limit",
        "readback_w": "Limit as the heat pump shows it",
        "limited_w": "Power under the limit",
        "drop_w": "Measured drop",
        "response_s": "Time until it was below the limit",
        "after_w": "Power after the limit was taken away",
        "yes": "yes",
        "no": "no",
    },
    "nl": {
        "title": "Opleverrapport",
        "made": "Gemaakt op {time} door Dalen {dalen} op Home Assistant {core}.",
        "privacy": (
            "In dit rapport staan geen naam, adres, plaats of serienummer. U mag het"
            " aan anderen geven."
        ),
        "summary": "Samenvatting",
        "part": "Onderdeel",
        "result": "Resultaat",
        "check_readings": "Metingen",
        "check_communication": "Communicatie",
        "check_write_test": "Schrijftest van de grens",
        "good": "Goed",
        "attention": "Bekijk dit",
        "not_done": "Niet gedaan",
        "heat_pump": "Warmtepomp",
        "brand": "Merk",
        "model": "Model",
        "connection": "Verbinding",
        "connection_modbus": "Modbus",
        "connection_entities": "Entiteiten van een andere integratie",
        "connection_contact": "Contact achter een schakelaar",
        "connection_monitor": "Alleen meten",
        "profile": "Profiel",
        "variant": "Variant",
        "firmware": "Firmware",
        "limit_kind": "Begrensd met",
        "kind_watts": "Een grens in watt",
        "kind_percent": "Een stand in procenten",
        "kind_contact": "Een contact (aan of uit)",
        "kind_setpoint": "Een instelwaarde",
        "kind_monitor": "Niets: alleen meten",
        "minimum_w": "Laagste vermogen als hij draait",
        "maximum_w": "Hoogste vermogen",
        "lowest_w": "Laagste grens",
        "step_w": "Stap van de grens",
        "min_write_interval_s": "Kortste tijd tussen twee keer schrijven",
        "daily_write_budget": "Hoogstens schrijven per dag",
        "watchdog_s": "Grens vervalt zonder verversen na",
        "readings": "Metingen",
        "reading": "Meting",
        "registers": "Registers",
        "register": "Register",
        "place": "Plaats",
        "raw": "Ruw",
        "value": "Waarde",
        "plausible_range": "Aannemelijk",
        "verdict": "Oordeel",
        "verdict_plausible": "Aannemelijk",
        "verdict_implausible": "Kan niet kloppen",
        "verdict_no_value": "Nu geen waarde",
        "verdict_missing": "Niet in dit apparaat",
        "verdict_unchecked": "Niet gecontroleerd",
        "communication": "Communicatie",
        "no_communication": (
            "Een andere integratie praat met deze warmtepomp; de communicatie is dus"
            " niet gemeten."
        ),
        "reads": "Vragen",
        "lost": "Zonder antwoord",
        "median": "Mediaan van de antwoordtijd",
        "p95": "95 van de 100 antwoorden binnen",
        "slowest": "Traagste antwoord",
        "write_test": "Schrijftest van de grens",
        "no_write_test": (
            "Er is geen test gedaan. Druk op “Schrijftest starten” op de pagina van de"
            " warmtepomp, of configureer hem opnieuw, en maak het rapport nog eens."
        ),
        "outcome": "Uitkomst",
        "outcome_passed": ("Geslaagd: het vermogen kwam onder de grens en bleef daar."),
        "outcome_read_back_only": (
            "De warmtepomp nam de grens over en toont die. Niets meet het vermogen."
        ),
        "outcome_no_effect": (
            "De warmtepomp nam de grens over, maar het vermogen bleef erboven."
        ),
        "outcome_not_held": "De warmtepomp toont een andere grens dan hij kreeg.",
        "outcome_not_accepted": "De warmtepomp weigerde de grens.",
        "outcome_too_little_power": (
            "Hij verbruikte te weinig om een daling te zien. Test als hij harder werkt."
        ),
        "outcome_stopped": "Hij stopte vanzelf tijdens de test. Test opnieuw.",
        "outcome_disturbed": "Hij ontdooide tijdens de test. Test opnieuw.",
        "outcome_not_now": (
            "Het contact moest vrij blijven. Test over tien minuten opnieuw."
        ),
        "outcome_not_possible": "Bij deze warmtepomp kan alleen worden gemeten.",
        "outcome_unreachable": "De warmtepomp antwoordde niet tijdens de test.",
        "outcome_not_restored": (
            "De grens kon niet worden weggehaald. Kijk nu naar de warmtepomp."
        ),
        "time": "Tijd van de test",
        "before_w": "Vermogen ervoor",
        "limit_w": "Grens",
        "readback_w": "Grens zoals de warmtepomp die toont",
        "limited_w": "Vermogen onder de grens",
        "drop_w": "Gemeten daling",
        "response_s": "Tijd tot hij onder de grens was",
        "after_w": "Vermogen nadat de grens was weggehaald",
        "yes": "ja",
        "no": "nee",
    },
}
