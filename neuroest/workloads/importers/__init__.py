"""Import networks from ONNX, NIR, PyTorch, NeuroSim and ZigZag, and recorded activity.

`import_network` reads a file, `workload_from_file` makes it a workload, `trace` records a run of a PyTorch model.
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
    """Read a model file; its suffix gives the format, or its text if several formats share the suffix.

    Parameters
    ----------
    path : str or Path
        Model file.
    options : ImportOptions, optional
        Precision, timesteps, and treatment of operators that a workload cannot express.

    Returns
    -------
    ImportedNetwork

    Raises
    ------
    NetworkImportError
        If the file cannot be read, is not a network, or must not be read.
    """
    from neuroest.workloads.importers.files import fault, formatted, model_file  # noqa: PLC0415

    file, chosen = Path(path), options or ImportOptions()
    model_file(file)
    kind = importer_of(file)
    if kind is None:
        known = ", ".join(importer_suffixes())
        if why := why_no_network(file):
            raise fault(file, why)
        what = "no such network" if file.suffix.lower() in {".csv", ".yaml", ".yml"} else "unknown suffix"
        raise UnknownFormatError(f"{formatted(file)}: {what} {file.suffix.lower()!r}; allowed: {known}")
    network: ImportedNetwork = IMPORTERS[kind](file, chosen)
    return network


def workload_from_file(path: str | Path, options: ImportOptions | None = None) -> Loaded[WorkloadSpec]:
    """Convert a model file into a validated workload, as `neuroest.loading.library.load_workload` returns it.

    Raises
    ------
    NetworkImportError
        If the file cannot be read, is not a network, or has unsupported operators.
    """
    from neuroest.workloads.importers.writing import loaded_workload  # noqa: PLC0415

    return loaded_workload(import_network(path, options))


def trace(model: Any, sample: Any, **settings: Any) -> Any:
    """Trace a PyTorch model on a batch: its layers and their activity.

    Parameters
    ----------
    model : torch.nn.Module
        The network.
    sample : torch.Tensor
        A batch of inputs.
    **settings
        Settings of `neuroest.workloads.importers.torch_trace.trace_model`.

    Returns
    -------
    ImportedNetwork
        Network with its activity; ``.workload()`` returns a workload for estimates.

    See `neuroest.workloads.importers.torch_trace.trace_model` for the settings.
    """
    from neuroest.workloads.importers.torch_trace import trace_model  # noqa: PLC0415 - a heavy library

    return trace_model(model, sample, **settings)
