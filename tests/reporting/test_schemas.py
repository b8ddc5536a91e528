from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema
import pytest

from neuroest.core.errors import UnknownNameError
from neuroest.error_analysis import draws
from neuroest.loading.kinds import KINDS, data_folder
from neuroest.loading.library import architecture_document, shipped
from neuroest.registry import DEVICE_MODELS
from neuroest.reporting.schemas import schema, schema_text
from neuroest.specs.reading import read_document
from neuroest.validation.cases import shipped_cases
from tests.each import each

FILES = [(kind, path) for kind in ("architecture", "device", "workload") for path in shipped(kind).values()]
FILES.append(("sources", data_folder("device") / "sources.yaml"))
FILES.append(("model_discrepancy", draws.FILE))
FILES += [("validation_case", folder / "published.yaml") for folder in shipped_cases().values()]


@cache
def printed(kind: str) -> Any:
    """The schema as `neuroest schema` prints it."""
    return json.loads(schema_text(kind))


def problems(kind: str, data: Any) -> list[str]:
    validator = jsonschema.Draft202012Validator(printed(kind))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(data)]


def resolved(kind: str, node: dict[str, Any]) -> Any:
    """What a node of a printed schema refers to."""
    return (
        {**printed(kind)["$defs"][node["$ref"].removeprefix("#/$defs/")], **node} if "$ref" in node else node
    )


def limits(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: schema.get(key) for key in ("type", "pattern", "minimum", "exclusiveMinimum", "maximum")}


def data_of(kind: str, name: str) -> Any:
    file = shipped(kind)[name]
    document = architecture_document(file) if kind == "architecture" else read_document(file)
    return copy.deepcopy(document.data)


@pytest.mark.slow
@each("kind", KINDS)
def test_a_schema_is_a_schema(kind: str) -> None:
    found = schema(kind)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(found)


@each("kind", KINDS)
def test_every_key_is_described(kind: str) -> None:
    def undescribed(node: Any, place: str) -> Iterator[str]:
        if isinstance(node, dict):
            for name, item in (node.get("properties") or {}).items():
                if isinstance(item, dict) and not item.keys() & {"description", "const", "enum"} and place:
                    yield f"{place}.{name}"
            for name, item in node.items():
                if name not in {"if", "then", "allOf", "anyOf"}:
                    yield from undescribed(item, f"{place}/{name}")

    assert list(undescribed(schema(kind), "#")) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted({kind for kind, _ in FILES}))
def test_what_ships_is_valid(kind: str) -> None:
    for path in (path for of, path in FILES if of == kind):
        data = read_document(path).data
        assert problems("population" if data["kind"] == "population" else kind, data) == [], path.name


def test_a_space_is_checked() -> None:
    axes = {
        "a": [64, 128],
        "b": {"from": "0.7 V", "to": "0.9 V", "points": 3, "scale": "log"},
        "c": {"clamp": {"model": "ideal"}},
        "d": "1 V..2 V:3",
    }
    space = {"kind": "space", "axes": axes, "linked": [{"e": [1, 2], "f": [3, 4]}], "constraints": ["a < e"]}
    assert problems("space", space) == []
    assert len(problems("space", {**space, "sampler": "gird"})) == 1
    assert len(problems("space", {**space, "axis": {}})) == 1
    assert len(problems("space", {**space, "axes": {"a": []}})) == 1


@each("model", DEVICE_MODELS)
def test_a_device_schema_knows_the_parameters_of_each_model(model: str) -> None:
    rule = next(
        item["then"]["properties"]["parameters"]
        for item in printed("device")["allOf"]
        if item["if"]["properties"]["model"]["const"] == model
    )
    parameters = resolved("device", rule)["properties"]
    declared = DEVICE_MODELS[model].parameters()
    assert rule["required"] == [name for name, info in declared.items() if info.absent is None]
    for name, info in declared.items():
        assert info.description in parameters[name]["description"]
        claim = resolved("device", parameters[name])
        assert claim["unit"] == info.check.unit
        assert claim["examples"]
        assert limits(resolved("device", claim["anyOf"][0])) == limits(info.check.json_schema())
        assert claim["anyOf"][1]["properties"]["value"] == claim["anyOf"][0]


@each(
    "place, value, hint",
    [
        (("parameters", "field_mobility", "value"), 150, "150"),
        (("parameters", "field_mobilty"), "1 1/V/s", "field_mobilty"),
        (("maturity", "stage"), "dream", "dream"),
        (("colour",), "red", "colour"),
        (("model",), "diffusive", "diffusive"),
    ],
)
def test_a_wrong_device_is_found(place: tuple[str, ...], value: object, hint: str) -> None:
    data = data_of("device", "diffusive_bench")
    node = data
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = value
    assert any(hint in problem for problem in problems("device", data))


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"rows": "5 pJ"}, "$.chip.tile.array.rows"),
        ({"row": 128}, "$.chip.tile.array.row"),
        ({"read_voltage": 0.2}, "$.chip.tile.array.read_voltage"),
        ({"mapper": "crosbar"}, "$.chip.tile.array.mapper"),
    ],
)
def test_a_wrong_architecture_is_found_once_and_at_its_place(change: dict[str, object], place: str) -> None:
    data = data_of("architecture", "diffusive_28nm_derived")
    data["chip"]["tile"]["array"].update(change)
    found = problems("architecture", data)
    assert len(found) == 1
    assert found[0].startswith(f"{place}: ")


@each(
    "change, hint",
    [
        ({"chip": {"count": 1}}, "does not allow {'count': 1}"),
        ({"set": ["chip"]}, "set"),
        ({"remove": "chip.tile.state"}, "remove"),
        ({"base": None}, "base"),
        ({"description": 3}, "description"),
        ({"sets": {}}, "sets"),
    ],
)
def test_a_wrong_derived_architecture_is_found(change: dict[str, object], hint: str) -> None:
    data = read_document(shipped("architecture")["attention_crossbar_28nm"]).data
    assert data.keys() >= {"base", "remove", "set"}
    (problem,) = problems("architecture", data | change)
    assert hint in problem


def test_changes_without_a_base_are_found() -> None:
    data = data_of("architecture", "diffusive_28nm_derived")
    (problem,) = problems("architecture", data | {"set": {"chip.count": 2}})
    assert "'base' is a dependency of 'set'" in problem


def test_replaced_parameters_of_a_block_are_checked() -> None:
    data = data_of("architecture", "diffusive_28nm_derived")
    cell = data["chip"]["tile"]["array"]["cell"]
    cell["parameters"] = {"high_conductance": "50 uS"}
    assert problems("architecture", data) == []
    cell["parameters"] = {"high_conductanc": "50 uS"}
    assert len(problems("architecture", data)) == 1


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'device'"):
        schema("devices")
