"""Measure the accuracy of a spiking network against the error of its results, and write it into its workload.

::

    python docs/tools/accuracy_curve.py examples/digits_snn/digits_spiking.yaml \
        examples/digits_snn/weights.npz examples/digits_snn/test.npz

No chip is used: errors of a stated size are drawn into the results of every layer of the ideal network. What was
measured is under ``task.against_error`` of the workload, so that an estimate of any chip states an accuracy.
"""

from __future__ import annotations

import sys
from pathlib import Path

from neuroest.loading.library import load_workload
from neuroest.network_simulation.error_curve import DEVIATIONS, RATIOS, ErrorCurve, measure, rounded
from neuroest.network_simulation.files import read_network, read_samples
from neuroest.workloads.importers.files import file_sha256

SOURCE = "accuracy_curve"


def block(found: ErrorCurve) -> str:
    """The curve as a workload states it."""

    def row(values: object) -> str:
        return "[" + ", ".join(f"{value:g}" for value in values) + "]"  # type: ignore[attr-defined]

    return (
        "  against_error:\n"
        f"    signal_to_error_ratio: {row(RATIOS)}\n"
        f"    lasting: {row(rounded(found.lasting))}\n"
        f"    fluctuating: {row(rounded(found.fluctuating))}\n"
        f"    deviation: {row(DEVIATIONS)}\n    between: {row(rounded(found.between))}\n"
        f"    within: {row(rounded(found.within))}\n"
        f"    exact: {found.exact:.3f}\n    signed: {found.signed:.3f}\n    unsigned: {found.unsigned:.3f}\n"
        f"    basis: simulated\n    source: {SOURCE}\n"
        f"    conditions: {found.samples} test samples, three draws of all errors\n"
    )


def written(text: str, found: ErrorCurve, weights: Path, samples: Path) -> str:
    """The text of a workload with the curve in place of an older one."""
    lines = text.splitlines(keepends=True)
    start = next((number for number, line in enumerate(lines) if line.startswith("  against_error:")), None)
    if start is not None:
        end = next(number for number in range(start + 1, len(lines)) if not lines[number].startswith("    "))
        del lines[start:end]
    task = next(number for number, line in enumerate(lines) if line.startswith("task:"))
    after = next(number for number in range(task + 1, len(lines)) if not lines[number].startswith("  "))
    lines.insert(after, block(found))
    text = "".join(lines)
    source = (
        f"  {SOURCE}:\n    type: misc\n    title: Accuracy of the network with errors in the results of every layer\n"
        "    year: 2026\n    seen_note: 'docs/tools/accuracy_curve.py; "
        f"weights {file_sha256(weights)}; samples {file_sha256(samples)}'\n"
    )
    if f"  {SOURCE}:\n" in text:
        return text
    return text.replace("sources:\n", f"sources:\n{source}", 1)


def main() -> None:
    """Measure and write."""
    workload, weights, samples = map(Path, sys.argv[1:4])
    spec = load_workload(workload).spec
    found = measure(read_network(weights, spec)[0], read_samples(samples, spec))
    text = written(workload.read_text(encoding="utf-8"), found, weights, samples)
    workload.write_text(text, encoding="utf-8")
    sys.stdout.write(block(found))


if __name__ == "__main__":
    main()
