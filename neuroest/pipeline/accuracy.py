"""Accuracy of what crossbar columns compute."""

from __future__ import annotations

import numpy as np

from neuroest.levels.base import Mapper, NetworkMapping
from neuroest.levels.crossbar.column_errors import ColumnErrors, column_errors
from neuroest.levels.crossbar.mapper import CrossbarMapper


def network_errors(mapper: Mapper, mapped: NetworkMapping) -> ColumnErrors | None:
    """Errors of the results of the columns, by layer and cause; None where nothing is computed in arrays."""
    if not (isinstance(mapper, CrossbarMapper) and np.any(mapper.on_array > 0.0)):
        return None
    return column_errors(mapper, mapped.placement)
