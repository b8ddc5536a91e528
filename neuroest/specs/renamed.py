"""Renamed keys and words of spec files. This version accepts the old names, with a note."""

import warnings
from collections.abc import Iterable, Mapping
from typing import Any

from neuroest.core.errors import Problem


class RenamedWarning(UserWarning):
    """A spec file that uses an old name."""


KEYS: Mapping[str, str] = {
    "via": "cited_in",
    "place": "locator",
    "pairing": "weight_encoding",
    "offset_reference": "offset_subtraction",
    "when_too_small": "oversize",
    "stands_for": "covers",
}
"""New name of each old key, at any location."""
WORDS: Mapping[tuple[str, str], str] = {
    ("model", "spike_driver"): "one_bit_driver",
    ("oversize", "reprogram"): "time_multiplex",
}
"""New word for each old value of a key."""
TOTALS: Mapping[str, str] = {"weight_bits": "total_weight_bits"}
"""New name of each old total in an expression."""


def warn_of(notes: Iterable[Problem]) -> None:
    """Report each old name in a file, once per location."""
    for note in notes:
        warnings.warn(str(note), RenamedWarning, stacklevel=2)


def new_key(key: str) -> str:
    """The current name of a key."""
    return KEYS.get(key, key)


def new_path(path: str) -> str:
    """A dotted path with the current names of its keys."""
    return ".".join(map(new_key, path.split(".")))


def new_word(key: str, value: Any) -> Any:
    """The current word for a value of a key; anything else unchanged."""
    return WORDS.get((key, value), value) if isinstance(value, str) else value
