"""Columns of a layer on every chip of a run: programmed cells, wires and clamps."""

import numpy as np

from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.dynamics.stimulus import Array
from neuroest.equations import crossbar, crossbar_wires
from neuroest.network_simulation.conditions import Chips, OperatingConditions
from neuroest.network_simulation.files import NeuronLayer


@frozen_dataclass
class ArrayErrors:
    """Array effects to include.

    Attributes
    ----------
    errors : bool
        Errors of the cells: programming errors and drift.
    wires : bool
        IR drop.
    """

    errors: bool = True
    wires: bool = True


IDEAL = ArrayErrors(errors=False, wires=False)


class Columns:
    """The column pairs of one layer.

    Parameters
    ----------
    place : Conditions
        The chip.
    layer : NeuronLayer
        Layer whose weights are in the array.
    chips : Chips, optional
        Sample k runs on chip k modulo the number of chips.
    number : int
        Index of the layer in the network, so that its cells differ from those of other layers.
    truth : Truth, optional
        Array effects to include; by default, ideal cells and wires without loss.
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
        """Current of the positive column minus the negative column of each neuron [A].

        Parameters
        ----------
        spikes : ndarray of shape (samples, inputs)
            Active rows.
        amplitude : float
            Row voltage relative to the read voltage.
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
        """Share of the current that remains after IR drop, per sample; unused cells have the lowest conductance."""
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
    """Target conductances relative to the window: (slices, two of a pair, outputs, inputs)."""
    magnitude, base = np.abs(layer.matrix), 2**place.slice_bits
    slices = -(-place.magnitude_bits // place.slice_bits)
    level = np.stack([np.floor(magnitude / base**number) % base / (base - 1) for number in range(slices)])
    return np.stack([np.where(sign * layer.matrix > 0.0, level, 0.0) for sign in (1.0, -1.0)], axis=1)
