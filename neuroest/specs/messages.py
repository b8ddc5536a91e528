"""Turning what the schema found wrong into one line per problem, at its place in the file."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from neuroest.errors import Problem, SpecError, did_you_mean
from neuroest.specs.base import Spec
from neuroest.specs.reading import Document

_T = TypeVar("_T", bound=BaseModel)

_EXPECTED = {
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
}


def validate(schema: type[_T], document: Document) -> _T:
    """The document as `schema`, or all its problems at once.

    Raises
    ------
    SpecError
        With one problem per fault, each with line and column.
    """
    try:
        return schema.model_validate(document.data)
    except ValidationError as error:
        problems = [_problem(document, schema, detail) for detail in error.errors(include_url=False)]
        raise SpecError(problems) from None


def problem_at(
    document: Document, path: Sequence[str | int], message: str, *, at_value: bool = False
) -> Problem:
    """A problem at the place of `path` in the document."""
    line, column = document.value_position(path) if at_value else document.position(path)
    return Problem(document.file, line, column, dotted(path), message)


def dotted(path: Iterable[str | int]) -> str:
    """A path as users write it: ``chip.tile.count``, ``layers.3.kernel``."""
    return ".".join(str(part) for part in path)


def _problem(document: Document, schema: type[BaseModel], detail: ErrorDetails) -> Problem:
    path, value = _real_path(document.data, detail["loc"])
    kind = detail["type"]
    context: Mapping[str, Any] = detail.get("ctx", {})
    last = str(detail["loc"][-1]) if detail["loc"] else ""
    missing_path = [*path, last] if kind == "missing" else path
    if kind == "missing":
        message = "is missing"
        hint = _described(_model_at(schema, document.data, path), last)
        message += f": {hint}" if hint else ""
        return Problem(document.file, *document.position(path), dotted(missing_path), message)
    if kind == "extra_forbidden":
        message = (
            f"unknown key {last!r}{did_you_mean(last, _keys(_model_at(schema, document.data, path[:-1])))}"
        )
    elif kind in {"model_type", "dict_type", "model_attributes_type"} and _is_open(
        schema, document.data, path
    ):
        known = _keys(_model_at(schema, document.data, path[:-1]))
        message = f"unknown key {path[-1]!r}{did_you_mean(str(path[-1]), known)}"
        if "; did" not in message:
            message += "; a block is a mapping with `model`, a level one with `count`"
    elif kind == "union_tag_invalid":
        given, tags = (
            str(context.get("tag", "")),
            str(context.get("expected_tags", "")).replace("'", "").split(", "),
        )
        word, _, given_name = given.rpartition(":")
        word = word or str(context.get("discriminator", "model")).strip("'")
        names = [tag.rpartition(":")[2] for tag in tags if not _ or tag.startswith(word)]
        message = f"unknown {word} {given_name!r}{did_you_mean(given_name, names)}"
        message += "" if "allowed" in message else "; allowed: " + ", ".join(names)
    elif kind == "union_tag_not_found":
        message = "states no " + str(context.get("discriminator", "model")).strip("'")
    elif kind == "literal_error":
        allowed = str(context.get("expected", "")).replace(" or ", ", ").replace("'", "").split(", ")
        message = f"{_short(value)} is not allowed{did_you_mean(str(value), allowed)}"
        message += "" if "allowed: " in message else "; allowed: " + ", ".join(allowed)
    elif kind in _EXPECTED:
        message = f"expected {_EXPECTED[kind]}, got {_short(value)}"
    elif kind == "string_pattern_mismatch":
        message = f"{_short(value)} must be lower-case letters, digits and underscores, a letter first"
    elif kind == "quantity":
        message = str(context["message"])
    else:
        message = detail["msg"].removeprefix("Value error, ").replace("\n", " ")
    return problem_at(document, path, message, at_value=kind not in {"extra_forbidden"})


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _real_path(data: Any, loc: Sequence[str | int]) -> tuple[list[str | int], Any]:
    """The keys and indices of `loc`, without the names that the schema's unions put between them."""
    path: list[str | int] = []
    node = data
    for part in loc:
        inside = _inside(node, part)
        if inside is not None or (isinstance(node, dict) and part in node):
            path.append(part)
            node = inside
    return path, node


def _model_at(schema: type[BaseModel], data: Any, path: Sequence[str | int]) -> type[BaseModel] | None:
    """The schema that applies at `path`, found by walking the fields and the tags in the data."""
    model: Any = schema
    node = data
    for part in path:
        node = _inside(node, part)
        if model is None:
            return None
        if isinstance(model, type) and issubclass(model, BaseModel):
            field = model.model_fields.get(str(part))
            annotation = field.annotation if field else model.__annotations__.get("__pydantic_extra__")
            if annotation is None and model.model_config.get("extra") == "allow":
                annotation = "open"
        else:
            annotation = model
        model = _choose(annotation, node, part)
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None


def _inside(node: Any, part: str | int) -> Any:
    if isinstance(node, dict):
        return node.get(part)
    if isinstance(node, list) and isinstance(part, int) and part < len(node):
        return node[part]
    return None


def _choose(annotation: Any, node: Any, part: str | int) -> Any:
    if annotation == "open" or isinstance(annotation, str):
        from neuroest.specs.architecture import Node  # noqa: PLC0415 - the open levels of an architecture

        annotation = Node
    candidates = _models(annotation)
    if len(candidates) == 1 or not isinstance(node, dict):
        return candidates[0] if len(candidates) == 1 and not isinstance(part, type) else None
    for key in ("mapper", "model", "type"):
        if key in node:
            for candidate in candidates:
                field = candidate.model_fields.get(key)
                if field and node[key] in get_args(field.annotation):
                    return candidate
    plain = [c for c in candidates if not {"mapper", "model", "type"} & set(c.model_fields)]
    return plain[0] if len(plain) == 1 else None


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    found: list[type[BaseModel]] = []
    if get_origin(annotation) in {Union, types.UnionType, tuple, list, dict} or get_args(annotation):
        for argument in get_args(annotation):
            found.extend(_models(argument))
    return found


def _keys(model: type[BaseModel] | None) -> list[str]:
    return list(model.model_fields) if model else []


def _described(model: type[BaseModel] | None, key: str) -> str:
    described = model.descriptions().get(key, "") if model is not None and issubclass(model, Spec) else ""
    return described.split(". ")[0].replace("\n", " ").rstrip(".")


def _is_open(schema: type[BaseModel], data: Any, path: Sequence[str | int]) -> bool:
    model = _model_at(schema, data, path[:-1]) if path else None
    return bool(model and model.model_config.get("extra") == "allow" and path[-1] not in model.model_fields)
