"""Layers of diffusive neurons in time: drives become voltages or pulses, and the compact model spikes.

In every timestep a neuron gets its drive, then no input while its gate discharges. A spike is a rise of the gate
through the output's threshold. The row driver of the next layer passes on at most one spike per timestep. Filament,
residue, gate and noise carry over from one timestep to the next.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from neuroest.core.frozen import frozen_dataclass
from neuroest.dynamics.compact import Idealised, simulate
from neuroest.dynamics.diffusive_cells import DiffusiveCells, State, draw_devices
from neuroest.dynamics.in_time import Array, Segment
from neuroest.loading.library import Device
from neuroest.network_simulation.columns import Stage, Trim
from neuroest.network_simulation.neurons import Devices, Effects

STEP_OF_SETTLING = 0.1
"""Time step relative to the settling time of the filament. Halving it changes spike counts by less than their noise."""
_NO_LEAK = 1e-6
"""Factor on the residue's decay that is small enough to mean no decay."""


@dataclass
class DiffusiveEffects(Effects):
    """Deviations and characteristics of diffusive neurons that a run includes.

    Attributes
    ----------
    noise : bool
        Cycle-to-cycle fluctuation, and thermal noise of the gate.
    spread : bool
        Device-to-device spread.
    leak : bool
        Decay of the residue, the memory from one timestep to the next.
    idealised : Idealised
        Refractory time and memory of earlier spikes, which can be left out.
    """

    idealised: Idealised = field(default_factory=Idealised)


@frozen_dataclass
class DiffusiveKind:
    """The diffusive neurons of a chip.

    Attributes
    ----------
    device : Device
        With the deviations between devices.
    cells : DiffusiveCells
        The typical neuron at the temperature of the chip.
    """

    device: Device
    cells: DiffusiveCells


class DiffusiveNeurons:
    """Neurons of one layer for all samples, with the state carried from step to step.

    Attributes
    ----------
    counts : list of ndarray
        Spikes of each neuron in each timestep; the row drivers pass on one.
    energy : dict of str to float
        Energy from the supplies by term, summed over all samples. [J]
    """

    def __init__(
        self, kind: DiffusiveKind, stage: Stage, trim: Trim, shape: tuple[int, int], devices: Devices,
        generators: tuple[np.random.Generator, np.random.Generator], effects: Effects,
    ) -> None:  # fmt: skip
        of_devices, self.generator = generators
        self.stage, self.trim, self.effects, self.shape = stage, trim, effects, shape
        self.cells = _of_devices(kind, shape[1], devices, of_devices, effects)
        self.offsets = stage.offset_spread * effects.spread * devices.drawn(of_devices, shape[1])
        self.state: State | None = None
        self.energy: dict[str, float] = {}
        self.counts: list[Array] = []
        size = shape[0] * shape[1]
        self.ever_closed, self.ever_on = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)

    def advance(self, results: Array) -> Array:
        """Run one timestep and return the spikes passed on."""
        stage = self.stage
        share = stage.shares(results, self.trim, self.offsets).ravel()
        rest = stage.period - stage.hold
        if stage.form == "width":
            stimulus = [Segment(stage.period, np.full(share.shape, stage.drive), share * stage.hold)]
        else:
            stimulus = [
                Segment(stage.hold, share * stage.drive),
                *([Segment(rest, 0.0)] if rest > 0.0 else []),
            ]
        run = simulate(
            self.cells, stimulus, generator=self.generator if self.effects.noise else None, start=self.state,
            step=STEP_OF_SETTLING / float(np.max(self.cells.settling)),
            idealised=getattr(self.effects, "idealised", None), ending_delay=stage.ending_delay,
        )  # fmt: skip
        self.state = run.final
        for term, joules in run.energy.items():
            self.energy[term] = self.energy.get(term, 0.0) + float(np.sum(joules))
        self.ever_closed |= np.isfinite(run.first_switch)
        self.ever_on |= run.counts > 0
        self.counts.append(run.counts.reshape(self.shape))
        return self.counts[-1] > 0

    @property
    def latched(self) -> int:
        """Neurons and samples whose filament never closed although the output was on: the gate follows the filament."""
        return int(np.count_nonzero(self.ever_on & ~self.ever_closed))


def _of_devices(
    kind: DiffusiveKind, neurons: int, devices: Devices, generator: np.random.Generator, effects: Effects
) -> DiffusiveCells:
    """One device per neuron, chip and turn; all samples of a chip and turn use the same devices."""
    cells, samples = kind.cells, len(devices.of_sample)
    if not effects.leak:
        cells = replace(cells, residue_decay=cells.residue_decay * _NO_LEAK)
    if not effects.spread:
        return cells.broadcast(samples * neurons)
    drawn = draw_devices(cells, kind.device, devices.number * neurons, generator)
    return drawn.take((devices.of_sample[:, None] * neurons + np.arange(neurons)[None, :]).ravel())
