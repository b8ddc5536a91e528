"""Hardware of ZigZag as architectures: energies of the file to the joule, and refusals with their line."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import neuroest
from neuroest.authoring.hardware_files import import_zigzag_hardware, is_zigzag_hardware
from neuroest.core.errors import MappingError, SpecError
from tests.each import each

MEMORY = """  {name}:
    size: {size}
    r_cost: {read}
    w_cost: {write}
    area: 0
    latency: 1
    operands: [{operands}]
    ports:
      - name: r_port_1
        type: read
        bandwidth_min: 8
        bandwidth_max: {width}
        allocation: []
    served_dimensions: [{served}]
"""
UNIT = "operational_array:\n  unit_energy: 0.04 # pJ\n  unit_area: 1\n  dimensions: [D1, D2]\n  sizes: [32, 16]\n"
RF_W = {
    "name": "rf_w",
    "size": 1024,
    "read": 0.095,
    "write": 0.09,
    "operands": "I2",
    "width": 8,
    "served": "",
}
RF_O = {
    "name": "rf_o",
    "size": 16,
    "read": 0.021,
    "write": 0.021,
    "operands": "O",
    "width": 16,
    "served": "D2",
}
SRAM = {"name": "sram", "size": 2**24, "read": 416.16, "write": 378.4, "operands": "I1, O", "width": 2048,
        "served": "D1, D2"}  # fmt: skip
DRAM = {"name": "dram", "size": 10**10, "read": 700, "write": 750, "operands": "I1, I2, O", "width": 64,
        "served": "D1, D2"}  # fmt: skip


def hardware(folder: Path, *memories: dict[str, object], unit: str = UNIT) -> Path:
    path = folder / "tpu.yaml"
    body = "".join(MEMORY.format(**one) for one in memories or (RF_W, RF_O, SRAM, DRAM))
    path.write_text(f"name: tpu\nmemories:\n{body}{unit}", encoding="utf-8")
    return path


def test_energies_are_those_of_the_file(tmp_path: Path) -> None:
    path = hardware(tmp_path)
    assert is_zigzag_hardware(path)
    found = import_zigzag_hardware(path, "mine")
    chip = tmp_path / "mine.yaml"
    chip.write_text(found.text, encoding="utf-8")
    result = neuroest.estimate(str(chip), "mlp_mnist_dense")
    energies: Counter[tuple[str, str | None]] = Counter()
    for row in result.breakdown:
        if row.kind == "dynamic":
            energies[row.component, row.action] += row.energy_J
    macs = 784 * 512 + 512 * 512 + 512 * 10
    # a sum is read and written in a register that the 16 units of D2 share
    each = 0.04 + 0.095 + (0.021 + 0.021) / 16
    assert energies["chip.array.unit", "multiply_accumulate"] == pytest.approx(macs * each * 1e-12, rel=1e-6)
    # all weights, the image and the scores pass the memory outside, 700 pJ for 64 bits
    assert energies["chip.memory", "bit"] == pytest.approx((macs + 784 + 10) * 8 * 700e-12 / 64, rel=1e-6)
    assert energies["chip.rf_w", "write"] == pytest.approx(macs * 0.09e-12, rel=1e-5)
    assert result.design.values["chip.array.rows"] == 16
    assert result.design.values["chip.array.columns"] == 32
    assert any("rf_w" in one for one in found.stated)
    assert any("unit_area" in one for one in found.unused)


def test_ports_that_stand_twice_count_as_zigzag_reads_them(tmp_path: Path) -> None:
    path = hardware(tmp_path)
    text = path.read_text(encoding="utf-8")
    first = "    ports:\n      - name: r_port_1\n        bandwidth_max: 4\n"
    path.write_text(text.replace("    ports:\n", first + "    ports:\n", 1), encoding="utf-8")
    found = import_zigzag_hardware(path, "mine")
    assert any("states again" in one for one in found.unused)
    assert "width: 256 bit" in found.text  # 8 bits for each of 32 columns


@each(
    "changed, line, message",
    [
        (("r_cost: 0.095", "r_cost: cheap"), 5, "expected a number of at least 0"),
        (("w_cost: 378.4", "w_cost: -1"), 34, "expected a number of at least 0"),
        (("operands: [O]", "operands: [P]"), 23, "'P' is unknown; allowed: I1, I2, O"),
        (("served_dimensions: [D2]", "served_dimensions: [D7]"), 30, "'D7' is unknown; allowed: D1, D2"),
        (
            ("  unit_energy: 0.04 # pJ\n", "  is_imc: True\n"),
            60,
            "an in-memory array has no energies in the file",
        ),
        (("sizes: [32, 16]", "sizes: [32]"), 63, "2 dimensions need as many sizes"),
        (("  unit_energy: 0.04 # pJ\n", ""), 59, "is missing"),
    ],
)
def test_what_is_wrong_has_a_line_and_a_reason(
    tmp_path: Path, changed: tuple[str, str], line: int, message: str
) -> None:
    path = hardware(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace(*changed), encoding="utf-8")
    with pytest.raises(SpecError) as raised:
        import_zigzag_hardware(path, "mine")
    (problem,) = raised.value.problems
    assert problem.line == line
    assert message in problem.message


def test_a_reported_mac_takes_no_spikes(tmp_path: Path) -> None:
    chip = tmp_path / "mine.yaml"
    chip.write_text(import_zigzag_hardware(hardware(tmp_path), "mine").text, encoding="utf-8")
    with pytest.raises(MappingError, match="reported_mac, whose energy"):
        neuroest.estimate(str(chip), "mlp_mnist_spiking")
