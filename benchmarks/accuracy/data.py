"""Images of 32 x 32 in three colours that are made, in ten classes of texture, for the accuracy benchmark.

A class is an orientation and a spacing of stripes, and every image has its own phase, colours, contrast, a second
texture of another class across a part of it, and noise. `python benchmarks/accuracy/data.py FOLDER` writes test.npz and
calibration.npz.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

CLASSES = 10
SIDE = 32
TEST, CALIBRATION, TRAINING = 3, 2, 1
"""Seeds of the three sets, which share no image."""


def _texture(kind: int, generator: np.random.Generator) -> Any:
    """Stripes of a class: five orientations, two spacings."""
    turn = (kind % 5 + generator.normal(0.0, 0.18)) * np.pi / 5
    cycles = (3.0, 5.0)[kind // 5] * np.exp(generator.normal(0.0, 0.08))
    rows, columns = np.mgrid[:SIDE, :SIDE] / SIDE
    return np.sin(
        2.0 * np.pi * (cycles * (rows * np.sin(turn) + columns * np.cos(turn)) + generator.random())
    )


def images(number: int, seed: int) -> tuple[Any, Any]:
    """Images (number, 3, 32, 32) between 0 and 1, and their classes."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, CLASSES, number)
    found = np.empty((number, 3, SIDE, SIDE), dtype=np.float32)
    for place, label in enumerate(labels):
        first, other = (
            _texture(int(kind), generator)
            for kind in (label, (label + generator.integers(1, CLASSES)) % CLASSES)
        )
        hidden = generator.integers(0, SIDE // 2, 2)
        first[hidden[0] : hidden[0] + 12, hidden[1] : hidden[1] + 12] = other[:12, :12]
        colours, base = generator.normal(0.0, 0.16, (3, 1, 1)), generator.uniform(0.3, 0.7, (3, 1, 1))
        found[place] = base + colours * first + generator.normal(0.0, 0.13, (3, SIDE, SIDE))
    return np.clip(np.round(found * 255.0), 0, 255).astype(np.float32) / np.float32(255.0), labels


def write(folder: Path, test: int = 1000, calibration: int = 200) -> None:
    """Write both sets as `neuroest behave` reads them."""
    for name, number, seed in (("test", test, TEST), ("calibration", calibration, CALIBRATION)):
        inputs, labels = images(number, seed)
        np.savez(folder / f"{name}.npz", input=inputs, labels=labels)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
