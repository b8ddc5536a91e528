"""Results as comma-separated values with the unit in each column name; points of a sweep, shown and read."""

import base64
import gzip
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuroest.core.document import Quantity, Share, Table, records_csv
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import extra
from neuroest.exploration.draws_along import PASSING_SHARE
from neuroest.exploration.pareto import non_dominated
from neuroest.exploration.sweep import PrintedPoints
from neuroest.reporting.formatting import short_names
from neuroest.results.comparison import Comparison
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import QUANTITIES, label_and_unit
from neuroest.specs.file_text import is_file


def breakdown_csv(estimates: Sequence[Estimate]) -> str:
    """Breakdowns as CSV, one row per term, with architecture and workload first."""
    rows = (
        {"architecture": result.architecture, "workload": result.workload.name, **asdict(row)}
        for result in estimates
        for row in result.breakdown
    )
    return records_csv((), rows)


def comparison_csv(comparison: Comparison) -> str:
    """Comparison as CSV: differences, exclusions of each side, paces, and ratios, in one table.

    Each row says its `kind` (``alike``, ``different``, ``left_out``, ``pace`` or ``ratio``) and what it is about.
    """
    names = [result.architecture for result in comparison.estimates]
    rows: list[dict[str, Any]] = []
    for item in comparison.differences:
        kind = "different" if item.differs else "alike"
        for name, value in zip(names, item.values, strict=True):
            rows.append({"kind": kind, "what": item.what, "design": name, "value": value})
    for name, result in zip(names, comparison.estimates, strict=True):
        rows += [{"kind": "left_out", "design": name, "value": item} for item in result.exclusions]
    for row in comparison.paces:
        band, attribution = row.ratio.band, row.attribution
        rows.append({
            "kind": "pace", "what": f"{row.label}, {row.pace}", "baseline": row.baseline,
            "design_value": row.design.value, "baseline_value": row.baseline_energy.value, "ratio": row.ratio.value,
            "ratio_p10": band and band.low, "ratio_p90": band and band.high,
            "attribution": attribution and attribution.words, "verdict": comparison.verdict(row),
        })  # fmt: skip
    for ratio in ratio_rows(comparison):
        rows.append({"kind": "ratio", "what": ratio.pop("quantity"), **ratio})
    columns = ("kind", "what", "design", "value", "baseline", "design_value", "baseline_value", "ratio")
    last = (
        "ratio_p10", "ratio_p90", "ratio_nominal", "verdict", "attribution", "design_unproven_share",
        "baseline_unproven_share",
    )  # fmt: skip
    return records_csv((*columns, *last), rows)


def ratio_rows(comparison: Comparison) -> list[dict[str, Any]]:
    """The ratios with the values on both sides, one row each."""
    rows = []
    for ratio in comparison.ratios:
        baseline = next(b for b in comparison.baselines if b.architecture == ratio.baseline)
        attribution = comparison.attribution(ratio)
        rows.append(
            {
                "quantity": ratio.quantity,
                "design": comparison.design.architecture,
                "baseline": ratio.baseline,
                "design_value": comparison.design.headline(ratio.quantity).value,
                "baseline_value": baseline.headline(ratio.quantity).value,
                "ratio": ratio.value,
                "ratio_p10": ratio.low,
                "ratio_p90": ratio.high,
                "ratio_nominal": ratio.nominal,
                "verdict": comparison.verdict(ratio),
                "attribution": attribution.words if attribution else None,
                "design_unproven_share": ratio.unproven[0],
                "baseline_unproven_share": ratio.unproven[1],
            }
        )
    return rows


_MOST_ROWS = 20
_WHERE_STATED = ("extrapolates", "failed_check")
"""Columns that the table has only if they say something of a point."""


def points_table(printed_points: PrintedPoints) -> Table:
    """Some rows with their units: parameters, results that apply, and the checks that fail."""
    frame = printed_points.some_rows(_MOST_ROWS).dropna(axis="columns", how="all")
    names = [name for name in map(str, frame) if name not in _WHERE_STATED or frame[name].astype(bool).any()]
    labels = [label_and_unit(name) for name in names]
    head = short_names(label for label, _ in labels)
    rows = [
        [
            Share(cell) if name == PASSING_SHARE else _cell(cell, unit)
            for name, (_, unit), cell in zip(names, labels, row, strict=True)
        ]
        for row in frame[names].itertuples(index=False)
    ]
    return Table.of([head[label] for label, _ in labels], rows)


def _cell(value: Any, unit: str) -> Any:
    """A number with its unit, nothing where there is none, or words."""
    if not isinstance(value, float):
        return value
    return Quantity(value if math.isfinite(value) else None, unit)


MOST_POINTS = 100_000
"""Maximum number of sweep points on the page."""
_DRAWN = ("area_m2", "energy_per_inference_J", "latency_s")
"""Candidate results for a figure, which shows the first two present."""
RESULT_COLUMNS = frozenset(QUANTITIES)
_ROWS = 1 << 18
_MOST_CODES = 65_535
_BYTE = 256
_DIGITS = 6
_SQUARE_MILLIMETRES = 1e6
_PRINTED = {"1": "", "m^2": "mm²", "W/m^2": "W/m²", "ohm": "Ω"}
"""Units printed differently from their form in files."""


@frozen_dataclass
class SweepPoints:
    """Feasible points of a sweep.

    Attributes
    ----------
    shown : pandas.DataFrame
        All of them, or as many as are shown, equally far apart.
    count : int
        How many there are.
    infeasible : int
        Points of the file that are left out.
    results : tuple of str
        Two results that a figure shows; empty where the sweep did not keep as many.
    front : pandas.DataFrame
        Those results of all points that no other beats in both.
    """

    formatted: Any
    count: int
    infeasible: int
    results: tuple[str, ...]
    front: Any


def read_sweep(file: Path) -> SweepPoints:
    """Points of a sweep with an estimate, from .parquet or .csv; memory does not grow with a Parquet file.

    Raises
    ------
    NeuroestError
        When there is no such file, or nothing in it to show.
    """
    import pandas as pd  # noqa: PLC0415 - heavy, and only sweeps need it

    if not is_file(file):
        raise NeuroestError(f"{file}: there is no such file")
    try:
        count = infeasible = 0
        for piece in _pieces(file, ("feasible",)):
            kept = len(_those(piece))
            count, infeasible = count + kept, infeasible + len(piece) - kept
        step = max(1, math.ceil(count / MOST_POINTS))
        formatted, results, passed = [], None, 0
        front: Any = None
        for piece in map(_those, _pieces(file)):
            if results is None:
                results = tuple(name for name in _DRAWN if name in piece)[:2]
            formatted.append(piece.iloc[-passed % step :: step])
            passed += len(piece)
            if len(results) == 2:
                front = _front(front, piece[list(results)])
    except NeuroestError:
        raise
    except Exception as error:  # whatever the reader says of a file that is none
        raise NeuroestError(f"{file} is not a sweep: {str(error).splitlines()[0]}") from None
    table = pd.concat(formatted, ignore_index=True) if formatted else pd.DataFrame()
    if table.empty or table.select_dtypes("number").shape[1] < 2:
        raise NeuroestError(f"{file} contains no feasible point with two numbers")
    both = results if results is not None and len(results) == 2 else ()
    return SweepPoints(table, count, infeasible, both, front)


def _pieces(file: Path, columns: Sequence[str] | None = None) -> Iterator[Any]:
    """Rows of a file in chunks; of the named columns only those present."""
    import pandas as pd  # noqa: PLC0415 - heavy, and only sweeps need it

    if file.suffix == ".csv":
        yield pd.read_csv(file, low_memory=False)
        return
    parquet = extra("pyarrow.parquet", "explore").ParquetFile(str(file))
    known = parquet.schema_arrow.names
    chosen = [name for name in columns if name in known] if columns is not None else None
    if columns is not None and not chosen:
        chosen = known[:1]
    for batch in parquet.iter_batches(batch_size=_ROWS, columns=chosen):
        yield batch.to_pandas()


def _those(frame: Any) -> Any:
    """Feasible rows of a frame; an empty cell is not feasible."""
    return frame[frame["feasible"].isin([True])] if "feasible" in frame else frame


def _front(before: Any, piece: Any) -> Any:
    """Pareto front of the points so far; positive values only, since the axes are logarithmic."""
    import pandas as pd  # noqa: PLC0415 - heavy, and only sweeps need it

    fresh = piece.dropna()
    fresh = fresh[np.all(fresh > 0.0, axis=1)]
    both = fresh if before is None else pd.concat([before, fresh], ignore_index=True)
    return both[non_dominated(both.to_numpy(np.float64))].drop_duplicates()


def sweep_points(frame: Any, count: int | None = None, infeasible: int = 0) -> dict[str, Any]:
    """Varying columns of a sweep, thinned evenly if there are too many points.

    Parameters
    ----------
    frame : pandas.DataFrame
        The points, or those that are shown.
    count : int, optional
        How many there are, where `frame` has not all of them.
    infeasible : int
        Points of the sweep that are left out.

    Returns
    -------
    dict
        ``columns`` with name, label, unit and coding of each, ``data``: their bytes one after the other, gzip and
        base64, ``rows`` of how many (``of``), ``infeasible`` points that are left out, ``results`` among the columns,
        and ``names`` of columns that have one value only or cannot be shown.
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
        label, unit = label_and_unit(short.get(str(name).partition(" ")[0], str(name)))
        unit = _PRINTED.get(unit, unit)
        scale = _SQUARE_MILLIMETRES if unit == "mm²" else 1.0
        columns.append({"name": str(name), "label": label, "unit": unit, "scale": scale, **about})
        parts.append(content)
    data = base64.b64encode(gzip.compress(b"".join(parts), 6, mtime=0)).decode()
    return {
        "columns": columns,
        "rows": len(points),
        "of": len(frame) if count is None else count,
        "infeasible": infeasible,
        "results": [str(name) for name in points.columns if str(name) in RESULT_COLUMNS],
        "names": left,
        "data": data,
    }


def _packed(column: Any) -> tuple[dict[str, Any], bytes] | None:
    """Column as bytes, or None if it does not vary or is neither numeric nor of a few words."""
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
    """Bytes regrouped by position, so that equal ones are adjacent and compress better."""
    return values.view(np.uint8).reshape(len(values), -1).T.tobytes()
