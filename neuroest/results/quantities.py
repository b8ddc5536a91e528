"""The one table of results: every quantity by name, with its unit, its words and how it follows from an evaluation.

Totals of an estimate, columns of a sweep, expressions of validation cases, bands, elasticities, tables, explanations
and the pages `docs/results.md` and `docs/nomenclature.md` read it. A quantity that is added here is known to all of
them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from neuroest.core.errors import check_names
from neuroest.core.units import OUTSIDE_SI, parse_quantity

_TERA = 1e12


@dataclass(frozen=True, eq=False)
class Quantity:
    """A result by name.

    Attributes
    ----------
    name : str
        Name in totals, columns and expressions, the unit in it.
    unit : str
        SI unit, or one of `OUTSIDE_SI`.
    label : str
        Name in words.
    of : callable
        The quantity of an `Evaluation`: a number, or an array over the design points with a last axis of length one.
        Not a number at points where it does not apply.
    description : str
        Definition, in one line.
    symbol : str
        Symbol in equations; ``-`` for none.
    better : {"less", "more", ""}
        Direction of a better chip; empty where there is none.
    total : bool
        Whether it is one of `Estimate.totals`.
    banded : bool
        Whether an estimate gives its 10th to 90th percentile and leads with the median.
    main : bool
        Whether tables of several designs have it.
    applies : str
        Where it applies; empty where every chip and network has it.
    elasticity : tuple of (str, float)
        Elasticity that moves it, and the exponent with which it follows; an empty name for none.
    rule : str
        How it follows from the quantities in `inputs`, in words.
    inputs : tuple of str
        Quantities that it is computed from.
    alias : str
        Short name that `explain` takes as well.
    """

    name: str
    unit: str
    label: str
    of: Callable[[Any], Any]
    description: str
    symbol: str = "-"
    better: Literal["less", "more", ""] = ""
    total: bool = True
    banded: bool = False
    main: bool = False
    applies: str = ""
    elasticity: tuple[str, float] = ("", 1.0)
    rule: str = ""
    inputs: tuple[str, ...] = ()
    alias: str = ""

    @property
    def learning(self) -> bool:
        """Whether it is a result of learning, which tables show with its band."""
        return self.applies in {_LEARNS, _PRICED, _MOVED, _BUILT}

    def number(self, evaluation: Any) -> float | None:
        """Value at the one point of an evaluation; None where the quantity does not apply."""
        value = first_number(self.of(evaluation))
        return None if self.applies and math.isnan(value) else value


@dataclass(frozen=True)
class Headline:
    """A result as tables, figures and pages lead with it: what is believed first, then how it follows from the files.

    Attributes
    ----------
    nominal : float or None
        Value with every input as its file states it; None where the quantity does not apply.
    low, median, high : float or None
        Percentiles over everything that is not known of the inputs; None for a quantity without a band.
    """

    nominal: float | None
    low: float | None = None
    median: float | None = None
    high: float | None = None

    @classmethod
    def of(cls, nominal: float | None, band: Any) -> Headline:
        """From a total and its band, which may be missing."""
        return (
            cls(nominal)
            if band is None or nominal is None
            else cls(nominal, band.low, band.median, band.high)
        )

    @property
    def value(self) -> float | None:
        """The number to lead with: the median, or the nominal value where there is no band."""
        return self.nominal if self.median is None else self.median


def first_number(value: Any) -> float:
    """Number of the one point that an estimate is made at."""
    return float(np.asarray(value).reshape(-1)[0])


def _spiking(e: Any) -> bool:
    return bool(e.layers.coding == "spiking")


def _synaptic_operations(e: Any) -> Any:
    return (
        np.sum(e.layers.layer_synaptic_operations, axis=-1, keepdims=True)
        if _spiking(e)
        else e.multiply_accumulates
    )


def _ratio(above: Any, below: Any) -> Any:
    """Quotient; not a number where there is nothing to divide by."""
    some = np.asarray(below) > 0.0
    return np.where(some, above / np.where(some, below, 1.0), np.nan)


def _utilisation(e: Any) -> Any:
    placement = e.mapped.placement
    filled = np.sum(placement.utilisation * placement.units, axis=-1, keepdims=True)
    return _ratio(filled, np.sum(placement.units, axis=-1, keepdims=True))


def _known(value: Any) -> Any:
    """What a family computed; not a number where it does not apply."""
    return np.nan if value is None else value


def _finite(value: Any) -> Any:
    return np.nan if value is None else np.where(np.isfinite(value), value, np.nan)


def _of_pair(pair: Any, place: int) -> Any:
    return np.nan if pair is None else pair[place]


def _outermost(e: Any, name: str) -> Any:
    """Result of the outermost shell; not a number without shells."""
    return getattr(e.shells[-1], name) if e.shells else np.nan


def _worst_ir_drop(e: Any) -> Any:
    found = [check.value for level in e.levels for check in level.mapped.checks if check.name == "ir_drop"]
    return _known(reduce(np.maximum, found) if found else None)


def _firing_probability(e: Any) -> Any:
    """Of the neurons that are least sure of their spikes; not a number where statistics set the length of no drive."""
    neurons = [getattr(getattr(level.mapper, "compute", None), "neuron", None) for level in e.levels]
    found = [one.firing_probability() for one in neurons if one is not None and one.counts_misfires]
    return reduce(np.minimum, found) if found else np.nan


_ENDURANCE = "a part that wears out"
_STATISTICS = "neurons whose drive time follows from firing statistics"
_LEARNS = "a workload that learns"
_PRICED = "a workload that learns, where the energy of inference does not contain it"
_BUILT = "a learning workload on a chip with blocks for learning circuits"
_MOVED = "a learning rule that moves cells"
_PROGRAMMED = "weights in programmable cells"
_REFRESHED = "cells that fade, or a refresh by choice"
_COST = "a `die_cost` block"
_CARBON = "a `carbon_footprint` block"
_SHELLS = "a `shell` around the chip"
_COLUMNS = "crossbar columns with errors"
_PEAK = "levels whose units have a peak rate"

_TABLE = (
    Quantity(
        "area_m2", "m^2", "area", lambda e: e.area,
        "area of the die: blocks over the floor-plan utilisation, and dies that are known as a whole",
        symbol="A", better="less", banded=True, main=True, elasticity=("area", 1.0),
    ),
    Quantity(
        "energy_per_inference_J", "J", "energy per inference", lambda e: e.energy,
        "dynamic plus static energy of one inference",
        symbol="E", better="less", banded=True, main=True, elasticity=("energy", 1.0), alias="energy",
    ),
    Quantity(
        "dynamic_energy_J", "J", "dynamic energy", lambda e: e.dynamic_energy,
        "sum of count x energy of all actions, clock and control included", better="less", banded=True,
    ),
    Quantity(
        "operation_energy_J", "J", "operation energy", lambda e: e.operation_energy,
        "dynamic energy of the operations alone: no memory, no traffic, no clock, no control",
        better="less", total=False,
    ),
    Quantity(
        "static_energy_J", "J", "static energy", lambda e: e.static_energy,
        "static power times the time that one inference is charged for, see below", better="less",
        banded=True,
    ),
    Quantity(
        "static_power_W", "W", "static power", lambda e: e.static_power,
        "power that the chip draws whether or not it works", better="less", total=False,
    ),
    Quantity(
        "latency_s", "s", "latency", lambda e: e.timing.latency,
        "from the first input of an inference to its last output; where layers share units, of an inference in the "
        "stream as the chip is operated",
        symbol="t_lat", better="less", banded=True, main=True, elasticity=("latency", 1.0),
    ),
    Quantity(
        "initiation_interval_s", "s", "initiation interval", lambda e: e.timing.initiation_interval,
        "from the start of one inference to the earliest start of the next",
        better="less", banded=True, elasticity=("initiation_interval", 1.0),
    ),
    Quantity(
        "period_s", "s", "period", lambda e: e.period,
        "from one inference to the next as the chip is operated", better="less", total=False,
    ),
    Quantity(
        "active_time_s", "s", "active time", lambda e: e.active_time,
        "time that one inference is charged static power for", better="less", total=False,
    ),
    Quantity(
        "throughput_per_s", "1/s", "throughput", lambda e: 1.0 / e.period,
        "inferences per second as the chip is operated: one over the interval, or over the stated period",
        better="more", banded=True, main=True, elasticity=("initiation_interval", -1.0),
        rule="1 / time from one inference to the next", inputs=("period_s",),
    ),
    Quantity(
        "average_power_W", "W", "average power", lambda e: e.average_power,
        "energy per inference over the time that it is charged static power for", better="less",
        banded=True, rule="energy / time of being powered",
        inputs=("energy_per_inference_J", "active_time_s"), alias="power",
    ),
    Quantity(
        "power_density_W_per_m2", "W/m^2", "power density", lambda e: e.power_density,
        "average power over area", better="less", banded=True,
        rule="average power / area", inputs=("average_power_W", "area_m2"),
    ),
    Quantity(
        "junction_temperature_K", "K", "junction temperature",
        lambda e: np.nan if e.heating is None else e.heating.temperature,
        "temperature of the die from its own power; null where the architecture states the temperature",
        symbol="T_J", better="less", applies="a temperature that follows from the chip's own power",
        rule="where power and leakage balance",
    ),
    Quantity(
        "synaptic_operations", "1", "synaptic operations", _synaptic_operations,
        "spiking: spikes times the connections they meet, zero weights included; dense: the multiply-accumulates",
        symbol="SOP", alias="operations",
    ),
    Quantity(
        "energy_per_synaptic_operation_J", "J", "energy per synaptic operation",
        lambda e: _ratio(e.energy, _synaptic_operations(e)),
        "energy per inference (static included) over synaptic operations",
        better="less", banded=True, applies="a network that does an operation",
        rule="energy / synaptic operations", inputs=("energy_per_inference_J", "synaptic_operations"),
    ),
    Quantity(
        "multiply_accumulates", "1", "multiply accumulates", lambda e: e.multiply_accumulates,
        "multiply-accumulates of the network, every timestep counted, whatever the activity", symbol="MAC",
    ),
    Quantity(
        "operations", "1", "operations", lambda e: 2.0 * e.multiply_accumulates,
        "two for each multiply-accumulate", total=False,
        rule="2 x multiply-accumulates", inputs=("multiply_accumulates",),
    ),
    Quantity(
        "total_weight_bits", "1", "total weight bits",
        lambda e: e.layers.total_weights * np.asarray(e.layers.weight_bits),
        "weights of the network times the bits of each", total=False,
    ),
    Quantity(
        "tops_per_watt", "TOPS/W", "operations per energy",
        lambda e: np.nan if _spiking(e) else 2.0 * e.multiply_accumulates / e.energy / _TERA,
        "2 x multiply-accumulates over energy, in tera; dense networks only",
        better="more", banded=True, applies="dense networks",
        rule="2 x multiply-accumulates / energy, in 10^12 per joule",
        inputs=("multiply_accumulates", "energy_per_inference_J"),
    ),
    Quantity(
        "peak_operations_per_s", "1/s", "peak operations per second", lambda e: _known(e.peak_operations),
        "operations per second of units that are never idle: two a cycle for each multiplier, for each weight of an "
        "array in a read and for each synaptic operation of a core, or as published",
        applies=_PEAK,
    ),
    Quantity(
        "share_of_peak", "1", "share of the peak", lambda e: _known(e.share_of_peak),
        "operations of the network over the initiation interval, over the peak; what is missing waits for memories, "
        "links or the filling of arrays, or lies in units that a layer does not fill",
        better="more", applies=_PEAK,
        rule="operations / initiation interval / peak operations per second",
        inputs=("operations", "initiation_interval_s", "peak_operations_per_s"),
    ),
    Quantity(
        "computing_units", "1", "computing units", lambda e: e.mapped.placement.needed,
        "arrays or cores that hold layers; where layers take turns, the units of the largest", better="less",
    ),
    Quantity(
        "utilisation", "1", "utilisation", _utilisation,
        "share of those units that the layers fill", better="more", applies="layers that hold units",
    ),
    Quantity(
        "physical_neurons", "1", "physical neurons",
        lambda e: e.physical_neurons,
        "neurons that an output owns for itself; 0 where a datapath is shared in time", symbol="N", better="less",
    ),
    Quantity(
        "neuron_lifetime_s", "s", "neuron lifetime", lambda e: _finite(e.neuron_lifetime),
        "time until the busiest neuron has used up its endurance at this throughput; null if nothing wears",
        better="more", banded=True, applies=_ENDURANCE,
    ),
    Quantity(
        "first_neuron_failure_s", "s", "first neuron failure", lambda e: _finite(e.first_neuron_failure),
        "mean time until the first of all neurons has failed, each as busy as the busiest; null if nothing wears",
        better="more", banded=True, applies=_ENDURANCE,
    ),
    Quantity(
        "learning_energy_J", "J", "learning energy", lambda e: _known(e.learning_energy),
        "energy of learning from one sample without its inference: rule, memories, pulses, and static power over the "
        "time that learning adds",
        better="less", banded=True, elasticity=("learning_energy", 1.0), applies=_PRICED,
    ),
    Quantity(
        "learning_time_s", "s", "learning time", lambda e: _known(e.learning_time),
        "time that learning adds to a sample", better="less", banded=True, applies=_LEARNS,
    ),
    Quantity(
        "learning_area_m2", "m^2", "learning area", lambda e: _known(e.learning_area),
        "area of what only learning needs: datapath, memories of traces, tags and errors, access to columns, read-out "
        "at the rows; write circuits, which programming needs as well, are none of it",
        better="less", banded=True, elasticity=("learning_area", 1.0), applies=_BUILT,
    ),
    Quantity(
        "learning_area_share", "1", "learning area share",
        lambda e: np.nan if e.learning_area is None else e.learning_area / e.area,
        "learning area over the area of the chip", better="less", banded=True, applies=_BUILT,
        rule="learning area / area", inputs=("learning_area_m2", "area_m2"),
    ),
    Quantity(
        "energy_per_sample_J", "J", "energy per learned sample",
        lambda e: _known(e.sample_energy),
        "energy of inference and learning of one sample", better="less", banded=True, applies=_LEARNS,
        rule="energy per inference + learning energy", inputs=("energy_per_inference_J",),
    ),
    Quantity(
        "sample_period_s", "s", "sample period", lambda e: _known(e.sample_period),
        "time from one sample to the next while the network learns", better="less", banded=True, applies=_LEARNS,
    ),
    Quantity(
        "learning_memory_bits", "1", "learning memory bits",
        lambda e: np.nan if e.learning is None else sum(
            (np.sum(bits, axis=-1, keepdims=True) for bits in e.learning.kept.values()), start=np.zeros(1)
        ),
        "bits of traces, tags, digital sums and stored activity that learning keeps", better="less", applies=_LEARNS,
    ),
    Quantity(
        "synaptic_updates", "1", "synaptic updates", lambda e: _known(e.synaptic_updates),
        "weights whose change the rule computes in a sample, each time counted", applies=_LEARNS,
    ),
    Quantity(
        "energy_per_synaptic_update_J", "J", "energy per synaptic update",
        lambda e: np.nan if e.learning_energy is None else _ratio(e.learning_energy, e.synaptic_updates),
        "learning energy of a sample over its synaptic updates", better="less", banded=True, applies=_PRICED,
        rule="learning energy / synaptic updates", inputs=("learning_energy_J", "synaptic_updates"),
    ),
    Quantity(
        "training_energy_J", "J", "training energy",
        lambda e: np.nan if e.sample_energy is None else e.sample_energy * e.samples,
        "energy of all samples of the training", better="less", banded=True, applies=_LEARNS,
        rule="energy per learned sample x samples", inputs=("energy_per_sample_J",),
    ),
    Quantity(
        "training_time_s", "s", "training time",
        lambda e: np.nan if e.sample_period is None else e.sample_period * e.samples,
        "time of all samples of the training, one after the other", better="less", banded=True, applies=_LEARNS,
        rule="sample period x samples", inputs=("sample_period_s",),
    ),
    Quantity(
        "pulses_per_cell", "1", "pulses per cell", lambda e: _known(e.pulses_per_cell),
        "pulses of learning on the mean cell of the layer that is moved most, in a sample", better="less",
        applies=_MOVED,
    ),
    Quantity(
        "first_cell_failure_s", "s", "first cell failure", lambda e: _finite(e.first_cell_failure),
        "mean time until an array has lost one cell more than it has spare columns, or the hottest cell has failed, at "
        "the stated use",
        better="more", banded=True, elasticity=("first_cell_failure", 1.0), applies=_MOVED,
    ),
    Quantity(
        "tolerated_failures_s", "s", "time to tolerated failures", lambda e: _finite(e.tolerated_failures),
        "time until the share of the busiest layer's cells has failed that the network tolerates "
        "(`tolerated_failures`), at the stated use",
        better="more", banded=True, applies=_MOVED,
    ),
    Quantity(
        "failed_cells_share", "1", "failed cells", lambda e: _known(e.failed_cells),
        "share of the cells of the layer that is moved most which has failed by the end of the training", better="less",
        banded=True, applies=_MOVED,
    ),
    Quantity(
        "die_yield", "1", "die yield", lambda e: _of_pair(e.die_cost, 0),
        "share of dies without a fatal defect; null without a `die_cost` block",
        symbol="Y", better="more", applies=_COST,
    ),
    Quantity(
        "cost_per_good_die_usd", "USD", "cost per good die", lambda e: _of_pair(e.die_cost, 1),
        "wafer over good dies, with test and package; null without a `die_cost` block", better="less", applies=_COST,
    ),
    Quantity(
        "wafers", "1", "wafers", lambda e: _known(e.wafers),
        "wafers that the good dies of all chips come from; null without a `die_cost` block",
        better="less", banded=True, applies=_COST, rule="chips / (dies on a wafer x die yield)", inputs=("die_yield",),
    ),
    Quantity(
        "embodied_carbon_kg", "kg", "embodied carbon", lambda e: _of_pair(e.carbon, 0),
        "carbon dioxide equivalent of making one good die and its package; null without a `carbon_footprint` block",
        better="less", banded=True, applies=_CARBON,
    ),
    Quantity(
        "operational_carbon_kg", "kg", "operational carbon", lambda e: _of_pair(e.carbon, 1),
        "carbon dioxide equivalent of its electricity over the service life, at the average power while it computes; "
        "null without a `carbon_footprint` block",
        better="less", banded=True, applies=_CARBON,
    ),
    Quantity(
        "system_energy_per_inference_J", "J", "system energy per inference", lambda e: _outermost(e, "energy"),
        "energy from one inference to the next that enters the outermost shell around the chips; null without a "
        "`shell` block",
        better="less", banded=True, elasticity=("system_energy", 1.0), applies=_SHELLS,
        rule="system power x time from one inference to the next", inputs=("system_power_W",),
    ),
    Quantity(
        "system_power_W", "W", "system power", lambda e: _outermost(e, "power"),
        "mean power that enters the outermost shell around the chips in operation; null without a `shell` block",
        better="less", banded=True, elasticity=("system_energy", 1.0), applies=_SHELLS,
    ),
    Quantity(
        "system_idle_power_W", "W", "idle system power", lambda e: _outermost(e, "idle"),
        "power that enters the outermost shell while no inference runs; null without a `shell` block",
        better="less", banded=True, applies=_SHELLS,
    ),
    Quantity(
        "cell_lifetime_s", "s", "cell lifetime", lambda e: _known(e.cell_lifetime),
        "time until the cells have used up their endurance where they are written or refreshed in operation; else null",
        better="more", applies=_ENDURANCE,
    ),
    Quantity(
        "programming_energy_J", "J", "programming energy", lambda e: _known(e.programming_energy),
        "energy of writing all weights once, on a line of its own; null where nothing is programmed",
        better="less", applies=_PROGRAMMED,
    ),
    Quantity(
        "programming_time_s", "s", "programming time", lambda e: _known(e.programming_time),
        "time of writing all weights once; null where nothing is programmed", better="less", applies=_PROGRAMMED,
    ),
    Quantity(
        "refresh_interval_s", "s", "refresh interval", lambda e: _of_pair(e.refresh, 0),
        "refresh period of the weights, from retention or stated; null where neither is stated",
        better="more", applies=_REFRESHED,
    ),
    Quantity(
        "refresh_power_W", "W", "refresh power", lambda e: _of_pair(e.refresh, 1),
        "mean power of that, part of the energy already; null where nothing fades", better="less", applies=_REFRESHED,
    ),
    Quantity(
        "signal_to_error_ratio", "1", "signal to error ratio", lambda e: _finite(e.signal_to_error_ratio),
        "variance of the exact results of the crossbar layer with the largest error over that of their errors; null "
        "elsewhere",
        symbol="SNR", better="more", applies=_COLUMNS,
    ),
    Quantity(
        "firing_probability", "1", "firing probability", _firing_probability,
        "share of the spikes that the drive of a neuron makes it fire in, by its measured statistics; a neuron that "
        "misses one goes on integrating",
        better="more", total=False, applies=_STATISTICS,
    ),
    Quantity(
        "effective_bits", "1", "effective bits", lambda e: _finite(e.effective_bits),
        "bits that a read of a column of that layer gives of its result, log2(1 + ratio)/2; null elsewhere",
        better="more", applies=_COLUMNS,
    ),
    Quantity(
        "worst_ir_drop", "1", "worst IR drop", _worst_ir_drop,
        "share of the column current that the wires of the worst layer take", better="less", total=False,
        applies="crossbar arrays with a model of their wires",
    ),
)  # fmt: skip

QUANTITIES: Mapping[str, Quantity] = MappingProxyType({quantity.name: quantity for quantity in _TABLE})
"""Every quantity by name, in the order of tables."""
TOTALS = tuple(quantity.name for quantity in _TABLE if quantity.total)
"""Names of `Estimate.totals`."""
BANDED = tuple(quantity.name for quantity in _TABLE if quantity.banded)
"""Totals that have a band where they apply."""
MAIN = tuple(quantity.name for quantity in _TABLE if quantity.main)
"""What tables of several designs, ratios and tornadoes have."""

_COLUMN_UNITS = (
    "W/m^2", "1/s", "m^2", "ohm", "bit", "Hz", "m", "J", "s", "W", "V", "A", "F", "K", "S",
)  # fmt: skip
"""Units that the column of a parameter ends with, the longest ending first."""


def check_quantities(names: Iterable[str]) -> None:
    """Refuse a result that does not exist.

    Raises
    ------
    UnknownNameError
        With the nearest name.
    """
    check_names("result", names, QUANTITIES, "they are the totals of `neuroest estimate --format json`")


def column_name(path: str, unit: str) -> str:
    """Name of a parameter's column, the unit in it.

    Examples
    --------
    >>> column_name("technology.supply_voltage", "V")
    'technology.supply_voltage_V'
    """
    return path if unit == "1" else f"{path}_{_suffix(unit)}"


def _suffix(unit: str) -> str:
    return unit.replace("/", "_per_").replace("^", "").replace("*", "_").removeprefix("1_")


def label_and_unit(name: str) -> tuple[str, str]:
    """Words and SI unit of a result, or of the column of a parameter.

    Examples
    --------
    >>> label_and_unit("power_density_W_per_m2"), label_and_unit("tops_per_watt")
    (('power density', 'W/m^2'), ('operations per energy', 'TOPS/W'))
    >>> label_and_unit("interface.bias_current_A")
    ('interface.bias current', 'A')
    """
    if name in QUANTITIES:
        return QUANTITIES[name].label, QUANTITIES[name].unit
    for unit in _COLUMN_UNITS:
        if name.endswith(f"_{_suffix(unit)}"):
            return name.removesuffix(f"_{_suffix(unit)}").replace("_", " "), unit
    return name.replace("_", " "), "1"


def read_value(text: str, unit: str) -> float:
    """Value of a limit such as ``350 K``, in the unit of a quantity.

    Raises
    ------
    QuantityError
        When it is no number, or has another dimension than `unit`.

    Examples
    --------
    >>> read_value("0.4 mm^2", "m^2"), read_value("5 TOPS/W", "TOPS/W"), read_value("5", "TOPS/W")
    (4e-07, 5.0, 5.0)
    """
    return parse_quantity(text.removesuffix(unit), "1") if unit in OUTSIDE_SI else parse_quantity(text, unit)
