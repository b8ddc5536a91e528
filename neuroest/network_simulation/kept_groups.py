"""Groups of samples that a run has finished, in a file from which an interrupted run goes on."""

import io
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.core.files import write_whole
from neuroest.core.progress import Progress, silent
from neuroest.dynamics.stimulus import Array
from neuroest.network_simulation.files import read_arrays
from neuroest.network_simulation.simulation import Conditions, LayerActivity, Simulation
from neuroest.network_simulation.stages import Trim

_MOST_ARRAYS = 1_000_000
_PATIENCE = 10.0
"""Seconds from one writing of the file to the next; a convention."""
_NUMBERS = ("energy", "latched", "full", "saturated")


class KeptGroups:
    """Finished groups of the runs of a comparison.

    Parameters
    ----------
    path : Path or None
        File to keep them in; None keeps nothing.
    fingerprint : str
        What the run depends on: chip, network, samples, seed and version, as hexadecimal digits.

    Raises
    ------
    NeuroestError
        If the file belongs to another run.
    """

    def __init__(self, path: Path | None, fingerprint: str) -> None:
        self.path = path
        self.arrays: dict[str, Array] = {}
        mark = np.frombuffer(bytes.fromhex(fingerprint), dtype=np.uint8)
        if path is not None and path.exists():
            found = read_arrays(path, _MOST_ARRAYS)
            if not np.array_equal(found.get("fingerprint", np.zeros(0)), mark):
                raise NeuroestError(
                    f"{path}: is kept from a run of another chip, network, samples or version; remove it"
                )
            self.arrays = found
        self.arrays["fingerprint"] = mark
        self.written = time.monotonic()

    def run(
        self, simulation: Simulation, name: str, spikes: Array, trims: Mapping[str, Trim], conditions: Conditions,
        slopes: Mapping[str, float] | None = None, progress: Progress = silent,
    ) -> dict[str, LayerActivity]:  # fmt: skip
        """Activity of a run; groups that the file has are taken from it, and finished ones are added."""
        layers = [layer.name for layer in simulation.network.trained.layers]

        def kept(number: int) -> Mapping[str, LayerActivity] | None:
            key = f"{name}/{number}"
            if f"{key}/{layers[0]}/counts" not in self.arrays:
                return None
            return {layer: self._taken(f"{key}/{layer}") for layer in layers}

        def keep(number: int, found: Mapping[str, LayerActivity]) -> None:
            if self.path is None:
                return
            for layer, one in found.items():
                key = f"{name}/{number}/{layer}"
                self.arrays[f"{key}/counts"] = np.minimum(one.counts, 255).astype(np.uint8)
                self.arrays[f"{key}/drives"] = one.drives
                self.arrays[f"{key}/drive"] = one.drive
                self.arrays[f"{key}/numbers"] = np.array([getattr(one, each) for each in _NUMBERS])
            if time.monotonic() - self.written >= _PATIENCE:
                self._write()
                self.written = time.monotonic()

        return simulation.activity(spikes, trims, conditions, slopes, progress, kept, keep)

    def _taken(self, key: str) -> LayerActivity:
        numbers: dict[str, Any] = dict(zip(_NUMBERS, self.arrays[f"{key}/numbers"].tolist(), strict=True))
        return LayerActivity(
            self.arrays[f"{key}/counts"].astype(int),
            drives=self.arrays[f"{key}/drives"],
            drive=self.arrays[f"{key}/drive"],
            **numbers,
        )

    def _write(self) -> None:
        assert self.path is not None  # noqa: S101 - the caller asked
        stream = io.BytesIO()
        np.savez_compressed(stream, allow_pickle=False, **self.arrays)
        write_whole(self.path, stream.getvalue())

    def finished(self) -> None:
        """Remove the file of a run that is complete."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)
