"""The layers of a network on a chip: where its weights are stored, and how its neurons get their results.

All numbers are those of the chip's estimate: bits of a weight, cells and their errors, clamps, wires, the time of a
drive and of a timestep, and what the stages in front of the neurons lose.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from neuroest.blocks.columns.interfaces import CurrentClamp, IdealInterface, PulseCoupling, SampledClamp
from neuroest.blocks.digital.digital_lif import DigitalNeuron
from neuroest.blocks.neurons.accumulating import AccumulatingNeuron
from neuroest.blocks.neurons.base import Membrane
from neuroest.blocks.neurons.diffusive_base import DiffusiveNeuronBase
from neuroest.blocks.roles import CouplesDirectly, HoldsResults, UpdatesNeurons
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import format_quantity
from neuroest.dynamics.diffusive_cells import (
    DiffusiveCells,
    integration_time,
    load_cells,
    refuse_following_gate,
)
from neuroest.dynamics.in_time import Array
from neuroest.equations import converters, diffusive_neuron
from neuroest.levels.base import MappedLevel
from neuroest.levels.crossbar.array import CrossbarArray
from neuroest.levels.event_core import EventCoreMapper
from neuroest.levels.spiking_core import SpikingCoreMapper
from neuroest.network_simulation.columns import ArrayErrors, ArrayPath, Columns, Stage, Trim
from neuroest.network_simulation.crossbar_products import ProgrammedLayer, Reads, reads_of, wire_loss
from neuroest.network_simulation.diffusive_neurons import DiffusiveKind, DiffusiveNeurons
from neuroest.network_simulation.networks import Network, NeuronLayer
from neuroest.network_simulation.neurons import (
    Arithmetic,
    Devices,
    DigitalNeurons,
    Effects,
    ExactProducts,
    LinearNeurons,
    Neurons,
    Products,
)
from neuroest.network_simulation.runs import Run
from neuroest.pipeline.accuracy import FLUCTUATING
from neuroest.results.estimate import Estimate

_PAIR = "column_differential"
_DRAWN = frozenset({
    "programming", "stuck cells", "uneven drift", "relaxation", "common drift", "rounding", "IR drop",
    "uneven gain of the clamps", "clamp nonlinearity", "droop of held results", "comparators of the pulses",
    "quantisation", "clipping at the converters", "results beyond full scale",
})  # fmt: skip
"""Causes of errors that a run draws or computes one by one; the others are added as noise of the estimate's size."""


@frozen_dataclass
class Converted:
    """Columns that converters read, for digital neurons.

    Attributes
    ----------
    array : CrossbarArray
        With the cells.
    reads : Reads
        How the layer is read.
    """

    array: Any
    reads: Reads


Kind: TypeAlias = Membrane | DiffusiveKind | Arithmetic


@frozen_dataclass
class LayerOnChip:
    """One layer with neurons on a chip.

    Attributes
    ----------
    bits : int
        Bits of a stored weight, sign included.
    weights : ArrayPath, Converted or None
        Arrays with the weights; None for weights that are multiplied exactly.
    stage : Stage or None
        Circuit in front of the neurons; None for digital ones.
    kind : Membrane, DiffusiveKind or Arithmetic
        The neurons.
    neurons_per_output : int
        Neurons that serve an output one after the other, one in each inference.
    device : str
        Name of the neurons.
    assumed : tuple of str
        What a run assumes or leaves out.
    """

    bits: int
    weights: ArrayPath | Converted | None
    stage: Stage | None
    kind: Kind
    neurons_per_output: int = 1
    device: str = ""
    assumed: tuple[str, ...] = ()

    def neurons(self, layer: NeuronLayer, number: int, trim: Trim, run: Run, effects: Effects) -> Neurons:
        """The neurons of the layer, at rest."""
        samples = len(run.samples)
        if isinstance(self.kind, Arithmetic):
            return DigitalNeurons(layer, self.kind, samples)
        devices = Devices(run.samples, run.chips.number, self.neurons_per_output)
        generators = run.generator(number, 0), run.noise(number, 1)
        make: Any = DiffusiveNeurons if isinstance(self.kind, DiffusiveKind) else LinearNeurons
        made: Neurons = make(
            self.kind, self.stage, trim, (samples, layer.outputs), devices, generators, effects
        )
        return made

    def products(self, layer: NeuronLayer, number: int, run: Run, truth: ArrayErrors) -> Products:
        """The weights of the layer, as each chip of the run has them."""
        if self.weights is None:
            return ExactProducts(layer)
        chips = range(run.chips.number)
        draws = [run.generator(number, 2, chip) for chip in chips]
        of_sample = run.samples % run.chips.number
        if isinstance(self.weights, ArrayPath):
            return Columns(self.weights, layer, draws, of_sample, truth)
        return ConvertedColumns(self.weights, layer, draws, of_sample, truth)


class ConvertedColumns:
    """Columns of one layer on every chip of a run, each read by converters."""

    def __init__(
        self, converted: Converted, layer: NeuronLayer, generators: Sequence[np.random.Generator],
        chip_of_sample: Array, truth: ArrayErrors,
    ) -> None:  # fmt: skip
        without = [] if truth.errors else ["programming", "stuck cells", "drift", "noise"]
        without += [] if truth.wires else ["wire resistance"]
        self.programmed = [
            ProgrammedLayer(converted.array, converted.reads, layer.matrix, generator, without)
            for generator in generators
        ]
        self.chips = np.repeat(chip_of_sample, layer.positions)
        self.outputs = len(layer.matrix)

    def of(self, rows: Array) -> Array:
        """Results in integer weights."""
        found = np.zeros((len(rows), self.outputs))
        for chip in np.unique(self.chips):
            found[self.chips == chip] = self.programmed[chip].product(rows[self.chips == chip].astype(int))
        return found


@frozen_dataclass(eq=False)
class ChipNetwork:
    """A network on the chip of an estimate.

    Attributes
    ----------
    chip : Estimate
        The chip, priced for this network.
    trained : Network
        As it was trained.
    kinetics : str
        Device spec with conduction, noise and barriers of the ions of diffusive neurons.
    layers : mapping of str to LayerOnChip
        Layers with neurons, by name.
    """

    chip: Estimate
    trained: Network
    kinetics: str
    layers: Mapping[str, LayerOnChip]

    @classmethod
    def of(cls, chip: Estimate, trained: Network, kinetics: str) -> "ChipNetwork":
        """A network on the chip of an estimate.

        Raises
        ------
        NeuroestError
            If the chip has a part that no run describes.
        """
        layers, names = {}, list(chip.evaluation.layers.names)
        for layer in trained.layers:
            place = names.index(layer.name)
            level = next((one for one in chip.evaluation.levels if one.own[..., place].max() > 0.0), None)
            if level is None:
                raise NeuroestError(f"{chip.architecture}: no level of the chip runs layer {layer.name}")
            layers[layer.name] = _OnLevel(chip, level, place, kinetics).layer(layer)
        return cls(chip, trained, kinetics, layers)

    @cached_property
    def stored(self) -> Network:
        """The network with the weights that the chip stores."""
        return self.trained.rounded_to({name: one.bits for name, one in self.layers.items()})

    @cached_property
    def unbuffered_share(self) -> float:
        """Row voltage, relative to the read voltage, if drains of diffusive neurons drove the next layer's rows."""
        for level in self.chip.evaluation.levels:
            array = getattr(level.mapper, "compute", None)
            if isinstance(array, CrossbarArray) and isinstance(array.neuron, DiffusiveNeuronBase):
                device, network = array.neuron.device, level.mapper.network
                row = _number(array.options["columns"]) * _number(array.weights.conductance(network))
                bare = diffusive_neuron.unbuffered_row_voltage(
                    _number(device.output_supply_voltage), _number(device.load_resistance), row
                )
                return min(_number(bare) / _number(array.options["read_voltage"]), 1.0)
        return 1.0

    @cached_property
    def neuron_paths(self) -> frozenset[str]:
        """Paths of the neurons on the chip."""
        paths = set()
        for level in self.chip.evaluation.levels:
            array, core = getattr(level.mapper, "compute", None), getattr(level.mapper, "neuron", None)
            neuron = getattr(array, "neuron", None) or core
            if neuron is not None:
                paths.add(str(neuron.path))
            else:
                paths |= {block.path for _, block in level.mapper.chip.find(UpdatesNeurons)}
        return frozenset(paths)

    @property
    def neurons(self) -> tuple[str, ...]:
        """Kinds of neurons that the network runs on."""
        return tuple(dict.fromkeys(one.device for one in self.layers.values()))

    @property
    def trims(self) -> dict[str, Trim]:
        """Setting of each layer's stage without any calibration."""
        return {name: one.stage.trim for name, one in self.layers.items() if one.stage is not None}


@frozen_dataclass(eq=False)
class _OnLevel:
    """One layer of a network on a computing level."""

    chip: Estimate
    level: MappedLevel
    place: int
    kinetics: str

    def value(self, of: Any) -> float:
        """Value of a parameter for the layer."""
        found = np.ravel(np.asarray(of, dtype=float))
        return float(found[self.place] if found.size > 1 else found[0])

    def layer(self, layer: NeuronLayer) -> LayerOnChip:
        mapper = self.level.mapper
        bits = int(self.value(mapper.network.weight_bits))
        if isinstance(mapper, EventCoreMapper):
            kept = int(self.value(mapper.events.device.bits_per_synapse))
            return LayerOnChip(
                min(bits, kept), None, None, Arithmetic(None, shifts=False),
                device=mapper.events.spec.device or "published core",
                assumed=("states have as many bits as they need: the published numbers do not state them",),
            )  # fmt: skip
        array = getattr(mapper, "compute", None)
        if isinstance(array, CrossbarArray) and array.neuron is not None:
            return self._at_columns(array)
        if isinstance(array, CrossbarArray):
            converted = Converted(array, reads_of(mapper, self.place))  # type: ignore[arg-type]
            stored = int(self.value(array.weights.stored_weight_bits(mapper.network)))
            return replace(self._digital(layer), bits=stored, weights=converted)
        return replace(self._digital(layer), bits=bits)

    # --- digital neurons

    def _digital(self, layer: NeuronLayer) -> LayerOnChip:
        """Exact products and a digital datapath."""
        mapper = self.level.mapper
        block = mapper.neuron if isinstance(mapper, SpikingCoreMapper) else None
        if block is None:
            blocks = [
                block for _, block in mapper.chip.find(UpdatesNeurons) if isinstance(block, DigitalNeuron)
            ]
            if not blocks:
                raise NeuroestError(f"{self.chip.architecture}: has no neurons for layer {layer.name}")
            block = blocks[0]
        at_events = getattr(mapper.spec, "neuron_updates", "every_step") == "at_events"
        multiplies = float(np.max(np.asarray(block.options.get("multiplications", 0.0)))) > 0.0
        kind = Arithmetic(int(self.value(block.options["state_bits"])), not multiplies, not at_events)
        assumed = []
        if (left := kind.decay(layer.decay)) != layer.decay:
            how = "its neurons have no leak" if at_events else "the leak is a shift"
            assumed.append(
                f"layer {layer.name} keeps {left:g} of a state in a timestep instead of {layer.decay:g}: {how}"
            )
        return LayerOnChip(0, None, None, kind, device=block.spec.device, assumed=tuple(assumed))

    # --- neurons at columns

    def _at_columns(self, array: CrossbarArray) -> LayerOnChip:
        self._refuse(array)
        network, neuron = self.level.mapper.network, array.neuron
        assert neuron is not None  # noqa: S101 - the caller asked
        hold = self.value(array.drive(network).hold_time)
        assumed = []
        kind: Kind
        if isinstance(neuron, DiffusiveNeuronBase):
            device = self.chip.design.devices[neuron.path]
            kind = DiffusiveKind(device, _cells(neuron, self.chip, self.kinetics))
        else:
            membrane = neuron.membrane()
            if membrane is None:
                raise NeuroestError(
                    f"{self.chip.architecture}: neurons of model {neuron.model} do not run in time"
                )
            kind = _of_place(membrane, self.value)
            if kind.signed:
                assumed.append("results below zero discharge the membrane, at most to zero")
            if isinstance(neuron, AccumulatingNeuron):
                assumed.append("a drive ends and a state is read at any time, not pulse by pulse")
        stage = self._stage(array, kind, hold)
        if not stage.signed:
            assumed.append("results below zero give no drive")
        _fires(self.chip.architecture, kind, stage)
        return LayerOnChip(
            int(self.value(array.weights.stored_weight_bits(network))), self._path(array), stage, kind,
            int(self.value(array.neurons_per_output)), neuron.spec.device or neuron.model, tuple(assumed),
        )  # fmt: skip

    def _refuse(self, array: CrossbarArray) -> None:
        """Arrays whose columns a run does not describe."""
        mapper: Any = self.level.mapper
        cause = ""
        if isinstance(array.interface, CouplesDirectly):
            cause = (
                "its columns drive the neurons directly: a neuron sees the mean of the active rows, all of them "
                "positive, and no network with negative weights runs"
            )
        elif array.spec.weight_encoding != _PAIR:
            cause = f"pairs its cells as {array.spec.weight_encoding}; neurons at columns run with {_PAIR}"
        elif not isinstance(array.interface, CurrentClamp | IdealInterface):
            cause = "a column without a clamp cannot subtract, so its neurons see no inhibition; use a clamp"
        elif array.reads_events:
            cause = "reads its arrays at each event (reads: each_event); a run goes in timesteps, use each_timestep"
        elif array.readout.spec.partial_sums == "digital_counter" and self.value(mapper.row_reads) > 1:
            cause = (
                "counters add up the spikes of several arrays, which does not run; use arrays with more rows"
            )
        if cause:
            raise NeuroestError(f"{self.chip.architecture}: {cause}")

    def _stage(self, array: CrossbarArray, kind: Kind, hold: float) -> Stage:
        """Circuit between a column and its neuron."""
        interface, neuron, network = array.interface, array.neuron, self.level.mapper.network
        assert neuron is not None  # noqa: S101 - the caller asked
        width = isinstance(interface, PulseCoupling) or isinstance(neuron, AccumulatingNeuron)
        diffusive = isinstance(kind, DiffusiveKind)
        drive = np.nan
        if diffusive:
            drive = self.value(neuron.drive_voltage())
            if not width:
                supply = array.technology.supply_voltage
                top = interface.driven_voltage() if isinstance(interface, SampledClamp) else supply
                drive = self.value(top)
        stepped = self.value(self.chip.evaluation.timing.timestep(self.level))
        period = max(stepped, hold + self.value(neuron.time_after_drive(hold)))
        droop = spread = 0.0
        if isinstance(interface, HoldsResults):
            device: Any = interface.device
            lost = converters.sample_droop(device.droop_current, hold, device.hold_capacitance)
            droop, spread = (
                self.value(lost / interface.held_voltage()),
                self.value(interface.threshold_spread()),
            )
        full = 1.0 / self.value(array.drive(network).steps)
        delay = 0.0 if array.drive(network).ends else None
        if array.drive(network).ends and isinstance(neuron, DiffusiveNeuronBase):
            delay = self.value(neuron.ending_delay())
        if width and isinstance(kind, DiffusiveKind):
            # a full drive has a margin for slow devices; the scale is trimmed so that the typical one is not fast
            full *= self.value(neuron.drive_time()) / _number(integration_time(kind.cells, drive))
        return Stage(
            "width" if width else "amplitude", full, hold, period, drive,
            signed=isinstance(kind, Membrane) and kind.signed and not width, offset_spread=spread, droop=droop,
            error=self._rest(stays=False), offset=self._rest(stays=True), ending_delay=delay,
        )  # fmt: skip

    def _rest(self, *, stays: bool) -> float:
        """Errors of the results that no run draws one by one, over the deviation of the results."""
        errors = self.chip.evaluation.column_errors
        if errors is None:
            return 0.0
        every = errors.by_layer()
        result = self.value(every.result)
        squares = sum(
            self.value(error) ** 2
            for cause, error in every.causes.items()
            if cause not in _DRAWN and (cause not in FLUCTUATING) is stays
        )
        return float(np.sqrt(squares) / result) if result > 0.0 else 0.0

    def _path(self, array: CrossbarArray) -> ArrayPath:
        """Arrays of the layer."""
        network, mapper = self.level.mapper.network, self.level.mapper
        front_end = array.front_end(network)
        clamp = front_end.device if isinstance(front_end, CurrentClamp) else None
        low, high = array.weights.ends()
        rows = self.value(array.options["rows"]) * self.value(array.stacked_arrays(network))

        def drawn(levels: Array, generator: np.random.Generator) -> Array:
            return np.asarray(array.weights.drawn_conductances(levels, array.weights.age, generator))

        return ArrayPath(
            read_voltage=self.value(array.options["read_voltage"]), low=self.value(low), high=self.value(high),
            rows=int(rows),
            magnitude_bits=int(self.value(array.weights.magnitude_bits(network))),
            slice_bits=int(self.value(array.weights.bits_per_cell(network))),
            wires=wire_loss(mapper, self.place),  # type: ignore[arg-type]
            input_resistance=0.0 if clamp is None else self.value(clamp.input_resistance),
            bias_current=np.inf if clamp is None else self.value(clamp.bias_current), drawn=drawn,
        )  # fmt: skip


def _of_place(membrane: Membrane, value: Callable[[Any], float]) -> Membrane:
    """A membrane with the numbers of one layer."""
    numbers: dict[str, Any] = {
        each.name: value(getattr(membrane, each.name)) for each in fields(membrane) if each.name != "signed"
    }
    return replace(membrane, **numbers)


def _fires(name: str, kind: Kind, stage: Stage) -> None:
    """Check that a neuron spikes at its largest drive.

    Raises
    ------
    NeuroestError
        If the neuron never fires, or if the gate of a diffusive one settles about as fast as the gap closes. The gate
        then follows the filament and removes its drive, and the output stays on without a countable spike.
    """
    if not isinstance(kind, DiffusiveKind):
        return
    if not np.all(np.isfinite(integration_time(kind.cells, stage.drive))):
        raise NeuroestError(f"{name}: its neurons never fire at {format_quantity(stage.drive, 'V')}")
    refuse_following_gate(name, kind.cells, stage.drive)


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
    slow = _number(neuron.typical_slowness())
    for name in ("field_mobility", "residue_rate", "filament_decay", "residue_decay"):
        values[name] = values.get(name, getattr(cells, name)) / slow
    values["relaxation_time"] = _number(neuron.relaxation_time())
    # transistors depend on the process corner
    values["output_threshold"] = _number(neuron.output_threshold())
    values["transistor_on_resistance"] = _number(neuron.transistor_on_resistance())
    values["gate_capacitance"] = _number(neuron.gate_capacitance())
    values["control_resistance"] = _number(neuron.control_resistance())
    return cells.changed(**values)


def _number(value: Any) -> float:
    return float(np.max(np.asarray(value, dtype=float)))
