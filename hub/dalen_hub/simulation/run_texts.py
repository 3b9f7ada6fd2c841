"""The words of the table and the page of a simulation, in English and Dutch."""

from typing import Final

TEXTS: Final = {
    "en": {
        "title": "Simulation of a village with hybrid heat pumps",
        "none": "no steering",
        "frame": "fixed frame, 500 W from 16 to 21 h",
        "dynamic": "dynamic steering",
        "stop": "all heat pumps off from 16 to 21 h",
        "intro": "{homes} homes behind one transformer, {pumps} of them with a hybrid"
        " heat pump. {villages} x {days}, {strategy}.",
        "village": "village",
        "villages": "villages",
        "cold_day": "cold day",
        "cold_days": "cold days",
        "in_short": "With steering the highest quarter hour was {peak} kW instead of"
        " {free} kW. That took {gas} m3 of extra gas a day in each home with a heat"
        " pump.",
        "at_least": "With perfect foresight {optimum} m3 would have been enough.",
        "warm": "No home got colder.",
        "colder": "Some homes got colder; see the last part.",
        "figure": "figure",
        "pilot": "pilot",
        "own": "this run, mean ± spread",
        "peak": "highest quarter hour",
        "free_peak": "the same without steering",
        "overshoot": "quarter hours above the limit",
        "of_asked": "peak cut, of what was asked",
        "gas": "extra gas a day and home",
        "optimum": "the least possible, with perfect foresight",
        "ratio": "extra gas / the least possible",
        "comfort": "warmth lost in a home over the run",
        "fleet_peak": "all heat pumps together, highest quarter hour",
        "pump_peak": "peak of a day, mean of a heat pump *",
        "above_500": "above 500 W in the evening, a running heat pump",
        "above_800": "hours with a mean above 0.8 kW",
        "stop_cut": "emergency stop at 20 h, part of the load after 5 min *",
        "phases": "3 x highest phase / total (real feeders: 1.2-1.6)",
        "cut_kw": "peak lower by",
        "peak_cut": "peak lower by",
        "stop_kw": "taken off by a full stop, at most",
        "stop_gas": "extra gas a day and home",
        "extra_gas": "extra gas a day and home",
        "calibrated": "* The village was calibrated on these two figures of the pilot;"
        " all others come out as they do.",
        "speed": "{home_days} days of a home in {cpu_s} s of one processor core",
        "load_title": "The load of the transformer",
        "load_text": "Grey is the load if nobody were steered, blue the load with"
        " steering, and red the limit. Steering works where grey is above red.",
        "pumps_title": "What the heat pumps draw together",
        "pumps_text": "Grey without steering, blue with it. What is missing the gas"
        " boilers supply for a while.",
        "cap_title": "What each heat pump may draw",
        "cap_text": "All homes share the same level. Where there is no line nobody is"
        " limited.",
        "gas_title": "Extra gas by day, all homes together",
        "gas_text": "The price of keeping the limit: heat that the boiler makes instead"
        " of the heat pump. The day of the chart is one of these.",
        "comfort_title": "Warmth",
        "comfort_text": "The most that any home was colder than without steering,"
        " further than half a kelvin below its thermostat: {colder} K.",
        "legend_free": "without steering",
        "legend_own": "with steering",
        "legend_limit": "limit",
        "legend_base": "of it homes without steering",
        "day_of": "The day with the highest load in village 1",
        "hour": "hour of the day",
        "day": "day",
    },
    "nl": {
        "title": "Simulatie van een dorp met hybride warmtepompen",
        "none": "geen sturing",
        "frame": "vast vermogenskader, 500 W van 16 tot 21 uur",
        "dynamic": "dynamische sturing",
        "stop": "alle warmtepompen uit van 16 tot 21 uur",
        "intro": "{homes} woningen achter één transformator, waarvan {pumps} met een"
        " hybride warmtepomp. {villages} x {days}, {strategy}.",
        "village": "dorp",
        "villages": "dorpen",
        "cold_day": "koude dag",
        "cold_days": "koude dagen",
        "in_short": "Met sturing was het hoogste kwartier {peak} kW in plaats van"
        " {free} kW. Dat kostte {gas} m3 extra gas per dag in elke woning met een"
        " warmtepomp.",
        "at_least": "Met kennis vooraf was {optimum} m3 genoeg geweest.",
        "warm": "Geen enkele woning werd kouder.",
        "colder": "Sommige woningen werden kouder; zie het laatste deel.",
        "figure": "kengetal",
        "pilot": "pilot",
        "own": "deze berekening, gemiddelde ± spreiding",
        "peak": "hoogste kwartier",
        "free_peak": "hetzelfde zonder sturing",
        "overshoot": "kwartieren boven de grens",
        "of_asked": "lagere piek, van wat gevraagd was",
        "gas": "extra gas per dag en woning",
        "optimum": "het minst mogelijke, met kennis vooraf",
        "ratio": "extra gas / het minst mogelijke",
        "comfort": "gemiste warmte per woning in deze dagen",
        "fleet_peak": "alle warmtepompen samen, hoogste kwartier",
        "pump_peak": "dagpiek, gemiddelde van een warmtepomp *",
        "above_500": "boven 500 W in de avond, per werkende warmtepomp",
        "above_800": "uren met gemiddeld meer dan 0,8 kW",
        "stop_cut": "noodstop om 20 uur, deel van de belasting na 5 min *",
        "phases": "3 x hoogste fase / totaal (echte kabels: 1,2-1,6)",
        "cut_kw": "piek lager met",
        "peak_cut": "piek lager met",
        "stop_kw": "afgeschakeld bij een volledige stop, ten hoogste",
        "stop_gas": "extra gas per dag en woning",
        "extra_gas": "extra gas per dag en woning",
        "calibrated": "* Op deze twee cijfers van de pilot is het dorp afgesteld; alle"
        " andere volgen uit de berekening.",
        "speed": "{home_days} woningdagen in {cpu_s} s van één processorkern",
        "load_title": "De belasting van de transformator",
        "load_text": "Grijs is de belasting als er niets gestuurd werd, blauw de"
        " belasting met sturing, rood de grens. De sturing werkt waar grijs boven rood"
        " komt.",
        "pumps_title": "Wat de warmtepompen samen vragen",
        "pumps_text": "Grijs zonder sturing, blauw met sturing. Wat ontbreekt levert de"
        " cv-ketel tijdelijk.",
        "cap_title": "Wat elke warmtepomp mag vragen",
        "cap_text": "Alle woningen delen hetzelfde niveau. Waar geen lijn staat, wordt"
        " niemand begrensd.",
        "gas_title": "Extra gas per dag, alle woningen samen",
        "gas_text": "De prijs van het aanhouden van de grens: warmte die de ketel maakt"
        " in plaats van de warmtepomp. De dag van de grafiek is er één van.",
        "comfort_title": "Warmte",
        "comfort_text": "Het meeste dat een woning kouder was dan zonder sturing,"
        " verder dan een halve graad onder de thermostaat: {colder} K.",
        "legend_free": "zonder sturing",
        "legend_own": "met sturing",
        "legend_limit": "grens",
        "legend_base": "waarvan ongestuurd",
        "day_of": "De dag met de hoogste belasting in dorp 1",
        "hour": "uur van de dag",
        "day": "dag",
    },
}
"""Texts by language and key."""
