"""Power of processors by the energy of a cycle, by data sheets."""

import pytest

from neuroest.equations import processors

SAMPLES: dict[str, dict[str, float]] = {
    "cycle_power": {"cycle_energy": 60.9e-12, "cores": 1.0, "frequency": 128e6, "share": 0.5},
}


def test_the_energy_of_a_cycle_gives_the_current_of_the_data_sheet_again() -> None:
    # nRF5340, network core: 5.1 mA at the 1.2 V of the core, 64 MHz
    assert processors.cycle_power(95.6e-12, 1.0, 64e6, 1.0) == pytest.approx(5.1e-3 * 1.2, rel=1e-3)
    # eight cores that wait for nine tenths of their cycles
    assert processors.cycle_power(10e-12, 8.0, 100e6, 0.1) == pytest.approx(0.8e-3)
