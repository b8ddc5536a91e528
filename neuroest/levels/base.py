"""Results of a mapper, and the level counts that follow from them.

Arrays have the layers on their last axis and the design points before it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from itertools import pairwise
from math import prod
from typing import Any, ClassVar, Literal, TypeAlias, cast, get_args

import numpy as np
from numpy.typing import NDArray

from neuroest.blocks.base import Check, Component, NetworkContext, Pace, StatesChecks, Structural, lacking
from neuroest.blocks.memories.base import Memory
from neuroest.blocks.model_error import ModelErrors, give_reasons, refuse_without_error
from neuroest.blocks.roles import ChargesClock, CodesSpikes, ExecutesElementwise
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.docstrings import stated, texts_of
from neuroest.core.errors import CodingError, MappingError, NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.memoization import memoize_numbers
from neuroest.design.chip import Chip, LevelNode
from neuroest.equations import mapping as equations
from neuroest.levels.time_multiplexing import TimeMultiplexing, no_sharing
from neuroest.specs.architecture import Level
from neuroest.workloads.layers import LayerTable
from neuroest.workloads.learning import LearningCounts

Family: TypeAlias = Literal["analog", "digital", "spiking"]
"""How a computing level computes."""
Contents: TypeAlias = Literal["activations", "weights", "partial_sums", "state", "traces", "tags", "errors"]


@frozen_dataclass(eq=False)
class Placement:
    """Placement of the layers on the units.

    Attributes
    ----------
    units : array
        Computing units (arrays, cores) per layer; zero for a layer without weights. A shared unit is divided among its
        layers.
    utilisation : array
        Share of its units that the layer fills.
    replication : array
        Copies of each layer.
    row_blocks, column_blocks : array
        Units across which the fan-in and the outputs of one copy are split.
    reached_units : array
        Units that receive an input of the layer.
    neurons : array
        Physical neurons of the layer; zero if neurons are time-multiplexed.
    shared : bool
        Whether the layers run in series on the same units.
    checks : tuple of Check
        Checks of this placement.
    together : array or None
        Total units of all layers if some are shared; a whole number.
    """

    units: Array
    utilisation: Array
    replication: Array
    row_blocks: Array
    column_blocks: Array
    reached_units: Array
    neurons: Array
    shared: bool
    checks: tuple[Check, ...] = ()
    together: Array | None = None

    @property
    def needed(self) -> Array:
        """Units that the network needs."""
        if self.together is not None:
            return self.together
        reduce: Any = np.max if self.shared else np.sum
        return np.asarray(reduce(self.units, axis=-1, keepdims=True))


@frozen_dataclass(eq=False)
class Traffic:
    """Memory traffic of one kind of content in bits, by layer.

    Attributes
    ----------
    read, written : array
        Bits that the units read, and bits that units or other blocks write.
    required : bool
        Whether a chip without such a memory cannot run the network.
    inputs : array or None
        Bits of what the layers read, once each, where each memory near a part of a layer has them written into it;
        None where there is but one memory.
    distinct : array or None
        Bits of different data among those that are read; None where nothing is read twice.
    held : array or None
        Bits that a memory must hold so that none of them comes into it twice; None where that is all of them.
    item : number or array or None
        Bits of one item that is written and read when it comes, in words of its own; None for items that share words.
    order : tuple of two arrays or None
        Bits that a memory must hold for the order of the loops that was chosen, and bits that then come into it; None
        where the loops are not ordered for it.
    """

    contents: Contents
    read: Array
    written: Array
    required: bool = True
    inputs: Array | None = None
    distinct: Array | None = None
    held: Array | None = None
    item: u.Numeric | None = None
    order: tuple[Array, Array] | None = None

    def words(self, bits: Array, width: u.Numeric) -> Array:
        """Number of word accesses for a number of bits."""
        if self.item is None:
            return np.asarray(bits / width)
        return np.asarray(bits / self.item * equations.block_count(self.item, width))


@frozen_dataclass(eq=False)
class LevelCounts:
    """What a computing level counts in one inference; `neuroest.pipeline.action_counts` adds the rest of the chip.

    Attributes
    ----------
    actions : mapping
        Count by component path and action, by layer.
    traffic : sequence of Traffic
        Memory traffic, to be served by whichever memory stores it.
    element_operations : mapping
        Pooling, addition and activation for a vector unit, by action.
    additions : float or array
        Partial-sum additions for an accumulator.
    neuron_updates : float or array
        Updates of time-multiplexed neurons outside the computing units.
    """

    actions: Mapping[tuple[str, str], Array]
    traffic: Sequence[Traffic] = ()
    element_operations: Mapping[str, Array] = field(default_factory=dict)
    additions: u.Numeric = 0.0
    neuron_updates: u.Numeric = 0.0


@frozen_dataclass(eq=False)
class ExternalMaps:
    """Elements that each layer exchanges with the external memory, except the input and output of the network.

    Attributes
    ----------
    read, written : array
        Elements read once and written once, by layer.
    owner : tuple of int
        Layer on whose way out each layer is done; itself where it is done for itself.
    """

    read: Array
    written: Array
    owner: tuple[int, ...]


def share_of_peak(operations: u.Numeric, peak_rate: u.PerSecond, time: Array) -> Array:
    """Multiply-accumulates of each layer over those which its units make in its time at their peak rate."""
    at_peak = 2.0 * operations / peak_rate
    return np.asarray(np.minimum(at_peak / np.where(time > 0.0, time, 1.0), 1.0))


def moved_to(count: Array, owner: tuple[int, ...]) -> Array:
    """A count by layer, given to the layers that do it on their way out."""
    moves = np.zeros((len(owner), len(owner)))
    moves[np.arange(len(owner)), owner] = 1.0
    return np.asarray(count @ moves)


@frozen_dataclass(eq=False, kw_only=True)
class NetworkMapping:
    """A network on a chip.

    Attributes
    ----------
    placement : Placement
        Placement of the layers of all computing levels.
    instances : mapping
        Instances of every component on the chip, by path.
    counts : mapping
        Instances of every level on the chip, by path.
    """

    placement: Placement
    instances: Mapping[str, u.Numeric]
    counts: Mapping[str, u.Numeric]
    passes: u.Numeric = 1.0
    """Number of passes per inference in which the units run another part of the network."""
    checks: tuple[Check, ...] = ()


@frozen_dataclass(eq=False, kw_only=True)
class LevelMapping(NetworkMapping):
    """The layers of a network that one computing level of a chip runs.

    Attributes
    ----------
    level : LevelNode
        The computing level.
    units_per_child : mapping
        Computing units in one child of each level on the path, by the level's path.
    """

    level: LevelNode
    units_per_child: Mapping[str, u.Numeric]


@frozen_dataclass(eq=False)
class MappedLevel:
    """A computing level with its mapper, restricted to its layers and the part of the chip that it reaches."""

    mapper: Mapper
    mapped: LevelMapping
    own: Array
    """One for the layers that the level runs, zero for others."""

    @property
    def path(self) -> str:
        """Path of the level."""
        return self.mapped.level.path

    def at_pace(self, pace: Pace) -> MappedLevel:
        """The same units for the same layers at another pace; for levels that are not placed by time."""
        one = self.mapper
        if pace is one.network.pace:
            return self
        mapper = type(one)(one.chip, one.level, one.layers, replace(one.network, pace=pace))
        return replace(self, mapper=mapper)


class Mapper(StatesChecks, ABC):
    """Mapping of a network to one kind of computing level."""

    schema: ClassVar[type[Level]]
    """Schema of the level in files; its `mapper` names the level."""
    prior_error: ClassVar[ModelErrors]
    """Model error of its times. Every level must state it."""
    family: ClassVar[Family | None] = None
    """Published chips whose descriptions show how far one may be off; None where costs are those of a whole chip."""
    array: ClassVar[type[Component[Any]]] = Structural
    """Component of the level itself, with the costs that are not those of its slots."""
    divides_units: bool = False
    """Whether consecutive layers may share a unit at their boundary."""
    reprograms: bool = False
    """Whether a chip that is too small takes the network part by part."""
    unit_name: str = "unit"
    built_of_blocks: ClassVar[bool] = True
    """Whether blocks describe the chip, instead of published numbers for the whole chip."""
    writes_weights_back: ClassVar[bool] = True
    """Whether writing the weights after a power-down is part of the estimate."""
    multiplies_computed: ClassVar[bool] = False
    """Whether its units multiply any two numbers, including two computed activations."""
    runs_elementwise: ClassVar[bool] = False
    """Whether its units run element-wise layers without a separate block."""
    turns_by_steps: ClassVar[bool] = False
    """Whether time-multiplexed units can switch layers after each timestep, since they are stateless."""
    skips_silent_inputs: ClassVar[bool] = False
    """Whether a silent input needs no time."""
    weights_in_cells: ClassVar[bool] = False
    """Whether the weights are stored in array cells, next to which digital blocks may compute with numbers."""
    placed_by_time: bool = False
    """Whether units are placed, or actions counted, by how long they take."""
    follows_data: bool = False
    """Whether its steps depend on the time from one inference to the next, as the data come in it."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        give_reasons(cls)
        if "schema" in vars(cls):
            refuse_without_error(cls)
        memoize_numbers(cls)

    @classmethod
    def level_name(cls) -> str:
        """Name of the level in files, that of its schema."""
        return str(get_args(cls.schema.model_fields["mapper"].annotation)[0])

    @classmethod
    def contract_fault(cls, name: str) -> str:
        """What a level of another package is missing, or an empty text."""
        return lacking(cls) if cls.level_name() == name else f"its schema says mapper {cls.level_name()!r}"

    def __init__(self, chip: Chip, level: LevelNode, layers: LayerTable, network: NetworkContext) -> None:
        if level.compute is None:
            raise MappingError(f"{level.path} computes nothing")
        self.chip, self.level, self.layers, self.network = chip, level, layers, network
        self.path, self.compute = level.path, level.compute
        spec, slots = level.compute.spec, level.compute.slots
        self.spec, self.slots, self.options = spec, slots, level.compute.options

    def check_supported(self) -> None:
        """Reject networks that this kind of level cannot run.

        Raises
        ------
        MappingError
            With the layer and the reason.
        """

    def refuse_spikes(self) -> None:
        """Reject spiking networks."""
        if self.network.spiking:
            raise CodingError(f"{self.path} runs dense networks only; use a dense workload")

    def refuse(
        self, what: str, applies: Any, error: type[NeuroestError] = MappingError, **names: str
    ) -> None:
        """Refuse a network or a chip, with the text of `what` in the section ``Refused`` of the docstring.

        Parameters
        ----------
        what : str
            Name of the text.
        applies : bool
            Whether it is refused.
        error : type
            The error.
        names : str
            Words of the text besides ``path``, that of the level.

        Raises
        ------
        MappingError
            Or the error given, if it applies.
        """
        if applies:
            texts = texts_of(cast("Any", type(self)), "Refused")
            text = texts.get(what, f"{{path}}: {what.replace('_', ' ')}")
            raise error(text.format(path=self.path, **names))

    @abstractmethod
    def place(self) -> Placement:
        """Placement of the layers on the units."""

    @abstractmethod
    def action_counts(self, placement: Placement) -> LevelCounts:
        """Actions of the level's own units, and requests to memories, adders, vector units and neurons outside."""

    @abstractmethod
    def unit_time(self, placement: Placement) -> Array:
        """Time that the units need for one time step of each layer (for one inference in dense coding)."""

    def setup_time(self) -> Array:
        """Part of `unit_time` in which the units wait for a program that sets them up for the layer."""
        return self.zeros()

    def share_at_peak(self, placement: Placement) -> u.Dimensionless:
        """Share of `unit_time` in which the units work at the peak rate of a stated clock, a count without an error."""
        return 0.0

    def sustained_share(self) -> u.Dimensionless:
        """Share of their peak rate that the units reach in each layer while they work."""
        return 1.0

    def neuron_time(self) -> u.Numeric:
        """Part of a step of each layer that neurons of the units determine."""
        return 0.0

    def waits_for_memory(self) -> NDArray[np.bool_]:
        """Layers in which the units work more slowly because of a memory that is part of them."""
        return np.zeros(1, dtype=np.bool_)

    def drain_time(self) -> Array:
        """Time from the last read of each layer to its last result; the units do not wait for it."""
        return self.zeros()

    def product_time(self) -> Array | None:
        """Time from the inputs of one position of each layer to its results; None without such a sequence."""
        return None

    def passage_time(self) -> Array | None:
        """Time from an event at a layer to its spike; None if layers operate in timesteps and wait for their end."""
        return None

    def longest_step(self, placement: Placement, step: Array) -> Array:
        """Mean of the longest step of all layers, which work side by side; `step` is the mean step of each."""
        return np.asarray(np.max(step, axis=-1, keepdims=True))

    def left_out(self, passes: u.Numeric) -> list[str]:
        """Exclusions of the estimate because no block of the chip describes them.

        Left out
        --------
        corner
            effect of the corner on values that are chosen or published: clock and sample rates, converters,
            bias currents of references, macros and neurons known by their energies
        reloading
            reloading the weights after each power-down
        """
        reloads = self.chip.operation.mode == "duty_cycled" and not self.writes_weights_back
        return [
            *stated(Mapper.left_out, "Left out", {"corner": self.chip.technology.corner is not None}),
            *self.left_out_of_units(),
            *stated(Mapper.left_out, "Left out", {"reloading": reloads}),
            *(self._left_out_without_blocks(passes) if self.built_of_blocks else ()),
        ]

    def left_out_of_units(self) -> list[str]:
        """Circuits that the units need and no block describes."""
        return []

    def _left_out_without_blocks(self, passes: u.Numeric) -> list[str]:
        """What a chip composed of blocks leaves out because no block represents it.

        Left out
        --------
        programming
            programming of the weights (shown separately)
        links
            input and output of the chip (no off_chip_link block)
        overheads
            clock, control and floor plan (no chip_overheads block)
        activations
            activation functions (no vector_unit block)
        spike_coding
            input spike encoding and output decoding (no spike_coder block)
        rescaling
            rescaling of sums to the bits of an activation (rescaling of the vector_unit)
        """
        chip, spiking, units = self.chip, self.network.spiking, self.chip.find(ExecutesElementwise)
        stays = not self.weights_are_volatile and not np.all(passes > 1.0)
        written = self.writers() and chip.inferences_per_programming is None and stays
        rescaled = any(unit.spec.rescaling == "none" for _, unit in units[-1:])
        exclusions = {
            "links": not chip.links(),
            "overheads": not chip.find(ChargesClock),
            "activations": not (spiking or units or chip.covers("element_operations")),
            "spike_coding": spiking and not chip.find(CodesSpikes),
            "rescaling": not spiking and rescaled,
        }
        path = chip.path_to(self.level)
        networks = [path.index(level) for level, _ in chip.networks() if level in path]
        transport = ["transport between the computing units (no network block)"]
        if networks:
            transport = [
                f"transport between the {below.name} units inside one {group.name} (no network block there)"
                for group, below in pairwise(path[networks[-1] + 1 :])
                if below.count is None or np.any(below.count > 1.0)
            ]
        return [
            *stated(Mapper._left_out_without_blocks, "Left out", {"programming": written}),
            *transport,
            *stated(Mapper._left_out_without_blocks, "Left out", exclusions),
        ]

    def peak_rate(self) -> u.Numeric | None:
        """Operations per second of one unit that is never idle, two for each multiply-accumulate, or None."""
        return None

    def time_sharing(self) -> TimeMultiplexing:
        """Layers that share units of this level in time."""
        return no_sharing(np.shape(self.layers.positions)[-1])

    def partial_sum_bits(self) -> u.Numeric:
        """Bits of a partial sum passed from one unit to the next; none if sums are complete or are currents."""
        return 0.0

    def product_cycles(self) -> Array:
        """Clock cycles of a matrix unit next to the computing level for the products that it does, by layer."""
        return self.zeros()

    def slot_instances(self, placement: Placement, units: u.Numeric) -> Mapping[str, u.Numeric]:
        """Instances of the components in the slots of the computing level."""
        return {slot.path: units for slot in self.slots.values()}

    def instances_of_chips(self, chips: u.Numeric) -> Mapping[str, u.Numeric]:
        """Instances of a block that exists once per chip, independent of the number of computing units."""
        return {}

    def writers(self) -> list[Component[Any]]:
        """Component that uses energy when a cell is written; none if weights are not stored in cells."""
        return []

    def programmed_cells(self, placement: Placement) -> Array:
        """Cells that store a weight, including all copies of a layer; none if weights are not stored in cells."""
        return self.zeros()

    def writing_time(self, mapped: LevelMapping) -> u.Numeric:
        """Time to write all weights to their cells."""
        return 0.0

    def products_kept(self) -> u.Numeric:
        """Share of the products of each layer that occupy the units; below one if they skip zeros."""
        return 1.0

    def at_best(self, rates: u.PerSecond) -> u.PerSecond:
        """The highest rate of the layers of the level, where their widths make it differ."""
        if self.network.output_bits is None:
            return rates
        return np.asarray(np.max(rates, axis=-1, keepdims=True))

    def stored_weight_bits(self) -> Array:
        """Bits of the weights of each layer, in the form in which they are stored."""
        return np.asarray(self.layers.weights * self.network.weight_bits)

    @property
    def weight_store(self) -> Component[Any] | None:
        """On-chip storage of the weights between two inferences, if there is any."""
        return self.memory("weights")

    @property
    def weights_are_volatile(self) -> bool:
        """Whether the weights are lost after each inference because the chip is switched off."""
        store = self.weight_store
        return self.chip.operation.mode == "duty_cycled" and store is not None and store.volatile

    @property
    def inferences_per_writing(self) -> u.Numeric | None:
        """Number of inferences between rewrites of an array's cells; None if they are never rewritten."""
        return 1.0 if self.weights_are_volatile else self.chip.inferences_per_programming

    def reloads_weights(self) -> Array:
        """One if weights are loaded in each inference because no memory on the chip stores or retains all of them."""
        if self.weights_are_volatile:
            return np.ones_like(self.layers.positions)
        memory = self.memory("weights")
        if memory is None:
            return self.zeros()
        total = np.sum(self.stored_weight_bits(), axis=-1, keepdims=True)
        return np.where(total > memory.options["capacity"], 1.0, 0.0)

    def learn(self, placement: Placement, counts: LearningCounts) -> Any:
        """Cost of weight updates in a sample, as `neuroest.levels.learning.LevelLearning`.

        Raises
        ------
        MappingError
            When nothing of the level can change a weight.
        """
        raise MappingError(
            f"{self.level.path} is a {self.level_name()} level, whose weights no learning rule changes; crossbar, "
            "spiking_core, event_core and roofline levels learn"
        )

    def external_maps(self) -> ExternalMaps | None:
        """Traffic of each layer with the external memory; None if maps stay on the chip while they fit."""
        return None

    def repeated_bits(self, activations: Array) -> Array:
        """Bits of weights or activations that come from outside more than once, where neither fits on the chip."""
        return self.zeros()

    def memories(self, contents: str) -> tuple[Memory, ...]:
        """Memories that store one kind of content, nearest to the computing level first.

        Raises
        ------
        MappingError
            When two of them are in one level, so neither serves the other.
        """
        found: list[Memory] = []
        for level in reversed(self.chip.path_to(self.level)):
            here = [b for b in level.blocks.values() if isinstance(b, Memory) and contents in b.spec.stores]
            if len(here) > 1:
                raise MappingError(
                    f"{here[1].path} and {here[0].path} both store {contents} in one level, where only one of them "
                    "can serve; put the other into a level around it, or change its contents"
                )
            found += here
        return tuple(found)

    def memory(self, contents: str) -> Memory | None:
        """Outermost memory for one kind of content; inner memories hold parts of it."""
        found = self.memories(contents)
        return found[-1] if found else None

    def placed(self, units: u.Numeric, utilisation: u.Numeric, **others: Any) -> Placement:
        """Location of the layers: one copy each in one block, reached as a whole, without neurons, but for `others`."""
        ones = np.ones_like(self.layers.positions)
        plain: dict[str, Any] = {"replication": ones, "row_blocks": ones, "column_blocks": ones}
        plain |= {"reached_units": units, "neurons": self.zeros(), "shared": False}
        return Placement(np.asarray(units), np.asarray(utilisation), **{**plain, **others})

    @property
    def arrays(self) -> u.Numeric:
        """Units that work on one layer side by side, those of all levels around them; a count that is auto is one."""
        counts = (level.count for level in self.chip.path_to(self.level))
        return prod((count for count in counts if count is not None), start=1.0)

    @property
    def steps(self) -> u.Numeric:
        """Timesteps of an inference."""
        return self.layers.timesteps

    def zeros(self) -> Array:
        """Nothing, for every layer."""
        return np.zeros_like(self.layers.positions)

    def value_bits(self) -> Array:
        """Bits of a number that a layer of a spiking network receives with each address: zero for spikes."""
        bits = self.layers.input_bits
        return np.asarray(np.where(bits > 1.0, bits, 0.0))

    def elementwise(self) -> Mapping[str, Array]:
        """Vector-unit operations per inference, by action.

        An activation function is a comparison, with which a sum comes back to the bits of an activation; so is each
        further element of a maximum. Spikes have one bit, and neurons instead of an activation function.
        """
        t = self.layers
        outputs = self.steps * t.output_elements
        compared, added = outputs * t.window_comparisons, outputs * t.window_additions
        others = np.where(t.is_pooling + t.window_additions > 0.0, 0.0, outputs * t.window_elements)
        if self.network.spiking:
            found = {"spike_comparison": compared}
        else:
            computed = t.is_weighted * np.where(t.stationary_elements > 0.0, 0.0, 1.0)
            found = {"activation": computed * t.output_elements, "comparison": compared}
        return {**found, "addition": np.asarray(added), "operation": np.asarray(others)}

    def inputs_active(self) -> Array:
        """Events per time step that enter each layer: active inputs and, for recurrent layers, own outputs."""
        t = self.layers
        return np.asarray(t.input_rate * t.input_elements + t.output_rate * t.recurrent_reduction)


memoize_numbers(Mapper)
