"""One reading of a heat pump from what its entities say."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ..heat_pump.errors import ImplausibleValue
from ..heat_pump.model import HeatPumpState
from ..heat_pump.plausibility import BOUNDS, cop, implausible_cop
from .bindings import Bindings
from .errors import ImplausibleEntityError
from .reading import (
    EntityReading,
    boiler_power_w,
    is_defrosting,
    is_on,
    power_w,
    temperature_c,
)

# Meters show a little less than nothing at times; a heat pump never generates.
_METER_NOISE_W: Final = 50.0

type Readings = Mapping[str, EntityReading | None]


def to_state(
    bindings: Bindings,
    readings: Readings,
    now: datetime,
    *,
    limit_readback_w: float | None,
) -> HeatPumpState:
    """Return the state; `readings` are by the names of the bindings.

    A value that makes no sense is left out. Raises ImplausibleEntityError when it
    is the electric power: control stands on that.
    """
    defrost = is_defrosting(readings.get("defrost_entity"))
    values = _values(readings)
    strange = _strange(bindings, values, is_defrosting=defrost is True)
    if any(value.key == "electric_w" for value in strange):
        raise ImplausibleEntityError(strange)
    for value in strange:
        values[value.key] = None
    performance = cop(values["electric_w"], values["thermal_w"])
    if performance is not None and implausible_cop(performance):
        # While it starts or defrosts, heat and electricity do not belong together.
        performance = None
    return HeatPumpState(
        time=now,
        cop=performance,
        boiler_on=is_on(readings.get("boiler_entity")),
        defrost=defrost,
        limit_readback_w=limit_readback_w,
        implausible=strange,
        electric_w=values["electric_w"],
        thermal_w=values["thermal_w"],
        boiler_w=values["boiler_w"],
        outdoor_c=values["outdoor_c"],
        flow_c=values["flow_c"],
        return_c=values["return_c"],
        room_c=values["room_c"],
    )


def _values(readings: Readings) -> dict[str, float | None]:
    """Return the numbers that the entities tell, by field of the state."""
    electric_w = power_w(readings.get("power_entity"))
    if electric_w is not None and -_METER_NOISE_W < electric_w < 0:
        electric_w = 0.0
    return {
        "electric_w": electric_w,
        "thermal_w": power_w(readings.get("thermal_entity")),
        "boiler_w": boiler_power_w(readings.get("boiler_entity")),
        "outdoor_c": temperature_c(readings.get("outdoor_entity")),
        "flow_c": temperature_c(readings.get("flow_entity")),
        "return_c": temperature_c(readings.get("return_entity")),
        "room_c": temperature_c(readings.get("room_entity")),
    }


_ENTITY_OF: Final = {
    "electric_w": "power_entity",
    "thermal_w": "thermal_entity",
    "boiler_w": "boiler_entity",
    "outdoor_c": "outdoor_entity",
    "flow_c": "flow_entity",
    "return_c": "return_entity",
    "room_c": "room_entity",
}


def _strange(
    bindings: Bindings, values: Mapping[str, float | None], *, is_defrosting: bool
) -> tuple[ImplausibleValue, ...]:
    """Return the values that a heat pump in a house cannot have."""
    strange = []
    for key, value in values.items():
        lowest, highest = BOUNDS[key]
        # During defrost the heat pump takes heat from the house.
        if key == "thermal_w" and is_defrosting:
            lowest = -highest
        if value is None or lowest <= value <= highest:
            continue
        strange.append(
            ImplausibleValue(
                key=key,
                register=getattr(bindings, _ENTITY_OF[key]),
                raw=value,
                value=value,
                lowest=lowest,
                highest=highest,
            )
        )
    return tuple(strange)
