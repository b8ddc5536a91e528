"""``neuroest compare``: designs side by side, their ratios and what differs."""

from typing import Annotated, Any

import typer

import neuroest
from neuroest.cli import shared
from neuroest.loading.library import baseline_of, labelled, named_by_title
from neuroest.pipeline.comparison import at_corner
from neuroest.registry import render
from neuroest.reporting.comparison_document import totals_table
from neuroest.results.comparison import RELEVANCE


def run_compare(
    architecture: shared.Architecture,
    baselines: shared.Baselines = None,
    workloads: shared.Workloads = None,
    corners: Annotated[bool, typer.Option("--corners")] = False,
    settings: shared.Settings = None,
    given: shared.Given = None,
    relevance: shared.Relevance = RELEVANCE,
    full: Annotated[bool, typer.Option("--full")] = False,
    labels: shared.Labels = None,
    form: shared.Form = shared.Format.TABLE,
    output: shared.Output = None,
) -> None:
    """A design and its baselines: results, ratios and what differs.

    Prints results, ratios with bands and what makes them; --full adds differences and what each side leaves out. --set
    changes every design that has the path.

    Parameters
    ----------
    baselines
        Designs to compare with: names or files; default: the `baseline` of the design.
    workloads
        Network of all designs, default: that of `neuroest estimate`; repeated: one per design, in order.
    corners
        Compare the design with itself on slow and fast dies, all totals in one table.
    relevance
        Least share by which a win or a loss must differ from equal: 0.1 for 10 %.
    full
        Also the energies at every pace, what is alike and different, and what each side excludes.
    form
        Form of the result.

    Examples
    --------
    neuroest compare analog_lif_28nm digital_spiking_28nm -w mlp_mnist_spiking
    """
    sides: list[Any] = [at_corner(architecture, name) for name in ("slow", "fast")] if corners else []
    sides += baselines or []
    if not sides:
        own = baseline_of(neuroest.load_architecture(architecture))
        if own is None:
            raise typer.BadParameter(
                f"{architecture} states no `baseline`; name what to compare it with, or ask for --corners",
                param_hint="BASELINE...",
            )
        sides = [str(own)]
    (design, *others), networks = labelled(
        [architecture, *sides], workloads or [shared.DEFAULT_WORKLOAD], shared.parse_labels(labels)
    )
    if form is shared.Format.MARKDOWN:
        design, *others = named_by_title([design, *others])
    comparison = neuroest.compare(
        design, others, networks, shared.changes(settings), given=given, relevance=relevance
    )
    if form is shared.Format.JSON:
        text = comparison.to_json() + "\n"
    elif form is shared.Format.CSV:
        text = render(comparison, "csv")
    elif form is shared.Format.MARKDOWN:
        text = render(comparison, "document").to_markdown()
    elif form is shared.Format.LATEX:
        text = render(comparison, "latex")
    else:
        style = shared.style_for(output)
        totals = [*totals_table(comparison).lines(style, widest=3), "", ""] if corners else []
        text = "\n".join(totals) + render(comparison, "screen" if full else "brief").to_text(style)
    shared.emit(text, output)
