"""Whether results are possible costs of a chip: finite and not negative.

Estimates, rows of sweeps and samples of bands use the same criteria, so none of them contains a result that another
refuses.
"""

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuroest.core import units as u
from neuroest.pipeline.evaluation import Evaluation
from neuroest.results.quantities import BANDED, NOT_APPLICABLE, QUANTITIES, TOTALS

_OF_SYSTEMS = ("system_energy_per_inference_J", "system_power_W", "system_idle_power_W")
_EXACTNESS = "signal_to_error_ratio"


def totals_of(result: Evaluation, names: Collection[str] = TOTALS) -> dict[str, Any]:
    """Totals by name."""
    return {name: QUANTITIES[name].of(result) for name in names}


def faults(result: Evaluation, totals: Mapping[str, Any]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """What no chip can have, each with the points that it is true of, an array with a last axis of length one.

    Of the totals, those in `totals` are tested.
    """
    known = {name: value for name, value in totals.items() if value is not NOT_APPLICABLE}
    with np.errstate(all="ignore"):
        found = (*_terms(result), *_totals(result, known))
    yield from ((message, wrong) for message, wrong in found if wrong.any())


def sound_points(result: Evaluation, points: tuple[int, ...], totals: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Whether each of the points, an array of the shape `points`, has a result without a fault; see `faults`."""
    sound = np.ones(points, dtype=bool)
    for _, wrong in faults(result, totals):
        sound &= ~np.broadcast_to(wrong[..., 0], points)
    return sound


def estimate_exists(
    result: Evaluation,
    points: int,
    leaving_out: Collection[str] = (),
    totals: Mapping[str, Any] | None = None,
) -> NDArray[np.bool_]:
    """Whether each of a list of points has an estimate: sound results, and no check that refuses it.

    Parameters
    ----------
    result : Evaluation
        The points.
    points : int
        Number of points.
    leaving_out : collection of str
        Names of checks to skip.
    totals : mapping, optional
        The totals with bands, where they are computed already.
    """
    # how exact results are has no band, and takes longer than all the rest
    with np.errstate(all="ignore"):
        exists = sound_points(result, (points,), totals_of(result, BANDED) if totals is None else totals)
    for check in result.refusing_checks:
        if check.name not in leaving_out:
            exists &= np.broadcast_to(np.asarray(check.passed).reshape(-1), (points,))
    return exists


def _are_costs(values: u.Numeric) -> bool:
    """Whether all are finite and not negative; a comparison with what is no number fails."""
    if isinstance(values, float):
        return 0.0 <= values < math.inf
    found = np.asarray(values)
    if found.size == 1:
        return bool(0.0 <= found.item() < math.inf)
    return bool(found.min() >= 0.0 and found.max() < np.inf)


def _wrong(values: u.Numeric) -> NDArray[np.bool_]:
    """Points with a value that is negative, infinite or no number, in any layer."""
    found = np.atleast_1d(np.asarray(values))
    return np.asarray(np.any(~((found >= 0.0) & (found < np.inf)), axis=-1, keepdims=True))


def _terms(result: Evaluation) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    counts = result.counts.actions
    counted = {key for key, count in counts.items() if _are_costs(count)}
    for cost in result.costs.energies:
        key = (cost.component, cost.action)
        # what is made of sound counts and prices can only be too large for a number, which the total shows
        if key in counts and not (key in counted and _are_costs(cost.energy)):
            wrong = _wrong(counts[key] * cost.energy)
            message = f"{cost.term} of {cost.action} has no energy that is finite and not negative here"
            yield f"{cost.component}: {message}", wrong
    for item in (*result.areas, *result.statics):
        if not _are_costs(item.total):
            message = f"{item.term} has no value that is finite and not negative at these values"
            yield f"{item.component}: {message}", _wrong(item.total)


def _totals(result: Evaluation, totals: Mapping[str, Any]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    computed = {
        "cost_per_good_die_usd": result.die_cost,
        "wafers": result.wafers,
        "embodied_carbon_kg": result.carbon,
        "operational_carbon_kg": result.carbon,
        "programming_energy_J": result.programming_energy,
        "programming_time_s": result.programming_time,
        **dict.fromkeys(_OF_SYSTEMS, result.shells or None),
    }
    for name, value in totals.items():
        if _are_costs(value):
            continue
        wrong = _wrong(value)
        if QUANTITIES[name].applies and computed.get(name) is None:
            wrong &= ~np.isnan(np.atleast_1d(value))  # where it does not apply
        yield f"{name} is not finite at these values", wrong
    if _EXACTNESS in totals and result.column_errors is not None:
        yield "error of the column results is not finite at these values", _wrong(result.column_errors.error)
