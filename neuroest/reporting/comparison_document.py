"""A design and its baselines as a document: in brief for one screen, or whole."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from neuroest.core import units as u
from neuroest.core.document import Block, Document, Facts, Gap, Heading, Number, Paragraph, Points, Table
from neuroest.core.errors import first_few
from neuroest.core.text_layout import one_line, words
from neuroest.core.units import formatted, percent
from neuroest.reporting.answers import answers, weights_age
from neuroest.reporting.estimate_document import (
    NOMINAL,
    OTHER_SCOPE,
    area_breakdown,
    band_notes,
    basis_words,
    closing,
    closing_line,
    designs_table,
    devices_by,
    energy_breakdown,
    failures,
    far_from_median,
    given_lines,
    header,
    learning_table,
    maturity_words,
    passing_lines,
    points,
    ratio_band,
    remarks,
    settings_line,
    title,
    unproven_note,
)
from neuroest.reporting.formatting import (
    coding_words,
    corner_words,
    headline_cells,
    link_names,
    operation_words,
    ratio_digits,
    temperature_words,
)
from neuroest.results.comparison import (
    LEAST_UNPROVEN,
    PACES,
    Banded,
    Comparison,
    Pace,
    PaceRow,
    same_scope,
    scope_note,
)
from neuroest.results.estimate import CheckResult, Estimate
from neuroest.results.quantities import MAIN, QUANTITIES, TOTALS, Headline, label_and_unit
from neuroest.specs.workload import ACTIVE_STEPS, Task

_NAMES: Mapping[str, str] = MappingProxyType({})
"""Labels by the names of architectures; one without a label has its name."""
_EQUALLY_ACCURATE = 0.01
"""Difference of accuracies up to which designs count as equally accurate; a convention."""
_DIFFERENCES_SHOWN = 6
"""Properties named in brief where several baselines fill the screen."""
_ATTRIBUTED = {"energy_per_inference_J": "energy", "area_m2": "area"}
_OTHER_PACES: Collection[Pace] = ("equal_pace", "burst", "streaming")
"""Paces at which the ratio of energies is another one than that of the chips as operated."""
LEAST_IN_TIME = 0.5
"""Share of the samples in which a chip must keep up for its energy at a pace to be meaningful."""
_OF_DATA: Mapping[Pace, str] = {
    "burst": "keeps up with the data", "streaming": "keeps up with the data and holds its state for a timestep",
}  # fmt: skip
"""Paces of the data, and what a chip must do there."""


def comparison_with_answers(comparison: Comparison) -> Document:
    """A design and its baselines on one screen, with the dominant parts of each."""
    estimates = comparison.estimates
    command = comparison.command.strip("`")
    return Document(
        title(estimates),
        (
            *points(estimates), *settings_line(comparison.settings), *given_lines(estimates), *remarks(estimates),
            Gap(), designs_table(estimates, comparison.ratios, nominal=False), *band_notes(estimates, nominal=False),
            *scope_notes(comparison, "`neuroest compare` lists them"), *_products(comparison), *equal_pace(comparison),
            Gap(), *learning_table(estimates), Gap(),
            Paragraph(f"{comparison.design.architecture} {NOMINAL}"),
            answers(comparison.design, comparison.baselines),
            Gap(), *closing_line(estimates), Paragraph(f"what differs: {command}"),
        ),
    )  # fmt: skip


def comparison_brief(comparison: Comparison) -> Document:
    """Results, ratios, what makes them and what differs, on one screen."""
    alone = len(comparison.baselines) == 1
    apart = [item.what for item in comparison.differences if item.differs]
    shown = first_few(apart, len(apart) if alone else _DIFFERENCES_SHOWN)
    excluded = len({item for one in comparison.estimates for item in one.exclusions})
    more = f"{len(comparison.differences) - len(apart)} properties alike, {excluded} parts excluded"
    return Document(
        _compared(comparison),
        (
            *failures(comparison.estimates), *_results(comparison, "`--full` lists them", nominal=False),
            *iso_accuracy(comparison), Gap(),
            *(_why_in_brief(comparison) if alone else (*_verdicts(comparison), Gap())),
            Paragraph(f"different: {shown or 'nothing'}"),
            Paragraph(f"{more}; values, paces and exclusions: `--full`", "dim"),
        ),
    )  # fmt: skip


def comparison_on_screen(comparison: Comparison) -> Document:
    """All of a comparison, the results first."""
    return Document(
        _compared(comparison),
        (
            *remarks(comparison.estimates), *_results(comparison, "the end lists them"), *_why(comparison),
            *learning_table(comparison.estimates), Gap(), *_paces(comparison), *iso_accuracy(comparison), Gap(),
            *_differences(comparison), *_left_out(comparison),
        ),
    )  # fmt: skip


def comparison_document(comparison: Comparison) -> Document:
    """All of a comparison, what differs first, as it has to be read before any ratio."""
    estimates = comparison.estimates
    return Document(
        _compared(comparison),
        (
            *remarks(estimates), *settings_line(comparison.settings), *given_lines(estimates),
            Heading("What differs"), *_differences(comparison), *_left_out(comparison),
            Heading("Results"), designs_table(estimates, marked=True), *band_notes(estimates),
            Heading("Ratios"), ratios_table(comparison), f"{unproven_note()}.", *_why(comparison),
            *learning_table(estimates), *_paces(comparison), *iso_accuracy(comparison),
        ),
    )  # fmt: skip


def side_by_side(comparison: Comparison) -> Document:
    """A design and its baselines: all totals in columns, then the parts of each."""
    estimates = comparison.estimates
    blocks: list[Block] = [*header(comparison.design)]
    for other in comparison.baselines:
        blocks += ["compared with", Heading(title((other,))), *header(other)]
    blocks += [
        *settings_line(comparison.settings),
        *given_lines(estimates),
        Gap(),
        totals_table(comparison),
        Gap(),
    ]
    for estimate in estimates:
        for name in MAIN:
            if asymmetry := far_from_median(estimate.headline(name)):
                blocks.append(
                    Paragraph(f"{estimate.architecture}, {label_and_unit(name)[0]}: {asymmetry}.", hanging=0)
                )
    for ratio in comparison.ratios:
        if ratio.quantity == "energy_per_inference_J":
            text = (
                f"Energy per inference is {ratio.words} that of {ratio.baseline}: the two chips may differ in scope. "
                f"What differs between them: {comparison.command}"
            )
            blocks.append(Paragraph(text, hanging=0))
    for parts in (energy_breakdown, area_breakdown):
        for estimate in estimates:
            blocks += [Gap(), parts(estimate, f", {estimate.architecture}")]
    for estimate in estimates:
        blocks += [Gap(), Heading(estimate.architecture), *closing(estimate)]
    return Document(title((comparison.design,)), tuple(blocks))


def totals_table(comparison: Comparison) -> Table:
    """The totals of all designs of a comparison."""
    estimates = comparison.estimates
    rows: list[tuple[str, ...]] = []
    for name in TOTALS:
        found = [estimate.headline(name) for estimate in estimates]
        if all(each.nominal is None for each in found):
            continue
        known = QUANTITIES[name]
        leads, intervals, nominals = zip(*(headline_cells(each, name) for each in found), strict=True)
        indent = "  " if name in {"dynamic_energy_J", "static_energy_J"} else ""
        rows.append((indent + known.label, *leads))
        if known.main:
            rows += [("    p10 .. p90", *intervals), ("    nominal", *nominals)]
    return Table.of(("", *(one.architecture for one in estimates)), rows, "<" + ">" * len(estimates))


# --- Results and ratios ------------------------------------------------------------------------------------------


def _compared(comparison: Comparison) -> str:
    design, *others = (result.architecture for result in comparison.estimates)
    return f"{design} compared with {('; ' if any(',' in one for one in others) else ', ').join(others)}"


def _results(comparison: Comparison, where: str, *, nominal: bool = True) -> Iterator[Block]:
    estimates = comparison.estimates
    yield from settings_line(comparison.settings)
    yield from given_lines(estimates)
    yield Gap()
    yield designs_table(estimates, comparison.ratios, nominal=nominal)
    yield from band_notes(estimates, nominal=nominal)
    yield from scope_notes(comparison, where)


def scope_notes(comparison: Comparison, where: str) -> Iterator[Paragraph]:
    """Notes on the ratios: the reference design, and whether both sides have the same exclusions and operation."""
    text = "ratio: first over baseline"
    if any(ratio.marked for ratio in comparison.ratios):
        text += f"; * at least {LEAST_UNPROVEN * 100:g} % of a side is projected or assumed"
    yield Paragraph(text)
    if not all(same_scope(comparison.design, one) for one in comparison.baselines):
        yield Paragraph(f"{OTHER_SCOPE} NOT THE SAME SCOPE as the first: other parts are left out; {where}")
    modes = {one.architecture: operation_words(one) for one in comparison.estimates}
    if len(set(modes.values())) > 1:
        run = ", ".join(f"{name} {mode}" for name, mode in modes.items())
        yield Paragraph(
            f"NOT THE SAME OPERATION: {run}; these ratios are of each chip in its own, those at equal pace are fair"
        )


def ratios_table(comparison: Comparison, labels: Mapping[str, str] = _NAMES) -> Table:
    """Ratios over each baseline with their bands, and how much of both sides is projected or assumed."""
    over = {
        one.architecture: labels.get(one.architecture, one.architecture) + scope_note(comparison.design, one)
        for one in comparison.baselines
    }
    rows = [
        (
            label_and_unit(ratio.quantity)[0], over[ratio.baseline],
            Number(ratio.value, ratio.marked), ratio_band(ratio),
            f"{percent(ratio.unproven[0])} and {percent(ratio.unproven[1])}",
        )
        for ratio in comparison.ratios
    ]  # fmt: skip
    head = ("result", "over", "ratio", "p10 .. p90", "projected or assumed, design and baseline")
    return Table.of(head, rows, "<<>>>")


def iso_accuracy(comparison: Comparison) -> Iterator[Paragraph]:
    """Whether the designs answer equally well; nothing for a network without a measured curve."""
    reached = {one.architecture: one.totals["accuracy"] for one in comparison.estimates}
    known = {name: accuracy for name, accuracy in reached.items() if accuracy is not None}
    if not known:
        return
    apart = max(known.values()) - min(known.values())
    stated = ", ".join(f"{name} {100.0 * accuracy:.1f} %" for name, accuracy in known.items())
    verdict = "iso-accuracy within one point"
    if apart > _EQUALLY_ACCURATE:
        verdict = f"not at iso-accuracy, {100.0 * apart:.1f} points apart, so the ratios compare unequal work"
    yield Paragraph(f"accuracy: {stated}: {verdict}")


# --- What makes the ratios ---------------------------------------------------------------------------------------


def attribution_lines(
    comparison: Comparison, baseline: Estimate, paces: Collection[Pace] = _OTHER_PACES
) -> Iterator[str]:
    """Ratios of energy and area over a baseline, and of the energies at other paces, each as a product and verdict.

    At equal pace also without the input path, which is the same on both sides there.
    """
    of_baseline = {one.quantity: one for one in comparison.ratios if one.baseline == baseline.architecture}
    for quantity, name in _ATTRIBUTED.items():
        ratio = of_baseline.get(quantity)
        if ratio is not None and (attribution := comparison.attribution(ratio)) is not None:
            yield f"{name} {attribution.words}{_judged(comparison.verdict(ratio))}"
    for row in comparison.paces if paces else ():
        shown = row.baseline == baseline.architecture and row.pace in paces
        if shown and row.attribution is not None and (row.off_chip_link or row.pace == "equal_pace"):
            without = "" if row.off_chip_link else ", without the input path"
            yield f"{words(row.pace)}{without}: energy {row.attribution.words}{_judged(comparison.verdict(row))}"


def attribution_rule(comparison: Comparison) -> str:
    """Meaning of the verdicts, in one sentence."""
    relevance = percent(comparison.relevance)
    return (
        "products: mean over all orders of exchanging what differs, at the stated inputs; level: neurons that differ "
        f"contribute less than {relevance}, by their energy and the leakage while they integrate (stated or in the "
        f"median); otherwise tie: p10 to p90 contain 1; level also: the median is within {relevance}; otherwise win "
        "or loss"
    )


def _judged(verdict: str | None) -> str:
    return "" if verdict is None else f": {verdict}"


def _over(comparison: Comparison, baseline: Estimate) -> str:
    return f"over {baseline.architecture}: " if len(comparison.baselines) > 1 else ""


def _products(comparison: Comparison) -> Iterator[Paragraph]:
    """Ratios of energy and area as products over what differs, with their verdicts."""
    for baseline in comparison.baselines:
        for line in attribution_lines(comparison, baseline, paces=()):
            yield Paragraph(f"{_over(comparison, baseline)}{line}")


def _why_in_brief(comparison: Comparison) -> Iterator[Block]:
    """What makes the ratios over one baseline, the meaning of the verdict `level`, and who passes the checks."""
    yield from (*_products(comparison), *equal_pace(comparison))
    verdicts = {*map(comparison.verdict, comparison.ratios), *map(comparison.verdict, comparison.equal_pace)}
    if "level" in verdicts:
        yield Paragraph(
            f"level: the neurons contribute less than {100.0 * comparison.relevance:g} %, "
            "or the median is that close to 1"
        )
    yield Gap()
    yield from passing_lines(comparison.estimates)


def _why(comparison: Comparison) -> Iterator[Block]:
    """All ratios as products, and the meaning of the verdicts."""
    yield Gap()
    yield Heading("What makes the ratios")
    for baseline in comparison.baselines:
        for line in attribution_lines(comparison, baseline):
            yield Paragraph(f"{_over(comparison, baseline)}{line}", indent=2)
    yield Paragraph(attribution_rule(comparison), indent=2)
    yield Gap()


def _verdicts(comparison: Comparison) -> Iterator[Paragraph]:
    """Verdicts over each baseline; the table has the ratios but for that of the energies at equal pace."""
    for baseline in comparison.baselines:
        over = baseline.architecture
        stated = [
            f"{QUANTITIES[ratio.quantity].alias} {verdict}"
            for ratio in comparison.ratios
            if ratio.baseline == over and (verdict := comparison.verdict(ratio))
        ]
        stated += [
            f"at equal pace {ratio_digits(found)} ({verdict})"
            for row in comparison.equal_pace
            if row.baseline == over
            and row.part == "energy"
            and row.off_chip_link
            and (found := row.ratio.headline) is not None
            and (verdict := comparison.verdict(row))
        ]
        yield Paragraph(f"over {over}: {', '.join(stated) or 'no verdict'}")


# --- Energies at equal and stated pace ---------------------------------------------------------------------------


def equal_pace(comparison: Comparison) -> Iterator[Paragraph]:
    """Energies at equal pace, which a back-to-back ratio hides."""
    written, whole = False, ""
    for row in comparison.equal_pace:
        if row.part != "energy" or row.ratio.band is None:
            continue
        period, design, other = (
            formatted(number.headline, unit)
            for number, unit in ((row.design_period, "s"), (row.design, "J"), (row.baseline_energy, "J"))
        )
        ratio = " .. ".join(ratio_digits(end) for end in (row.ratio.band.low, row.ratio.band.high))
        over = f" of {row.baseline}" if len(comparison.baselines) > 1 else ""
        product = "" if row.attribution is None else f" = {row.attribution.product}"
        verdict = f": {comparison.verdict(row)}" if product else ""
        energies = f"{design} against {other}{over}, ratio {ratio_digits(row.ratio.band.median)} ({ratio})"
        made = f"{energies}{product}{verdict}"
        if row.off_chip_link:
            text = f"equal pace, {period} each: {made}"
        else:
            links = dict.fromkeys(map(link_names, comparison.estimates))
            path = f" ({' or '.join(links)})"
            text = "" if written and energies in whole else f"without the input path{path}: {made}"
        whole = text
        if text:
            written = True
            yield Paragraph(text)


def pace_table(comparison: Comparison, baseline: Estimate, labels: Mapping[str, str] = _NAMES) -> Table:
    """Medians of the energies of a design and one baseline at each pace, and their ratio with its band."""
    rows: list[Sequence[object]] = []
    last = None
    for row in _of(comparison, baseline):
        if row.pace != last:
            last = row.pace
            periods = (_median(row.design_period, "s"), _median(row.baseline_period, "s"))
            rows.append((f"{words(row.pace)}: period", *periods, "", ""))
        if row.part != "energy" and not row.off_chip_link:
            continue
        slow = row.design_keeps_up < LEAST_IN_TIME, row.baseline_keeps_up < LEAST_IN_TIME
        band = row.ratio.band
        cells = [
            ("fails" if row.pace == "streaming" else "too slow") if late else _median(side, "J")
            for late, side in zip(slow, (row.design, row.baseline_energy), strict=True)
        ]
        ratio = ("-", "-")
        if band is not None and not any(slow):
            ratio = (ratio_digits(band.median), f"{ratio_digits(band.low)} .. {ratio_digits(band.high)}")
        rows.append((row.label, *cells, *ratio))
    over = labels.get(baseline.architecture, baseline.architecture)
    text = f"Energy of an inference at equal work and stated pace, over {over}"
    return Table.of(("median", "design", "baseline", "ratio", "p10 .. p90"), rows, "<>>>>", text)


def pace_notes(comparison: Comparison, baseline: Estimate, labels: Mapping[str, str] = _NAMES) -> list[str]:
    """Notes under the table: chips that do not keep up, and data without a pace."""
    rows = [row for row in _of(comparison, baseline) if row.part == "energy" and row.off_chip_link]
    notes = [
        f"{words(pace)}: {what}" for pace, what in PACES.items() if any(row.pace == pace for row in rows)
    ]
    notes.append("ratio: computed sample by sample, so its median is not the quotient of the two medians")
    for row in rows:
        for name, share in (
            (comparison.design.architecture, row.design_keeps_up),
            (row.baseline, row.baseline_keeps_up),
        ):
            if row.pace in _OF_DATA and share < 1.0:
                notes.append(
                    f"{labels.get(name, name)} {_OF_DATA[row.pace]} in {percent(share)} of the samples"
                )
    if not any(row.pace in _OF_DATA for row in rows):
        notes.append("neither burst nor streaming: the workload states no `period` of its data")
    return notes


def _paces(comparison: Comparison) -> Iterator[Block]:
    for baseline in comparison.baselines:
        yield pace_table(comparison, baseline)
        for note in pace_notes(comparison, baseline):
            yield Paragraph(note, indent=2)
        yield Gap()


def _of(comparison: Comparison, baseline: Estimate) -> Iterator[PaceRow]:
    yield from (row for row in comparison.paces if row.baseline == baseline.architecture)


def _median(number: Banded, unit: str) -> str:
    return "-" if number.band is None else formatted(number.band.median, unit)


# --- What differs ------------------------------------------------------------------------------------------------


def _differences(comparison: Comparison) -> Iterator[Block]:
    names = [result.architecture for result in comparison.estimates]
    yield Heading("Alike")
    yield Facts(tuple((item.what, item.values[0]) for item in comparison.differences if not item.differs))
    yield Gap()
    yield differences_table(comparison, names)
    yield Gap()


def differences_table(comparison: Comparison, names: Sequence[str]) -> Table:
    """Properties in which the designs differ, with the `names` of the designs."""
    rows = [(item.what, *item.values) for item in comparison.differences if item.differs]
    return Table.of(("property", *names), rows, "<" * (1 + len(names)), "Different")


def _left_out(comparison: Comparison) -> Iterator[Block]:
    """What is left out, by the designs that leave it out."""
    names = [result.architecture for result in comparison.estimates]
    owners: dict[str, list[str]] = {}
    for name, result in zip(names, comparison.estimates, strict=True):
        for item in dict.fromkeys(result.exclusions):
            owners.setdefault(item, []).append(name)
    groups: dict[tuple[str, ...], list[str]] = {}
    for item, by in owners.items():
        groups.setdefault(tuple(by), []).append(one_line(item))
    yield Heading("Left out")
    for sides, items in sorted(groups.items(), key=lambda group: len(group[0])):
        label = "by all" if len(sides) == len(names) else f"by {' and '.join(sides)} alone"
        yield Points(tuple(items), label, 2)
    if not groups:
        yield Paragraph("nothing stated in the files", indent=2)


# --- Attributes of the designs -------------------------------------------------------------------------------------

_FABRICATION = ("not_compatible", "unknown", "back_end_option", "standard")
"""Fabrication status of devices, in order of decreasing distance from a standard process."""


def _number(result: Estimate, path: str, unit: str) -> str:
    claim = result.claims.get(path)
    return formatted(claim.value, unit) if claim is not None else "-"


def _quality(result: Estimate) -> str:
    task: Task | None = result.workload.task
    if task is None:
        return "not stated"
    if task.value is None:
        return f"{task.dataset}, quality not stated"
    known = f"{task.basis}" + (f", {task.source}" if task.source else "")
    return (
        f"{task.dataset}, {task.metric} {percent(task.value) if task.value <= 1.0 else task.value} ({known})"
    )


def _range(bits: u.Numeric) -> str:
    """The bits of all layers, or from where to where they go."""
    low, high = float(np.min(bits)), float(np.max(bits))
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _precision(result: Estimate) -> str:
    names = ("weights", "activations", "accumulator")
    bits = [(name, result.claims.get(f"workload.precision.{name}")) for name in names]
    spiking = result.workload.coding == "spiking"
    layers = result.evaluation.layers
    differ = {} if layers.output_bits is None else {
        "weights": layers.weight_bits, "activations": layers.activation_bits,
    }  # fmt: skip
    return ", ".join(
        f"{name} {_range(differ.get(name, claim.value))} bit"
        for name, claim in bits
        if claim is not None and not (spiking and name == "activations")
    )


def _activity(result: Estimate) -> str:
    parts = []
    for path, claim in result.claims.items():
        spread_out = (
            path.endswith(ACTIVE_STEPS) and claim.value == 1.0
        )  # as every spiking network, if not stated
        if path.startswith("workload.") and ".activity." in path and not spread_out:
            where = path.removeprefix("workload.").removeprefix("layers.").replace(".activity.", " ")
            where = where.removeprefix("activity.")
            parts.append(f"{words(where)} {claim.value:.3g} ({claim.basis})")
    return ", ".join(parts)


def _process(result: Estimate) -> str:
    name = result.design.devices["technology.process"].spec.name
    corner = corner_words(result.design)
    node = f"{_number(result, 'technology.process.feature_size', 'm')} ({name})"
    return f"{node}, {corner}" if corner else node


def _accuracy(result: Estimate) -> str:
    bits = result.totals["effective_bits"]
    if bits is None:
        return "no columns"
    age = weights_age(result)
    return f"{bits:.2g} effective bits, weights " + ("as written" if age is None else f"{age} old")


def _kind(result: Estimate) -> str:
    from neuroest.pipeline.comparison import PUBLISHED  # noqa: PLC0415 - an estimate alone needs no comparison

    for part in result.design.root.walk():
        mapper = getattr(part.spec, "mapper", None)
        if mapper is not None:
            return PUBLISHED.get(mapper, "modelled through all stages")
    return "-"


def _checks(found: Sequence[CheckResult]) -> str:
    return "; ".join(map(str, found)) or "none"


def _network(result: Estimate) -> str:
    title, name = result.network, result.workload.name
    return name if title == name else f"{title} ({name})"


_ATTRIBUTES: Mapping[str, Callable[[Estimate], str]] = {
    "workload": _network,
    "coding": lambda result: coding_words(result.workload.coding, result.claims),
    "task and accuracy": _quality,
    "precision": _precision,
    "activity": _activity,
    "kind": _kind,
    "node": _process,
    "supply": lambda result: _number(result, "technology.supply_voltage", "V"),
    "temperature": temperature_words,
    "operation": operation_words,
    "link": link_names,
    "accuracy of the network": lambda result: (
        f"{100.0 * accuracy:.1f} %"
        if (accuracy := result.totals["accuracy"]) is not None
        else "not measured against errors"
    ),
    "accuracy of the columns": _accuracy,
    "energy of a spike": lambda result: (
        formatted(sum(result.spike_terms.values()), "J") if result.spike_terms else "no neurons of their own"
    ),
    "lifetime of the neurons": lambda result: (
        "no wear"
        if result.totals["neuron_lifetime_s"] is None
        else headline_cells(Headline(result.totals["neuron_lifetime_s"]), "neuron_lifetime_s")[0]
    ),
    "failed checks": lambda result: _checks(result.failed_checks),
    "advice": lambda result: _checks(result.advice),
    "basis of the energy": lambda result: basis_words(result.basis_share["energy"]),
    "basis of the area": lambda result: basis_words(result.basis_share["area"]),
}
"""Attributes in words, in the order of the output."""


def attributes(comparison: Comparison) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Attributes in words with their value in each design, the design first and then its baselines."""
    sides = comparison.estimates
    for what, describe in _ATTRIBUTES.items():
        yield what, tuple(one_line(describe(result)) for result in sides)
    names = [{device.spec.name for device in result.design.devices.values()} for result in sides]
    shared = frozenset.intersection(*map(frozenset, names))
    for what, found in (
        ("maturity", [maturity_words(result, shared) for result in sides]),
        (
            "fabrication",
            [devices_by(result, lambda spec: spec.fab_compatibility.status, _FABRICATION, shared) for result in sides],
        ),
    ):  # fmt: skip
        yield (
            f"{what} of the devices that are not shared", tuple(each or "only shared devices" for each in found),
        )  # fmt: skip
