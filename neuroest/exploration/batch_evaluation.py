"""Totals of many design points with one structure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from neuroest.blocks.base import Check
from neuroest.core.arrays import Array, Mask
from neuroest.core.errors import MappingError
from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.core.progress import Progress, silent
from neuroest.core.startup import keep_memory
from neuroest.exploration.structures import Group
from neuroest.pipeline.evaluate import evaluate
from neuroest.pipeline.soundness import sound_points, totals_of
from neuroest.results.quantities import BANDED, TOTALS

Codes: TypeAlias = NDArray[np.int16]

_BLOCK = 16_384
"""Most points that one call evaluates."""
_LARGEST_ARRAY = 131_072
"""Most numbers in an array of points and layers: a megabyte; about a hundred such arrays exist at once."""
_BOX, _LARGEST_IN_A_BOX = 65_536, 1_048_576
"""The same limit for an open grid."""
PASSED = -1
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


def block_of(group: Group) -> int:
    """Points that one call should evaluate for a structure, a power of two."""
    keep_memory()
    most = max(1, min(_BLOCK, _LARGEST_ARRAY // len(group.workload.layers)))
    return int(1 << (most.bit_length() - 1))


def box_of(group: Group) -> int:
    """Points of an open grid that one call should evaluate; most of its arrays are far smaller than the grid."""
    keep_memory()
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
    count = int(np.prod(shape))
    # numpy computes exponentials of contiguous numbers differently from those of strided numbers
    columns = {p: v if v.flags.c_contiguous else np.ascontiguousarray(v) for p, v in columns.items()}
    try:
        result = evaluate(group.design, group.workload, {**group.values, **columns})
    except MappingError as error:
        return _unmapped(group, columns, shape, quantities, str(error))
    except ArithmeticError as error:  # raised by numbers that all points share
        return _unmapped(group, columns, shape, quantities, f"not_finite: {error}")

    def flat(value: Any) -> Array:
        array = np.asarray(value, dtype=np.float64)
        if array.size == 1:
            return np.full(count, array.reshape(-1)[0])
        return np.broadcast_to(array.squeeze(-1), shape).reshape(-1)  # raises if layers are left

    tested = TOTALS if judged else (*BANDED, *quantities)
    with np.errstate(all="ignore"):
        found = totals_of(result, dict.fromkeys((*tested, *quantities)))
        totals = {name: flat(found[name]) for name in quantities}
        checks = result.checks if judged else result.refusing_checks
        failed, reasons, extrapolates, refused = _first_failures(checks, shape, count)
        broken = ~sound_points(result, shape, {name: found[name] for name in tested}).reshape(-1)
    new = broken & ~refused
    if np.any(new):
        failed[new] = len(reasons)
        reasons = (*reasons, NOT_FINITE)
    refused |= broken
    if np.any(refused):
        totals = {name: np.where(refused, np.nan, array) for name, array in totals.items()}
    return Points(totals, failed, reasons, extrapolates & ~refused)


def _first_failures(
    checks: Sequence[Check], shape: tuple[int, ...], count: int
) -> tuple[Codes, tuple[str, ...], Mask, Mask]:
    failed = np.full(count, PASSED, dtype=np.int16)
    refused, extrapolates = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    reasons: list[str] = []
    for severity in ("infeasible", "design_rule", "extrapolation"):
        for check in checks:
            passed = np.asarray(check.passed)
            if check.severity != severity or bool(passed.all()):
                continue
            shaped = np.broadcast_to(passed[..., 0] if passed.ndim else passed, shape or (1,))
            wrong = ~shaped.reshape(-1)
            if severity == "extrapolation":
                extrapolates |= wrong
                continue
            if severity == "infeasible":
                refused |= wrong
            failed[wrong & (failed == PASSED)] = len(reasons)
            reasons.append(f"{check.name} ({check.component})")
    return failed, tuple(reasons), extrapolates, refused


def _unmapped(
    group: Group, columns: Mapping[str, Array], shape: tuple[int, ...], quantities: Sequence[str], reason: str
) -> Points:
    """Points of a batch that the chip cannot run: all of them, unless some run on their own."""
    count = int(np.prod(shape))
    if count > 1:
        flat = {path: np.broadcast_to(v[..., 0], shape).reshape(-1, 1) for path, v in columns.items()}

        def some(first: int, last: int) -> Points:
            part = {path: values[first:last] for path, values in flat.items()}
            return evaluate_points(group, part, (last - first,), quantities)

        if not all(reason in end.reasons for end in (some(0, 1), some(count - 1, count))):
            return joined([some(0, count // 2), some(count // 2, count)])
    nothing = np.full(count, np.nan)
    first_line = reason.splitlines()[0]
    return Points(
        dict.fromkeys(quantities, nothing),
        np.zeros(count, dtype=np.int16),
        (first_line,),
        np.zeros(count, dtype=bool),
    )


def joined(parts: Sequence[Points]) -> Points:
    """Concatenate points."""
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
