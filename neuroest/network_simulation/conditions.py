"""Input path of the neurons on a chip: conductances, clamps, voltages and times, as in its estimate."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from neuroest.blocks.columns.current_clamp import CurrentClamp
from neuroest.blocks.columns.no_circuit import IdealInterface
from neuroest.blocks.neurons.diffusive import DiffusiveNeuron
from neuroest.blocks.neurons.diffusive_integrated import IntegratedDiffusiveNeuron
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.core.units import format_quantity
from neuroest.dynamics.diffusive_cells import (
    DiffusiveCells,
    integration_time,
    load_cells,
    refuse_following_gate,
)
from neuroest.dynamics.stimulus import Array
from neuroest.equations import diffusive_neuron
from neuroest.levels.crossbar.array import CrossbarArray
from neuroest.levels.crossbar.weight_errors import drawn_conductances
from neuroest.loading.library import Device
from neuroest.network_simulation.files import NeuronLayer
from neuroest.results.estimate import Estimate

_PAIR = "column_differential"


@frozen_dataclass
class Chips:
    """Chips used in a run; each has its own neurons and cells.

    Attributes
    ----------
    number : int
        Number of chips; the samples are assigned to them in round-robin order.
    seed : int
        Seed of the devices and cells of all chips, and of the noise.
    """

    number: int = 8
    seed: int = 0


@frozen_dataclass
class OperatingConditions:
    """Signal path from the spikes of one layer to the memristors of the next.

    Attributes
    ----------
    read_voltage : float
        Voltage of an active row. [V]
    low, high : float
        Conductances of a zero weight and of the largest weight of a slice, including the access transistor. [S]
    rows : int
        Rows of an array; more inputs need several arrays, whose currents are added.
    columns : int
        Columns of an array.
    magnitude_bits, slice_bits : int
        Magnitude bits of a weight, and bits of one cell.
    segment_resistance : float
        Wire resistance from one cell to the next. [ohm]
    line_rows, line_columns : float
        Cells between two buffers along a column and along a row.
    input_resistance, bias_current : float
        Input resistance and bias current of the clamp; zero and infinite for an ideal interface. [ohm], [A]
    supply_voltage : float
        Largest input voltage of a neuron. [V]
    hold, rest : float
        Time with and without input in each timestep. [s]
    unbuffered_share : dict of str to float
        Row voltage relative to the read voltage if the drains of a layer drove the next layer's rows directly.
    drawn : callable
        Returns cell conductances with the estimate's weight errors, given the normalized targets and a generator.
    """

    neuron: Device
    cells: DiffusiveCells
    read_voltage: float
    low: float
    high: float
    rows: int
    columns: int
    magnitude_bits: int
    slice_bits: int
    segment_resistance: float
    line_rows: float
    line_columns: float
    input_resistance: float
    bias_current: float
    supply_voltage: float
    hold: float
    rest: float
    unbuffered_share: Mapping[str, float]
    drawn: Callable[[Array, np.random.Generator], Array]

    @property
    def timestep(self) -> float:
        """Length of a timestep. [s]."""
        return self.hold + self.rest

    def unit_current(self, layer: NeuronLayer) -> float:
        """Lossless column current for the weighted sum at which the ideal neuron fires [A]."""
        base = 2**self.slice_bits
        slices = -(-self.magnitude_bits // self.slice_bits)
        step = self.read_voltage * (self.high - self.low) / (base - 1) / float(base) ** (slices - 1)
        return float(layer.threshold / layer.step * step)


def operating_conditions(estimate: Estimate, layers: list[NeuronLayer], kinetics: str) -> OperatingConditions:
    """The conditions on the chip of an estimate.

    Raises
    ------
    NeuroestError
        For a chip whose columns do not end in a clamp and a diffusive neuron.
    """
    mapper = estimate.evaluation.mapper
    array, network = mapper.compute, mapper.network
    name = estimate.architecture
    if reason := _unfit(array):
        raise NeuroestError(f"{name}: {reason}")
    neuron = array.neuron
    front_end = array.front_end(network)
    clamp = front_end.device if isinstance(front_end, CurrentClamp) else None
    # these networks are trained to fire within a timestep, so a timestep must contain a full integration
    full = neuron.integration_time()
    hold = _number(np.maximum(array.drive_time(network), full))
    step = hold + _number(neuron.time_after_drive(full))
    row = _number(array.options["columns"]) * _number(array.conductance(network))
    device = neuron.device
    bare = diffusive_neuron.unbuffered_row_voltage(
        _number(device.output_supply_voltage), _number(device.load_resistance), row
    )
    low, high = array.ends()
    read, cells = _number(array.options["read_voltage"]), _cells(neuron, estimate, kinetics)
    _fires(name, cells, _number(array.technology.supply_voltage))
    return OperatingConditions(
        neuron=estimate.design.devices[neuron.path], cells=cells, read_voltage=read,
        low=_number(low), high=_number(high),
        rows=int(_number(array.options["rows"])),
        columns=int(_number(array.options["columns"])),
        magnitude_bits=int(_number(array.magnitude_bits(network))),
        slice_bits=int(_number(array.bits_per_cell(network))),
        segment_resistance=_number(array.segment_resistance()),
        line_rows=_number(array.piece("rows")), line_columns=_number(array.piece("columns")),
        input_resistance=0.0 if clamp is None else _number(clamp.input_resistance),
        bias_current=np.inf if clamp is None else _number(clamp.bias_current),
        supply_voltage=_number(array.technology.supply_voltage),
        hold=hold, rest=max(step - hold, 0.0),
        unbuffered_share={layer.name: _number(bare) / read for layer in layers},
        drawn=lambda levels, generator: np.asarray(drawn_conductances(array, levels, array.age, generator)),
    )  # fmt: skip


def _unfit(array: Any) -> str:
    """Why behaviour cannot be simulated on an array; empty if it can."""
    if not isinstance(array, CrossbarArray) or array.neuron is None:
        return "its crossbar is not read by neurons; try diffusive_bench_28nm"
    if not isinstance(array.neuron, DiffusiveNeuron | IntegratedDiffusiveNeuron):
        model = f"its neuron model is {array.neuron.model}"
        return f"{model}; behaviour is simulated for diffusive neurons, try diffusive_bench_28nm"
    if array.spec.weight_encoding != _PAIR:
        return f"pairs its cells as {array.spec.weight_encoding}; behaviour needs {_PAIR}"
    if not isinstance(array.interface, CurrentClamp | IdealInterface):
        cause = "a column without a clamp cannot subtract, and its neuron would see no inhibition"
        return f"{cause}; use a current_clamp or sampled_clamp"
    if array.reads_events:
        cause = "reads its arrays at each event (reads: each_event)"
        return f"{cause}; behaviour is simulated in timesteps, use each_timestep"
    if array.stacks_columns:
        cause = "joins the columns of arrays (column_circuits: per_stack)"
        return f"{cause}; behaviour is simulated array by array, use per_array"
    return ""


def _fires(name: str, cells: DiffusiveCells, supply: float) -> None:
    """Check that the neuron spikes at its largest input voltage.

    Raises
    ------
    NeuroestError
        If the neuron never fires, or if its gate settles about as fast as the gap closes. The gate then follows the
        filament and removes its drive, and the output stays on without a countable spike.
    """
    if not np.all(np.isfinite(integration_time(cells, supply))):
        raise NeuroestError(f"{name}: its neurons never fire at the supply of {format_quantity(supply, 'V')}")
    refuse_following_gate(name, cells, supply)


def _cells(neuron: Any, estimate: Estimate, kinetics: str) -> DiffusiveCells:
    """The neuron's parameters as used in the estimate, including settings, at the chip's temperature."""
    device = estimate.design.devices[neuron.path]
    cells = load_cells(device, kinetics=kinetics, temperature=_number(neuron.technology.temperature))
    values: dict[str, float] = {}
    for each in fields(DiffusiveCells):
        claim, chosen = device.claims.get(each.name), estimate.claims.get(f"{neuron.path}.{each.name}")
        if claim is not None and chosen is not None and claim.value:
            # a setting changes the value at the reference temperature; the temperature factor stays
            values[each.name] = getattr(cells, each.name) * chosen.value / claim.value
    # transistors depend on the process corner
    values["output_threshold"] = _number(neuron.output_threshold())
    values["transistor_on_resistance"] = _number(neuron.transistor_on_resistance())
    values["gate_capacitance"] = _number(neuron.gate_capacitance())
    values["control_resistance"] = _number(neuron.control_resistance())
    return cells.changed(**values)


def _number(value: Any) -> float:
    return float(np.max(np.asarray(value, dtype=float)))
