"""Speed of exploration: points a second, what they cost in memory, and how far that is from the machine's limits.

::

    python benchmarks/exploration.py            # about a minute
    python benchmarks/exploration.py --large    # and 10^8 points to a file

Every time is compared with another of the same run. Two worker processes, each with one thread.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest import mock

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import neuroest
from neuroest.exploration.batch_evaluation import block_of, evaluate_points
from neuroest.exploration.chunks import CHUNK, Job
from neuroest.exploration.space import Space
from neuroest.exploration.structures import resolve
from neuroest.exploration.sweep import make_job
from neuroest.pipeline.estimate import estimate

CHIP = "diffusive_28nm_derived"
WORKERS = 2
RUNS = 3
MILLION = 1_000_000
KEEP = ("area_m2", "energy_per_inference_J", "latency_s", "throughput_per_s")
ARRAY = "chip.tile.array"
RANGES = {
    f"{ARRAY}.rows": "32..256", f"{ARRAY}.columns": "32..256", f"{ARRAY}.read_voltage": "0.05..0.2 V",
    f"{ARRAY}.pulse_width": "5 ns..50 ns", f"{ARRAY}.cell.high_conductance": "10 uS..100 uS:log",
    "technology.supply_voltage": "0.7..0.9 V", f"{ARRAY}.readout.neuron.input_voltage": "0.4..0.8 V",
    "workload.activity.rate": "0.05..0.2",
}  # fmt: skip
GRID = {f"{ARRAY}.read_voltage": "0.05..0.2 V:1000", "technology.supply_voltage": "0.7..0.9 V:1000"}


def seconds(job: Any) -> float:
    """Seconds of one call by the clock."""
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def processor_seconds(job: Any) -> float:
    """Processor time of one call, of this process and of the workers that it started."""
    before = sum(os.times()[:4])
    job()
    while multiprocessing.active_children():  # workers count once they have been waited for
        time.sleep(0.01)
    return sum(os.times()[:4]) - before


def swept(network: str, space: dict[str, str], **options: Any) -> object:
    """A sweep kept in memory."""
    return neuroest.sweep(CHIP, network, space, quantities=KEEP, workers=WORKERS, **options)


def flat_and_grid() -> None:
    """A million points as a list of eight moving parameters and as an open grid, workers and their start included."""
    start = processor_seconds(
        lambda: swept("mlp_mnist_spiking", RANGES, sampler="random", samples=2 * 4096, chunk_size=4096)
    )
    print(f"start of two workers and their first points: {start:.2f} s of processor time")
    for network, limit in (("vgg9_cifar10_spiking", 5.0), ("mlp_mnist_spiking", 1.5)):
        one = min(seconds(lambda n=network: estimate(CHIP, n).totals) for _ in range(20))
        options = {"sampler": "random", "samples": MILLION}
        flat, grid = [], []
        for _ in range(RUNS):  # alternating, so that other load on the machine falls on both
            flat.append(seconds(lambda n=network, o=options: swept(n, RANGES, **o)))
            grid.append(seconds(lambda n=network: swept(n, GRID)))
        worked = min(
            processor_seconds(lambda n=network, o=options: swept(n, RANGES, **o)) for _ in range(RUNS)
        )
        flat, grid = min(flat), min(grid)
        print(
            f"{network}: list of 10^6 points {flat:.2f} s (aim {limit} s; {worked:.2f} s of processor time), "
            f"open grid of as many {grid:.2f} s, ratio {flat / grid:.1f}; "
            f"one estimate at a time would take {one * MILLION:.0f} s, ratio {one * MILLION / flat:.0f}"
        )


def linear_in_points() -> None:
    """Cost a point for more and more points, one process."""
    sizes = (CHUNK // 4, CHUNK, 4 * CHUNK, 16 * CHUNK)
    costs = [f"{points}: {microseconds_a_point('vgg9_cifar10_spiking', points):.2f}" for points in sizes]
    print("us a point of vgg9_cifar10_spiking by points: " + ", ".join(costs))


def microseconds_a_point(network: str | Path, points: int, runs: int = 3) -> float:
    """Processor time of a list in this process, the fastest of some runs."""
    job: Job = make_job(CHIP, network, RANGES, sampler="random", samples=points, quantities=KEEP)
    job.compute(0)
    spent = []
    for _ in range(runs):
        start = time.process_time()
        for chunk in range(job.chunks):
            job.compute(chunk)
        spent.append(time.process_time() - start)
    return 1e6 * min(spent) / points


def layered(count: int, folder: Path) -> Path:
    """A spiking network of so many equal layers."""
    layers = "\n".join(f"  - {{name: l{i}, type: fully_connected, outputs: 256}}" for i in range(count))
    file = folder / f"layers_{count}.yaml"
    file.write_text(
        f"""kind: workload
name: layers_{count}
description: Equal layers.
coding: spiking
timesteps: 20
precision: {{weights: 4, accumulator: 16}}
weights: {{mean_absolute: 0.2, basis: assumed, rationale: benchmark}}
input: {{shape: [256], activity: {{rate: 0.1, basis: assumed, rationale: benchmark}}}}
activity: {{rate: 0.1, basis: assumed, rationale: benchmark}}
layers:
{layers}
""",
        "utf-8",
    )
    return file


def linear_in_layers() -> None:
    """Cost a point for more and more layers."""
    counts = (4, 8, 16, 32, 64, 128, 256)
    with tempfile.TemporaryDirectory() as folder:
        rows = [(count, microseconds_a_point(layered(count, Path(folder)), CHUNK)) for count in counts]
    slope, start = np.polyfit(*np.array(rows).T, 1, w=[1.0 / cost for _, cost in rows])
    far = max(abs(cost / (start + slope * count) - 1.0) for count, cost in rows)
    print(
        "us a point by layers: "
        + ", ".join(f"{n}: {c:.2f}" for n, c in rows)
        + f"; {start:.2f} + {slope:.3f} a layer fits all to {far:.0%}"
    )


class Counting(np.ndarray):
    """An array that adds up the bytes that pass through it."""

    moved = 0

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        plain = [x.view(np.ndarray) if isinstance(x, Counting) else x for x in inputs]
        return self.counted(plain, getattr(ufunc, method)(*plain, **options))

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Any:
        plain = [x.view(np.ndarray) if isinstance(x, Counting) else x for x in inputs]
        found = function(*plain, **options)
        return self.counted(plain, found) if function in {np.where, np.clip} else _counting(found)

    @staticmethod
    def counted(inputs: Any, found: Any) -> Any:
        """The result, after its bytes and those of its inputs were added."""
        Counting.moved += sum(x.nbytes for x in (*inputs, found) if isinstance(x, np.ndarray))
        return _counting(found)


def _counting(found: Any) -> Any:
    return found.view(Counting) if isinstance(found, np.ndarray) else found


def against_memory(network: str) -> None:
    """Bytes that the ufuncs of a block move, against what this machine moves in a plain addition."""
    group = resolve(CHIP, network, Space(())).groups[0]
    random, block, layers = np.random.default_rng(1), block_of(group), len(group.workload.layers)
    paths = [
        *(p for p in RANGES if p.endswith(("voltage", "conductance", "width"))),
        "workload.activity.rate",
    ]
    columns = {p: float(group.values[p]) * random.uniform(0.9, 1.0, (block, 1)) for p in paths}
    taken = fastest(lambda: evaluate_points(group, columns, (block,), KEEP), 20)
    alone = fastest(lambda: evaluate_points(group, {p: v[:1] for p, v in columns.items()}, (1,), KEEP), 20)
    Counting.moved = 0
    with mock.patch.object(np, "asarray", np.asanyarray):  # which would stop the counting
        evaluate_points(group, {p: v.view(Counting) for p, v in columns.items()}, (block,), KEEP)
    rate = Counting.moved / taken / 1e9
    large, small = np.ones(16 * MILLION), np.ones((layers, block))
    out, little = np.empty_like(large), np.empty_like(small)
    memory = 3 * large.nbytes / fastest(lambda: np.add(large, large, out=out), 5) / 1e9
    cached = 3 * small.nbytes / fastest(lambda: np.add(small, small, out=little), 200) / 1e9
    print(
        f"{network}: a block of {block} points moves at least {Counting.moved / block / 8:.0f} numbers a point at "
        f"{rate:.1f} GB/s on one core; a plain addition moves {memory:.1f} GB/s in memory and {cached:.1f} GB/s for "
        f"arrays of a block; {rate / memory:.0%} of the bandwidth of memory; {alone / taken:.0%} of the time is what a "
        "single point takes"
    )


def fastest(job: Any, runs: int) -> float:
    """Least processor time of some calls."""
    spent = []
    for _ in range(runs):
        start = time.process_time()
        job()
        spent.append(time.process_time() - start)
    return min(spent)


def to_file(points: str, words: str) -> None:
    """A grid streamed to a file: time, size and the largest memory of any process."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "grid.parquet"
        space = {path: text.replace(":1000", points) for path, text in GRID.items()}
        taken = seconds(
            lambda: neuroest.sweep(
                CHIP, "mlp_mnist_spiking", space, output=file, quantities=KEEP, workers=WORKERS
            )
        )
        size = file.stat().st_size / 1e6
    most = (
        max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        / 1024
    )
    print(
        f"{words} points of the MLP to Parquet: {taken:.1f} s, {size:.0f} MB, at most {most:.0f} MiB a process so far"
    )


def main() -> None:
    """All measurements."""
    print(f"Python {sys.version.split()[0]}, numpy {np.__version__}, {WORKERS} workers")
    to_file(":300", "9 x 10^4")
    to_file(":1000", "10^6")
    to_file(":3000", "9 x 10^6")
    if "--large" in sys.argv[1:]:
        to_file(":10000", "10^8")
    flat_and_grid()
    linear_in_points()
    linear_in_layers()
    for network in ("mlp_mnist_spiking", "vgg9_cifar10_spiking"):
        against_memory(network)


if __name__ == "__main__":
    main()
