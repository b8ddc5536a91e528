"""What a chip made of memristor neurons would really cost.

::

    import neuroest

    result = neuroest.estimate("diffusive_28nm_derived", "shd_recurrent_spiking")
    result.totals["energy_per_inference_J"]

Names are loaded when they are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neuroest.checking import check_files
    from neuroest.errors import (
        MappingError,
        NeuroestError,
        Problem,
        QuantityError,
        RangeError,
        SpecError,
        UnknownNameError,
    )
    from neuroest.estimating import estimate
    from neuroest.exploration.breakeven import breakeven
    from neuroest.exploration.importance import sensitivity
    from neuroest.exploration.optimise import optimize
    from neuroest.exploration.pareto import pareto
    from neuroest.exploration.sweep import sweep
    from neuroest.exploration.uncertainty import uncertainty
    from neuroest.library import load_architecture, load_device, load_workload
    from neuroest.reporting.comparison import Comparison, compare
    from neuroest.result import Estimate
    from neuroest.workloads.importers import trace

    __version__: str

__all__ = [
    "Comparison",
    "Estimate",
    "MappingError",
    "NeuroestError",
    "Problem",
    "QuantityError",
    "RangeError",
    "SpecError",
    "UnknownNameError",
    "__version__",
    "breakeven",
    "check_files",
    "compare",
    "estimate",
    "load_architecture",
    "load_device",
    "load_workload",
    "optimize",
    "pareto",
    "sensitivity",
    "sweep",
    "trace",
    "uncertainty",
]

_HOMES = {
    "Comparison": "neuroest.reporting.comparison",
    "Estimate": "neuroest.result",
    "MappingError": "neuroest.errors",
    "NeuroestError": "neuroest.errors",
    "Problem": "neuroest.errors",
    "QuantityError": "neuroest.errors",
    "RangeError": "neuroest.errors",
    "SpecError": "neuroest.errors",
    "UnknownNameError": "neuroest.errors",
    "breakeven": "neuroest.exploration.breakeven",
    "check_files": "neuroest.checking",
    "compare": "neuroest.reporting.comparison",
    "estimate": "neuroest.estimating",
    "load_architecture": "neuroest.library",
    "load_device": "neuroest.library",
    "load_workload": "neuroest.library",
    "optimize": "neuroest.exploration.optimise",
    "pareto": "neuroest.exploration.pareto",
    "sensitivity": "neuroest.exploration.importance",
    "sweep": "neuroest.exploration.sweep",
    "trace": "neuroest.workloads.importers",
    "uncertainty": "neuroest.exploration.uncertainty",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - slow, and rarely asked for

        try:
            return version("neuroest")
        except PackageNotFoundError:
            return "unknown"
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
