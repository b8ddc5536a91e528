"""Seconds a design point of the perceptron 784-512-512-10 by neuroest and by its peers, in one run.

::

    benchmarks/peers/set_up.sh
    benchmarks/peers/.venv/bin/python benchmarks/peers/run.py              # some three minutes
    benchmarks/peers/.venv/bin/python benchmarks/peers/run.py --resnet18   # ResNet-18 instead, as long

The tools take turns, so that other load on the machine falls on all of them. README.md says what the numbers mean.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from estimates import environment

ROUNDS = 5
LIMIT = 600


@dataclass
class Case:
    """A tool with a network, and the case of neuroest that it is compared with."""

    name: str
    words: str
    counterpart: str
    repeats: int
    cold: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    energy: float = 0.0
    version: str = ""
    failure: str = ""


def perceptron() -> list[Case]:
    """The cases of the perceptron."""
    return [
        Case("neuroest_dense", "neuroest, 28 nm crossbars with ADCs", "neuroest_dense", 100),
        Case("accelforge", "accelforge, NeuRRAM example", "neuroest_dense", 2),
        Case("zigzag", "zigzag-dse, analog array example", "neuroest_dense", 2),
        Case("neuroest_spiking", "neuroest, Loihi", "neuroest_spiking", 100),
        Case("sanafe", "sanafe, Loihi", "neuroest_spiking", 2),
    ]


def resnet18() -> list[Case]:
    """The cases of ResNet-18; no repeat where one takes minutes."""
    return [
        Case("neuroest_resnet18", "neuroest, 28 nm crossbars with ADCs", "neuroest_resnet18", 30),
        Case("zigzag_resnet18", "zigzag-dse, analog array example", "neuroest_resnet18", 0),
    ]


def process(name: str, repeats: int, folder: str) -> tuple[float, dict[str, Any]]:
    """Seconds of a whole process that estimates once and then so many times, and what it says.

    Raises
    ------
    RuntimeError
        With the last line of the error output, if there is no answer.
    """
    script = Path(__file__).with_name("estimates.py")
    start = time.perf_counter()
    try:
        run = subprocess.run(
            [sys.executable, str(script), name, str(repeats)],
            capture_output=True,
            text=True,
            cwd=folder,
            timeout=LIMIT,
            check=False,
            stdin=subprocess.DEVNULL,
            env=environment(),
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"no answer after {LIMIT} s") from None
    taken = time.perf_counter() - start
    if run.returncode:
        raise RuntimeError((run.stderr.strip().splitlines() or [f"exit status {run.returncode}"])[-1])
    return taken, json.loads(run.stdout.splitlines()[-1])


def measure(cases: list[Case], rounds: int, folder: str) -> None:
    """Fill times in; a case that fails is left out of later rounds."""
    for round_ in range(rounds + 1):
        for case in cases:
            if case.failure:
                continue
            try:
                taken, said = process(case.name, 0, folder)
                again = process(case.name, case.repeats, folder)[1]["times"] if case.repeats else []
            except RuntimeError as error:
                case.failure = str(error)
                continue
            case.energy, case.version = said["answer"], said["version"]
            # The first round fills caches of byte code and those that tools keep on disk.
            if round_ > 0 or rounds == 0:
                case.cold.append(taken)
                case.warm += again


def table(cases: list[Case], batches: dict[str, float]) -> None:
    """Print medians; ratios are to the case of neuroest next to it."""
    base = {case.name: case for case in cases if case.name == case.counterpart}
    print("| tool and chip | cold process | ratio | warm, a point | ratio | over batch | energy it finds |")
    print("|---|---|---|---|---|---|---|")
    for case in cases:
        label = f"{case.words} ({case.version})" if case.version else case.words
        if case.failure:
            print(f"| {label} | failed: {case.failure} | | | | | |")
            continue
        own = base[case.counterpart]
        cold = statistics.median(case.cold)
        warm = statistics.median(case.warm) if case.warm else cold
        mark = "" if case.warm else " (cold)"
        print(
            f"| {label} | {cold:.2f} s | {cold / statistics.median(own.cold):.1f} "
            f"| {1e3 * warm:.4g} ms{mark} | {warm / statistics.median(own.warm):.3g} "
            f"| {warm / batches[case.counterpart]:.2g} | {case.energy * 1e6:.3g} uJ |"
        )
    for name, seconds in batches.items():
        print(f"batch of {name}: {1e6 * seconds:.2f} us a point")


def main() -> None:
    """All measurements."""
    print(
        f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start"
    )
    with tempfile.TemporaryDirectory() as folder:
        # One run each of ResNet-18, for which a peer takes minutes.
        cases, rounds = (resnet18(), 0) if "--resnet18" in sys.argv[1:] else (perceptron(), ROUNDS)
        measure(cases, rounds, folder)
        batches = {}
        for case in cases:
            if case.name == case.counterpart:
                name = case.name.replace("neuroest", "batch")
                times = [process(name, 1, folder)[1]["answer"] for _ in range(max(rounds, 1))]
                batches[case.name] = statistics.median(times)
        table(cases, batches)
    print(f"load {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
