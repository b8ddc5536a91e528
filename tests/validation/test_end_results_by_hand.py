"""Ten end results of published chips, recomputed with constants of device files and no equation of the program."""

from __future__ import annotations

import math

import numpy as np
import pytest

from neuroest.loading.kinds import data_folder
from neuroest.pipeline.estimate import estimate
from neuroest.results.estimate import Estimate

# logic_45nm_horowitz with its overhead of 1.2, at 28 nm and 0.9 V: 2.1 fJ instead of 3.4 fJ for a bit of an addition
TO_28_NM = 0.619
ADD, MULTIPLY, COMPARE, REGISTER = (1.2 * TO_28_NM * energy for energy in (3.4e-15, 3.85e-15, 0.9e-15, 9e-15))
# sram_28nm_anchored: 64 KiB with words of 64 bits at 0.9 V
READ, WRITE = 13.8e-12, 16.3e-12
CONTROL, CLOCK = 0.15, 1.0 / 3.0
AREA_TO_28_NM = 2.67
"""Area of logic at 45 nm over that at 28 nm, by the table of published logic that scales it."""


def of_case(name: str, workload: str) -> Estimate:
    folder = data_folder("validation_case") / name
    return estimate(folder / "chip.yaml", folder / f"{workload}.yaml")


def test_power_of_the_first_tpu() -> None:
    chip = of_case("tpu_v1", "wide_layer")
    positions, side, clock = 4096, 256, 700e6
    # all vectors pass 256 rows and 256 columns of a systolic array
    interval = (positions + 2 * side - 2) / clock
    assert chip.totals["initiation_interval_s"] == pytest.approx(interval)
    products = positions * side * side
    # zeros in half of the inputs: a product switches in 1 - 0.5^2 of the cycles, its sum and input in all
    # a product of 8 x 8 bits has 64 gates of 0.2 and 49 adders of 0.8 of a cell
    units = products * (0.75 * (0.2 * 64 + 0.8 * 49) * MULTIPLY + 32 * ADD + (32 + 8) * REGISTER)
    # 32 768 words of 256 bits, four times wider, read and written in banks of 64 KiB
    buffer = 32768 * (READ * 4**0.70 + WRITE * 4**0.74)
    # each of 256 results of a position reads and writes 32 bits in banks of 16 KiB
    results = positions * side
    sums = results * (READ * 0.25**0.476 * 0.5**0.70 + WRITE * 0.25**0.418 * 0.5**0.74)
    # an activation compares and stores a sum of 32 bits and multiplies it by a factor of 16 bits
    activations = results * (32 * COMPARE + 32 * REGISTER + (0.2 * 32 * 16 + 0.8 * 31 * 15) * MULTIPLY)
    by_hand = (units + buffer + sums + activations) * (1.0 + CONTROL + CLOCK)
    assert chip.totals["dynamic_energy_J"] == pytest.approx(by_hand, rel=0.01)
    assert chip.totals["average_power_W"] == pytest.approx(by_hand / interval, rel=0.01)


@pytest.mark.parametrize(
    ("name", "cycles", "clock"),
    [
        # 65 536 results in 1024 units: 64 passes of 576 products, filled and drained over 16 rows and 32 columns
        ("thinker", 64 * (64 * 9 + 16 + 32 - 2), 200e6),
        # 256 vectors, 4 by 16 blocks of 64 by 16 weights
        ("keller_2023", 256 * 4 * 16, 1e9),
        # 9216 x 96 results in 9216 units: 96 passes of 864 products
        ("tesla_fsd", 96 * (96 * 9 + 96 + 96 - 2), 2e9),
    ],
)
def test_times_of_three_arrays(name: str, cycles: int, clock: float) -> None:
    assert of_case(name, "dense_layer").totals["initiation_interval_s"] == pytest.approx(cycles / clock)


def test_power_at_rest_of_northpole() -> None:
    # 0.114 nJ for each mm2 and cycle, 800 mm2 at 400 MHz
    drawn = sum(np.asarray(row.total) for row in of_case("northpole", "dense_layer").evaluation.statics)
    assert float(np.ravel(drawn)[0]) == pytest.approx(0.114e-9 * 800 * 400e6)


def test_energy_and_area_of_anp_i() -> None:
    chip = of_case("anp_i", "gestures")
    low = (0.6 / 0.9) ** 2
    events = 0.05 * 1024 * 512 + 0.05 * 512 * 10
    # eight neurons share a word of weights and one of states; words of 64 bits in banks of 64 KiB
    words = 0.05 * 1024 * 64
    weights = words * READ * low
    neurons = events * 16 * (ADD + REGISTER) * low + 522 * 16 * (3 * ADD + COMPARE + REGISTER) * low
    # a register file of 64 words is read through log2(64) = 6 levels of multiplexers
    states = 2 * (words + 64) * 128 * REGISTER * low * (1.0 + 0.25 * math.log2(64))
    # ten outputs: words of 64 bits in 8 KiB, two words of states, one level of multiplexers
    few = 0.05 * 512 * 2
    output = few * READ * 0.125**0.476 * low + 2 * (few + 2) * 128 * REGISTER * low * 1.25
    by_hand = (weights + neurons + states + output) * (1.0 + CONTROL)  # no clock
    assert chip.totals["dynamic_energy_J"] == pytest.approx(by_hand, rel=0.01)
    # a macro in cells of 0.127 um2: 1.49 for each bit, 182 for each port bit, 3679 for control
    macro = 8 * (1.49 * 64 * 8192 + 182 * 64 + 3679) * 0.127e-12
    small = (1.49 * 65536 + 182 * 64 + 3679) * 0.127e-12
    rows = {(row.component, row.term): float(np.ravel(row.total)[0]) for row in chip.evaluation.areas}
    assert rows["chip.hidden.synapse_memory", "macro"] == pytest.approx(macro, rel=0.01)
    # 8448 bits of states, and 16 lanes of two adders, a comparator and a register of 16 bits, with 1.2 of wiring
    lane = 16 * (2 * 11 + 2.81 + 7.57)
    logic = 1.2 * (8448 * 7.57 + 16 * lane) * 1e-12 / AREA_TO_28_NM
    control = 1.0 * logic + 0.24 * (macro + small)
    assert chip.totals["area_m2"] == pytest.approx((macro + small) / 0.9 + (logic + control) / 0.7, rel=0.01)
