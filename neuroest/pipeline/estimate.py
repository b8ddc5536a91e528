"""Estimate the cost of a chip on a network."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.blocks.base import Check
from neuroest.core import units as u
from neuroest.core.errors import CodingError, MappingError, Problem, RangeError
from neuroest.core.frozen import frozen, named
from neuroest.design.build import Design, InputFile
from neuroest.design.overrides import (
    SETTING,
    network_with,
    settings_at,
    settings_of,
    whole_paths,
    workload_with,
)
from neuroest.error_analysis.analysis import AnalysedEstimate
from neuroest.loading.library import is_shipped, load_architecture, load_workload
from neuroest.pipeline.assignment import settled
from neuroest.pipeline.design_rules import CARRIES
from neuroest.pipeline.evaluate import evaluate
from neuroest.pipeline.learning import left_out
from neuroest.pipeline.link_choice import design_for, nearest_link
from neuroest.pipeline.mapping import exclusions
from neuroest.pipeline.soundness import faults, totals_of
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import QUANTITIES
from neuroest.results.rows import CheckResult
from neuroest.specs.claims import Claim
from neuroest.specs.loaded import Loaded, Named
from neuroest.specs.messages import problem_of_line
from neuroest.specs.workload import workload_exclusions

if TYPE_CHECKING:
    from neuroest.error_analysis.calibration import Given, GivenFile


WORKLOAD = "--workload"
"""Where a fault is of the network that was asked for."""


def _check_result(check: Check) -> CheckResult:
    passed = check.passed if isinstance(check.passed, bool) else bool(np.asarray(check.passed).all())
    return CheckResult(
        check.name, check.component, check.severity, passed, check.message, _largest(check.value),
        _largest(check.limit), check.unit,
    )  # fmt: skip


def _largest(value: u.Numeric | None) -> float | None:
    """Largest value of a check, if it is a number."""
    if value is None:
        return None
    found = float(value if isinstance(value, float) else np.asarray(value).max())
    return found if math.isfinite(found) else None


def estimate(
    architecture: Named,
    workload: Named,
    settings: Mapping[str, str] | None = None,
    *,
    given: "GivenFile | None" = None,
) -> Estimate:
    """Estimate area, energy, latency and throughput of a chip on a network.

    Parameters
    ----------
    architecture : str, Path or Loaded
        Shipped name, path of a file, or a loaded architecture.
    workload : str, Path or Loaded
        Shipped name, path of a file, or a loaded workload.
    settings : mapping of str to str, optional
        Values to change, by path, such as ``{"chip.tile.array.rows": "256"}``.
    given : str or Path, optional
        What measured values of a chip have taught, a file of `neuroest.calibrate`: it conditions the bands.

    Returns
    -------
    Estimate
        Totals, breakdown, checks, bands, sources and exclusions.

    Raises
    ------
    SpecError
        With all problems of a file or a setting.
    MappingError
        If the network does not fit the chip or has a layer that the chip cannot run.
    RangeError
        If a model is used outside of its allowed range.
    UnknownNameError
        For an unknown name or path.

    Examples
    --------
    >>> import neuroest
    >>> result = neuroest.estimate("diffusive_28nm_derived", "shd_recurrent_spiking")
    >>> result.totals["synaptic_operations"] > 0
    True
    """
    chip = architecture if isinstance(architecture, Loaded) else load_architecture(architecture)
    net = workload if isinstance(workload, Loaded) else load_workload(workload)
    changes = whole_paths(settings_of(settings), chip, net.spec)
    net = replace(net, spec=network_with(net.spec, changes))
    design = design_for(chip, changes, net.spec)
    of_network = workload_with(net.spec, changes)
    claims = named({**design.claims, **of_network}, "parameter")
    values = {**design.values, **{path: claim.value for path, claim in of_network.items()}}
    with np.errstate(all="ignore"):
        try:
            design = settled(design, net.spec, values)
            result = evaluate(design, net.spec, values)
        except MappingError as error:
            cause = {} if isinstance(error, CodingError) else changes
            raise type(error)(_placed(chip, cause, net.spec.name, str(error))) from None
        except ArithmeticError as error:
            raise RangeError(f"a value is too large or too small to compute with: {error}") from error
        checks = tuple(_check_result(check) for check in result.checks)
        found = totals_of(result)
        said = (*workload_exclusions(net.spec), *exclusions(result.levels), *result.counts.exclusions)
    for check in checks:
        if check.name == CARRIES and not check.passed:
            nearest = nearest_link(chip, changes, net.spec, check.component)
            raise RangeError(_placed(chip, changes, net.spec.name, f"{check}; {nearest}"))
    _refuse(checks, chip, changes, net.spec.name)
    for fault, _ in faults(result, found):
        raise RangeError(fault)
    totals = {name: QUANTITIES[name].at_one_point(value) for name, value in found.items()}
    files = (*design.files, InputFile("workload", net.spec.name, net.file, net.sha256))
    formatted = tuple(check for check in checks if check.severity != "infeasible")
    return AnalysedEstimate(
        design, net.spec, claims, result, named(totals, "result"), formatted, left_out(result.learning, said), files,
        frozen(changes), None if given is None else _given(given, chip, design, changes, claims),
    )  # fmt: skip


def _given(
    given: "GivenFile",
    chip: Loaded[Any],
    design: Design,
    changes: Mapping[str, Any],
    claims: Mapping[str, Claim],
) -> "Given":
    """What the chip is given of a calibration."""
    # few estimates are given one
    from neuroest.error_analysis.calibration import calibration_of  # noqa: PLC0415
    from neuroest.error_analysis.draws import discrepancy_claims  # noqa: PLC0415

    return calibration_of(given).at(chip.sha256, changes, {**claims, **discrepancy_claims(design)})


def _placed(chip: Loaded[Any], changes: Mapping[str, Any], network: str, text: str) -> str:
    """Prefix each line of `text` with its cause.

    That is the setting of the part that the line names, else the place in a file of the user; no shipped chip fails by
    itself, so there it is one of the settings, or the network.
    """
    return "\n".join(str(_cause(chip, changes, network, line)) for line in text.split("\n"))


def _cause(chip: Loaded[Any], changes: Mapping[str, Any], network: str, line: str) -> Problem:
    place = problem_of_line(chip.document, line)
    ships = is_shipped("architecture", chip.file)
    near = settings_at(line.partition(":")[0].partition(" ")[0], changes) or (changes if ships else {})
    about = f"on {chip.spec.name}, {line}" if ships else line
    if near:
        return Problem(SETTING, 0, 0, ", ".join(f"{path}={value}" for path, value in near.items()), about)
    if ships:
        return Problem(WORKLOAD, 0, 0, network, about)
    return Problem(chip.file, 0, 0, "", line) if is_shipped("architecture", place.file) else place


def _refuse(
    checks: tuple[CheckResult, ...], chip: Loaded[Any], changes: Mapping[str, Any], network: str
) -> None:
    failed = [check for check in checks if check.severity == "infeasible" and not check.passed]
    if failed:
        error = (
            MappingError
            if any(check.name in {"network_fits", "fan_in_fits"} for check in failed)
            else RangeError
        )
        raise error(_placed(chip, changes, network, "\n".join(map(str, failed))))
