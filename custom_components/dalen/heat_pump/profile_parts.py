"""Read the parts of a profile that describe what the device tells."""

import re
from typing import Literal

from .decoding import RegisterType, WordOrder
from .model import CompressorTimes
from .power_model import PowerModel, PowerSwitch, PowerTerm
from .profile import Detection, PowerSource, SerialLine, Transport, TransportType
from .profile_fields import Fields
from .register import Confidence, Flag, Register, Table

FLAG_KEYS = (
    "compressor_on",
    "boiler_on",
    "defrost",
    "oil_return",
    "hot_water",
    "frost",
    "legionella",
)

_KEY = re.compile(r"[a-z][a-z0-9_]*")
_BAUDRATES = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)
_PARITIES: dict[str, Literal["N", "E", "O"]] = {"N": "N", "E": "E", "O": "O"}
_STOPBITS: dict[int, Literal[1, 2]] = {1: 1, 2: 2}


def read_register(
    fields: Fields, word_order: WordOrder, confidence: Confidence
) -> Register:
    """Read one register; word order and confidence hold where it has none."""
    table = fields.choice("table", Table)
    register = Register(
        key=_key(fields),
        table=table,
        address=fields.whole("address", 0, 65535),
        type=_register_type(fields, table),
        word_order=(
            fields.choice("word_order", WordOrder)
            if fields.has("word_order")
            else word_order
        ),
        scale=fields.number("scale", -1e6, 1e6) if fields.has("scale") else 1.0,
        offset=fields.whole("offset", -65536, 65536) if fields.has("offset") else 0,
        not_available=(
            fields.wholes("not_available", -(2**31), 2**32 - 1)
            if fields.has("not_available")
            else ()
        ),
        confidence=read_confidence(fields, confidence),
        source=read_source(fields),
    )
    fields.finish()
    if register.scale == 0:
        raise fields.error("scale", "is 0", "give what one count means")
    return register


def _key(fields: Fields) -> str:
    """Read the name of a register."""
    key = fields.text("key")
    if not _KEY.fullmatch(key):
        raise fields.error("key", f"is {key!r}", "use lower case, digits and _")
    return key


def _register_type(fields: Fields, table: Table) -> RegisterType:
    """Read how a number is laid out; bits need not say so."""
    if not table.is_bits:
        kind = fields.choice("type", RegisterType)
        if kind is RegisterType.BIT:
            raise fields.error("type", "is bit", f"{table} registers hold numbers")
        return kind
    if fields.has("type") and fields.choice("type", RegisterType) != RegisterType.BIT:
        raise fields.error("type", "is no bit", f"{table} holds bits: leave it out")
    return RegisterType.BIT


def read_source(fields: Fields) -> str:
    """Read who says so."""
    return fields.text("source") if fields.has("source") else ""


def read_confidence(fields: Fields, default: Confidence) -> Confidence:
    """Read how sure a fact is; without a word, as sure as the whole."""
    if not fields.has("confidence"):
        return default
    return fields.choice("confidence", Confidence)


def read_transport(fields: Fields) -> Transport:
    """Read how to reach the device."""
    types = fields.choices("types", TransportType)
    if not types:
        raise fields.error("types", "is empty", "give at least one")
    is_serial = any(kind is not TransportType.TCP for kind in types)
    if is_serial and not fields.has("serial"):
        raise fields.error("serial", "is missing", "give baudrate, parity, stopbits")
    transport = Transport(
        types=types,
        port=fields.whole("port", 1, 65535),
        unit_id=fields.whole("unit_id", 0, 255),
        timeout_s=fields.number("timeout_s", 0.1, 120),
        spacing_s=fields.number("spacing_s", 0, 10),
        settle_after_write_s=fields.number("settle_after_write_s", 0, 30),
        serial=_serial_line(fields.one("serial")) if fields.has("serial") else None,
    )
    fields.finish()
    return transport


def _serial_line(fields: Fields) -> SerialLine:
    """Read the settings of a serial line."""
    baudrate = fields.whole("baudrate", _BAUDRATES[0], _BAUDRATES[-1])
    parity = fields.text("parity")
    stopbits = fields.whole("stopbits", 1, 2)
    fields.finish()
    if baudrate not in _BAUDRATES:
        listed = ", ".join(str(known) for known in _BAUDRATES)
        raise fields.error("baudrate", f"is {baudrate}", f"give one of {listed}")
    if parity not in _PARITIES:
        raise fields.error("parity", f"is {parity!r}", "give one of N, E, O")
    return SerialLine(
        baudrate=baudrate, parity=_PARITIES[parity], stopbits=_STOPBITS[stopbits]
    )


def read_flag(key: str, fields: Fields) -> Flag:
    """Read one flag: a mask of bits or a list of values."""
    if key not in FLAG_KEYS:
        raise fields.error("", "is unknown", f"use one of {', '.join(FLAG_KEYS)}")
    has_mask, has_values = fields.has("mask"), fields.has("values")
    if has_mask == has_values:
        raise fields.error("", "needs a mask or values", "give one of the two")
    flag = Flag(
        key=key,
        register=fields.text("register"),
        mask=fields.whole("mask", 1, 0xFFFF) if has_mask else None,
        values=fields.wholes("values", 0, 0xFFFF) if has_values else (),
    )
    read_source(fields)
    read_confidence(fields, Confidence.HIGH)
    fields.finish()
    return flag


def read_power_source(fields: Fields) -> PowerSource:
    """Read where a power is known from."""
    source = PowerSource(
        register=fields.text("register") if fields.has("register") else None,
        watts=fields.number("watts", 0, 100_000),
        ask=fields.yes("ask"),
    )
    read_source(fields)
    fields.finish()
    return source


def read_compressor_times(fields: Fields) -> CompressorTimes:
    """Read how long the compressor has to stay off and on."""
    times = CompressorTimes(
        min_off_s=fields.number("min_off_s", 0, 7200),
        min_run_s=fields.number("min_run_s", 0, 7200),
    )
    fields.finish()
    return times


def read_power_model(fields: Fields) -> PowerModel:
    """Read how the electric power follows from other readings."""
    model = PowerModel(
        constant_w=fields.number("constant_w", 0, 1000),
        terms=tuple(_term(f) for f in fields.objects("terms")),
        switches=tuple(_switch(f) for f in fields.objects("switches")),
    )
    read_source(fields)
    fields.finish()
    if not model.terms:
        raise fields.error("terms", "is empty", "give at least one")
    return model


def _term(fields: Fields) -> PowerTerm:
    """Read one term of a power model."""
    term = PowerTerm(
        registers=fields.texts("registers"), factor=fields.number("factor", -1e3, 1e3)
    )
    fields.finish()
    return term


def _switch(fields: Fields) -> PowerSwitch:
    """Read one switched load of a power model."""
    switch = PowerSwitch(
        register=fields.text("register"),
        mask=fields.whole("mask", 1, 0xFFFF),
        watts=fields.number("watts", 0, 5000),
    )
    fields.finish()
    return switch


def read_detection(fields: Fields) -> Detection:
    """Read by which register a variant is known."""
    detection = Detection(
        register=fields.text("register"),
        lowest=fields.whole("lowest", -(2**31), 2**31),
        highest=fields.whole("highest", -(2**31), 2**31),
    )
    fields.finish()
    if detection.lowest > detection.highest:
        raise fields.error("lowest", "is above highest", "swap them")
    return detection
