"""Shapes, exact counts and activity of every layer of a network, as arrays over the layers.

The shapes of a network never change during a sweep, so they are worked out once (`geometry`); the activity,
the timesteps and the bits may be replaced by arrays (`layer_table`). Counts are for one pass through the
network: one inference in dense coding, one timestep in spiking coding.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, fields, replace
from functools import cached_property, reduce
from math import prod
from typing import Any

import numpy as np

from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.errors import UnknownNameError
from neuroest.core.frozen import frozen_dataclass
from neuroest.specs import workload
from neuroest.specs.claims import Claim
from neuroest.specs.layers import (
    POPULATION_NUMBERS,
    Concatenation,
    Layer,
    MatrixProduct,
    Population,
    RecurrentCell,
)
from neuroest.workloads import layout
from neuroest.workloads.shapes import (
    NETWORK_INPUT,
    WEIGHTLESS,
    Counts,
    PopulationCounts,
    Shape,
    ShapeInference,
    population_counts,
)


@frozen_dataclass(eq=False, kw_only=True)
class Geometry(Counts[Array]):
    """Counts that depend only on the shapes of a network, with one element a layer in all arrays.

    Attributes
    ----------
    names, types : tuple of str
        Names and types of the layers, in order.
    reads : tuple of tuple of int
        Indices of the layers that each layer reads; `NETWORK_INPUT` for the network's input.
    output_shapes : tuple of tuple of int
        ``(features,)`` or ``(channels, rows, columns)``.
    output_elements : array
        Elements written.
    connections : array
        Uses of a feed-forward synapse by a real element, without taps on padding.
    recurrent_connections : array
        Uses of a recurrent synapse.
    macs : array
        Multiply-accumulate operations including padding, as in a frame-based engine; zero without weights.
    weights : array
        Stored weights, without biases.
    time_constant_steps, shortest_time_constant_steps : array
        Longest and shortest membrane time constant over the time of a timestep; zero where the network does not state
        it.
    fan_out_layers : array
        Layers that read the output.
    input_elements_total, output_elements_total : float
        Elements that enter and leave the network.
    coding : str
        ``spiking`` or ``dense``.
    """

    names: tuple[str, ...]
    types: tuple[str, ...]
    reads: tuple[tuple[int, ...], ...]
    output_shapes: tuple[Shape, ...]
    output_elements: Array
    connections: Array
    recurrent_connections: Array
    macs: Array
    weights: Array
    time_constant_steps: Array
    shortest_time_constant_steps: Array
    fan_out_layers: Array
    input_elements_total: float
    output_elements_total: u.Numeric
    coding: workload.Coding

    @property
    def total_macs(self) -> u.Numeric:
        """Multiply-accumulate operations of one pass through the network, padding counted."""
        return self._total(self.macs)

    @property
    def total_weights(self) -> u.Numeric:
        """Stored weights of the network with its tables, without biases and batch normalisation."""
        weights = self._total(self.weights)
        return weights + self._total(self.table_elements) if np.any(self.table_elements) else weights

    def _total(self, counts: Array) -> u.Numeric:
        """Sum over the layers: one number, or one for each design point where the size of a population varies."""
        if counts.ndim == 1 or not np.any(self.population > 0.0):
            return float(layout.of_one_point(counts).sum())
        return np.asarray(np.sum(counts, axis=-1, keepdims=True))


@frozen_dataclass(eq=False, kw_only=True)
class LayerTable(Geometry):
    """Geometry and activity of a network.

    The arrays of the activity have the layers on their last axis and the design points before it.

    Attributes
    ----------
    input_rate, output_rate : array
        Probability that an element read or written by the layer is active in a timestep: spikes per neuron and
        timestep, or in dense coding the fraction of non-zero activations.
    input_density, output_density : array
        Fraction of elements that are not zero; equal to the rates.
    input_bit_density, output_bit_density : array
        Probability that a bit of an element is one; equal to the rates in spiking coding.
    firing_threshold : array
        Weighted sum at which a neuron of the layer fires, over the standard deviation of those of one timestep; one
        for layers without neurons.
    recorded_drive : array or None
        Share of a full drive that a neuron of the layer gets in a timestep; NaN where none is stated, None if nowhere.
    input_active_steps : array
        Share of the timesteps in which the layer reads spikes; one if spikes come in every timestep.
    timesteps : float or array
        Timesteps of one inference; one in dense coding.
    weight_bits, activation_bits, accumulator_bits : float or array
        Bits of a number; a spike has one. Activations are those that a layer reads. Where layers differ, the first two
        are arrays with the layers on the last axis.
    output_bits : float, array or None
        Bits of an element that a layer writes, the most that a layer after it reads; None where no layer differs.
    mean_absolute_weight : float or array
        Mean absolute weight over the largest.
    """

    input_rate: Array
    output_rate: Array
    input_density: Array
    output_density: Array
    input_bit_density: Array
    output_bit_density: Array
    input_active_steps: Array
    firing_threshold: Array
    timesteps: u.Numeric
    weight_bits: u.Numeric
    activation_bits: u.Numeric
    accumulator_bits: u.Numeric
    mean_absolute_weight: u.Numeric
    weight_density: u.Numeric = 1.0
    """Share of the weights that are not zero."""
    weight_bit_density: u.Numeric = 0.5
    """Share of ones among the bits of the weights."""
    accuracy_curve: workload.AccuracyCurve | None = None
    """Accuracy of the network with errors of its results."""
    output_bits: u.Numeric | None = None
    recorded_drive: Array | None = None
    in_numbers: LayerTable | None = None
    """Of a spiking network with layers in numbers: the network as these layers have it."""
    numbers: Array = field(default_factory=lambda: np.zeros(1))
    """One for layers in numbers of such a network, zero for others."""

    @property
    def multiply_accumulates(self) -> u.Numeric:
        """Multiply-accumulates of one inference over all timesteps, independent of the activity."""
        if self.coding != "spiking":
            return self.total_macs
        if self.in_numbers is None:
            return self.total_macs * self.timesteps
        once = self._total(self.macs * self.numbers)
        return once + (self.total_macs - once) * self.timesteps

    @property
    def total_weight_bits(self) -> u.Numeric:
        """Bits of all stored weights with those of tables."""
        if self.output_bits is None:
            return np.asarray(self.total_weights * self.weight_bits)
        return self._total((self.weights + self.table_elements) * self.weight_bits)

    @property
    def layer_synaptic_operations(self) -> Array:
        """Synaptic operations of each layer in one inference: active elements times the synapses they use.

        A synapse of weight zero counts, a tap on padding does not. In dense coding these are the
        multiply-accumulate operations with a non-zero activation.
        """
        events = self.input_rate * self.connections + self.output_rate * self.recurrent_connections
        operations = np.asarray(self.timesteps * events, dtype=np.float64)
        if self.in_numbers is None:
            return operations
        return np.where(self.numbers > 0.0, self.in_numbers.layer_synaptic_operations, operations)

    @property
    def synaptic_operations(self) -> u.Numeric:
        """Synaptic operations of one inference."""
        total = self.layer_synaptic_operations.sum(axis=-1)
        return float(total) if total.ndim == 0 else total


def check_workload(spec: workload.WorkloadSpec) -> list[workload.Fault]:
    """Find all problems of a workload that the schema does not detect.

    Each fault is the place in the file, such as ``("layers", 3, "kernel")``, and a message.
    """
    faults = [*workload.check_claims(spec), *ShapeInference(spec).faults]
    if not faults and not np.any(geometry(spec).is_weighted):
        faults.append((("layers",), "no layer has weights, so there is nothing to place on a chip"))
    return faults


def geometry(spec: workload.WorkloadSpec) -> Geometry:
    """Compute shapes and exact counts of a network, once for each spec.

    Raises
    ------
    SpecError
        With everything that `check_workload` finds.
    """
    return _plan(spec).geometry


def layer_table(
    spec: workload.WorkloadSpec, values: Mapping[str, u.Numeric] | None = None, points: int = 1
) -> LayerTable:
    """Geometry and activity of a network.

    Parameters
    ----------
    spec : WorkloadSpec
        The network.
    values : mapping of str to float or array, optional
        Values that replace those of the file, by the paths of `workload_claims`, for example
        ``workload.layers.conv1.activity.rate``; a layer may be named whose activity the file leaves to the
        default. An array holds design points and has a last axis of length one, to which the layers go. Paths
        that do not begin with ``workload.`` are left to others.
    points : int
        Length of the list of design points that the table is for, if it is for one; see `layout`.

    Raises
    ------
    SpecError
        With everything that `check_workload` finds.
    UnknownNameError
        For a path that the workload does not have.
    ValueError
        For an array whose last axis is not of length one.
    """
    plan = _plan(spec)
    given, as_stated = dict(plan.stated), points == 1
    for path, value in (values or {}).items():
        if path in plan.paths:
            if type(value) is not float and np.ndim(value) and np.shape(value)[-1] != 1:
                raise ValueError(f"{path}: an array of design points needs a last axis of length one")
            # a number that states its origin is no plain one
            as_stated = as_stated and type(value) is float and value == given.get(path)
            given[path] = value
        elif path.startswith("workload."):
            raise UnknownNameError("workload value", path, plan.paths)
    return plan.stated_table if as_stated else _table(plan, given, points)


def _table(plan: _Plan, given: Mapping[str, u.Numeric], points: int) -> LayerTable:
    """The table of a list of points with all values of a workload given."""
    read, written = plan.activity(given)
    bursts, thresholds = plan.active_steps(given), plan.firing_thresholds(given)
    drives = plan.recorded_drives(given)
    counts = vars(plan.geometry)
    hybrid = bool(np.any(plan.numbers > 0.0))
    if layout.points_first(points, len(counts["names"])):
        counts = plan.laid_out.counts(counts, points)
        read, written = (
            [layout.points_apart(array, points) for array in arrays] for arrays in (read, written)
        )
        bursts, thresholds = (layout.points_apart(array, points) for array in (bursts, thresholds))
        drives = None if drives is None else layout.points_apart(drives, points)
    counts = plan.varied(counts, given)
    bits = plan.widths(given)
    activations = bits["activation_bits"]
    table = LayerTable(
        **counts,
        **_densities(read, written, 0, 0 if hybrid else -1),
        input_active_steps=bursts,
        firing_threshold=thresholds,
        recorded_drive=drives,
        timesteps=given.get("workload.timesteps", 1.0),
        **{**bits, "activation_bits": _BIT if hybrid else activations},
        accumulator_bits=given["workload.precision.accumulator"],
        mean_absolute_weight=given["workload.weights.mean_absolute"],
        weight_density=given.get("workload.weights.density", 1.0),
        weight_bit_density=given.get("workload.weights.bit_density", 0.5),
        accuracy_curve=plan.accuracy_curve,
    )
    if not hybrid:
        return table
    dense = replace(
        table, coding="dense", timesteps=1.0, activation_bits=activations,
        input_active_steps=np.ones_like(bursts), **_densities(read, written, 1, 2),
    )  # fmt: skip
    return replace(table, in_numbers=dense, numbers=plan.numbers)


def _densities(read: Sequence[Array], written: Sequence[Array], rate: int, bits: int) -> dict[str, Any]:
    """Activity of inputs and outputs: which of the quantities is the rate, and which the density of bits."""
    places = {"rate": rate, "density": rate, "bit_density": bits}
    sides = {"input": read, "output": written}
    return {f"{side}_{name}": arrays[at] for side, arrays in sides.items() for name, at in places.items()}


_BIT = 1.0
"""Bits of a spike."""
_MOVED = (
    "reduction", "recurrent_reduction", "outputs", "input_elements", "output_elements", "connections",
    "recurrent_connections", "macs", "weights", "input_taps", "population", "sheet_density", "decay_length",
    "long_range_share", "long_range_areas", "long_range_distance",
)  # fmt: skip
"""Counts that follow from the numbers of a population."""


def _frozen(numbers: Iterable[float]) -> Array:
    array = np.array(list(numbers), dtype=np.float64)
    array.flags.writeable = False
    return array


def _geometry(spec: workload.WorkloadSpec, inference: ShapeInference) -> Geometry:
    counts = [one for one in inference.counts if one is not None]
    layers, step = range(len(counts)), spec.time_step or 1.0
    constants = [layer.time_constant or 0.0 for layer in spec.layers]
    read = [index for reads in inference.reads for index in reads]
    counted = [field.name for field in fields(Geometry) if hasattr(counts[0], field.name)]
    arrays = {name: _frozen(getattr(one, name) for one in counts) for name in counted}
    return Geometry(
        names=tuple(layer.name for layer in spec.layers),
        types=tuple(layer.type for layer in spec.layers),
        reads=tuple(inference.reads),
        output_shapes=tuple(one.output_shape for one in counts),
        fan_out_layers=_frozen(read.count(index) for index in layers),
        time_constant_steps=_frozen(longest / step for longest in constants),
        shortest_time_constant_steps=_frozen(
            (layer.shortest_time_constant or longest) / step
            for layer, longest in zip(spec.layers, constants, strict=True)
        ),
        input_elements_total=float(prod(spec.input.shape)),
        output_elements_total=float(counts[-1].output_elements),
        coding=spec.coding,
        **arrays,
    )


@frozen_dataclass(eq=False)
class _Plan:
    """What is worked out once for a spec, so that a table costs microseconds.

    `rules` says for each quantity of the activity and each layer which paths may hold its output's value, the
    first that does wins; none does for a pooling or addition that passes on what it reads. `bursts` says it of
    the share of active steps, `thresholds` of the threshold. `passed` is the number of events that leave a layer
    without own activity, over those that it reads: all spikes of its windows leave a sum.
    """

    geometry: Geometry
    stated: dict[str, u.Numeric]
    paths: frozenset[str]
    bursts: tuple[tuple[str, ...], ...]
    thresholds: tuple[tuple[str, ...], ...]
    drives: tuple[tuple[str, ...], ...]
    inputs: tuple[str, ...]
    rules: tuple[tuple[tuple[str, ...], ...], ...]
    accuracy_curve: workload.AccuracyCurve | None
    numbers: Array
    """One for layers in numbers of a spiking network, zero for others."""
    shares: tuple[tuple[float, ...] | None, ...]
    """Share of each operand in what a layer reads, None for equal ones; one more share is the layer itself."""
    passed: tuple[float, ...]
    populations: tuple[tuple[int, Mapping[str, str]], ...] = ()
    """Index of each population, and the paths of its numbers by their names."""
    own_widths: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    """Paths of the widths that layers state, by key and layer; empty where none states one."""
    laid_out: layout.LaidOut = field(default_factory=layout.LaidOut)

    @cached_property
    def stated_table(self) -> LayerTable:
        """The table with the values of the file."""
        return _table(self, self.stated, 1)

    def varied(self, counts: Mapping[str, Any], given: Mapping[str, u.Numeric]) -> dict[str, Any]:
        """Counts of the layers where numbers of populations are other than the file's; the same where none is."""
        found = dict(counts)
        moved: dict[int, PopulationCounts] = {}
        for index, paths in self.populations:
            (source,) = self.geometry.reads[index]
            stated = all(
                np.ndim(given[path]) == 0 and given[path] == self.stated[path] for path in paths.values()
            )
            if stated and source not in moved:
                continue
            inputs = moved[source].outputs if source in moved else self.geometry.input_elements[index]
            fixed = {"neurons": self.geometry.population[index]}  # where its path is none of the claims
            numbers = {**fixed, **{name: given[path] for name, path in paths.items()}}
            moved[index] = own = population_counts(numbers, inputs)
            for name in _MOVED:
                # of this layer alone other values: one, or one for each design point
                array, values = found[name], getattr(own, name)
                shape = np.broadcast_shapes((*array.shape[:-1], 1), np.shape(values))
                found[name] = np.array(np.broadcast_to(array, (*shape[:-1], array.shape[-1])))
                found[name][..., index : index + 1] = values
            if index == len(self.geometry.names) - 1:
                found["output_elements_total"] = own.output_elements
        return found

    def widths(self, given: Mapping[str, u.Numeric]) -> dict[str, Any]:
        """Bits of weights, of what layers read and of what they write: one number each if no layer states its own."""
        weights, activations = given["workload.precision.weights"], given["workload.precision.activations"]
        if not self.own_widths:
            return {"weight_bits": weights, "activation_bits": activations}
        shapes = self.geometry
        read = [activations if path is None else given[path] for path in self.own_widths[workload.INPUT_BITS]]
        written: list[u.Numeric] = [0.0] * len(read)
        for sources, bits in zip(shapes.reads, read, strict=True):
            for source in sources:
                if source != NETWORK_INPUT:
                    written[source] = np.maximum(written[source], bits)
        written[-1] = activations
        stored: list[u.Numeric] = []
        for index, path in enumerate(self.own_widths[workload.WEIGHT_BITS]):
            # a factor that is computed has the bits of what the layer reads
            computed = shapes.stationary_elements[index] > 0.0 and self.own_widths[workload.INPUT_BITS][index]
            stored.append(given[path] if path is not None else read[index] if computed else weights)
        found = _stack(stored)
        held = (shapes.is_weighted + shapes.table_elements) > 0.0
        # layers without weights must not widen what layers with weights share
        least = np.min(found[..., held], axis=-1, keepdims=True)
        return {
            "weight_bits": np.where(held, found, least),
            "activation_bits": _stack(read),
            "output_bits": _stack(written),
        }

    def activity(self, given: Mapping[str, u.Numeric]) -> tuple[list[Array], list[Array]]:
        """For each quantity the arrays of what the layers read and of what they write."""
        read, written = [], []
        for input_path, rules in zip(self.inputs, self.rules, strict=True):
            outputs: list[u.Numeric] = []
            sources: list[u.Numeric] = []
            layers = zip(self.geometry.reads, rules, self.shares, self.passed, strict=True)
            for reads, paths, shares, passed in layers:
                found = [given[input_path] if index == NETWORK_INPUT else outputs[index] for index in reads]
                own = next((given[path] for path in paths if path in given), None)
                source: u.Numeric
                if shares is not None:
                    parts = [*found, found[0] if own is None else own]
                    source = sum(share * part for share, part in zip(shares, parts, strict=False))
                else:
                    source = found[0] if len(found) == 1 else sum(found[1:], start=found[0]) / len(found)
                sources.append(source)
                passed_on = source if passed == 1.0 else passed * source
                outputs.append(passed_on if own is None else own)
            read.append(_stack(sources))
            written.append(_stack(outputs))
        return read, written

    def active_steps(self, given: Mapping[str, u.Numeric]) -> Array:
        """Share of the timesteps in which each layer reads spikes: of those that it reads, the largest."""
        inputs: list[u.Numeric] = []
        outputs: list[u.Numeric] = []
        first = given.get(workload.activity_path("input", workload.ACTIVE_STEPS), 1.0)
        for reads, paths in zip(self.geometry.reads, self.bursts, strict=True):
            inputs.append(reduce(np.maximum, (first if i == NETWORK_INPUT else outputs[i] for i in reads)))
            passes_on = inputs[-1] if not paths else 1.0
            outputs.append(next((given[path] for path in paths if path in given), passes_on))
        return _stack(inputs)

    def firing_thresholds(self, given: Mapping[str, u.Numeric]) -> Array:
        """Threshold of the neurons of each layer; the largest for layers without neurons, so that they set no pace."""
        stated = [next((given[path] for path in paths if path in given), None) for paths in self.thresholds]
        largest: u.Numeric = 1.0
        for value in stated:
            if value is not None:
                largest = np.maximum(largest, value)
        return _stack([largest if value is None else value for value in stated])

    def recorded_drives(self, given: Mapping[str, u.Numeric]) -> Array | None:
        """Drive of the neurons of each layer, NaN where none is stated; None if no layer states one."""
        stated = [next((given[path] for path in paths if path in given), None) for paths in self.drives]
        if all(value is None for value in stated):
            return None
        return _stack([np.nan if value is None else value for value in stated])


def _stack(values: Sequence[u.Numeric]) -> Array:
    """Put the values side by side on the last axis."""
    if not any(np.ndim(value) for value in values):
        return np.array(values, dtype=np.float64)
    shape = np.broadcast_shapes(*{np.shape(value) for value in values})
    stacked = np.empty((*shape[:-1], len(values)))
    for index, value in enumerate(values):
        stacked[..., index : index + 1] = value
    return stacked


def _new_plan(spec: workload.WorkloadSpec) -> _Plan:
    inference = ShapeInference(spec)
    workload.raise_faults(spec, [*workload.check_claims(spec), *inference.faults])
    claims: dict[str, Claim] = workload.workload_claims(spec)
    shapes = _geometry(spec, inference)
    given = workload.input_quantities(spec)
    quantities = workload.ACTIVITY_QUANTITIES[spec.coding]
    hybrid = workload.is_hybrid(spec)
    # numbers at the input of a spiking network have a density and a bit density, its layers a rate for both
    quantities = quantities * (len(given) // len(quantities))
    if hybrid:
        # whichever of these the input has not is read by no layer that takes it
        quantities, given = workload.quantities_of_layers(spec), (given[0], given[0], given[-1])

    def rule(layer: Layer, quantity: str) -> tuple[str, ...]:
        own = workload.activity_path(layer.name, quantity)
        return (own,) if isinstance(layer, WEIGHTLESS) else (own, workload.activity_path(None, quantity))

    rules = tuple(tuple(rule(layer, quantity) for layer in spec.layers) for quantity in quantities)
    bursts, thresholds, drives = (
        tuple(
            () if isinstance(layer, WEIGHTLESS) or spec.coding == "dense" else rule(layer, key)
            for layer in spec.layers
        )
        for key in (workload.ACTIVE_STEPS, workload.THRESHOLD_KEY, workload.DRIVE_KEY)
    )
    every_path = {
        path
        for paths in (*rules, bursts, thresholds, drives)
        for alternatives in paths
        for path in alternatives
    }
    if spec.coding == "spiking":
        every_path |= {workload.activity_path("input", workload.ACTIVE_STEPS)}
    widths = {key: [workload.layer_path(layer.name, key) for layer in spec.layers] for key in workload.WIDTHS}
    if not any(layer.weight_bits or layer.input_bits for layer in spec.layers):
        widths = {}
    return _Plan(
        geometry=shapes,
        stated={path: claim.value for path, claim in claims.items()},
        paths=frozenset(claims) | every_path,
        bursts=bursts,
        thresholds=thresholds,
        drives=drives,
        inputs=tuple(workload.activity_path("input", quantity) for quantity in given),
        accuracy_curve=None if spec.task is None else spec.task.against_error,
        numbers=_frozen(float(hybrid and coding == "dense") for coding in workload.layer_codings(spec)),
        rules=rules,
        populations=tuple(
            (
                index,
                {
                    name: path
                    for name in POPULATION_NUMBERS
                    if (path := workload.layer_path(layer.name, name)) in claims
                },
            )
            for index, layer in enumerate(spec.layers)
            if isinstance(layer, Population)
        ),
        shares=tuple(
            _shares(layer, reads, shapes, spec)
            for layer, reads in zip(spec.layers, shapes.reads, strict=True)
        ),
        passed=_passed(spec, shapes),
        own_widths={
            key: tuple([path if path in claims else None for path in paths]) for key, paths in widths.items()
        },
    )


def _passed(spec: workload.WorkloadSpec, shapes: Geometry) -> tuple[float, ...]:
    """Events of an element after each layer, over those of an element before it."""
    passed = [1.0] * len(spec.layers)
    for index, layer in enumerate(spec.layers):
        pools, adds = (
            layer.type == "pooling" and layer.mode == "sum",
            layer.type == "add" and layer.spikes == "all",
        )
        if not (pools or adds) or shapes.input_bits[index] > 1.0:
            continue  # sums of numbers are numbers
        if workload.layer_codings(spec)[index] == "spiking":
            taps = shapes.input_taps[index] / shapes.output_elements[index]
            passed[index] = float(taps) if pools else float(len(shapes.reads[index]))
    return tuple(passed)


def _shares(
    layer: Layer, reads: tuple[int, ...], shapes: Geometry, spec: workload.WorkloadSpec
) -> tuple[float, ...] | None:
    sizes = [
        prod(spec.input.shape) if index == NETWORK_INPUT else prod(shapes.output_shapes[index])
        for index in reads
    ]
    if isinstance(layer, MatrixProduct):
        return (1.0, 0.0)
    if isinstance(layer, RecurrentCell):
        steps = shapes.sequential_steps[spec.layers.index(layer)]
        sizes.append(int(layer.outputs * steps))
    elif not isinstance(layer, Concatenation):
        return None
    return tuple(size / sum(sizes) for size in sizes)


_plans: dict[int, _Plan] = {}


def _plan(spec: workload.WorkloadSpec) -> _Plan:
    """Return the plan of a spec, which is kept as long as the spec lives; hashing a spec would be slower."""
    key = id(spec)
    if key not in _plans:
        _plans[key] = _new_plan(spec)
        weakref.finalize(spec, _plans.pop, key)
    return _plans[key]
