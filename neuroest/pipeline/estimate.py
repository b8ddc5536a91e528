"""Estimate the cost of a chip on a network, with the link that fits its pace."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from neuroest.blocks.interconnect.off_chip_link import AUTO, OffChipBlock
from neuroest.core import units as u
from neuroest.core.arrays import Array, at_points
from neuroest.core.errors import CodingError, MappingError, Problem, RangeError
from neuroest.core.frozen import frozen, named
from neuroest.core.units import format_quantity
from neuroest.design.build import Design, InputFile, Part
from neuroest.design.links import MODES, LinkChoice, candidates, library
from neuroest.design.overrides import (
    SETTING,
    design_with,
    network_with,
    settings_at,
    settings_of,
    whole_paths,
    workload_with,
)
from neuroest.error_analysis.analysis import AnalysedEstimate, check_result
from neuroest.error_analysis.repeated import left_out_of, structure_of
from neuroest.loading.library import Device, is_shipped, load_architecture, load_workload
from neuroest.pipeline.assignment import settled
from neuroest.pipeline.design_rules import CARRIES
from neuroest.pipeline.evaluation import evaluate
from neuroest.pipeline.soundness import estimate_exists, faults, totals_of
from neuroest.results.estimate import CheckResult, Estimate
from neuroest.results.quantities import QUANTITIES
from neuroest.specs.architecture import ArchitectureSpec
from neuroest.specs.claims import Claim
from neuroest.specs.loaded import Loaded, Named
from neuroest.specs.messages import problem_of_line
from neuroest.specs.workload import WorkloadSpec

if TYPE_CHECKING:
    from neuroest.error_analysis.calibration import Given, GivenFile

SLOWER = 0.01
"""Share by which a link may slow down a chip that it is chosen for; a convention."""


def design_for(
    loaded: Loaded[ArchitectureSpec], settings: Mapping[str, Any], workload: WorkloadSpec
) -> Design:
    """Build the design of an architecture for a network, with a link that fits its pace wherever the file says auto.

    All links that span the distance are evaluated with the whole chip at the stated inputs. Those with which an
    inference takes no more than a hundredth longer than with the fastest, or no longer than the stated period, keep
    the pace; the one of least energy among them is taken.

    Parameters
    ----------
    loaded : Loaded
        The architecture.
    settings : mapping
        Changed values by path, as for `neuroest.design.overrides.design_with`.
    workload : WorkloadSpec
        The network, whose traffic the link carries.

    Raises
    ------
    NeuroestError
        If the chip has no estimate with any of the links, or as `design_with`.
    """
    design = design_with(loaded, settings)
    stated, choices = settings, list[LinkChoice]()
    for part in open_links(design):
        choice = replace(_chosen(loaded, settings, workload, part), settings=frozen(dict(stated)))
        choices.append(choice)
        settings = {**settings, **choice.chosen}
        design = design_with(loaded, settings)
    return replace(design, link_choices=tuple(choices)) if choices else design


def open_links(design: Design) -> list[Part]:
    """Links of a chip whose device or sleep its file leaves to the pace."""
    if not design.open_links:
        return []
    return [part for part in design.root.walk() if part.path in design.open_links]


def nearest_link(
    loaded: Loaded[ArchitectureSpec], settings: Mapping[str, Any], workload: WorkloadSpec, path: str
) -> str:
    """The link of the library that is nearest to what a chip asks for and carries its traffic, in words.

    It is the one that falls least short of the distance, and of those the slowest.
    """
    part = next(part for part in design_with(loaded, settings).root.walk() if part.path == path)
    links = tuple(link for link in library() if "reach" in link.claims)
    found = _tried(loaded, settings, workload, part, links)
    asked: Any = part.spec
    able = [links[place] for place in np.flatnonzero(np.isfinite(found.intervals).any(axis=0))]
    if not able:
        return "the chip is too slow with every link of the library"
    reach = {link.spec.name: link.claims["reach"].value for link in able}
    best = min(
        able,
        key=lambda link: (
            max((asked.distance or 0.0) - reach[link.spec.name], 0.0),
            link.claims["rate"].value,
        ),
    )
    return f"the nearest that carries it is {best.spec.name}, over up to {format_quantity(reach[best.spec.name], 'm')}"


def _chosen(
    loaded: Loaded[ArchitectureSpec], settings: Mapping[str, Any], workload: WorkloadSpec, part: Part
) -> LinkChoice:
    links = candidates(cast("OffChipBlock", part.spec), Path(loaded.file))
    found = _tried(loaded, settings, workload, part, links)
    if not np.isfinite(found.intervals).any():
        names = ", ".join(link.spec.name for link in links)
        nearest = nearest_link(loaded, settings, workload, part.path)
        raise MappingError(f"{part.path}: the chip has no estimate with any of {names}; {nearest}")
    fits = found.intervals <= max(found.period, float(found.intervals.min()) * (1.0 + SLOWER))
    row, column = divmod(int(np.argmin(np.where(fits, found.energies, np.inf))), len(links))
    kept = {
        (links[j].spec.name, found.modes[i]): float(found.energies[i, j])
        for i, j in np.ndindex(fits.shape)
        if fits[i, j]
    }
    return LinkChoice(
        part.path, links[column].spec.name, found.modes[row], tuple(link.spec.name for link in links),
        max(found.period, float(found.intervals[row, column])), frozen(kept), loaded, settings,
    )  # fmt: skip


class _Tried(NamedTuple):
    """The whole chip with each sleep of each link: energy [J] and interval [s], infinite without an estimate."""

    modes: tuple[str, ...]
    energies: Array
    intervals: Array
    period: float


def _tried(
    loaded: Loaded[ArchitectureSpec], settings: Mapping[str, Any], workload: WorkloadSpec, part: Part,
    links: tuple[Device, ...],
) -> _Tried:  # fmt: skip
    spec: Any = part.spec
    modes = MODES if spec.sleep == AUTO else (spec.sleep,)
    energies, intervals = (np.empty((len(modes), len(links))) for _ in range(2))
    of_network = {path: value for path, value in settings.items() if path.startswith("workload.")}
    period = 0.0
    for row, mode in enumerate(modes):
        one = {f"{part.path}.device": links[0].spec.name, f"{part.path}.sleep": mode}
        design = design_with(loaded, {**settings, **one})
        values: dict[str, u.Numeric] = dict(design.values)
        values.update({path: claim.value for path, claim in workload_with(workload, of_network).items()})
        design = settled(design, workload, values)
        values.update(_columns(part, links, settings))
        result = evaluate(design, workload, values)
        with np.errstate(all="ignore"):
            sound = estimate_exists(result, len(links))
            energies[row] = np.where(sound, at_points(result.energy, len(links)), np.inf)
            taken = at_points(result.timing.initiation_interval, len(links))
            intervals[row] = np.where(sound, taken, np.inf)
        period = float(np.max(result.chip.period)) if result.chip.period is not None else 0.0
    return _Tried(modes, energies, intervals, period)


def _columns(
    part: Part, links: tuple[Device, ...], settings: Mapping[str, Any]
) -> Iterator[tuple[str, Array]]:
    """Each parameter of a link as a list, one value for each of the links; without those that are set."""
    for name, info in links[0].record.parameters().items():
        path = f"{part.path}.{name}"
        if path not in settings and name not in getattr(part.spec, "parameters", {}):
            numbers = [link.claims[name].value if name in link.claims else info.absent for link in links]
            yield path, np.array(numbers, dtype=np.float64)[:, np.newaxis]


WORKLOAD = "--workload"
"""Where a fault is of the network that was asked for."""


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
    chip, net = load_architecture(architecture), load_workload(workload)
    changes = whole_paths(settings_of(settings), chip, net.spec)
    stated, net = net, replace(net, spec=network_with(net.spec, changes))
    design = design_for(chip, changes, net.spec)
    of_network = workload_with(net.spec, changes)
    claims = named({**design.claims, **of_network}, "parameter")
    values = {**design.values, **{path: claim.value for path, claim in of_network.items()}}
    checks: tuple[CheckResult, ...] = ()
    with np.errstate(all="ignore"):
        try:
            design = settled(design, net.spec, values)
            structure = structure_of(chip, stated, design, claims, changes)
            rows = None if structure is None else structure.rows(design, net.spec, claims)
            if rows is not None and rows.stands:
                result, found, said = None, rows.totals, rows.about.exclusions
            else:
                result, rows = evaluate(design, net.spec, values), None
                checks = tuple(map(check_result, result.checks))
                found, said = totals_of(result), left_out_of(net.spec, result)
        except MappingError as error:
            cause = {} if isinstance(error, CodingError) else changes
            raise type(error)(_placed(chip, cause, net.spec.name, str(error))) from None
        except ArithmeticError as error:
            raise RangeError(f"a value is too large or too small to compute with: {error}") from error
    if result is not None:
        for check in checks:
            if check.name == CARRIES and not check.passed:
                nearest = nearest_link(chip, changes, net.spec, check.component)
                raise RangeError(_placed(chip, changes, net.spec.name, f"{check}; {nearest}"))
        _refuse(checks, chip, changes, net.spec.name)
        for fault, _ in faults(result, found):
            raise RangeError(fault)
    totals = {name: QUANTITIES[name].at_one_point(value) for name, value in found.items()}
    return AnalysedEstimate.made(
        result, structure, rows, design=design, workload=net.spec, claims=claims, totals=named(totals, "result"),
        checks=tuple(check for check in checks if check.severity != "infeasible"), exclusions=said,
        files=(*design.files, InputFile("workload", net.spec.name, net.file, net.sha256)), settings=frozen(changes),
        given=None if given is None else _given(given, chip, design, changes, claims),
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
