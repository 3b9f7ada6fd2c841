"""The heat dynamics of houses: two resistances and two capacities each."""

from dataclasses import dataclass

import numpy as np

from .arrays import FloatArray, filled

SECONDS_PER_HOUR = 3600.0

# A terraced house of 1959-1994. Loss: 45 % of the Dutch houses of that time are
# near 125 W/K, the twin house O5 of IEA Annex 71 was identified at 143-152 W/K.
_LOSS_W_PER_K = 135.0
_CAPACITY_KWH_PER_K = 12.0
# What follows the room at once: air, furniture and the water in the radiators.
_AIR_SHARE = 0.15
_AIR_TO_MASS_W_PER_K = 800.0
# Effective solar aperture: mean of Dutch houses, NeedForHeat nfh_constants.py.
_APERTURE_M2 = 3.7


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseParameters:
    """The constants of n houses, every field of shape (n,)."""

    loss_w_per_k: FloatArray
    """Heat loss in steady state, from the room to outdoors."""
    air_to_mass_w_per_k: FloatArray
    air_kwh_per_k: FloatArray
    mass_kwh_per_k: FloatArray
    aperture_m2: FloatArray

    @property
    def mass_to_outdoor_w_per_k(self) -> FloatArray:
        """Conductance of the shell, so that both in series give the loss."""
        return 1.0 / (1.0 / self.loss_w_per_k - 1.0 / self.air_to_mass_w_per_k)


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseState:
    """The temperatures of n houses, shape (n,)."""

    air_c: FloatArray
    mass_c: FloatArray


def typical_houses(homes: int) -> HouseParameters:
    """Return n equal terraced houses."""
    return houses(filled(homes, _LOSS_W_PER_K), filled(homes, _CAPACITY_KWH_PER_K))


def houses(loss_w_per_k: FloatArray, capacity_kwh_per_k: FloatArray) -> HouseParameters:
    """Return houses of a given loss (W/K) and heat capacity (kWh/K), shape (n,)."""
    homes = loss_w_per_k.size
    return HouseParameters(
        loss_w_per_k=loss_w_per_k,
        # A leaky house also passes more heat from its air to its shell.
        air_to_mass_w_per_k=np.maximum(
            filled(homes, _AIR_TO_MASS_W_PER_K), 3.0 * loss_w_per_k
        ),
        air_kwh_per_k=_AIR_SHARE * capacity_kwh_per_k,
        mass_kwh_per_k=(1.0 - _AIR_SHARE) * capacity_kwh_per_k,
        aperture_m2=filled(homes, _APERTURE_M2),
    )


def various_houses(homes: int, rng: np.random.Generator) -> HouseParameters:
    """Draw n houses of the Dutch stock of 1959-1994.

    Terraced, semi-detached and detached houses of 125, 165 and 225 W/K in shares
    of 45, 37 and 18 %, log-normal within a type (0.22), and 9-15 kWh/K. These
    are engineering estimates for this stock, not figures of one village.
    """
    kind_w_per_k = rng.choice([125.0, 165.0, 225.0], size=homes, p=[0.45, 0.37, 0.18])
    spread = rng.lognormal(mean=0.0, sigma=0.22, size=homes)
    return houses(kind_w_per_k * spread, rng.uniform(9.0, 15.0, size=homes))


def balanced_state(
    parameters: HouseParameters, *, air_c: FloatArray, outdoor_c: FloatArray | float
) -> HouseState:
    """Return the state in which nothing changes while the air is kept at air_c."""
    loss_w = parameters.loss_w_per_k * (air_c - outdoor_c)
    return HouseState(
        air_c=air_c.copy(), mass_c=air_c - loss_w / parameters.air_to_mass_w_per_k
    )


def step_houses(
    parameters: HouseParameters,
    state: HouseState,
    *,
    outdoor_c: FloatArray | float,
    heat_w: FloatArray,
    irradiance_w_m2: FloatArray | float,
    dt_s: float,
) -> HouseState:
    """Advance n houses by dt_s seconds (at most some minutes).

    The model "Ti Te" of Bacher & Madsen, "Identifying suitable models for the
    heat dynamics of buildings" (Energy and Buildings 43, 2011): room air and
    shell, heat and sun into the air, all loss through the shell. Explicit Euler,
    so that the heat stored is exactly the heat that went in minus the loss.
    """
    to_mass_w = parameters.air_to_mass_w_per_k * (state.air_c - state.mass_c)
    to_outdoor_w = parameters.mass_to_outdoor_w_per_k * (state.mass_c - outdoor_c)
    into_air_w = heat_w + parameters.aperture_m2 * irradiance_w_m2 - to_mass_w
    kilo_hours = dt_s / SECONDS_PER_HOUR / 1000.0
    return HouseState(
        air_c=state.air_c + into_air_w * kilo_hours / parameters.air_kwh_per_k,
        mass_c=state.mass_c
        + (to_mass_w - to_outdoor_w) * kilo_hours / parameters.mass_kwh_per_k,
    )
