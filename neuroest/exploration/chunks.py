"""A sweep split into chunks; any process can compute a chunk from the job and the chunk index alone."""

from __future__ import annotations

import hashlib
import inspect
import json
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from neuroest.core.arrays import Array, Mask
from neuroest.core.errors import Problem, SpecError
from neuroest.core.frozen import frozen_dataclass
from neuroest.exploration.batch_evaluation import (
    PASSED,
    Labels,
    Points,
    block_of,
    box_of,
    evaluate_points,
    in_blocks,
    joined,
)
from neuroest.exploration.samplers import unit_points
from neuroest.exploration.space import RESULT_UNITS, Constraint, ExplorationError, Sampler, faults_of
from neuroest.exploration.structures import AxisValues, Group, NumericAxis, Resolved
from neuroest.registry import COMPONENTS, MAPPERS
from neuroest.results.quantities import QUANTITIES, column_name, quantity_names, read_value

CHUNK = 65_536
"""Points per chunk: the unit of computing, writing and retrying after a crash."""
CONFIRM_ABOVE = 1_000_000_000
"""Points above which a run needs confirmation."""
_SIGNS: Mapping[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


Columns: TypeAlias = dict[str, "Array | Mask | Labels"]


@cache
def source_digest() -> str:
    """SHA-256 of the source of the package: changed source may give other numbers under the same version."""
    root = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*.py")):
        digest.update(f"{file.relative_to(root).as_posix()}\0".encode() + file.read_bytes())
    return digest.hexdigest()


@frozen_dataclass
class Job:
    """Everything that a worker needs.

    Attributes
    ----------
    resolved : Resolved
        The space and its structures.
    constraints : tuple of Constraint
        Constraints. Those on parameters alone drop points; those on results mark them.
    sampler, samples, seed
        Sampling of the points; `samples` is ignored on a grid.
    quantities : tuple of str
        Results to store.
    """

    resolved: Resolved
    constraints: tuple[Constraint, ...]
    sampler: Sampler
    samples: int
    seed: int
    quantities: tuple[str, ...]
    chunk_size: int = CHUNK

    @cached_property
    def points(self) -> int:
        """Points of the whole job, before constraints."""
        if self.sampler != "grid":
            return self.samples
        return len(self.resolved.groups) * int(np.prod([float(n) for n in self.resolved.grid_shape()]))

    @cached_property
    def _blocks(self) -> Blocks:
        groups = self.resolved.groups
        block, box = min(map(block_of, groups)), min(map(box_of, groups))
        return Blocks.of(self.resolved.grid_shape(), self.chunk_size, block, box)

    @cached_property
    def chunks(self) -> int:
        """Chunks of the whole job."""
        if self.sampler == "grid":
            return len(self.resolved.groups) * self._blocks.chunks
        return -(-self.samples // self.chunk_size)

    def rows_done(self, rows: int) -> int:
        """Points that a finished chunk with this number of rows represents."""
        return rows

    @cached_property
    def parameters(self) -> dict[str, str]:
        """Column of each numeric path."""
        return {path: column_name(path, unit) for path, unit in self.resolved.units.items()}

    @cached_property
    def fingerprint(self) -> str:
        """Hash of all inputs of the result."""
        return hashlib.sha256(json.dumps(self.description(), sort_keys=True).encode()).hexdigest()

    def _plugins(self) -> dict[str, str]:
        """SHA-256 of each file of another package that defines a block or level of the space."""
        specs = [part.spec for group in self.resolved.groups for part in group.design.root.walk()]
        found = COMPONENTS.foreign({model for spec in specs if (model := getattr(spec, "model", None))})
        found += MAPPERS.foreign({mapper for spec in specs if (mapper := getattr(spec, "mapper", None))})
        files = {cls.__module__: Path(inspect.getfile(cls)) for cls in found}
        return {module: hashlib.sha256(file.read_bytes()).hexdigest() for module, file in files.items()}

    def description(self) -> dict[str, Any]:
        """Definition of the job, as plain data."""
        from neuroest.core.installed import package_version  # noqa: PLC0415 - it imports this package

        axes = [
            {path: track.levels.tolist() if track.levels is not None and track.levels.size <= 1000 else
             [track.low, track.high, track.log, axis.size] for path, track in axis.tracks.items()}
            for axis in self.resolved.numeric
        ]  # fmt: skip
        groups = [
            {path: value for path, value in group.values.items() if isinstance(value, float)}
            for group in self.resolved.groups
        ]
        return {
            "neuroest_version": package_version(),
            "source_sha256": source_digest(),
            **({"plugins_sha256": plugins} if (plugins := self._plugins()) else {}),
            "axes": axes,
            "choices": [{axis.path: list(axis.labels)} for axis in self.resolved.choices],
            "units": {self.parameters[path]: unit for path, unit in self.resolved.units.items()},
            "constraints": [str(one) for one in self.constraints],
            "sampler": self.sampler,
            "samples": self.points,
            "seed": self.seed,
            "chunk": self.chunk_size,
            "quantities": list(self.quantities),
            "inputs": [
                {"kind": file.kind, "name": file.name, "sha256": file.sha256} for file in self.resolved.files
            ],
            "values_sha256": hashlib.sha256(json.dumps(groups, sort_keys=True).encode()).hexdigest(),
        }  # fmt: skip

    def compute(self, number: int) -> Columns:
        """The rows of one chunk."""
        if self.sampler == "grid":
            group_index, chunk = divmod(number, self._blocks.chunks)
            group = self.resolved.groups[group_index]
            flat, points = grid_points(group, self.resolved.numeric, self._blocks, chunk, self._evaluated)
            return self._table(flat, np.full(points.failed.size, group_index), points)
        start = number * self.chunk_size
        stop = min(start + self.chunk_size, self.samples)
        axes = self.resolved
        dimensions = len(axes.numeric) + len(axes.choices)
        unit = unit_points(self.sampler, start, stop, self.samples, dimensions, self.seed)
        given: dict[str, Array] = {}
        for column, axis in enumerate(axes.numeric):
            for path, track in axis.tracks.items():
                given[path] = track.at(unit[:, column])
        groups = np.zeros(stop - start, dtype=np.intp)
        for column, choice in enumerate(axes.choices, start=len(axes.numeric)):
            groups = groups * len(choice.labels) + np.floor(unit[:, column] * len(choice.labels)).astype(
                np.intp
            )
        return self._table(given, groups, self.at(given, groups))

    def at(self, given: Mapping[str, Array], groups: NDArray[np.intp]) -> Points:
        """Results of a list of points: values by path, and the structure of each."""
        if len(self.resolved.groups) == 1:
            return in_blocks(self.resolved.groups[0], given, groups.size, self._evaluated)
        order = np.argsort(groups, kind="stable")
        parts: list[Points] = []
        for index in np.flatnonzero(np.bincount(groups)).tolist():
            rows = order[groups[order] == index]
            own = {path: values[rows] for path, values in given.items()}
            parts.append(in_blocks(self.resolved.groups[index], own, rows.size, self._evaluated))
        found = joined(parts)
        back = np.empty_like(order)
        back[order] = np.arange(order.size)
        return Points(
            {name: values[back] for name, values in found.totals.items()},
            found.failed[back], found.reasons, found.extrapolates[back],
        )  # fmt: skip

    @cached_property
    def _evaluated(self) -> tuple[str, ...]:
        """Results to compute: those to store, and those in constraints."""
        named = [side for one in self.constraints for side in (one.left, one.right) if side in QUANTITIES]
        return tuple(dict.fromkeys((*self.quantities, *named)))

    def _table(self, given: Mapping[str, Array], groups: NDArray[Any], points: Points) -> Columns:
        columns, keep = self.marked(given, groups, points)
        return columns if keep.all() else rows_of(columns, keep)

    def marked(
        self, given: Mapping[str, Array], groups: NDArray[Any], points: Points
    ) -> tuple[Columns, Mask]:
        """Columns of some points, and which points meet the constraints on parameters."""
        failed, reasons = points.failed.copy(), list(points.reasons)
        keep = np.ones(failed.size, dtype=bool)
        for one in self.constraints:
            met = holds(one, {**points.totals, **given}, failed.size, self.unit_of(one))
            if {one.left, one.right} & points.totals.keys():
                failed[~met & (failed == PASSED)] = len(reasons)
                reasons.append(f"constraint {one}")
            else:
                keep &= met
        columns: Columns = {}
        counts = [len(axis.labels) for axis in self.resolved.choices]
        codes = np.unravel_index(groups.astype(np.intp), counts) if counts else ()
        for axis, code in zip(self.resolved.choices, codes, strict=True):
            columns[axis.path] = Labels(code.astype(np.int16), axis.labels)
        for path, name in self.parameters.items():
            columns[name] = given[path]
        for name in self.quantities:
            columns[name] = points.totals[name]
        columns["feasible"] = failed == PASSED
        columns["extrapolates"] = points.extrapolates
        columns["failed_check"] = Labels(failed, tuple(reasons))
        return columns, keep

    def unit_of(self, one: Constraint) -> str:
        """Unit of both sides of a comparison: the unit of a side with a name."""
        units = {**RESULT_UNITS, **self.resolved.units}
        return next(units[side] for side in (one.left, one.right) if side in units)

    def check(self) -> None:
        """Check that the names in constraints and quantities exist.

        Raises
        ------
        SpecError, UnknownNameError
            For an unknown name.
        """
        quantity_names(self.quantities)
        for one in self.constraints:
            units = {**RESULT_UNITS, **self.resolved.units}
            faults = [Problem(one.option, 0, 0, str(one), fault) for fault in faults_of(one, units)]
            if faults:
                raise SpecError(faults)

    def check_size(self, *, confirmed: bool) -> None:
        """Refuse a job without points, and a very large job without confirmation."""
        if self.points < 1:
            raise ExplorationError("the number of samples is 0; ask for at least 1")
        if self.points > CONFIRM_ABOVE and not confirmed:
            raise ExplorationError(
                f"{self.points:.3g} points is a very large number; confirm with --yes, or reduce it"
            )


def holds(one: Constraint, known: Mapping[str, Array], points: int, unit: str) -> Mask:
    """Which points meet a comparison of known numbers; a missing number meets none."""
    sides = [
        known[side] if side in known else np.full(points, read_value(side, unit))
        for side in (one.left, one.right)
    ]
    with np.errstate(invalid="ignore"):
        return np.asarray(_SIGNS[one.sign](sides[0], sides[1]), dtype=bool)


def plain(columns: Columns) -> dict[str, NDArray[Any]]:
    """Columns as arrays; columns of words contain the words."""
    return {name: v.texts() if isinstance(v, Labels) else v for name, v in columns.items()}


def rows_of(columns: Columns, keep: NDArray[Any]) -> Columns:
    """Some rows of columns, by a mask or by their numbers."""
    return {
        name: Labels(values.codes[keep], values.words) if isinstance(values, Labels) else values[keep]
        for name, values in columns.items()
    }


def grid_points(
    group: Group, axes: Sequence[NumericAxis], blocks: Blocks, chunk: int, quantities: Sequence[str]
) -> tuple[dict[str, Array], Points]:
    """Evaluate one chunk of the grid of numeric axes for a structure.

    Parameters
    ----------
    group : Group
        The structure.
    axes : sequence of NumericAxis
        The axes, the last fastest.
    blocks : Blocks
        The grid in boxes.
    chunk : int
        Index of the chunk.
    quantities : sequence of str
        Results to compute.

    Returns
    -------
    (dict of array, Points)
        Value of each varied path at each point, and the results.
    """
    boxes = blocks.of_chunk(chunk)
    given = {
        path: np.concatenate(
            [
                np.broadcast_to(_along(track, places[number], number, len(shape)), shape).reshape(-1)
                for shape, places in boxes
            ]
        )
        for number, axis in enumerate(axes)
        for path, track in axis.tracks.items()
    }
    return given, joined([box_points(group, axes, *box, quantities) for box in boxes])


def _along(track: AxisValues, place: Any, number: int, axes: int) -> Array:
    """Some values of an axis, in the direction that it has in a grid."""
    found: Array = np.asarray(track.levels)[place]
    return found.reshape([found.size if one == number else 1 for one in range(axes)])


def box_points(
    group: Group, axes: Sequence[NumericAxis], shape: tuple[int, ...], places: Sequence[Any],
    quantities: Sequence[str],
) -> Points:  # fmt: skip
    """Results of one box of a grid for a structure; `places` is its part of each axis."""
    columns = {
        path: _along(track, places[number], number, len(shape))[..., np.newaxis]
        for number, axis in enumerate(axes)
        for path, track in axis.tracks.items()
    }
    if shape and math.prod(shape) == max(shape):
        # one long axis: a list, without the empty directions
        columns = {path: values.reshape(-1, 1) for path, values in columns.items()}
        shape = (max(shape),)
    return evaluate_points(group, columns, shape or (1,), quantities)


@frozen_dataclass
class Blocks:
    """A grid split into boxes of limited size: slices of one axis, whole axes inside, single values outside."""

    shape: tuple[int, ...]
    axis: int
    rows: int
    slices: int
    chunks: int
    per_chunk: int
    total: int

    @classmethod
    def of(cls, shape: Sequence[int], chunk_size: int, block: int, box: int) -> Blocks:
        """Split a grid of a shape into chunks, and the chunks into lists or boxes, of given sizes."""
        lengths = tuple(shape) or (1,)
        axis, inner, most = len(lengths) - 1, 1, min(box, chunk_size)
        while axis > 0 and inner * lengths[axis] <= most:
            inner *= lengths[axis]
            axis -= 1
        alone = inner == 1  # a list rather than a grid: cut it as finely as lists are cut
        rows = max(1, min(lengths[axis], (min(block, chunk_size) if alone else most) // inner))
        slices = -(-lengths[axis] // rows)
        total = slices * int(np.prod([float(n) for n in lengths[:axis]]))
        per_chunk = max(1, chunk_size // (rows * inner))
        return cls(tuple(shape), axis, rows, slices, -(-total // per_chunk), per_chunk, total)

    def of_chunk(self, number: int) -> list[tuple[tuple[int, ...], list[Any]]]:
        """Shape of each box of a chunk, and its part of each axis."""
        found = []
        for block in range(number * self.per_chunk, min((number + 1) * self.per_chunk, self.total)):
            if not self.shape:
                return [((), [])]
            outer, part = divmod(block, self.slices)
            where = np.unravel_index(outer, self.shape[: self.axis]) if self.axis else ()
            first = part * self.rows
            last = min(first + self.rows, self.shape[self.axis])
            places: list[Any] = [slice(int(i), int(i) + 1) for i in where]
            places.append(slice(first, last))
            places += [slice(None)] * (len(self.shape) - self.axis - 1)
            shape = (*(1 for _ in where), last - first, *self.shape[self.axis + 1 :])
            found.append((shape, places))
        return found
