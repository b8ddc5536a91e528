"""Arrays that record by which operations of single numbers they are computed.

An evaluation of one design point runs on `SymbolicArray` in place of numpy arrays. Each element is the number of an
operation in a `Recording`: equal operations are one, operations of constants are done at once, and indexing, stacking
and broadcasting only rearrange them. `neuroest.core.plan` repeats what was recorded for many points.

A symbolic array is no `numpy.ndarray`: whatever would take its numbers without a recorded operation raises
`NotRecordedError`, so nothing is lost in silence. Where the program asks whether something is true, the answer is
recorded as well, and a point with another answer must not be computed by this recording.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from neuroest.core.operations import (
    CASTS,
    COMMUTATIVE,
    IDEMPOTENT,
    NEUTRAL,
    Ids,
    Loop,
    NotRecordedError,
    Operation,
    Slot,
    Whole,
    cast,
    depending,
    key_of,
    mapped,
    round_of,
    slots,
    to_bool,
    to_int,
)
from neuroest.core.recording import UNREAD, arrays_in
from neuroest.core.symbolic_functions import COPIES, OF_SHAPES, REARRANGE, TAKEN

_LONGEST_CHOICE = 64
"""Elements up to which one at a place that moves is chosen by comparisons; numerical."""
_as_ids: Any = functools.partial(np.array, dtype=np.intp)
_moved: Any = np.moveaxis
_plain = np.asarray
"""The function of numpy itself, also while it is replaced."""
_MAY_BE_SIMPLER = frozenset({np.where, np.hypot, np.less, np.greater, *NEUTRAL, *IDEMPOTENT, *CASTS.values()})
"""Operations for which `Recording` looks for one that gives the same."""


def _spread(ids: Ids, value: NDArray[Any]) -> Iterable[int]:
    """The operations of an array that is broadcast to the shape of another."""
    if ids.shape == value.shape:
        return ids.ravel().tolist()
    if ids.size == 1:
        return itertools.repeat(ids.item(), value.size)
    return np.broadcast_to(ids, value.shape).ravel().tolist()


class Recording:
    """Operations in their order, equal ones once, and the answers that they depend on.

    Attributes
    ----------
    operations : list of Operation
        The operations.
    constant : list of bool
        Whether each is a constant.
    values : list
        The result of each at the point that is recorded.
    guards : dict
        The answer to each question, by the operation that it is about.
    """

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.constant: list[bool] = []
        self.values: list[Any] = []
        self.guards: dict[int, bool] = {}
        self._index: dict[Any, int] = {}
        self._wholes: dict[Any, Any] = {}
        self._looping = False

    def add(self, operation: Operation, value: Any, *, constant: bool = False) -> int:
        """Number of a new operation, with its result at the point that is recorded."""
        self.operations.append(operation)
        self.constant.append(constant)
        self.values.append(value)
        return len(self.operations) - 1

    def input(self, name: str, value: Any) -> SymbolicArray:
        """A number that moves, as an array of one point."""
        value = np.asarray(value)
        ids = [self.add(Operation(None, (), value.dtype.kind, name), one) for one in value.ravel()]
        return SymbolicArray(value, _as_ids(ids).reshape(value.shape), self)

    def constants(self, array: NDArray[Any]) -> Ids:
        """Operations for the elements of an array of constants."""
        kind = array.dtype.kind
        if kind == "f":
            array = array.astype(np.float64)
            keys = array.reshape(-1).view(np.uint64).tolist()
        elif kind in "bi":
            keys = array.ravel().tolist()
        else:
            raise NotRecordedError(f"numbers of kind {kind}")
        found, flat, index = [], None, self._index
        for place, key in enumerate(keys):
            number = index.get((kind, key))
            if number is None:
                flat = array.ravel() if flat is None else flat
                number = self.add(Operation(None, (), kind, flat[place]), flat[place], constant=True)
                index[kind, key] = number
            found.append(number)
        ids: Ids = _as_ids(found).reshape(array.shape)
        return ids

    def symbolic(self, item: Any) -> SymbolicArray:
        """An argument as a symbolic array."""
        if type(item) is SymbolicArray:
            if item.recording is not self:
                raise NotRecordedError("numbers of two recordings meet")
            return item
        array = _plain(item)
        return SymbolicArray(array, self.constants(array), self)

    def elementwise(self, call: Any, *given: Any) -> SymbolicArray:
        """The result of a ufunc, of `numpy.where` or of a cast."""
        arrays = list(map(self.symbolic, given))
        if call is np.power and arrays[1].ndim == 0 and arrays[1].is_constant and arrays[0].dtype.kind == "f":
            alike = _POWERS.get(arrays[1].value.item())
            if alike is not None:  # as an array of numpy does for the operator of powers
                return alike(self, arrays[0])  # type: ignore[no-any-return]
        value = _plain(call(*[array.value for array in arrays]))
        if value.dtype.kind == "O":  # of a function of Python that numpy makes a ufunc of
            value = value.astype(np.float64)
        columns = [_spread(array.ids, value) for array in arrays]
        kind, commutes, constant, index = value.dtype.kind, call in COMMUTATIVE, self.constant, self._index
        flat, found, maybe = value.reshape(-1), list[int](), call in _MAY_BE_SIMPLER
        for place, ids in enumerate(zip(*columns, strict=True)):
            key = (call, ids[::-1] if commutes and ids[1] < ids[0] else ids)
            number = index.get(key)
            if number is None:
                known = [constant[one] for one in ids]
                if all(known):
                    number = int(self.constants(flat[place : place + 1])[0])
                else:
                    # of numbers that move only one that is there twice, or alone, makes it simpler
                    special = maybe and (any(known) or len(ids) == 1 or ids[-1] in ids[:-1])
                    number = self._simpler(call, ids, kind) if special else None
                    if number is None:
                        number = self.add(Operation(call, ids, kind), flat[place])
                index[key] = number
            found.append(number)
        return SymbolicArray(value, _as_ids(found).reshape(value.shape), self)

    def _simpler(self, call: Any, ids: tuple[int, ...], kind: str) -> int | None:
        """The operation that gives the same in any case, such as the number itself for its product with one."""
        operations, constant = self.operations, self.constant
        if call is np.where:
            chosen = ids[2] if constant[ids[0]] and not operations[ids[0]].value else ids[1]
            settled = constant[ids[0]] or ids[1] == ids[2]
            return chosen if settled and operations[chosen].kind == kind else None
        same = [one for one in ids if operations[one].kind == kind]
        if same and (call in CASTS.values() or (call in IDEMPOTENT and ids[0] == ids[-1])):
            return same[0]
        if len(ids) != 2:
            return None
        if call in {np.less, np.greater}:
            return int(self.constants(cast([0], kind))[0]) if ids[0] == ids[1] else None
        for one, other in (ids, ids[::-1]) if call in COMMUTATIVE else (ids,):
            if constant[other] and one in same and operations[other].value == NEUTRAL.get(call):
                return one
            if call is np.multiply and constant[other] and operations[other].value == 0.0:
                return self._nothing(one, kind)
        if call is np.hypot and constant[ids[1]] and operations[ids[1]].value == 0.0:
            return int(self.elementwise(np.absolute, self._alone(ids[0])).ids)
        return None

    def _nothing(self, number: int, kind: str) -> int | None:
        """The product of nothing and a number: nothing, unless that is infinite or no number, which is asked."""
        if self._looping or not np.isfinite(self.values[number]):
            return None
        if self.operations[number].kind == "f":
            self.holds(self.elementwise(np.isfinite, self._alone(number)), answer=True)
        return int(self.constants(cast([0], kind))[0])

    def _alone(self, number: int) -> SymbolicArray:
        return SymbolicArray(np.asarray(self.values[number]), _as_ids(number), self)

    def reduced(self, ufunc: Any, array: Any, axis: Any, *, keepdims: Any = False) -> SymbolicArray:
        """The result of a reduction, one element after the other."""
        array = self.symbolic(array)
        if ufunc in {np.add, np.multiply} and array.value.dtype.kind == "b":
            array = self.elementwise(to_int, array)
        if ufunc in {np.logical_or, np.logical_and}:
            array = self.elementwise(to_bool, array)
        axes = range(array.ndim) if axis is None else [axis] if np.ndim(axis) == 0 else axis
        axes = sorted({int(one) % max(array.ndim, 1) for one in axes})
        shape = tuple(1 if place in axes else size for place, size in enumerate(array.shape))
        rest = tuple(size for place, size in enumerate(array.shape) if place not in axes)
        rows = _moved(array, axes, range(len(axes))).reshape(-1, *rest)
        if not len(rows):
            raise NotRecordedError("a reduction of nothing")
        found: SymbolicArray = rows[0]
        for place in range(1, len(rows)):
            found = self.elementwise(ufunc, found, rows[place])
        return found.reshape(shape if keepdims else rest)  # type: ignore[no-any-return]

    def accumulated(self, ufunc: Any, array: SymbolicArray, axis: int) -> SymbolicArray:
        """The result of an accumulation along an axis."""
        rows = list(_moved(array, axis, 0))
        for place in range(1, len(rows)):
            rows[place] = self.elementwise(ufunc, rows[place - 1], rows[place])
        return np.stack(rows, axis=axis)  # type: ignore[return-value]

    def chosen(self, rows: SymbolicArray, place: SymbolicArray) -> SymbolicArray:
        """Elements along the first axis at places that move."""
        if len(rows) > _LONGEST_CHOICE:
            raise NotRecordedError("an element of a long array at a place that moves")
        found: SymbolicArray = rows[0]
        for number in range(1, len(rows)):
            here = self.elementwise(np.equal, place, number)
            found = self.elementwise(np.where, here, rows[number], found)
        return found

    def whole(self, function: Callable[..., Any], given: Any, options: Any) -> Any:
        """The result of a function of whole arrays, recorded as one operation."""
        result = function(*values_of(given), **values_of(options))
        arguments, settings = self._slots(given), self._slots(options)
        ids = [slot.ids.ravel().tolist() for slot in slots((arguments, settings))]
        sources = tuple(dict.fromkeys(number for numbers in ids for number in numbers))
        if not sources:
            return result
        key = (function, key_of(arguments), key_of(settings))
        if key not in self._wholes:
            number = self.add(Operation(Whole(function, arguments, settings), sources, "O"), None)
            self._wholes[key] = self._elements(result, number, None), arguments, settings
        return self._symbolic_results(result, self._wholes[key][0])

    def _elements(self, result: Any, number: int, output: int | None) -> Any:
        """An operation for each element of the results of a whole function."""
        if isinstance(result, tuple):
            return tuple(self._elements(one, number, place) for place, one in enumerate(result))
        if not isinstance(result, np.ndarray | np.generic):
            raise NotRecordedError("a whole function returns no array")
        array = np.asarray(result)
        kind, flat = array.dtype.kind, array.reshape(-1)
        ids = [self.add(Operation(place, (number,), kind, output), one) for place, one in enumerate(flat)]
        return _as_ids(ids).reshape(array.shape)

    def _symbolic_results(self, result: Any, ids: Any) -> Any:
        if isinstance(result, tuple):
            return (
                type(result)(*map(self._symbolic_results, result, ids))
                if hasattr(result, "_fields")
                else tuple(map(self._symbolic_results, result, ids))
            )
        return SymbolicArray(np.asarray(result), ids, self)

    def _slots(self, item: Any) -> Any:
        """Arguments with slots in place of recorded arrays."""
        if type(item) is SymbolicArray:
            if item.is_constant:
                return item.value
            if item.shape[:1] != (1,):
                raise NotRecordedError("a whole function of an array whose first axis is not that of points")
            return Slot(self.symbolic(item).ids.copy())
        if type(item) in {tuple, list}:
            return type(item)(map(self._slots, item))
        if type(item) is dict:
            return {name: self._slots(one) for name, one in item.items()}
        return item

    def for_each(self, function: Callable[..., Any], given: Sequence[Any]) -> Any:
        """The result of a function that treats every element of its arrays alike: each distinct one once."""
        arrays = [
            self.symbolic(one) if isinstance(one, np.ndarray | np.generic | SymbolicArray) else one
            for one in given
        ]
        places = [place for place, one in enumerate(arrays) if type(one) is SymbolicArray]
        shape = np.broadcast_shapes(*(arrays[place].shape for place in places))
        if all(arrays[place].is_constant for place in places):
            return function(*values_of(given))
        columns = [np.broadcast_to(arrays[place].ids, shape).ravel().tolist() for place in places]
        rows = list(zip(*columns, strict=True))
        distinct = {row: place for place, row in reversed(list(enumerate(rows)))}
        order = sorted(distinct.values())
        for place in places:
            arrays[place] = np.broadcast_to(arrays[place], shape).reshape(1, -1)[:, order]
        found = self.whole(function, arrays, {})
        at = {distinct[row]: number for number, row in enumerate(rows[place] for place in order)}
        back = [at[distinct[row]] for row in rows]

        def spread(result: Any) -> Any:
            if isinstance(result, tuple):
                return tuple(map(spread, result))
            return result[:, back].reshape(shape)

        return spread(found)

    def loop(
        self, first: Sequence[Any], step: Callable[[list[SymbolicArray]], Sequence[Any]], rounds: int
    ) -> list[SymbolicArray]:
        """The state after the last round of a loop, each element for itself.

        Parameters
        ----------
        first : sequence of array
            The state before the first round; the last one says which elements go on.
        step : callable
            The state after another round; elements that do not go on stay as they are. It may use recorded numbers, but
            not ask questions about the state.
        rounds : int
            Most rounds.
        """
        shape = np.broadcast_shapes(*map(np.shape, first))
        start = [self.symbolic(np.broadcast_to(self.symbolic(one), shape)) for one in first]
        state = [self.input("state", one.value) for one in start]
        outer, self._looping = self._looping, True
        after = [self.symbolic(np.broadcast_to(self.symbolic(one), shape)) for one in step(state)]
        self._looping = outer
        inside = depending(self.operations, int(state[0].ids.ravel()[0]))
        if not inside.isdisjoint(self.guards):
            raise NotRecordedError("a question is asked about what a search tries")
        columns = [
            zip(*(one.ids.ravel().tolist() for one in some), strict=True) for some in (start, state, after)
        ]
        found: list[list[int]] = []
        for initial, own, following in zip(*columns, strict=True):
            operations, outside, alike = round_of(self.operations, inside, own, following)
            key = (initial, tuple(outside), alike, rounds)
            if key not in self._wholes:
                loop = Loop(own, following, operations, rounds)
                number = self.add(Operation(loop, (*initial, *outside), "O"), None)
                self._wholes[key] = [
                    self.add(Operation(place, (number,), self.operations[one].kind), self.values[one])
                    for place, one in enumerate(following)
                ]
            found.append(self._wholes[key])
        return [
            SymbolicArray(one.value, _as_ids(ids).reshape(shape), self)
            for one, ids in zip(after, zip(*found, strict=True), strict=True)
        ]

    def as_recorded(self) -> SymbolicArray | None:
        """Whether all questions have the answers that were recorded; None where nothing was asked."""
        asked = [
            self._alone(number) if answer else self.elementwise(np.logical_not, self._alone(number))
            for number, answer in self.guards.items()
        ]
        return functools.reduce(functools.partial(self.elementwise, np.logical_and), asked) if asked else None

    def holds(self, array: SymbolicArray, *, answer: Any) -> None:
        """Record the answer to a question about a single number."""
        (number,) = array.ids.ravel().tolist()
        if not self.constant[number]:
            if array.value.dtype.kind != "b":
                self.holds(self.elementwise(np.equal, array, answer), answer=True)
            else:
                self.guards[number] = bool(answer)


_POWERS: dict[Any, Any] = {
    2: lambda recording, array: recording.elementwise(np.multiply, array, array),
    1 / 2: lambda recording, array: recording.elementwise(np.sqrt, array),
    -1: lambda recording, array: recording.elementwise(np.divide, 1.0, array),
}


class SymbolicArray(NDArrayOperatorsMixin):
    """An array whose elements are results of recorded operations.

    Attributes
    ----------
    value : ndarray
        Its numbers at the point that is recorded.
    ids : ndarray
        The operation of each element.
    recording : Recording
        Where these are.
    """

    __slots__ = ("ids", "recording", "value")
    is_symbolic = True

    def __init__(self, value: NDArray[Any], ids: Ids, recording: Recording) -> None:
        self.value, self.ids, self.recording = value, ids, recording

    shape = property(lambda self: self.value.shape)
    ndim = property(lambda self: self.value.ndim)
    size = property(lambda self: self.value.size)
    dtype = property(lambda self: self.value.dtype)
    T = property(np.transpose)

    @property
    def is_constant(self) -> bool:
        """Whether no input moves it."""
        constant = self.recording.constant
        return all(constant[one] for one in self.ids.ravel().tolist())

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        recording, out = self.recording, options.pop("out", (None,))[0]
        if method == "__call__" and not options and ufunc.nout == 1 and ufunc.signature is None:
            found = recording.elementwise(ufunc, *inputs)
        elif method == "reduce" and not options.keys() - {"axis", "keepdims", "dtype"}:
            found = recording.reduced(
                ufunc, inputs[0], options.get("axis", 0), keepdims=options.get("keepdims", False)
            )
        elif method == "accumulate" and not options.keys() - {"axis"}:
            found = recording.accumulated(ufunc, inputs[0], options.get("axis", 0))
        elif method == "outer" and not options:
            first, second = map(recording.symbolic, inputs)
            found = recording.elementwise(ufunc, first.reshape(first.shape + (1,) * second.ndim), second)
        else:
            raise NotRecordedError(f"{ufunc.__name__}.{method} with {[*options]}")
        if out is None:
            return found
        if type(out) is not SymbolicArray:
            raise NotRecordedError(f"{ufunc.__name__} writes into a plain array")
        out[...] = found
        return out

    def __array_function__(self, function: Any, _types: Any, given: Any, options: Any) -> Any:
        if function in OF_SHAPES:
            return function(*values_of(given), **options)
        if (
            all(one.is_constant for one in arrays_in((given, tuple(options.values()))))
            and function not in COPIES
        ):
            return function(*values_of(given), **values_of(options))
        if function in REARRANGE:
            return self._rearranged(function, given, options)
        taken = TAKEN.get(function)
        if taken is None:
            raise NotRecordedError(f"numpy.{function.__name__} is not recorded")
        return taken(self.recording, *given, **options)

    def _rearranged(self, function: Any, given: Any, options: Any) -> Any:
        given = _joined(given, self.recording)
        value = function(*values_of(given), **values_of(options))
        ids = function(*_ids_of(given), **_ids_of(options))
        if isinstance(value, tuple | list):
            return type(value)(SymbolicArray(v, i, self.recording) for v, i in zip(value, ids, strict=True))
        return SymbolicArray(value, ids, self.recording)

    def _item(self) -> Any:
        """The plain value of what no input moves; otherwise none."""
        if self.value.size != 1 or not self.is_constant:
            raise NotRecordedError("a number that moves is read")
        return self.value.item()

    def __array__(self, *given: Any, **options: Any) -> NDArray[Any]:
        if not self.is_constant:
            raise NotRecordedError("a plain array is made of numbers that move")
        return np.array(self.value, *given, **options)

    def __float__(self) -> float:
        return float(self._item())

    def __bool__(self) -> bool:
        if self.value.size != 1:
            raise NotRecordedError("the truth of several numbers is asked for")
        answer = bool(self.value.item())
        self.recording.holds(self.recording.elementwise(to_bool, self), answer=answer)
        return answer

    def __int__(self) -> int:
        number = int(
            self.value.item()
        )  # such as the slices of a weight: the length of what follows depends on it
        if number != self.value.item():
            raise NotRecordedError("a number that moves is rounded")
        self.recording.holds(self, answer=number)
        return number

    __index__ = __int__

    def __format__(self, _spec: str) -> str:
        return UNREAD

    __repr__ = __str__ = lambda _self: UNREAD

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[Any]:
        return (self[place] for place in range(len(self)))

    __hash__ = None  # type: ignore[assignment]

    def __getitem__(self, place: Any) -> Any:
        places = place if type(place) is tuple else (place,)
        if any(
            type(one) is SymbolicArray and not one.is_constant and one.dtype.kind == "i" for one in places
        ):
            *before, place = places
            if before not in ([], [Ellipsis]):
                raise NotRecordedError("elements at several places that move")
            return self.recording.chosen(_moved(self, -1, 0) if before else self, place)
        place = tuple(_fixed(one) for one in places)
        return SymbolicArray(np.asarray(self.value[place]), np.asarray(self.ids[place]), self.recording)

    def __setitem__(self, place: Any, value: Any) -> None:
        new = self.recording.symbolic(value)
        if new.dtype != self.dtype:
            new = new.astype(self.dtype)
        places = place if type(place) is tuple else (place,)
        place = tuple(_fixed(one) for one in places)
        self.value[place], self.ids[place] = new.value, new.ids

    def astype(self, dtype: Any, **_options: Any) -> Any:
        """The array as another type."""
        kind = np.dtype(dtype).kind
        if kind == self.dtype.kind:
            return self.copy()
        if kind not in CASTS:
            raise NotRecordedError(f"an array of kind {kind}")
        return self.recording.elementwise(CASTS[kind], self)

    def copy(self, *_order: str) -> Any:
        """A copy, which may be changed."""
        return SymbolicArray(self.value.copy(), self.ids.copy(), self.recording)

    def item(self, *place: int) -> Any:
        """An element as an array without axes."""
        if self.is_constant:
            return self.value.item(*place)
        return self.reshape(-1)[place[0] if place else 0]

    def tolist(self) -> Any:
        """Elements; truth values are questions."""
        if self.is_constant:
            return self.value.tolist()
        if self.ndim:
            return [one.tolist() for one in self]
        return bool(self) if self.dtype.kind == "b" else self

    def reshape(self, *shape: Any, **options: Any) -> Any:
        """The array in another shape."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, **options)

    def nonzero(self) -> Any:
        """Places of what is true, each a question."""
        return np.nonzero(_fixed(self.astype(np.bool_)))


def _method(function: Any) -> Any:
    def method(self: SymbolicArray, *given: Any, **options: Any) -> Any:
        return function(self, *given, **options)

    return method


for _name in (
    "all",
    "any",
    "sum",
    "min",
    "max",
    "prod",
    "mean",
    "ravel",
    "squeeze",
    "repeat",
    "clip",
    "cumsum",
    "argmin",
    "argmax",
    "take",
    "swapaxes",
    "round",
):
    setattr(SymbolicArray, _name, _method(getattr(np, _name)))
SymbolicArray.flatten = SymbolicArray.ravel  # type: ignore[attr-defined]


def _fixed(place: Any) -> Any:
    """An index without recorded numbers; each truth value in it is a question."""
    if type(place) is not SymbolicArray:
        return place
    if not place.is_constant:
        if place.dtype.kind != "b":
            raise NotRecordedError("elements at places that move")
        for one in np.ravel(place):
            place.recording.holds(one, answer=one.value)
    return place.value


def _joined(given: Any, recording: Recording) -> Any:
    """Arguments of a function that joins arrays, all of them recorded."""
    first, *others = given
    if type(first) in {tuple, list}:
        arrays = [recording.symbolic(one) for one in first]
        kinds = {one.dtype.kind for one in arrays}
        if len(kinds) > 1:
            arrays = [one.astype(np.float64) for one in arrays]
        return (type(first)(arrays), *others)
    return recording.symbolic(first), *others


def values_of(item: Any) -> Any:
    """Arguments with the numbers at the recorded point in place of symbolic arrays."""
    return mapped(item, lambda one: one.value, SymbolicArray)


def _ids_of(item: Any) -> Any:
    return mapped(item, lambda one: one.ids, SymbolicArray)
