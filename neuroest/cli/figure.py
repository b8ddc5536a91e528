"""``neuroest figure``: a ready figure of a design and its baselines along one axis.

Parameters
----------
baselines
    Designs to compare with: names or files.
output
    The figure: .pdf, .svg or .png.
result
    Result to draw.
form
    Form of the points, without -o.

Examples
--------
neuroest figure integration-time analog_lif_28nm digital_spiking_28nm -w mlp_mnist_spiking -o energy.pdf
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli import shared
from neuroest.cli.completion import quantities
from neuroest.cli.elapsed import progress_shown
from neuroest.core.units import format_quantity
from neuroest.exploration.curves import KINDS, Curves, curves
from neuroest.loading.library import labelled

Kind = StrEnum("Kind", {name.upper().replace("-", "_"): name for name in KINDS})  # type: ignore[misc]  # names known at import


def run(
    kind: Annotated[Kind, typer.Argument(metavar="KIND", help=f"One of {', '.join(KINDS)}.")],
    architecture: shared.Architecture,
    baselines: shared.Baselines = None,
    workload: shared.Workload = shared.DEFAULT_WORKLOAD,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE")] = None,
    result: Annotated[str, typer.Option(autocompletion=quantities)] = "energy_per_inference_J",
    labels: shared.Labels = None,
    form: shared.Form = shared.Format.CSV,
) -> None:
    """A ready figure along one axis, with bands and break-even points.

    The axis is the integration time of the neurons, the resolution of the converters, the array size or the spike
    rate. Without -o the points are printed.
    """
    chips = [architecture, *(baselines or [])]
    (design, *others), (network,) = labelled(chips, [workload], shared.parse_labels(labels))
    (asked,) = shared.result_names([result], "--result")
    found = curves(kind.value, design, others, network, asked, progress_shown())
    if output is not None:
        found.plot(output)
    else:
        shared.emit_in_form(
            None, form, lambda: _text(found), found.rows, f"{found.quantity} along {found.label}"
        )
    shared.note([*_failed_lines(found), *_equal_lines(found)])


def _failed_lines(found: Curves) -> list[str]:
    """How many points of each design fail a check, and which."""
    return [
        f"{curve.name}: {sum(map(bool, curve.failed))} of {len(curve.failed)} points fail a check: {', '.join(names)}"
        for curve in found.curves
        if (names := sorted({check for check in curve.failed if check}))
    ]


def _text(found: Curves) -> str:
    from neuroest.reporting.table_model import Table  # noqa: PLC0415 - other forms do not need it

    return Table.of_records(found.rows()).to_text()


def _equal_lines(found: Curves) -> list[str]:
    first, last = (format_quantity(float(found.values[end]), found.unit) for end in (0, -1))
    lines = []
    for one in found.equal:
        low, middle, high = (
            format_quantity(value, found.unit) for value in (one.band.low, one.band.median, one.band.high)
        )
        low = f"below {first}" if one.band.low < found.values[0] else low
        high = f"above {last}" if one.band.high > found.values[-1] else high
        lines.append(f"break-even with {one.baseline} at {middle} (median; p10 .. p90: {low} .. {high})")
    without = [c.name for c in found.curves[1:] if c.name not in {one.baseline for one in found.equal}]
    return lines + [f"no break-even with {name} from {first} to {last}" for name in without]
