"""State of 1M1T1R neurons in time, and the record of a run: spikes, first switching events, energies and traces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from neuroest.dynamics.diffusive_cells import DiffusiveCells
from neuroest.dynamics.in_time import Array, SpikeRun, Spikes
from neuroest.equations import diffusive_neuron as equations
from neuroest.equations import output_branch


@dataclass
class State:
    """State of each device for the next step."""

    filament: Array
    residue: Array
    gate: Array
    deviation: Array
    decay_deviation: Array
    switched: Array
    rupturing: Array
    following: Array

    @classmethod
    def rest(cls, devices: int) -> State:
        """Create devices without filament, residue or charge."""

        def zero(kind: Any = float) -> Array:
            return np.zeros(devices, dtype=kind)

        return cls(zero(), zero(), zero(), zero(), zero(), zero(bool), zero(bool), zero(bool))

    def take(self, index: Any) -> State:
        """A subset of the devices."""
        return State(*(value[index] for value in vars(self).values()))

    def put(self, index: Any, part: State) -> None:
        """Write a subset of devices back."""
        for name, value in vars(part).items():
            getattr(self, name)[index] = value


ENERGY_TERMS = ("before_switch", "gate_charge", "divider", "output_branch", "output_load")


@dataclass
class Run(SpikeRun):
    """Record of a run; a spike is a rise of the gate through the output threshold.

    Attributes
    ----------
    first_switch : ndarray
        Time when each device's filament was first complete; infinite if never. [s]
    output_time : ndarray
        Total on-time of each output. [s]
    latched : ndarray of bool
        Devices whose output stays on although the gate should have discharged long ago.
    gate_peak : ndarray
        Highest gate voltage. [V]
    falls : tuple of ndarray
        Device and time of each end of a spike. [s]
    """

    first_switch: Array
    output_time: Array
    latched: Array
    gate_peak: Array
    final: State
    falls: tuple[Array, Array]

    def output_on(self, device: int) -> list[tuple[float, float]]:
        """Start and end of each on interval of an output [s]."""
        starts = np.sort(self.spike_times[self.spike_devices == device])
        ends = np.sort(self.falls[1][self.falls[0] == device])
        last = [*ends, self.duration][: len(starts)]
        return [(float(a), float(b)) for a, b in zip(starts, last, strict=True)]


class Record:
    """Collects the events of a run."""

    def __init__(self, cells: DiffusiveCells, kept: int, every: int) -> None:
        devices = cells.devices
        self.cells, self.all, self.kept, self.every, self.ticks = (
            cells,
            np.arange(devices),
            min(kept, devices),
            every,
            0,
        )
        self.spikes, self.falls = Spikes(), Spikes()
        self.first_switch = np.full(devices, np.inf)
        self.energy = {term: np.zeros(devices) for term in ENERGY_TERMS}
        self.output_time, self.on_since = np.zeros(devices), np.full(devices, np.inf)
        self.peak = np.zeros(devices)
        self.rows: list[tuple[float, Array, Array, Array, Array]] = []

    def sample(self, time: float, level: Array, state: State) -> None:
        """Add the current state to the traces if a sample is due."""
        if self.kept and self.ticks % self.every == 0:
            k = self.kept
            parts = (level[:k], state.gate[:k], state.filament[:k], state.residue[:k])
            self.rows.append((time, *(part.copy() for part in parts)))  # type: ignore[arg-type]
        self.ticks += 1

    def note(
        self, index: Any, before: State, after: State, flows: dict[str, Array], fired: Array, time: Any,
        length: Any,
    ) -> None:  # fmt: skip
        """Record one step of some devices: first switching events, energy, output on-time and spikes."""
        devices, cells = self.all[index], self.cells
        if np.count_nonzero(fired):
            first = devices[fired & np.isinf(self.first_switch[index])]
            # count the gap as closed at the end of the step in which it closes
            self.first_switch[first] = np.broadcast_to(time + length, fired.shape)[
                fired & np.isinf(self.first_switch[index])
            ]
        threshold, drawn, level = cells.output_threshold[index], flows["drawn"], flows["level"]
        self.peak[index] = np.maximum(self.peak[index], after.gate)
        if np.count_nonzero(level):
            conducting = (after.gate > threshold) | after.switched
            risen = np.maximum(after.gate - before.gate, 0.0) * level
            charged = np.minimum(cells.gate_capacitance[index] * risen, np.maximum(drawn, 0.0))
            self.energy["gate_charge"][index] += charged
            self.energy["before_switch"][index] += np.where(conducting, 0.0, drawn - charged)
            self.energy["divider"][index] += np.where(conducting, drawn - charged, 0.0)
        high = np.maximum(before.gate, after.gate)
        on = high > threshold
        if not np.count_nonzero(on):  # no output is or was on
            return
        low = np.minimum(before.gate, after.gate)
        crosses = on & (low < threshold)
        share = np.where(crosses, self._share_above(before.gate, after.gate, threshold, flows), 1.0 * on)
        self.output_time[index] += share * length
        rising = (before.gate <= threshold) & (after.gate > threshold)
        if np.count_nonzero(rising):
            moment = (time + length * (1.0 - share))[rising]
            self.spikes.add(devices[rising], moment)
            self.on_since[devices[rising]] = moment
        falling = (before.gate > threshold) & (after.gate <= threshold)
        if np.count_nonzero(falling):
            self.falls.add(devices[falling], (time + length * share)[falling])
        self.on_since[devices[after.gate <= threshold]] = np.inf

    @staticmethod
    def _share_above(before: Array, after: Array, threshold: Array, flows: dict[str, Array]) -> Array:
        """Share of a step that a gate is above the threshold, for an exponential crossing."""
        final, phase = flows["final"], flows["phase"]
        ratio = (before - final) / np.where(threshold == final, 1.0, threshold - final)
        passed = np.clip(np.log(np.maximum(ratio, 1.0)) / phase, 0.0, 1.0)
        return np.asarray(np.where(after > before, 1.0 - passed, passed))

    def finish(self, time: float, level: Array, state: State) -> Run:
        """Everything recorded."""
        cells = self.cells
        devices, times = self.spikes.arrays()
        order = np.argsort(times, kind="stable")
        peak = equations.gate_peak_voltage(
            np.maximum(level, self.peak), cells.on_resistance, cells.control_resistance
        )
        release = output_branch.output_pulse_duration(
            0.0, cells.control_resistance, cells.gate_capacitance, peak, cells.output_threshold
        )
        latched = time - self.on_since > 2.0 * release
        supply = cells.output_supply_voltage
        branch: Array = supply * supply / (cells.load_resistance + cells.transistor_on_resistance)
        self.energy["output_branch"] = branch * self.output_time
        counts = np.bincount(devices.astype(int), minlength=cells.devices)
        load = output_branch.output_load_energy(cells.load_capacitance, supply)
        self.energy["output_load"] = np.asarray(counts * load)
        return Run(
            duration=time, devices=cells.devices, spike_devices=devices[order], spike_times=times[order],
            first_switch=self.first_switch, energy=self.energy, output_time=self.output_time, latched=latched,
            gate_peak=self.peak, final=state, traces=self._traces(), falls=self.falls.arrays(),
        )  # fmt: skip

    def _traces(self) -> dict[str, Array]:
        if not self.rows:
            return {}
        columns = list(zip(*self.rows, strict=True))
        names = ("time", "input", "gate", "filament", "residue")
        return {name: np.array(column) for name, column in zip(names, columns, strict=True)}
