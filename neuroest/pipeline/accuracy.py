"""Accuracy of what crossbar columns compute."""

from collections.abc import Sequence

import numpy as np

from neuroest.levels.base import MappedLevel
from neuroest.levels.crossbar.column_errors import ColumnErrors, column_errors, joined_errors
from neuroest.levels.crossbar.mapper import CrossbarMapper


def network_errors(levels: Sequence[MappedLevel]) -> ColumnErrors | None:
    """Errors of the results of the columns, by layer and cause; None where nothing is computed in arrays."""
    found = [
        (level.own, column_errors(level.mapper, level.mapped.placement))
        for level in levels
        if isinstance(level.mapper, CrossbarMapper) and np.any(level.mapper.on_array > 0.0)
    ]
    return joined_errors(found) if found else None
