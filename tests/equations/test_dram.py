"""Claims about dynamic memory off the chip: the loops of a data sheet come out again, and published energies do."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import dram

SAMPLES: dict[str, dict[str, float]] = {
    "one_bank_current": {
        "precharged_standby_current": 0.034,
        "active_standby_current": 0.043,
        "open_banks": 16.0,
    },
    "activation_energy": {
        "supply_voltage": 1.2,
        "activating_current": 0.048,
        "one_bank_current": 0.0346,
        "precharged_standby_current": 0.034,
        "row_active_time": 32e-9,
        "row_cycle_time": 46.16e-9,
    },
    "energy_above_standby": {
        "supply_voltage": 1.2,
        "current": 0.135,
        "active_standby_current": 0.043,
        "duration": 3.333e-9,
    },
    "standby_power": {"supply_voltage": 1.2, "current": 0.034},
    "rows_opened_per_bit": {"run_length": 4096.0, "row_size": 65536.0, "burst_size": 512.0},
    "termination_energy": {
        "loop_voltage": 1.2,
        "loop_resistance": 82.0,
        "conducting_share": 0.5,
        "data_rate": 2.4e9,
    },
    "pin_charge_energy": {
        "charging_probability": 0.25,
        "capacitance": 2e-12,
        "supply_voltage": 1.2,
        "swing": 0.7,
        "bits_per_transfer": 1.0,
    },
    "open_row_energy": {"open_power": 0.416, "resting_power": 0.24, "rate": 138e9},
    "devices_of_a_rank": {
        "channels": 2.0,
        "channel_width": 64.0,
        "device_width": 8.0,
        "device_channels": 1.0,
    },
    "ranks": {"capacity": 20.0, "rank_capacity": 8.0},
    "row_interval": {
        "activation_interval": 3.3e-9,
        "activation_window": 21e-9,
        "row_cycle_time": 46e-9,
        "banks": 16.0,
    },
    "sustained_rate": {
        "peak_rate": 153.6e9,
        "bus_share": 0.9,
        "rows_per_bit": 1.0 / 512.0,
        "row_interval": 5.25e-9,
        "refresh_share": 0.045,
    },
    "refresh_interval": {"interval": 7.8e-6, "temperature": 300.0, "halving_temperature": 358.15},
    "refresh_share": {
        "refresh_time": 350e-9,
        "refresh_interval": 7.8e-6,
        "refreshed_banks": 16.0,
        "banks": 16.0,
    },
    "access_latency": {
        "controller_time": 20e-9,
        "wake_time": 6e-9,
        "precharge_time": 14.16e-9,
        "row_to_column_time": 14.16e-9,
        "column_time": 14.16e-9,
        "burst_time": 3.33e-9,
        "refresh_time": 350e-9,
        "refresh_share": 0.045,
    },
}

# Micron MT40A1G8, DDR4-2400, eight pins, as gem5 has it: src/mem/DRAMInterface.py, DDR4_2400_8x8.
VOLTS, IDD0, IDD2N, IDD3N, IDD4R, IDD5 = 1.2, 48e-3, 34e-3, 43e-3, 135e-3, 250e-3
RAS, RP, RFC, REFI = 32e-9, 14.16e-9, 350e-9, 7.8e-6


def test_the_loop_that_opens_and_closes_rows_draws_its_current() -> None:
    one = dram.one_bank_current(IDD2N, IDD3N, 16.0)
    energy = dram.activation_energy(VOLTS, IDD0, one, IDD2N, RAS, RAS + RP)
    resting = dram.standby_power(VOLTS, one) * RAS + dram.standby_power(VOLTS, IDD2N) * RP
    assert (energy + resting) / (RAS + RP) == pytest.approx(VOLTS * IDD0)


def test_reading_without_a_gap_draws_its_current() -> None:
    burst = 8 / 2.4e9
    energy = dram.energy_above_standby(VOLTS, IDD4R, IDD3N, burst)
    assert energy / burst + dram.standby_power(VOLTS, IDD3N) == pytest.approx(VOLTS * IDD4R)


def test_refreshing_without_a_gap_draws_its_current() -> None:
    energy = dram.energy_above_standby(VOLTS, IDD5, IDD3N, RFC)
    assert energy / RFC + dram.standby_power(VOLTS, IDD3N) == pytest.approx(VOLTS * IDD5)


def test_a_row_of_hbm2_as_measured_takes_what_a_floor_plan_of_it_said() -> None:
    # Olgun 2026, config/HBM2_1200MTs: 36 stacks measured. O'Connor 2017, Table 3: 909 pJ a row of 1 KiB, from a model.
    cycle = 1666.7e-12
    measured = dram.activation_energy(1.2, 28.544e-3, 12.394e-3, 11.756e-3, 20 * cycle, 29 * cycle)
    assert measured == pytest.approx(909e-12, rel=0.05)


def test_reading_hbm2_as_measured() -> None:
    # Olgun 2026: 3.1798 pJ a bit with data that do not toggle is the floor of a fit to read currents at board level;
    # the rails of one pseudo-channel (64 pins, 1.2 Gbit/s) give 2.97 pJ
    energy = dram.energy_above_standby(1.2, 202.769e-3, 12.394e-3, 4 / 1.2e9) / (4 * 64)
    assert energy == pytest.approx(3.1798e-12, rel=0.07)


def test_the_ends_of_a_run() -> None:
    assert dram.rows_opened_per_bit(math.inf, 65536.0, 512.0) == pytest.approx(1 / 65536)
    assert dram.rows_opened_per_bit(512.0, 65536.0, 512.0) == pytest.approx(1 / 512)


@given(start=st.integers(0, 127), bursts=st.integers(1, 1024))
def test_rows_of_a_run_are_counted_as_a_walk_counts_them(start: int, bursts: int) -> None:
    def walked(first: int) -> int:
        return (first + bursts - 1) // 128 - first // 128 + 1

    mean = np.mean([walked(first) for first in range(128)])
    found = dram.rows_opened_per_bit(bursts * 512.0, 128 * 512.0, 512.0) * bursts * 512.0
    assert found == pytest.approx(mean)
    assert abs(walked(start) - found) < 1.0


def test_currents_below_standby_cost_nothing_more() -> None:
    assert dram.activation_energy(1.35, 0.30, 0.46, 0.31, 30e-9, 45e-9) == 0.0
    assert dram.energy_above_standby(1.2, 0.01, 0.02, 1e-9) == 0.0
    assert dram.open_row_energy(0.1, 0.2, 1e9) == 0.0


@given(run=st.floats(512.0, 1e9), share=st.floats(0.0, 2.0))
def test_a_channel_is_never_faster_than_its_pins(run: float, share: float) -> None:
    rows = dram.rows_opened_per_bit(run, 65536.0, 512.0)
    rate = dram.sustained_rate(153.6e9, 0.9, rows, 5.25e-9, share)
    assert 0.0 <= rate <= 0.9 * 153.6e9
    longer = dram.sustained_rate(
        153.6e9, 0.9, dram.rows_opened_per_bit(2 * run, 65536.0, 512.0), 5.25e-9, share
    )
    assert longer >= rate


def test_refresh_comes_twice_as_often_in_the_heat() -> None:
    assert dram.refresh_interval(7.8e-6, 358.15, 358.15) == pytest.approx(7.8e-6, rel=1e-9)
    assert dram.refresh_interval(7.8e-6, 358.2, 358.15) == pytest.approx(3.9e-6, rel=1e-9)


def test_whole_devices_are_bought() -> None:
    # two channels of 32 pins of LPDDR4, packages with two channels of 16
    assert dram.devices_of_a_rank(2.0, 32.0, 16.0, 2.0) == 2
    assert dram.ranks(1.0, 8.0) == 1
    assert dram.ranks(17.0, 8.0) == 3
