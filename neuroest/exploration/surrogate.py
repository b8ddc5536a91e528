"""Main results of a chip as a table over its few most important parameters, small enough for a web page.

The table holds exact results of the model on a grid of logarithmic steps. The reader interpolates the
logarithm of a result linearly in the logarithms of the parameters, as `interpolated` does. The table includes the
error of this, found with exact results at random points.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from neuroest.blocks.neurons.base import Neuron
from neuroest.core.arrays import Array
from neuroest.core.frozen import frozen_dataclass
from neuroest.design.chip import instantiate
from neuroest.error_analysis.draws import SEED
from neuroest.exploration.batch_evaluation import evaluate_points
from neuroest.exploration.sensitivity import tornado
from neuroest.exploration.structures import Group, claimed_field
from neuroest.results.quantities import MAIN

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
    for steps, value in zip(factors, point, strict=True):
        at = int(np.clip(np.searchsorted(steps, value, side="right") - 1, 0, len(steps) - 2))
        places.append(at)
        shares.append(math.log(value / steps[at]) / math.log(steps[at + 1] / steps[at]))
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
    timing = _time_parameter(group)
    if timing:
        order = [timing, *(paths for paths in order if paths != timing)]
    parameters: list[SurrogateParameter] = []
    for paths in order:
        factors = _factors(group, paths)
        if len(factors) > _STEPS and len(parameters) < MOST_PARAMETERS:
            claim = group.claims[paths[0]]
            parameters.append(SurrogateParameter(paths, claim.value, claim.unit, factors))
    return tuple(parameters)


def _time_parameter(group: Group) -> tuple[str, ...]:
    chip = instantiate(group.design, group.values)
    for component in chip.components():
        if isinstance(component, Neuron):
            path = f"{component.path}.{component.time_parameter[0]}"
            return (path,) if path in group.claims else ()
    return ()


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
