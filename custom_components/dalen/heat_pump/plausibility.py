"""What a heat pump in a house can measure; anything else is nonsense.

The bounds catch a wrong scale (10 times), a wrong word order, the register map
of another device and a broken sensor. They are for a hybrid in a house; a
profile can give others.
"""

from collections.abc import Mapping

from .errors import ImplausibleValue
from .register import Register

BOUNDS: dict[str, tuple[float, float]] = {
    "electric_w": (0, 6_000),
    "thermal_w": (0, 20_000),
    "boiler_w": (0, 40_000),
    "outdoor_c": (-40, 50),
    "flow_c": (-20, 80),
    "return_c": (-20, 80),
    "room_c": (-10, 50),
    "room_set_c": (0, 35),
    "minimum_w": (0, 6_000),
    "nameplate_w": (100, 12_000),
    "electric_energy_kwh": (0, 10_000_000),
    "thermal_energy_kwh": (0, 10_000_000),
    "gas_m3": (0, 10_000_000),
}

COP_BOUNDS = (1.0, 8.0)
COP_ABOVE_W = 200.0
"""Below this power, start-up and rounding say more than the compressor."""


def implausible(
    register: Register,
    raw: float,
    bounds: Mapping[str, tuple[float, float]],
    *,
    defrost: bool,
) -> ImplausibleValue | None:
    """Return what is wrong with a value, or None when it can be true.

    Bounds are those of the profile; where it has none, the general ones hold.
    """
    if register.key not in BOUNDS:
        return None
    low, high = bounds.get(register.key, BOUNDS[register.key])
    # During defrost the heat pump takes heat from the house.
    if register.key == "thermal_w" and defrost:
        low = -high
    value = register.value(raw)
    if low <= value <= high:
        return None
    return ImplausibleValue(
        key=register.key,
        register=register.where,
        raw=raw,
        value=value,
        lowest=low,
        highest=high,
    )


def implausible_power(
    source: str, watts: float, bounds: Mapping[str, tuple[float, float]]
) -> ImplausibleValue | None:
    """Return what is wrong with an electric power that no register holds."""
    low, high = bounds.get("electric_w", BOUNDS["electric_w"])
    if low <= watts <= high:
        return None
    return ImplausibleValue(
        key="electric_w",
        register=source,
        raw=watts,
        value=watts,
        lowest=low,
        highest=high,
    )


def cop(electric_w: float | None, thermal_w: float | None) -> float | None:
    """Return heat per electricity, or None when too little runs to tell."""
    if electric_w is None or thermal_w is None or electric_w < COP_ABOVE_W:
        return None
    return thermal_w / electric_w


def implausible_cop(value: float) -> ImplausibleValue | None:
    """Return what is wrong with the COP of a heat pump that runs steadily."""
    low, high = COP_BOUNDS
    if low <= value <= high:
        return None
    return ImplausibleValue(
        key="cop",
        register="thermal_w / electric_w",
        raw=value,
        value=value,
        lowest=low,
        highest=high,
    )
