"""An estimate, or several side by side, as text for a terminal of 80 columns."""

import math
import shlex
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.core.text_layout import fitting_columns, wrapped
from neuroest.pipeline.timing import KERNELS, MEMORY, SETUP
from neuroest.reporting import breakdown
from neuroest.reporting.accuracy_text import accuracy_words, weights_age
from neuroest.reporting.catalogue import LEAST_MATURE_FIRST
from neuroest.reporting.formatting import (
    check_line,
    coding_words,
    counted,
    formatted,
    headline_cells,
    operating_point,
    passing_words,
    percent,
    short,
    short_names,
)
from neuroest.reporting.summary import FAR, given_lines, left_out_samples, settings_lines, skewed
from neuroest.reporting.text_style import PLAIN, Style, bullets, one_line, words
from neuroest.results.comparison import Comparison
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import MAIN, QUANTITIES, TOTALS, label_and_unit
from neuroest.specs.claims import BASES, DESIGN
from neuroest.specs.device import DeviceSpec

_PARTS_OF_ENERGY = ("dynamic_energy_J", "static_energy_J")
_LEAST_SHARE = 1e-3
"""Share of the total below which terms are combined in one line."""
_BAR = 8
_NAME = 28


def estimate_table(
    estimate: Estimate, settings: Mapping[str, str] | None = None, style: Style = PLAIN
) -> str:
    """An estimate as text.

    Parameters
    ----------
    estimate : Estimate
        What to show.
    settings : mapping of str to str, optional
        What was changed for the run.
    style : Style
        How to draw it.

    Returns
    -------
    str
        Lines of at most 80 columns, unless a single word is longer.
    """
    lines = [*_header(estimate, style), *settings_lines(settings), *given_lines((estimate,)), ""]
    lines += [*_totals(estimate, style), ""]
    lines += [*_energy(estimate, style), ""]
    lines += [*_learning(estimate, style)]
    lines += [*_area(estimate, style), ""]
    lines += [*_levels(estimate, style), *_tiers(estimate, style), *_shells(estimate, style)]
    lines += [*_traffic(estimate, style), *_closing(estimate, style)]
    return "\n".join(lines) + "\n"


def side_by_side_table(
    comparison: Comparison, settings: Mapping[str, str] | None = None, style: Style = PLAIN
) -> str:
    """A design and its baselines as text: totals in columns, then the design's own breakdown."""
    design, others = comparison.design, comparison.baselines
    lines = [*_header(design, style)]
    for other in others:
        lines += ["compared with", *_header(other, style)]
    lines += [
        *settings_lines(settings),
        *given_lines(comparison.estimates),
        "",
        *_next_to_baseline(comparison),
        "",
    ]
    for part in (_energy, _area):
        for estimate in comparison.estimates:
            lines += [*part(estimate, style, title=estimate.architecture), ""]
    for estimate in comparison.estimates:
        lines += [style.bold(estimate.architecture), *_closing(estimate, style), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def totals_table(comparison: Comparison) -> str:
    """The totals of all designs of a comparison in one table."""
    return "\n".join(_columns(comparison)) + "\n"


def _header(estimate: Estimate, style: Style) -> list[str]:
    network = estimate.workload
    age = weights_age(estimate)
    old = f", weights {age} old" if age else ""
    return [
        style.bold(f"{estimate.architecture} on {network.name}"),
        *wrapped(f"{operating_point(estimate)}{old}; {coding_words(network.coding, estimate.claims)}"),
        *wrapped("based on " + maturity_words(estimate), hanging=2),
    ]


def maturity_words(estimate: Estimate, shared: frozenset[str] = frozenset()) -> str:
    """Devices of a design by maturity, least mature first; without the `shared` ones."""
    return devices_by(estimate, lambda spec: spec.maturity.stage, LEAST_MATURE_FIRST, shared)


def devices_by(
    estimate: Estimate, kind_of: Callable[[DeviceSpec], str], order: Sequence[str], shared: frozenset[str]
) -> str:
    """The devices of a design by kind, in a given order; for the last, common kind only the count."""
    found: dict[str, set[str]] = {kind: set() for kind in order}
    for device in estimate.design.devices.values():
        if device.spec.name not in shared:
            found[kind_of(device.spec)].add(device.spec.name)
    usual = order[-1]
    rest = len(found.pop(usual))
    parts = [f"{words(kind)}: {', '.join(sorted(names))}" for kind, names in found.items() if names]
    if rest:
        parts.append(f"{usual}: {rest} more" if parts else f"{usual}: {counted(rest, 'device')}")
    return "; ".join(parts)


def _totals(estimate: Estimate, style: Style) -> list[str]:
    rows = [("", "median", "p10 .. p90", "nominal")]
    notes: dict[int, list[str]] = {}
    for name, value in estimate.totals.items():
        if value is None:
            continue
        label = label_and_unit(name)[0]
        found = estimate.headline(name)
        indent = "  " if name in _PARTS_OF_ENERGY else ""
        main = QUANTITIES[name].main
        lead, interval, nominal = headline_cells(found, name)
        shown = main or QUANTITIES[name].learning
        rows.append((indent + label, lead, interval if shown else "", nominal))
        cause = _cause(estimate, name) if main else _idle_cause(estimate) if name == "share_of_peak" else ""
        cause = _mean_power(estimate) if name == "average_power_W" else cause
        notes[len(rows) - 1] = [text for text in (cause, skewed(found, FAR if main else math.inf)) if text]
    lines = []
    for index, line in enumerate(fitting_columns(rows, "<>>>", widest=2)):
        lines.append(style.dim(line) if index == 0 else line)
        for note in notes.get(index, ()):
            lines += [style.dim(text) for text in wrapped(note, indent=4, hanging=6)]
    return [*lines, *left_out_samples(estimate), *_scenarios(estimate, style)]


def _scenarios(estimate: Estimate, style: Style) -> list[str]:
    """Results with other choices, one line each."""
    energy = estimate.totals["energy_per_inference_J"]
    rows = []
    for row in estimate.scenarios:
        there = row.totals["energy_per_inference_J"]
        factor = "no estimate" if there is None or not energy else f"energy x {there / energy:.3g}"
        rows.append((short(row.parameter), row.scenario, formatted(row.value, row.unit), factor))
    if not rows:
        return []
    return [style.dim("other choices, in no band"), *fitting_columns(rows, "<<>>", indent=2)]


def _cause(estimate: Estimate, total: str) -> str:
    causes = estimate.bands.causes.get(total, ())
    if not causes:
        return ""
    path, share = causes[0]
    return f"band mostly from {estimate.bands.cause(path, short(path))}, {percent(share)} of it"


def _mean_power(estimate: Estimate) -> str:
    """Power over the period of a chip that is off between inferences, nominal; it is on for a part of it only."""
    period = estimate.claims.get("operation.period")
    energy = estimate.totals["energy_per_inference_J"]
    if period is None or energy is None or estimate.design.spec.operation.mode != "duty_cycled":
        return ""
    mean = formatted(energy / period.value, "W")
    return f"while it is on; the mean over the period of {formatted(period.value, 's')} is {mean} (nominal)"


def _idle_cause(estimate: Estimate) -> str:
    """What costs units that all layers share most of the time; how many units have layers of their own."""
    evaluation = estimate.evaluation
    if not all(level.mapped.placement.shared for level in evaluation.levels):
        return _units_in_use(estimate)
    shares = evaluation.timing.idle_shares(evaluation.levels)
    cause = max(shares, key=lambda each: shares[each])
    if not shares[cause] > 0.0:
        return ""
    part = f"{percent(shares[cause])} of the time"
    lost = {SETUP: f"{SETUP} takes {part}", **{each: f"{each} lose {part}" for each in (KERNELS, MEMORY)}}
    return lost.get(cause, f"layers limited by {short(cause)} take {part}")


def _units_in_use(estimate: Estimate) -> str:
    """How many units of a chip hold layers of their own."""
    mapped = estimate.evaluation.mapped
    if len(estimate.evaluation.levels) > 1:
        return ""
    wanted, units = (
        int(np.max(each)) for each in (mapped.placement.needed, mapped.counts[mapped.level.path])
    )
    if wanted > units:
        return f"the network needs {wanted} units; {units} hold it part by part"
    return f"{wanted} of {units} units hold layers, and each waits for the slowest layer"


def _columns(comparison: Comparison) -> list[str]:
    estimates = comparison.estimates
    rows = [("", *(estimate.architecture for estimate in estimates))]
    for name in TOTALS:
        values = [estimate.totals.get(name) for estimate in estimates]
        if all(value is None for value in values):
            continue
        label = label_and_unit(name)[0]
        cells = [headline_cells(estimate.headline(name), name) for estimate in estimates]
        rows.append(("  " * (name in _PARTS_OF_ENERGY) + label, *(lead for lead, _, _ in cells)))
        if QUANTITIES[name].main:
            rows.append(("    p10 .. p90", *(interval for _, interval, _ in cells)))
            rows.append(("    nominal", *(nominal for _, _, nominal in cells)))
    return fitting_columns(rows, "<" + ">" * len(estimates))


def _next_to_baseline(comparison: Comparison) -> list[str]:
    lines = [*_columns(comparison), ""]
    for estimate in comparison.estimates:
        for name in MAIN:
            asymmetry = skewed(estimate.headline(name), FAR)
            if asymmetry:
                lines += wrapped(f"{estimate.architecture}, {label_and_unit(name)[0]}: {asymmetry}.")
    for ratio in comparison.ratios:
        if ratio.quantity == "energy_per_inference_J":
            lines += wrapped(
                f"Energy per inference is {ratio.words} that of {ratio.baseline}: the two chips may differ in scope. "
                f"What differs between them: {comparison.command}"
            )
    return lines


def _energy(estimate: Estimate, style: Style, title: str = "") -> list[str]:
    parts, neurons = breakdown.energy_by_component(estimate), breakdown.neuron_components(estimate)
    table = _Breakdown(estimate, estimate.totals["energy_per_inference_J"] or 0.0, "J", style, neurons)
    return table.lines("Energy of one inference, nominal" + (f", {title}" if title else ""), parts)


def _learning(estimate: Estimate, style: Style) -> list[str]:
    """Energy of learning by component; empty if the network does not learn."""
    learning = estimate.workload.learning
    if learning is None:
        return []
    table = _Breakdown(estimate, estimate.totals["learning_energy_J"] or 0.0, "J", style)
    heading = f"Energy of learning from one sample, nominal, rule {learning.called}"
    return [*table.lines(heading, breakdown.learning_by_component(estimate)), ""]


def _area(estimate: Estimate, style: Style, title: str = "") -> list[str]:
    table = _Breakdown(estimate, estimate.totals["area_m2"] or 0.0, "m^2", style)
    return table.lines(
        "Area, nominal" + (f", {title}" if title else ""), breakdown.area_by_component(estimate)
    )


@frozen_dataclass(eq=False)
class _Breakdown:
    """The lines of a breakdown by component and term.

    Attributes
    ----------
    in_full : frozenset of str
        Components whose terms each get a line, however small.
    """

    estimate: Estimate
    total: float
    unit: str
    style: Style
    in_full: frozenset[str] = frozenset()

    def lines(self, heading: str, parts: Sequence[breakdown.ComponentSum]) -> list[str]:
        names = short_names(part.path for part in self.estimate.design.root.walk())
        lines = [self.style.bold(heading)]
        small: list[breakdown.TermSum] = []
        for part in parts:
            name = names.get(part.component, short(part.component))
            full = part.component in self.in_full
            large = [term for term in part.terms if full or self.share(term.value) >= _LEAST_SHARE]
            small += [term for term in part.terms if term not in large and term.value > 0.0]
            if full or len(large) > 1:
                lines += self.line(name, 2, part.value)
                lines += [line for term in large for line in self.line(_term_name(term), 4, term.value, term)]
            elif large:
                lines += self.line(f"{name}: {_term_name(large[0])}", 2, large[0].value, large[0])
        if small:
            name = f"{len(small)} more, each below {percent(_LEAST_SHARE)}"
            lines += self.line(name, 2, sum(term.value for term in small))
        return lines

    def share(self, value: float) -> float:
        return value / self.total if self.total else 0.0

    def line(self, name: str, indent: int, value: float, term: breakdown.TermSum | None = None) -> list[str]:
        share = self.share(value)
        numbers = (
            f"{formatted(value, self.unit):>11}{percent(share):>8}  {self.style.bar(share, _BAR):<{_BAR}}"
        )
        if term is not None and term.each is not None:
            numbers += f"  {_product(term, self.unit)}"
        label = " " * indent + name
        if len(label) >= _NAME:
            return [label, " " * _NAME + numbers.rstrip()]
        return [f"{label:{_NAME}}{numbers}".rstrip()]


def _term_name(term: breakdown.TermSum) -> str:
    name = words(term.term)
    return f"{name} (static)" if term.kind == "static" and name != "static" else name


def _product(term: breakdown.TermSum, unit: str) -> str:
    count = f"{term.count:.3g}".replace("e+0", "e").replace("e+", "e")
    return f"{count} of them" if term.kind == "static" else f"{count} x {formatted(term.each, unit)}"


def _levels(estimate: Estimate, style: Style) -> list[str]:
    """Computing levels of a chip that has several, with their layers and their shares of energy and area."""
    if len(estimate.levels) <= 2:
        return []
    energy = sum(row.dynamic_energy_J for row in estimate.levels)
    area = sum(row.area_m2 for row in estimate.levels)
    lines = [style.bold("Computing levels: layers, dynamic energy, area")]
    for row in estimate.levels:
        name = short(row.level) if row.level else "around the levels"
        parts = f"{formatted(row.dynamic_energy_J, 'J')} ({percent(row.dynamic_energy_J / energy if energy else 0.0)})"
        holds = f"{formatted(row.area_m2, 'm^2')} ({percent(row.area_m2 / area if area else 0.0)})"
        text = f"  {name} ({row.mapper}): {', '.join(row.layers) or 'no layer'}; {parts}, {holds}"
        lines += wrapped(text if row.level else f"  {name}: {holds}", hanging=4)
    return [*lines, ""]


def _shells(estimate: Estimate, style: Style) -> list[str]:
    """Power and energy of the chips and of each shell around them, at nominal inputs."""
    if not estimate.shells:
        return []
    rows: list[tuple[str, ...]] = [("", "number", "at rest", "power", "energy", "an operation")]
    rows += [
        (
            f"  {short(row.shell)}", f"{row.number:.4g}", formatted(row.idle_power_W, "W"),
            formatted(row.power_W, "W"), formatted(row.energy_per_inference_J, "J"),
            formatted(row.energy_per_synaptic_operation_J, "J"),
        )
        for row in estimate.shells
    ]  # fmt: skip
    title = "Chips and the shells around them, each with all that is inside, nominal"
    return [style.bold(title), *fitting_columns(rows, "<" + ">" * (len(rows[0]) - 1)), ""]


def _tiers(estimate: Estimate, style: Style) -> list[str]:
    """Area, vias, heat and yield of the tiers of a chip that has several, at nominal inputs."""
    if not estimate.tiers:
        return []
    rows: list[tuple[str, ...]] = [
        ("", "area", "of widest", "vias down", "power", "warmer", "yield", "contains")
    ]
    rows += [
        (
            f"  {'logic' if not row.blocks else short(row.tier)}", formatted(row.area_m2, "m^2"), percent(row.width),
            f"{row.vias:.4g}", formatted(row.power_W, "W"), formatted(row.temperature_rise_K, "K"),
            "-" if row.good_share is None else percent(row.good_share),
            ", ".join(map(short, row.blocks)) or "the rest",
        )
        for row in estimate.tiers
    ]  # fmt: skip
    title = "Tiers from the lowest up, nominal; the widest makes the area of the die"
    return [style.bold(title), *fitting_columns(rows, "<>>>>>><"), ""]


def _traffic(estimate: Estimate, style: Style) -> list[str]:
    """Spikes of populations by level of the hierarchy."""
    if not estimate.traffic:
        return []
    rows: list[tuple[str, ...]] = [("", "places", "neurons each", "copies a spike", "bits leaving")]
    rows += [
        (
            f"  {short(row.level) or 'computing units'}", f"{row.places:.3g}", f"{row.neurons:.3g}",
            f"{row.copies_per_spike:.3g}", f"{row.bits:.3g}",
        )
        for row in estimate.traffic
    ]  # fmt: skip
    title = "Spikes of populations that leave a place for others, nominal"
    return [style.bold(title), *fitting_columns(rows, "<" + ">" * (len(rows[0]) - 1)), ""]


def reported_values(estimate: Estimate) -> list[str]:
    """Headline numbers reported by the sources of the design's devices, with their scope."""
    found: dict[str, None] = {}
    for device in estimate.design.devices.values():
        for value in device.spec.reported:
            where = ", ".join(text for text in (value.source, value.locator) if text)
            scope = one_line(value.scope).rstrip(".")
            text = f"{device.spec.name}: {value.quantity} {value.value} [{value.basis}]: {scope}; {where}"
            found[text] = None
    return list(found)


def _closing(estimate: Estimate, style: Style) -> list[str]:
    reported = reported_values(estimate)
    lines = ["Published headline figures, for reference and not included in the totals:"] if reported else []
    lines += bullets(reported)
    lines += _bottleneck(estimate)
    exactness = accuracy_words(estimate)
    lines += wrapped(exactness, hanging=2) if exactness else []
    failed = estimate.remarks
    for check in failed:
        lines += [style.red(line) for line in wrapped(check_line(check), hanging=2)]
    if over_samples := passing_words(estimate.passing):
        lines += wrapped(f"over the bands: passes all checks {over_samples}", hanging=2)
    if not failed:
        number = len(estimate.checks)
        lines.append("1 design check passed" if number == 1 else f"all {number} design checks passed")
    for name, shares in estimate.basis_share.items():
        lines += wrapped(f"{name} is based on {basis_words(shares)} values", hanging=2)
    exact = len(estimate.unbounded)
    if exact:
        lines += wrapped(
            f"{counted(exact, 'input')} without a stated uncertainty; the p10 to p90 bands treat them as exact",
            hanging=2,
        )
    lines += ["assumed of the network:"] * bool(estimate.workload.assumed)
    lines += bullets(one_line(item) for item in estimate.workload.assumed)
    lines.append("left out:" if estimate.exclusions else "left out: nothing stated in the files")
    lines += bullets(one_line(item) for item in estimate.exclusions)
    number = len(estimate.source_keys)
    changed = [f"--set {shlex.quote(f'{path}={value}')}" for path, value in estimate.settings.items()]
    files = (shlex.quote(estimate.called), "-w", shlex.quote(estimate.workload_called))
    command = " ".join(("neuroest cite", *files, *changed))
    lines += wrapped(f"{counted(number, 'source')}; `{command}` lists them", hanging=2)
    return lines


def basis_words(shares: Mapping[str, float]) -> str:
    """Shares by basis in words: ``62.0 % measured, 30.1 % assumed, ...``."""
    order = [*BASES, DESIGN]
    parts = [f"{percent(shares[basis])} {basis}" for basis in order if shares.get(basis, 0.0) > 0.0]
    parts += [
        f"{percent(share)} {basis}" for basis, share in shares.items() if basis not in order and share > 0.0
    ]
    return ", ".join(parts) or "nothing"


def _bottleneck(estimate: Estimate) -> list[str]:
    timing = estimate.evaluation.timing
    index = int(np.argmax(timing.step))
    cause = max(
        timing.resources,
        key=lambda path: float(np.broadcast_to(timing.resources[path], timing.step.shape)[index]),
    )
    duration = formatted(float(timing.step[index]), "s") + (" a timestep" if timing.by_steps else "")
    layer = estimate.evaluation.layers.names[index]
    lines = wrapped(f"slowest layer: {layer}, {duration}, limited by {short(cause)}", hanging=2)
    writing = float(np.max(timing.writing))
    if writing > 0.0:
        lines += wrapped(f"cells are written for {formatted(writing, 's')} of each inference", hanging=2)
    if np.any(np.asarray(estimate.evaluation.mapped.passes) > 1.0):
        return lines
    shared = timing.bottleneck
    if shared is not None:
        together = formatted(float(np.max(timing.time_sharing[shared])), "s")
        lines += wrapped(f"layers that share {short(shared)} in time need {together} in total", hanging=2)
    return lines
