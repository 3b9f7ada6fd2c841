"""The array types of the thermal model."""

import numpy as np
import numpy.typing as npt

type Floats = npt.NDArray[np.float64]
type Bools = npt.NDArray[np.bool_]
type Ints = npt.NDArray[np.int64]
