"""Shipped architectures with single blocks replaced, for tests of those blocks."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from neuroest.loading.library import load_architecture
from neuroest.pipeline.estimate import estimate
from neuroest.pipeline.evaluation import Evaluation
from neuroest.results.estimate import Estimate

DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
SYSTOLIC: dict[str, Any] = {
    "chip.array.rows": 128, "chip.array.columns": 128, "chip.array.summation": "systolic",
    "chip.array.tree_stages": None,
    "chip.weights.banks": 1, "chip.activations.banks": 1, "chip.partial_sums.banks": 1,
    "chip.partial_sums.ports": "one", "chip.partial_sums.capacity": "256 KiB",
    "chip.vector_unit.lanes": 128, "chip.neuron.lanes": 128,
}  # fmt: skip
"""The int8 baseline as one systolic array of 128 by 128 with a port of one word at each memory, as tests count it."""


def changed(base: str, changes: dict[str, Any], folder: Path) -> Path:
    """File of a shipped architecture with some of its nodes replaced; None removes one."""
    data = copy.deepcopy(load_architecture(base).document.data)
    for path, value in changes.items():
        *way, last = path.split(".")
        node = data
        for part in way:
            node = node[part]
        if value is None:
            node.pop(last, None)
        else:
            node[last] = value
    data.pop("baseline", None)
    file = folder / f"{data['name']}.yaml"
    file.write_text(yaml.dump(data, Dumper=DUMPER), encoding="utf-8")
    return file


def run(base: str, workload: str, changes: dict[str, Any], folder: Path, **settings: str) -> Estimate:
    """Estimate of such a variant."""
    wanted = {path.replace("__", "."): value for path, value in settings.items()}
    return estimate(changed(base, changes, folder), workload, wanted)


def energy(result: Estimate, *, component: str = "", action: str = "", term: str = "") -> float:
    """Dynamic energy of the rows that match, by the last word of the component's path."""
    return sum(
        r.energy_J
        for r in result.breakdown
        if r.kind == "dynamic"
        and component in {"", r.component.rsplit(".", 1)[-1]}
        and action in {"", r.action}
        and term in {"", r.term}
    )


def read_energy_without_wires(evaluation: Evaluation) -> float:
    """Energy of the cells' read current, with what the wires leave of it in each layer divided out."""
    left = evaluation.mapper.compute.current_left(evaluation.mapper.network)
    rows = [row for row in evaluation.dynamic if row.term == "read_current" and row.action == "cell_read"]
    return float(sum(np.sum(row.energy / left) for row in rows))


def count(result: Estimate, component: str, action: str) -> float:
    """Actions of a component in one inference."""
    found: dict[str, float] = {}
    for r in result.breakdown:
        if r.kind == "dynamic" and r.component.rsplit(".", 1)[-1] == component and r.action == action:
            found[r.term] = found.get(r.term, 0.0) + r.count
    return next(iter(found.values()), 0.0)


def area(result: Estimate, component: str) -> float:
    """Area of a component on the chip."""
    return sum(
        r.area_m2
        for r in result.breakdown
        if r.kind == "area" and r.component.rsplit(".", 1)[-1] == component
    )


def failed(result: Estimate) -> set[str]:
    """Names of the design checks that fail."""
    return {check.name for check in result.remarks}


def known(result: Estimate, name: str) -> float:
    """A characteristic by its name."""
    return next(value for _, label, value, _ in result.characteristics if label == name)


def arrays(result: Estimate) -> float:
    """Computing units on the chip, those of half-used tiles included."""
    return float(result.evaluation.mapped.counts[result.evaluation.mapped.level.path].item())
