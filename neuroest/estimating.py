"""What a chip costs on a network."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from neuroest.build import InputFile
from neuroest.components.base import Check
from neuroest.errors import MappingError, RangeError
from neuroest.evaluation import Evaluation, evaluate
from neuroest.library import Loaded, load_architecture, load_workload
from neuroest.result import CheckResult, Estimate, first_number
from neuroest.settings import design_with, workload_with
from neuroest.soundness import faults
from neuroest.specs.reading import Document
from neuroest.specs.workload import workload_exclusions
from neuroest.units import Numeric

_LEADING_PATH = re.compile(r"(?:chip|technology|operation)(?:\.[a-z][a-z0-9_]*)*(?=[ :])")


def _check_result(check: Check) -> CheckResult:
    passed = bool(np.asarray(check.passed).all())
    return CheckResult(
        check.name, check.component, check.severity, passed, check.message, _largest(check.value),
        _largest(check.limit), check.unit,
    )  # fmt: skip


def _largest(value: Numeric | None) -> float | None:
    """Largest of the values of a check, where it is a number."""
    if value is None:
        return None
    found = float(np.asarray(value).max())
    return found if math.isfinite(found) else None


def estimate(
    architecture: str | Path | Loaded[Any],
    workload: str | Path | Loaded[Any],
    settings: Mapping[str, str] | None = None,
) -> Estimate:
    """Area, energy, latency and throughput of a chip on a network.

    Parameters
    ----------
    architecture : str, Path or Loaded
        Shipped name, path of a file, or a loaded architecture.
    workload : str, Path or Loaded
        Shipped name, path of a file, or a loaded workload.
    settings : mapping of str to str, optional
        Values to change, by path, such as ``{"chip.tile.array.rows": "256"}``.

    Returns
    -------
    Estimate
        Totals, breakdown, checks, bands, sources and exclusions.

    Raises
    ------
    SpecError
        With all problems of a file or a setting.
    MappingError
        When the network does not fit the chip or has a layer that it cannot run.
    RangeError
        When a model is asked outside the range it may be used in.
    UnknownNameError
        For a name or path that leads nowhere.

    Examples
    --------
    >>> import neuroest
    >>> result = neuroest.estimate("diffusive_28nm_derived", "shd_recurrent_spiking")
    >>> result.totals["synaptic_operations"] > 0
    True
    """
    chip = architecture if isinstance(architecture, Loaded) else load_architecture(architecture)
    net = workload if isinstance(workload, Loaded) else load_workload(workload)
    changes = settings or {}
    design = design_with(chip, changes)
    claims = {**design.claims, **workload_with(net.spec, changes)}
    values = {path: claim.value for path, claim in claims.items()}
    with np.errstate(all="ignore"):
        try:
            result = evaluate(design, net.spec, values)
        except MappingError as error:
            raise MappingError(_placed(chip.document, str(error))) from None
        except ArithmeticError as error:
            raise RangeError(f"a value is too large or too small to compute with: {error}") from error
        checks = tuple(_check_result(check) for check in result.checks)
    _refuse(checks, chip.document)
    for fault, _ in faults(result):
        raise RangeError(fault)
    totals = _totals(result)
    exclusions = tuple(
        dict.fromkeys((*workload_exclusions(net.spec), *result.mapped.exclusions, *result.counts.exclusions))
    )
    files = (*design.files, InputFile("workload", net.spec.name, net.file, net.sha256))
    shown = tuple(check for check in checks if check.severity != "refuse")
    return Estimate(
        design, net.spec, MappingProxyType(claims), result, MappingProxyType(totals), shown, exclusions, files,
        MappingProxyType(dict(changes)),
    )  # fmt: skip


def _placed(document: Document, text: str) -> str:
    """`text` with file, line and column in front of each line that begins with a path of the architecture."""
    lines = []
    for line in text.split("\n"):
        path = _LEADING_PATH.match(line)
        if path is not None:
            row, column = document.position(path[0].split("."))
            lines.append(f"{document.file}:{row}:{column}: {line}")
        else:
            lines.append(line)
    return "\n".join(lines)


def _refuse(checks: tuple[CheckResult, ...], document: Document) -> None:
    failed = [check for check in checks if check.severity == "refuse" and not check.passed]
    if failed:
        error = (
            MappingError
            if any(check.name in {"network_fits", "fan_in_fits"} for check in failed)
            else RangeError
        )
        raise error(_placed(document, "\n".join(str(check) for check in failed)))


def _totals(result: Evaluation) -> dict[str, float | None]:
    layers = result.layers
    spiking = layers.coding == "spiking"
    macs = first_number(layers.total_macs) * (first_number(layers.timesteps) if spiking else 1.0)
    energy = first_number(result.energy)
    operations = first_number(layers.synaptic_operations) if spiking else macs
    placement = result.mapped.placement
    lifetime = result.neuron_lifetime
    writing, writing_time = result.programming_energy, result.programming_time
    units = first_number(placement.needed)
    filled = float(np.sum(placement.utilisation * placement.units))
    held = float(np.sum(placement.units))
    return {
        "area_m2": first_number(result.area),
        "energy_per_inference_J": energy,
        "dynamic_energy_J": first_number(result.dynamic_energy),
        "static_energy_J": first_number(result.static_energy),
        "latency_s": first_number(result.timing.latency),
        "initiation_interval_s": first_number(result.timing.initiation_interval),
        "throughput_per_s": 1.0 / first_number(result.period),
        "average_power_W": first_number(result.average_power),
        "power_density_W_per_m2": first_number(result.power_density),
        "junction_temperature_K": None
        if result.junction_temperature is None
        else first_number(result.junction_temperature),
        "synaptic_operations": operations,
        "energy_per_synaptic_operation_J": energy / operations if operations else None,
        "multiply_accumulates": macs,
        "tops_per_watt": None if spiking else 2.0 * macs / energy / 1e12,
        "computing_units": units,
        "utilisation": filled / held if held else None,
        "physical_neurons": float(np.sum(placement.neurons)),
        "neuron_lifetime_s": None
        if lifetime is None or not math.isfinite(first_number(lifetime))
        else first_number(lifetime),
        "die_yield": None if result.die_cost is None else first_number(result.die_cost[0]),
        "cost_per_good_die_usd": None if result.die_cost is None else first_number(result.die_cost[1]),
        "cell_lifetime_s": None if result.cell_lifetime is None else first_number(result.cell_lifetime),
        "programming_energy_J": None if writing is None else first_number(writing),
        "programming_time_s": None if writing_time is None else first_number(writing_time),
        "refresh_interval_s": None if result.refresh is None else first_number(result.refresh[0]),
        "refresh_power_W": None if result.refresh is None else first_number(result.refresh[1]),
        "signal_to_error_ratio": _finite(result.signal_to_error_ratio),
        "effective_bits": _finite(result.effective_bits),
    }


def _finite(value: Any) -> float | None:
    """A number, or None where there is none or it has no end, such as the exactness of what has no errors."""
    number = math.nan if value is None else first_number(value)
    return number if math.isfinite(number) else None
