"""Types of unquoted words in a spec file: text, number, boolean or null.

These are the rules of the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2, section 10.3.2). Most parsers still
follow YAML 1.1, where ``no`` is a boolean, ``1:30`` is 90, ``010`` is 8 and ``1e-9`` is text.
"""

import math
import re
from typing import TypeAlias

from neuroest.specs.file_text import shortened

Scalar: TypeAlias = str | int | float | bool | None

_LONGEST_NUMBER = 250  # this many digits fit a float, even hexadecimal ones

# First characters of a null, a boolean or a number, and the empty text.
_FIRST_CHARACTERS = frozenset(("", *"0123456789+-.~nNtTfF"))
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_REAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_NOT_ZERO = re.compile(r"[-+.0]*[1-9]")


def scalar_value(text: str) -> Scalar:
    """Value of an unquoted scalar.

    Parameters
    ----------
    text : str
        The scalar as written in the file, without surrounding white space.

    Returns
    -------
    str, int, float, bool or None
        The value; any other text is returned unchanged.

    Raises
    ------
    ValueError
        If a number is not finite or does not fit a float.

    Examples
    --------
    >>> [scalar_value(text) for text in ("1e-9", "010", "0o17", "1:30", "1_000", "no", "true", "~")]
    [1e-09, 10, 15, '1:30', '1_000', 'no', True, None]
    """
    if text[:1] not in _FIRST_CHARACTERS:
        return text  # the usual case, decided by the first letter
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"{text} is not allowed; a quantity must be finite")
    integer = _INTEGER.fullmatch(text)
    if not (integer or _REAL.fullmatch(text)):
        return text
    if len(text) > _LONGEST_NUMBER:
        raise ValueError(f"a number of {len(text)} characters is not allowed; shorten it, as in 1.5e9")
    if integer:
        return int(text, 0) if text[1:2] in ("o", "x") else int(text)
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"{text} is too large for a number; a quantity must be finite")
    if value == 0 and _NOT_ZERO.match(text):
        raise ValueError(f"{text} is too small for a number and would be read as zero")
    return value


def unquoted_key_problem(key: str) -> str:
    """Why an unquoted key is not text, or an empty text if it is.

    Examples
    --------
    >>> unquoted_key_problem("1e3")
    'key 1e3 is a number; a key must be text: write it in quotes'
    >>> unquoted_key_problem("on")
    ''
    """
    if not key:
        return "a key is missing before ':'"
    if key == "<<":
        return "merge keys ('<<') are not allowed; write the keys out"
    try:
        value = scalar_value(key)
    except ValueError:
        value = math.inf
    if isinstance(value, str):
        return ""
    kind = "null" if value is None else "a boolean" if isinstance(value, bool) else "a number"
    return f"key {shortened(key)} is {kind}; a key must be text: write it in quotes"
