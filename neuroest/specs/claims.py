"""A parameter is a claim: value, unit, spread, basis, source, place and conditions."""

import math
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from functools import cache
from typing import Annotated, Any, Literal, Protocol, TypeAlias

from pydantic import Discriminator, Field, PlainSerializer, PlainValidator, Tag, WithJsonSchema
from pydantic_core import PydanticCustomError
from typing_extensions import TypeAliasType

from neuroest.core.errors import QuantityError
from neuroest.core.frozen import frozen_dataclass
from neuroest.specs.base import QuantityField, Spec

Basis: TypeAlias = Literal["measured", "simulated", "derived", "projected", "assumed"]
Shape: TypeAlias = Literal["two_sided", "one_sided", "log_uniform"]
BASES: tuple[Basis, ...] = ("measured", "simulated", "derived", "projected", "assumed")
DESIGN = "design"
"""Basis of a design choice, which is neither right nor wrong."""


def _quantity_text(given: Any) -> str | float:
    if isinstance(given, str):
        return given
    if isinstance(given, int | float) and not isinstance(given, bool):
        return float(given)
    message = "expected a quantity such as 47 kohm"
    raise PydanticCustomError("quantity", "{message}", {"message": message})


StatedQuantity: TypeAlias = Annotated[
    str | float,
    PlainValidator(_quantity_text),
    PlainSerializer(str, when_used="json-unless-none"),
    WithJsonSchema({"type": ["string", "number"], "examples": ["47 kohm"]}),
]
"""A quantity as written in a file. Its unit is checked later, once the parameter is known."""


class Described(Protocol):
    """A class with a docstring under each field."""

    def descriptions(self) -> Mapping[str, str]:
        """Docstring of each field, by name."""


class Spread(Spec):
    """Uncertainty of the mean: the 80 % interval of the value, given by its ends or by one factor."""

    low: StatedQuantity | None = None
    """10th percentile (p10), with unit: the true value is below it with 10 % probability."""
    high: StatedQuantity | None = None
    """90th percentile (p90), with unit: the true value is above it with 10 % probability."""
    factor: Annotated[float, QuantityField("1", minimum=1, maximum=1e6, example="1.3")] | None = None
    """Ratio p90 / median and median / p10, instead of `low` and `high`."""
    bound: Literal["hard", "low", "high"] | None = None
    """End that is a hard bound instead of a percentile: `low`, `high`, or both (`hard`). The distribution between the
    bound and the value is log-uniform."""
    shape: Shape = "two_sided"
    """two_sided: the value is the median. one_sided: the value is itself a bound, and the true value is between it and
    the one given end. log_uniform: the ends are bounds with a log-uniform distribution between them, regardless of the
    value."""


class Variability(Spec):
    """Device-to-device and cycle-to-cycle variability. It averages out over an array, unlike a spread of the mean."""

    device_to_device: Annotated[float, QuantityField("1", minimum=0, maximum=100, example="7 %")] | None = (
        None
    )
    """Relative standard deviation between devices."""
    cycle_to_cycle: Annotated[float, QuantityField("1", minimum=0, maximum=100, example="2 %")] | None = None
    """Relative standard deviation between cycles of one device."""


class Provenance(Spec):
    """Origin of a value."""

    basis: Basis | None = None
    """measured: on this device; simulated: with a circuit or device simulator; derived: computed by us from other
    stated facts; projected: extrapolated by the authors; assumed: a stated prior."""
    source: str | None = None
    """Key of the source, in the file's `sources` or in the shared bibliography."""
    locator: str | None = None
    """Table, figure, equation, page or file within the source."""
    cited_in: str | None = None
    """Key of the secondary source that quotes the value, if the source itself was not seen."""
    conditions: str | None = None
    """Measurement conditions of the value, such as voltage, temperature and pulse width."""
    rationale: str | None = None
    """Reason for an assumed or derived value."""
    spread: Spread | None = None
    """Uncertainty of the mean."""
    variability: Variability | None = None
    """Variability between single devices."""
    group: str | None = None
    """Correlation group: parameters of one group move together when uncertainty is sampled."""
    opposite: bool | None = None
    """Negative correlation with the group: the parameter is low when the others are high."""


class Alternative(Spec):
    """Another source's value for the same parameter."""

    value: StatedQuantity
    """Quantity with unit."""
    source: str
    """Key of the source."""
    locator: str | None = None
    """Location within the source."""
    note: str | None = None
    """Why it differs and why it is not used."""


class StatedClaim(Provenance):
    """A value with its provenance."""

    value: StatedQuantity
    """Quantity with unit, for example `47 kohm`; a plain number if the parameter has no unit."""


class ClaimSpec(StatedClaim):
    """One parameter of a device spec."""

    alternatives: tuple[Alternative, ...] = ()
    """Conflicting values from other sources."""
    scenarios: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], StatedClaim] = Field(
        default_factory=dict
    )
    """Values under other design or fab choices, by the name of the choice. A band never mixes them: an estimate lists
    the result of each, and `--set PATH=NAME` selects one."""


@cache
def build_schemas() -> None:
    """Build the schemas of a claim and its parts before the first file is validated.

    Nearly every other spec contains a claim and would build them again. A run whose files are all prepared builds none.
    """
    for part in (Spread, Variability, Provenance, Alternative, StatedClaim, ClaimSpec):
        part.model_rebuild()


def claim_or_quantity(given: object) -> str:
    """Which of the two a file states."""
    return "claim" if isinstance(given, dict | ClaimSpec) else "quantity"


GivenClaim: TypeAlias = Annotated[
    Annotated[ClaimSpec, Tag("claim")] | Annotated[StatedQuantity, Tag("quantity")],
    Discriminator(claim_or_quantity),
]
"""A parameter as written in a file: a full claim, or a quantity that inherits its provenance."""

_SPREAD_WORDS = {
    ("two_sided", ""): "p10 .. p90",
    ("two_sided", "hard"): "bounds",
    ("two_sided", "low"): "bound .. p90",
    ("two_sided", "high"): "p10 .. bound",
    ("one_sided", ""): "one-sided, bound and far percentile",
    ("one_sided", "hard"): "one-sided, bounds",
    ("log_uniform", ""): "bounds, every ratio as likely",
}
_MEASURE_OF_DOUBT = frozenset({"spread", "variability", "conditions"})


@frozen_dataclass
class Claim:
    """A resolved parameter: SI value and provenance.

    Attributes
    ----------
    path : str
        Path that uses the value, for example ``chip.tile.array.cell.low_conductance``.
    value : float
        Value in SI units.
    unit : str
        SI unit.
    basis : str
        One of `BASES`, or ``design`` for a design choice.
    low, high : float
        p10 and p90 of the mean in SI units, or hard bounds as `bound` states; equal to `value` without a spread.
    has_spread : bool
        Whether a spread was stated.
    shape, bound : str
        Shape of the spread, and which of its ends are hard bounds; see `Spread`.
    opposite : bool
        Whether the parameter correlates negatively with its group.
    scenarios : mapping
        The claim under other design or fab choices, by name.
    minimum, maximum : float
        Bounds of the quantity in SI units. No sample of the value exceeds them.
    about : str or type
        Description of the parameter, or the spec or record class that documents it as a field.
    """

    path: str
    value: float
    unit: str
    basis: str
    about: str | Described = ""
    source: str | None = None
    locator: str | None = None
    cited_in: str | None = None
    conditions: str | None = None
    rationale: str | None = None
    low: float = 0.0
    high: float = 0.0
    has_spread: bool = False
    device_to_device: float | None = None
    cycle_to_cycle: float | None = None
    group: str | None = None
    origin: str = ""
    minimum: float = -math.inf
    maximum: float = math.inf
    shape: Shape = "two_sided"
    bound: str = ""
    opposite: bool = False
    scenarios: Mapping[str, "Claim"] = field(default_factory=dict, compare=False)

    def under(self, scenario: str) -> "Claim":
        """The claim in one of its scenarios."""
        return replace(self.scenarios[scenario], path=self.path, scenarios=self.scenarios)

    def spread_entry(self, write: Callable[[float], Any]) -> dict[str, Any]:
        """The spread as written in a file; `write` formats its ends."""
        ends = {"low": self.low, "high": self.high}
        if self.shape == "one_sided":
            ends = {name: end for name, end in ends.items() if end != self.value}
        stated = {name: write(end) for name, end in ends.items()}
        if self.bound:
            stated["bound"] = self.bound
        return stated if self.shape == "two_sided" else {**stated, "shape": self.shape}

    @property
    def spread_words(self) -> str:
        """Meaning of the ends of the spread."""
        return _SPREAD_WORDS[self.shape, self.bound]

    @property
    def description(self) -> str:
        """Description of the parameter in one sentence."""
        if isinstance(self.about, str):
            return self.about
        return self.about.descriptions().get(self.path.rpartition(".")[2], "")


def resolve_claim(
    path: str,
    given: StatedClaim | str | float,
    check: QuantityField,
    defaults: Provenance | None,
    *,
    about: str | Described = "",
    origin: str = "",
) -> Claim:
    """Resolve a claim to SI units, from a file's entry and defaults.

    Raises
    ------
    QuantityError
        If the value or its spread has the wrong dimension or is out of bounds, or if the claim lacks what its basis
        requires.
    """
    claim = given if isinstance(given, StatedClaim) else StatedClaim.model_construct(value=given)
    # of the file's defaults; a claim with another source inherits no page number
    inherited = frozenset(Provenance.model_fields)
    if claim.basis or claim.source:
        inherited = _MEASURE_OF_DOUBT if claim.basis else _MEASURE_OF_DOUBT | {"basis"}

    def stated(name: str) -> Any:
        value = getattr(claim, name)
        return (
            getattr(defaults, name) if value is None and defaults is not None and name in inherited else value
        )

    basis = stated("basis")
    source, rationale = stated("source"), stated("rationale")
    if basis is None:
        raise QuantityError("states no basis; allowed: " + ", ".join(BASES))
    if basis in {"measured", "simulated", "projected"} and not source:
        raise QuantityError(f"is {basis} but names no source")
    if basis in {"assumed", "derived"} and not (rationale or source):
        raise QuantityError(f"is {basis} but gives neither a rationale nor a source")
    value = check.read(claim.value)
    spread: Spread | None = stated("spread")
    low, high = _interval(spread, value, check)
    variability = stated("variability")
    others = claim.scenarios if isinstance(claim, ClaimSpec) else {}
    return Claim(
        path=path,
        value=value,
        unit=check.unit,
        basis=basis,
        source=source,
        locator=stated("locator"),
        cited_in=stated("cited_in"),
        conditions=stated("conditions"),
        rationale=rationale,
        low=low,
        high=high,
        has_spread=spread is not None,
        shape=spread.shape if spread else "two_sided",
        bound=(spread.bound or "") if spread else "",
        opposite=bool(stated("opposite")),
        scenarios={
            name: resolve_claim(path, other, check, None, about=about, origin=origin)
            for name, other in others.items()
        },
        device_to_device=variability.device_to_device if variability else None,
        cycle_to_cycle=variability.cycle_to_cycle if variability else None,
        group=stated("group"),
        about=about,
        origin=origin,
        minimum=check.minimum,
        maximum=check.maximum,
    )


class Uncertainty(Spec):
    """Uncertainty of a design choice in someone else's chip, such as a published one."""

    spread: Spread
    """80 % interval of the value."""
    rationale: Annotated[str, Field(min_length=1)]
    """Reason for the spread."""


Uncertain = TypeAliasType("Uncertain", dict[str, Uncertainty])
"""Uncertainty of design choices, by name. A named alias, so all blocks share one schema."""


def uncertain_choice(claim: Claim, given: Uncertainty, check: QuantityField) -> Claim:
    """Build the claim of a design choice with an uncertain value.

    Raises
    ------
    QuantityError
        If the spread does not fit the value, or the choice is a count.
    """
    if check.integer:
        raise QuantityError("is a number of things, which has no spread; give each number a run of its own")
    low, high = _interval(given.spread, claim.value, check)
    return replace(
        claim, basis="assumed", rationale=given.rationale, low=low, high=high, has_spread=True,
        shape=given.spread.shape, bound=given.spread.bound or "", minimum=check.minimum, maximum=check.maximum,
    )  # fmt: skip


def _interval(spread: Spread | None, value: float, check: QuantityField) -> tuple[float, float]:
    if spread is None:
        return value, value
    if spread.shape == "one_sided":
        # Ends of a spread with the value as one end.
        given = [end for end in (spread.low, spread.high) if end is not None]
        if len(given) != 1 or spread.factor is not None:
            raise QuantityError("a one_sided spread needs one end, `low` or `high`: the value is the other")
        if spread.bound not in {None, "hard"}:
            raise QuantityError(
                "`bound` of a one_sided spread is `hard` or left out: the value is a bound already"
            )
        end = check.read(given[0])
        if (end < value) != (spread.low is not None):
            raise QuantityError(f"spread to {given[0]} is on the wrong side of the value")
        return min(value, end), max(value, end)
    if spread.shape == "log_uniform" and spread.bound is not None:
        raise QuantityError("the ends of a log_uniform spread are bounds already; leave `bound` out")
    if spread.factor is not None:
        if spread.low is not None or spread.high is not None:
            raise QuantityError("spread gives a factor and ends; give one of them")
        ends = value / spread.factor, value * spread.factor
        return min(ends), max(ends)
    if spread.low is None or spread.high is None:
        raise QuantityError("spread needs `low` and `high`, or `factor`")
    low, high = check.read(spread.low), check.read(spread.high)
    if not low <= value <= high:
        raise QuantityError(f"spread {spread.low} to {spread.high} does not contain the value")
    if spread.shape == "log_uniform" and low <= 0.0:
        raise QuantityError(f"a log_uniform spread needs a low end above zero, got {spread.low}")
    return low, high
