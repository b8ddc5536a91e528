"""``neuroest explain``: how a number was calculated.

Parameters
----------
quantity
    energy, area, latency ..., a component, component.action.term, or a parameter; the last words of a path will
    do. Without it: results, parts and the inputs that matter most.
every
    Without a quantity, list every name that can be explained.
form
    Form of the result.

Examples
--------
neuroest explain analog_lif_28nm energy_per_inference_J -w mlp_mnist_spiking
"""

from enum import StrEnum
from typing import Annotated, Any

import typer

import neuroest
from neuroest.cli import shared
from neuroest.cli.completion import quantities
from neuroest.reporting.explanation import explain, explainable, explainable_text, explanation_rows


class ExplanationFormat(StrEnum):
    """Forms of an explanation."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"
    LATEX = "latex"


def run(
    architecture: shared.Architecture,
    quantity: Annotated[str | None, typer.Argument(metavar="QUANTITY", autocompletion=quantities)] = None,
    workload: shared.Workload = shared.DEFAULT_WORKLOAD,
    settings: shared.Settings = None,
    every: Annotated[bool, typer.Option("--all")] = False,
    form: Annotated[ExplanationFormat, typer.Option("--format")] = ExplanationFormat.TEXT,
    output: shared.Output = None,
) -> None:
    """How a number is calculated, down to equations and sources."""
    result = neuroest.estimate(architecture, workload, shared.changes(settings))
    if quantity is None:
        names = explainable(result)
        rows: list[dict[str, Any]] = [{"name": name, "description": about} for name, about in names]
        text = explainable_text(result, every=every, style=shared.style_for(output))
        data: Any = rows
    else:
        found = explain(result, quantity)
        rows, data = [], found.to_dict()
        if form not in {ExplanationFormat.TEXT, ExplanationFormat.JSON}:
            rows = explanation_rows(found)
        text = found.to_text(shared.style_for(output))
    kind = shared.Format.TABLE if form is ExplanationFormat.TEXT else shared.Format(form.value)
    label = (
        f"How {quantity or 'every number'} of {result.architecture} on {result.workload.name} was calculated"
    )
    shared.emit_in_form(output, kind, lambda: text, lambda: rows, label, data)
