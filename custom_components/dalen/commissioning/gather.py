"""Find out, on a running house, all that a commissioning report tells."""

from contextlib import suppress
from dataclasses import asdict
from typing import Any

from homeassistant.const import __version__ as home_assistant_version
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration
from homeassistant.util import dt as dt_util

from ..const import CONF_CONNECTION, DOMAIN, Connection
from ..coordinator import HeatPumpCoordinator
from ..heat_pump.communication import CommunicationResult, communication_test
from ..heat_pump.errors import HeatPumpUnreachableError
from ..heat_pump.modbus import ModbusHeatPump
from ..heat_pump.model import HeatPumpState
from ..heat_pump.register_probe import RegisterRow
from ..registers import open_rows
from ..write_test_data import last_write_test
from .report import CommissioningReport, HeatPumpFacts, Versions


async def async_gather(
    hass: HomeAssistant, pump: HeatPumpCoordinator
) -> CommissioningReport:
    """Return the report of one heat pump; it changes nothing in the device.

    On Modbus this takes as long as 100 requests do. A heat pump that does not
    answer has a report too: it says so.
    """
    modbus = pump.adapter if isinstance(pump.adapter, ModbusHeatPump) else None
    communication: CommunicationResult | None = None
    registers: tuple[RegisterRow, ...] = ()
    if modbus is not None:
        communication = await communication_test(modbus)
        registers = await _registers(modbus)
    integration = await async_get_integration(hass, DOMAIN)
    return CommissioningReport(
        created=dt_util.utcnow(),
        versions=Versions(
            dalen=str(integration.version), home_assistant=home_assistant_version
        ),
        heat_pump=await _facts(pump, modbus),
        registers=registers,
        readings=_readings(pump.data),
        communication=communication,
        write_test=last_write_test(pump),
    )


async def _registers(modbus: ModbusHeatPump) -> tuple[RegisterRow, ...]:
    """Return what the registers hold now, or held last."""
    with suppress(HeatPumpUnreachableError):
        await modbus.probe()
    return open_rows(modbus)


async def _facts(
    pump: HeatPumpCoordinator, modbus: ModbusHeatPump | None
) -> HeatPumpFacts:
    """Return what the heat pump is."""
    capability = pump.adapter.capability
    firmware, variant = await _told_by(modbus)
    return HeatPumpFacts(
        brand=pump.description.brand,
        model=pump.description.model,
        connection=pump.subentry.data.get(CONF_CONNECTION, Connection.MODBUS),
        profile=None if modbus is None else modbus.profile.id,
        variant=variant,
        firmware=firmware,
        limit_kind=capability.kind.value,
        minimum_w=capability.minimum_w,
        maximum_w=capability.maximum_w,
        lowest_w=capability.lowest_w,
        step_w=capability.step_w,
        min_write_interval_s=capability.min_write_interval_s,
        daily_write_budget=capability.daily_write_budget,
        watchdog_s=capability.watchdog_s,
    )


async def _told_by(modbus: ModbusHeatPump | None) -> tuple[str | None, str | None]:
    """Return firmware and variant, as far as the device tells them."""
    if modbus is None:
        return None, None
    try:
        identity = await modbus.identity()
        return identity.firmware, await modbus.detected_variant()
    except HeatPumpUnreachableError:
        return None, None


def _readings(state: HeatPumpState | None) -> dict[str, float | bool]:
    """Return the numbers and the answers of the last reading."""
    fields: dict[str, Any] = {} if state is None else asdict(state)
    return {
        key: value for key, value in fields.items() if isinstance(value, int | float)
    }
