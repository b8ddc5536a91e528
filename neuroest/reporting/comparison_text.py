"""A comparison as text for a terminal of 80 columns."""

from collections.abc import Sequence

from neuroest.core.text_layout import wrapped
from neuroest.reporting.attribution_text import attribution_lines, attribution_rule
from neuroest.reporting.formatting import ratio_digits
from neuroest.reporting.learning_text import learning_table
from neuroest.reporting.pace_table import pace_notes, pace_table
from neuroest.reporting.summary import (
    attributions,
    bands_lines,
    designs_table,
    equal_pace,
    given_lines,
    scope_lines,
    settings_lines,
)  # fmt: skip
from neuroest.reporting.text_style import PLAIN, Style, bullets, one_line
from neuroest.results.comparison import Comparison
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import QUANTITIES

_EQUALLY_ACCURATE = 0.01
"""Difference of accuracies up to which designs count as equally accurate; a convention."""
_DIFFERENCES_SHOWN = 6
"""Properties named in brief where several baselines fill the screen."""


def comparison_text(comparison: Comparison, style: Style = PLAIN, *, full: bool = False) -> str:
    """Comparison as text of 80 columns: results and ratios; in full also paces, properties and exclusions."""
    names = [result.architecture for result in comparison.estimates]
    title = wrapped(f"{names[0]} compared with {', '.join(names[1:])}", hanging=2)
    where = "the end lists them" if full else "`--full` lists them"
    lines = [
        *map(style.bold, title),
        *settings_lines(comparison.settings),
        *given_lines(comparison.estimates),
        "",
        *designs_table(comparison.estimates, comparison.ratios, style, nominal=full),
        *bands_lines(comparison.estimates, nominal=full),
        *scope_lines(comparison, where),
        *([] if full else accuracy_lines(comparison)),
        "",
    ]
    lines += _details(comparison, names, style) if full else _in_brief(comparison, style)
    return "\n".join(lines) + "\n"


def _in_brief(comparison: Comparison, style: Style) -> list[str]:
    """What makes the ratios, as products over one baseline and as verdicts over several, and what differs."""
    if len(comparison.baselines) == 1:
        lines = [*attributions(comparison), *equal_pace(comparison)]
    else:
        lines = [
            line for one in comparison.baselines for line in wrapped(_verdicts(comparison, one), hanging=2)
        ]
    apart = [item.what for item in comparison.differences if item.differs]
    shown = apart if len(comparison.baselines) == 1 else apart[:_DIFFERENCES_SHOWN]
    others = f" and {len(apart) - len(shown)} more" if len(apart) > len(shown) else ""
    excluded = len({item for one in comparison.estimates for item in one.exclusions})
    lines += ["", *wrapped(f"different: {', '.join(shown) or 'nothing'}{others}", hanging=2)]
    more = f"{len(comparison.differences) - len(apart)} properties alike, {excluded} parts excluded"
    return [*lines, *map(style.dim, wrapped(f"{more}; values, paces and exclusions: `--full`", hanging=2))]


def _verdicts(comparison: Comparison, baseline: Estimate) -> str:
    """Verdicts over a baseline; the table has the ratios but for that of the energies at equal pace."""
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
    return f"over {over}: {', '.join(stated) or 'no verdict'}"


def _details(comparison: Comparison, names: Sequence[str], style: Style) -> list[str]:
    lines = [style.bold("What makes the ratios")]
    for baseline in comparison.baselines:
        over = f"over {baseline.architecture}: " if len(comparison.baselines) > 1 else ""
        for line in attribution_lines(comparison, baseline):
            lines += wrapped(f"{over}{line}", indent=2, hanging=4)
    lines += [*wrapped(attribution_rule(comparison), indent=2, hanging=4), ""]
    lines += learning_table(comparison.estimates, style)
    for baseline in comparison.baselines:
        lines += _pace_lines(comparison, baseline, style)
    lines += [*accuracy_lines(comparison), ""]
    lines += [style.bold("Alike")]
    for item in comparison.differences:
        if not item.differs:
            lines += wrapped(f"{item.what}: {item.values[0]}", indent=2, hanging=4)
    lines += ["", style.bold("Different")]
    for item in comparison.differences:
        if item.differs:
            lines.append(f"  {item.what}")
            for name, value in zip(names, item.values, strict=True):
                lines += wrapped(f"{name}: {value}", indent=4, hanging=6)
    return [*lines, "", *_left_out_lines(comparison, names, style)]


def accuracy_lines(comparison: Comparison) -> list[str]:
    """Whether the designs answer equally well; nothing for a network without a measured curve."""
    reached = {one.architecture: one.totals["accuracy"] for one in comparison.estimates}
    known = {name: accuracy for name, accuracy in reached.items() if accuracy is not None}
    if not known:
        return []
    apart = max(known.values()) - min(known.values())
    stated = ", ".join(f"{name} {100.0 * accuracy:.1f} %" for name, accuracy in known.items())
    verdict = (
        "iso-accuracy within one point"
        if apart <= _EQUALLY_ACCURATE
        else f"not at iso-accuracy, {100.0 * apart:.1f} points apart, so the ratios compare unequal work"
    )
    return wrapped(f"accuracy: {stated}: {verdict}", hanging=2)


def _left_out_lines(comparison: Comparison, names: Sequence[str], style: Style) -> list[str]:
    owners: dict[str, list[str]] = {}
    for name, result in zip(names, comparison.estimates, strict=True):
        for item in dict.fromkeys(result.exclusions):
            owners.setdefault(item, []).append(name)
    groups: dict[tuple[str, ...], list[str]] = {}
    for item, by in owners.items():
        groups.setdefault(tuple(by), []).append(item)
    lines = [style.bold("Left out")]
    for sides, items in sorted(groups.items(), key=lambda group: len(group[0])):
        label = "by all" if len(sides) == len(names) else f"by {' and '.join(sides)} alone"
        lines += [*wrapped(label, indent=2, hanging=4), *bullets(map(one_line, items), indent=4)]
    return lines if groups else [*lines, "  nothing stated in the files"]


def _pace_lines(comparison: Comparison, baseline: Estimate, style: Style) -> list[str]:
    title = f"Energy of an inference at equal work and stated pace, over {baseline.architecture}"
    lines = [style.bold(line) for line in wrapped(title, hanging=2)]
    lines += pace_table(comparison, baseline).lines(indent=2)
    for note in pace_notes(comparison, baseline):
        lines += wrapped(note, indent=2, hanging=4)
    return [*lines, ""]
