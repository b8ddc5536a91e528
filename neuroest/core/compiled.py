"""Operations of a plan as machine code for eight points at a time, by llvmlite where it is installed.

Additions, products, quotients, roots and comparisons give the same bits as numpy's; exponentials and the like are those
of the C library, which may differ from numpy's in the last bit.
"""

from __future__ import annotations

import functools
import importlib.util
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.operations import Loop, Operation, to_bool, to_float, to_int

_LANES, _STEP, _LONGEST = 8, 128, 200
"""Points of a vector, points that a unit does at once, and operations of a unit; numerical."""
_VECTOR, _TRUTHS = f"<{_LANES} x double>", f"<{_LANES} x i1>"

_PLAIN = {np.add: "fadd", np.subtract: "fsub", np.multiply: "fmul", np.divide: "fdiv"}
_COMPARE = {
    np.less: "olt", np.less_equal: "ole", np.greater: "ogt", np.greater_equal: "oge", np.equal: "oeq",
    np.not_equal: "une",
}  # fmt: skip
_LOGIC = {
    np.logical_and: "and", np.logical_or: "or", np.logical_xor: "xor", np.bitwise_and: "and", np.bitwise_or: "or",
}  # fmt: skip
_INTRINSIC = {
    np.sqrt: "sqrt", np.floor: "floor", np.ceil: "ceil", np.trunc: "trunc", np.rint: "rint", np.absolute: "fabs",
    np.fabs: "fabs", to_int: "trunc",
}  # fmt: skip
_LIBRARY = {
    np.exp: "exp", np.expm1: "expm1", np.exp2: "exp2", np.log: "log", np.log1p: "log1p", np.log2: "log2",
    np.log10: "log10", np.cbrt: "cbrt", np.tanh: "tanh", np.sinh: "sinh", np.cosh: "cosh", np.arctan: "atan",
    np.arctan2: "atan2", np.hypot: "hypot", np.power: "pow", np.sin: "sin", np.cos: "cos", np.arcsin: "asin",
    np.arccos: "acos", np.float_power: "pow",
}  # fmt: skip
_OTHERS = frozenset({
    np.maximum, np.minimum, np.fmax, np.fmin, np.where, np.logical_not, np.invert, np.negative, np.square,
    np.isfinite, np.isnan, np.isinf, np.reciprocal, to_bool, to_float,
})  # fmt: skip
_CAN = frozenset((*_PLAIN, *_COMPARE, *_LOGIC, *_INTRINSIC, *_LIBRARY, *_OTHERS))


@functools.cache
def possible() -> bool:
    """Whether operations can be compiled."""
    return importlib.util.find_spec("llvmlite") is not None


def can(operation: Operation) -> bool:
    """Whether an operation can be compiled."""
    if type(operation.call) is Loop:
        return all(map(can, operation.call.inside.values()))
    return operation.kind != "O" and operation.call in _CAN


def units(needed: Mapping[int, Operation]) -> list[list[int]]:
    """Operations in the order in which they are done, in units that are compiled, or are one that is not, or a loop."""
    found: list[list[int]] = []
    closed = True
    for number, one in needed.items():
        if one.call is None or isinstance(one.call, int):
            continue
        if one.kind == "O" or not can(one):
            found.append([number])
            closed = True
        elif closed or len(found[-1]) >= _LONGEST:
            found.append([number])
            closed = False
        else:
            found[-1].append(number)
    return found


def function(
    units: Sequence[Sequence[int]], operations: Mapping[int, Operation], rows: Mapping[int, int]
) -> Callable[[Array], None]:
    """A function of a table that does the operations of some units for all of its columns, a multiple of eight."""
    kinds = [_LoopUnit if operations[unit[0]].kind == "O" else _Unit for unit in units]
    texts = [
        kind(f"unit{place}", unit, operations, rows).text()
        for place, (kind, unit) in enumerate(zip(kinds, units, strict=True))
    ]
    calls = "\n".join(
        f"  call void @unit{place}(ptr %table, i64 %stride, i64 %at, i64 %end)" for place in range(len(units))
    )
    main = f"""define void @main(ptr %table, i64 %stride, i64 %count) {{
entry:
  br label %loop
loop:
  %at = phi i64 [ 0, %entry ], [ %end, %loop ]
  %far = add i64 %at, {_STEP}
  %over = icmp sgt i64 %far, %count
  %end = select i1 %over, i64 %count, i64 %far
{calls}
  %more = icmp slt i64 %end, %count
  br i1 %more, label %loop, label %done
done:
  ret void
}}
"""
    declared = [_by_lane(name) for name in sorted(set(_LIBRARY.values()))]
    declared += [
        f"declare {_VECTOR} @llvm.{n}.v{_LANES}f64({_VECTOR})" for n in sorted(set(_INTRINSIC.values()))
    ]
    return _compiled("\n".join((*declared, *texts, main)))


_TWO = frozenset({"atan2", "hypot", "pow"})


@functools.cache
def _vector_library() -> Any:
    """The library of glibc with functions of eight numbers, with errors below four units in the last place; or None."""
    import ctypes  # noqa: PLC0415

    import llvmlite.binding as llvm  # noqa: PLC0415

    try:
        library = ctypes.CDLL("libmvec.so.1") if llvm.get_host_cpu_features().get("avx512f") else None
    except OSError:
        return None
    if library is not None:
        llvm.load_library_permanently("libmvec.so.1")
    return library


def _by_lane(name: str) -> str:
    """A function of the C library of vectors, or one that calls that of numbers for each of theirs."""
    given = ("%x", "%y") if name in _TWO else ("%x",)
    symbol = f"_ZGVeN{_LANES}{'v' * len(given)}_{name}"
    if hasattr(_vector_library(), symbol):
        vectors, values = ", ".join(_VECTOR for _ in given), ", ".join(f"{_VECTOR} {one}" for one in given)
        return f"""declare {_VECTOR} @{symbol}({vectors})
define internal {_VECTOR} @each_{name}({values}) {{
  %found = call {_VECTOR} @{symbol}({values})
  ret {_VECTOR} %found
}}
"""
    lines, found = [], "poison"
    for lane in range(_LANES):
        lines += [f"  {one}{lane} = extractelement {_VECTOR} {one}, i32 {lane}" for one in given]
        numbers = ", ".join(f"double {one}{lane}" for one in given)
        lines.append(f"  %r{lane} = call double @{name}({numbers})")
        lines.append(f"  %v{lane} = insertelement {_VECTOR} {found}, double %r{lane}, i32 {lane}")
        found = f"%v{lane}"
    body = "\n".join(lines)
    return f"""declare double @{name}({", ".join("double" for _ in given)})
define internal {_VECTOR} @each_{name}({", ".join(f"{_VECTOR} {one}" for one in given)}) noinline {{
{body}
  ret {_VECTOR} {found}
}}
"""


def _compiled(text: str) -> Callable[[Array], None]:
    import ctypes  # noqa: PLC0415

    import llvmlite.binding as llvm  # noqa: PLC0415

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=0
    )
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(text), machine)
    engine.finalize_object()
    call = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)(
        engine.get_function_address("main")
    )

    def run(table: Array) -> None:
        call(table.ctypes.data, table.strides[0] // table.itemsize, table.shape[1])

    run.engine = engine  # type: ignore[attr-defined]  # the code lives as long as it
    return run


class _Unit:
    """The text of a unit: a loop over its columns, eight at a time."""

    def __init__(
        self, name: str, unit: Sequence[int], operations: Mapping[int, Operation], rows: Mapping[int, int]
    ) -> None:
        self._name, self._unit, self._operations, self._rows = name, unit, operations, rows
        self._lines: list[str] = []
        self._names: dict[int, str] = {}
        self._number, self._block = 0, "loop"
        self._write()

    def _write(self) -> None:
        for number in self._unit:
            self._names[number] = self._done(self._operations[number])
            if number in self._rows:
                self._store(number, self._double(number))

    def _store(self, number: int, value: str) -> None:
        self._line(f"store {_VECTOR} {value}, ptr {self._place(number)}, align 8", named=False)

    def text(self) -> str:
        """The function."""
        body = "\n".join(self._lines)
        return f"""define internal void @{self._name}(ptr %table, i64 %stride, i64 %start, i64 %stop) noinline {{
entry:
  br label %loop
loop:
  %at = phi i64 [ %start, %entry ], [ %next, %{self._block} ]
{body}
  %next = add i64 %at, {_LANES}
  %more = icmp slt i64 %next, %stop
  br i1 %more, label %loop, label %done
done:
  ret void
}}
"""

    def _line(self, text: str, *, named: bool = True) -> str:
        self._number += 1
        self._lines.append(f"  %v{self._number} = {text}" if named else f"  {text}")
        return f"%v{self._number}"

    def _place(self, number: int) -> str:
        offset = self._line(f"mul i64 %stride, {self._rows[number]}")
        column = self._line(f"add i64 {offset}, %at")
        return self._line(f"getelementptr double, ptr %table, i64 {column}")

    def _value(self, number: int) -> str:
        """A number, or a truth value of an operation of this unit."""
        if number not in self._names:
            one = self._operations[number]
            if one.call is None and not isinstance(one.value, str):
                self._names[number] = _constant(one)
            else:
                loaded = self._line(f"load {_VECTOR}, ptr {self._place(number)}, align 8")
                self._names[number] = self._true(loaded) if one.kind == "b" else loaded
        return self._names[number]

    def _true(self, value: str) -> str:
        return self._line(f"fcmp une {_VECTOR} {value}, zeroinitializer")

    def _double(self, number: int) -> str:
        value = self._value(number)
        if self._operations[number].kind != "b":
            return value
        return self._line(f"uitofp {_TRUTHS} {value} to {_VECTOR}")

    def _truth(self, number: int) -> str:
        value = self._value(number)
        return value if self._operations[number].kind == "b" else self._true(value)

    def _select(self, condition: str, one: str, other: str, kind: str = _VECTOR) -> str:
        return self._line(f"select {_TRUTHS} {condition}, {kind} {one}, {kind} {other}")

    def _compare(self, how: str, one: str, other: str) -> str:
        return self._line(f"fcmp {how} {_VECTOR} {one}, {other}")

    def _intrinsic(self, name: str, value: str) -> str:
        return self._line(f"call {_VECTOR} @llvm.{name}.v{_LANES}f64({_VECTOR} {value})")

    def _done(self, one: Operation) -> str:
        call, given = one.call, one.arguments
        if call is np.where:
            condition = self._truth(given[0])
            if one.kind == "b":
                return self._select(condition, self._truth(given[1]), self._truth(given[2]), _TRUTHS)
            return self._select(condition, self._double(given[1]), self._double(given[2]))
        if call in _LOGIC:
            return self._line(f"{_LOGIC[call]} {_TRUTHS} {self._truth(given[0])}, {self._truth(given[1])}")
        if call in {np.logical_not, np.invert}:
            return self._line(f"xor {_TRUTHS} {self._truth(given[0])}, splat (i1 true)")
        if call is to_bool:
            return self._truth(given[0])
        values = [self._double(number) for number in given]
        if call in _PLAIN:
            return self._line(f"{_PLAIN[call]} {_VECTOR} {values[0]}, {values[1]}")
        if call in _COMPARE:
            return self._compare(_COMPARE[call], values[0], values[1])
        if call in _INTRINSIC:
            return self._intrinsic(_INTRINSIC[call], values[0])
        if call in _LIBRARY:
            return self._by_library(_LIBRARY[call], values)
        return self._other(call, values)

    def _other(self, call: Any, values: list[str]) -> str:
        first, second = values[0], values[-1]
        if call in {np.maximum, np.minimum}:
            chosen = self._select(
                self._compare("ogt" if call is np.maximum else "olt", first, second), first, second
            )
            return self._select(self._compare("uno", first, first), first, chosen)  # what is no number stays
        if call in {np.fmax, np.fmin}:
            chosen = self._select(
                self._compare("ogt" if call is np.fmax else "olt", first, second), first, second
            )
            return self._select(self._compare("uno", second, second), first, chosen)
        if call is np.negative:
            return self._line(f"fneg {_VECTOR} {first}")
        if call is np.square:
            return self._line(f"fmul {_VECTOR} {first}, {first}")
        if call is np.reciprocal:
            return self._line(f"fdiv {_VECTOR} splat (double 1.0), {first}")
        if call is np.isnan:
            return self._compare("uno", first, first)
        if call is to_float:
            return first
        size = self._intrinsic("fabs", first)
        return self._compare("olt" if call is np.isfinite else "oeq", size, f"splat (double {_hex(np.inf)})")

    def _by_library(self, name: str, values: list[str]) -> str:
        return self._line(f"call {_VECTOR} @each_{name}({', '.join(f'{_VECTOR} {one}' for one in values)})")


class _LoopUnit(_Unit):
    """The text of a loop: rounds for eight points until none of them goes on."""

    def _write(self) -> None:
        (number,) = self._unit
        loop: Loop = self._operations[number].call
        arguments = self._operations[number].arguments
        outer, rows = self._operations, self._rows
        initial = [
            self._truth(one) if outer[one].kind == "b" else self._double(one)
            for one in arguments[: len(loop.state)]
        ]
        for one in arguments[len(loop.state) :]:
            self._value(one)
        elements = {one.call: place for place, one in outer.items() if one.arguments == (number,)}
        kinds = [outer[one].kind for one in arguments[: len(loop.state)]]
        states = {
            state: Operation(None, (), kind, "state") for state, kind in zip(loop.state, kinds, strict=True)
        }
        self._operations = {**outer, **loop.inside, **states}
        self._line("br label %round", named=False)
        self._lines.append("round:")
        phis = len(self._lines)
        for place, state in enumerate(loop.state):
            self._names[state] = f"%state{place}"
        for one, operation in loop.inside.items():
            self._names[one] = self._done(operation)
        after = [
            self._truth(one) if kind == "b" else self._double(one)
            for one, kind in zip(loop.following, kinds, strict=True)
        ]
        self._lines[phis:phis] = [
            f"  %state{place} = phi {_TRUTHS if kind == 'b' else _VECTOR} [ {first}, %loop ], [ {last}, %round ]"
            for place, (kind, first, last) in enumerate(zip(kinds, initial, after, strict=True))
        ] + ["  %turn = phi i32 [ 0, %loop ], [ %turns, %round ]"]
        self._line("%turns = add i32 %turn, 1", named=False)
        bits = self._line(f"bitcast {_TRUTHS} {after[-1]} to i{_LANES}")
        going = self._line(f"icmp ne i{_LANES} {bits}, 0")
        more = self._line(f"icmp slt i32 %turns, {loop.rounds}")
        again = self._line(f"and i1 {going}, {more}")
        self._line(f"br i1 {again}, label %round, label %finish", named=False)
        self._lines.append("finish:")
        self._block = "finish"
        for place, (kind, last) in enumerate(zip(kinds, after, strict=True)):
            if place in elements and elements[place] in rows:
                value = self._line(f"uitofp {_TRUTHS} {last} to {_VECTOR}") if kind == "b" else last
                self._store(elements[place], value)


def _hex(number: float) -> str:
    return f"0x{struct.unpack('<Q', struct.pack('<d', number))[0]:016X}"


def _constant(one: Operation) -> str:
    if one.kind == "b":
        return f"splat (i1 {'true' if one.value else 'false'})"
    return f"splat (double {_hex(float(one.value))})"
