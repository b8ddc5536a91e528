"""Write the page ``docs/fairness.md``: memristor neurons beside CMOS neurons, and what the claim for them takes.

::

    python docs/tools/fairness_page.py
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import Any, TypeAlias

import numpy as np

from neuroest.core.statistics import quantiles
from neuroest.core.units import Numeric, format_quantity
from neuroest.error_analysis.draws import SEED, draw
from neuroest.error_analysis.model_error import discrepancy_claims
from neuroest.loading.kinds import data_folder
from neuroest.pipeline.energy import Array
from neuroest.pipeline.estimate import estimate
from neuroest.pipeline.evaluate import evaluate
from neuroest.pipeline.evaluation import Evaluation
from neuroest.results.estimate import Estimate
from neuroest.specs.claims import Claim

PAGE = Path(__file__).parents[1] / "fairness.md"
NETWORKS = ("mlp_mnist_spiking", "shd_recurrent_spiking", "keyword_spotting_spiking")
"""Networks of the comparison."""
ARRAY = "chip.tile.array"
NEURON = f"{ARRAY}.readout.neuron"
_SAMPLES = 256
_WIDTH = 118
_STEPS = 40
_JOIN = "|"
_SMALL, _LARGE = 1e-9, 1e9
_MOST = 1e3
"""Factor up to which a load or a wire may grow; what is allowed beyond it is no limit in practice."""
_YEAR = 365.25 * 86400.0  # s
_CURRENTS = (
    "readout.interface.bias_current", "readout.merge.bias_current", "cell.low_conductance", "cell.high_conductance",
)  # fmt: skip
_FREE = ("spike_energy", "static_power", "footprint")
"""What a neuron that costs nothing has none of."""
_RATES = ("field_mobility", "residue_rate", "filament_decay", "residue_decay")
_MEMRISTIVE, _PROJECTED, _TWIN = "diffusive_28nm_derived", "diffusive_3nm_projection_28nm", "analog_lif_28nm"
_TIMES = (1.0, 10.0, 100.0)
"""How many times less than the twin is asked for."""

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
    odin = str(data_folder("validation_case") / "odin" / "chip.yaml")
    many = {"chip.core.count": "auto"}
    return (
        Contender("1M1T1R, bench", "diffusive_bench_28nm", {}, "measured on discrete parts"),
        Contender(
            "1M1T1R, 65 nm",
            "diffusive_65nm_estimate_28nm",
            {},
            "estimate of its authors, on the 28 nm fabric",
        ),
        Contender(
            "1M1T1R, 28 nm derived",
            "diffusive_28nm_derived",
            {},
            "derived here from the bench; by its rate equations its output stays on",
        ),
        Contender(
            "1M1T1R, 28 nm with a capacitor",
            "diffusive_28nm_capacitor",
            {},
            "the same with 20 fF at its gate, with which it spikes",
        ),
        Contender(
            "1M1T1R, 3 nm",
            "diffusive_3nm_projection_28nm",
            {},
            "projection of its authors, on the 28 nm fabric",
        ),
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


def area(result: Evaluation) -> Array:
    """Area of the chip. [m^2]."""
    return np.asarray(result.area)


@dataclass(frozen=True)
class Condition:
    """One thing that would have to be true: a quantity that must not be larger than something.

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
    formatted: Callable[[Evaluation, Values], Array]
    unit: str
    claim: str
    best: float
    worst: float
    fast: bool = False


def _parameter(path: str) -> Callable[[Evaluation, Values], Array]:
    return lambda _result, values: np.asarray(values[path], dtype=np.float64)


def _hold_time(result: Evaluation, _values: Values) -> Array:
    return np.asarray(result.mapper.compute.neuron.integration_time(), dtype=np.float64)  # type: ignore[attr-defined]


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
    current = tuple(f"{ARRAY}.{name}" for name in _CURRENTS)
    load = _parameter(paths["load_capacitance"])
    return (
        Condition("integration time", rates, energy, _hold_time, "s", chip, _LARGE, _SMALL),
        Condition(
            "currents of clamps, mirrors and cells by one factor, as bias of a clamp", current, energy,
            _parameter(current[0]), "A", chip, _SMALL, 1.0,
        ),
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
        Percentiles of the largest value that will do, over all samples; zero where a sample has none.
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
    formatted = np.broadcast_to(condition.formatted(result, changed), (_SAMPLES, 1))[:, 0]
    nominal = {path: claim.value for path, claim in ours.claims.items()}
    today = float(np.ravel(condition.formatted(ours.evaluation, nominal))[0])
    # a sample that no value helps needs one below all others, so that a band never leaves out the hard cases
    low, median, high = quantiles(np.where(reachable, formatted, 0.0))
    return Root(today, low, median, high, float(reachable.mean()))


@dataclass(frozen=True)
class Ratio:
    """One cost over another, sample by sample: 10th, 50th and 90th percentile."""

    low: float
    median: float
    high: float


def ratio_to(
    found: Estimate, twin: Estimate, compared: Callable[[Evaluation], Array] = energy, *, free: bool = False
) -> Ratio:
    """Cost of one chip over that of its twin; what both stand on is drawn once.

    Parameters
    ----------
    found, twin : Estimate
        The chips on one network.
    compared : callable
        The cost.
    free : bool
        Take from the first chip all that its reported neuron costs: energy, time, area. No neuron can be better.
    """
    values, twin_values = _joint_samples((found, twin))
    if free:
        values.update({f"{NEURON}.{name}": 0.0 for name in _FREE})
        values[f"{NEURON}.maximum_spike_rate"] = values[f"{NEURON}.maximum_spike_rate"] * _LARGE
    with np.errstate(invalid="ignore"):
        costs = [
            compared(evaluate(e.design, e.workload, drawn))
            for e, drawn in ((found, values), (twin, twin_values))
        ]
    # a neuron that never fires costs without end, so that a band does not leave it out
    one, other = (np.broadcast_to(np.where(np.isnan(cost), np.inf, cost), (_SAMPLES, 1)) for cost in costs)
    return Ratio(*quantiles((one / other)[:, 0]))


def fairness_page() -> str:
    """The page ``docs/fairness.md``."""
    lines = [
        "<!-- Written by docs/tools/fairness_page.py; change the specs instead. -->",
        "# Is the claim fair?",
        "",
        *_paragraph(
            """The 1M1T1R neuron of one diffusive memristor, one transistor and one resistor was presented with the
            prospect of chips that are orders of magnitude smaller and more efficient. This page puts it, as measured
            and as projected, beside CMOS neurons on the same networks: whole chips, with synapses, drivers, clamps,
            network and memories. Intervals are p10 to p90 over what is not known of inputs and models. A value below
            its interval rests on inputs that can hardly be better than stated and may be far worse, such as a hold
            time or a leakage. *Over analog CMOS* is the energy of an inference over that of analog CMOS at 28 nm,
            sample by sample, so that what both chips stand on cancels: p10, median, p90. A sample whose neuron never
            fires counts as one of endless cost."""
        ),
    ]
    for network in NETWORKS:
        found = [(c, estimate(c.architecture, network, c.settings)) for c in contenders()]
        lines += [f"## {network}", "", *_table(found), *_terms(found)]
    return "\n".join([*lines, *_bound(), *_requirements(), *_reading()]).rstrip() + "\n"


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
            "energy of a spike", "energy of an inference", "p10 to p90", "median", "over analog CMOS",
            "inferences a second", "lifetime")  # fmt: skip
    twin = next(e for contender, e in found if contender.architecture == _TWIN)
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
            "1" if contender.architecture == _TWIN else _ratio(ratio_to(e, twin)),
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


def _ratio(ratio: Ratio) -> str:
    return ", ".join(f"{value:.3g}" for value in (ratio.low, ratio.median, ratio.high))


def _bound() -> list[str]:
    lines = [
        "## What the best of neurons could gain",
        "",
        *_paragraph(
            f"""The chip `{_TWIN}` with a neuron that takes no energy, no area and no time beyond the read pulse, over
            the same chip as it is: p10, median, p90. Synapses, column circuits, network and memories stay. No neuron of
            any kind does better on this fabric."""
        ),
        "| network | energy of an inference | area of the chip |",
        "|---|---|---|",
    ]
    found = [(network, estimate(_TWIN, network)) for network in NETWORKS]
    ratios = [tuple(ratio_to(e, e, compared, free=True) for compared in (energy, area)) for _, e in found]
    for (network, _), pair in zip(found, ratios, strict=True):
        lines.append(f"| {network} | " + " | ".join(_ratio(ratio) for ratio in pair) + " |")
    gain = sorted(1.0 / energies.median for energies, _ in ratios)
    most = max(1.0 / energies.low for energies, _ in ratios)
    room = max(1.0 - areas.low for _, areas in ratios)
    rate = found[0][1].claims[f"{NEURON}.maximum_spike_rate"]
    return [
        *lines,
        "",
        *_paragraph(
            f"""So a neuron alone gains a factor of {gain[0]:.2g} to {gain[-1]:.2g} in energy in the median, and
            {room:.0%} of the area at most. The factor of {most:.2g} at p10 is the time for which the CMOS neuron is
            driven: it integrates over timesteps at its highest rate of {format_quantity(rate.value, rate.unit)}, like
            every other neuron. Orders of magnitude in area cannot come from a neuron."""
        ),
    ]


def _requirements() -> list[str]:
    lines = [
        "## What would have to be true",
        "",
        *_paragraph(
            f"""The model inverted: against the twin `{_TWIN}`, one condition at a time and the rest as it is, the
            largest value at which the compared cost equals that of the twin, is ten times and is a hundred times lower.
            Currents, and in the comparison of bare neurons all values, may only shrink. Roots are found for every
            sample of the inputs; the three values are p10, median and p90 over all of them, *none* where no value of
            that one parameter does. *Reachable* is the share of the samples in which one does."""
        ),
        "| neuron | network | compared | condition | today | "
        + " | ".join(
            f"{name} | reachable"
            for name in ("equal to the twin", "ten times better", "a hundred times better")
        )
        + " |",
        "|" + "---|" * (5 + 2 * len(_TIMES)),
    ]
    for chip, network in ((chip, network) for chip in (_MEMRISTIVE, _PROJECTED) for network in NETWORKS):
        ours, twin = estimate(chip, network), estimate(_TWIN, network)
        for condition in conditions():
            if condition.compared is spike_energy and (network != NETWORKS[0] or chip != _MEMRISTIVE):
                continue  # the energy of a spike depends on no network, and that of the projection is lower already
            if condition.fast and chip != _MEMRISTIVE:
                continue  # the projection has less of both
            name = next(c.title for c in contenders() if c.architecture == chip)
            where = network if condition.compared is energy else "any"
            roots = [solve(condition, ours, twin, times) for times in _TIMES]
            cells = [
                name,
                where,
                condition.claim,
                condition.title,
                format_quantity(roots[0].today, condition.unit),
            ]
            for root in roots:
                cells += [_root(root, condition.unit), f"{root.reachable:.0%}"]
            lines.append("| " + " | ".join(cells) + " |")
    return [*lines, ""]


def _root(root: Root, unit: str) -> str:
    if root.reachable == 0.0:
        return "none"
    if root.low >= 0.99 * _MOST * root.today:
        return f"no limit up to {format_quantity(_MOST * root.today, unit)}"
    values = (root.low, root.median, root.high)
    return ", ".join(format_quantity(value, unit) if value else "none" for value in values)


def _reading() -> list[str]:
    network = NETWORKS[0]
    ours, twin = estimate(_MEMRISTIVE, network), estimate(_TWIN, network)
    clamp = sum(r.energy_J for r in ours.breakdown if r.component.endswith("interface"))
    cells = sum(r.energy_J for r in ours.breakdown if r.component.endswith(".cell"))
    total, other = (e.totals["energy_per_inference_J"] or 1.0 for e in (ours, twin))
    rest = (ours.totals["static_energy_J"] or 0.0) / other
    size = (ours.totals["area_m2"] or 0.0) / (twin.totals["area_m2"] or 1.0)
    time, load, wire = (
        solve(next(c for c in conditions() if c.title == title and c.compared is energy), ours, twin, 1.0)
        for title in ("integration time", "load capacitance", "local wire length")
    )
    shrink = [solve(conditions()[-1], ours, twin, times) for times in _TIMES]
    factors = ", ".join(f"{root.today / root.median:.0f}" for root in shrink)
    points = (
        f"""**Integration time** decides: {format_quantity(time.today, "s")} have to become
        {format_quantity(time.median, "s")} in the median for equality. Ten times better takes a CMOS neuron that
        holds its column for long, as in the share of the samples that can reach it.""",
        f"""**Currents** do not help by themselves: what leaks while the neuron integrates is {rest:.0f} times all that
        the twin takes. With an integration of nanoseconds they count in both chips alike.""",
        f"""**Load and wire** of a neuron do not decide: once integration is fast they may be
        {load.median / load.today:.0f} and {wire.median / wire.today:.0f} times those of today.""",
        f"""**The bare neuron** takes more for a spike than the CMOS neuron: load, wire, transistor, edge and refractory
        time have to shrink together by factors of {factors} in the median, for equality, ten and a hundred times. A
        load of {format_quantity(shrink[0].median, "F")} is a gate and no wire to it.""",
    )
    return [
        "## How to read it",
        "",
        *_paragraph(
            f"""On {network} the circuits that hold the columns take {clamp / total:.0%} and the read current of the
            cells {cells / total:.0%} of the energy of `{_MEMRISTIVE}`: both flow for as long as the neuron integrates,
            however little the neuron itself needs. The energy of a spike by itself therefore says little about a
            chip. Its area is {size:.2f} times that of the twin: synapses, column circuits and memories are the same
            in both."""
        ),
        *(line for point in points for line in _paragraph(point, "- ")[:-1]),
        "",
        *_paragraph(
            """The 3 nm row rests on a projection: the node capacitance of attofarads that it needs is smaller than any
            wire to it. It is shown as its authors state it, and its chip still integrates for longer than equality
            allows in the median. The neuron alone is one of 3 nm: it stands on the 28 nm fabric of the rows beside
            it, with synapses, drivers, clamps, network and memories of 28 nm. So the row tells what that neuron would
            change, and not what a chip at 3 nm would cost."""
        ),
    ]


def _paragraph(text: str, mark: str = "") -> list[str]:
    """Lines of a paragraph or of a point of a list, with an empty one after them."""
    return [*wrap(" ".join(text.split()), _WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark)), ""]


if __name__ == "__main__":
    PAGE.write_text(fairness_page(), encoding="utf-8")
