"""Estimates under the choices that claims name as scenarios, one at a time."""

from collections.abc import Mapping

import numpy as np

from neuroest.core import units as u
from neuroest.design.build import Design
from neuroest.pipeline.evaluate import evaluate
from neuroest.pipeline.soundness import estimate_exists
from neuroest.results.quantities import MAIN, QUANTITIES
from neuroest.results.uncertainty import ScenarioRow
from neuroest.specs.claims import Claim
from neuroest.specs.workload import WorkloadSpec


def scenario_rows(
    design: Design, workload: WorkloadSpec, claims: Mapping[str, Claim]
) -> tuple[ScenarioRow, ...]:
    """Totals under every scenario other than the current one, all in one batch."""
    found = [
        (path, name, other.value)
        for path, claim in claims.items()
        for name, other in claim.scenarios.items()
        if other.value != claim.value
    ]
    if not found:
        return ()
    columns = {path: np.full((len(found), 1), claims[path].value) for path, _, _ in found}
    for row, (path, _, value) in enumerate(found):
        columns[path][row] = value
    values: dict[str, u.Numeric] = {path: claim.value for path, claim in claims.items()}
    result = evaluate(design, workload, values | columns)
    with np.errstate(all="ignore"):  # rows without an estimate are left out below
        sound = estimate_exists(result, len(found))
        totals = {
            name: np.broadcast_to(
                np.asarray(QUANTITIES[name].of(result), dtype=np.float64).reshape(-1), (len(found),)
            )
            for name in MAIN
        }
    return tuple(
        ScenarioRow(
            path, name, value, claims[path].unit,
            {total: float(array[row]) if sound[row] and np.isfinite(array[row]) else None
             for total, array in totals.items()},
        )
        for row, (path, name, value) in enumerate(found)
    )  # fmt: skip
