"""``neuroest compare``: designs side by side, their ratios and what differs."""

from typing import Annotated, Any

import typer

import neuroest
from neuroest.cli import shared
from neuroest.design.overrides import parse_settings
from neuroest.pipeline.comparison import at_corner
from neuroest.reporting.comparison_text import comparison_text
from neuroest.reporting.csv_export import comparison_csv
from neuroest.reporting.latex import comparison_latex
from neuroest.reporting.summaries import comparison_document
from neuroest.reporting.table import totals_table


def run(
    architecture: shared.Architecture,
    baselines: Annotated[
        list[str] | None, typer.Argument(metavar="BASELINE...", autocompletion=shared.complete_architecture)
    ] = None,
    workloads: Annotated[
        list[str] | None,
        typer.Option(
            "-w",
            "--workload",
            metavar="WORKLOAD",
            help=f"Network of all designs, default: {shared.DEFAULT_WORKLOAD}; repeated: one per design, in order.",
            autocompletion=shared.complete_workload,
        ),
    ] = None,
    corners: Annotated[bool, typer.Option("--corners")] = False,
    settings: shared.Settings = None,
    form: shared.Form = shared.Format.TABLE,
    output: shared.Output = None,
) -> None:
    """A design and its baselines: results, ratios and what differs.

    Prints results, ratios with bands, then differences and what each side leaves out. --set changes every design
    that has the path.

    Parameters
    ----------
    baselines
        Designs to compare with: names or files.
    corners
        Compare the design with itself on slow and fast dies, all totals in one table.
    form
        Form of the result.
    """
    if not (baselines or corners):
        raise typer.BadParameter(
            "name what to compare it with, or ask for --corners", param_hint="BASELINE..."
        )
    sides: list[Any] = [at_corner(architecture, name) for name in ("slow", "fast")] if corners else []
    sides += baselines or []
    networks = workloads or [shared.DEFAULT_WORKLOAD]
    comparison = neuroest.compare(architecture, sides, networks, parse_settings(settings or []))
    if form is shared.Format.JSON:
        text = comparison.to_json() + "\n"
    elif form is shared.Format.CSV:
        text = comparison_csv(comparison)
    elif form is shared.Format.MARKDOWN:
        text = comparison_document(comparison).to_markdown()
    elif form is shared.Format.LATEX:
        text = comparison_latex(comparison)
    else:
        table = f"{totals_table(comparison)}\n" if corners else ""
        text = table + comparison_text(comparison, shared.style_for(output))
    shared.emit(text, output)
