"""Array of AND-and-count units: products of two spiking factors, as in spiking attention."""

from collections.abc import Mapping
from typing import Literal

import numpy as np

from neuroest.blocks.attributes import slot
from neuroest.blocks.digital.and_count_unit import AndCountBlock, AndCountUnit
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.roles import UpdatesNeurons
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.errors import CodingError, MappingError
from neuroest.equations import adder_trees, mapping
from neuroest.levels.base import LevelCounts, Mapper, Placement, Traffic
from neuroest.specs.architecture import ComputingLevel
from neuroest.specs.base import Count, Frequency
from neuroest.workloads.layout import of_one_point

_BIT = 1.0
"""Bits of a spike, and bit growth per level of a tree of counts."""


class AndCountLevel(ComputingLevel):
    """Array of AND-and-count units for spikes."""

    slots = ("unit",)
    mapper: Literal["and_count_array"]
    """The mapper of this level."""
    columns: Count
    """Units in parallel: outputs that receive the same spikes of the left factor."""
    clock_frequency: Frequency
    """Clock."""
    outputs: Literal["neurons", "random"]
    """How counts become spikes. neurons: a digital_lif block with persistent state; random: comparison with a new
    random number in every timestep, as in stochastic attention."""
    unit: AndCountBlock
    """AND gates and counter of one output."""


class AndCountMapper(Mapper):
    """The right factor stays in the units while the positions of the left factor stream through, in each timestep.

    Model errors
    ------------
    time
        waits for memories between layers are not modelled
    """

    schema = AndCountLevel
    multiplies_computed = True
    turns_by_steps = True
    prior_error = model_errors(time=1.3)
    family = "digital"
    unit: AndCountUnit = slot("unit")
    """What is at each place of the array."""

    unit_name = "array"

    def check_supported(self) -> None:
        """Refuse numbers, layers with weights, and neurons that are not there.

        Refused
        -------
        dense_network
            {path} counts spikes and cannot run a dense network; use a digital_array
        no_neurons
            {path}.outputs is neurons, but the chip has no digital_lif block; add one with a memory that stores
            state, or set it to random
        """
        self.refuse("dense_network", not self.network.spiking, CodingError)
        t = self.layers
        weighted = of_one_point(t.is_weighted * (t.stationary_elements <= 0.0)) > 0.0
        for name, stored in zip(t.names, weighted, strict=True):
            if stored:
                raise MappingError(
                    f"layer {name!r} has weights, but {self.level.path} multiplies spikes of two layers only; name it "
                    "in the `layers` of another level"
                )
        self.refuse("no_neurons", self.spec.outputs == "neurons" and not self.chip.find(UpdatesNeurons))

    def blocks(self) -> tuple[Array, Array]:
        """Parts into which the sum of an output, and the outputs of a head, are cut."""
        t, unit = self.layers, self.unit
        deep = np.maximum(mapping.block_count(t.reduction, unit.options["inputs"]), 1.0)
        across = np.maximum(mapping.block_count(t.outputs, self.options["columns"]), 1.0)
        return np.asarray(deep), np.asarray(across)

    def cycles(self) -> Array:
        """Clock cycles of one timestep of each layer: all positions of the left factor for each block of the right."""
        t = self.layers
        deep, across = self.blocks()
        return np.asarray(t.is_weighted * t.groups * t.positions * deep * across)

    def place(self) -> Placement:
        """Every layer uses all arrays, one layer after the other."""
        t, unit = self.layers, self.unit
        _, across = self.blocks()
        ones = t.is_weighted * 1.0
        filled = t.macs / np.maximum(self.cycles() * unit.options["inputs"] * self.options["columns"], 1.0)
        return self.placed(ones * self.arrays, t.is_weighted * filled, column_blocks=across, shared=True)

    def right_rate(self) -> Array:
        """Spikes of the factor that stays, per element and timestep."""
        t = self.layers
        rates = np.array(np.broadcast_to(t.output_rate, np.shape(t.output_rate)))
        sources = [inputs[1] if len(inputs) > 1 else index for index, inputs in enumerate(t.reads)]
        outside = np.array([len(inputs) > 1 and inputs[1] < 0 for inputs in t.reads])
        return np.asarray(np.where(outside, t.input_rate, rates[..., sources]))

    def action_counts(self, placement: Placement) -> LevelCounts:
        """ANDs that switch, additions of the trees, counts that are taken up, and spikes that are decided."""
        t, unit = self.layers, self.unit
        deep, across = self.blocks()
        inputs = unit.options["inputs"]
        pairs = self.steps * t.is_weighted * t.macs
        switching = np.asarray(2.0 * adder_trees.product_toggle_rate(t.input_rate, self.right_rate()))
        trees = adder_trees.tree_activity(inputs, _BIT, _BIT, switching / 2.0)
        outputs = self.steps * t.is_weighted * t.output_elements
        read = self.steps * t.is_weighted * t.input_taps * across * _BIT
        stays = self.steps * t.is_weighted * t.stationary_elements * _BIT
        decided = self.spec.outputs == "random"
        actions = {
            (unit.path, "coincidence"): pairs * switching,
            (unit.path, "tree_addition"): pairs * trees * np.maximum(1.0 - 1.0 / inputs, 0.0),
            (unit.path, "load"): read + stays,
            (unit.path, "count"): outputs * deep,
        }
        if decided:
            actions[unit.path, "decide"] = outputs
        written = np.asarray(self.steps * t.is_weighted * t.input_elements * _BIT)
        return LevelCounts(
            actions={key: np.asarray(count) for key, count in actions.items()},
            traffic=[Traffic("activations", np.asarray(read + stays), written, required=False)],
            element_operations=self.elementwise(),
            neuron_updates=0.0 if decided else outputs,
        )

    def peak_rate(self) -> u.Numeric:
        """Every pair meets in every cycle."""
        return 2.0 * self.unit.options["inputs"] * self.options["columns"] * self.options["clock_frequency"]

    def unit_time(self, placement: Placement) -> Array:
        """Cycles of one timestep over the clock, shared by the arrays."""
        return np.asarray(self.cycles() / (self.options["clock_frequency"] * self.arrays))

    def slot_instances(self, placement: Placement, units: u.Numeric) -> Mapping[str, u.Numeric]:
        """Units of all arrays."""
        return {self.unit.path: units * self.options["columns"]}
