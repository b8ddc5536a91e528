"""Schema of a workload file: a network, its coding and its activity.

The file describes shapes, not weights. Activity is a claim with a basis and a source, like every other physical input,
since energy depends on it. `neuroest.workloads.layers` infers the shapes.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import Field

from neuroest.core.errors import Problem, QuantityError, SpecError
from neuroest.core.files import read_data
from neuroest.specs.base import QuantityField, Spec
from neuroest.specs.claims import DESIGN, Claim, ClaimSpec, Described, Provenance, resolve_claim
from neuroest.specs.device import SourceSpec
from neuroest.specs.layers import (
    FRACTION,
    KEEP_CODING,
    NAME,
    POPULATION_NUMBERS,
    SHARE,
    THRESHOLD,
    TIME,
    WITH_WEIGHTS,
    Activity,
    AnyLayer,
    Bits,
    ClaimedFraction,
    Host,
    Lookup,
    Population,
    PositiveInteger,
    Recurrent,
    RecurrentCell,
)
from neuroest.specs.learning import (
    LEARNING,
    LEARNING_CHOICES,
    LEARNING_CLAIMS,
    LEARNING_NUMBERS,
    LearningSpec,
    learning_faults,
)

Location: TypeAlias = tuple[str | int, ...]
Fault: TypeAlias = tuple[Location, str]
"""Location in the file (keys and indices), and the fault."""

_RATIO = QuantityField("1", minimum=0, above=True, maximum=1e9, example="10")
_BITS = QuantityField("1", minimum=1, maximum=64, integer=True, example="4")
_COUNT = QuantityField("1", minimum=1, maximum=1e6, integer=True, example="20")
_PRECISION = "workload.precision."

Coding: TypeAlias = Literal["spiking", "dense"]
ACTIVITY_QUANTITIES: Mapping[str, tuple[str, ...]] = {
    "spiking": ("rate",),
    "dense": ("density", "bit_density"),
}
"""Keys of an `activity` in each coding."""
WEIGHT_BITS, INPUT_BITS = WIDTHS = ("weight_bits", "input_bits")
"""Optional widths of a layer: design choices, as those of the network are."""
ACTIVE_STEPS = "active_steps"
"""Optional key of an `activity` of spikes: a design choice, not a claim. Default: spikes in all timesteps."""
THRESHOLD_KEY = "threshold"
"""Optional key of an `activity` of spikes, for layers: a claim."""
DRIVE_KEY = "drive"
"""Another one, which has no default."""
_DEFAULT_THRESHOLD = Path(__file__).with_name("default_threshold.yaml")
_DESCRIPTIONS = {
    "rate": "Spikes per neuron and timestep",
    THRESHOLD_KEY: "Threshold of a neuron over the standard deviation of the results of a timestep",
    DRIVE_KEY: "Share of a full drive that a neuron gets in a timestep",
    "density": "Fraction of activations that are not zero",
    "bit_density": "Probability that a bit of an activation is one",
}


class NetworkInput(Spec):
    """Input of the network."""

    shape: tuple[PositiveInteger, ...]
    """`[features]` or `[channels, rows, columns]`."""
    activity: Activity
    """Activity of the input."""
    bits: Bits | None = None
    """Spiking coding with numeric inputs instead of spikes (direct coding): bits of one input element. The input
    activity is then a density and a bit density, and layers that read it multiply."""


class Precision(Spec):
    """Bit width of each kind of number."""

    weights: Bits
    """Bits of a weight, including the sign."""
    activations: Bits | None = None
    """Bits of an activation, in dense coding and for layers with `coding: dense`. A spike has one bit, so a purely
    spiking network leaves it out."""
    accumulator: Bits
    """Bits of a partial sum; in spiking coding, of a membrane potential."""


class Weights(Provenance):
    """Statistics of the weights, and their source."""

    mean_absolute: ClaimedFraction
    """Ratio of the mean absolute weight to the largest absolute weight that the devices can store. It sets the mean
    conductance of a differential pair."""
    density: ClaimedFraction | None = None
    """Share of nonzero weights in a pruned network. Default: all. Arrays that skip zero weights use it."""
    bit_density: ClaimedFraction | None = None
    """Share of ones among the bits of the weights, which static cells store. Default: one half, as in two's complement
    around zero. Memristors follow `mean_absolute`."""


class AccuracyCurve(Provenance):
    """Accuracy of the network when the results of every layer have errors, and on neurons that differ from the ideal.

    `docs/tools/accuracy_curve.py` measures it for a spiking network with weights.
    """

    signal_to_error_ratio: tuple[Annotated[float, _RATIO], ...]
    """Variance of the results over that of their errors, from small to large."""
    lasting: tuple[Annotated[float, FRACTION], ...]
    """Accuracy at each ratio with errors that stay from read to read, such as those of written cells."""
    fluctuating: tuple[Annotated[float, FRACTION], ...]
    """Accuracy at each ratio with errors that are new in each read, such as noise."""
    deviation: tuple[Annotated[float, _RATIO], ...] = ()
    """Spiking coding: relative standard deviations of the drive that fires a neuron, from small to large."""
    between: tuple[Annotated[float, FRACTION], ...] = ()
    """Accuracy at each deviation, if neurons differ by it."""
    within: tuple[Annotated[float, FRACTION], ...] = ()
    """Accuracy at each deviation, if the drive of each neuron differs by it from spike to spike."""
    exact: Annotated[float, FRACTION]
    """Accuracy without errors, on ideal neurons."""
    signed: Annotated[float, FRACTION] | None = None
    """Spiking coding: accuracy on neurons that take drives of both signs and lose no charge, at zero at the least."""
    unsigned: Annotated[float, FRACTION] | None = None
    """Spiking coding: accuracy on such neurons that take no negative drive."""


class Task(Provenance):
    """Task and accuracy of the network. A comparison of chips must state them."""

    dataset: str
    """Data set."""
    metric: str | None = None
    """Quality metric, for example `accuracy`."""
    value: Annotated[float, QuantityField("1", minimum=0, example="98.2 %")] | None = None
    """Published value for exactly this network. Left out if nobody has published it."""
    against_error: AccuracyCurve | None = None
    """Accuracy of this network with errors of its results. With it, estimates state an accuracy."""


class WorkloadSpec(Spec):
    """A network: layers, coding and activity."""

    kind: Literal["workload"]
    """The kind of this file."""
    name: str = Field(pattern=NAME)
    """Name of the workload. In a library it equals the file name."""
    title: str = Field(default="", max_length=60)
    """Label in figures and tables, such as Spiking perceptron, MNIST. Default: `name`."""
    description: str
    """One or two sentences: what the network is and where it comes from."""
    task: Task | None = None
    """Data set and accuracy."""
    coding: Coding
    """spiking: single spikes over several timesteps; dense: multi-bit numbers, once per inference."""
    timesteps: Annotated[float, _COUNT] | None = None
    """Spiking coding: timesteps per inference."""
    time_step: Annotated[float, TIME] | None = None
    """Spiking coding: duration of one timestep in network time, the reference for time constants."""
    period: ClaimSpec | None = None
    """Time between two inferences that the data dictate, such as `1.4 s` for spoken words, as a claim with basis and
    source: `{value: 1.4 s, basis: derived, source: ...}`. Left out if the data have no natural rate, such as still
    images. Comparisons use it for bursts and streaming, and estimates for chips that stream."""
    precision: Precision
    """Bit widths of weights, activations and accumulators."""
    weights: Weights
    """Statistics of the weights."""
    input: NetworkInput
    """The network's input."""
    activity: Activity | None = None
    """Default output activity of the weighted layers."""
    layers: tuple[AnyLayer, ...]
    """The layers in execution order. Batch normalisation and biases are left out: the former is folded into the
    weights, the latter costs one addition per output."""
    learning: LearningSpec | None = None
    """On-chip learning. Without it, weights are written once."""
    sources: dict[str, SourceSpec] = Field(default_factory=dict)
    """Sources that only this file uses."""
    excluded: tuple[str, ...] = ()
    """Parts of the network that are not counted. Every estimate lists them as exclusions."""
    assumed: tuple[str, ...] = ()
    """What the file of an imported network leaves open, such as its batch or its bits. Every estimate lists it."""
    notes: tuple[str, ...] = ()
    """Notes for the reader."""

    @property
    def label(self) -> str:
        """Name in figures and tables: the title, or the name."""
        return self.title or self.name

    @cached_property
    def resolved(self) -> tuple[dict[str, Claim], list[Fault]]:
        """Claims by path, and their faults. They are cached, since a spec never changes."""
        claims: dict[str, Claim] = {}
        faults: list[Fault] = []
        for path, value, unit, description in _design_choices(self):
            claims[path] = Claim(
                path, float(value), unit, DESIGN, description, low=float(value), high=float(value)
            )
        for place, path, given, about, description in _stated_claims(self, faults):
            try:
                claims[path] = resolve_claim(
                    path, given, number_field(path), about, about=description, origin=f"workload {self.name}"
                )
            except QuantityError as error:
                faults.append((place, str(error)))
        for place, owner, _ in _activities(self):
            bit_density = claims.get(activity_path(owner, "bit_density"))
            density = claims.get(activity_path(owner, "density"))
            if bit_density and density and bit_density.value > density.value:
                message = (
                    f"{bit_density.value:g} exceeds the density {density.value:g}, but zeros have no ones"
                )
                faults.append(((*place, "bit_density"), message))
            bursts = claims.get(activity_path(owner, ACTIVE_STEPS))
            rate = claims.get(activity_path(owner, "rate"))
            if bursts and rate and rate.value > bursts.value:
                message = (
                    f"{bursts.value:g} is less than the rate {rate.value:g}, "
                    "but a neuron fires once a step at most"
                )
                faults.append(((*place, ACTIVE_STEPS), message))
        return claims, faults

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy that resolves its claims again, since the change may affect them."""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("resolved", None)
        return copied


def workload_exclusions(spec: WorkloadSpec) -> tuple[str, ...]:
    """Parts of a network that are not counted: those that the file lists, and layers on the host."""
    hosts = [layer for layer in spec.layers if isinstance(layer, Host)]
    return (
        *spec.excluded,
        *(
            f"layer {h.name}" + (f" ({h.operator})" if h.operator else "") + ", which the host computes"
            for h in hosts
        ),
    )


def input_quantities(spec: WorkloadSpec) -> tuple[str, ...]:
    """Activity keys of the network's input: those of numbers if the input is numeric."""
    numbers = spec.input.bits is not None or input_codings(spec) == {"dense"}
    return ACTIVITY_QUANTITIES["dense" if numbers else spec.coding]


def layer_codings(spec: WorkloadSpec) -> tuple[Coding, ...]:
    """Coding of each layer: the network's coding, except for spiking-network layers that compute with numbers."""
    found: dict[str, Coding] = {}
    before = "input"
    for layer in spec.layers:
        source = layer.inputs[0] if layer.inputs else before
        follows = isinstance(layer, KEEP_CODING) and source != "input"
        stated: Coding | None = layer.coding
        found[layer.name] = stated or (found.get(source, spec.coding) if follows else spec.coding)
        before = layer.name
    return tuple(found.get(layer.name, spec.coding) for layer in spec.layers)


def input_codings(spec: WorkloadSpec) -> set[Coding]:
    """Codings of the layers that read the network's input."""
    codings = layer_codings(spec)
    return {
        codings[place]
        for place, layer in enumerate(spec.layers)
        if "input" in (layer.inputs or ()) or (place == 0 and layer.inputs is None)
    }


def is_hybrid(spec: WorkloadSpec) -> bool:
    """Whether some layers of a spiking network compute with numbers."""
    return spec.coding == "spiking" and "dense" in layer_codings(spec)


def quantities_of_layers(spec: WorkloadSpec) -> tuple[str, ...]:
    """Allowed keys in the activity of a layer."""
    every = (*ACTIVITY_QUANTITIES["spiking"], *ACTIVITY_QUANTITIES["dense"])
    return every if is_hybrid(spec) else ACTIVITY_QUANTITIES[spec.coding]


def workload_claims(spec: WorkloadSpec) -> dict[str, Claim]:
    """All numbers of a workload except shapes, as claims by path.

    The paths are ``workload.timesteps``, ``workload.precision.weights``, ``workload.weights.mean_absolute``,
    ``workload.weights.density`` and ``workload.weights.bit_density`` where they are stated,
    ``workload.input.activity.rate``, ``workload.activity.rate`` (for all layers without their own) and
    ``workload.layers.<name>.activity.rate``; in dense coding ``density`` and ``bit_density`` for ``rate``, in spiking
    coding also ``threshold``, and ``drive`` and ``active_steps`` where they are stated.

    Raises
    ------
    SpecError
        With all faults that `check_claims` finds.
    """
    claims, faults = spec.resolved
    raise_faults(spec, faults)
    return dict(claims)


def number_field(path: str) -> QuantityField:
    """Bounds of a number of a workload, by path."""
    if path == "workload.period":
        return TIME
    if path.startswith(LEARNING):
        return LEARNING_NUMBERS[path.removeprefix(LEARNING)]
    if path.endswith(WIDTHS) or path.startswith(_PRECISION):
        return _BITS
    if path.startswith("workload.layers.") and ".activity." not in path:
        return POPULATION_NUMBERS[path.rpartition(".")[2]]
    if path.endswith(ACTIVE_STEPS):
        return SHARE
    if path.endswith(f".{THRESHOLD_KEY}"):
        return THRESHOLD
    return FRACTION if path.endswith(("rate", "density", "mean_absolute", f".{DRIVE_KEY}")) else _COUNT


def check_claims(spec: WorkloadSpec) -> list[Fault]:
    """Find faults in coding, timesteps, precision and activity that the schema does not find."""
    weighted = tuple(layer.name for layer in spec.layers if isinstance(layer, WITH_WEIGHTS))
    found = () if spec.learning is None else learning_faults(spec.learning, weighted)
    learning = ((("learning", *place), message) for place, message in found)
    return [
        *_coding_faults(spec), *_layer_faults(spec), *_width_faults(spec), *_task_faults(spec), *learning,
        *spec.resolved[1],
    ]  # fmt: skip


def raise_faults(spec: WorkloadSpec, faults: list[Fault]) -> None:
    """Raise any faults, without line numbers: for specs without a file.

    Raises
    ------
    SpecError
        One problem per fault.
    """
    if faults:
        raise SpecError(
            Problem(f"workload {spec.name}", 0, 0, ".".join(map(str, place)), message)
            for place, message in faults
        )


def activity_path(layer: str | None, quantity: str) -> str:
    """Path of an activity: for a layer, ``input``, or the network default (None)."""
    owner = "" if layer is None else "input." if layer == "input" else f"layers.{layer}."
    return f"workload.{owner}activity.{quantity}"


def _coding_faults(spec: WorkloadSpec) -> Iterator[Fault]:
    if spec.coding == "spiking":
        if spec.timesteps is None:
            yield ("timesteps",), "is missing: spiking coding needs the timesteps of one inference"
        if is_hybrid(spec):
            yield from _hybrid_faults(spec)
        elif spec.precision.activations not in {None, 1}:
            yield ("precision", "activations"), "a spike has one bit; leave this out in spiking coding"
        return
    for index, layer in enumerate(spec.layers):
        if layer.coding is not None:
            message = "all layers of a dense network compute with numbers; leave it out"
            yield ("layers", index, "coding"), message
    if spec.time_step is not None:
        yield ("time_step",), "dense coding has no timesteps"
    if spec.input.bits is not None:
        yield ("input", "bits"), "dense coding states the bits of all activations under `precision`"
    if spec.timesteps is not None:
        yield ("timesteps",), "dense coding has no timesteps; remove them or write `coding: spiking`"
    if spec.precision.activations is None:
        yield ("precision", "activations"), "is missing: dense coding needs the bits of an activation"


def _hybrid_faults(spec: WorkloadSpec) -> Iterator[Fault]:
    """Required keys for dense layers in a spiking network."""
    if spec.precision.activations in {None, 1}:
        message = "is missing: layers of `coding: dense` need the bits of an activation"
        yield ("precision", "activations"), message
    if spec.input.bits is not None:
        yield ("input", "bits"), "layers of `coding: dense` state the bits of their numbers under `precision`"
    if len(input_codings(spec)) > 1:
        yield ("input",), "is read by layers in spikes and by layers in numbers; give both the same coding"


def _layer_faults(spec: WorkloadSpec) -> Iterator[Fault]:
    """Layers and activities that belong to the other coding."""
    for place, _, activity in _activities(spec):
        if spec.coding == "dense" and activity.active_steps is not None:
            yield (*place, ACTIVE_STEPS), "belongs to spikes; dense coding has no timesteps"
    for index, layer in enumerate(spec.layers):
        place = ("layers", index)
        if isinstance(layer, Population):
            yield from (((*place, key), text) for key, text in _population_faults(spec, layer))
        if spec.coding == "spiking":
            if layer.time_constant is not None and spec.time_step is None:
                yield (*place, "time_constant"), "needs the network's `time_step`, such as `1 ms`"
            if layer.shortest_time_constant is not None and (
                layer.time_constant is None or layer.shortest_time_constant > layer.time_constant
            ):
                yield (*place, "shortest_time_constant"), "must not exceed the `time_constant`, the longest"
            if isinstance(layer, RecurrentCell):
                yield (*place, "type"), "is a cell of numbers; spiking coding has `recurrent`"
        else:
            for name in ("time_constant", "shortest_time_constant"):
                if getattr(layer, name) is not None:
                    yield (*place, name), "belongs to spiking neurons, but the coding is dense"
            if isinstance(layer, Recurrent):
                yield (*place, "type"), "needs timesteps, which only spiking coding has"


def _width_faults(spec: WorkloadSpec) -> Iterator[Fault]:
    """Widths of what a layer does not have."""
    for index, layer in enumerate(spec.layers):
        if layer.weight_bits is not None and not isinstance(layer, (*WITH_WEIGHTS, Lookup)):
            yield ("layers", index, WEIGHT_BITS), "belongs to a layer with weights; leave it out"
        if layer.input_bits is not None and layer_codings(spec)[index] == "spiking":
            yield ("layers", index, INPUT_BITS), "belongs to layers that read numbers; a spike has one bit"


def _population_faults(spec: WorkloadSpec, layer: Population) -> Iterator[tuple[str, str]]:
    """Missing keys of a population."""
    if isinstance(layer.neurons, ClaimSpec) and layer.name in _read_by_others(spec):
        text = "is the shape of what a layer of another type reads, so it is a plain number without a spread"
        yield "neurons", text
    if spec.coding != "spiking" or layer.coding is not None:
        yield "type", "is made of spiking neurons; write `coding: spiking` for the network"
    try:
        numbers = layer.numbers
    except QuantityError:
        return  # reported with the claim itself
    if numbers["long_range_share"] > 0.0 and "long_range_distance" not in numbers:
        yield "long_range_distance", "is missing: `long_range_share` needs it"
    if numbers["synapses"] > numbers["neurons"]:
        most = f"more than the {numbers['neurons']:g} neurons it can reach"
        yield "synapses", f"{numbers['synapses']:g} of a neuron are {most}"


def _task_faults(spec: WorkloadSpec) -> Iterator[Fault]:
    task = spec.task
    if task is None:
        return
    if (task.value is None) != (task.metric is None):
        missing = "value" if task.value is None else "metric"
        yield ("task", missing), "is missing: `metric` and `value` belong together"
    if task.value is not None and task.basis is None:
        yield ("task", "basis"), "is missing: say how the value is known"
    elif task.value is not None and not (task.source or task.rationale):
        yield ("task", "source"), "is missing: say where the value comes from"
    if task.against_error is not None:
        yield from (
            (("task", "against_error", *place), text) for place, text in _curve_faults(task.against_error)
        )


def _curve_faults(curve: AccuracyCurve) -> Iterator[Fault]:
    ratios = curve.signal_to_error_ratio
    if len(ratios) < 2 or any(after <= before for before, after in pairwise(ratios)):
        yield ("signal_to_error_ratio",), "needs at least two ratios, from small to large"
    deviations = curve.deviation
    if any(after <= before for before, after in pairwise(deviations)):
        yield ("deviation",), "goes from small to large"
    for name in ("lasting", "fluctuating"):
        if len(getattr(curve, name)) != len(ratios):
            yield (name,), f"has {len(getattr(curve, name))} values for {len(ratios)} ratios"
    for name in ("between", "within"):
        if len(getattr(curve, name)) != len(deviations):
            yield (name,), f"has {len(getattr(curve, name))} values for {len(deviations)} deviations"
    if curve.basis is None:
        yield ("basis",), "is missing: say how the values are known"
    elif not (curve.source or curve.rationale):
        yield ("source",), "is missing: say where the values come from"


_WEIGHTS = {
    "mean_absolute": "Mean absolute weight over the largest absolute weight",
    "density": "Share of the weights that are not zero",
    "bit_density": "Share of ones among the bits of the weights",
}
_WIDTH_WORDS = {WEIGHT_BITS: "Bits of a weight of", INPUT_BITS: "Bits of what is read by"}


def _design_choices(spec: WorkloadSpec) -> Iterator[tuple[str, float, str, str | Described]]:
    if spec.timesteps is not None:
        yield "workload.timesteps", spec.timesteps, "1", "Timesteps of one inference"
    yield "workload.precision.weights", float(spec.precision.weights), "bit", "Bits of a weight"
    activations = float(spec.precision.activations or 1)
    yield "workload.precision.activations", activations, "bit", "Bits of an activation"
    yield "workload.precision.accumulator", float(spec.precision.accumulator), "bit", "Bits of a partial sum"
    for one in spec.layers:
        for key, about in _WIDTH_WORDS.items():
            if getattr(one, key) is not None:
                yield layer_path(one.name, key), float(getattr(one, key)), "bit", f"{about} {one.name}"
    for name in LEARNING_CHOICES if spec.learning is not None else ():
        if getattr(spec.learning, name) is not None:
            yield f"{LEARNING}{name}", getattr(spec.learning, name), LEARNING_NUMBERS[name].unit, LearningSpec
    for _, layer, name, given in _population_numbers(spec):
        if not isinstance(given, ClaimSpec):
            yield layer_path(layer, name), given, POPULATION_NUMBERS[name].unit, Population
    for _, owner, activity in _activities(spec):
        if spec.coding == "spiking" and (owner in {"input", None} or activity.active_steps is not None):
            share = 1.0 if activity.active_steps is None else activity.active_steps
            about = "Share of the timesteps in which spikes come"
            yield activity_path(owner, ACTIVE_STEPS), share, "1", about


def _activities(spec: WorkloadSpec) -> Iterator[tuple[Location, str | None, Activity]]:
    """Location, owner (None: the default of the layers) and text of each activity in the file."""
    yield ("input", "activity"), "input", spec.input.activity
    if spec.activity is not None:
        yield ("activity",), None, spec.activity
    for index, layer in enumerate(spec.layers):
        if layer.activity is not None:
            yield ("layers", index, "activity"), layer.name, layer.activity


def layer_path(layer: str, name: str) -> str:
    """Path of a width of a layer, or of a number of a population."""
    return f"workload.layers.{layer}.{name}"


def _population_numbers(spec: WorkloadSpec) -> Iterator[tuple[Location, str, str, Any]]:
    """Location, layer, name and text of each number of a population that may vary.

    The neuron count is a shape that other kinds of layers read, so it stays fixed.
    """
    read_as_shape = _read_by_others(spec)
    for index, layer in enumerate(spec.layers):
        if isinstance(layer, Population):
            for name in POPULATION_NUMBERS:
                given = getattr(layer, name)
                fixed = name == "neurons" and layer.name in read_as_shape
                if given is not None and not fixed:
                    yield ("layers", index, name), layer.name, name, given


def _read_by_others(spec: WorkloadSpec) -> set[str]:
    """Layers that feed layers other than populations."""
    found: set[str] = set()
    for index, layer in enumerate(spec.layers):
        if not isinstance(layer, Population):
            found |= (
                {spec.layers[index - 1].name} if layer.inputs is None and index else {*(layer.inputs or ())}
            )
    return found


_UNSTATED = Provenance.model_construct()
"""That of a number that states none of its own."""


def _stated_claims(
    spec: WorkloadSpec, faults: list[Fault]
) -> Iterator[tuple[Location, str, ClaimSpec | float, Provenance, str | Described]]:
    for name, text in _WEIGHTS.items():
        if (given := getattr(spec.weights, name)) is not None:
            yield ("weights", name), f"workload.weights.{name}", given, _provenance(spec.weights), text
    if spec.period is not None:
        yield ("period",), "workload.period", spec.period, _UNSTATED, "Period of the data"
    learning = spec.learning
    for name in LEARNING_CLAIMS if learning is not None else ():
        given = getattr(learning, name)
        if learning is not None and given is not None:
            yield ("learning", name), f"{LEARNING}{name}", given, _provenance(learning), LearningSpec
    for place, layer, name, given in _population_numbers(spec):
        if isinstance(given, ClaimSpec):
            yield place, layer_path(layer, name), given, _UNSTATED, Population
    if spec.coding == "spiking" and (spec.activity is None or spec.activity.threshold is None):
        usual = ClaimSpec.model_validate(read_data(_DEFAULT_THRESHOLD))
        path = activity_path(None, THRESHOLD_KEY)
        yield ("activity",), path, usual, _UNSTATED, f"{_DESCRIPTIONS[THRESHOLD_KEY]}, as none is stated"
    for place, owner, activity in _activities(spec):
        due = input_quantities(spec) if owner == "input" else quantities_of_layers(spec)
        allowed = due if owner == "input" or spec.coding != "spiking" else (*due, THRESHOLD_KEY, DRIVE_KEY)
        stated = [name for name in _DESCRIPTIONS if getattr(activity, name) is not None]
        plain = [name for name in stated if not isinstance(getattr(activity, name), ClaimSpec)]
        about = _provenance(activity)
        if about.spread is not None and about.spread.factor is None and len(plain) > 1:
            message = "low and high belong to one number; write them inside of its claim"
            faults.append(((*place, "spread"), message))
            about = about.model_copy(update={"spread": None})
        nothing = not stated and activity.active_steps is None
        missing = [name for name in due if name not in stated] if owner == "input" or nothing else []
        faults.extend(((*place, name), f"is missing: {_DESCRIPTIONS[name].lower()}") for name in missing)
        for name in stated:
            if name not in allowed:
                coding = "direct" if owner == "input" and spec.input.bits is not None else spec.coding
                message = f"does not belong to {coding} coding; state {' and '.join(due)}"
                faults.append(((*place, name), message))
                continue
            where = {"input": "the network's input", None: "the output of a layer"}
            description = f"{_DESCRIPTIONS[name]} of {where.get(owner, f'the output of {owner}')}"
            yield (*place, name), activity_path(owner, name), getattr(activity, name), about, description


def _provenance(stated: Provenance) -> Provenance:
    given = {name: getattr(stated, name) for name in Provenance.model_fields}
    return Provenance.model_construct(**{name: value for name, value in given.items() if value is not None})
