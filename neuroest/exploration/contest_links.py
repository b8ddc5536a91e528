"""Links of a contest: where chips leave their link to the pace, each cell of the map takes the one that fits it."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from neuroest.core.errors import MappingError, NeuroestError
from neuroest.core.units import parse_quantity
from neuroest.design.links import LinkChoice
from neuroest.design.overrides import design_with
from neuroest.exploration.contest_spec import PERIOD, SPIKE_RATE, ContenderSpec, ContestFile
from neuroest.exploration.space import Axis, Levels
from neuroest.loading.library import find_file, load_architecture
from neuroest.pipeline.link_choice import design_for, open_links
from neuroest.specs.workload import WorkloadSpec, workload_claims

_PERIOD = "operation.period"


def with_links(
    contest: ContestFile, network: WorkloadSpec, operation: Mapping[str, Any], axes: Sequence[Axis]
) -> ContestFile:
    """The contest with the links that fit the corners of its map as an alternative of chips with an open link.

    The links are chosen for the first circuit of each contender, at the ends of each axis and at the pace of the data.
    All contenders with an open link may take any of them, and the search takes the best in every cell, as of any other
    alternative.

    Parameters
    ----------
    contest : ContestFile
        The contest.
    network : WorkloadSpec
        The network.
    operation : mapping
        How all chips operate, by path.
    axes : sequence of Axis
        The axes of the map.
    """
    corners = [{**operation, **corner} for corner in _corners(network, axes, operation)]
    found: dict[str, list[LinkChoice]] = {}
    for name, contender in contest.spec.contenders.items():
        if choices := [*_choices(contest, contender, network, corners)]:
            found[name] = choices
    if not found:
        return contest
    alternatives = dict(contest.spec.alternatives)
    for choice in itertools.chain.from_iterable(found.values()):
        labels = alternatives.setdefault(_name(choice), {})
        alternatives[_name(choice)] = {**labels, choice.words: choice.chosen}
    contenders = {
        name: one.model_copy(
            update={"alternatives": (*one.alternatives, *dict.fromkeys(map(_name, found.get(name, ()))))}
        )
        for name, one in contest.spec.contenders.items()
    }
    spec = contest.spec.model_copy(update={"alternatives": alternatives, "contenders": contenders})
    return replace(contest, loaded=replace(contest.loaded, spec=spec))


def _name(choice: LinkChoice) -> str:
    """Name of the alternative: that of the link in the chip."""
    return choice.path.removeprefix("chip.").replace(".", "_")


def _corners(
    network: WorkloadSpec, axes: Sequence[Axis], operation: Mapping[str, Any]
) -> Iterator[dict[str, str]]:
    """Settings of pace and spike rates at the ends of the axes, and at the pace of the data."""
    ends = {axis.name: _ends(axis) for axis in axes if axis.name in {PERIOD, _PERIOD, SPIKE_RATE}}
    claims = workload_claims(network)
    rates = {path: claim.value for path, claim in claims.items() if path.endswith("activity.rate")}
    paces = [*ends.get(PERIOD, ends.get(_PERIOD, ()))]
    if "workload.period" in claims or not paces:
        own = claims.get("workload.period")
        paces.append(str(operation.get(_PERIOD, "")) if own is None else f"{own.value!r} s")
    for pace, factor in itertools.product(paces, ends.get(SPIKE_RATE, ("1",))):
        times = parse_quantity(factor, "1")
        moved = {path: f"{rate * times!r}" for path, rate in rates.items()} if times != 1.0 else {}
        yield {**({_PERIOD: pace} if pace else {}), **moved}


def _ends(axis: Axis) -> tuple[str, ...]:
    track = axis.tracks[axis.name]
    if isinstance(track, Levels):
        return tuple(dict.fromkeys((str(track.contents[0]), str(track.contents[-1]))))
    return track.low, track.high


def _choices(
    contest: ContestFile,
    contender: ContenderSpec,
    network: WorkloadSpec,
    corners: Sequence[Mapping[str, Any]],
) -> Iterator[LinkChoice]:
    """Links that fit the first circuit of a contender at each corner where it keeps the pace."""
    loaded = load_architecture(find_file("architecture", contender.architecture, Path(contest.loaded.file)))
    settings = dict(contender.settings)
    for name in contender.alternatives:
        settings.update(next(iter(contest.spec.alternatives[name].values())))
    of_chip = {path: value for path, value in settings.items() if not path.startswith("workload.")}
    try:
        left_open = open_links(design_with(loaded, of_chip))
    except NeuroestError:  # reported with its place where every circuit is built
        return
    if not left_open:
        return
    for corner in corners:
        try:
            design = design_for(loaded, {**settings, **corner}, network)
        except MappingError:  # it does not keep this pace
            continue
        yield from design.link_choices
