"""A small network that learns, and chips that teach it."""

from __future__ import annotations

from pathlib import Path

WORKLOAD = """\
kind: workload
name: learner
description: A network of two layers that learns.
coding: spiking
timesteps: 20
precision: {{weights: 4, accumulator: 16}}
weights: {{mean_absolute: 0.3, basis: assumed, rationale: of a test}}
input: {{shape: [100], activity: {{rate: {pre}, basis: assumed, rationale: of a test}}}}
activity: {{rate: {post}, basis: assumed, rationale: of a test}}
layers:
  - {{name: a, type: fully_connected, outputs: 50}}
  - {{name: b, type: fully_connected, outputs: 10}}
learning:
  rule: {rule}
  samples: 1000
  mean_change: {change}
  basis: assumed
  rationale: of a test
"""
ENGINE = {
    "model": "learning_engine", "device": "logic_45nm_horowitz", "lanes": "8", "operand_bits": "8 bit",
    "clock_frequency": "200 MHz",
}  # fmt: skip
MEMORY = {"model": "sram", "device": "sram_28nm_anchored", "capacity": "64 KiB", "width": "64 bit"}
LEARNS = {
    "chip.tile.learning": ENGINE,
    "chip.tile.traces": {**MEMORY, "capacity": "4 KiB", "stores": ["traces"]},
    "chip.tile.tags": {**MEMORY, "stores": ["tags", "errors"]},
    "chip.tile.array.weight_bits": "5",
    "chip.tile.array.write_circuit.update_access": "rows_and_columns",
    "chip.tile.array.backward_readout": "at_rows",
}
"""What makes a crossbar chip learn by any rule."""


def workload(
    folder: Path, *, rule: str = "pair_stdp", change: float = 0.05, pre: float = 0.1, post: float = 0.1,
    more: str = "",
) -> Path:  # fmt: skip
    """Path of a workload that learns."""
    path = folder / "learner.yaml"
    text = WORKLOAD.format(rule=rule, change=change, pre=pre, post=post)
    path.write_text(text + (f"  {more}\n" if more else ""), encoding="utf-8")
    return path
