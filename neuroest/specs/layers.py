"""What a workload file may say of a layer."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import BeforeValidator, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from neuroest.core.data_file import read_data
from neuroest.core.errors import did_you_mean
from neuroest.core.frozen import frozen
from neuroest.specs.base import QuantityField, Spec
from neuroest.specs.claims import ClaimSpec, Provenance

FRACTION = QuantityField("1", minimum=0, maximum=1, example="0.1")
SHARE = QuantityField("1", minimum=0, above=True, maximum=1, example="0.1")
TIME = QuantityField("s", minimum=0, above=True, example="1 ms")
_NUMBER = QuantityField("1", minimum=1, maximum=1e12, example="77169")
_FAN_OUT = QuantityField("1", minimum=1, maximum=1e6, example="7000")
_DENSITY = QuantityField("1", minimum=1e-3, maximum=1, example="0.1")
_ANY_NUMBER = QuantityField("1", minimum=0, maximum=1e6, example="2000")
_PER_AREA = QuantityField("1/m^2", minimum=0, above=True, example="8e4 1/mm^2")
_DISTANCE = QuantityField("m", minimum=0, above=True, maximum=10, example="0.3 mm")
NAME = r"^[a-z][a-z0-9_]*$"


def _number_or_claim(given: object) -> str:
    return "claim" if isinstance(given, dict | ClaimSpec) else "number"


def _number_or_pair(given: object) -> str:
    return "pair" if isinstance(given, list | tuple) else "number"


def _number_pair_or_word(given: object) -> str:
    return "word" if isinstance(given, str) else _number_or_pair(given)


ClaimedFraction: TypeAlias = Annotated[
    Annotated[ClaimSpec, Tag("claim")] | Annotated[float, FRACTION, Tag("number")],
    Discriminator(_number_or_claim),
]
"""A number from 0 to 1, alone or as a full claim with a basis, source and spread of its own."""

PositiveInteger: TypeAlias = Annotated[int, Field(strict=True, ge=1, le=10**6)]
_NonNegativeInteger: TypeAlias = Annotated[int, Field(strict=True, ge=0, le=10**6)]
_Positives: TypeAlias = tuple[PositiveInteger, PositiveInteger]
Extent: TypeAlias = Annotated[
    Annotated[PositiveInteger, Tag("number")] | Annotated[_Positives, Tag("pair")],
    Discriminator(_number_or_pair),
]
"""Rows and columns: one number for both, or `[rows, columns]`."""
Padding: TypeAlias = Annotated[
    Annotated[_NonNegativeInteger, Tag("number")]
    | Annotated[tuple[_NonNegativeInteger, _NonNegativeInteger], Tag("pair")],
    Discriminator(_number_or_pair),
]
"""Rows and columns added at either edge: one number for both, or `[rows, columns]`."""
Window: TypeAlias = Annotated[
    Annotated[PositiveInteger, Tag("number")]
    | Annotated[_Positives, Tag("pair")]
    | Annotated[Literal["global"], Tag("word")],
    Discriminator(_number_pair_or_word),
]
"""Rows and columns of a pooling window, or `global` for the whole map."""
Bits: TypeAlias = Annotated[int, Field(strict=True, ge=1, le=64)]


class Activity(Provenance):
    """How often the elements of a layer's output are active, and how that is known.

    Basis, source, place, rationale and spread are next to the numbers and hold for all of them; a number
    that needs its own is written as a full claim.
    """

    rate: ClaimedFraction | None = None
    """Spiking coding: spikes per neuron and timestep, averaged over neurons, timesteps and data."""
    active_steps: Annotated[float, SHARE] | None = None
    """Spiking coding: share of the timesteps in which the spikes come, all at the same rate, none in between; in all
    steps if nothing is said. Bursts do not change what is counted, but how long cores wait for each other."""
    density: ClaimedFraction | None = None
    """Dense coding: fraction of the activations that are not zero."""
    bit_density: ClaimedFraction | None = None
    """Dense coding: probability that a bit of an activation is one, which inputs sent bit by bit cost."""


class Layer(Spec):
    """What all layers say."""

    name: str = Field(pattern=NAME)
    """Name, unique in the network; `input` is taken by the network's input."""
    inputs: tuple[str, ...] | None = None
    """Names of the earlier layers that this one reads, `input` for the network's input; the layer before if
    nothing is said."""
    coding: Literal["dense"] | None = None
    """Of a layer of a spiking network that computes with numbers, once an inference: spikes that it reads are counted,
    and what it computes is made into spikes for layers that read spikes. A layer without weights that says nothing is
    in the coding of the first layer that it reads."""
    time_constant: Annotated[float, TIME] | None = None
    """Spiking coding: membrane time constant of this layer's neurons in the time of the network, such as `20 ms`.
    A chip whose neurons forget faster or slower says so."""
    shortest_time_constant: Annotated[float, TIME] | None = None
    """Where the neurons of this layer differ: the shortest time constant, `time_constant` being the longest."""
    activity: Activity | None = None
    """Activity of this layer's output, instead of the network's. A layer without weights that says
    nothing passes on the mean activity of what it reads."""


class Convolution(Layer):
    """Two-dimensional convolution of a map of channels, rows and columns."""

    type: Literal["convolution"]
    """Kind of layer."""
    outputs: PositiveInteger
    """Output channels."""
    kernel: Extent
    """Rows and columns of the kernel."""
    stride: Extent = 1
    """Step of the kernel."""
    padding: Padding = 0
    """Zeros added at every edge."""
    dilation: Extent = 1
    """Distance of neighbouring kernel elements."""
    groups: PositiveInteger = 1
    """Groups of channels that do not see each other; as many as channels make a depthwise convolution."""


class FullyConnected(Layer):
    """Every output sees every input; a map is flattened first."""

    type: Literal["fully_connected"]
    """Kind of layer."""
    outputs: PositiveInteger
    """Neurons."""


class Recurrent(Layer):
    """Fully connected layer whose neurons also see each other's spikes of the timestep before."""

    type: Literal["recurrent"]
    """Kind of layer."""
    outputs: PositiveInteger
    """Neurons; the fan-in of each is the inputs plus this number."""


def _claimed(field: QuantityField) -> Any:
    """A quantity, alone or as a full claim."""
    return Annotated[
        Annotated[ClaimSpec, Tag("claim")] | Annotated[float, field, Tag("number")],
        Discriminator(_number_or_claim),
    ]


class Connections(Spec):
    """How the neurons of a population are connected: each number alone, or as a claim with basis and spread."""

    neurons: _claimed(_NUMBER)  # type: ignore[valid-type]
    """Neurons."""
    synapses: _claimed(_FAN_OUT)  # type: ignore[valid-type]
    """Synapses of one neuron within the population, its fan-out and on average its fan-in."""
    input_synapses: _claimed(_ANY_NUMBER) = 0.0  # type: ignore[valid-type]
    """Synapses of one neuron from what the layer reads."""
    crosspoint_density: _claimed(_DENSITY) = 1.0  # type: ignore[valid-type]
    """Share of the crosspoints of an array that are synapses, once neurons that share inputs are together; 1 is the
    best that any placement can do, and sparse connections come to little more than their probability."""
    sheet_density: _claimed(_PER_AREA)  # type: ignore[valid-type]
    """Neurons under an area of the sheet that they lie in, such as `8e4 1/mm^2`."""
    decay_length: _claimed(_DISTANCE)  # type: ignore[valid-type]
    """Length in which the density of a neuron's targets falls to 1/e."""
    long_range_share: _claimed(FRACTION) = 0.0  # type: ignore[valid-type]
    """Share of the synapses in distant areas."""
    long_range_areas: _claimed(_NUMBER) = 1.0  # type: ignore[valid-type]
    """Distant areas that a neuron has them in, each spread like its surroundings."""
    long_range_distance: _claimed(_DISTANCE) | None = None  # type: ignore[valid-type]
    """Mean distance of these areas; needed with a `long_range_share`."""


POPULATION_NUMBERS: Mapping[str, tuple[QuantityField, str]] = {
    "neurons": (_NUMBER, "Neurons"),
    "synapses": (_FAN_OUT, "Synapses of one neuron within the population"),
    "input_synapses": (_ANY_NUMBER, "Synapses of one neuron from what the population reads"),
    "crosspoint_density": (_DENSITY, "Share of the crosspoints of an array that are synapses"),
    "sheet_density": (_PER_AREA, "Neurons under an area of their sheet"),
    "decay_length": (_DISTANCE, "Length in which the density of targets falls to 1/e"),
    "long_range_share": (FRACTION, "Share of the synapses in distant areas"),
    "long_range_areas": (_NUMBER, "Distant areas that a neuron reaches"),
    "long_range_distance": (_DISTANCE, "Mean distance of these areas"),
}
"""Numbers of a population, with their bounds and what they are."""


class Population(Layer, Connections):
    """Very many neurons that are described by their numbers alone: how many, how connected, and how far.

    Their mean counts are estimated, never a list of neurons.
    """

    type: Literal["population"]
    """Kind of layer."""

    def number(self, name: str) -> float | None:
        """Value of one of `POPULATION_NUMBERS` in SI; None where the file does not state it.

        Raises
        ------
        QuantityError
            When a claim states no such quantity.
        """
        given = getattr(self, name)
        return POPULATION_NUMBERS[name][0].read(given.value) if isinstance(given, ClaimSpec) else given

    @property
    def numbers(self) -> dict[str, float]:
        """All numbers that the file states, by name."""
        found = {name: self.number(name) for name in POPULATION_NUMBERS}
        return {name: value for name, value in found.items() if value is not None}


class Pooling(Layer):
    """Mean or maximum over a window of each channel."""

    type: Literal["pooling"]
    """Kind of layer."""
    mode: Literal["average", "maximum"]
    """What is taken of the window."""
    kernel: Window
    """Rows and columns of the window; `global` for the whole map."""
    stride: Extent | None = None
    """Step of the window; its own size if nothing is said."""
    padding: Padding = 0
    """Elements added at every edge."""


class Add(Layer):
    """Element-wise sum of maps of one shape, such as a block and its shortcut."""

    type: Literal["add"]
    """Kind of layer."""
    inputs: tuple[str, ...]
    """Names of the layers that are added, two at least."""


class Concatenation(Layer):
    """Maps of equal rows and columns, one after the other along the channels; nothing is computed."""

    type: Literal["concatenation"]
    """Kind of layer."""
    inputs: tuple[str, ...]
    """Names of the layers that are put together, two at least."""


class ElementWise(Layer):
    """Operations on each element that belong to no weighted layer.

    Such as a normalisation by the statistics of the very input, softmax, or a gate that multiplies.
    """

    type: Literal["element_wise"]
    """Kind of layer."""
    operations: PositiveInteger = 1
    """Operations of a vector unit for one element of the output."""


class MatrixProduct(Layer):
    """Product of two layers' outputs, such as queries and keys: nothing of it is stored as weights.

    A sequence of tokens is a map of features (channels) and tokens (rows) with one column.
    """

    type: Literal["matrix_product"]
    """Kind of layer."""
    inputs: tuple[str, ...]
    """The left and the right factor."""
    heads: PositiveInteger = 1
    """Parts into which the channels of both factors are divided, each multiplied by itself."""
    over: Literal["channels", "positions"]
    """What is summed over: `channels` of both (queries and keys), or `positions`, the left factor's channels
    against the right one's rows and columns (attention and values)."""


class RecurrentCell(Layer):
    """Cell of numbers that sees its own output of the step before, run along the rows of a map."""

    type: Literal["recurrent_cell"]
    """Kind of layer."""
    cell: Literal["simple", "gru", "lstm"]
    """Kind of cell: one, three or four weighted sums a neuron."""
    outputs: PositiveInteger
    """Neurons of the cell."""


_Shape: TypeAlias = tuple[PositiveInteger, ...]


class Rearrangement(Layer):
    """Elements put in other places: reshaped, cut, repeated, padded or joined along rows; nothing is computed."""

    type: Literal["rearrangement"]
    """Kind of layer."""
    shape: _Shape
    """Shape of what comes out, `[features]` or `[channels, rows, columns]`."""


class Host(Layer):
    """Something that another processor computes: nothing of it is counted, and every estimate says so."""

    type: Literal["host"]
    """Kind of layer."""
    shape: _Shape
    """Shape of what comes back, `[features]` or `[channels, rows, columns]`."""
    operator: str | None = None
    """What is computed there."""


_Layers: TypeAlias = (
    Convolution
    | FullyConnected
    | Recurrent
    | Population
    | Pooling
    | Add
    | Concatenation
    | ElementWise
    | MatrixProduct
    | RecurrentCell
    | Rearrangement
    | Host
)
LAYER_TYPES: Mapping[str, type[Layer]] = frozen(
    {get_args(cls.model_fields["type"].annotation)[0]: cls for cls in get_args(_Layers)}
)


def _known_type(given: object) -> object:
    kind = given.get("type") if isinstance(given, dict) else None
    if not isinstance(kind, str) or kind in LAYER_TYPES:
        return given
    word = kind.lower()
    supported = ", ".join(LAYER_TYPES)
    known = read_data(Path(__file__).with_name("layer_words.yaml"))
    if word in known["other_words"]:
        message = f"unknown type {kind!r}; write {known['other_words'][word]}"
    elif word in known["no_layers"]:
        message = f"type {kind!r} is not a layer: {known['no_layers'][word]}; leave the entry out"
    elif "; did you mean" in (near := did_you_mean(word, LAYER_TYPES)):
        message = f"unknown type {kind!r}{near}"
    else:
        message = f"type {kind!r} is not supported; supported: {supported}"
    raise PydanticCustomError("layer_type", "{message}", {"message": message})


AnyLayer: TypeAlias = Annotated[_Layers, Field(discriminator="type"), BeforeValidator(_known_type)]
