"""Operations of single numbers, as a recording of an evaluation has them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from neuroest.core.errors import NeuroestError

Ids: TypeAlias = NDArray[np.intp]
"""Numbers of operations, one for each element of an array."""

COMMUTATIVE = frozenset({
    np.add, np.multiply, np.maximum, np.minimum, np.fmax, np.fmin, np.logical_and, np.logical_or, np.equal,
    np.not_equal, np.bitwise_and, np.bitwise_or,
})  # fmt: skip
NEUTRAL: Mapping[Any, Any] = {
    np.multiply: 1, np.divide: 1, np.add: 0, np.subtract: 0, np.logical_and: True, np.logical_or: False, np.power: 1,
    np.bitwise_and: True, np.bitwise_or: False,
}  # fmt: skip
IDEMPOTENT = frozenset({
    np.maximum, np.minimum, np.fmax, np.fmin, np.logical_and, np.logical_or, np.bitwise_and, np.bitwise_or,
})  # fmt: skip


class NotRecordedError(NeuroestError):
    """An operation cannot be recorded."""


class Slot(NamedTuple):
    """An array of results of operations, among the arguments of a whole function."""

    ids: Ids


class Whole(NamedTuple):
    """A function of whole arrays as one operation, and its arguments, with a `Slot` for each recorded array."""

    function: Callable[..., Any]
    arguments: Any
    options: Any


class Operation(NamedTuple):
    """One operation of numbers.

    Attributes
    ----------
    call : ufunc, Whole, int or None
        What is called; a number takes an element of the results of a whole function. None for inputs and constants.
    arguments : tuple of int
        Operations whose results it takes.
    kind : str
        Kind of its result: "f", "i" or "b"; "O" for what is no number.
    value : Any
        Value of a constant, name of an input, place of an element.
    """

    call: Any
    arguments: tuple[int, ...]
    kind: str
    value: Any = None


def cast(number: Any, kind: str) -> Any:
    """A number as another kind."""
    return np.asarray(number).astype(TYPES[kind])


TYPES: Mapping[Any, Any] = {"f": np.float64, "i": np.intp, "b": np.bool_}
to_float, to_int, to_bool = (functools.partial(cast, kind=kind) for kind in "fib")
CASTS: Mapping[Any, Any] = {"f": to_float, "i": to_int, "b": to_bool}


class Loop(NamedTuple):
    """Operations that are repeated while a condition is true, as one operation.

    Attributes
    ----------
    state : tuple of int
        Inputs of a round.
    following : tuple of int
        Operations that make the state of the next round from them; the last one says whether there is one.
    inside : dict
        The operations of a round.
    rounds : int
        Most rounds.
    """

    state: tuple[int, ...]
    following: tuple[int, ...]
    inside: dict[int, Operation]
    rounds: int


class _Control:
    """What a line does that is no operation of numbers."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


WHOLE, COPY, RUN, BEGIN, AGAIN = map(_Control, ("whole", "copy", "run", "begin", "again"))
"""A function of whole arrays, a copy, lines that are compiled as one function, the start of a loop, which is left out
where nothing goes on, its end."""


class Line(NamedTuple):
    """A line of a program: one operation of a row of numbers, a run of lines, a loop or an end of one.

    Attributes
    ----------
    call : ufunc or control
        What is done.
    into : int
        The operation; of an end of a loop, the place of its first line.
    given : tuple of int
        Operations whose results it takes.
    results : tuple of int
        Operations whose results it gives.
    target : int
        Line that follows when a loop is left out or repeated.
    rounds : int
        Most rounds of a loop.
    inside : sequence of Line
        Lines of a run or a loop.
    elements : sequence
        Operation and place of each state of a loop that is a result.
    """

    call: Any
    into: int
    given: tuple[int, ...]
    results: tuple[int, ...]
    target: int = 0
    rounds: int = 0
    inside: Sequence[Any] = ()
    elements: Sequence[tuple[int, int]] = ()


def depending(operations: Sequence[Operation], first: int) -> set[int]:
    """The inputs from one on, and all operations that depend on them."""
    found = set[int]()
    for number in range(first, len(operations)):
        one = operations[number]
        if (one.call is None and isinstance(one.value, str)) or not found.isdisjoint(one.arguments):
            found.add(number)
    return found


def _alike(call: Any) -> Any:
    return id(call) if type(call) is Loop else call


def round_of(
    operations: Sequence[Operation], inside: set[int], state: Sequence[int], following: Sequence[int]
) -> tuple[dict[int, Operation], list[int], Any]:
    """The operations of a round, those outside of it that it reads, and what two equal rounds have in common."""
    needed, stack = set[int](), list(following)
    while stack:
        number = stack.pop()
        if number in inside and number not in needed:
            needed.add(number)
            stack.extend(operations[number].arguments)
    order = sorted(needed.difference(state))
    if any(type(operations[number].call) is Whole for number in order):
        raise NotRecordedError("a search tries values of a whole function")
    outside = dict.fromkeys(
        one for number in order for one in operations[number].arguments if one not in inside
    )
    outside |= dict.fromkeys(one for one in following if one not in inside)
    places = {one: place for place, one in enumerate((*outside, *state, *order))}
    key = tuple(
        (_alike(operations[number].call), *(places[one] for one in operations[number].arguments))
        for number in order
    )
    alike = key, tuple(places[one] for one in following)
    return {number: operations[number] for number in order}, list(outside), alike


def slots(item: Any) -> Iterator[Slot]:
    """The slots in nested tuples, lists and dicts."""
    if type(item) is Slot:
        yield item
    elif type(item) in {tuple, list}:
        for one in item:
            yield from slots(one)
    elif type(item) is dict:
        yield from slots(tuple(item.values()))


def mapped(item: Any, change: Callable[[Any], Any], kind: type) -> Any:
    """Nested tuples, lists and dicts with something else in place of what is of a kind."""
    if type(item) is kind:
        return change(item)
    if type(item) in {tuple, list}:
        return type(item)(mapped(one, change, kind) for one in item)
    if type(item) is dict:
        return {name: mapped(one, change, kind) for name, one in item.items()}
    return item


def filled(item: Any, array_of: Callable[[Ids], Any]) -> Any:
    """Arguments with arrays in place of slots."""
    return mapped(item, lambda one: array_of(one.ids), Slot)


def key_of(item: Any) -> Any:
    """What two equal arguments of a whole function have in common."""
    if type(item) is Slot:
        return Slot, item.ids.shape, item.ids.tobytes()
    if isinstance(item, np.ndarray):
        return item.dtype.str, item.shape, item.tobytes()
    if type(item) in {tuple, list}:
        return (type(item), *map(key_of, item))
    if type(item) is dict:
        return tuple((name, key_of(one)) for name, one in item.items())
    try:
        hash(item)
    except TypeError:
        return id(item)
    return type(item), item
