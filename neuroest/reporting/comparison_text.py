"""A comparison as text for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Sequence

from neuroest.core.text_layout import fitting_columns, wrapped
from neuroest.reporting.formatting import formatted, percent
from neuroest.reporting.pace_table import pace_notes, pace_table
from neuroest.reporting.table import settings_lines
from neuroest.reporting.text_style import PLAIN, Style, bullets, one_line
from neuroest.results.comparison import Comparison, Ratio
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import label_and_unit


def comparison_text(comparison: Comparison, style: Style = PLAIN) -> str:
    """The comparison as text of 80 columns: what is alike, what differs, what is left out, then ratios."""
    names = [result.architecture for result in comparison.estimates]
    title = wrapped(f"{names[0]} beside {', '.join(names[1:])}", hanging=2)
    lines = [*map(style.bold, title), *settings_lines(comparison.settings), ""]
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
    lines += ["", *_left_out_lines(comparison, names, style), "", *_ratio_lines(comparison, style)]
    return "\n".join(lines) + "\n"


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
    return lines if groups else [*lines, "  nothing that the files name"]


def _ratio_lines(comparison: Comparison, style: Style) -> list[str]:
    lines: list[str] = []
    for baseline in comparison.baselines:
        lines.append(style.bold(f"{comparison.design.architecture} over {baseline.architecture}"))
        rows: list[Sequence[str]] = [("", "design", "baseline", "ratio", "p10 .. p90", "")]
        marked = False
        for ratio in comparison.ratios:
            if ratio.baseline != baseline.architecture:
                continue
            label, unit = label_and_unit(ratio.quantity)
            sides = (comparison.design.totals[ratio.quantity], baseline.totals[ratio.quantity])
            mark = _mark(ratio)
            marked = marked or bool(mark)
            band = "" if ratio.low is None else f"{ratio.low:.3g} .. {ratio.high:.3g}"
            first, second = (formatted(value, unit) for value in sides)
            rows.append((label, first, second, f"{ratio.value:.3g}", band, mark))
        lines += fitting_columns(rows, "<>>>><", indent=2)
        lines += _marks(comparison, baseline) if marked else []
        lines += ["", *_pace_lines(comparison, baseline, style), ""]
    return lines[:-1]


def _pace_lines(comparison: Comparison, baseline: Estimate, style: Style) -> list[str]:
    title = f"Energy of an inference at equal work and stated pace, over {baseline.architecture}"
    lines = [style.bold(line) for line in wrapped(title, hanging=2)]
    lines += pace_table(comparison, baseline).lines(indent=2)
    for note in pace_notes(comparison, baseline):
        lines += wrapped(note, indent=2, hanging=4)
    return lines


def _marks(comparison: Comparison, baseline: Estimate) -> list[str]:
    reported = []
    for ratio in comparison.ratios:
        if ratio.baseline == baseline.architecture and _mark(ratio):
            label = label_and_unit(ratio.quantity)[0]
            reported.append(f"{label} {percent(ratio.unproven[0])} and {percent(ratio.unproven[1])}")
    text = "* rests on projected or assumed values, in the design and in the baseline: " + "; ".join(reported)
    return wrapped(text, indent=2, hanging=4)


def _mark(ratio: Ratio) -> str:
    return "*" if max(ratio.unproven) >= 0.05 else ""
