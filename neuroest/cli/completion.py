"""What a shell completes: names of shipped files, own files, models, parameters, quantities."""

from collections.abc import Callable
from pathlib import Path

import typer

from neuroest.core.errors import NeuroestError
from neuroest.loading.library import load_device, shipped

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
    """Folders and spec files that a path so far may mean; a name without a folder means spec files that are here."""
    begun, _, last = incomplete.rpartition("/")
    here = Path(f"{begun}/" if begun or incomplete.startswith("/") else ".")
    try:
        entries = sorted(entry for entry in here.iterdir() if entry.name.startswith(last))
    except OSError:
        return []
    stem = incomplete[: len(incomplete) - len(last)]
    return [
        f"{stem}{entry.name}{'/' if entry.is_dir() else ''}"
        for entry in entries
        if entry.suffix in _SPECS or (entry.is_dir() and stem)
    ]


def models(incomplete: str) -> list[str]:
    """Models of devices."""
    from neuroest.registry import DEVICE_MODELS  # noqa: PLC0415 - only a shell that completes needs it

    return [name for name in DEVICE_MODELS if name.startswith(incomplete)]


def neuron_parameters(context: typer.Context, incomplete: str) -> list[str]:
    """Parameters of the neuron of the command so far."""
    try:
        claims = load_device(next(iter(context.args), "")).claims
    except NeuroestError:
        return []
    return [f"{name}=" for name in claims if name.startswith(incomplete)]


def quantities(incomplete: str) -> list[str]:
    """Totals of an estimate."""
    from neuroest.results.quantities import QUANTITIES  # noqa: PLC0415 - only a shell that completes needs it

    return [name for name in QUANTITIES if name.startswith(incomplete)]
