"""Characteristics of a neuron: experiments for every neuron, and experiments for its model."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from neuroest.core.document import Block, Gap, Paragraph
from neuroest.core.errors import NeuroestError, check_names
from neuroest.core.progress import Progress, silent
from neuroest.dynamics.experiments import Characteristic, Report
from neuroest.dynamics.in_time import Asked, neuron_in_time, plain_numbers
from neuroest.dynamics.neuron_characteristics import EVERY_NEURON, NeuronBench
from neuroest.registry import render

MEASURED_NEURON = "diffusive_bench"
"""Neuron of the published measurements."""
ALL = "all"


def characterise(
    asked: Asked, names: Sequence[str] = (ALL,), *, devices: int = 60, seed: int = 0, compare: bool | None = None,
    progress: Progress = silent,
) -> dict[str, Characteristic]:  # fmt: skip
    """Run experiments on a neuron, for `neuroest.simulate` and for published measurements.

    Parameters
    ----------
    asked : Asked
        The neuron and its conditions.
    names : sequence of str
        Names of characteristics, or ``all``.
    devices : int
        Number of devices or repetitions per point.
    seed : int
        Seed of all random numbers.
    compare : bool, optional
        Use the conditions of the published measurements and show their results; by default, only for `MEASURED_NEURON`.
    progress : callable, optional
        Called with the completed fraction of the experiments.

    Returns
    -------
    dict of Characteristic
        By name.

    Raises
    ------
    UnknownNameError
        If the neuron's model does not have a characteristic.
    NeuroestError
        If the device is not a neuron, or if it does not show a requested characteristic.
    """
    running = neuron_in_time(asked)
    compared = asked.neuron == MEASURED_NEURON if compare is None else compare
    # Experiments for every neuron, then those for its model, each ready to run.
    bench = NeuronBench(running, asked.neuron, devices, seed)
    every = {name: lambda run=run: run(bench) for name, run in EVERY_NEURON.items()}
    own = {
        name: lambda run=run: run(running.bench(bench.devices, bench.seed, compare=compared))
        for name, run in running.experiments().items()
    }
    experiments = {**every, **own}
    check_names("characteristic", names, [*experiments, ALL])
    wanted = list(experiments) if ALL in names else names
    found = {}
    for number, name in enumerate(wanted):
        found[name] = _shown(name, experiments[name], named=ALL not in names)
        progress((number + 1) / len(wanted))
    return found


def characteristics_report(neuron: str, found: Mapping[str, Characteristic]) -> Report:
    """Findings as text, curves and findings as data, and a figure for each curve.

    The table has one row per point of a curve, per single value, or per finding if there is no curve.
    """
    rows = [row for name, one in found.items() for row in _rows(name, one)]
    return Report(
        tuple(block for one in found.values() for block in _blocks(one)),
        {"neuron": neuron, "characteristics": [_plain(name, one) for name, one in found.items()]},
        (("characteristic", "series", "x", "y"), *rows),
        {name: partial(render, one, "figure") for name, one in found.items() if one.series},
    )


def _plain(name: str, found: Characteristic) -> dict[str, Any]:
    return {
        "name": name, "x": list(found.x), "y": list(found.y), "findings": list(found.findings),
        "misses": list(found.misses), "absent": found.absent,
        "values": [
            {"name": v.name, "unit": v.unit, "simulated": _finite(v.simulated), "closed_form": _finite(v.closed)}
            for v in found.values
        ],
        "series": [
            {"label": s.label, "measured": s.measured, "x": plain_numbers(s.x), "y": plain_numbers(s.y)}
            for s in found.series
        ],
    }  # fmt: skip


def _rows(name: str, found: Characteristic) -> list[tuple[Any, ...]]:
    points = [
        (name, s.label, x, y)
        for s in found.series
        for x, y in zip(plain_numbers(s.x), plain_numbers(s.y), strict=True)
    ]
    numbers = [
        (name, f"{v.name}, {how} [{v.unit}]", None, value)
        for v in found.values
        for how, value in (("simulated", v.simulated), ("closed form", v.closed))
        if not np.isnan(value)
    ]
    texts = () if found.series else (found.absent, *found.findings)
    return [*points, *numbers, *((name, text, None, None) for text in texts if text)]


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _blocks(found: Characteristic) -> list[Block]:
    texts = [*(value.text() for value in found.values), *found.findings]
    if found.absent:
        texts = [f"none: {found.absent}"]
    return [found.title, *(Paragraph(text, indent=2) for text in texts), Gap()]


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
