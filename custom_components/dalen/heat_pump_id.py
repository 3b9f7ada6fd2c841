"""How one heat pump is told from another."""

from collections.abc import Mapping
from typing import Any

from homeassistant.const import CONF_HOST, CONF_PORT

from .const import CONF_CONNECTION, CONF_PROFILE, CONF_SERIAL, CONF_UNIT_ID, Connection
from .flows.entity_limit import entity_unique_id
from .heat_pump_data import CONF_DEVICE


def unique_id_of(data: Mapping[str, Any]) -> str:
    """Return how a heat pump is known: its serial number, else its address."""
    if data.get(CONF_CONNECTION, Connection.MODBUS) != Connection.MODBUS:
        return entity_unique_id(data)
    if serial := data.get(CONF_SERIAL):
        return f"{data[CONF_PROFILE]}:{serial}"
    if device := data.get(CONF_DEVICE):
        return f"{device}:{data[CONF_UNIT_ID]}"
    return f"{data[CONF_HOST].lower()}:{data[CONF_PORT]}:{data[CONF_UNIT_ID]}"
