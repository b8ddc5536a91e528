from __future__ import annotations

from pathlib import Path

import pytest

from neuroest.estimating import Estimate, estimate

FIXTURES = Path(__file__).parent.parent / "data" / "worked_example"


@pytest.fixture(scope="session")
def memristive() -> Estimate:
    return estimate("diffusive_28nm_derived", "shd_recurrent_spiking")


@pytest.fixture(scope="session")
def cmos() -> Estimate:
    return estimate("analog_lif_28nm", "shd_recurrent_spiking")


@pytest.fixture(scope="session")
def bench() -> Estimate:
    return estimate("diffusive_bench_28nm", "shd_recurrent_spiking")


@pytest.fixture(scope="session")
def dense() -> Estimate:
    return estimate("digital_int8_28nm", "vgg9_cifar10_dense")
