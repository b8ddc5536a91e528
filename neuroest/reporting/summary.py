"""One-screen summary: failed checks, totals with bands, and one sentence per common question."""

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from neuroest.core.text_layout import fitting_columns, wrapped
from neuroest.reporting import breakdown
from neuroest.reporting.accuracy_text import largest_causes, lowest_accuracy_layer
from neuroest.reporting.attribution_text import attribution_lines
from neuroest.reporting.formatting import (
    CHIP,
    check_line,
    coding_words,
    counted,
    formatted,
    link_names,
    operating_point,
    operation_words,
    passing_words,
    percent,
    ratio_digits,
    short,
    short_names,
    shortest_name,
)
from neuroest.reporting.learning_text import brief_cells, learning_table
from neuroest.reporting.text_style import PLAIN, Style, one_line, words
from neuroest.results.comparison import LEAST_UNPROVEN, Comparison, Ratio, same_scope
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import Headline, first_number
from neuroest.specs.claims import Claim
from neuroest.specs.learning import LEARNING
from neuroest.specs.parameters import DEFINED, FIT, RANGE_END
from neuroest.specs.workload import workload_exclusions

_SHOWN = {
    "energy": "energy_per_inference_J", "area": "area_m2", "latency": "latency_s", "throughput": "throughput_per_s",
}  # fmt: skip
"""Heading of each column and its total."""
_ROWS = ("median", "p10..p90", "nominal")
_NOMINAL = "at the stated inputs (nominal):"
"""Values behind the answers under a table of medians; the causes of a band refer to its samples."""
_MOST = 2
_MANY = 0.01
"""Share of samples without an estimate above which the summary mentions it."""
_OTHER_SCOPE = "#"
"""Mark of a ratio between designs that leave out different parts."""
FAR = 1.5
"""Ratio of nominal value to median above which a table explains the difference; a convention."""
_STEP = 0.1
"""Change of a parameter in the sentence on the strongest one."""


def estimate_summary(
    estimate: Estimate, settings: Mapping[str, str] | None = None, style: Style = PLAIN
) -> str:
    """An estimate in about twenty lines.

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
    lines = [
        *_heading((estimate,), style),
        *settings_lines(settings),
        *given_lines((estimate,)),
        *_failed((estimate,), style),
        "",
    ]
    lines += [*designs_table((estimate,), (), style, nominal=False), *bands_lines((estimate,), nominal=False)]
    lines += ["", _NOMINAL, *_answers(estimate), "", *_closing((estimate,))]
    return "\n".join(lines) + "\n"


def comparison_summary(comparison: Comparison, style: Style = PLAIN) -> str:
    """A design and its baselines in one table, with the dominant parts of each."""
    estimates = comparison.estimates
    lines = [
        *_heading(estimates, style),
        *settings_lines(comparison.settings),
        *given_lines(estimates),
        *_failed(estimates, style),
        "",
    ]
    lines += [
        *designs_table(estimates, comparison.ratios, style, nominal=False),
        *bands_lines(estimates, nominal=False),
        *scope_lines(comparison, "`neuroest compare` lists them"),
        *attributions(comparison),
    ]
    lines += equal_pace(comparison)
    lines += ["", *learning_table(estimates, style)]
    lines += [f"{style.bold(comparison.design.architecture)} {_NOMINAL}"]
    lines += _answers(comparison.design, comparison.baselines)
    command = comparison.command.strip("`")
    lines += ["", *_closing(estimates), *wrapped(f"what differs: {command}", hanging=2)]
    return "\n".join(lines) + "\n"


def settings_lines(settings: Mapping[str, str] | None) -> list[str]:
    """Settings of the run."""
    if not settings:
        return []
    return wrapped("set: " + ", ".join(f"{path}={value}" for path, value in settings.items()), hanging=5)


def given_lines(estimates: Sequence[Estimate]) -> list[str]:
    """What measured values the bands of each design are conditioned on."""
    words: dict[str, list[str]] = {}
    for estimate in estimates:
        if estimate.given is not None:
            words.setdefault(estimate.given.words, []).append(estimate.architecture)
    alike = len(words) == 1
    return [
        line
        for text, designs in words.items()
        for line in wrapped(text if alike else f"{', '.join(designs)}: {text}", hanging=2)
    ]


def designs_table(
    estimates: Sequence[Estimate], ratios: Sequence[Ratio], style: Style = PLAIN, *, nominal: bool = True
) -> list[str]:
    """Designs by results: median, band and nominal value of each total; ratios of the first design to the others."""
    shown = _ROWS if nominal else _ROWS[:-1]
    rows: list[tuple[str, ...]] = [("", *_SHOWN)]
    names: dict[int, str] = {}
    for estimate in estimates:
        if len(estimates) > 1:
            names[len(rows)] = estimate.architecture
            rows.append(("",) * len(rows[0]))
        cells = [brief_cells(estimate, name) for name in _SHOWN.values()]
        for place, label in enumerate(shown):
            rows.append((f" {label}", *(cell[place] for cell in cells)))
        found = {ratio.quantity: ratio for ratio in ratios if ratio.baseline == estimate.architecture}
        if found:
            label = " ratio" if same_scope(estimates[0], estimate) else f" ratio {_OTHER_SCOPE}"
            rows.append((label, *(_ratio(found.get(name)) for name in _SHOWN.values())))
            rows.append((" p10..p90", *(_ratio_band(found.get(name)) for name in _SHOWN.values())))
    lines = fitting_columns(rows, "<" + ">" * len(_SHOWN))
    for index, name in names.items():
        lines[index] = style.bold(name)
    return [style.dim(lines[0]), *lines[1:]]


def bands_lines(estimates: Sequence[Estimate], *, nominal: bool = True) -> list[str]:
    """Notes on the bands: samples without an estimate, and `nominal` values outside a band."""
    lines: list[str] = []
    for estimate in estimates:
        of = f"{estimate.architecture}: " if len(estimates) > 1 else ""
        outside: dict[str, list[str]] = {}
        for heading, name in _SHOWN.items():
            outside.setdefault(skewed(estimate.headline(name)), []).append(heading)
        for text, headings in outside.items():
            if text and nominal:
                lines += wrapped(f"{of}{' and '.join(headings)}: {text}", hanging=2)
        if 1.0 - estimate.bands.feasible >= _MANY:
            lines += left_out_samples(estimate, of)
    return lines


def left_out_samples(estimate: Estimate, of: str = "") -> list[str]:
    """Number of band samples without an estimate."""
    if estimate.bands.feasible == 1.0:
        return []
    share = percent(1.0 - estimate.bands.feasible)
    text = f"the design has no estimate in {share} of the band samples, which are left out"
    return wrapped(f"{of}{text}", hanging=2)


def skewed(found: Headline, far: float = math.inf) -> str:
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
    nominal, low, median, high = found.nominal, found.low, found.median, found.high
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


def scope_lines(comparison: Comparison, where: str) -> list[str]:
    """Notes on the ratios: the reference design, and whether both sides have the same exclusions."""
    design = comparison.design.architecture
    text = "ratio: first over baseline"
    if any(ratio.marked for ratio in comparison.ratios):
        text += f"; * at least {LEAST_UNPROVEN * 100:g} % of a side is projected or assumed"
    lines = wrapped(text, hanging=2)
    others = [
        baseline.architecture
        for baseline in comparison.baselines
        if not same_scope(comparison.design, baseline)
    ]
    if others:
        text = (
            f"{_OTHER_SCOPE} NOT THE SAME SCOPE: {design} and {', '.join(others)} leave out different parts"
        )
        lines += wrapped(f"{text}; {where}", hanging=2)
    modes = {one.architecture: operation_words(one) for one in (comparison.design, *comparison.baselines)}
    if len(set(modes.values())) > 1:
        run = ", ".join(f"{name} {mode}" for name, mode in modes.items())
        lines += wrapped(
            f"NOT THE SAME OPERATION: {run}; these ratios are of each chip in its own, those at equal pace are fair",
            hanging=2,
        )
    return lines


def equal_pace(comparison: Comparison) -> list[str]:
    """Energies at equal pace, which a back-to-back ratio hides."""
    lines: list[str] = []
    whole = ""
    for row in comparison.equal_pace:
        if row.part == "energy" and row.ratio.band is not None:
            period, own, other = (
                formatted(number.headline, unit)
                for number, unit in ((row.design_period, "s"), (row.design, "J"), (row.baseline_energy, "J"))
            )
            ratio = " .. ".join(ratio_digits(end) for end in (row.ratio.band.low, row.ratio.band.high))
            over = f" of {row.baseline}" if len(comparison.baselines) > 1 else ""
            product = "" if row.attribution is None else f" = {row.attribution.product}"
            verdict = f": {comparison.verdict(row)}" if product else ""
            energies = f"{own} against {other}{over}, ratio {ratio_digits(row.ratio.band.median)} ({ratio})"
            made = f"{energies}{product}{verdict}"
            if row.off_chip_link:
                text = f"equal pace, {period} each: {made}"
            else:
                links = dict.fromkeys(map(link_names, (comparison.design, *comparison.baselines)))
                path = f" ({' or '.join(links)})"
                text = "" if lines and energies in whole else f"without the input path{path}: {made}"
            whole = text
            lines += wrapped(text, hanging=2) if text else []
    return lines


def attributions(comparison: Comparison) -> Iterator[str]:
    """Ratios of energy and area as products over what differs, with their verdicts."""
    for baseline in comparison.baselines:
        over = f"over {baseline.architecture}: " if len(comparison.baselines) > 1 else ""
        for line in attribution_lines(comparison, baseline, paces=()):
            yield from wrapped(f"{over}{line}", hanging=2)


def _ratio(ratio: Ratio | None) -> str:
    if ratio is None:
        return "-"
    return f"{_brief(ratio.value)}{'*' if ratio.marked else ''}"


def _ratio_band(ratio: Ratio | None) -> str:
    if ratio is None or ratio.low is None or ratio.high is None:
        return ""
    return f"{_brief(ratio.low)} .. {_brief(ratio.high)}"


def _brief(value: float) -> str:
    """Number with three digits in the shortest form."""
    return f"{value:.3g}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")


def _heading(estimates: Sequence[Estimate], style: Style) -> list[str]:
    networks = list(dict.fromkeys(estimate.workload.name for estimate in estimates))
    title = f"{' and '.join(estimate.architecture for estimate in estimates)} on {' and '.join(networks)}"
    points = dict.fromkeys(
        f"{operating_point(estimate)}; {coding_words(estimate.workload.coding, estimate.claims)}"
        for estimate in estimates
    )
    return [*map(style.bold, wrapped(title, hanging=2)), *(line for text in points for line in wrapped(text))]


def _failed(estimates: Sequence[Estimate], style: Style) -> list[str]:
    lines: list[str] = []
    for estimate in estimates:
        of = f"{estimate.architecture}: " if len(estimates) > 1 else ""
        for check in estimate.remarks:
            lines += [style.red(line) for line in wrapped(f"! {of}{check_line(check)}", hanging=2)]
    dropped = dict.fromkeys(item for each in estimates for item in workload_exclusions(each.workload))
    for item in dropped:
        lines += [style.red(line) for line in wrapped(f"! left out: {one_line(item)}", hanging=2)]
    for item in dict.fromkeys(item for each in estimates for item in each.workload.assumed):
        lines += wrapped(f"assumed of the network: {one_line(item)}", hanging=2)
    return lines


def _answers(estimate: Estimate, baselines: Sequence[Estimate] = ()) -> Iterator[str]:
    of_baselines = [
        (" baseline" if len(baselines) == 1 else f" {each.architecture}", _energy(each)) for each in baselines
    ]
    for label, text in (
        ("energy", _energy(estimate)),
        *of_baselines,
        ("levels", _levels(estimate)),
        ("area", _largest(estimate, breakdown.area_by_component(estimate))),
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
    ):
        if text:
            yield from wrapped(f"  {label + ':':<13}{text}", hanging=15)


def _links(estimate: Estimate) -> str:
    """Links that were chosen for the pace of the chip; empty if the file names them."""
    several = len(estimate.design.link_choices) > 1
    return "; ".join(
        f"{f'{short(one.path)} ' if several else ''}{one.words}, chosen for "
        f"{formatted(one.period, 's')} an inference, of {len(one.devices)}"
        for one in estimate.design.link_choices
    )


def _energy(estimate: Estimate) -> str:
    return f"{_largest(estimate, breakdown.energy_by_component(estimate))}{_neurons(estimate)}"


def _largest(estimate: Estimate, parts: Sequence[breakdown.ComponentSum]) -> str:
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
    paths = breakdown.neuron_components(estimate)
    if not paths:
        return ""
    parts = breakdown.energy_by_component(estimate)
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
    return f"{found.effective_bits:.2g} effective bits in layer {found.layer}, limited by {cause[0]}"


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
    return f"{value} ({band})" if band else value


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


def _closing(estimates: Sequence[Estimate]) -> list[str]:
    """Checks, exclusions, sources, and where to find the rest."""
    total = counted(sum(len(estimate.checks) for estimate in estimates), "check")
    failed = [check for estimate in estimates for check in estimate.remarks]
    advice = sum(check.severity == "advice" for check in failed)
    passed = f"{len(failed) - advice} of {total} failed" if len(failed) > advice else f"{total} passed"
    passed += f", {advice} with advice" if advice else ""
    left = max(len(estimate.exclusions) for estimate in estimates)
    sources = max(len(estimate.source_keys) for estimate in estimates)
    text = "; ".join([passed, f"{counted(left, 'part')} left out", counted(sources, "source")])
    shares = [line for estimate in estimates for line in _passing(estimate)]
    return [*shares, *wrapped(f"{text}; all: `--full`", hanging=2)]


def _passing(estimate: Estimate) -> list[str]:
    """Share of the samples of the bands that pass all checks, if not all do."""
    words = passing_words(estimate.passing)
    where = "" if not words else f"{estimate.architecture} passes all checks {words}"
    return wrapped(where, hanging=2) if where else []
