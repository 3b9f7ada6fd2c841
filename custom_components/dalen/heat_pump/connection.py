"""Turn the transport of a profile and the installer's answers into link settings."""

from collections.abc import Mapping
from typing import Any, Literal

from modbus_connection import ModbusSerialParams, ModbusTcpParams

from .errors import ConnectionSettingsError
from .profile import SerialLine, Transport, TransportType

_GATEWAY_BAUDRATE = 115_200
"""What Home Assistant's own Modbus gives a link over a socket, so that both share it."""

DEFAULT_LINE = SerialLine(baudrate=9600, parity="N", stopbits=1)


def transport_type(transport: Transport, settings: Mapping[str, Any]) -> TransportType:
    """Return which way is used; without an answer, the profile's first.

    Raises ConnectionSettingsError for a way that the device does not have.
    """
    chosen = settings.get("transport") or transport.types[0]
    if chosen not in transport.types:
        allowed = ", ".join(transport.types)
        raise ConnectionSettingsError(
            f"transport is {chosen!r}: this heat pump takes {allowed}"
        )
    return TransportType(chosen)


def link_params(
    transport: Transport, settings: Mapping[str, Any]
) -> ModbusTcpParams | ModbusSerialParams:
    """Return the link settings for a device.

    `settings` holds "transport" (a TransportType; absent = the first of the
    profile) and, for TCP and RTU over TCP, "host" and "port", or for a serial
    line "device" and, where they differ from the profile, "baudrate", "parity"
    (N, E or O) and "stopbits". Raises ConnectionSettingsError that says what is
    missing or wrong.
    """
    kind = transport_type(transport, settings)
    if kind is TransportType.SERIAL:
        return _serial(transport.serial or DEFAULT_LINE, settings)
    host = _text(settings, "host", "the address of the heat pump or its gateway")
    port = _whole(settings, "port", transport.port)
    if not 1 <= port <= 65535:
        raise ConnectionSettingsError(f"port is {port}: give a number from 1 to 65535")
    if kind is TransportType.TCP:
        return ModbusTcpParams(host=host, port=port)
    # The colons of an IPv6 address would be taken for the port.
    bracketed = f"[{host}]" if ":" in host else host
    return ModbusSerialParams(
        device=f"socket://{bracketed.lower()}:{port}", baudrate=_GATEWAY_BAUDRATE
    )


def _serial(line: SerialLine, settings: Mapping[str, Any]) -> ModbusSerialParams:
    """Return the settings of a serial line."""
    parity: Literal["N", "E", "O"]
    match settings.get("parity", line.parity):
        case "N" | "E" | "O" as parity:
            pass
        case other:
            raise ConnectionSettingsError(f"parity is {other!r}: give N, E or O")
    stopbits: Literal[1, 2]
    match _whole(settings, "stopbits", line.stopbits):
        case 1 | 2 as stopbits:
            pass
        case other:
            raise ConnectionSettingsError(f"stopbits is {other}: give 1 or 2")
    return ModbusSerialParams(
        device=_text(settings, "device", "the serial port, such as /dev/ttyUSB0"),
        baudrate=_whole(settings, "baudrate", line.baudrate),
        parity=parity,
        stopbits=stopbits,
    )


def _text(settings: Mapping[str, Any], key: str, what: str) -> str:
    """Return a text that must be there."""
    text = str(settings.get(key) or "").strip()
    if not text:
        raise ConnectionSettingsError(f"{key} is missing: give {what}")
    return text


def _whole(settings: Mapping[str, Any], key: str, default: int) -> int:
    """Return a whole number; one from a form may come as a text or a float."""
    value = settings.get(key)
    if value is None:
        return default
    try:
        return int(value)
    except (TypeError, ValueError) as err:
        raise ConnectionSettingsError(
            f"{key} is {value!r}: give a whole number"
        ) from err
