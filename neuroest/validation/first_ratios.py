"""First ratios of blind cases: what was predicted when a value was described, before its ratio was known.

Later corrections of models and restatements of a case move the present ratio. The first one stays as the test that
the description was.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from neuroest.loading.library import read_spec
from neuroest.specs.base import QuantityField, Spec
from neuroest.specs.file_text import is_file

FILE = "first.yaml"
"""Next to the file of the case."""
_HEAD = (
    "# First predictions of the values of a blind case, by `neuroest reproduce --first`; they never change."
)
_DIGITS = 6
_ABOVE_0 = QuantityField("1", minimum=0, above=True, example="0.42")


class FirstValue(Spec):
    """First prediction of a published value."""

    unit: str
    """Unit of all numbers."""
    published: Annotated[float, _ABOVE_0]
    """The published value as the description stated it."""
    predicted: Annotated[float, _ABOVE_0]
    """Prediction at nominal inputs."""
    p10: Annotated[float, _ABOVE_0]
    """10th percentile of the prediction."""
    p50: Annotated[float, _ABOVE_0]
    """Median of the prediction."""
    p90: Annotated[float, _ABOVE_0]
    """90th percentile of the prediction."""
    date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    """Day of the description and of the version that predicted."""
    version: str
    """Version of neuroest that predicted."""
    commit: str | None = None
    """Commit of neuroest with the description whose code was run for these numbers later; without one,
    `neuroest reproduce --first` wrote them at once."""
    note: str | None = None
    """What a reader must know of how the value was obtained."""

    @property
    def ratio(self) -> float:
        """Predicted over published value."""
        return self.predicted / self.published

    @property
    def inside(self) -> bool:
        """Whether the published value is between p10 and p90."""
        return self.p10 <= self.published <= self.p90


class FirstRatiosSpec(Spec):
    """First predictions of the values of a blind case."""

    kind: Literal["first_ratios"]
    """The kind of this file."""
    name: str
    """Name of the case."""
    values: dict[str, FirstValue] = Field(default_factory=dict)
    """First predictions by name of the value; values that the case does not score any more stay."""
    unknown: dict[str, str] = Field(default_factory=dict)
    """Values without a first ratio, each with the reason."""


def read_first(path: Path) -> FirstRatiosSpec:
    """Load a file of first ratios.

    Raises
    ------
    SpecError
        With all problems of the file.
    """
    return read_spec(FirstRatiosSpec, path).spec


def first_of(folder: Path) -> FirstRatiosSpec | None:
    """First ratios of the case in a folder; None if it has none."""
    return read_first(folder / FILE) if is_file(folder / FILE) else None


def first_text(spec: FirstRatiosSpec) -> str:
    """The file of first ratios; its texts are in quotes, so that no commit is read as a number."""
    lines = [_HEAD, f"kind: {spec.kind}", f"name: {spec.name}", "values:"]
    for name, value in spec.values.items():
        lines += [
            f"  {name}:",
            *(f"    {key}: {_text(item)}" for key, item in value.model_dump(exclude_none=True).items()),
        ]
    if spec.unknown:
        lines += ["unknown:", *(f"  {name}: {_text(reason)}" for name, reason in spec.unknown.items())]
    return "\n".join(lines) + "\n"


def _text(value: object) -> str:
    return f"{value:.{_DIGITS}g}" if isinstance(value, float) else json.dumps(value)
