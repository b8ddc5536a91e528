"""Types of arrays."""

from collections.abc import Hashable, Mapping
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
"""Numbers."""
Mask: TypeAlias = NDArray[np.bool_]
"""Truth values, one for each element."""

_Key = TypeVar("_Key", bound=Hashable)


class Sums(dict[_Key, Array]):
    """Arrays by key that add up."""

    def add(self, key: _Key, value: Any) -> None:
        """Add to the array of a key."""
        self[key] = self[key] + value if key in self else np.asarray(value)

    def add_all(self, values: Mapping[_Key, Any]) -> None:
        """Add to the arrays of several keys."""
        for key, value in values.items():
            self.add(key, value)


Actions: TypeAlias = Sums[tuple[str, str]]
"""Action counts, by component and action."""
