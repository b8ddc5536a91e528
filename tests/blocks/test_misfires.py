"""Drives that are as long as the measured firing statistics ask for."""

from __future__ import annotations

import numpy as np
import pytest

from neuroest.core.errors import RangeError
from neuroest.equations import filament_growth, firing_statistics
from neuroest.equations._numbers import normal_distribution
from neuroest.pipeline.estimate import estimate
from tests.chips import count, energy, known
from tests.equations.parameter_sets import BENCH

CHIP, SHD = "diffusive_low_power_28nm", "shd_recurrent_spiking"
DEVIATIONS = "chip.tile.array.readout.neuron.firing_deviations"
AT = {"technology.supply_voltage": "0.9 V", "chip.tile.array.readout.neuron.input_voltage": "0.9 V"}
"""Supply and drive of the numbers by hand."""


SPREAD = np.hypot(0.061, 0.062)
"""From pulse to pulse by the probit fit, and 7 % of 0.886 V between devices."""


def at(deviations: float, volts: float) -> float:
    later = filament_growth.integration_time(volts - deviations * SPREAD, *BENCH)
    return float(
        firing_statistics.assured_firing_time(later, filament_growth.integration_time(0.886, *BENCH), 15e-3)
    )


@pytest.mark.slow
@pytest.mark.parametrize("volts", [0.8, 0.9, 1.0])
def test_pulses_of_15_ms_fire_as_often_as_the_fit_to_the_measurement(volts: float) -> None:
    # the deviations for which a drive takes 15 ms are those of the probit: (V - 0.886)/0.087
    deviations = np.linspace(-3.0, 3.0, 6001)
    times = np.array([at(z, volts) for z in deviations])
    found = deviations[np.argmin(np.abs(times - 15e-3))]
    assert normal_distribution(found) == pytest.approx(
        normal_distribution((volts - 0.886) / SPREAD), abs=2e-3
    )


def test_more_certain_spikes_take_longer_drives() -> None:
    found = [estimate(CHIP, SHD, AT | {DEVIATIONS: z}) for z in ("1", "2", "3")]
    times = [known(result, "integration time") for result in found]
    assert times == pytest.approx([at(z, 0.9) for z in (1.0, 2.0, 3.0)], rel=1e-9)
    assert [known(r, "firing probability") for r in found] == pytest.approx(
        [0.8413, 0.9772, 0.9987], abs=1e-4
    )
    latencies = [r.totals["latency_s"] for r in found]
    assert latencies == sorted(latencies)
    # half of an integration a timestep in both layers, 101 timesteps for two of them
    assert latencies[1] == pytest.approx(101 * times[1] / 2.0, rel=0.01)


def test_a_drive_that_is_too_weak_for_the_wanted_certainty_is_refused() -> None:
    # 0.3 V less two deviations of 87 mV is below the threshold of 0.211 V
    with pytest.raises(RangeError, match="never fires"):
        estimate(CHIP, SHD, {"chip.tile.array.readout.neuron.input_voltage": "0.3 V"})


def test_second_spikes_cost_energy_and_wear() -> None:
    """Own burst: typical devices fire after 14.2 ms, and then in each further timestep of a drive."""
    result = estimate(CHIP, SHD, AT)
    # the output fires five times in an inference, the hidden layer 0.3 times; each twice, in both driven timesteps
    assert count(result, "neuron", "spike") == pytest.approx(100 + 60)
    assert energy(result, term="gate_charge") == pytest.approx(2 * 160 * 14.03e-15, rel=1e-3)
    stays = estimate(CHIP, SHD, AT | {"chip.tile.array.readout.interface.after_spike": "drive_stays"})
    assert energy(stays, term="gate_charge") > 1.5 * energy(result, term="gate_charge")
    assert energy(stays, term="divider") > 100.0 * energy(stays, term="gate_charge")
    worn = [one.totals["neuron_lifetime_s"] for one in (result, stays)]
    assert worn[0] > 1.5 * worn[1]
