"""Small expressions over a result: totals by name, parts of the chip by path, and arithmetic.

``average_power_W`` is a total of the estimate. ``area(chip.tile)`` is the area of everything in the tiles of the
chip, ``area(path, term)`` that of one term in it, ``placed_area(path)`` that of a part in a floor plan, with its
white space and unlisted logic, ``energy(chip.tile, conversion)`` the energy of one action or term in it,
``learning(path, action)`` the energy of a learning action, ``static_power(path)``, ``power(path)``,
``instances(path)``, ``count(path, action)`` and ``time(path)`` accordingly. ``delay(path, layer)`` is the time from
the inputs of one position of a layer at the rows of an array to its results, without a layer that of the slowest.
All values are in SI. A number with a unit is written as a product, ``2304 * ns``. ``of(run, expression)`` is an
expression over another run of the case, for slopes and ratios of runs. Of a neuron that a case simulates,
``simulated(experiment, 250 * Mohm)`` is the curve of an experiment at a condition with the band of its devices,
``typical`` the same without a band, ``simulated(experiment, name)`` a single value, and ``closed_form`` what an
estimate uses in its place. Of a generator of random bits, ``generator(energy)`` is the energy of a bit without
static power, ``generator(power)`` that power, ``generator(rate)`` its bits per second and ``generator(area)`` its
area.

The dimension of an expression follows from its text: a total has the dimension of its unit, a function the dimension of
its result, and counts of operations, inferences and bits are plain numbers.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.errors import NeuroestError, QuantityError, UnknownNameError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.statistics import P10_P50_P90
from neuroest.core.units import (
    DIMENSIONLESS,
    PREFIXES,
    Dimension,
    describe_dimension,
    format_quantity,
    parse_unit,
    read_unit,
)
from neuroest.exploration.random_bits import Generator
from neuroest.pipeline.area import placed_areas
from neuroest.pipeline.evaluation import Evaluation
from neuroest.pipeline.power import DRAWN
from neuroest.results.quantities import QUANTITIES

if TYPE_CHECKING:
    from neuroest.dynamics.experiments import Characteristic, Series


EXPERIMENTS: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "leaky_integration": {"x": "s", "y": "1", "growth_over_the_gaps": "1"},
    "threshold_firing": {"x": "V", "y": "1", "median_amplitude": "V"},
    "cascaded_connection": {"x": "V", "y": "1", "spikes_for_one_at_its_own_voltage": "1"},
    "intrinsic_plasticity": {"x": "s", "y": "1", "first_integration_time": "s"},
    "refractory_period": {"x": "ohm", "y": "s"},
    "stochasticity": {"x": "V", "y": "1", "median_amplitude": "V", "deviation_of_the_amplitude": "V"},
})  # fmt: skip
"""Units of each experiment: of the axes of its curve, and of its single values by name."""
SIMULATED, TYPICAL, CLOSED_FORM = "simulated", "typical", "closed_form"
"""Functions of an experiment in an expression: with the band of its devices, without, and as an estimate has it."""


def unit_of(experiment: str, what: str = "y") -> Dimension:
    """Dimension of an axis or a single value of an experiment.

    Raises
    ------
    UnknownNameError
        For an experiment or a value that does not exist.

    Examples
    --------
    >>> unit_of("refractory_period", "y") == parse_unit("s")[1]
    True
    """
    if experiment not in EXPERIMENTS:
        raise UnknownNameError("experiment", experiment, EXPERIMENTS)
    units = EXPERIMENTS[experiment]
    if what not in units:
        values = [name for name in units if name not in {"x", "y"}]
        raise UnknownNameError(f"value of {experiment}", what, values)
    return parse_unit(units[what])[1]


@frozen_dataclass
class SimulatedNeuron:
    """Results of experiments on one neuron.

    Attributes
    ----------
    name : str
        The neuron.
    experiments : mapping
        Results by experiment.
    samples : int
        Length of the arrays that stand for a curve with a band; 1 gives the curve itself.
    """

    name: str
    experiments: Mapping[str, Characteristic]
    samples: int = 1

    def sampled(self, samples: int) -> SimulatedNeuron:
        """The same with bands, as samples with the 10, 50 and 90 % quantiles of the simulated devices."""
        return replace(self, samples=samples)

    def value(self, function: str, experiment: str, what: str | float) -> Array:
        """A single value, or the curve at one of its conditions, in SI units.

        Parameters
        ----------
        function : str
            `SIMULATED`, `TYPICAL` or `CLOSED_FORM`.
        experiment : str
            One of those that were run.
        what : str or float
            Name of a single value, or the condition: the abscissa of the curve, within its range.

        Raises
        ------
        NeuroestError
            If the experiment lacks such a value or curve, or the condition is outside of the curve.
        """
        found = self.experiments[experiment]
        if isinstance(what, str):
            for one in found.values:
                if identifier(one.name) == what:
                    return np.full(self.samples, one.closed if function == CLOSED_FORM else one.simulated)
            raise NeuroestError(f"{experiment} of {self.name} has no {what.replace('_', ' ')}")
        curve = _curve(found, closed=function == CLOSED_FORM)
        return self._at(replace(curve, low=None) if function == TYPICAL else curve, experiment, what)

    def _at(self, curve: Series, experiment: str, x: float) -> Array:
        low, high = float(np.min(curve.x)), float(np.max(curve.x))
        if not low * (1.0 - _ROUNDING) <= x <= high * (1.0 + _ROUNDING):
            unit = EXPERIMENTS[experiment]["x"]
            given, ends = format_quantity(x, unit), [format_quantity(end, unit) for end in (low, high)]
            raise NeuroestError(f"{experiment} was simulated from {ends[0]} to {ends[1]}, not at {given}")
        middle = float(np.interp(x, curve.x, curve.y))
        if self.samples == 1 or curve.low is None or curve.high is None:
            return np.full(self.samples, middle)
        band = [float(np.interp(x, curve.x, curve.low)), middle, float(np.interp(x, curve.x, curve.high))]
        return np.interp(np.linspace(0.0, 1.0, self.samples), P10_P50_P90, band)


_ROUNDING = 1e-9


def identifier(name: str) -> str:
    """Name of a single value as an expression has it.

    Examples
    --------
    >>> identifier("first integration time")
    'first_integration_time'
    """
    return name.replace(" ", "_")


def _curve(found: Characteristic, *, closed: bool) -> Series:
    """The first simulated curve of an experiment, or the one of its closed form."""
    simulated = [series for series in found.series if not series.measured]
    if not closed:
        return simulated[0]
    if len(simulated) < 2:
        raise NeuroestError(f"{found.name} has no closed form of its curve")
    return simulated[1]


def simulate_neuron(neuron: str, experiments: Iterable[str], changes: Mapping[str, str]) -> SimulatedNeuron:
    """Run experiments on a neuron, as `neuroest simulate` does for characteristics.

    Parameters
    ----------
    neuron : str
        Device spec of a neuron, a shipped name or a path.
    experiments : iterable of str
        Names of experiments.
    changes : mapping of str to str
        Changed parameters of the neuron, with units.

    Raises
    ------
    NeuroestError
        If the device is not a neuron, or does not show one of the experiments.
    """
    from neuroest.dynamics.characterisation import characterise  # noqa: PLC0415 - the lab, which no chip needs
    from neuroest.dynamics.in_time import Asked  # noqa: PLC0415

    return SimulatedNeuron(neuron, characterise(Asked(neuron, changes), list(dict.fromkeys(experiments))))


_OPERATORS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
# --- Expressions ---------------------------------------------------------------------------------------------------

_RATE = Dimension(second=-1)
_COUNTED: Mapping[str, Dimension] = {
    **dict.fromkeys(
        ("op", "OP", "MAC", "SOP", "spike", "inference", "query", "neuron", "USD"), DIMENSIONLESS
    ),
    "OPS": _RATE,
    "fps": _RATE,
}
"""Counted units, alone or per second, with the prefixes below."""
_PREFIXES = {"": 1.0, **{name: factor for name, factor in PREFIXES.items() if factor > 1.0}}
_COUNTED_UNITS: Mapping[str, tuple[float, Dimension]] = {
    prefix + name: (factor, dimension)
    for name, dimension in _COUNTED.items()
    for prefix, factor in _PREFIXES.items()
}
_LIKE = "; write it like mW, GOPS/mm^2, fJ/MAC, inference/s or %"
_LONGEST = 1000
"""Characters of an expression."""
_MOST_POWER = 12
_OF = "of"
"""Function that evaluates an expression over another run."""
_OF_NEURONS = (SIMULATED, TYPICAL, CLOSED_FORM)
"""Functions of an experiment on a neuron."""
_GENERATOR = "generator"
"""Function of a generator of random bits."""
_OF_GENERATOR: Mapping[str, str] = {"energy": "J", "power": "W", "rate": "1/s", "area": "m^2"}
"""Its quantities, with their units."""
_MOST_FACTOR = 1e100
_WHOLE = "chip"
"""Path of the whole chip."""
_COSTS = frozenset({"area", "placed_area", "energy", "learning", "static_power", "power", "time", "delay"})
"""Functions whose value is a cost of a part, and not a count."""


Result: TypeAlias = Evaluation | SimulatedNeuron | Generator
"""What an expression is evaluated on."""


class ExpressionError(NeuroestError):
    """An expression that cannot be read, or whose dimensions do not agree."""


def unit_factor(unit: str) -> float:
    """Factor that converts a value in `unit` to SI; operations, inferences and bits are plain numbers.

    Examples
    --------
    >>> unit_factor("GOPS/mm^2")
    1000000000000000.0
    """
    return _read_unit(unit)[0]


def unit_dimension(unit: str) -> Dimension:
    """Dimension of a unit of published values; operations, inferences and bits are plain numbers.

    Raises
    ------
    QuantityError
        When it is no unit.

    Examples
    --------
    >>> unit_dimension("TOPS/W") == unit_dimension("1/J")
    True
    """
    return _read_unit(unit)[1]


def _read_unit(unit: str) -> tuple[float, Dimension]:
    try:
        factor, dimension = read_unit(unit, _COUNTED_UNITS)
    except QuantityError as error:
        raise QuantityError(f"{error}" + ("" if "; " in str(error) else _LIKE)) from None
    if not 1.0 / _MOST_FACTOR <= factor <= _MOST_FACTOR:
        message = f"the unit {unit!r} is {factor:g} in SI units"
        raise QuantityError(f"{message}; from {1.0 / _MOST_FACTOR:g} to {_MOST_FACTOR:g} is allowed")
    return factor, _without_bits(dimension)


def _without_bits(dimension: Dimension) -> Dimension:
    return dimension._replace(bit=0)


def expression_dimension(text: str) -> Dimension:
    """Dimension of an expression, from its text only.

    Raises
    ------
    ExpressionError
        If it is not an expression, or if it adds different dimensions.
    UnknownNameError
        For a total or a function that does not exist.

    Examples
    --------
    >>> expression_dimension("operations / energy_per_inference_J") == unit_dimension("TOPS/W")
    True
    """
    tree = _tree(text)
    found = _without_bits(_evaluated(tree, None, text)[1])
    if not any(isinstance(node, ast.Call) or _is_total(node) for node in ast.walk(tree)):
        raise ExpressionError(f"{_short(text)} names no total and no part of the estimate")
    return found


def expression_experiments(text: str) -> list[str]:
    """Experiments on a neuron that an expression names.

    Examples
    --------
    >>> expression_experiments("simulated(leaky_integration, 0.4 * ms)")
    ['leaky_integration']
    """
    calls = (node for node in ast.walk(_tree(text)) if isinstance(node, ast.Call))
    return list(dict.fromkeys(ast.unparse(call.args[0]) for call in calls if _of_experiment(call)))


def _of_experiment(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id in _OF_NEURONS and bool(node.args)


def check_unit(text: str, unit: str) -> None:
    """Reject a unit whose dimension differs from the expression's.

    Raises
    ------
    QuantityError
        With both dimensions; also if it is not a unit.
    ExpressionError
        When it is no expression.
    """
    due, given = expression_dimension(text), unit_dimension(unit)
    if given != due:
        raise QuantityError(
            f"{unit!r} is the unit of {describe_dimension(given)}; `predicted` is {describe_dimension(due)}"
        )


def check_predicted(text: str, unit: str, runs: Collection[str]) -> None:
    """Reject an expression that is none, or names a run that is not there, and a unit of another dimension.

    Raises
    ------
    QuantityError
        For the unit.
    ExpressionError, UnknownNameError
        For the expression.
    """
    expression_dimension(text)
    for run in expression_runs(text):
        if run not in runs:
            raise UnknownNameError("run", run, runs)
    check_unit(text, unit)


def expression_runs(text: str) -> list[str]:
    """Runs that an expression names.

    Examples
    --------
    >>> expression_runs("of(ten, average_power_W) - of(one, average_power_W)")
    ['ten', 'one']
    """
    calls = (node for node in ast.walk(_tree(text)) if isinstance(node, ast.Call))
    return list(dict.fromkeys(run for call in calls if (run := _run_of(call, text)) is not None))


def expression_parts(text: str) -> list[str]:
    """Parts of the chip that the costs in an expression are of; a total is of the whole chip.

    Examples
    --------
    >>> expression_parts("average_power_W - power(chip.memory)")
    ['chip', 'chip.memory']
    """
    parts = []
    for node in ast.walk(_tree(text)):
        if _is_total(node) and unit_dimension(QUANTITIES[node.id].unit) != DIMENSIONLESS:  # type: ignore[attr-defined]
            parts.append(_WHOLE)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _COSTS:
            parts += [ast.unparse(argument) for argument in node.args[:1]]
    return list(dict.fromkeys(parts))


def evaluate_expression(
    text: str, result: Result, runs: Mapping[str, Result] = MappingProxyType({})
) -> Array:
    """Value of an expression for every design point of a result; not finite if it divides by zero.

    Parameters
    ----------
    text : str
        The expression.
    result : Evaluation or SimulatedNeuron
        Result that supplies the totals and parts, or the experiments.
    runs : mapping
        Results of other runs by name, for ``of``, with the same design points.

    Raises
    ------
    ExpressionError
        If it is not such an expression.
    UnknownNameError
        If the result lacks a total or a part.
    """
    value, _ = _evaluated(_tree(text), _Parts(result, runs), text)
    return np.asarray(value, dtype=np.float64).reshape(-1)


def _evaluated(tree: ast.expr, parts: _Parts | None, text: str) -> tuple[Any, Dimension]:
    try:
        with np.errstate(all="ignore"):
            return _measured(tree, parts, text)
    except RecursionError:
        raise ExpressionError(f"{_short(text)} is nested too deeply") from None


def _short(text: str) -> str:
    words = " ".join(text.split())
    return f"the expression {words!r}" if len(words) <= 60 else f"the expression {words[:57] + '...'!r}"


def _tree(text: str) -> ast.expr:
    if len(text) > _LONGEST:
        raise ExpressionError(f"{_short(text)} has {len(text)} characters; at most {_LONGEST} are allowed")
    try:
        return ast.parse(" ".join(text.split()), mode="eval").body
    except SyntaxError as error:
        raise ExpressionError(f"cannot read {_short(text)}: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError):
        raise ExpressionError(f"cannot read {_short(text)}") from None


def _number(node: ast.expr, text: str) -> float | None:
    """Value of a numeric constant; None for anything else."""
    if not isinstance(node, ast.Constant) or type(node.value) not in {int, float}:
        return None
    try:
        return float(node.value)  # type: ignore[arg-type]
    except OverflowError:
        raise ExpressionError(f"a number in {_short(text)} overflows") from None


def _is_total(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in QUANTITIES


def _unit_name(name: str) -> tuple[float, Dimension]:
    """A unit used as a name in an expression."""
    try:
        return parse_unit(name)
    except QuantityError:
        raise UnknownNameError("total", name, QUANTITIES) from None


def _measured(node: ast.expr, parts: _Parts | None, text: str) -> tuple[Any, Dimension]:
    """Value and dimension of a subexpression; without a result, all totals and functions are 1."""
    number = _number(node, text)
    if number is not None:
        return np.float64(number), DIMENSIONLESS
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            (one, of), (other, by) = _measured(left, parts, text), _measured(right, parts, text)
            return _OPERATORS[type(op)](one, other), _combined(node, of, by, text)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            value, dimension = _measured(operand, parts, text)
            return -value, dimension
        case ast.Name(id=name) if name in QUANTITIES:
            factor, dimension = _read_unit(QUANTITIES[name].unit)
            value = 1.0 if parts is None else QUANTITIES[name].of(parts.chip)
            return np.asarray(value) * factor, dimension
        case ast.Name(id=name):
            factor, dimension = _unit_name(name)
            return np.float64(factor), dimension
        case ast.Call(func=ast.Name(id=name), keywords=[]) if name == _OF:
            run = _run_of(node, text)
            return _measured(node.args[1], None if parts is None else parts.of_run(str(run)), text)
        case ast.Call(func=ast.Name(id=name), keywords=[]) if _of_experiment(node):
            return _experiment(node, name, parts, text)
        case ast.Call(func=ast.Name(id=name), args=[ast.Name(id=what)], keywords=[]) if name == _GENERATOR:
            if what not in _OF_GENERATOR:
                raise UnknownNameError("quantity of a generator", what, _OF_GENERATOR)
            value = 1.0 if parts is None else getattr(parts.generator, what)
            return np.asarray(value), parse_unit(_OF_GENERATOR[what])[1]
        case ast.Call(func=ast.Name(id=name), keywords=[]):
            if name not in _FUNCTIONS:
                raise UnknownNameError("function", name, [*_FUNCTIONS, _OF, *_OF_NEURONS, _GENERATOR])
            least, most = _FUNCTIONS[name].least, _FUNCTIONS[name].most
            if not least <= len(node.args) <= most:
                allowed = str(least) if least == most else f"{least} or {most}"
                raise ExpressionError(
                    f"{name} in {_short(text)} has {len(node.args)} arguments; it takes {allowed}"
                )
            arguments = [ast.unparse(argument) for argument in node.args]
            function = _FUNCTIONS[name]
            value = 1.0 if parts is None else function.of(parts, *arguments)
            return np.asarray(value), function.dimension
    raise ExpressionError(f"{ast.unparse(node)!r} in {_short(text)} is not a total, a part or arithmetic")


def _experiment(node: ast.Call, name: str, parts: _Parts | None, text: str) -> tuple[Any, Dimension]:
    """Value and dimension of an experiment on a neuron, at a condition or by the name of a single value."""
    match node.args:
        case [ast.Name(id=experiment), ast.Name(id=value)]:
            dimension = unit_of(experiment, value)
            return 1.0 if parts is None else parts.neuron.value(name, experiment, value), dimension
        case [ast.Name(id=experiment), condition]:
            x, given = _measured(condition, None, text)
            due, dimension = unit_of(experiment, "x"), unit_of(experiment)
            if given != due:
                asked, has = describe_dimension(due), describe_dimension(given)
                raise ExpressionError(f"the condition of {experiment} is {asked}, not {has}")
            return 1.0 if parts is None else parts.neuron.value(name, experiment, float(x)), dimension
    raise ExpressionError(f"{name} in {_short(text)} takes an experiment, and a condition or a value of it")


def _run_of(node: ast.Call, text: str) -> str | None:
    """Name of the run in a call of ``of``; None for any other function."""
    if not (isinstance(node.func, ast.Name) and node.func.id == _OF):
        return None
    match node.args:
        case [ast.Name(id=run), _]:
            return run
    raise ExpressionError(f"{_OF} in {_short(text)} takes the name of a run and an expression")


def _combined(node: ast.BinOp, of: Dimension, by: Dimension, text: str) -> Dimension:
    """Dimension of the result of a binary operator."""
    if isinstance(node.op, ast.Mult | ast.Div):
        return of.times(by, 1 if isinstance(node.op, ast.Mult) else -1)
    if isinstance(node.op, ast.Pow):
        return _raised(node.right, _without_bits(of), by, text)
    if _without_bits(of) != _without_bits(by):
        raise ExpressionError(
            f"{ast.unparse(node)!r} takes {describe_dimension(of)} and {describe_dimension(by)} together"
        )
    return of


def _raised(exponent: ast.expr, of: Dimension, by: Dimension, text: str) -> Dimension:
    if _without_bits(by) != DIMENSIONLESS:
        raise ExpressionError(
            f"the exponent {ast.unparse(exponent)!r} in {_short(text)} is not a plain number"
        )
    if of == DIMENSIONLESS:
        return of
    negative = isinstance(exponent, ast.UnaryOp)
    power = _number(exponent.operand if isinstance(exponent, ast.UnaryOp) else exponent, text)
    if power is None or power != round(power) or power > _MOST_POWER:
        raise ExpressionError(
            f"the exponent {ast.unparse(exponent)!r} in {_short(text)} must be a whole number up to {_MOST_POWER} on "
            f"{describe_dimension(of)}"
        )
    return DIMENSIONLESS.times(of, -round(power) if negative else round(power))


class _Parts:
    """Totals and parts of a result."""

    def __init__(self, result: Result, runs: Mapping[str, Result]) -> None:
        self._result = result
        self._runs = runs

    @property
    def chip(self) -> Evaluation:
        """The result of a chip."""
        if isinstance(self._result, SimulatedNeuron):
            raise ExpressionError(f"{self._result.name} is a neuron without a chip: it has experiments only")
        if isinstance(self._result, Generator):
            raise ExpressionError(
                f"{self._result.name} is a generator without a chip: write generator(energy)"
            )
        return self._result

    @property
    def neuron(self) -> SimulatedNeuron:
        """The experiments on a neuron."""
        if isinstance(self._result, SimulatedNeuron):
            return self._result
        raise ExpressionError("experiments need a run among `neurons` of the case")

    @property
    def generator(self) -> Generator:
        """The generator of random bits."""
        if isinstance(self._result, Generator):
            return self._result
        raise ExpressionError(f"{_GENERATOR} needs a run among `generators` of the case")

    def of_run(self, name: str) -> _Parts:
        """The same for another run."""
        if name not in self._runs:
            raise UnknownNameError("run", name, self._runs)
        return _Parts(self._runs[name], self._runs)

    def _sum(self, path: str, rows: list[tuple[str, Any]], what: str) -> Any:
        found = [value for name, value in rows if name == path or name.startswith(f"{path}.")]
        if not found:
            raise UnknownNameError(what, path, [name for name, _ in rows])
        return sum(map(np.asarray, found), start=np.zeros(1))

    def area(self, path: str, term: str | None = None) -> Any:
        rows = [(row.component, row.total) for row in self.chip.areas if term in {None, row.term}]
        if term is not None and not rows:
            raise UnknownNameError("term of an area", term, {row.term: 0 for row in self.chip.areas})
        return self._sum(path, rows, "part with an area")

    def placed_area(self, path: str) -> Any:
        return self._sum(
            path, list(placed_areas(self.chip.costs, self.chip.areas).items()), "part with an area"
        )

    @property
    def _static(self) -> list[tuple[str, Any]]:
        return [(row.component, row.total) for row in self.chip.statics if row.when in DRAWN]

    def _dynamic(self, which: str | None = None) -> list[tuple[str, Any]]:
        return [
            (row.component, np.sum(row.energy, axis=-1, keepdims=True))
            for row in self.chip.dynamic
            if which is None or which in {row.action, row.term}
        ]

    def static_power(self, path: str) -> Any:
        if self._has_area(path) and not any(f"{name}.".startswith(f"{path}.") for name, _ in self._static):
            return np.zeros(1)  # a part that does not leak
        return self._sum(path, self._static, "part with static power")

    def energy(self, path: str, which: str | None = None) -> Any:
        under = [row for row in self.chip.dynamic if f"{row.component}.".startswith(f"{path}.")]
        known = dict.fromkeys(name for row in under for name in (row.action, row.term))
        if known and which is not None and which not in known:
            raise UnknownNameError(f"action or term of {path}", which, known)
        if not under and self._has_area(path):
            return np.zeros(1)  # a circuit that this network does not use
        return self._sum(path, self._dynamic(which), "part with dynamic energy")

    def _has_area(self, path: str) -> bool:
        return any(f"{row.component}.".startswith(f"{path}.") for row in self.chip.areas)

    def learning(self, path: str, action: str, term: str | None = None) -> Any:
        rows = () if self.chip.learned is None else self.chip.learned.rows
        known = [(f"{row.component}, {row.action}", row) for row in rows]
        of_action = [row for name, row in known if name == f"{path}, {action}"]
        if not of_action:
            raise UnknownNameError("action of learning", f"{path}, {action}", [name for name, _ in known])
        found = [row.energy for row in of_action if term in {None, row.term}]
        if not found:
            raise UnknownNameError(f"term of {path}, {action}", str(term), [row.term for row in of_action])
        return np.sum(sum(found[1:], start=found[0]), axis=-1, keepdims=True)

    def power(self, path: str) -> Any:
        time = self.chip.active_time
        rows = [*((component, energy / time) for component, energy in self._dynamic()), *self._static]
        return self._sum(path, rows, "part with power")

    def instances(self, path: str) -> Any:
        known = {**self.chip.mapped.counts, **self.chip.mapped.instances}
        if path not in known:
            raise UnknownNameError("part", path, known)
        return known[path]

    def count(self, path: str, action: str) -> Any:
        learning = self.chip.learning
        actions = {**self.chip.counts.actions, **(learning.actions.actions if learning is not None else {})}
        if (path, action) not in actions:
            raise UnknownNameError("action", f"{path}, {action}", [f"{p}, {a}" for p, a in actions])
        return np.sum(actions[path, action], axis=-1, keepdims=True)

    def time(self, path: str) -> Any:
        resources = self.chip.timing.resources
        if path not in resources:
            raise UnknownNameError("part with a time", path, resources)
        return np.sum(resources[path] * self.chip.layers.timesteps, axis=-1, keepdims=True)

    def delay(self, path: str, layer: str | None = None) -> Any:
        levels = {one.path: one for one in self.chip.levels if one.mapper.product_time() is not None}
        if path not in levels:
            raise UnknownNameError("array with a delay", path, levels)
        level = levels[path]
        busy = level.mapper.unit_time(level.mapped.placement)
        with np.errstate(divide="ignore", invalid="ignore"):  # with the error of the model of times
            off = np.where(busy > 0.0, self.chip.timing.resources[path] / busy, 0.0)
        times = level.mapper.product_time() * off
        if layer is None:
            return np.max(times, axis=-1, keepdims=True)
        names = self.chip.layers.names
        if layer not in names:
            raise UnknownNameError("layer", layer, names)
        place = names.index(layer)
        return (times + np.zeros(len(names)))[..., place : place + 1]


@frozen_dataclass
class _Function:
    """A function of a part, with its number of arguments."""

    of: Callable[..., Any]
    unit: str
    least: int = 1
    most: int = 1

    @property
    def dimension(self) -> Dimension:
        return parse_unit(self.unit)[1]


_FUNCTIONS: Mapping[str, _Function] = {
    "area": _Function(_Parts.area, "m^2", most=2),
    "placed_area": _Function(_Parts.placed_area, "m^2"),
    "energy": _Function(_Parts.energy, "J", most=2),
    "learning": _Function(_Parts.learning, "J", least=2, most=3),
    "static_power": _Function(_Parts.static_power, "W"),
    "power": _Function(_Parts.power, "W"),
    "instances": _Function(_Parts.instances, "1"),
    "count": _Function(_Parts.count, "1", least=2, most=2),
    "time": _Function(_Parts.time, "s"),
    "delay": _Function(_Parts.delay, "s", most=2),
}
