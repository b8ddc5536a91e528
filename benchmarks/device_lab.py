"""Seconds of one core that the device lab takes: each shipped neuron for a hundred spikes and characterised, and a fit.

    python benchmarks/device_lab.py [NEURON ...]

A machine that does other work takes longer, so nothing is asserted; the aims are 30 s a neuron and 20 s for 500 rows.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.dynamics.run import simulate
from neuroest.fitting.device_fit import fit
from neuroest.loading.library import shipped

SPIKES, ROWS = 100, 500


def seconds(work: Callable[[], object]) -> tuple[float, str]:
    """Processor time of some work, and why it was refused."""
    begun, refusal = time.process_time(), ""
    try:
        work()
    except NeuroestError as error:
        refusal = str(error).partition("\n")[0][:70]
    return time.process_time() - begun, refusal


def five_hundred_rows(folder: Path) -> Path:
    """Delays of six switches at 500 voltages."""
    generator = np.random.default_rng(0)
    rows = [
        f"{v:.4f},{2e-3 * np.exp(9.0 / v) * np.exp(0.25 * generator.standard_normal()):.5g},{at % 6}"
        for at, v in enumerate(np.linspace(0.6, 1.5, ROWS))
    ]
    path = folder / "many.csv"
    path.write_text("voltage [V],delay [us],device\n" + "\n".join(rows) + "\n", "utf-8")
    return path


def main() -> None:
    """Print one line a neuron, and one for the fit."""
    neurons = sys.argv[1:] or [n for n, p in shipped("device").items() if p.parent.name == "neurons"]
    print(f"{'neuron':<28}{'100 spikes':>12}{'all characteristics':>22}")
    for name in neurons:
        spikes, refusal = seconds(lambda name=name: simulate(name, spikes=SPIKES))
        whole, other = seconds(lambda name=name: simulate(name, characteristics="all"))
        print(f"{name:<28}{spikes:>10.2f} s{whole:>12.2f} s  {refusal or other}".rstrip(), flush=True)
    if not sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            path = five_hundred_rows(Path(folder))
            print(f"fit of {ROWS} rows: {seconds(lambda: fit(path))[0]:.2f} s")


if __name__ == "__main__":
    main()
