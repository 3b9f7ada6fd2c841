"""The room thermostat of each home: how much heat the heating is asked for."""

from dataclasses import dataclass

import numpy as np

from .arrays import FloatArray, filled

_PROPORTIONAL_W_PER_K = 1500.0
_INTEGRAL_TIME_S = 2.0 * 3600.0
_MAXIMUM_W = 12_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ThermostatParameters:
    """The settings of n thermostats, shape (n,)."""

    set_point_c: FloatArray
    setback_k: FloatArray
    """How much lower the set point is at night."""
    wake_hour: FloatArray
    sleep_hour: FloatArray

    def set_point_at(self, local_hour: float) -> FloatArray:
        """Return the set point at a local hour of the day (0..24)."""
        awake = (local_hour >= self.wake_hour) & (local_hour < self.sleep_hour)
        return np.where(awake, self.set_point_c, self.set_point_c - self.setback_k)


def steady_thermostats(homes: int, set_point_c: float) -> ThermostatParameters:
    """Return n thermostats without a set-back at night."""
    return ThermostatParameters(
        set_point_c=filled(homes, set_point_c),
        setback_k=filled(homes, 0.0),
        wake_hour=filled(homes, 0.0),
        sleep_hour=filled(homes, 24.0),
    )


def various_thermostats(homes: int, rng: np.random.Generator) -> ThermostatParameters:
    """Draw n thermostats as residents with a heat pump set them: little set-back."""
    return ThermostatParameters(
        set_point_c=rng.normal(19.8, 0.6, size=homes).clip(18.0, 21.5),
        setback_k=rng.choice([0.0, 0.5, 1.0, 1.5], size=homes, p=[0.4, 0.2, 0.3, 0.1]),
        wake_hour=rng.normal(6.6, 0.8, size=homes).clip(4.5, 9.0),
        sleep_hour=rng.normal(22.7, 0.7, size=homes).clip(20.5, 23.9),
    )


def step_thermostats(
    integral_w: FloatArray,
    *,
    set_point_c: FloatArray,
    room_c: FloatArray,
    dt_s: float,
) -> tuple[FloatArray, FloatArray]:
    """Return the new integral and the heat asked for, both in W and shape (n,).

    A proportional-integral controller. The integral stands still while the
    output is at one of its ends (conditional integration), so that it does not
    wind up.
    """
    error_k = set_point_c - room_c
    gain_w = _PROPORTIONAL_W_PER_K * error_k
    grown_w = integral_w + gain_w * dt_s / _INTEGRAL_TIME_S
    total_w = gain_w + grown_w
    winding = ((total_w > _MAXIMUM_W) & (error_k > 0)) | ((total_w < 0) & (error_k < 0))
    new_integral_w = np.where(winding, integral_w, grown_w)
    return new_integral_w, (gain_w + new_integral_w).clip(0.0, _MAXIMUM_W)
