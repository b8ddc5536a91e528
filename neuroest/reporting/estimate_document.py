"""An estimate as a document: in brief for one screen, or whole."""

import math
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from neuroest.core.document import (
    MARK,
    Block,
    Breakdown,
    Document,
    Gap,
    Heading,
    Interval,
    Number,
    Paragraph,
    Part,
    Points,
    Quantity,
    Share,
    Span,
    Table,
)
from neuroest.core.text_layout import one_line, words
from neuroest.core.units import formatted, percent
from neuroest.pipeline.timing import KERNELS, MEMORY, SETUP
from neuroest.reporting.answers import (
    ComponentSum,
    TermSum,
    accuracy_words,
    answers,
    area_by_component,
    brief_cells,
    energy_by_component,
    learning_by_component,
    neuron_components,
    reliability_words,
    weights_age,
)
from neuroest.reporting.catalogue import LEAST_MATURE_FIRST
from neuroest.reporting.formatting import (
    check_brief,
    check_line,
    coding_words,
    counted,
    operating_point,
    passing_words,
    short,
    short_names,
)
from neuroest.results.comparison import LEAST_UNPROVEN, Ratio, same_scope
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import QUANTITIES, Headline, label_and_unit
from neuroest.specs.claims import BASES, DESIGN
from neuroest.specs.device import DeviceSpec
from neuroest.specs.workload import workload_exclusions

_SHOWN = {
    "energy": "energy_per_inference_J", "area": "area_m2", "latency": "latency_s", "throughput": "throughput_per_s",
}  # fmt: skip
"""Heading of each column and its total."""
_OF_LEARNING = {
    "energy": "learning_energy_J", "time": "learning_time_s", "area share": "learning_area_share",
    "first failure": "first_cell_failure_s",
}  # fmt: skip
"""The same of learning."""
NOMINAL = "at the stated inputs (nominal):"
"""Values behind the answers under a table of medians; the causes of a band refer to its samples."""
_MANY = 0.01
"""Share of samples without an estimate above which the summary mentions it."""
OTHER_SCOPE = "#"
"""Mark of a ratio between designs that leave out different parts."""
_FAR = 1.5
"""Ratio of nominal value to median above which a table explains the difference; a convention."""
_PARTS_OF_ENERGY = ("dynamic_energy_J", "static_energy_J")
_LEAST_SHARE = 1e-3
"""Share of the total below which terms are combined in one line."""


def estimate_brief(estimate: Estimate, settings: Mapping[str, str] | None = None) -> Document:
    """An estimate in about twenty lines: failed checks, totals with bands, and a sentence for each common question.

    Parameters
    ----------
    estimate : Estimate
        What to show.
    settings : mapping of str to str, optional
        What was changed for the run.
    """
    return Document(
        title((estimate,)),
        (
            *points((estimate,)), *settings_line(settings), *given_lines((estimate,)), *remarks((estimate,)),
            Gap(), designs_table((estimate,), nominal=False), *band_notes((estimate,), nominal=False),
            Gap(), Paragraph(NOMINAL), answers(estimate), Gap(), *closing_line((estimate,)),
        ),
    )  # fmt: skip


def estimate_document(estimate: Estimate, settings: Mapping[str, str] | None = None) -> Document:
    """All of an estimate; the arguments are those of `estimate_brief`."""
    return Document(
        title((estimate,)),
        (
            estimate.design.spec.description, *header(estimate), *settings_line(settings or estimate.settings),
            *given_lines((estimate,)),
            Gap(), _totals(estimate), *unreliable_energy(estimate), *left_out_samples(estimate), *_scenarios(estimate),
            Gap(), energy_breakdown(estimate), Gap(), *_learning(estimate), area_breakdown(estimate),
            Gap(), *_levels(estimate), *((tiers_table(estimate), Gap()) if estimate.tiers else ()),
            *_shells(estimate), *_traffic(estimate), *closing(estimate),
        ),
    )  # fmt: skip


# --- What it is an estimate of ----------------------------------------------------------------------------------


def title(estimates: Sequence[Estimate]) -> str:
    """Designs and networks."""
    networks = dict.fromkeys(estimate.workload.name for estimate in estimates)
    return f"{' and '.join(estimate.architecture for estimate in estimates)} on {' and '.join(networks)}"


def points(estimates: Sequence[Estimate]) -> Iterator[Paragraph]:
    """Operating point and coding of all designs, each once."""
    for text in dict.fromkeys(
        f"{operating_point(estimate)}; {coding_words(estimate.workload.coding, estimate.claims)}"
        for estimate in estimates
    ):
        yield Paragraph(text, hanging=0)


def header(estimate: Estimate) -> Iterator[Paragraph]:
    """Operating point with the age of the weights, and maturity of the devices."""
    age = weights_age(estimate)
    old = f", weights {age} old" if age else ""
    coding = coding_words(estimate.workload.coding, estimate.claims)
    yield Paragraph(f"{operating_point(estimate)}{old}; {coding}", hanging=0)
    yield Paragraph("based on " + maturity_words(estimate))


def settings_line(settings: Mapping[str, str] | None) -> Iterator[Paragraph]:
    """Settings of the run."""
    if settings:
        yield Paragraph("set: " + ", ".join(f"{path}={value}" for path, value in settings.items()), hanging=5)


def given_lines(estimates: Sequence[Estimate]) -> Iterator[Paragraph]:
    """What measured values the bands of each design are conditioned on."""
    said: dict[str, list[str]] = {}
    for estimate in estimates:
        if estimate.given is not None:
            said.setdefault(estimate.given.words, []).append(estimate.architecture)
    for text, designs in said.items():
        yield Paragraph(text if len(said) == 1 else f"{', '.join(designs)}: {text}")


def remarks(estimates: Sequence[Estimate]) -> Iterator[Paragraph]:
    """Failed checks, and what was left out or assumed of the networks."""
    for estimate in estimates:
        of = f"{estimate.architecture}: " if len(estimates) > 1 else ""
        for check in estimate.remarks:
            yield Paragraph(f"! {of}{check_line(check)}", "warning")
    for item in dict.fromkeys(item for each in estimates for item in workload_exclusions(each.workload)):
        yield Paragraph(f"! left out: {one_line(item)}", "warning")
    for item in dict.fromkeys(item for each in estimates for item in each.workload.assumed):
        yield Paragraph(f"assumed of the network: {one_line(item)}")


def failures(estimates: Sequence[Estimate]) -> Iterator[Paragraph]:
    """Failed checks in brief."""
    for estimate in estimates:
        for check in estimate.failed_checks:
            yield Paragraph(f"! {estimate.architecture}: {check_brief(check)}", "warning")


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


# --- Results with bands ------------------------------------------------------------------------------------------


def designs_table(
    estimates: Sequence[Estimate],
    ratios: Sequence[Ratio] = (),
    *,
    nominal: bool = True,
    marked: bool = False,
    titled: bool = False,
) -> Table:
    """Designs by results: median, band and nominal value of each total; ratios of the first design to the others.

    Parameters
    ----------
    nominal : bool
        Whether to show the nominal values.
    marked : bool
        Whether to mark totals that are in part projected or assumed.
    titled : bool
        Whether designs have their titles instead of their names.
    """
    rows: list[tuple[object, ...]] = []
    for estimate in estimates:
        if len(estimates) > 1:
            rows.append((Span(estimate.title if titled else estimate.architecture), *("",) * len(_SHOWN)))
        cells = [brief_cells(estimate, name) for name in _SHOWN.values()]
        values = [
            Quantity(value.value, value.unit, marked and estimate.unproven_share(name) >= LEAST_UNPROVEN)
            for name, (value, _, _) in zip(_SHOWN.values(), cells, strict=True)
        ]
        rows += [(" median", *values), (" p10..p90", *(band for _, band, _ in cells))]
        if nominal:
            rows.append((" nominal", *(value for _, _, value in cells)))
        over = {ratio.quantity: ratio for ratio in ratios if ratio.baseline == estimate.architecture}
        if over:
            label = " ratio" if same_scope(estimates[0], estimate) else f" ratio {OTHER_SCOPE}"
            of_each = [over.get(name) for name in _SHOWN.values()]
            rows.append((label, *(Number(each.value, each.marked) if each else "-" for each in of_each)))
            rows.append((" p10..p90", *(ratio_band(each) for each in of_each)))
    return Table.of(("", *_SHOWN), rows, "<" + ">" * len(_SHOWN))


def ratio_band(ratio: Ratio | None) -> Interval | str:
    """Band of a ratio; empty without samples."""
    if ratio is None or ratio.low is None or ratio.high is None:
        return ""
    return Interval(ratio.low, ratio.high, "")


def band_notes(estimates: Sequence[Estimate], *, nominal: bool = True) -> Iterator[Paragraph]:
    """Notes on the bands: samples without an estimate, and `nominal` values outside a band."""
    for estimate in estimates:
        of = f"{estimate.architecture}: " if len(estimates) > 1 else ""
        outside: dict[str, list[str]] = {}
        for heading, name in _SHOWN.items():
            outside.setdefault(skewed(estimate.headline(name)), []).append(heading)
        for text, headings in outside.items():
            if text and nominal:
                yield Paragraph(f"{of}{' and '.join(headings)}: {text}")
        yield from unreliable_energy(estimate, of)
        if 1.0 - estimate.bands.feasible >= _MANY:
            yield from left_out_samples(estimate, of)


def unreliable_energy(estimate: Estimate, of: str = "") -> Iterator[Paragraph]:
    """Whether the energy of a description like this one is usually far off."""
    if text := reliability_words(estimate):
        yield Paragraph(f"! {of}{text}", "warning")


def left_out_samples(estimate: Estimate, of: str = "") -> Iterator[Paragraph]:
    """Number of band samples without an estimate."""
    if estimate.bands.feasible < 1.0:
        share = percent(1.0 - estimate.bands.feasible)
        yield Paragraph(f"{of}the design has no estimate in {share} of the band samples, which are left out")


def skewed(headline: Headline, far: float = math.inf) -> str:
    """Note on a nominal value outside its band, or different from the median by more than a factor `far`.

    That happens if most uncertainties have the same direction.

    Examples
    --------
    >>> skewed(Headline(1.0, 2.0, 5.0, 9.0))
    'the stated values give less than p10: their spreads reach further up than down'
    >>> skewed(Headline(3.0, 2.0, 5.0, 9.0))
    ''
    >>> skewed(Headline(3.0, 2.0, 5.0, 9.0), far=1.5)
    'the stated values give 0.6 of the median: their spreads reach further up than down'
    """
    nominal, low, median, high = headline.nominal, headline.low, headline.median, headline.high
    if nominal is None or low is None or median is None or high is None:
        return ""
    if nominal < low:
        what = "less than p10"
    elif nominal > high:
        what = "more than p90"
    elif median > 0.0 and not median / far <= nominal <= median * far:
        what = f"{nominal / median:.2g} of the median"
    else:
        return ""
    up, down = ("up", "down") if nominal < median else ("down", "up")
    return f"the stated values give {what}: their spreads reach further {up} than {down}"


def far_from_median(headline: Headline) -> str:
    """Note on a nominal value of a main result that is far from the median."""
    return skewed(headline, _FAR)


def learning_table(estimates: Sequence[Estimate]) -> Iterator[Block]:
    """Cost of learning of all designs: energy, time, area and first failure, with bands; nothing if none learns.

    A dash is where a chip has no number of its own: an energy that that of inference contains, or cells that do not
    wear out.
    """
    learners = [estimate for estimate in estimates if estimate.workload.learning is not None]
    rules = dict.fromkeys(words(e.workload.learning.called) for e in learners if e.workload.learning)
    rows: list[tuple[object, ...]] = []
    for estimate in learners:
        values, bands, _ = zip(*(brief_cells(estimate, name) for name in _OF_LEARNING.values()), strict=True)
        rows += [(estimate.architecture, *values), (" p10..p90", *bands)]
    if learners:
        yield Paragraph(f"learning by {', '.join(rules)}, on top of the inference of each sample")
        yield Table.of(("", *_OF_LEARNING), rows, "<" + ">" * len(_OF_LEARNING))


def _totals(estimate: Estimate) -> Table:
    rows, notes = [], []
    for name, value in estimate.totals.items():
        if value is None:
            continue
        known, found = QUANTITIES[name], estimate.headline(name)
        unbounded = known.without_end(found.value)
        cells: list[object] = [unbounded or Quantity(found.value, known.unit), "", ""]
        if found.low is not None and found.high is not None and not unbounded:
            band = Interval(found.low, found.high, known.unit) if known.main or known.learning else ""
            cells[1:] = [band, Quantity(found.nominal, known.unit)]
        indent = "  " if name in _PARTS_OF_ENERGY else ""
        rows.append((indent + label_and_unit(name)[0], *cells))
        cause = (
            _cause(estimate, name) if known.main else _idle_cause(estimate) if name == "share_of_peak" else ""
        )
        cause = _mean_power(estimate) if name == "average_power_W" else cause
        far = far_from_median(found) if known.main else skewed(found)
        notes.append(tuple(text for text in (cause, far) if text))
    return Table(("", "median", "p10 .. p90", "nominal"), tuple(rows), "<>>>", notes=tuple(notes))


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
        # how many units of a chip hold layers of their own
        mapped = estimate.evaluation.mapped
        if len(estimate.evaluation.levels) > 1:
            return ""
        wanted, units = (
            int(np.max(each)) for each in (mapped.placement.needed, mapped.counts[mapped.level.path])
        )
        if wanted > units:
            return f"the network needs {wanted} units; {units} hold it part by part"
        return f"{wanted} of {units} units hold layers, and each waits for the slowest layer"
    shares = evaluation.timing.idle_shares(evaluation.levels)
    cause = max(shares, key=lambda each: shares[each])
    if not shares[cause] > 0.0:
        return ""
    part = f"{percent(shares[cause])} of the time"
    lost = {SETUP: f"{SETUP} takes {part}", **{each: f"{each} lose {part}" for each in (KERNELS, MEMORY)}}
    return lost.get(cause, f"layers limited by {short(cause)} take {part}")


def _scenarios(estimate: Estimate) -> Iterator[Table]:
    """Results with other choices, one line each."""
    energy = estimate.totals["energy_per_inference_J"]
    rows = []
    for row in estimate.scenarios:
        there = row.totals["energy_per_inference_J"]
        factor = "no estimate" if there is None or not energy else f"energy x {there / energy:.3g}"
        rows.append((short(row.parameter), row.scenario, formatted(row.value, row.unit), factor))
    if rows:
        yield Table.of(("",) * 4, rows, "<<>>", "other choices, in no band")


# --- Parts of the totals -----------------------------------------------------------------------------------------


def energy_breakdown(estimate: Estimate, of: str = "") -> Breakdown:
    """Energy of one inference by component and term, those of neurons in full."""
    return _broken_down(
        estimate, f"Energy of one inference, nominal{of}", "energy_per_inference_J",
        energy_by_component(estimate), neuron_components(estimate),
    )  # fmt: skip


def area_breakdown(estimate: Estimate, of: str = "") -> Breakdown:
    """Area by component and term."""
    return _broken_down(estimate, f"Area, nominal{of}", "area_m2", area_by_component(estimate))


def _learning(estimate: Estimate) -> Iterator[Block]:
    """Energy of learning by component; nothing if the network does not learn."""
    learning = estimate.workload.learning
    if learning is not None:
        heading = f"Energy of learning from one sample, nominal, rule {learning.called}"
        yield _broken_down(estimate, heading, "learning_energy_J", learning_by_component(estimate))
        yield Gap()


def _broken_down(
    estimate: Estimate,
    heading: str,
    quantity: str,
    sums: Sequence[ComponentSum],
    in_full: frozenset[str] = frozenset(),
) -> Breakdown:
    """A total by component and term; components `in_full` show each term, however small."""
    unit, total = label_and_unit(quantity)[1], estimate.totals[quantity] or 0.0
    names = short_names(part.path for part in estimate.design.root.walk())
    parts: list[Part] = []
    small: list[TermSum] = []
    for one in sums:
        name = names.get(one.component, short(one.component))
        full = one.component in in_full
        large = [term for term in one.terms if full or (total and term.value / total >= _LEAST_SHARE)]
        small += [term for term in one.terms if term not in large and term.value > 0.0]
        if full or len(large) > 1:
            parts.append(Part(name, one.value))
            parts += [Part(_term_name(term), term.value, 1, _product(term, unit)) for term in large]
        elif large:
            (term,) = large
            parts.append(Part(f"{name}: {_term_name(term)}", term.value, 0, _product(term, unit)))
    if small:
        rest = f"{len(small)} more, each below {percent(_LEAST_SHARE)}"
        parts.append(Part(rest, sum(term.value for term in small)))
    return Breakdown(heading, unit, total, tuple(parts))


def _term_name(term: TermSum) -> str:
    name = words(term.term)
    return f"{name} (static)" if term.kind == "static" and name != "static" else name


def _product(term: TermSum, unit: str) -> str:
    if term.each is None:
        return ""
    count = f"{term.count:.3g}".replace("e+0", "e").replace("e+", "e")
    return f"{count} of them" if term.kind == "static" else f"{count} x {formatted(term.each, unit)}"


def _levels(estimate: Estimate) -> Iterator[Block]:
    """Computing levels of a chip that has several, with their layers and their shares of energy and area."""
    if len(estimate.levels) <= 2:
        return
    energy = sum(row.dynamic_energy_J for row in estimate.levels)
    area = sum(row.area_m2 for row in estimate.levels)
    yield Heading("Computing levels: layers, dynamic energy, area")
    for row in estimate.levels:
        parts = f"{formatted(row.dynamic_energy_J, 'J')} ({percent(row.dynamic_energy_J / energy if energy else 0.0)})"
        holds = f"{formatted(row.area_m2, 'm^2')} ({percent(row.area_m2 / area if area else 0.0)})"
        layers = ", ".join(row.layers) or "no layer"
        text = f"{short(row.level)} ({row.mapper}): {layers}; {parts}, {holds}"
        yield Paragraph(text if row.level else f"around the levels: {holds}", indent=2)
    yield Gap()


def tiers_table(estimate: Estimate) -> Table:
    """Area, vias, heat and yield of the tiers of a chip that has several, at nominal inputs."""
    rows = [
        (
            short(row.tier) if row.blocks else "logic", Quantity(row.area_m2, "m^2"), Share(row.width),
            f"{row.vias:.4g}", Quantity(row.power_W, "W"), Quantity(row.temperature_rise_K, "K"),
            "-" if row.good_share is None else Share(row.good_share),
            ", ".join(map(short, row.blocks)) or "the rest",
        )
        for row in estimate.tiers
    ]  # fmt: skip
    head = ("", "area", "of widest", "vias down", "power", "warmer", "yield", "contains")
    text = "Tiers from the lowest up, nominal; the widest makes the area of the die"
    return Table.of(head, rows, "<>>>>>><", text)


def _shells(estimate: Estimate) -> Iterator[Block]:
    """Power and energy of the chips and of each shell around them, at nominal inputs."""
    if not estimate.shells:
        return
    rows = [
        (
            short(row.shell), f"{row.number:.4g}", Quantity(row.idle_power_W, "W"), Quantity(row.power_W, "W"),
            Quantity(row.energy_per_inference_J, "J"), Quantity(row.energy_per_synaptic_operation_J, "J"),
        )
        for row in estimate.shells
    ]  # fmt: skip
    head = ("", "number", "at rest", "power", "energy", "an operation")
    yield Table.of(
        head, rows, "<>>>>>", "Chips and the shells around them, each with all that is inside, nominal"
    )
    yield Gap()


def _traffic(estimate: Estimate) -> Iterator[Block]:
    """Spikes of populations by level of the hierarchy."""
    if not estimate.traffic:
        return
    rows = [
        (
            short(row.level) or "computing units", f"{row.places:.3g}", f"{row.neurons:.3g}",
            f"{row.copies_per_spike:.3g}", f"{row.bits:.3g}",
        )
        for row in estimate.traffic
    ]  # fmt: skip
    head = ("", "places", "neurons each", "copies a spike", "bits leaving")
    yield Table.of(head, rows, "<>>>>", "Spikes of populations that leave a place for others, nominal")
    yield Gap()


# --- Basis, checks and exclusions --------------------------------------------------------------------------------


def passing_lines(estimates: Sequence[Estimate]) -> Iterator[Paragraph]:
    """Share of the samples in which each chip passes all checks."""
    for estimate in estimates:
        if share := passing_words(estimate.passing):
            yield Paragraph(f"{estimate.architecture} passes all checks {share}")


def closing_line(estimates: Sequence[Estimate]) -> Iterator[Paragraph]:
    """Checks, exclusions and sources in numbers, and where to find the rest."""
    yield from passing_lines(estimates)
    total = counted(sum(len(estimate.checks) for estimate in estimates), "check")
    failed = [check for estimate in estimates for check in estimate.remarks]
    advice = sum(check.severity == "advice" for check in failed)
    passed = f"{len(failed) - advice} of {total} failed" if len(failed) > advice else f"{total} passed"
    passed += f", {advice} with advice" if advice else ""
    left = max(len(estimate.exclusions) for estimate in estimates)
    sources = max(len(estimate.source_keys) for estimate in estimates)
    text = "; ".join([passed, f"{counted(left, 'part')} left out", counted(sources, "source")])
    yield Paragraph(f"{text}; all: `--full`")


def closing(estimate: Estimate) -> Iterator[Block]:
    """Published figures, bottleneck, accuracy, checks, basis, assumptions, exclusions and sources."""
    if reported := reported_values(estimate):
        yield Points(reported, "Published headline figures, for reference and not included in the totals:")
    yield from _bottleneck(estimate)
    if exactness := accuracy_words(estimate):
        yield Paragraph(exactness)
    for check in estimate.remarks:
        yield Paragraph(check_line(check), "warning")
    if over_samples := passing_words(estimate.passing):
        yield Paragraph(f"over the bands: passes all checks {over_samples}")
    if not estimate.remarks:
        number = len(estimate.checks)
        yield Paragraph("1 design check passed" if number == 1 else f"all {number} design checks passed")
    for name, shares in estimate.basis_share.items():
        yield Paragraph(f"{name} is based on {basis_words(shares)} values")
    if exact := len(estimate.unbounded):
        inputs = counted(exact, "input")
        yield Paragraph(f"{inputs} without a stated uncertainty; the p10 to p90 bands treat them as exact")
    if estimate.workload.assumed:
        yield Points(tuple(estimate.workload.assumed), "assumed of the network:")
    if estimate.exclusions:
        yield Points(tuple(estimate.exclusions), "left out:")
    else:
        yield Paragraph("left out: nothing stated in the files")
    changed = [f"--set {shlex.quote(f'{path}={value}')}" for path, value in estimate.settings.items()]
    files = (shlex.quote(estimate.called), "-w", shlex.quote(estimate.workload_called))
    command = " ".join(("neuroest cite", *files, *changed))
    yield Paragraph(f"{counted(len(estimate.source_keys), 'source')}; `{command}` lists them")


def reported_values(estimate: Estimate) -> tuple[str, ...]:
    """Headline numbers reported by the sources of the design's devices, with their scope."""
    values: dict[str, None] = {}
    for device in estimate.design.devices.values():
        for value in device.spec.reported:
            where = ", ".join(text for text in (value.source, value.locator) if text)
            scope = one_line(value.scope).rstrip(".")
            text = f"{device.spec.name}: {value.quantity} {value.value} [{value.basis}]: {scope}; {where}"
            values[text] = None
    return tuple(values)


def basis_words(shares: Mapping[str, float]) -> str:
    """Shares by basis in words: ``62.0 % measured, 30.1 % assumed, ...``."""
    order = [*BASES, DESIGN]
    parts = [f"{percent(shares[basis])} {basis}" for basis in order if shares.get(basis, 0.0) > 0.0]
    parts += [
        f"{percent(share)} {basis}" for basis, share in shares.items() if basis not in order and share > 0.0
    ]
    return ", ".join(parts) or "nothing"


def unproven_note() -> str:
    """Meaning of the mark of a number."""
    return f"{MARK} at least {percent(LEAST_UNPROVEN)} is based on projected or assumed values"


def _bottleneck(estimate: Estimate) -> Iterator[Paragraph]:
    timing = estimate.evaluation.timing
    index = int(np.argmax(timing.step))
    cause = max(
        timing.resources,
        key=lambda path: float(np.broadcast_to(timing.resources[path], timing.step.shape)[index]),
    )
    duration = formatted(float(timing.step[index]), "s") + (" a timestep" if timing.by_steps else "")
    layer = estimate.evaluation.layers.names[index]
    yield Paragraph(f"slowest layer: {layer}, {duration}, limited by {short(cause)}")
    writing = float(np.max(timing.writing))
    if writing > 0.0:
        yield Paragraph(f"cells are written for {formatted(writing, 's')} of each inference")
    if np.any(np.asarray(estimate.evaluation.mapped.passes) > 1.0):
        return
    shared = timing.bottleneck
    if shared is not None:
        together = formatted(float(np.max(timing.time_sharing[shared])), "s")
        yield Paragraph(f"layers that share {short(shared)} in time need {together} in total")
