"""What a contest file may say: who competes, with which alternatives, under which limits, and over which axes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, Field

from neuroest.core.errors import NeuroestError, QuantityError, did_you_mean, followed_by, raise_all
from neuroest.core.frozen import frozen_dataclass
from neuroest.exploration.space import (
    RESULT_UNITS,
    Axis,
    AxisValuesSpec,
    ConstraintText,
    axis_of,
    constraint,
    faults_of,
    unknown_sides,
)
from neuroest.loading.library import find_file, read_spec
from neuroest.results.comparison import RELEVANCE
from neuroest.results.quantities import QUANTITIES, RESULT_WORDS
from neuroest.specs.base import Fraction, Spec
from neuroest.specs.loaded import Loaded
from neuroest.specs.messages import problem_at

NAME = r"^[a-z][a-z0-9_]*$"
PERIOD, SPIKE_RATE, TIME_CONSTANT = "period", "spike_rate", "time_constant"
"""Axes with a name of their own: time from one inference to the next, a factor on every spike rate, and the longest
time constant of the network on chips that stream."""

Overrides: TypeAlias = dict[str, Any]
_Named: TypeAlias = Annotated[str, Field(pattern=NAME)]
_Label: TypeAlias = Annotated[str, Field(min_length=1, max_length=40)]


def _two(axes: dict[str, Any]) -> dict[str, Any]:
    if len(axes) != 2:
        raise QuantityError(f"needs two axes, such as period and spike_rate; has {len(axes)}")
    return axes


class ContenderSpec(Spec):
    """One neuron, synapse or chip that competes, and how freely its chip may be designed."""

    title: str
    """Name in tables and figures."""
    architecture: str
    """Shipped architecture, or its path, which counts from this file."""
    settings: Overrides = Field(default_factory=dict, alias="set")
    """Values to change in it, by path, as `--set` takes them; a whole block is a mapping."""
    alternatives: tuple[_Named, ...] = ()
    """Names of the `alternatives` that its designer may choose from; the best combination competes."""
    bound: bool = False
    """Whether it is a bound, such as an ideal neuron: it is shown and wins no cell."""


class ContestSpec(Spec):
    """A contest: each contender in the best chip that it can have, at the same work and pace."""

    kind: Literal["contest"]
    """The kind of this file."""
    name: _Named
    """Name; in a library the same as the file name."""
    description: str
    """What is asked, in one or two sentences."""
    minimize: str = "energy_per_inference_J"
    """The result that decides."""
    relevance: Fraction = RELEVANCE
    """Least share by which a win or a loss must differ from equal, and that the neuron must contribute to it."""
    limits: tuple[ConstraintText, ...] = ()
    """Comparisons of results that every chip must meet, such as `area_m2 <= 10 mm^2`. A limit on something that a chip
    does not have (wear, errors of columns) is met."""
    contenders: Annotated[dict[_Named, ContenderSpec], Field(min_length=2)]
    """Who competes."""
    alternatives: dict[_Named, Annotated[dict[_Label, Overrides], Field(min_length=1)]] = Field(
        default_factory=dict
    )
    """Design alternatives: by name, and in each by label, the values that it sets, by path. An empty mapping leaves the
    chip as it is."""
    regime: Annotated[dict[str, AxisValuesSpec], AfterValidator(_two)]
    """The two axes of the map. `period` is the time from one inference to the next; `spike_rate` a factor on every
    spike rate of the workload; `time_constant` the longest time constant of the network, on chips that stream: their
    timestep is as many times shorter as in the workload; anything else a path that all contenders have."""


@frozen_dataclass
class ContestFile:
    """A contest as its file states it.

    Attributes
    ----------
    loaded : Loaded
        The file.
    axes : tuple of Axis
        The two axes of the map.
    """

    loaded: Loaded[ContestSpec]
    axes: tuple[Axis, ...]

    @property
    def spec(self) -> ContestSpec:
        """What the file says."""
        return self.loaded.spec


def read_contest(path: str | Path) -> ContestFile:
    """A contest from a shipped name or the path of a file.

    Raises
    ------
    SpecError
        With everything that is wrong, each at its place.
    UnknownNameError
        For a name that does not ship.
    """
    loaded = read_spec(ContestSpec, find_file("contest", str(path)))
    problems = [problem_at(loaded.document, place, message) for place, message in _faults(loaded.spec)]
    for name, contender in loaded.spec.contenders.items():
        try:
            find_file("architecture", contender.architecture, Path(loaded.file))
        except NeuroestError as error:
            place = ("contenders", name, "architecture")
            problems.append(problem_at(loaded.document, place, str(error), at_value=True))
    raise_all(problems)
    return ContestFile(loaded, tuple(axis_of(path, given) for path, given in loaded.spec.regime.items()))


def _faults(spec: ContestSpec) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Undefined references, limits without a comparison, and alternatives that set the same value."""
    if spec.minimize not in QUANTITIES:
        yield ("minimize",), f"unknown result {spec.minimize!r}{did_you_mean(spec.minimize, RESULT_WORDS)}"
    for index, text in enumerate(spec.limits):
        limit = constraint(text)
        rule = "a limit compares a result with a value" if unknown_sides(limit, RESULT_UNITS) else ""
        for fault in faults_of(limit, RESULT_UNITS):
            yield ("limits", index), followed_by(fault, rule)
    if sum(not contender.bound for contender in spec.contenders.values()) < 2:
        yield ("contenders",), "two that are no bound are needed"
    used = {one for contender in spec.contenders.values() for one in contender.alternatives}
    for name in spec.alternatives:
        if name not in used:
            yield ("alternatives", name), "is an alternative of no contender"
    for name, contender in spec.contenders.items():
        owners: dict[str, str] = {}
        for index, one in enumerate(contender.alternatives):
            place = ("contenders", name, "alternatives", index)
            if one not in spec.alternatives:
                yield place, f"unknown alternative {one!r}{did_you_mean(one, spec.alternatives)}"
                continue
            if one in contender.alternatives[:index]:
                yield place, f"{one!r} appears twice"
                continue
            for path in {path for choice in spec.alternatives[one].values() for path in choice}:
                other = owners.setdefault(path, one)
                if other != one:
                    yield place, f"sets {path}, which {other!r} sets as well"
