"""Networks of others: ONNX, NIR, PyTorch, NeuroSim, ZigZag, and recorded activity.

`import_network` reads a file, `workload_from_file` makes a workload of it, `trace` watches a PyTorch model run.
"""

from pathlib import Path
from typing import Any

from neuroest.registry import IMPORTERS, importer_of, importer_suffixes, why_no_network
from neuroest.specs.loaded import Loaded
from neuroest.specs.workload import WorkloadSpec
from neuroest.workloads.importers.network import (
    ImportedNetwork,
    ImportOptions,
    NetworkImportError,
    UnknownFormatError,
    UnsupportedOperatorError,
)

__all__ = [
    "ImportOptions",
    "ImportedNetwork",
    "NetworkImportError",
    "UnsupportedOperatorError",
    "import_network",
    "trace",
    "workload_from_file",
]


def import_network(path: str | Path, options: ImportOptions | None = None) -> ImportedNetwork:
    """Read a model file; its suffix says what it is, or its text where other files have the suffix too.

    Parameters
    ----------
    path : str or Path
        Model file.
    options : ImportOptions, optional
        Precision, timesteps, and what becomes of operators that a workload cannot express.

    Returns
    -------
    ImportedNetwork

    Raises
    ------
    NetworkImportError
        When the file cannot be read, is no network, or must not be read.
    """
    from neuroest.workloads.importers.files import formatted, model_file  # noqa: PLC0415

    file, chosen = Path(path), options or ImportOptions()
    model_file(file)
    kind = importer_of(file)
    if kind is None:
        known = ", ".join(importer_suffixes())
        if why := why_no_network(file):
            raise NetworkImportError(f"{formatted(file)}: {why}")
        what = "no such network" if file.suffix.lower() in {".csv", ".yaml", ".yml"} else "unknown suffix"
        raise UnknownFormatError(f"{formatted(file)}: {what} {file.suffix.lower()!r}; allowed: {known}")
    network: ImportedNetwork = IMPORTERS[kind](file, chosen)
    return network


def workload_from_file(path: str | Path, options: ImportOptions | None = None) -> Loaded[WorkloadSpec]:
    """A model file as a validated workload, as `neuroest.loading.library.load_workload` returns it.

    Raises
    ------
    NetworkImportError
        When the file cannot be read, is no network, or has operators that are not supported.
    """
    from neuroest.workloads.importers.writing import loaded_workload  # noqa: PLC0415

    return loaded_workload(import_network(path, options))


def trace(model: Any, sample: Any, **settings: Any) -> Any:
    """Watch a PyTorch model run on a batch: its layers and how active they are.

    See `neuroest.workloads.importers.torch_trace.trace_model` for the settings.
    """
    from neuroest.workloads.importers.torch_trace import trace_model  # noqa: PLC0415 - a heavy library

    return trace_model(model, sample, **settings)
