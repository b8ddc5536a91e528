"""Errors of whole models: inputs like any other, with a mean of one, a spread and a reason.

The spread of a device parameter states the uncertainty of that number. No parameter covers parts that a model omits
(wires inside a macro, decoders, test logic, glitches). Each block and each level states this error in its own file
(`prior_error`). One exponent for all of them, and the extra factor outside of a model's range, are in
`model_discrepancy.yaml` next to this file, as is the error of a description: what it leaves out or states wrongly, from
chips that were described once. Costs are sums of parts; errors with a mean of one keep the mean of a sum
equal to that of the equations, for any division into blocks (docs/calibration.md). Cycles at the peak rate of a stated
clock have no error: only the time that units lose has one (`Mapper.share_at_peak`).
"""

import math
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from neuroest.blocks.model_error import ModelError, ModelErrors
from neuroest.core.statistics import NORMAL_P90
from neuroest.design.build import Design, Part
from neuroest.design.chip import DISCREPANCY
from neuroest.levels.base import Family
from neuroest.loading.library import read_spec
from neuroest.pipeline.cost_table import DESCRIPTION, EXTRAPOLATION
from neuroest.pipeline.training import EVIDENCE
from neuroest.registry import COMPONENTS, MAPPERS
from neuroest.specs.base import QuantityField, Spec
from neuroest.specs.claims import Claim, Shape

Quantity: TypeAlias = Literal["energy", "area", "static_power", "time"]
_FACTOR = QuantityField("1", minimum=1, maximum=1e3, example="1.5")
_CORRELATION = QuantityField("1", minimum=0, maximum=1, example="0.7")
DescribedCost: TypeAlias = Literal["energy", "area", "time"]
FILE = Path(__file__).with_name("model_discrepancy.yaml")


class Discrepancy(Spec):
    """Error of a model in one quantity."""

    factor: Annotated[float, _FACTOR]
    """p90 over median, and median over p10, of the ratio of a real block to the model."""
    rationale: str
    """What that is based on."""
    source: str | None = None
    """Key of the source in the bibliography."""


class BetweenValues(Spec):
    """Part of a model's error that one measured value does not share with other values of the same chip."""

    factor: Annotated[float, _FACTOR]
    """p90 over median of that part, a factor of each measured value."""
    rationale: str
    """How it was found."""


class BetweenChips(Spec):
    """How alike the errors of one model are in two chips of the same process."""

    correlation: Annotated[float, _CORRELATION]
    """Correlation of the scores."""
    rationale: str
    """How it was found."""


class DiscrepancySpec(Spec):
    """Settings for the errors of all models."""

    kind: Literal["model_discrepancy"]
    """The kind of this file."""
    description: str
    """What the file is."""
    scale: Annotated[float, QuantityField("1", minimum=0, maximum=10, example="1")]
    """Exponent that widens (above one) or narrows all factors, from the coverage of published chips."""
    scale_rationale: str
    """How the exponent was found."""
    extrapolation: dict[Quantity, Discrepancy]
    """Further factor outside of the range of a model, by quantity."""
    between_values: BetweenValues
    """What measured values of a chip do not say about its other values."""
    between_chips: BetweenChips
    """What they say about another chip."""
    endurance_without_evidence: Discrepancy
    """Factor by which an endurance may be lower if its claim states no devices, no points of its curve, or no failure
    criterion."""
    description_errors: dict[Family, dict[DescribedCost, Discrepancy]]
    """Factor of what a description leaves out or states wrongly, by family of chips and cost. Its median is one."""


def read_discrepancies(path: Path) -> DiscrepancySpec:
    """Read the discrepancies from their file.

    Raises
    ------
    SpecError
        With all problems of the file.
    """
    return read_spec(DiscrepancySpec, path).spec


@cache
def discrepancies() -> DiscrepancySpec:
    """Return the shipped discrepancies."""
    return read_discrepancies(FILE)


def _stated(part: Part) -> Iterator[tuple[str, ModelErrors]]:
    """Errors that the block or level of a part states for its own model."""
    model, mapper = getattr(part.spec, "model", None), getattr(part.spec, "mapper", None)
    if model is not None:
        yield model, COMPONENTS[model].prior_error
    if mapper is not None:
        yield mapper, MAPPERS[mapper].prior_error


def median_of_mean_one(factor: float) -> float:
    """Median of a lognormal factor whose mean is one and whose p90 is `factor` times its median.

    Examples
    --------
    >>> round(median_of_mean_one(2.0), 4), median_of_mean_one(1.0)
    (0.8639, 1.0)
    """
    deviation = math.log(factor) / NORMAL_P90
    return math.exp(-(deviation**2) / 2.0)


def discrepancy_claims(
    design: Design, scale: float | None = None, *, described: bool = True
) -> Mapping[str, Claim]:
    """Return the error claims of the models in a design.

    Parameters
    ----------
    design : Design
        The chip.
    scale : float, optional
        Exponent of the factors instead of the one in the file.
    described : bool
        Whether the error of the description of a chip is among them.
    """
    common = discrepancies()
    exponent = common.scale if scale is None else scale
    stated = dict(found for part in design.root.walk() for found in _stated(part))
    stated[EXTRAPOLATION] = {
        quantity: ModelError(given.factor, given.rationale, given.source)
        for quantity, given in common.extrapolation.items()
    }
    found = [*(_description_claims(design) if described else ()), *_endurance_claims(design)]
    for model in sorted(stated):
        for quantity, given in stated[model].items():
            factor = given.factor**exponent
            median = median_of_mean_one(factor)
            found.append(_claim(f"{model}.{quantity}", (median / factor, median, median * factor), given))
    return {claim.path: claim for claim in found}


def _claim(name: str, values: tuple[float, float, float], about: Any, shape: Shape = "two_sided") -> Claim:
    """A factor with its p10, median and p90."""
    low, value, high = values
    return Claim(
        path=f"{DISCREPANCY}{name}", value=value, unit="1", basis="assumed", source=getattr(about, "source", None),
        rationale=about.rationale, low=low, high=high, has_spread=low < high, shape=shape, group=name,
        origin="model_discrepancy",
    )  # fmt: skip


def _endurance_claims(design: Design) -> Iterator[Claim]:
    """Uncertainty of endurances whose claims do not state their origin."""
    given, claims = discrepancies().endurance_without_evidence, design.claims
    bare = (
        path
        for path, claim in claims.items()
        if path.endswith(".endurance")
        and not (claim.conditions and {f"{path}_devices", f"{path}_points"} <= claims.keys())
    )
    if any(bare):
        yield _claim(EVIDENCE, (1.0 / given.factor, 1.0, 1.0), given, "one_sided")


def _description_claims(design: Design) -> Iterator[Claim]:
    """Claims for what the description of a chip may leave out or state wrongly, by the families of its levels."""
    mappers = (getattr(part.spec, "mapper", None) for part in design.root.walk())
    families = {MAPPERS[mapper].family for mapper in mappers if mapper is not None} - {None}
    for family in sorted(families):
        for cost, given in discrepancies().description_errors[family].items():
            yield _claim(f"{family}_{DESCRIPTION}.{cost}", (1.0 / given.factor, 1.0, given.factor), given)
