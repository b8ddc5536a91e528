"""``neuroest characterise``: the six characteristics of a neuron."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from neuroest.cli.lab import BarrierShift, Kinetics, Neuron, Parameters, Seed, Temperature, changes, quantity
from neuroest.cli.shared import Format, Output, emit, in_form, note
from neuroest.core.errors import NeuroestError, UnknownNameError

MEASURED_NEURON = "diffusive_bench"
"""The neuron that the published measurements belong to."""


def run(
    neuron: Neuron,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CHARACTERISTIC]...", show_default=False, help="Which; all six by default."),
    ] = None,
    devices: Annotated[
        int, typer.Option("--devices", min=2, max=100_000, help="Devices or repetitions of each point.")
    ] = 60,
    seed: Seed = 0,
    compare: Annotated[
        bool | None,
        typer.Option(
            "--compare/--no-compare",
            show_default=False,
            help="Under the conditions of the published measurements and beside them; the default for "
            + MEASURED_NEURON,
        ),
    ] = None,
    settings: Parameters = None,
    kinetics: Kinetics = "ion_kinetics_silver",
    temperature: Temperature = None,
    barrier_shift: BarrierShift = None,
    figures: Annotated[
        Path | None,
        typer.Option(
            "--figures", metavar="FOLDER", show_default=False, help="Draw one figure each into a folder."
        ),
    ] = None,
    suffix: Annotated[str, typer.Option("--figure-format", help="png, pdf or svg.")] = "png",
    form: Annotated[Format, typer.Option("--format", help="Form of the result.")] = Format.TABLE,
    output: Output = None,
) -> None:
    """The six neuronal characteristics as experiments."""
    from neuroest.dynamics.characteristics import CHARACTERISTICS, characterise  # noqa: PLC0415
    from neuroest.dynamics.diffusive_cells import load_cells, refuse_following_gate  # noqa: PLC0415
    from neuroest.dynamics.experiments import Bench  # noqa: PLC0415

    wanted = names or list(CHARACTERISTICS)
    for name in wanted:
        if name not in CHARACTERISTICS:
            raise UnknownNameError("characteristic", name, CHARACTERISTICS)
    if figures is not None:
        from neuroest.plotting.device_lab import draw_characteristic  # noqa: PLC0415
        from neuroest.plotting.style import check_figure_path  # noqa: PLC0415

        figures.mkdir(parents=True, exist_ok=True)
        check_figure_path(figures / f"any.{suffix.lstrip('.')}")
    cells = load_cells(
        neuron, kinetics=kinetics, changes=changes(settings),
        temperature=quantity(temperature, "K", "--temperature"),
        barrier_shift=quantity(barrier_shift, "J", "--barrier-shift") or 0.0,
    )  # fmt: skip
    if not np.size(cells.input_voltage):
        raise NeuroestError(f"{neuron} states no input voltage")
    refuse_following_gate(neuron, cells, float(np.max(cells.input_voltage)))
    against = neuron == MEASURED_NEURON if compare is None else compare
    bench = Bench(cells, neuron, devices, seed, against)
    lines: list[str] = []
    data = []
    table: list[dict[str, Any]] = []
    for name in wanted:
        found = characterise(bench, name)
        lines += [found.title, *(f"  {text}" for text in found.findings), ""]
        data.append({
            "name": name, "x": list(found.x), "y": list(found.y), "findings": list(found.findings),
            "misses": list(found.misses),
            "series": [
                {"label": s.label, "measured": s.measured, "x": _numbers(s.x), "y": _numbers(s.y)}
                for s in found.series
            ],
        })  # fmt: skip
        table += [
            {"characteristic": name, "series": s.label, "x": x, "y": y}
            for s in found.series
            for x, y in zip(_numbers(s.x), _numbers(s.y), strict=True)
        ]
        if figures is not None:
            draw_characteristic(found, figures / f"{name}.{suffix.lstrip('.')}")
    label = f"Characteristics of {neuron}"
    emit(in_form(form, lambda: "\n".join(lines[:-1]) + "\n", lambda: table, label, data), output)
    if figures is not None:
        note([f"{len(wanted)} figures written to {figures}"])


def _numbers(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[float | None]:
    return [float(v) if np.isfinite(v) else None for v in values]
