"""Accuracy of the results of crossbar columns."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from neuroest.levels.base import MappedLevel
from neuroest.levels.crossbar_roles import maps_to_crossbars

if TYPE_CHECKING:
    from neuroest.levels.crossbar.column_errors import ColumnErrors


def network_errors(levels: Sequence[MappedLevel]) -> "ColumnErrors | None":
    """Errors of the column results, by layer and cause; None if no layer is computed in arrays."""
    arrays = [
        (level.own, level.mapper, level.mapped.placement)
        for level in levels
        if maps_to_crossbars(level.mapper) and np.any(level.mapper.on_array > 0.0)
    ]
    if not arrays:
        return None
    from neuroest.levels.crossbar.column_errors import (  # noqa: PLC0415 - only chips with crossbars need it
        column_errors,
        joined_errors,
    )

    return joined_errors([(own, column_errors(mapper, placement)) for own, mapper, placement in arrays])
