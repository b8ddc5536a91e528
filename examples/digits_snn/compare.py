"""The spiking network and its dense twin on chips, side by side, from the recorded activity alone.

Prints a table and writes `results.json`. Nothing is trained; ``pip install neuroest`` is enough.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

import neuroest
from neuroest.evaluation import evaluate
from neuroest.library import load_architecture, load_workload
from neuroest.settings import design_with, workload_with

HERE = Path(__file__).parent
SPIKING = HERE / "digits_spiking.yaml"
DENSE = HERE / "digits_dense.yaml"
SPIKING_CHIPS = ("diffusive_28nm_derived", "analog_lif_circuit_28nm", "digital_spiking_28nm")
DENSE_CHIP = "digital_int8_28nm"


def matched_bits(timesteps: float) -> int:
    """Bits that can tell apart the spike counts of a neuron in so many timesteps (arXiv 2409.08290)."""
    return math.ceil(math.log2(timesteps + 1.0))


def row(chip: str, workload: Path, settings: dict[str, str] | None = None) -> dict[str, Any]:
    """One line of the comparison."""
    result = neuroest.estimate(chip, workload, settings)
    compute = result.evaluation.mapper.compute.path
    operations = sum(
        term.energy_J
        for term in result.breakdown
        if term.kind == "dynamic" and term.component.startswith(compute)
    )
    totals = result.totals
    return {
        "chip": chip,
        "workload": result.workload.name,
        "activation_bits": float(result.workload.precision.activations or 1)
        if not settings
        else float(settings["workload.precision.activations"].split()[0]),
        "operations": totals["synaptic_operations"],
        "operations_only_J": operations,
        "memory_inclusive_J": totals["dynamic_energy_J"],
        "total_J": totals["energy_per_inference_J"],
        "latency_s": totals["latency_s"],
        "area_m2": totals["area_m2"],
        "failed_checks": [check.name for check in result.failed_checks],
    }


def crossover(chip: str, limit: float, key: str) -> float | None:
    """The spike rate of all layers and the input at which a chip needs as much energy as `limit`."""
    network = load_workload(SPIKING)
    design = design_with(load_architecture(chip), {})
    rates = np.geomspace(1e-5, 1.0, 400)[:, None]
    values: dict[str, Any] = {path: claim.value for path, claim in design.claims.items()}
    claims = workload_with(network.spec, {})
    values |= {path: rates if path.endswith(".rate") else claim.value for path, claim in claims.items()}
    result = evaluate(design, network.spec, values)
    energy = result.dynamic_energy if key == "memory_inclusive_J" else result.energy
    energy = np.asarray(energy)[:, 0]
    if not energy[0] < limit:
        return None
    return float(np.interp(np.log(limit), np.log(energy), rates[:, 0]))


def main() -> None:
    """Compare, print, write."""
    training = json.loads((HERE / "training.json").read_text(encoding="utf-8"))
    bits = matched_bits(training["timesteps"])
    rows = [row(chip, SPIKING) for chip in SPIKING_CHIPS]
    rows.append(row(DENSE_CHIP, DENSE))
    matched = row(DENSE_CHIP, DENSE, {"workload.precision.activations": f"{bits} bit"})
    rows.append(matched)
    crossovers = [
        {"chip": chip, "scope": key, "spike_rate": crossover(chip, matched[key], key)}
        for chip in SPIKING_CHIPS
        for key in ("memory_inclusive_J", "total_J")
    ]
    lines = [
        (
            f"accuracy: spiking {training['spiking_accuracy']:.1%}, dense {training['dense_accuracy']:.1%} of "
            f"{training['test_samples']} digits; {training['timesteps']} timesteps against {bits} bits"
        ),
        (
            f"{'chip':26}{'network':9}{'bits':>5}{'operations':>12}{'operations only':>17}{'with memories':>15}"
            f"{'with static':>13}{'latency':>11}"
        ),
    ]
    lines += [
        f"{r['chip']:26}{r['workload'].removeprefix('digits_'):9}{r['activation_bits']:5.0f}{r['operations']:12.0f}"
        f"{1e9 * r['operations_only_J']:14.4g} nJ{1e9 * r['memory_inclusive_J']:12.4g} nJ{1e9 * r['total_J']:10.4g} nJ"
        f"{1e6 * r['latency_s']:8.3g} us"
        for r in rows
    ]
    lines += [
        f"{c['chip']}: needs less than the bit-matched dense twin ({c['scope'].removesuffix('_J')}) "
        + (
            f"below a spike rate of {c['spike_rate']:.2%}"
            if c["spike_rate"] is not None
            else "at no spike rate"
        )
        for c in crossovers
    ]
    print("\n".join(lines))  # noqa: T201 - a script
    found = {"training": training, "matched_bits": bits, "rows": rows, "crossovers": crossovers}
    (HERE / "results.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
