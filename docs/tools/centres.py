"""Centres of arrays from published macros, by the rule of docs/calibration.md, each chip also left out.

Run it as ``python docs/tools/centres.py``. It prints the table of docs/calibration.md and what the rule puts into
`centres` of `neuroest/error_analysis/model_discrepancy.yaml`. It takes about a minute.
"""

from __future__ import annotations

import math
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Literal

from neuroest.error_analysis import model_error
from neuroest.validation.cases import load_case, run_case, shipped_cases
from neuroest.validation.families import cost_of

LEAST_CHIPS = 4
"""Chips that a centre takes at least."""
TRIED = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.4, 1.6, 1.8, 2.0, 2.5)
"""Centres that are tried."""
FARTHEST = 3.0
"""A centre farther from one than this says that something else is off than the array."""
MOVES = 0.05
"""Logarithm by which the largest of them moves what is an array's cost; converters and datapaths it does not move."""
Quantity = Literal["energy", "area"]
Logs = Mapping[str, Mapping[float, float]]


def medians(quantity: Quantity, centre: float) -> Iterator[tuple[str, str, str, float]]:
    """Kind of array, chip, value and logarithm of the median of the band over what is published, by that centre alone.

    Areas of both kinds are taken together: what is around an array does not ask for its cells.
    """
    shipped = model_error.discrepancies()
    only = {quantity: model_error.Centre(centre=centre, factor=1.0, rationale="tried")}
    spec = shipped.model_copy(update={"centres": dict.fromkeys(("resistive_array", "static_array"), only)})
    kept, model_error.discrepancies = model_error.discrepancies, lambda: spec  # type: ignore[assignment]
    try:
        for name in shipped_cases():
            case = load_case(name)
            if case.spec.family != "analog" or case.spec.evidence != "measured_silicon":
                continue
            result = run_case(case)
            parts = [part for e in result.estimates.values() for part in e.design.root.walk()]
            kinds = {getattr(part.spec, "calibrated_as", None) for part in parts} - {None}
            predicted = result.predictions()
            for key, stated in case.published.items():
                cost = cost_of(stated.unit)
                if cost is not None and cost[0] == quantity and stated.quantity_class == "bottom_up":
                    ratio = predicted[key].median / stated.value
                    for kind in kinds if quantity == "energy" else {"array"}:
                        yield str(kind), name, key, cost[1] * math.log(ratio)
    finally:
        model_error.discrepancies = kept


def by_chip(quantity: Quantity) -> Mapping[str, Logs]:
    """By kind of array, chip and centre: the median logarithm of the values of the chip that the centre moves."""
    tables: dict[tuple[str, str, str], dict[float, float]] = defaultdict(dict)
    for centre in TRIED:
        for *value, log in medians(quantity, centre):
            tables[value[0], value[1], value[2]][centre] = log
    moved = {key: logs for key, logs in tables.items() if abs(logs[TRIED[-1]] - logs[TRIED[0]]) > MOVES}
    found: dict[str, dict[str, dict[float, float]]] = defaultdict(dict)
    for kind, chip in sorted({(kind, chip) for kind, chip, _ in moved}):
        values = [logs for (k, c, _), logs in moved.items() if (k, c) == (kind, chip)]
        found[kind][chip] = {tried: statistics.median(logs[tried] for logs in values) for tried in TRIED}
    return found


def solved(chips: Logs) -> float:
    """The tried centre that brings the median over chips nearest to one."""
    return min(TRIED, key=lambda tried: abs(statistics.median(logs[tried] for logs in chips.values())))


def main() -> None:
    """Print the table, and what the rule keeps."""
    lines = [
        "| kind | quantity | chip | no centre | centre of the others | with that |",
        "|---|---|---|---|---|---|",
    ]
    kept = []
    for quantity in ("energy", "area"):
        for kind, chips in by_chip(quantity).items():
            sides = set()
            for chip, logs in chips.items():
                others = {name: each for name, each in chips.items() if name != chip}
                own = solved(others) if others else 1.0
                sides.add((own > 1.0) - (own < 1.0))
                plain, moved = math.exp(logs[1.0]), math.exp(logs[own])
                lines.append(f"| {kind} | {quantity} | {chip} | {plain:.2f} | {own:g} | {moved:.2f} |")
            centre = solved(chips)
            keep = len(chips) >= LEAST_CHIPS and len(sides) == 1 and 0 not in sides
            keep = keep and abs(math.log(centre)) <= math.log(FARTHEST)
            kept.append(
                f"{kind} {quantity}: {centre:g} of {len(chips)} chips, {'kept' if keep else 'left out'}"
            )
    sys.stdout.write("\n".join([*lines, *kept]) + "\n")


if __name__ == "__main__":
    main()
