"""Points of a sweep packed for the page: columns as bytes, compressed, with what their axes are called."""

from __future__ import annotations

import base64
import gzip
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuroest.reporting.quantities import short_names, words

MOST_POINTS = 100_000
"""Points of a sweep that the page takes."""
_MOST_CODES = 65_535
_BYTE = 256
_DIGITS = 6
_SQUARE_MILLIMETRES = 1e6
_UNITS = {
    "m2": "mm²", "J": "J", "s": "s", "W": "W", "V": "V", "A": "A", "F": "F", "Hz": "Hz", "ohm": "Ω", "K": "K",
    "m": "m", "S": "S", "per_s": "1/s", "W_per_m2": "W/m²", "bit": "bit",
}  # fmt: skip


def sweep_points(frame: Any) -> dict[str, Any]:
    """Columns of a sweep that vary, thinned evenly where the points are too many.

    Returns
    -------
    dict
        ``columns`` with name, label, unit and coding of each, ``data``: their bytes one after the other, gzip and
        base64, ``rows`` of how many (``of``), and ``names`` of columns that have one value only or cannot be shown.
    """
    points = frame.iloc[:: math.ceil(len(frame) / MOST_POINTS)] if len(frame) > MOST_POINTS else frame
    short = short_names([str(name).partition(" ")[0] for name in points.columns])
    columns, parts, left = [], [], []
    for name in points.columns:
        found = _packed(points[name])
        if found is None:
            left.append(str(name))
            continue
        about, content = found
        label, unit = _label(short.get(str(name).partition(" ")[0], str(name)))
        columns.append({"name": str(name), "label": label, "unit": unit, "scale": _scale(unit), **about})
        parts.append(content)
    data = base64.b64encode(gzip.compress(b"".join(parts), 6, mtime=0)).decode()
    return {"columns": columns, "rows": len(points), "of": len(frame), "names": left, "data": data}


def _label(name: str) -> tuple[str, str]:
    """Words and unit of a column: ``interface.bias_current_A`` is a bias current in A."""
    for suffix in sorted(_UNITS, key=len, reverse=True):
        if name.endswith(f"_{suffix}"):
            return words(name.removesuffix(f"_{suffix}")), _UNITS[suffix]
    return words(name), ""


def _scale(unit: str) -> float:
    return _SQUARE_MILLIMETRES if unit == "mm²" else 1.0


def _packed(column: Any) -> tuple[dict[str, Any], bytes] | None:
    """A column as bytes, or nothing where it does not vary or is neither numbers nor a few words."""
    import pandas as pd  # noqa: PLC0415 - heavy, and only sweeps need it

    if pd.api.types.is_bool_dtype(column) or not pd.api.types.is_numeric_dtype(column):
        codes, found = pd.factorize(column.astype(str), sort=True)
        if not 1 < len(found) <= _BYTE:
            return None
        return {"coding": "u1", "words": [str(word) for word in found]}, codes.astype(np.uint8).tobytes()
    values = column.to_numpy(dtype=np.float64)
    values = np.where(np.isfinite(values), values, np.nan)
    codes, found = pd.factorize(values, sort=True)  # what is no number has the code -1
    if len(found) < 2 and not np.any(codes < 0):
        return None
    if len(found) <= min(_MOST_CODES, len(values) // 4):
        coded = np.where(codes < 0, len(found), codes)
        levels = [float(f"{value:.{_DIGITS}g}") for value in found] + [None]
        small = len(levels) <= _BYTE
        kind = "u1" if small else "<u2"
        return {"coding": "u1" if small else "u2", "levels": levels}, _planes(coded.astype(kind))
    return {"coding": "f4"}, _planes(values.astype("<f4"))


def _planes(values: NDArray[Any]) -> bytes:
    """Bytes with all first bytes first: alike ones stand together and compress better."""
    return values.view(np.uint8).reshape(len(values), -1).T.tobytes()
