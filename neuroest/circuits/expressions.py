"""Expressions of a circuit, written as one of the languages wants its names."""

import re
from collections.abc import Callable

_WORD = re.compile(r"[VI]\([^()]*\)|(?<![\w.])[A-Za-z_]\w*")


def rewritten(expression: str, name: Callable[[str], str]) -> str:
    """An expression with every name and probe replaced by what `name` says for it.

    >>> rewritten("2e-3*V(in,gate)*exp(x)", str.upper)
    '2e-3*V(IN,GATE)*EXP(X)'
    """
    return _WORD.sub(lambda found: name(found.group()), expression)
