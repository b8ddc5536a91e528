"""What every public equation guarantees; a new equation is tested by existing.

The modules of `neuroest.equations` are found, not listed. For each public function the test module of its
module holds one valid set of arguments in SI units in `SAMPLES`.
"""

import doctest
import importlib
import inspect
import math
import pkgutil
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import pint
import pytest

import neuroest.equations
from neuroest.core.provenance import Parameter, Traced, equation_info, tracing, used_parameters
from neuroest.core.units import Dimension, Unit
from tests.each import each

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    module.name.rpartition(".")[2]
    for module in pkgutil.walk_packages(neuroest.equations.__path__, "neuroest.equations.")
    if not module.name.rpartition(".")[2].startswith("_")
)


def public_functions(module_name: str) -> dict[str, Callable[..., Any]]:
    module = importlib.import_module(f"neuroest.equations.{module_name}")
    return {
        name: function
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and not name.startswith("_")
        and function.__module__ == module.__name__
    }


EQUATIONS = [(module, name) for module in MODULES for name in public_functions(module)]
PROMISES: list[Callable[[str, str], None]] = []


def promise(check: Callable[[str, str], None]) -> Callable[[str, str], None]:
    """Adds a check to those that each equation must pass; one test an equation makes them all."""
    PROMISES.append(check)
    return check


# Base units only, so that nothing depends on how a unit is spelt, and a bit that is not a plain number.
BASE_UNITS = ("metre", "kilogram", "second", "ampere", "kelvin", "bit")
_registry = pint.UnitRegistry(None)
for _unit, _dimension in zip(
    (*BASE_UNITS, "radian"),
    ("[length]", "[mass]", "[time]", "[current]", "[temperature]", "[information]", ""),
    strict=True,
):
    _registry.define(f"{_unit} = {_dimension or '[]'}")


def function_of(module: str, name: str) -> Callable[..., Any]:
    return public_functions(module)[name]


def units_of(function: Callable[..., Any]) -> dict[str, Unit]:
    hints = get_type_hints(function, include_extras=True)
    return {
        name: next((mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, Unit)), None)
        for name, hint in hints.items()
    }


def sample_of(module: str, name: str) -> dict[str, float]:
    """Arguments for one valid call; constants of nature may be left to their defaults."""
    try:
        tests = importlib.import_module(f"tests.equations.test_{module}")
    except ModuleNotFoundError as error:
        if error.name != f"tests.equations.test_{module}":
            raise
        pytest.fail(f"tests/equations/test_{module}.py with SAMPLES is missing")
    samples: Mapping[str, Mapping[str, float]] = getattr(tests, "SAMPLES", {})
    if name not in samples:
        pytest.fail(f"SAMPLES in tests/equations/test_{module}.py has no {name!r}")
    parameters = inspect.signature(function_of(module, name)).parameters
    unknown = set(samples[name]) - set(parameters)
    assert not unknown, f"SAMPLES[{name!r}] has arguments that the equation does not: {sorted(unknown)}"
    defaults = {key: p.default for key, p in parameters.items() if p.default is not inspect.Parameter.empty}
    arguments = defaults | dict(samples[name])
    missing = set(parameters) - set(arguments)
    assert not missing, f"SAMPLES[{name!r}] lacks {sorted(missing)}"
    return {key: float(arguments[key]) for key in parameters}


def perturbed(sample: dict[str, float]) -> dict[str, np.ndarray]:
    """Three points near the sample; each argument moves on its own, downwards, as bounds are often 1."""
    return {
        key: value * np.array([1.0, 1.0 - 0.01 * (1 + place % 3), 1.0 - 0.004 * (1 + place % 2)])
        for place, (key, value) in enumerate(sample.items())
    }


def quantity(value: float, dimension: Dimension) -> pint.Quantity:
    unit = "*".join(f"{base}**{power}" for base, power in zip(BASE_UNITS, dimension, strict=True) if power)
    return _registry.Quantity(value, unit)


def dimension_of(value: Any) -> Dimension:
    if not isinstance(value, _registry.Quantity):
        return Dimension()
    base = value.to_base_units()
    powers = {str(unit): power for unit, power in base._units.items() if str(unit) != "radian"}
    # roots of dimensions, such as 3 * (1/3), come back as floats that are whole but for rounding
    exponents = [powers.pop(unit, 0) for unit in BASE_UNITS]
    assert not powers, f"unexpected units {powers}"
    assert np.allclose(exponents, np.round(exponents), atol=1e-9), f"broken exponents {exponents}"
    return Dimension(*(round(exponent) for exponent in exponents))


def assert_same(left: Any, right: Any) -> None:
    np.testing.assert_allclose(left, right, rtol=1e-12, atol=0.0)


def sections_of(docstring: str) -> dict[str, str]:
    """The numpydoc sections of a docstring, by their underlined headers."""
    parts = re.split(r"^(\w[\w ]*)\n-{3,}$", inspect.cleandoc(docstring), flags=re.MULTILINE)
    return {"Summary": parts[0].strip()} | dict(
        zip(parts[1::2], (p.strip("\n") for p in parts[2::2]), strict=True)
    )


def documented_names(parameters_section: str) -> list[str]:
    """The arguments that a Parameters section describes, in order; ``a, b : float`` describes two."""
    heads = re.findall(r"^(\w[\w, ]*?) : ", parameters_section, flags=re.MULTILINE)
    return [name.strip() for head in heads for name in head.split(",")]


def test_equations_were_found() -> None:
    assert EQUATIONS


@promise
def is_marked_as_an_equation_with_formula_reference_and_range(module: str, name: str) -> None:
    function = function_of(module, name)
    assert getattr(function, "__equation__", False), "not decorated with @equation"
    info = equation_info(function)
    assert info.name == name
    assert info.formula.strip()
    assert info.reference.strip()
    assert info.valid.strip()


PAGE = re.compile(r"docs/[\w/]+\.md")


def test_most_equations_name_the_page_of_their_derivation() -> None:
    assert sum(bool(PAGE.search(function_of(*one).__doc__ or "")) for one in EQUATIONS) > 0.5 * len(EQUATIONS)


@promise
def derivation_page_and_its_heading_exist(module: str, name: str) -> None:
    function = function_of(module, name)
    pages = PAGE.findall(equation_info(function).reference + (function.__doc__ or ""))
    for page in pages:
        assert (ROOT / page).is_file(), f"{page} does not exist"
    reported = " ".join((function.__doc__ or "").split())
    for page, heading in re.findall(r'(docs/[\w/]+\.md), "([^"]+)"', reported):
        headings = re.findall(r"^#+ (.+)$", (ROOT / page).read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert heading in headings, f"{page} has no heading {heading!r}"


@promise
def every_argument_and_the_result_carry_a_unit(module: str, name: str) -> None:
    function = function_of(module, name)
    units = units_of(function)
    for argument in (*inspect.signature(function).parameters, "return"):
        assert units.get(argument) is not None, f"{argument} has no unit annotation"


@promise
def docstring_is_numpydoc_and_names_every_argument_in_order(module: str, name: str) -> None:
    function = function_of(module, name)
    sections = sections_of(function.__doc__ or "")
    for header in ("Summary", "Parameters", "Returns", "References", "Examples"):
        assert sections.get(header, "").strip(), f"section {header} is missing or empty"
    assert documented_names(sections["Parameters"]) == list(inspect.signature(function).parameters)
    assert ">>>" in sections["Examples"]


@each("module", MODULES)
def test_docstring_examples_run(module: str) -> None:
    outcome = doctest.testmod(importlib.import_module(f"neuroest.equations.{module}"))
    assert outcome.failed == 0


@promise
def dimension_of_the_result_is_the_annotated_one(module: str, name: str) -> None:
    function = function_of(module, name)
    units = units_of(function)
    sample = sample_of(module, name)
    result = function(**{key: quantity(value, units[key].dimension) for key, value in sample.items()})
    assert dimension_of(result) == units["return"].dimension


@promise
def a_batch_gives_the_same_as_its_points_one_by_one(module: str, name: str) -> None:
    function = function_of(module, name)
    batch = perturbed(sample_of(module, name))
    result = function(**batch)
    assert np.shape(result) == (3,)
    for point in range(3):
        alone = function(**{key: float(values[point]) for key, values in batch.items()})
        assert np.ndim(alone) == 0
        assert_same(result[point], alone)


@promise
def arguments_of_different_shape_broadcast(module: str, name: str) -> None:
    function = function_of(module, name)
    batch = perturbed(sample_of(module, name))
    # every other argument runs along its own axis, as the parameters of a grid do
    column = {key: place % 2 == 0 for place, key in enumerate(batch)}
    grid = {key: values[:, np.newaxis] if column[key] else values for key, values in batch.items()}
    result = function(**grid)
    assert np.shape(result) == np.broadcast_shapes(*(np.shape(values) for values in grid.values()))
    for place, value in np.ndenumerate(result):
        alone = function(**{key: float(v[place[0] if column[key] else place[1]]) for key, v in batch.items()})
        assert_same(value, alone)


@promise
def the_inputs_are_left_as_they_were(module: str, name: str) -> None:
    batch = perturbed(sample_of(module, name))
    before = {key: values.copy() for key, values in batch.items()}
    function_of(module, name)(**batch)
    for key, values in batch.items():
        np.testing.assert_array_equal(values, before[key])


@promise
def integers_give_the_same_as_floats(module: str, name: str) -> None:
    function = function_of(module, name)
    sample = sample_of(module, name)
    expected = function(**sample)
    whole = {key: int(value) for key, value in sample.items() if value.is_integer()}
    assert_same(function(**(sample | whole)), expected)
    # arrays of integers overflow silently once they are large, so only small ones are due here
    small = {key: np.array([value]) for key, value in whole.items() if abs(value) < 2**15}
    assert_same(np.ravel(function(**(sample | small))), [expected])


@promise
def result_is_a_number_or_infinite_but_never_nan(module: str, name: str) -> None:
    function = function_of(module, name)
    sample = sample_of(module, name)
    assert not math.isnan(function(**sample))
    assert not np.any(np.isnan(function(**perturbed(sample))))


@promise
def tracing_finds_exactly_the_arguments(module: str, name: str) -> None:
    function = function_of(module, name)
    sample = sample_of(module, name)
    plain = function(**sample)
    with tracing():
        result = function(**{key: Traced(value, Parameter(key)) for key, value in sample.items()})
    assert isinstance(result, Traced)
    assert used_parameters(result) == set(sample)
    assert_same(float(result), plain)


@each("module, name", EQUATIONS)
def test_an_equation_keeps_every_promise(module: str, name: str) -> None:
    assert PROMISES
    for kept in PROMISES:
        kept(module, name)


def test_every_sample_belongs_to_an_equation() -> None:
    for module in MODULES:
        if not (Path(__file__).parent / f"test_{module}.py").is_file():
            continue
        tests = importlib.import_module(f"tests.equations.test_{module}")
        surplus = set(getattr(tests, "SAMPLES", {})) - set(public_functions(module))
        assert not surplus, f"test_{module}.py has samples for unknown equations: {sorted(surplus)}"
