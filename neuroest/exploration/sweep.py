"""Sweeps: every point of a space with its results and feasibility."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import extra
from neuroest.core.lazy_registry import load
from neuroest.core.progress import silent
from neuroest.core.text_layout import Printed, wrapped
from neuroest.core.units import format_quantity
from neuroest.exploration.batch_evaluation import Labels
from neuroest.exploration.checkpoint import SUFFIXES, Store, read_metadata
from neuroest.exploration.chunks import CHUNK, Columns, Job, plain, rows_of
from neuroest.exploration.runner import run_chunks
from neuroest.exploration.space import SAMPLERS, ExplorationError, Sampler, Space, read_space, space_from
from neuroest.exploration.structures import resolve, spelled_out
from neuroest.registry import render
from neuroest.results.estimate import Band
from neuroest.results.quantities import (
    QUANTITIES,
    Headline,
    column_name,
    column_units,
    full_name,
    label_and_unit,
    quantity_names,
)
from neuroest.specs.file_text import is_file
from neuroest.specs.loaded import Named, listed

if TYPE_CHECKING:
    import pandas as pd

Tick = Callable[[int], None]
STANDARD = (
    "area_m2", "energy_per_inference_J", "latency_s", "initiation_interval_s", "throughput_per_s",
    "average_power_W", "power_density_W_per_m2", "energy_per_synaptic_operation_J", "neuron_lifetime_s",
)  # fmt: skip
"""Default results."""
ENERGY = "energy_per_inference_J"
"""Result that a sweep is first read for."""
_DEFAULT_SAMPLES = 10_000
MOST_IN_MEMORY = 20_000_000
"""Most points without an output file: some gigabytes."""
_ROWS = 1 << 18
"""Rows of a file in memory at once."""
JUDGEMENTS = ("feasible", "extrapolates", "failed_check")
"""Columns with the status of a row."""


class PrintedPoints(Printed):
    """A result with rows; a notebook shows some of them below its lead."""

    @abstractmethod
    def some_rows(self, most: int) -> pd.DataFrame:
        """Rows to show."""

    def to_text(self) -> str:
        """Lead and rows as text of 80 columns."""
        return "\n".join([*wrapped(self.lead), "", render(self, "table").to_text()])

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.lead)}</p>{render(self, 'table').to_html()}"


@frozen_dataclass
class SweepResult(PrintedPoints):
    """Points of a space with their results.

    Attributes
    ----------
    job : Job or None
        The job; None for a sweep read from a file.
    columns : dict or None
        Arrays by column; None if the rows were written to a file.
    output : Path or None
        The file.
    rows, feasible : int
        Number of points, and of feasible points.
    metadata : mapping
        How the result was computed.
    """

    job: Job | None
    columns: Columns | None
    output: Path | None
    rows: int
    feasible: int
    metadata: Mapping[str, Any]

    def to_frame(self) -> pd.DataFrame:
        """All rows as a table; `attrs` has the units of its columns and the metadata of the sweep.

        Read a large file in pieces instead.
        """
        import pandas as pd  # noqa: PLC0415 - heavy, and only tables need it

        frame = pd.concat(self.pieces(), ignore_index=True)
        about: dict[Any, Any] = {**self.metadata, "units": column_units(map(str, frame))}
        frame.attrs = about
        return frame

    def to_xarray(self) -> Any:
        """All rows as an `xarray.Dataset`: one axis per parameter for a full grid, else one axis of points."""
        return render(self, "xarray")

    def pieces(self, columns: list[str] | None = None) -> Iterator[pd.DataFrame]:
        """The rows as tables, piece by piece for a large file; all columns or some of them."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only tables need it

        if self.columns is not None:
            yield pd.DataFrame(plain(self.columns), columns=columns)
        elif self.output is not None and self.output.suffix == ".csv":
            yield _csv(self.output)
        else:
            file = extra("pyarrow.parquet", "explore").ParquetFile(str(self.output))
            for batch in file.iter_batches(_ROWS, columns=columns):
                yield batch.to_pandas()

    @property
    def parameters(self) -> tuple[str, ...]:
        """Columns that identify the point of a row."""
        said = {*self.metadata.get("quantities", ()), *JUDGEMENTS}
        return tuple(name for name in map(str, next(self.pieces())) if name not in said)

    def sample(self, rows: int = 20_000) -> pd.DataFrame:
        """A limited number of equally spaced rows; a file is read in pieces."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only tables need it

        step = max(1, -(-self.rows // rows))
        kept, passed = [], 0
        for piece in self.pieces():
            kept.append(piece.iloc[-passed % step :: step])
            passed += len(piece)
        return pd.concat(kept, ignore_index=True)

    def plot(
        self, result: str | None = None, along: str | None = None, path: str | Path | None = None
    ) -> Any:
        """Plot a result along a parameter; written to `path` if given, and returned.

        Parameters
        ----------
        result : str, optional
            Column of a result, by default the first stored one.
        along : str, optional
            Column of a parameter, by default the first numeric one.
        path : path, optional
            ``.pdf``, ``.svg`` or ``.png``.
        """
        return render(self, "figure", None if result is None else full_name(result), along, path)

    def most_common_failure(self) -> str | None:
        """The most frequent first failing check; None if no check fails."""
        counts: Counter[Any] = Counter()
        for piece in self.pieces(["failed_check"]):
            counts.update(piece["failed_check"].dropna().astype(object).value_counts().to_dict())
        return next((reason for reason, _ in counts.most_common(1)), None)

    def pareto(self, minimize: Sequence[str] = (), maximize: Sequence[str] = ()) -> Any:
        """The Pareto-optimal points; see `neuroest.exploration.pareto`."""
        return load("neuroest.exploration.pareto.pareto")(self, minimize, maximize)

    def some_rows(self, most: int) -> pd.DataFrame:
        """Rows to show, equally far apart."""
        return self.sample(most)

    @cached_property
    def best(self) -> Mapping[str, Any] | None:
        """Row of the feasible point with the best leading result, the energy if it is stored.

        None if no point is feasible, if less or more of the result is neither better nor worse, or if the rows are in
        a file.
        """
        if self.columns is None:
            return None
        quantity = QUANTITIES[self._leading]
        values = np.asarray(quantity.as_objective(self.columns[quantity.name]), np.float64)
        values = {"less": values, "more": -values}.get(quantity.better, np.full_like(values, np.nan))
        values = np.where(np.asarray(self.columns["feasible"], bool), values, np.nan)
        if np.isnan(values).all():
            return None
        row = plain(rows_of(self.columns, np.array([np.nanargmin(values)])))
        return {name: one[0] for name, one in row.items()}

    @cached_property
    def band(self) -> Band | None:
        """Band of the leading result at the best point, with the draws of `neuroest.estimate`."""
        if self.job is None or self.best is None:
            return None
        axes = self.job.resolved.choices
        codes = [axis.labels.index(self.best[axis.path]) for axis in axes]
        group = int(np.ravel_multi_index(codes, [len(axis.labels) for axis in axes])) if axes else 0
        chosen = {path: np.array([self.best[name]]) for path, name in self.job.parameters.items()}
        bands = load("neuroest.exploration.draws_along.bands_at")
        found: dict[str, Band] = bands(self.job.resolved.groups[group], chosen, [self._leading])
        return found[self._leading]

    @property
    def _leading(self) -> str:
        stored = list(self.metadata["quantities"])
        return ENERGY if ENERGY in stored else stored[0]

    @property
    def lead(self) -> str:
        """Number of points, and the best of them with its band."""
        said = f"{self.rows} point{'s' * (self.rows != 1)}, {self.feasible} feasible"
        if self.columns is None:
            return f"{said}, in {self.output}; results are nominal"
        if self.best is None:
            return f"{said}; results are nominal"
        label, unit = label_and_unit(self._leading)
        value = Headline.of(self.best[self._leading], self.band).words(unit)
        place = ", ".join(point_words(name, self.best[name]) for name in self.parameters)
        return f"{said}; best {label} {value} at {place}, median (p10 .. p90); rows are nominal"


def point_words(column: str, value: Any) -> str:
    """A parameter by its column and its value, as a user reads it.

    Examples
    --------
    >>> point_words("technology.supply_voltage_V", 0.7), point_words("architecture", "analog_lif_28nm")
    ('technology.supply_voltage 700 mV', 'architecture analog_lif_28nm')
    """
    if isinstance(value, str):
        return f"{column} {value}"
    unit = label_and_unit(column)[1]
    return f"{column.removesuffix(column_name('', unit))} {format_quantity(float(value), unit)}"


def _csv(file: Path) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - heavy, and only tables need it

    try:
        return pd.read_csv(file, low_memory=False)  # keeps one type for a column that only some chips have
    except (OSError, ValueError) as error:  # pandas raises ValueError for a file that is not a table
        raise ExplorationError(f"{file} cannot be read: {str(error).splitlines()[0]}") from None


def _computed(job: Job, store: Store, chunk: int) -> int:
    return store.write(chunk, job.compute(chunk))


def make_job(
    architecture: Named,
    space: Space | str | Path | Mapping[str, Any],
    workload: Named,
    *,
    sampler: Sampler | None = None,
    samples: int | None = None,
    seed: int | None = None,
    quantities: Sequence[str] = STANDARD,
    settings: Mapping[str, str] | None = None,
    chunk_size: int = CHUNK,
) -> Job:
    """Create the job of a space and check everything.

    Raises
    ------
    NeuroestError
        With all problems.
    """
    if isinstance(space, str | Path):
        space = read_space(space)
    elif not isinstance(space, Space):
        space = space_from(space)
    how = sampler or (space.sampler if samples is None or space.sampler != "grid" else "sobol")
    if how not in SAMPLERS:
        raise ExplorationError(f"{how!r} is not a sampler; allowed: {', '.join(SAMPLERS)}")
    if how == "grid" and samples is not None:
        raise ExplorationError(
            "a grid has as many points as its axes; --samples belongs to the other samplers"
        )
    with space.placed():
        space = spelled_out(space, architecture, workload)
    with space.placed():
        resolved = resolve(architecture, workload, space, settings)
        count = next(n for n in (samples, space.samples, _DEFAULT_SAMPLES) if n is not None)
        seed = space.seed if seed is None else seed
        job = Job(
            resolved, space.constraints, how, count, seed, quantity_names(listed(quantities)), chunk_size
        )
        job.check()
        if how == "grid":
            resolved.grid_shape()
    return job


def sweep(
    architecture: Named,
    space: Space | str | Path | Mapping[str, Any],
    workload: Named,
    *,
    output: str | Path | None = None,
    sampler: Sampler | None = None, samples: int | None = None, seed: int | None = None,
    quantities: Sequence[str] = STANDARD,
    settings: Mapping[str, str] | None = None,
    workers: int | None = None, scheduler: str | None = None,
    confirmed: bool = False, overwrite: bool = False,
    chunk_size: int = CHUNK,
    most_in_memory: int = MOST_IN_MEMORY,
    started: Callable[[int, int], Tick] | None = None,
) -> SweepResult:  # fmt: skip
    """Evaluate all points of a space.

    Parameters
    ----------
    architecture : str, Path or Loaded
        The chip; a choice of chips in the space takes precedence.
    space : Space, mapping or path
        Axes by path, such as ``{"array.rows": [64, 128], "supply": "0.6..0.9 V:7"}``, or the path of a space file.
    workload : str, Path or Loaded
        The network; a choice of networks in the space takes precedence.
    output : path, optional
        ``.parquet`` or ``.csv`` file to stream to; without it the rows stay in memory.
    sampler : str, optional
        ``grid``, ``random``, ``latin_hypercube`` or ``sobol``.
    samples, seed : int, optional
        Samples and seed for samplers other than the grid.
    quantities : sequence of str
        Results to store.
    settings : mapping, optional
        Values to change at every point, by path.
    workers : int, optional
        Worker processes; by default one per processor, and none for fewer points than a chunk.
    scheduler : str, optional
        ``local`` or the address of a Dask scheduler.
    confirmed : bool
        Whether to allow more than 10^9 points.
    overwrite : bool
        Whether to overwrite an output of another input.
    chunk_size : int
        Points per task of a worker, and per write to the output.
    most_in_memory : int
        Number of points above which an output is required.
    started : callable, optional
        Called with the number of points of the run and of points already done; returns the callback for further points.

    Returns
    -------
    SweepResult
        Rows in the order of the space, the last axis fastest.

    Examples
    --------
    >>> from neuroest.exploration.sweep import sweep
    >>> found = sweep("analog_lif_28nm", {"array.rows": [64, 128]}, workload="mlp_mnist_spiking")
    >>> found.rows
    2
    """
    job = make_job(
        architecture, space, workload, sampler=sampler, samples=samples, seed=seed, quantities=quantities,
        settings=settings, chunk_size=chunk_size,
    )  # fmt: skip
    return run_job(
        job, output, workers=workers, scheduler=scheduler, confirmed=confirmed, overwrite=overwrite,
        most_in_memory=most_in_memory, started=started,
    )  # fmt: skip


class Stopped(KeyboardInterrupt):
    """A run in memory was stopped, and the chunks that it had finished are kept.

    Attributes
    ----------
    file : Path
        Output with which the same run goes on.
    done, chunks : int
        Finished chunks, and all.
    code : int or None
        Exit code of the signal that ended the process; None for Ctrl-C.
    """

    def __init__(self, file: Path, done: int, chunks: int, code: int | None) -> None:
        super().__init__(str(file))
        self.file, self.done, self.chunks, self.code = file, done, chunks, code


def run_job(
    job: Job,
    output: str | Path | None = None,
    *,
    kept: dict[int, Columns] | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    confirmed: bool = False,
    overwrite: bool = False,
    most_in_memory: int = MOST_IN_MEMORY,
    started: Callable[[int, int], Tick] | None = None,
) -> SweepResult:
    """Evaluate all points of a checked job; the other arguments are those of `sweep`.

    Parameters
    ----------
    kept : dict, optional
        Receives each finished chunk of a run in memory; `rescued` writes them if the run is stopped.

    Raises
    ------
    ExplorationError
        For too many points, and for an output that cannot be written.
    """
    job.check_size(confirmed=confirmed)
    if workers is None and job.points <= CHUNK:
        workers = 1  # finished before a process would have started
    if output is not None:
        return _to_file(job, Path(output), workers, scheduler, overwrite, started)
    if job.points > most_in_memory:
        raise ExplorationError(
            f"{job.points:,} points are too many without a file; name an output".replace(",", " ")
        )
    found = {} if kept is None else kept
    tick = started(job.points, 0) if started else silent
    for chunk, columns in run_chunks(job.compute, range(job.chunks), workers, scheduler):
        found[chunk] = columns
        tick(job.rows_done(_count(columns)[0]))
    parts = [found[chunk] for chunk in range(job.chunks)]
    columns = parts[0]
    if len(parts) > 1:
        columns = {}
        for name in parts[0]:
            pieces: list[Any] = [part[name] for part in parts]
            columns[name] = Labels.joined(pieces) if isinstance(pieces[0], Labels) else np.concatenate(pieces)
    rows, feasible = _count(columns)
    _not_empty(rows)
    return SweepResult(job, columns, None, rows, feasible, job.description())


def rescued(job: Job, kept: Mapping[int, Columns], folder: Path, stop: BaseException) -> Stopped:
    """Store the finished chunks of a stopped run, under a name that no run of another input has."""
    output = folder / f"stopped_{job.fingerprint[:8]}.parquet"
    store = Store(output)
    with store.opened(job):
        for chunk, columns in kept.items():
            store.write(chunk, columns)
    code = stop.code if isinstance(stop, SystemExit) and isinstance(stop.code, int) else None
    return Stopped(output, len(kept), job.chunks, code)


def _to_file(
    job: Job, output: Path, workers: int | None, scheduler: str | None, overwrite: bool,
    started: Callable[[int, int], Tick] | None,
) -> SweepResult:  # fmt: skip
    store = Store(output)
    extra("pyarrow", "explore")
    with store.opened(job, overwrite=overwrite) as needed:
        if not needed:
            known = read_metadata(output)
            return SweepResult(job, None, output, known["rows"], known["feasible"], known)
        done = store.finished()
        left = [chunk for chunk in range(job.chunks) if chunk not in done]
        tick = started(job.points, round(job.points * len(done) / job.chunks)) if started else silent
        task = job.compute if scheduler is not None else partial(_computed, job, store)
        for chunk, result in run_chunks(task, left, workers, scheduler):
            tick(job.rows_done(result if isinstance(result, int) else store.write(chunk, result)))
        counts = [_count(store.read(chunk, ("feasible",))) for chunk in range(job.chunks)]
        rows, feasible = (sum(each) for each in zip(*counts, strict=True))
        _not_empty(rows)
        metadata = {"rows": rows, "feasible": feasible}
        store.assemble(job, metadata)
    return SweepResult(job, None, output, rows, feasible, {**metadata, **job.description()})


def _not_empty(rows: int) -> None:
    if rows == 0:
        raise ExplorationError("no point of the space meets its constraints")


def _count(columns: Columns) -> tuple[int, int]:
    feasible = np.asarray(columns["feasible"])
    return feasible.size, int(np.count_nonzero(feasible))


def read_sweep(path: str | Path) -> SweepResult:
    """Read a finished sweep from its file.

    Raises
    ------
    ExplorationError
        If the file contains no sweep.
    """
    file = Path(path)
    if not is_file(file) or file.suffix not in SUFFIXES:
        raise ExplorationError(f"{file} is not a file of a sweep ({' or '.join(SUFFIXES)})")
    if file.suffix == ".parquet":
        arrow = extra("pyarrow", "explore")
        try:
            extra("pyarrow.parquet", "explore").read_schema(str(file))
        except (OSError, arrow.ArrowInvalid) as error:
            raise ExplorationError(f"{file} cannot be read: {str(error).splitlines()[0]}") from None
    known = read_metadata(file)
    return SweepResult(None, None, file, int(known.get("rows", 0)), int(known.get("feasible", 0)), known)
