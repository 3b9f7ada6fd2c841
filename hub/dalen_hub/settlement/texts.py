"""The words of the statement, English and Dutch."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "title": "Statement",
        "intro": (
            "What the heat pumps left out for the transformer, and what each home is"
            " paid for it. The figure after ± is how far the estimate may be off."
        ),
        "home": "Home",
        "delivered": "Delivered (kWh)",
        "gas": "Extra gas (m³)",
        "cost": "Cost of gas (€)",
        "pot": "Share of the pot (€)",
        "total": "Paid (€)",
        "sum": "All homes",
        "unknown": "unknown",
        "how": "How it is counted",
        "baseline": (
            "Delivered is what a pump would have drawn without a limit less what it"
            " drew, in the quarter hours of a limit. What it would have drawn is"
            " estimated from the outdoor temperature. On {days} days without limits"
            " that estimate was off by {mean} % on average and {max} % at most."
        ),
        "baseline_unknown": (
            "Delivered is what a pump would have drawn without a limit less what it"
            " drew. There were too few days without limits ({days}) to know how good"
            " that estimate is."
        ),
        "prices": (
            "Prices: electricity {electricity} €/kWh, gas {gas} €/m³, boiler {boiler}"
            " kWh/m³. A home never pays for a limit that saved it money."
        ),
        "market": "Worth on the market for congestion (GOPACS)",
        "year": "Prices of",
        "value": "Worth (€)",
        "surplus": "Worth less cost (€)",
    },
    "nl": {
        "title": "Afrekening",
        "intro": (
            "Wat de warmtepompen hebben gelaten voor de transformator, en wat elke"
            " woning daarvoor krijgt. Het getal na ± zegt hoe ver de schatting ernaast"
            " kan zitten."
        ),
        "home": "Woning",
        "delivered": "Geleverd (kWh)",
        "gas": "Extra gas (m³)",
        "cost": "Kosten van gas (€)",
        "pot": "Deel van de pot (€)",
        "total": "Betaald (€)",
        "sum": "Alle woningen",
        "unknown": "onbekend",
        "how": "Hoe er is geteld",
        "baseline": (
            "Geleverd is wat een warmtepomp zonder limiet had gebruikt min wat hij"
            " gebruikte, in de kwartieren met een limiet. Wat hij had gebruikt is"
            " geschat uit de buitentemperatuur. Op {days} dagen zonder limieten zat die"
            " schatting er gemiddeld {mean} % en hoogstens {max} % naast."
        ),
        "baseline_unknown": (
            "Geleverd is wat een warmtepomp zonder limiet had gebruikt min wat hij"
            " gebruikte. Er waren te weinig dagen zonder limieten ({days}) om te weten"
            " hoe goed die schatting is."
        ),
        "prices": (
            "Prijzen: elektriciteit {electricity} €/kWh, gas {gas} €/m³, ketel {boiler}"
            " kWh/m³. Een woning betaalt nooit voor een limiet die haar geld bespaarde."
        ),
        "market": "Waarde op de markt voor congestie (GOPACS)",
        "year": "Prijzen van",
        "value": "Waarde (€)",
        "surplus": "Waarde min kosten (€)",
    },
}
