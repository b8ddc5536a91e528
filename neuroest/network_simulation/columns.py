"""Columns of a layer on every chip of a run: cells as writing left them, wires, and clamps."""

from dataclasses import dataclass

import numpy as np

from neuroest.dynamics.stimulus import Array
from neuroest.equations import crossbar, crossbar_wires
from neuroest.network_simulation.conditions import Chips, OperatingConditions
from neuroest.network_simulation.files import NeuronLayer


@dataclass(frozen=True)
class ArrayErrors:
    """What of the array counts.

    Attributes
    ----------
    errors : bool
        Errors of the cells: what writing misses, and what the time since then has changed.
    wires : bool
        IR drop.
    """

    errors: bool = True
    wires: bool = True


IDEAL = ArrayErrors(errors=False, wires=False)


class Columns:
    """The pairs of columns of one layer.

    Parameters
    ----------
    place : Conditions
        The chip.
    layer : NeuronLayer
        Its weights are in the array.
    chips : Chips, optional
        Sample k is given to chip k modulo their number.
    number : int
        Place of the layer in the network, by which its cells differ from those of others.
    truth : Truth, optional
        What of the array counts; cells as they were meant and wires without loss if nothing is said.
    """

    def __init__(
        self, place: OperatingConditions, layer: NeuronLayer, chips: Chips | None = None, number: int = 0,
        truth: ArrayErrors = IDEAL,
    ) -> None:  # fmt: skip
        self.place, self.truth, run = place, truth, chips or Chips()
        meant = _levels(place, layer)
        draws = [np.random.default_rng([run.seed, number, 2, chip]) for chip in range(run.number)]
        self.written = (
            [np.asarray(place.drawn(meant, generator)) for generator in draws]
            if truth.errors
            else [place.low + (place.high - place.low) * meant]
        )
        self.chips = len(self.written)

    def currents(self, spikes: Array, amplitude: float = 1.0) -> Array:
        """Current of the positive less that of the negative column of each neuron. [A].

        Parameters
        ----------
        spikes : ndarray of shape (samples, inputs)
            Rows that are active.
        amplitude : float
            Row voltage over the read voltage.
        """
        outputs = self.written[0].shape[2]
        found = np.zeros((len(spikes), outputs))
        for chip in range(min(self.chips, len(spikes))):
            found[chip :: self.chips] = self._of_chip(
                self.written[chip], spikes[chip :: self.chips].astype(float), amplitude
            )
        return found

    def _of_chip(self, conductance: Array, active: Array, amplitude: float) -> Array:
        place = self.place
        slices, _, outputs, inputs = conductance.shape
        total = np.zeros((len(active), outputs))
        for number in range(slices):
            share = 2.0 ** (place.slice_bits * (number + 1 - slices))
            for first in range(0, inputs, place.rows):
                block = slice(first, first + place.rows)
                pair = conductance[number, :, :, block]
                kept = self._kept(active[:, block], pair) if self.truth.wires else 1.0
                plus, minus = (
                    crossbar.biased_clamp_current(
                        amplitude * place.read_voltage, kept * (active[:, block] @ one.T),
                        place.input_resistance, place.bias_current,
                    )
                    for one in pair
                )  # fmt: skip
                total += share * (np.asarray(plus) - np.asarray(minus))
        return total

    def _kept(self, active: Array, conductance: Array) -> Array:
        """Share of the current that the wires leave, of each sample; cells without a weight are at the lowest."""
        place = self.place
        columns = len(self.written[0]) * conductance[:, :, 0].size
        filled = conductance.shape[2] / place.rows * min(columns / place.columns, 1.0)
        mean = filled * float(np.mean(conductance)) + (1.0 - filled) * place.low
        lost = crossbar_wires.ir_drop_error_mean(
            mean, place.segment_resistance, place.segment_resistance, place.line_rows, place.line_columns,
            np.sum(active, axis=1) / place.rows,
        )  # fmt: skip
        return np.asarray(1.0 - np.asarray(lost)[:, None])


def _levels(place: OperatingConditions, layer: NeuronLayer) -> Array:
    """What is to be written, over the window of conductances: (slices, two of a pair, outputs, inputs)."""
    magnitude, base = np.abs(layer.matrix), 2**place.slice_bits
    slices = -(-place.magnitude_bits // place.slice_bits)
    level = np.stack([np.floor(magnitude / base**number) % base / (base - 1) for number in range(slices)])
    return np.stack([np.where(sign * layer.matrix > 0.0, level, 0.0) for sign in (1.0, -1.0)], axis=1)
