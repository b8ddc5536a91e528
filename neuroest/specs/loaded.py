"""A spec together with the file that it came from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar

from neuroest.specs.base import Spec
from neuroest.specs.reading import Document

_T = TypeVar("_T", bound=Spec)


@dataclass(frozen=True, eq=False, repr=False)
class Loaded(Generic[_T]):
    """A validated spec with the file it came from."""

    spec: _T
    file: str
    sha256: str
    document: Document


Named: TypeAlias = str | Path | Loaded[Any]
"""What a spec is asked for by: a shipped name, the path of a file, or the spec itself."""
