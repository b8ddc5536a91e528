"""Characterise a neuron: experiments for every neuron, and experiments for its model."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.errors import NeuroestError, check_names
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.progress import Progress, silent
from neuroest.core.text_layout import Printed, wrapped
from neuroest.dynamics.experiments import Characteristic
from neuroest.dynamics.in_time import Asked, NeuronInTime, neuron_in_time, plain_numbers
from neuroest.dynamics.neuron_characteristics import EVERY_NEURON, NeuronBench
from neuroest.registry import render

MEASURED_NEURON = "diffusive_bench"
"""Neuron of the published measurements."""


@frozen_dataclass
class Characterisation(Printed):
    """Characteristics of one neuron by name."""

    neuron: str
    characteristics: Mapping[str, Characteristic]

    def to_text(self) -> str:
        """Findings of each experiment, for a terminal."""
        return "\n\n".join("\n".join(_lines(found)) for found in self.characteristics.values()) + "\n"

    def to_dict(self) -> list[dict[str, Any]]:
        """Curves and findings as plain data."""
        return [
            {
                "name": name, "x": list(found.x), "y": list(found.y), "findings": list(found.findings),
                "misses": list(found.misses), "absent": found.absent,
                "values": [
                    {"name": v.name, "unit": v.unit, "simulated": _plain(v.simulated),
                     "closed_form": _plain(v.closed)}
                    for v in found.values
                ],
                "series": [
                    {"label": s.label, "measured": s.measured, "x": plain_numbers(s.x), "y": plain_numbers(s.y)}
                    for s in found.series
                ],
            }
            for name, found in self.characteristics.items()
        ]  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        """One row per point of a curve, per single value, or per finding if there is no curve."""
        points = [
            {"characteristic": name, "series": s.label, "x": x, "y": y}
            for name, found in self.characteristics.items()
            for s in found.series
            for x, y in zip(plain_numbers(s.x), plain_numbers(s.y), strict=True)
        ]
        numbers = [
            {"characteristic": name, "series": f"{v.name}, {how} [{v.unit}]", "x": None, "y": value}
            for name, found in self.characteristics.items()
            for v in found.values
            for how, value in (("simulated", v.simulated), ("closed form", v.closed))
            if value == value  # noqa: PLR0124 - NaN stands for a number that does not exist
        ]
        words = [
            {"characteristic": name, "series": text, "x": None, "y": None}
            for name, found in self.characteristics.items()
            if not found.series
            for text in (found.absent, *found.findings)
            if text
        ]
        return [*points, *numbers, *words]

    def plot(self, folder: Path, form: str = "png") -> int:
        """Save a figure of each characteristic with a curve in a folder, and return the number of figures."""
        drawn = [name for name, found in self.characteristics.items() if found.series]
        for name in drawn:
            render(self.characteristics[name], "figure", folder / f"{name}.{form}")
        return len(drawn)


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _lines(found: Characteristic) -> list[str]:
    if found.absent:
        return [found.title, *wrapped(f"  none: {found.absent}", hanging=4)]
    texts = [*(value.text() for value in found.values), *found.findings]
    return [found.title, *(line for text in texts for line in wrapped(f"  {text}", hanging=4))]


def characterise(
    neuron: str, names: Sequence[str] = (), *, devices: int = 60, seed: int = 0, compare: bool | None = None,
    changes: Mapping[str, str] | None = None, kinetics: str = "ion_kinetics_silver",
    temperature: float | None = None, barrier_shift: float = 0.0, progress: Progress = silent,
) -> Characterisation:  # fmt: skip
    """Characteristics of a neuron as experiments.

    Parameters
    ----------
    neuron : str
        Device spec of a neuron, a shipped name or a path.
    names : sequence of str
        Names of characteristics; by default, all that the neuron has, with a reason for missing ones.
    devices : int
        Number of devices or repetitions per point.
    seed : int
        Seed of all random numbers.
    compare : bool, optional
        Use the conditions of the published measurements and show their results; by default, only for `MEASURED_NEURON`.
    changes : mapping of str to str, optional
        Changed parameters of the neuron, with units.
    kinetics : str
        Device spec with conduction, noise and barriers of the ions.
    temperature : float, optional
        Temperature of the device. [K]
    barrier_shift : float
        Increase of the ion barriers above the spec's values. [J]
    progress : callable, optional
        Called with the completed fraction of the experiments.

    Returns
    -------
    Characterisation

    Raises
    ------
    UnknownNameError
        If the neuron's model does not have a characteristic.
    NeuroestError
        If the device is not a neuron, or if it does not show a requested characteristic.
    """
    asked = Asked(neuron, changes or {}, kinetics, temperature, barrier_shift)
    running = neuron_in_time(asked)
    compared = neuron == MEASURED_NEURON if compare is None else compare
    experiments = _experiments(running, NeuronBench(running, neuron, devices, seed), compare=compared)
    check_names("characteristic", names, experiments)
    wanted = list(names) or list(experiments)
    found = {}
    for number, name in enumerate(wanted):
        found[name] = _shown(name, experiments[name], named=bool(names))
        progress((number + 1) / len(wanted))
    return Characterisation(neuron, found)


def _experiments(
    running: NeuronInTime, bench: NeuronBench, *, compare: bool
) -> dict[str, Callable[[], Characteristic]]:
    """Experiments for every neuron, then those for its model, each ready to run."""
    every = {name: lambda run=run: run(bench) for name, run in EVERY_NEURON.items()}
    own = {
        name: lambda run=run: run(running.bench(bench.devices, bench.seed, compare=compare))
        for name, run in running.experiments().items()
    }
    return {**every, **own}


def _shown(name: str, run: Callable[[], Characteristic], *, named: bool) -> Characteristic:
    """Run a characteristic; if the neuron does not show it, this is an error only if it was requested by name."""
    try:
        found = run()
    except NeuroestError as error:
        if named:
            raise
        title = name.replace("_", " ").capitalize()
        return Characteristic(name, title, ("", "1"), ("", "1"), (), (), absent=str(error))
    if named and found.absent:
        raise NeuroestError(f"no {name}: {found.absent}")
    return found
