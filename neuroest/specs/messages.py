"""Convert schema errors to one line per problem, with its location in the file."""

import re
import types
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from neuroest.core.errors import Problem, SpecError, did_you_mean, first_few, followed_by
from neuroest.specs.base import Spec
from neuroest.specs.blocks import Choice, details
from neuroest.specs.claims import build_schemas
from neuroest.specs.reading import Document

_T = TypeVar("_T", bound=BaseModel)

_LONGEST_WORD = 64
_LEADING_PATH = re.compile(r"(?:chip|technology|operation)(?:\.[a-z][a-z0-9_]*)*(?=[ :])")
_EXPECTED = {
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
}

_BOUNDS = {
    "greater_than": ("gt", "must be above"),
    "greater_than_equal": ("ge", "is below the minimum"),
    "less_than": ("lt", "must be below"),
    "less_than_equal": ("le", "is above the maximum"),
}
"""Bound of each kind of fault, and the words that a quantity outside of its bounds has too."""


def validate(schema: type[_T], document: Document) -> _T:
    """Validate the document against `schema`, and report all its problems at once.

    Raises
    ------
    SpecError
        One problem per fault, each with line and column.
    """
    build_schemas()
    data = document.data
    try:
        return schema.model_validate(data)
    except ValidationError as error:
        found = [*details(error.errors(include_url=False))]
        raise SpecError(problems_of(document, data, schema, found)) from None


def problem_at(
    document: Document, path: Sequence[str | int], message: str, *, at_value: bool = False
) -> Problem:
    """A problem at `path` in the document."""
    line, column = document.value_position(path) if at_value else document.position(path)
    return Problem(document.origin(path)[0].file, line, column, dotted(path), message)


def problem_of_line(document: Document, line: str) -> Problem:
    """Locate a line of text at the part of an architecture that it names first; no location if it names none."""
    path = _LEADING_PATH.match(line)
    if path is None:
        return Problem(document.file, 0, 0, "", line)
    place = path[0].split(".")
    return Problem(document.origin(place)[0].file, *document.position(place), "", line)


def dotted(path: Iterable[str | int]) -> str:
    """A path as users write it: ``chip.tile.count``, ``layers.3.kernel``."""
    words = (str(part) for part in path)
    return ".".join(
        word if len(word) <= _LONGEST_WORD else word[: _LONGEST_WORD - 3] + "..." for word in words
    )


def reached(data: Any, path: Sequence[str | int]) -> tuple[Any, int]:
    """Follow a path as far as it exists; returns the value there and the number of keys followed.

    Examples
    --------
    >>> reached({"chip": {"count": 1}}, ["chip", "tile", "count"])
    ({'count': 1}, 1)
    """
    for count, key in enumerate(path):
        if not isinstance(data, dict) or key not in data:
            return data, count
        data = data[key]
    return data, len(path)


def problems_of(
    document: Document, data: Any, schema: type[BaseModel], found: list[ErrorDetails]
) -> list[Problem]:
    """One problem for each fault that the schema found. Consequences of another fault are left out."""
    problems: list[Problem] = []
    nameless: dict[tuple[str | int, ...], list[str]] = {}
    for detail in found:
        path, _ = real_path(data, detail["loc"])
        if _is_stray(schema, data, path, detail["type"]):
            nameless.setdefault(tuple(path[:-1]), []).append(str(path[-1]))
    for detail in found:
        path, _ = real_path(data, detail["loc"])
        if tuple(path[:-1]) in nameless and str(path[-1]) in nameless[tuple(path[:-1])]:
            continue
        if tuple(path) in nameless and detail["type"] == "missing":
            continue
        if tuple(path[:-1]) in nameless and detail["type"] == "union_tag_invalid":
            continue  # a slot of the computing level that this is not yet known to be
        if detail["type"] == "too_short":
            longer = [other["loc"] for other in found if other["loc"][: len(detail["loc"])] == detail["loc"]]
            if len(longer) > 1:
                continue
        problems.append(_problem(document, data, schema, detail))
    for place, keys in nameless.items():
        some = first_few(keys, 3)
        message = (
            f"has {some} but states neither `mapper`, as a computing level does, nor `model`, as a block does"
        )
        problems.append(problem_at(document, place, message))
    return problems


def _is_stray(schema: type[BaseModel], data: Any, path: Sequence[str | int], kind: str) -> bool:
    """Whether a key belongs to a computing level or a block, in a mapping that is not declared as one."""
    if kind not in {"model_type", "dict_type", "model_attributes_type"} or not _is_open(schema, data, path):
        return False
    model = schema_at(schema, data, path[:-1])
    if "mapper" in _keys(model):
        return False
    known = {key for candidate in _models(_open_node()) for key in candidate.model_fields}
    return str(path[-1]) in known - {"count"}


def _problem(document: Document, data: Any, schema: type[BaseModel], detail: ErrorDetails) -> Problem:
    path, value = real_path(data, detail["loc"])
    kind = detail["type"]
    context: Mapping[str, Any] = detail.get("ctx", {})
    last = str(detail["loc"][-1]) if detail["loc"] else ""
    if kind == "missing":
        message = "is missing"
        hint = _described(schema_at(schema, data, path), last)
        message += f": {hint}" if hint else ""
        return problem_at(document, [*path, last], message)
    if kind == "extra_forbidden":
        message = f"unknown key {last!r}{did_you_mean(last, _keys(schema_at(schema, data, path[:-1])))}"
    elif kind in {"model_type", "dict_type", "model_attributes_type"} and _is_open(schema, data, path):
        known = _keys(schema_at(schema, data, path[:-1]))
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
        message = message if "allowed" in message else followed_by(message, f"allowed: {', '.join(names)}")
    elif kind == "union_tag_not_found":
        message = "states no " + str(context.get("discriminator", "model")).strip("'")
    elif kind == "literal_error":
        allowed = str(context.get("expected", "")).replace(" or ", ", ").replace("'", "").split(", ")
        message = f"{_short(value)} is not allowed{did_you_mean(str(value), allowed)}"
        message = (
            message if "allowed: " in message else followed_by(message, f"allowed: {', '.join(allowed)}")
        )
    elif kind in _EXPECTED or kind in _BOUNDS:
        message = _refused(kind, value, context)
    elif kind == "string_pattern_mismatch":
        message = f"{_short(value)} must be lower-case letters, digits and underscores, a letter first"
    elif kind == "quantity":
        message = str(context["message"])
    elif kind in {"too_short", "too_long"}:
        bound = context.get("min_length", context.get("max_length"))
        least = kind == "too_short"
        message = f"has {context.get('actual_length')} items, "
        message += f"at least {bound} is needed" if least else f"at most {bound} are allowed"
    else:
        message = detail["msg"].removeprefix("Value error, ").replace("\n", " ")
    return problem_at(document, path, message, at_value=kind not in {"extra_forbidden"})


def _refused(kind: str, value: Any, context: Mapping[str, Any]) -> str:
    """Message for a value of another type, or outside of its bounds."""
    if kind in _EXPECTED:
        return f"expected {_EXPECTED[kind]}, got {_short(value)}"
    bound, words = _BOUNDS[kind]
    return f"{_short(value)} {words} {context[bound]:g}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def real_path(data: Any, loc: Sequence[str | int]) -> tuple[list[str | int], Any]:
    """The keys and indices of `loc`, without the names that unions of the schema insert."""
    path: list[str | int] = []
    node = data
    entered = False
    for part in loc:
        if entered and isinstance(node, dict):
            stated = {key: str(node[key]) for key in ("mapper", "model", "type") if key in node}
            if part in {*stated.values(), *(f"{key}:{value}" for key, value in stated.items())}:
                entered = False  # a block may have a slot with the same name as its model
                continue
        inside = _inside(node, part)
        entered = True
        if inside is not None or (isinstance(node, dict) and part in node):
            path.append(part)
            node = inside
    return path, node


def schema_at(schema: type[BaseModel], data: Any, path: Sequence[str | int]) -> type[BaseModel] | None:
    """The schema that applies at `path`, found from the fields and the tags in the data."""
    annotation: Any = schema
    model: type[BaseModel] | None = schema
    node = data
    for part in path:
        node = _inside(node, part)
        container = _element(annotation)
        if container is not None:
            annotation = container
        elif model is None:
            return None
        else:
            fields = model.model_fields
            field = next((found for name, found in fields.items() if part in {name, found.alias}), None)
            is_open = model.model_config.get("extra") == "allow"
            if field:  # the choice of schemas in it, or its annotation
                annotation = next(
                    (one for one in field.metadata if isinstance(one, Choice)), field.annotation
                )
            else:
                annotation = _open_node() if is_open else None
        model = _choose(annotation, node) if _element(annotation) is None else None
    return model


def _element(annotation: Any) -> Any:
    """Item type of a list or a mapping; None for anything else."""
    if get_origin(annotation) is dict:
        return get_args(annotation)[1]
    if get_origin(annotation) in {tuple, list}:
        return get_args(annotation)[0]
    return None


def _open_node() -> Choice:
    from neuroest.specs.architecture import NODES  # noqa: PLC0415 - the open levels of an architecture

    return NODES


def _inside(node: Any, part: str | int) -> Any:
    if isinstance(node, dict):
        return node.get(part)
    if isinstance(node, list) and isinstance(part, int) and part < len(node):
        return node[part]
    return None


def _choose(annotation: Any, node: Any) -> type[BaseModel] | None:
    candidates = _models(annotation)
    if len(candidates) == 1:
        return candidates[0]
    if not isinstance(node, dict):
        return None
    for key in ("mapper", "model", "type"):
        if key in node:
            for candidate in candidates:
                field = candidate.model_fields.get(key)
                if field and node[key] in get_args(field.annotation):
                    return candidate
    plain = [c for c in candidates if not {"mapper", "model", "type"} & set(c.model_fields)]
    return plain[0] if len(plain) == 1 else None


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, Choice):
        return annotation.members()
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    models: list[type[BaseModel]] = []
    if get_origin(annotation) in {Union, types.UnionType, tuple, list, dict} or get_args(annotation):
        for argument in get_args(annotation):
            models.extend(_models(argument))
    return models


def _keys(model: type[BaseModel] | None) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _described(model: type[BaseModel] | None, key: str) -> str:
    described = model.descriptions().get(key, "") if model is not None and issubclass(model, Spec) else ""
    return described.split(". ")[0].replace("\n", " ").rstrip(".")


def _is_open(schema: type[BaseModel], data: Any, path: Sequence[str | int]) -> bool:
    model = schema_at(schema, data, path[:-1]) if path else None
    return bool(model and model.model_config.get("extra") == "allow" and path[-1] not in model.model_fields)
