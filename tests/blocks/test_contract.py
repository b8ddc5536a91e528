"""What every block and every computing level states about itself, also in plug-ins."""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, get_args, get_type_hints

import pytest
import reference_pages

import neuroest.levels.base
import neuroest.levels.crossbar.schema
from neuroest.blocks.base import Component, Costs, EnergyCost, StatesChecks, lacking
from neuroest.blocks.cells.base import Cell
from neuroest.blocks.model_error import exact_model, model_errors
from neuroest.blocks.roles import ChargesClock
from neuroest.core.docstrings import section, texts_of
from neuroest.core.errors import NeuroestError
from neuroest.design.build import build
from neuroest.design.chip import instantiate
from neuroest.levels.crossbar.array import CrossbarArray
from neuroest.levels.crossbar.array_limits import ArrayLimits
from neuroest.loading.library import load_architecture, load_device
from neuroest.pipeline.design_rules import DesignRules
from neuroest.registry import BLOCKS, COMPONENTS, DEVICE_MODELS, LEVELS, MAPPERS, ROLES, roles_of
from neuroest.specs.base import numeric_options
from tests.each import each

QUANTITIES = {"energy", "area", "static_power", "time"}
ROOT = Path(__file__).parents[2]
HEADINGS = reference_pages.architecture_page().splitlines()
MODELS = reference_pages.devices_page().splitlines()
# what is in a slot of one schema alone, which names it
IN_ONE_SLOT = {
    "analog_stage", "and_count_unit", "bit_serial_cell", "charge_pump", "event_energies", "in_memory_column",
    "level_shifter", "roofline_processor", "tapered_buffer",
}  # fmt: skip


def makes_energies(block: type[Component[Any]]) -> bool:
    """Whether a method of the block, or of what it inherits but `Component`, says what an action takes."""
    own = (vars(cls).values() for cls in block.__mro__ if cls not in Component.__mro__)
    made = (EnergyCost, list[EnergyCost], Costs)
    return any(
        inspect.isfunction(member) and get_type_hints(member).get("return") in made
        for members in own
        for member in members
    )


@each("model", BLOCKS)
def test_a_block_states_what_it_is(model: str) -> None:
    block, schema = COMPONENTS[model], BLOCKS[model]
    assert block.model == model
    assert get_args(schema.model_fields["model"].annotation) == (model,)
    assert not lacking(block)
    assert roles_of(model) <= ROLES
    assert bool(roles_of(model)) != (model in IN_ONE_SLOT)
    assert block.__doc__
    assert schema.__doc__
    assert f"## Block `{model}`" in HEADINGS


@cache
def texts_under(folder: str, *suffixes: str) -> str:
    """All texts of a folder of the repository."""
    files = (path for path in (ROOT / folder).rglob("*") if path.suffix in suffixes)
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@each("model", BLOCKS)
def test_a_block_is_on_a_page_and_in_a_test(model: str) -> None:
    named = re.compile(rf"\b{model}\b").search
    assert named(texts_under("docs", ".md")), f"add {model} to the page of its topic under docs/models"
    assert named(texts_under("tests", ".py", ".yaml")), (
        f"add a test of {model} with a value from a source or by hand"
    )


@each("model", BLOCKS)
def test_a_block_states_its_error_and_its_ledger(model: str) -> None:
    block = COMPONENTS[model]
    errors = vars(block)["prior_error"]
    assert set(errors) <= QUANTITIES
    assert all(error.factor > 1.0 and error.rationale for error in errors.values())
    assert set(block.overhead) <= set(block.owns)
    # clock and control are charged by the stage that knows all logic, energies of cells by the array around them
    assert bool(block.owns) == (makes_energies(block) or issubclass(block, (ChargesClock, Cell)))


def test_a_block_or_level_without_an_error_is_refused_where_its_class_is_made() -> None:
    for given in (COMPONENTS["sar_adc"], MAPPERS["roofline"]):
        with pytest.raises(NeuroestError, match=r"^Copied: it states no prior_error"):
            type("Copied", (given,), {"schema": given.schema})
        with pytest.raises(
            NeuroestError, match=r"^Copied: its docstring has no reason for its error of time"
        ):
            type("Copied", (given,), {"schema": given.schema, "prior_error": model_errors(time=2.0)})
        type("Copied", (given,), {"schema": given.schema, "prior_error": exact_model("a test")})


PLACE_OF_NAME = {"self.check": 1, "self.require": 1, "self.check_range": 0}


@cache
def checks_made_in(module: str) -> dict[str, set[str]]:
    """Names of the checks that each class of a module makes with a text from its docstrings."""
    classes = [
        node
        for node in ast.parse(inspect.getsource(sys.modules[module])).body
        if isinstance(node, ast.ClassDef)
    ]
    calls = {node.name: [call for call in ast.walk(node) if isinstance(call, ast.Call)] for node in classes}
    return {
        name: {
            str(ast.literal_eval(call.args[PLACE_OF_NAME[ast.unparse(call.func)]]))
            for call in made
            if ast.unparse(call.func) in PLACE_OF_NAME and not states_its_text(call)
            if isinstance(call.args[PLACE_OF_NAME[ast.unparse(call.func)]], ast.Constant)
        }
        for name, made in calls.items()
    }


def states_its_text(call: ast.Call) -> bool:
    """Whether a check of a range is given its text."""
    return ast.unparse(call.func) == "self.check_range" and len(call.args) > 5


def test_columns_that_add_charges_say_what_else_is_refused() -> None:
    """Currents take any input and read-out; each sum of charges names its own, and what a pulse cannot weigh."""
    sums = {cls.summation.domain: cls.summation for cls in COMPONENTS.values() if issubclass(cls, Cell)}
    charges = [one for one in sums.values() if not one.flows]
    assert set(sums) == {"conductance", "charge", "current", "divider"}
    assert all(one.refusal and not (one.takes_pulses and one.settles) for one in charges)
    assert all(bool(one.result) != one.grows for one in charges)


def test_each_check_has_a_text_and_each_text_a_check() -> None:
    made = {
        cls: checks_made_in(cls.__module__)[cls.__name__]
        for owner in (*COMPONENTS.values(), *MAPPERS.values(), CrossbarArray, ArrayLimits)
        for cls in owner.__mro__
        if issubclass(cls, StatesChecks) and cls.__module__ != StatesChecks.__module__
    }
    for cls in (DesignRules,):  # whose names may be those of a table
        assert checks_made_in(cls.__module__)[cls.__name__] <= texts_of(cls, "Checks").keys()
    assert sum(map(len, made.values())) > 100
    for cls, names in made.items():
        stated = texts_of(cls, "Checks")
        assert names <= stated.keys(), cls
        own = [section(member, "Checks") for member in vars(cls).values() if inspect.isfunction(member)]
        assert sum(map(len, own)) == len({name for texts in own for name in texts}), cls
        assert stated.keys() <= {name for base in cls.__mro__ for name in made.get(base, ())}, cls


@each("model", [model for model in BLOCKS if BLOCKS[model].record is not None])
def test_the_device_of_a_block_is_known(model: str) -> None:
    block, schema = COMPONENTS[model], BLOCKS[model]
    record = schema.record
    assert DEVICE_MODELS[schema.device_model()] is record
    assert f"## Model `{schema.device_model()}`" in MODELS
    assert record.declared.keys() <= record.descriptions().keys()
    # both are under the path of the block
    assert not set(numeric_options(schema)) & set(record.declared)
    if block.example:
        assert load_device(block.example).record is record


def test_neurons_synapses_and_memories_have_an_example_for_templates() -> None:
    # a memory of a table comes with a CSV file, and registers with the library of logic
    without = {"register_file", "sram_table", "charge_domain_sram"}
    for model in BLOCKS:
        if roles_of(model) & {"neuron", "cell", "memory"} and model not in without:
            assert COMPONENTS[model].example, model


@each("name", LEVELS)
def test_each_refusal_has_a_text_with_the_words_it_is_given(name: str) -> None:
    texts = texts_of(MAPPERS[name], "Refused")
    for cls in MAPPERS[name].__mro__[:-1]:
        for call in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(cls)))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "self.refuse":
                words = {keyword.arg for keyword in call.keywords} - {"error"}
                stated = {
                    word for _, word, *_ in Formatter().parse(texts[ast.literal_eval(call.args[0])]) if word
                }
                assert stated - {"path"} == words


def test_each_exclusion_has_a_text_and_each_text_is_used() -> None:
    stated = 0
    for module in (neuroest.levels.base, neuroest.levels.crossbar.schema):
        tree = ast.parse(inspect.getsource(module))
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            texts = section(type(function.name, (), {"__doc__": ast.get_docstring(function)}), "Left out")
            inside = list(ast.walk(function))
            keys = [key for table in inside if isinstance(table, ast.Dict) for key in table.keys]
            words = {node.value for node in inside if isinstance(node, ast.Constant)}
            assert not texts or {key.value for key in keys if isinstance(key, ast.Constant)} <= texts.keys()
            assert texts.keys() <= words, function.name
            stated += len(texts)
    assert stated > 25


def test_a_property_names_a_key_and_one_of_its_values() -> None:
    schemas = [*BLOCKS.values(), *LEVELS.values()]
    choices = {
        (key, value)
        for schema in schemas
        for key, field in schema.model_fields.items()
        for value in re.findall(r"'(\w+)'", str(field.annotation))
    }
    source = "".join(path.read_text("utf-8") for path in Path(neuroest.__file__).parent.rglob("*.py"))
    named = re.findall(r'= chosen\("(\w+)", "(\w+)"\)', source)
    assert len(named) > 15
    assert set(named) <= choices


@each("name", LEVELS)
def test_a_level_states_what_it_is(name: str) -> None:
    mapper, schema = MAPPERS[name], LEVELS[name]
    assert mapper.level_name() == name
    assert get_args(schema.model_fields["mapper"].annotation) == (name,)
    assert not mapper.contract_fault(name)
    assert vars(mapper)["prior_error"]["time"].factor > 1.0
    assert f"## Level with mapper `{name}`" in HEADINGS


def test_a_chip_with_two_owners_of_an_energy_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    design = build(load_architecture("sar_crossbar_28nm"))
    values = design.values
    instantiate(design, values)
    greedy = type("Greedy", (COMPONENTS["accumulator"],), {"owns": ("analog-to-digital conversion",)})
    monkeypatch.setattr("neuroest.design.chip.COMPONENTS", {**COMPONENTS, "accumulator": greedy})
    with pytest.raises(NeuroestError, match="two owners, accumulator and converter"):
        instantiate(design, values)
