"""What the file of a validation case may say: which runs, which published values, and what may be expected."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from neuroest.specs.base import QuantityField, Spec
from neuroest.specs.device import SourceSpec

QuantityClass: TypeAlias = Literal["bookkeeping", "structural", "bottom_up"]
CLASSES: tuple[QuantityClass, ...] = ("bookkeeping", "structural", "bottom_up")
Evidence: TypeAlias = Literal["measured_silicon", "design_study", "vendor_estimate", "peer_simulator"]
Status: TypeAlias = Literal["read", "read_elsewhere", "derived", "memory"]
Family: TypeAlias = Literal["analog", "digital", "spiking", "processor"]
FAMILIES: tuple[Family, ...] = ("analog", "digital", "spiking", "processor")

LIMITS: Mapping[QuantityClass, float] = {"bookkeeping": 0.01, "structural": 0.15}
"""Largest tolerance of a class, but for rounding of what was published; what is bottom-up has none."""

_NAME = r"^[a-z][a-z0-9_]*$"
_TOLERANCE = QuantityField("1", minimum=0, maximum=10, example="10 %")
_FACTOR = QuantityField("1", minimum=1, maximum=100, example="1.5")
_RATIO = QuantityField("1", minimum=0, above=True, example="0.8")
_DIGITS = QuantityField("1", minimum=1, maximum=15, integer=True, example="2")
_SLACK = 1e-9
_EXTREME = 1e100
"""Beyond it ratios and values in SI units are no longer sure to be numbers."""


def out_of_bounds(value: float) -> str:
    """What is wrong with a number that is to be scored as a ratio; empty when nothing is.

    Examples
    --------
    >>> out_of_bounds(-1.0)
    'must be finite and above 0'
    """
    if not (math.isfinite(value) and value > 0.0):
        return "must be finite and above 0"
    return "" if 1.0 / _EXTREME <= value <= _EXTREME else f"must be from {1.0 / _EXTREME:g} to {_EXTREME:g}"


def _positive(value: float) -> float:
    if wrong := out_of_bounds(value):
        message = f"{value:g} {wrong}, since scores are ratios"
        raise PydanticCustomError("quantity", "{message}", {"message": message})
    return value


class Run(Spec):
    """One estimate, as a user would ask for it."""

    architecture: str
    """Shipped name, or path from the folder of the case."""
    workload: str
    """Shipped name, or path from the folder of the case."""
    settings: dict[str, str | float] = Field(default_factory=dict)
    """Values to change, by path, as with `--set`."""


class KnownMiss(Spec):
    """A value that the estimate is known to miss."""

    ratio: Annotated[float, _RATIO]
    """Predicted over published when the case was written; the case fails when it moves away from here."""
    cause: str
    """Why."""


class GivenValue(Spec):
    """What may be said of published values, of one or of a group."""

    unit: str | None = None
    """Unit, as the source writes it: `mW`, `TOPS`, `GOPS/W`, `fJ/op`, `%`; empty for a plain number."""
    predicted: str | None = None
    """What the estimate says, as an expression over the run in SI units."""
    run: str | None = None
    """The run; the first one of the case if nothing is said."""
    source: str | None = None
    """Key of the source, in the file's own `sources` or in the shared bibliography."""
    locator: str | None = None
    """Table, figure, page or file within the source."""
    cited_in: str | None = None
    """Key of the text that the value was read in when the source itself was not seen."""
    status: Status | None = None
    """read: in the source; read_elsewhere: in a text that quotes it; derived: computed by us from published
    values; memory: general knowledge of a source that was not seen."""
    quantity_class: QuantityClass | None = Field(default=None, alias="class")
    """bookkeeping: a sum of inputs must close; structural: scaling from one anchored point; bottom_up: from
    process and device constants alone."""
    anchor: str | None = None
    """Structural: the published quantity of this case, in the same unit, at which the estimate is set equal. It is not
    scored. Stated for a group that holds it, it holds for the others."""
    tolerance: Annotated[float, _TOLERANCE] | None = None
    """Largest relative deviation: bookkeeping at most 1 %, structural at most 15 %."""
    factor: Annotated[float, _FACTOR] | None = None
    """Bottom-up: largest ratio either way, instead of `tolerance`."""
    reason: str | None = None
    """Why so much and no more."""


class PublishedValue(GivenValue):
    """One published value; what it does not say holds as its group says."""

    value: Annotated[float, AfterValidator(_positive)]
    """The published value, above 0."""
    published_digits: Annotated[float, _DIGITS] | None = None
    """Digits that were published, where their rounding is why the tolerance is wider than that of the class. It may be
    wider by the largest rounding error."""
    known_miss: KnownMiss | None = None
    """Stated where the estimate misses by more than the tolerance."""


class Group(Spec):
    """Published values that have most in common."""

    defaults: GivenValue = GivenValue()
    """What holds for each of them that does not say otherwise."""
    values: dict[Annotated[str, Field(pattern=_NAME)], PublishedValue] = Field(min_length=1)
    """The values by name."""


class Published(PublishedValue):
    """A published value with everything that its group says of it."""

    unit: str
    predicted: str
    source: str
    locator: str
    status: Status
    quantity_class: QuantityClass = Field(alias="class")
    reason: str

    @model_validator(mode="after")
    def _one_tolerance(self) -> Published:
        if (self.tolerance is None) == (self.factor is None):
            raise _fault("tolerance", "give `tolerance` or `factor`, one of them")
        return self

    @model_validator(mode="after")
    def _digits_of_the_value(self) -> Published:
        digits = len(Decimal(repr(self.value)).normalize().as_tuple().digits)
        if self.published_digits is not None and digits > self.published_digits:
            message = f"{self.value:g} has {digits} digits; `published_digits` has {self.published_digits:g}"
            raise _fault("published_digits", message)
        return self

    @model_validator(mode="after")
    def _within_the_class(self) -> Published:
        most = LIMITS.get(self.quantity_class)
        if most is None:
            return self
        allowed = f"{self.quantity_class} takes a `tolerance` of at most {most:.0%}"
        if self.factor is not None:
            raise _fault("factor", f"{allowed}; `factor` is for bottom_up")
        if (self.tolerance or 0.0) > (most + self.rounding) * (1.0 + _SLACK):
            besides = (
                f" and {self.rounding:.2g} for {self.published_digits:g} published digits"
                if self.published_digits is not None
                else ", or more by their rounding where `published_digits` are stated"
            )
            raise _fault("tolerance", f"{self.tolerance:.3g} is too wide; {allowed}{besides}")
        return self

    @property
    def rounding(self) -> float:
        """Largest relative rounding error of a value of so many published digits; 0 where they are no reason."""
        if self.published_digits is None:
            return 0.0
        last = Decimal(repr(self.value)).adjusted() - int(self.published_digits) + 1
        return 0.5 * 10.0**last / self.value


def _fault(key: str, message: str) -> PydanticCustomError:
    """A fault of a value together with its group, at one of its keys."""
    return PydanticCustomError("published", "{message}", {"message": message, "key": key})


def joined(name: str, value: PublishedValue, defaults: GivenValue) -> dict[str, object]:
    """What a value says together with what its group says."""
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
    """A published chip or paper with what it published.

    Values are in groups that share source, class and tolerance.
    """

    kind: Literal["validation_case"]
    """The kind of this file."""
    name: str = Field(pattern=_NAME)
    """Name; equals the name of its folder."""
    title: str
    """Name of the chip as people know it."""
    evidence: Evidence
    """What is behind the published values."""
    family: Family | None = None
    """How the chip computes; each family has its own summary, and a case without one is in none. analog: columns add
    currents or charges; digital: multiply-accumulate units or digital compute-in-memory; spiking: digital cores that
    serve events; processor: known by its published powers and rates."""
    blind: bool = False
    """Whether architecture, operating points, published values and tolerances were written down before any ratio was
    seen; afterwards only faults are corrected, and the history of the file says so."""
    restated: tuple[str, ...] = ()
    """Choices of a blind case that were restated after its first score, since a block for a circuit that the source
    names came later: what it was, what it is, and the ratios before."""
    description: str
    """What the case tests."""
    runs: dict[Annotated[str, Field(pattern=_NAME)], Run] = Field(min_length=1)
    """Estimates by name."""
    published: tuple[Group, ...] = Field(min_length=1)
    """Published values in groups."""
    fitted: tuple[str, ...] = ()
    """Constants of the runs that were solved from values of this chip; those values are then not scored."""
    shared_with_model: tuple[str, ...] = ()
    """Shipped constants whose files name this chip as one of their sources, which makes the case less independent."""
    not_scored: tuple[str, ...] = ()
    """Published values that no estimate is compared with, and why."""
    sources: dict[str, SourceSpec] = Field(default_factory=dict)
    """Sources that only this case needs."""
    notes: tuple[str, ...] = ()
    """What a reader must know."""
