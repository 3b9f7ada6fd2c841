"""The screens of a heat pump that is connected over Modbus."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import CONF_HOST, CONF_NAME, CONF_PORT
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SerialPortSelector,
    TextSelector,
)
import probatio

from ..const import CONF_MINIMUM_W, CONF_NAMEPLATE_W, CONF_PROFILE, CONF_UNIT_ID
from ..heat_pump import HeatPumpProfile, LimitKind, MeterNeed, TransportType
from ..heat_pump.connection import DEFAULT_LINE
from ..heat_pump_data import (
    CONF_BAUDRATE,
    CONF_DEVICE,
    CONF_METER,
    CONF_PARITY,
    CONF_STOPBITS,
    CONF_VARIANT,
)
from .selectors import (
    DEFAULT_BLOCK_BELOW_W,
    choice,
    entity,
    limits_section,
    translated,
    watts,
    whole,
)

CONF_LINE: Final = "line"
CONF_MEASURING: Final = "measuring"
CONF_BLOCK_BELOW_W: Final = "block_below_w"
STANDARD: Final = "standard"

BAUDRATES: Final = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)


def profile_label(profile: HeatPumpProfile) -> str:
    """Return the name of a profile: brand and models, the same in any language."""
    label = f"{profile.brand} ({', '.join(profile.models)})"
    return f"{label}, {profile.id}.json" if profile.is_own else label


def profile_schema(profiles: Mapping[str, HeatPumpProfile]) -> probatio.Schema:
    """Ask for the kind of heat pump."""
    options = [
        SelectOptionDict(value=profile_id, label=profile_label(profile))
        for profile_id, profile in profiles.items()
    ]
    options.sort(key=lambda option: option["label"].casefold())
    return probatio.Schema({probatio.Required(CONF_PROFILE): choice(options)})


def network_schema(profile: HeatPumpProfile) -> probatio.Schema:
    """Ask where the heat pump or its gateway is on the network."""
    transport = profile.transport
    return probatio.Schema(
        {
            probatio.Required(CONF_HOST): TextSelector(),
            probatio.Required(CONF_PORT, default=transport.port): whole(1, 65535),
            probatio.Required(CONF_UNIT_ID, default=transport.unit_id): whole(0, 255),
        }
    )


def serial_schema(profile: HeatPumpProfile) -> probatio.Schema:
    """Ask for the serial port; its settings are mostly those of the profile."""
    transport = profile.transport
    known = transport.serial or DEFAULT_LINE
    line = probatio.Schema(
        {
            probatio.Required(CONF_BAUDRATE, default=str(known.baudrate)): choice(
                [str(rate) for rate in BAUDRATES]
            ),
            probatio.Required(CONF_PARITY, default=known.parity.lower()): translated(
                ["n", "e", "o"], CONF_PARITY
            ),
            probatio.Required(CONF_STOPBITS, default=str(known.stopbits)): choice(
                ["1", "2"]
            ),
        }
    )
    return probatio.Schema(
        {
            probatio.Required(CONF_DEVICE): SerialPortSelector(),
            probatio.Required(CONF_UNIT_ID, default=transport.unit_id): whole(1, 247),
            probatio.Required(CONF_LINE): section(line, {"collapsed": True}),
        }
    )


def link_schema(profile: HeatPumpProfile, kind: TransportType) -> probatio.Schema:
    """Ask what this way of connecting needs."""
    if kind is TransportType.SERIAL:
        return serial_schema(profile)
    return network_schema(profile)


def variant_schema(
    profile: HeatPumpProfile, proposed: str, words: Mapping[str, str]
) -> probatio.Schema:
    """Ask which variant of the profile it is; those of an own one have its words."""
    options = [SelectOptionDict(value=STANDARD, label=words[STANDARD])]
    for variant in profile.variants:
        label = words.get(f"{profile.id}_{variant.id}", variant.name)
        options.append(SelectOptionDict(value=variant.id, label=label))
    return probatio.Schema(
        {probatio.Required(CONF_VARIANT, default=proposed): choice(options)}
    )


def modbus_powers_schema(
    name: str, profile: HeatPumpProfile, *, meter: MeterNeed
) -> probatio.Schema:
    """Ask for what neither the device nor its profile tells."""
    fields: dict[Any, Any] = {
        probatio.Required(CONF_NAME, default=name): TextSelector()
    }
    if meter is MeterNeed.NEEDED:
        fields[probatio.Required(CONF_METER)] = entity()
    elif meter is MeterNeed.RECOMMENDED:
        fields[probatio.Optional(CONF_METER)] = entity()
    if profile.nameplate.ask:
        default = profile.nameplate.watts
        fields[probatio.Required(CONF_NAMEPLATE_W, default=default)] = watts()
    if profile.limit.kind is LimitKind.CONTACT:
        default = DEFAULT_BLOCK_BELOW_W
        fields[probatio.Required(CONF_BLOCK_BELOW_W, default=default)] = watts()
    elif profile.limit.kind is not LimitKind.MONITOR and profile.minimum_power.ask:
        default = profile.minimum_power.watts
        fields[probatio.Required(CONF_MINIMUM_W, default=default)] = watts()
    if profile.limit.kind is not LimitKind.MONITOR:
        fields |= limits_section()
    if meter is MeterNeed.OPTIONAL:
        measuring = probatio.Schema({probatio.Optional(CONF_METER): entity()})
        fields[probatio.Optional(CONF_MEASURING, default={})] = section(
            measuring, {"collapsed": True}
        )
    return probatio.Schema(fields)
