"""The table of all results: every quantity by name, with its unit, label, and calculation from an evaluation.

The texts are in `quantities.yaml` next to this file, under the same names. Totals of an estimate, columns of a sweep,
expressions of validation cases, bands, elasticities, tables, explanations and the pages on results and nomenclature of
the site use this table. A quantity added here appears in all of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import reduce
from operator import attrgetter
from pathlib import Path
from typing import Any, Literal

import numpy as np

from neuroest.core.errors import check_names
from neuroest.core.files import read_data
from neuroest.core.frozen import frozen, frozen_dataclass
from neuroest.core.units import OUTSIDE_SI, format_quantity, parse_quantity

_TERA = 1e12
_DATA: Mapping[str, Any] = frozen(read_data(Path(__file__).with_name("quantities.yaml")))
_CONDITIONS: Mapping[str, str] = _DATA["conditions"]
_OF_LEARNING = frozenset(_CONDITIONS[name] for name in ("learns", "priced", "moved", "built"))


NOT_APPLICABLE = float("nan")
"""What a quantity returns where it does not apply to the chip or network; compared by identity, which is fast."""

BEYOND_ANY_USE = parse_quantity("1000 year", "s")
"""Time beyond which wear and fading count as none in tables; a convention. Data keep the number."""


@frozen_dataclass(eq=False)
class Quantity:
    """A result by name.

    Attributes
    ----------
    name : str
        Name in totals, columns and expressions; it includes the unit.
    unit : str
        SI unit, or one of `OUTSIDE_SI`.
    label : str
        Name in words.
    of : callable
        The quantity of an `Evaluation`: a number, or an array over the design points with a last axis of length one.
        NaN at points where it does not apply.
    description : str
        Definition, in one line.
    symbol : str
        Symbol in equations; ``-`` for none.
    better : {"less", "more", ""}
        Which direction is better; empty if neither is.
    total : bool
        Whether it is one of `Estimate.totals`.
    banded : bool
        Whether an estimate gives its 10th to 90th percentile and leads with the median.
    main : bool
        Whether tables of several designs show it.
    applies : str
        Chips and networks to which it applies; empty if it applies to all.
    elasticity : tuple of (str, float)
        Quantity whose elasticity it follows, and the exponent; an empty name for none.
    rule : str
        How it is computed from the quantities in `inputs`, in words.
    inputs : tuple of str
        Quantities that it is computed from.
    alias : str
        Short name that options and `explain` also accept.
    enough : float
        Value beyond which more is no better, such as the years that a product is asked to last, a convention; infinite
        for none. A chip to which such a quantity does not apply has more than enough of it.
    beyond_any_use : str
        Words for a time longer than `BEYOND_ANY_USE`, which no use of a chip reaches.
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
    enough: float = math.inf
    beyond_any_use: str = ""

    def as_objective(self, values: Any) -> Any:
        """Values of chips that have an estimate, as they are compared: no more than enough, and enough if none applies.

        Parameters
        ----------
        values : float or array
            The quantity; NaN where it does not apply.

        Examples
        --------
        >>> year = 365.25 * 86400.0
        >>> values = QUANTITIES["neuron_lifetime_s"].as_objective(np.array([2.0 * year, 500.0 * year, np.nan]))
        >>> [float(value) for value in values / year]
        [2.0, 10.0, 10.0]
        """
        return values if math.isinf(self.enough) else np.fmin(values, self.enough)

    def without_end(self, value: float | None) -> str:
        """Words in place of a time that no use of a chip reaches; empty for any other value.

        Examples
        --------
        >>> QUANTITIES["cell_lifetime_s"].without_end(4e17), QUANTITIES["cell_lifetime_s"].without_end(4e7)
        ('no wear', '')
        """
        return self.beyond_any_use if value is not None and value > BEYOND_ANY_USE else ""

    @property
    def learning(self) -> bool:
        """Whether it is a result of learning; tables show these with their bands."""
        return self.applies in _OF_LEARNING

    def number(self, evaluation: Any) -> float | None:
        """Value at the one point of an evaluation; None where the quantity does not apply."""
        return self.at_one_point(self.of(evaluation))

    def at_one_point(self, value: Any) -> float | None:
        """What `of` returned, as a number; None where the quantity does not apply."""
        if value is NOT_APPLICABLE:
            return None
        number = first_number(value)
        return None if self.applies and math.isnan(number) else number


@frozen_dataclass
class Headline:
    """A result as tables, figures and pages show it: the median with its band first, then the nominal value.

    Attributes
    ----------
    nominal : float or None
        Value at the inputs as stated in the files; None if the quantity does not apply.
    low, median, high : float or None
        Percentiles over the uncertainty of the inputs; None for a quantity without a band.
    """

    nominal: float | None
    low: float | None = None
    median: float | None = None
    high: float | None = None

    @classmethod
    def of(cls, nominal: float | None, band: Any) -> Headline:
        """From a total and its band, which may be missing."""
        if band is None or nominal is None:
            return cls(nominal)
        return cls(nominal, band.low, band.median, band.high)

    @property
    def value(self) -> float | None:
        """Number to show first: the median, or the nominal value if there is no band."""
        return self.nominal if self.median is None else self.median

    def words(self, unit: str) -> str:
        """Median and band, or the nominal value, as a `repr` has them.

        Examples
        --------
        >>> Headline(1.5e-9, 1.2e-9, 2e-9, 3e-9).words("J"), Headline(1.5e-9).words("J"), Headline(None).words("J")
        ('2 nJ (1.2 nJ .. 3 nJ)', '1.5 nJ nominal', '-')
        """
        if self.value is None:
            return "-"
        lead = format_quantity(self.value, unit)
        if self.low is None or self.high is None:
            return f"{lead} nominal"
        return f"{lead} ({format_quantity(self.low, unit)} .. {format_quantity(self.high, unit)})"


def first_number(value: Any) -> float:
    """Scalar value at the single point of an estimate."""
    return float(value) if isinstance(value, float) else float(np.asarray(value).item(0))


def _spiking(e: Any) -> bool:
    return bool(e.layers.coding == "spiking")


def _synaptic_operations(e: Any) -> Any:
    if not _spiking(e):
        return e.multiply_accumulates
    return np.sum(e.layers.layer_synaptic_operations, axis=-1, keepdims=True)


def _ratio(above: Any, below: Any) -> Any:
    """Quotient; NaN where the denominator is zero."""
    some = np.asarray(below) > 0.0
    return np.where(some, above / np.where(some, below, 1.0), np.nan)


def _utilisation(e: Any) -> Any:
    placement = e.mapped.placement
    filled = np.sum(placement.utilisation * placement.units, axis=-1, keepdims=True)
    return _ratio(filled, np.sum(placement.units, axis=-1, keepdims=True))


def _outermost(e: Any, name: str) -> Any:
    """Result of the outermost shell; None without shells."""
    return getattr(e.shells[-1], name) if e.shells else None


def _worst_ir_drop(e: Any) -> Any:
    found = [check.value for level in e.levels for check in level.mapped.checks if check.name == "ir_drop"]
    return reduce(np.maximum, found) if found else None


def _firing_probability(e: Any) -> Any:
    """Value of the neurons with the least certain spikes; None if statistics set no drive length."""
    neurons = [getattr(getattr(level.mapper, "compute", None), "neuron", None) for level in e.levels]
    found = [one.firing_probability() for one in neurons if one is not None and one.counts_misfires]
    return reduce(np.minimum, found) if found else None


def _suffix(unit: str) -> str:
    return unit.replace("/", "_per_").replace("^", "").replace("*", "_").removeprefix("1_")


_MAY_BE_BEYOND_ANY_USE = frozenset(
    {
        "neuron_lifetime_s", "first_neuron_failure_s", "first_cell_failure_s", "tolerated_failures_s",
        "signal_to_error_ratio", "effective_bits",
    }
)  # fmt: skip
"""Quantities that do not apply where they are infinite."""


def _calculation(name: str, unit: str) -> Callable[[Any], Any]:
    """How a quantity follows: as stated, or the member of an evaluation of its name; NaN where it does not apply."""
    follows = _FOLLOWS.get(name) or attrgetter(name.removesuffix(f"_{_suffix(unit)}"))

    def of(evaluation: Any) -> Any:
        value = follows(evaluation)
        if value is None:
            return NOT_APPLICABLE
        return np.where(np.isfinite(value), value, np.nan) if name in _MAY_BE_BEYOND_ANY_USE else value

    return of


_FOLLOWS: Mapping[str, Callable[[Any], Any]] = {
    "energy_per_inference_J": lambda e: e.energy,
    "latency_s": lambda e: e.timing.latency,
    "initiation_interval_s": lambda e: e.timing.initiation_interval,
    "throughput_per_s": lambda e: 1.0 / e.period,
    "junction_temperature_K": lambda e: e.heating and e.heating.temperature,
    "synaptic_operations": _synaptic_operations,
    "energy_per_synaptic_operation_J": lambda e: _ratio(e.energy, _synaptic_operations(e)),
    "operations": lambda e: 2.0 * e.multiply_accumulates,
    "total_weight_bits": lambda e: e.layers.total_weight_bits,
    "tops_per_watt": lambda e: None if _spiking(e) else 2.0 * e.multiply_accumulates / e.energy / _TERA,
    "computing_units": lambda e: e.mapped.placement.needed,
    "utilisation": _utilisation,
    "learning_area_share": lambda e: None if e.learning_area is None else e.learning_area / e.area,
    "energy_per_sample_J": lambda e: e.sample_energy,
    "learning_time_s": lambda e: e.learned and e.learned.time,
    "sample_period_s": lambda e: e.learned and e.learned.period,
    "synaptic_updates": lambda e: e.learned and e.learned.synaptic_updates,
    "pulses_per_cell": lambda e: e.learned and e.learned.pulses_per_cell,
    "first_cell_failure_s": lambda e: e.learned and e.learned.first_cell_failure,
    "tolerated_failures_s": lambda e: e.learned and e.learned.tolerated_failures,
    "learning_memory_bits": lambda e: e.learned and e.learned.memory_bits,
    "energy_per_synaptic_update_J": lambda e: (
        None if e.learning_energy is None else _ratio(e.learning_energy, e.learned.synaptic_updates)
    ),
    "training_energy_J": lambda e: None if e.sample_energy is None else e.sample_energy * e.learned.samples,
    "training_time_s": lambda e: e.learned and e.learned.period * e.learned.samples,
    "failed_cells_share": lambda e: e.learned and e.learned.failed_cells,
    "die_yield": lambda e: e.die_cost and e.die_cost[0],
    "cost_per_good_die_usd": lambda e: e.die_cost and e.die_cost[1],
    "embodied_carbon_kg": lambda e: e.carbon and e.carbon[0],
    "operational_carbon_kg": lambda e: e.carbon and e.carbon[1],
    "system_energy_per_inference_J": lambda e: _outermost(e, "energy"),
    "system_power_W": lambda e: _outermost(e, "power"),
    "system_idle_power_W": lambda e: _outermost(e, "idle"),
    "refresh_interval_s": lambda e: e.refresh and e.refresh[0],
    "refresh_power_W": lambda e: e.refresh and e.refresh[1],
    "firing_probability": _firing_probability,
    "worst_ir_drop": _worst_ir_drop,
}
"""Calculation of each quantity that is not a member of an `Evaluation` of the same name."""


def _table() -> Iterator[Quantity]:
    """Every quantity of the file, in its order."""
    for name, about in _DATA["quantities"].items():
        given: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in about.items()
        }
        condition, unit = given.pop("applies", ""), about["unit"]
        if "enough" in given:
            given["enough"] = parse_quantity(given["enough"], unit)
        follows = _calculation(name, unit)
        yield Quantity(name, of=follows, applies=_CONDITIONS.get(condition, condition), **given)


QUANTITIES: Mapping[str, Quantity] = {quantity.name: quantity for quantity in _table()}
"""Every quantity by name, in the order of tables."""
TOTALS = tuple(quantity.name for quantity in QUANTITIES.values() if quantity.total)
"""Names of `Estimate.totals`."""
BANDED = tuple(quantity.name for quantity in QUANTITIES.values() if quantity.banded)
"""Totals that have a band where they apply."""
MAIN = tuple(quantity.name for quantity in QUANTITIES.values() if quantity.main)
"""Quantities in tables of several designs, ratios and tornado charts."""
RESULT_WORDS = (*(quantity.alias for quantity in QUANTITIES.values() if quantity.alias), *QUANTITIES)
"""Everything that names a result: its short word, if it has one, and its name."""

_COLUMN_UNITS = (
    "W/m^2", "1/s", "m^2", "ohm", "bit", "Hz", "m", "J", "s", "W", "V", "A", "F", "K", "S",
)  # fmt: skip
"""Units at the end of a parameter's column name, the longest first."""


def full_name(name: str) -> str:
    """Name of a result from its short word; any other name is returned as it is.

    Examples
    --------
    >>> full_name("energy"), full_name("latency_s"), full_name("rows")
    ('energy_per_inference_J', 'latency_s', 'rows')
    """
    if name in QUANTITIES:
        return name
    return next((quantity.name for quantity in QUANTITIES.values() if quantity.alias == name), name)


def quantity_names(names: Iterable[str]) -> tuple[str, ...]:
    """Names of results, each given as such or by its short word.

    Raises
    ------
    UnknownNameError
        For a result that does not exist; the message suggests the nearest name.
    """
    whole = tuple(map(full_name, names))
    check_names("result", whole, RESULT_WORDS, "results are the totals of `neuroest estimate --format json`")
    return whole


def column_name(path: str, unit: str) -> str:
    """Return the column name of a parameter, including the unit.

    Examples
    --------
    >>> column_name("technology.supply_voltage", "V")
    'technology.supply_voltage_V'
    """
    return path if unit == "1" else f"{path}_{_suffix(unit)}"


def label_and_unit(name: str) -> tuple[str, str]:
    """Return label and SI unit of a result, or of the column of a parameter.

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
    """Return the value of a limit such as ``350 K`` in the unit of a quantity.

    Raises
    ------
    QuantityError
        If it is not a number, or its dimension differs from that of `unit`.

    Examples
    --------
    >>> read_value("0.4 mm^2", "m^2"), read_value("5 TOPS/W", "TOPS/W"), read_value("5", "TOPS/W")
    (4e-07, 5.0, 5.0)
    """
    return parse_quantity(text.removesuffix(unit), "1") if unit in OUTSIDE_SI else parse_quantity(text, unit)


_TEXT = frozenset(
    {"kind", "layer", "component", "action", "term", "feasible", "extrapolates", "failed_check"}
)


def column_units(names: Iterable[str]) -> dict[str, str]:
    """Return the SI unit of each numeric column; ``1`` for a dimensionless one.

    Examples
    --------
    >>> column_units(["layer", "energy_J", "count", "latency_s"])
    {'energy_J': 'J', 'count': '1', 'latency_s': 's'}
    """
    return {name: label_and_unit(name)[1] for name in names if name not in _TEXT}


def attributes(name: str) -> dict[str, str]:
    """Return unit, label and definition of a column, with attribute names of the climate and forecast conventions."""
    label, unit = label_and_unit(name)
    found = {"units": unit, "long_name": label}
    return {**found, "description": QUANTITIES[name].description} if name in QUANTITIES else found
