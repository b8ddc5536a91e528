"""Verbs on spec files: their data sheets, problems, templates and schemas."""

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

import neuroest
from neuroest.cli import BAD_INPUT, shared
from neuroest.cli.shared import models, names, one_of
from neuroest.core.errors import NeuroestError
from neuroest.loading.kinds import KINDS
from neuroest.specs.file_text import check_new_spec

# --- Data sheets ---------------------------------------------------------------------------------------------------


def run_show(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", autocompletion=names("architecture", "device", "workload", "contest")),
    ],
    form: shared.Form = shared.Format.TABLE,
    resolved: Annotated[bool, typer.Option("--resolved")] = False,
) -> None:
    """A device, chip, network, model or source in full.

    Shows every value of a device, a chip as a tree, a network by layers.

    Parameters
    ----------
    name
        Anything that `neuroest list` names, or a path.
    form
        Form of the values.
    resolved
        The YAML file of an architecture, its `base` resolved.

    Examples
    --------
    neuroest show rram_hfox_28nm
    """
    from neuroest.reporting import data_sheets  # noqa: PLC0415 - loaded for this verb only

    if resolved:
        if form is not shared.Format.TABLE:
            raise NeuroestError("--resolved prints a YAML file; leave out --format")
        shared.emit(data_sheets.whole_file(name))
    elif form is shared.Format.TABLE:
        style = shared.style()
        shared.emit("\n".join(sheet.to_text(style) for sheet in data_sheets.sheets(name)))
    else:
        shared.emit_in_form(None, form, str, lambda: data_sheets.value_rows(name), f"Values of {name}")


# --- Problems ------------------------------------------------------------------------------------------------------


def run_check(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", autocompletion=names())],
    form: shared.Form = shared.Format.TABLE,
) -> None:
    """Problems of spec files and of what they refer to.

    Lists all problems of all files, one per line: file, line, column, path, and what is allowed. For a valid chip it
    also lists the kinds of network that the chip cannot run, and for an analog macro together with a
    network, where its efficiency lies among published macros. The runs of a published chip must have an estimate.

    Parameters
    ----------
    files
        Files of any kind: specs, networks, cells, curves, recordings, results, sweeps, bundles.
    form
        Form of the list of problems.

    Examples
    --------
    neuroest check my_neuron.yaml my_chip.yaml
    neuroest check my_macro.yaml my_network.yaml
    """
    bad = False
    rows: list[dict[str, Any]] = []
    for file in dict.fromkeys(files):
        problems = neuroest.check_files([file])
        bad = bad or bool(problems)
        limits = () if problems else neuroest.refused_networks(file)
        if form is not shared.Format.TABLE:
            rows += [asdict(problem) for problem in problems] or [{"file": file, "message": "ok"}]
            rows += [asdict(limit) for limit in limits]
            continue
        shared.note(map(str, problems or limits))
        if not problems:
            shared.emit(f"{file}: ok\n")
    if form is not shared.Format.TABLE:
        shared.emit_in_form(None, form, str, lambda: rows, "Problems of spec files")
    if bad:
        raise typer.Exit(BAD_INPUT)
    if len(files) > 1:
        from neuroest.reporting.published_macros import place_among_published  # noqa: PLC0415 - slow to import

        shared.note(place_among_published(files))


# --- Templates -----------------------------------------------------------------------------------------------------


class Template(StrEnum):
    """Kinds of files that can be started."""

    NEURON = "neuron"
    SYNAPSE = "synapse"
    MEMORY = "memory"
    ARCHITECTURE = "architecture"
    WORKLOAD = "workload"
    CONTEST = "contest"


_DEVICES = {Template.NEURON, Template.SYNAPSE, Template.MEMORY}


def run_new(
    kind: Annotated[Template, typer.Argument(metavar="KIND", help=f"One of {', '.join(Template)}.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="SPEC.yaml")] = None,
    model: Annotated[str | None, typer.Option(autocompletion=models)] = None,
    like: Annotated[
        str | None, typer.Option(metavar="NAME", autocompletion=shared.complete_architecture)
    ] = None,
    neuron: Annotated[
        str | None, typer.Option(metavar="DEVICE", autocompletion=names("device", folder="neurons"))
    ] = None,
    cell: Annotated[
        str | None, typer.Option("--cell", "--synapse", metavar="DEVICE", autocompletion=names("device"))
    ] = None,
    adc: Annotated[
        str | None, typer.Option(metavar="DEVICE", autocompletion=names("device", folder="converters"))
    ] = None,
    chip: Annotated[
        str | None, typer.Option(metavar="ARCH", autocompletion=shared.complete_architecture)
    ] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    workload: shared.OptionalWorkload = None,
    force: Annotated[bool, typer.Option("--force")] = False,
) -> None:
    """Write a commented template that passes the check.

    Devices: every value is marked as an assumption until you replace it. Architectures: --like CHIP with --neuron,
    --cell or --adc keeps the whole fabric of that chip and replaces the device, so that the two compare like for like.
    Contests: --chip enters an architecture in a shipped contest.

    Parameters
    ----------
    output
        File; its name becomes that of the spec.
    model
        Device model of a neuron, synapse or memory.
    like
        Shipped file to start from; of a chip also a path.
    neuron
        Neuron of a new architecture.
    cell
        Memory cell of a new architecture.
    adc
        Converter of a new architecture; needs --like.
    title
        Name of a new architecture in figures and tables; needs --like.
    chip
        Architecture that enters a new contest.
    workload
        Network of a new contest.
    force
        Replace the file if it exists.

    Examples
    --------
    neuroest new architecture --like analog_lif_28nm --neuron my_neuron.yaml -o my_chip.yaml
    """
    from neuroest.authoring import templates  # noqa: PLC0415

    _applicable(kind, {"--model": model}, _DEVICES)
    _applicable(kind, {"--neuron": neuron, "--cell": cell, "--adc": adc}, {Template.ARCHITECTURE})
    _applicable(kind, {"--chip": chip, "--workload": workload}, {Template.CONTEST})
    if adc is not None and like is None:
        raise NeuroestError("--adc needs --like, a chip whose columns are read by converters")
    if title is not None and (like is None or kind is not Template.ARCHITECTURE):
        raise NeuroestError("--title needs an architecture with --like")
    places = {"neuron": neuron, "cell": cell, "adc": adc}
    devices = {what: device for what, device in places.items() if device}
    file = shared.file_of(output)
    if file is not None:
        check_new_spec(file, force=force)
    name, place = (f"my_{kind.value}", None) if file is None else (file.stem, file.parent)
    if kind in _DEVICES:
        text = templates.new_device(kind.value, name, model, like)
    elif kind is Template.CONTEST:
        if chip is None:
            raise NeuroestError("a new contest needs --chip, the architecture that enters")
        text = templates.contest_with(name, like or templates.DEFAULT_CONTEST, chip, place, workload)
    elif like is not None and devices:
        from neuroest.authoring.like import architecture_like  # noqa: PLC0415

        text = architecture_like(name, like, devices, place, title)
    elif like is not None:
        text = templates.copy_of(kind.value, name, like)
    elif kind is Template.ARCHITECTURE:
        text = templates.new_architecture(name, neuron, cell)
    else:
        text = templates.new_workload(name)
    shared.emit(text, output)
    if file is not None:
        shared.note([f"{kind.value} written to {output}; check it with: neuroest check {output}"])


def _applicable(kind: Template, options: dict[str, str | None], kinds: set[Template]) -> None:
    for option, value in options.items():
        if value is not None and kind not in kinds:
            raise NeuroestError(f"{option} does not go with {kind.value}")


# --- Schemas -------------------------------------------------------------------------------------------------------


def run_schema(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND", help=f"One of {', '.join(KINDS)}.", autocompletion=one_of(lambda: KINDS)
        ),
    ],
    output: shared.Output = None,
) -> None:
    """JSON Schema of a kind of spec file, for editors.

    Draft 2020-12, with descriptions, units and examples.

    Examples
    --------
    neuroest schema architecture
    """
    from neuroest.reporting.schemas import schema_text  # noqa: PLC0415 - loaded for this verb only

    shared.emit(schema_text(kind), output)
