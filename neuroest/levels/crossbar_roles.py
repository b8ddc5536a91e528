"""Which arrays and mappers are of crossbars, asked without importing them: chips without one start sooner."""

import sys
from typing import TYPE_CHECKING, Any, TypeGuard

if TYPE_CHECKING:
    from neuroest.levels.crossbar.array import CrossbarArray
    from neuroest.levels.crossbar.mapper import CrossbarMapper

_ARRAY = "neuroest.levels.crossbar.array"
_MAPPER = "neuroest.levels.crossbar.mapper"


def is_crossbar(array: Any) -> TypeGuard["CrossbarArray"]:
    """Whether the computing part of a level is a crossbar array."""
    return _is_one_of(array, _ARRAY, "CrossbarArray")


def maps_to_crossbars(mapper: Any) -> TypeGuard["CrossbarMapper"]:
    """Whether a level lays its layers onto crossbar arrays."""
    return _is_one_of(mapper, _MAPPER, "CrossbarMapper")


def _is_one_of(value: Any, module: str, name: str) -> bool:
    # without the module, or while another thread still imports it, there is no object of its classes
    cls = getattr(sys.modules.get(module), name, None)
    return cls is not None and isinstance(value, cls)
