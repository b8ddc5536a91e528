"""Keys and words of spec files that have a new name. The old one is accepted in this version, with a note."""

import warnings
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from neuroest.core.errors import Problem


class RenamedWarning(UserWarning):
    """A spec file that uses an old name."""


KEYS: Mapping[str, str] = MappingProxyType(
    {
        "via": "cited_in",
        "place": "locator",
        "pairing": "weight_encoding",
        "offset_reference": "offset_subtraction",
        "when_too_small": "oversize",
        "stands_for": "covers",
    }
)
"""New name of each old key, wherever it stands."""
WORDS: Mapping[tuple[str, str], str] = MappingProxyType(
    {("model", "spike_driver"): "one_bit_driver", ("oversize", "reprogram"): "time_multiplex"}
)
"""New word for each old value of a key."""
TOTALS: Mapping[str, str] = MappingProxyType({"weight_bits": "total_weight_bits"})
"""New name of each old total in an expression."""


def warn_of(notes: Iterable[Problem]) -> None:
    """Say once for each place which old name a file uses."""
    for note in notes:
        warnings.warn(str(note), RenamedWarning, stacklevel=2)


def new_key(key: str) -> str:
    """The name that a key has now."""
    return KEYS.get(key, key)


def new_path(path: str) -> str:
    """A dotted path with the names that its keys have now."""
    return ".".join(map(new_key, path.split(".")))


def new_word(key: str, value: Any) -> Any:
    """The word that a value of a key is written as now; anything else as it is."""
    return WORDS.get((key, value), value) if isinstance(value, str) else value
