"""Area of a static memory: cells, port and control, of every bank."""

from __future__ import annotations

from pathlib import Path

import pytest

import neuroest
from neuroest.pipeline.estimate import estimate
from tests.chips import changed
from tests.each import each

CELL = 0.127e-12
"""Memory cell of 28 nm. [m^2]."""


def area(folder: Path, **memory: object) -> float:
    """Area of one more memory on the int8 baseline. [m^2]."""
    block = {"model": "sram", "device": "sram_28nm_anchored", "stores": ["queues"], **memory}
    result = estimate(
        changed("digital_int8_28nm", {"chip.more": block}, folder), "mlp_mnist_dense"
    ).evaluation
    return float(next(row.total for row in result.areas if row.component == "chip.more"))


def by_hand(bits: float, width: float, ports: float = 1.0, cells: float = 1.0) -> float:
    # 1.493 cells a bit, 182 a bit of the port and 3679 of control
    return CELL * (1.493 * cells * bits + 182.0 * ports * width + 3679.0)


@each("capacity, bits", [("1 KiB", 8192), ("8 KiB", 65536), ("64 KiB", 524288)])
@each("width", [16, 64, 512])
def test_a_macro_is_its_cells_its_port_and_its_control(
    tmp_path: Path, capacity: str, bits: int, width: int
) -> None:
    found = area(tmp_path, capacity=capacity, width=f"{width} bit")
    assert found == pytest.approx(by_hand(bits, width), rel=3e-3)


def test_cells_fill_less_of_a_small_macro_than_of_a_large_one(tmp_path: Path) -> None:
    small, large = (area(tmp_path, capacity=f"{k} KiB", width="64 bit") for k in (1, 64))
    assert CELL * 8192 / small == pytest.approx(0.30, abs=0.01)
    assert CELL * 524288 / large == pytest.approx(0.66, abs=0.01)


def test_every_bank_has_a_port_and_a_control_of_its_own(tmp_path: Path) -> None:
    found = area(tmp_path, capacity="64 KiB", width="64 bit", banks=8)
    assert found == pytest.approx(8 * by_hand(65536, 64), rel=3e-3)


def test_a_second_port_takes_wider_cells_and_its_own_amplifiers(tmp_path: Path) -> None:
    found = area(tmp_path, capacity="8 KiB", width="64 bit", ports="read_and_write")
    assert found == pytest.approx(by_hand(65536, 64, ports=2.0, cells=8 / 6), rel=3e-3)


def test_a_word_wider_than_any_macro_is_of_macros_side_by_side() -> None:
    keys = {"device": "sram_28nm_anchored", "stores": ["weights"], "process": "cmos_28nm_lp"}
    wide = neuroest.block("sram", capacity="256 KiB", width="2048 bit", **keys)
    part = neuroest.block("sram", capacity="64 KiB", width="512 bit", **keys)
    assert wide.energies["read"] == pytest.approx(4 * part.energies["read"])
    assert wide.energies["write"] == pytest.approx(4 * part.energies["write"])
    assert wide.area == pytest.approx(4 * part.area)
    assert wide.static_power == pytest.approx(4 * part.static_power)
    assert not wide.failed_checks
    # no step where one more macro begins: a bit more is a 512th more of the word, in macros of that much less capacity
    one, more = (neuroest.block("sram", capacity="64 KiB", width=f"{w} bit", **keys) for w in (512, 513))
    assert more.energies["read"] / one.energies["read"] == pytest.approx((513 / 512) ** (1 - 0.476))
    assert 1.0 < more.area / one.area < 1.002
    banked = neuroest.block("sram", capacity="1 MiB", width="2048 bit", banks=4, **keys)
    assert banked.energies["read"] == pytest.approx(wide.energies["read"])
    assert banked.area == pytest.approx(4 * wide.area)
