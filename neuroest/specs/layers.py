"""Schema of the layers in a workload file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import BeforeValidator, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from neuroest.core.errors import did_you_mean
from neuroest.core.files import read_data
from neuroest.core.frozen import frozen
from neuroest.specs.base import QuantityField, Spec, numeric_options
from neuroest.specs.claims import ClaimSpec, Provenance, claim_or_quantity

FRACTION = QuantityField("1", minimum=0, maximum=1, example="0.1")
THRESHOLD = QuantityField("1", minimum=1e-3, maximum=1e4, example="3")
SHARE = QuantityField("1", minimum=0, above=True, maximum=1, example="0.1")
TIME = QuantityField("s", minimum=0, above=True, example="1 ms")
_NUMBER = QuantityField("1", minimum=1, maximum=1e12, example="77169")
_FAN_OUT = QuantityField("1", minimum=1, maximum=1e6, example="7000")
_DENSITY = QuantityField("1", minimum=1e-3, maximum=1, example="0.1")
_ANY_NUMBER = QuantityField("1", minimum=0, maximum=1e6, example="2000")
_PER_AREA = QuantityField("1/m^2", minimum=0, above=True, example="8e4 1/mm^2")
_DISTANCE = QuantityField("m", minimum=0, above=True, maximum=10, example="0.3 mm")
NAME = r"^[a-z][a-z0-9_]*$"


def _number_or_pair(given: object) -> str:
    return "pair" if isinstance(given, list | tuple) else "number"


def claimed(field: QuantityField) -> Any:
    """A quantity, alone or as a full claim."""
    return Annotated[
        Annotated[ClaimSpec, Tag("claim")] | Annotated[float, field, Tag("quantity")],
        Discriminator(claim_or_quantity),
    ]


ClaimedFraction: TypeAlias = claimed(FRACTION)  # type: ignore[valid-type]
"""A number from 0 to 1, alone or as a full claim with its own basis, source and spread."""
ClaimedThreshold: TypeAlias = claimed(THRESHOLD)  # type: ignore[valid-type]

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
"""Rows and columns of padding at each edge: one number for both, or `[rows, columns]`."""
Window: TypeAlias = Annotated[
    Annotated[PositiveInteger, Tag("number")]
    | Annotated[_Positives, Tag("pair")]
    | Annotated[Literal["global"], Tag("word")],
    Discriminator(lambda given: "word" if isinstance(given, str) else _number_or_pair(given)),
]
"""Rows and columns of a pooling window, or `global` for the whole map."""
Bits: TypeAlias = Annotated[int, Field(strict=True, ge=1, le=64)]
"""Bits of a number: at most those of a double, the widest word that a processor computes with."""


class Activity(Provenance):
    """Activity of a layer's output elements, and its source.

    Basis, source, place, rationale and spread apply to all numbers next to them. A number with its own provenance is
    written as a full claim.
    """

    rate: ClaimedFraction | None = None
    """Spiking coding: spikes per neuron and timestep, averaged over neurons, timesteps and data."""
    active_steps: Annotated[float, SHARE] | None = None
    """Spiking coding: share of the timesteps with spikes, at a constant rate; the other timesteps have none. Default:
    all timesteps. Bursts do not change the counts, but they change how long cores wait for each other."""
    threshold: ClaimedThreshold | None = None
    """Spiking coding: weighted sum of inputs at which a neuron fires, over the standard deviation of the weighted sums
    of one timestep. It says over how many timesteps a neuron behind a column integrates a spike. Default: a value that
    trained networks have."""
    drive: ClaimedFraction | None = None
    """Spiking coding: drive of a neuron behind a column in a timestep, as a share of a full drive, averaged like the
    rate. It belongs to the chip that it was recorded on; `neuroest behave` writes it. Default: that of weighted sums
    with a mean of zero."""
    density: ClaimedFraction | None = None
    """Dense coding: fraction of nonzero activations."""
    bit_density: ClaimedFraction | None = None
    """Dense coding: probability that a bit of an activation is one. It sets the cost of bit-serial inputs."""


class Layer(Spec):
    """Keys of every layer."""

    name: str = Field(pattern=NAME)
    """Name, unique in the network. `input` is reserved for the network's input."""
    inputs: tuple[str, ...] | None = None
    """Names of the earlier layers that this one reads; `input` for the network's input. Default: the previous layer."""
    coding: Literal["dense"] | None = None
    """Marks a layer of a spiking network that computes with numbers, once per inference: it counts its input spikes,
    and its results are converted to spikes for layers that read spikes. Default for a layer without weights: the coding
    of the first layer it reads."""
    time_constant: Annotated[float, TIME] | None = None
    """Spiking coding: membrane time constant of this layer's neurons in network time, such as `20 ms`. The estimate
    reports a chip whose neurons leak faster or slower."""
    shortest_time_constant: Annotated[float, TIME] | None = None
    """Shortest time constant, if the neurons of this layer differ. `time_constant` is then the longest."""
    weight_bits: Bits | None = None
    """Bits of this layer's weights, including the sign, instead of the network's `precision`."""
    input_bits: Bits | None = None
    """Coding in numbers: bits of an element that this layer reads, instead of the network's `precision`. The layers
    before it write as many."""
    activity: Activity | None = None
    """Activity of this layer's output, instead of the network default. Default for a layer without weights: the mean
    activity of its inputs."""


class Convolution(Layer):
    """Two-dimensional convolution of a map of channels, rows and columns."""

    type: Literal["convolution"]
    """Kind of layer."""
    outputs: PositiveInteger
    """Output channels."""
    kernel: Extent
    """Rows and columns of the kernel."""
    stride: Extent = 1
    """Stride of the kernel."""
    padding: Padding = 0
    """Zero padding at every edge."""
    dilation: Extent = 1
    """Dilation: distance between neighbouring kernel elements."""
    groups: PositiveInteger = 1
    """Groups of independent channels. As many groups as channels make a depthwise convolution."""


class FullyConnected(Layer):
    """Every output connects to every input. A map is flattened first."""

    type: Literal["fully_connected"]
    """Kind of layer."""
    outputs: PositiveInteger
    """Neurons."""


class Recurrent(Layer):
    """Fully connected layer whose neurons also receive each other's spikes from the previous timestep."""

    type: Literal["recurrent"]
    """Kind of layer."""
    outputs: PositiveInteger
    """Neurons. The fan-in of each is the number of inputs plus this number."""


class Connections(Spec):
    """Connectivity of a population: each number alone, or as a claim with basis and spread."""

    neurons: claimed(_NUMBER)  # type: ignore[valid-type]
    """Neurons."""
    synapses: claimed(_FAN_OUT)  # type: ignore[valid-type]
    """Synapses per neuron within the population: the fan-out, and on average the fan-in."""
    input_synapses: claimed(_ANY_NUMBER) = 0.0  # type: ignore[valid-type]
    """Synapses per neuron from the layer's inputs."""
    crosspoint_density: claimed(_DENSITY) = 1.0  # type: ignore[valid-type]
    """Share of an array's crosspoints that are synapses, after neurons with shared inputs are grouped. 1 is the upper
    limit of any placement. Sparse connectivity reaches little more than its connection probability."""
    sheet_density: claimed(_PER_AREA)  # type: ignore[valid-type]
    """Neurons per area of the cortical sheet, such as `8e4 1/mm^2`."""
    decay_length: claimed(_DISTANCE)  # type: ignore[valid-type]
    """Distance over which the density of a neuron's targets falls to 1/e."""
    long_range_share: claimed(FRACTION) = 0.0  # type: ignore[valid-type]
    """Share of the synapses that target distant areas."""
    long_range_areas: claimed(_NUMBER) = 1.0  # type: ignore[valid-type]
    """Number of distant areas per neuron. In each, the targets spread as in the local area."""
    long_range_distance: claimed(_DISTANCE) | None = None  # type: ignore[valid-type]
    """Mean distance to these areas; required with `long_range_share`."""


POPULATION_NUMBERS = numeric_options(Connections)
"""Numbers of a population, with their bounds."""


class Population(Layer, Connections):
    """A large set of neurons described only by statistics: count, connectivity and distances.

    Only mean counts are estimated; no list of neurons is built.
    """

    type: Literal["population"]
    """Kind of layer."""

    def number(self, name: str) -> float | None:
        """Value of one of `POPULATION_NUMBERS` in SI units; None if the file does not state it.

        Raises
        ------
        QuantityError
            If the claim has the wrong dimension.
        """
        given = getattr(self, name)
        return POPULATION_NUMBERS[name].read(given.value) if isinstance(given, ClaimSpec) else given

    @property
    def numbers(self) -> dict[str, float]:
        """All numbers that the file states, by name."""
        found = {name: self.number(name) for name in POPULATION_NUMBERS}
        return {name: value for name, value in found.items() if value is not None}


class Pooling(Layer):
    """Mean, maximum or sum over a window of each channel."""

    type: Literal["pooling"]
    """Kind of layer."""
    mode: Literal["average", "maximum", "sum"]
    """Pooling function. Of spikes, a `sum` passes on every one: what reads it gets as many events as enter its windows.
    A mean passes on spikes at the mean rate, as an integrating neuron would."""
    kernel: Window
    """Rows and columns of the window; `global` for the whole map."""
    stride: Extent | None = None
    """Stride of the window. Default: the window size."""
    padding: Padding = 0
    """Padding at every edge."""


class Add(Layer):
    """Element-wise sum of maps with the same shape, such as a residual block and its shortcut."""

    type: Literal["add"]
    """Kind of layer."""
    inputs: tuple[str, ...]
    """Names of the layers to add, at least two."""
    spikes: Literal["mean", "all"] = "mean"
    """Spiking coding: `all` passes on every spike of every branch, so that what reads the sum gets as many events as
    enter it. `mean` passes on spikes at the mean rate of the branches."""


class Concatenation(Layer):
    """Concatenation along the channels of maps with equal rows and columns; nothing is computed."""

    type: Literal["concatenation"]
    """Kind of layer."""
    inputs: tuple[str, ...]
    """Names of the layers to concatenate, at least two."""


class ElementWise(Layer):
    """Element-wise operations outside the weighted layers.

    Examples: layer normalisation, softmax, or a multiplicative gate.
    """

    type: Literal["element_wise"]
    """Kind of layer."""
    operations: PositiveInteger = 1
    """Vector-unit operations per output element."""


class MatrixProduct(Layer):
    """Product of two layers' outputs, such as queries and keys. Neither factor is stored as weights.

    A token sequence is a map with features as channels, tokens as rows, and one column.
    """

    type: Literal["matrix_product"]
    """Kind of layer."""
    inputs: tuple[str, ...]
    """Names of the left and the right factor."""
    heads: PositiveInteger = 1
    """Heads: the channels of both factors are divided into this many parts, and each part is multiplied separately."""
    over: Literal["channels", "positions"]
    """Summation index: `channels` of both factors (queries and keys), or `positions`, which sums the left factor's
    channels over the right factor's rows and columns (attention and values)."""


class RecurrentCell(Layer):
    """Recurrent cell (dense coding) that reads its own previous output, run along the rows of a map."""

    type: Literal["recurrent_cell"]
    """Kind of layer."""
    cell: Literal["simple", "gru", "lstm"]
    """Kind of cell: one, three or four weighted sums per neuron."""
    outputs: PositiveInteger
    """Neurons of the cell."""


_Shape: TypeAlias = tuple[PositiveInteger, ...]


class Rearrangement(Layer):
    """Rearranged elements: reshaped, sliced, repeated, padded or joined along rows; nothing is computed."""

    type: Literal["rearrangement"]
    """Kind of layer."""
    shape: _Shape
    """Output shape, `[features]` or `[channels, rows, columns]`."""


class Lookup(Layer):
    """Rows of a stored table, chosen by index, such as the embedding of words.

    The table is stored with the weights, or outside of the chip where they leave no room for it; each row that is asked
    for is read once.
    """

    type: Literal["lookup"]
    """Kind of layer."""
    rows: PositiveInteger
    """Rows of the table."""
    width: PositiveInteger
    """Numbers of one row."""
    shape: _Shape
    """Shape of the rows that are read, `[features]` or `[channels, rows, columns]`."""


class Host(Layer):
    """Computation on another processor. It is not counted, and every estimate reports this."""

    type: Literal["host"]
    """Kind of layer."""
    shape: _Shape
    """Shape of the returned data, `[features]` or `[channels, rows, columns]`."""
    operator: str | None = None
    """What the other processor computes."""


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
    | Lookup
    | Host
)
LAYER_TYPES: Mapping[str, type[Layer]] = frozen(
    {get_args(cls.model_fields["type"].annotation)[0]: cls for cls in get_args(_Layers)}
)


WITH_WEIGHTS = (Convolution, FullyConnected, Population, Recurrent, RecurrentCell)
KEEP_CODING = (Pooling, Add, Concatenation, ElementWise, Rearrangement)
"""Layers that keep the coding of their input."""


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
