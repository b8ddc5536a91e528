"""Claims about embedded dynamic memory: charges by hand, and what must hold for any of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import edram

SAMPLES: dict[str, dict[str, float]] = {
    "cell_line_capacitance": {
        "cells": 33.0,
        "transistor_width": 32e-9,
        "capacitance_per_width": 0.76e-9,
        "wire_capacitance": 0.2e-9,
        "cell_pitch": 0.24e-6,
    },
    "sensing_energy": {"bitline_capacitance": 5.4e-15, "supply_voltage": 0.9},
    "written_cell_energy": {"cell_capacitance": 18e-15, "supply_voltage": 0.9},
    "faded_cell_energy": {"cell_capacitance": 18e-15, "supply_voltage": 0.9, "lost_share": 0.4},
    "wordline_energy": {"wordline_capacitance": 42e-15, "swing": 2.1, "pump_efficiency": 0.4},
    "activated_cells": {"width": 600.0, "cells_per_wordline": 512.0, "bits_per_cell": 1.0},
    "macro_area": {
        "capacity": 524288.0,
        "cell_area": 0.0394e-12,
        "array_efficiency": 0.5,
        "banks": 2.0,
        "width": 256.0,
        "port_area": 20e-12,
        "control_area": 1e-8,
    },
    "fading_time": {
        "retention_time": 40e-6,
        "temperature": 358.0,
        "reference_temperature": 398.0,
        "halving_temperature": 20.0,
    },
    "refresh_power": {"capacity": 524288.0, "energy_per_bit": 14e-15, "interval": 40e-6},
    "refreshing_share": {
        "capacity": 524288.0,
        "banks": 1.0,
        "cells_at_a_time": 512.0,
        "cycle_time": 1.9e-9,
        "interval": 40e-6,
    },
    "mean_way": {"area": 0.16e-6},
    "cell_side": {"cell_area": 0.0394e-12, "bits_per_cell": 1.0, "aspect_ratio": 1.5},
}


def test_reading_from_one_end_of_the_supply_and_from_the_middle_cost_the_same() -> None:
    line, volts = 5e-15, 1.0
    # from ground: a one charges the line from 0 to V, a zero leaves it; from the middle: either of the two lines of an
    # amplifier is charged from V/2 to V
    from_ground = (line * volts * volts + 0.0) / 2
    from_middle = line * (volts - volts / 2) * volts
    assert edram.sensing_energy(line, volts) == pytest.approx(from_ground)
    assert edram.sensing_energy(line, volts) == pytest.approx(from_middle)


@given(width=st.integers(1, 4096), line=st.integers(1, 2048))
def test_whole_word_lines_are_raised(width: int, line: int) -> None:
    cells = edram.activated_cells(float(width), float(line), 1.0)
    assert cells % line == 0
    assert width <= cells < width + line


@given(banks=st.floats(1.0, 64.0))
def test_banks_share_the_refreshing(banks: float) -> None:
    one = edram.refreshing_share(2.0**27, 1.0, 512.0, 2e-9, 100e-6)
    assert edram.refreshing_share(2.0**27, banks, 512.0, 2e-9, 100e-6) == pytest.approx(one / banks)
    # 128 Mbit in one bank cannot be refreshed: 262144 rows of 2 ns in 100 us
    assert one == pytest.approx(262144 * 2e-9 / 100e-6)
    assert one > 1.0


def test_retention_halves_step_by_step() -> None:
    assert edram.fading_time(100e-6, 388.0, 368.0, 10.0) == pytest.approx(25e-6)
