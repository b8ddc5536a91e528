"""Estimates and comparisons of shipped chips, each computed once in a process: they are frozen, so tests share them."""

from __future__ import annotations

from functools import cache

import neuroest
from neuroest.results.comparison import Comparison
from neuroest.results.estimate import Estimate
from tests.pairs import runs


@cache
def estimated(chip: str, workload: str) -> Estimate:
    """The estimate of a shipped chip on a shipped network."""
    return neuroest.estimate(chip, workload)


@cache
def compared(chip: str, baseline: str, workload: str) -> Comparison:
    """The comparison of a shipped chip with another one."""
    return neuroest.compare(chip, baseline, workload)


def network(chip: str) -> str:
    """The perceptron that a shipped chip runs."""
    return "mlp_mnist_spiking" if runs(chip, "mlp_mnist_spiking") else "mlp_mnist_dense"


def spoken_or_written(chip: str) -> str:
    """Spoken digits where a shipped chip runs spikes, else the perceptron of written ones."""
    return "shd_recurrent_spiking" if runs(chip, "shd_recurrent_spiking") else "mlp_mnist_dense"
