"""Power of processors by the energy of a cycle, by data sheets."""

from __future__ import annotations

import pytest

from neuroest.equations import processors

SAMPLES: dict[str, dict[str, float]] = {
    "cycle_power": {"cycle_energy": 60.9e-12, "cores": 1.0, "frequency": 128e6, "share": 0.5},
    "roofline_time": {
        "operations": 1e9,
        "traffic": 1e9,
        "peak_rate": 989e12,
        "bandwidth": 26.8e12,
        "compute_efficiency": 0.5,
        "bandwidth_efficiency": 0.8,
        "kernels": 10.0,
        "launch_time": 4e-6,
    },
    "kernel_threads": {"operations": 3.2e6, "operations_per_thread": 8e5, "cores": 12.0},
    "call_time_share": {"call_time": 1.3e-3, "batch": 16.0},
    "ridge_intensity": {"peak_rate": 989e12, "bandwidth": 26.8e12},
}


def test_the_energy_of_a_cycle_gives_the_current_of_the_data_sheet_again() -> None:
    # nRF5340, network core: 5.1 mA at the 1.2 V of the core, 64 MHz
    assert processors.cycle_power(95.6e-12, 1.0, 64e6, 1.0) == pytest.approx(5.1e-3 * 1.2, rel=1e-3)
    # eight cores that wait for nine tenths of their cycles
    assert processors.cycle_power(10e-12, 8.0, 100e6, 0.1) == pytest.approx(0.8e-3)
