"""Plans: what was recorded of one design point, repeated for many.

Only the operations that lead to the results asked for, or to a question of the program, are left. They run over tiles
of points in one table, a row for each result that is needed later; a row is used again when nothing reads it any more.
Where llvmlite is installed, the operations between two functions of whole arrays are compiled
(`neuroest.core.compiled`), and only what is needed between them has a row; otherwise numpy does one after the other.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neuroest.core import compiled
from neuroest.core.arrays import Array, Mask
from neuroest.core.operations import (
    AGAIN,
    BEGIN,
    COPY,
    RUN,
    WHOLE,
    Ids,
    Line,
    Loop,
    Operation,
    Whole,
    filled,
    to_bool,
    to_float,
    to_int,
)
from neuroest.core.startup import no_search_for_cycles
from neuroest.core.symbolic import Recording, SymbolicArray

TILE = 2048
"""Points of a tile: functions of whole arrays take as long for fewer, and more leave the cache; numerical."""
_APART = 8
"""Numbers between two rows of a block, so that not all rows compete for the same places of a cache."""
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
            _Moving(one.ids.copy(), _TYPES[one.dtype.kind])
            if type(one) is SymbolicArray and not one.is_constant
            else np.asarray(one)
            for one in results
        ]
        moving = [one.ids.ravel().tolist() for one in self._results if type(one) is _Moving]
        kept = {number for numbers in moving for number in numbers}
        self._needed, self._kept = _needed(recorded.operations, kept), kept
        self.operations, self.recorded = len(self._needed), len(recorded.operations)

    @functools.cached_property
    def program(self) -> Program:
        """The operations that are repeated."""
        with no_search_for_cycles():
            return Program(self._needed, self._kept, compiles=compiled.possible())

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
        tile = min(TILE, -(-count // compiled.LANES) * compiled.LANES)
        table = _Table(self.program, tile, inputs, count)
        results: list[Any] = [
            np.empty((count, *one.ids.shape[1:]), one.type) if type(one) is _Moving else one
            for one in self._results
        ]
        with np.errstate(all="ignore"):
            for start in range(0, count, tile):
                length = min(tile, count - start)
                table.run(slice(start, start + length))
                for found, one in zip(results, self._results, strict=True):
                    if type(one) is _Moving:
                        table.copy(one.ids, found[start : start + length])
        *results, right = results
        return results, np.broadcast_to(right.reshape(-1), (count,))


class _Moving(NamedTuple):
    """A result that inputs move."""

    ids: Ids
    type: Any


def _needed(operations: Sequence[Operation], wanted: set[int]) -> dict[int, Operation]:
    """Operations that some results need, in an order in which few results wait for what reads them.

    Each comes as late as it can, and of what an operation reads first that which needs most rows [1]_.

    References
    ----------
    .. [1] R. Sethi and J. D. Ullman, "The generation of optimal code for arithmetic expressions", J. ACM 17 (1970).
    """
    rows = dict[int, int]()
    needed = set(wanted)
    for number in range(max(wanted, default=-1), -1, -1):
        if number in needed:
            needed.update(operations[number].arguments)
    for number in sorted(needed):
        wait = sorted((rows[one] for one in {*operations[number].arguments}), reverse=True)
        rows[number] = max((most + before for before, most in enumerate(wait)), default=1)
    found = dict[int, Operation]()
    left = sorted(wanted, reverse=True)
    while left:
        number = left[-1]
        before = [one for one in operations[number].arguments if one not in found]
        if before and number not in found:
            left += sorted(before, key=rows.__getitem__)
        else:
            found[left.pop()] = operations[number]
    return found


BLOCK = 128
"""Points of a block of a compiled program: all its rows fit the cache; numerical."""
_LONGEST = 1024
"""Operations of a compiled function; its numbers are on the stack. Numerical."""


class Step(NamedTuple):
    """Lines that are done at once: a function of whole arrays, what numpy does, or runs of what is compiled.

    Attributes
    ----------
    start, stop : int
        The lines.
    whole : Whole or None
        The function.
    elements : sequence
        Operation, place and output of each of its results that is needed.
    """

    start: int
    stop: int
    whole: Whole | None = None
    elements: Sequence[tuple[int, int, int | None]] = ()


class Program:
    """Operations as lines in the order in which they are done, and the row of each result.

    Attributes
    ----------
    rows : dict
        Row of the table by operation.
    steps : list of Step
        The lines in groups.
    block : int
        Points in a block of the table.
    """

    def __init__(self, needed: Mapping[int, Operation], kept: set[int], *, compiles: bool) -> None:
        self.operations, self._compiles = needed, compiles
        stated = {number: one.value for number, one in needed.items() if one.call is None}
        # an input is stated by its name
        self.inputs = {number: value for number, value in stated.items() if isinstance(value, str)}
        self.constants = {number: value for number, value in stated.items() if not isinstance(value, str)}
        self._kinds = {number: one.kind for number, one in needed.items()}
        self._types: dict[int, Any] = {}  # of arguments of functions, which live as long
        self._elements: dict[int, list[tuple[int, int, int | None]]] = {}
        self._lines: list[Line] = []
        self._tops: list[int] = []
        self._note_elements(needed)
        for number, one in needed.items():
            if one.call is not None and not isinstance(one.call, int):
                self._tops.append(len(self._lines))
                self._add(number, one)
        self.block = BLOCK if compiles else TILE
        if compiles:
            self._join(kept)
        self.rows, self.height = self._rows_of(kept)
        self.steps = self._steps_of()
        runs = {
            step.start: self._lines[step.start : step.stop] for step in self.steps
            if self._lines[step.start].call is RUN
        }  # fmt: skip
        self._code = compiled.Code(
            runs, self.rows, self.constants, self._kinds,
            row=self.block + _APART, apart=self.height * (self.block + _APART),
        ) if runs else None  # fmt: skip

    def _note_elements(self, operations: Mapping[int, Operation]) -> None:
        for number, one in operations.items():
            if isinstance(one.call, int):
                self._elements.setdefault(one.arguments[0], []).append((number, one.call, one.value))

    def _add(self, number: int, one: Operation) -> None:
        """Add the lines of an operation; those of a loop end with copies of its results."""
        if one.kind != "O":
            self._lines.append(Line(one.call, number, one.arguments, (number,)))
            return
        results = tuple(each for each, *_ in self._elements.get(number, []))
        if type(one.call) is Whole:
            self._lines.append(Line(WHOLE, number, one.arguments, results))
            return
        loop: Loop = one.call
        if self._compiles and compiled.can(loop):
            self._lines.append(self._whole_loop(number, one, results))
            return
        states, lines = loop.state, self._lines
        lines += [_copy(into, first) for into, first in zip(states, one.arguments, strict=False)]
        self._kinds.update({inner: operation.kind for inner, operation in loop.inside.items()})
        self._kinds.update(zip(states, [self._kinds[each] for each in one.arguments], strict=False))
        self._note_elements(loop.inside)
        begin = len(lines)
        lines.append(Line(BEGIN, begin, (states[-1],), ()))
        for inner, operation in loop.inside.items():
            if not isinstance(operation.call, int):
                self._add(inner, operation)
        moved = [pair for pair in zip(states, loop.following, strict=True) if pair[0] != pair[1]]
        # a state that another one takes over is copied first
        between = {
            after: -1 - place - begin * len(states)
            for place, (_, after) in enumerate(moved)
            if after in states
        }
        lines += [_copy(copy, after) for after, copy in between.items()]
        lines += [_copy(into, between.get(after, after)) for into, after in moved]
        lines.append(Line(AGAIN, begin, (states[-1],), (), begin + 1, loop.rounds))
        lines[begin] = lines[begin]._replace(target=len(lines))
        lines += [_copy(into, states[place]) for into, place, _ in self._elements.get(number, [])]

    def _whole_loop(self, number: int, one: Operation, results: tuple[int, ...]) -> Line:
        """A loop as one line, with the lines of a round."""
        loop: Loop = one.call
        self._note_elements(loop.inside)
        self._kinds.update({inner: operation.kind for inner, operation in loop.inside.items()})
        self._kinds.update(zip(loop.state, [self._kinds[each] for each in one.arguments], strict=False))
        outer, self._lines = self._lines, []
        for inner, operation in loop.inside.items():
            if not isinstance(operation.call, int):
                self._add(inner, operation)
        inside, self._lines = self._lines, outer
        elements = [(each, place) for each, place, _ in self._elements.get(number, [])]
        return Line(loop, number, one.arguments, results, inside=inside, elements=elements)

    def _join(self, kept: set[int]) -> None:
        """Join lines that can be compiled to runs, which have as results what is read outside of them."""
        readers = Counter(one for line in self._lines for one in line.given)
        lines, tops, run = list[Line](), list[int](), list[Line]()

        def end() -> None:
            if not run:
                return
            given = Counter(one for line in run for one in line.given)
            made = [one for line in run for one in line.results]
            results = tuple(one for one in made if one in kept or readers[one] > given[one])
            outside = tuple(given.keys() - {*made, *self.constants})
            tops.append(len(lines))
            lines.append(Line(RUN, run[0].into, outside, results, inside=tuple(run)))
            run.clear()

        length = 0
        for start, stop in self._groups():
            line = self._lines[start]
            if stop > start + 1 or not compiled.can(line.call):
                end()
                tops.append(len(lines))
                shift = len(lines) - start
                lines += [
                    one._replace(into=one.into + shift, target=one.target + shift)
                    if one.call in {BEGIN, AGAIN}
                    else one
                    for one in self._lines[start:stop]
                ]
                continue
            length = 1 + len(line.inside) + (length if run else 0)
            run.append(line)
            if length >= _LONGEST:
                end()
        end()
        self._lines, self._tops = lines, tops

    def _groups(self) -> list[tuple[int, int]]:
        """First line and end of all that is done for one operation."""
        return list(zip(self._tops, [*self._tops[1:], len(self._lines)], strict=True))

    def _rows_of(self, kept: set[int]) -> tuple[dict[int, int], int]:
        """Row of each result, and the number of rows; a row is used again after the last line that reads it."""
        made, dying = self._lives(kept)
        rows = {number: row for row, number in enumerate(self.inputs)}
        free, height = list[int](), len(rows)
        for at in range(len(self._lines)):
            for one in made.get(at, ()):
                if not free:
                    free.append(height)
                    height += 1
                rows[one] = free.pop()
            free += [rows[one] for one in dying.get(at, ())]
        return rows, height

    def _lives(self, kept: set[int]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
        """What each line makes first, and what nothing reads after it."""
        born = dict.fromkeys(self.inputs, -1)
        made: dict[int, list[int]] = {}
        last: dict[int, int] = {}
        ends = {line.into: at for at, line in enumerate(self._lines) if line.call is AGAIN}
        inside: list[tuple[int, int]] = []
        for at, line in enumerate(self._lines):
            inside = [one for one in inside if one[1] >= at]
            if line.call is BEGIN:
                inside.append((at, ends[at]))
            for one in line.results:
                if one not in born:
                    born[one] = at
                    made.setdefault(at, []).append(one)
            for one in line.given + line.results:
                # what is older than a loop is read again in its next round
                last[one] = next((end for start, end in inside if born.get(one, at) < start), at)
        dying: dict[int, list[int]] = {}
        for one, at in last.items():
            if one not in kept and one not in self.inputs and one not in self.constants:
                dying.setdefault(at, []).append(one)
        return made, dying

    def _steps_of(self) -> list[Step]:
        steps: list[Step] = []
        for start, stop in self._groups():
            line = self._lines[start]
            if line.call is WHOLE:
                whole = self.operations[line.into].call
                steps.append(Step(start, stop, whole, self._elements.get(line.into, [])))
            elif (
                steps and steps[-1].whole is None
                and (self._lines[steps[-1].start].call is RUN) == (line.call is RUN)
            ):  # fmt: skip
                steps[-1] = steps[-1]._replace(stop=stop)
            else:
                steps.append(Step(start, stop))
        return steps

    def type_of(self, ids: Ids) -> Any:
        """Type of the results of operations."""
        found = self._types.get(id(ids))
        if found is None:
            kinds = {self.operations[one].kind for one in ids.ravel().tolist()}
            found = self._types[id(ids)] = np.result_type(*(_TYPES[kind] for kind in kinds))
        return found

    def run(self, step: Step, table: Array) -> None:
        """Do the lines of a step that is no whole function, for all points of a table (blocks, rows, points)."""
        if self._code is not None and self._lines[step.start].call is RUN:
            self._code.run(step.start, table)
        else:
            self._by_numpy(step, table)

    def _by_numpy(self, step: Step, table: Array) -> None:
        rounds: dict[int, int] = {}
        at = step.start

        def value(number: int) -> Any:
            return self.constants[number] if number in self.constants else table[:, self.rows[number]]

        while at < step.stop:
            line, at = self._lines[at], at + 1
            if line.call is BEGIN:
                rounds[line.into] = 0
                at = at if np.any(value(line.given[0])) else line.target
            elif line.call is AGAIN:
                rounds[line.into] += 1
                again = rounds[line.into] < line.rounds and np.any(value(line.given[0]))
                at = line.target if again else at
            else:
                _into(line.call)(*map(value, line.given), out=table[:, self.rows[line.into]])


def _copy(into: int, what: int) -> Line:
    return Line(COPY, into, (what,), (into,))


class _Table:
    """Results of a tile of points: blocks of points, and in each a row for every result."""

    def __init__(self, program: Program, tile: int, inputs: Mapping[str, Array], count: int) -> None:
        self._program = program
        blocks = -(-tile // program.block)
        whole = np.empty((blocks, program.height, program.block + _APART))
        self._table = whole[:, :, : min(program.block, tile)]
        given = {number: inputs[name] for number, name in program.inputs.items()}
        self._moving = {number: values for number, values in given.items() if 1 < len(values) == count}
        alike = given.keys() - self._moving.keys()
        if alike:
            numbers = np.concatenate([given[number][:1] for number in alike])
            self._table[:, [program.rows[number] for number in alike]] = numbers[:, np.newaxis]

    def _fill(self, number: int, values: Array) -> None:
        self._table[:, self._program.rows[number]] = values.reshape(len(self._table), -1)

    def _typed(self, ids: Ids) -> Any:
        """Results of operations as an array of their type."""
        return self._array(ids).astype(self._program.type_of(ids), copy=False)

    def _array(self, ids: Ids) -> Any:
        """Results of operations with the points along the first axis, which are neighbours in memory."""
        constants, numbers, rows = self._program.constants, ids.ravel().tolist(), self._program.rows
        found = np.empty((len(numbers), len(self._table), self._table.shape[2]))
        for place, number in enumerate(numbers):
            found[place] = constants[number] if number in constants else self._table[:, rows[number]]
        shape = ids.shape[1:]
        return found.reshape(*shape, -1).transpose(len(shape), *range(len(shape)))

    def copy(self, ids: Ids, into: Array) -> None:
        """Write the results of operations into an array of the first points."""
        if ids.size > 1 or ids.item() in self._program.constants:
            into[...] = self._array(ids)[: len(into)]
        else:
            row = self._table[:, self._program.rows[ids.item()]]
            if into.size == row.size:
                into.reshape(row.shape)[...] = row
            else:
                into.reshape(-1)[...] = row.reshape(-1)[: into.size]

    def run(self, points: slice) -> None:
        """Compute a tile; what is left of the last one has the numbers of its last point."""
        size = self._table.shape[0] * self._table.shape[2]
        for number, values in self._moving.items():
            some = values[points]
            if len(some) < size:
                some = np.concatenate([some, np.full(size - len(some), some[-1])])
            self._fill(number, some)
        for step in self._program.steps:
            if step.whole is not None:
                self._whole(step.whole, step.elements)
            else:
                self._program.run(step, self._table)

    def _whole(self, whole: Whole, elements: Sequence[tuple[int, int, int | None]]) -> None:
        found = whole.function(*filled(whole.arguments, self._typed), **filled(whole.options, self._typed))
        flat: dict[int | None, Any] = {}
        for number, place, output in elements:
            if output not in flat:
                one = found if output is None else found[output]
                flat[output] = one.reshape(len(one), -1)
            self._fill(number, np.ascontiguousarray(flat[output][:, place]))


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
    np.where: _where, to_bool: _as_bool, to_float: _copied, COPY: _copied, to_int: np.trunc, np.invert: np.logical_not,
    np.bitwise_and: np.logical_and, np.bitwise_or: np.logical_or,
}  # fmt: skip
"""What does the same with rows, in which truth values are one and zero, and writes into one."""


@functools.cache
def _into(call: Any) -> Any:
    """What does the same as an operation and writes into a row."""
    found = _INTO.get(call, call)
    return functools.partial(_by_python, found) if "O" in getattr(found, "types", ("",))[0] else found
