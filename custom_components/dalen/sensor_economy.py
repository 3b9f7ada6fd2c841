"""The sensors of what a heat pump used, would have used, and what that costs."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import UnitOfEnergy, UnitOfMass, UnitOfPower, UnitOfVolume

from .coordinator import HeatPumpCoordinator
from .economy import Comparison, Estimate, Savings
from .sensor_description import HeatPumpSensorDescription

HEAT_PUMP: Final = "heat_pump"
BOILER: Final = "boiler"

CURRENCY: Final = "EUR"
"""The prices are asked for in euro."""


def _energy(
    key: str, counter: str, power: str, counted: Callable[[HeatPumpCoordinator], float]
) -> HeatPumpSensorDescription:
    """Describe a counter for the energy dashboard: the device's own, else Dalen's."""

    def value(pump: HeatPumpCoordinator) -> float | None:
        """Return the energy in kWh."""
        if counter in pump.told:
            return pump.economy.counters[counter]
        return counted(pump)

    return HeatPumpSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        state_class=SensorStateClass.TOTAL_INCREASING,
        suggested_display_precision=1,
        value_fn=value,
        exists_fn=lambda pump: bool({counter, power} & pump.told),
    )


def _estimate(
    key: str,
    device_class: SensorDeviceClass,
    unit: str,
    of: Callable[[Savings], Estimate],
    *,
    needs_prices: bool = False,
) -> HeatPumpSensorDescription:
    """Describe an estimate of what limiting did; it can fall, so it is a total."""
    return HeatPumpSensorDescription(
        key=key,
        translation_key=key,
        device_class=device_class,
        native_unit_of_measurement=unit,
        state_class=SensorStateClass.TOTAL,
        suggested_display_precision=2,
        value_fn=lambda pump: of(pump.economy.account.savings.total).value,
        attributes_fn=lambda pump: _band(of(pump.economy.account.savings.total)),
        exists_fn=lambda pump: (
            pump.can_be_limited
            and _is_learned(pump)
            and (pump.own.settings.has_prices or not needs_prices)
        ),
    )


def _band(estimate: Estimate) -> dict[str, float]:
    """Return between which values the truth lies."""
    return {"low": round(estimate.low, 3), "high": round(estimate.high, 3)}


def _is_learned(pump: HeatPumpCoordinator) -> bool:
    """Tell if the heat pump tells enough to learn what it wants."""
    return {"electric_w", "outdoor_c"} <= pump.told


def _has_cheapest(pump: HeatPumpCoordinator) -> bool:
    """Tell if heat pump and boiler can be compared."""
    return pump.own.settings.has_prices and {"electric_w", "thermal_w"} <= pump.told


def _wanted_w(pump: HeatPumpCoordinator) -> float | None:
    """Return what the heat pump would draw now if nobody limited it."""
    wanted = pump.economy.account.wanted(pump.data.time)
    return None if wanted is None else wanted.mean_w


def _cheapest(pump: HeatPumpCoordinator) -> str | None:
    """Return who heats for less."""
    if (comparison := pump.economy.comparison) is None:
        return None
    return BOILER if comparison.by_boiler else HEAT_PUMP


def _numbers(pump: HeatPumpCoordinator) -> Mapping[str, Any] | None:
    """Return the numbers that decide who heats for less."""
    comparison: Comparison | None = pump.economy.comparison
    if comparison is None:
        return None
    return {
        "cop": round(comparison.cop, 2),
        "break_even_cop": round(comparison.break_even_cop, 2),
        "electricity_price": round(comparison.electricity_eur_kwh, 4),
        "gas_price": round(comparison.gas_eur_m3, 4),
    }


ECONOMY_SENSORS: tuple[HeatPumpSensorDescription, ...] = (
    _energy(
        "electric_energy",
        "electric_energy_kwh",
        "electric_w",
        lambda pump: pump.economy.account.electric.kwh,
    ),
    _energy(
        "thermal_energy",
        "thermal_energy_kwh",
        "thermal_w",
        lambda pump: pump.economy.account.thermal.kwh,
    ),
    HeatPumpSensorDescription(
        key="gas",
        translation_key="gas",
        device_class=SensorDeviceClass.GAS,
        native_unit_of_measurement=UnitOfVolume.CUBIC_METERS,
        state_class=SensorStateClass.TOTAL_INCREASING,
        suggested_display_precision=2,
        value_fn=lambda pump: pump.economy.counters["gas_m3"],
        exists_fn=lambda pump: "gas_m3" in pump.told,
    ),
    HeatPumpSensorDescription(
        key="wanted_power",
        translation_key="wanted_power",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=_wanted_w,
        exists_fn=_is_learned,
    ),
    _estimate(
        "avoided_electricity",
        SensorDeviceClass.ENERGY,
        UnitOfEnergy.KILO_WATT_HOUR,
        lambda savings: savings.avoided_kwh,
    ),
    _estimate(
        "extra_gas",
        SensorDeviceClass.GAS,
        UnitOfVolume.CUBIC_METERS,
        lambda savings: savings.extra_gas_m3,
    ),
    _estimate(
        "extra_cost",
        SensorDeviceClass.MONETARY,
        CURRENCY,
        lambda savings: savings.extra_cost_eur,
        needs_prices=True,
    ),
    _estimate(
        "extra_co2",
        SensorDeviceClass.WEIGHT,
        UnitOfMass.KILOGRAMS,
        lambda savings: savings.extra_co2_kg,
    ),
    HeatPumpSensorDescription(
        key="cheapest_heat",
        translation_key="cheapest_heat",
        device_class=SensorDeviceClass.ENUM,
        options=[HEAT_PUMP, BOILER],
        value_fn=_cheapest,
        attributes_fn=_numbers,
        exists_fn=_has_cheapest,
    ),
    HeatPumpSensorDescription(
        key="break_even_cop",
        translation_key="break_even_cop",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=lambda pump: (
            None
            if pump.economy.comparison is None
            else pump.economy.comparison.break_even_cop
        ),
        exists_fn=_has_cheapest,
    ),
)
