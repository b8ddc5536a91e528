"""``neuroest compare``: designs beside each other, what differs before any ratio."""

from __future__ import annotations

from typing import Annotated

import typer

import neuroest
from neuroest.cli.shared import Architecture, Format, Output, Settings, emit, style_for
from neuroest.reporting.frames import comparison_csv
from neuroest.reporting.latex import comparison_latex
from neuroest.reporting.markdown import comparison_markdown
from neuroest.settings import parse_settings


def run(
    architecture: Architecture,
    baselines: Annotated[
        list[str], typer.Argument(metavar="BASELINE...", help="What it is put beside: names or paths.")
    ],
    workloads: Annotated[
        list[str],
        typer.Option(
            "-w",
            "--workload",
            metavar="WORKLOAD",
            help="Network of all designs; repeated, one for each in their order.",
        ),
    ],
    settings: Settings = None,
    form: Annotated[Format, typer.Option("--format", help="Form of the result.")] = Format.TABLE,
    output: Output = None,
) -> None:
    """A design beside baselines: what differs, then ratios.

    The differences and what each side leaves out come first, the ratios carry bands. A setting changes every
    design that has its path.
    """
    comparison = neuroest.compare(architecture, baselines, workloads, parse_settings(settings or []))
    if form is Format.JSON:
        text = comparison.to_json() + "\n"
    elif form is Format.CSV:
        text = comparison_csv(comparison)
    elif form is Format.MARKDOWN:
        text = comparison_markdown(comparison)
    elif form is Format.LATEX:
        text = comparison_latex(comparison)
    else:
        text = comparison.to_text(style_for(output))
    emit(text, output)
