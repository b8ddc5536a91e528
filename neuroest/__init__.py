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
    from neuroest.authoring.templates import architecture_template as new_architecture
    from neuroest.authoring.templates import device_template as new_device
    from neuroest.authoring.templates import workload_template as new_workload
    from neuroest.core.errors import (
        MappingError,
        NeuroestError,
        Problem,
        QuantityError,
        RangeError,
        SpecError,
        UnknownNameError,
    )
    from neuroest.dynamics.characterisation import characterise
    from neuroest.dynamics.run import simulate_in_time as simulate
    from neuroest.exploration.breakeven import breakeven
    from neuroest.exploration.crossover import crossover
    from neuroest.exploration.optimize import optimize
    from neuroest.exploration.pareto import pareto
    from neuroest.exploration.sensitivity import sensitivity
    from neuroest.exploration.sweep import sweep
    from neuroest.exploration.uncertainty import uncertainty
    from neuroest.fitting.device_fit import fit
    from neuroest.pipeline.check import check_files
    from neuroest.loading.library import load_architecture, load_device, load_workload
    from neuroest.network_simulation.study import simulate_network
    from neuroest.pipeline.comparison import compare
    from neuroest.pipeline.estimate import estimate
    from neuroest.reporting.bibliography import cite
    from neuroest.reporting.bundle import rerun
    from neuroest.reporting.catalogue import list_entries
    from neuroest.reporting.data_sheets import show
    from neuroest.reporting.difference import diff
    from neuroest.reporting.explanation import explain
    from neuroest.reporting.publish import publish
    from neuroest.reporting.report import report
    from neuroest.reporting.schemas import spec_schema as schema
    from neuroest.results.comparison import Comparison
    from neuroest.results.estimate import Estimate
    from neuroest.validation.board import reproduce
    from neuroest.workloads.importers import import_network, trace
    from neuroest.workloads.importers.recordings import attach_activity

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
    "attach_activity",
    "breakeven",
    "characterise",
    "check_files",
    "cite",
    "compare",
    "crossover",
    "diff",
    "estimate",
    "explain",
    "fit",
    "import_network",
    "list_entries",
    "load_architecture",
    "load_device",
    "load_workload",
    "new_architecture",
    "new_device",
    "new_workload",
    "optimize",
    "pareto",
    "publish",
    "report",
    "reproduce",
    "rerun",
    "schema",
    "sensitivity",
    "show",
    "simulate",
    "simulate_network",
    "sweep",
    "trace",
    "uncertainty",
]

_HOMES = {
    "Comparison": "neuroest.results.comparison.Comparison",
    "Estimate": "neuroest.results.estimate.Estimate",
    "MappingError": "neuroest.core.errors.MappingError",
    "NeuroestError": "neuroest.core.errors.NeuroestError",
    "Problem": "neuroest.core.errors.Problem",
    "QuantityError": "neuroest.core.errors.QuantityError",
    "RangeError": "neuroest.core.errors.RangeError",
    "SpecError": "neuroest.core.errors.SpecError",
    "UnknownNameError": "neuroest.core.errors.UnknownNameError",
    "attach_activity": "neuroest.workloads.importers.recordings.attach_activity",
    "breakeven": "neuroest.exploration.breakeven.breakeven",
    "characterise": "neuroest.dynamics.characterisation.characterise",
    "check_files": "neuroest.pipeline.check.check_files",
    "cite": "neuroest.reporting.bibliography.cite",
    "compare": "neuroest.pipeline.comparison.compare",
    "crossover": "neuroest.exploration.crossover.crossover",
    "diff": "neuroest.reporting.difference.diff",
    "estimate": "neuroest.pipeline.estimate.estimate",
    "explain": "neuroest.reporting.explanation.explain",
    "fit": "neuroest.fitting.device_fit.fit",
    "import_network": "neuroest.workloads.importers.import_network",
    "list_entries": "neuroest.reporting.catalogue.list_entries",
    "load_architecture": "neuroest.loading.library.load_architecture",
    "load_device": "neuroest.loading.library.load_device",
    "load_workload": "neuroest.loading.library.load_workload",
    "new_architecture": "neuroest.authoring.templates.architecture_template",
    "new_device": "neuroest.authoring.templates.device_template",
    "new_workload": "neuroest.authoring.templates.workload_template",
    "optimize": "neuroest.exploration.optimize.optimize",
    "pareto": "neuroest.exploration.pareto.pareto",
    "publish": "neuroest.reporting.publish.publish",
    "report": "neuroest.reporting.report.report",
    "reproduce": "neuroest.validation.board.reproduce",
    "rerun": "neuroest.reporting.bundle.rerun",
    "schema": "neuroest.reporting.schemas.spec_schema",
    "sensitivity": "neuroest.exploration.sensitivity.sensitivity",
    "show": "neuroest.reporting.data_sheets.show",
    "simulate": "neuroest.dynamics.run.simulate_in_time",
    "simulate_network": "neuroest.network_simulation.study.simulate_network",
    "sweep": "neuroest.exploration.sweep.sweep",
    "trace": "neuroest.workloads.importers.trace",
    "uncertainty": "neuroest.exploration.uncertainty.uncertainty",
}
"""Where each public name stands: module and name in it."""


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - slow, and rarely asked for

        try:
            return version("neuroest")
        except PackageNotFoundError:
            return "unknown"
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _HOMES[name].rpartition(".")
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
