"""Neurons that accumulate pulses in a material, in time: a read after each pulse, and a reset after each spike."""

from typing import Any

import numpy as np

from neuroest.blocks.electrical_point import Burst
from neuroest.core.errors import NeuroestError
from neuroest.core.progress import Progress, silent
from neuroest.dynamics.in_time import (
    Array,
    Asked,
    ClosedForms,
    Drive,
    NeuronInTime,
    Noise,
    OneSpike,
    Segment,
    SpikeRun,
    pulse_train,
)
from neuroest.dynamics.reference_neurons import simulate_accumulating
from neuroest.equations import accumulating as equations
from neuroest.loading.library import Device

_PATIENCE = 3.0
"""Pulses over those to a spike, after which a material counts as one that fades too fast."""
_ROUNDING = 1e-5
"""Share of a pulse that a count may lack: what a very long memory in place of none takes, and rounding; numerical."""
_MOST_PULSES = 200_000
"""Pulses that a run waits for; a convention."""
_SLOWEST = 100.0
"""Pulses to a spike over those at the nominal drive, up to which a curve reaches down; a convention."""


class PulsedInTime(NeuronInTime):
    """A device under clock pulses whose length is the drive: a full pulse adds what the file states."""

    no_temperature = "its file states pulses and accumulation for one temperature"

    def __init__(self, device: Device, asked: Asked) -> None:
        self.component: Any = asked.block(device)
        d = self.component.device
        self.slot = float(d.pulse_time + d.read_time)
        self.drive = Drive(
            "length of a pulse",
            "1",
            1.0,
            1.0,
            "its file states what a full pulse adds, and nothing of a stronger one",
        )

    def run(self, levels: Array, durations: Array, generator: Noise = None, kept: int = 0) -> SpikeRun:
        """Run with clock pulses until the end of each duration."""
        count = int(np.ceil(np.max(durations) / self.slot - _ROUNDING))
        if count > _MOST_PULSES:
            raise NeuroestError(
                f"about {count:.3g} pulses until enough spikes have come, at most {_MOST_PULSES:g} are simulated; its "
                "reset or its integration lasts too long for its pulses"
            )
        begun = self.slot * np.arange(count)
        lengths = np.array([self.length(level) for level in levels.tolist()])
        d = self.component.device
        train = [
            part
            for start in begun
            for part in (
                Segment(float(d.pulse_time), np.where(durations > start, lengths, 0.0)),
                Segment(float(d.read_time), 0.0),
            )
        ]
        return self.simulate(train, levels, generator)

    def simulate(
        self, train: list[Segment], levels: Array, generator: Noise,
        progress: Progress = silent,
    ) -> SpikeRun:  # fmt: skip
        """Devices under a train of pulses, with what their pulses, reads and resets cost."""
        d = self.component.device
        run = simulate_accumulating(
            self._full(levels), float(d.memory_time), train, devices=len(levels), reset_time=float(d.reset_time),
            variation=float(d.pulses_spread), generator=generator, progress=progress,
        )  # fmt: skip
        power, reset, read = self._costs(levels)
        run.energy = {
            "pulses": run.energy["drive"] * power, "reads": run.energy["reads"] * read,
            "resets": run.counts * reset,
        }  # fmt: skip
        return run

    def bursts(self, burst: Burst, level: float) -> SpikeRun:
        """Whole clock pulses, and a shorter one for the rest of a drive, in each driven timestep."""
        d, train = self.component.device, []
        full, read = float(d.pulse_time), float(d.read_time)
        whole = int(float(burst.pulse) / full + _ROUNDING)
        lengths = [1.0] * whole + [part for part in [float(burst.pulse) / full - whole] if part > _ROUNDING]
        for _ in range(max(round(float(burst.number)), 1)):
            for _ in range(round(float(burst.steps))):
                for part in lengths:
                    train += [Segment(full, part * self.length(level)), Segment(read, 0.0)]
                rest = float(burst.period) - len(lengths) * (full + read)
                train.append(Segment(max(rest, float(d.reset_time)), 0.0))
            train.append(Segment(float(burst.idle), 0.0))
        return self.simulate([one for one in train if one.duration > 0.0], np.array([level]), None)

    def length(self, level: float) -> float:
        """Pulse length relative to a full pulse."""
        return level

    def _full(self, levels: Array) -> Array:
        """Time of full pulses to a spike."""
        return np.full(len(levels), float(self.component.integration_time()))

    def _costs(self, levels: Array) -> tuple[Any, Any, Any]:
        """Power of a pulse, energy of a reset, energy of a read."""
        block = self.component
        power = float(block.accumulation_energy()) / float(block.integration_time())
        return power, float(block.reset_energy()), float(block.read_energy() + block.device.decision_energy)

    def least_drive(self) -> float:
        """Shortest pulse that still reaches the threshold despite decay; zero without a memory time."""
        d, full = self.component.device, float(self.component.integration_time())
        if not np.isfinite(d.memory_time):
            return 0.0
        # the settled peak rises with the length; the length at which it is the threshold
        low, high = 0.0, 1.0
        if not np.isfinite(self.component.steps_to_fire(float(d.pulse_time), self.slot)):
            return np.inf
        for _ in range(_HALVINGS):
            middle = (low + high) / 2.0
            fires = np.isfinite(self.component.steps_to_fire(middle * float(d.pulse_time), self.slot))
            low, high = (low, middle) if fires else (middle, high)
        return high if full > 0.0 else 0.0

    def closed(self, level: float) -> ClosedForms:
        """By the pulses that the block's rule of integration has for that length."""
        return self._closed(self.component, level) if level > 0.0 else super().closed(level)

    def _closed(self, block: Any, length: float) -> ClosedForms:
        d, pulses = block.device, float(block.pulses())
        needed = float(block.steps_to_fire(length * d.pulse_time, self.slot))
        if not np.isfinite(needed):
            return ClosedForms(np.inf, np.inf, np.nan)
        count = np.ceil(needed - _ROUNDING)
        interval = equations.accumulating_interval(count, d.pulse_time, d.read_time, d.reset_time)
        energy = (
            float(block.accumulation_energy()) * count * length / pulses
            + float(block.reset_energy())
            + count * float(block.read_energy() + d.decision_energy)
        )
        return ClosedForms(float(count * self.slot - d.read_time), float(interval), energy)

    def one_spike(self) -> OneSpike:
        """Full pulses, each followed by a read, until the device fires and is reset."""
        block = self.component
        d, pulses = block.device, float(block.pulses())
        train = pulse_train(1.0, float(d.pulse_time), float(d.read_time), int(_PATIENCE * pulses) + 2)
        run = self.simulate(train, np.array([self.drive.nominal]), None)
        if not len(run.spike_times):
            raise NeuroestError("the state fades faster than full pulses add to it")
        first = float(run.spike_times[0])
        count = round((first + float(d.read_time)) / self.slot)
        power, reset, read = self._costs(np.array([self.drive.nominal]))
        energy = (
            float(np.max(power)) * count * float(d.pulse_time) + float(np.max(reset)) + count * float(read)
        )
        interval = first + float(d.read_time) + float(d.reset_time)
        notes = (f"{count} pulses to fire in time, {pulses:g} in closed form; a read after each",)
        return OneSpike(count * float(d.pulse_time), interval, energy, notes)


_HALVINGS = 50
"""Halvings of a search; numerical."""


class PulsedVoltageInTime(PulsedInTime):
    """A device whose file states a law for the pulse voltage; all pulses have full length."""

    def __init__(self, device: Device, asked: Asked) -> None:
        super().__init__(device, asked)
        self.drive = Drive("voltage of a pulse", "V", float(self.component.device.pulse_voltage))

    def length(self, level: float) -> float:
        """All are full, but for those without a voltage."""
        return 1.0 if level > 0.0 else 0.0

    def _full(self, levels: Array) -> Array:
        times = {v: float(self.at(v).integration_time()) if v > 0.0 else np.inf for v in np.unique(levels)}
        return np.array([times[level] for level in levels])

    def _costs(self, levels: Array) -> tuple[Any, Any, Any]:
        blocks = {level: self.at(level) for level in np.unique(levels)}
        powers = {
            level: float(block.accumulation_energy() / block.integration_time()) if level > 0.0 else 0.0
            for level, block in blocks.items()
        }
        power = np.array([powers[level] for level in levels])
        _, reset, read = super()._costs(levels)
        return power, reset, read

    def at(self, level: float) -> Any:
        """The block with pulses of another voltage."""
        return self.component.with_device(pulse_voltage=level)

    def levels(self, count: int) -> Array:
        """Voltages from one that needs a hundred times as many pulses up to one at which a single pulse fires."""
        nominal = self.drive.nominal
        many = np.linspace(0.0, self.drive.top(), 400)[1:]
        pulses = np.array([float(self.at(level).pulses()) for level in many])
        within = many[(pulses <= _SLOWEST * float(self.component.pulses())) & (pulses > 0.5)]
        if not len(within):
            return np.array([nominal])
        return np.unique([*np.linspace(within[0], within[-1], count), nominal])

    def closed(self, level: float) -> ClosedForms:
        """By the switching time at that voltage."""
        return self._closed(self.at(level), 1.0) if level > 0.0 else super().closed(level)
