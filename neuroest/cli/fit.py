"""``neuroest fit``: from measurements to a device spec."""

from __future__ import annotations

import math
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

import typer

from neuroest.cli.lab import Plot, Seed
from neuroest.cli.shared import Format, emit, in_form, note
from neuroest.core.errors import NeuroestError
from neuroest.core.units import format_quantity
from neuroest.loading.library import Device, load_device

MODELS = MappingProxyType({"diffusive_1m1t1r": "diffusive_bench"})
"""Models that can be fitted, and the spec that each starts from."""


def run(
    data: Annotated[Path, typer.Argument(metavar="DATA.csv", help="Measurements, with units in the header.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="SPEC.yaml", show_default=False, help="Device spec to write."),
    ] = None,
    model: Annotated[str, typer.Option("--model", help="Device model to fit.")] = "diffusive_1m1t1r",
    start: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="DEVICE", show_default=False, help="Spec to start from and to fill up from."
        ),
    ] = None,
    starts: Annotated[int, typer.Option("--starts", min=1, max=100, help="Starts of the search.")] = 8,
    seed: Seed = 0,
    plot: Plot = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the spec if it exists.")] = False,
    accept_misfit: Annotated[
        bool,
        typer.Option(
            "--accept-misfit",
            help="Write a spec even if the model does not describe the data, or they contradict each other.",
        ),
    ] = False,
    form: Annotated[Format, typer.Option("--format", help="Form of the report.")] = Format.TABLE,
) -> None:
    """A device spec from measurements, with bands."""
    from neuroest.core.statistics import NORMAL_P90  # noqa: PLC0415
    from neuroest.dynamics.diffusive_cells import load_cells  # noqa: PLC0415
    from neuroest.fitting.estimation import fit  # noqa: PLC0415
    from neuroest.fitting.layouts import read_measurements  # noqa: PLC0415
    from neuroest.fitting.spec_writer import check_output, write_spec  # noqa: PLC0415

    if model not in MODELS:
        raise NeuroestError(f"{model} cannot be fitted; models that can: {', '.join(MODELS)}")
    if output is not None:
        check_output(output, force=force)
    if plot is not None:
        from neuroest.plotting.device_lab import draw_fit  # noqa: PLC0415
        from neuroest.plotting.style import check_figure_path  # noqa: PLC0415

        check_figure_path(plot)
    template = load_device(start or MODELS[model])
    if template.spec.model != model:
        raise NeuroestError(f"{start} is a {template.spec.model}; --from needs a {model}")
    measurements = read_measurements(data)
    conduction = load_cells(start or MODELS[model]).conduction_length
    deviations = {
        name: math.log(claim.high / claim.low) / 2.0 / NORMAL_P90
        for name, claim in template.claims.items()
        if claim.has_spread and claim.low > 0.0
    }
    result = fit(
        measurements, {name: claim.value for name, claim in template.claims.items()},
        conduction_length=conduction, template_deviations=deviations, starts=starts, seed=seed,
    )  # fmt: skip
    told = in_form(
        form, lambda: _text(result, template, data), lambda: _rows(result, template), f"Fit to {data.name}",
        _data(result) if form is Format.JSON else None,
    )  # fmt: skip
    emit(told)
    if plot is not None:
        draw_fit(result, plot)
        note([f"figure written to {plot}"])
    reason = _refusal(result)
    if reason and not accept_misfit:
        raise NeuroestError(f"{reason}; no spec was written")
    if output is not None:
        write_spec(output, template, measurements, result)
        note([f"spec written to {output}; check it with: neuroest check {output}"])


def _refusal(result: Any) -> str:
    """Why the fit must not become a spec, or nothing."""
    from neuroest.fitting.estimation import MISFIT_LIMIT  # noqa: PLC0415

    if not result.converged:
        return "the fit did not converge; give --starts more, or data that say more"
    if result.contradictions:
        return f"the data contradict each other ({result.contradictions[0]})"
    limits = {"firing_probability": 0.2, "paired_pulse": 0.5}
    for name, value in result.misfit.items():
        if value > limits.get(name, MISFIT_LIMIT):
            return f"the model does not describe {name}: median misfit {100.0 * value:.0f} %"
    return ""


def _text(result: Any, template: Device, data: Path) -> str:
    rows = sum(part.experiment.rows for part in result.rows)
    lines = [
        f"{data.name}: {rows} rows, {', '.join(part.experiment.layout.name for part in result.rows)}",
        f"{result.agreeing_starts} of {result.refined_starts} refined starts end at the same place",
        f"squared residual per degree of freedom: {result.chi_square:.3g}",
        "",
        f"{'fitted':<24} {'value':>14} {'80 % within':>12} {'start':>14}",
    ]
    for name in result.fitted:
        claim = template.claims[name]
        lines.append(
            f"{name:<24} {format_quantity(result.values[name], claim.unit):>14} "
            f"{'factor ' + format(result.factor(name), '.3g'):>12} {format_quantity(claim.value, claim.unit):>14}"
        )
    if result.held:
        lines += ["", f"not identified, held at {template.spec.name}:"]
        lines += [f"  {name}: {why}" for name, why in result.held.items()]
    lines += [f"  {text}" for text in result.combinations]
    lines += ["", "median misfit: " + ", ".join(f"{n} {100.0 * v:.2g} %" for n, v in result.misfit.items())]
    lines += [f"{a} and {b} are known together only: correlation {c:.2f}" for a, b, c in result.opposed()]
    lines += [f"contradiction: {text}" for text in result.contradictions]
    for words, value in (("devices", result.device_to_device), ("cycles", result.cycle_to_cycle)):
        if value is not None:
            lines.append(f"deviation of the drive between {words}: {100.0 * value:.2g} %")
    return "\n".join(lines) + "\n"


def _rows(result: Any, template: Device) -> list[dict[str, Any]]:
    fitted = [
        {
            "parameter": name, "state": "fitted", "value": result.values[name], "unit": template.claims[name].unit,
            "p90_factor": result.factor(name), "start": template.claims[name].value, "note": "",
        }
        for name in result.fitted
    ]  # fmt: skip
    held = [
        {
            "parameter": name, "state": "held", "value": template.claims[name].value,
            "unit": template.claims[name].unit, "note": why,
        }
        for name, why in result.held.items()
        if name in template.claims
    ]  # fmt: skip
    return [*fitted, *held]


def _data(result: Any) -> dict[str, Any]:
    return {
        "fitted": {
            n: {
                "value": result.values[n], "p90_factor": result.factor(n), "deviation": result.deviations[n],
                "degrees_of_freedom": min(result.freedoms[n], 1e6), "variance_shares": result.shares[n],
            }
            for n in result.fitted
        },
        "held": result.held, "combinations": list(result.combinations), "misfit": result.misfit,
        "chi_square": result.chi_square, "converged": result.converged,
        "correlation": result.correlation.tolist(), "singular_values": result.singular_values.tolist(),
        "device_to_device": result.device_to_device, "cycle_to_cycle": result.cycle_to_cycle,
        "contradictions": list(result.contradictions),
    }  # fmt: skip
