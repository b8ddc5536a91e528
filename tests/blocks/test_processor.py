"""Processors next to the units of a chip, and what they do between layers, against hand calculations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import neuroest
from neuroest.core.errors import NeuroestError
from neuroest.results.estimate import Estimate
from tests.chips import changed
from tests.each import each
from tests.levels.test_digital_arrays import CONVOLUTION, network

CASES = Path(__file__).parents[2] / "validation"
ENGINE = "chip.cluster.front.engine"
BASE, NET = "digital_int8_28nm", "mlp_mnist_dense"
HOST = {"model": "processor", "device": "microcontroller_22nm", "clock_frequency": "100 MHz"}
CORE = {"model": "processor", "device": "riscv_core_55nm", "clock_frequency": "100 MHz"}
MEMORY = {
    "model": "sram", "device": "sram_28nm_anchored", "capacity": "4 KiB", "width": "128 bit",
    "stores": ["instructions"],
}  # fmt: skip
ALWAYS_ON = {"mode": "always_on", "period": "1 s"}


def run(folder: Path, host: dict[str, Any], operation: dict[str, Any] | None = None) -> Estimate:
    changes: dict[str, Any] = {"chip.host": host}
    return neuroest.estimate(
        changed(BASE, changes | ({"operation": operation} if operation else {}), folder), NET
    )


def power(result: Estimate, term: str) -> float:
    rows = result.evaluation.statics
    return float(np.squeeze(sum(r.total for r in rows if (r.component, r.term) == ("chip.host", term))))


def failed(result: Estimate) -> set[str]:
    return {check.name for check in result.checks if not np.all(check.passed)}


@each(
    "device, process, supply, clock, published",
    [
        # currents of data sheets at the core's supply, and a core after placement
        ("microcontroller_22nm", "cmos_22nm_lp", "0.8 V", "128 MHz", 2.6e-3 * 3.0 * 0.85),
        ("microcontroller_40nm", "cmos_40nm_lp", "1.2 V", "64 MHz", 5.1e-3 * 1.2),
        ("microcontroller_65nm", "cmos_65nm", "1.25 V", "48 MHz", 4.1e-3 * 1.25),
        ("riscv_core_55nm", "cmos_55nm_lp", "1.2 V", "100 MHz", 2.4592e-3),
    ],
)
def test_a_processor_takes_its_published_power(
    device: str, process: str, supply: str, clock: str, published: float
) -> None:
    block = neuroest.block(
        "processor", device=device, clock_frequency=clock, process=process, supply_voltage=supply
    )
    # leakage of 40 nm at 1.2 V, which is in it, is 1 %
    assert block.static_power == pytest.approx(published, rel=2e-2)


def test_waiting_cycles_take_their_share(tmp_path: Path) -> None:
    busy, half = run(tmp_path, HOST), run(tmp_path, {**HOST, "executing": 0.25})
    assert power(half, "executing") == pytest.approx(0.25 * power(busy, "executing"))
    assert power(half, "waiting") == pytest.approx(0.75 * 0.35 * power(busy, "executing"))
    assert power(busy, "waiting") == 0.0
    assert power(run(tmp_path, {**HOST, "cores": 8}), "executing") == pytest.approx(
        8 * power(busy, "executing")
    )


def test_instructions_are_read_from_their_memory(tmp_path: Path) -> None:
    alone, supplied = (
        run(tmp_path, CORE),
        run(tmp_path, {**CORE, "instruction_memory": MEMORY, "fetches": 0.25}),
    )
    assert "instruction_supply" in failed(alone)
    assert "instruction_supply" not in failed(supplied) | failed(run(tmp_path, HOST))
    assert "instruction_supply" not in failed(run(tmp_path, {**CORE, "executing": 0}))
    # a whole microcontroller has its instructions in the energy of a cycle
    twice = run(tmp_path, {**HOST, "instruction_memory": MEMORY})
    assert "instructions_once" in failed(twice)
    assert "instructions_once" not in failed(alone) | failed(supplied) | failed(run(tmp_path, HOST))
    memory = "chip.host.instruction_memory"
    read = sum(
        float(c.energy)
        for c in supplied.evaluation.costs.energies
        if (c.component, c.action) == (memory, "read")
    )
    assert power(supplied, "instructions") == pytest.approx(100e6 * 0.25 * read)
    # the memory has area and leakage of its own, once
    areas = [r for r in supplied.evaluation.areas if r.component == memory]
    assert [float(np.squeeze(r.instances)) for r in areas] == [1]
    assert any(r.component == memory and r.term == "leakage" for r in supplied.evaluation.statics)


def test_a_memory_of_instructions_belongs_into_a_processor(tmp_path: Path) -> None:
    apart = neuroest.estimate(changed(BASE, {"chip.icache": MEMORY}, tmp_path), NET)
    assert "instruction_reads" in failed(apart)
    with pytest.raises(NeuroestError, match="stores"):
        run(tmp_path, {**CORE, "instruction_memory": {**MEMORY, "stores": ["weights"]}})
    with pytest.raises(NeuroestError, match="instruction_memory"):
        run(tmp_path, {**CORE, "fetches": 0.25})


def test_between_inferences_a_processor_waits_or_is_off(tmp_path: Path) -> None:
    on = run(tmp_path, HOST, ALWAYS_ON)
    waiting = run(tmp_path, {**HOST, "sleep": "waiting"}, ALWAYS_ON)
    off = run(tmp_path, {**HOST, "sleep": "off"}, ALWAYS_ON)
    # inferences take microseconds of the second
    assert power(waiting, "executing_asleep") == pytest.approx(0.35 * power(waiting, "executing"))
    assert power(off, "executing_asleep") == power(off, "waiting_asleep") == 0.0
    assert 0.0 < power(off, "leakage_asleep") < power(off, "leakage")
    saved = on.totals["average_power_W"] - waiting.totals["average_power_W"]
    assert saved == pytest.approx(0.65 * power(on, "executing"), rel=1e-3)
    assert "always_on_domain" in failed(off)
    assert "always_on_domain" not in failed(waiting) | failed(on)


def test_a_device_of_a_far_node_extrapolates(tmp_path: Path) -> None:
    far = run(tmp_path, {**HOST, "device": "microcontroller_65nm"})
    assert "processor_node" in failed(far)
    assert "processor_node" not in failed(run(tmp_path, {**HOST, "device": "microcontroller_40nm"}))


def test_an_array_next_to_a_processor_states_the_time_of_the_program(tmp_path: Path) -> None:
    assert "layer_setup" in failed(run(tmp_path, HOST))
    assert "layer_setup" not in failed(run(tmp_path, {**HOST, "executing": 0}))
    stated = changed(BASE, {"chip.host": HOST, "chip.array.layer_setup_cycles": 1000}, tmp_path)
    assert "layer_setup" not in failed(neuroest.estimate(stated, NET))


def test_copies_before_and_after_a_layer_add_to_its_time(tmp_path: Path) -> None:
    # 16 maps of 8 x 8 come into the memory of the cluster, 32 maps of 8 x 8 go out: 1024 + 2048 bytes, 8 a cycle
    layer, chip = network(CONVOLUTION), str(CASES / "gap9" / "chip.yaml")
    times = {
        width: neuroest.estimate(chip, layer, {f"{ENGINE}.copy_width": width}).totals["latency_s"]
        for width in ("64 bit", "128 bit")
    }
    alone = changed(BASE, {"chip.array.copy_width": "64 bit"}, tmp_path)
    assert "copies_between_memories" in failed(neuroest.estimate(alone, NET))
    assert times["64 bit"] - times["128 bit"] == pytest.approx(3072 / 16 / 370e6, rel=1e-6)
