"""Schema of a validation case: runs, published values, and tolerances."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from neuroest.loading.library import read_spec
from neuroest.specs.base import QuantityField, Spec
from neuroest.specs.device import SourceSpec, SurveyEntry
from neuroest.specs.file_text import is_file

QuantityClass: TypeAlias = Literal["bookkeeping", "structural", "bottom_up"]
CLASSES: tuple[QuantityClass, ...] = ("bookkeeping", "structural", "bottom_up")
Evidence: TypeAlias = Literal[
    "measured_silicon", "design_study", "vendor_estimate", "peer_simulator", "measured_device"
]
Status: TypeAlias = Literal["read", "read_elsewhere", "derived", "unverified"]
Family: TypeAlias = Literal["analog", "digital", "spiking", "processor"]
FAMILIES: tuple[Family, ...] = ("analog", "digital", "spiking", "processor")

LIMITS: Mapping[QuantityClass, float] = {"bookkeeping": 0.01, "structural": 0.15}
"""Largest tolerance of a class, except for rounding of published values; bottom-up values have no limit."""

_NAME = r"^[a-z][a-z0-9_]*$"
_TOLERANCE = QuantityField("1", minimum=0, maximum=10, example="10 %")
_FACTOR = QuantityField("1", minimum=1, maximum=100, example="1.5")
_RATIO = QuantityField("1", minimum=0, above=True, example="0.8")
_DIGITS = QuantityField("1", minimum=1, maximum=15, integer=True, example="2")
_SLACK = 1e-9
_EXTREME = 1e100
"""Limit on numbers, so that ratios and values in SI units cannot overflow."""


def out_of_bounds(value: float) -> str:
    """Problem of a number that is to be scored as a ratio; empty if there is none.

    Examples
    --------
    >>> out_of_bounds(-1.0)
    'must be finite and above 0'
    """
    if not (math.isfinite(value) and value > 0.0):
        return "must be finite and above 0"
    return "" if 1.0 / _EXTREME <= value <= _EXTREME else f"must be from {1.0 / _EXTREME:g} to {_EXTREME:g}"


def checked_value(value: float) -> float:
    """The value, if it can be scored as a ratio."""
    if wrong := out_of_bounds(value):
        message = f"{value:g} {wrong}, since scores are ratios"
        raise PydanticCustomError("quantity", "{message}", {"message": message})
    return value


class Run(Spec):
    """One estimate, as a user would request it."""

    architecture: str
    """Shipped name, or path from the folder of the case."""
    workload: str
    """Shipped name, or path from the folder of the case."""
    settings: dict[str, str | float] = Field(default_factory=dict)
    """Changed values by path, as with `--set`."""


class NeuronRun(Spec):
    """Experiments on one neuron, simulated in time as the characteristics of `neuroest simulate`."""

    neuron: str
    """Device spec of the neuron: shipped name, or path from the folder of the case."""
    settings: dict[str, str | float] = Field(default_factory=dict)
    """Changed parameters of the neuron by name, as with `--set` of that command."""


class GeneratorRun(Spec):
    """A generator of random bits, as `neuroest randomness` prices it."""

    device: str
    """Device spec of a neuron, a generator or a logic library: shipped name, or path from the folder of the case."""
    stages: Annotated[int, Field(ge=4)] = 32
    """Stages, if it is a shift register."""
    process: str = "cmos_28nm_lp"
    """Process of a shift register, of the node of its library."""
    waits: bool = True
    """Whether a neuron waits until its bits are independent."""


class KnownMiss(Spec):
    """A published value that the estimate is known to miss."""

    ratio: Annotated[float, _RATIO]
    """Predicted over published value when the case was written; the case fails if the ratio moves away from it."""
    cause: str
    """Reason for the miss."""


class GivenValue(Spec):
    """Keys of a published value or a group of them."""

    unit: str | None = None
    """Unit as in the source: `mW`, `TOPS`, `GOPS/W`, `fJ/op`, `%`; empty for a plain number."""
    predicted: str | None = None
    """Predicted quantity, as an expression over the run in SI units."""
    run: str | None = None
    """Name of the run; by default, the first one of the case."""
    source: str | None = None
    """Key of the source in the file's own `sources` or in the shared bibliography."""
    locator: str | None = None
    """Table, figure, page or file within the source."""
    cited_in: str | None = None
    """Key of the text where the value was read, if the source itself was not seen."""
    status: Status | None = None
    """read: in the source; read_elsewhere: in a text that quotes it; derived: computed by us from published
    values; unverified: the source was not seen."""
    quantity_class: QuantityClass | None = Field(default=None, alias="class")
    """bookkeeping: a sum of inputs must close; structural: scaling from one anchored point; bottom_up: from
    process and device constants alone."""
    anchor: str | None = None
    """Structural: the published quantity of this case, in the same unit, to which the estimate is scaled. It is not
    scored. If stated for a group that contains it, it applies to the other values."""
    tolerance: Annotated[float, _TOLERANCE] | None = None
    """Largest relative deviation: bookkeeping at most 1 %, structural at most 15 %."""
    factor: Annotated[float, _FACTOR] | None = None
    """Bottom-up: largest ratio either way, instead of `tolerance`."""
    reason: str | None = None
    """Reason for the tolerance."""


class PublishedValue(GivenValue):
    """One published value; it inherits missing keys from its group."""

    value: Annotated[float, AfterValidator(checked_value)]
    """The published value, above 0."""
    claim: str | None = None
    """What is claimed, in words, where the name does not say it."""
    published_digits: Annotated[float, _DIGITS] | None = None
    """Number of published digits, if rounding is the reason for a tolerance wider than that of the class. The tolerance
    may be wider by the largest rounding error."""
    known_miss: KnownMiss | None = None
    """Stated if the estimate misses by more than the tolerance."""
    cost: Literal["rest"] | None = None
    """What the value is a cost of where its unit does not say it: `rest`, a power without work."""
    skewed: str | None = None
    """Structural: why the median of the band is more than 0.5 % off the nominal value, if it is."""


class Group(Spec):
    """Published values with shared keys."""

    defaults: GivenValue = GivenValue()
    """Keys shared by all values that do not override them."""
    values: dict[Annotated[str, Field(pattern=_NAME)], PublishedValue] = Field(min_length=1)
    """Published values by name."""


class Published(PublishedValue):
    """A published value merged with the keys of its group."""

    unit: str
    predicted: str
    source: str
    locator: str
    status: Status
    quantity_class: QuantityClass = Field(alias="class")
    reason: str

    @model_validator(mode="after")
    def _scorable(self) -> Published:
        if (self.tolerance is None) == (self.factor is None):
            raise _fault("tolerance", "give `tolerance` or `factor`, one of them")
        digits = len(Decimal(repr(self.value)).normalize().as_tuple().digits)
        if self.published_digits is not None and digits > self.published_digits:
            message = f"{self.value:g} has {digits} digits; `published_digits` has {self.published_digits:g}"
            raise _fault("published_digits", message)
        most = LIMITS.get(self.quantity_class)
        if most is None:
            return self
        allowed = f"{self.quantity_class} takes a `tolerance` of at most {most:.0%}"
        if self.factor is not None:
            raise _fault("factor", f"{allowed}; `factor` is for bottom_up")
        if (self.tolerance or 0.0) > (most + self.rounding) * (1.0 + _SLACK):
            besides = ", or more by their rounding where `published_digits` are stated"
            if self.published_digits is not None:
                besides = f" and {self.rounding:.2g} for {self.published_digits:g} published digits"
            raise _fault("tolerance", f"{self.tolerance:.3g} is too wide; {allowed}{besides}")
        return self

    @property
    def rounding(self) -> float:
        """Largest relative rounding error of a value with the given number of digits; 0 if none is given."""
        if self.published_digits is None:
            return 0.0
        last = Decimal(repr(self.value)).adjusted() - int(self.published_digits) + 1
        return 0.5 * 10.0**last / self.value


def _fault(key: str, message: str) -> PydanticCustomError:
    """A problem of a value merged with its group, at one of its keys."""
    return PydanticCustomError("published", "{message}", {"message": message, "key": key})


def joined(name: str, value: PublishedValue, defaults: GivenValue) -> dict[str, object]:
    """Merge the keys of a value with the keys of its group."""
    own = value.model_dump(exclude_none=True, by_alias=True)
    shared = defaults.model_dump(exclude_none=True, by_alias=True)
    if "tolerance" in own or "factor" in own:
        shared.pop("tolerance", None)
        shared.pop("factor", None)
    if shared.get("anchor") == name:
        shared.pop("anchor")
    if "source" in own:
        shared.pop("locator", None)
        shared.pop("cited_in", None)
    return {**shared, **own}


class CaseSpec(Spec):
    """A published chip or paper with its published values.

    Values are grouped by shared source, class and tolerance.
    """

    kind: Literal["validation_case"]
    """The kind of this file."""
    name: str = Field(pattern=_NAME)
    """Name; equals the name of its folder."""
    title: str
    """Common name of the chip."""
    evidence: Evidence
    """Evidence behind the published values."""
    family: Family | None = None
    """How the chip computes. Each family has its own summary; a case without a family is in none. analog: columns add
    currents or charges; digital: multiply-accumulate units or digital compute-in-memory; spiking: digital event-driven
    cores; processor: described by its published powers and rates."""
    blind: bool = False
    """Whether architecture, operating points, published values and tolerances were fixed before any ratio was seen.
    Later changes only correct errors and are visible in the file's history."""
    restated: tuple[str, ...] = ()
    """Choices of a blind case that changed after its first score because a block for a circuit named in the source was
    added later: the old choice, the new choice, and the ratios before."""
    description: str
    """Purpose of the case."""
    runs: dict[Annotated[str, Field(pattern=_NAME)], Run] = Field(default_factory=dict)
    """Estimates by name."""
    neurons: dict[Annotated[str, Field(pattern=_NAME)], NeuronRun] = Field(default_factory=dict)
    """Neurons by name. A case that simulates neurons takes longer than all chips together, so that it is run only where
    it is named, and is in none of their summaries."""
    generators: dict[Annotated[str, Field(pattern=_NAME)], GeneratorRun] = Field(default_factory=dict)
    """Generators of random bits by name."""
    published: tuple[Group, ...] = Field(min_length=1)
    """Published values in groups."""
    fitted: tuple[str, ...] = ()
    """Constants of the runs that were calculated from values of this chip; those values are not scored."""
    shared_with_model: tuple[str, ...] = ()
    """Shipped constants whose files name this chip as one of their sources, which makes the case less independent."""
    not_scored: tuple[str, ...] = ()
    """Published values that are not compared with an estimate, with the reason."""
    survey: SurveyEntry | None = None
    """Row of this chip in the survey of chips; a case without it has none."""
    sources: dict[str, SourceSpec] = Field(default_factory=dict)
    """Sources that only this case needs."""
    notes: tuple[str, ...] = ()
    """Notes for the reader."""

    @property
    def named_runs(self) -> tuple[str, ...]:
        """Names of all runs, estimates first."""
        return (*self.runs, *self.neurons, *self.generators)

    @model_validator(mode="after")
    def _has_runs(self) -> CaseSpec:
        if not self.named_runs:
            raise _fault("runs", "state `runs`, `neurons` or `generators`")
        for kind, named in (("neurons", self.neurons), ("generators", self.generators)):
            if twice := sorted(name for name in named if self.named_runs.count(name) > 1):
                raise _fault(kind, f"{twice[0]!r} is the name of a run as well; give each its own")
        if bool(self.neurons) != (self.evidence == "measured_device"):
            raise _fault("evidence", "a case with `neurons`, and no other, is of a measured_device")
        return self


# --- First ratios --------------------------------------------------------------------------------------------------

# What was predicted when a value was described. Later corrections of models and restatements of a case move the
# present ratio; the first one stays as the test that the description was.

FIRST_FILE = "first.yaml"
"""Next to the file of the case."""
_HEAD = (
    "# First predictions of the values of a blind case, by `neuroest reproduce --first`; they never change."
)
_FIRST_DIGITS = 6
_ABOVE_0 = QuantityField("1", minimum=0, above=True, example="0.42")


class FirstValue(Spec):
    """First prediction of a published value."""

    unit: str
    """Unit of all numbers."""
    published: Annotated[float, _ABOVE_0]
    """The published value as the description stated it."""
    predicted: Annotated[float, _ABOVE_0]
    """Prediction at nominal inputs."""
    p10: Annotated[float, _ABOVE_0]
    """10th percentile of the prediction."""
    p50: Annotated[float, _ABOVE_0]
    """Median of the prediction."""
    p90: Annotated[float, _ABOVE_0]
    """90th percentile of the prediction."""
    date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    """Day of the description and of the version that predicted."""
    version: str
    """Version of neuroest that predicted."""
    commit: str | None = None
    """Commit of neuroest with the description whose code was run for these numbers later; without one,
    `neuroest reproduce --first` wrote them at once."""
    note: str | None = None
    """What a reader must know of how the value was obtained."""

    @property
    def ratio(self) -> float:
        """Predicted over published value."""
        return self.predicted / self.published

    @property
    def inside(self) -> bool:
        """Whether the published value is between p10 and p90."""
        return self.p10 <= self.published <= self.p90


class FirstRatiosSpec(Spec):
    """First predictions of the values of a blind case."""

    kind: Literal["first_ratios"]
    """The kind of this file."""
    name: str
    """Name of the case."""
    values: dict[str, FirstValue] = Field(default_factory=dict)
    """First predictions by name of the value; values that the case does not score any more stay."""
    unknown: dict[str, str] = Field(default_factory=dict)
    """Values without a first ratio, each with the reason."""


def read_first(path: Path) -> FirstRatiosSpec:
    """Load a file of first ratios.

    Raises
    ------
    SpecError
        With all problems of the file.
    """
    return read_spec(FirstRatiosSpec, path).spec


def first_of(folder: Path) -> FirstRatiosSpec | None:
    """First ratios of the case in a folder; None if it has none."""
    return read_first(folder / FIRST_FILE) if is_file(folder / FIRST_FILE) else None


def first_text(spec: FirstRatiosSpec) -> str:
    """The file of first ratios; its texts are in quotes, so that no commit is read as a number."""
    lines = [_HEAD, f"kind: {spec.kind}", f"name: {spec.name}", "values:"]
    for name, value in spec.values.items():
        lines += [
            f"  {name}:",
            *(f"    {key}: {_text(item)}" for key, item in value.model_dump(exclude_none=True).items()),
        ]
    if spec.unknown:
        lines += ["unknown:", *(f"  {name}: {_text(reason)}" for name, reason in spec.unknown.items())]
    return "\n".join(lines) + "\n"


def _text(value: object) -> str:
    return f"{value:.{_FIRST_DIGITS}g}" if isinstance(value, float) else json.dumps(value)
