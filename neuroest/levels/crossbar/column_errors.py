"""Accuracy of crossbar columns, layer by layer: independent errors, added in quadrature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from neuroest.blocks.columns.interfaces import CurrentClamp, CurrentMirror
from neuroest.blocks.roles import ClampsColumn, CouplesDirectly, HoldsResults
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.distinct_layers import DistinctLayers
from neuroest.core.frozen import frozen_dataclass
from neuroest.equations import accuracy, converters, crossbar, crossbar_wires, weight_spreads
from neuroest.levels.base import Placement
from neuroest.levels.crossbar.column_gains import (
    Clamp,
    ColumnGains,
    ConverterRange,
    DigitColumns,
    along_blocks,
)
from neuroest.levels.crossbar.mapper import CrossbarMapper
from neuroest.levels.crossbar.stored_weights import COMMON_DRIFT


@frozen_dataclass(eq=False)
class ColumnErrors:
    """Result errors of each layer, in units of its largest weight times its largest input.

    Attributes
    ----------
    held : array
        One for layers that lie in arrays and whose results differ; the others have no such errors.
    result : array
        Standard deviation of the exact results.
    causes : mapping
        Standard deviation of the error by cause.
    layers : DistinctLayers or None
        Where the arrays are those of the distinct layers, all layers of the network.
    """

    held: Array
    result: Array
    causes: Mapping[str, Array]
    layers: DistinctLayers | None = None

    def by_layer(self) -> ColumnErrors:
        """The same errors, with arrays expanded to all layers."""
        if self.layers is None:
            return self
        every = self.layers.by_layer
        causes = {name: every(error) for name, error in self.causes.items()}
        return ColumnErrors(every(self.held), every(self.result), causes)

    @cached_property
    def error(self) -> Array:
        """Root-sum-square of all errors."""
        return np.sqrt(sum((e * e for e in self.causes.values()), start=0.0 * self.result))

    @cached_property
    def ratio(self) -> Array:
        """Ratio of result variance to error variance; infinite for layers without errors."""
        found = accuracy.signal_to_error_ratio(self.result, self.error)
        return np.where(self.held > 0.0, found, np.inf)

    @cached_property
    def worst(self) -> Array:
        """Ratio of the layer with the largest error."""
        return np.asarray(np.min(self.ratio, axis=-1, keepdims=True))


def joined_errors(parts: Sequence[tuple[Array, ColumnErrors]]) -> ColumnErrors:
    """Errors of the layers of several levels; each part marks its own layers with one and the others with zero."""
    if len(parts) == 1:
        return parts[0][1]
    causes = {name: 0.0 * parts[0][0] for _, found in parts for name in found.causes}
    held = result = 0.0 * parts[0][0]
    for own, distinct in parts:
        found = distinct.by_layer()
        held = np.where(own > 0.0, found.held, held)
        result = np.where(own > 0.0, found.result, result)
        causes |= {name: np.where(own > 0.0, error, causes[name]) for name, error in found.causes.items()}
    return ColumnErrors(held, result, causes)


def column_errors(mapper: CrossbarMapper, placement: Placement) -> ColumnErrors:
    """The errors of every layer that lies in arrays.

    Parameters
    ----------
    mapper : CrossbarMapper
        With the chip and the network.
    placement : Placement
        Placement of the layers on the units.
    """
    with np.errstate(all="ignore"):  # layers that lie in no arrays have no numbers, and are left out
        return _Columns(mapper, placement).errors()


def _distinct_layers(mapper: CrossbarMapper) -> DistinctLayers:
    """Layers that differ in rows, inputs or times, the only properties that determine the errors of a layer."""
    array, network, t = mapper.compute, mapper.network, mapper.layers
    if network.output_bits is not None:  # their widths differ
        every = np.arange(len(t.names), dtype=np.intp)
        return DistinctLayers(every, every, 0)
    differing = (
        t.reduction, t.recurrent_reduction, network.fan_in, mapper.planes, t.input_bit_density, t.output_rate,
        network.output_rate, network.active_share, network.events, array.hold_time(network),
        network.firing_threshold,
    )  # fmt: skip
    return DistinctLayers.of(mapper.on_array > 0.0, differing, (array.weights.conductance(network),))


class _Columns:
    """Inputs, weights and full scale of one network on one kind of array."""

    def __init__(self, mapper: CrossbarMapper, placement: Placement) -> None:
        array, network, t = mapper.compute, mapper.network, mapper.layers
        self.array, self.network, self.mapper = array, network, mapper
        self.layers = layers = _distinct_layers(mapper)
        self.row_reads = np.asarray(layers.of_each(mapper.row_reads))
        self.events = layers.of_each(network.events) + 0.0 * self.row_reads
        self.blocks = self.events if array.reads_events else self.row_reads
        self.fan_in = np.maximum(layers.of_each(t.reduction + t.recurrent_reduction), 1.0)
        every = array.cell.signed_product
        active = layers.of_each(mapper.active_share())
        self.density = np.ones_like(self.fan_in) if every else np.clip(active, 0.0, 1.0)
        planes = np.asarray(layers.of_each(mapper.planes), dtype=float)
        whole = array.driver.whole_numbers
        bits = array.read_schedule.input_bits(network) if whole else 1.0 if every else planes
        self.input_square = accuracy.input_mean_square(self.density, bits)
        # what an error of one read is in the sum over the bits that are applied one after the other
        self.reads = weight_spreads.digit_error_gain(array.phase_bits(network), planes)
        self.planes, self.input_bits = planes, bits
        self.columns = array.weights.devices_per_weight()[0] + (
            1.0 if array.weights.subtracts_column else 0.0
        )
        self.digits = array.weights.digit_gain(network)
        self.weight_square = weight_spreads.weight_mean_square(network.mean_absolute_weight)
        self.result = self.spread(np.sqrt(self.weight_square))

    def spread(self, weight: u.Dimensionless) -> Array:
        """Standard deviation of a result, for weights or errors of weights that stay from read to read."""
        return np.asarray(accuracy.dot_product_spread(self.fan_in, self.input_square, weight))

    def per_column(self, of_products: u.Numeric) -> Array:
        """Result error from an independent error in each column read, in units of the largest product of one digit."""
        reads = self.reads * self.array.read_schedule.results_of_phase
        times = np.sqrt(self.blocks * self.columns * reads * self.digits)
        return np.asarray(times * of_products + 0.0 * self.result)

    def per_conversion(self, of_products: u.Numeric) -> Array:
        """Result error from an independent error in each conversion, before which columns may have been merged."""
        array = self.array
        merged = np.asarray(array.merged_slices(self.network)) > 1.0
        # merged digits are one; those of several groups are weighed by their places
        groups = weight_spreads.digit_error_gain(
            array.converted_bits(self.network), array.merged_groups(self.network)
        )
        digits = np.where(merged, groups, self.digits)
        reads = (1.0 if array.adds_pulses else self.reads) * array.read_schedule.results_of_phase
        columns = self.columns - array.merged_lines + 1.0
        return np.asarray(np.sqrt(self.blocks * columns * reads * digits) * of_products + 0.0 * self.result)

    def errors(self) -> ColumnErrors:
        if self.array.cell.summation.flows:
            causes = {**self._of_cells(), **self._of_wires(), **self._of_circuits()}
        else:
            causes = self._of_charges()
        converter = self.array.converter
        if converter is not None and converter.rounds:
            causes["quantisation"] = self._quantisation()
            if self.range.limited:
                merged = self.array.merged_lines
                largest = self.array.rows_at_once() * merged * self.array.weights.windows_of_weight
                # the same columns clip for each bit of an input, those of many large weights, so that bits add up as
                # they are
                times = np.sqrt((self.columns - merged + 1.0) * self.array.read_schedule.sign_phases)
                causes["clipping at the converters"] = np.asarray(times * self.range.clipped * largest)
        # results that are all zero (no input, or no weight) have no spread to hold an error against
        held = np.where(self.result > 0.0, self.layers.of_each(self.mapper.on_array), 0.0)
        there = held > 0.0
        if not there.all():
            causes = {name: np.where(there, error, 0.0) for name, error in causes.items()}
        return ColumnErrors(held, self.result, causes, self.layers)

    # --- resistive cells ---------------------------------------------------------------------------------------------

    @cached_property
    def stacked(self) -> u.Dimensionless:
        return self.layers.of_each(self.array.stacked_arrays(self.network))

    @cached_property
    def conductance(self) -> u.Siemens:
        return self.layers.of_each(self.array.weights.conductance(self.network))

    @cached_property
    def settled_time(self) -> u.Second:
        return self.layers.of_each(self.array.settled_time(self.network))

    @cached_property
    def weight(self) -> u.Siemens:
        return self.array.weights.result_weight(self.array.weights.age)

    @cached_property
    def offset(self) -> Array:
        """Root mean square of the term that offset coding adds to each result and subtracts again; zero for pairs."""
        if not self.array.weights.offset_coded:
            return 0.0 * self.result
        low, high = self.array.weights.ends()
        return np.asarray(self.fan_in * self.density * ((low + high) / 2.0) / self.weight)

    @cached_property
    def full_scale(self) -> u.Dimensionless:
        """Largest result of a column: all rows on, all cells at their highest conductance."""
        rows = self.array.rows_at_once() * self.stacked
        if (
            self.array.reads_events
        ):  # one cell; the same error of each event adds up, in `per_conversion` as its root
            rows = np.sqrt(self.events)
        return rows * self.array.weights.ends()[1] / self.weight

    @property
    def sampled_share(self) -> u.Dimensionless:
        """Full swing of a stored voltage as a share of the largest column result: the converter range."""
        return self.range.share if self.array.converter is not None else 1.0

    def _of_cells(self) -> dict[str, Array]:
        array, network = self.array, self.network
        errors = array.weights.errors(network, array.weights.age)
        found = {cause: self.spread(error) for cause, error in errors.lasting.items()}
        if COMMON_DRIFT in found and array.weights.offset_subtraction in ("digital_sum", "none"):
            lost = 1.0 - array.weights.full_weight(array.weights.age) / self.weight
            found[COMMON_DRIFT] = np.abs(lost) * np.hypot(self.result, self.offset)
        for cause, error in errors.fluctuating.items():
            each_read = accuracy.dot_product_spread(self.fan_in, self.density * self.reads, error)
            found[cause] = np.asarray(each_read)
        conducting = self.events if array.cell.idle_rows_conduct else self.density
        cells = self.fan_in * conducting * self.columns * array.weights.devices_per_weight()[1]
        thermal = accuracy.thermal_noise_spread(
            array.technology.temperature, cells * self.conductance, self.settled_time,
            array.options["read_voltage"], self.weight,
        )  # fmt: skip
        found["thermal noise"] = np.asarray(np.sqrt(self.reads * self.digits) * thermal)
        return found

    def _of_wires(self) -> dict[str, Array]:
        """IR drop and incomplete settling; a gain common to all columns is not an error."""
        array = self.array
        segment, conductance = array.segment_resistance(), self.conductance
        rows = array.piece("rows") * self.stacked
        columns = array.piece("columns")
        driven = self.density * array.rows_at_once() / array.options["rows"]
        if array.reads_events:
            driven = np.asarray(self.layers.of_each(self.mapper.driven_share()))
        share = np.ones_like(self.density) if array.cell.idle_rows_conduct else driven
        near = crossbar_wires.ir_drop_error_near(conductance, segment, rows, share)
        along = self.layers.of_each(array.row_segment_resistance(self.network))
        far = crossbar_wires.ir_drop_error_far(conductance, along, segment, rows, columns, share)
        uneven = crossbar_wires.ir_drop_residual_spread(near, far)
        settling = self.layers.of_each(array.settling_time(self.network))
        lacking = accuracy.settling_residue(self.settled_time, settling, array.settled_bits())
        everything = np.hypot(self.result, self.offset)
        return {"IR drop": uneven * everything, "settling": np.asarray(lacking * everything)}

    def _of_circuits(self) -> dict[str, Array]:
        """Errors of the circuits at the ends of the lines."""
        array, found = self.array, {}
        front_end = array.front_end(self.network)
        if isinstance(front_end, ClampsColumn):
            uneven, curved = self._gain_errors(self._foot_gains)
            found |= {"uneven gain of the clamps": uneven, "clamp nonlinearity": curved}
        if array.switches_columns:
            switches = self.layers.of_each(array.switch_loads(self.network).series)
            uneven, curved = self._gain_errors(self._gains(switches, None))
            found["multiplexer resistance"] = np.hypot(uneven, curved)
        if isinstance(array.merge, CurrentMirror):
            merged = np.logical_or(array.weights.slices(self.network) > 1.0, self.row_reads > 1.0)
            # a mirror that is off is so for all events of a timestep, which add up to the current of its rows
            gains = self._foot_gains
            if array.reads_events:
                active, times, columns = self._all_rows
                gains = replace(gains, active=active, times=times, columns=columns)
            current = gains.root_mean_square / self.weight
            found["mirrors"] = merged * np.asarray(
                np.sqrt(self.columns * self.reads) * array.merge.device.relative_error * current
            )
        for stage in array.column_stages:
            found[f"{stage.path.rpartition('.')[2]}".replace("_", " ")] = self.per_column(
                stage.device.relative_error * self.full_scale
            )
        for buffer, cells, lines in array.line_buffers:
            error = buffer.error(array.options[cells])
            found[f"buffers of {lines}"] = (
                self.spread(error * np.sqrt(self.weight_square))
                if lines == "rows"
                else self.per_column(error * self.full_scale)
            )
        found |= self._of_neuron_inputs()
        if array.sampler is not None:  # it holds results for a converter, whose range is the full scale
            sampler, bits = array.sampler, array.resolution(self.network)
            lost = sampler.lost_voltage(self.layers.of_each(array.conversion_time(self.network)), bits)
            swing, largest = sampler.device.signal_swing, self.full_scale * self.sampled_share
            found["droop of held results"] = self.per_conversion(
                accuracy.quantisation_spread(lost / swing) * largest
            )
            found["thermal noise of held results"] = self.per_conversion(
                sampler.noise_voltage(bits) / swing * largest
            )
        return found

    def _of_neuron_inputs(self) -> dict[str, Array]:
        """Errors in front of a neuron, where full scale is trimmed to the results of its layer."""
        array = self.array
        if array.neuron is None:
            return {}
        driven, found = array.drive(self.network), {}
        scale = self.layers.of_each(driven.full_scale + 0.0 * self.network.firing_threshold)
        largest = scale * np.hypot(self.result, self.offset)
        if array.reads_events:  # trimmed to single weights, and off by the same for each event
            single = self.offset / np.maximum(self.fan_in * self.density, 1.0 / self.fan_in)
            largest = scale * self.events * np.hypot(np.sqrt(self.weight_square), single)
        elif not isinstance(array.interface, CouplesDirectly):
            threshold = self.layers.of_each(self.network.firing_threshold + 0.0 * driven.full_scale)
            # results beyond the threshold fire the neuron however long their drive is
            end = np.where(scale < threshold, scale, np.inf)
            lost = accuracy.clipping_error(0.0 * scale, 1.0 + 0.0 * scale, -np.inf, end)
            found["results beyond full scale"] = np.asarray(lost * self.result)
        if isinstance(array.interface, HoldsResults):
            h, kept = array.interface.device, self.layers.of_each(array.hold_time(self.network))
            lost = converters.sample_droop(h.droop_current, kept, h.hold_capacitance)
            lost = lost / array.interface.held_voltage()
            found["droop of held results"] = np.asarray(accuracy.quantisation_spread(lost) * largest)
            found["comparators of the pulses"] = np.asarray(array.interface.threshold_spread() * largest)
        return found

    @cached_property
    def kinds_of_blocks(self) -> tuple[tuple[tuple[Array, Array], ...], Array]:
        """Kinds of row blocks of the distinct layers."""
        blocks, times = self.mapper.kinds_of_blocks
        of_each = self.layers.blocks
        return tuple((of_each(rows), of_each(share)) for rows, share in blocks), of_each(times)

    def _gains(self, resistance: u.Ohm, clamp: Clamp | None) -> ColumnGains:
        """Gains of the columns of one read with a series resistance."""
        one = np.ones_like(self.result)[..., np.newaxis]
        read = self._columns_of(((one, one),), 1.0) if self.array.reads_events else self._all_rows
        return ColumnGains(along_blocks(resistance), *read, clamp)

    @cached_property
    def _foot_gains(self) -> ColumnGains:
        """Gains of the columns of one read with the resistance at their ends, and the clamp there if it is class A."""
        front_end, end = self.array.front_end(self.network), self.array.column_end(self.network).clamp
        if end is None or not isinstance(front_end, ClampsColumn):
            return self._gains(0.0, None)
        clamp = None
        if isinstance(front_end, CurrentClamp) and not front_end.follows_column:
            bias = along_blocks(self.layers.of_each(front_end.device.bias_current))
            clamp = Clamp(along_blocks(self.array.options["read_voltage"]), bias)
        return self._gains(self.layers.of_each(end), clamp)

    @cached_property
    def _all_rows(self) -> tuple[Array, u.Numeric, tuple[DigitColumns, ...]]:
        return self._columns_of(*self.kinds_of_blocks)

    def _columns_of(
        self, blocks: Sequence[tuple[Array, Array]], times: u.Numeric
    ) -> tuple[Array, u.Numeric, tuple[DigitColumns, ...]]:
        """Active rows of each block, occurrences of the block, and its columns; blocks are rows with their activity."""
        array, network = self.array, self.network
        low, high = array.weights.ends()
        offset = array.weights.offset_coded
        active = np.asarray(sum(rows * share for rows, share in blocks))
        found = []
        for value, mean, square in array.weights.digit_moments(network):
            cell = low + (high - low) * (mean if offset else mean / 2.0)
            if array.memory.has_stuck_cells:
                cell = crossbar.stuck_mean_conductance(cell, low, high, *array.weights.stuck_shares())
            spread = square - mean * mean
            both = np.sqrt((2.0 * cell) ** 2 + (high - low) ** 2 * spread)
            conductance = active * along_blocks(cell)
            variance = sum(
                accuracy.column_sum_spread(rows, share, along_blocks(2.0 * cell), along_blocks(both)) ** 2
                for rows, share in blocks
            )
            alike = 0.0 * mean if offset else mean
            found.append(
                DigitColumns(
                    along_blocks(value),
                    conductance,
                    np.sqrt(variance),
                    along_blocks(spread),
                    along_blocks(alike),
                )
            )
        return active, times, tuple(found)

    def _gain_errors(self, gains: ColumnGains) -> tuple[Array, Array]:
        """Errors from a resistance at the end of the columns: unequal gains of the blocks, and nonlinearity of each."""
        each_read = accuracy.dot_product_spread(
            self.fan_in, self.density * self.reads, np.sqrt(self.weight_square)
        )
        return np.asarray(gains.uneven * each_read), np.asarray(gains.curved * each_read)

    # --- capacitors --------------------------------------------------------------------------------------------------

    def _of_charges(self) -> dict[str, Array]:
        """Errors from capacitor mismatch and thermal noise, over all products of a column."""
        array = self.array
        products = array.rows_at_once() * self._level(array.weights.bits_per_cell(self.network))
        cell, ones = array.static_cell, array.static_cell.product_probability(self.network, self.density)
        mismatch = cell.mismatch_at(array.at_rest, ones)
        noise = accuracy.charge_noise_spread(array.technology.temperature, array.signal_energy(self.network))
        found = {
            "mismatch of cells": self.per_column(mismatch * products),
            "thermal noise": self.per_column(noise * products),
        }
        if array.merge is not None:  # each column adds the error of its own weight
            level = products * ones
            found["merging of columns"] = self.per_column(array.merge.device.relative_error * level)
        return found

    @cached_property
    def range(self) -> ConverterRange:
        """Range of column sums that the converters cover."""
        return ConverterRange(self.array, self.network, self.kinds_of_blocks, self._bits_at_once())

    def _bits_at_once(self) -> u.Dimensionless:
        """Bits of an input per conversion."""
        return self.planes if self.array.adds_pulses else self.array.phase_bits(self.network)

    # --- converters --------------------------------------------------------------------------------------------------

    def _level(self, bits: u.Dimensionless) -> u.Dimensionless:
        """Smallest difference between sums, over the largest product of a digit of this many bits."""
        return self.array.weights.windows_of_weight / (np.exp2(bits) - 1.0)

    def _quantisation(self) -> Array:
        """Rounding error of the converters; zero if every whole-number sum has its own code."""
        array, network = self.array, self.network
        at_once = self._bits_at_once()
        bits = array.converted_bits(network)
        step = accuracy.converter_step(
            array.rows_at_once() * array.merged_lines, at_once, bits, array.resolution(network)
        )
        step = step * self.range.share
        left: u.Dimensionless = 1.0
        age = array.weights.age
        if age is not None:
            # levels that have drifted together lie closer than the codes
            left = array.weights.full_weight(age) / array.weights.full_weight(None)
        lost = accuracy.rounding_spread(step / left)
        if array.spec.drift_correction == "none":
            lost = lost * left
        inputs = np.exp2(at_once) - 1.0
        return self.per_conversion(lost * self._level(bits) / inputs)
