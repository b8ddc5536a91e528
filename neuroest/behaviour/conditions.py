"""What a chip puts in front of its neurons: conductances, clamps, voltages and times, as its estimate has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from neuroest.behaviour.files import NeuronLayer
from neuroest.components.column_circuits import CurrentClamp, IdealInterface
from neuroest.components.crossbar import CrossbarArray
from neuroest.components.diffusive_neurons import DiffusiveNeuron, IntegratedDiffusiveNeuron
from neuroest.dynamics.cells import (
    DiffusiveCells,
    integration_time,
    load_cells,
    refuse_following_gate,
)
from neuroest.dynamics.stimulus import Array
from neuroest.equations import crossbar, diffusive_neuron
from neuroest.errors import NeuroestError
from neuroest.library import Device
from neuroest.result import Estimate
from neuroest.units import format_quantity

_PAIR = "column_differential"


@dataclass(frozen=True)
class Conditions:
    """Everything between the spikes of one layer and the memristors of the next.

    Attributes
    ----------
    read_voltage : float
        Voltage of an active row. [V]
    low, high : float
        Conductances that a weight of zero and the largest weight of a slice have, access transistor included. [S]
    rows : int
        Rows of an array; more inputs take several, whose currents are added.
    magnitude_bits, slice_bits : int
        Bits of a weight without its sign, and of one cell.
    input_resistance, bias_current : float
        Of the clamp; zero and infinite where the interface is ideal. [ohm], [A]
    supply_voltage : float
        The most that a neuron's input can be. [V]
    hold, rest : float
        Time in each timestep that a neuron sees its input, and time that it does not. [s]
    unbuffered_share : dict of str to float
        Row voltage over the read voltage if the drains of a layer drove the rows of the next by themselves.
    """

    neuron: Device
    cells: DiffusiveCells
    read_voltage: float
    low: float
    high: float
    rows: int
    magnitude_bits: int
    slice_bits: int
    input_resistance: float
    bias_current: float
    supply_voltage: float
    hold: float
    rest: float
    unbuffered_share: Mapping[str, float]

    @property
    def timestep(self) -> float:
        """Length of a timestep. [s]."""
        return self.hold + self.rest

    def currents(self, layer: NeuronLayer, spikes: Array, amplitude: float = 1.0) -> Array:
        """Current of the positive less that of the negative column of each neuron.

        Parameters
        ----------
        layer : NeuronLayer
            Its weights stand in the array.
        spikes : ndarray of shape (samples, inputs)
            Rows that are active.
        amplitude : float
            Row voltage over the read voltage.
        """
        magnitude, total = np.abs(layer.matrix), np.zeros((len(spikes), layer.outputs))
        base = 2**self.slice_bits
        slices = -(-self.magnitude_bits // self.slice_bits)
        for number in range(slices):
            level = np.floor(magnitude / base**number) % base / (base - 1)
            share = float(base) ** (number + 1 - slices)
            for first in range(0, magnitude.shape[1], self.rows):
                block = slice(first, first + self.rows)
                active = spikes[:, block].astype(float)
                total += share * (
                    self._column(active, np.where(layer.matrix > 0.0, level, 0.0)[:, block], amplitude)
                    - self._column(active, np.where(layer.matrix < 0.0, level, 0.0)[:, block], amplitude)
                )
        return total

    def _column(self, active: Array, level: Array, amplitude: float) -> Array:
        conductance = active @ (self.low + (self.high - self.low) * level).T
        return np.asarray(
            crossbar.biased_clamp_current(
                amplitude * self.read_voltage, conductance, self.input_resistance, self.bias_current
            )
        )

    def unit_current(self, layer: NeuronLayer) -> float:
        """Current, without loss, of the weighted sum at which the ideal neuron fires. [A]."""
        base = 2**self.slice_bits
        slices = -(-self.magnitude_bits // self.slice_bits)
        step = self.read_voltage * (self.high - self.low) / (base - 1) / float(base) ** (slices - 1)
        return float(layer.threshold / layer.step * step)


def conditions(estimate: Estimate, layers: list[NeuronLayer], kinetics: str) -> Conditions:
    """The conditions of an estimate's chip.

    Raises
    ------
    NeuroestError
        For a chip whose columns end on something else than a diffusive neuron behind a clamp.
    """
    mapper = estimate.evaluation.mapper
    array, network = mapper.compute, mapper.network
    name = estimate.architecture
    if not isinstance(array, CrossbarArray) or array.neuron is None:
        raise NeuroestError(f"{name}: its crossbar is not read by neurons; try diffusive_bench_28nm")
    neuron = array.neuron
    if not isinstance(neuron, DiffusiveNeuron | IntegratedDiffusiveNeuron):
        raise NeuroestError(
            f"{name}: its neuron model is {neuron.model}; behaviour is simulated for diffusive neurons, "
            "try diffusive_bench_28nm"
        )
    if array.spec.pairing != _PAIR:
        raise NeuroestError(f"{name}: pairs its cells as {array.spec.pairing}; behaviour needs {_PAIR}")
    if not isinstance(array.interface, CurrentClamp | IdealInterface):
        raise NeuroestError(
            f"{name}: a column without a clamp cannot subtract, and its neuron would see no inhibition; "
            "use a current_clamp or sampled_clamp"
        )
    clamp = array.interface.device if isinstance(array.interface, CurrentClamp) else None
    cell, hold = array.memory, _number(array.neuron_time(network))
    step = _number(np.max(estimate.evaluation.timing.pace))
    row = _number(array.options["columns"]) * _number(array.conductance(network))
    device = neuron.device
    bare = diffusive_neuron.unbuffered_row_voltage(
        _number(device.output_supply_voltage), _number(device.load_resistance), row
    )
    read, cells = _number(array.options["read_voltage"]), _cells(neuron, estimate, kinetics)
    _fires(name, cells, _number(array.technology.supply_voltage))
    return Conditions(
        neuron=estimate.design.devices[neuron.path], cells=cells, read_voltage=read,
        low=_number(cell.limited(cell.device.low_conductance)),
        high=_number(cell.limited(cell.device.high_conductance)),
        rows=int(_number(array.options["rows"])),
        magnitude_bits=int(_number(array.magnitude_bits(network))),
        slice_bits=int(_number(array.bits_per_cell(network))),
        input_resistance=0.0 if clamp is None else _number(clamp.input_resistance),
        bias_current=np.inf if clamp is None else _number(clamp.bias_current),
        supply_voltage=_number(array.technology.supply_voltage),
        hold=hold, rest=max(step - hold, 0.0),
        unbuffered_share={layer.name: _number(bare) / read for layer in layers},
    )  # fmt: skip


def _fires(name: str, cells: DiffusiveCells, supply: float) -> None:
    """Whether the neuron spikes at all at the most that its input can be.

    Raises
    ------
    NeuroestError
        When it never fires, or when its gate lets go about as fast as the gap closes: the gate then follows the
        filament, takes its drive away, and the output stays on without a spike that could be counted.
    """
    if not np.all(np.isfinite(integration_time(cells, supply))):
        raise NeuroestError(f"{name}: its neurons never fire at the supply of {format_quantity(supply, 'V')}")
    refuse_following_gate(name, cells, supply)


def _cells(neuron: Any, estimate: Estimate, kinetics: str) -> DiffusiveCells:
    """The neuron's numbers as the estimate took them, settings included, at the chip's temperature."""
    device = estimate.design.devices[neuron.path]
    cells = load_cells(device, kinetics=kinetics, temperature=_number(neuron.technology.temperature))
    values: dict[str, float] = {}
    for each in fields(DiffusiveCells):
        claim, chosen = device.claims.get(each.name), getattr(neuron.device, each.name, None)
        if claim is not None and chosen is not None and claim.value:
            # a setting changes the value at the reference temperature, whose factor stays
            values[each.name] = getattr(cells, each.name) * _number(chosen) / claim.value
    values["gate_capacitance"] = _number(neuron.gate_capacitance())
    values["control_resistance"] = _number(neuron.control_resistance())
    return cells.changed(**values)


def _number(value: Any) -> float:
    return float(np.max(np.asarray(value, dtype=float)))
