"""Table of the energies at each pace, for every form of a comparison."""

from collections.abc import Iterator, Mapping, Sequence

from neuroest.reporting.formatting import formatted, percent, ratio_digits
from neuroest.reporting.table_model import Table
from neuroest.reporting.text_style import words
from neuroest.results.comparison import Comparison
from neuroest.results.estimate import Estimate
from neuroest.results.pace import PACES, Banded, Pace, PaceRow

LEAST_IN_TIME = 0.5
"""Share of the samples in which a chip must keep up for its energy at a pace to be meaningful."""
_OF_DATA: Mapping[Pace, str] = {
    "burst": "keeps up with the data", "streaming": "keeps up with the data and holds its state for a timestep",
}  # fmt: skip
"""Paces of the data, and what a chip must do there."""
HEAD = ("median", "design", "baseline", "ratio", "p10 .. p90")


def pace_table(comparison: Comparison, baseline: Estimate) -> Table:
    """Medians of the energies of a design and one baseline at each pace, and their ratio with its band."""
    rows: list[Sequence[object]] = []
    last = None
    for row in _of(comparison, baseline):
        if row.pace != last:
            last = row.pace
            periods = (_median(row.design_period, "s"), _median(row.baseline_period, "s"))
            rows.append((f"{words(row.pace)}: period", *periods, "", ""))
        if row.part != "energy" and not row.off_chip_link:
            continue
        slow = row.design_keeps_up < LEAST_IN_TIME, row.baseline_keeps_up < LEAST_IN_TIME
        ratio, band = row.ratio, row.ratio.band
        cells = [
            ("fails" if row.pace == "streaming" else "too slow") if late else _median(side, "J")
            for late, side in zip(slow, (row.design, row.baseline_energy), strict=True)
        ]
        known = band is not None and not any(slow)
        rows.append(
            (
                f"  {row.label}", *cells,
                ratio_digits(_middle(ratio)) if known else "-",
                f"{ratio_digits(band.low)} .. {ratio_digits(band.high)}" if band is not None and known else "-",
            )
        )  # fmt: skip
    return Table.of(HEAD, rows, "<>>>>")


def pace_notes(
    comparison: Comparison, baseline: Estimate, labels: Mapping[str, str] | None = None
) -> list[str]:
    """Notes under the table: chips that do not keep up, and data without a pace.

    `labels` has the name to show for an architecture, where it is not its own.
    """
    rows = [row for row in _of(comparison, baseline) if row.part == "energy" and row.off_chip_link]
    notes = [
        f"{words(pace)}: {what}" for pace, what in PACES.items() if any(row.pace == pace for row in rows)
    ]
    notes.append("ratio: computed sample by sample, so its median is not the quotient of the two medians")
    for row in rows:
        for name, share in (
            (comparison.design.architecture, row.design_keeps_up),
            (row.baseline, row.baseline_keeps_up),
        ):
            if row.pace in _OF_DATA and share < 1.0:
                shown = (labels or {}).get(name, name)
                notes.append(f"{shown} {_OF_DATA[row.pace]} in {percent(share)} of the samples")
    if not any(row.pace in _OF_DATA for row in rows):
        notes.append("neither burst nor streaming: the workload states no `period` of its data")
    return notes


def _of(comparison: Comparison, baseline: Estimate) -> Iterator[PaceRow]:
    yield from (row for row in comparison.paces if row.baseline == baseline.architecture)


def _middle(number: Banded) -> float:
    return float("nan") if number.band is None else number.band.median


def _median(number: Banded, unit: str) -> str:
    return "-" if number.band is None else formatted(number.band.median, unit)
