"""What is kept of a heat pump on Modbus, and the link and adapter that follow."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from modbus_connection import ModbusSerialParams, ModbusTcpParams

from .const import (
    CONF_MINIMUM_W,
    CONF_NAMEPLATE_W,
    CONF_PROFILE,
    CONF_SERIAL,
    CONF_UNIT_ID,
)
from .entity_heat_pump.home_assistant import HomeAssistantEntities
from .entity_heat_pump.reading import power_w
from .heat_pump import (
    OWN_FOLDER,
    HeatPumpProfile,
    ModbusHeatPump,
    TransportType,
    find_profile,
    link_params,
)
from .heat_pump.unit import RegisterUnit

# The names are those that link_params reads.
CONF_TRANSPORT: Final = "transport"
CONF_DEVICE: Final = "device"
CONF_BAUDRATE: Final = "baudrate"
CONF_PARITY: Final = "parity"
CONF_STOPBITS: Final = "stopbits"

CONF_VARIANT: Final = "variant"
CONF_METER: Final = "meter_entity"

CONF_ARMED: Final = "armed"
"""What the write test found; absent when it was not done or proved nothing."""

CONF_WRITE_TEST: Final = "write_test"
"""What the last write test measured."""

LINK_KEYS: Final = (
    CONF_PROFILE,
    CONF_VARIANT,
    CONF_SERIAL,
    CONF_TRANSPORT,
    CONF_HOST,
    CONF_PORT,
    CONF_DEVICE,
    CONF_BAUDRATE,
    CONF_PARITY,
    CONF_STOPBITS,
    CONF_UNIT_ID,
)
"""What tells which device it is and where."""

TEST_KEYS: Final = (CONF_ARMED, CONF_WRITE_TEST)

type Data = Mapping[str, Any]


def own_folder(hass: HomeAssistant) -> Path:
    """Return the folder of the profiles that the installer made."""
    return Path(hass.config.path(str(OWN_FOLDER)))


async def async_profile(hass: HomeAssistant, data: Data) -> HeatPumpProfile:
    """Return the profile of a heat pump. Raises ProfileError without it."""
    profile: HeatPumpProfile = await hass.async_add_executor_job(
        find_profile, data[CONF_PROFILE], data.get(CONF_VARIANT), own_folder(hass)
    )
    return profile


def modbus_params(
    profile: HeatPumpProfile, data: Data
) -> ModbusTcpParams | ModbusSerialParams:
    """Return the link settings of a heat pump. Raises ConnectionSettingsError."""
    # What was kept before there was a choice has a host and no transport.
    first = {CONF_TRANSPORT: TransportType.TCP.value} if CONF_HOST in data else {}
    return link_params(profile.transport, first | dict(data))


def meter_of(hass: HomeAssistant, entity_id: str | None) -> Callable[[], float | None]:
    """Return what reads the separate electricity meter, in watts.

    A meter that has been silent for long tells nothing.
    """
    entities = HomeAssistantEntities(hass)

    def measure() -> float | None:
        """Return the power of now."""
        reading = None if entity_id is None else entities.reading(entity_id)
        is_old = reading is not None and reading.is_stale(dt_util.utcnow())
        return None if is_old else power_w(reading)

    return measure


def modbus_heat_pump(
    hass: HomeAssistant, unit: RegisterUnit, profile: HeatPumpProfile, data: Data
) -> ModbusHeatPump:
    """Return the adapter of a heat pump, with what is known of it so far."""
    return ModbusHeatPump(
        unit,
        profile,
        nameplate_w=data.get(CONF_NAMEPLATE_W),
        minimum_w=data.get(CONF_MINIMUM_W),
        armed=data.get(CONF_ARMED),
        meter=meter_of(hass, data.get(CONF_METER)),
        clock=dt_util.utcnow,
    )
