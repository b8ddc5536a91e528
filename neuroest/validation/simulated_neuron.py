"""A neuron of a case, simulated in time: the characteristics of `neuroest simulate` as predictions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.statistics import P10_P50_P90
from neuroest.core.units import Dimension, format_quantity, parse_unit

if TYPE_CHECKING:
    from neuroest.dynamics.experiments import Characteristic, Series

EXPERIMENTS: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "leaky_integration": {"x": "s", "y": "1", "growth_over_the_gaps": "1"},
    "threshold_firing": {"x": "V", "y": "1", "median_amplitude": "V"},
    "cascaded_connection": {"x": "V", "y": "1", "spikes_for_one_at_its_own_voltage": "1"},
    "intrinsic_plasticity": {"x": "s", "y": "1", "first_integration_time": "s"},
    "refractory_period": {"x": "ohm", "y": "s"},
    "stochasticity": {"x": "V", "y": "1", "median_amplitude": "V", "deviation_of_the_amplitude": "V"},
})  # fmt: skip
"""Units of each experiment: of the axes of its curve, and of its single values by name."""
SIMULATED, TYPICAL, CLOSED_FORM = "simulated", "typical", "closed_form"
"""Functions of an experiment in an expression: with the band of its devices, without, and as an estimate has it."""


def unit_of(experiment: str, what: str = "y") -> Dimension:
    """Dimension of an axis or a single value of an experiment.

    Raises
    ------
    UnknownNameError
        For an experiment or a value that does not exist.

    Examples
    --------
    >>> unit_of("refractory_period", "y") == parse_unit("s")[1]
    True
    """
    if experiment not in EXPERIMENTS:
        raise UnknownNameError("experiment", experiment, EXPERIMENTS)
    units = EXPERIMENTS[experiment]
    if what not in units:
        values = [name for name in units if name not in {"x", "y"}]
        raise UnknownNameError(f"value of {experiment}", what, values)
    return parse_unit(units[what])[1]


@frozen_dataclass
class SimulatedNeuron:
    """Results of experiments on one neuron.

    Attributes
    ----------
    name : str
        The neuron.
    experiments : mapping
        Results by experiment.
    samples : int
        Length of the arrays that stand for a curve with a band; 1 gives the curve itself.
    """

    name: str
    experiments: Mapping[str, Characteristic]
    samples: int = 1

    def sampled(self, samples: int) -> SimulatedNeuron:
        """The same with bands, as samples with the 10, 50 and 90 % quantiles of the simulated devices."""
        return replace(self, samples=samples)

    def value(self, function: str, experiment: str, what: str | float) -> Array:
        """A single value, or the curve at one of its conditions, in SI units.

        Parameters
        ----------
        function : str
            `SIMULATED`, `TYPICAL` or `CLOSED_FORM`.
        experiment : str
            One of those that were run.
        what : str or float
            Name of a single value, or the condition: the abscissa of the curve, within its range.

        Raises
        ------
        NeuroestError
            If the experiment lacks such a value or curve, or the condition is outside of the curve.
        """
        found = self.experiments[experiment]
        if isinstance(what, str):
            for one in found.values:
                if identifier(one.name) == what:
                    return np.full(self.samples, one.closed if function == CLOSED_FORM else one.simulated)
            raise NeuroestError(f"{experiment} of {self.name} has no {what.replace('_', ' ')}")
        curve = _curve(found, closed=function == CLOSED_FORM)
        return self._at(replace(curve, low=None) if function == TYPICAL else curve, experiment, what)

    def _at(self, curve: Series, experiment: str, x: float) -> Array:
        low, high = float(np.min(curve.x)), float(np.max(curve.x))
        if not low * (1.0 - _ROUNDING) <= x <= high * (1.0 + _ROUNDING):
            unit = EXPERIMENTS[experiment]["x"]
            given, ends = format_quantity(x, unit), [format_quantity(end, unit) for end in (low, high)]
            raise NeuroestError(f"{experiment} was simulated from {ends[0]} to {ends[1]}, not at {given}")
        middle = float(np.interp(x, curve.x, curve.y))
        if self.samples == 1 or curve.low is None or curve.high is None:
            return np.full(self.samples, middle)
        band = [float(np.interp(x, curve.x, curve.low)), middle, float(np.interp(x, curve.x, curve.high))]
        return np.interp(np.linspace(0.0, 1.0, self.samples), P10_P50_P90, band)


_ROUNDING = 1e-9


def identifier(name: str) -> str:
    """Name of a single value as an expression has it.

    Examples
    --------
    >>> identifier("first integration time")
    'first_integration_time'
    """
    return name.replace(" ", "_")


def _curve(found: Characteristic, *, closed: bool) -> Series:
    """The first simulated curve of an experiment, or the one of its closed form."""
    simulated = [series for series in found.series if not series.measured]
    if not closed:
        return simulated[0]
    if len(simulated) < 2:
        raise NeuroestError(f"{found.name} has no closed form of its curve")
    return simulated[1]


def simulate_neuron(neuron: str, experiments: Iterable[str], changes: Mapping[str, str]) -> SimulatedNeuron:
    """Run experiments on a neuron, as `neuroest simulate` does for characteristics.

    Parameters
    ----------
    neuron : str
        Device spec of a neuron, a shipped name or a path.
    experiments : iterable of str
        Names of experiments.
    changes : mapping of str to str
        Changed parameters of the neuron, with units.

    Raises
    ------
    NeuroestError
        If the device is not a neuron, or does not show one of the experiments.
    """
    from neuroest.dynamics.characterisation import characterise  # noqa: PLC0415 - the lab, which no chip needs
    from neuroest.dynamics.in_time import Asked  # noqa: PLC0415

    return SimulatedNeuron(neuron, characterise(Asked(neuron, changes), list(dict.fromkeys(experiments))))
