"""Totals of many design points with one structure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from neuroest.core.arrays import Array, Mask
from neuroest.core.errors import MappingError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.progress import Progress, silent
from neuroest.core.startup import keep_memory
from neuroest.exploration.structures import Group
from neuroest.levels.time_multiplexing import ROUNDING
from neuroest.pipeline.evaluation import Evaluation, evaluate
from neuroest.pipeline.soundness import faults, totals_of
from neuroest.results.quantities import BANDED, TOTALS

Codes: TypeAlias = NDArray[np.int16]

_BLOCK = 16_384
"""Most points that one call evaluates."""
_LARGEST_ARRAY = 131_072
"""Most numbers in an array of points and layers: a megabyte; about a hundred such arrays exist at once."""
_BOX, _LARGEST_IN_A_BOX = 65_536, 1_048_576
"""The same limit for an open grid."""
_MANY_LATE = 8192
"""Points whose results take longer than to time the rest of their grid again; numerical."""
_SEVERITIES = ("infeasible", "design_rule", "extrapolation")
PASSED = -1
_KEEPS_UP = ("infeasible", "keeps_up (operation)")
NOT_FINITE = "not_finite: a result is negative or no finite number"


@frozen_dataclass
class Labels:
    """A column of words: an index into `words` for each row, or -1 for none."""

    codes: Codes
    words: tuple[str, ...]

    @classmethod
    def joined(cls, parts: Iterable[Labels]) -> Labels:
        """Columns one after the other."""
        words: dict[str, int] = {}
        codes = []
        for part in parts:
            table = [words.setdefault(word, len(words)) for word in part.words]
            codes.append(np.array([*table, -1], dtype=np.int16)[part.codes])
        return cls(np.concatenate(codes), tuple(words))

    def texts(self) -> NDArray[np.object_]:
        """The word of each row, or None."""
        return np.array([*self.words, None], dtype=object)[self.codes]


@frozen_dataclass
class Points:
    """Results of a list of points with one structure.

    Attributes
    ----------
    totals : mapping
        Each result; NaN where no estimate exists or where it does not apply.
    failed : array of int
        Index into `reasons` of the first check that fails, or -1.
    extrapolates : array of bool
        Whether a model is used outside of the range that its source covers.
    """

    totals: Mapping[str, Array]
    failed: Codes
    reasons: tuple[str, ...]
    extrapolates: Mask

    @property
    def feasible(self) -> Mask:
        """Whether an estimate exists and all limits hold."""
        return np.asarray(self.failed == PASSED)

    def at(self, places: NDArray[np.intp] | slice) -> Points:
        """Some of the points."""
        totals = {name: values[places] for name, values in self.totals.items()}
        return Points(totals, self.failed[places], self.reasons, self.extrapolates[places])


def block_of(group: Group) -> int:
    """Points that one call should evaluate for a structure, a power of two."""
    most = max(1, min(_BLOCK, _LARGEST_ARRAY // len(group.workload.layers)))
    return int(1 << (most.bit_length() - 1))


def box_of(group: Group) -> int:
    """Points of an open grid that one call should evaluate; most of its arrays are far smaller than the grid."""
    return max(1, min(_BOX, _LARGEST_IN_A_BOX // len(group.workload.layers)))


def evaluate_points(
    group: Group, columns: Mapping[str, Array], shape: tuple[int, ...], quantities: Sequence[str],
    *, judged: bool = True,
) -> Points:  # fmt: skip
    """Results of the points that the columns span.

    Parameters
    ----------
    group : Group
        The structure.
    columns : mapping
        Values by path; each broadcasts to `shape` with one more axis of length one.
    shape : tuple of int
        Shape of the points; the results are flat, in C order.
    quantities : sequence of str
        Names of `neuroest.results.quantities.QUANTITIES`.
    judged : bool
        Whether to evaluate all design rules and model ranges, including the accuracy of results. This takes longer than
        everything else. Otherwise only the checks that refuse an estimate are evaluated.
    """
    keep_memory()
    count = int(np.prod(shape))
    # numpy computes exponentials of contiguous numbers differently from those of strided numbers
    columns = {p: v if v.flags.c_contiguous else np.ascontiguousarray(v) for p, v in columns.items()}
    asked = _Asked(tuple(quantities), judged)
    question = (asked, *columns)
    if len(shape) == 1 and columns and group.plans.are_worth(question, count):
        return _by_plans(group, columns, count, question)
    return _at_once(group, columns, shape, asked)


class _Asked(NamedTuple):
    """Results that are asked for, and whether all design rules are evaluated."""

    quantities: tuple[str, ...]
    judged: bool


class _Judged(NamedTuple):
    """Severity and reason of each check that can refuse or mark a point, and their arrays among those of the points."""

    checks: list[tuple[str, str]]
    first: int
    faults: int


def _by_plans(group: Group, columns: Mapping[str, Array], count: int, question: tuple[Any, ...]) -> Points:
    """Results of a list of points by plans, and of points for which there is none by an evaluation."""
    asked: _Asked = question[0]
    flat = {path: values.reshape(-1) for path, values in columns.items()}
    found, left = group.plans.outcomes(question, partial(_evaluated, group, asked), flat, count)
    parts = [_points(one.arrays, one.rest, asked, (one.places.size,)) for one in found if one.places.size]
    places = [one.places for one in found if one.places.size]
    if left.size:
        rest = {p: values[left] if len(values) == count else values for p, values in columns.items()}
        parts.append(_at_once(group, rest, (left.size,), asked))
        places.append(left)
    if len(parts) == 1:
        return parts[0]
    return joined(parts).at(np.argsort(np.concatenate(places), kind="stable"))


def _at_once(group: Group, columns: Mapping[str, Array], shape: tuple[int, ...], asked: _Asked) -> Points:
    """Results of points in one evaluation."""
    try:
        return _by_period(_result(group, columns), asked, shape)
    except MappingError as error:
        return _unmapped(group, columns, shape, asked, str(error))
    except ArithmeticError as error:  # raised by numbers that all points share
        return _unmapped(group, columns, shape, asked, f"not_finite: {error}")


def _result(group: Group, columns: Mapping[str, Any]) -> Evaluation:
    return evaluate(group.design, group.workload, {**group.values, **columns})


def _evaluated(group: Group, asked: _Asked, columns: Mapping[str, Any]) -> tuple[list[Any], _Judged]:
    return _outcome(_result(group, columns), asked)


def _by_period(result: Evaluation, asked: _Asked, shape: tuple[int, ...]) -> Points:
    """Results of points; where no point of a grid keeps up with many first periods, those are only refused."""
    axis, first = _first_period_kept(result)
    late, timely = ((slice(None),) * axis + (part,) for part in (slice(first), slice(first, None)))
    paced = None
    if first * int(np.prod(shape)) >= _MANY_LATE * shape[axis]:
        with np.errstate(all="ignore"):
            paced = result.operated(result.chip.operation, np.asarray(result.chip.period)[timely])
    if paced is None:
        return _points(*_outcome(result, asked), asked, shape)
    arrays, judged = _outcome(paced, asked)
    inside = (*shape[:axis], shape[axis] - first, *shape[axis + 1 :])
    outside = (*shape[:axis], first, *shape[axis + 1 :])
    found = _points(arrays, judged, asked, inside)
    # no check before this one that refuses points depends on the period, and those after it do not matter
    number = judged.checks.index(_KEEPS_UP)
    checks = [
        (kind, passed)
        for kind, passed in zip(judged.checks[:number], arrays[judged.first :], strict=False)
        if kind[0] == _KEEPS_UP[0]
    ]
    codes, reasons, _, _ = _first_failures([*checks, (_KEEPS_UP, np.False_)], outside, int(np.prod(outside)))
    failed = Labels.joined([Labels(found.failed, found.reasons), Labels(codes, reasons)])

    def whole(values: NDArray[Any], others: Any) -> NDArray[Any]:
        every = np.empty(shape, dtype=values.dtype)
        every[timely], every[late] = values.reshape(inside), others
        return every.reshape(-1)

    return Points(
        {name: whole(values, np.nan) for name, values in found.totals.items()},
        whole(failed.codes[: found.failed.size], failed.codes[found.failed.size :].reshape(outside)),
        failed.words, whole(found.extrapolates, np.False_),
    )  # fmt: skip


def _first_period_kept(result: Evaluation) -> tuple[int, int]:
    """The axis of periods, if it is the only one with several, and the first period that some point keeps up with."""
    period, interval = np.asarray(result.chip.period), np.asarray(result.timing.initiation_interval)
    long = [axis for axis, size in enumerate(period.shape) if size > 1]
    if len(long) != 1 or (interval.ndim == period.ndim and interval.shape[long[0]] > 1):
        return 0, 0
    least = np.fmin.reduce(interval, axis=None)
    # one period stays, so that a grid is left
    return long[0], int(np.argmax(np.append(least <= period.reshape(-1)[:-1] * (1.0 + ROUNDING), True)))


def _outcome(result: Evaluation, asked: _Asked) -> tuple[list[Any], _Judged]:
    """The results asked for, where each check passes, where results have a fault; and what the checks are."""
    tested = TOTALS if asked.judged else (*BANDED, *asked.quantities)
    with np.errstate(all="ignore"):
        found = totals_of(result, dict.fromkeys((*tested, *asked.quantities)))
        every = result.checks if asked.judged else result.refusing_checks
        checks = [check for check in every if check.severity in _SEVERITIES]
        wrong = [each for _, each in faults(result, {name: found[name] for name in tested})]
    results = [found[name] for name in asked.quantities]
    kinds: list[tuple[str, str]] = [(check.severity, f"{check.name} ({check.component})") for check in checks]
    judged = _Judged(kinds, len(results), len(results) + len(checks))
    return [*results, *(check.passed for check in checks), *wrong], judged


def _points(arrays: Sequence[Any], judged: _Judged, asked: _Asked, shape: tuple[int, ...]) -> Points:
    """Points from the arrays of an evaluation."""
    count = int(np.prod(shape))

    def flat(value: Any) -> Array:
        array = np.asarray(value, dtype=np.float64)
        if array.size == 1:
            return np.full(count, array.reshape(-1)[0])
        return np.broadcast_to(array.squeeze(-1), shape).reshape(-1)  # raises if layers are left

    totals = dict(zip(asked.quantities, map(flat, arrays[: judged.first]), strict=True))
    checks = zip(judged.checks, arrays[judged.first : judged.faults], strict=True)
    failed, reasons, extrapolates, refused = _first_failures(list(checks), shape, count)
    broken = np.zeros(shape, dtype=bool)
    for wrong in arrays[judged.faults :]:
        broken |= np.broadcast_to(wrong[..., 0], shape)
    new = broken.reshape(-1) & ~refused
    if np.any(new):
        failed[new] = len(reasons)
        reasons = (*reasons, NOT_FINITE)
    refused |= broken.reshape(-1)
    if np.any(refused):
        totals = {name: np.where(refused, np.nan, array) for name, array in totals.items()}
    return Points(totals, failed, reasons, extrapolates & ~refused)


def _first_failures(
    checks: Sequence[tuple[tuple[str, str], Any]], shape: tuple[int, ...], count: int
) -> tuple[Codes, tuple[str, ...], Mask, Mask]:
    failed = np.full(count, PASSED, dtype=np.int16)
    refused, extrapolates = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    reasons: dict[str, int] = {}
    for severity in _SEVERITIES:
        for (kind, reason), each in checks:
            passed = np.asarray(each)
            if kind != severity or bool(passed.all()):
                continue
            shaped = np.broadcast_to(passed[..., 0] if passed.ndim else passed, shape or (1,))
            wrong = ~shaped.reshape(-1)
            if severity == "extrapolation":
                extrapolates |= wrong
                continue
            if severity == "infeasible":
                refused |= wrong
            failed[wrong & (failed == PASSED)] = reasons.setdefault(reason, len(reasons))
    return failed, tuple(reasons), extrapolates, refused


def _unmapped(
    group: Group, columns: Mapping[str, Array], shape: tuple[int, ...], asked: _Asked, reason: str
) -> Points:
    """Points of a batch that the chip cannot run: all of them, unless some run on their own."""
    count = int(np.prod(shape))
    if count > 1:
        flat = {path: np.broadcast_to(v[..., 0], shape).reshape(-1, 1) for path, v in columns.items()}

        def some(first: int, last: int) -> Points:
            part = {path: values[first:last] for path, values in flat.items()}
            return _at_once(group, part, (last - first,), asked)

        if not all(reason in end.reasons for end in (some(0, 1), some(count - 1, count))):
            return joined([some(0, count // 2), some(count // 2, count)])
    nothing = np.full(count, np.nan)
    first_line = reason.splitlines()[0]
    return Points(
        dict.fromkeys(asked.quantities, nothing),
        np.zeros(count, dtype=np.int16),
        (first_line,),
        np.zeros(count, dtype=bool),
    )


def joined(parts: Sequence[Points]) -> Points:
    """Concatenate points."""
    if len(parts) == 1:
        return parts[0]
    failed = Labels.joined(Labels(part.failed, part.reasons) for part in parts)
    return Points(
        {name: np.concatenate([part.totals[name] for part in parts]) for name in parts[0].totals},
        failed.codes, failed.words, np.concatenate([part.extrapolates for part in parts]),
    )  # fmt: skip


def in_blocks(
    group: Group, columns: Mapping[str, Array], count: int, quantities: Sequence[str],
    *, judged: bool = True, progress: Progress = silent,
) -> Points:  # fmt: skip
    """Results of a list of points, evaluated in blocks; `columns` has one value per point by path."""
    parts, block = [], block_of(group)
    for start in range(0, count, block):
        part = {path: values[start : start + block].reshape(-1, 1) for path, values in columns.items()}
        shape = (min(block, count - start),)
        parts.append(evaluate_points(group, part, shape, quantities, judged=judged))
        progress((start + shape[0]) / count)
    return joined(parts)
