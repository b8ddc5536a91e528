"""Schema of a file of `kind: population`: neuron populations by their statistics, and the network they form."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from neuroest.core.errors import QuantityError, did_you_mean
from neuroest.specs.base import QuantityField, Spec
from neuroest.specs.claims import ClaimSpec, Spread, StatedClaim
from neuroest.specs.device import SourceSpec
from neuroest.specs.layers import (
    NAME,
    POPULATION_NUMBERS,
    TIME,
    Activity,
    ClaimedThreshold,
    Connections,
    Population,
)
from neuroest.specs.learning import LearningSpec
from neuroest.specs.workload import Fault, Location, NetworkInput, Precision, Weights, WorkloadSpec

_RATE = QuantityField("1/s", minimum=0, example="4 Hz")
_MOST_STEPS = 1e6
_WHOLE = 1e-6
"""Tolerance on a whole number of timesteps; numerical."""
_SILENT = {"rate": 0.0, "basis": "derived", "rationale": "the file states no input"}
Name: TypeAlias = Annotated[str, Field(pattern=NAME)]


class ExternalInput(Spec):
    """Neurons outside the populations that send spikes to the first population."""

    neurons: Annotated[int, Field(strict=True, ge=1, le=10**6)]
    """Number of neurons that send spikes from outside."""
    rate: ClaimSpec
    """Mean firing rate of one of these neurons, such as `8 Hz`, as a claim."""


class PopulationGroup(Connections):
    """One population: neuron count, connectivity, distances and activity."""

    rate: ClaimSpec
    """Mean firing rate of a neuron, such as `4 Hz`, as a claim with basis and spread."""
    threshold: ClaimedThreshold | None = None
    """Weighted sum of inputs at which a neuron fires, over the standard deviation of those of one timestep. Default: a
    value that trained networks have."""
    reads: Name | None = None
    """Population that sends spikes to its `input_synapses`; `input` for spikes from outside. Default: the previous
    population."""
    plastic: bool = False
    """Whether its synapses learn with the rule under `learning`."""


class PopulationSpec(Spec):
    """A large network described by statistics: neurons, fan-out, rates, distances and plasticity."""

    kind: Literal["population"]
    """The kind of this file. A population is named, listed and run like a workload."""
    name: str = Field(pattern=NAME)
    """Name. In a library it equals the file name."""
    title: str = Field(default="", max_length=60)
    """Label in figures and tables, such as Cortical microcircuit. Default: `name`."""
    description: str
    """One or two sentences: what the populations are and where their numbers come from."""
    duration: Annotated[float, TIME]
    """Biological time of one inference. A real-time chip takes this long."""
    time_step: Annotated[float, TIME]
    """Time between two neuron updates."""
    precision: Precision
    """Bit widths of weights and accumulators."""
    weights: Weights
    """Statistics of the weights."""
    input: ExternalInput | None = None
    """Spikes from outside; none by default."""
    populations: dict[Name, PopulationGroup] = Field(min_length=1)
    """The populations by name."""
    learning: LearningSpec | None = None
    """Learning rule of the plastic populations."""
    sources: dict[str, SourceSpec] = Field(default_factory=dict)
    """Sources that only this file uses."""
    excluded: tuple[str, ...] = ()
    """What is not counted. Every estimate lists it as an exclusion."""
    notes: tuple[str, ...] = ()
    """Notes for the reader."""


def as_workload(spec: PopulationSpec) -> tuple[WorkloadSpec | None, list[Fault]]:
    """The populations as a network of layers, or their faults by location in the file."""
    faults = [*_faults(spec)]
    steps = spec.duration / spec.time_step
    rates: dict[str, ClaimSpec] = {}
    given: dict[str, ClaimSpec] = {name: group.rate for name, group in spec.populations.items()}
    for name, claim in {**given, **({"input": spec.input.rate} if spec.input is not None else {})}.items():
        place: Location = ("input", "rate") if name == "input" else ("populations", name, "rate")
        try:
            rates[name] = _per_step(claim, spec.time_step)
        except QuantityError as error:
            faults.append((place, str(error)))
    if faults:
        return None, faults
    return _network(spec, round(steps), rates), []


def place_in_file(spec: PopulationSpec, place: Location) -> Location:
    """Location in a population file of a location in the network."""
    if place[:1] == ("layers",) and len(place) > 1 and isinstance(place[1], int):
        name = tuple(spec.populations)[place[1]]
        inside = tuple("rate" if key == "activity" else key for key in place[2:3])
        return ("populations", name, *inside, *(key for key in place[3:] if key != "rate"))
    if place[:2] == ("input", "activity"):
        return ("input", "rate") if spec.input is not None else ("populations",)
    return ("duration",) if place[:1] == ("timesteps",) else place


def _faults(spec: PopulationSpec) -> Iterator[Fault]:
    """Inconsistencies in the file that the network does not report."""
    steps = spec.duration / spec.time_step
    if steps > _MOST_STEPS or steps < 1.0 - _WHOLE or abs(steps - round(steps)) > _WHOLE * steps:
        yield ("duration",), f"is {steps:g} timesteps; a whole number from 1 to {_MOST_STEPS:g} is allowed"
    if "input" in spec.populations:
        yield ("populations", "input"), "is reserved for the external input"
    names = ["input"]
    for name, group in spec.populations.items():
        if group.reads is not None and group.reads not in names:
            message = f"{group.reads!r} is not an earlier population{did_you_mean(group.reads, names)}"
            yield ("populations", name, "reads"), message
        names.append(name)
    plastic = [name for name, group in spec.populations.items() if group.plastic]
    if plastic and spec.learning is None:
        yield ("populations", plastic[0], "plastic"), "needs `learning`, which states the rule"
    if spec.learning is not None and not plastic:
        yield ("learning",), "no population is plastic; write `plastic: true` at those that learn"
    if spec.learning is not None and spec.learning.layers is not None:
        yield ("learning", "layers"), "is stated by `plastic` of each population; leave it out"


def _network(spec: PopulationSpec, steps: int, rates: Mapping[str, ClaimSpec]) -> WorkloadSpec:
    """The network, built from parts that were validated at their location in the file."""
    plastic = tuple(name for name, group in spec.populations.items() if group.plastic)
    outside: Any = _SILENT if spec.input is None else {"rate": rates["input"]}
    layers = tuple(
        Population.model_construct(
            type="population",
            name=name,
            inputs=None if group.reads is None else (group.reads,),
            activity=Activity.model_construct(rate=rates[name], threshold=group.threshold),
            **{key: getattr(group, key) for key in POPULATION_NUMBERS},
        )
        for name, group in spec.populations.items()
    )
    return WorkloadSpec.model_construct(
        kind="workload", name=spec.name, title=spec.title, description=spec.description, coding="spiking",
        timesteps=float(steps), time_step=spec.time_step, precision=spec.precision, weights=spec.weights, layers=layers,
        period=ClaimSpec(value=f"{spec.duration!r} s", basis="derived", rationale=f"{steps} timesteps in real time"),
        input=NetworkInput(
            shape=(1 if spec.input is None else spec.input.neurons,), activity=Activity.model_validate(outside)
        ),
        learning=None if spec.learning is None else spec.learning.model_copy(update={"layers": plastic}),
        sources=spec.sources, excluded=spec.excluded, notes=spec.notes,
    )  # fmt: skip


def _per_step(claim: ClaimSpec, time_step: float) -> ClaimSpec:
    """Convert a claim in spikes per second to spikes per timestep.

    Raises
    ------
    QuantityError
        If it states no rate, or more than one spike per timestep.
    """

    def scaled(given: Any) -> float:
        rate = _RATE.read(given) * time_step
        if rate > 1.0:
            raise QuantityError(f"{given} is {rate:g} spikes a timestep; a neuron fires once in one at most")
        return rate

    def moved(one: StatedClaim) -> dict[str, Any]:
        changes: dict[str, Any] = {"value": scaled(one.value)}
        if one.spread is not None:
            ends = {name: getattr(one.spread, name) for name in ("low", "high")}
            stated = {name: scaled(end) for name, end in ends.items() if end is not None}
            changes["spread"] = Spread.model_validate({**one.spread.model_dump(exclude_none=True), **stated})
        return changes

    scenarios = {name: other.model_copy(update=moved(other)) for name, other in claim.scenarios.items()}
    others = tuple(other.model_copy(update={"value": scaled(other.value)}) for other in claim.alternatives)
    return claim.model_copy(update={**moved(claim), "scenarios": scenarios, "alternatives": others})
