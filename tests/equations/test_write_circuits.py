"""Write circuits, against hand arithmetic and a charge pump that is simulated step by step."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import write_circuits
from neuroest.equations import write_circuits as circuits
from tests.each import each

SAMPLES: dict[str, dict[str, float]] = {
    "decoder_gates": {"outputs": 128.0},
    "decoder_capacitance": {
        "outputs": 128.0, "pitch": 0.2e-6, "wire_capacitance": 0.2e-9, "gate_width": 0.5e-6,
        "gate_capacitance": 1.4e-9,
    },
    "switch_area": {"width": 1e-6, "gate_length": 0.27e-6, "contact_length": 0.25e-6, "layout_factor": 1.44},
    "charge_pump_stages": {"output_voltage": 2.0, "input_voltage": 0.9, "parasitic_fraction": 0.1},
    "charge_pump_open_voltage": {"stages": 2.0, "input_voltage": 0.9},
    "charge_pump_capacitance": {
        "stages": 2.0, "load_current": 1.6e-3, "clock_frequency": 100e6, "input_voltage": 0.9,
        "output_voltage": 2.0,
    },
    "charge_pump_efficiency": {
        "stages": 2.0, "input_voltage": 0.9, "output_voltage": 2.0, "parasitic_fraction": 0.1
    },
    "charge_pump_area": {"capacitance": 90e-12, "capacitance_density": 5e-3, "area_factor": 1.5},
    "supply_loss_energy": {"output_energy": 180e-12, "efficiency": 0.63},
    "level_shift_energy": {"pulses": 9.0, "shifters": 2.0, "toggle_energy": 20e-15},
    "written_line_current": {
        "cells": 128.0, "written": 2.0, "write_current": 100e-6, "half_select_current": 1e-6
    },
    "cells_at_once": {
        "drivers": 16.0, "largest_current": 1.05e-3, "cell_current": 100e-6, "arrays_together": 1.0
    },
    "rewritten_cells": {"elements": 524288.0, "cells_per_value": 8.0},
    "rewriting_limit": {"endurance": 1e6, "pulses": 9.0},
    "write_verify_energy": {
        "pulses": 9.0,
        "write_voltage": 2.0,
        "write_current": 100e-6,
        "pulse_width": 100e-9,
        "line_energy": 0.1e-12,
        "verify_energy": 20e-15,
    },
    "array_programming_time": {
        "cells": 16384.0,
        "parallel_cells": 128.0,
        "pulses": 9.0,
        "pulse_width": 100e-9,
        "verify_time": 50e-9,
    },
}  # fmt: skip


def pumped(
    stages: int, capacitance: float, frequency: float, supply: float, current: float, parasitic: float
):
    """Output voltage and efficiency of a Dickson pump with ideal switches after many cycles of two phases.

    Node 0 is the supply, nodes 1 to N the stages, the last one the output with a large capacitor. In each half cycle
    the clock of every other stage is high, and charge flows forward only, as through ideal diodes.
    """
    tank = 50.0 * capacitance
    tops = np.array([supply] * stages + [supply], dtype=float)
    taken = 0.0
    cycles, measured = 2500, 200
    given_charge = 0.0
    for cycle in range(cycles):
        for phase in (0, 1):
            clocks = [supply if stage % 2 == phase else 0.0 for stage in range(stages)] + [0.0]
            caps = [capacitance] * stages + [tank]
            # charge on the top plate of each capacitor against its clock
            held = [caps[k] * tops[k] for k in range(stages + 1)]
            drawn = 0.0
            if (
                phase == 1 and supply > tops[0]
            ):  # the clock of the first stage is low: it fills up from the supply
                drawn += capacitance * (supply - tops[0])
                held[0] = capacitance * supply
            for k in range(stages):
                if clocks[k] == 0.0 and k < stages:
                    continue
                after = k + 1
                here, there = held[k] / caps[k] + clocks[k], held[after] / caps[after]
                if here > there:
                    moved = (here - there) / (1.0 / caps[k] + 1.0 / caps[after])
                    held[k] -= moved
                    held[after] += moved
                    drawn += moved  # a clock gives the charge that its capacitor passes on
            held[stages] -= current / (2.0 * frequency)
            tops = np.array([held[k] / caps[k] for k in range(stages + 1)])
            drawn += sum(parasitic * capacitance * supply for k in range(stages) if clocks[k] > 0.0)
            if cycle >= cycles - measured:
                taken += drawn * supply
                given_charge += current / (2.0 * frequency)
    return tops[stages], tops[stages] * given_charge / taken


@each("stages, supply", [(1, 0.9), (2, 0.9), (3, 1.1), (4, 1.2)])
def test_a_pump_that_is_switched_step_by_step_gives_the_voltage_and_takes_the_power(stages, supply):
    capacitance, frequency, current, parasitic = 10e-12, 50e6, 60e-6, 0.1
    voltage, efficiency = pumped(stages, capacitance, frequency, supply, current, parasitic)
    # N I/(f C) = N x 60 uA/(50 MHz x 10 pF) = N x 0.12 V below (N + 1) V
    assert voltage == pytest.approx((stages + 1) * supply - stages * 0.12, rel=5e-3)
    needed = circuits.charge_pump_capacitance(float(stages), current, frequency, supply, voltage)
    assert needed == pytest.approx(stages * capacitance, rel=0.03, abs=0)
    assert efficiency == pytest.approx(
        circuits.charge_pump_efficiency(float(stages), supply, voltage, parasitic), rel=0.02
    )


def test_a_pump_by_hand():
    # 2 V from 0.9 V: two stages leave 0.7 V; 4 x 1.6 mA/(100 MHz x 0.7 V) = 91.4 pF; 2/(0.9 x (3 + 0.36/0.7)) = 63.2 %
    assert circuits.charge_pump_stages(2.0, 0.9, 0.1) == 2
    assert circuits.charge_pump_open_voltage(2.0, 0.9) - 2.0 == pytest.approx(0.7)
    assert circuits.charge_pump_capacitance(2.0, 1.6e-3, 100e6, 0.9, 2.0) == pytest.approx(
        91.43e-12, rel=1e-3
    )
    assert circuits.charge_pump_efficiency(2.0, 0.9, 2.0, 0.1) == pytest.approx(0.6323, rel=1e-3)


def test_stages_step_with_the_voltage_and_always_reach_it():
    voltages = np.linspace(1.0, 6.0, 501)
    stages = circuits.charge_pump_stages(voltages, 0.9, 0.1)
    assert np.all(np.diff(stages) >= 0.0)
    assert set(np.diff(stages)) == {0.0, 1}
    assert np.all(circuits.charge_pump_open_voltage(stages, 0.9) > voltages)


@given(st.floats(1.1, 5.0), st.floats(0.02, 0.3))
def test_no_other_number_of_stages_takes_much_less_power(ratio, parasitic):
    chosen = circuits.charge_pump_stages(ratio, 1.0, parasitic)
    candidates = np.arange(1.0, 30.0)
    best = np.max(circuits.charge_pump_efficiency(candidates, 1.0, ratio, parasitic))
    # the optimum of real numbers is rounded up, at most one stage above the best whole number
    assert chosen - candidates[
        np.argmax(circuits.charge_pump_efficiency(candidates, 1.0, ratio, parasitic))
    ] in (0, 1)
    assert circuits.charge_pump_efficiency(chosen, 1.0, ratio, parasitic) <= best


@given(st.floats(1.0, 20.0), st.floats(0.01, 0.5), st.floats(0.5, 5.0))
def test_a_pump_gives_no_more_than_it_takes(stages, parasitic, share):
    output = share / 5.0 * (stages + 1.0)
    efficiency = circuits.charge_pump_efficiency(stages, 1.0, output, parasitic)
    assert 0.0 <= efficiency <= 1.0


def test_a_voltage_out_of_reach_is_visibly_out():
    assert circuits.charge_pump_capacitance(1.0, 1e-3, 100e6, 0.9, 2.0) == np.inf
    assert circuits.charge_pump_efficiency(1.0, 0.9, 2.0, 0.1) == 0.0
    assert circuits.supply_loss_energy(1e-12, 0.0) == np.inf
    both = circuits.charge_pump_capacitance(np.array([1.0, 2.0]), 1e-3, 100e6, 0.9, 2.0)
    assert np.isinf(both[0])
    assert np.isfinite(both[1])


def test_a_decoder_of_256_lines_by_its_gates():
    # two groups of 16 predecoded lines, each made by one gate, and one gate for each line
    assert circuits.decoder_gates(256.0) == 256 + 16 + 16
    # 256 x 0.2 um x 0.2 fF/um and 16 x 0.5 um x 1 fF/um, twice
    assert circuits.decoder_capacitance(256.0, 0.2e-6, 0.2e-9, 0.5e-6, 1e-9) == pytest.approx(
        2 * 18.24e-15, abs=0
    )


def test_cells_at_once_by_drivers_and_by_supply():
    assert circuits.cells_at_once(16.0, np.inf, 100e-6, 1.0) == 16
    assert circuits.cells_at_once(16.0, 1.05e-3, 100e-6, 1.0) == 10
    assert (
        circuits.cells_at_once(16.0, 1.0e-3, 100e-6, 1.0) == 10
    )  # a product of two floats is no reason for nine
    assert circuits.cells_at_once(16.0, 1.0e-3, 100e-6, 4.0) == 2
    assert circuits.cells_at_once(16.0, 50e-6, 100e-6, 1.0) == 1


def test_programming_1_5_million_cells():
    # 2 V x 100 uA x 100 ns = 20 pJ; 9 pulses 180 pJ; x 1.5e6 = 0.27 mJ
    cell = write_circuits.write_verify_energy(9.0, 2.0, 100e-6, 100e-9, 0.0, 0.0)
    assert cell == pytest.approx(180e-12)
    assert 1.5e6 * cell == pytest.approx(0.27e-3)
    # ceil(1.5e6 / 128) = 11719 groups x 9 x 200 ns = 21.1 ms
    found = write_circuits.array_programming_time(1.5e6, 128.0, 9.0, 100e-9, 100e-9)
    assert found == pytest.approx(21.1e-3, rel=2e-3)


def test_lines_and_verify_reads_are_paid_for_every_pulse():
    # 3 x (2 x 1e-6 x 1e-6 + 1e-12 + 2e-12) = 3 x 5 pJ
    assert write_circuits.write_verify_energy(3.0, 2.0, 1e-6, 1e-6, 1e-12, 2e-12) == pytest.approx(15e-12)
