"""A diffusive 1M1T1R neuron in time, by its rate equations."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from neuroest.blocks.electrical_point import Burst
from neuroest.core.errors import NeuroestError
from neuroest.dynamics.agreement import compare_energy
from neuroest.dynamics.characteristics import CHARACTERISTICS, characterise
from neuroest.dynamics.compact import simulate
from neuroest.dynamics.diffusive_cells import (
    Run,
    dc_threshold_voltage,
    draw_devices,
    load_cells,
    refuse_following_gate,
)
from neuroest.dynamics.experiments import Bench, Characteristic
from neuroest.dynamics.in_time import (
    Array,
    Asked,
    ClosedForms,
    Drive,
    NeuronInTime,
    Noise,
    OneSpike,
    component_of,
    driven,
    pulses_of,
)
from neuroest.equations import filament_growth
from neuroest.loading.library import Device

_RATES = ("field_mobility", "residue_rate", "filament_decay", "residue_decay")
"""Temperature-dependent ion rates."""
_SILENCE = 5
"""Intervals of other neurons that one whose gate follows its filament is watched for after its spike; a convention."""
_WAITED = 3.0
"""Decay times of the residue for which a weak drive is waited for; a convention."""


class DiffusiveInTime(NeuronInTime):
    """A neuron with filament, residue, gate node and output branch."""

    has_ions = True
    stays_on = "its output latches: the gate does not reset"

    def __init__(self, device: Device, asked: Asked) -> None:
        self.neuron = asked.neuron
        self.cells = load_cells(
            asked.neuron, kinetics=asked.kinetics, changes=dict(asked.changes), temperature=asked.temperature,
            barrier_shift=asked.barrier_shift,
        )  # fmt: skip
        if asked.component is not None:
            self._of_a_chip(asked.component)
            return
        own = {name: text for name, text in asked.changes.items() if name in device.record.declared}
        block: Any = component_of(device, own)
        # at the temperature that the rates are given for, with the rates of the temperature that was asked for
        self.component = block.with_device(**{name: getattr(self.cells, name) for name in _RATES})
        self.drive = Drive("input voltage", "V", float(np.max(self.cells.input_voltage)))
        self.follows = float(np.max(block.gate_charging())) > filament_growth.LARGEST_GATE_CHARGING
        if not self.cells.drive_variation:
            self.no_variation = "its file states no deviation of the firing amplitude between cycles"

    def _of_a_chip(self, block: Any) -> None:
        """Take rates, gate node and drive of the typical neuron from a chip, slowed as its measured pulses say."""
        slow = float(np.max(block.typical_slowness()))
        mobility, _, residue_rate, filament_decay, residue_decay = map(float, block.ion_rates())
        self.component = block
        self.cells = self.cells.changed(
            field_mobility=mobility / slow, residue_rate=residue_rate / slow, filament_decay=filament_decay / slow,
            residue_decay=residue_decay / slow, relaxation_time=float(block.relaxation_time()),
            gate_capacitance=float(block.gate_capacitance()), control_resistance=float(block.control_resistance()),
            output_threshold=float(block.output_threshold()), on_resistance=float(block.device.on_resistance),
            transistor_on_resistance=float(block.transistor_on_resistance()),
        )  # fmt: skip
        self.drive = Drive("input voltage", "V", float(np.max(block.device.input_voltage)))
        self.follows = float(np.max(block.gate_charging())) > filament_growth.LARGEST_GATE_CHARGING

    def bursts(self, burst: Burst, level: float) -> Run:
        """Pulses of its voltage, which a spike ends where the chip's circuits do so."""
        delay = float(np.max(self.component.ending_delay())) if burst.ends else None
        run = simulate(self.cells.broadcast(1), pulses_of(burst, level), ending_delay=delay)
        # circuits behind the output, which the rate equations do not contain
        costs = self.component.spike_energies(burst.pulse, burst.pulse)
        behind = sum(float(cost.energy) for cost in costs if cost.term == "restoration")
        run.energy["restoration"] = run.counts * behind
        return run

    def run(self, levels: Array, durations: Array, generator: Noise = None, kept: int = 0) -> Run:
        """Run with voltages of finite duration."""
        return simulate(
            self.cells.broadcast(len(levels)), driven(levels, durations), generator=generator, kept=kept
        )

    def least_drive(self) -> float:
        """Constant voltage below which the gap never closes."""
        return dc_threshold_voltage(self.cells)

    def closed(self, level: float) -> ClosedForms:
        """Include the residue of a spike, which shortens the next interval."""
        found = super().closed(level)
        if not np.isfinite(found.integration_time):
            return found
        block = self.at(level)
        interval = float(block.time_after_spike() + block.refractory_time())
        return ClosedForms(found.integration_time, interval, found.energy)

    def lasting(self, level: float, spikes: int) -> float:
        """If the gate follows the filament, there is only one spike."""
        return super().lasting(level, min(spikes, _SILENCE) if self.follows else spikes)

    def patience(self) -> float:
        """The slower of integration and residue."""
        return max(
            self.whole_integration() * 2.0,
            _WAITED / float(np.max(self.cells.residue_decay)),
        )

    def fires(self, levels: Array, duration: float) -> Array:
        """Which voltages give a spike within a time, at its completed filament or at a gate that follows it."""
        cells = self.cells.broadcast(len(levels))
        run = simulate(cells, driven(levels, np.full(len(levels), duration)), until_switched=True)
        return np.isfinite(run.first_switch) | (run.counts > 0)

    def differences(self, devices: int, generator: np.random.Generator) -> Array:
        """Mobilities of other devices relative to the typical one; the equations contain mobility times voltage."""
        drawn = draw_devices(self.cells, self.neuron, devices, generator)
        return np.asarray(drawn.field_mobility / self.cells.field_mobility)

    def one_spike(self) -> OneSpike:
        """Simulate one spike with the rate equations, starting from an empty device."""
        compared = compare_energy(self.cells, self.drive.nominal)
        if compared.latched:
            reason = (
                "the neuron latches on in the rate equations: its gate follows the filament and removes the drive; the "
                "estimate flags it (gate_waits)"
            )
            return OneSpike(np.nan, np.nan, np.nan, (reason,))
        total = sum(row.simulated for row in compared.rows)
        notes = (
            "the next spike comes sooner by the residue of this one (intrinsic plasticity): no interval is compared",
        )
        return OneSpike(compared.simulated_integration_time, np.nan, total, notes)

    def experiments(self) -> Mapping[str, Callable[[Bench], Characteristic]]:
        """The six experiments of the original paper."""
        return {name: lambda bench, name=name: characterise(bench, name) for name in CHARACTERISTICS}  # type: ignore[misc]

    def bench(self, devices: int, seed: int, *, compare: bool) -> Bench:
        """Devices of its file.

        Raises
        ------
        NeuroestError
            If the neuron has no input voltage, or latches on.
        """
        if not np.size(self.cells.input_voltage):
            raise NeuroestError(f"{self.neuron} states no input voltage")
        refuse_following_gate(self.neuron, self.cells, self.drive.nominal)
        return Bench(self.cells, self.neuron, devices, seed, compare)
