"""Saved results, read with size limits and checked before use, and the differences between two of them."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from neuroest.core.document import Block, Document, Documented, Gap, Heading, Paragraph, Points, Table
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.text_layout import for_terminal, one_line
from neuroest.core.units import formatted, percent
from neuroest.reporting.formatting import short
from neuroest.results.quantities import MAIN, QUANTITIES, label_and_unit
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


_LEAST = 1e-3
_MOST = 12
_UNEXPLAINED, _NO_CHANGE = 0.01, 1e-9
"""Share of a change above which a rest is named, and a change that counts as none."""
_COLUMNS = ("kind", "what", "before", "after", "logarithm")
"""Columns of the table of changes; a component has no logarithm."""

Result = Mapping[str, Any]


@frozen_dataclass
class Cause:
    """Changed parameter with its first-order effect on a total.

    Attributes
    ----------
    before, after : float or None
        In SI units; None where a side does not have the parameter.
    effect : float or None
        Natural logarithm of the factor on the total; None where it is not known.
    """

    path: str
    unit: str
    before: float | None
    after: float | None
    effect: float | None


@frozen_dataclass
class Moved:
    """Changed total with the components and parameters that changed it."""

    total: str
    before: float | None
    after: float | None
    components: tuple[tuple[str, float, float], ...]
    causes: tuple[Cause, ...]

    @property
    def change(self) -> float | None:
        """Natural logarithm of the ratio of the two values; None if undefined."""
        return _log_ratio(self.before, self.after)

    @property
    def unexplained(self) -> float | None:
        """Part of `change` that no parameter explains to first order."""
        if self.change is None:
            return None
        return self.change - sum(cause.effect for cause in self.causes if cause.effect is not None)


@frozen_dataclass
class ResultDifference:
    """Two results of a design on a network."""

    name: str
    circumstances: tuple[str, ...]
    moved: tuple[Moved, ...]
    parameters: tuple[Cause, ...]

    @property
    def same(self) -> bool:
        """Whether every total is bit-identical."""
        return not self.moved


@frozen_dataclass
class FilesDifference(Documented):
    """Two files of results."""

    results: tuple[ResultDifference, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether both hold bit-identical results."""
        return all(item.same for item in self.results) and not self.only_before and not self.only_after

    def rows(self) -> list[dict[str, Any]]:
        """The differences as rows of a table: each changed total, its components, and the causes."""
        rows: list[dict[str, Any]] = []
        for item in self.results:
            for moved in item.moved:
                parts: list[tuple[Any, ...]] = [("total", "", moved.before, moved.after, moved.change)]
                parts += [("component", *part) for part in moved.components]
                parts += [("cause", c.path, c.before, c.after, c.effect) for c in moved.causes]
                about = {"result": item.name, "total": moved.total}
                rows += [{**about, **dict(zip(_COLUMNS, part, strict=False))} for part in parts]
        for kind, names in (("only before", self.only_before), ("only after", self.only_after)):
            rows += [{"result": name, "kind": kind} for name in names]
        return rows or [{"result": "all", "kind": "bit-identical"}]

    def to_dict(self) -> dict[str, Any]:
        """The differences as plain data."""
        return {"same": self.same, **asdict(self)}

    def document(self) -> Document:
        """The differences in words, with a table of the components and of the causes of each changed total."""
        blocks: list[Block] = []
        for item in self.results:
            blocks += [Heading(item.name), Points(item.circumstances)]
            blocks += [Paragraph("every total is bit-identical", indent=2)] if item.same else []
            for moved in item.moved:
                blocks += _moved_blocks(moved)
            if item.same and item.parameters:
                rows = [_parameter_cells(cause) for cause in item.parameters[:_MOST]]
                blocks.append(Paragraph("parameters that differ without moving a total:", indent=2))
                blocks.append(Table.of(("", "", ""), rows, "<>>", indent=4, gap=2))
            blocks.append(Gap())
        blocks += [f"only in the first: {name}" for name in self.only_before]
        blocks += [f"only in the second: {name}" for name in self.only_after]
        return Document("", tuple(blocks))


def diff(before: str | Path, after: str | Path) -> FilesDifference:
    """Report the differences between two files of results, by component and by cause.

    Parameters
    ----------
    before, after : str or Path
        Files that ``neuroest estimate --format json`` or a report wrote.

    Returns
    -------
    FilesDifference

    Raises
    ------
    NeuroestError
        For a file that holds no result.
    """
    return difference(read_results(Path(before)), read_results(Path(after)))


def difference(before: Mapping[str, Result], after: Mapping[str, Result]) -> FilesDifference:
    """Differences between two sets of results; two single results are compared under any name."""
    if len(before) == len(after) == 1 and before.keys() != after.keys():
        (first, one), (second, other) = next(iter(before.items())), next(iter(after.items()))
        return FilesDifference((_result_difference(f"{first}  ->  {second}", one, other),), (), ())
    both = [name for name in before if name in after]
    return FilesDifference(
        tuple(_result_difference(name, before[name], after[name]) for name in both),
        tuple(name for name in before if name not in after),
        tuple(name for name in after if name not in before),
    )


def _result_difference(name: str, before: Result, after: Result) -> ResultDifference:
    causes = _parameters(before, after)
    moved = []
    for total in (*MAIN, *(t for t in before["totals"] if t not in MAIN)):
        one, other = before["totals"].get(total), after["totals"].get(total)
        if one != other:
            parts = _components(before, after, total)
            follows = causes if _elasticity(total)[0] else []
            known = [_with_effect(cause, before, after, total) for cause in follows]
            known.sort(key=lambda cause: -abs(cause.effect or 0.0))
            moved.append(Moved(total, one, other, parts, tuple(known)))
    return ResultDifference(name, tuple(_circumstances(before, after)), tuple(moved), tuple(causes))


def _components(before: Result, after: Result, total: str) -> tuple[tuple[str, float, float], ...]:
    if total not in {"energy_per_inference_J", "area_m2"}:
        return ()
    column = "area_m2" if total == "area_m2" else "energy_J"
    sums: dict[str, list[float]] = {}
    for side, result in enumerate((before, after)):
        for row in result["breakdown"]:
            if (row["kind"] == "area") == (column == "area_m2"):
                sums.setdefault(row["component"], [0.0, 0.0])[side] += row[column]
    changed = [(path, one, other) for path, (one, other) in sums.items() if one != other]
    return tuple(sorted(changed, key=lambda item: -abs(item[2] - item[1])))


def _parameters(before: Result, after: Result) -> list[Cause]:
    first, second = before.get("parameters") or {}, after.get("parameters") or {}
    parameters = []
    for path in dict.fromkeys((*first, *second)):
        one, other = first.get(path), second.get(path)
        values = (one and one["value"], other and other["value"])
        if values[0] != values[1] or (one is None) != (other is None):
            parameters.append(Cause(path, ((one or other) or {}).get("unit", ""), *values, None))
    return parameters


def _elasticity(total: str) -> tuple[str, float]:
    """Elasticity of a total, and its exponent; a total of another version may have none here."""
    return QUANTITIES[total].elasticity if total in QUANTITIES else ("", 1.0)


def _with_effect(cause: Cause, before: Result, after: Result, total: str) -> Cause:
    ratio = _log_ratio(cause.before, cause.after)
    if ratio is None:
        return cause
    name, exponent = _elasticity(total)
    slopes = [
        result["parameters"][cause.path].get("elasticity", {}).get(name, 0.0) for result in (before, after)
    ]
    # the mean slope of both ends is right to second order
    effect = exponent * 0.5 * (slopes[0] + slopes[1]) * ratio
    return Cause(cause.path, cause.unit, cause.before, cause.after, effect)


def _log_ratio(before: float | None, after: float | None) -> float | None:
    """Natural logarithm of `after` over `before`; None where one is missing or zero, or their signs differ."""
    if not before or not after or (before > 0.0) != (after > 0.0):
        return None
    return math.log(abs(after)) - math.log(abs(before))


def _circumstances(before: Result, after: Result) -> list[str]:
    reported = []
    for key, label in (
        ("architecture", "design"),
        ("workload", "workload"),
        ("neuroest_version", "version of neuroest"),
    ):
        if before.get(key) != after.get(key):
            reported.append(f"{label}: {before.get(key)} -> {after.get(key)}")
    one, other = before.get("settings") or {}, after.get("settings") or {}
    for path in dict.fromkeys((*one, *other)):
        stated = [side.get(path, "as in the file") for side in (one, other)]
        if stated[0] != stated[1]:
            reported.append(f"setting {path}: {stated[0]} -> {stated[1]}")
    files = [
        {(f["kind"], f["name"]): f["sha256"] for f in result.get("inputs", ())} for result in (before, after)
    ]
    for kind, name in dict.fromkeys((*files[0], *files[1])):
        first, second = files[0].get((kind, name)), files[1].get((kind, name))
        if first != second:
            one_side = "only in the second" if first is None else "only in the first"
            reported.append(f"{kind} {name} {one_side if None in {first, second} else 'has changed'}")
    left = [set(result.get("exclusions", ())) for result in (before, after)]
    reported += [f"no longer left out: {item}" for item in sorted(left[0] - left[1])]
    reported += [f"now left out: {item}" for item in sorted(left[1] - left[0])]
    return [one_line(text) for text in reported]


def _moved_blocks(moved: Moved) -> Iterator[Block]:
    label, unit = label_and_unit(moved.total)
    change = "" if moved.change is None else f"  ({_factor(moved.change)})"
    values = f"{formatted(moved.before, unit)} -> {formatted(moved.after, unit)}"
    yield Paragraph(f"{label}: {values}{change}", "bold", indent=2)
    whole = sum(abs(other - one) for _, one, other in moved.components)
    rows = [
        (short(path), f"{formatted(one, unit)} ->", formatted(other, unit), percent(abs(other - one) / whole))
        for path, one, other in moved.components
        if abs(other - one) >= _LEAST * whole
    ]
    if rows:
        yield Table.of(("", "", "", "share"), rows[:_MOST], "<>>>", indent=4)
    causes = [
        (*_parameter_cells(cause), "effect not known" if cause.effect is None else _factor(cause.effect))
        for cause in moved.causes
        if cause.effect is None or abs(cause.effect) >= _LEAST * abs(moved.change or 1.0)
    ]
    if causes:
        yield Paragraph("causes, one at a time, to first order:", indent=4)
        yield Table.of(("", "", "", ""), causes[:_MOST], "<>>>", indent=6)
    rest = moved.unexplained
    if rest is None or not _elasticity(moved.total)[0]:
        return
    if abs(rest) > _UNEXPLAINED * max(abs(moved.change or 0.0), _NO_CHANGE):
        why = "steps, curvature," if moved.causes else "no parameter differs:"
        text = f"not accounted for by single parameters: {_factor(rest)} ({why} structure or models)"
        yield Paragraph(text, indent=6)


def _parameter_cells(cause: Cause) -> tuple[str, str, str]:
    return short(cause.path), f"{formatted(cause.before, cause.unit)} ->", formatted(cause.after, cause.unit)


def _factor(logarithm: float) -> str:
    """A factor as a percentage where it is near one, as a factor otherwise."""
    factor = math.exp(min(max(logarithm, -690.0), 690.0))
    return f"{(factor - 1.0) * 100:+.3g} %" if 0.5 < factor < 2.0 else f"x {factor:.3g}"
