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
    from neuroest.core.errors import (
        MappingError,
        NeuroestError,
        Problem,
        QuantityError,
        RangeError,
        SpecError,
        UnknownNameError,
    )
    from neuroest.exploration.breakeven import breakeven
    from neuroest.exploration.optimize import optimize
    from neuroest.exploration.pareto import pareto
    from neuroest.exploration.sensitivity import sensitivity
    from neuroest.exploration.sweep import sweep
    from neuroest.exploration.uncertainty import uncertainty
    from neuroest.loading.check import check_files
    from neuroest.loading.library import load_architecture, load_device, load_workload
    from neuroest.pipeline.comparison import Comparison, compare
    from neuroest.pipeline.estimate import estimate
    from neuroest.pipeline.standalone import BlockCosts, block
    from neuroest.results.estimate import Estimate
    from neuroest.workloads.importers import trace

    __version__: str

__all__ = [
    "BlockCosts",
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
    "block",
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
    "BlockCosts": "neuroest.pipeline.standalone",
    "Comparison": "neuroest.pipeline.comparison",
    "Estimate": "neuroest.results.estimate",
    "MappingError": "neuroest.core.errors",
    "NeuroestError": "neuroest.core.errors",
    "Problem": "neuroest.core.errors",
    "QuantityError": "neuroest.core.errors",
    "RangeError": "neuroest.core.errors",
    "SpecError": "neuroest.core.errors",
    "UnknownNameError": "neuroest.core.errors",
    "block": "neuroest.pipeline.standalone",
    "breakeven": "neuroest.exploration.breakeven",
    "check_files": "neuroest.loading.check",
    "compare": "neuroest.pipeline.comparison",
    "estimate": "neuroest.pipeline.estimate",
    "load_architecture": "neuroest.loading.library",
    "load_device": "neuroest.loading.library",
    "load_workload": "neuroest.loading.library",
    "optimize": "neuroest.exploration.optimize",
    "pareto": "neuroest.exploration.pareto",
    "sensitivity": "neuroest.exploration.sensitivity",
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
