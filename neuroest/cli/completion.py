"""What a shell completes: names of shipped files, own files, models, parameters, quantities."""

from collections.abc import Callable, Iterable
from pathlib import Path

import typer

from neuroest.core.errors import NeuroestError
from neuroest.core.lazy_registry import load
from neuroest.loading.kinds import shipped

_SPECS = frozenset({".yaml", ".yml"})


def names(*kinds: str, folder: str = "") -> Callable[[str], list[str]]:
    """Completion by names of shipped files of some kinds (devices of one folder alone), then by paths of spec files."""

    def complete(incomplete: str) -> list[str]:
        found = [
            name
            for kind in kinds
            for name, path in shipped(kind).items()
            if not folder or path.parent.name == folder
        ]
        return [*(name for name in found if name.startswith(incomplete)), *_paths(incomplete)]

    return complete


def _paths(incomplete: str) -> list[str]:
    """Folders and spec files that a path so far may mean; a name without a folder means spec files that are here.

    Of one folder alone also what is in it, so that a shell adds no space behind it; nothing where that is nothing, so
    that the shell completes names of files as it does everywhere.
    """
    begun, _, last = incomplete.rpartition("/")
    here = Path(f"{begun}/" if begun or incomplete.startswith("/") else ".")
    try:
        entries = sorted(entry for entry in here.iterdir() if entry.name.startswith(last))
    except OSError:
        return []
    stem = incomplete[: len(incomplete) - len(last)]
    paths = [
        f"{stem}{entry.name}{'/' if entry.is_dir() else ''}"
        for entry in entries
        if entry.suffix in _SPECS or (entry.is_dir() and stem)
    ]
    if len(paths) != 1 or not paths[0].endswith("/"):
        return paths
    inside = _paths(paths[0])
    return paths + inside if inside else []


def one_of(known: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """Completion by words that are looked up when a shell completes."""
    return lambda incomplete: [word for word in known() if word.startswith(incomplete)]


models = one_of(lambda: load("neuroest.registry.DEVICE_MODELS"))
"""Models of devices."""
fitted_models = one_of(lambda: load("neuroest.fitting.device_fit.MODELS"))
"""Models that `fit` takes."""
cases = one_of(lambda: [*load("neuroest.validation.cases.shipped_cases")()])
"""Published chips."""
characteristics = one_of(
    lambda: [
        load("neuroest.dynamics.characterisation.ALL"),
        *load("neuroest.dynamics.neuron_characteristics.EVERY_NEURON"),
        *load("neuroest.dynamics.characteristics.CHARACTERISTICS"),
    ]
)
"""Characteristics that `simulate` shows."""
quantities = one_of(lambda: load("neuroest.results.quantities.QUANTITIES"))
"""Totals of an estimate."""


def last_of_several(complete: Callable[[str], list[str]]) -> Callable[[str], list[str]]:
    """Completion of the last of several words with commas between them."""

    def completed(incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",")
        return [f"{before}{comma}{word}" for word in complete(last)]

    return completed


def neuron_parameters(context: typer.Context, incomplete: str) -> list[str]:
    """Parameters of the neuron of the command so far."""
    from neuroest.loading.library import load_device  # noqa: PLC0415 - only a shell that completes needs it

    try:
        claims = load_device(next(iter(context.args), "")).claims
    except NeuroestError:
        return []
    return [f"{name}=" for name in claims if name.startswith(incomplete)]
