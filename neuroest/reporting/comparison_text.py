"""A comparison as text for a terminal of 80 columns."""

from collections.abc import Sequence

from neuroest.core.text_layout import wrapped
from neuroest.reporting.attribution_text import attribution_lines, attribution_rule
from neuroest.reporting.learning_text import learning_table
from neuroest.reporting.pace_table import pace_notes, pace_table
from neuroest.reporting.summary import bands_lines, designs_table, given_lines, scope_lines, settings_lines
from neuroest.reporting.text_style import PLAIN, Style, bullets, one_line
from neuroest.results.comparison import Comparison
from neuroest.results.estimate import Estimate

_EQUALLY_ACCURATE = 0.01
"""Difference of accuracies up to which designs count as equally accurate; a convention."""


def comparison_text(comparison: Comparison, style: Style = PLAIN) -> str:
    """Comparison as text of 80 columns: designs by results, then common, different and excluded parts."""
    names = [result.architecture for result in comparison.estimates]
    title = wrapped(f"{names[0]} compared with {', '.join(names[1:])}", hanging=2)
    lines = [
        *map(style.bold, title),
        *settings_lines(comparison.settings),
        *given_lines(comparison.estimates),
        "",
    ]
    lines += [
        *designs_table(comparison.estimates, comparison.ratios, style),
        *bands_lines(comparison.estimates),
        *scope_lines(comparison, "the end lists them"),
        "",
        style.bold("What makes the ratios"),
    ]
    for baseline in comparison.baselines:
        over = f"over {baseline.architecture}: " if len(comparison.baselines) > 1 else ""
        for line in attribution_lines(comparison, baseline):
            lines += wrapped(f"{over}{line}", indent=2, hanging=4)
    lines += [*wrapped(attribution_rule(comparison), indent=2, hanging=4), ""]
    lines += learning_table(comparison.estimates, style)
    for baseline in comparison.baselines:
        lines += _pace_lines(comparison, baseline, style)
    lines += accuracy_lines(comparison)
    alike = [item for item in comparison.differences if not item.differs]
    lines += [style.bold("Alike")]
    for item in alike:
        lines += wrapped(f"{item.what}: {item.values[0]}", indent=2, hanging=4)
    lines += ["", style.bold("Different")]
    for item in comparison.differences:
        if item.differs:
            lines.append(f"  {item.what}")
            for name, value in zip(names, item.values, strict=True):
                lines += wrapped(f"{name}: {value}", indent=4, hanging=6)
    lines += ["", *_left_out_lines(comparison, names, style)]
    return "\n".join(lines) + "\n"


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
    return [*wrapped(f"Accuracy: {stated}: {verdict}", hanging=2), ""]


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
