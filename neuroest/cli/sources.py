"""Verbs on where a number comes from: its calculation and its sources."""

from enum import StrEnum
from typing import Annotated, Any

import typer

import neuroest
from neuroest.cli import shared
from neuroest.cli.shared import quantities
from neuroest.reporting.bibliography import cite, sources_rows


class ExplanationFormat(StrEnum):
    """Forms of an explanation."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"
    LATEX = "latex"


def run_explain(
    architecture: shared.Architecture,
    quantity: Annotated[str | None, typer.Argument(metavar="QUANTITY", autocompletion=quantities)] = None,
    workload: shared.Workload = shared.DEFAULT_WORKLOAD,
    settings: shared.Settings = None,
    every: Annotated[bool, typer.Option("--all")] = False,
    form: Annotated[ExplanationFormat, typer.Option("--format")] = ExplanationFormat.TEXT,
    output: shared.Output = None,
) -> None:
    """How a number is calculated, down to equations and sources.

    Parameters
    ----------
    quantity
        energy, area, latency ..., a component, component.action.term, or a parameter; the last words of a path
        will do. Without it: results, parts and the inputs that matter most.
    every
        Without a quantity, list every name that can be explained.
    form
        Form of the result.

    Examples
    --------
    neuroest explain analog_lif_28nm energy_per_inference_J -w mlp_mnist_spiking
    """
    from neuroest.reporting import explanation  # noqa: PLC0415 - loaded for this verb only
    from neuroest.reporting.derivation import step_rows  # noqa: PLC0415

    result = neuroest.estimate(architecture, workload, shared.changes(settings))
    if quantity is None:
        names = explanation.explainable(result)
        rows: list[dict[str, Any]] = [{"name": name, "description": about} for name, about in names]
        text = explanation.explainable_text(result, every=every, style=shared.style_for(output))
        data: Any = rows
    else:
        found = explanation.explain(result, quantity)
        rows, data = [], found.to_dict()
        if form not in {ExplanationFormat.TEXT, ExplanationFormat.JSON}:
            rows = step_rows(found.step)
        text = found.to_text(shared.style_for(output))
    kind = shared.Format.TABLE if form is ExplanationFormat.TEXT else shared.Format(form.value)
    label = (
        f"How {quantity or 'every number'} of {result.architecture} on {result.workload.name} was calculated"
    )
    shared.emit_in_form(output, kind, lambda: text, lambda: rows, label, data)


class CitationFormat(StrEnum):
    """Forms of a bibliography."""

    TEXT = "text"
    BIBTEX = "bibtex"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"
    LATEX = "latex"


def run_cite(
    architecture: shared.Architecture,
    workload: shared.Workload = shared.DEFAULT_WORKLOAD,
    settings: shared.Settings = None,
    form: Annotated[CitationFormat, typer.Option("--format")] = CitationFormat.TEXT,
    output: shared.Output = None,
) -> None:
    """The sources that an estimate uses, and no others.

    Parameters
    ----------
    form
        Form of the list.

    Examples
    --------
    neuroest cite analog_lif_28nm -w mlp_mnist_spiking --format bibtex
    """
    result = neuroest.estimate(architecture, workload, shared.changes(settings))
    if form is CitationFormat.BIBTEX:
        shared.emit(cite(result, "bibtex"), output)
    else:
        kind = shared.Format.TABLE if form is CitationFormat.TEXT else shared.Format(form.value)
        label = f"Sources of {result.architecture} on {result.workload.name}"
        shared.emit_in_form(output, kind, lambda: cite(result), lambda: sources_rows(result.sources), label)
    if not result.sources:
        shared.note(["no value that the estimate uses names a source"])
