"""The golden table, computed, read and written."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

import neuroest
from neuroest.core.files import write_whole
from neuroest.loading.library import shipped
from neuroest.results.estimate import Estimate
from tests.pairs import pairs

FILE = Path(__file__).with_name("totals.csv")
VALUES = ("nominal", "p10", "median", "p90")
HEADER = ("chip", "network", "result", *VALUES)
NOTE = """\
# Every total of every shipped chip on the networks that it runs; `python -m tests.golden --update` writes this file.
# "fails X" is 1 for a check that fails at nominal inputs, advice included. "passes" and "samples that fail X" are
# shares of the samples of the bands.
"""
PASSES, FAILS, SAMPLES_FAIL = "passes", "fails ", "samples that fail "

Row: TypeAlias = tuple[str, str, str]
"""Chip, network and result."""
Table: TypeAlias = dict[Row, tuple[float | None, ...]]
"""The `VALUES` of each row; None for those that it does not have."""


def every_pair() -> list[tuple[str, str]]:
    """Every shipped chip with each shipped network that it runs, in the order of the file."""
    return sorted(pairs(*shipped("workload")))


def computed(
    chosen: Iterable[tuple[str, str]], *, bands: bool = True,
    estimate: Callable[[str, str], Estimate] = neuroest.estimate,
) -> Table:  # fmt: skip
    """Rows of pairs of a chip and a network; without `bands` the nominal values and the failing checks only."""
    table: Table = {}
    for chip, network in chosen:
        result = estimate(chip, network)
        for name, value in result.totals.items():
            if value is None:
                continue
            band = result.bands.totals.get(name) if bands else None
            ends = (None, None, None) if band is None else (band.low, band.median, band.high)
            table[chip, network, name] = (
                value,
                *(end if end is None or math.isfinite(end) else None for end in ends),
            )
        shares = {f"{FAILS}{check.name} ({check.component})": 1.0 for check in result.remarks}
        if bands:
            shares[PASSES] = result.passing.share
            shares |= {f"{SAMPLES_FAIL}{check}": share for check, share in result.passing.failing.items()}
        table |= {(chip, network, name): (share, None, None, None) for name, share in sorted(shares.items())}
    return table


def nominal(table: Mapping[Row, tuple[float | None, ...]]) -> Table:
    """What `computed` returns without bands."""
    return {
        row: (values[0], None, None, None)
        for row, values in table.items()
        if row[2] != PASSES and not row[2].startswith(SAMPLES_FAIL)
    }


def read(file: Path = FILE) -> Table:
    """The table of a file."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(line for line in stream if not line.startswith("#"))
        if tuple(next(rows)) != HEADER:
            raise ValueError(f"{file}: the columns must be {', '.join(HEADER)}")
        return {
            (chip, network, result): tuple(float(value) if value else None for value in values)
            for chip, network, result, *values in rows
        }


def write(table: Table, file: Path = FILE) -> None:
    """Write a table with twelve digits: differences between processors are smaller, and 1e-9 larger."""
    lines = [",".join(HEADER)]
    for row, values in table.items():
        lines.append(",".join([*row, *("" if value is None else f"{value:.12g}" for value in values)]))
    write_whole(file, (NOTE + "\n".join(lines) + "\n").encode())
