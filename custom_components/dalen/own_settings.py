"""What the resident decided for the house itself, from the options of its entry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any, Final, Self

from .const import CONF_COMFORT, CONF_PRICES, CONF_SAFE_MODE, CONF_SCHEDULE
from .economy import Prices
from .limits import Comfort, SafeMode, Schedule, TimeBlock

CONF_ELECTRICITY_ENTITY: Final = "electricity_entity"
CONF_ELECTRICITY_PRICE: Final = "electricity_eur_kwh"
CONF_GAS_ENTITY: Final = "gas_entity"
CONF_GAS_PRICE: Final = "gas_eur_m3"
CONF_EFFICIENCY: Final = "boiler_efficiency"
CONF_CO2: Final = "electricity_co2_kg_kwh"
CONF_STEER: Final = "steer"
CONF_HYSTERESIS: Final = "hysteresis"
CONF_MIN_TIME: Final = "min_time_min"

CONF_CLIMATE_ENTITY: Final = "climate_entity"
CONF_ROOM_ENTITY: Final = "room_entity"
CONF_SET_POINT_ENTITY: Final = "set_point_entity"
CONF_MINIMUM_C: Final = "minimum_c"
CONF_DROP_K: Final = "drop_k"
CONF_AFTER: Final = "after_min"

CONF_WHEN_SILENT: Final = "when_silent"
CONF_START: Final = "start"
CONF_END: Final = "end"
CONF_LIMIT_W: Final = "limit_w"
CONF_BELOW_C: Final = "below_outdoor_c"
CONF_LASTS: Final = "lasts_days"

SILENT_LIMIT: Final = "limit"
SILENT_RELEASE: Final = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSettings:
    """What energy costs, and whether the cheapest heat is chosen."""

    prices: Prices = field(default_factory=Prices)
    """Where no entity tells another price."""

    electricity_entity: str | None = None
    gas_entity: str | None = None
    steer: bool = False
    """True when the boiler heats while it is cheaper."""

    hysteresis: float = 0.05
    min_time: timedelta = timedelta(minutes=30)

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """Return the settings as the options hold them; percentages there."""
        return cls(
            prices=Prices(
                gas_eur_m3=data[CONF_GAS_PRICE],
                electricity_eur_kwh=data[CONF_ELECTRICITY_PRICE],
                boiler_efficiency=data[CONF_EFFICIENCY] / 100,
                electricity_co2_kg_kwh=data[CONF_CO2],
            ),
            electricity_entity=data.get(CONF_ELECTRICITY_ENTITY),
            gas_entity=data.get(CONF_GAS_ENTITY),
            steer=data[CONF_STEER],
            hysteresis=data[CONF_HYSTERESIS] / 100,
            min_time=timedelta(minutes=data[CONF_MIN_TIME]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomEntities:
    """Where the room and its set point are read; none where the heat pump tells."""

    climate: str | None = None
    room: str | None = None
    set_point: str | None = None

    @property
    def has_room(self) -> bool:
        """Tell if the room is read from an entity."""
        return self.climate is not None or self.room is not None

    @property
    def has_set_point(self) -> bool:
        """Tell if the set point is read from an entity; else the heat pump has it."""
        return self.climate is not None or self.set_point is not None

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """Return the entities that were chosen."""
        return cls(
            climate=data.get(CONF_CLIMATE_ENTITY),
            room=data.get(CONF_ROOM_ENTITY),
            set_point=data.get(CONF_SET_POINT_ENTITY),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSettings:
    """All that the house decides without a hub."""

    schedule: Schedule = field(default_factory=Schedule)
    prices: PriceSettings = field(default_factory=PriceSettings)
    comfort: Comfort = field(default_factory=Comfort)
    room: RoomEntities = field(default_factory=RoomEntities)
    has_prices: bool = False
    """True when the prices are those of the resident."""

    safe_mode: SafeMode | None = field(default_factory=SafeMode)
    """None when the house is free as soon as the plan of a silent hub is over."""

    @classmethod
    def read(cls, options: Mapping[str, Any]) -> Self:
        """Return the settings in the options of the entry; defaults where empty.

        Raises ValueError when they were not made by the options flow.
        """
        decided: dict[str, Any] = {}
        if data := options.get(CONF_SCHEDULE):
            decided["schedule"] = Schedule.from_dict(data)
        if data := options.get(CONF_PRICES):
            decided["prices"] = PriceSettings.read(data)
            decided["has_prices"] = True
        if data := options.get(CONF_COMFORT):
            decided["comfort"] = comfort_of(data)
            decided["room"] = RoomEntities.read(data)
        if data := options.get(CONF_SAFE_MODE):
            decided["safe_mode"] = safe_mode_of(data)
        return cls(**decided)


def comfort_of(data: Mapping[str, Any]) -> Comfort:
    """Return how cold is too cold. Raises ValueError when it makes no sense."""
    drop_k = data[CONF_DROP_K]
    return Comfort(
        drop_k=drop_k,
        back_k=drop_k / 2,
        after=timedelta(minutes=data[CONF_AFTER]),
        minimum_c=data[CONF_MINIMUM_C],
    )


def safe_mode_of(data: Mapping[str, Any]) -> SafeMode | None:
    """Return what holds when the hub is silent; None for nothing."""
    if data[CONF_WHEN_SILENT] == SILENT_RELEASE:
        return None
    return SafeMode(
        block=TimeBlock(
            start=time.fromisoformat(data[CONF_START]),
            end=time.fromisoformat(data[CONF_END]),
            limit_w=data[CONF_LIMIT_W],
        ),
        below_outdoor_c=data[CONF_BELOW_C],
        lasts=timedelta(days=data[CONF_LASTS]),
    )
