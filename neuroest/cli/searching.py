"""Verbs over many points: sweeps, fronts, searches, sensitivity, uncertainty, break-even, targets and contests."""

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from neuroest.cli import INTERRUPTED, shared
from neuroest.cli.elapsed import progress_shown
from neuroest.cli.shared import last_of_several, names, quantities
from neuroest.core.errors import SpecError
from neuroest.core.text_layout import wrapped
from neuroest.error_analysis.draws import SEED
from neuroest.exploration.breakeven import NAMED_AXES, breakeven
from neuroest.exploration.contest import SAMPLES as CONTEST_SAMPLES
from neuroest.exploration.contest import SHIPPED, contest
from neuroest.exploration.optimize import GENERATIONS, POPULATION, optimize
from neuroest.exploration.pareto import pareto
from neuroest.exploration.sensitivity import DEFAULT_QUANTITIES, sensitivity
from neuroest.exploration.space import (
    SAMPLERS,
    SETTING,
    ExplorationError,
    Space,
    constraint,
    read_space,
    settings_space,
)
from neuroest.exploration.sweep import STANDARD, Stopped, sweep
from neuroest.exploration.target import ENERGY, INTEGRATION_TIME, target
from neuroest.exploration.target import SAMPLES as TARGET_SAMPLES
from neuroest.exploration.uncertainty import KNOWLEDGE, VARIABILITY, uncertainty
from neuroest.loading.library import labelled
from neuroest.registry import render
from neuroest.results.comparison import RELEVANCE, Pace

# --- Common parts --------------------------------------------------------------------------------------------------

SpaceFile = Annotated[Path | None, typer.Argument(metavar="SPACE.yaml", help="File that states the space.")]
Axes = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        "--axis",
        metavar="PATH=VALUES",
        help="An axis: path=a,b,c, or path=lo..hi:n[:log]; one+other=... links two paths; may be repeated. A "
        "path may be shortened to its last parts if these are unambiguous. The paths architecture and workload choose "
        "whole files.",
        autocompletion=shared.complete_path,
    ),
]
Constraints = Annotated[
    list[str] | None,
    typer.Option(
        "--where", metavar="COMPARISON", help="A constraint, such as 'area <= 4 mm^2'; may be repeated."
    ),
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", show_default=False, help="Worker processes; default: one per processor."),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler", help="Compute on Dask: `local`, or the tcp:// or tls:// address of a scheduler."
    ),
]
Results = Annotated[
    str,
    typer.Option(
        "--results", help="Results, separated by commas.", autocompletion=last_of_several(quantities)
    ),
]


def space_of(file: Path | None, axes: list[str] | None, constraints: list[str] | None) -> Space:
    """The space of a file, of options, or of both: options add axes and replace those of the same path."""
    given = settings_space(axes or [])
    if file is None:
        space = given
    else:
        base = read_space(file)
        own = {path for axis in given.axes for path in axis.tracks}
        kept = tuple(axis for axis in base.axes if not own & set(axis.tracks))
        space = replace(base, axes=(*kept, *given.axes))
    if not space.axes:
        raise ExplorationError("the space has no axis; give a SPACE.yaml or --set path=a,b,c")
    return replace(space, constraints=(*space.constraints, *(constraint(text) for text in constraints or [])))


def frame_text(frame: Any) -> str:
    """A data frame as aligned columns for a terminal, four digits a number; `-` where there is nothing."""
    from neuroest.core.document import Table  # noqa: PLC0415 - other forms do not need it

    return Table.of_records(frame).to_text()


def points_shown() -> Callable[[int, int], Callable[[int], None]]:
    """Progress callback of a run over points, called with their number and with how many of them are there already."""
    move = progress_shown()

    def started(points: int, there: int) -> Callable[[int], None]:
        done = there

        def tick(rows: int) -> None:
            nonlocal done
            done += rows
            move(done / points)

        tick(0)
        return tick

    return started


# --- Sweeps --------------------------------------------------------------------------------------------------------

_SHOWN = 10_000
_HELD = 1_000_000
"""Points that are computed without -o; constraints may leave few enough to print."""


class SamplerName(StrEnum):
    """Ways to choose points."""

    GRID, RANDOM, LATIN_HYPERCUBE, SOBOL = SAMPLERS


def run_sweep(
    architecture: shared.Architecture,
    space: SpaceFile = None,
    workload: shared.Workload = shared.DEFAULT_WORKLOAD,
    axes: Axes = None,
    constraints: Constraints = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE")] = None,
    sampler: SamplerName | None = None,
    samples: int | None = None,
    seed: Annotated[int | None, typer.Option(min=0)] = None,
    keep: Annotated[
        str, typer.Option(metavar="RESULTS", autocompletion=last_of_several(quantities))
    ] = ",".join(STANDARD),
    workers: Workers = None,
    scheduler: Scheduler = None,
    plot: shared.Plot = None,
    along: Annotated[str | None, typer.Option("-x", metavar="PATH")] = None,
    shown: Annotated[str | None, typer.Option("-y", metavar="RESULT")] = None,
    form: shared.Form = shared.Format.CSV,
    yes: Annotated[bool, typer.Option("--yes")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite")] = False,
) -> None:
    """Evaluate every point of a design space.

    Each row has the parameters, the totals, whether the design is feasible, and the first check that fails. Without
    -o a small sweep is printed as CSV; a large one needs -o or -p. X
    against the first numeric parameter; -x and -y choose others.

    Parameters
    ----------
    output
        .parquet or .csv; an interrupted run continues when started again.
    sampler
        How the points are sampled.
    samples
        Number of points, for a sampler other than grid.
    seed
        Seed of the random numbers.
    keep
        Results to keep, separated by commas.
    along
        Horizontal axis of the figure: a parameter.
    shown
        Vertical axis of the figure: one of --keep.
    form
        Format of the printed points, without -o.
    yes
        Allow more than 10^9 points.
    overwrite
        Overwrite an output of another input.

    Examples
    --------
    neuroest sweep analog_lif_28nm -w mlp_mnist_spiking --set chip.tile.array.rows=64,128,256 -o sweep.csv
    """
    if samples is not None and samples < 1:
        raise ExplorationError(f"the number of samples is {samples}; ask for at least 1")
    kept = shared.result_names(keep.split(","), "--keep")
    drawn = _drawn(plot, along, shown, kept)
    found_space = space_of(space, axes, constraints)
    try:
        result = sweep(
            architecture, found_space, workload, output=output, sampler=sampler.value if sampler else None,
            samples=samples, seed=seed, quantities=kept, workers=workers, scheduler=scheduler,
            confirmed=yes, overwrite=overwrite, most_in_memory=_HELD,
            started=points_shown(),
        )  # fmt: skip
    except KeyboardInterrupt:
        if output is not None:
            shared.note([f"finished chunks are kept; run the same command again to go on with {output}"])
        raise
    with shared.given_to("-x", "parameter"):
        shared.draw(plot, lambda path: result.plot(drawn, along, path=path))
    if output is None and (plot is None or result.rows <= _SHOWN):
        if result.rows > _SHOWN:
            raise ExplorationError(f"{result.rows} points are too many to print; name a file with -o FILE")
        shared.emit_in_form(
            None, form, lambda: frame_text(result.to_frame()), result.to_frame, "Points of a sweep"
        )
    failure = result.most_common_failure() if result.feasible < result.rows else None
    shared.note(
        [*wrapped(result.lead, hanging=2), *([f"most of the others fail {failure}"] if failure else [])]
    )


def _drawn(plot: Path | None, along: str | None, shown: str | None, kept: list[str]) -> str | None:
    """The result that the figure shows, if it is stated; axes without a figure are refused."""
    for option, given in (("-x", along), ("-y", shown)):
        if given is not None and plot is None:
            raise ExplorationError(
                f"{option} {given}: there is no figure to draw; name its file with -p FILE"
            )
    shared.check_figure(plot)
    if shown is None:
        return None
    (drawn,) = shared.result_names([shown], "-y")
    if drawn not in kept:
        raise ExplorationError(f"-y {shown}: --keep must name it too; it has {', '.join(kept)}")
    return drawn


# --- Fronts --------------------------------------------------------------------------------------------------------


def run_pareto(
    file: Annotated[Path, typer.Argument(metavar="SWEEP")],
    minimize: Annotated[list[str] | None, typer.Option(metavar="RESULT", autocompletion=quantities)] = None,
    maximize: Annotated[list[str] | None, typer.Option(metavar="RESULT", autocompletion=quantities)] = None,
    plot: shared.Plot = None,
    form: shared.Form = shared.Format.CSV,
    output: shared.Output = None,
) -> None:
    """The Pareto front of a sweep; CSV by default.

    Parameters
    ----------
    file
        File that `neuroest sweep -o` wrote.
    minimize
        Less is better; may be repeated.
    maximize
        More is better; may be repeated.
    form
        Form of the result.

    Examples
    --------
    neuroest pareto sweep.csv --minimize energy_per_inference_J --minimize area_m2
    """
    found = pareto(file, minimize or [], maximize or [])
    shared.draw(plot, found.plot)
    label = f"Pareto front of {file.name}"
    shared.emit_in_form(output, form, lambda: frame_text(found.frame), lambda: found.frame, label)
    shared.note([f"{len(found.frame)} of {found.considered} feasible points"])


# --- Searches ------------------------------------------------------------------------------------------------------


def run_optimize(
    architecture: shared.Architecture,
    space: SpaceFile = None,
    workload: shared.Workload = shared.DEFAULT_WORKLOAD,
    axes: Axes = None,
    constraints: Constraints = None,
    minimize: Annotated[list[str] | None, typer.Option(metavar="RESULT", autocompletion=quantities)] = None,
    maximize: Annotated[list[str] | None, typer.Option(metavar="RESULT", autocompletion=quantities)] = None,
    limits: Annotated[list[str] | None, typer.Option("--limit", metavar="COMPARISON")] = None,
    population: int = POPULATION,
    generations: int = GENERATIONS,
    seed: shared.Seed = 1,
    plot: shared.Plot = None,
    form: shared.Form = shared.Format.CSV,
    output: shared.Output = None,
) -> None:
    """Search for the best designs; CSV by default.

    A genetic algorithm searches within the constraints. Ranges without a
    number of points are continuous.

    Parameters
    ----------
    minimize
        Less is better; may be repeated.
    maximize
        More is better; may be repeated.
    limits
        What every design must meet, such as `accuracy >= 92 %` or `passing_share >= 0.5`, the share of the
        samples in which it passes all checks; may be repeated.
    population
        Designs a generation.
    generations
        Generations.
    form
        Form of the result.

    Examples
    --------
    neuroest optimize analog_lif_28nm -w mlp_mnist_spiking --set array.rows=64,128,256 --minimize energy
    """
    searched = space_of(space, axes, constraints)
    found = optimize(
        architecture, searched, workload, shared.result_names(minimize, "--minimize"),
        shared.result_names(maximize, "--maximize"), limits=limits or [], population=population,
        generations=generations, seed=seed, progress=progress_shown(),
    )  # fmt: skip
    if len(found.front.objectives) > 1:
        shared.draw(plot, found.plot)
    label = f"Best designs of {architecture}"
    shared.emit_in_form(output, form, lambda: frame_text(found.to_frame()), found.to_frame, label)
    shared.note(found.to_text().splitlines())
    if found.interrupted:
        shared.note(["interrupted: these are the best of the designs evaluated so far"])
        raise typer.Exit(INTERRUPTED)


# --- Sensitivity ---------------------------------------------------------------------------------------------------

_RESULTS = ",".join(DEFAULT_QUANTITIES)
_MOST, _MOST_IN_FULL = 3, 10


def run_sensitivity(
    architecture: shared.Architecture,
    workload: shared.Workload = shared.DEFAULT_WORKLOAD,
    settings: shared.Settings = None,
    results: Results = _RESULTS,
    sobol: int = 0,
    seed: shared.Seed = 0,
    most: Annotated[
        int | None,
        typer.Option(min=1, show_default=False, help=f"Parameters to show of each result; {_MOST}."),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help=f"Show {_MOST_IN_FULL} parameters of each result.")
    ] = False,
    plot: shared.Plot = None,
    labels: shared.Labels = None,
    form: shared.Form = shared.Format.TABLE,
    output: shared.Output = None,
) -> None:
    """The parameters that matter most.

    Reports a tornado, elasticities and shares of the variance. -p draws the tornado of the first result.

    Parameters
    ----------
    sobol
        Base samples of Sobol indices, a power of two; 0 for none.
    form
        Form of the result.

    Examples
    --------
    neuroest sensitivity analog_lif_28nm -w mlp_mnist_spiking
    """
    count = most or (_MOST_IN_FULL if full else _MOST)
    names = shared.result_names(results.split(","), "--results")
    (chip,), (network,) = labelled([architecture], [workload], shared.parse_labels(labels))
    found = sensitivity(
        chip,
        network,
        quantities=names,
        settings=shared.changes(settings),
        sobol_samples=sobol,
        seed=seed,
        progress=progress_shown(),
    )
    shared.draw(plot, lambda path: found.plot(names[0], path, most or _MOST_IN_FULL))
    label = f"Sensitivity of {architecture} on {workload}"
    shared.emit_in_form(output, form, lambda: found.document(count).to_text(), found.to_frame, label)
    if found.feasible < 1.0:
        shared.note([f"Sobol indices use the {found.feasible:.1%} of the sample sets that have an estimate"])


# --- Uncertainty ---------------------------------------------------------------------------------------------------


def run_uncertainty(
    architecture: shared.Architecture,
    workload: shared.Workload = shared.DEFAULT_WORKLOAD,
    settings: shared.Settings = None,
    given: shared.Given = None,
    knowledge: Annotated[int, typer.Option("--samples")] = KNOWLEDGE,
    variability: Annotated[int, typer.Option("--chips")] = VARIABILITY,
    seed: shared.Seed = SEED,
    results: Results = _RESULTS,
    plot: shared.Plot = None,
    labels: shared.Labels = None,
    form: shared.Form = shared.Format.TABLE,
    workers: Workers = 1,
    scheduler: Scheduler = None,
    output: shared.Output = None,
) -> None:
    """Bands from input uncertainty and device-to-device variability.

    -p draws the first result.

    Parameters
    ----------
    knowledge
        Samples of the uncertain inputs.
    variability
        Chips sampled for each of them.
    form
        Form of the result.

    Examples
    --------
    neuroest uncertainty analog_lif_28nm -w mlp_mnist_spiking
    """
    names = shared.result_names(results.split(","), "--results")
    (chip,), (network,) = labelled([architecture], [workload], shared.parse_labels(labels))
    found = uncertainty(
        chip, network, knowledge=knowledge, variability=variability, quantities=names,
        settings=shared.changes(settings), seed=seed, workers=workers, scheduler=scheduler,
        given=given, progress=progress_shown(),
    )  # fmt: skip
    shared.draw(plot, lambda path: found.plot(names[0], path))
    shared.emit_result(found, output, form, f"Uncertainty of {architecture} on {workload}")
    if found.feasible < 1.0:
        shared.note([f"{found.feasible:.2%} of the samples have an estimate; the bands cover only these"])


# --- Break-even ----------------------------------------------------------------------------------------------------


def _axes(context: typer.Context, incomplete: str) -> list[str]:
    """Axes by name, and paths that can be varied."""
    named = [name for name in NAMED_AXES if name.startswith(incomplete)]
    return [*named, *shared.complete_path(context, incomplete)]


def run_breakeven(
    design: shared.Architecture,
    along: Annotated[str, typer.Option(metavar="PATH=LO..HI|AXIS", autocompletion=_axes)],
    others: shared.Baselines = None,
    workload: shared.Workload = shared.DEFAULT_WORKLOAD,
    other_workload: Annotated[
        str | None, typer.Option("--other-workload", autocompletion=shared.complete_workload)
    ] = None,
    varied: Annotated[str, typer.Option("--vary")] = "both",
    settings: shared.Settings = None,
    matched_bits: Annotated[bool, typer.Option("--matched-bits")] = False,
    results: Annotated[list[str] | None, typer.Option("--result", autocompletion=quantities)] = None,
    plot: shared.Plot = None,
    labels: shared.Labels = None,
    form: shared.Form = shared.Format.TABLE,
    output: shared.Output = None,
) -> None:
    """Results of chips along one axis, and where they cost the same.

    The axis is a parameter of one chip, of several, or of the workload; or one by name: the integration time of the
    neurons, the bits of the converters, the size of the arrays, the spike rate relative to that of the network, or one
    rate of its input and all layers.

    Parameters
    ----------
    others
        Chips to compare with: names or files.
    along
        A parameter and its range, `:log` for decades; or integration-time, adc-bits, array-size, spike-rate or
        uniform-spike-rate.
    other_workload
        Workload of the others, if it differs.
    varied
        If several chips have the parameter of a range, vary it in: first, second (the others) or both.
    matched_bits
        Compare a spiking design also with dense networks at as many bits as its timesteps distinguish.
    results
        Result to compare; may be repeated.
    form
        Form of the result; CSV and JSON have the curves.

    Examples
    --------
    neuroest breakeven analog_lif_28nm digital_spiking_28nm -w mlp_mnist_spiking --along
        'workload.activity.rate=0.001..0.3:log'
    neuroest breakeven analog_lif_28nm digital_spiking_28nm loihi_14nm -w mlp_mnist_spiking --along integration-time
    neuroest breakeven digital_spiking_28nm digital_int8_28nm -w mlp_mnist_spiking --other-workload mlp_mnist_dense
        --along uniform-spike-rate --result dynamic_energy_J --result energy
    """
    path = along.partition("=")[0]
    shared.check_figure(plot)
    asked = shared.result_names(results or ["energy_per_inference_J"], "--result")
    chips, nets = labelled(
        [design, *(others or [])], [workload, other_workload or workload], shared.parse_labels(labels)
    )
    try:
        found = breakeven(
            chips[0], chips[1:], nets[0], along, varied=varied, other_workload=nets[1], quantity=asked,
            matched_bits=matched_bits, settings=shared.changes(settings), progress=progress_shown(),
        )  # fmt: skip
    except SpecError as error:
        # an axis blames --set, which is where the other verbs have it
        along_it = [
            p.file == SETTING and p.path.partition("=")[0].endswith(path.strip()) for p in error.problems
        ]
        reported = zip(error.problems, along_it, strict=True)
        raise SpecError([replace(p, file="--along") if blamed else p for p, blamed in reported]) from None
    shared.draw(plot, found.plot)
    label = f"Break-even of {' and '.join([design, *(others or [])])} along {path}"
    rows = found.to_frame if form is shared.Format.CSV else found.rows
    shared.emit_in_form(output, form, found.to_text, rows, label, found.to_dict())


# --- Requirements --------------------------------------------------------------------------------------------------


def run_target(
    subject: Annotated[str, typer.Argument(metavar="DEVICE", autocompletion=names("device"))],
    against: Annotated[
        str | None, typer.Option("--against", metavar="ARCH", autocompletion=shared.complete_architecture)
    ] = None,
    workload: shared.Workload = shared.DEFAULT_WORKLOAD,
    vary: Annotated[list[str] | None, typer.Option("--vary", metavar="NAME[=LO..HI]")] = None,
    host: Annotated[
        str | None, typer.Option("--in", metavar="ARCH", autocompletion=shared.complete_architecture)
    ] = None,
    pace: Annotated[str | None, typer.Option()] = None,
    result: Annotated[str, typer.Option(autocompletion=quantities)] = ENERGY,
    limits: Annotated[list[str] | None, typer.Option("--limit", metavar="COMPARISON")] = None,
    relevance: shared.Relevance = RELEVANCE,
    settings: shared.Settings = None,
    samples: Annotated[int, typer.Option(min=10)] = TARGET_SAMPLES,
    seed: shared.Seed = SEED,
    points: Annotated[Path | None, typer.Option(metavar="FILE")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite")] = False,
    plot: shared.Plot = None,
    labels: shared.Labels = None,
    form: shared.Form = shared.Format.TABLE,
    output: shared.Output = None,
) -> None:
    """Parameters of a neuron at which its chip wins, or is level.

    Says the share of the draws that reach them, and what dominates where no device helps. -p draws the region.

    Parameters
    ----------
    subject
        A neuron device or a chip with neurons: a name or a file.
    against
        The chip to compare with.
    vary
        A parameter of the device, or integration_time for all its times, with a range if wanted; one to three.
    host
        Chip that the device is put into.
    pace
        Pace of both chips: streaming or back_to_back.
    result
        Result to compare.
    limits
        A constraint on the chip, such as 'neuron_lifetime_s >= 10 year'; may be repeated.
    relevance
        Least share by which a win or a loss must differ from equal: 0.1 for 10 %.
    samples
        Draws of the other inputs.
    points
        .npz for the draws that are done; an interrupted run continues when started again.
    overwrite
        Overwrite draws of another input.
    form
        Form of the result; CSV and JSON have the whole region.

    Examples
    --------
    neuroest target my_neuron.yaml --against analog_lif_low_power_28nm -w shd_recurrent_spiking --vary
        'integration_time=1us..1s' --vary 'spike_energy=1fJ..1nJ' -p region.pdf
    """
    (asked,) = shared.result_names([result], "--result")
    with shared.given_to("--vary", "parameter of "):
        found = target(
            subject, against, workload, vary or [INTEGRATION_TIME], host=host, pace=cast("Pace | None", pace),
            quantity=asked, limits=limits or [], relevance=relevance, settings=shared.changes(settings),
            samples=samples, seed=seed, points=points, overwrite=overwrite, progress=progress_shown(),
        )  # fmt: skip
    found = found.labelled(shared.parse_labels(labels))
    shared.draw(plot, found.plot)
    shared.emit_in_form(
        output,
        form,
        lambda: render(found, "document").to_text(shared.style_for(output)),
        found.to_frame if form is shared.Format.CSV else found.rows,
        f"What the device would have to be: {found.label}",
        found.to_dict(),
    )


# --- Contests ------------------------------------------------------------------------------------------------------


def run_contest(
    rules: Annotated[str, typer.Argument(metavar="CONTEST", autocompletion=names("contest"))] = SHIPPED,
    workload: shared.Workload = shared.DEFAULT_WORKLOAD,
    axes: Annotated[list[str] | None, typer.Option("--axis", metavar="NAME=VALUES")] = None,
    limits: Annotated[list[str] | None, typer.Option("--limit", metavar="COMPARISON")] = None,
    minimize: Annotated[str | None, typer.Option(metavar="RESULT")] = None,
    relevance: Annotated[float | None, typer.Option(min=0.0)] = None,
    by: Annotated[str | None, typer.Option(metavar="ALTERNATIVE")] = None,
    given: shared.Given = None,
    points: Annotated[Path | None, typer.Option(metavar="FILE")] = None,
    samples: Annotated[int, typer.Option(min=10)] = CONTEST_SAMPLES,
    seed: shared.Seed = SEED,
    workers: Workers = None,
    scheduler: Scheduler = None,
    plot: shared.Plot = None,
    front: Annotated[Path | None, typer.Option(metavar="FILE")] = None,
    of: Annotated[str | None, typer.Option(metavar="CONTENDER")] = None,
    labels: shared.Labels = None,
    overwrite: Annotated[bool, typer.Option("--overwrite")] = False,
    form: shared.Form = shared.Format.TABLE,
    output: shared.Output = None,
) -> None:
    """Each neuron in its best chip: who wins where.

    All chips run the same network at the same rate. In every cell of the map, every combination of the design
    alternatives is evaluated. -p draws the map.

    Parameters
    ----------
    rules
        Name of a shipped contest, or a file.
    axes
        One of the two axes of the map: period=lo..hi:n:log, spike_rate=a,b,c, or a path; give it twice.
    limits
        A constraint on every chip, such as 'area <= 4 mm^2'; may be repeated.
    minimize
        The result to be minimised.
    relevance
        Least share by which a win or a loss must differ from equal, in place of that of the file.
    by
        Compare the choices of one alternative, such as column.
    points
        .parquet or .csv for the best chips of all cells; an interrupted run continues when started again.
    samples
        Samples of the bands.
    front
        Draw the Pareto fronts in the cell of the workload.
    of
        Draw the map of one contender against all others.
    overwrite
        Overwrite points of another input.
    form
        Form of the result.

    Examples
    --------
    neuroest contest -w shd_recurrent_spiking --axis period=1ms..10s:9:log --axis spike_rate=0.5,1,2 -p map.png
    """
    named = {axis.name: axis.tracks[axis.name] for axis in settings_space(axes or []).axes}
    asked = None if minimize is None else shared.result_names([minimize], "--minimize")[0]
    try:
        found = contest(
            rules, workload, axes=named, limits=limits or [], minimize=asked, relevance=relevance, by=by,
            points=points, rescue=Path(), workers=workers, scheduler=scheduler, overwrite=overwrite, samples=samples,
            seed=seed, given=given, started=points_shown(),
        )  # fmt: skip
    except Stopped as stop:
        where = f"go on: the same command with --points {stop.file}"
        shared.note(
            [f"stopped; {stop.done} of {stop.chunks} circuits are kept in {stop.file}.parts; {where}"]
        )
        raise typer.Exit(INTERRUPTED if stop.code is None else stop.code) from None
    except (KeyboardInterrupt, SystemExit):
        kept = "finished circuits are kept; go on: the same command"
        shared.note([f"stopped; {'nothing was finished' if points is None else kept}"])
        raise
    found = found.labelled(shared.parse_labels(labels))
    shared.draw(plot, lambda path: found.plot(path, of))
    shared.draw(front, found.plot_front)
    if form is shared.Format.MARKDOWN:
        shared.emit(render(found, "document").to_markdown(), output)
    else:
        shared.emit_in_form(
            output, form, lambda: render(found, "document", screen=True).to_text(shared.style_for(output)),
            found.rows, f"Map of {found.name} on {found.workload}", found.to_dict(),
        )  # fmt: skip
    if points is not None:
        shared.note([f"candidates: {found.chips * len(found.cells)} points in {points}"])
