"""A house as two resistances and two heat capacities, with a leak past the shell.

The room air and the heavy mass of the house: heat, sun and people warm both, the air
passes heat to the mass and, by ventilation, straight outdoors; the mass loses the
rest through the shell. "Ti Te" of Bacher & Madsen, "Identifying suitable models for
the heat dynamics of buildings" (Energy and Buildings 43, 2011), extended by the leak
and by floor heating, whose heat enters the mass first.
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from .arrays import Floats

STATES: Final = 2
INPUTS: Final = 4
PARAMETERS: Final = 10
"""Entries of a vector of parameters, in the order of the constants below."""
(
    LOSS,
    CAPACITY,
    AIR_SHARE,
    COUPLING,
    LEAK_SHARE,
    FLOOR_SHARE,
    APERTURE,
    AIR_NOISE,
    MASS_NOISE,
    GAINS,
) = range(PARAMETERS)

# Of the sun that enters, half warms what the air touches, half the floor and walls.
_SUN_TO_AIR: Final = 0.5
# The mass passes heat on at least this easily, however small the coupling is drawn.
_LEAST_RESISTANCE: Final = 1e-4
_SQUARINGS: Final = 3
_TERMS: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class RcModel:
    """The constants of one house."""

    loss_w_per_k: float
    """Heat loss in steady state, shell and ventilation together (HTC, HLC)."""
    capacity_kwh_per_k: float
    """Heat capacity of air and mass together."""
    air_share: float
    """Part of the capacity that follows the air."""
    air_to_mass_w_per_k: float
    leak_share: float
    """Part of the loss that leaves the air without passing the mass."""
    floor_share: float
    """Part of the heat that enters the mass first."""
    aperture_m2: float
    """Effective window area, for irradiance on the ground."""
    gains_w: float
    """Heat that was not measured, such as of people."""

    @classmethod
    def of(cls, vector: Floats) -> Self:
        """Return the constants that a vector of parameters stands for."""
        return cls(
            loss_w_per_k=float(np.exp(vector[LOSS])),
            capacity_kwh_per_k=float(np.exp(vector[CAPACITY])),
            air_share=float(_share(vector[AIR_SHARE])),
            air_to_mass_w_per_k=float(np.exp(vector[COUPLING])),
            leak_share=float(_share(vector[LEAK_SHARE])),
            floor_share=float(_share(vector[FLOOR_SHARE])),
            aperture_m2=float(np.exp(vector[APERTURE])),
            gains_w=1000.0 * float(vector[GAINS]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StepModel:
    """p models over one step: x' = F x + B u, with noise of covariance Q.

    States are the temperatures of air and mass; inputs are outdoor temperature (C),
    heat (W), irradiance (W/m2) and 1.
    """

    transition: Floats
    """F, shape (p, 2, 2)."""
    drive: Floats
    """B, shape (p, 2, 4)."""
    noise: Floats
    """Q, shape (p, 2, 2)."""


def step_model(vectors: Floats, step_s: float) -> StepModel:
    """Return the models of p vectors, shape (p, 10), exact for steady inputs."""
    hours = step_s / 3600.0
    exact = _exponential(_rates(vectors) * hours)
    noise = np.zeros((len(vectors), STATES, STATES))
    noise[:, 0, 0] = np.exp(2.0 * vectors[:, AIR_NOISE]) * hours
    noise[:, 1, 1] = np.exp(2.0 * vectors[:, MASS_NOISE]) * hours
    return StepModel(
        transition=exact[:, :STATES, :STATES],
        drive=exact[:, :STATES, STATES:],
        noise=noise,
    )


def _rates(vectors: Floats) -> Floats:
    """Return d(x, u)/dt per hour of p models, shape (p, 6, 6); inputs stand still."""
    loss = np.exp(vectors[:, LOSS])
    air_wh = 1000.0 * np.exp(vectors[:, CAPACITY]) * _share(vectors[:, AIR_SHARE])
    mass_wh = 1000.0 * np.exp(vectors[:, CAPACITY]) - air_wh
    coupling = np.exp(vectors[:, COUPLING])
    leak = _share(vectors[:, LEAK_SHARE]) * loss
    shell = 1.0 / np.maximum(1.0 / (loss - leak) - 1.0 / coupling, _LEAST_RESISTANCE)
    floor = _share(vectors[:, FLOOR_SHARE])
    aperture = np.exp(vectors[:, APERTURE])
    none = np.zeros_like(loss)
    air = [-(coupling + leak), coupling, leak, 1.0 - floor, _SUN_TO_AIR * aperture]
    mass = [coupling, -(coupling + shell), shell, floor, (1 - _SUN_TO_AIR) * aperture]
    rates = np.zeros((len(vectors), STATES + INPUTS, STATES + INPUTS))
    rates[:, 0] = np.stack([*air, 1000.0 * vectors[:, GAINS]], axis=1) / air_wh[:, None]
    rates[:, 1] = np.stack([*mass, none], axis=1) / mass_wh[:, None]
    return rates


def _share(logit: Floats) -> Floats:
    """Return 0..1 for any number: the logistic function."""
    share: Floats = 1.0 / (1.0 + np.exp(-logit))
    return share


def _exponential(matrices: Floats) -> Floats:
    """Return e^M of p matrices, shape (p, m, m): Taylor series with squarings."""
    norm = float(np.abs(matrices).sum(axis=-1).max())
    squarings = max(0, int(np.ceil(np.log2(max(norm, 1e-12))))) + _SQUARINGS
    small = matrices / 2.0**squarings
    term = np.broadcast_to(np.eye(matrices.shape[-1]), matrices.shape)
    result = term.copy()
    for order in range(1, _TERMS):
        term = term @ small / order
        result = result + term
    for _ in range(squarings):
        result = result @ result
    return result
