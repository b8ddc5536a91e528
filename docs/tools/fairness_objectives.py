"""The part of `docs/fairness.md` on what the contest minimises: energy, area, lifetime and energy a spike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from neuroest.core.units import format_quantity
from neuroest.pipeline.comparison import compared
from neuroest.pipeline.estimate import estimate
from neuroest.reporting.formatting import ratio_digits
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import label_and_unit
from neuroest.results.studies import Contest, Standing

OBJECTIVES = ("energy_per_inference_J", "area_m2", "neuron_lifetime_s", "energy_per_spike_J")
"""What decides, the first for the maps of the page."""
CIRCUIT_AREA = 34e-12
"""Area of the twin's neuron as published, whose capacitor of 26 fF is contained. [m^2]"""
_OWN = 26e-15  # F
_DENSITY = 2e-3
"""Capacitance of an area, of metal over metal at 28 nm, as in the device specs. [F/m^2]"""
_MEMBRANES = (26e-15, 200e-15, 1e-12, 5e-12)  # F


def objective_rows(contests: Mapping[str, Sequence[Contest]], leading: str) -> list[str]:
    """Table of the contests of all networks, one row for each objective of a network.

    Parameters
    ----------
    contests : mapping
        The contests of each network, one for each objective.
    leading : str
        The contender whose outcomes are shown.
    """
    title = next(iter(contests.values()))[0].titles[leading]
    head = (
        "network", "objective", "ahead where the workload is", "its value", f"{title} over it there",
        "ahead in most cells", f"{title}: win, tie, level, loss",
    )  # fmt: skip
    lines = [
        f"| {' | '.join(head)} |",
        "|---|---|---|--:|--:|---|---|",
    ]
    for network, found in contests.items():
        lines += [f"| {' | '.join((network, *_cells(one, leading)))} |" for one in found]
    return lines


def _cells(contest: Contest, leading: str) -> tuple[str, ...]:
    label, unit = label_and_unit(contest.objective)
    best = next((one for one in contest.standings if one.value is not None), None)
    ours = next(one for one in contest.standings if one.contender == leading)
    most = max(contest.wins, key=lambda name: sum(contest.wins[name]))
    counts = contest.outcomes(leading)
    return (
        label,
        "none" if best is None else best.title,
        "-" if best is None or best.value is None else format_quantity(best.value.median, unit),
        _ratio(ours),
        f"{contest.titles[most]}, {sum(contest.wins[most])} of {len(contest.cells)}",
        ", ".join(str(counts[word]) for word in ("win", "tie", "level", "loss")),
    )


def _ratio(one: Standing) -> str:
    if one.ratio is None:
        return "no chip"
    low, median, high = (ratio_digits(value) for value in (one.ratio.low, one.ratio.median, one.ratio.high))
    return f"{median} ({low} to {high})"


def membrane_rows(ours: Estimate, twin: Estimate, neuron: str) -> list[str]:
    """Area and energy of a chip over its twin, whose neurons have larger membranes.

    Parameters
    ----------
    ours, twin : Estimate
        Both chips on the same network.
    neuron : str
        Path of the neuron in the twin.
    """
    lines = [
        "| membrane of the twin | its neuron | area over the twin | energy over the twin |",
        "|--:|--:|---|---|",
    ]
    for capacitance in _MEMBRANES:
        area = CIRCUIT_AREA + (capacitance - _OWN) / _DENSITY
        larger = estimate(twin.architecture, twin.workload.name, {f"{neuron}.footprint": f"{area!r} m^2"})
        both = compared((ours, larger), {})
        cells = [
            f"{ratio_digits(one.value)} ({ratio_digits(one.low)} to {ratio_digits(one.high)}), {both.verdict(one)}"
            for quantity in ("area_m2", "energy_per_inference_J")
            for one in both.ratios
            if one.quantity == quantity
        ]
        sizes = (format_quantity(capacitance, "F"), format_quantity(area, "m^2"))
        lines.append(f"| {' | '.join((*sizes, *cells))} |")
    return lines
