"""Processor time as ratios, so that another machine gives nearly the same: `ratios.json`, from which pages quote.

::

    python benchmarks/ratios.py             # measure and compare with the file; exit 1 if a ratio rises by a quarter
    python benchmarks/ratios.py --update    # measure and write the file

A start of the command line is compared with the imports that it cannot do without; all else with a fixed mix of a
thousand operations of numpy, on arrays as short as those of one estimate or as long as those of a list. `numpy.exp`
alone is no measure: processors differ in it by a factor of six. Everything takes turns, five times, and the shortest
time counts. Lists and draws have new numbers in each turn, so that nothing is looked up instead of computed. Where
llvmlite is installed all but grids repeat plans (docs/architecture.md), and are timed once more without.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import counted
import numpy as np

import neuroest
from neuroest.core import compiled
from neuroest.core.plans import SWITCH
from neuroest.core.startup import keep_memory
from neuroest.error_analysis.draws import SAMPLES, draw
from neuroest.exploration.batch_evaluation import block_of, evaluate_points
from neuroest.exploration.structures import candidate
from neuroest.exploration.sweep import make_job

ROOT = Path(__file__).parents[1]
FILE = Path(__file__).with_name("ratios.json")
RUNS = 5
RISE = 0.25
"""Relative rise of a ratio that fails; on a machine with other work single ratios move by a fifth."""
IMPORTS = "import numpy, pydantic, typer, yaml"
COLD = dict(zip(("estimate", "one_chip", "list"), counted.COMMANDS, strict=True))
WARM = dict(
    zip(("resnet18_crossbar", "resnet18_digital", "default_chip", "loihi"), counted.WARM, strict=True)
)
LISTS = dict(zip(("list_mlp", "list_vgg9", "list_default_chip"), counted.LISTED, strict=True))
DRAWN = dict(zip(("draws_resnet18", "draws_mlp"), counted.DRAWN, strict=True))
GRID = {f"{counted.ARRAY}.read_voltage": "0.05..0.2 V:4000", "technology.supply_voltage": "0.7..0.9 V:4000"}
POINTS = 65_536
"""Points of a chunk."""
OFTEN = 24
"""Times after which a plan repeats a set of bands, or five estimates."""
LAYERS = (16, 64, 256)
"""Equal layers of networks that show how the cost grows with them."""
SHORT, LONG = 31, 65_536
"""Numbers in the arrays of the mix: the layers of a large network, and a block of points."""
SHARES = {
    np.multiply: 300, np.add: 300, np.divide: 150, np.greater: 100, np.where: 100, np.exp: 25, np.log: 25,
}  # fmt: skip
"""Operations of the mix: how often each."""

Job = Callable[[int], float]
"""Seconds of processor time of one run, from its number."""


def mix(size: int) -> Callable[[], None]:
    """A thousand operations on arrays of that size, always the same in the same order."""
    generator = np.random.default_rng(1)
    arrays = generator.uniform(0.5, 1.5, (16, size))
    masks = arrays > 1.0
    operations = generator.permutation([at for at, count in enumerate(SHARES.values()) for _ in range(count)])
    program = [(list(SHARES)[at], *generator.permutation(16)[:2]) for at in operations]

    def run() -> None:
        for operation, first, second in program:
            if operation is np.where:
                operation(masks[first], arrays[first], arrays[second])
            elif operation in {np.exp, np.log}:
                operation(arrays[first])
            else:
                operation(arrays[first], arrays[second])

    return run


def spent(work: Callable[[], object], times: int = 1) -> float:
    """Seconds of processor time of a call."""
    start = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - start) / times


def process(*words: str) -> float:
    """Seconds of processor time of a whole Python process."""
    # the libraries come with byte code; ours would be compiled in every run where this variable forbids to write it
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def listed(
    chip: str, network: str | Path, space: dict[str, str], points: int = POINTS, **options: Any
) -> Job:
    """Time a point of a list or grid in one process, of another chunk in each run."""
    if options:
        options["samples"] = (RUNS + 1) * points
    job = make_job(chip, space, network, quantities=counted.KEPT, chunk_size=points, **options)
    return lambda run: spent(lambda: job.compute(run)) / points


def layered(count: int, folder: Path) -> Path:
    """A spiking network of so many equal layers."""
    basis = "basis: assumed, rationale: benchmark"
    layers = "\n".join(f"  - {{name: l{i}, type: fully_connected, outputs: 256}}" for i in range(count))
    file = folder / f"layers_{count}.yaml"
    file.write_text(
        f"""kind: workload
name: layers_{count}
description: Equal layers.
coding: spiking
timesteps: 20
precision: {{weights: 4, accumulator: 16}}
weights: {{mean_absolute: 0.2, {basis}}}
input: {{shape: [256], activity: {{rate: 0.1, {basis}}}}}
activity: {{rate: 0.1, {basis}}}
layers:
{layers}
""",
        "utf-8",
    )
    return file


def drawn(chip: str, network: str, count: int) -> Job:
    """Time of points in which every spread is drawn, by other draws in each run."""
    group = candidate(chip, network, {}, {}).group

    def job(run: int) -> float:
        points = draw(group.claims, count, seed=run + 1)
        return spent(lambda: evaluate_points(group, points, (count,), counted.KEPT))

    return job


def a_point(chip: str, network: str) -> Job:
    """The same for a point."""
    count = block_of(candidate(chip, network, {}, {}).group)
    job = drawn(chip, network, count)
    return lambda run: job(run) / count


def planless(job: Job) -> Job:
    """The same without plans."""

    def work(run: int) -> float:
        os.environ[SWITCH] = "0"
        try:
            return job(run)
        finally:
            del os.environ[SWITCH]

    return work


def often(name: str, job: Job) -> Iterator[tuple[str, str, str, Job]]:
    """Measurements of what is asked so often that a plan repeats it, and of the same without."""

    def work(run: int) -> float:
        for _ in range(0 if run else OFTEN):
            job(run)
        return job(run)

    yield "warm", name, "mix_of_short_arrays", work
    yield "warm", f"{name}_without_plans", "mix_of_short_arrays", planless(job)


def jobs() -> Iterator[tuple[str, str, str, Job]]:
    """Family, name and reference of every measurement."""
    short, long = mix(SHORT), mix(LONG)
    yield "reference", "bare_imports", "", lambda _: process("-c", IMPORTS)
    yield "reference", "mix_of_short_arrays", "", lambda _: spent(short, 10)
    yield "reference", "mix_a_number", "", lambda _: spent(long) / LONG
    for name, command in COLD.items():
        words = ("-m", "neuroest", *command.split())
        yield "cold", name, "bare_imports", lambda _, w=words: process(*w)
    for name, names in WARM.items():
        yield from often(name, lambda _, n=names: spent(lambda: neuroest.estimate(*n), 5))
    yield from often("bands_default_chip", drawn(*counted.DEFAULT, SAMPLES))
    for name, names in LISTS.items():
        job = listed(*names, counted.MOVED, sampler="random")
        yield "points", name, "mix_a_number", job
        yield "points", f"{name}_without_plans", "mix_a_number", planless(job)
    with tempfile.TemporaryDirectory() as folder:
        for count in LAYERS:
            network = layered(count, Path(folder))
            job = listed(counted.LISTED[0][0], network, counted.MOVED, POINTS // 8, sampler="random")
            yield "points", f"list_{count}_layers", "mix_a_number", job
    yield "points", "grid_mlp", "mix_a_number", listed(*counted.LISTED[0], GRID)
    for name, names in DRAWN.items():
        job = a_point(*names)
        yield "points", name, "mix_a_number", job
        yield "points", f"{name}_without_plans", "mix_a_number", planless(job)


def measured() -> dict[str, Any]:
    """Every time, the shortest of five, and its ratio to its reference."""
    keep_memory()
    every = list(jobs())
    times: dict[str, float] = {}
    for run in range(RUNS + 1):
        for _, name, _, job in every:
            taken = job(run)
            if run:  # the first one fills caches
                times[name] = min(taken, times.get(name, taken))
    found: dict[str, Any] = machine()
    for family, name, reference, _ in every:
        ratio = {"ratio": round(times[name] / times[reference], 3)} if reference else {}
        found.setdefault(family, {})[name] = {"time_s": float(f"{times[name]:.4g}"), **ratio}
    return found


def machine() -> dict[str, Any]:
    """The state of the code and the machine that times depend on."""
    changed = "+" if git("status", "--porcelain", "neuroest") else ""
    commit = git("log", "-1", "--format=%h", "--", "neuroest") + changed
    features = np.show_config("dicts")["SIMD Extensions"]
    return {
        "commit": commit, "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "python": platform.python_version(), "numpy": np.__version__, "processor": processor(),
        "features": [*features["baseline"], *features.get("found", [])], "plans": compiled.possible(),
    }  # fmt: skip


def git(*words: str) -> str:
    """What a git command prints."""
    return subprocess.run(
        ["git", *words], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()


def processor() -> str:
    """Model of the processor, where the system names it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next(
        (line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine()
    )


def ratios(found: dict[str, Any]) -> dict[str, float]:
    """All ratios by name."""
    families = (found[family] for family in ("cold", "warm", "points"))
    return {name: one["ratio"] for family in families for name, one in family.items()}


def risen(before: dict[str, float], now: dict[str, float]) -> list[str]:
    """Ratios that are larger by a quarter than those recorded, or not recorded, or no longer measured."""
    return [
        name for name in dict.fromkeys((*before, *now))
        if name not in before or name not in now or now[name] > before[name] * (1.0 + RISE)
    ]  # fmt: skip


def main() -> None:
    """Compare or write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--update", action="store_true", help="write the file")
    given = parser.parse_args()
    found = measured()
    now = ratios(found)
    before = ratios(json.loads(FILE.read_text("utf-8"))) if FILE.exists() else {}
    for name in dict.fromkeys((*before, *now)):
        print(f"{name:<24}{before.get(name, float('nan')):>9.3g} -> {now.get(name, float('nan')):>9.3g}")
    if given.update:
        FILE.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    elif worse := risen(before, now):
        sys.exit(f"these ratios have risen by more than {RISE:.0%}: {', '.join(worse)}")


if __name__ == "__main__":
    main()
