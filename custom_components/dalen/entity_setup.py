"""Heat pumps through entities, as they are kept in a subentry."""

from collections.abc import Mapping
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .const import CONF_BRAND, CONF_LIMIT, CONF_MINIMUM_W, CONF_MODEL, CONF_NAMEPLATE_W
from .description import HeatPumpDescription
from .entity_heat_pump.bindings import read_bindings
from .entity_heat_pump.errors import ImplausibleEntityError
from .entity_heat_pump.factory import make_heat_pump
from .entity_heat_pump.heat_pump import EntityHeatPump
from .entity_heat_pump.home_assistant import HomeAssistantEntities
from .entity_heat_pump.limiter import Powers
from .entity_heat_pump.mechanism import NO_LIMIT
from .heat_pump_data import CONF_ARMED
from .probe import Probe, ProbeFailure


def entity_heat_pump(hass: HomeAssistant, data: Mapping[str, Any]) -> EntityHeatPump:
    """Return the adapter of a heat pump that is connected through entities.

    One that failed its write test is only monitored.
    """
    if data.get(CONF_ARMED) is False:
        data = {**data, CONF_LIMIT: NO_LIMIT}
    powers = Powers(nameplate_w=data[CONF_NAMEPLATE_W], minimum_w=data[CONF_MINIMUM_W])
    return make_heat_pump(HomeAssistantEntities(hass), data, powers, dt_util.utcnow)


def describe_entities(data: Mapping[str, Any]) -> HeatPumpDescription:
    """Return what a heat pump that is connected through entities is and tells."""
    return HeatPumpDescription(
        brand=data.get(CONF_BRAND),
        model=data.get(CONF_MODEL),
        told=read_bindings(data).told,
    )


async def async_probe_entities(
    hass: HomeAssistant, data: Mapping[str, Any]
) -> Probe | ProbeFailure:
    """Return what the entities tell now, or why they cannot be used.

    They have to be there: raises HeatPumpUnreachableError otherwise.
    """
    heat_pump = entity_heat_pump(hass, data)
    try:
        state = await heat_pump.read(dt_util.utcnow())
    except ImplausibleEntityError as err:
        return ProbeFailure(
            key="implausible_entity", placeholders={"detail": str(err.values[0])}
        )
    return Probe(
        state=state,
        capability=heat_pump.capability,
        identity=await heat_pump.identity(),
    )
