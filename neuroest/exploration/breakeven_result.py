"""Results of a design and others along one axis, and the values at which they cost the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.document import Block, Document, Documented, Paragraph
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.statistics import quantiles
from neuroest.core.units import three_digits
from neuroest.equations import twins
from neuroest.error_analysis.draws import SAMPLES, SEED, draw
from neuroest.exploration.draws_along import band_at
from neuroest.loading.library import load_device
from neuroest.registry import render
from neuroest.results.estimate import Band
from neuroest.results.quantities import QUANTITIES, Headline, column_name, first_number, label_and_unit
from neuroest.specs.parameters import Record, non_negative, positive
from neuroest.specs.workload import WorkloadSpec
from neuroest.workloads.layers import layer_table

if TYPE_CHECKING:
    import pandas as pd


# --- A published comparison of spiking and quantised networks ------------------------------------------------------

# There is no chip: a device of model `twin_energies` states the energies of arithmetic, memory and traffic, and a case
# states what is compared.


class TwinEnergiesParameters(Record):
    """Arithmetic, memory and traffic of a many-core chip, for a spiking neuron and its quantised twin."""

    model = "twin_energies"

    accumulate_energy: u.Joule = positive(symbol="E_add")
    """Energy to add a weight to a potential."""
    compare_energy: u.Joule = positive(symbol="E_cmp")
    """Energy to compare a potential with its threshold."""
    partial_product_energy: u.JoulePerBit = positive(symbol="e_mul")
    """Energy of a multiply-accumulate per bit of the activation."""
    event_hop_energy: u.Joule = non_negative(symbol="E_hop")
    """Energy of one spike per hop, including its address."""
    value_hop_energy: u.JoulePerBit = non_negative(symbol="e_hop")
    """Energy of dense traffic per hop."""
    memory_read_energy: u.JoulePerBit = non_negative(symbol="e_read")
    """Energy of the memory for weights and potentials."""
    potential_bits: u.Bit = positive(symbol="b_p")
    """Width of a potential."""
    hops: u.Dimensionless = non_negative(symbol="h")
    """Hops between the cores of two neurons."""


PUBLISHED = "yan2026_22nm"
"""Device with the shipped published energies."""


@frozen_dataclass
class TwinCase:
    """The case to compare.

    Attributes
    ----------
    timesteps : float
        Timesteps of the spiking network; the activations of the twin have enough bits for its spike counts.
    weight_bits : float
        Weight bits of both.
    inputs : float
        Inputs per neuron.
    hops : float or None
        Hops between the cores of two neurons; None uses the hops stated with the energies.
    spiking_weight_reads, quantised_weight_reads : float
        Weights read per event or activation: 1 without reuse.
    """

    timesteps: float
    weight_bits: float
    inputs: float = 4096.0
    hops: float | None = None
    spiking_weight_reads: float = 1.0
    quantised_weight_reads: float = 1.0


@frozen_dataclass
class Twins:
    """Both neurons with their energies; each energy may be an array of samples."""

    case: TwinCase
    activation_bits: u.Numeric
    event_energy: u.Numeric
    update_energy: u.Numeric
    value_energy: u.Numeric
    multiply_accumulate_energy: u.Numeric
    accumulate_energy: u.Numeric
    broadcast_rate: u.Numeric

    @property
    def crossover(self) -> u.Numeric:
        """Spike rate below which the spiking neuron needs less."""
        return twins.crossover_spike_rate(
            self.case.timesteps, self.case.inputs, self.event_energy, self.update_energy, self.value_energy,
            self.multiply_accumulate_energy,
        )  # fmt: skip

    @property
    def operations_crossover(self) -> u.Numeric:
        """The same for arithmetic alone; the twin then does not skip zeros."""
        return twins.operations_crossover_rate(
            self.case.timesteps, 1.0, self.multiply_accumulate_energy, self.accumulate_energy
        )

    def ratio(self, spike_rate: u.Numeric) -> u.Numeric:
        """Energy of the spiking neuron over the energy of its twin."""
        share = twins.mean_active_share(self.case.timesteps, spike_rate)
        return twins.spiking_neuron_energy(
            self.case.timesteps, self.case.inputs, spike_rate, self.event_energy, self.update_energy
        ) / twins.quantised_neuron_energy(
            self.case.inputs, self.value_energy, share, self.multiply_accumulate_energy
        )


def published_values(name: str = PUBLISHED) -> dict[str, u.Numeric]:
    """Energies of a device of model `twin_energies`, in SI.

    Raises
    ------
    NeuroestError
        For a device of another model.
    """
    device = load_device(name)
    if device.spec.model != "twin_energies":
        raise NeuroestError(f"{name} is of model {device.spec.model!r}, not of 'twin_energies'")
    return {path: claim.value for path, claim in device.claims.items()}


def twins_of(case: TwinCase, values: Mapping[str, u.Numeric]) -> Twins:
    """Both neurons of a case, from energies that may be arrays."""
    hops = values["hops"] if case.hops is None else case.hops
    bits = twins.matched_activation_bits(case.timesteps)
    read = values["memory_read_energy"]
    weight = (case.weight_bits, read)
    return Twins(
        case,
        bits,
        twins.synaptic_event_energy(
            hops, values["event_hop_energy"], case.spiking_weight_reads, *weight, values["accumulate_energy"]
        ),
        twins.potential_update_energy(values["compare_energy"], values["potential_bits"], read),
        twins.synaptic_value_energy(hops, values["value_hop_energy"], bits, case.quantised_weight_reads, *weight),
        twins.multiply_accumulate_energy(bits, values["partial_product_energy"]),
        values["accumulate_energy"],
        twins.broadcast_spike_rate(
            twins.synaptic_value_energy(hops, values["value_hop_energy"], 1.0, 1.0, *weight),
            twins.synaptic_event_energy(hops, values["event_hop_energy"], 1.0, *weight, 0.0),
        ),
    )  # fmt: skip


def published_band(case: TwinCase) -> Band:
    """The crossover over the uncertainty of the energies."""
    drawn = {path: array[:, 0] for path, array in draw(load_device(PUBLISHED).claims, SAMPLES, SEED).items()}
    rates = np.asarray(twins_of(case, {**published_values(), **drawn}).crossover, dtype=np.float64)
    return Band(*quantiles(rates))


@frozen_dataclass
class PublishedRate:
    """Spike rate below which a spiking network needs less than its dense twin, by published energies.

    Attributes
    ----------
    case : TwinCase
        What is compared.
    rate : float
        From the energies as stated.
    band : Band
        Over the uncertainty of the energies.
    """

    case: TwinCase
    rate: float
    band: Band


def published_rate(network: WorkloadSpec) -> PublishedRate:
    """The published energies on a network with the timesteps, weight bits and mean number of inputs of this one."""
    table = layer_table(network, {})
    inputs = np.average(
        np.asarray(table.reduction + table.recurrent_reduction), weights=np.asarray(table.macs)
    )
    case = TwinCase(first_number(table.timesteps), float(network.precision.weights), float(inputs))
    return PublishedRate(case, float(twins_of(case, published_values()).crossover), published_band(case))


# --- Results -------------------------------------------------------------------------------------------------------


@frozen_dataclass(eq=False)
class Curve:
    """One result of a chip along the axis.

    Attributes
    ----------
    name, label : str
        The chip, and its name in the figure.
    quantity : str
        The result.
    nominal : array
        The result by point with all inputs as stated; NaN without an estimate.
    samples : array
        The result by draw and point; NaN without an estimate.
    failed : tuple of str
        Check that fails at each point at the stated inputs; empty if all pass.
    """

    name: str
    label: str
    quantity: str
    nominal: Array
    samples: Array
    failed: tuple[str, ...]

    def bands(self) -> list[Band | None]:
        """Band at each point; None if fewer than half of the draws have an estimate."""
        return band_at(self.samples)

    def percentiles(self) -> Array:
        """10th, 50th and 90th percentile by point; NaN without a band."""
        none = Band(np.nan, np.nan, np.nan)
        return np.array(
            [(band.low, band.median, band.high) for band in (one or none for one in self.bands())]
        ).T


@frozen_dataclass
class BreakEvenPoint:
    """Value of the axis at which the design and another chip cost the same.

    Attributes
    ----------
    quantity : str
        The result.
    other : str
        The other chip.
    value : float or None
        Nominal value, in SI, with all other inputs as stated; None if only the draws have one. Along a named axis it is
        interpolated between points.
    better_below, better_above : str
        Chip with the better result on each side.
    jump : bool
        Whether one result jumps there, so that the two are never equal.
    band : Band or None
        Median and band over all draws of the uncertain inputs; an end is infinite if these draws cross outside of the
        range. None if there are several points, or if fewer than half of the draws have an estimate.
    """

    quantity: str
    other: str
    value: float | None
    better_below: str
    better_above: str
    jump: bool
    band: Band | None = None

    @property
    def headline(self) -> float:
        """The median over the draws if the range contains it, otherwise the nominal value; infinite without either."""
        if self.band is not None and (self.value is None or np.isfinite(self.band.median)):
            return self.band.median
        return float("nan") if self.value is None else self.value

    @property
    def on_axis(self) -> bool:
        """Whether the axis contains the headline; otherwise only a part of the draws cross on it."""
        return bool(np.isfinite(self.headline))


@frozen_dataclass(eq=False)
class BreakevenResult(Documented):
    """A design and others along one axis.

    Attributes
    ----------
    path, label, unit : str
        The parameter or the name of the axis, its label in figures, and its unit.
    quantities : tuple of str
        The results.
    workload : str
        The network of the design.
    values : array
        Points of the axis.
    stated : float
        Value that the file of the design, or else of the first chip that has it, states; NaN without one.
    curves : tuple of Curve
        By result, the design first.
    break_even_points : tuple of BreakEvenPoint
        By result and other chip, in the order of the axis.
    varied : tuple of str
        Chips that change along the axis.
    failed_checks : tuple of str
        Checks that a chip fails at the values in its file.
    published : PublishedRate or None
        Break-even rate of a spiking network and its dense twin by published energies, along `uniform-spike-rate`.
    """

    path: str
    label: str
    unit: str
    quantities: tuple[str, ...]
    workload: str
    values: Array
    stated: float
    curves: tuple[Curve, ...]
    break_even_points: tuple[BreakEvenPoint, ...]
    varied: tuple[str, ...]
    failed_checks: tuple[str, ...]
    published: PublishedRate | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The chips, the design first."""
        return tuple(dict.fromkeys(curve.name for curve in self.curves))

    def of(self, quantity: str) -> tuple[tuple[Curve, ...], tuple[BreakEvenPoint, ...]]:
        """Curves and break-even points of one result."""
        return (
            tuple(one for one in self.curves if one.quantity == quantity),
            tuple(one for one in self.break_even_points if one.quantity == quantity),
        )

    def to_dict(self) -> dict[str, Any]:
        """The break-even points, the nominal curves and the bands of each result as plain data."""
        published = self.published
        return {
            "parameter": self.path, "unit": self.unit, "designs": list(self.names), "varied": list(self.varied),
            "values": self.values.tolist(), "draws": SAMPLES, "failed_checks": list(self.failed_checks),
            "results": {quantity: self._plain(quantity) for quantity in self.quantities},
            "published": published and {"rate": published.rate, **_ends(published.band)},
        }  # fmt: skip

    def _plain(self, quantity: str) -> dict[str, Any]:
        curves, points = self.of(quantity)
        return {
            "break_even_points": [
                {**asdict(point), "band": point.band and _ends(point.band)} for point in points
            ],
            "curves": {
                one.name: {
                    "nominal": _finite(one.nominal),
                    **dict(zip(("p10", "median", "p90"), map(_finite, one.percentiles()), strict=True)),
                    "failed": list(one.failed),
                }
                for one in curves
            },
        }

    def to_frame(self) -> pd.DataFrame:
        """Nominal values, medians, bands and failed checks of all chips as a table, result by result."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only tables need it

        frames = []
        for quantity in self.quantities:
            frame: dict[str, Any] = {"quantity": quantity, column_name(self.path, self.unit): self.values}
            for one in self.of(quantity)[0]:
                frame[f"{one.name}_nominal"] = one.nominal
                ends = (f"{one.name}_p10", f"{one.name}_median", f"{one.name}_p90")
                frame |= dict(zip(ends, one.percentiles(), strict=True))
                frame[f"{one.name}_failed_check"] = list(one.failed)
            frames.append(pd.DataFrame(frame))
        return pd.concat(frames, ignore_index=True)

    def rows(self) -> list[dict[str, Any]]:
        """Medians of all chips at the ends of the axis and at the break-even points, for a document."""
        named, nothing = column_name(self.path, self.unit), BreakEvenPoint("", "", None, "", "", jump=False)
        rows = []
        for quantity in self.quantities:
            curves, found = self.of(quantity)
            points = [
                ("lowest value", float(self.values[0]), nothing),
                *((f"break-even with {one.other}", one.headline, one) for one in found if one.on_axis),
                ("highest value", float(self.values[-1]), nothing),
            ]
            rows += [
                {
                    **({"quantity": quantity} if len(self.quantities) > 1 else {}),
                    "point": what, named: value, "nominal": one.value,
                    "p10": one.band.low if one.band else None, "p90": one.band.high if one.band else None,
                    **{
                        curve.name: float(np.interp(value, self.values, curve.percentiles()[1]))
                        for curve in curves
                    },
                }
                for what, value, one in points
            ]  # fmt: skip
        return rows

    def document(self) -> Document:
        """The comparison in words."""
        lines: list[Block] = [f"! {failed}" for failed in self.failed_checks]
        lines += [
            f"! {one.name}: {sum(map(bool, one.failed))} of {len(one.failed)} points fail a check: {', '.join(checks)}"
            for one in self.of(self.quantities[0])[0]
            if (checks := sorted({check.partition(":")[0] for check in one.failed if check}))
        ]
        for number, quantity in enumerate(self.quantities):
            lines.append(f"{label_and_unit(quantity)[0]} of {_and(self.names)} along {self.label}")
            if not number:
                lines.append(f"varied in {_and(self.varied)}")
                lines.append(f"medians of {SAMPLES} draws of the uncertain inputs")
            curves, points = self.of(quantity)
            medians = [one.percentiles()[1] for one in curves]
            everywhere = np.flatnonzero(np.isfinite(medians).all(axis=0))
            for where in everywhere[[0, -1]] if everywhere.size else ():
                at = _and([three_digits(median[where], QUANTITIES[quantity].unit) for median in medians])
                lines.append(Paragraph(f"at {three_digits(self.values[where], self.unit)}: {at}", indent=2))
            for other in curves[1:]:
                of_other = [one for one in points if one.other == other.name]
                lines += self._against(curves[0], other, of_other)
        if self.published is not None:
            case, band = self.published.case, self.published.band
            lines.append(
                f"by the energies of {PUBLISHED}: {self.published.rate:.3g}, p10 .. p90: {band.low:.3g} .. "
                f"{band.high:.3g} (many cores, {case.weight_bits:g}-bit weights, {case.inputs:.0f} inputs a neuron)"
            )
        return Document("", tuple(lines))

    def _against(self, design: Curve, other: Curve, points: Sequence[BreakEvenPoint]) -> Iterator[Block]:
        """Break-even points with one chip, or which of the two is better."""
        name = f" with {other.name}" if len(self.names) > 2 else ""
        crossed = [point for point in points if point.on_axis]
        for point in crossed:
            yield (
                f"break-even{name} at {three_digits(point.headline, self.unit)}: below it {point.better_below} is "
                f"better, above it {point.better_above}{', and one of them jumps there' if point.jump else ''}"
            )
            yield Paragraph(self._statistic(point), indent=2)
        if not crossed:
            yield f"no break-even{name} in this range: {_always(design, other)}"
            for band in [point.band for point in points if point.band]:
                yield Paragraph(f"where the draws cross, {self._ends(band)}", indent=2)
        missing = ~(np.isfinite(design.nominal) & np.isfinite(other.nominal))
        if missing.any():
            yield f"{np.mean(missing):.1%} of the range has no estimate of one of the two"

    def _statistic(self, point: BreakEvenPoint) -> str:
        """Meaning of the value of a point: a median with its band and the nominal value, or the nominal value alone."""
        nominal = "none in this range" if point.value is None else three_digits(point.value, self.unit)
        if point.band is None:
            return "at the stated inputs (nominal), without a band"
        if not np.isfinite(point.band.median):
            return (
                f"at the stated inputs (nominal); {self._ends(point.band, 'the median of the draws is {}, ')}"
            )
        return f"median; {self._ends(point.band, '')}; nominal: {nominal}"

    def _ends(self, band: Band, median: str = "the median is {}, ") -> str:
        low, middle, high = (self._end(end) for end in (band.low, band.median, band.high))
        return f"{median.format(middle)}p10 .. p90: {low} .. {high}"

    def _end(self, value: float) -> str:
        if np.isfinite(value):
            return three_digits(value, self.unit)
        side, edge = ("below", self.values[0]) if value < 0.0 else ("above", self.values[-1])
        return f"{side} {three_digits(edge, self.unit)}"

    def plot(self, path: str | Path | None = None) -> Any:
        """All results along the axis; written to `path` if given, and returned."""
        return render(self, "figure", path)

    @property
    def lead(self) -> str:
        """Where the design and each other chip cost the same, with bands, or which one is better throughout."""
        return "; ".join(map(self._equal, self.quantities))

    def _equal(self, quantity: str) -> str:
        others = len(self.names) - 1
        curves, found = self.of(quantity)
        points = ", ".join(
            Headline.of(one.headline, one.band).words(self.unit)
            + (f" with {one.other}" if others > 1 else "")
            for one in found
            if one.on_axis
        )
        where = (
            f"equal at {self.path} {points}; median (p10 .. p90)" if points else "no break-even in this range"
        )
        if others == 1 and not points:
            where = _always(*curves)
        return f"{label_and_unit(quantity)[0]} of {_and(self.names)}, {where}"


def _always(design: Curve, other: Curve) -> str:
    """Which chip is better where the two are never equal."""
    sign = np.sign(difference(design.quantity, design.percentiles()[1], other.percentiles()[1]))
    sign = sign[np.isfinite(sign)]
    if not sign.size:
        return "too few draws have an estimate of both"
    if not np.any(sign):
        return "both are equal throughout"
    better = design.name if np.sum(sign) < 0 else other.name
    return f"{better} is better{' throughout' if np.all(sign == sign[0]) else ' or equal'}"


def _finite(values: Iterable[float]) -> list[float | None]:
    return [float(value) if np.isfinite(value) else None for value in values]


def _ends(band: Band) -> dict[str, float | None]:
    return dict(zip(("low", "median", "high"), _finite((band.low, band.median, band.high)), strict=True))


def _and(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def difference(quantity: str, first: Array, second: Array) -> Array:
    """Sign of the comparison: below zero where the first chip is better."""
    return second - first if QUANTITIES[quantity].better == "more" else first - second
