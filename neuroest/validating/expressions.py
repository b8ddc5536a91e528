"""Small expressions over a result: totals by name, parts of the chip by path, and arithmetic.

``average_power_W`` is a total of the estimate. ``area(chip.tile)`` is the area of all that stands in the tiles of
the chip, ``energy(chip.tile, conversion)`` the energy of one action or term in it, ``static_power(path)``,
``power(path)``, ``instances(path)``, ``count(path, action)`` and ``time(path)`` accordingly. All values are in SI.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from neuroest.errors import NeuroestError, UnknownNameError
from neuroest.evaluation import Array, Evaluation
from neuroest.units import parse_unit

_OPERATORS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_COUNTED = {"op": 1.0, "OP": 1.0, "MAC": 1.0, "SOP": 1.0, "spike": 1.0, "inference": 1.0, "query": 1.0, "neuron": 1.0,
            "TOPS": 1e12, "GOPS": 1e9, "MSOP": 1e6, "GMAC": 1e9, "fps": 1.0, "%": 0.01}  # fmt: skip


class ExpressionError(NeuroestError):
    """An expression that cannot be read."""


def unit_factor(unit: str) -> float:
    """What a value in `unit` is multiplied by to be in SI; operations and inferences are plain numbers.

    Examples
    --------
    >>> unit_factor("GOPS/mm^2")
    1000000000000000.0
    """
    factor, sign = 1.0, 1
    for index, piece in enumerate(unit.split("/")):
        for part in piece.split("*"):
            name = part.strip()
            if name:
                factor *= (_COUNTED[name] if name in _COUNTED else parse_unit(name)[0]) ** sign
        if index == 0:
            sign = -1
    return factor


def evaluate_expression(text: str, result: Evaluation) -> Array:
    """Value of an expression for every design point of a result.

    Raises
    ------
    ExpressionError
        When it is no such expression.
    UnknownNameError
        For a total or a part that the result has not.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise ExpressionError(f"cannot read the expression {text!r}: {error.msg}") from None
    return np.asarray(_value(tree, _Parts(result), text), dtype=np.float64).reshape(-1)


def _value(node: ast.expr, parts: _Parts, text: str) -> Any:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(left, parts, text), _value(right, parts, text))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, parts, text)
        case ast.Name(id=name):
            return parts.total(name)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return parts.part(name, [ast.unparse(argument) for argument in arguments])
    raise ExpressionError(f"{ast.unparse(node)!r} in the expression {text!r} is no total, part or arithmetic")


class _Parts:
    """Totals and parts of a result."""

    def __init__(self, result: Evaluation) -> None:
        self.result = result

    def total(self, name: str) -> Any:
        r = self.result
        spiking = r.layers.coding == "spiking"
        macs = np.asarray(r.layers.total_macs) * (r.layers.timesteps if spiking else 1.0)
        known: dict[str, Callable[[], Any]] = {
            "area_m2": lambda: r.area,
            "energy_per_inference_J": lambda: r.energy,
            "dynamic_energy_J": lambda: r.dynamic_energy,
            "static_energy_J": lambda: r.static_energy,
            "static_power_W": lambda: r.static_power,
            "latency_s": lambda: r.timing.latency,
            "initiation_interval_s": lambda: r.timing.initiation_interval,
            "throughput_per_s": lambda: 1.0 / r.period,
            "average_power_W": lambda: r.average_power,
            "multiply_accumulates": lambda: macs,
            "operations": lambda: 2.0 * macs,
            "synaptic_operations": lambda: r.layers.synaptic_operations,
            "weight_bits": lambda: r.layers.total_weights * np.asarray(r.layers.weight_bits),
            "computing_units": lambda: r.mapped.placement.needed,
        }
        if name not in known:
            raise UnknownNameError("total", name, known)
        return known[name]()

    def part(self, function: str, arguments: list[str]) -> Any:
        known: dict[str, Callable[..., Any]] = {
            "area": self.area,
            "energy": self.energy,
            "static_power": self.static_power,
            "power": self.power,
            "instances": self.instances,
            "count": self.count,
            "time": self.time,
        }
        if function not in known:
            raise UnknownNameError("function", function, known)
        try:
            return known[function](*arguments)
        except TypeError:
            raise ExpressionError(f"{function} does not take {len(arguments)} arguments") from None

    def _sum(self, path: str, rows: list[tuple[str, Any]], what: str) -> Any:
        found = [value for name, value in rows if name == path or name.startswith(f"{path}.")]
        if not found:
            raise UnknownNameError(what, path, [name for name, _ in rows])
        total: Any = 0.0
        for value in found:
            total = total + np.asarray(value)
        return total

    def area(self, path: str) -> Any:
        return self._sum(path, [(row.component, row.total) for row in self.result.areas], "part with an area")

    def static_power(self, path: str) -> Any:
        rows = [(row.component, row.total) for row in self.result.statics if not row.asleep]
        return self._sum(path, rows, "part with static power")

    def energy(self, path: str, which: str | None = None) -> Any:
        rows: list[tuple[str, Any]] = [
            (row.component, np.sum(row.energy, axis=-1, keepdims=True))
            for row in self.result.dynamic
            if which is None or which in {row.action, row.term}
        ]
        return self._sum(path, rows, "part with dynamic energy")

    def power(self, path: str) -> Any:
        names = [row.component for row in self.result.dynamic]
        names += [row.component for row in self.result.statics if not row.asleep]
        if not any(name == path or name.startswith(f"{path}.") for name in names):
            raise UnknownNameError("part with power", path, names)
        total: Any = 0.0
        for find, over in ((self.energy, self.result.powered_time), (self.static_power, 1.0)):
            try:
                total = total + find(path) / over
            except UnknownNameError:
                continue
        return total

    def instances(self, path: str) -> Any:
        known = {**self.result.mapped.counts, **self.result.mapped.instances}
        if path not in known:
            raise UnknownNameError("part", path, known)
        return known[path]

    def count(self, path: str, action: str) -> Any:
        actions = self.result.counts.actions
        if (path, action) not in actions:
            raise UnknownNameError("action", f"{path}, {action}", [f"{p}, {a}" for p, a in actions])
        return np.sum(actions[path, action], axis=-1, keepdims=True)

    def time(self, path: str) -> Any:
        resources = self.result.timing.resources
        if path not in resources:
            raise UnknownNameError("part with a time", path, resources)
        return np.sum(resources[path] * self.result.layers.timesteps, axis=-1, keepdims=True)
