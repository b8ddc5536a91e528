"""A parameter is a claim: value, unit, spread, basis, source, place and conditions."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal, Protocol, TypeAlias

from pydantic import ConfigDict, Discriminator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, Tag
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema
from typing_extensions import TypeAliasType

from neuroest.core.errors import QuantityError
from neuroest.specs.base import QuantityField, Spec

Basis: TypeAlias = Literal["measured", "simulated", "derived", "projected", "assumed"]
Shape: TypeAlias = Literal["two_sided", "one_sided", "log_uniform"]
BASES: tuple[Basis, ...] = ("measured", "simulated", "derived", "projected", "assumed")
DESIGN = "design"
"""Basis of a value that the designer chooses and that is therefore neither right nor wrong."""


@dataclass(frozen=True)
class QuantityText:
    """Field annotation: a quantity as a file states it, whose unit is checked where the parameter is known."""

    def __get_pydantic_core_schema__(
        self, _source: Any, _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        def validate(given: Any) -> str | float:
            if isinstance(given, str):
                return given
            if isinstance(given, int | float) and not isinstance(given, bool):
                return float(given)
            message = "expected a quantity such as 47 kohm"
            raise PydanticCustomError("quantity", "{message}", {"message": message})

        return core_schema.no_info_plain_validator_function(
            validate, serialization=core_schema.to_string_ser_schema()
        )

    def __get_pydantic_json_schema__(
        self, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": ["string", "number"], "examples": ["47 kohm"]}


StatedQuantity: TypeAlias = Annotated[str | float, QuantityText()]
_BUILT_ONCE = ConfigDict(defer_build=False)
"""Built where it stands, since nearly every other spec holds one and would build it again for itself."""


class Described(Protocol):
    """A class with a text under each field."""

    def descriptions(self) -> Mapping[str, str]:
        """Text under each field, by name."""


class Spread(Spec):
    """Uncertainty of the mean: the 80 % interval of the value, by its ends or by one factor."""

    model_config = _BUILT_ONCE

    low: StatedQuantity | None = None
    """Value that the true one undercuts with 10 % probability (p10), with unit."""
    high: StatedQuantity | None = None
    """Value that the true one exceeds with 10 % probability (p90), with unit."""
    factor: Annotated[float, QuantityField("1", minimum=1, maximum=1e6, example="1.3")] | None = None
    """p90 over median and median over p10, instead of `low` and `high`."""
    bound: Literal["hard", "low", "high"] | None = None
    """An end that the true value cannot pass, instead of a percentile: `low`, `high`, or both (`hard`). Between it and
    the value every ratio is as likely."""
    shape: Shape = "two_sided"
    """two_sided: the value is the median; one_sided: the value is the bound on its side and the truth lies between it
    and the one end that is given; log_uniform: between the ends, which are bounds, every ratio is as likely, wherever
    the value lies."""


class Variability(Spec):
    """How single devices differ; it averages out over an array, unlike a spread of the mean."""

    model_config = _BUILT_ONCE

    device_to_device: Annotated[float, QuantityField("1", minimum=0, maximum=100, example="7 %")] | None = (
        None
    )
    """Relative standard deviation between devices."""
    cycle_to_cycle: Annotated[float, QuantityField("1", minimum=0, maximum=100, example="2 %")] | None = None
    """Relative standard deviation between cycles of one device."""


class Provenance(Spec):
    """Where a value comes from."""

    model_config = _BUILT_ONCE

    basis: Basis | None = None
    """measured: on this device; simulated: by a circuit or device simulator; derived: computed by us from
    other facts, as stated; projected: an extrapolation by its authors; assumed: a prior, as stated."""
    source: str | None = None
    """Key of the source, in the file's own `sources` or in the shared bibliography."""
    locator: str | None = None
    """Table, figure, equation, page or file within the source."""
    cited_in: str | None = None
    """Key of the text that the value was read in when the source itself was not seen."""
    conditions: str | None = None
    """Voltage, temperature, pulse width and the like that the value belongs to."""
    rationale: str | None = None
    """Why this value, where it is assumed or derived."""
    spread: Spread | None = None
    """Uncertainty of the mean."""
    variability: Variability | None = None
    """How single devices differ."""
    group: str | None = None
    """Parameters of one group move together when uncertainty is sampled."""
    opposite: bool | None = None
    """The parameter moves against its group: it is low where the others are high."""


class Alternative(Spec):
    """Another source's value for the same parameter."""

    model_config = _BUILT_ONCE

    value: StatedQuantity
    """Quantity with unit."""
    source: str
    """Key of the source."""
    locator: str | None = None
    """Place within the source."""
    note: str | None = None
    """Why it differs and why it is not the one used."""


class StatedClaim(Provenance):
    """A value with what defends it."""

    model_config = _BUILT_ONCE

    value: StatedQuantity
    """Quantity with unit, for example `47 kohm`; a plain number where the parameter has no unit."""


class ClaimSpec(StatedClaim):
    """One parameter of a device spec."""

    alternatives: tuple[Alternative, ...] = ()
    """Values of other sources that disagree."""
    scenarios: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], StatedClaim] = Field(
        default_factory=dict
    )
    """What the value would be under another choice of the designer or the fab, by the name of the choice. A band never
    mixes them: an estimate lists what each would give, and `--set PATH=NAME` chooses one."""


def _claim_or_quantity(given: Any) -> str:
    return "claim" if isinstance(given, dict | ClaimSpec) else "quantity"


GivenClaim: TypeAlias = Annotated[
    Annotated[ClaimSpec, Tag("claim")] | Annotated[StatedQuantity, Tag("quantity")],
    Discriminator(_claim_or_quantity),
]
"""A parameter as a file gives it: a full claim, or a quantity that takes its provenance from elsewhere."""

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


@dataclass(frozen=True)
class Claim:
    """A resolved parameter: SI value and everything that defends it.

    Attributes
    ----------
    path : str
        Where the value is used, for example ``chip.tile.array.cell.low_conductance``.
    value : float
        In SI units.
    unit : str
        SI unit.
    basis : str
        One of `BASES`, or ``design`` for a designer's choice.
    low, high : float
        p10 and p90 of the knowledge of the mean, in SI, or the bounds that `bound` names; equal to `value` where no
        spread is stated.
    has_spread : bool
        Whether a spread was stated.
    shape, bound : str
        Form of the spread, and which of its ends the truth cannot pass; see `Spread`.
    opposite : bool
        Whether the parameter moves against its group.
    scenarios : mapping
        The claim under other choices, by the name of the choice.
    minimum, maximum : float
        Bounds of the quantity, in SI; no sample of the value lies outside of them.
    about : str or type
        What the parameter is, or the class of a spec or record that says so of its field.
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
        """The claim under one of its scenarios."""
        return replace(self.scenarios[scenario], path=self.path, scenarios=self.scenarios)

    def spread_entry(self, write: Callable[[float], Any]) -> dict[str, Any]:
        """The spread as a file states it, its ends as `write` makes them."""
        ends = {"low": self.low, "high": self.high}
        if self.shape == "one_sided":
            ends = {name: end for name, end in ends.items() if end != self.value}
        stated = {name: write(end) for name, end in ends.items()}
        if self.bound:
            stated["bound"] = self.bound
        return stated if self.shape == "two_sided" else {**stated, "shape": self.shape}

    @property
    def spread_words(self) -> str:
        """What the ends of the spread are."""
        return _SPREAD_WORDS[self.shape, self.bound]

    @property
    def description(self) -> str:
        """What the parameter is, in a sentence."""
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
    """A claim in SI units, from what a file says and the file's defaults.

    Raises
    ------
    QuantityError
        When the value or its spread is no quantity of the field's dimension, lies out of bounds, or when the
        claim does not say what its basis demands.
    """
    claim = given if isinstance(given, StatedClaim) else StatedClaim(value=given)
    inherited = _inherited(claim)

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
    """Uncertainty of a choice that somebody else made, such as that of a published chip."""

    spread: Spread
    """80 % interval of the value."""
    rationale: Annotated[str, Field(min_length=1)]
    """What the spread is based on."""


Uncertain = TypeAliasType("Uncertain", dict[str, Uncertainty])
"""Uncertainty of choices, by name; an alias with a name of its own, so that all blocks share one schema of it."""


def uncertain_choice(claim: Claim, given: Uncertainty, check: QuantityField) -> Claim:
    """The claim of a choice whose value is not known exactly.

    Raises
    ------
    QuantityError
        When the spread does not fit the value, or the choice is a number of things.
    """
    if check.integer:
        raise QuantityError("is a number of things, which has no spread; give each number a run of its own")
    low, high = _interval(given.spread, claim.value, check)
    return replace(
        claim, basis="assumed", rationale=given.rationale, low=low, high=high, has_spread=True,
        shape=given.spread.shape, bound=given.spread.bound or "", minimum=check.minimum, maximum=check.maximum,
    )  # fmt: skip


def _inherited(claim: StatedClaim) -> frozenset[str]:
    """What a claim may take from the file's defaults: nobody inherits the page of somebody else's source."""
    if claim.basis:
        return _MEASURE_OF_DOUBT
    if claim.source:
        return _MEASURE_OF_DOUBT | {"basis"}
    return frozenset(Provenance.model_fields)


def _interval(spread: Spread | None, value: float, check: QuantityField) -> tuple[float, float]:
    if spread is None:
        return value, value
    if spread.shape == "one_sided":
        return _one_end(spread, value, check)
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


def _one_end(spread: Spread, value: float, check: QuantityField) -> tuple[float, float]:
    """Ends of a spread whose value is one of them."""
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
