"""Common part of all components."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, ClassVar, Generic, Literal, TypeAlias, TypeVar, cast, get_args

import numpy as np

from neuroest.blocks.electrical_point import ONLY_IN_ARRAY, ElectricalPoint, Loads
from neuroest.blocks.model_error import ModelErrors, give_reasons, refuse_without_error
from neuroest.blocks.technology.corner_table import CornerTable
from neuroest.blocks.technology.process import Process
from neuroest.core import units as u
from neuroest.core.docstrings import texts_of
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.memoization import memoize_numbers
from neuroest.registry import ROLES
from neuroest.specs.blocks import Block
from neuroest.specs.parameters import Record


def slot(name: str, of: str = "") -> Any:
    """A property: the component in a slot, or in a slot of the component in slot `of`; None where it is empty."""

    def found(self: Any) -> Any:
        return self.slots.get(name)

    def found_inside(self: Any) -> Any:
        return self.slots[of].slots.get(name)

    return property(found_inside if of else found)


def chosen(key: str, value: str) -> Any:
    """A property: whether a file chose this value for a key; False where its schema has no such key."""

    def found(self: Any) -> bool:
        return bool(getattr(self.spec, key, None) == value)

    return property(found)


_DeviceT_co = TypeVar("_DeviceT_co", bound=Record | None, covariant=True)

FREE_CLOCK = "clock"
"""Term for the power of a clock that reaches registers whether or not they are written."""


@frozen_dataclass(eq=False)
class Corner:
    """Effect of the process corner on a chip's transistors, relative to typical ones.

    Attributes
    ----------
    delay, drive, leakage, switching_energy : Numeric
        Ratios at the depth of the table. [1]
    threshold_shift : Numeric
        Threshold of an n-type transistor less the typical one, at the depth of the table. [V]
    speed_depth, leakage_depth : Numeric
        How far out this process's corner lies from the table's. [1]
    table : CornerTable
        Where the ratios come from.
    """

    delay: u.Dimensionless
    drive: u.Dimensionless
    leakage: u.Dimensionless
    switching_energy: u.Dimensionless
    threshold_shift: u.Volt
    speed_depth: u.Dimensionless
    leakage_depth: u.Dimensionless
    table: CornerTable


@frozen_dataclass(eq=False)
class SignalVia:
    """Vias in series between a block in a stacked tier and the logic."""

    capacitance: u.Farad
    resistance: u.Ohm


@frozen_dataclass(eq=False)
class TechnologyPoint:
    """Operating point of a chip: process, supply, temperature, and corner if it is not typical."""

    process: Process
    supply_voltage: u.Volt
    temperature: u.Kelvin
    corner: Corner | None = None
    sleep: Any = None
    """How blocks sleep, a `neuroest.blocks.process_scaling.SleepOptions`, where one of them does."""
    corner_at: Callable[[u.Volt], Corner] | None = None
    """Corner factors of the transistors at another supply."""
    vias: Mapping[str, SignalVia] = MappingProxyType({})
    """Vias to the logic, by the path of a block or level in a stacked tier."""

    def domain(self, supply: u.Volt) -> TechnologyPoint:
        """The same process and temperature at the supply of a voltage domain."""
        corner = self.corner if self.corner_at is None else self.corner_at(supply)
        return replace(self, supply_voltage=supply, corner=corner)


@frozen_dataclass(eq=False)
class Pace:
    """Timestep information of a computing level that is available before its times are computed.

    Attributes
    ----------
    least_timestep : float or ndarray
        Time of a timestep that the rest of the chip asks for, whatever the neurons need. [s]
    own_hold : float, ndarray or None
        Time for which neurons see their input at the pace of their own layer, where it has been computed. [s]
    drive_time : float, ndarray or None
        Time that the arrays need for one pulse of an input, whatever the neurons need, where it has been computed. [s]
    near_hold : float, ndarray or None
        Time for which neurons see their input at a pace that is nearly the same, where it has been computed. [s]
    near_timestep : float or ndarray
        Least timestep of that pace. [s]
    """

    least_timestep: u.Second = 0.0
    own_hold: u.Second | None = None
    drive_time: u.Second | None = None
    near_hold: u.Second | None = None
    near_timestep: u.Second = 0.0


UNKNOWN_PACE = Pace()


@frozen_dataclass(eq=False)
class NetworkContext:
    """Network properties that determine the cost of an action."""

    spiking: bool
    timesteps: u.Dimensionless
    weight_bits: u.Dimensionless
    activation_bits: u.Dimensionless
    accumulator_bits: u.Dimensionless
    mean_absolute_weight: u.Dimensionless
    weight_bit_density: u.Dimensionless = 0.5
    """Share of ones among the bits of the weights; half for two's complement around zero."""
    output_rate: u.Dimensionless = 1.0
    """Spikes of a neuron in a timestep, by layer; zero for layers without weights."""
    firing_threshold: u.Dimensionless = 1.0
    """Result at which a neuron fires over the standard deviation of the results of a timestep, by layer."""
    recorded_drive: u.Dimensionless | None = None
    """Share of a full drive that a neuron gets in a timestep, by layer; NaN where it is not known, None if nowhere."""
    positions: u.Dimensionless = 1.0
    """Positions of a layer that one array may process in sequence in a timestep, by layer."""
    active_share: u.Dimensionless = 1.0
    """Share of the rows of a layer that are active in one read, by layer; one for layers without weights."""
    pace: Pace = UNKNOWN_PACE
    """Timestep information of the level."""
    inputs: u.Dimensionless = 1.0
    """Elements of the network's input."""
    largest_fan_in: u.Dimensionless = np.inf
    """Largest number of inputs that an output sums, of all layers."""
    fan_in: u.Dimensionless = 1.0
    """Inputs that an output sums, by layer; zero for layers without weights."""
    events: u.Dimensionless = 1.0
    """Reads for one output in a timestep, by layer: one, or its input spikes where each is read by itself."""
    result_bits: u.Bit = 0.0
    """Bits of a result that converters output; zero without converters."""
    results_together: u.Dimensionless = 1.0
    """Results for the bits of one weight that converters output simultaneously."""
    learning: Any = None
    """Requirements of the learning rule, a `neuroest.specs.learning.LearningContext`, if the network learns.
    """
    output_bits: u.Bit | None = None
    """Bits of an element that a layer writes, where layers differ; None where they are those of an activation."""

    @property
    def written_bits(self) -> u.Bit:
        """Bits of an element that a layer writes."""
        return self.activation_bits if self.output_bits is None else self.output_bits

    @property
    def widest(self) -> NetworkContext:
        """The network with the widest numbers of its layers, as hardware that all of them share has it."""
        if self.output_bits is None:
            return self
        return replace(
            self, weight_bits=largest_of_layers(self.weight_bits),
            activation_bits=largest_of_layers(self.activation_bits), output_bits=None,
        )  # fmt: skip

    def of_layer(self, index: int) -> NetworkContext:
        """The network as seen by one of its layers, so that costs are single numbers."""
        found = replace(
            self, output_rate=_of_layer(self.output_rate, index),
            firing_threshold=_of_layer(self.firing_threshold, index), positions=_of_layer(self.positions, index),
            active_share=_of_layer(self.active_share, index), fan_in=_of_layer(self.fan_in, index),
            events=_of_layer(self.events, index), pace=Pace(self.pace.least_timestep),
            recorded_drive=None if self.recorded_drive is None else _of_layer(self.recorded_drive, index),
        )  # fmt: skip
        if self.output_bits is None:
            return found
        return replace(
            found, weight_bits=_of_layer(self.weight_bits, index), output_bits=_of_layer(self.output_bits, index),
            activation_bits=_of_layer(self.activation_bits, index),
        )  # fmt: skip


def largest_of_layers(values: u.Numeric) -> u.Numeric:
    """The largest value of all layers, for each design point; a scalar keeps its origin."""
    return np.max(values, axis=-1, keepdims=True) if np.ndim(values) else values


def smallest_of_layers(values: u.Numeric) -> u.Numeric:
    """The smallest value of all layers, for each design point; a scalar keeps its origin."""
    return np.min(values, axis=-1, keepdims=True) if np.ndim(values) else values


def _of_layer(values: u.Dimensionless, index: int) -> u.Dimensionless:
    flat = np.ravel(values)
    return float(flat[index if flat.size > 1 else 0])


@frozen_dataclass(eq=False)
class EnergyCost:
    """One named energy term of one action of a component."""

    component: str
    action: str
    term: str
    energy: u.Joule
    quantity: str
    """Physical quantity that the energy is booked under."""
    operation: bool = True
    """Whether it belongs to the operations of the network, rather than to memory, traffic, clock or writing."""


@frozen_dataclass(eq=False)
class AreaCost:
    """One named area term of one instance of a component."""

    component: str
    term: str
    area: u.SquareMetre
    placed: bool = False
    """Whether it is die area that already includes the white space of the floor plan."""
    counted_as: str | None = None
    """Path that its instances are counted under, if different from the component's."""


@frozen_dataclass(eq=False)
class StaticCost:
    """Static power of one instance of a component, whether or not it is active."""

    component: str
    term: str
    power: u.Watt
    counted_as: str | None = None
    """Path that the instances are counted under, if not all instances of the component draw it."""
    standby: bool = False
    """Whether it is drawn while the chip is off between inferences, instead of while it is on."""
    working: bool = False
    """Whether it is drawn only while a network runs, and so is not part of the power of an idle chip."""
    switching: bool = False
    """Whether it is clock power, including what the clock switches, rather than leakage or bias."""
    asleep_share: u.Dimensionless | None = None
    """Share that remains while the block sleeps between inferences; None for a block without sleep."""
    wake_energy: u.Joule = 0.0
    """Energy of waking one instance."""
    each_timestep: bool = False
    """Whether the block also sleeps within an inference, after its last work in each timestep."""

    def asleep(self, share: u.Dimensionless, wake_energy: u.Joule, *, often: bool = False) -> StaticCost:
        """The same cost for a block that sleeps between inferences or, with `often`, between timesteps."""
        return replace(self, asleep_share=share, wake_energy=wake_energy, each_timestep=often)


Severity: TypeAlias = Literal["infeasible", "extrapolation", "design_rule", "advice"]
_RELATIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@frozen_dataclass(eq=False)
class Check:
    """One condition for a valid estimate or a working design.

    Attributes
    ----------
    severity : str
        ``infeasible``: outside of it there is no estimate; ``extrapolation``: outside of it a model extrapolates;
        ``design_rule``: outside of it the design does not work or is not wise; ``advice``: it works below what it is
        built for.
    passed : bool or array of bool
        For each design point.
    value, limit : Numeric or None
        The quantity that was compared and what with, in SI.
    quantities : tuple of str
        Costs that an extrapolation makes less certain.
    """

    name: str
    component: str
    severity: Severity
    passed: Any
    message: str
    value: u.Numeric | None = None
    limit: u.Numeric | None = None
    unit: str = "1"
    quantities: tuple[str, ...] = ("energy", "area", "static_power")


class StatesChecks:
    """Source of checks; the text of each is under its name in the section ``Checks`` of a method's docstring.

    The text says what is wrong where the check does not hold.
    """

    path: str

    def check(
        self, severity: Severity, name: str, passed: Any, value: u.Numeric | None = None,
        limit: u.Numeric | None = None, unit: str = "1", *, path: str = "",
    ) -> Check:  # fmt: skip
        """A check of this component, or of the component at another path."""
        text = texts_of(cast("Any", type(self)), "Checks").get(name, name.replace("_", " "))
        return Check(name, path or self.path, severity, passed, text, value, limit, unit)

    def require(
        self, severity: Severity, name: str, value: u.Numeric, relation: Literal["<", "<=", ">", ">="],
        limit: u.Numeric, unit: str = "1", *, path: str = "",
    ) -> Check:  # fmt: skip
        """A check that a value has this relation to its limit."""
        return self.check(severity, name, _RELATIONS[relation](value, limit), value, limit, unit, path=path)

    def check_range(
        self, name: str, value: u.Numeric, low: u.Numeric, high: u.Numeric, unit: str, what: str = "",
        severity: Literal["infeasible", "extrapolation"] = "extrapolation",
    ) -> Check:  # fmt: skip
        """A check that `value` is within the range of a model."""
        above = value >= low
        passed = np.logical_and(above, value <= high)
        found = self.check(severity, name, passed, value, either(above, high, low), unit)
        return replace(found, message=what) if what else found


@frozen_dataclass(eq=False)
class Characteristic:
    """A figure of merit of a block that is neither a cost nor a check."""

    component: str
    name: str
    value: u.Numeric
    unit: str


@frozen_dataclass(eq=False)
class Costs:
    """Costs and checks of a block."""

    energies: Sequence[EnergyCost] = ()
    areas: Sequence[AreaCost] = ()
    statics: Sequence[StaticCost] = ()
    checks: Sequence[Check] = ()

    @classmethod
    def of_all(cls, parts: Sequence[Costs]) -> Costs:
        """Costs and checks of several blocks, one after the other."""
        return cls(
            [cost for part in parts for cost in part.energies],
            [cost for part in parts for cost in part.areas],
            [cost for part in parts for cost in part.statics],
            [check for part in parts for check in part.checks],
        )


@frozen_dataclass(eq=False)
class Component(StatesChecks, Generic[_DeviceT_co]):
    """A block of the chip with all its values.

    Attributes
    ----------
    path : str
        Dotted path in the architecture.
    spec : Spec
        The structural choices.
    device : Record
        Parameters of its device.
    device_process : Process or None
        Process that the device's values were taken on, where that is not the chip's own.
    options : mapping
        Numeric choices by name.
    technology : TechnologyPoint
        Where the chip works.
    slots : mapping
        Components that fill this one's slots.
    table : object or None
        Table that its device brings along.
    """

    schema: ClassVar[type[Block]]
    """Schema of the block in files; `model` is its name there."""
    model: ClassVar[str] = ""
    """Name of the block in files, taken from its schema."""
    fills: ClassVar[tuple[str, ...]] = ()
    """Roles that a block of another package fills; those of shipped blocks are in `neuroest.registry`."""
    family: ClassVar[str] = ""
    """Family of blocks that owns its quantities jointly, such as all memories."""
    owns: ClassVar[tuple[str, ...]] = ()
    """Physical quantities that its energies are booked under. No block of another family may own one of them, so that
    nothing is counted twice."""
    overhead: ClassVar[tuple[str, ...]] = ()
    """Quantities that are not operations of the network."""
    prior_error: ClassVar[ModelErrors]
    """Possible error of the model itself. Each block states its own; a block without it is refused."""
    example: ClassVar[str] = ""
    """Shipped device whose values are the placeholders in a template (`neuroest new`)."""
    synchronous: ClassVar[bool] = False
    """Whether it is clocked digital logic, to which clock and control overheads apply."""
    compiled_macro: ClassVar[bool] = False
    """Whether it is a compiled macro: with control of its own, so no sequencer is charged, and placed without the white
    space between rows of standard cells."""
    scales_with_process: ClassVar[bool] = False
    """Whether its values follow the chip's process, or one of its checks reports that they do not."""
    unmoved: ClassVar[str] = "its values are those of another process, used unscaled"
    """Note for values that no scaling law converts to the chip's process."""
    analog_circuit: ClassVar[bool] = False
    """Whether its values follow the chip's process by scaling laws for analog circuits in the process files."""
    answers_for_slots: ClassVar[bool] = False
    """Whether its costs include those of the blocks in its slots, which are then not asked for theirs."""
    part_of_array: ClassVar[bool] = False
    """Whether its costs depend on the whole surrounding array, so that it has none when evaluated alone."""
    one_per_child: ClassVar[bool] = False
    """Whether there is one at each child of its level, instead of one in the level."""
    holds_state: ClassVar[bool] = False
    """Whether it stores data that are lost at power-off."""

    path: str
    spec: Any
    device: _DeviceT_co
    device_process: Process | None
    options: Mapping[str, u.Numeric]
    technology: TechnologyPoint
    slots: Mapping[str, Component[Any]]
    table: Any = None

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        give_reasons(cls)
        if "schema" in vars(cls):
            (cls.model,) = get_args(cls.schema.model_fields["model"].annotation)
            refuse_without_error(cls)
        memoize_numbers(cls)

    @classmethod
    def contract_fault(cls, name: str) -> str:
        """Missing parts of a block of another package, or an empty text."""
        if cls.model != name:
            return f"its schema says model {cls.model!r}"
        if not cls.fills or not set(cls.fills) <= ROLES:
            return f"it fills {', '.join(cls.fills) or 'nothing'}; allowed: {', '.join(sorted(ROLES))}"
        return lacking(cls)

    @classmethod
    def with_partners(cls, _device: Any, partners: Mapping[str, Record], _technology: TechnologyPoint) -> Any:
        """Parameters of the block's device, adjusted by the further devices that it names, at this technology point."""
        raise NeuroestError(f"{cls.model} names {', '.join(partners)} and does not say what they do")

    @property
    def process(self) -> Process:
        """The chip's process."""
        return self.technology.process

    @property
    def via(self) -> SignalVia | None:
        """Vias between this block and the logic; None for a block of the logic."""
        vias = self.technology.vias
        if not vias:
            return None
        return next((via for path, via in vias.items() if f"{self.path}.".startswith(f"{path}.")), None)

    def signals(self) -> u.Dimensionless | None:
        """Signals of one instance; None if they do not follow from the block."""
        return None

    @property
    def clocked(self) -> bool:
        """Whether this instance has a clock."""
        return self.synchronous

    @property
    def volatile(self) -> bool:
        """Whether its contents are lost when the chip is switched off."""
        return self.holds_state

    def energy(self, action: str, term: str, energy: u.Joule, quantity: str) -> EnergyCost:
        """One energy term, booked under a physical quantity that the component owns."""
        if quantity not in self.owns:
            raise NeuroestError(
                f"{self.path} books {quantity!r}, which it does not own; it owns {', '.join(self.owns)}"
            )
        return EnergyCost(self.path, action, term, energy, quantity, quantity not in self.overhead)

    def loads(self, point: ElectricalPoint) -> Loads:
        """What one block puts on the lines of an array at this point; nothing, where it does not say otherwise."""
        return Loads()

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy terms of every action."""
        return []

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area terms of one instance."""
        return []

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Static power terms of one instance."""
        return []

    def checks(self, network: NetworkContext) -> list[Check]:
        """Checks of this component alone."""
        return []

    def characteristics(self, network: NetworkContext) -> list[Characteristic]:
        """Figures of merit for an expert in this block, in addition to its costs."""
        return []

    def characteristics_at(self, point: ElectricalPoint) -> list[Characteristic]:
        """Figures of merit that depend on the array around the block, in addition to its `characteristics`."""
        return []

    def left_out(self) -> list[str]:
        """Exclusions: what the estimate of the block does not contain."""
        return []

    def slept(self, costs: list[StaticCost], network: NetworkContext) -> list[StaticCost]:
        """Static costs with their remaining share while the block sleeps between inferences."""
        return costs

    def costs(self, network: NetworkContext, point: ElectricalPoint) -> Costs:
        """Costs and checks of the block at an electrical point, without the blocks in its slots.

        Raises
        ------
        NeuroestError
            When the point lacks a number, or when the costs are those of an array with all its circuits.
        """
        if self.part_of_array:
            raise NeuroestError(ONLY_IN_ARRAY)
        return Costs(self.energies(network), self.areas(network), self.statics(network), self.checks(network))

    def characteristic(self, name: str, value: u.Numeric, unit: str) -> Characteristic:
        """One figure of merit of this component."""
        return Characteristic(self.path, name, value, unit)


def double_bookings(blocks: Iterable[type[Component[Any]]]) -> list[str]:
    """Quantities that blocks of different families own, one sentence each with the owners."""
    owners: dict[str, set[str]] = {}
    for block in blocks:
        for quantity in block.owns:
            owners.setdefault(quantity, set()).add(block.family or block.model)
    return [
        f"the energy of {quantity!r} has two owners, {' and '.join(sorted(o))}"
        for quantity, o in owners.items()
        if len(o) > 1
    ]


def lacking(cls: type) -> str:
    """Abstract methods that a class does not define, in words, or an empty text."""
    missing = [name for name in dir(cls) if getattr(getattr(cls, name, None), "__isabstractmethod__", False)]
    return f"it has no {', '.join(missing)}" if missing else ""


class Structural(Component[None]):
    """Part that only contains choices or slots and has no cost itself."""


def either(condition: Any, first: u.Numeric, second: u.Numeric) -> u.Numeric:
    """The first value where the condition holds, otherwise the second; a scalar keeps its origin."""
    if np.ndim(condition):
        return np.where(condition, first, second)
    return first if condition else second
