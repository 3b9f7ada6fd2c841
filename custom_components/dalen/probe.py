"""Read a heat pump once, to know that it is there and what it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from homeassistant.components.modbus import async_get_temporary_unit
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from modbus_connection import ModbusConnectionError, ModbusTimeoutError

from .const import CONF_UNIT_ID
from .heat_pump import (
    ConnectionSettingsError,
    HeatPumpIdentity,
    HeatPumpProfile,
    HeatPumpState,
    HeatPumpUnreachableError,
    ImplausibleReadingError,
    LimitCapability,
    MeterNeed,
    ModbusHeatPump,
    RegisterRow,
    WrongWordOrderError,
)
from .heat_pump_data import CONF_DEVICE, Data, modbus_heat_pump, modbus_params

MISSES_POWER = "electric_w is missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What one reading of a heat pump told."""

    state: HeatPumpState
    capability: LimitCapability
    identity: HeatPumpIdentity
    rows: tuple[RegisterRow, ...] = ()
    """What each register held; empty for a heat pump without registers."""

    variant: str | None = None
    """The variant of the profile that the device shows to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeFailure:
    """Why a heat pump could not be read: a key of the translations."""

    key: str
    placeholders: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[RegisterRow, ...] = ()
    is_answered: bool = False
    """True when there is a device, and it may be that the profile does not fit."""

    right_order: str | None = None
    """The order of the words that makes sense, when they are swapped."""


async def async_probe(
    hass: HomeAssistant, profile: HeatPumpProfile, data: Data
) -> Probe | ProbeFailure:
    """Return what the heat pump at this address told, or why it did not."""
    try:
        async with async_get_temporary_unit(
            hass, modbus_params(profile, data), data[CONF_UNIT_ID]
        ) as unit:
            return await _read(modbus_heat_pump(hass, unit, profile, data))
    except ConnectionSettingsError as err:
        return ProbeFailure(
            key="connection_settings", placeholders={"detail": str(err)}
        )
    except HeatPumpUnreachableError as err:
        return _unreachable(err, is_serial=CONF_DEVICE in data)
    except HomeAssistantError:
        return ProbeFailure(key="link_settings_in_use")


async def _read(heat_pump: ModbusHeatPump) -> Probe | ProbeFailure:
    """Return what the registers told. Raises HeatPumpUnreachableError."""
    try:
        state = await heat_pump.read(dt_util.utcnow())
    except ImplausibleReadingError as err:
        return _implausible(err, heat_pump.rows)
    profile = heat_pump.profile
    if state.electric_w is None and profile.meter is MeterNeed.OPTIONAL:
        return ProbeFailure(
            key="wrong_device",
            placeholders={"detail": MISSES_POWER},
            rows=heat_pump.rows,
            is_answered=True,
        )
    return Probe(
        state=state,
        capability=heat_pump.capability,
        identity=await heat_pump.identity(),
        rows=heat_pump.rows,
        variant=await heat_pump.detected_variant(),
    )


def _implausible(
    err: ImplausibleReadingError, rows: tuple[RegisterRow, ...]
) -> ProbeFailure:
    """Return the words for a device that tells nonsense."""
    wrong = err.values[0]
    right_order = err.right_order if isinstance(err, WrongWordOrderError) else None
    return ProbeFailure(
        key="wrong_word_order" if right_order else "implausible_reading",
        placeholders={
            "register": f"{wrong.key} ({wrong.register})",
            "detail": str(wrong),
        },
        rows=rows,
        is_answered=True,
        right_order=right_order,
    )


def _unreachable(err: HeatPumpUnreachableError, *, is_serial: bool) -> ProbeFailure:
    """Return the words for how the heat pump failed to answer."""
    match err.__cause__:
        case ModbusTimeoutError():
            return ProbeFailure(key="serial_timeout" if is_serial else "timeout")
        case ModbusConnectionError():
            key = "serial_cannot_open" if is_serial else "cannot_connect"
            return ProbeFailure(key=key)
        case _:
            # It answers, but with a refusal or without the registers.
            return ProbeFailure(
                key="wrong_device",
                placeholders={"detail": str(err)},
                is_answered=True,
            )


def connection_name(data: Data) -> str:
    """Return where a heat pump is, for a message: its host or its serial port."""
    return str(data.get(CONF_DEVICE) or data.get(CONF_HOST) or "")
