"""Plans of a structure: points repeat the operations of an evaluation instead of running all of it.

Plans need llvmlite: without compiled operations they save nothing. ``NEUROEST_PLAN=0`` switches them off. What cannot
be recorded is evaluated without a plan; the logger of this module names it once.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neuroest.core.arrays import Array
from neuroest.core.errors import NeuroestError
from neuroest.core.recording import recording
from neuroest.core.startup import no_search_for_cycles

if TYPE_CHECKING:
    from neuroest.core.plan import Plan

SWITCH = "NEUROEST_PLAN"
_WORTH = 16_384
"""Points after which a plan is recorded; it has paid after 19 000 more of twelve layers, 50 000 of three. Numerical."""
_CALL = 256
"""Points whose evaluation takes as long as what an evaluation takes for any number of them; numerical."""
_MOST = 3
"""Most plans for one question, for points that are evaluated in different ways."""
_FEWEST = 1 / 16
"""Share of the points of a list that is worth another plan at once; numerical."""
_FAULTS = (NeuroestError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What an array that is not a plain one can lead to."""

Places = NDArray[np.intp]
Evaluate = Callable[[Mapping[str, Any]], tuple[list[Any], Any]]
"""Arrays of results of points, and what is no array and the same for all of them."""


def _possible() -> bool:
    from neuroest.core import compiled  # noqa: PLC0415 - few runs record anything, and a short one would wait for it

    return compiled.possible()


class Outcome(NamedTuple):
    """Results of some of the points of a list."""

    places: Places
    arrays: list[Any]
    rest: Any


class Plans:
    """Plans of one structure, by what is asked.

    Attributes
    ----------
    counts : Counter
        Points that were ``repeated`` by a plan, and that were ``left`` since the program would do something else for
        them.
    refused : dict
        Why an evaluation could not be recorded, by what is asked.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.refused: dict[Hashable, str] = {}
        self._plans: dict[Hashable, list[tuple[Plan, Any]]] = {}
        self._asked: Counter[Hashable] = Counter()
        self._missed: Counter[Hashable] = Counter()

    def __reduce__(self) -> tuple[type[Plans], tuple[()]]:
        return Plans, ()  # another process records its own

    def are_worth(self, question: Hashable, count: int) -> bool:
        """Whether plans answer a question for so many further points."""
        self._asked[question] += count + _CALL
        return (
            self._asked[question] >= _WORTH
            and question not in self.refused
            and os.environ.get(SWITCH) != "0"
            and _possible()
        )

    def outcomes(
        self, question: Hashable, evaluate: Evaluate, columns: Mapping[str, Array], count: int
    ) -> tuple[list[Outcome], Places]:
        """The results of most points of a list, in groups, and the places of the others.

        Parameters
        ----------
        question : hashable
            What is asked, with the names of the columns.
        evaluate : callable
            The function of columns that is recorded.
        columns : mapping of str to array
            Numbers by path, one for each point or one for all.
        count : int
            Number of points.
        """
        found: list[Outcome] = []
        left, plans = np.arange(count), self._plans.setdefault(question, [])
        for turn in range(_MOST):
            if not left.size or (turn == len(plans) > 0 and not self._lacks(question, left.size, count)):
                break
            some = columns if left.size == count else _at(columns, left, count)
            if turn == len(plans) and not self._record(question, evaluate, some, left.size, central=not turn):
                break
            plan, rest = plans[turn]
            arrays, right = plan.repeated(some, left.size)
            done = np.flatnonzero(right)
            if done.size < left.size:
                arrays = [one[done] if np.shape(one)[:1] == left.shape else one for one in arrays]
            found.append(Outcome(left[done], arrays, rest))
            left = left[~right]
        self.counts["repeated"] += count - left.size
        self.counts["left"] += left.size
        return found, left

    def _lacks(self, question: Hashable, left: int, count: int) -> bool:
        """Whether another plan is worth it for the points that the known ones leave; many of a list are at once."""
        self._missed[question] += (count if left >= _FEWEST * count else left) + _CALL
        if self._missed[question] < _WORTH:
            return False
        self._missed[question] = 0
        return True

    def _record(
        self,
        question: Hashable,
        evaluate: Evaluate,
        columns: Mapping[str, Array],
        count: int,
        *,
        central: bool,
    ) -> bool:
        """Record the evaluation of a point in the middle of all, or of one of them that is left."""
        import logging  # noqa: PLC0415 - as above

        from neuroest.core.plan import Plan  # noqa: PLC0415 - as above
        from neuroest.core.symbolic import Recording  # noqa: PLC0415 - as above

        try:
            with no_search_for_cycles(), recording(Recording()) as recorded:
                given = {
                    path: recorded.input(path, _one(values, central=central).reshape(1, 1))
                    for path, values in columns.items()
                }
                arrays, rest = evaluate(given)
                plan = Plan(recorded, arrays)
        except _FAULTS as error:
            reason = str(error).partition("\n")[0]
            if not self._plans[question]:
                self.refused[question] = reason
                logging.getLogger(__name__).info("evaluated without a plan: %s", reason)
            return False
        self._plans[question].append((plan, rest))
        self.counts["plans"] += 1
        return True


def _at(columns: Mapping[str, Array], places: Places, count: int) -> dict[str, Array]:
    return {path: values[places] if len(values) == count else values for path, values in columns.items()}


def _one(values: Array, *, central: bool) -> Array:
    """One of the values: in the middle of all by size, or by its place."""
    middle = len(values) // 2
    return np.asarray(np.partition(values, middle)[middle] if central else values[middle])
