"""The published comparison of spiking and quantised networks, number by number."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from neuroest.core.errors import NeuroestError
from neuroest.exploration.breakeven_result import TwinCase, Twins, published_band, published_values, twins_of
from tests.each import each

ROOT = Path(__file__).parents[2]


def case(
    timesteps: float,
    weight_bits: float,
    inputs: float = 4096.0,
    hops: float | None = None,
    reads: tuple[float, float] = (1.0, 1.0),
    **factors: float,
) -> Twins:
    values = published_values()
    changed = {name: values[name] * factor for name, factor in factors.items()}
    return twins_of(TwinCase(timesteps, weight_bits, inputs, hops, *reads), {**values, **changed})


def hops_at_parity(reads: float) -> float:
    """By bisection, at four timesteps, 8-bit weights and a rate of a tenth."""
    low, high = 0.01, 9.0
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (
            (middle, high)
            if case(4.0, 8.0, hops=middle, reads=(reads, 1.0)).ratio(0.1) < 1.0
            else (low, middle)
        )
    return low


# name in the table of docs/models/twins.md: computed, and tolerance to the published value
ROWS: dict[str, tuple[Callable[[], float], float]] = {
    "T = 5, 4-bit weights, 4096 inputs": (lambda: case(5.0, 4.0).crossover, 0.01),
    "T = 5, 8-bit weights": (lambda: case(5.0, 8.0).crossover, 0.01),
    "T = 2, 4-bit weights": (lambda: case(2.0, 4.0).crossover, 0.01),
    "T = 2, 8-bit weights": (lambda: case(2.0, 8.0).crossover, 0.01),
    "T = 3, 8-bit weights": (lambda: case(3.0, 8.0).crossover, 0.01),
    "T = 5, 4-bit weights, 64 inputs": (lambda: case(5.0, 4.0, 64.0).crossover, 0.01),
    "dense movement halved": (lambda: case(5.0, 4.0, value_hop_energy=0.5).crossover, 0.02),
    "event movement halved": (lambda: case(5.0, 4.0, event_hop_energy=0.5).crossover, 0.02),
    "energy of weights halved": (lambda: case(5.0, 4.0, memory_read_energy=0.5).crossover, 0.01),
    "energy of weights half more": (lambda: case(5.0, 4.0, memory_read_energy=1.5).crossover, 0.01),
    "events against broadcast, 8-bit weights": (lambda: case(5.0, 8.0).broadcast_rate, 0.03),
    "ratio, VGG16, T = 3, s = 5.49 %, 0.64 hops": (
        lambda: case(3.0, 4.0, hops=0.64, reads=(0.0, 0.0)).ratio(0.0549),
        0.02,
    ),
    "ratio, VGG16, T = 8, s = 8.52 %, 0.64 hops": (
        lambda: case(8.0, 4.0, hops=0.64, reads=(0.0, 0.0)).ratio(0.0852),
        0.02,
    ),
    "hops at parity, T = 4, s = 0.1, 8-bit weights": (lambda: hops_at_parity(1.0), 0.1),
    "the same, weights stay for all timesteps": (lambda: hops_at_parity(0.25), 0.1),
    "T = 1, 8-bit weights": (lambda: case(1.0, 8.0).crossover, 0.45),
}


def table() -> dict[str, tuple[float, float]]:
    page = (ROOT / "docs/models/twins.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+?) \| ([\d.]+) \| ([\d.]+) \|$", page, flags=re.MULTILINE)
    return {name: (float(published), float(here)) for name, published, here in rows}


def test_the_page_has_all_rows() -> None:
    assert set(table()) == set(ROWS)


@each("name", ROWS)
def test_a_published_number_comes_out_and_stands_on_the_page(name: str) -> None:
    compute, tolerance = ROWS[name]
    published, here = table()[name]
    assert compute() == pytest.approx(here, abs=6e-5)
    assert here == pytest.approx(published, rel=tolerance)


def test_arithmetic_moves_the_crossover_as_little_as_published() -> None:
    # at most 0.05 percentage points for half or half more of either
    for name in ("accumulate_energy", "partial_product_energy"):
        for factor in (0.5, 1.5):
            assert case(5.0, 4.0, **{name: factor}).crossover == pytest.approx(0.0573, abs=5.5e-4)


def test_where_dense_movement_rules_the_ratio_is_that_of_timesteps_to_bits() -> None:
    # published for a spiking transformer: 1.500, 2.338 and 3.762; Llama-2 7B 3.793
    for timesteps, published in ((3.0, 1.5), (7.0, 2.338), (15.0, 3.762)):
        twins = case(timesteps, 4.0)
        assert timesteps / float(twins.activation_bits) == pytest.approx(published, rel=0.005)


def test_the_band_holds_the_value_and_both_headlines() -> None:
    band = published_band(TwinCase(5.0, 4.0))
    assert band.low < 0.057 < 0.064 < band.high
    assert band.median == pytest.approx(float(case(5.0, 4.0).crossover), rel=0.05)


def test_counting_operations_alone_lets_every_rate_pass_at_two_timesteps() -> None:
    assert case(2.0, 8.0).operations_crossover == pytest.approx(1.0)


def test_another_device_is_refused() -> None:
    with pytest.raises(NeuroestError, match="not of 'twin_energies'"):
        published_values("mesh_noxim")
