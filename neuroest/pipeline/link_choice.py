"""Links that fit the pace of a chip: of those that do not slow it down, the one of least energy."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np

from neuroest.blocks.interconnect.off_chip_link import AUTO, OffChipBlock
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.errors import MappingError
from neuroest.core.frozen import frozen
from neuroest.core.units import format_quantity
from neuroest.design.build import Design, Part
from neuroest.design.links import MODES, LinkChoice, candidates, library
from neuroest.design.overrides import design_with, workload_with
from neuroest.loading.library import Device
from neuroest.pipeline.assignment import settled
from neuroest.pipeline.evaluate import evaluate
from neuroest.pipeline.soundness import estimate_exists
from neuroest.specs.architecture import ArchitectureSpec
from neuroest.specs.loaded import Loaded
from neuroest.specs.workload import WorkloadSpec

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
            energies[row] = np.where(sound, _flat(result.energy, len(links)), np.inf)
            intervals[row] = np.where(sound, _flat(result.timing.initiation_interval, len(links)), np.inf)
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


def _flat(values: u.Numeric, points: int) -> Array:
    return np.broadcast_to(np.asarray(values, dtype=np.float64).reshape(-1), (points,))
