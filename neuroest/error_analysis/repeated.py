"""Estimates and samples that differ in numbers only: one plan answers for all of them.

Estimates of one chip on one network, with the same choices and with values set at the same paths, have one `Structure`.
Its plan (docs/architecture.md) takes every number with a spread, every error of a model and every number that is set,
and gives the totals and checks of an estimate, or of all samples of its bands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from types import MappingProxyType
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from neuroest.blocks.base import Check
from neuroest.core.arrays import Array, Mask
from neuroest.core.plans import Places, Plans
from neuroest.core.recording import UNREAD
from neuroest.design.build import Design, build
from neuroest.error_analysis.draws import discrepancy_claims, varies
from neuroest.pipeline.evaluation import Evaluation, evaluate
from neuroest.pipeline.learning import left_out
from neuroest.pipeline.mapping import exclusions
from neuroest.pipeline.soundness import faults, totals_of
from neuroest.results.quantities import BANDED, NOT_APPLICABLE, TOTALS
from neuroest.specs.architecture import ArchitectureSpec
from neuroest.specs.claims import Claim
from neuroest.specs.loaded import Loaded
from neuroest.specs.workload import WorkloadSpec, workload_claims, workload_exclusions

_FAULTY, _FAULTY_BANDS = len(TOTALS), len(TOTALS) + 1
"""Columns after those of the totals: whether a point has a fault, and whether its totals with bands have one."""
_ROWS = "rows"
"""The only question that a structure asks its plans."""
_CHECKS = len(TOTALS) + 2
"""First column of the checks; each has three: whether it passes, its value and its limit."""


class About(NamedTuple):
    """What rows of numbers stand for: totals that do not apply, checks without numbers, and what is left out."""

    without: frozenset[str]
    checks: tuple[Check, ...]
    exclusions: tuple[str, ...]

    @property
    def has_texts(self) -> bool:
        """Whether no text of a check depends on numbers that move."""
        return not any(UNREAD in check.message for check in self.checks)


class Rows(NamedTuple):
    """Totals and checks of points."""

    about: About
    numbers: Array

    @property
    def _columns(self) -> list[Any]:
        return self.numbers[0].tolist() if len(self.numbers) == 1 else list(self.numbers.T)

    @property
    def totals(self) -> dict[str, Any]:
        """Totals by name."""
        return {
            name: NOT_APPLICABLE if name in self.about.without else value
            for name, value in zip(TOTALS, self._columns, strict=False)
        }

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks."""
        left = iter(self._columns[_CHECKS:])
        return tuple(
            Check(one.name, one.component, one.severity, passed > 0.0, one.message, value, limit, one.unit)
            for one, passed, value, limit in zip(self.about.checks, left, left, left, strict=True)
        )

    @property
    def stands(self) -> bool:
        """Whether the first point is an estimate, and what it leaves out depends on no number that moves."""
        known = not any(UNREAD in text for text in self.about.exclusions)
        return known and not self.numbers[0, _FAULTY] and bool(np.all(self.feasible))

    @property
    def feasible(self) -> Mask:
        """Points whose totals with bands have no fault, and that no check refuses."""
        masks = (check.passed for check in self.checks if check.severity == "infeasible")
        return np.asarray(reduce(np.logical_and, masks, self.numbers[:, _FAULTY_BANDS] == 0.0))


class _Inputs(NamedTuple):
    """What a plan takes and what it assumes: paths of numbers that may differ, all other numbers, all devices."""

    paths: tuple[str, ...]
    fixed: Mapping[str, float]
    devices: tuple[Any, ...]

    @classmethod
    def of(cls, design: Design, claims: Mapping[str, Claim], moved: frozenset[str]) -> _Inputs:
        """Those of an estimate; `moved` may differ besides what has a spread."""
        uncertain = (path for path, one in {**claims, **discrepancy_claims(design)}.items() if varies(one))
        paths = {*uncertain, *(moved & claims.keys())}
        fixed = {path: claim.value for path, claim in claims.items() if path not in paths}
        return cls(tuple(sorted(paths)), fixed, tuple(design.devices.values()))

    def fit(self, design: Design, claims: Mapping[str, Claim]) -> bool:
        """Whether another estimate differs in nothing else."""
        return (
            all(one is other for one, other in zip(self.devices, design.devices.values(), strict=False))
            and len(claims) == len(self.fixed) + sum(path in claims for path in self.paths)
            and all(path in claims and claims[path].value == value for path, value in self.fixed.items())
        )


class Structure:
    """What estimates that differ only in numbers have in common.

    Parameters
    ----------
    moved : collection of str
        Paths of numbers of the chip and the network that may differ.
    """

    def __init__(self, moved: frozenset[str]) -> None:
        self._moved, self._plans = moved, Plans()
        self._inputs: _Inputs | None = None

    def rows(
        self, design: Design, workload: WorkloadSpec, claims: Mapping[str, Claim],
        drawn: Mapping[str, Array] = MappingProxyType({}), count: int = 1,
    ) -> Rows | None:  # fmt: skip
        """Totals and checks by a plan; None where it is not worth one, or where points differ in more than numbers.

        Parameters
        ----------
        design, workload, claims
            The estimate.
        drawn : mapping
            Values that differ between its points, by path; nothing for the estimate itself.
        count : int
            Number of points.
        """
        if not self._plans.are_worth(_ROWS, count):
            return None
        inputs = self._inputs or _Inputs.of(design, claims, self._moved)
        if not inputs.fit(design, claims):  # a file of a device has changed since
            self._plans, self._inputs = Plans(), None
            return None
        self._inputs = inputs
        values = {path: claim.value for path, claim in claims.items()}
        columns = {
            path: drawn[path].reshape(-1) if path in drawn else np.array([values.get(path, 1.0)])
            for path in inputs.paths
        }

        def evaluated(given: Mapping[str, Any], points: int = 1) -> tuple[list[Any], About]:
            numbers, about = _numbers(design, workload, {**values, **given}, points)
            return [numbers], about

        found, left = self._plans.outcomes(_ROWS, evaluated, columns, count)
        parts = [(one.places, Rows(one.rest, one.arrays[0])) for one in found if one.places.size]
        if not parts:
            return None
        if left.size:
            (numbers,), about = evaluated({path: drawn[path][left] for path in drawn}, left.size)
            parts.append((left, Rows(about, numbers)))
        return parts[0][1] if len(parts) == 1 else _joined(parts, count)


def _joined(parts: Sequence[tuple[Places, Rows]], count: int) -> Rows:
    """Rows of some of the points each; a point passes a check that only others have."""
    places: dict[Hashable, int] = {}
    checks: list[Check] = []
    numbers = np.full((count, _CHECKS + 3 * sum(len(one.about.checks) for _, one in parts)), np.nan)
    numbers[:, _CHECKS::3] = 1.0
    for points, some in parts:
        seen: Counter[Hashable] = Counter()
        columns = [*range(_CHECKS)]
        for check in some.about.checks:
            name = check.name, check.component
            seen[name] += 1
            if (*name, seen[name]) not in places:
                places[*name, seen[name]] = len(checks)
                checks.append(check)
            first = _CHECKS + 3 * places[*name, seen[name]]
            columns += [first, first + 1, first + 2]
        numbers[np.ix_(points, columns)] = some.numbers
    about = parts[0][1].about
    known = About(about.without, tuple(checks), about.exclusions)
    return Rows(known, numbers[:, : _CHECKS + 3 * len(checks)])


def _numbers(
    design: Design, workload: WorkloadSpec, values: Mapping[str, Any], count: int
) -> tuple[Any, About]:
    """The row of numbers of each point, and what they stand for."""
    with np.errstate(all="ignore"):
        result = evaluate(design, workload, values)
        totals, checks = totals_of(result), result.checks
        wrong = [
            [mask for _, mask in faults(result, some)]
            for some in (totals, {name: totals[name] for name in BANDED})
        ]
        columns = [
            *map(np.asarray, totals.values()),
            *(reduce(np.logical_or, masks, np.zeros(1, dtype=bool)) for masks in wrong),
            *(column for check in checks for column in _columns_of(check)),
        ]
        numbers = np.concatenate([np.broadcast_to(one * 1.0, (count, 1)) for one in columns], axis=1)
    about = About(
        frozenset(name for name, value in totals.items() if value is NOT_APPLICABLE),
        tuple(replace(check, passed=True, value=None, limit=None) for check in checks),
        left_out_of(workload, result),
    )
    return numbers, about


def left_out_of(workload: WorkloadSpec, result: Evaluation) -> tuple[str, ...]:
    """What an estimate of a network does not include."""
    said = (*workload_exclusions(workload), *exclusions(result.levels), *result.counts.exclusions)
    return left_out(result.learning, said)


def _columns_of(check: Check) -> Iterator[Any]:
    """Whether a check passes in all layers, and the largest value and limit; NaN where it has none."""
    for how, value in ((np.all, check.passed), (np.max, check.value), (np.max, check.limit)):
        found = np.asarray(np.nan if value is None else value)
        yield how(found, axis=-1, keepdims=True) if found.ndim else found


class _Family(NamedTuple):
    """Uncertain numbers of a chip and a network, and structures by choices and the paths of further numbers."""

    uncertain: frozenset[str]
    structures: dict[Hashable, Structure]


_families: WeakKeyDictionary[Loaded[ArchitectureSpec], WeakKeyDictionary[Loaded[WorkloadSpec], _Family]] = (
    WeakKeyDictionary()
)
"""What is known of each chip in memory on each network."""
_MOST = 256
"""Most structures of a chip on a network whose plans are kept; numerical."""


def structure_of(
    chip: Loaded[ArchitectureSpec], network: Loaded[WorkloadSpec], design: Design,
    claims: Mapping[str, Claim], settings: Mapping[str, Any],
) -> Structure | None:  # fmt: skip
    """The structure of an estimate; None where numbers decide about links or levels, so that more differs than numbers.

    Parameters
    ----------
    chip, network : Loaded
        What is estimated.
    design, claims
        The chip with its settings, and all numbers.
    settings : mapping
        Values that differ from the files, by full path.
    """
    choices = {path: value for path, value in settings.items() if path not in claims}
    plain = {*map(type, choices.values())} <= {str}
    if design.link_choices or design.layer_levels is not None or not plain:
        return None
    if chip not in _families:
        _families[chip] = WeakKeyDictionary()
    by_network = _families[chip]
    if network not in by_network:
        every = {**build(chip).claims, **workload_claims(network.spec)}
        uncertain = frozenset(path for path, one in every.items() if varies(one))
        by_network[network] = _Family(uncertain, {})
    family = by_network[network]
    moved = frozenset(settings.keys() & claims.keys()) - family.uncertain
    key = frozenset(choices.items()), moved
    if key not in family.structures:
        if len(family.structures) == _MOST:
            family.structures.clear()
        family.structures[key] = Structure(moved | family.uncertain)
    return family.structures[key]
