"""An estimate and a comparison as short documents, in Markdown and in HTML for notebooks."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import TypeAlias

from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.reporting.accuracy_text import accuracy_words
from neuroest.reporting.attribution_text import attribution_lines, attribution_rule
from neuroest.reporting.breakdown import ComponentSum, area_by_component, energy_by_component
from neuroest.reporting.estimate_views import View
from neuroest.reporting.formatting import check_line, headline_cells, percent, short
from neuroest.reporting.pace_table import pace_notes, pace_table
from neuroest.reporting.table import basis_words, maturity_words, reported_values
from neuroest.reporting.table_model import Interval, Quantity, Share, Table, plain
from neuroest.reporting.text_style import words
from neuroest.results.comparison import LEAST_UNPROVEN, Comparison, scope_note
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import MAIN, QUANTITIES, label_and_unit

_LEAST_SHARE = 1e-3


@frozen_dataclass
class Heading:
    """Heading of a section of a document."""

    text: str


@frozen_dataclass
class Points:
    """A list of points."""

    items: tuple[str, ...]


Part: TypeAlias = Heading | Points | Table | str


@frozen_dataclass
class Document:
    """A title with paragraphs, headings, tables and lists."""

    title: str
    parts: tuple[Part, ...]

    def to_markdown(self) -> str:
        """The document in Markdown; text from files is escaped."""
        blocks = [f"## {plain(self.title)}\n"]
        for part in self.parts:
            if isinstance(part, Table):
                blocks.append(part.to_markdown())
            elif isinstance(part, Heading):
                blocks.append(f"### {plain(part.text)}\n")
            elif isinstance(part, Points):
                blocks.append("".join(f"- {plain(item)}\n" for item in part.items))
            else:
                blocks.append(f"{plain(part)}\n")
        return "\n".join(blocks)

    def to_html(self) -> str:
        """The document as a self-contained HTML fragment; text from files is escaped."""
        blocks = [f"<p><strong>{escape(self.title)}</strong></p>"]
        for part in self.parts:
            if isinstance(part, Table):
                blocks.append(part.to_html())
            elif isinstance(part, Heading):
                blocks.append(f"<p><strong>{escape(part.text)}</strong></p>")
            elif isinstance(part, Points):
                blocks.append("<ul>" + "".join(f"<li>{escape(item)}</li>" for item in part.items) + "</ul>")
            else:
                blocks.append(f"<p>{escape(part)}</p>")
        return f'<div class="neuroest">{"".join(blocks)}</div>'


def estimate_document(estimate: Estimate) -> Document:
    """Estimate: results with bands, energy and area in parts, failed checks, exclusions."""
    parts: list[Part] = [estimate.design.spec.description]
    if estimate.settings:
        parts.append(
            "Changed: " + ", ".join(f"{path} = {value}" for path, value in estimate.settings.items())
        )
    parts += [
        "based on " + maturity_words(estimate),
        _results(estimate),
        _breakdown("energy by component", energy_by_component(estimate), "J"),
        _breakdown("area by component", area_by_component(estimate), "m^2"),
        *([_tiers(estimate)] if estimate.tiers else []),
    ]
    points = [check_line(check) for check in estimate.remarks]
    exactness = accuracy_words(estimate)
    points += [exactness] if exactness else []
    points += [
        f"{name} is based on {basis_words(shares)} values" for name, shares in estimate.basis_share.items()
    ]
    points += [f"reported by its source: {text}" for text in reported_values(estimate)]
    points += [f"assumed of the network: {item}" for item in estimate.workload.assumed]
    points += [f"left out: {item}" for item in estimate.exclusions]
    points.append(f"{len(estimate.source_keys)} sources")
    return Document(f"{estimate.architecture} on {estimate.workload.name}", (*parts, Points(tuple(points))))


def _results(estimate: Estimate) -> Table:
    rows = []
    for name, value in estimate.totals.items():
        if value is None:
            continue
        label, unit = label_and_unit(name)
        found, causes = estimate.headline(name), estimate.bands.causes.get(name, ())
        interval: Interval | str = ""
        nominal: Quantity | str = ""
        if found.low is not None and found.high is not None:
            interval, nominal = Interval(found.low, found.high, unit), Quantity(value, unit)
        cause = _cause(estimate, *causes[0]) if causes else ""
        unbounded = QUANTITIES[name].without_end(found.value)
        rows.append((label, unbounded or Quantity(found.value, unit), interval, nominal, cause))
    return Table.of(("result", "median", "p10 .. p90", "nominal", "band mostly from"), rows, "<>>><")


def _cause(estimate: Estimate, path: str, share: float) -> str:
    return f"{estimate.bands.cause(path, short(path))} {percent(share)}"


def _tiers(estimate: Estimate) -> Table:
    """Tiers of a stacked chip, the highest first."""
    rows = [
        (
            short(row.tier) if row.blocks else "logic", Quantity(row.area_m2, "m^2"), Share(row.width),
            f"{row.vias:.4g}", Quantity(row.power_W, "W"), Quantity(row.temperature_rise_K, "K"),
            "" if row.good_share is None else Share(row.good_share),
            ", ".join(map(short, row.blocks)) or "all other blocks",
        )
        for row in reversed(estimate.tiers)
    ]  # fmt: skip
    head = (
        "tier",
        "area",
        "of the widest",
        "vias down",
        "power",
        "warmer than the logic",
        "yield",
        "contains",
    )
    return Table.of(head, rows, "<>>>>>><")


def _breakdown(title: str, parts: Sequence[ComponentSum], unit: str) -> Table:
    """Components, and below one of several terms each of these."""
    total = sum(part.value for part in parts)
    rows = []
    for part in parts:
        terms = [term for term in part.terms if total and term.value / total >= _LEAST_SHARE]
        if len(terms) == 1:
            rows.append((f"{short(part.component)} {words(terms[0].term)}", terms[0].value))
        elif terms:
            rows.append((short(part.component), part.value))
            rows += [(f"· {words(term.term)}", term.value) for term in terms]
    cells = [(name, Quantity(value, unit), Share(value / total)) for name, value in rows]
    return Table.of((title, "value", "share"), cells, "<>>")


def comparison_document(comparison: Comparison) -> Document:
    """Comparison: differences and exclusions, then results, ratios and paces."""
    names = [result.architecture for result in comparison.estimates]
    left = [(n, "; ".join(items) or "-") for n, items in zip(names, comparison.left_out, strict=True)]
    left.append(("all", "; ".join(comparison.left_out_by_all) or "-"))
    results = Table.of(
        ("design", *(label_and_unit(name)[0] for name in MAIN)),
        [_design_row(View(result)) for result in comparison.estimates],
        "<" + ">" * len(MAIN),
    )
    return Document(
        f"{names[0]} compared with {', '.join(names[1:])}",
        (
            Heading("What differs"),
            Table.of(("different", *names), [(d.what, *d.values) for d in comparison.differences if d.differs],
                     "<" * (1 + len(names))),
            Table.of(("alike", ""), [(d.what, d.values[0]) for d in comparison.differences if not d.differs], "<<"),
            Heading("Left out"),
            Table.of(("by", "left out"), left, "<<"),
            Heading("Results"),
            results,
            Heading("Ratios"),
            _ratios(comparison),
            f"* at least {percent(LEAST_UNPROVEN)} is based on projected or assumed values.",
            Points(tuple(_attributions(comparison))),
            *_paces(comparison),
        ),
    )  # fmt: skip


def _attributions(comparison: Comparison) -> Iterator[str]:
    for baseline in comparison.baselines:
        for line in attribution_lines(comparison, baseline):
            yield f"over {baseline.architecture}: {line}"
    yield attribution_rule(comparison)


def _paces(comparison: Comparison) -> Iterator[Part]:
    for baseline in comparison.baselines:
        yield Heading(f"Energy of an inference at stated pace, over {baseline.architecture}")
        yield pace_table(comparison, baseline)
        yield Points(tuple(pace_notes(comparison, baseline)))


def _design_row(view: View) -> tuple[str, ...]:
    """Main results of a design with bands; projected or assumed values have a mark."""
    cells = [view.architecture]
    for name in MAIN:
        lead, interval, _ = headline_cells(view.estimate.headline(name), name)
        around = f" ({interval})" if interval else ""
        cells.append(f"{lead}{'*' if view.marked(name) else ''}{around}")
    return tuple(cells)


def _ratios(comparison: Comparison) -> Table:
    rows = []
    over = {one.architecture: scope_note(comparison.design, one) for one in comparison.baselines}
    for ratio in comparison.ratios:
        mark = "*" if ratio.marked else ""
        interval = "" if ratio.low is None or ratio.high is None else f"{ratio.low:.3g} .. {ratio.high:.3g}"
        unproven = f"{percent(ratio.unproven[0])} and {percent(ratio.unproven[1])}"
        label = label_and_unit(ratio.quantity)[0]
        rows.append(
            (label, ratio.baseline + over[ratio.baseline], f"{ratio.value:.3g}{mark}", interval, unproven)
        )
    head = ("result", "over", "ratio", "p10 .. p90", "projected or assumed, design and baseline")
    return Table.of(head, rows, "<<>>>")


def estimate_html(estimate: Estimate) -> str:
    """An estimate as a fragment of HTML, for notebooks."""
    return estimate_document(estimate).to_html()


def comparison_html(comparison: Comparison) -> str:
    """A comparison as a fragment of HTML, for notebooks."""
    return comparison_document(comparison).to_html()
