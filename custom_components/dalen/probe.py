"""Read a heat pump once, to know that it is there and what it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from homeassistant.components.modbus import async_get_temporary_unit
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from modbus_connection import ModbusConnectionError, ModbusTcpParams, ModbusTimeoutError

from .const import CONF_UNIT_ID
from .heat_pump.errors import HeatPumpUnreachableError, ImplausibleReadingError
from .heat_pump.modbus import ModbusHeatPump
from .heat_pump.model import HeatPumpIdentity, HeatPumpState, LimitCapability
from .heat_pump.profile import HeatPumpProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What one reading of a heat pump told."""

    state: HeatPumpState
    capability: LimitCapability
    identity: HeatPumpIdentity


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeFailure:
    """Why a heat pump could not be read: a key of the translations."""

    key: str
    placeholders: Mapping[str, str] = field(default_factory=dict)


def modbus_params(data: Mapping[str, Any]) -> ModbusTcpParams:
    """Return the link settings in the data of a heat pump."""
    return ModbusTcpParams(host=data[CONF_HOST], port=data[CONF_PORT])


async def async_probe(
    hass: HomeAssistant, profile: HeatPumpProfile, data: Mapping[str, Any]
) -> Probe | ProbeFailure:
    """Return what the heat pump at this address told, or why it did not."""
    try:
        async with async_get_temporary_unit(
            hass, modbus_params(data), data[CONF_UNIT_ID]
        ) as unit:
            heat_pump = ModbusHeatPump(unit, profile)
            state = await heat_pump.read(dt_util.utcnow())
            identity = await heat_pump.identity()
    except HeatPumpUnreachableError as err:
        return _unreachable(err)
    except ImplausibleReadingError as err:
        wrong = err.values[0]
        return ProbeFailure(
            key="implausible_reading",
            placeholders={
                "register": f"{wrong.key} ({wrong.register})",
                "detail": str(wrong),
            },
        )
    except HomeAssistantError:
        return ProbeFailure(key="link_settings_in_use")
    if state.electric_w is None:
        return ProbeFailure(
            key="wrong_device", placeholders={"detail": "electric_w is missing"}
        )
    return Probe(state=state, capability=heat_pump.capability, identity=identity)


def _unreachable(err: HeatPumpUnreachableError) -> ProbeFailure:
    """Return the words for how the heat pump failed to answer."""
    match err.__cause__:
        case ModbusTimeoutError():
            return ProbeFailure(key="timeout")
        case ModbusConnectionError():
            return ProbeFailure(key="cannot_connect")
        case _:
            # It answers, but with a refusal or without the registers.
            return ProbeFailure(key="wrong_device", placeholders={"detail": str(err)})
