"""A dashboard for the demo's house, made of Home Assistant's own cards."""

from typing import Any

from .home_assistant import HomeAssistant
from .story import PREFIX

URL_PATH = "dalen-demo"


def _card(title: str, *entities: str) -> dict[str, Any]:
    return {"type": "entities", "title": title, "entities": list(entities)}


def _graph(title: str, *entities: str) -> dict[str, Any]:
    return {
        "type": "history-graph",
        "title": title,
        "hours_to_show": 1,
        "entities": list(entities),
    }


def views() -> list[dict[str, Any]]:
    """Return one view: what holds now, what the pump does, and the last hour."""
    sensor, binary = f"sensor.{PREFIX}", f"binary_sensor.{PREFIX}"
    limit = _card(
        "Limit",
        f"{sensor}_effective_limit",
        f"{sensor}_limit_source",
        f"{binary}_limited",
        f"number.{PREFIX}_power_limit",
    )
    pump = _card(
        "Heat pump",
        f"{sensor}_electric_power",
        f"{sensor}_thermal_power",
        f"{sensor}_cop",
        f"{sensor}_outdoor_temperature",
        f"{sensor}_flow_temperature",
        f"{binary}_boiler_active",
    )
    graph = _graph(
        "Power and limit", f"{sensor}_electric_power", f"{sensor}_effective_limit"
    )
    return [{"title": "Dalen", "cards": [limit, pump, graph]}]


async def make_dashboard(home_assistant: HomeAssistant) -> None:
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
    await home_assistant.command(
        {
            "type": "lovelace/config/save",
            "url_path": URL_PATH,
            "config": {"views": views()},
        }
    )
