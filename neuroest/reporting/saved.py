"""Saved results, read with size limits and checked before use."""

import json
from pathlib import Path
from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from neuroest.core.errors import NeuroestError
from neuroest.reporting.text_style import for_terminal
from neuroest.specs.messages import dotted

_LARGEST = 256 * 1024 * 1024
_MOST_VALUES = 5_000_000
"""Maximum number of values in one file; the largest report has fewer, and they fit into memory."""


def _without_escapes(text: str) -> str:
    if "\x1b" in text or for_terminal(text) != text:
        raise ValueError("contains terminal control characters")
    return text


Finite: TypeAlias = Annotated[float, Field(allow_inf_nan=False)]
Text: TypeAlias = Annotated[str, AfterValidator(_without_escapes)]
"""Text without terminal control characters, safe in any output format."""
_Model = TypeVar("_Model", bound=BaseModel)


class Saved(BaseModel):
    """Schema of a part of a saved file; other keys are ignored."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class _Term(Saved):
    kind: Text
    component: Text
    energy_J: Finite  # noqa: N815 - the unit is part of the column's name
    area_m2: Finite


class _Parameter(Saved):
    value: Finite
    unit: Text = ""
    elasticity: dict[Text, Finite] = {}


class _Input(Saved):
    kind: Text
    name: Text
    sha256: Text


class SavedResult(Saved):
    """One result of ``--format json`` or a report."""

    architecture: Text
    workload: Text
    totals: dict[Text, Finite | None]
    breakdown: list[_Term]
    neuroest_version: Text | None = None
    parameters: dict[Text, _Parameter] | None = None
    settings: dict[Text, Text] | None = None
    inputs: list[_Input] = []
    exclusions: list[Text] = []


def plain_data(content: bytes, file: str) -> Any:
    """Data of a JSON file from an untrusted source.

    Raises
    ------
    NeuroestError
        When it is no JSON, nested too deep, or larger than any file of results.
    """
    values = sum(content.count(mark) for mark in b"[{,")
    if len(content) > _LARGEST or values > _MOST_VALUES:
        raise NeuroestError(
            f"{file} holds {values} values in {len(content)} bytes, more than results can have"
        )
    try:
        return json.loads(content)
    except RecursionError:
        raise NeuroestError(f"{file} is nested too deep") from None
    except ValueError:
        raise NeuroestError(f"{file} is not JSON") from None


def checked(schema: type[_Model], data: Any, file: str) -> _Model:
    """`data` validated against `schema`.

    Raises
    ------
    NeuroestError
        With the first thing that is wrong.
    """
    try:
        return schema.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise NeuroestError(f"{file}: {dotted(first['loc'])}: {first['msg']}") from None


def read_results(file: Path) -> dict[str, Any]:
    """Results from a file that ``--format json`` or ``neuroest report`` wrote, by design and network."""
    try:
        content = file.read_bytes()
    except (OSError, ValueError) as error:  # the latter of a name that no file can have
        raise NeuroestError(f"cannot read {file}: {getattr(error, 'strerror', None) or error}") from None
    return results_of(plain_data(content, str(file)), str(file))


def results_of(data: Any, file: str) -> dict[str, Any]:
    """Results in plain data, by design and network."""
    found: Any = []
    if isinstance(data, dict):
        if isinstance(data.get("totals"), dict):
            found = [data, data.get("baseline")]
        else:
            found = data.get("results") or data.get("designs")
    kept: dict[str, Any] = {}
    for item in found if isinstance(found, list) else []:
        if isinstance(item, dict) and {"architecture", "workload", "breakdown", "totals"} <= item.keys():
            result = checked(SavedResult, item, file)
            kept[f"{result.architecture} on {result.workload}"] = item
    if not kept:
        raise NeuroestError(
            f"{file} contains no result; it should come from `neuroest estimate --format json` or a report"
        )
    return kept
