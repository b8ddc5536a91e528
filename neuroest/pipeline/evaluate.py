"""One pass through all stages, for one design point or for many at once."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.design.build import AMBIENT, TEMPERATURE, Design, stacked_tiers
from neuroest.pipeline.evaluation import Evaluation
from neuroest.pipeline.power import self_heating
from neuroest.pipeline.tiers import thermal_resistance
from neuroest.specs.workload import WorkloadSpec


def evaluate(design: Design, workload: WorkloadSpec, values: Mapping[str, u.Numeric]) -> Evaluation:
    """Run all stages from input values to results.

    Users call `neuroest.estimate` instead.

    Parameters
    ----------
    design : Design
        Structure of the chip.
    workload : WorkloadSpec
        The network.
    values : mapping
        Value of every claim of the chip by path, and of those of the workload that differ from its file; floats,
        or arrays of design points with a last axis of length one.

    Returns
    -------
    Evaluation
        Arrays: the layers on the last axis and the design points before it.

    Raises
    ------
    MappingError
        If the chip cannot run the network at any values.
    """

    def at(temperature: u.Numeric) -> Evaluation:
        return Evaluation.run(design, workload, {**values, TEMPERATURE: temperature})

    def power_at(temperature: u.Numeric) -> Array:
        return at(temperature).die_power

    def of_tiers() -> u.Numeric:
        """Thermal resistance of the stacked tiers of one die, whose area no temperature changes. [K/W]."""
        if not stacked_tiers(design.root):
            return 0.0
        cold = at(values[AMBIENT])
        found = np.asarray(thermal_resistance(cold.costs.tiers) / cold.die_area)
        return float(found[0]) if found.shape == (1,) else found

    with np.errstate(all="ignore"):  # a check, not a warning, refuses a point at which a model has no result
        if TEMPERATURE in values:
            return Evaluation.run(design, workload, values)
        heating = self_heating(values, power_at, of_tiers())
        return replace(at(heating.temperature), heating=heating)
