"""How a number was calculated: equations that record their inputs on request.

The same code computes an estimate in two ways: fast on plain floats or arrays, and on `Traced` floats when the user
asks where a number comes from. A traced float knows its origin: a parameter of a spec, an
equation with its arguments, or an arithmetic operation. The origins form a tree whose leaves are exactly the
parameters that the number depends on, so only sources that were really used are listed.
"""

from __future__ import annotations

import functools
import inspect
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

import numpy as np

from neuroest.core.frozen import frozen_dataclass

_P = ParamSpec("_P")
_T = TypeVar("_T")

_tracing: ContextVar[bool] = ContextVar("neuroest_tracing", default=False)


@frozen_dataclass
class Parameter:
    """Origin: a value that a spec states."""

    path: str


@frozen_dataclass
class Call:
    """Origin: the result of an equation.

    Attributes
    ----------
    equation : str
        Its name.
    source : callable or EquationInfo
        The equation, whose docstring is read on demand, or its parsed docstring.
    arguments : tuple of (str, Any)
        Its arguments by name.
    """

    equation: str
    source: Callable[..., Any] | EquationInfo
    arguments: tuple[tuple[str, Any], ...]

    @property
    def formula(self) -> str:
        """The formula of the equation."""
        return self._info.formula

    @property
    def reference(self) -> str:
        """Origin of the value."""
        return self._info.reference

    @property
    def _info(self) -> EquationInfo:
        return self.source if isinstance(self.source, EquationInfo) else equation_info(self.source)


@frozen_dataclass
class Operation:
    """Origin: plain arithmetic between two values."""

    symbol: str
    operands: tuple[Any, ...]


Origin = Parameter | Call | Operation


@frozen_dataclass
class EquationInfo:
    """Content of the docstring of an equation."""

    name: str
    formula: str
    reference: str
    valid: str


@functools.cache
def _parameters(function: Callable[..., Any]) -> Mapping[str, Any]:
    """Default of each parameter of an equation, by name; `inspect.Parameter.empty` where it has none."""
    return {name: item.default for name, item in inspect.signature(function).parameters.items()}


class Traced(float):
    """A float that knows where it comes from."""

    __slots__ = ("origin",)
    origin: Origin

    def __new__(cls, value: float, origin: Origin) -> Traced:  # noqa: D102
        traced = super().__new__(cls, value)
        traced.origin = origin
        return traced

    def __getnewargs__(self) -> tuple[float, Origin]:  # type: ignore[override]  # that of a float has no origin
        return float(self), self.origin

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        plain = [float(x) if isinstance(x, Traced) else x for x in inputs]
        result = getattr(ufunc, method)(*plain, **options)
        return trace(result, Operation(ufunc.__name__, inputs))


def trace(value: Any, origin: Origin) -> Any:
    """Return `value` as a `Traced` float if it is a scalar number, unchanged otherwise."""
    if isinstance(value, Traced) or np.ndim(value) or isinstance(value, bool | np.bool_):
        return value
    return Traced(float(value), origin)


def _install_arithmetic() -> None:
    def binary(
        symbol: str, function: Callable[[Any, Any], Any], *, reflected: bool
    ) -> Callable[[Any, Any], Any]:
        def method(self: Traced, other: Any) -> Any:
            if not isinstance(other, int | float | np.floating | np.integer):
                return NotImplemented
            first, second = (other, self) if reflected else (self, other)
            return Traced(function(float(first), float(second)), Operation(symbol, (first, second)))

        return method

    for name, symbol in (("add", "+"), ("sub", "-"), ("mul", "*"), ("truediv", "/"), ("pow", "^")):
        function = getattr(operator, name)
        setattr(Traced, f"__{name}__", binary(symbol, function, reflected=False))
        setattr(Traced, f"__r{name}__", binary(symbol, function, reflected=True))
    Traced.__neg__ = lambda self: Traced(-float(self), Operation("-", (self,)))  # type: ignore[method-assign]


_install_arithmetic()


def equation(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """Mark a function as one physical equation.

    Its docstring has formula, range and references (`equation_info`). Outside of `tracing` the decorated function
    costs one extra look-up.
    """
    is_traced = _tracing.get  # every equation of an estimate asks

    @functools.wraps(function)
    def wrapper(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        if not is_traced():
            return function(*args, **kwargs)
        parameters = _parameters(function)
        given = tuple({**parameters, **dict(zip(parameters, args, strict=False)), **kwargs}.items())
        plain = {name: float(x) if isinstance(x, Traced) else x for name, x in given}
        token = _tracing.set(False)
        try:
            result = function(**plain)  # type: ignore[call-arg,arg-type]
        finally:
            _tracing.reset(token)
        return trace(result, Call(function.__name__, wrapper, given))  # type: ignore[no-any-return]

    wrapper.__equation__ = True  # type: ignore[attr-defined]
    return wrapper


@functools.cache
def equation_info(function: Callable[..., Any]) -> EquationInfo:
    """Parse the docstring of an equation: the paragraphs ``Formula:`` and ``Valid:``, and its references."""
    text = inspect.getdoc(function) or ""
    references = re.search(
        r"^References\n-+\n(.*?)(?=\n\n[A-Z][A-Za-z ]+\n-+|\Z)", text, re.DOTALL | re.MULTILINE
    )
    entries = re.split(r"^\.\. \[\d+\] ", references[1], flags=re.MULTILINE) if references else []
    reference = "; ".join(" ".join(entry.split()).rstrip(".") for entry in entries if entry.strip())
    return EquationInfo(function.__name__, _paragraph(text, "Formula"), reference, _paragraph(text, "Valid"))


def _paragraph(text: str, title: str) -> str:
    """Return the paragraph of a docstring that begins with a title and a colon, as one line."""
    found = re.search(rf"^{title}: (.*?)(?:\n\n|\Z)", text, re.DOTALL | re.MULTILINE)
    return " ".join(found[1].split()) if found else ""


def recorded(value: Any, name: str, formula: str, reference: str, **arguments: Any) -> Any:
    """Attach an origin, while tracing, to a number that no single equation computed, such as one from a table."""
    if not _tracing.get():
        return value
    return trace(value, Call(name, EquationInfo(name, formula, reference, ""), tuple(arguments.items())))


@contextmanager
def tracing() -> Iterator[None]:
    """Record the origins of results inside the ``with`` block."""
    token = _tracing.set(True)
    try:
        yield
    finally:
        _tracing.reset(token)


def origins(values: Iterable[Any]) -> Iterator[Origin]:
    """Yield each traced value and all values it was computed from, with their origins, each once."""
    seen: set[int] = set()
    stack = list(values)
    while stack:
        node = stack.pop()
        if not isinstance(node, Traced) or id(node) in seen:
            continue
        seen.add(id(node))
        origin = node.origin
        yield origin
        if isinstance(origin, Call):
            stack.extend(value for _, value in origin.arguments)
        elif isinstance(origin, Operation):
            stack.extend(origin.operands)


def used_parameters(value: Any) -> frozenset[str]:
    """Paths of all parameters that a traced value depends on."""
    return frozenset(origin.path for origin in origins([value]) if isinstance(origin, Parameter))
