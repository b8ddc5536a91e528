"""A parameter is a claim: value, unit, spread, basis, source, place and conditions."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Protocol, TypeAlias

from pydantic import ConfigDict, Discriminator, GetCoreSchemaHandler, GetJsonSchemaHandler, Tag
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema

from neuroest.core.errors import QuantityError
from neuroest.specs.base import QuantityField, Spec

Basis: TypeAlias = Literal["measured", "simulated", "derived", "projected", "assumed"]
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
    """What is not known about the mean: the 80 % interval of the value, by its ends or by one factor."""

    model_config = _BUILT_ONCE

    low: StatedQuantity | None = None
    """Value that the true one undercuts with 10 % probability (p10), with unit."""
    high: StatedQuantity | None = None
    """Value that the true one exceeds with 10 % probability (p90), with unit."""
    factor: Annotated[float, QuantityField("1", minimum=1, maximum=1e6, example="1.3")] | None = None
    """p90 over median and median over p10, instead of `low` and `high`."""


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
    """measured: on this very device; simulated: by a circuit or device simulator; derived: computed by us from
    other facts, how is told; projected: an extrapolation by its authors; assumed: a prior, why is told."""
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
    """What is not known about the mean."""
    variability: Variability | None = None
    """How single devices differ."""
    group: str | None = None
    """Parameters of one group move together when uncertainty is sampled."""


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


class ClaimSpec(Provenance):
    """One parameter of a device spec."""

    value: StatedQuantity
    """Quantity with unit, for example `47 kohm`; a plain number where the parameter has no unit."""
    alternatives: tuple[Alternative, ...] = ()
    """Values of other sources that disagree."""


def _claim_or_quantity(given: Any) -> str:
    return "claim" if isinstance(given, dict | ClaimSpec) else "quantity"


GivenClaim: TypeAlias = Annotated[
    Annotated[ClaimSpec, Tag("claim")] | Annotated[StatedQuantity, Tag("quantity")],
    Discriminator(_claim_or_quantity),
]
"""A parameter as a file gives it: a full claim, or a quantity that takes its provenance from elsewhere."""

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
        p10 and p90 of the knowledge of the mean, in SI; equal to `value` where no spread is stated.
    has_spread : bool
        Whether a spread was stated.
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

    @property
    def description(self) -> str:
        """What the parameter is, in a sentence."""
        if isinstance(self.about, str):
            return self.about
        return self.about.descriptions().get(self.path.rpartition(".")[2], "")


def resolve_claim(
    path: str,
    given: ClaimSpec | str | float,
    field: QuantityField,
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
    claim = given if isinstance(given, ClaimSpec) else ClaimSpec(value=given)
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
    value = field.read(claim.value)
    low, high = _interval(stated("spread"), value, field)
    variability = stated("variability")
    return Claim(
        path=path,
        value=value,
        unit=field.unit,
        basis=basis,
        source=source,
        locator=stated("locator"),
        cited_in=stated("cited_in"),
        conditions=stated("conditions"),
        rationale=rationale,
        low=low,
        high=high,
        has_spread=stated("spread") is not None,
        device_to_device=variability.device_to_device if variability else None,
        cycle_to_cycle=variability.cycle_to_cycle if variability else None,
        group=stated("group"),
        about=about,
        origin=origin,
        minimum=field.minimum,
        maximum=field.maximum,
    )


def _inherited(claim: ClaimSpec) -> frozenset[str]:
    """What a claim may take from the file's defaults: nobody inherits the page of somebody else's source."""
    if claim.basis:
        return _MEASURE_OF_DOUBT
    if claim.source:
        return _MEASURE_OF_DOUBT | {"basis"}
    return frozenset(Provenance.model_fields)


def _interval(spread: Spread | None, value: float, field: QuantityField) -> tuple[float, float]:
    if spread is None:
        return value, value
    if spread.factor is not None:
        if spread.low is not None or spread.high is not None:
            raise QuantityError("spread gives a factor and ends; give one of them")
        ends = value / spread.factor, value * spread.factor
        return min(ends), max(ends)
    if spread.low is None or spread.high is None:
        raise QuantityError("spread needs `low` and `high`, or `factor`")
    low, high = field.read(spread.low), field.read(spread.high)
    if not low <= value <= high:
        raise QuantityError(f"spread {spread.low} to {spread.high} does not contain the value")
    return low, high
