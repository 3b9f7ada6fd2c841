"""Watts and degrees Celsius from the units that entities have."""

from typing import Final

# The values of Home Assistant's UnitOfPower.
_WATTS_PER: Final = {
    "mW": 0.001,
    "W": 1.0,
    "kW": 1_000.0,
    "MW": 1_000_000.0,
    "BTU/h": 0.293_071_07,
}

PERCENT: Final = "%"
TEMPERATURE_UNITS: Final = frozenset({"°C", "°F", "K"})

_ZERO_C_IN_K = 273.15


def watts_per(unit: str | None) -> float | None:
    """Return how many watts one of a unit is; None when it is no unit of power."""
    return None if unit is None else _WATTS_PER.get(unit)


def to_watts(value: float, unit: str | None) -> float | None:
    """Return a power in watts; None when the unit is no unit of power."""
    factor = watts_per(unit)
    return None if factor is None else value * factor


def to_celsius(value: float, unit: str | None) -> float | None:
    """Return a temperature in °C; None when the unit is no unit of temperature."""
    match unit:
        case "°C":
            return value
        case "°F":
            return (value - 32) / 1.8
        case "K":
            return value - _ZERO_C_IN_K
        case _:
            return None


def from_celsius(value_c: float, unit: str | None) -> float:
    """Return a temperature in the unit of an entity; °C when it has none."""
    match unit:
        case "°F":
            return value_c * 1.8 + 32
        case "K":
            return value_c + _ZERO_C_IN_K
        case _:
            return value_c
