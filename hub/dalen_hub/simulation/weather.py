"""Weather of a winter: a daily course with irregular weather on top of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np

from .arrays import FloatArray

_DAY_S = 86_400.0
_WARMEST_HOUR = 15.0
_HARMONICS = 12
# A clear December day at 52 N: at most about 180 W/m2 on the ground, 8 h of sun.
_NOON_W_M2 = 180.0
_SUN_HALF_DAY_H = 4.0
_SOLAR_NOON_H = 12.6


class Weather(Protocol):
    """Outdoor conditions at any local time."""

    def outdoor_c(self, local: datetime) -> float:
        """Return the outdoor temperature."""

    def irradiance_w_m2(self, local: datetime) -> float:
        """Return the global irradiance on the ground."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SteadyWeather:
    """One temperature for ever, without sun: a climate chamber."""

    temperature_c: float

    def outdoor_c(self, local: datetime) -> float:
        """Return the fixed temperature."""
        return self.temperature_c

    def irradiance_w_m2(self, local: datetime) -> float:
        """Return no sun."""
        return 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WinterWeather:
    """A mean, a daily swing and seeded noise, known at every instant.

    The noise is a sum of cosines with random periods between 6 h and 4 days and
    random phases (spectral representation of a stationary process: Shinozuka &
    Jan, Journal of Sound and Vibration 25, 1972). It needs no state, so a demo
    can ask for the past, now and tomorrow in any order.
    """

    mean_c: float
    swing_c: float
    noise_c: float
    cloudiness: float
    periods_s: FloatArray
    phases: FloatArray

    def outdoor_c(self, local: datetime) -> float:
        """Return the outdoor temperature: warmest at three in the afternoon."""
        angle = 2.0 * np.pi * (hour_of_day(local) - _WARMEST_HOUR) / 24.0
        daily_c = self.swing_c * np.cos(angle)
        return float(self.mean_c + daily_c + self.noise_c * self._noise(local))

    def irradiance_w_m2(self, local: datetime) -> float:
        """Return the irradiance: half a sine between sunrise and sunset."""
        from_noon_h = abs(hour_of_day(local) - _SOLAR_NOON_H)
        if from_noon_h >= _SUN_HALF_DAY_H:
            return 0.0
        height = np.cos(0.5 * np.pi * from_noon_h / _SUN_HALF_DAY_H)
        return float(_NOON_W_M2 * (1.0 - self.cloudiness) * height)

    def _noise(self, local: datetime) -> float:
        """Return noise of mean 0 and standard deviation 1."""
        angles = 2.0 * np.pi * local.timestamp() / self.periods_s + self.phases
        return float(np.cos(angles).sum() * np.sqrt(2.0 / self.periods_s.size))


def winter_weather(
    *, mean_c: float, rng: np.random.Generator, swing_c: float = 2.0
) -> WinterWeather:
    """Draw the weather of a winter week around a mean temperature."""
    return WinterWeather(
        mean_c=mean_c,
        swing_c=swing_c,
        noise_c=0.7,
        cloudiness=0.6,
        periods_s=_DAY_S * np.exp(rng.uniform(np.log(0.25), np.log(4.0), _HARMONICS)),
        phases=rng.uniform(0.0, 2.0 * np.pi, _HARMONICS),
    )


def hour_of_day(local: datetime) -> float:
    """Return the local time as hours since midnight on the clock."""
    return local.hour + local.minute / 60.0 + local.second / 3600.0
