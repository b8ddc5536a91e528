"""A spec together with the file that it came from."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar, overload

from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.specs.base import Spec
from neuroest.specs.reading import Document

_T = TypeVar("_T", bound=Spec)


@frozen_dataclass(eq=False)
class Loaded(Generic[_T]):
    """A validated spec with the file it came from."""

    spec: _T
    file: str
    sha256: str
    document: Document

    def __repr__(self) -> str:
        return (
            f"<Loaded {getattr(self.spec, 'kind', 'spec')} {getattr(self.spec, 'name', '')!r} of {self.file}>"
        )


Named: TypeAlias = str | Path | Loaded[Any]
"""How to request a spec: a shipped name, the path of a file, or the spec object."""


@overload
def listed(given: str | Iterable[str]) -> tuple[str, ...]: ...
@overload
def listed(given: str | Path | Iterable[str | Path]) -> tuple[str | Path, ...]: ...
@overload
def listed(given: Named | Iterable[Named]) -> tuple[Named, ...]: ...
def listed(given: Named | Iterable[Named]) -> tuple[Named, ...]:
    """Wrap one name, path or spec in a tuple, since a text is also a sequence of letters.

    Raises
    ------
    NeuroestError
        If the value is neither one spec nor several.

    Examples
    --------
    >>> listed("loihi_14nm"), listed(["one", "two"])
    (('loihi_14nm',), ('one', 'two'))
    """
    if isinstance(given, str | Path | Loaded):
        return (given,)
    if not isinstance(given, Iterable):
        raise NeuroestError(f"expected a name or a list of names, got {type(given).__name__}")
    return tuple(given)
