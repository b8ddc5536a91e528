"""Use as a library: processes that fork, and ten thousand estimates in one process."""

from __future__ import annotations

import gc
import multiprocessing
from itertools import cycle, islice
from pathlib import Path

import pytest

import neuroest
from tests.pairs import pairs

CHIPS = [chip for chip, _ in pairs("mlp_mnist_spiking")][:4]
FAST = ("digital_int8_28nm", "loihi_14nm")
NET = "mlp_mnist_spiking"


def as_json(chip: str) -> str:
    return neuroest.estimate(chip, NET).to_json()


@pytest.mark.slow
@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_forked_processes_give_the_numbers_of_their_parent() -> None:
    before = [as_json(chip) for chip in CHIPS]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(as_json, CHIPS * 2) == before * 2
    assert [as_json(chip) for chip in CHIPS] == before


def resident() -> float:
    """Memory of this process. [MiB]."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 2**20


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads memory as Linux reports it")
@pytest.mark.parametrize(
    ("first", "more"), [(500, 500), pytest.param(1_000, 9_000, marks=pytest.mark.nightly)]
)
def test_thousands_of_estimates_take_no_more_memory_than_some(first: int, more: int) -> None:
    def run(count: int) -> None:
        for number, chip in enumerate(islice(cycle(FAST), count)):
            settings = {"technology.temperature": f"{300 + number % 7} K"} if number % 2 else None
            assert neuroest.estimate(chip, NET, settings).totals["area_m2"] > 0.0

    run(first)
    before = resident()
    run(more)
    assert resident() - before < 16.0
