"""JSON Schemas of the spec files, for completion and validation in editors."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from neuroest.core.errors import check_names
from neuroest.core.files import read_data
from neuroest.core.units import describe_dimension, parse_unit
from neuroest.loading.kinds import KINDS
from neuroest.registry import BLOCKS, DEVICE_MODELS, LEVELS
from neuroest.reporting.catalogue_entries import summary
from neuroest.specs.architecture import ArchitectureSpec
from neuroest.specs.base import QuantityField, Spec
from neuroest.specs.blocks import CHOICES, GivenClaims
from neuroest.specs.inheritance import DerivedArchitecture
from neuroest.specs.parameters import ParameterInfo

_REFERENCE = "#/$defs/{model}"
_TEXT = ("type", "pattern")
_LIMITS = ("minimum", "exclusiveMinimum", "maximum")
DIALECT = "https://json-schema.org/draft/2020-12/schema"

_EXAMPLES = Path(__file__).with_name("schema_examples.yaml")


def schema(kind: str) -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a kind of spec file.

    Parameters
    ----------
    kind : str
        What files give as their ``kind``, see `neuroest.loading.kinds.KINDS`.

    Returns
    -------
    dict
        The schema, ready for `json.dump`.

    Raises
    ------
    UnknownNameError
        For another kind.
    """
    check_names("kind", [kind], KINDS)
    found = {"$schema": DIALECT, **_raw_schema(KINDS[kind].schema)}
    if kind == "architecture":
        # allow a file with a `base` to omit required keys
        derived = found["$defs"].pop(DerivedArchitecture.__name__)
        for name in ("base", "remove", "set"):
            found["properties"][name] = derived["properties"][name]
        found["dependentRequired"] = {"remove": ["base"], "set": ["base"]}
        found["if"] = {"required": ["base"]}
        found["then"] = {"properties": {"chip": False}}
        found["else"] = {"required": found["required"]}
        found["required"] = [name for name in derived["required"] if name != "base"]
    _tidy(found)
    for name, example in read_data(_EXAMPLES).get(kind, {}).items():
        found["properties"][name].setdefault("examples", [example])
    if kind == "device":
        # the allowed parameters depend on the model
        records = sorted(DEVICE_MODELS.items())
        models = "; ".join(f"{name}: {summary(record).rstrip('.')}" for name, record in records)
        found["properties"]["model"] |= {
            "enum": sorted(DEVICE_MODELS),
            "description": f"Device model. {models}",
        }
        found["allOf"] = [
            {
                "if": {"properties": {"model": {"const": model}}, "required": ["model"]},
                "then": {
                    "properties": {
                        "parameters": {
                            **_parameters(model, found["$defs"]),
                            "required": [name for name, info in record.parameters().items() if info.absent is None],
                        }
                    }
                },
            }
            for model, record in records
        ]  # fmt: skip
    if kind == "architecture":
        _add_choice_of_nodes(found)
        _add_block_parameters(found)
    # define the format of quantities with units once
    quantity = {key: value for key, value in QuantityField("s").json_schema().items() if key in _TEXT}
    for node in _nodes(found):
        if {key: node.get(key) for key in _TEXT} == quantity:
            for key in _TEXT:
                del node[key]
            node["$ref"] = _REFERENCE.format(model="quantity")
    found["$defs"]["quantity"] = quantity
    found["title"] = f"neuroest {kind}"
    return found


def _raw_schema(root: type[Spec]) -> dict[str, Any]:
    """Schema of a class with all its contents, and choices as references."""
    classes: list[type[BaseModel]] = [root]
    if issubclass(root, ArchitectureSpec):
        classes += [DerivedArchitecture, *LEVELS.values(), *BLOCKS.values()]
    _, schema = models_json_schema([(cls, "validation") for cls in classes], ref_template=_REFERENCE)
    definitions = schema["$defs"]
    for node in _nodes(definitions):
        if CHOICES in node:
            node["oneOf"] = [{"$ref": _REFERENCE.format(model=name)} for name in node.pop(CHOICES)]
    top = definitions.pop(root.__name__)
    return {"$defs": definitions, **top}


def _nodes(tree: Any) -> list[dict[str, Any]]:
    """Every mapping in a schema, the inner ones first."""
    items = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    inner = [node for item in items for node in _nodes(item)]
    return [*inner, tree] if isinstance(tree, dict) else inner


def schema_text(kind: str) -> str:
    """The schema as compact JSON."""
    return json.dumps(schema(kind), separators=(",", ":"), ensure_ascii=False) + "\n"


def _tidy(schema: dict[str, Any]) -> None:
    """Remove OpenAPI-only keys and titles that repeat a name; add units and examples."""
    for node in _nodes(schema):
        node.pop("discriminator", None)
        if isinstance(node.get("description"), str):
            node["description"] = " ".join(node["description"].split())
            stated = isinstance(node.get("unit"), str)
            expected = describe_dimension(parse_unit(node["unit"])[1]) if stated else ""
            if expected not in node["description"]:
                node["description"] += f" {expected[0].upper()}{expected[1:]}."
        if node.get("type") == "integer" and "examples" in node:
            node["examples"] = [int(example) for example in node["examples"]]
        for properties in (node.get("properties"), node.get("$defs")):
            for item in properties.values() if isinstance(properties, dict) else ():
                if isinstance(item, dict):
                    item.pop("title", None)


def _parameters(model: str, definitions: dict[str, Any]) -> dict[str, Any]:
    """Reference to the parameters of a device model, which are added to the definitions."""
    name = f"{model}_parameters"
    if name not in definitions:
        declared = DEVICE_MODELS[model].parameters()
        properties = {key: _parameter(info, definitions) for key, info in declared.items()}
        definitions[name] = {"type": "object", "properties": properties, "additionalProperties": False}
    return {"$ref": _REFERENCE.format(model=name)}


def _parameter(info: ParameterInfo, definitions: dict[str, Any]) -> dict[str, Any]:
    quantity = info.check.json_schema()
    expected = quantity.pop("description", "a plain number")
    examples = quantity.pop("examples", [])
    symbol = f" Symbol {info.symbol}." if info.symbol else ""
    unit = "no unit" if info.check.unit == "1" else info.check.unit
    limits = "_".join(f"{key}_{quantity[key]:g}" for key in _LIMITS if key in quantity)
    whole = "whole" if info.check.integer else ""
    words = ("claim", info.check.unit.replace("/", " per "), whole, limits)
    claim = re.sub(r"\W+", "_", "_".join(filter(None, words)))
    definitions[claim] = {
        "description": f"{expected[0].upper()}{expected[1:]}.",
        "unit": info.check.unit,
        "examples": examples,
        "anyOf": [quantity, {"$ref": "#/$defs/ClaimSpec", "properties": {"value": quantity}}],
    }
    return {
        "description": f"{info.description}{symbol} Unit: {unit}.",
        "$ref": _REFERENCE.format(model=claim),
    }


def _add_block_parameters(schema: dict[str, Any]) -> None:
    """Make the replaceable device parameters depend on the model of a block."""
    definitions = schema["$defs"]
    definitions.pop(GivenClaims.__name__)  # every block says more precisely which claims it takes
    devices = {block.__name__: block.device_model() for block in BLOCKS.values()}
    for name, definition in list(definitions.items()):
        model = devices.get(name)
        if model:
            description = definition["properties"]["parameters"]["description"]
            reference = {"description": description, **_parameters(model, definitions)}
            definition["properties"]["parameters"] = reference


def _add_choice_of_nodes(schema: dict[str, Any]) -> None:
    """Select the schema by `mapper` and `model`, so that an editor reports one fault instead of every branch."""
    models: dict[str, str] = {}
    mappers: dict[str, str] = {}
    for name, definition in schema["$defs"].items():
        properties = definition.get("properties", {})
        for key, found in (("mapper", mappers), ("model", models)):
            word = properties.get(key, {}).get("const")
            if word is not None:
                found[word] = f"#/$defs/{name}"
    choices: list[dict[str, str]] = schema["$defs"]["Level"]["additionalProperties"]["oneOf"]
    free = {reference["$ref"] for reference in choices}
    node = {
        "if": {"type": "object", "required": ["mapper"]},
        "then": _chosen("mapper", {word: ref for word, ref in mappers.items() if ref in free}),
        "else": {
            "if": {"type": "object", "required": ["model"]},
            "then": _chosen("model", {word: ref for word, ref in models.items() if ref in free}),
            "else": {"$ref": "#/$defs/Level"},
        },
    }
    schema["$defs"]["Node"] = node
    for definition in schema["$defs"].values():
        if "oneOf" in (definition.get("additionalProperties") or {}):
            definition["additionalProperties"] = {"$ref": "#/$defs/Node"}


def _chosen(key: str, references: Mapping[str, str]) -> dict[str, Any]:
    return {
        "properties": {key: {"enum": sorted(references)}},
        "allOf": [
            {"if": {"properties": {key: {"const": word}}, "required": [key]}, "then": {"$ref": reference}}
            for word, reference in sorted(references.items())
        ],
    }
