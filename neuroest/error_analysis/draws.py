"""Draws of all uncertain inputs: spreads of parameters and errors of models.

The error of a whole model is an input like any other, with a mean of one, a spread and a reason.
The spread of a device parameter states the uncertainty of that number. No parameter covers parts that a model omits
(wires inside a macro, decoders, test logic, glitches). Each block and each level states this error in its own file
(`prior_error`). Their exponents by family and cost, and the extra factor outside of a model's range, are in
`model_discrepancy.yaml` next to this file, as is the error of a description: what it leaves out or states wrongly, from
chips that were described once. Costs are sums of parts; errors with a mean of one keep the mean of a sum
equal to that of the equations, for any division into blocks (docs/calibration.md). Cycles at the peak rate of a stated
clock have no error: only the time that units lose has one (`Mapper.share_at_peak`).

Measured values change the joint distribution of all scores in a few directions only, at most one for each value. So the
posterior is an affine map of the standard normal scores of inputs and errors,

    score = z + directions @ (mean + (deviation - 1) * (directions.T @ z))

where z are the independent scores of the prior, from the same streams. Any number of draws follows from the same seed,
and a cause that no value informs keeps its draws.
"""

import math
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import numpy as np

from neuroest.blocks.model_error import ModelError, ModelErrors
from neuroest.core.arrays import Array
from neuroest.core.files import read_data
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.statistics import NORMAL_P90
from neuroest.design.build import Design, Part
from neuroest.design.chip import DISCREPANCY
from neuroest.levels.base import Family
from neuroest.loading.library import read_spec
from neuroest.pipeline.cost_table import DESCRIPTION, EXTRAPOLATION
from neuroest.pipeline.learning import EVIDENCE
from neuroest.registry import COMPONENTS, MAPPERS
from neuroest.specs.base import QuantityField, Spec
from neuroest.specs.claims import Claim, Shape

_NEGLIGIBLE = 1e-9
"""Change of a standard deviation below which a direction counts as not informed: rounding."""


@frozen_dataclass(eq=False)
class Posterior:
    """Joint distribution of the scores of some causes after conditioning.

    Attributes
    ----------
    causes : tuple of str
        Causes by name, as `neuroest.error_analysis.draws.common_cause` calls them.
    directions : array
        Orthonormal directions in the space of the scores: causes by directions.
    mean, deviation : array
        Mean and standard deviation along each direction, in standard deviations of the prior.
    """

    causes: tuple[str, ...]
    directions: Array
    mean: Array
    deviation: Array

    @classmethod
    def of(cls, causes: Sequence[str], shift: Array, reduction: Array) -> "Posterior":
        """Posterior from the means of the scores and a root of the lost covariance.

        Parameters
        ----------
        causes : sequence of str
            Names.
        shift : array
            Mean of each score; in the span of `reduction`, up to rounding.
        reduction : array
            Causes by columns: the covariance is the unit matrix less ``reduction @ reduction.T``.

        Examples
        --------
        Two scores, and one is measured as precisely as it was known: its variance halves.

        >>> found = Posterior.of(("a", "b"), np.array([0.5, 0.0]), np.array([[np.sqrt(0.5)], [0.0]]))
        >>> [round(float(value), 4) for value in found.deviations()]
        [0.7071, 1.0]
        """
        basis, _, _ = np.linalg.svd(np.column_stack([reduction, shift]), full_matrices=False)
        inner = basis.T @ reduction
        values, turned = np.linalg.eigh(inner @ inner.T)
        directions = basis @ turned
        mean = directions.T @ shift
        kept = (values > _NEGLIGIBLE) | (np.abs(mean) > _NEGLIGIBLE)
        deviation = np.sqrt(np.clip(1.0 - values, 0.0, None))
        return cls(tuple(causes), directions[:, kept], mean[kept], deviation[kept])

    def moved(self, scores: Array) -> Array:
        """Scores of the posterior from those of the prior, draws by causes."""
        along = scores @ self.directions
        return np.asarray(scores + (self.mean + (self.deviation - 1.0) * along) @ self.directions.T)

    def means(self) -> Array:
        """Mean of the score of each cause."""
        return np.asarray(self.directions @ self.mean)

    def deviations(self) -> Array:
        """Standard deviation of the score of each cause."""
        return np.asarray(np.sqrt(1.0 - (self.directions**2) @ (1.0 - self.deviation**2)))

    def carried(self, correlation: Callable[[str], float]) -> "Posterior":
        """Posterior of another chip, some of whose causes only correlate with those of this chip.

        Parameters
        ----------
        correlation : callable
            Correlation between the two scores of a cause: 1 for one that both chips have in common.
        """
        shares = np.array([correlation(cause) for cause in self.causes])[:, np.newaxis]
        reduction = shares * self.directions * np.sqrt(1.0 - self.deviation**2)
        return Posterior.of(self.causes, shares[:, 0] * self.means(), reduction)

    def scores(self, stream: Callable[[str], Array]) -> Mapping[str, Array]:
        """Draws of each cause, as a column, from the streams of the prior by cause."""
        prior = np.concatenate([stream(cause) for cause in self.causes], axis=1)
        moved = self.moved(prior)
        return {cause: moved[:, [index]] for index, cause in enumerate(self.causes)}


Quantity: TypeAlias = Literal["energy", "area", "static_power", "time"]
_FACTOR = QuantityField("1", minimum=1, maximum=1e3, example="1.5")
_SCALE = QuantityField("1", minimum=0, maximum=10, example="1")
_CORRELATION = QuantityField("1", minimum=0, maximum=1, example="0.7")
DescribedCost: TypeAlias = Literal["energy", "rest", "area", "time"]
_COST: Mapping[str, DescribedCost] = {
    "energy": "energy", "static_power": "rest", "area": "area", "time": "time"
}  # fmt: skip
"""Cost of a description that each quantity of a model belongs to."""
FILE = Path(__file__).with_name("model_discrepancy.yaml")


class Discrepancy(Spec):
    """Error of a model in one quantity."""

    factor: Annotated[float, _FACTOR]
    """p90 over median, and median over p10, of the ratio of a real block to the model."""
    rationale: str
    """What that is based on."""
    source: str | None = None
    """Key of the source in the bibliography."""


class DescriptionError(Discrepancy):
    """What a description leaves out or states wrongly, and the exponent of the errors of models next to it."""

    exponent: Annotated[float, _SCALE]
    """Exponent of the errors of all models of such chips in this cost."""


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


class UnreliableDescription(Spec):
    """Checks that fail on descriptions of published chips whose energy is far off."""

    checks: tuple[str, ...]
    """Names of the checks."""
    factor: Annotated[float, _FACTOR]
    """Median factor by which the energies of chips were off on which one of them fails."""
    otherwise: Annotated[float, _FACTOR]
    """The same of chips on which none of them fails."""
    rationale: str
    """How it was found."""


class DiscrepancySpec(Spec):
    """Settings for the errors of all models."""

    kind: Literal["model_discrepancy"]
    """The kind of this file."""
    description: str
    """What the file is."""
    scale: Annotated[float, _SCALE]
    """Exponent that widens (above one) or narrows all factors, from the coverage of published chips; chips with an
    error of the description have those that are stated there."""
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
    unreliable_descriptions: dict[Family, UnreliableDescription]
    """Which descriptions are far off, by family of chips."""
    description_errors: dict[Family, dict[DescribedCost, DescriptionError]]
    """Error of a description by family of chips and cost. Its median is one. Powers at rest have that of energies where
    no `rest` is stated."""


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
    return DiscrepancySpec.model_validate(read_data(FILE))


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
        Exponent of the factors instead of those in the file.
    described : bool
        Whether the error of the description of a chip is among them; the factors then have the exponents that belong
        to it.
    """
    common = discrepancies()
    errors = {family: common.description_errors[family] for family in _families(design)} if described else {}
    exponents = {
        quantity: max(
            (by_cost.get(cost, by_cost["energy"]).exponent for by_cost in errors.values()),
            default=common.scale,
        )
        for quantity, cost in _COST.items()
    }
    stated = dict(pair for part in design.root.walk() for pair in _stated(part))
    stated[EXTRAPOLATION] = {
        quantity: ModelError(given.factor, given.rationale, given.source)
        for quantity, given in common.extrapolation.items()
    }
    claims = [
        _claim(
            f"{family}_{DESCRIPTION}.{cost}",
            (1.0 / given.factor, 1.0, given.factor),
            given.rationale,
            given.source,
        )
        for family, by_cost in errors.items()
        for cost, given in by_cost.items()
    ]
    bare = common.endurance_without_evidence
    if any(  # an endurance whose claim does not state its origin
        path.endswith(".endurance")
        and not (claim.conditions and {f"{path}_devices", f"{path}_points"} <= design.claims.keys())
        for path, claim in design.claims.items()
    ):
        claims.append(
            _claim(EVIDENCE, (1.0 / bare.factor, 1.0, 1.0), bare.rationale, bare.source, "one_sided")
        )
    for model in sorted(stated):
        for quantity, given in stated[model].items():
            factor = given.factor ** (exponents[quantity] if scale is None else scale)
            median = median_of_mean_one(factor)
            values = (median / factor, median, median * factor)
            claims.append(_claim(f"{model}.{quantity}", values, given.rationale, given.source))
    return {claim.path: claim for claim in claims}


@lru_cache(maxsize=4096)
def _claim(
    name: str, values: tuple[float, float, float], rationale: str, source: str | None,
    shape: Shape = "two_sided",
) -> Claim:  # fmt: skip
    """A factor with its p10, median and p90, the same object for all chips with the same model."""
    low, value, high = values
    return Claim(
        path=f"{DISCREPANCY}{name}", value=value, unit="1", basis="assumed", source=source, rationale=rationale,
        low=low, high=high, has_spread=low < high, shape=shape, group=name, origin="model_discrepancy",
    )  # fmt: skip


def _families(design: Design) -> list[Family]:
    """Families of the levels of a chip."""
    mappers = (getattr(part.spec, "mapper", None) for part in design.root.walk())
    families = {MAPPERS[mapper].family for mapper in mappers if mapper is not None}
    return sorted(family for family in families if family is not None)


def unreliable_description(
    design: Design, failed: Iterable[str]
) -> tuple[tuple[str, ...], UnreliableDescription] | None:
    """Failed checks of a chip whose description is probably far off, and by how much.

    Parameters
    ----------
    design : Design
        The chip.
    failed : iterable of str
        Names of the checks that it fails.
    """
    names = tuple(dict.fromkeys(failed))
    for family in _families(design):
        given = discrepancies().unreliable_descriptions.get(family)
        if given is not None and (found := tuple(name for name in names if name in given.checks)):
            return found, given
    return None


SAMPLES = 512
"""Draws behind every band, unless a run asks for another number; also the length of a block of draws."""
SEED = 20250
_KEPT = 2**12
"""Cached streams: enough for all claims of a dozen chips."""


def draw(
    claims: Mapping[str, Claim],
    samples: int = SAMPLES,
    seed: int = SEED,
    block: int = 0,
    posterior: "Posterior | None" = None,
) -> dict[str, Array]:
    """Draw samples of every claim with a spread; claims of one group vary together.

    A value above zero is drawn log-normal on either side of its median, so that the ends of its spread are its
    10th and 90th percentile; others are drawn normal in the same way. Spreads with a bound or another shape are drawn
    as `Spread` describes. No sample leaves the bounds of its quantity.
    Each cause has its own random stream. So adding or removing another parameter does not change a band, and two
    designs share the samples of common causes. Block 0 is that of an estimate; others have streams of their own. A
    posterior moves the samples of the causes that measured values inform; all others stay.
    """
    stream = cause_stream(samples)
    shared: dict[str, Array] = {}
    if posterior is not None:
        shared.update(posterior.scores(lambda cause: stream(cause, samples, seed, block)))
    values: dict[str, Array] = {}
    for path in sorted(claims):
        claim = claims[path]
        if not varies(claim):
            continue
        key = common_cause(claim)
        if key not in shared:
            shared[key] = stream(key, samples, seed, block)
        values[path] = spread_over(claim, shared[key])
    return values


def _new_stream(cause: str, samples: int, seed: int, block: int) -> Array:
    """Standard normal scores of one cause, as a column: middles of equally probable parts, in pairs of opposite sign.

    This is Latin hypercube sampling (McKay, Beckman and Conover, Technometrics 21, 239, 1979) with the middle of each
    part, so that the percentiles of one cause have no error of chance. Magnitudes are in random order, and of every two
    draws one has the opposite sign of the other, for all causes at once (Hammersley and Morton, Mathematical
    Proceedings of the Cambridge Philosophical Society 52, 449, 1956): the median of a product of symmetric factors is
    then exactly the product of their medians.
    """
    generator = np.random.Generator(np.random.PCG64((seed, zlib.crc32(cause.encode()), block)))
    pairs = samples // 2
    first = generator.permutation(_upper_scores(samples)) * (2.0 * generator.integers(2, size=pairs) - 1.0)
    scores = np.zeros((samples, 1))  # the last of an odd number is the median
    scores[: 2 * pairs : 2, 0], scores[1 : 2 * pairs : 2, 0] = first, -first
    scores.flags.writeable = False
    return scores


@lru_cache(maxsize=8)
def _upper_scores(samples: int) -> Array:
    """Quantiles of a standard normal variable in the middles of the equally probable parts above its median."""
    from statistics import NormalDist  # noqa: PLC0415 - a run without bands needs none

    parts = range((samples + 1) // 2, samples)
    return np.array([NormalDist().inv_cdf((part + 0.5) / samples) for part in parts])


_kept_stream = lru_cache(maxsize=_KEPT)(_new_stream)


def cause_stream(samples: int) -> Callable[[str, int, int, int], Array]:
    """What gives the scores of a cause by samples, seed and block; short ones are cached for chips that share them."""
    return _kept_stream if samples <= SAMPLES else _new_stream


def varies(claim: Claim) -> bool:
    """Whether a claim has a distribution."""
    return claim.has_spread and claim.low != claim.high


def common_cause(claim: Claim) -> str:
    """Key of claims that vary together: one group, or one parameter of one file."""
    return f"{claim.origin}:{claim.group or claim.path.rpartition('.')[2]}"


def spread_over(claim: Claim, z: Array) -> Array:
    """Values of a claim `z` standard deviations from its median, within the bounds of its quantity."""
    z = -z if claim.opposite else z
    if claim.shape == "log_uniform":
        return within_bounds(claim, claim.low * np.exp(probability(z) * np.log(claim.high / claim.low)))
    if claim.shape == "one_sided":
        upwards = claim.high > claim.value
        place = _one_sided(z if upwards else -z, claim.bound == "hard")
        place = place if upwards else -place
    elif claim.bound:
        above, below = (_side(z, claim.bound in {"hard", end}) for end in ("high", "low"))
        place = np.where(z > 0.0, above, below)
    else:
        place = _side(z, bounded=False)
    if claim.value > 0.0 and claim.low > 0.0:
        up, down = np.log(claim.high / claim.value), np.log(claim.value / claim.low)
        values = claim.value * np.exp(np.where(place > 0.0, place * up, place * down))
    else:
        up, down = claim.high - claim.value, claim.value - claim.low
        values = claim.value + np.where(place > 0.0, place * up, place * down)
    return within_bounds(claim, values)


def probability(z: Array) -> Array:
    """Probability that a standard normal variable is below `z`."""
    # the error function of each element, which numpy does not have
    errors = np.asarray(np.frompyfunc(math.erf, 1, 1)(z / np.sqrt(2.0)), dtype=np.float64)
    return np.asarray(0.5 * (1.0 + errors))


def _side(z: Array, bounded: bool) -> Array:
    """Distance of a sample from the median, relative to the end on its side: 1 at the end.

    A tenth of all samples exceed an end that is a percentile. Between the median and a bound the distribution is
    uniform, since only these two are known.
    """
    return 2.0 * probability(z) - 1.0 if bounded else z / NORMAL_P90


def _one_sided(z: Array, bounded: bool) -> Array:
    """Distance of a sample from the value, relative to the other end; one-sided, like the upper half of a normal."""
    below = probability(z)
    if bounded:
        return below
    from statistics import NormalDist  # noqa: PLC0415 - few claims need it, and a short run would wait for it

    inverse = NormalDist().inv_cdf
    folded = np.frompyfunc(inverse, 1, 1)(np.minimum(0.5 + 0.5 * below, 1.0 - np.finfo(np.float64).epsneg))
    return np.asarray(folded, dtype=np.float64) / inverse(0.95)


def within_bounds(claim: Claim, values: Array) -> Array:
    """Samples of a claim with those outside of the bounds of its quantity moved to the nearest bound."""
    return np.minimum(np.maximum(values, claim.minimum), claim.maximum)  # twice as fast as `numpy.clip`
