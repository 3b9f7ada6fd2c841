"""One simulated hybrid heat pump in its house, as its own display would show it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import math

import numpy as np

from .hybrid import LEAST_RUN_S
from .hybrid_model import HybridOutput
from .village import (
    HomesParameters,
    HomesState,
    settled_state,
    step_homes,
    typical_homes,
)
from .weather import Weather, hour_of_day

# Fine enough to show how fast the compressor follows a limit.
_STEP_S = 10.0
_WATER_W_PER_K = 1050.0  # 15 litres a minute through the radiators
_WATER_MEMORY_S = 300.0
_WH_PER_WS = 1.0 / 3600.0
# Groningen gas, upper value, and the efficiencies on it of Dutch boilers
# (NeedForHeat nfh_constants.py).
_GAS_WH_PER_DM3 = 9.77
_HEATING_EFFICIENCY = 0.963
_HOT_WATER_EFFICIENCY = 0.716
# Luxtronik operation modes (python-luxtronik, inputs.py).
_MODE_HEATING, _MODE_LOCKED, _MODE_DEFROST, _MODE_NO_DEMAND = 0, 3, 4, 5


@dataclass(slots=True, kw_only=True)
class Meters:
    """What the heat pump has counted since it was switched on."""

    electric_wh: float = 0.0
    thermal_wh: float = 0.0
    gas_dm3: float = 0.0
    seconds: float = 0.0


@dataclass(slots=True, kw_only=True)
class SimulatedHeatPump:
    """A heat pump whose time advances only when it is told to.

    ``start`` is the local time at which it begins, in a house that has long been
    warm; ``limit_w`` is asked before each step and gets the cold of the room (K).
    """

    weather: Weather
    start: datetime
    limit_w: Callable[[float], float]
    parameters: HomesParameters = field(default_factory=lambda: typical_homes(1))
    seed: int = 0
    meters: Meters = field(default_factory=Meters)
    _rng: np.random.Generator = field(init=False)
    _state: HomesState = field(init=False)
    _output: HybridOutput = field(init=False)
    _flow_c: float = field(init=False)
    _limit_in_force_w: float = field(init=False, default=math.inf)

    def __post_init__(self) -> None:
        """Settle the house and make the first small step."""
        self._rng = np.random.default_rng(self.seed)
        outdoor_c = self.weather.outdoor_c(self.start)
        self._state = settled_state(
            self.parameters,
            outdoor_c=outdoor_c,
            local_hour=hour_of_day(self.start),
            rng=self._rng,
        )
        self._flow_c = 30.0
        self._step(1.0)
        self._flow_c = float(self._output.flow_c[0])

    @property
    def local_time(self) -> datetime:
        """Return the local time in the simulated house."""
        return self.start + timedelta(seconds=self.meters.seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        while seconds > 1e-6:
            dt_s = min(seconds, _STEP_S)
            self._step(dt_s)
            seconds -= dt_s

    def quantities(self) -> dict[str, float]:
        """Return every value that a register may show, by its name."""
        output, local = self._output, self.local_time
        heat_w = float(output.thermal_w[0] + output.boiler_w[0])
        hybrids = self.parameters.hybrids
        return {
            "fault_code": 0.0,
            "electric_w": float(output.electric_w[0]),
            "thermal_w": float(output.thermal_w[0]),
            "boiler_w": float(output.boiler_w[0] + output.hot_water_w[0]),
            "flow_c": self._flow_c,
            "return_c": self._flow_c - max(heat_w, 0.0) / _WATER_W_PER_K,
            "outdoor_c": self.weather.outdoor_c(local),
            "room_c": self._room_c,
            "set_point_c": self._set_point_c,
            "minimum_w": float(hybrids.minimum_w[0]),
            "nameplate_w": float(hybrids.nameplate_w[0]),
            "electric_wh": self.meters.electric_wh,
            "thermal_wh": self.meters.thermal_wh,
            "gas_dm3": self.meters.gas_dm3,
            "seconds": math.floor(self.meters.seconds) % 65536,
            "luxtronik_mode": self._luxtronik_mode(),
            **self._minutes_left(),
        }

    def flags(self) -> dict[str, bool]:
        """Return what the status bits of a profile are made of."""
        output = self._output
        boiler_w = output.boiler_w[0] + output.hot_water_w[0]
        return {
            "compressor": bool(self._state.hybrids.running[0]),
            "boiler": bool(boiler_w > 0.0),
            "defrost": bool(output.defrost[0]),
            "oil_return": bool(output.oil_return[0]),
            "limit_active": math.isfinite(self._limit_in_force_w),
            "hot_water": bool(output.hot_water_w[0] > 0.0),
        }

    @property
    def _room_c(self) -> float:
        return float(self._state.houses.air_c[0])

    @property
    def _set_point_c(self) -> float:
        hour = hour_of_day(self.local_time)
        return float(self.parameters.thermostats.set_point_at(hour)[0])

    def _step(self, dt_s: float) -> None:
        """Advance by one step of the physics."""
        local = self.local_time
        self._limit_in_force_w = self.limit_w(self._set_point_c - self._room_c)
        self._state, self._output = step_homes(
            self.parameters,
            self._state,
            outdoor_c=self.weather.outdoor_c(local),
            irradiance_w_m2=self.weather.irradiance_w_m2(local),
            local_hour=hour_of_day(local),
            limit_w=np.array([self._limit_in_force_w]),
            dt_s=dt_s,
            rng=self._rng,
        )
        self._count(dt_s)
        self._mix_water(dt_s)

    def _count(self, dt_s: float) -> None:
        """Add one step to the meters; a heat meter does not run backwards."""
        output, hours_wh = self._output, dt_s * _WH_PER_WS
        gas_w = (
            output.boiler_w[0] / _HEATING_EFFICIENCY
            + output.hot_water_w[0] / _HOT_WATER_EFFICIENCY
        )
        self.meters.electric_wh += float(output.electric_w[0]) * hours_wh
        self.meters.thermal_wh += max(float(output.thermal_w[0]), 0.0) * hours_wh
        self.meters.gas_dm3 += float(gas_w) * hours_wh / _GAS_WH_PER_DM3
        self.meters.seconds += dt_s

    def _mix_water(self, dt_s: float) -> None:
        """Let the flow follow the heating curve, or the room when nothing heats."""
        heats = self._output.thermal_w[0] + self._output.boiler_w[0] > 0.0
        goal_c = float(self._output.flow_c[0]) if heats else self._room_c + 2.0
        memory = math.exp(-dt_s / _WATER_MEMORY_S)
        self._flow_c = goal_c + (self._flow_c - goal_c) * memory

    def _luxtronik_mode(self) -> float:
        """Return the operation mode as a Luxtronik controller counts them."""
        if self._output.defrost[0]:
            return _MODE_DEFROST
        if self._state.hybrids.running[0]:
            return _MODE_HEATING
        return _MODE_LOCKED if self._limit_in_force_w <= 0.0 else _MODE_NO_DEMAND

    def _minutes_left(self) -> dict[str, float]:
        """Return how long the compressor must still stand still or run."""
        hybrids = self._state.hybrids
        running, in_state_s = bool(hybrids.running[0]), float(hybrids.in_state_s[0])
        off_s = float(self.parameters.hybrids.least_off_s[0]) - in_state_s
        run_s = LEAST_RUN_S - in_state_s
        return {
            "least_off_min": 0.0 if running else math.ceil(max(off_s, 0.0) / 60.0),
            "least_run_min": math.ceil(max(run_s, 0.0) / 60.0) if running else 0.0,
        }
