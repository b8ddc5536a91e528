"""Columns that drive diffusive neurons directly, against numbers by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neuroest.core.errors import MappingError
from neuroest.results.estimate import Estimate
from tests.chips import count, energy, failed, run
from tests.each import each

CHIP, SHD, ARRAY = "diffusive_low_power_28nm", "shd_recurrent_spiking", "chip.tile.array"
READOUT = f"{ARRAY}.readout"
BENCH: dict[str, Any] = {
    "technology.supply_voltage": "1 V",
    f"{ARRAY}.weight_encoding": "offset",
    f"{ARRAY}.offset_subtraction": "none",
    f"{ARRAY}.weight_bits": 3,
    f"{ARRAY}.read_voltage": "0.91 V",
    f"{ARRAY}.read_supply": {"model": "linear_regulator"},
    f"{READOUT}.neuron.parameters": {"input_voltage": "0.9 V"},
    f"{READOUT}.column_circuits": "per_stack",
    f"{READOUT}.interface": {"model": "direct_coupling"},
    f"{READOUT}.merge": None,
}
CELL = {
    f"{ARRAY}.cell.low_conductance": "20 nS",
    f"{ARRAY}.cell.high_conductance": "200 nS",
    f"{ARRAY}.cell.read_voltage_limit": "1.2 V",
}
"""A cell of nanosiemens that pulses of a volt leave alone; no such cell is known to the library."""
NEURON = f"{READOUT}.neuron"


def bench(folder: Path, changes: dict[str, Any] | None = None, **settings: str) -> Estimate:
    values = {path.replace(".", "__"): text for path, text in CELL.items()}
    return run(CHIP, SHD, BENCH | (changes or {}), folder, **{**values, **settings})


def test_rows_of_a_volt_drive_the_neuron_through_nanosiemens(tmp_path: Path) -> None:
    result = bench(tmp_path)
    # 20 nS alone leave nothing of 0.91 V to 1 Tohm, so that one cell of any weight is enough
    # and nothing ends a drive at a spike
    assert failed(result) == {"weights_count", "drive_releases", "neuron_fires_once"}
    mapper = result.evaluation.mapper
    array, network = mapper.compute, mapper.network
    rows = np.asarray(network.active_share) * 128.0 * np.asarray([8.0, 2.0])
    active = np.maximum(rows, 1.0) * array.weights.conductance(network)
    reached = 0.91 * active / (active + 1e-12)  # 1 Tohm
    assert array.driven_voltage(network) == pytest.approx(reached, rel=1e-12)
    # one charge of the memristor, through 0.91 V from 1 V, in each read of a line; no bias, no held result
    couples, memristor = count(result, "interface", "couple"), float(np.max(array.driven_load.column))
    assert couples == 100 * 220
    assert energy(result, term="input_charge") == pytest.approx(couples * memristor * 0.91 * 1.0)
    assert energy(result, component="interface") == pytest.approx(energy(result, term="input_charge"))
    # the cells keep what the neuron leaves of 0.91 V, and waste what the neuron's current loses from 1 V on
    reads = np.ravel(result.evaluation.counts.actions[f"{ARRAY}.cell", "cell_read"])
    current = (
        np.ravel(array.weights.conductance(network))
        * (0.91 - reached)
        * np.ravel(array.current_left(network))
    )
    lost = reads * current * (1.0 - reached) * np.ravel(array.read_time(network))
    assert energy(result, term="read_current") == pytest.approx(lost.sum(), rel=1e-6)
    assert any("mean of the active rows" in line for line in result.exclusions)


def test_the_line_settles_through_the_cells_with_the_neuron_on_it(tmp_path: Path) -> None:
    mapper = bench(tmp_path).evaluation.mapper
    array, network = mapper.compute, mapper.network
    cells = 128.0 * np.asarray([8.0, 2.0]) * array.weights.conductance(network)
    line = array.column_capacitance() * np.asarray([8.0, 2.0]) + array.driven_load.column
    # the wires and the row add little to (C + C_m)/(G + 1/R_off) ln 2^(b+1)
    least = line / (cells + 1e-12) * (array.settled_bits() + 1.0) * np.log(2.0)
    assert np.all(array.settling_time(network) > least)
    assert array.settling_time(network) == pytest.approx(least, rel=0.2)


def test_a_swing_below_the_input_voltage_is_named(tmp_path: Path) -> None:
    assert "column_reaches_neuron" in failed(bench(tmp_path, {f"{ARRAY}.read_voltage": "0.85 V"}))
    # 0.1 Gohm instead of 1 Tohm: one cell of 20 nS reaches 0.91 x 20/30 V = 0.61 V, so that weights would count
    shunted = bench(tmp_path, chip__tile__array__readout__neuron__off_resistance="0.1 Gohm")
    assert "column_reaches_neuron" in failed(shunted)
    assert "weights_count" not in failed(shunted)
    alone = next(c for c in shunted.evaluation.mapped.checks if c.name == "weights_count")
    assert float(np.ravel(alone.value)[0]) == pytest.approx(0.91 * 20 / 30, rel=1e-2)


def test_cells_of_picosiemens_carry_no_spike(tmp_path: Path) -> None:
    weak = {
        "chip__tile__array__cell__low_conductance": "1 pS",
        "chip__tile__array__cell__high_conductance": "20 pS",
    }
    assert {"fed_output_turns_on", "column_reaches_neuron"} <= failed(bench(tmp_path, **weak))


def test_more_bits_than_a_cell_holds_are_named(tmp_path: Path) -> None:
    assert "one_cell_holds_weight" in failed(bench(tmp_path, {f"{ARRAY}.weight_bits": 8}))


@each(
    "change, said",
    [
        (
            {f"{ARRAY}.weight_encoding": "row_differential", f"{ARRAY}.offset_subtraction": None},
            "nothing subtracts",
        ),
        (
            {f"{READOUT}.merge": {"model": "current_mirror", "device": "current_mirror_28nm"}},
            "takes currents",
        ),
        ({f"{READOUT}.column_circuits": "per_array"}, "per_stack"),
        ({f"{ARRAY}.cell": {"model": "passive", "device": "rram_passive_generic"}}, "conduct into idle rows"),
        ({NEURON: {"model": "reported_neuron", "device": "lif_28nm_besrour"}}, "states no load"),
    ],
)
def test_what_a_bare_column_cannot_do_is_refused(change: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=said):
        run(CHIP, SHD, BENCH | change, tmp_path)
