"""Parameter importance: elasticities, the effect of each spread, and shares of the variance."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.blocks.neurons.base import Neuron
from neuroest.core.arrays import Array
from neuroest.core.document import Block, Document, Documented, Gap, Paragraph, Table
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import extra
from neuroest.core.progress import Progress, silent
from neuroest.core.statistics import NORMAL_P90
from neuroest.core.units import format_quantity, three_digits
from neuroest.design.chip import instantiate
from neuroest.error_analysis.draws import SEED, common_cause, spread_over, varies
from neuroest.error_analysis.elasticities import slopes, step_sizes, steps
from neuroest.exploration.batch_evaluation import evaluate_points, in_blocks
from neuroest.exploration.space import ExplorationError, Space
from neuroest.exploration.structures import Group, claimed_field, resolve
from neuroest.registry import render
from neuroest.results.quantities import MAIN, QUANTITIES, full_name, label_and_unit, quantity_names
from neuroest.specs.loaded import Named, listed

if TYPE_CHECKING:
    import pandas as pd


DEFAULT_QUANTITIES = ("energy_per_inference_J", "area_m2", "latency_s", "throughput_per_s")
_EDGE = 1e-9
"""Smallest distance of a quasi-random number from 0 and 1, where the normal quantile is infinite."""
_MOST_NUMBERS = 100_000_000
"""Largest batch of samples: a gigabyte, stored three times."""
_LEAST_REACH = 1e-3
"""Relative change of a result below which both ends print as the same number."""
_LEAST_SHARE = 0.5
"""Smallest share of feasible samples for variance shares."""


@frozen_dataclass
class Bar:
    """Effect of one uncertain input.

    Attributes
    ----------
    cause : str
        Path of the parameter, or the name of a group that varies together.
    paths : tuple of str
        All parameters that vary.
    low, high : float
        Result with the parameters at their 10th and 90th percentile; NaN without an estimate.
    """

    cause: str
    paths: tuple[str, ...]
    low: float
    high: float


@frozen_dataclass
class Share:
    """Shares of one cause in the variance of a result's logarithm, with 95 % confidence half-widths."""

    cause: str
    first: float
    first_confidence: float
    total: float
    total_confidence: float

    @property
    def words(self) -> str:
        """First and total share with their intervals."""
        return f"S1 {self.first:.2f} ± {self.first_confidence:.2f}, ST {self.total:.2f} ± {self.total_confidence:.2f}"


@frozen_dataclass
class SensitivityResult(Documented):
    """Sensitivity of the results.

    Attributes
    ----------
    label : str
        Architecture and workload in figures.
    base : mapping
        Results at the values in the files.
    elasticity : mapping
        For each result, d ln(result) / d ln(parameter) by path, the largest first.
    tornado : mapping
        For each result its bars, the longest first.
    sobol : mapping
        For each result the shares of the variance, the largest total first; empty unless requested.
    feasible : float
        Share of the samples that the shares of the variance use.
    """

    architecture: str
    workload: str
    label: str
    base: Mapping[str, float]
    elasticity: Mapping[str, Mapping[str, float]]
    tornado: Mapping[str, tuple[Bar, ...]]
    sobol: Mapping[str, tuple[Share, ...]]
    feasible: float = 1.0

    def to_frame(self) -> pd.DataFrame:
        """One row for each result and cause."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only tables need it

        rows = []
        for name, bars in self.tornado.items():
            shares = {share.cause: share for share in self.sobol.get(name, ())}
            for bar in bars:
                row: dict[str, Any] = {
                    "result": name, "cause": bar.cause, "base": self.base[name], "at_p10": bar.low, "at_p90": bar.high,
                    "elasticity": self.slope(name, bar),
                }  # fmt: skip
                if bar.cause in shares:
                    _, *numbers = asdict(shares[bar.cause]).items()
                    row |= {f"sobol_{key}": number for key, number in numbers}
                rows.append(row)
        return pd.DataFrame(rows)

    def slope(self, name: str, bar: Bar) -> float:
        """Elasticity of a result with respect to the cause of a bar, with all its parameters varied together."""
        return sum(self.elasticity[name].get(path, 0.0) for path in bar.paths)

    def plot(
        self, quantity: str = DEFAULT_QUANTITIES[0], path: str | Path | None = None, most: int = 12
    ) -> Any:
        """Tornado of one result; written to `path` if given, and returned."""
        return render(self, "figure", full_name(quantity), path, most)

    @property
    def lead(self) -> str:
        """The first result, with what moves it most."""
        name, nominal = next(iter(self.base.items()))
        label, unit = label_and_unit(name)
        said = f"{self.architecture} on {self.workload}: {label} {format_quantity(nominal, unit)} nominal"
        if not self.tornado[name]:
            return f"{said}, no parameter has a spread"
        bar = self.tornado[name][0]
        ends = " .. ".join(format_quantity(end, unit) for end in sorted((bar.low, bar.high)))
        return f"{said}, most from {bar.cause} ({ends} at its p10 and p90)"

    def document(self, most: int = 10) -> Document:
        """For each result a table of its longest bars."""
        blocks: list[Block] = [
            Paragraph("results with each parameter at its p10 and at its p90, and elasticities", hanging=0)
        ]
        for name, bars in self.tornado.items():
            label, unit = label_and_unit(name)
            shares = {share.cause: share for share in self.sobol.get(name, ())}
            kept = [bar for bar in bars if _reach(bar) > _LEAST_REACH][:most]
            rows = []
            for bar in kept:
                slope = f"{self.slope(name, bar):+.2f}"
                rows.append((_end(bar.low, unit), _end(bar.high, unit), slope, bar.cause))
                if bar.cause in shares:
                    rows.append(("", "", "", shares[bar.cause].words))
            rest = sum(bar.low != bar.high for bar in bars) - len(kept)
            if rest > 0:
                rows.append(("", "", "", f"{rest} more have less effect"))
            heading = f"{label}  {_end(self.base[name], unit)} at the stated inputs (nominal)"
            table = Table.of(("at p10", "at p90", "elast.", ""), rows, ">>><", indent=2, gap=2)
            blocks += [Gap(), heading, table]
        return Document(f"{self.architecture} on {self.workload}", tuple(blocks))


def _end(value: float, unit: str) -> str:
    return three_digits(value, unit) if np.isfinite(value) else "no estimate"


def causes(group: Group) -> dict[str, tuple[str, ...]]:
    """Paths that vary together, by group name; a single path has its own name."""
    together: dict[str, list[str]] = {}
    for path in sorted(group.claims):
        claim = group.claims[path]
        if varies(claim):
            together.setdefault(common_cause(claim), []).append(path)
    return {
        paths[0] if len(paths) == 1 else f"{key.lstrip(':')} ({len(paths)} values)": tuple(paths)
        for key, paths in together.items()
    }


def starting_point(group: Group, quantities: Sequence[str]) -> dict[str, float]:
    """Results of an unchanged chip.

    Raises
    ------
    ExplorationError
        If there is no estimate, or a result does not apply to the chip.
    """
    if not quantities:
        raise ExplorationError("no result is named; name one with --results, such as energy")
    wanted = tuple(dict.fromkeys((*quantities, "energy_per_inference_J")))
    found = evaluate_points(group, {}, (1,), wanted, judged=False)
    if not np.isfinite(found.totals["energy_per_inference_J"][0]):
        raise ExplorationError(f"the chip has no estimate to start from: {found.reasons[found.failed[0]]}")
    for name in quantities:
        if not np.isfinite(found.totals[name][0]):
            raise ExplorationError(
                f"{name} does not apply to {group.design.spec.name} on {group.workload.name}; "
                f"it needs {QUANTITIES[name].applies}"
            )
    return {name: float(found.totals[name][0]) for name in quantities}


def sensitivity(
    architecture: Named,
    workload: Named,
    *,
    quantities: Sequence[str] = DEFAULT_QUANTITIES,
    settings: Mapping[str, str] | None = None,
    sobol_samples: int = 0,
    seed: int = 0,
    progress: Progress = silent,
) -> SensitivityResult:
    """Compute how the results of a chip on a network depend on each parameter.

    Parameters
    ----------
    architecture, workload
        Names, paths or loaded specs.
    quantities : sequence of str
        Results to analyse.
    settings : mapping, optional
        Values to change first, by path.
    sobol_samples : int
        Base samples for variance shares, a power of two; 0 for none. The batch has (causes + 2) times this number.
    seed : int
        Seed of these samples.
    progress : callable, optional
        Receives the share of these samples that is done.

    Returns
    -------
    SensitivityResult
        Elasticities, tornado and, with samples, variance shares of each result.

    Raises
    ------
    NeuroestError
        If the unchanged chip has no estimate, or too many samples have none.

    Examples
    --------
    >>> from neuroest.exploration.sensitivity import sensitivity
    >>> found = sensitivity("analog_lif_28nm", "mlp_mnist_spiking")
    >>> len(found.tornado["energy_per_inference_J"]) > 0
    True
    """
    group = resolve(architecture, workload, Space(()), settings).groups[0].settled()
    moved = causes(group)
    quantities = quantity_names(listed(quantities))
    base = starting_point(group, quantities)
    bars = tornado(group, quantities)
    stepped = steps(group.claims)
    found = in_blocks(group, stepped, 2 * len(stepped) + 1, quantities, judged=False).totals
    sizes = step_sizes(stepped)
    elasticity = {
        name: dict(
            sorted(
                zip(stepped, slopes(found[name], sizes).tolist(), strict=True),
                key=lambda item: (-abs(item[1]), item[0]),
            )
        )
        for name in quantities
    }
    shares, feasible = (
        ({}, 1.0) if sobol_samples == 0 else _sobol(group, moved, quantities, sobol_samples, seed, progress)
    )
    return SensitivityResult(
        group.design.spec.name, group.workload.name, group.label, base,
        elasticity, bars, shares, feasible,
    )  # fmt: skip


def tornado(group: Group, quantities: Sequence[str]) -> dict[str, tuple[Bar, ...]]:
    """Bars of each result, the longest first: each uncertain input at its p10 and p90, the others as stated."""
    moved = causes(group)
    count = len(moved)
    nominal = group.values
    columns = {}
    for index, paths in enumerate(moved.values()):
        for path in paths:
            columns[path] = np.full((2 * count, 1), nominal[path])
            columns[path][[index, count + index]] = spread_over(
                group.claims[path], np.array([[-NORMAL_P90], [NORMAL_P90]])
            )
    if not columns:
        return dict.fromkeys(quantities, ())
    found = in_blocks(group, columns, 2 * count, quantities, judged=False).totals
    tables = {}
    for name in quantities:
        bars = [
            Bar(cause, paths, float(found[name][i]), float(found[name][count + i]))
            for i, (cause, paths) in enumerate(moved.items())
        ]
        tables[name] = tuple(sorted(bars, key=_reach, reverse=True))
    return tables


def _reach(bar: Bar) -> float:
    """Length of a bar: the logarithm of the ratio of its ends; infinite if an end has no estimate."""
    if not (np.isfinite(bar.low) and np.isfinite(bar.high)):
        return np.inf
    low, high = abs(bar.low), abs(bar.high)
    if low == high:
        return 0.0
    # not the ratio of the sorted ends, since its rounding would reorder very short bars
    return np.inf if 0.0 in (low, high) else float(abs(np.log(high / low)))


def _saltelli(base: Array) -> Array:
    """Saltelli's sample sets of a sequence of twice as many columns as causes, as SALib orders them.

    A set is a point, the same with one cause at a time from a second point, and the second point. SALib builds them
    number by number, which takes longer than the estimates.

    Examples
    --------
    >>> _saltelli(np.array([[0.1, 0.2, 0.3, 0.4]])).tolist()
    [[0.1, 0.2], [0.3, 0.2], [0.1, 0.4], [0.3, 0.4]]
    """
    first, second = np.split(base, 2, axis=1)
    count = first.shape[1]
    sets = np.repeat(first[:, np.newaxis], count + 2, axis=1)
    causes_of_set = np.arange(count)
    sets[:, 1 + causes_of_set, causes_of_set] = second
    sets[:, -1] = second
    return sets.reshape(-1, count)


def _sobol(
    group: Group,
    moved: Mapping[str, tuple[str, ...]],
    quantities: Sequence[str],
    samples: int,
    seed: int,
    progress: Progress,
) -> tuple[dict[str, tuple[Share, ...]], float]:
    if samples < 2 or samples & (samples - 1):
        raise ExplorationError(
            f"{samples} base samples are not a power of two of at least 2, which Sobol indices need"
        )
    count = len(moved)
    if count < 2:
        raise ExplorationError("fewer than two parameters state a spread, so there are no shares")
    most = 1 << (_MOST_NUMBERS // ((count + 2) * count)).bit_length() - 1
    if samples > most:
        raise ExplorationError(
            f"{samples:.3g} base samples of {count} causes do not fit in memory; ask for at most {most}"
        )
    analyze = extra("SALib.analyze.sobol", "explore")
    sequences, normal = extra("scipy.stats.qmc", "explore"), extra("scipy.special", "explore").ndtri
    problem = {"num_vars": count, "names": list(moved), "bounds": [[0.0, 1.0]] * count}
    unit = _saltelli(sequences.Sobol(2 * count, seed=seed).random(samples))
    z = normal(np.clip(unit, _EDGE, 1.0 - _EDGE))
    columns = {
        path: spread_over(group.claims[path], z[:, i : i + 1])
        for i, paths in enumerate(moved.values())
        for path in paths
    }
    found = in_blocks(group, columns, len(unit), quantities, judged=False, progress=progress)
    sets = np.isfinite(found.totals[quantities[0]]).reshape(samples, count + 2).all(axis=1)
    feasible = float(sets.mean())
    if feasible < _LEAST_SHARE:
        reason = found.reasons[np.bincount(found.failed[found.failed >= 0]).argmax()]
        raise ExplorationError(
            f"only {feasible:.0%} of the sample sets have an estimate, too few for variance shares; most fail {reason}"
        )
    shares: dict[str, tuple[Share, ...]] = {}
    for name in quantities:
        result = np.log(found.totals[name].reshape(samples, count + 2)[sets].reshape(-1))
        if np.ptp(result) == 0.0:
            shares[name] = ()
            continue
        # SALib takes a seed of zero for none, and then draws other bootstraps in each run
        index = analyze.analyze(
            problem, result, calc_second_order=False, seed=seed + 1, print_to_console=False
        )
        rows = [
            Share(cause, *(float(index[key][i]) for key in ("S1", "S1_conf", "ST", "ST_conf")))
            for i, cause in enumerate(moved)
        ]
        shares[name] = tuple(sorted(rows, key=lambda share: share.total, reverse=True))
    return shares, feasible


# --- Table over the most important parameters ----------------------------------------------------------------------

# The table holds exact results of the model on a grid of logarithmic steps, few enough for a web page. The reader
# interpolates the logarithm of a result linearly in the logarithms of the parameters, as `interpolated` does. The table
# includes the error of this, found with exact results at random points.

MOST_PARAMETERS = 4
_STEPS = 3
"""Steps from the value in the file to each end."""
_REACH = 10.0
"""Ends of a parameter relative to the value in the file, if its bounds allow them."""
_TRIED = 200
"""Random points for the comparison of table and model."""
_DIGITS = 4
"""Digits of a logarithm to the base of ten, 0.01 % of the result."""


@frozen_dataclass(eq=False)
class SurrogateParameter:
    """One axis of the table.

    Attributes
    ----------
    paths : tuple of str
        Parameters that vary together.
    value : float
        Value of the first of them in the file.
    unit : str
        SI unit.
    factors : array
        Steps of the axis relative to the values in the file, including 1.
    """

    paths: tuple[str, ...]
    value: float
    unit: str
    factors: Array


@frozen_dataclass(eq=False)
class Surrogate:
    """Main results of a chip over a few parameters.

    Attributes
    ----------
    parameters : tuple of SurrogateParameter
        The axes, the most important first.
    logarithms : mapping
        Base-10 logarithm of each result on the grid; NaN without an estimate.
    errors : mapping
        Median and 95th percentile of the relative error of each result at random points.
    """

    parameters: tuple[SurrogateParameter, ...]
    logarithms: Mapping[str, Array]
    errors: Mapping[str, tuple[float, float]]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for a page."""
        return {
            "parameters": [
                {"paths": list(p.paths), "value": p.value, "unit": p.unit, "factors": p.factors.tolist()}
                for p in self.parameters
            ],
            "logarithms": {
                name: [round(float(v), _DIGITS) if math.isfinite(v) else None for v in table.ravel()]
                for name, table in self.logarithms.items()
            },
            "errors": {name: list(pair) for name, pair in self.errors.items()},
        }


def surrogate(group: Group, quantities: Sequence[str] = MAIN) -> Surrogate | None:
    """Compute the table of a chip; None if no adjustable parameter matters.

    Parameters
    ----------
    group : Group
        The chip on its network.
    quantities : sequence of str
        Results.

    Examples
    --------
    >>> from neuroest.exploration.space import Space
    >>> from neuroest.exploration.structures import resolve
    >>> group = resolve("analog_lif_28nm", "mlp_mnist_spiking", Space(())).groups[0]
    >>> found = surrogate(group, ["energy_per_inference_J"])
    >>> [len(parameter.factors) for parameter in found.parameters]
    [7, 7, 7, 7]
    """
    parameters = _parameters(group, quantities)
    if not parameters:
        return None
    shape = tuple(len(p.factors) for p in parameters)
    axes = [
        p.factors.reshape([-1 if i == place else 1 for i in range(len(shape))] + [1])
        for place, p in enumerate(parameters)
    ]
    tables = _logarithms(group, parameters, axes, shape, quantities)
    random = np.random.default_rng(SEED)
    ends = [np.log(p.factors[[0, -1]]) for p in parameters]
    tried = [np.exp(random.uniform(low, high, _TRIED)) for low, high in ends]
    exact = _logarithms(group, parameters, [one.reshape(-1, 1) for one in tried], (_TRIED,), quantities)
    errors = {}
    for name in quantities:
        read = np.array([
            interpolated([p.factors for p in parameters], tables[name], point) for point in zip(*tried, strict=True)
        ])  # fmt: skip
        off = np.abs(10.0 ** (read - exact[name]) - 1.0)
        off = off[np.isfinite(off)]
        errors[name] = tuple(map(float, np.quantile(off, (0.5, 0.95)))) if off.size else (math.nan, math.nan)
    return Surrogate(parameters, tables, {k: (v[0], v[1]) for k, v in errors.items()})


def _logarithms(
    group: Group, parameters: Sequence[SurrogateParameter], axes: Sequence[Array], shape: tuple[int, ...],
    quantities: Sequence[str],
) -> dict[str, Array]:  # fmt: skip
    values = group.values
    columns = {
        path: values[path] * axis for p, axis in zip(parameters, axes, strict=True) for path in p.paths
    }
    found = evaluate_points(group, columns, shape, quantities, judged=False).totals
    with np.errstate(all="ignore"):
        return {name: np.log10(found[name]).reshape(shape) for name in quantities}


def interpolated(factors: Sequence[Array], table: Array, point: Sequence[float]) -> float:
    """Logarithm of a result between the points of a table: linear in the logarithm of each factor.

    Examples
    --------
    >>> interpolated([np.array([1.0, 100.0])], np.array([0.0, 2.0]), [10.0])
    1.0
    """
    places, shares = [], []
    for levels, value in zip(factors, point, strict=True):
        at = int(np.clip(np.searchsorted(levels, value, side="right") - 1, 0, len(levels) - 2))
        places.append(at)
        shares.append(math.log(value / levels[at]) / math.log(levels[at + 1] / levels[at]))
    total = 0.0
    for corner in itertools.product((0, 1), repeat=len(places)):
        weight = math.prod(s if up else 1.0 - s for s, up in zip(shares, corner, strict=True))
        if weight != 0.0:
            total += weight * float(table[tuple(p + up for p, up in zip(places, corner, strict=True))])
    return total


def _parameters(group: Group, quantities: Sequence[str]) -> tuple[SurrogateParameter, ...]:
    """The most important parameters, including the one that sets the integration time of the neurons."""
    reach: dict[tuple[str, ...], float] = {}
    for bars in tornado(group, quantities).values():
        for bar in bars:
            if np.isfinite(bar.low) and np.isfinite(bar.high) and bar.low > 0.0 and bar.high > 0.0:
                reach[bar.paths] = max(reach.get(bar.paths, 0.0), abs(math.log(bar.high / bar.low)))
    order = [paths for paths in sorted(reach, key=lambda paths: -reach[paths]) if reach[paths] > 0.0]
    for component in instantiate(group.design, group.values).components():
        if isinstance(component, Neuron):
            timing = (f"{component.path}.{component.time_parameter[0]}",)
            if timing[0] in group.claims:
                order = [timing, *(paths for paths in order if paths != timing)]
            break
    parameters: list[SurrogateParameter] = []
    for paths in order:
        factors = _factors(group, paths)
        if len(factors) > _STEPS and len(parameters) < MOST_PARAMETERS:
            claim = group.claims[paths[0]]
            parameters.append(SurrogateParameter(paths, claim.value, claim.unit, factors))
    return tuple(parameters)


def _factors(group: Group, paths: tuple[str, ...]) -> Array:
    """Steps that keep all parameters within their bounds; empty for numbers that cannot be scaled."""
    low, high = 1.0 / _REACH, _REACH
    for path in paths:
        field, value = claimed_field(group.design, path), group.claims[path].value
        if field is None or field.integer or not value > 0.0:
            return np.array([])
        if field.minimum > 0.0:
            low = max(low, field.minimum / value)
        if math.isfinite(field.maximum):
            high = min(high, field.maximum / value)
    below = np.geomspace(low, 1.0, _STEPS + 1)[:-1] if low < 1.0 else np.array([])
    above = np.geomspace(1.0, high, _STEPS + 1)[1:] if high > 1.0 else np.array([])
    return np.concatenate([below, [1.0], above])
