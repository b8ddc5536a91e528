"""Bursts of a diffusive neuron against the rate equations, solved by small steps."""

from __future__ import annotations

import numpy as np
import pytest

from neuroest.equations import filament_bursts, filament_growth, firing_statistics, integration
from tests.each import each
from tests.equations.parameter_sets import BENCH

_BURST = {
    "drive_time": 14.2e-3,
    "period": 14.2e-3,
    "steps": 4.0,
    "idle_time": 1.0,
    "bursts": 2.0,
    "steps_to_first": 1.0,
    "ending_delay": 1e-6,
    "dead_time": 1e-6,
    "drive_voltage": 0.9,
    "gate_voltage": 0.86,
    "field_mobility": 240.0,
    "field_offset": 0.01,
    "residue_rate": 32.0,
    "filament_decay": 970.0,
    "residue_decay": 8.0,
}
SAMPLES: dict[str, dict[str, float]] = {"burst_spikes": _BURST, "burst_on_time": _BURST}


def spikes(
    volts: float, pulse: float, period: float, steps: int, bursts: int, idle: float, *, ends: bool
) -> float:
    """Spikes of a burst by Euler steps of the rate equations, with a rupture at once and no gate."""
    mobility, offset, residue_rate, decay, residue_decay = BENCH
    filament = residue = 0.0
    found = 0
    length = 1.0 / (decay + residue_rate) / 400.0
    for _ in range(bursts):
        for _ in range(steps):
            left, on = pulse, True
            while left > 0.0 and on:
                gap = max(1.0 - filament - residue, 0.0)
                step = min(length if gap > 0.3 else length / 10.0, left)
                filament, residue = (
                    filament + step * (mobility * volts / (offset + gap) - (decay + residue_rate) * filament),
                    residue + step * (residue_rate * filament - residue_decay * residue),
                )
                left -= step
                if filament + residue >= 1.0:
                    found, filament, on = found + 1, 0.0, not ends
            rest = left + period - pulse
            kept, faded = np.exp(-residue_decay * rest), np.exp(-(decay + residue_rate) * rest)
            fed = residue_rate * filament * (kept - faded) / (decay + residue_rate - residue_decay)
            filament, residue = filament * faded, residue * kept + fed
        residue = residue * np.exp(-residue_decay * idle)
    return found / bursts


@pytest.mark.parametrize("volts", [0.7, 0.9])
@pytest.mark.parametrize(("share", "steps"), [(1.2, 1), (0.7, 2), (0.35, 4), (0.2, 8)])
@pytest.mark.parametrize("ends", [True, False])
def test_spikes_of_a_burst(volts: float, share: float, steps: int, ends: bool) -> None:
    pulse = share * float(filament_growth.integration_time(volts, *BENCH))
    period = pulse + 1e-6
    first = float(integration.filament_steps_to_fire(pulse, period, volts, *BENCH))
    # a gate that takes nothing of the drive releases every filament
    closed = filament_bursts.burst_spikes(
        pulse, period, float(steps), 0.4, 3.0, first, 1e-9 if ends else np.inf, 0.0, volts, volts, *BENCH
    )
    expected = spikes(volts, pulse, period, steps, 3, 0.4, ends=ends)
    assert closed == pytest.approx(expected, abs=max(0.7, 0.2 * expected))


@each("volts", [0.45, 0.7, 0.9, 1.1])
def test_residue_after_the_first_spike(volts: float) -> None:
    mobility, offset, residue_rate, decay, residue_decay = BENCH
    filament = residue = 0.0
    step = 1.0 / (decay + residue_rate) / 2000.0
    while filament + residue < 1.0:
        grown = mobility * volts / (offset + 1.0 - filament - residue) - (decay + residue_rate) * filament
        filament, residue = (
            filament + step * grown, residue + step * (residue_rate * filament - residue_decay * residue)
        )  # fmt: skip
    assert firing_statistics.residue_after_spike(volts, *BENCH) == pytest.approx(residue, abs=0.012)
