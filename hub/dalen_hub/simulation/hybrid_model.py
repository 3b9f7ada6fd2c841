"""The parameters and the state of hybrid heat pumps: compressor and gas boiler."""

from dataclasses import dataclass, replace

import numpy as np

from .arrays import BoolArray, FloatArray, filled


@dataclass(frozen=True, slots=True, kw_only=True)
class HybridParameters:
    """The constants of n hybrid heat pumps, shape (n,)."""

    nameplate_w: FloatArray
    """The most electric power that the unit ever draws, also in a defrost."""
    rated_w: FloatArray
    """Electric power at full speed and 7 C outdoors."""
    minimum_w: FloatArray
    """Electric power of the compressor at its lowest speed."""
    standby_w: FloatArray
    switch_over_c: FloatArray
    """Below this outdoor temperature only the boiler heats."""
    least_off_s: FloatArray
    boiler_w: FloatArray
    hot_water_per_day: FloatArray
    cop_share: FloatArray | float = 1.0
    """COP relative to that of a usual machine."""

    @property
    def homes(self) -> int:
        """Return n."""
        return self.nameplate_w.size


@dataclass(frozen=True, slots=True, kw_only=True)
class HybridState:
    """What n hybrid heat pumps remember from step to step, shape (n,)."""

    compressor_w: FloatArray
    """Electric power of the compressor; 0 when it stands still."""
    in_state_s: FloatArray
    """Time since the compressor was last switched on or off."""
    warm_share: FloatArray
    """Part of the full heat output that has been reached since the start."""
    frost_s: FloatArray
    """Run time since the last defrost in weather that makes ice."""
    frost_limit_s: FloatArray
    """The run time at which the next defrost starts."""
    defrost_left_s: FloatArray
    slow_s: FloatArray
    """Run time at low speed since oil was last brought back."""
    oil_left_s: FloatArray
    boiler_on: BoolArray
    hot_water_left_s: FloatArray

    @property
    def running(self) -> BoolArray:
        """Return where the compressor turns."""
        return self.compressor_w > 0.0

    @property
    def protected(self) -> BoolArray:
        """Return where a defrost or an oil return goes on: not limitable."""
        return (self.defrost_left_s > 0.0) | (self.oil_left_s > 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class HybridOutput:
    """What n hybrid heat pumps did in one step, shape (n,)."""

    electric_w: FloatArray
    """Compressor, standby and crankcase heater."""
    thermal_w: FloatArray
    """Heat of the heat pump to the house; negative in a defrost."""
    boiler_w: FloatArray
    """Heat of the boiler to the house."""
    hot_water_w: FloatArray
    """Heat of the boiler to the tap."""
    flow_c: FloatArray
    wanted_w: FloatArray
    """Electric power without a limit. A truth that no controller may read."""
    defrost: BoolArray
    oil_return: BoolArray


def typical_hybrids(homes: int) -> HybridParameters:
    """Return n equal hybrids of the 5 kW class, as mounted in Dutch houses."""
    return HybridParameters(
        nameplate_w=filled(homes, 1800.0),
        rated_w=filled(homes, 1500.0),
        minimum_w=filled(homes, 350.0),
        standby_w=filled(homes, 10.0),
        switch_over_c=filled(homes, -20.0),
        least_off_s=filled(homes, 600.0),
        boiler_w=filled(homes, 20_000.0),
        hot_water_per_day=filled(homes, 6.0),
    )


def various_hybrids(homes: int, rng: np.random.Generator) -> HybridParameters:
    """Draw n hybrids of the 5 kW class with different settings.

    Rated 1.45 +- 0.12 kW; lowest speed 20-30 % of it; least time off 4-20 min
    (OpenQuatt 240 s, IBPSA default 1200 s); boiler only below -20, -5, 0 or 3 C
    in shares of 45, 20, 20 and 15 %, as installers set the economic switch-over.
    """
    rated_w = rng.normal(1450.0, 120.0, size=homes).clip(1100.0, 1700.0)
    return HybridParameters(
        nameplate_w=np.round(rated_w * 1.2, -1),
        rated_w=rated_w,
        minimum_w=rated_w * rng.uniform(0.20, 0.30, size=homes),
        standby_w=rng.uniform(5.0, 20.0, size=homes),
        switch_over_c=rng.choice(
            [-20.0, -5.0, 0.0, 3.0], size=homes, p=[0.45, 0.20, 0.20, 0.15]
        ),
        least_off_s=rng.uniform(240.0, 1200.0, size=homes),
        boiler_w=filled(homes, 20_000.0),
        hot_water_per_day=rng.uniform(3.0, 10.0, size=homes),
    )


def stopped_state(
    parameters: HybridParameters, rng: np.random.Generator
) -> HybridState:
    """Return hybrids that stand still and may start at once."""
    homes = parameters.homes
    return HybridState(
        compressor_w=filled(homes, 0.0),
        in_state_s=filled(homes, 86_400.0),
        warm_share=filled(homes, 0.0),
        # Not all at the same point of their cycles, as in a village.
        frost_s=rng.uniform(0.0, 900.0, size=homes),
        frost_limit_s=rng.uniform(2700.0, 6600.0, size=homes),
        defrost_left_s=filled(homes, 0.0),
        slow_s=rng.uniform(0.0, 3600.0, size=homes),
        oil_left_s=filled(homes, 0.0),
        boiler_on=np.zeros(homes, dtype=np.bool_),
        hot_water_left_s=filled(homes, 0.0),
    )


def running_state(
    parameters: HybridParameters, rng: np.random.Generator, electric_w: FloatArray
) -> HybridState:
    """Return hybrids that have run warm at a given electric power, shape (n,).

    Where the power asked for is below the minimum, the compressor stands still.
    """
    runs = electric_w >= parameters.minimum_w
    return replace(
        stopped_state(parameters, rng),
        compressor_w=np.where(runs, np.minimum(electric_w, parameters.rated_w), 0.0),
        warm_share=np.where(runs, 1.0, 0.0),
    )
