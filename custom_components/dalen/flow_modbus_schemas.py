"""The screens of a heat pump that is connected over Modbus."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import CONF_HOST, CONF_NAME, CONF_PORT, UnitOfPower
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    SerialPortSelector,
    TextSelector,
)
import probatio

from .const import (
    CONF_FLOOR_W,
    CONF_INSTALLER_MAXIMUM_W,
    CONF_LIMITS,
    CONF_MINIMUM_W,
    CONF_NAMEPLATE_W,
    CONF_PROFILE,
    CONF_UNIT_ID,
    DEFAULT_FLOOR_W,
    MAX_NAMEPLATE_W,
)
from .heat_pump import HeatPumpProfile, LimitKind, MeterNeed, TransportType
from .heat_pump.connection import DEFAULT_LINE
from .heat_pump_data import (
    CONF_BAUDRATE,
    CONF_DEVICE,
    CONF_METER,
    CONF_PARITY,
    CONF_STOPBITS,
    CONF_VARIANT,
)

CONF_LINE: Final = "line"
CONF_MEASURING: Final = "measuring"
CONF_BLOCK_BELOW_W: Final = "block_below_w"
STANDARD: Final = "standard"
DEFAULT_BLOCK_BELOW_W: Final = 800
"""The mean of the pilot's heat pumps on a cold evening."""

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
    return probatio.Schema({probatio.Required(CONF_PROFILE): _choice(options)})


def network_schema(profile: HeatPumpProfile) -> probatio.Schema:
    """Ask where the heat pump or its gateway is on the network."""
    transport = profile.transport
    return probatio.Schema(
        {
            probatio.Required(CONF_HOST): TextSelector(),
            probatio.Required(CONF_PORT, default=transport.port): _whole(1, 65535),
            probatio.Required(CONF_UNIT_ID, default=transport.unit_id): _whole(0, 255),
        }
    )


def serial_schema(profile: HeatPumpProfile) -> probatio.Schema:
    """Ask for the serial port; its settings are mostly those of the profile."""
    transport = profile.transport
    known = transport.serial or DEFAULT_LINE
    line = probatio.Schema(
        {
            probatio.Required(CONF_BAUDRATE, default=str(known.baudrate)): _choice(
                [str(rate) for rate in BAUDRATES], SelectSelectorMode.DROPDOWN
            ),
            probatio.Required(CONF_PARITY, default=known.parity.lower()): _translated(
                ["n", "e", "o"], CONF_PARITY
            ),
            probatio.Required(CONF_STOPBITS, default=str(known.stopbits)): _choice(
                ["1", "2"], SelectSelectorMode.LIST
            ),
        }
    )
    return probatio.Schema(
        {
            probatio.Required(CONF_DEVICE): SerialPortSelector(),
            probatio.Required(CONF_UNIT_ID, default=transport.unit_id): _whole(1, 247),
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
        {probatio.Required(CONF_VARIANT, default=proposed): _choice(options)}
    )


def modbus_powers_schema(
    name: str, profile: HeatPumpProfile, *, meter: MeterNeed
) -> probatio.Schema:
    """Ask for what neither the device nor its profile tells."""
    fields: dict[Any, Any] = {
        probatio.Required(CONF_NAME, default=name): TextSelector()
    }
    if meter is MeterNeed.NEEDED:
        fields[probatio.Required(CONF_METER)] = _meter()
    elif meter is MeterNeed.RECOMMENDED:
        fields[probatio.Optional(CONF_METER)] = _meter()
    if profile.nameplate.ask:
        default = profile.nameplate.watts
        fields[probatio.Required(CONF_NAMEPLATE_W, default=default)] = _watts()
    if profile.limit.kind is LimitKind.CONTACT:
        default = DEFAULT_BLOCK_BELOW_W
        fields[probatio.Required(CONF_BLOCK_BELOW_W, default=default)] = _watts()
    elif profile.limit.kind is not LimitKind.MONITOR and profile.minimum_power.ask:
        default = profile.minimum_power.watts
        fields[probatio.Required(CONF_MINIMUM_W, default=default)] = _watts()
    if profile.limit.kind is not LimitKind.MONITOR:
        fields[probatio.Required(CONF_LIMITS)] = section(_limits(), {"collapsed": True})
    if meter is MeterNeed.OPTIONAL:
        measuring = probatio.Schema({probatio.Optional(CONF_METER): _meter()})
        fields[probatio.Optional(CONF_MEASURING, default={})] = section(
            measuring, {"collapsed": True}
        )
    return probatio.Schema(fields)


def _limits() -> probatio.Schema:
    """Ask for the limits of the house."""
    return probatio.Schema(
        {
            probatio.Required(CONF_FLOOR_W, default=DEFAULT_FLOOR_W): _watts(),
            probatio.Optional(CONF_INSTALLER_MAXIMUM_W): _watts(),
        }
    )


def _meter() -> EntitySelector:
    """Return a choice of entities that can measure a power."""
    filters = EntityWithDeviceFilterSelectorConfig(
        domain=["sensor", "number", "input_number"]
    )
    return EntitySelector(EntitySelectorConfig(filter=[filters]))


def _choice(
    options: list[SelectOptionDict] | list[str],
    mode: SelectSelectorMode = SelectSelectorMode.DROPDOWN,
) -> SelectSelector:
    """Return a choice that needs no translation."""
    return SelectSelector(SelectSelectorConfig(options=options, mode=mode))


def _translated(options: list[str], translation_key: str) -> SelectSelector:
    """Return a choice with translated options."""
    return SelectSelector(
        SelectSelectorConfig(options=options, translation_key=translation_key)
    )


def _whole(low: int, high: int) -> probatio.All[int]:
    """Return a box for a whole number."""
    return probatio.All(
        NumberSelector(
            NumberSelectorConfig(min=low, max=high, step=1, mode=NumberSelectorMode.BOX)
        ),
        probatio.Coerce(int),
    )


def _watts() -> NumberSelector:
    """Return a box for a power."""
    return NumberSelector(
        NumberSelectorConfig(
            min=0,
            max=MAX_NAMEPLATE_W,
            step=1,
            mode=NumberSelectorMode.BOX,
            unit_of_measurement=UnitOfPower.WATT,
        )
    )
