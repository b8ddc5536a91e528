"""Plans: what was recorded of one design point, repeated for many.

Only the operations that lead to the results asked for, or to a question of the program, are left. They run over tiles
of points in one table, a row for each result that is needed later; a row is used again when nothing reads it any more.
Where llvmlite is installed, `neuroest.core.compiled` compiles the operations between two functions of whole arrays;
otherwise numpy does one after the other.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neuroest.core import compiled
from neuroest.core.arrays import Array, Mask
from neuroest.core.operations import Ids, Loop, Operation, Whole, filled, to_bool, to_float, to_int
from neuroest.core.symbolic import Recording, SymbolicArray

TILE = 1024
"""Points of a tile; numerical."""
WORTH_COMPILING = 4096
"""Points from which compiling takes less time than it saves; numerical."""
_APART = 8
"""Numbers between two rows of the table, so that not all rows compete for the same places of a cache."""
_TYPES = {"f": np.float64, "i": np.intp, "b": np.bool_}


class Plan:
    """Operations of an evaluation.

    Parameters
    ----------
    recorded : Recording
        The operations, and the answers that they depend on.
    results : sequence
        Symbolic arrays with the points along their first axis, or numbers that no input moves.

    Attributes
    ----------
    operations, recorded : int
        Number of operations that are repeated, and of those that were recorded.
    """

    def __init__(self, recorded: Recording, results: Sequence[Any]) -> None:
        asked = recorded.as_recorded()
        results = [*results, True if asked is None else asked.reshape(1, 1)]
        self._results = [
            _Moving(one.ids.copy()) if type(one) is SymbolicArray and not one.is_constant else np.asarray(one)
            for one in results
        ]
        moving = [one.ids.ravel().tolist() for one in self._results if type(one) is _Moving]
        kept = {number for numbers in moving for number in numbers}
        self._needed = _needed(recorded.operations, kept)
        self._kept = kept
        self.operations, self.recorded = len(self._needed), len(recorded.operations)
        self._programs: dict[bool, Program] = {}
        self._repeated = 0

    def repeated(self, inputs: Mapping[str, NDArray[Any]], count: int) -> tuple[list[Any], Mask]:
        """The results for other points, and the points for which the program does the same.

        Parameters
        ----------
        inputs : mapping of str to array
            A number for each point, or one for all, by name.
        count : int
            Number of points.

        Returns
        -------
        list of array
            The results, with the points along their first axis.
        array of bool
            Points with the answers that were recorded; the results of others are of no use.
        """
        self._repeated += count
        compiles = self._repeated >= WORTH_COMPILING and compiled.possible()
        if compiles not in self._programs:
            self._programs[compiles] = Program(self._needed, self._kept, compiles=compiles)
        tile = min(TILE, -(-count // STEP) * STEP)
        table = _Table(self._programs[compiles], tile)
        results: list[Any] = [
            np.empty((count, *one.ids.shape[1:]), table.type_of(one.ids)) if type(one) is _Moving else one
            for one in self._results
        ]
        with np.errstate(all="ignore"):
            for start in range(0, count, tile):
                length = min(tile, count - start)
                table.run(inputs, slice(start, start + length), count)
                for found, one in zip(results, self._results, strict=True):
                    if type(one) is _Moving:
                        found[start : start + length] = table.array(one.ids)[:length]
        *results, right = results
        return results, np.broadcast_to(right.reshape(-1), (count,))


class _Moving(NamedTuple):
    """A result that inputs move."""

    ids: Ids


def _needed(operations: Sequence[Operation], wanted: set[int]) -> dict[int, Operation]:
    """Operations that some results need, in their order."""
    needed, stack = set[int](), list(wanted)
    while stack:
        number = stack.pop()
        if number not in needed:
            needed.add(number)
            stack.extend(operations[number].arguments)
    return {number: operations[number] for number in sorted(needed)}


STEP = 128
"""Points that compiled operations take at once; numerical."""


class Program:
    """Operations in the order in which they are done, and the row of each result that is needed later.

    Attributes
    ----------
    rows : dict
        Row of the table by operation.
    steps : list
        Functions of the table and of the number of points, or whole functions with the elements that are needed.
    """

    def __init__(self, needed: Mapping[int, Operation], kept: set[int], *, compiles: bool) -> None:
        self.operations = needed
        self.inputs = {n: one.value for n, one in needed.items() if _is_input(one)}
        self.constants = {n: one.value for n, one in needed.items() if _is_constant(one)}
        self._elements: dict[int, list[tuple[int, int, int | None]]] = {}
        for number, one in needed.items():
            if isinstance(one.call, int):
                self._elements.setdefault(one.arguments[0], []).append((number, one.call, one.value))
        units = compiled.units(needed) if compiles else [[n] for n, one in needed.items() if _is_done(one)]
        self.rows, self.height = self._rows_of(units, kept)
        self.steps: list[Any] = []
        ready: list[list[int]] = []
        for unit in units:
            if type(needed[unit[0]].call) is Whole:
                self._add(ready)
                ready = []
                self.steps.append((needed[unit[0]].call, self._elements.get(unit[0], [])))
            elif compiles and compiled.can(needed[unit[0]]):
                ready.append(unit)
            else:
                self._add(ready)
                ready = []
                self.steps.append(self._by_numpy(unit[0]))
        self._add(ready)

    def _add(self, units: list[list[int]]) -> None:
        if units:
            self.steps.append(compiled.function(units, self.operations, self.rows))

    def _by_numpy(self, number: int) -> Callable[[Array], None]:
        one, rows, constants = self.operations[number], self.rows, self.constants
        if type(one.call) is Loop:
            return self._loop_by_numpy(one, self._elements.get(number, []))
        into = _INTO.get(one.call, one.call)
        if "O" in getattr(into, "types", ("",))[0]:
            into = functools.partial(_by_python, into)
        places = [constants[n] if n in constants else rows[n] for n in one.arguments]
        fixed = [n in constants for n in one.arguments]
        row = rows[number]

        def run(table: Array) -> None:
            given = [
                place if is_fixed else table[place] for place, is_fixed in zip(places, fixed, strict=True)
            ]
            into(*given, out=table[row])

        return run

    def _loop_by_numpy(
        self, one: Operation, elements: Sequence[tuple[int, int, int | None]]
    ) -> Callable[[Array], None]:
        loop: Loop = one.call

        def run(table: Array) -> None:
            def value(number: int) -> Any:
                if number in self.constants:
                    return self.constants[number]
                row = table[self.rows[number]]
                return row != 0.0 if self.operations[number].kind == "b" else row

            known = {number: value(number) for number in one.arguments}
            state = [known[number] for number in one.arguments[: len(loop.state)]]
            for _ in range(loop.rounds):
                known.update(zip(loop.state, state, strict=True))
                for number, operation in loop.inside.items():
                    known[number] = operation.call(*[known[each] for each in operation.arguments])
                state = [known[number] for number in loop.following]
                if not np.any(state[-1]):
                    break
            for number, place, _ in elements:
                table[self.rows[number]] = state[place]

        return run

    def _rows_of(self, units: list[list[int]], kept: set[int]) -> tuple[dict[int, int], int]:
        """Rows of the results that are read outside of the unit that makes them; and the number of rows."""
        operations = self.operations
        home = {number: place for place, unit in enumerate(units) for number in unit}
        elements = [number for number, one in operations.items() if isinstance(one.call, int)]
        home |= {number: home[operations[number].arguments[0]] for number in elements}
        last = {
            source: home[number] for number in sorted(home, key=home.__getitem__)
            if not isinstance(operations[number].call, int) for source in operations[number].arguments
        }  # fmt: skip
        born: dict[int, list[int]] = {}
        dying: dict[int, list[int]] = {}
        for number, place in home.items():
            leaves = (
                number in kept or last.get(number, place) > place or isinstance(operations[number].call, int)
            )
            if operations[number].kind != "O" and leaves:
                born.setdefault(place, []).append(number)
                if number not in kept:
                    dying.setdefault(last.get(number, place), []).append(number)
        rows = {number: row for row, number in enumerate(self.inputs)}
        free, height = list[int](), len(rows)
        for place in range(len(units)):
            for number in born.get(place, ()):
                if not free:
                    free.append(height)
                    height += 1
                rows[number] = free.pop()
            free += [rows[number] for number in dying.get(place, ())]
        return rows, height


def _is_input(one: Operation) -> bool:
    return one.call is None and isinstance(one.value, str)


def _is_constant(one: Operation) -> bool:
    return one.call is None and not isinstance(one.value, str)


def _is_done(one: Operation) -> bool:
    return one.call is not None and not isinstance(one.call, int)


class _Table:
    """Results of a tile of points, a row for each."""

    def __init__(self, program: Program, tile: int) -> None:
        self._program, self._tile = program, tile
        self._table = np.zeros((program.height, TILE + _APART))

    def type_of(self, ids: Ids) -> Any:
        """Type of the results of operations."""
        operations = self._program.operations
        return np.result_type(*{_TYPES[operations[one].kind] for one in ids.ravel().tolist()})

    def row(self, number: int) -> Array:
        """Results of an operation."""
        found: Array = self._table[self._program.rows[number], : self._tile]
        return found

    def array(self, ids: Ids) -> Any:
        """Results of operations as an array with the points along its first axis, which are neighbours in memory."""
        constants, numbers = self._program.constants, ids.ravel().tolist()
        found = np.empty((len(numbers), self._tile))
        for place, number in enumerate(numbers):
            found[place] = constants[number] if number in constants else self.row(number)
        return np.moveaxis(found.reshape(*ids.shape[1:], self._tile), -1, 0).astype(
            self.type_of(ids), copy=False
        )

    def run(self, inputs: Mapping[str, Any], points: slice, count: int) -> None:
        """Compute a tile; what is left of the last one has the numbers of its last point."""
        length = points.stop - points.start
        for number, name in self._program.inputs.items():
            row, values = self.row(number), inputs[name]
            if len(values) == count:
                row[:length] = values[points]
                row[length:] = row[length - 1]
            else:
                row[...] = values[0]
        view = self._table[:, : self._tile]
        for step in self._program.steps:
            if type(step) is tuple:
                self._whole(*step)
            else:
                step(view)

    def _whole(self, whole: Whole, elements: Sequence[tuple[int, int, int | None]]) -> None:
        found = whole.function(*filled(whole.arguments, self.array), **filled(whole.options, self.array))
        flat: dict[int | None, Any] = {}
        for number, place, output in elements:
            if output not in flat:
                one = found if output is None else found[output]
                flat[output] = one.reshape(len(one), -1)
            self.row(number)[...] = flat[output][:, place]


def _where(condition: Any, one: Any, other: Any, out: Array) -> None:
    np.copyto(out, other)
    np.copyto(out, one, where=np.not_equal(condition, 0.0))


def _by_python(call: Any, *given: Any, out: Array) -> None:
    out[...] = call(*given)


def _copied(one: Any, out: Array) -> None:
    np.copyto(out, one)


def _as_bool(one: Any, out: Array) -> None:
    np.not_equal(one, 0.0, out=out)


_INTO: dict[Any, Callable[..., Any]] = {
    np.where: _where, to_bool: _as_bool, to_float: _copied, to_int: np.trunc, np.invert: np.logical_not,
    np.bitwise_and: np.logical_and, np.bitwise_or: np.logical_or,
}  # fmt: skip
"""What does the same with rows, in which truth values are one and zero, and writes into one."""
