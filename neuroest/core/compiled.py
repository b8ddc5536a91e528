"""A machine that does the operations of a plan for eight points at a time, compiled by llvmlite where it is installed.

It is compiled once for a process and reads plans as numbers, so a plan itself takes no time to compile. Additions,
products, quotients, roots and comparisons give the same bits as numpy's; exponentials and the like are those of the C
library, which may differ from numpy's in the last bit.
"""

from __future__ import annotations

import functools
import importlib.util
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuroest.core.operations import AGAIN, BEGIN, COPY, LOOP, Line, Loop, to_bool, to_float, to_int

_LANES = 8
"""Points of a vector; numerical."""
_VECTOR, _TRUTHS = f"<{_LANES} x double>", f"<{_LANES} x i1>"
_LINE = 5
"""Numbers of a line of code: what is done, the row of the result, and up to three operands."""

_PLAIN: Mapping[Any, Any] = {np.add: "fadd", np.subtract: "fsub", np.multiply: "fmul", np.divide: "fdiv"}
_COMPARE: Mapping[Any, Any] = {
    np.less: "olt", np.less_equal: "ole", np.greater: "ogt", np.greater_equal: "oge", np.equal: "oeq",
    np.not_equal: "une",
}  # fmt: skip
_LOGIC: Mapping[Any, Any] = {
    np.logical_and: "and", np.logical_or: "or", np.logical_xor: "xor", np.bitwise_and: "and", np.bitwise_or: "or",
}  # fmt: skip
_INTRINSIC: Mapping[Any, Any] = {
    np.sqrt: "sqrt", np.floor: "floor", np.ceil: "ceil", np.trunc: "trunc", np.rint: "rint", np.absolute: "fabs",
    np.fabs: "fabs", to_int: "trunc",
}  # fmt: skip
_LIBRARY: Mapping[Any, Any] = {
    np.exp: "exp", np.expm1: "expm1", np.exp2: "exp2", np.log: "log", np.log1p: "log1p", np.log2: "log2",
    np.log10: "log10", np.cbrt: "cbrt", np.tanh: "tanh", np.sinh: "sinh", np.cosh: "cosh", np.arctan: "atan",
    np.arctan2: "atan2", np.hypot: "hypot", np.power: "pow", np.sin: "sin", np.cos: "cos", np.arcsin: "asin",
    np.arccos: "acos", np.float_power: "pow",
}  # fmt: skip
_TWO = frozenset({"atan2", "hypot", "pow"})
_LARGEST: Mapping[Any, Any] = {
    np.maximum: ("ogt", "%x"),
    np.minimum: ("olt", "%x"),
    np.fmax: ("ogt", "%y"),
    np.fmin: ("olt", "%y"),
}
"""How the two numbers are compared, and which of them leaves the first as the result where it is no number."""
_INFINITE, _ONES, _ALL = "splat (double 0x7FF0000000000000)", "splat (double 1.0)", "splat (i1 true)"


def _truth(name: str) -> str:
    return f"  {name}t = fcmp une {_VECTOR} {name}, zeroinitializer"


def _bodies() -> Iterator[tuple[Any, list[str]]]:
    """Lines that make %r, a vector of numbers, or %t, one of truth values, from %x, %y and %z."""
    call: Any
    yield np.where, [_truth("%x"), f"  %r = select {_TRUTHS} %xt, {_VECTOR} %y, {_VECTOR} %z"]
    yield np.negative, [f"  %r = fneg {_VECTOR} %x"]
    yield np.square, [f"  %r = fmul {_VECTOR} %x, %x"]
    yield np.reciprocal, [f"  %r = fdiv {_VECTOR} {_ONES}, %x"]
    yield np.isnan, [f"  %t = fcmp uno {_VECTOR} %x, %x"]
    yield to_bool, [f"  %t = fcmp une {_VECTOR} %x, zeroinitializer"]
    for call in (to_float, COPY):
        yield call, [f"  %r = fadd {_VECTOR} %x, splat (double -0.0)"]
    for call in (np.logical_not, np.invert):
        yield call, [_truth("%x"), f"  %t = xor {_TRUTHS} %xt, {_ALL}"]
    for call, how in ((np.isfinite, "olt"), (np.isinf, "oeq")):
        size = f"  %s = call {_VECTOR} @llvm.fabs.v{_LANES}f64({_VECTOR} %x)"
        yield call, [size, f"  %t = fcmp {how} {_VECTOR} %s, {_INFINITE}"]
    yield from ((call, [f"  %r = {name} {_VECTOR} %x, %y"]) for call, name in _PLAIN.items())
    yield from ((call, [f"  %t = fcmp {how} {_VECTOR} %x, %y"]) for call, how in _COMPARE.items())
    for call, name in _LOGIC.items():
        yield call, [_truth("%x"), _truth("%y"), f"  %t = {name} {_TRUTHS} %xt, %yt"]
    for call, name in _INTRINSIC.items():
        yield call, [f"  %r = call {_VECTOR} @llvm.{name}.v{_LANES}f64({_VECTOR} %x)"]
    for call, name in _LIBRARY.items():
        given = f"{_VECTOR} %x, {_VECTOR} %y" if name in _TWO else f"{_VECTOR} %x"
        yield call, [f"  %r = call {_VECTOR} @each_{name}({given})"]
    for call, (how, first) in _LARGEST.items():
        yield (
            call,
            [
                f"  %c = fcmp {how} {_VECTOR} %x, %y",
                f"  %b = select {_TRUTHS} %c, {_VECTOR} %x, {_VECTOR} %y",
                f"  %n = fcmp uno {_VECTOR} {first}, {first}",
                f"  %r = select {_TRUTHS} %n, {_VECTOR} %x, {_VECTOR} %b",
            ],
        )


_BODIES = dict(_bodies())
_CONTROL = (BEGIN, AGAIN, LOOP)
_CODES = {call: number for number, call in enumerate((*_CONTROL, *_BODIES))}
"""The number of each operation in code."""


@functools.cache
def possible() -> bool:
    """Whether operations can be compiled."""
    return importlib.util.find_spec("llvmlite") is not None


def can(call: Any) -> bool:
    """Whether the machine does an operation."""
    return call in _CODES


class Code:
    """Lines of a program as numbers, with the constants that they read.

    Parameters
    ----------
    lines : sequence of Line
        What is done.
    rows : mapping of int to int
        Row of the table by operation.
    constants : mapping of int to number
        Constants by operation; an operand below zero is one of them, minus one the first.
    """

    def __init__(self, lines: Sequence[Line], rows: Mapping[int, int], constants: Mapping[int, Any]) -> None:
        places = {**rows, **{number: ~place for place, number in enumerate(constants)}}
        code, listed, loops = list[list[int]](), list[int](), list[int]()
        for line in lines:
            number = _CODES.get(line.call, 0)  # what cannot be done here is never run
            operands = [places[one] for one in line.given]
            if line.call is LOOP:
                code.append([number, len(loops), len(listed), 0, 0])
                loops.append(_engine(_LoopText(*line.loop).whole()).get_function_address("loop"))
                listed += [*operands, *(rows[one] for one in line.results)]
            elif number < len(_CONTROL):
                code.append([number, line.into, *operands[:1], line.target, line.rounds])
            else:
                code.append([number, rows[line.into], *operands, 0, 0][:_LINE])
        self._lines = np.array(code, dtype=np.int32).reshape(-1, _LINE)
        values = [float(value) for value in constants.values()]
        self._constants = np.repeat(np.array([*values, 0.0]), _LANES)
        self._counters = np.zeros(len(lines), dtype=np.int64)
        self._loops, self._operands = np.array(loops, np.int64), np.array(listed, np.int32)

    def run(self, table: NDArray[np.float64], start: int, stop: int, width: int) -> None:
        """Do some lines for all columns of a table (blocks, rows, columns), so many at once."""
        blocks, _, columns = table.shape
        apart, row = (stride // table.itemsize for stride in table.strides[:2])
        _machine()(
            self._lines.ctypes.data, start, stop, table.ctypes.data, row, apart, blocks, columns, width,
            self._constants.ctypes.data, self._counters.ctypes.data, self._loops.ctypes.data,
            self._operands.ctypes.data,
        )  # fmt: skip


_OPERANDS = "ptr %xs, i64 %xstep, ptr %ys, i64 %ystep, ptr %zs, i64 %zstep, i64 %columns"


def _function(number: int, body: Sequence[str]) -> str:
    """The function of an operation: a loop over columns, eight at a time."""
    text = "\n".join(body)
    read = [one for one in "xyz" if f"%{one}" in text]
    moving = "\n".join(f"  %{one}p = phi ptr [ %{one}s, %entry ], [ %{one}n, %loop ]" for one in read)
    loads = "\n".join(
        f"""  %{one} = load {_VECTOR}, ptr %{one}p, align 8
  %{one}n = getelementptr double, ptr %{one}p, i64 %{one}step"""
        for one in read
    )
    if "%t =" in text:
        text += f"\n  %r = uitofp {_TRUTHS} %t to {_VECTOR}"
    return f"""define internal void @operation{number}(ptr %into, {_OPERANDS}) {{
entry:
  br label %loop
loop:
  %at = phi i64 [ 0, %entry ], [ %next, %loop ]
{moving}
{loads}
{text}
  %place = getelementptr double, ptr %into, i64 %at
  store {_VECTOR} %r, ptr %place, align 8
  %next = add i64 %at, {_LANES}
  %more = icmp slt i64 %next, %columns
  br i1 %more, label %loop, label %done
done:
  ret void
}}
"""


def _operand(name: str, field: int, of: str = "%line") -> str:
    """Where an operand is in a table, or among the constants, and how far it is to the next eight numbers."""
    return f"""  %{name}f = getelementptr i32, ptr {of}, i64 {field}
  %{name}i = load i32, ptr %{name}f
  %{name}w = sext i32 %{name}i to i64
  %{name}fixed = icmp slt i64 %{name}w, 0
  %{name}o = mul i64 %{name}w, %row
  %{name}t = getelementptr double, ptr %table, i64 %{name}o
  %{name}x = xor i64 %{name}w, -1
  %{name}e = mul i64 %{name}x, {_LANES}
  %{name}c = getelementptr double, ptr %constants, i64 %{name}e
  %{name} = select i1 %{name}fixed, ptr %{name}c, ptr %{name}t
  %{name}step = select i1 %{name}fixed, i64 0, i64 {_LANES}
"""


_FRAME = f"""
define internal i1 @any(ptr %x, i64 %columns) {{
entry:
  br label %loop
loop:
  %at = phi i64 [ 0, %entry ], [ %next, %loop ]
  %before = phi i{_LANES} [ 0, %entry ], [ %found, %loop ]
  %place = getelementptr double, ptr %x, i64 %at
  %value = load {_VECTOR}, ptr %place, align 8
  %true = fcmp une {_VECTOR} %value, zeroinitializer
  %bits = bitcast {_TRUTHS} %true to i{_LANES}
  %found = or i{_LANES} %before, %bits
  %next = add i64 %at, {_LANES}
  %more = icmp slt i64 %next, %columns
  br i1 %more, label %loop, label %done
done:
  %answer = icmp ne i{_LANES} %found, 0
  ret i1 %answer
}}
define internal void @lines(ptr %code, i64 %start, i64 %stop, ptr %table, i64 %row, i64 %columns, ptr %constants,
                            ptr %counters, ptr %loops, ptr %operands) {{
entry:
  br label %fetch
fetch:
  %pc = phi i64 [ %start, %entry ], [ %after, %work ], [ %after, %begin ], [ %target, %skip ], [ %after, %again ],
                [ %target, %repeat ], [ %after, %looped ]
  %after = add i64 %pc, 1
  %more = icmp slt i64 %pc, %stop
  br i1 %more, label %decode, label %done
decode:
  %first = mul i64 %pc, {_LINE}
  %line = getelementptr i32, ptr %code, i64 %first
  %what = load i32, ptr %line
  %intof = getelementptr i32, ptr %line, i64 1
  %intoi = load i32, ptr %intof
  %intow = sext i32 %intoi to i64
{_operand("a", 2)}{_operand("b", 3)}{_operand("c", 4)}  %target = add i64 %bw, 0
  %counter = getelementptr i64, ptr %counters, i64 %intow
  switch i32 %what, label %work [ i32 0, label %begin  i32 1, label %again  i32 2, label %looped ]
work:
  %intoo = mul i64 %intow, %row
  %into = getelementptr double, ptr %table, i64 %intoo
  %whatw = sext i32 %what to i64
  %entryp = getelementptr ptr, ptr @operations, i64 %whatw
  %operation = load ptr, ptr %entryp
  call void %operation(ptr %into, ptr %a, i64 %astep, ptr %b, i64 %bstep, ptr %c, i64 %cstep, i64 %columns)
  br label %fetch
begin:
  store i64 0, ptr %counter
  %some = call i1 @any(ptr %a, i64 %columns)
  br i1 %some, label %fetch, label %skip
skip:
  br label %fetch
again:
  %rounds = load i64, ptr %counter
  %round_now = add i64 %rounds, 1
  store i64 %round_now, ptr %counter
  %left = icmp slt i64 %round_now, %cw
  %going = call i1 @any(ptr %a, i64 %columns)
  %both = and i1 %left, %going
  br i1 %both, label %repeat, label %fetch
repeat:
  br label %fetch
looped:
  %loopp = getelementptr ptr, ptr %loops, i64 %intow
  %loop = load ptr, ptr %loopp
  %list = getelementptr i32, ptr %operands, i64 %aw
  call void %loop(ptr %table, i64 %row, i64 %columns, ptr %constants, ptr %list)
  br label %fetch
done:
  ret void
}}
define void @machine(ptr %code, i64 %start, i64 %stop, ptr %table, i64 %row, i64 %apart, i64 %blocks, i64 %columns,
                     i64 %width, ptr %constants, ptr %counters, ptr %loops, ptr %operands) {{
entry:
  br label %blocks_loop
blocks_loop:
  %block = phi i64 [ 0, %entry ], [ %block_next, %block_done ]
  %offset = mul i64 %block, %apart
  %here = getelementptr double, ptr %table, i64 %offset
  br label %columns_loop
columns_loop:
  %column = phi i64 [ 0, %blocks_loop ], [ %column_next, %columns_loop ]
  %part = getelementptr double, ptr %here, i64 %column
  call void @lines(ptr %code, i64 %start, i64 %stop, ptr %part, i64 %row, i64 %width, ptr %constants,
                   ptr %counters, ptr %loops, ptr %operands)
  %column_next = add i64 %column, %width
  %more_columns = icmp slt i64 %column_next, %columns
  br i1 %more_columns, label %columns_loop, label %block_done
block_done:
  %block_next = add i64 %block, 1
  %more_blocks = icmp slt i64 %block_next, %blocks
  br i1 %more_blocks, label %blocks_loop, label %done
done:
  ret void
}}
"""
"""What reads lines and calls the function of each, in the language of LLVM."""


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


class _LoopText:
    """The text of a function that repeats the operations of a loop for eight points until none of them goes on.

    Loops that differ only in the rows of their operands have the same text.

    Parameters
    ----------
    loop : Loop
        The loop.
    given : sequence of int
        Its operands: the first state, and what a round reads from outside.
    kinds : sequence of str
        Kinds of these.
    places : sequence of int
        States that are results.
    """

    def __init__(self, loop: Loop, given: Sequence[int], kinds: Sequence[str], places: Sequence[int]) -> None:
        self._loop, self._given, self._kinds, self._places = loop, given, kinds, places
        self._lines: list[str] = []
        self._numbers: dict[int, str] = {}
        self._truths: dict[int, str] = {}
        self._count = 0

    def _line(self, text: str) -> str:
        self._count += 1
        self._lines.append(f"  %v{self._count} = {text}")
        return f"%v{self._count}"

    def _number(self, one: int) -> str:
        if one not in self._numbers:
            self._numbers[one] = self._line(f"uitofp {_TRUTHS} {self._truths[one]} to {_VECTOR}")
        return self._numbers[one]

    def _truth(self, one: int) -> str:
        if one not in self._truths:
            self._truths[one] = self._line(f"fcmp une {_VECTOR} {self._numbers[one]}, zeroinitializer")
        return self._truths[one]

    def _as(self, one: int, kind: str) -> str:
        return self._truth(one) if kind == "b" else self._number(one)

    def _do(self, into: int, call: Any, given: Sequence[int]) -> None:
        """Add the lines of an operation."""
        if call is to_bool:
            self._truths[into] = self._truth(given[0])
            return
        names: dict[str, str] = {}
        for line in _BODIES[call]:
            to, _, text = line.strip().partition(" = ")
            if to[2:] == "t" and to != "%t":  # the truth of an operand
                names[to] = self._truth(given["xyz".index(to[1])])
                continue
            for name, one in zip("xyz", given, strict=False):
                if re.search(rf"%{name}\b", text):
                    names[f"%{name}"] = self._number(one)
            names[to] = self._line(re.sub(r"%[a-z]+", lambda found: names[found[0]], text))
        if "%t" in names:
            self._truths[into] = names["%t"]
        else:
            self._numbers[into] = names["%r"]

    def whole(self) -> str:
        """The function."""
        loop, states = self._loop, self._loop.state
        count = len(states)
        kinds = self._kinds[:count]
        head = "".join(_operand(f"p{place}_", place, "%operands") for place in range(len(self._given)))
        for place, one in enumerate(self._given):
            offset = self._line(f"mul i64 %at, %p{place}_step")
            far = self._line(f"sdiv i64 {offset}, {_LANES}")
            where = self._line(f"getelementptr double, ptr %p{place}_, i64 {far}")
            self._numbers[one if place >= count else -1 - place] = self._line(
                f"load {_VECTOR}, ptr {where}, align 8"
            )
        first = [self._as(-1 - place, kind) for place, kind in enumerate(kinds)]
        for place, kind in enumerate(self._kinds[count:], start=count):
            self._as(self._given[place], kind)
        some = self._going(first[-1])
        before, self._lines = self._lines, []
        for place, (state, kind) in enumerate(zip(states, kinds, strict=True)):
            (self._truths if kind == "b" else self._numbers)[state] = f"%state{place}"
        for into, operation in loop.inside.items():
            self._do(into, operation.call, operation.arguments)
        after = [self._as(one, kind) for one, kind in zip(loop.following, kinds, strict=True)]
        again = self._going(after[-1])
        types = [_TRUTHS if kind == "b" else _VECTOR for kind in kinds]
        pairs = list(zip(types, first, after, strict=True))
        phis = [
            f"  %state{k} = phi {kind} [ {a}, %column ], [ {b}, %round ]"
            for k, (kind, a, b) in enumerate(pairs)
        ]
        ends = [
            f"  %end{k} = phi {kind} [ {a}, %column ], [ {b}, %round ]"
            for k, (kind, a, b) in enumerate(pairs)
        ]
        body, self._lines = self._lines, []
        for number, place in enumerate(self._places):
            value = f"%end{place}"
            if kinds[place] == "b":
                value = self._line(f"uitofp {_TRUTHS} {value} to {_VECTOR}")
            where = self._line(f"getelementptr double, ptr %q{number}_, i64 %at")
            self._lines.append(f"  store {_VECTOR} {value}, ptr {where}, align 8")
        head += "".join(
            _operand(f"q{number}_", len(self._given) + number, "%operands")
            for number in range(len(self._places))
        )
        return "\n".join((
            "define void @loop(ptr %table, i64 %row, i64 %columns, ptr %constants, ptr %operands) {",
            f"entry:\n{head}  br label %column", "column:",
            "  %at = phi i64 [ 0, %entry ], [ %next, %finish ]", *before,
            f"  br i1 {some}, label %round, label %finish", "round:", *phis,
            "  %round_now = phi i32 [ 0, %column ], [ %rounds, %round ]", *body, "  %rounds = add i32 %round_now, 1",
            f"  %early = icmp slt i32 %rounds, {loop.rounds}", f"  %both = and i1 %early, {again}",
            "  br i1 %both, label %round, label %finish", "finish:", *ends, *self._lines,
            f"  %next = add i64 %at, {_LANES}", "  %more = icmp slt i64 %next, %columns",
            "  br i1 %more, label %column, label %done", "done:", "  ret void", "}",
        ))  # fmt: skip

    def _going(self, truths: str) -> str:
        bits = self._line(f"bitcast {_TRUTHS} {truths} to i{_LANES}")
        return self._line(f"icmp ne i{_LANES} {bits}, 0")


@functools.cache
def _declared() -> str:
    """What functions call."""
    intrinsics = [
        f"declare {_VECTOR} @llvm.{n}.v{_LANES}f64({_VECTOR})" for n in sorted(set(_INTRINSIC.values()))
    ]
    return "\n".join((*intrinsics, *map(_by_lane, sorted(set(_LIBRARY.values())))))


@functools.cache
def _engine(text: str) -> Any:
    """Compiled functions; they live as long as the process."""
    import llvmlite.binding as llvm  # noqa: PLC0415

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=2
    )
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(f"{_declared()}\n{text}"), target)
    engine.finalize_object()
    return engine


@functools.cache
def _machine() -> Callable[..., None]:
    """The machine as a function of C."""
    import ctypes  # noqa: PLC0415

    functions = [_function(_CODES[call], body) for call, body in _BODIES.items()]
    names = ", ".join(
        [*(["ptr null"] * len(_CONTROL)), *(f"ptr @operation{_CODES[call]}" for call in _BODIES)]
    )
    table = f"@operations = internal constant [{len(_CODES)} x ptr] [{names}]"
    pointer, whole = ctypes.c_void_p, ctypes.c_int64
    kinds = (pointer, whole, whole, pointer, *(whole,) * 5, *(pointer,) * 4)
    engine = _engine("\n".join((table, *functions, _FRAME)))
    return ctypes.CFUNCTYPE(None, *kinds)(engine.get_function_address("machine"))
