"""The spiking network and its dense twins on chips, side by side, from the recorded activity alone.

Prints a table and writes `results.json`. Nothing is trained; ``pip install .`` in a clone is enough.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import neuroest
from neuroest.exploration.breakeven_result import BreakEvenPoint

HERE = Path(__file__).parent
SCOPES = {
    "operation_energy_J": "operations only",
    "dynamic_energy_J": "with memories and movement",
    "energy_per_inference_J": "with static energy",
}
"""Results, and what they count."""
SPIKING_CHIPS = ("diffusive_28nm_derived", "analog_lif_circuit_28nm", "digital_spiking_28nm")
DENSE_CHIP = "digital_int8_28nm"
SPIKING = {"digits_spiking": "spiking_8", "digits_spiking_4bit": "spiking_4_retrained"}
"""Accuracy in `training.json` by workload."""


def dense_networks(training: dict[str, Any]) -> dict[str, str]:
    """Accuracy in `training.json` by workload: the twin at both widths, and the smallest that is as accurate."""
    small = f"dense_4_of_{training['small_hidden_neurons']}"
    return {
        "digits_dense": "dense_8",
        "digits_dense_4bit": "dense_4_retrained",
        "digits_dense_4bit_small": small,
    }


def row(chip: str, workload: str, accuracy: dict[str, float]) -> dict[str, Any]:
    """One line of the comparison."""
    result = neuroest.estimate(chip, HERE / f"{workload}.yaml")
    totals = result.totals
    spec = result.workload
    return {
        "chip": chip,
        "workload": workload,
        "weight_bits": float(spec.precision.weights),
        "activation_bits": float(spec.precision.activations or 1),
        "accuracy": accuracy["recorded"],
        "mean_accuracy": accuracy["mean"],
        "operations": totals["synaptic_operations"],
        "operation_energy_J": float(result.evaluation.operation_energy.reshape(-1)[0]),
        "dynamic_energy_J": totals["dynamic_energy_J"],
        "energy_per_inference_J": totals["energy_per_inference_J"],
        "latency_s": totals["latency_s"],
        "area_m2": totals["area_m2"],
        "failed_checks": [check.name for check in result.failed_checks],
    }


def break_even_rates(chip: str, dense: str) -> list[dict[str, Any]]:
    """Where a chip on the spiking network of 4-bit weights needs as much as the dense chip on a twin.

    Without such a rate the rate is None; an end of its band is 0 below the lowest rate and 1 above the highest.
    """
    found = neuroest.breakeven(
        chip,
        DENSE_CHIP,
        HERE / "digits_spiking_4bit.yaml",
        "uniform-spike-rate",
        other_workload=HERE / f"{dense}.yaml",
        matched_bits=True,
        quantity=tuple(SCOPES),
    )
    points = {(one.other, one.quantity): one for one in found.break_even_points}
    assert found.published is not None  # noqa: S101 - the other network is dense
    return [
        {
            "chip": chip,
            "dense": dense,
            "compared_with": other,
            "scope": scope,
            "spike_rate": points[other, scope].value if (other, scope) in points else None,
            "p10": limited(points.get((other, scope)), "low"),
            "p90": limited(points.get((other, scope)), "high"),
            "own_rate": found.stated,
            "by_published_energies": found.published.rate,
        }
        for other in found.names[1:]
        for scope in SCOPES
    ]


def limited(point: BreakEvenPoint | None, end: str) -> float:
    """An end of the band of a rate; without a point at any rate, the spiking chip never needs less."""
    return 0.0 if point is None or point.band is None else min(max(getattr(point.band, end), 0.0), 1.0)


def line(one: dict[str, Any]) -> str:
    """A row as text."""
    energies = "".join(f"{1e9 * one[key]:12.4g} nJ" for key in SCOPES)
    return (
        f"{one['chip']:25}{one['workload'].removeprefix('digits_'):18}{one['weight_bits']:4.0f}"
        f"{one['activation_bits']:4.0f}{one['accuracy']:9.1%}{energies}{1e6 * one['latency_s']:10.3g} us"
    )


def percent(rate: float | None) -> str:
    """A rate as text."""
    return "none" if not rate else f"{rate:.1%}"


def main() -> None:
    """Compare, print, write."""
    training = json.loads((HERE / "training.json").read_text(encoding="utf-8"))
    reached, dense = training["accuracy"], dense_networks(training)
    rows = [row(chip, net, reached[key]) for chip in SPIKING_CHIPS for net, key in SPIKING.items()]
    rows += [row(DENSE_CHIP, net, reached[key]) for net, key in dense.items()]
    found = [one for chip in SPIKING_CHIPS for net in dense for one in break_even_rates(chip, net)]
    lines = [
        (
            f"{'chip':25}{'network':18}{'w':>4}{'a':>4}{'accuracy':>9}{'operations':>15}{'+ memories':>15}"
            f"{'+ static':>15}{'latency':>13}"
        ),
        *(line(one) for one in rows),
        "",
        f"{'spiking chip':25}{'dense network':18}{'on':28}{'counted':28}{'less energy below':>18}   p10 .. p90",
        *(
            f"{one['chip']:25}{one['dense'].removeprefix('digits_'):18}{one['compared_with']:28}"
            f"{SCOPES[one['scope']]:28}{percent(one['spike_rate']):>18}   "
            f"{percent(one['p10'])} .. {percent(one['p90'])}"
            for one in found
        ),
        "",
        (
            f"the network's own mean rate is {found[0]['own_rate']:.1%}; the energies of arXiv 2409.08290 give "
            f"{found[0]['by_published_energies']:.1%}"
        ),
    ]
    print("\n".join(lines))  # noqa: T201 - a script
    made = {"training": training, "rows": rows, "break_even_rates": found}
    (HERE / "results.json").write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
