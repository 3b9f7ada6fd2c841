"""The registers of a heat pump, as they may be shown to others."""

from .heat_pump.adapter import HeatPumpAdapter
from .heat_pump.modbus import ModbusHeatPump
from .heat_pump.register_probe import RegisterRow


def open_rows(adapter: HeatPumpAdapter) -> tuple[RegisterRow, ...]:
    """Return what the registers held last, without those of the serial number.

    Empty for a heat pump that is not on Modbus.
    """
    if not isinstance(adapter, ModbusHeatPump):
        return ()
    secret = set(adapter.profile.serial)
    return tuple(row for row in adapter.rows if row.key not in secret)
