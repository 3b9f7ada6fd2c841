"""Random Fourier features: smooth interactions of columns, for a linear model.

Rahimi & Recht, "Random features for large-scale kernel machines" (2007): ridge on
sqrt(2) cos(z W + b) approximates kernel ridge with the Gaussian kernel.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from dalen_hub.forecast.arrays import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomFeatures:
    """A fixed draw of frequencies, shape (inputs, features), and phases (features,)."""

    frequencies: Floats
    phases: Floats

    @classmethod
    def draw(cls, inputs: int, features: int, *, width: float) -> Self:
        """Draw for standardised inputs; the same numbers give the same draw."""
        rng = np.random.default_rng(inputs)
        return cls(
            frequencies=rng.normal(scale=width, size=(inputs, features)),
            phases=rng.uniform(0.0, 2.0 * np.pi, features),
        )

    def of(self, inputs: Floats) -> Floats:
        """Return the features of ``inputs`` (n, inputs), shape (n, features)."""
        # A cosine of 32 bits is exact enough, and several times as fast.
        angles = (inputs @ self.frequencies + self.phases).astype(np.float32)
        cosines: Floats = np.cos(angles).astype(np.float64)
        cosines *= np.sqrt(2.0)
        return cosines
