"""A network of 4-3-2 neurons and four timesteps, small enough to look at."""

from __future__ import annotations

from pathlib import Path

import numpy as np

WORKLOAD = """\
kind: workload
name: small
description: Four inputs, three hidden neurons, two classes.
task: {dataset: made up}
coding: spiking
timesteps: 4
precision: {weights: 8, accumulator: 24}
weights: {mean_absolute: 0.3, basis: assumed, rationale: made up}
input: {shape: [4], activity: {rate: 0.5, basis: assumed, rationale: made up}}
activity: {rate: 0.2, basis: assumed, rationale: made up}
layers:
- {name: hidden, type: KIND, outputs: 3}
- {name: output, type: fully_connected, outputs: 2}
"""
HIDDEN = np.array([[127, 127, 0, 0], [0, 0, 127, 127], [40, -40, 40, -40]], dtype=np.int8)
OUTPUT = np.array([[127, -60, 0], [-60, 127, 0]], dtype=np.int8)
STEP = 1.0 / 127.0


def write(folder: Path, kind: str = "fully_connected", **changes) -> dict[str, Path]:
    """Workload, weights and samples: the first two inputs mean class 0, the others class 1."""
    (folder / "small.yaml").write_text(WORKLOAD.replace("KIND", kind))
    arrays = {
        "hidden": HIDDEN, "hidden.step": STEP, "hidden.decay": 0.9, "hidden.threshold": 1.0,
        "output": OUTPUT, "output.step": STEP, "output.decay": 0.9, "output.threshold": 0.8,
    }  # fmt: skip
    if kind == "recurrent":
        arrays["hidden.recurrent"] = np.diag([60, 60, 60]).astype(np.int8)
    arrays |= changes
    np.savez(folder / "weights.npz", **{k: v for k, v in arrays.items() if v is not None})
    for name, repeats in (("samples", 2), ("calibration", 3)):
        one = np.zeros((2, 4, 4), dtype=bool)
        one[0, :, :2] = True
        one[1, :, 2:] = True
        np.savez(folder / f"{name}.npz", input=np.tile(one, (repeats, 1, 1)), labels=np.tile([0, 1], repeats))
    return {name: folder / f"{name}.npz" for name in ("weights", "samples", "calibration")} | {
        "workload": folder / "small.yaml"
    }
