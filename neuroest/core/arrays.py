"""Types of arrays."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
"""Numbers."""
Mask: TypeAlias = NDArray[np.bool_]
"""Truth values, one for each element."""
