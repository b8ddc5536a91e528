"""A fair contest: each neuron or synapse in its best possible chip, with the same work and pace."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from neuroest.core.errors import UnknownNameError, did_you_mean
from neuroest.error_analysis.calibration import Given, GivenFile, calibration_of
from neuroest.error_analysis.draws import SEED
from neuroest.exploration.checkpoint import check_suffix
from neuroest.exploration.chunks import Columns, Job
from neuroest.exploration.contest_field import field_of
from neuroest.exploration.contest_outcome import Finalists, Outcome
from neuroest.exploration.contest_search import ContestJob, Search
from neuroest.exploration.contest_spec import ContestFile, read_contest
from neuroest.exploration.draws_along import separated
from neuroest.exploration.space import (
    Axis,
    Constraint,
    Levels,
    Range,
    setting_axis,
    wrong,
)
from neuroest.exploration.sweep import Tick, rescued, run_job
from neuroest.results.comparison import check_relevance
from neuroest.results.quantities import QUANTITIES, RESULT_WORDS, quantity_names
from neuroest.results.studies import Contest
from neuroest.specs.loaded import Named
from neuroest.specs.workload import WorkloadSpec

SHIPPED = "spiking_neurons"
"""Default contest."""
SAMPLES = 256
_SHOWN = (
    "area_m2", "energy_per_inference_J", "dynamic_energy_J", "static_energy_J", "initiation_interval_s", "latency_s",
    "signal_to_error_ratio", "neuron_lifetime_s", "energy_per_spike_J",
)  # fmt: skip


def contest(
    rules: str | Path = SHIPPED,
    workload: Named = "shd_recurrent_spiking",
    *,
    axes: Mapping[str, Any] | None = None,
    limits: Sequence[str] = (),
    minimize: str | None = None,
    relevance: float | None = None,
    by: str | None = None,
    points: str | Path | None = None,
    rescue: str | Path | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    overwrite: bool = False,
    samples: int = SAMPLES,
    seed: int = SEED,
    given: GivenFile | None = None,
    started: Callable[[int, int], Tick] | None = None,
) -> Contest:
    """Find the winner in every cell of a map: the best chip of each contender, and the margin.

    Parameters
    ----------
    rules : str or Path
        Shipped contest, or path of a contest file.
    workload : str, Path or Loaded
        The network that all chips run.
    axes : mapping, optional
        The two axes of the map, replacing those of the file, such as ``{"period": "1 ms..10 s:9:log",
        "technology.supply_voltage": [0.7, 0.8, 0.9]}``. `period` is the time from one inference to the next,
        `spike_rate` a factor on all spike rates; anything else is a path that all contenders have.
    limits : sequence of str
        Comparisons that every chip must meet, in addition to those of the file. `passing_share` is the share of the
        samples in which a chip passes all checks.
    minimize : str, optional
        The result to minimize, replacing that of the file.
    relevance : float, optional
        Least share by which a win or a loss differs from equal, replacing that of the file.
    by : str, optional
        Name of an alternative whose choices compete instead of the contenders, such as ``column``.
    points : path, optional
        ``.parquet`` or ``.csv`` for the best chips of all cells; an interrupted run resumes from it.
    rescue : path, optional
        Folder for what a run without `points` has finished when it is stopped.
    workers, scheduler, overwrite, started
        As in `neuroest.sweep`.
    samples, seed : int
        Samples and seed of the bands.
    given : str or Path, optional
        What measured values of a chip have taught, as in `neuroest.estimate`. Every chip of a contest is another
        chip of the same process.

    Returns
    -------
    Contest
        Map, lines between winners, and standings at the workload's own cell.

    Raises
    ------
    NeuroestError
        For an invalid file or axis.
    Stopped
        If the run is stopped, and `rescue` is given; finished circuits are in its file.

    Notes
    -----
    The rules of the search, and when a chip may compete, are in ``docs/exploration.md``.

    Examples
    --------
    >>> from neuroest import contest
    >>> found = contest(axes={"period": ["10 ms", "1.4 s"], "spike_rate": [1, 2]}, samples=16)
    >>> len(found.cells), found.axes[0].values[found.axes[0].reference]
    (4, 1.4)
    """
    (only,) = contests(
        rules, workload, () if minimize is None else (minimize,), axes=axes, limits=limits, relevance=relevance, by=by,
        points=points, rescue=rescue, workers=workers, scheduler=scheduler, overwrite=overwrite, samples=samples,
        seed=seed, given=given, started=started,
    )  # fmt: skip
    return only


def contests(
    rules: str | Path, workload: Named, minimize: Sequence[str] = (), *, axes: Mapping[str, Any] | None = None,
    limits: Sequence[str] = (), relevance: float | None = None, by: str | None = None,
    points: str | Path | None = None, rescue: str | Path | None = None, workers: int | None = None,
    scheduler: str | None = None, overwrite: bool = False, samples: int = SAMPLES, seed: int = SEED,
    given: GivenFile | None = None, started: Callable[[int, int], Tick] | None = None,
) -> tuple[Contest, ...]:  # fmt: skip
    """One contest for each of several results to minimize, from one search of the same chips.

    Parameters
    ----------
    minimize : sequence of str
        The results; that of the file if left out.
    rules, workload, axes, limits, relevance, by, points, rescue
        As in `contest`.
    workers, scheduler, overwrite, samples, seed, given, started
        As in `contest`.
    """
    learnt = None if given is None else calibration_of(given)
    file = read_contest(rules)
    if by is not None:
        # choices of an alternative compete that a bound has too
        contenders = {name: one for name, one in file.spec.contenders.items() if not one.bound}
        spec = file.spec.model_copy(update={"contenders": contenders})
        file = replace(file, loaded=replace(file.loaded, spec=spec))
    if relevance is not None:
        check_relevance(relevance)
    if points is not None:
        check_suffix(Path(points))
    on_results, on_share = separated((*file.spec.limits, *limits))
    objectives = tuple(dict.fromkeys(quantity_names(minimize or (file.spec.minimize,))))
    job = _job(file, workload, _axes(file, axes or {}), on_results, objectives, by, seed)
    kept: dict[int, Columns] = {}
    try:
        found = run_job(
            job, points, workers=workers, scheduler=scheduler, overwrite=overwrite, started=started, kept=kept,
            most_in_memory=job.points,
        )  # fmt: skip
        return tuple(
            _outcome(
                file, job, Search(found, job, objective), objective, samples, on_share,
                None if learnt is None else learnt.elsewhere(), file.spec.relevance if relevance is None else relevance,
            )
            for objective in objectives
        )  # fmt: skip
    except (KeyboardInterrupt, SystemExit) as stop:
        if rescue is None or not kept:
            raise
        raise rescued(job, kept, Path(rescue), stop) from None


def _outcome(
    file: ContestFile, job: ContestJob, search: Search, objective: str, samples: int,
    passing: Sequence[Constraint], given: Given | None, relevance: float,
) -> Contest:  # fmt: skip
    field, limits = search.field, tuple(map(str, (*job.limits, *passing)))
    network = field.resolved.groups[0].workload
    posterior = None if given is None else given.posterior
    finalists = Finalists(search, objective, samples, job.seed, passing, posterior)
    known = {name: one.title for name, one in file.spec.contenders.items()} if job.by is None else {}
    titles = MappingProxyType({name: known.get(name, name.replace("_", " ")) for name in search.teams})
    bounds = tuple(name for name in titles if name in known and file.spec.contenders[name].bound)
    outcome = Outcome(search, finalists, limits, titles, bounds, relevance)
    return Contest(
        file.spec.name, network.name, network.label, objective, limits, titles, field.axes,
        outcome.cells, tuple(outcome.lines()), tuple(outcome.standings()), outcome.points(objective),
        field.chips, samples, job.seed, "" if given is None else given.words, relevance, bounds,
    )  # fmt: skip


def _axes(file: ContestFile, given: Mapping[str, Any]) -> tuple[Axis, ...]:
    """The two axes of the map."""
    named = tuple(
        Axis({path: values}) if isinstance(values, Levels | Range) else setting_axis(path, values)
        for path, values in given.items()
    )
    if named and len(named) != 2:
        names, own = (" and ".join(axis.name for axis in axes) for axes in (named, file.axes))
        raise wrong(names, f"the map has two axes; name both, such as {own}", "--axis")
    return named or file.axes


def _job(
    file: ContestFile, workload: Named, axes: Sequence[Axis], limits: tuple[Constraint, ...],
    objectives: tuple[str, ...], by: str | None, seed: int,
) -> ContestJob:  # fmt: skip
    for one in limits:
        if not {one.left, one.right} & set(QUANTITIES):
            near = did_you_mean(one.left, RESULT_WORDS)
            raise wrong(str(one), f"a limit compares a result with a value{near}", "--limit")
    if by is not None and by not in file.spec.alternatives:
        raise UnknownNameError("alternative", by, file.spec.alternatives, "contenders compete without --by")
    field = field_of(file, workload, axes)
    asked = _without_arbitrary(limits, field.resolved.groups[0].workload)
    sides = [side for one in asked for side in (one.left, one.right) if side in QUANTITIES]
    kept = tuple(dict.fromkeys((*objectives, *_SHOWN, *sides)))
    Job(field.resolved, asked, "grid", 0, seed, kept).check()
    return ContestJob(
        field.resolved, (), "grid", 0, seed, kept, field=field, objectives=objectives, limits=asked, by=by
    )


def _without_arbitrary(limits: tuple[Constraint, ...], workload: WorkloadSpec) -> tuple[Constraint, ...]:
    """Limits without that on the error of the columns, where the accuracy of the network is known and checked."""
    if workload.task is None or workload.task.against_error is None:
        return limits
    return tuple(one for one in limits if "signal_to_error_ratio" not in {one.left, one.right})
