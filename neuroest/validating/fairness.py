"""The page ``docs/fairness.md``: memristor neurons beside CMOS neurons, and what the claim for them takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from neuroest.estimating import estimate
from neuroest.evaluation import Array, Evaluation, evaluate
from neuroest.exploration.bands import SEED, draw
from neuroest.exploration.discrepancy import discrepancy_claims
from neuroest.result import Estimate
from neuroest.specs.claims import Claim
from neuroest.units import Numeric, format_quantity
from neuroest.validating.cases import cases_folder

NETWORKS = ("mlp_mnist_spiking", "shd_recurrent_spiking", "keyword_spotting_spiking")
"""Networks of the comparison."""
NEURON = "chip.tile.array.readout.neuron"
_SAMPLES = 256
_STEPS = 60
_JOIN = "|"
_SMALL, _LARGE = 1e-9, 1e9
_MOST = 1e3
"""Factor up to which a load or a wire may grow; what is allowed beyond it is no limit in practice."""
_YEAR = 365.25 * 86400.0  # s
_RATES = ("field_mobility", "residue_rate", "filament_decay", "residue_decay")
_MEMRISTIVE, _TWIN = "diffusive_28nm_derived", "analog_lif_28nm"

Values: TypeAlias = Mapping[str, Numeric]


@dataclass(frozen=True)
class Contender:
    """One row of the comparison."""

    title: str
    architecture: str
    settings: Mapping[str, str]
    basis: str


def contenders() -> tuple[Contender, ...]:
    """What is compared, memristor neurons first."""
    odin = str(cases_folder() / "odin" / "chip.yaml")
    many = {"chip.core.count": "auto"}
    return (
        Contender("1M1T1R, bench", "diffusive_bench_28nm", {}, "measured on discrete parts"),
        Contender("1M1T1R, 65 nm", "diffusive_65nm_estimate_28nm", {}, "estimate of its authors"),
        Contender("1M1T1R, 28 nm derived", "diffusive_28nm_derived", {}, "derived here from the bench"),
        Contender("1M1T1R, 3 nm", "diffusive_3nm_projection_28nm", {}, "projection of its authors"),
        Contender("analog CMOS, 28 nm", "analog_lif_28nm", {}, "fabricated neuron on the same fabric"),
        Contender("analog CMOS, 65 nm", "analog_lif_65nm", {}, "fabricated neuron on a 65 nm fabric"),
        Contender("digital, shared in time, 28 nm", "digital_spiking_28nm", {}, "modelled baseline"),
        Contender("Loihi by event, 14 nm", "loihi_14nm", {}, "published energies per event"),
        Contender("ODIN cores, 28 nm", odin, many, "as in its validation case, as many cores as it takes"),
    )


def spike_energy(result: Evaluation) -> Array:
    """Energy of one spike of a neuron with its own output. [J]."""
    total: Any = np.zeros((1, 1))
    for cost in result.costs.energies:
        if cost.component == NEURON and cost.action == "spike":
            total = total + np.asarray(cost.energy)
    return np.asarray(total, dtype=np.float64)


def energy(result: Evaluation) -> Array:
    """Energy of one inference. [J]."""
    return np.asarray(result.energy)


@dataclass(frozen=True)
class Condition:
    """One thing that would have to be true.

    Attributes
    ----------
    paths : tuple of str
        Parameters of the memristive chip that one factor multiplies.
    compared : callable
        What is compared between the memristive chip and its twin.
    shown : callable
        The quantity that the condition is stated in, from the result at the root.
    best, worst : float
        Ends of the factor: where the cost is lowest and where it is highest.
    fast : bool
        Whether the neuron is first made so fast that the read pulse alone counts.
    """

    title: str
    paths: tuple[str, ...]
    compared: Callable[[Evaluation], Array]
    shown: Callable[[Evaluation, Values], Array]
    unit: str
    claim: str
    best: float
    worst: float
    fast: bool = False


def _parameter(path: str) -> Callable[[Evaluation, Values], Array]:
    return lambda _result, values: np.asarray(values[path], dtype=np.float64)


def _hold_time(result: Evaluation, _values: Values) -> Array:
    return np.asarray(result.mapper.compute.neuron.input_hold_time(), dtype=np.float64)  # type: ignore[attr-defined]


def conditions() -> tuple[Condition, ...]:
    """What is solved for."""
    chip = "energy of an inference of the whole chip"
    fast = "the same, with integration as fast as the read pulse"
    neuron = "energy of a spike of the bare neuron"
    geometry = (
        ("load capacitance", "load_capacitance", "F"),
        ("local wire length", "local_wire_length", "m"),
        ("width of the output transistor", "transistor_width", "m"),
        ("edge time that the restoring inverter sees", "restoration_edge_time", "s"),
        ("refractory time, which the output pulse follows", "refractory_time", "s"),
    )
    paths = {name: f"{NEURON}.{name}" for _, name, _ in geometry}
    rates = tuple(f"{NEURON}.{name}" for name in _RATES)
    load = _parameter(paths["load_capacitance"])
    return (
        Condition("integration time", rates, energy, _hold_time, "s", chip, _LARGE, _SMALL),
        *(
            Condition(title, (paths[name],), energy, _parameter(paths[name]), unit, fast, _SMALL, _MOST, fast=True)
            for title, name, unit in geometry[:2]
        ),
        *(
            Condition(title, (paths[name],), spike_energy, _parameter(paths[name]), unit, neuron, _SMALL, 1.0)
            for title, name, unit in geometry
        ),
        Condition(
            "all five together by one factor, as load capacitance", tuple(paths.values()), spike_energy, load, "F",
            neuron, _SMALL, 1.0,
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class Root:
    """Where a condition holds, over the knowledge spread of all inputs.

    Attributes
    ----------
    today : float
        The value in the device file.
    low, median, high : float
        10th, 50th and 90th percentile of the value that is needed, among the samples that have one.
    reachable : float
        Share of the samples in which any value does.
    """

    today: float
    low: float
    median: float
    high: float
    reachable: float


def _joint_samples(pair: Sequence[Estimate]) -> list[dict[str, Numeric]]:
    claims: dict[str, Claim] = {}
    for index, found in enumerate(pair):
        for path, claim in {**found.claims, **discrepancy_claims(found.design)}.items():
            claims[f"{index}{_JOIN}{path}"] = claim
    drawn = draw(claims, _SAMPLES, SEED)
    values: list[dict[str, Numeric]] = [{} for _ in pair]
    for key, claim in claims.items():
        place, _, path = key.partition(_JOIN)
        values[int(place)][path] = drawn.get(key, claim.value)
    return values


def solve(condition: Condition, ours: Estimate, twin: Estimate, times_better: float) -> Root:
    """The factor on a condition's parameters at which ours costs `times_better` less than the twin, by bisection.

    All samples are bisected at once on the logarithm of the factor, since a cost rises or falls with each of
    these parameters throughout.
    """
    values, twin_values = _joint_samples((ours, twin))
    if condition.fast:
        values.update({path: values[path] * _LARGE for path in (f"{NEURON}.{name}" for name in _RATES)})
    target = condition.compared(evaluate(twin.design, twin.workload, twin_values)) / times_better

    def cost(log_factor: Array) -> tuple[Array, Evaluation, dict[str, Numeric]]:
        changed = {**values, **{path: values[path] * np.exp(log_factor) for path in condition.paths}}
        result = evaluate(ours.design, ours.workload, changed)
        return condition.compared(result) + np.zeros((_SAMPLES, 1)), result, changed

    best, worst = (np.full((_SAMPLES, 1), np.log(end)) for end in (condition.best, condition.worst))
    reachable = (cost(best)[0] < target)[:, 0]
    for _ in range(_STEPS):
        middle = 0.5 * (best + worst)
        good = cost(middle)[0] < target
        best, worst = np.where(good, middle, best), np.where(good, worst, middle)
    _, result, changed = cost(best)
    found = np.broadcast_to(condition.shown(result, changed), (_SAMPLES, 1))[:, 0][reachable]
    now = float(
        np.asarray(condition.shown(ours.evaluation, {p: c.value for p, c in ours.claims.items()})).reshape(
            -1
        )[0]
    )
    low, median, high = np.quantile(found, (0.1, 0.5, 0.9)) if found.size else (np.nan,) * 3
    return Root(now, float(low), float(median), float(high), float(reachable.mean()))


def fairness_page() -> str:
    """The page ``docs/fairness.md``."""
    lines = [
        "<!-- Written by `neuroest reproduce --fairness`; change the specs instead. -->",
        "# Is the claim fair?",
        "",
        "The 1M1T1R neuron of one diffusive memristor, one transistor and one resistor was presented with the prospect",
        "of chips that are orders of magnitude smaller and more efficient. This page puts it, as measured and as",
        "projected, beside CMOS neurons on the same networks: whole chips, with synapses, drivers, clamps, network and",
        "memories. Intervals are p10 to p90 over what is not known of inputs and models. A value below its interval",
        "rests on inputs that can hardly be better than stated and may be far worse, such as a hold time or a leakage.",
        "",
    ]
    for network in NETWORKS:
        found = [(c, estimate(c.architecture, network, c.settings)) for c in contenders()]
        lines += [f"## {network}", "", *_table(found), *_terms(found)]
    return "\n".join([*lines, *_requirements(), *_reading()]).rstrip() + "\n"


def _interval(found: Estimate, name: str, unit: str, scale: float = 1.0) -> str:
    band = found.bands.totals[name]
    low, high = sorted((band.low * scale, band.high * scale))
    return f"{format_quantity(low, unit)} to {format_quantity(high, unit)}"


def _per_neuron(found: Estimate) -> str:
    count = found.totals["physical_neurons"]
    area = sum(row.area_m2 for row in found.breakdown if row.kind == "area" and row.component == NEURON)
    if not count or not area:
        return "shared"
    return format_quantity(area / count, "m^2")


def _table(found: Sequence[tuple[Contender, Estimate]]) -> list[str]:
    head = ("neuron", "what it is", "area of a neuron", "area of the chip", "per neuron of the network",
            "energy of a spike", "energy of an inference", "p10 to p90", "median", "inferences a second",
            "lifetime")  # fmt: skip
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for contender, e in found:
        layers = e.evaluation.layers
        neurons = float(np.sum(layers.output_elements * layers.is_weighted))
        area = e.totals["area_m2"] or 0.0
        spike = sum(e.spike_terms.values())
        life = e.totals["neuron_lifetime_s"]
        cells = (
            contender.title, contender.basis, _per_neuron(e), format_quantity(area, "m^2"),
            format_quantity(area / neurons, "m^2"), format_quantity(spike, "J") if spike else "in the operations",
            format_quantity(e.totals["energy_per_inference_J"] or 0.0, "J"),
            _interval(e, "energy_per_inference_J", "J"),
            format_quantity(e.bands.totals["energy_per_inference_J"].median, "J"),
            f"{e.totals['throughput_per_s']:.3g}",
            "no wear" if life is None else f"{life / _YEAR:.2g} years",
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return [*lines, ""]


def _terms(found: Sequence[tuple[Contender, Estimate]]) -> list[str]:
    names = list(dict.fromkeys(term for _, e in found for term in e.spike_terms))
    lines = [
        "Energy of a spike by term:",
        "",
        "| neuron | " + " | ".join(n.replace("_", " ") for n in names) + " |",
    ]
    lines.append("|" + "---|" * (len(names) + 1))
    for contender, e in found:
        if e.spike_terms:
            cells = [format_quantity(e.spike_terms[n], "J") if e.spike_terms.get(n) else "-" for n in names]
            lines.append(f"| {contender.title} | " + " | ".join(cells) + " |")
    return [*lines, ""]


def _requirements() -> list[str]:
    lines = [
        "## What would have to be true",
        "",
        f"The model inverted: for `{_MEMRISTIVE}` against its twin `{_TWIN}`, one condition at a time and the rest as",
        "it is, the value at which the compared cost equals that of the twin, and at which it is ten times lower. In",
        "the comparison of bare neurons values may only shrink. Roots are found for every sample of the inputs, so",
        "that each has a band. *Reachable* is the share of the samples in which any value of that one parameter does.",
        "",
        "| network | compared | condition | today | equal to the twin | reachable | ten times better | reachable |",
        "|" + "---|" * 8,
    ]
    for network in NETWORKS:
        ours, twin = estimate(_MEMRISTIVE, network), estimate(_TWIN, network)
        for condition in conditions():
            if condition.compared is spike_energy and network != NETWORKS[0]:
                continue  # the energy of a spike does not depend on the network
            cells = [network if condition.compared is energy else "any", condition.claim, condition.title]
            equal, better = (solve(condition, ours, twin, times) for times in (1.0, 10.0))
            cells.append(format_quantity(equal.today, condition.unit))
            for root in (equal, better):
                cells += [_root(root, condition.unit), f"{root.reachable:.0%}"]
            lines.append("| " + " | ".join(cells) + " |")
    return [*lines, ""]


def _root(root: Root, unit: str) -> str:
    if root.reachable == 0.0:
        return "none"
    if root.low >= 0.99 * _MOST * root.today:
        return f"no limit up to {format_quantity(_MOST * root.today, unit)}"
    return ", ".join(format_quantity(value, unit) for value in (root.low, root.median, root.high))


def _reading() -> list[str]:
    ours, twin = estimate(_MEMRISTIVE, NETWORKS[0]), estimate(_TWIN, NETWORKS[0])
    clamp = sum(r.energy_J for r in ours.breakdown if r.component.endswith("interface"))
    cells = sum(r.energy_J for r in ours.breakdown if r.component.endswith(".cell"))
    total = ours.totals["energy_per_inference_J"] or 1.0
    area = (ours.totals["area_m2"] or 0.0) / (twin.totals["area_m2"] or 1.0)
    return [
        "## How to read it",
        "",
        f"On {NETWORKS[0]} the circuits that hold the columns take {clamp / total:.0%} and the read current of the",
        f"cells {cells / total:.0%} of the energy of `{_MEMRISTIVE}`: both flow for as long as the neuron integrates,",
        "however little the neuron itself needs. The energy of a spike by itself therefore says little about a chip.",
        f"Its area is {area:.2f} times that of the twin: synapses, column circuits and memories are the same in both.",
        "",
        "The 3 nm row rests on a projection: the node capacitance of attofarads that it needs is smaller than any wire",
        "to it. It is shown as its authors state it.",
    ]
