"""Operations of a plan as a compiled function, eight points at a time, where llvmlite is installed.

A plan is a few straight functions, compiled without optimization, since nothing in them is left to optimize.
Additions, products, quotients, roots and comparisons give the same bits as numpy's; exponentials and the like are those
of the C library, which may differ from numpy's in the last bit.
"""

from __future__ import annotations

import functools
import importlib.util
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neuroest.core.operations import COPY, Line, Loop, to_bool, to_float, to_int

LANES = 8
"""Points of a vector; numerical."""
_VECTOR, _TRUTHS = f"<{LANES} x double>", f"<{LANES} x i1>"

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
        size = f"  %s = call {_VECTOR} @llvm.fabs.v{LANES}f64({_VECTOR} %x)"
        yield call, [size, f"  %t = fcmp {how} {_VECTOR} %s, {_INFINITE}"]
    yield from ((call, [f"  %r = {name} {_VECTOR} %x, %y"]) for call, name in _PLAIN.items())
    yield from ((call, [f"  %t = fcmp {how} {_VECTOR} %x, %y"]) for call, how in _COMPARE.items())
    for call, name in _LOGIC.items():
        yield call, [_truth("%x"), _truth("%y"), f"  %t = {name} {_TRUTHS} %xt, %yt"]
    for call, name in _INTRINSIC.items():
        yield call, [f"  %r = call {_VECTOR} @llvm.{name}.v{LANES}f64({_VECTOR} %x)"]
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


class _Template(NamedTuple):
    """A line that makes a name from others."""

    makes: str
    text: str
    reads: tuple[str, ...]


def _templates(body: Sequence[str]) -> list[_Template]:
    pairs = (line.strip().partition(" = ")[::2] for line in body)
    found = []
    for makes, text in pairs:
        if makes != "%t" and makes.endswith("t"):
            continue  # the truth of an operand, which may be known
        reads = tuple(re.findall(r"%([a-z]+)", text))
        found.append(_Template(makes[1:], re.sub(r"%([a-z]+)", r"{\1}", text), reads))
    return found


_TEMPLATES = {call: _templates(body) for call, body in _bodies()}


@functools.cache
def possible() -> bool:
    """Whether operations can be compiled."""
    return importlib.util.find_spec("llvmlite") is not None


def can(call: Any) -> bool:
    """Whether an operation, or a loop with all that is in it, can be compiled."""
    if type(call) is Loop:
        return all(isinstance(one.call, int) or can(one.call) for one in call.inside.values())
    return call in _TEMPLATES


class Code:
    """Runs of lines as compiled functions of a table with a row for each number that is needed between them.

    Parameters
    ----------
    steps : mapping of int to sequence of Line
        Runs that follow each other, by the number of their step.
    rows : mapping of int to int
        Row of the table by operation.
    constants : mapping of int to number
        Constants by operation.
    kinds : mapping of int to str
        Kinds of operations.
    row, apart : int
        Numbers from one row to the next and from one block to the next.
    """

    def __init__(
        self, steps: Mapping[int, Sequence[Line]], rows: Mapping[int, int], constants: Mapping[int, Any],
        kinds: Mapping[int, str], *, row: int, apart: int,
    ) -> None:  # fmt: skip
        import ctypes  # noqa: PLC0415

        texts = []
        for number, runs in steps.items():
            names = [f"run{number}_{place}" for place in range(len(runs))]
            texts += [
                _RunText(rows, constants, kinds, row).function(name, run)
                for name, run in zip(names, runs, strict=True)
            ]
            calls = "\n".join(f"  call void @{name}(ptr %here, i64 %points)" for name in names)
            head = f"@step{number}(ptr %table, i64 %blocks, i64 %points)"
            texts.append(_looped(head, f"i64 {apart}", calls, "1", "%blocks"))
        self._engine = _engine("\n".join(texts))
        kind = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)
        self._steps = {number: kind(self._engine.get_function_address(f"step{number}")) for number in steps}

    def run(self, step: int, table: NDArray[np.float64]) -> None:
        """Do the runs of a step for all points of a table (blocks, rows, points)."""
        self._steps[step](table.ctypes.data, len(table), table.shape[2])


def _looped(head: str, stride: str, body: str, by: str, until: str, last: str = "loop") -> str:
    """A function that does something at places of a table, one stride of numbers apart."""
    return f"""define void {head} {{
entry:
  br label %loop
loop:
  %at = phi i64 [ 0, %entry ], [ %next, %{last} ]
  %offset = mul i64 %at, {stride.removeprefix("i64 ")}
  %here = getelementptr double, ptr %table, i64 %offset
{body}
  %next = add i64 %at, {by}
  %more = icmp slt i64 %next, {until}
  br i1 %more, label %loop, label %done
done:
  ret void
}}
"""


class _RunText:
    """The text of a function that does a run of lines for all points of a block.

    Parameters
    ----------
    rows : mapping of int to int
        Row of the table by operation, of those that are needed before or after the run.
    constants : mapping of int to number
        Constants by operation.
    kinds : mapping of int to str
        Kinds of operations.
    row : int
        Numbers from one row of the table to the next.
    """

    def __init__(
        self, rows: Mapping[int, int], constants: Mapping[int, Any], kinds: Mapping[int, str], row: int
    ) -> None:
        self._rows, self._constants, self._kinds, self._row = rows, constants, kinds, row
        self._lines: list[str] = []
        self._numbers: dict[int, str] = {}
        self._truths: dict[int, str] = {}
        self._count, self._block = 0, "loop"

    def function(self, name: str, run: Line) -> str:
        """The function, which takes the number of points of a block, a multiple of eight."""
        for line in run.inside:
            self._do(line)
        for one in run.results:
            self._lines.append(f"  store {_VECTOR} {self._number(one)}, ptr {self._place(one)}, align 8")
        body = "\n".join(self._lines)
        head = f"@{name}(ptr %table, i64 %points)"
        return _looped(head, "i64 1", body, str(LANES), "%points", self._block)

    def _line(self, text: str) -> str:
        self._count += 1
        self._lines.append(f"  %v{self._count} = {text}")
        return f"%v{self._count}"

    def _place(self, one: int) -> str:
        return self._line(f"getelementptr double, ptr %here, i64 {self._rows[one] * self._row}")

    def _number(self, one: int) -> str:
        """Name of a vector of numbers."""
        if one not in self._numbers:
            if one in self._truths:
                found = self._line(f"uitofp {_TRUTHS} {self._truths[one]} to {_VECTOR}")
            elif one in self._constants:
                bits = np.float64(self._constants[one]).view(np.uint64)
                found = f"splat (double 0x{bits:016X})"
            else:
                found = self._line(f"load {_VECTOR}, ptr {self._place(one)}, align 8")
            self._numbers[one] = found
        return self._numbers[one]

    def _truth(self, one: int) -> str:
        """Name of a vector of truth values."""
        if one not in self._truths:
            self._truths[one] = self._line(f"fcmp une {_VECTOR} {self._number(one)}, zeroinitializer")
        return self._truths[one]

    def _do(self, line: Line) -> None:
        """Add what does a line."""
        if type(line.call) is Loop:
            self._loop(line)
            return
        if line.call is to_bool:
            self._truths[line.into] = self._truth(line.given[0])
            return
        names: dict[str, str] = {}
        operands = dict(zip("xyz", line.given, strict=False))
        for makes, text, reads in _TEMPLATES[line.call]:
            for name in reads:
                if name not in names:
                    form = self._truth if name.endswith("t") else self._number
                    names[name] = form(operands[name[0]])
            names[makes] = self._line(text.format_map(names))
        (self._truths if "t" in names else self._numbers)[line.into] = names["t" if "t" in names else "r"]

    def _loop(self, line: Line) -> None:
        """Add a loop that goes on until it ends for all eight points."""
        loop: Loop = line.call
        count, label = len(loop.state), f"{self._count}"
        kinds = [self._kinds[one] for one in line.given[:count]]
        forms = [self._truth if kind == "b" else self._number for kind in kinds]
        for one in line.given[count:]:  # what is read inside is made outside
            self._number(one)
            if self._kinds[one] == "b":
                self._truth(one)
        first = [form(one) for form, one in zip(forms, line.given, strict=False)]
        going, before = self._any(first[-1]), self._block
        self._lines += [f"  br i1 {going}, label %round{label}, label %after{label}", f"round{label}:"]
        known = self._numbers.copy(), self._truths.copy()
        self._block = f"round{label}"
        states = [self._line("") for _ in kinds]
        turn, start = self._line(""), len(self._lines)
        for state, name, kind in zip(loop.state, states, kinds, strict=True):
            (self._truths if kind == "b" else self._numbers)[state] = name
        for one in line.inside:
            self._do(one)
        following = [form(one) for form, one in zip(forms, loop.following, strict=True)]
        turns = self._line(f"add i32 {turn}, 1")
        early, again = self._line(f"icmp slt i32 {turns}, {loop.rounds}"), self._any(following[-1])
        both, last = self._line(f"and i1 {early}, {again}"), self._block
        self._lines += [f"  br i1 {both}, label %round{label}, label %after{label}", f"after{label}:"]
        types = [_TRUTHS if kind == "b" else _VECTOR for kind in kinds]
        pairs = [
            f"[ {one}, %{before} ], [ {other}, %{last} ]" for one, other in zip(first, following, strict=True)
        ]
        phis = [f"phi {kind} {pair}" for kind, pair in zip(types, pairs, strict=True)]
        self._lines[start - count - 1 : start] = [
            *(f"  {name} = {phi}" for name, phi in zip(states, phis, strict=True)),
            f"  {turn} = phi i32 [ 0, %{before} ], [ {turns}, %{last} ]",
        ]
        (self._numbers, self._truths), self._block = known, f"after{label}"
        for one, place in line.elements:
            (self._truths if kinds[place] == "b" else self._numbers)[one] = self._line(phis[place])

    def _any(self, truths: str) -> str:
        bits = self._line(f"bitcast {_TRUTHS} {truths} to i{LANES}")
        return self._line(f"icmp ne i{LANES} {bits}, 0")


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
    symbol = f"_ZGVeN{LANES}{'v' * len(given)}_{name}"
    if hasattr(_vector_library(), symbol):
        vectors, values = ", ".join(_VECTOR for _ in given), ", ".join(f"{_VECTOR} {one}" for one in given)
        return f"""declare {_VECTOR} @{symbol}({vectors})
define internal {_VECTOR} @each_{name}({values}) {{
  %found = call {_VECTOR} @{symbol}({values})
  ret {_VECTOR} %found
}}
"""
    lines, found = [], "poison"
    for lane in range(LANES):
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


@functools.cache
def _declared() -> str:
    """What functions call."""
    intrinsics = [
        f"declare {_VECTOR} @llvm.{n}.v{LANES}f64({_VECTOR})" for n in sorted(set(_INTRINSIC.values()))
    ]
    return "\n".join((*intrinsics, *map(_by_lane, sorted(set(_LIBRARY.values())))))


def _engine(text: str) -> Any:
    """Compiled functions; they live as long as this object."""
    import llvmlite.binding as llvm  # noqa: PLC0415

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=0
    )
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(f"{_declared()}\n{text}"), target)
    engine.finalize_object()
    return engine
