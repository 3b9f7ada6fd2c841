"""Turn what the registers hold into a state, without what makes no sense."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from .decoding import decode
from .errors import ImplausibleReadingError, ImplausibleValue
from .model import HeatPumpState
from .plausibility import cop, implausible, implausible_cop, implausible_power
from .profile import HeatPumpProfile
from .register import Register

_VALUE_KEYS = (
    "electric_w",
    "thermal_w",
    "boiler_w",
    "outdoor_c",
    "flow_c",
    "return_c",
    "room_c",
    "room_set_c",
    "electric_energy_kwh",
    "thermal_energy_kwh",
    "gas_m3",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading of all registers of a profile."""

    raw: Mapping[str, int | float]
    """What each register holds, before scaling; absent when it has no value."""

    flags: Mapping[str, bool]
    values: Mapping[str, float]
    """The plausible values, scaled to the unit of their key."""

    implausible: tuple[ImplausibleValue, ...]


def raw_values(
    words: Mapping[Register, tuple[int, ...]],
) -> dict[str, int | float]:
    """Decode the registers; leave out those that say to have no value."""
    raw: dict[str, int | float] = {}
    for register, content in words.items():
        number = decode(content, register.type, register.word_order)
        if number is not None and number not in register.not_available:
            raw[register.key] = number
    return raw


def flags_of(
    profile: HeatPumpProfile, raw: Mapping[str, int | float]
) -> dict[str, bool]:
    """Return the flags that can be told from the registers, by their key."""
    return {
        flag.key: flag.read(int(raw[flag.register]))
        for flag in profile.flags
        if flag.register in raw
    }


def interpret(
    profile: HeatPumpProfile,
    words: Mapping[Register, tuple[int, ...]],
    meter_w: float | None = None,
) -> Reading:
    """Scale the registers and set aside what makes no sense.

    The electric power is that of a separate meter, else of the register, else of
    the profile's model.

    Raises ImplausibleReadingError when the electric power makes no sense or
    when nothing sensible remains.
    """
    raw = raw_values(words)
    flags = flags_of(profile, raw)
    values: dict[str, float] = {}
    strange: list[ImplausibleValue] = []
    for register in (r for r in profile.registers if r.key in raw):
        wrong = implausible(
            register,
            raw[register.key],
            profile.plausible,
            defrost=flags.get("defrost", False),
        )
        if wrong is None:
            values[register.key] = register.value(raw[register.key])
        else:
            strange.append(wrong)
    if profile.power_model is not None:
        _put_power(
            profile,
            "power model",
            profile.power_model.watts(values, raw),
            values,
            strange,
        )
    if meter_w is not None:
        strange = [value for value in strange if value.key != "electric_w"]
        _put_power(profile, "electricity meter", meter_w, values, strange)
    _refuse_nonsense(profile, values, tuple(strange))
    return Reading(raw=raw, flags=flags, values=values, implausible=tuple(strange))


def _put_power(
    profile: HeatPumpProfile,
    source: str,
    watts: float | None,
    values: dict[str, float],
    strange: list[ImplausibleValue],
) -> None:
    """Put an electric power from elsewhere among the values, if it makes sense."""
    if watts is None:
        return
    wrong = implausible_power(source, watts, profile.plausible)
    if wrong is None:
        values["electric_w"] = watts
    else:
        strange.append(wrong)


def to_state(
    reading: Reading, now: datetime, limit_w: float | None, *, was_running: bool
) -> HeatPumpState:
    """Return the state of a reading.

    The COP of a heat pump that just starts can be anything, so it is noted as
    strange only when the heat pump was running at the reading before.
    """
    values, flags = reading.values, reading.flags
    strange = list(reading.implausible)
    ratio = None
    if is_running(reading):
        ratio = cop(values.get("electric_w"), values.get("thermal_w"))
    if ratio is not None and (wrong := implausible_cop(ratio)) is not None:
        ratio = None
        if was_running:
            strange.append(wrong)
    fault = reading.raw.get("fault")
    return HeatPumpState(
        time=now,
        electric_w=values.get("electric_w"),
        thermal_w=values.get("thermal_w"),
        boiler_w=values.get("boiler_w"),
        cop=ratio,
        outdoor_c=values.get("outdoor_c"),
        flow_c=values.get("flow_c"),
        return_c=values.get("return_c"),
        room_c=values.get("room_c"),
        room_set_c=values.get("room_set_c"),
        compressor_on=flags.get("compressor_on"),
        boiler_on=flags.get("boiler_on"),
        defrost=flags.get("defrost"),
        oil_return=flags.get("oil_return"),
        hot_water=flags.get("hot_water"),
        frost=flags.get("frost"),
        legionella=flags.get("legionella"),
        fault=None if fault is None else int(fault),
        limit_readback_w=limit_w,
        electric_energy_kwh=values.get("electric_energy_kwh"),
        thermal_energy_kwh=values.get("thermal_energy_kwh"),
        gas_m3=values.get("gas_m3"),
        implausible=tuple(strange),
    )


def is_running(reading: Reading) -> bool:
    """Tell if the compressor runs to heat: no defrost, no oil return."""
    flags = reading.flags
    paused = flags.get("defrost", False) or flags.get("oil_return", False)
    return flags.get("compressor_on", True) and not paused


def _refuse_nonsense(
    profile: HeatPumpProfile,
    values: Mapping[str, float],
    strange: tuple[ImplausibleValue, ...],
) -> None:
    """Raise when the reading cannot be used for control."""
    power_is_nonsense = any(value.key == "electric_w" for value in strange)
    nothing_left = not any(key in values for key in _VALUE_KEYS)
    if power_is_nonsense or (strange and nothing_left):
        raise ImplausibleReadingError(profile.id, strange)
