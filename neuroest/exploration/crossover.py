"""Spike rate below which a spiking chip needs less energy than a dense chip with the same number of bits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.progress import Progress, silent
from neuroest.core.statistics import quantiles
from neuroest.core.text_layout import Printed, fitting_columns, wrapped
from neuroest.core.units import format_quantity
from neuroest.equations.twins import matched_activation_bits
from neuroest.error_analysis.draws import SAMPLES, SEED, draw
from neuroest.exploration.batch_evaluation import evaluate_points
from neuroest.exploration.space import ExplorationError, Space
from neuroest.exploration.structures import Group, resolve
from neuroest.exploration.twins import PUBLISHED, TwinCase, published_band, published_values, twins_of
from neuroest.registry import render
from neuroest.results.estimate import Band
from neuroest.results.quantities import first_number
from neuroest.specs.loaded import Named
from neuroest.workloads.layers import layer_table

if TYPE_CHECKING:
    import pandas as pd


SCOPES: Mapping[str, str] = {
    "operation_energy_J": "operations only",
    "dynamic_energy_J": "with memories and movement",
    "energy_per_inference_J": "with static energy",
}
"""Scopes of the energy, with the corresponding result."""

_LOWEST = 1e-6
_RATES = 97
_BLOCK = 64
"""Samples per batch, each at all rates."""
_ACTIVATIONS = "workload.precision.activations"


@frozen_dataclass
class Crossover:
    """Crossover for one scope and one activation width of the dense network.

    Attributes
    ----------
    scope : str
        Key of `SCOPES`.
    bits : float
        Width of the activations.
    spiking, dense : float
        Energy of both networks as stated. [J]
    rate : float or None
        Nominal spike rate below which the spiking chip needs less; None if no rate is low enough, infinite if no rate
        is too high.
    band : Band or None
        Median and band of the rate over the uncertainty of both chips; samples without such a rate count as zero.
    never : float
        Share of samples in which no rate is low enough.
    """

    scope: str
    bits: float
    spiking: float
    dense: float
    rate: float | None
    band: Band | None
    never: float

    @property
    def ratio(self) -> float:
        """Energy of the spiking network over energy of the dense network."""
        return self.spiking / self.dense


@frozen_dataclass
class CrossoverResult(Printed):
    """A spiking chip compared with a dense one, in all scopes.

    Attributes
    ----------
    names, workloads : pair of str
        Chips and networks, the spiking one first.
    label : str
        Both in figures.
    timesteps, matched_bits, mean_rate : float
        Values of the spiking network; the mean rate is over all inputs, weighted by their synapses.
    rows : tuple of Crossover
        One row per scope, for the dense network as stated and with matched bits.
    published : float
        Crossover from the energies of a published comparison, for a network like this one.
    published_band : Band
        Band over the spread of these energies.
    published_case : TwinCase
        Inputs of the published comparison.
    """

    names: tuple[str, str]
    label: str
    workloads: tuple[str, str]
    timesteps: float
    matched_bits: float
    mean_rate: float
    scaled: bool
    rows: tuple[Crossover, ...]
    published: float
    published_band: Band
    published_case: TwinCase

    def to_frame(self) -> pd.DataFrame:
        """The rows as a table."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only tables need it

        return pd.DataFrame(
            [
                {
                    "scope": row.scope,
                    "activation_bits": row.bits,
                    "spiking_J": row.spiking,
                    "dense_J": row.dense,
                    "ratio": row.ratio,
                    "spike_rate": np.nan if row.rate is None else row.rate,
                    "p10": np.nan if row.band is None else row.band.low,
                    "median": np.nan if row.band is None else row.band.median,
                    "p90": np.nan if row.band is None else row.band.high,
                    "never": row.never,
                }
                for row in self.rows
            ]
        )

    def to_text(self) -> str:
        """The comparison as text for a terminal."""
        varied = (
            "activities scaled together" if self.scaled else "one spike rate for the input and all layers"
        )
        lines = [
            *wrapped(
                f"{self.names[0]} on {self.workloads[0]} and {self.names[1]} on {self.workloads[1]}",
                hanging=2,
            ),
            f"{self.timesteps:g} timesteps distinguish as many values as {self.matched_bits:g} bits",
            f"mean spike rate of the inputs of synapses: {self.mean_rate:.2%}",
            *wrapped(f"spike rate below which the spiking chip needs less energy, {varied}:", hanging=2),
        ]
        for bits in dict.fromkeys(row.bits for row in self.rows):
            table: list[tuple[str, ...]] = [(f"dense network of {bits:g} bits", *_HEAD)]
            table += [_cells(row) for row in self.rows if row.bits == bits]
            lines += ["", *fitting_columns(table, "<>>>><>")]
        lines += wrapped(
            "below: median of the draws, with its p10 .. p90; energies, ratio and nominal: with all inputs as stated",
            hanging=2,
        )
        case, spread = self.published_case, self.published_band
        lines += [
            "",
            f"from the energies of {PUBLISHED}: {self.published:.2%}, p10 .. p90 {spread.low:.2%} .. {spread.high:.2%}",
            f"  (many cores, {case.weight_bits:g}-bit weights, {case.inputs:.0f} inputs a neuron)",
        ]
        return "\n".join(lines) + "\n"

    def plot(self, path: str | Path | None = None) -> Any:
        """The rates with their bands, by scope; written to `path` if given, and returned."""
        return render(self, "figure", path)

    @property
    def lead(self) -> str:
        """Spike rate below which the spiking chip takes less energy, by scope, with the dense network as stated."""
        scopes = ", ".join(
            f"{SCOPES[row.scope]} {median}" + (f" ({band})" if median.endswith("%") else "")
            for row in self.rows
            if row.bits == self.rows[0].bits
            for median, band in (_cells(row)[4:6],)
        )
        one, other = self.names
        return f"{one} takes less energy than {other} below a spike rate of {scopes}; median (p10 .. p90)"


_HEAD = ("spiking", "dense", "ratio", "below", "p10 .. p90", "nominal")


def _cells(row: Crossover) -> tuple[str, ...]:
    low, median, high = ("", "", "")
    if row.band is not None:
        low, median, high = (_percent(end) for end in (row.band.low, row.band.median, row.band.high))
    return (
        SCOPES[row.scope], format_quantity(row.spiking, "J"), format_quantity(row.dense, "J"), f"{row.ratio:.3g}",
        median, f"{low} .. {high}" if low else "", _percent(row.rate),
    )  # fmt: skip


def _percent(rate: float | None) -> str:
    if not rate:
        return "none"
    return "any" if np.isinf(rate) else f"{rate:.2%}"


def crossover(
    spiking: Named,
    dense: Named,
    spiking_workload: Named,
    dense_workload: Named,
    *,
    scaled: bool = False,
    samples: int = SAMPLES,
    seed: int = SEED,
    progress: Progress = silent,
) -> CrossoverResult:
    """Find the spike rate below which a spiking chip needs less energy than a dense one.

    Parameters
    ----------
    spiking, dense
        The chips.
    spiking_workload, dense_workload
        Workloads: a network in spiking coding and its twin in dense coding.
    scaled : bool
        Whether to scale the activities of the file together; otherwise input and layers get one common rate.
    samples : int
        Draws of the uncertain inputs; common inputs are drawn once for both chips.
    seed : int
        Seed of the draws.
    progress : callable, optional
        Receives the share that is done.

    Returns
    -------
    CrossoverResult
        Spike rate at which both chips need the same energy, with its band.

    Raises
    ------
    NeuroestError
        For a network in the wrong coding, without samples, or if a chip cannot run it.
    """
    if samples < 1:
        raise ExplorationError(f"the number of samples is {samples}; ask for at least 1")
    first = resolve(spiking, spiking_workload, Space(()), {}).groups[0].settled()
    second = resolve(dense, dense_workload, Space(()), {}).groups[0].settled()
    for group, coding in ((first, "spiking"), (second, "dense")):
        if group.workload.coding != coding:
            raise ExplorationError(
                f"{group.workload.name}: is in {group.workload.coding} coding; the {coding} network comes "
                f"{'first' if coding == 'spiking' else 'second'}"
            )
    table = layer_table(first.workload, {})
    timesteps = first_number(table.timesteps)
    bits = float(matched_activation_bits(timesteps))
    curves = _spiking_curves(first, scaled=scaled, samples=samples, seed=seed, progress=progress)
    given = float(second.values.get(_ACTIVATIONS) or first.values[_ACTIVATIONS])
    rows = []
    for width in dict.fromkeys((given, bits)):
        changes = {} if width == given else {_ACTIVATIONS: f"{width:g} bit"}
        twin = second if not changes else resolve(dense, dense_workload, Space(()), changes).groups[0]
        limits = _energies(twin, _drawn(twin, samples, seed), samples)
        rows += [_row(scope, width, curves, limits) for scope in SCOPES]
    weighted = _mean_rate(table)
    case = TwinCase(timesteps, float(first.values["workload.precision.weights"]), weighted[1])
    return CrossoverResult(
        (first.design.spec.name, second.design.spec.name), f"{first.label} and {second.label}",
        (first.workload.name, second.workload.name), timesteps,
        bits, weighted[0], scaled, tuple(rows), float(twins_of(case, published_values()).crossover),
        published_band(case, samples=samples, seed=seed), case,
    )  # fmt: skip


def _mean_rate(table: Any) -> tuple[float, float]:
    """Mean spike rate and number of inputs, weighted by synapses."""
    macs = np.asarray(table.macs, dtype=np.float64)
    inputs = np.asarray(table.reduction + table.recurrent_reduction, dtype=np.float64)
    possible = float(np.sum(macs)) * first_number(table.timesteps)
    operations = float(np.sum(np.asarray(table.synaptic_operations, dtype=np.float64)))
    return operations / possible, float(np.sum(macs * inputs) / np.sum(macs))


def _drawn(group: Group, samples: int, seed: int) -> dict[str, Array]:
    """One nominal point, and samples of all inputs with a spread."""
    drawn = draw(group.claims, samples, seed)
    return {
        path: np.concatenate([np.full((1, 1), group.values[path]), values]) for path, values in drawn.items()
    }


def _energies(group: Group, columns: Mapping[str, Array], samples: int) -> dict[str, Array]:
    points = evaluate_points(group, columns, (samples + 1,), list(SCOPES), judged=False)
    _refuse(group, points)
    return dict(points.totals)


def _refuse(group: Group, points: Any) -> None:
    if np.isnan(points.totals["dynamic_energy_J"][0]):
        reason = points.reasons[points.failed[0]] if points.failed[0] >= 0 else "no finite result"
        raise ExplorationError(f"{group.design.spec.name}: no estimate of {group.workload.name}: {reason}")


@frozen_dataclass
class _Curves:
    """Energy of the spiking chip by scope: for the network as stated, and at all rates for each sample."""

    rates: Array
    nominal: Mapping[str, float]
    energies: Mapping[str, Array]


def _spiking_curves(group: Group, *, scaled: bool, samples: int, seed: int, progress: Progress) -> _Curves:
    columns = _drawn(group, samples, seed)
    activities = {path: group.claims[path].value for path in group.claims if path.endswith("activity.rate")}
    if not activities:
        raise ExplorationError(f"{group.workload.name}: states no spike rate")
    table = layer_table(group.workload, {})
    mean = _mean_rate(table)[0]
    highest = min(1.0, mean / max(activities.values())) if scaled else 1.0
    rates = np.geomspace(_LOWEST, highest, _RATES)
    moved = {
        path: (rates * value / mean if scaled else rates).reshape(1, -1, 1)
        for path, value in activities.items()
    }
    fixed = {path: values for path, values in columns.items() if path not in activities}
    parts: dict[str, list[Array]] = {scope: [] for scope in SCOPES}
    for start in range(0, samples + 1, _BLOCK):
        block = {path: values[start : start + _BLOCK, :, np.newaxis] for path, values in fixed.items()}
        count = min(_BLOCK, samples + 1 - start)
        points = evaluate_points(group, {**block, **moved}, (count, _RATES), list(SCOPES), judged=False)
        for scope in SCOPES:
            parts[scope].append(np.broadcast_to(points.totals[scope].reshape(count, -1), (count, _RATES)))
        progress((start + count) / (samples + 1))
    alone = evaluate_points(group, {}, (1,), list(SCOPES), judged=False)
    _refuse(group, alone)
    return _Curves(
        rates,
        {scope: float(alone.totals[scope][0]) for scope in SCOPES},
        {scope: np.concatenate(parts[scope]) for scope in SCOPES},
    )


def _row(scope: str, bits: float, curves: _Curves, limits: Mapping[str, Array]) -> Crossover:
    found = _crossings(curves.rates, curves.energies[scope], limits[scope])
    sampled = found[1:]
    sampled = sampled[~np.isnan(sampled)]
    band = Band(*quantiles(sampled)) if sampled.size else None
    nominal = float(found[0])
    never = float(np.mean(sampled == 0.0)) if sampled.size else 1.0
    return Crossover(
        scope, bits, curves.nominal[scope], float(limits[scope][0]), nominal if nominal > 0.0 else None, band, never
    )  # fmt: skip


def _crossings(rates: Array, energies: Array, limits: Array) -> Array:
    """First rate at which each sample reaches its limit: zero if it starts above, infinite if it stays below."""
    above = energies >= limits[:, np.newaxis]
    step = np.argmax(above, axis=1)
    rows = np.arange(len(limits))
    before = np.maximum(step - 1, 0)
    with np.errstate(all="ignore"):
        low, high = np.log(energies[rows, before]), np.log(energies[rows, step])
        share = np.where(high > low, (np.log(limits) - low) / (high - low), 0.0)
        inside = np.exp(np.log(rates[before]) + share * (np.log(rates[step]) - np.log(rates[before])))
    found = np.where(above.any(axis=1), np.where(step == 0, 0.0, inside), np.inf)
    return np.where(np.isnan(energies).any(axis=1) | np.isnan(limits), np.nan, found)
