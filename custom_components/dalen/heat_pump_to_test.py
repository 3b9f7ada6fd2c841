"""A heat pump that may be written to for a test, and the test on it."""

from asyncio import sleep
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from homeassistant.components.modbus import async_get_temporary_unit
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .const import CONF_CONNECTION, CONF_LIMIT, CONF_UNIT_ID, Connection
from .entity_heat_pump.mechanism import NO_LIMIT
from .entity_setup import entity_heat_pump
from .heat_pump import (
    HeatPumpAdapter,
    HeatPumpProfile,
    LimitKind,
    WriteTestOutcome,
    WriteTestResult,
    run_write_test,
)
from .heat_pump_data import (
    CONF_ARMED,
    Data,
    async_profile,
    modbus_heat_pump,
    modbus_params,
)


def is_on_modbus(data: Data) -> bool:
    """Tell if a heat pump has registers."""
    return bool(data.get(CONF_CONNECTION, Connection.MODBUS) == Connection.MODBUS)


async def async_can_be_tested(hass: HomeAssistant, data: Data) -> bool:
    """Tell if there is a limit to test."""
    if is_on_modbus(data):
        profile: HeatPumpProfile = await async_profile(hass, data)
        return profile.limit.kind is not LimitKind.MONITOR
    return bool(data[CONF_LIMIT] != NO_LIMIT)


@asynccontextmanager
async def async_armed(
    hass: HomeAssistant, data: Data
) -> AsyncGenerator[HeatPumpAdapter]:
    """Return a heat pump that may be written to, on a link of its own or a shared one.

    Raises HomeAssistantError when the link is in use with other settings.
    """
    armed = {**data, CONF_ARMED: True}
    if not is_on_modbus(data):
        yield entity_heat_pump(hass, armed)
        return
    profile: HeatPumpProfile = await async_profile(hass, data)
    async with async_get_temporary_unit(
        hass, modbus_params(profile, data), data[CONF_UNIT_ID]
    ) as unit:
        yield modbus_heat_pump(hass, unit, profile, armed)


async def async_limit_kind(hass: HomeAssistant, data: Data) -> LimitKind:
    """Return by what means a heat pump is limited, after what its test found."""
    if not is_on_modbus(data):
        return entity_heat_pump(hass, data).capability.kind
    profile = await async_profile(hass, data)
    armed = data.get(CONF_ARMED, not profile.needs_write_test)
    return profile.limit.kind if armed else LimitKind.MONITOR


async def async_test_pump(
    pump: HeatPumpAdapter, on_progress: Callable[[float], None]
) -> WriteTestResult:
    """Test the limit of a heat pump that nothing else limits meanwhile."""
    return await run_write_test(pump, dt_util.utcnow, sleep, on_progress)


async def async_write_test(
    hass: HomeAssistant, data: Data, on_progress: Callable[[float], None]
) -> WriteTestResult:
    """Test the limit of a heat pump, and return what was measured.

    Nothing else may limit it meanwhile.
    """
    started = dt_util.utcnow()
    try:
        async with async_armed(hass, data) as pump:
            return await async_test_pump(pump, on_progress)
    except HomeAssistantError as err:
        return WriteTestResult(
            outcome=WriteTestOutcome.UNREACHABLE,
            kind=LimitKind.MONITOR,
            started=started,
            duration_s=(dt_util.utcnow() - started) / timedelta(seconds=1),
            detail=str(err),
        )
