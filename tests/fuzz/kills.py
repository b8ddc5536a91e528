"""``python -m tests.fuzz.kills``: a sweep whose parent or worker is killed at random moments, and then goes on."""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

from tests.fuzz.__main__ import say

SWEEP = (
    "-m", "neuroest", "sweep", "diffusive_28nm_derived", "-w", "mlp_mnist_spiking", "--keep", "area_m2,latency_s",
    "--set", "chip.tile.array.read_voltage=0.05..0.1 V:400", "--set", "technology.supply_voltage=0.7..0.9 V:1000",
)  # fmt: skip


def kill_one(process: psutil.Popen, rng: random.Random) -> str:
    """Kill the parent, or one of its workers where it has any; Python's own tracker of semaphores is none of them."""
    workers = [one for one in process.children(recursive=True) if "spawn_main" in " ".join(one.cmdline())]
    victim = process if not workers or rng.random() < 0.5 else rng.choice(workers)
    try:
        victim.kill()
    except psutil.NoSuchProcess:
        return "came too late"
    return "parent" if victim is process else "worker"


def interrupted(file: Path, rng: random.Random, longest: float) -> tuple[Counter[str], list[str]]:
    """Run a sweep with a kill at a random moment of each of its first three starts; what was killed, and faults."""
    killed: Counter[str] = Counter()
    faults: list[str] = []
    for attempt in range(10):
        process = psutil.Popen(
            [sys.executable, *SWEEP, "--workers", rng.choice(("1", "2")), "-o", str(file)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        if attempt < 3:
            time.sleep(rng.uniform(0.2, longest))
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                killed[kill_one(process, rng)] += 1
        try:
            _, errors = process.communicate(timeout=300)
        except subprocess.TimeoutExpired:
            process.kill()
            return killed, [*faults, "hung"]
        if "Traceback" in errors:
            faults.append(errors.strip().splitlines()[-1])
        if process.returncode == 0:
            return killed, faults
    return killed, [*faults, "never ended"]


def main() -> int:
    """Kill so many times; 1 if bytes differ, a run does not end, or a traceback is printed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.kills", description=__doc__)
    parser.add_argument("--count", type=int, default=100, help="kills")
    parser.add_argument("--seed", type=int, default=0, help="start of the random numbers")
    given = parser.parse_args()
    rng, killed, faults, sweeps = random.Random(given.seed), Counter[str](), list[str](), 0
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.parquet"
        started = time.monotonic()
        subprocess.run(
            [sys.executable, *SWEEP, "--workers", "1", "-o", str(whole)], check=True, capture_output=True
        )
        longest = time.monotonic() - started
        while killed["parent"] + killed["worker"] < given.count:
            file = Path(folder) / f"cut{sweeps}.parquet"
            found, wrong = interrupted(file, rng, longest)
            killed, sweeps = killed + found, sweeps + 1
            faults += wrong
            if not file.exists() or file.read_bytes() != whole.read_bytes():
                faults.append(f"sweep {sweeps} gave other bytes")
            file.unlink(missing_ok=True)
    say(
        f"{sweeps} sweeps, killed {killed['parent']} parents and {killed['worker']} workers: {len(faults)} faults"
    )
    for line in faults:
        say(f"  {line}")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
