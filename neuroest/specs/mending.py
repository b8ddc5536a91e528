"""Error recovery: a copy of a file with a placeholder for every faulty value, so the rest is also checked.

A check of files reports schema errors, then runs the checks that need a valid file: devices, units of parameters, rules
across blocks. No result for users is computed from a repaired document.
"""

import difflib
import re
from collections.abc import Sequence
from typing import Any, Generic, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from neuroest.core.errors import Problem
from neuroest.core.frozen import frozen_dataclass
from neuroest.registry import COMPONENTS
from neuroest.specs.base import quantity_in
from neuroest.specs.blocks import Choice, details
from neuroest.specs.messages import dotted, problems_of, reached, real_path, schema_at
from neuroest.specs.reading import Document

_T = TypeVar("_T", bound=BaseModel)
_ROUNDS = 8
"""Limit on faults that mask each other."""
_NOTHING: Any = object()


@frozen_dataclass
class Mended(Generic[_T]):
    """A document with placeholders for its faulty values.

    Attributes
    ----------
    spec : BaseModel or None
        The validated copy; None if no placeholder was found.
    document : Document
        The copy.
    problems : tuple of Problem
        Faults of the original document.
    places : tuple of str
        Paths that were replaced, removed or added.
    invented : bool
        Whether a placeholder is an example value. Rules across values mean nothing for an example.
    """

    spec: _T | None
    document: Document
    problems: tuple[Problem, ...]
    places: tuple[str, ...]
    invented: bool

    def news(self, problems: Sequence[Problem]) -> list[Problem]:
        """Further problems at paths that were not repaired."""
        return [p for p in problems if not any(_related(p.path, place) for place in self.places)]


def mended(schema: type[_T], document: Document, base: Any = None) -> Mended[_T]:
    """Replace the values that the schema rejects with placeholders.

    Parameters
    ----------
    schema : type
        Expected schema of the document.
    document : Document
        The document.
    base : optional
        Data of the base file that the document changes; its values are the best placeholders.
    """
    problems: dict[Problem, None] = {}
    places: list[str] = []
    invented = False
    for _ in range(_ROUNDS):
        data = document.data
        try:
            spec = schema.model_validate(data)
        except ValidationError as error:
            found = [*details(error.errors(include_url=False))]
        else:
            return Mended(spec, document, tuple(problems), tuple(places), invented)
        fresh = problems_of(document, data, schema, found)
        problems |= dict.fromkeys(p for p in fresh if not any(_related(p.path, place) for place in places))
        done = [
            _mend(schema, data, detail, base, places) for detail in reversed(found)
        ]  # the last of item of a list first
        if not all(done):
            break
        invented = invented or (
            any(detail["type"] not in {"extra_forbidden"} for detail in found) and base is None
        )
        document = document.with_data(data)
    return Mended(None, document, tuple(problems), tuple(places), invented=True)


def _related(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}.") or place.startswith(f"{path}.")


def _mend(schema: type[BaseModel], data: Any, detail: ErrorDetails, base: Any, places: list[str]) -> bool:
    """Replace the value of one fault; False if no replacement exists."""
    path, _ = real_path(data, detail["loc"])
    if detail["type"] == "missing":
        path = [*path, detail["loc"][-1]]
    if not path:
        return False
    places.append(dotted(path))
    holder = data
    for part in path[:-1]:
        try:
            holder = holder[part]
        except (KeyError, IndexError, TypeError):
            return True  # removed together with its parent
    key = path[-1]
    if isinstance(holder, list):
        if isinstance(key, int) and key < len(holder):
            del holder[key]
        return True
    if not isinstance(holder, dict):
        return False
    before = holder.pop(key, None)
    found, followed = reached(base, path)
    stand_in = found if followed == len(path) else _NOTHING
    if stand_in is _NOTHING and detail["type"] != "extra_forbidden":
        stand_in = _allowed(detail, before)
    if stand_in is _NOTHING and detail["type"] != "extra_forbidden":
        model = schema_at(schema, data, path[:-1])
        field = model.model_fields.get(str(key)) if model else None
        if field is not None and (field.is_required() or detail["type"] == "quantity"):
            stand_in = _example(field, before)
            if stand_in is _NOTHING:
                return False
    if stand_in is not _NOTHING:
        holder[key] = stand_in
    return True


def _allowed(detail: ErrorDetails, given: Any) -> Any:
    """The nearest of the allowed values that a fault lists."""
    context = detail.get("ctx", {})
    if detail["type"] == "literal_error":
        words = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        return next(iter(difflib.get_close_matches(str(given), words, 1, 0.0)), _NOTHING)
    return context.get("ge", context.get("le", _NOTHING))


def _example(field: FieldInfo, given: Any) -> Any:
    """A value for a required field: the nearest word to the given one, or an example of its quantity."""
    quantity = quantity_in(*field.metadata, field.annotation)
    if quantity is not None:
        return quantity.json_schema()["examples"][0]
    words = [one for one in get_args(field.annotation) if isinstance(one, str)]
    if words:
        return next(iter(difflib.get_close_matches(str(given), words, 1, 0.0)), words[0])
    if field.annotation is str:
        return "x"
    if get_origin(field.annotation) is dict:
        return {}
    choice = next((item for item in field.metadata if isinstance(item, Choice)), None)
    blocks = (_block(member) for member in choice.members()) if choice is not None else iter(())
    return next((block for block in blocks if block is not None), _NOTHING)


def _block(schema: type[BaseModel]) -> dict[str, Any] | None:
    """The smallest example block of a schema; None if there is no such example."""
    block: dict[str, Any] = {}
    for name, field in schema.model_fields.items():
        if not field.is_required():
            continue
        example = COMPONENTS[block["model"]].example if name == "device" else _example(field, "")
        if example is _NOTHING or not example:
            return None
        block[name] = example
    return block
