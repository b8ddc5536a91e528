"""Derivation of one number: the tree of equations, inputs and sources behind a traced value."""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, get_type_hints

import neuroest.equations
from neuroest.core import units
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.provenance import Call, Operation, Parameter, Traced
from neuroest.core.text_layout import Style, one_line, wrapped
from neuroest.core.units import (
    DIMENSIONLESS,
    Dimension,
    Unit,
    formatted,
    formatted_interval,
    parse_unit,
    percent,
)
from neuroest.reporting.formatting import short
from neuroest.specs.claims import DESIGN, Claim

_SYMBOLS = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "true_divide": "/", "power": "^", "negative": "-",
}  # fmt: skip
_MOST_INDENT = 40
_WORDS = {"maximum": "max", "minimum": "min"}


@frozen_dataclass
class Step:
    """One number of a derivation.

    Attributes
    ----------
    name : str
        What it is.
    value : float or None
        In SI units; None where a step only groups others.
    unit : str or None
        SI unit; None where it is unknown.
    how : str
        The formula or rule that gives the value from its parts.
    about : tuple of str
        Where the formula or the value comes from.
    parts : tuple of Step
        What went in.
    """

    name: str
    value: float | None = None
    unit: str | None = "1"
    how: str = ""
    about: tuple[str, ...] = ()
    parts: tuple[Step, ...] = ()

    @property
    def formatted(self) -> str:
        """Value with unit."""
        if self.value is None:
            return ""
        return f"{self.value:.4g}" if self.unit is None else formatted(self.value, self.unit)


@dataclass
class Derivation:
    """Converter of traced values to steps; a step that was already shown is only named."""

    claims: Mapping[str, Claim]
    _reported: set[tuple[Any, ...]] = field(default_factory=set)

    def step(self, name: str, value: Any, unit: str | None = None) -> Step:
        """Step for the value `name`, with everything that it depends on."""
        if not isinstance(value, Traced):
            return Step(name, _float(value), unit or "1")
        number, origin = float(value), value.origin
        if isinstance(origin, Parameter):
            claim = self.claims[origin.path]
            source = ", ".join(text for text in (claim.source, claim.locator) if text)
            about = f"[{claim.basis}] {short(claim.path)}" + (f"; {source}" if source else "")
            return Step(name, number, claim.unit, about=(about,))
        unit = self.unit_of(value) or unit
        if isinstance(origin, Operation):
            return Step(name, number, unit, _written(origin), (), self._operands(origin, number))
        title = name if name == origin.equation else f"{name}, by {origin.equation}"
        key = (origin.equation, number, *(_float(given) for _, given in origin.arguments))
        if key in self._reported:
            return Step(title, number, unit, about=("as above",))
        self._reported.add(key)
        arguments = _argument_units(origin.equation)
        parts = tuple(
            self.step(given_as, given, arguments.get(given_as)) for given_as, given in origin.arguments
        )
        return Step(title, number, unit, origin.formula, (origin.reference,), parts)

    def _operands(self, origin: Operation, number: float) -> tuple[Step, ...]:
        """Operands of an arithmetic expression; for a minimum or maximum only the operand that is selected."""
        parts: dict[str, Step] = {}
        for operand in _flat(origin):
            if not isinstance(operand, Traced):
                continue
            if isinstance(operand.origin, Operation):
                parts |= {step.name: step for step in self._operands(operand.origin, float(operand))}
                continue
            name = _name(operand)
            if name in parts:
                continue
            if _picks(origin) and float(operand) != number and isinstance(operand.origin, Call):
                about = ("another one counts",)
                parts[name] = Step(name, float(operand), self.unit_of(operand), about=about)
            else:
                parts[name] = self.step(name, operand)
        return tuple(parts.values())

    def unit_of(self, value: Any) -> str | None:
        """SI unit of a traced value, derived from its origin; None if that is not possible."""
        dimension = self._dimension(value)
        return None if dimension is None else _symbols().get(dimension)

    def _dimension(self, value: Any) -> Dimension | None:
        if not isinstance(value, Traced):
            return DIMENSIONLESS
        origin = value.origin
        if isinstance(origin, Parameter):
            return parse_unit(self.claims[origin.path].unit)[1]
        if isinstance(origin, Call):
            unit = _argument_units(origin.equation).get("return")
            return None if unit is None else parse_unit(unit)[1]
        symbol = _SYMBOLS.get(origin.symbol, origin.symbol)
        found = [self._dimension(operand) for operand in origin.operands]
        if symbol in {"*", "/"} and len(found) == 2:
            first, second = found
            if first is None or second is None:
                return None
            return first.times(second, 1 if symbol == "*" else -1)
        if symbol == "^" and found[0] is not None and float(origin.operands[1]).is_integer():
            return DIMENSIONLESS.times(found[0], int(origin.operands[1]))
        if symbol in {"+", "-", "maximum", "minimum", "ceil", "absolute"}:
            known = [dimension for dimension in found if dimension not in {None, DIMENSIONLESS}]
            return known[0] if known else found[0]
        return DIMENSIONLESS if all(dimension == DIMENSIONLESS for dimension in found) else None


def claim_lines(claim: Claim) -> tuple[str, ...]:
    """Basis, rationale and source of a value, one per line."""
    lines = [f"basis: {'choice of the designer' if claim.basis == DESIGN else claim.basis}"]
    if claim.has_spread:
        lines.append(f"{claim.spread_words}: {formatted_interval(claim.low, claim.high, claim.unit)}")
    elif claim.basis != DESIGN:
        lines.append("no spread stated: the band treats it as exact")
    reported = {
        "source": claim.source,
        "locator": claim.locator,
        "read in": claim.cited_in,
        "conditions": claim.conditions,
        "rationale": claim.rationale,
        "moves against" if claim.opposite else "moves together with": claim.group
        and f"everything of group {claim.group}",
        "between devices": _deviation(claim.device_to_device),
        "between cycles": _deviation(claim.cycle_to_cycle),
        "stated by": claim.origin,
    }
    choices = (
        f"scenario {name}: {formatted(other.value, other.unit)}" for name, other in claim.scenarios.items()
    )
    return (*lines, *(f"{label}: {text}" for label, text in reported.items() if text), *choices)


def _deviation(relative: float | None) -> str | None:
    return None if relative is None else f"{percent(relative)} standard deviation"


def _float(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _name(value: Any) -> str:
    if not isinstance(value, Traced):
        number = _float(value)
        return "-" if number is None else f"{number:.6g}"
    origin = value.origin
    if isinstance(origin, Parameter):
        return origin.path.rpartition(".")[2]
    return origin.equation if isinstance(origin, Call) else _written(origin)


def _written(origin: Operation) -> str:
    """Arithmetic expression in conventional notation."""
    symbol = _SYMBOLS.get(origin.symbol)
    if symbol is None and not origin.symbol.isidentifier():
        symbol = origin.symbol
    if symbol is None:
        word = _WORDS.get(origin.symbol, origin.symbol)
        return f"{word}({', '.join(dict.fromkeys(map(_name, _flat(origin))))})"
    names = [
        f"({_name(operand)})" if _is_sum(operand) and symbol not in {"+"} else _name(operand)
        for operand in origin.operands
    ]
    return f"{symbol}{names[0]}" if len(names) == 1 else f" {symbol} ".join(names)


def _is_sum(value: Any) -> bool:
    """Whether a value is written with an operator of low precedence."""
    origin = getattr(value, "origin", None)
    return isinstance(origin, Operation) and (
        _SYMBOLS.get(origin.symbol, origin.symbol) in {"+", "-", "*", "/"} and len(origin.operands) > 1
    )


def _picks(origin: Operation) -> bool:
    return origin.symbol in {"maximum", "minimum"}


def _flat(origin: Operation) -> list[Any]:
    """Operands, with nested operations of the same kind flattened."""
    found: list[Any] = []
    for operand in origin.operands:
        inner = getattr(operand, "origin", None)
        if _picks(origin) and isinstance(inner, Operation) and inner.symbol == origin.symbol:
            found += _flat(inner)
        else:
            found.append(operand)
    return found


@cache
def _equations() -> Mapping[str, Callable[..., Any]]:
    """Every public equation by name."""
    equations: dict[str, Callable[..., Any]] = {}
    for module in pkgutil.iter_modules(neuroest.equations.__path__):
        loaded = importlib.import_module(f"{neuroest.equations.__name__}.{module.name}")
        equations |= {name: item for name, item in vars(loaded).items() if hasattr(item, "__equation__")}
    return equations


@cache
def _argument_units(equation: str) -> Mapping[str, str]:
    hints = get_type_hints(_equations()[equation], include_extras=True) if equation in _equations() else {}
    return {name: unit for name, hint in hints.items() if (unit := _unit(hint)) is not None}


def _unit(hint: Any) -> str | None:
    return next((m.symbol for m in getattr(hint, "__metadata__", ()) if isinstance(m, Unit)), None)


@cache
def _symbols() -> Mapping[Dimension, str]:
    """Unit symbol for each dimension."""
    symbols = [unit for hint in vars(units).values() if (unit := _unit(hint)) is not None]
    return {parse_unit(symbol)[1]: symbol for symbol in symbols}


def step_lines(step: Step, style: Style, depth: int = 0) -> Iterator[str]:
    """A number and its inputs as an indented tree of at most 80 columns."""
    indent = min(2 * depth, _MOST_INDENT)
    head = f"{step.name} = {step.formatted}" if step.formatted else step.name
    about = [one_line(text) for text in step.about]
    if len(about) == 1 and not step.how:
        head, about = f"{head}  {about[0]}", []
    first = wrapped(head, indent=indent, hanging=indent + 4)
    yield from (style.bold(line) for line in first) if depth == 0 else first
    if step.how:
        yield from wrapped(f"= {step.how}", indent=indent + 2, hanging=indent + 4)
    for text in about:
        yield from (style.dim(line) for line in wrapped(text, indent=indent + 2, hanging=indent + 4))
    for part in step.parts:
        yield from step_lines(part, style, depth + 1)


def step_rows(step: Step, depth: int = 0) -> list[dict[str, Any]]:
    """A number and its inputs as rows of a table."""
    row = {
        "depth": depth, "name": step.name, "value": step.value, "unit": step.unit, "formula": step.how,
        "about": "; ".join(map(one_line, step.about)),
    }  # fmt: skip
    return [row, *(found for part in step.parts for found in step_rows(part, depth + 1))]
