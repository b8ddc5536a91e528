"""What conditioning does to published and to synthetic chips: the numbers of docs/validation.md.

::

    python docs/tools/conditioning.py

It writes ``validation/conditioning.json`` and takes some two minutes of processor time. Values of published chips
count with a standard uncertainty of 5 %, since their sources state none.
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from neuroest.error_analysis.conditioning import CONTRADICTION, condition, consistent, linear, prior_scores
from neuroest.loading.kinds import data_folder
from neuroest.validation import calibrate
from neuroest.validation.calibrate import PredictedLogs
from neuroest.validation.case_spec import FAMILIES
from neuroest.validation.cases import load_case, run_case, run_of, shipped_cases
from neuroest.validation.expressions import unit_factor
from neuroest.validation.scoring import CHIPS, case_rows

UNCERTAINTY = 0.05
SYNTHETIC = {"analog": ("valavi_2019", 268), "digital": ("eyeriss", 268), "spiking": ("odin", 268)}
"""Chip of each family whose inputs and model errors are drawn, and how often."""
MEASURED = ("average_power_W", "area_m2", "latency_s")
FILE = data_folder("validation_case") / "conditioning.json"


class Chip:
    """Bottom-up values of a published chip with bands."""

    def __init__(self, name: str) -> None:
        result = run_case(load_case(name))
        spec, published = result.case.spec, result.case.published
        banded = {row.quantity for row in case_rows(result) if row.banded}
        names = [n for n, s in published.items() if s.quantity_class == "bottom_up" and n in banded]
        counts = spec.evidence in CHIPS and spec.family is not None
        self.name, self.family = name, spec.family
        self.names = names if counts else []
        self.expressions = tuple((run_of(spec, published[n]), published[n].predicted) for n in self.names)
        self.logs = np.log([published[n].value * unit_factor(published[n].unit) for n in self.names])
        self.estimates = result.estimates

    def of(self, kept: Any) -> PredictedLogs:
        """Predictions of some of the values."""
        return PredictedLogs(
            self.estimates, tuple(e for e, k in zip(self.expressions, kept, strict=True) if k)
        )


def deviations(count: int) -> Any:
    """Errors of measured values."""
    return calibrate.with_own_error(np.full(count, UNCERTAINTY))


def halves(chips: Sequence[Chip]) -> Iterator[dict[str, Any]]:
    """Every value of chips with two or more, predicted from every other value of the same chip."""
    for chip in chips:
        if len(chip.names) < 2:
            continue
        scores = None
        for half in (0, 1):
            inside = np.arange(len(chip.names)) % 2 == half
            predict, rest = chip.of(inside), chip.of(~inside)
            scores = prior_scores(predict.causes) if scores is None else scores
            found = condition(predict, predict.causes, chip.logs[inside], deviations(int(inside.sum())))
            before, after = rest(scores), rest(found.posterior.moved(scores))
            for index, at in enumerate(np.flatnonzero(~inside)):
                ends = [
                    np.nanquantile(np.where(np.isfinite(y[:, index]), y[:, index], np.nan), (0.1, 0.5, 0.9))
                    for y in (before, after)
                ]
                yield {
                    "chip": chip.name, "family": chip.family, "value": chip.names[at],
                    **scored("before", ends[0], chip.logs[at]), **scored("after", ends[1], chip.logs[at]),
                }  # fmt: skip


def scored(when: str, ends: Any, log: float) -> dict[str, Any]:
    """Error of a median, whether the value is inside, width, and interval score of an 80 % band."""
    low, median, high = map(float, ends)
    outside = max(0.0, low - log, log - high)
    return {f"{when}_error": abs(median - log), f"{when}_inside": bool(low <= log <= high),
            f"{when}_width": high - low, f"{when}_score": high - low + 10.0 * outside}  # fmt: skip


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Medians and means of scored values."""
    found: dict[str, Any] = {"chips": len({row["chip"] for row in rows}), "values": len(rows)}
    for when in ("before", "after"):
        found[f"{when}_median_factor"] = math.exp(statistics.median(row[f"{when}_error"] for row in rows))
        for key in ("inside", "width", "score"):
            found[f"{when}_{key}"] = statistics.mean(row[f"{when}_{key}"] for row in rows)
    return found


def by_family(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Summaries of each family and of all."""
    groups = {family: [row for row in rows if row["family"] == family] for family in FAMILIES}
    return {name: summary(group) for name, group in {**groups, "all": list(rows)}.items() if group}


def tenfold(chips: Sequence[Chip]) -> dict[str, Any]:
    """Each value ten times up and down while the others are as predicted: how often it is named alone.

    `outside` counts those that contradict the prediction of their chip without any measured value.
    """
    named, of, alarms, values = 0, 0, 0, 0
    named_outside, outside = 0, 0
    for chip in chips:
        count = len(chip.names)
        if not count:
            continue
        predict = chip.of(np.ones(count, dtype=bool))
        scores = prior_scores(predict.causes)
        prior = linear(scores, predict(scores))
        used = consistent(prior, chip.logs, deviations(count))
        alarms, values = alarms + int((~used).sum()), values + count
        wide = CONTRADICTION * np.sqrt(np.diag(prior.covariance(deviations(count)))) >= math.log(10.0)
        for index in range(count):
            for sign in (1.0, -1.0):
                logs = prior.intercept.copy()
                logs[index] += sign * math.log(10.0)
                used = consistent(prior, logs, deviations(count))
                alone = int(not used[index] and used.sum() == count - 1)
                named, of = named + alone, of + 1
                if not wide[index]:
                    named_outside, outside = named_outside + alone, outside + 1
    return {
        "named": named, "of": of, "named_outside": named_outside, "outside": outside,
        "alarms": alarms, "values": values,
    }  # fmt: skip


def synthetic() -> dict[str, Any]:
    """Chips drawn from the model: power, area, latency and the two largest parts measured, other results predicted."""
    return {family: synthetic_family(*chip) for family, chip in SYNTHETIC.items()}


def synthetic_family(case: str, count: int) -> dict[str, Any]:
    """Coverage of the bands before and after, over drawn chips."""
    result = run_case(load_case(case))
    run, one = next(iter(result.estimates.items()))
    rows = one.evaluation
    energies: dict[str, float] = {}
    for row in rows.dynamic:
        energies[row.component] = energies.get(row.component, 0.0) + float(np.sum(row.energy))
    areas: dict[str, float] = {}
    for part in rows.areas:
        areas[part.component] = areas.get(part.component, 0.0) + float(np.sum(part.total))
    first, *others = sorted(energies, key=lambda name: -energies[name])[:2]
    largest, *rest = sorted(areas, key=lambda name: -areas[name])[:3]
    known = [*MEASURED, f"energy({first})", f"area({largest})"]
    asked = ["energy_per_inference_J", "dynamic_energy_J", "static_energy_J",
             *(f"energy({part})" for part in others), *(f"area({part})" for part in rest)]  # fmt: skip
    whole = PredictedLogs({run: one}, tuple((run, text) for text in (*known, *asked)))
    predict = PredictedLogs({run: one}, tuple((run, text) for text in known))
    scores = prior_scores(whole.causes)
    before = np.nanquantile(whole(scores), (0.1, 0.9), axis=0)
    random = np.random.default_rng(40)
    truths = whole(random.standard_normal((count, len(whole.causes))))
    errors = deviations(len(known))
    inside: dict[str, list[Any]] = {"before": [], "after": []}
    widths: dict[str, list[Any]] = {"before": [], "after": []}
    for truth in truths[np.isfinite(truths).all(axis=1)]:
        logs = truth[: len(known)] + errors * random.standard_normal(len(known))
        posterior = condition(predict, predict.causes, logs, errors).posterior
        after = np.nanquantile(whole(posterior.moved(scores)), (0.1, 0.9), axis=0)
        for when, ends in (("before", before), ("after", after)):
            inside[when].append((ends[0] <= truth) & (truth <= ends[1]))
            widths[when].append(ends[1] - ends[0])
    return {"case": case, "chips": len(inside["before"]), "measured": known, "predicted": asked,
            **{f"{when}_inside": float(np.mean(inside[when])) for when in inside},
            **{f"{when}_width": float(np.mean(widths[when])) for when in widths}}  # fmt: skip


def main() -> None:
    """Write the numbers."""
    chips = [Chip(name) for name in shipped_cases() if not load_case(name).spec.neurons]
    found = {
        "halves": by_family(list(halves(chips))), "tenfold": tenfold(chips), "synthetic": synthetic(),
    }  # fmt: skip
    FILE.write_text(json.dumps(rounded(found), indent=1) + "\n", encoding="utf-8")


def rounded(value: Any) -> Any:
    """Numbers with four digits, so that rounding on another machine does not change the file."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return float(f"{value:.4g}") if isinstance(value, float) else value


if __name__ == "__main__":
    main()
