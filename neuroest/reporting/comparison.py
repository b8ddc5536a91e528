"""Designs beside each other: what differs between them first, then ratios with bands."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neuroest.build import build
from neuroest.errors import NeuroestError
from neuroest.estimating import estimate
from neuroest.exploration.bands import quantiles
from neuroest.exploration.sensitivity import attributed_share
from neuroest.library import Loaded, load_architecture, load_workload
from neuroest.reporting.frames import ratio_rows
from neuroest.reporting.properties import PROPERTIES, PUBLISHED, fabrication
from neuroest.reporting.quantities import BANDED, label_and_unit, percent, shown
from neuroest.reporting.table import maturity_words, settings_lines
from neuroest.reporting.text import PLAIN, Style, bullets, fitting_columns, one_line, wrapped
from neuroest.result import SCHEMA_VERSION, Estimate, package_version
from neuroest.specs.architecture import ArchitectureSpec
from neuroest.specs.messages import validate

if TYPE_CHECKING:
    import pandas as pd

Named = str | Path | Loaded[Any]

_UNPROVEN = ("projected", "assumed")
_SENSITIVITIES = {
    "area_m2": "area",
    "energy_per_inference_J": "energy",
    "latency_s": "latency",
    "throughput_per_s": "initiation_interval",
}


@dataclass(frozen=True, eq=False, repr=False)
class Difference:
    """One property of the designs that a ratio between them must be read with.

    Attributes
    ----------
    what : str
        The property.
    values : tuple of str
        What it is on each side, the design first.
    """

    what: str
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether the sides are not all alike."""
        return len(set(self.values)) > 1


@dataclass(frozen=True, eq=False, repr=False)
class Ratio:
    """A result of the design over that of a baseline.

    Attributes
    ----------
    quantity : str
        Name of the total.
    baseline : str
        Architecture of the baseline.
    value : float
        Ratio of the two estimates.
    low, high : float or None
        10th and 90th percentile; parameters that both designs share are drawn once for both. None where no
        sample exists.
    unproven : tuple of float
        Share of the result that rests on projected or assumed values, of the design and of the baseline.
    """

    quantity: str
    baseline: str
    value: float
    low: float | None
    high: float | None
    unproven: tuple[float, float]

    @property
    def words(self) -> str:
        """Ratio and band: ``0.31 (0.2 .. 0.5) times``."""
        band = "" if self.low is None or self.high is None else f" ({self.low:.3g} .. {self.high:.3g})"
        return f"{self.value:.3g}{band} times"


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """A design, the baselines it is put beside, and everything that differs between them.

    Attributes
    ----------
    estimates : tuple of Estimate
        The design first, then its baselines.
    settings : mapping of str to str
        What was changed for the run.
    """

    estimates: tuple[Estimate, ...]
    settings: Mapping[str, str]

    @property
    def design(self) -> Estimate:
        """The design that is compared."""
        return self.estimates[0]

    @property
    def baselines(self) -> tuple[Estimate, ...]:
        """What it is compared with."""
        return self.estimates[1:]

    @property
    def command(self) -> str:
        """The command that shows this comparison."""
        names = " ".join(result.architecture for result in self.estimates)
        networks = list(dict.fromkeys(result.workload.name for result in self.estimates))
        if len(networks) > 1:
            networks = [result.workload.name for result in self.estimates]
        return f"`neuroest compare {names} {' '.join(f'-w {name}' for name in networks)}`"

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """What the sides are, property by property, alike or not."""
        sides = [{d.spec.name for d in result.design.devices.values()} for result in self.estimates]
        shared = frozenset.intersection(*map(frozenset, sides))
        found = [
            Difference(what, tuple(one_line(describe(result)) for result in self.estimates))
            for what, describe in PROPERTIES.items()
        ]
        for what, tell in (("maturity", maturity_words), ("fabrication", fabrication)):
            told = tuple(tell(result, shared) or "only shared devices" for result in self.estimates)
            found.append(Difference(f"{what} of the devices that are not shared", told))
        return tuple(found)

    @cached_property
    def left_out(self) -> tuple[tuple[str, ...], ...]:
        """What each side leaves out, besides what all do."""
        sides = [dict.fromkeys(result.exclusions) for result in self.estimates]
        common = [item for item in sides[0] if all(item in side for side in sides)]
        return tuple(tuple(item for item in side if item not in common) for side in sides)

    @cached_property
    def left_out_by_all(self) -> tuple[str, ...]:
        """What no side contains."""
        sides = [set(result.exclusions) for result in self.estimates]
        return tuple(item for item in self.design.exclusions if all(item in side for side in sides))

    @cached_property
    def ratios(self) -> tuple[Ratio, ...]:
        """The design's results over those of each baseline."""
        samples = _joint_samples(self.estimates)
        found = []
        for index, baseline in enumerate(self.baselines, start=1):
            for name in BANDED:
                above, below = self.design.totals[name], baseline.totals[name]
                if above is None or not below:
                    continue
                low, high = _interval(samples[0][name], samples[index][name])
                unproven = (unproven_share(self.design, name), unproven_share(baseline, name))
                found.append(Ratio(name, baseline.architecture, above / below, low, high, unproven))
        return tuple(found)

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain data, the layout that ``--format json`` prints."""
        return {
            "schema_version": SCHEMA_VERSION,
            "neuroest_version": package_version(),
            "settings": dict(self.settings),
            "differences": [{**asdict(item), "differs": item.differs} for item in self.differences],
            "left_out": [list(items) for items in self.left_out],
            "left_out_by_all": list(self.left_out_by_all),
            "ratios": [asdict(ratio) for ratio in self.ratios],
            "designs": [result.to_dict() for result in self.estimates],
        }

    def to_json(self) -> str:
        """The comparison as JSON."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)

    def to_frame(self) -> pd.DataFrame:
        """The ratios as a table, one row a quantity and baseline."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only tables need it

        return pd.DataFrame(ratio_rows(self))

    def to_text(self, style: Style = PLAIN) -> str:
        """The comparison as text of 80 columns: what is alike, what differs, what is left out, then ratios."""
        names = [result.architecture for result in self.estimates]
        title = wrapped(f"{names[0]} beside {', '.join(names[1:])}", hanging=2)
        lines = [*map(style.bold, title), *settings_lines(self.settings), ""]
        alike = [item for item in self.differences if not item.differs]
        lines += [style.bold("Alike")]
        for item in alike:
            lines += wrapped(f"{item.what}: {item.values[0]}", indent=2, hanging=4)
        lines += ["", style.bold("Different")]
        for item in self.differences:
            if item.differs:
                lines.append(f"  {item.what}")
                for name, value in zip(names, item.values, strict=True):
                    lines += wrapped(f"{name}: {value}", indent=4, hanging=6)
        lines += ["", *self._left_out_lines(names, style), "", *self._ratio_lines(style)]
        return "\n".join(lines) + "\n"

    def _left_out_lines(self, names: Sequence[str], style: Style) -> list[str]:
        owners: dict[str, list[str]] = {}
        for name, result in zip(names, self.estimates, strict=True):
            for item in dict.fromkeys(result.exclusions):
                owners.setdefault(item, []).append(name)
        groups: dict[tuple[str, ...], list[str]] = {}
        for item, by in owners.items():
            groups.setdefault(tuple(by), []).append(item)
        lines = [style.bold("Left out")]
        for sides, items in sorted(groups.items(), key=lambda group: len(group[0])):
            label = "by all" if len(sides) == len(names) else f"by {' and '.join(sides)} alone"
            lines += [*wrapped(label, indent=2, hanging=4), *bullets(map(one_line, items), indent=4)]
        return lines if groups else [*lines, "  nothing that the files name"]

    def _ratio_lines(self, style: Style) -> list[str]:
        lines: list[str] = []
        for baseline in self.baselines:
            lines.append(style.bold(f"{self.design.architecture} over {baseline.architecture}"))
            rows: list[Sequence[str]] = [("", "design", "baseline", "ratio", "p10 .. p90", "")]
            marked = False
            for ratio in self.ratios:
                if ratio.baseline != baseline.architecture:
                    continue
                label, unit = label_and_unit(ratio.quantity)
                sides = (self.design.totals[ratio.quantity], baseline.totals[ratio.quantity])
                mark = _mark(ratio)
                marked = marked or bool(mark)
                band = "" if ratio.low is None else f"{ratio.low:.3g} .. {ratio.high:.3g}"
                first, second = (shown(value, unit) for value in sides)
                rows.append((label, first, second, f"{ratio.value:.3g}", band, mark))
            lines += fitting_columns(rows, "<>>>><", indent=2)
            lines += self._marks(baseline) if marked else []
            lines.append("")
        return lines[:-1]

    def _marks(self, baseline: Estimate) -> list[str]:
        told = []
        for ratio in self.ratios:
            if ratio.baseline == baseline.architecture and _mark(ratio):
                label = label_and_unit(ratio.quantity)[0]
                told.append(f"{label} {percent(ratio.unproven[0])} and {percent(ratio.unproven[1])}")
        text = "* rests on projected or assumed values, in the design and in the baseline: " + "; ".join(told)
        return wrapped(text, indent=2, hanging=4)

    def __str__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        from neuroest.reporting.html import comparison_html  # noqa: PLC0415 - it shows comparisons too

        return comparison_html(self)


def compare(
    architecture: Named,
    baselines: Named | Sequence[Named],
    workload: Named | Sequence[Named],
    settings: Mapping[str, str] | None = None,
) -> Comparison:
    """A design beside baselines, on one network or on one network each.

    Parameters
    ----------
    architecture : str, Path or Loaded
        The design: shipped name, path of a file, or a loaded architecture.
    baselines : the same, or a sequence of them
        What it is put beside.
    workload : str, Path or Loaded, or a sequence of them
        The network of all, or a network for each, the design's first.
    settings : mapping of str to str, optional
        Values to change, by path. Each changes every design that has such a path; technology and operation of
        chips that are known by published numbers stay as published.

    Returns
    -------
    Comparison
        The estimates, what differs, and the ratios.

    Raises
    ------
    NeuroestError
        What `estimate` raises, for any of the designs; or when the networks are not one or one for each.

    Examples
    --------
    >>> import neuroest
    >>> both = neuroest.compare("diffusive_28nm_derived", "analog_lif_28nm", "shd_recurrent_spiking")
    >>> [ratio.quantity for ratio in both.ratios][:2]
    ['area_m2', 'energy_per_inference_J']
    """
    others = [baselines] if isinstance(baselines, str | Path | Loaded) else list(baselines)
    networks = [workload] if isinstance(workload, str | Path | Loaded) else list(workload)
    chips = [_architecture(name) for name in (architecture, *others)]
    if len(networks) == 1:
        networks *= len(chips)
    if len(networks) != len(chips):
        raise NeuroestError(
            f"{len(networks)} workloads for {len(chips)} designs; give one for all, or one for each in their order"
        )
    if not others:
        raise NeuroestError("a comparison needs a baseline")
    nets = [net if isinstance(net, Loaded) else load_workload(net) for net in networks]
    distinct(chips)
    distinct(nets)
    changes = dict(settings or {})
    shares = [_settings_for(chip, changes) for chip in chips]
    unused = {path: value for path, value in changes.items() if not any(path in share for share in shares)}
    shares[0].update(unused)  # so that the design says what is wrong with them
    results = tuple(estimate(chip, net, share) for chip, net, share in zip(chips, nets, shares, strict=True))
    return Comparison(results, changes)


def at_corner(architecture: Named, corner: str) -> Loaded[ArchitectureSpec]:
    """An architecture on a die at a corner of its process, under a name that says so.

    Examples
    --------
    >>> at_corner("digital_int8_28nm", "slow").spec.name
    'digital_int8_28nm_slow'
    """
    loaded = _architecture(architecture)
    data = loaded.document.data
    data["name"] = f"{loaded.spec.name}_{corner}"
    data["technology"]["corner"] = corner
    document = loaded.document.with_data(data)
    return replace(loaded, spec=validate(ArchitectureSpec, document), document=document)


def distinct(loaded: Sequence[Loaded[Any]]) -> list[Loaded[Any]]:
    """Files without those that are there twice.

    Raises
    ------
    NeuroestError
        When two files of different content state one name, so that nobody could tell their results apart.
    """
    kept: dict[str, Loaded[Any]] = {}
    for one in loaded:
        other = kept.setdefault(one.spec.name, one)
        if other.sha256 != one.sha256:
            raise NeuroestError(
                f"{other.file} and {one.file} are both called {one.spec.name!r}; give each a `name` of its own"
            )
    return list(kept.values())


def _architecture(name: Named) -> Loaded[ArchitectureSpec]:
    return name if isinstance(name, Loaded) else load_architecture(name)


def _settings_for(loaded: Loaded[ArchitectureSpec], settings: Mapping[str, str]) -> dict[str, str]:
    """The settings whose path the design has."""
    if not settings:
        return {}
    design = build(loaded)
    known = set(design.claims)
    parts = list(design.root.walk())
    known |= {f"{part.path}.{name}" for part in parts for name in type(part.spec).model_fields}
    published = any(getattr(part.spec, "mapper", None) in PUBLISHED for part in parts)
    for section in ("technology", "operation"):
        known |= {f"{section}.{name}" for name in type(getattr(loaded.spec, section)).model_fields}
    return {
        path: value
        for path, value in settings.items()
        if path.startswith("workload.")
        or (path in known and not (published and path.startswith(("technology.", "operation."))))
    }


def unproven_share(result: Estimate, total: str) -> float:
    """Share of a total that rests on projected or assumed values."""
    key = _SENSITIVITIES[total]
    if key in result.basis_share:
        shares: Mapping[str, float] = result.basis_share[key]
    else:
        found = result.sensitivity
        labels = [result.claims[path].basis for path in found.paths]
        shares = attributed_share({("", ""): (1.0, found.totals[key])}, labels)
    return sum(shares.get(basis, 0.0) for basis in _UNPROVEN)


def _mark(ratio: Ratio) -> str:
    return "*" if max(ratio.unproven) >= 0.05 else ""


def _joint_samples(estimates: Sequence[Estimate]) -> list[dict[str, NDArray[np.float64]]]:
    """Banded totals of every estimate over one common draw, so that what two designs share cancels in a ratio."""
    return [
        {name: np.where(sampled.feasible, values, np.nan) for name, values in sampled.quantities.items()}
        for sampled in (result.sample.totals for result in estimates)
    ]


def _interval(above: NDArray[np.float64], below: NDArray[np.float64]) -> tuple[float | None, float | None]:
    with np.errstate(all="ignore"):
        ratios = above / below
    kept = ratios[np.isfinite(ratios)]
    if kept.size == 0:
        return None, None
    low, high = quantiles(kept, (0.1, 0.9))
    return float(low), float(high)
