"""A dashboard for the demo's house, made of Home Assistant's own cards."""

from collections.abc import Mapping
from typing import Any, Final

from .home_assistant import HomeAssistant
from .story import PREFIX

URL_PATH: Final = "dalen-demo"

# Card titles and the names of rows, which need not repeat the device's name.
_TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "limit": "Limit",
        "pump": "Heat pump",
        "graph": "Power and limit",
        f"sensor.{PREFIX}_effective_limit": "Effective limit",
        f"sensor.{PREFIX}_limit_source": "Limit source",
        f"sensor.{PREFIX}_limited_until": "Limited until",
        f"number.{PREFIX}_power_limit": "My own limit",
        f"sensor.{PREFIX}_electric_power": "Electric power",
        f"sensor.{PREFIX}_thermal_power": "Thermal power",
        f"sensor.{PREFIX}_cop": "COP",
        f"sensor.{PREFIX}_outdoor_temperature": "Outdoor temperature",
        f"sensor.{PREFIX}_flow_temperature": "Flow temperature",
        f"binary_sensor.{PREFIX}_boiler_active": "Boiler",
    },
    "nl": {
        "limit": "Grens",
        "pump": "Warmtepomp",
        "graph": "Vermogen en grens",
        f"sensor.{PREFIX}_effective_limit": "Geldende grens",
        f"sensor.{PREFIX}_limit_source": "Bron van de grens",
        f"sensor.{PREFIX}_limited_until": "Begrensd tot",
        f"number.{PREFIX}_power_limit": "Mijn eigen grens",
        f"sensor.{PREFIX}_electric_power": "Elektrisch vermogen",
        f"sensor.{PREFIX}_thermal_power": "Thermisch vermogen",
        f"sensor.{PREFIX}_cop": "COP",
        f"sensor.{PREFIX}_outdoor_temperature": "Buitentemperatuur",
        f"sensor.{PREFIX}_flow_temperature": "Aanvoertemperatuur",
        f"binary_sensor.{PREFIX}_boiler_active": "Cv-ketel",
    },
}
_LIMIT: Final = tuple(_TEXTS["en"])[3:7]
_PUMP: Final = tuple(_TEXTS["en"])[7:]
_GRAPH: Final = (_PUMP[0], _LIMIT[0])


def views(language: str) -> list[dict[str, Any]]:
    """Return one view: what holds now, what the pump does, and the last minutes."""
    texts = _TEXTS[language]

    def rows(entities: tuple[str, ...]) -> list[dict[str, str]]:
        return [{"entity": entity, "name": texts[entity]} for entity in entities]

    graph = {
        "type": "history-graph",
        "title": texts["graph"],
        "hours_to_show": 0.1,
        "entities": rows(_GRAPH),
    }
    cards = [
        {"type": "entities", "title": texts["limit"], "entities": rows(_LIMIT)},
        {"type": "entities", "title": texts["pump"], "entities": rows(_PUMP)},
        graph,
    ]
    return [{"title": "Dalen", "cards": cards}]


async def make_dashboard(home_assistant: HomeAssistant, language: str) -> None:
    """Make the dashboard."""
    await home_assistant.command(
        {
            "type": "lovelace/dashboards/create",
            "url_path": URL_PATH,
            "title": "Dalen",
            "icon": "mdi:heat-pump",
            "mode": "storage",
        }
    )
    await fill_dashboard(home_assistant, language)


async def fill_dashboard(home_assistant: HomeAssistant, language: str) -> None:
    """Put the cards on the dashboard, with texts in a language."""
    await home_assistant.command(
        {
            "type": "lovelace/config/save",
            "url_path": URL_PATH,
            "config": {"views": views(language)},
        }
    )
