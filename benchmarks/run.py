"""Speed of neuroest as ratios, each measured against something in the same run.

::

    python benchmarks/run.py

Absolute times depend on the machine; the ratios should not by much. Alternating runs and medians keep other load on the
machine from falling on one side only.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

import neuroest
from neuroest.core.units import Numeric
from neuroest.design.build import Design
from neuroest.design.overrides import design_with, workload_with
from neuroest.error_analysis.draws import draw
from neuroest.loading.library import load_architecture, load_workload
from neuroest.pipeline.evaluate import evaluate
from neuroest.specs.workload import WorkloadSpec

RUNS = 21
POINTS = 100_000
NETWORK = "resnet18_imagenet_dense"
IMPORTS = "import numpy, pydantic, typer, yaml"


def process(*words: str) -> tuple[float, float]:
    """Seconds that a whole Python process takes by the clock, and of processor time."""
    # the libraries come with byte code; ours would be compiled in every run where this variable forbids to write it
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, *words],
        check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=environment,
    )  # fmt: skip
    taken = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return taken, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def alternating(*jobs: Callable[[], tuple[float, float]]) -> list[tuple[float, float]]:
    """Medians of each job, the jobs taking turns."""
    times: list[list[tuple[float, float]]] = [[] for _ in jobs]
    for job in jobs:
        job()  # caches of the file system and byte code
    for _ in range(RUNS):
        for job, found in zip(jobs, times, strict=True):
            found.append(job())
    return [
        (statistics.median(wall for wall, _ in found), statistics.median(cpu for _, cpu in found))
        for found in times
    ]


def timed(job: Callable[[], object], repeats: int) -> float:
    """Median seconds of one call."""
    job()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        job()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def cold() -> None:
    """Whole processes: an estimate against the bare imports that it needs."""
    commands = {
        f"python -c '{IMPORTS}'": ("-c", IMPORTS),
        "neuroest estimate": ("-m", "neuroest", "estimate"),
        "neuroest estimate loihi_14nm -w mlp_mnist_spiking": (
            "-m", "neuroest", "estimate", "loihi_14nm", "-w", "mlp_mnist_spiking",
        ),
    }  # fmt: skip
    times = alternating(*(lambda words=words: process(*words) for words in commands.values()))
    bare = times[0]
    for name, (wall, cpu) in zip(commands, times, strict=True):
        print(
            f"cold: {name}: {1e3 * wall:.0f} ms, ratio {wall / bare[0]:.2f}; "
            f"processor time {1e3 * cpu:.0f} ms, ratio {cpu / bare[1]:.2f}"
        )


def imports() -> None:
    """What importing neuroest loads."""
    code = (
        "import sys, neuroest; neuroest.estimate('loihi_14nm', 'mlp_mnist_spiking'); "
        "print(' '.join(m for m in ('pandas', 'matplotlib', 'pint', 'scipy', 'numpy', 'pydantic') if m in sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = run.stdout.split()
    print(f"an estimate loads: {', '.join(loaded) or 'none of the heavy libraries'}")
    if {"pandas", "matplotlib"} & set(loaded):
        sys.exit("an estimate must load neither pandas nor matplotlib")


def warm() -> None:
    """One estimate of ResNet-18 in a running process against an operation of numpy that uses one core."""
    numbers = np.random.default_rng(1).standard_normal(1_000_000)
    reference = timed(lambda: np.exp(numbers), 21)
    print(f"warm: numpy.exp of a million numbers {1e3 * reference:.2f} ms")
    for chip in ("adc_crossbar_28nm", "digital_int8_28nm"):
        taken = timed(lambda chip=chip: neuroest.estimate(chip, NETWORK), 31)
        print(f"warm: estimate({chip!r}, {NETWORK!r}) {1e3 * taken:.2f} ms, ratio {taken / reference:.2f}")


def batch() -> None:
    """Many design points in one call against as many single ones."""
    cases = (
        ("adc_crossbar_28nm", NETWORK, 2_000),
        ("analog_lif_28nm", "mlp_mnist_spiking", 20_000),
    )
    for chip, network, chunk in cases:
        design, spec = design_with(load_architecture(chip), {}), load_workload(network).spec
        claims = {**design.claims, **workload_with(spec, {})}
        values = {path: claim.value for path, claim in claims.items()}
        one = timed(lambda design=design, spec=spec, values=values: energies(design, spec, values), 21)
        path = "chip.tile.array.cell.high_conductance"
        swept = {path: values[path] * np.geomspace(0.5, 2.0, POINTS)[:, np.newaxis]}
        for what, points in (("one parameter swept", swept), ("all spreads drawn", draw(claims, POINTS, 1))):
            start = time.perf_counter()
            for first in range(0, POINTS, chunk):
                part = {path: column[first : first + chunk] for path, column in points.items()}
                energies(design, spec, {**values, **part})
            taken = time.perf_counter() - start
            print(
                f"batch: {chip} on {network}, {POINTS} points, {what}: {taken:.2f} s, "
                f"{POINTS / taken:.0f} points/s, {one * POINTS / taken:.0f} x one by one"
            )


def energies(design: Design, network: WorkloadSpec, values: Mapping[str, Numeric]) -> object:
    """All totals that are arrays of the points."""
    result = evaluate(design, network, values)
    return result.energy, result.area, result.timing.latency, result.period


def main() -> None:
    """All measurements."""
    print(f"Python {sys.version.split()[0]}, numpy {np.__version__}, {Path(sys.executable).name}")
    imports()
    cold()
    warm()
    batch()


if __name__ == "__main__":
    main()
