from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from neuroest.core.errors import UnknownNameError
from neuroest.loading.library import KINDS, data_folder, shipped
from neuroest.registry import DEVICE_MODELS
from neuroest.reporting.schemas import spec_schema
from neuroest.specs.reading import read_document

FILES = [(kind, path) for kind in ("architecture", "device", "workload") for path in shipped(kind).values()]
FILES.append(("sources", data_folder("device") / "sources.yaml"))


def problems(kind: str, data: Any) -> list[str]:
    validator = jsonschema.Draft202012Validator(spec_schema(kind))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(data)]


def data_of(kind: str, name: str) -> Any:
    return copy.deepcopy(read_document(shipped(kind)[name]).data)


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_a_schema(kind: str) -> None:
    schema = spec_schema(kind)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_is_described(kind: str) -> None:
    def undescribed(node: Any, place: str) -> Iterator[str]:
        if isinstance(node, dict):
            for name, item in (node.get("properties") or {}).items():
                if isinstance(item, dict) and not item.keys() & {"description", "const", "enum"} and place:
                    yield f"{place}.{name}"
            for name, item in node.items():
                if name not in {"if", "then", "allOf", "anyOf"}:
                    yield from undescribed(item, f"{place}/{name}")

    assert list(undescribed(spec_schema(kind), "#")) == []


@pytest.mark.parametrize(
    ("kind", "path"), FILES, ids=lambda value: value.stem if isinstance(value, Path) else value
)
def test_what_ships_is_valid(kind: str, path: Path) -> None:
    assert problems(kind, read_document(path).data) == []


@pytest.mark.parametrize(
    ("kind", "path"), FILES, ids=lambda value: value.stem if isinstance(value, Path) else value
)
def test_what_ships_names_the_schema_that_editors_read(kind: str, path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    if kind != "sources":
        folder = "../" * len(path.relative_to(data_folder(kind).parent).parent.parts)
        assert first == f"# yaml-language-server: $schema={folder}schemas/{kind}.schema.json"


@pytest.mark.parametrize("model", DEVICE_MODELS)
def test_a_device_schema_knows_the_parameters_of_each_model(model: str) -> None:
    rule = next(
        item["then"]["properties"]["parameters"]
        for item in spec_schema("device")["allOf"]
        if item["if"]["properties"]["model"]["const"] == model
    )
    declared = DEVICE_MODELS[model].parameters()
    assert rule["required"] == [name for name, info in declared.items() if info.absent is None]
    for name, info in declared.items():
        assert info.description in rule["properties"][name]["description"]
        assert rule["properties"][name]["unit"] == info.check.unit
        assert rule["properties"][name]["examples"]


@pytest.mark.parametrize(
    ("place", "value", "hint"),
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


def test_replaced_parameters_of_a_block_are_checked() -> None:
    data = data_of("architecture", "diffusive_28nm_derived")
    cell = data["chip"]["tile"]["array"]["cell"]
    cell["parameters"] = {"high_conductance": "50 uS"}
    assert problems("architecture", data) == []
    cell["parameters"] = {"high_conductanc": "50 uS"}
    assert len(problems("architecture", data)) == 1


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'device'"):
        spec_schema("devices")
