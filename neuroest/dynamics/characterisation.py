"""The six characteristics of a neuron as a user asks for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.errors import NeuroestError, check_names
from neuroest.core.progress import Progress, silent
from neuroest.dynamics.characteristics import CHARACTERISTICS
from neuroest.dynamics.characteristics import characterise as experiment
from neuroest.dynamics.diffusive_cells import load_cells, refuse_following_gate
from neuroest.dynamics.experiments import Bench, Characteristic
from neuroest.dynamics.spikes import plain_numbers
from neuroest.registry import render

MEASURED_NEURON = "diffusive_bench"
"""The neuron that the published measurements belong to."""


@dataclass(frozen=True)
class Characterisation:
    """Characteristics of one neuron by their names."""

    neuron: str
    characteristics: Mapping[str, Characteristic]

    def to_text(self) -> str:
        """What each experiment found, for a terminal."""
        blocks = (
            "\n".join([found.title, *(f"  {text}" for text in found.findings)])
            for found in self.characteristics.values()
        )
        return "\n\n".join(blocks) + "\n"

    def to_dict(self) -> list[dict[str, Any]]:
        """Curves and findings as plain data."""
        return [
            {
                "name": name, "x": list(found.x), "y": list(found.y), "findings": list(found.findings),
                "misses": list(found.misses),
                "series": [
                    {"label": s.label, "measured": s.measured, "x": plain_numbers(s.x), "y": plain_numbers(s.y)}
                    for s in found.series
                ],
            }
            for name, found in self.characteristics.items()
        ]  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        """One row a point of a curve."""
        return [
            {"characteristic": name, "series": s.label, "x": x, "y": y}
            for name, found in self.characteristics.items()
            for s in found.series
            for x, y in zip(plain_numbers(s.x), plain_numbers(s.y), strict=True)
        ]

    def plot(self, folder: Path, form: str = "png") -> None:
        """Draw one figure each into a folder."""
        for name, found in self.characteristics.items():
            render(found, "figure", folder / f"{name}.{form}")


def characterise(
    neuron: str, names: Sequence[str] = (), *, devices: int = 60, seed: int = 0, compare: bool | None = None,
    changes: Mapping[str, str] | None = None, kinetics: str = "ion_kinetics_silver",
    temperature: float | None = None, barrier_shift: float = 0.0, progress: Progress = silent,
) -> Characterisation:  # fmt: skip
    """Characteristics of a diffusive neuron as experiments.

    Parameters
    ----------
    neuron : str
        Device spec of a neuron, a shipped name or a path.
    names : sequence of str
        Which characteristics; all six if none is named.
    devices : int
        Devices or repetitions of each point.
    seed : int
        Seed of everything that is drawn.
    compare : bool, optional
        Take the conditions of the published measurements and show those; by default for `MEASURED_NEURON` only.
    changes : mapping of str to str, optional
        Changed parameters of the neuron, with units.
    kinetics : str
        Device spec with conduction, noise and barriers of the ions.
    temperature : float, optional
        Temperature of the device. [K]
    barrier_shift : float
        Height of the barriers above those of the spec's ion. [J]
    progress : callable, optional
        Called with the share of the experiments that is done.

    Returns
    -------
    Characterisation

    Raises
    ------
    UnknownNameError
        For a characteristic that does not exist.
    NeuroestError
        For a neuron without an input voltage, or one that latches on.
    """
    wanted = list(names) or list(CHARACTERISTICS)
    check_names("characteristic", wanted, CHARACTERISTICS)
    cells = load_cells(neuron, kinetics=kinetics, changes=dict(changes or {}), temperature=temperature,
                       barrier_shift=barrier_shift)  # fmt: skip
    if not np.size(cells.input_voltage):
        raise NeuroestError(f"{neuron} states no input voltage")
    refuse_following_gate(neuron, cells, float(np.max(cells.input_voltage)))
    bench = Bench(cells, neuron, devices, seed, neuron == MEASURED_NEURON if compare is None else compare)
    found = {}
    for number, name in enumerate(wanted):
        found[name] = experiment(bench, name)
        progress((number + 1) / len(wanted))
    return Characterisation(neuron, found)
