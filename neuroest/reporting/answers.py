"""One sentence for each common question on an estimate, and the accuracy of its columns in words."""

from collections.abc import Iterable, Sequence

import numpy as np

from neuroest.core.document import Facts, Interval, Quantity
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.text_layout import words
from neuroest.core.units import formatted, percent
from neuroest.equations import accuracy
from neuroest.error_analysis.draws import unreliable_description
from neuroest.reporting.formatting import CHIP, counted, short, short_names, shortest_name
from neuroest.results.estimate import BreakdownRow, Estimate, LayerErrors
from neuroest.results.quantities import first_number, label_and_unit
from neuroest.specs.claims import Claim
from neuroest.specs.learning import LEARNING
from neuroest.specs.parameters import DEFINED, FIT, RANGE_END


@frozen_dataclass(eq=False)
class TermSum:
    """One term of one component, summed over the layers.

    Attributes
    ----------
    kind : str
        ``dynamic``, ``static``, ``area`` or ``learning``.
    value : float
        In J or m^2.
    count : float
        Actions in one inference, or instances on the chip.
    """

    component: str
    action: str
    term: str
    kind: str
    value: float
    count: float

    @property
    def path(self) -> str:
        """Name by which `explain` finds the term."""
        learning = f"learning.{self.action}"
        middle = {"static": "static", "area": "area", "learning": learning}.get(self.kind, self.action)
        return f"{self.component}.{middle}.{self.term}"

    @property
    def what(self) -> str:
        """Description in words."""
        kinds = {"static": "static energy", "area": "area", "learning": "energy of learning from a sample"}
        return kinds.get(self.kind, "dynamic energy")

    @property
    def unit(self) -> str:
        """SI unit of its value."""
        return "m^2" if self.kind == "area" else "J"

    @property
    def each(self) -> float | None:
        """Value per action or instance."""
        return self.value / self.count if self.count else None


@frozen_dataclass(eq=False)
class ComponentSum:
    """One component with its terms, largest first."""

    component: str
    terms: tuple[TermSum, ...]

    @property
    def value(self) -> float:
        """Sum of the terms."""
        return sum(term.value for term in self.terms)


def energy_by_component(estimate: Estimate) -> tuple[ComponentSum, ...]:
    """Energy of one inference, dynamic and static, the largest component first."""
    return _gathered((row for row in estimate.breakdown if row.kind != "area"), area=False)


def learning_by_component(estimate: Estimate) -> tuple[ComponentSum, ...]:
    """Energy of learning from one sample, the largest component first."""
    return _gathered(estimate.learning, area=False)


def area_by_component(estimate: Estimate) -> tuple[ComponentSum, ...]:
    """Area of the chip, the largest component first."""
    return _gathered((row for row in estimate.breakdown if row.kind == "area"), area=True)


def neuron_components(estimate: Estimate) -> frozenset[str]:
    """Paths of the components whose energy counts as neuron energy."""
    costs = estimate.evaluation.costs.energies
    return frozenset(cost.component for cost in costs if cost.quantity.startswith("neuron "))


def _gathered(rows: Iterable[BreakdownRow], *, area: bool) -> tuple[ComponentSum, ...]:
    sums: dict[tuple[str, str, str, str], tuple[float, float]] = {}
    for row in rows:
        key = (row.component, row.action, row.term, row.kind)
        value, count = sums.get(key, (0.0, 0.0))
        sums[key] = (value + (row.area_m2 if area else row.energy_J), count + row.count)
    terms: dict[str, list[TermSum]] = {}
    for (component, action, term, kind), (value, count) in sums.items():
        terms.setdefault(component, []).append(TermSum(component, action, term, kind, value, count))
    gathered = [
        ComponentSum(component, tuple(sorted(found, key=lambda term: -term.value)))
        for component, found in terms.items()
    ]
    return tuple(sorted(gathered, key=lambda item: -item.value))


_MOST_CAUSES, _LEAST_SHARE = 3, 0.01
"""Number of causes to name, and the minimum share of the error variance for each."""


def lowest_accuracy_layer(estimate: Estimate) -> LayerErrors | None:
    """The layer with the largest ratio of error to spread of its results; None if no layer is in arrays."""
    return max(estimate.column_errors, key=lambda found: found.error, default=None)


def weights_age(estimate: Estimate) -> str | None:
    """Time since the weights were written; None if the array states none or there is no array."""
    ages = [getattr(level.mapper.compute, "age", None) for level in estimate.evaluation.levels]
    age = next((found for found in ages if found is not None), None)
    return None if age is None else formatted(first_number(age), "s")


def largest_causes(layer_errors: LayerErrors) -> list[tuple[str, float, float]]:
    """Cause, ratio of error to spread of the results, and share of the error variance, largest first."""
    whole = layer_errors.error**2
    ordered = sorted(layer_errors.causes.items(), key=lambda item: -item[1])
    return [(name, error, error**2 / whole if whole else 0.0) for name, error in ordered]


def accuracy_words(estimate: Estimate) -> str | None:
    """The layer with the largest error and its main causes, in one sentence; None without arrays."""
    found = lowest_accuracy_layer(estimate)
    if found is None or found.signal_to_error_ratio is None or found.effective_bits is None:
        return None
    reported = [
        (name, share) for name, _, share in largest_causes(found)[:_MOST_CAUSES] if share > _LEAST_SHARE
    ]
    decibels = float(accuracy.decibels(found.signal_to_error_ratio))
    return (
        f"largest error: {found.layer}, error {percent(found.error)} of the spread of its results "
        f"({decibels:.3g} dB, {found.effective_bits:.2g} effective bits), from "
        + ", ".join(f"{name} {percent(share)}" for name, share in reported)
    )


_MOST = 2
_STEP = 0.1
"""Change of a parameter in the sentence on the strongest one."""
_LABEL = 13
"""Characters of a label with its colon on a terminal."""


def reliability_words(estimate: Estimate) -> str:
    """What failed checks of a description say about its energy; empty if none of them fails."""
    found = unreliable_description(estimate.design, (check.name for check in estimate.remarks))
    if found is None:
        return ""
    names, given = found
    return (
        f"energy unreliable, {' and '.join(names)} {'fails' if len(names) == 1 else 'fail'}: published macros "
        f"described like this were off by a factor of {given.factor:g} in the median, others by {given.otherwise:g}"
    )


def brief_cells(estimate: Estimate, name: str) -> tuple[Quantity, Interval | str, Quantity | str]:
    """Total, band to two digits, and nominal value; the last two are empty for a total without a band."""
    unit, found = label_and_unit(name)[1], estimate.headline(name)
    if found.low is None or found.high is None:
        return Quantity(found.value, unit), "", ""
    low, high = (float(f"{value:.2g}") for value in (found.low, found.high))
    return Quantity(found.value, unit), Interval(low, high, unit), Quantity(found.nominal, unit)


def answers(estimate: Estimate, baselines: Sequence[Estimate] = ()) -> Facts:
    """What costs most, limits most and is least certain, with a label each."""
    of_baselines = [
        (" baseline" if len(baselines) == 1 else f" {each.architecture}", _energy(each)) for each in baselines
    ]
    found = (
        ("energy", _energy(estimate)),
        *of_baselines,
        ("levels", _levels(estimate)),
        ("area", _largest(estimate, area_by_component(estimate))),
        ("tiers", _tiers(estimate)),
        ("latency", _slowest(estimate)),
        ("system", _system(estimate)),
        ("learning", _learning(estimate)),
        ("lifetime", _lifetime(estimate)),
        ("columns", _columns(estimate)),
        ("accuracy", _accuracy(estimate)),
        ("lever", _strongest(estimate)),
        ("uncertainty", _largest_cause(estimate)),
        ("link", _links(estimate)),
        *(
            (f"{label} link" if len(baselines) > 1 else label, _links(each))
            for (label, _), each in zip(of_baselines, baselines, strict=True)
        ),
        ("choices", _choices(estimate)),
    )
    return Facts(tuple((label, text) for label, text in found if text), _LABEL)


def _links(estimate: Estimate) -> str:
    """Links that were chosen for the pace of the chip; empty if the file names them."""
    several = len(estimate.design.link_choices) > 1
    return "; ".join(
        f"{f'{short(one.path)} ' if several else ''}{one.words}, chosen for "
        f"{formatted(one.period, 's')} an inference, of {len(one.devices)}"
        for one in estimate.design.link_choices
    )


def _energy(estimate: Estimate) -> str:
    return f"{_largest(estimate, energy_by_component(estimate))}{_neurons(estimate)}"


def _largest(estimate: Estimate, parts: Sequence[ComponentSum]) -> str:
    names = short_names(part.path for part in estimate.design.root.walk())
    total = sum(part.value for part in parts)
    terms = sorted((term for part in parts for term in part.terms), key=lambda term: -term.value)
    found = [
        (
            f"{words(names.get(term.component, short(term.component)))} {words(term.term)}",
            percent(term.value / total),
        )
        for term in terms[:_MOST]
        if term.value > 0.0
    ]
    return ", ".join(f"{name} {share}" for name, share in found)


def _levels(estimate: Estimate) -> str:
    """Computing levels with their layers and shares of the dynamic energy, if there are several."""
    rows = [row for row in estimate.levels if row.level]
    energy = sum(row.dynamic_energy_J for row in rows)
    if len(rows) < 2:
        return ""
    return ", ".join(
        f"{short(row.level)} {counted(len(row.layers), 'layer')} "
        f"{percent(row.dynamic_energy_J / energy if energy else 0.0)} of the dynamic energy"
        for row in rows
    )


def _tiers(estimate: Estimate) -> str:
    """Area of each tier, the lowest first; empty for a chip with one."""
    named = ("logic", *(short(row.tier) for row in estimate.tiers[1:]))
    return ", ".join(
        f"{name} {formatted(row.area_m2, 'm^2')}" for name, row in zip(named, estimate.tiers, strict=False)
    )


def _system(estimate: Estimate) -> str:
    """Power of the chips and of each shell around them; empty without shells."""
    rows = [f"{row.number:.4g} x {short(row.shell)} {formatted(row.power_W, 'W')}" for row in estimate.shells]
    if not rows:
        return ""
    return f"{', '.join(rows)}; at rest {formatted(estimate.shells[-1].idle_power_W, 'W')}"


def _neurons(estimate: Estimate) -> str:
    paths = neuron_components(estimate)
    if not paths:
        return ""
    parts = energy_by_component(estimate)
    total = sum(part.value for part in parts)
    spent = sum(part.value for part in parts if part.component in paths)
    return f"; neurons {percent(spent / total if total else 0.0)}"


def _slowest(estimate: Estimate) -> str:
    layer = max(estimate.layers, key=lambda row: row.step_time_s)
    timing = estimate.evaluation.timing
    of_data = float(np.max(timing.stage_interval))
    passes = any(level.mapper.passage_time() is not None for level in estimate.evaluation.levels)
    if passes and of_data > layer.step_time_s:
        return f"events come over the period, {formatted(of_data, 's')} a timestep of the data"
    step = " a timestep" if timing.by_steps else ""
    return f"layer {layer.layer}, {formatted(layer.step_time_s, 's')}{step}, limited by {short(layer.bottleneck)}"


def _accuracy(estimate: Estimate) -> str:
    """Accuracy of the network on the chip and what it loses most to; empty for a network without a measured curve."""
    found = estimate.evaluation.network_accuracy
    if found is None:
        return ""
    left = first_number(found.value)
    lost = f", most of the loss to {found.largest_cause}" if left < found.exact else ""
    return f"{100.0 * left:.1f} % of the answers right, {100.0 * found.exact:.1f} % on ideal neurons{lost}"


def _columns(estimate: Estimate) -> str:
    found = lowest_accuracy_layer(estimate)
    if found is None or found.effective_bits is None:
        return ""
    cause = largest_causes(found)[0]
    return f"{found.effective_bits:.2g} effective bits in layer {found.layer} ({cause[0]})"


def _learning(estimate: Estimate) -> str:
    """Energy and time that learning adds per sample, and its area; empty without a rule."""
    learning = estimate.workload.learning
    if learning is None:
        return ""
    shown = [
        f"{_with_band(estimate, name)} {what}"
        for name, what in (
            ("learning_energy_J", "a sample"), ("learning_time_s", "longer"),
            ("learning_area_share", "of the area"), ("training_energy_J", "for the training"),
        )
        if estimate.totals[name] is not None
    ]  # fmt: skip
    return f"{words(learning.called)}: {', '.join(shown)}"


def _lifetime(estimate: Estimate) -> str:
    """Time of the first cell failure during learning; empty if no rule updates cells."""
    if estimate.totals["first_cell_failure_s"] is None:
        return ""
    failed = estimate.headline("failed_cells_share").value
    share = estimate.claims[f"{LEARNING}tolerated_failures"].value
    return (
        f"first cell fails after {_with_band(estimate, 'first_cell_failure_s')}, "
        f"{percent(share)} of the busiest layer's cells after {_with_band(estimate, 'tolerated_failures_s')}; "
        f"{percent(failed or 0.0)} fail during the training"
    )


def _with_band(estimate: Estimate, name: str) -> str:
    value, band, _ = brief_cells(estimate, name)
    return f"{value} ({band})" if band else str(value)


def _strongest(estimate: Estimate) -> str:
    """Parameter of a component with the largest effect on the energy.

    Network and process, that of a device among them, are not the designer's to change, and neither are coefficients
    of a fit and the points that values were measured at.
    """
    found = estimate.sensitivity
    slopes = found.totals["energy"]
    changeable = set(designers_parameters(estimate))
    own = [at for at, path in enumerate(found.paths) if path.startswith(CHIP) and path in changeable]
    index = max(own, key=lambda at: abs(float(slopes[at])), default=None)
    if index is None or slopes[index] == 0.0:
        return ""
    change = (1.0 - np.sign(slopes[index]) * _STEP) ** slopes[index]
    more = "less" if slopes[index] > 0.0 else "more"
    path = shortest_name(found.paths[index], estimate.claims)
    return f"{_STEP * 100:g} % {more} {path} saves {percent(1.0 - float(change))} of the energy"


def designers_parameters(estimate: Estimate) -> tuple[str, ...]:
    """Paths of the parameters that have an elasticity, without those of a process and those that only describe.

    One coefficient of a polynomial raised by 1 % means nothing while the others stay.
    """
    return tuple(
        path for path in estimate.sensitivity.paths
        if ".process." not in path and not only_describes(estimate.claims[path])
    )  # fmt: skip


def only_describes(claim: Claim) -> bool:
    """Whether a parameter describes a measurement condition, or belongs to a fit or its range."""
    declared = getattr(claim.about, "declared", {}).get(claim.path.rpartition(".")[2])
    return declared is not None and declared.exact in {DEFINED, FIT, RANGE_END}


def _largest_cause(estimate: Estimate) -> str:
    causes = estimate.bands.causes.get("energy_per_inference_J", ())
    if not causes:
        return ""
    name, share = causes[0]
    path = shortest_name(name, estimate.claims) if name in estimate.claims else name
    return f"{estimate.bands.cause(name, path)} causes {percent(share)} of the energy band"


def _choices(estimate: Estimate) -> str:
    """Largest effect of another choice on the energy, which no band includes."""
    energy = estimate.totals["energy_per_inference_J"]
    found = [
        (there / energy, row)
        for row in estimate.scenarios
        if energy and (there := row.totals["energy_per_inference_J"]) is not None
    ]
    largest = sorted(found, key=lambda item: -abs(np.log(item[0])) if item[0] > 0.0 else 0.0)
    return ", ".join(
        f"{short(row.parameter)} {words(row.scenario)} ({formatted(row.value, row.unit)}): energy x {ratio:.3g}"
        for ratio, row in largest[:_MOST]
        if f"{ratio:.3g}" != "1"
    )
