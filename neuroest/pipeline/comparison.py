"""Comparison of designs: differences first, then ratios with bands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.core.arrays import Mask
from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.core.frozen import frozen
from neuroest.design.build import build
from neuroest.design.overrides import settable_paths, settings_of, whole_path
from neuroest.loading.library import load_architecture, load_workload
from neuroest.pipeline.attribution import ATTRIBUTED, Ledger, ledger
from neuroest.pipeline.estimate import estimate
from neuroest.pipeline.pace import paces
from neuroest.results.comparison import RELEVANCE, Attribution, Comparison, PaceRow, Ratio, check_relevance
from neuroest.results.estimate import Band, Estimate, Sample
from neuroest.results.quantities import MAIN, Headline
from neuroest.specs.architecture import ArchitectureSpec
from neuroest.specs.loaded import Loaded, Named, listed
from neuroest.specs.messages import validate
from neuroest.specs.workload import WorkloadSpec

if TYPE_CHECKING:
    from neuroest.error_analysis.calibration import GivenFile

PUBLISHED: Mapping[str, str] = {
    "event_core": "a fabricated chip by its published energies and times per event",
    "roofline": "a processor by its data sheet",
}
"""Mappers of chips that are described by published numbers, with their descriptions."""


class _PacedComparison(Comparison):
    """A comparison that computes the energies at each pace, one baseline after the other."""

    @cached_property
    def paces(self) -> tuple[PaceRow, ...]:
        return tuple(row for baseline in self.baselines for row in paces(self.design, baseline))

    @cached_property
    def attributions(self) -> dict[tuple[str, str], Attribution]:
        ledgers = {id(one): as_operated(one) for one in self.estimates}
        sides = {one.architecture: one for one in self.baselines}
        return {
            (ratio.quantity, ratio.baseline): ATTRIBUTED[ratio.quantity](
                ledgers[id(self.design)], ledgers[id(other)], ratio.value, both_estimated(self.design, other)
            )
            for quantity in ATTRIBUTED
            for ratio in self.ratios
            if ratio.quantity == quantity
            for other in (sides[ratio.baseline],)
        }

    @cached_property
    def equal_pace(self) -> tuple[PaceRow, ...]:
        return tuple(
            row for baseline in self.baselines for row in paces(self.design, baseline, {"equal_pace"})
        )


def compare(
    architecture: Named,
    baselines: Named | Sequence[Named],
    workload: Named | Sequence[Named],
    settings: Mapping[str, str] | None = None,
    *,
    given: "GivenFile | None" = None,
    relevance: float = RELEVANCE,
) -> Comparison:
    """Compare a design with baselines, on one network or on one network each.

    Parameters
    ----------
    architecture : str, Path or Loaded
        The design: shipped name, path of a file, or a loaded architecture.
    baselines : the same, or a sequence of them
        Designs to compare it with.
    workload : str, Path or Loaded, or a sequence of them
        One network for all designs, or one for each, the design first.
    settings : mapping of str to str, optional
        Values to change, by path. Each applies to every design that has the path; technology and operation of chips
        described by published numbers stay as published.
    given : str or Path, optional
        What measured values of a chip have taught, as in `estimate`; it conditions the bands of every design, of the
        measured chip more than of the others.
    relevance : float, optional
        Margin of relevance: a smaller difference is neither a win nor a loss.

    Returns
    -------
    Comparison
        The estimates, their differences and the ratios.

    Raises
    ------
    NeuroestError
        If `estimate` fails for a design, or the number of networks is neither one nor one per design.

    Examples
    --------
    >>> import neuroest
    >>> both = neuroest.compare("diffusive_28nm_derived", "analog_lif_28nm", "shd_recurrent_spiking")
    >>> [ratio.quantity for ratio in both.ratios][:2]
    ['area_m2', 'energy_per_inference_J']
    """
    others, networks = listed(baselines), listed(workload)
    chips = [load_architecture(name) for name in (architecture, *others)]
    if len(networks) == 1:
        networks *= len(chips)
    if len(networks) != len(chips):
        raise NeuroestError(
            f"{len(networks)} workloads for {len(chips)} designs; give one for all, or one for each in their order"
        )
    if not others:
        raise NeuroestError("a comparison needs a baseline")
    nets = [*map(load_workload, networks)]
    distinct(chips)
    distinct(nets)
    changes = settings_of(settings)
    shares = settings_of_each(chips, nets, changes)
    results = tuple(
        estimate(chip, net, share, given=given) for chip, net, share in zip(chips, nets, shares, strict=True)
    )
    return compared(results, changes, relevance)


def compared(
    estimates: Sequence[Estimate], settings: Mapping[str, str], relevance: float = RELEVANCE
) -> Comparison:
    """Compare existing estimates, the design first and then its baselines."""
    check_relevance(relevance)
    design, *baselines = estimates
    return _PacedComparison(tuple(estimates), frozen(settings), tuple(_ratios(design, baselines)), relevance)


def at_corner(architecture: Named, corner: str) -> Loaded[ArchitectureSpec]:
    """An architecture at a process corner, under a name that includes the corner.

    Examples
    --------
    >>> at_corner("digital_int8_28nm", "slow").spec.name
    'digital_int8_28nm_slow'
    """
    loaded = load_architecture(architecture)
    data = loaded.document.data
    data["name"] = f"{loaded.spec.name}_{corner}"
    data["technology"]["corner"] = corner
    document = loaded.document.with_data(data)
    return replace(loaded, spec=validate(ArchitectureSpec, document), document=document)


def distinct(loaded: Sequence[Loaded[Any]]) -> list[Loaded[Any]]:
    """Files without duplicates.

    Raises
    ------
    NeuroestError
        If two different files state the same name, since their results could not be distinguished.
    """
    kept: dict[str, Loaded[Any]] = {}
    for one in loaded:
        other = kept.setdefault(one.spec.name, one)
        if [file.sha256 for file in other.document.chain] != [file.sha256 for file in one.document.chain]:
            raise NeuroestError(
                f"{other.file} and {one.file} are both called {one.spec.name!r}; give each a `name` of its own"
            )
    return list(kept.values())


def settings_of_each(
    chips: Sequence[Loaded[ArchitectureSpec]],
    networks: Sequence[Loaded[WorkloadSpec]],
    settings: Mapping[str, str],
) -> list[dict[str, str]]:
    """Settings of each design; a path that no design has goes to the first, which then reports the error."""
    shares = [_settings_for(chip, net.spec, settings) for chip, net in zip(chips, networks, strict=True)]
    unused = {path: value for path, value in settings.items() if not any(path in share for share in shares)}
    shares[0].update(unused)
    return shares


def _settings_for(
    loaded: Loaded[ArchitectureSpec], network: WorkloadSpec, settings: Mapping[str, str]
) -> dict[str, str]:
    """The settings whose path, full or short, the design or its network has."""
    if not settings:
        return {}
    design = build(loaded)
    known = frozenset(settable_paths(design))
    published = any(getattr(part.spec, "mapper", None) in PUBLISHED for part in design.root.walk())
    found = {}
    for path, value in settings.items():
        try:
            whole = whole_path(path, loaded, network)
        except UnknownNameError:  # of another design
            continue
        as_published = published and whole.startswith(("technology.", "operation."))
        if whole.startswith("workload.") or (whole in known and not as_published):
            found[path] = value
    return found


def _ratios(design: Estimate, baselines: Sequence[Estimate]) -> Iterator[Ratio]:
    """Results of the design over those of each baseline; shared parameters are drawn once and cancel."""
    for baseline in baselines:
        for name in MAIN:
            above, below = design.totals[name], baseline.totals[name]
            if above is None or not below:
                continue
            found = Headline.of(above / below, _band(design.sample, baseline.sample, name))
            unproven = (design.unproven_share(name), baseline.unproven_share(name))
            yield Ratio(
                name, baseline.architecture, above / below, found.low, found.median, found.high, unproven
            )


def as_operated(estimate: Estimate) -> Ledger:
    """What each component of a chip takes at the stated inputs, and then in each draw."""
    draws = estimate.sample.feasible.size
    stated = ledger(estimate.design, estimate.evaluation)
    return stated.followed_by(ledger(estimate.design, estimate.sampled, draws))


def both_estimated(design: Estimate, baseline: Estimate) -> Mask:
    """Whether both have an estimate, at the stated inputs and in each draw."""
    return np.concatenate([[True], design.sample.feasible & baseline.sample.feasible])


def _band(above: Sample, below: Sample, name: str) -> Band | None:
    """Band of the ratio over the samples in which both designs have an estimate; None without any."""
    with np.errstate(all="ignore"):
        ratios = np.where(above.feasible & below.feasible, above.totals[name] / below.totals[name], np.nan)
    return Band.of(ratios) if np.any(np.isfinite(ratios)) else None
