"""What files say for the survey of neurons and chips: cells of a row, each with its source."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from neuroest.core.errors import Problem, QuantityError, did_you_mean
from neuroest.core.files import read_data
from neuroest.core.frozen import frozen, frozen_dataclass
from neuroest.core.units import parse_quantity
from neuroest.specs.base import Spec
from neuroest.specs.device import SourceSpec, SurveyCell, SurveyEntry
from neuroest.specs.messages import problem_at
from neuroest.specs.reading import Document

Subject: TypeAlias = Literal["neurons", "chips"]
CellValue: TypeAlias = str | float | bool | tuple[str, ...]

_RATES = re.compile(r"\b([kMGTP]?)(?:OPS|SOP/s|op/s)\b")
_OPERATIONS = re.compile(r"/(?:SOP|OP|op)$")


@frozen_dataclass
class Column:
    """One column of the survey.

    Attributes
    ----------
    head : str
        Heading of the table.
    about : str
        Definition.
    unit : str
        SI unit of a quantity; empty for other columns.
    choices : tuple of str
        Allowed words; empty if the column takes any text.
    kind : str
        ``quantity``, ``count``, ``yes_no``, ``text``, ``word`` or ``words``.
    scale : float
        Factor from the SI unit to that of the heading.
    brief : bool
        Whether the brief table has it, which terminals and papers show.
    kinds : tuple of str
        Kinds of chips to which the column applies; empty if to all.
    without : tuple of str
        Materials to which the column does not apply.
    parameter, reported : str
        Parameter and reported quantity of a device spec that fill the column; empty if none does.
    """

    head: str
    about: str
    kind: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    scale: float = 1.0
    brief: bool = False
    kinds: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    parameter: str = ""
    reported: str = ""

    def applies(self, cells: Mapping[str, CellValue]) -> bool:
        """Whether a row with these values can have one in this column."""
        kind = cells.get("kind")
        return (not self.kinds or kind is None or kind in self.kinds) and cells.get(
            "material"
        ) not in self.without

    def read(self, given: Any) -> CellValue:
        """The value of a cell, quantities in SI units.

        Raises
        ------
        QuantityError
            If the value is not one of this column.
        """
        if self.kind == "yes_no":
            if isinstance(given, bool):
                return given
            raise QuantityError(f"{given!r} is neither true nor false")
        if isinstance(given, bool):
            raise QuantityError(f"expected {self.kind.replace('_', ' ')}, got {given}")
        if self.kind in {"quantity", "count"}:
            # an operation is no unit: 40.3 TOPS/W is 40.3 THz/W, 12.7 pJ/SOP is 12.7 pJ
            plain = _OPERATIONS.sub("", _RATES.sub(r"\1Hz", given)) if isinstance(given, str) else given
            value: float = parse_quantity(plain, self.unit or "1")
            if not math.isfinite(value) or value < 0.0:
                raise QuantityError(f"{given} must be finite and at least 0")
            if self.kind == "count" and value != round(value):
                raise QuantityError(f"{given} is not a whole number")
            return value
        words = tuple(given) if isinstance(given, list | tuple) else (str(given),)
        unknown = [word for word in words if self.choices and word not in self.choices]
        if unknown:
            raise QuantityError(
                f"{unknown[0]!r} is not one of {', '.join(self.choices)}{did_you_mean(unknown[0], self.choices)}"
            )
        if self.kind == "words":
            return words
        if len(words) != 1:
            raise QuantityError("expected one text, not a list")
        text: str = words[0]
        return text


def columns(subject: str) -> Mapping[str, Column]:
    """Columns of the survey of neurons or of chips, in the order of the table."""
    rows: Mapping[str, Mapping[str, Any]] = read_data(Path(__file__).with_suffix(".yaml"))[subject]
    return frozen(
        {
            name: Column(
                **{**row, **{key: tuple(row.get(key, ())) for key in ("choices", "kinds", "without")}}
            )
            for name, row in rows.items()
        }
    )


def reference() -> Mapping[str, str]:
    """Feature size of the normalised columns, and the process of a device that states none."""
    found: Mapping[str, str] = read_data(Path(__file__).with_suffix(".yaml"))["reference"]
    return found


def given_cells(entry: SurveyEntry) -> dict[str, SurveyCell]:
    """Cells of a row in their long form."""
    return {
        name: cell if isinstance(cell, SurveyCell) else SurveyCell(value=cell)
        for name, cell in entry.cells.items()
    }


def survey_problems(
    document: Document,
    place: list[str | int],
    subject: str,
    entry: SurveyEntry,
    sources: Collection[str] | None = None,
    published: Collection[str] = (),
) -> Iterator[Problem]:
    """Problems of a row of the survey at its place in a file.

    Parameters
    ----------
    document, place
        The file, and the keys that lead to the row.
    subject : str
        ``neurons`` or ``chips``.
    entry : SurveyEntry
        The row.
    sources : collection of str, optional
        Known sources; None where the file's sources are checked elsewhere.
    published : collection of str
        Published values that a cell may name.
    """
    known = columns(subject)
    for name, cell in {
        "": SurveyCell(source=entry.source, cited_in=entry.cited_in),
        **given_cells(entry),
    }.items():
        where = [*place, "cells", name] if name else place
        for key in (cell.source, cell.cited_in):
            if sources is not None and key is not None and key not in sources:
                yield problem_at(document, where, f"unknown source {key!r}{did_you_mean(key, sources)}")
        if name and (message := _problem(name, cell, known, published)):
            yield problem_at(document, where, message)


def _problem(name: str, cell: SurveyCell, known: Mapping[str, Column], published: Collection[str]) -> str:
    """Problem of one cell; empty if there is none."""
    if name not in known:
        return f"unknown column {name!r}{did_you_mean(name, known)}"
    if (cell.value is None) == (cell.published is None):
        return "give `value` or `published`, one of them"
    if cell.published is not None:
        near = did_you_mean(cell.published, published)
        return "" if cell.published in published else f"unknown published value {cell.published!r}{near}"
    try:
        known[name].read(cell.value)
    except QuantityError as error:
        return str(error)
    return ""


class SurveySpec(Spec):
    """Rows of the survey of neurons or chips: published values, nothing computed."""

    kind: Literal["survey"]
    """The kind of this file."""
    subject: Subject
    """What the rows are."""
    rows: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], SurveyEntry]
    """Rows by name."""
    sources: dict[str, SourceSpec] = Field(default_factory=dict)
    """Sources that only this file uses."""
