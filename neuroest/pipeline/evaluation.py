"""One pass through all stages, and its results; each is computed on first use by its family.

A batch that needs one total computes only the inputs of that total.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property, partial, reduce
from typing import TYPE_CHECKING

import numpy as np

from neuroest.blocks.base import Check, NetworkContext
from neuroest.core import units as u
from neuroest.core.arrays import Array, single
from neuroest.core.frozen import frozen_dataclass
from neuroest.design.build import AMBIENT, TEMPERATURE, Design, stacked_tiers
from neuroest.equations import accuracy as accuracy_equations
from neuroest.equations import power as power_equations
from neuroest.equations import stacked_tiers as tier_equations
from neuroest.levels.base import MappedLevel
from neuroest.pipeline import accuracy, area, design_rules, energy, learning, lifetime, power, system, tiers
from neuroest.pipeline.area import Die, DieTier, InstanceRow
from neuroest.pipeline.cost_table import Contexts, contexts
from neuroest.pipeline.energy import EnergyRow, total
from neuroest.pipeline.learning import LearningResults
from neuroest.pipeline.power import self_heating
from neuroest.pipeline.stages import Stages
from neuroest.pipeline.system import PlaceTraffic, ShellPower, bits_leaving
from neuroest.pipeline.system import traffic as place_traffic
from neuroest.pipeline.tiers import thermal_resistance
from neuroest.pipeline.timing import time_network
from neuroest.specs.architecture import Operation
from neuroest.specs.workload import WorkloadSpec

if TYPE_CHECKING:
    from neuroest.levels.crossbar.column_errors import ColumnErrors
    from neuroest.pipeline.accuracy import NetworkAccuracy


@frozen_dataclass(eq=False)
class Evaluation(Stages):
    """All results of a pass, as arrays: results of the stages, and the quantities that the families derive."""

    def operated(self, operation: Operation, period: u.Numeric | None) -> "Evaluation | None":
        """The same chip in another operation; None where more than schedule and static energy would change.

        Parameters
        ----------
        operation : Operation
            The other operation.
        period : float, array or None
            Its time from one inference to the next. [s]
        """
        modes = {self.chip.operation.mode, operation.mode}
        moved = {"duty_cycled", "streaming"} & modes
        if self.heating or moved or any(level.mapper.follows_data for level in self.levels):
            return None
        chip = replace(self.chip, operation=operation, period=period)
        return replace(self, chip=chip, timing=time_network(chip, self.layers, self.levels, self.counts))

    @property
    def slowest_layer(self) -> int:
        """Place of the layer whose timestep takes longest."""
        return int(np.argmax(np.ravel(self.timing.step)[-len(self.layers.names) :]))

    def slowest_layer_of(self, level: MappedLevel) -> int:
        """Place of the layer of a level whose timestep takes longest."""
        return int(np.argmax(np.ravel(self.timing.step * level.own)[-len(self.layers.names) :]))

    @property
    def networks_of_slowest_layers(self) -> Contexts:
        """The network as the slowest layer of each level has it, for numbers of one layer that state their origin."""
        every = contexts(self.layers, self.levels)
        own = {
            start: network.of_layer(self.slowest_layer_of(level))
            for (start, network), level in zip(every.own.items(), self.levels, strict=False)
        }
        return Contexts(every.common.of_layer(self.slowest_layer), own)

    def network_of(self, level: MappedLevel) -> NetworkContext:
        """The network as the slowest layer of a level has it, for numbers of one layer that state their origin."""
        return level.mapper.network.of_layer(self.slowest_layer_of(level))

    # --- energy

    @cached_property
    def dynamic(self) -> tuple[EnergyRow, ...]:
        """Dynamic energy by component, action and term, and by layer. [J]."""
        return energy.energy_rows(self.counts, self.costs)

    @cached_property
    def dynamic_energy(self) -> Array:
        """Dynamic energy of one inference. [J]."""
        return energy.dynamic_energy(self.counts, self.costs)

    @property
    def operation_energy(self) -> Array:
        """Energy of the operations of one inference alone: no memory, no traffic, no clock, no control. [J]."""
        return energy.operation_energy(self.counts, self.costs)

    @cached_property
    def static_energy(self) -> Array:
        """Static energy of one inference, standby included. [J]."""
        return power.energy_of(self.statics, self.static_times)

    @cached_property
    def energy(self) -> Array:
        """Energy of one inference. [J]."""
        return self.dynamic_energy + self.static_energy

    @property
    def energy_per_spike(self) -> Array | None:
        """Energy of the neurons over the spikes of the network; None where none has an energy of its own. [J]."""
        parts = energy.neuron_parts(self.chip.components())
        dynamic = [cost for cost in self.costs.energies if cost.component in parts]
        static = [row for row in self.statics if row.component in parts]
        spikes = energy.network_spikes(self.layers)
        if not (dynamic or static) or not np.any(spikes > 0.0):
            return None
        drawn = power.energy_of(static, self.static_times)
        with np.errstate(all="ignore"):
            return np.where(
                spikes > 0.0, (energy.energy_of_terms(self.counts, dynamic) + drawn) / spikes, np.nan
            )

    # --- area

    @cached_property
    def areas(self) -> tuple[InstanceRow, ...]:
        """Area by component and term, zero in tiers that others are wider than. [m^2]."""
        return area.footprint_rows(self.mapped, self.costs, self.rows_of_tiers)

    @cached_property
    def rows_of_tiers(self) -> list[InstanceRow]:
        """Area by component and term in whichever tier. [m^2]."""
        rows = area.area_rows(self.mapped, self.costs)
        return rows if self.learned is None else [*rows, *self.learned.auxiliary_rows(rows)]

    @cached_property
    def tier_areas(self) -> list[Array]:
        """Area of each tier of the chip with its white space, the logic first. [m^2]."""
        return area.tier_areas(self.costs, self.rows_of_tiers)

    @property
    def silicon_area(self) -> Array | None:
        """Area of all tiers together; None for a chip with one tier. [m^2]."""
        return total(self.tier_areas) if self.costs.tiers else None

    @cached_property
    def vias(self) -> list[Array]:
        """Vias between each stacked tier and the one below. [1]."""
        return tiers.vias(self.costs.tiers, self.chip, self.mapped)

    @property
    def inter_tier_vias(self) -> Array | None:
        """Vias between tiers; None for a chip with one tier. [1]."""
        return total(self.vias) if self.costs.tiers else None

    @property
    def tier_temperature_rise(self) -> Array | None:
        """Temperature of the highest tier above the lowest, at most; None for a chip with one tier. [K]."""
        if not self.costs.tiers:
            return None
        resistance = tiers.thermal_resistance(self.costs.tiers)
        return np.asarray(tier_equations.tier_temperature_rise(self.die_power, resistance, self.die_area))

    @property
    def tier_powers(self) -> list[Array]:
        """Mean power of each tier of one die while it is powered, the logic first. [W].

        A block with parts in several tiers counts in the highest one; parts in no stacked tier count in the logic.
        """
        dies, stack = self.mapped.counts[self.chip.top.path], self.costs.tiers
        above: list[Array] = [np.zeros(1) for _ in stack]
        with np.errstate(all="ignore"):
            drawn = [
                (row.component, power.average_power(np.sum(row.energy, axis=-1, keepdims=True), self.active_time))
                for row in self.dynamic
            ] + [(row.component, row.total) for row in self.statics if row.when in power.DRAWN]  # fmt: skip
        for component, watts in drawn:
            if number := tiers.highest_tier_of(stack, component):
                above[number - 1] = np.asarray(above[number - 1] + watts / dies)
        return [np.asarray(self.die_power - total(above)), *above]

    @property
    def tier_temperature_rises(self) -> list[Array]:
        """Temperature of each tier above the logic, with the power of each. [K]."""
        return [
            np.asarray(rise)
            for rise in tiers.temperature_rises(self.costs.tiers, self.tier_powers, self.die_area)
        ]

    @property
    def tier_yields(self) -> tuple[Array, ...]:
        """Share of the dies whose lowest tier works, and whose other tiers do; empty without a block for it. [1]."""
        return tuple(np.asarray(share) for share in area.good_shares(self.chip, self._die))

    @cached_property
    def area(self) -> Array:
        """Area of the chip. [m^2]."""
        return area.chip_area(self.costs, self.areas)

    @property
    def die_area(self) -> Array:
        """Area of one die. [m^2]."""
        return np.asarray(self.area / self.mapped.counts[self.chip.top.path])

    # --- time and power

    @property
    def multiply_accumulates(self) -> Array:
        """Multiply-accumulates of one inference over all timesteps, independent of activity. [1]."""
        return np.asarray(self.layers.multiply_accumulates)

    @cached_property
    def peak_operations(self) -> Array | None:
        """Operations per second of units that are never idle; None where the level knows no such rate. [1/s]."""
        rates = [level.mapper.peak_rate() for level in self.levels if np.any(level.own > 0.0)]
        known = [rate for rate in rates if rate is not None]
        if len(known) < len(rates):
            return None
        used = [level for level in self.levels if np.any(level.own > 0.0)]
        peaks = [rate * self.mapped.counts[level.path] for rate, level in zip(known, used, strict=True)]
        return np.asarray(reduce(np.add, peaks))

    @cached_property
    def share_of_peak(self) -> Array | None:
        """Operations of the network at its highest rate, over the peak; None without a peak. [1]."""
        if self.peak_operations is None:
            return None
        done = reduce(np.add, (self._operations_of(level) for level in self.levels))
        return np.asarray(2.0 * done / self.timing.initiation_interval / self.peak_operations)

    def _operations_of(self, level: MappedLevel) -> Array:
        """Multiply-accumulates of the layers of a level, without those of silent inputs that take no time. [1]."""
        if level.mapper.skips_silent_inputs:
            return np.asarray(np.sum(level.mapper.layers.layer_synaptic_operations, axis=-1, keepdims=True))
        kept = level.mapper.products_kept()
        if len(self.levels) == 1 and np.all(np.asarray(kept) == 1.0):
            return self.multiply_accumulates
        steps = level.mapper.steps if level.mapper.network.spiking else 1.0
        return np.asarray(np.sum(level.mapper.layers.macs * kept, axis=-1, keepdims=True) * steps)

    @cached_property
    def period(self) -> Array:
        """Time from one inference to the next as the chip is operated. [s]."""
        return power.inference_period(self.chip, self.timing)

    @cached_property
    def active_time(self) -> Array:
        """Time that one inference is charged static power for. [s]."""
        return power.active_time(self.chip, self.timing, self.period)

    @cached_property
    def standby_time(self) -> Array:
        """Time for which the chip is switched off after an inference. [s]."""
        return power.standby_time(self.period, self.active_time)

    @cached_property
    def static_times(self) -> Mapping[str, u.Numeric]:
        """Time of one inference for each kind of static row. [s]; of waking, how often that happens. [1]."""
        asleep = power.time_asleep(self.chip, self.timing, self.period)
        return {
            "powered": self.active_time, "standby": self.standby_time, "asleep": asleep,
            "working": self.active_time, "awake": self.active_time - asleep,
            "waking": power.wakings(self.chip, self.levels, asleep),
        }  # fmt: skip

    def leakage_time(self, row: InstanceRow) -> u.Numeric:
        """Time of one inference for which a static power is drawn. [s]; of waking, how often that happens. [1]."""
        return self.static_times[row.when]

    @cached_property
    def statics(self) -> tuple[InstanceRow, ...]:
        """Static power by component and term. [W]."""
        return power.static_rows(self.chip, self.levels, self.counts, self.costs, self.timing, self.area)

    @cached_property
    def static_power(self) -> Array:
        """Power that the chip draws whether or not it works. [W]."""
        return power.static_power(self.statics)

    @cached_property
    def standby_energy(self) -> Array:
        """Energy of memories that retain their data while the chip is off. [J]."""
        return power.energy_of((row for row in self.statics if row.when == "standby"), self.static_times)

    @cached_property
    def average_power(self) -> Array:
        """Mean power while the chip is powered. [W]."""
        return power.average_power(self.energy - self.standby_energy, self.active_time)

    @cached_property
    def power_density(self) -> Array:
        """Mean power over the area of the chip. [W/m^2]."""
        return np.asarray(power_equations.power_density(self.average_power, self.area))

    @cached_property
    def die_power(self) -> Array:
        """Mean power of one die while it is powered, memories off the die left out. [W]."""
        return power.die_power(
            self.chip,
            self.mapped,
            self.counts,
            self.costs,
            self.statics,
            self.average_power,
            self.active_time,
        )

    @property
    def physical_neurons(self) -> Array:
        """Neurons that an output owns for itself, those that take turns at it counted each. [1]."""
        owned = [
            np.sum(level.mapped.placement.neurons, axis=-1, keepdims=True)
            * np.asarray(getattr(level.mapper.compute, "neurons_per_output", 1.0))
            for level in self.levels
        ]
        return np.asarray(reduce(np.add, owned))

    # --- lifetime and programming

    @cached_property
    def neuron_lifetime(self) -> Array | None:
        """Time until the busiest neuron has used up its endurance; None where nothing wears out. [s]."""
        return lifetime.shortest(lifetime.neuron_lifetime(level, self.period) for level in self.levels)

    @cached_property
    def cell_lifetime(self) -> Array | None:
        """Time until the mean cell has used up its endurance; None where cells are not written in operation. [s]."""
        found = lifetime.shortest(
            lifetime.cell_lifetime(level, self.counts, self.period) for level in self.levels
        )
        return found if self.learned is None else self.learned.worn_by_both(found)

    @cached_property
    def programming_energy(self) -> Array | None:
        """Energy of writing all weights once; None where the chip holds them in no cells. [J]."""
        return lifetime.together(map(lifetime.programming_energy, self.levels))

    @cached_property
    def programming_time(self) -> Array | None:
        """Time of writing all weights once, one array after the other. [s]."""
        return lifetime.together(map(lifetime.programming_time, self.levels))

    @cached_property
    def refresh(self) -> tuple[Array, Array] | None:
        """Interval in which faded weights are written again, and its mean power; None where none fade. [s], [W]."""
        found = [
            lifetime.refresh(level, self.counts, self.costs, self.statics, self.period, self.active_time)
            for level in self.levels
        ]
        known = [one for one in found if one is not None]
        interval = lifetime.shortest(one[0] for one in known)
        refreshing = lifetime.together(one[1] for one in known)
        return None if interval is None or refreshing is None else (interval, refreshing)

    @cached_property
    def first_neuron_failure(self) -> Array | None:
        """Time until the first of all neurons has failed; None where nothing wears out. [s]."""
        claimed = self.chip.discrepancy.get(learning.EVIDENCE, 1.0)
        return lifetime.shortest(
            learning.first_neuron_failure(level, claimed, lifetime.neuron_lifetime(level, self.period))
            for level in self.levels
        )

    # --- learning

    @cached_property
    def learned(self) -> LearningResults | None:
        """Results of learning; None without a rule."""
        if self.learning is None:
            return None
        interval = np.asarray(self.timing.initiation_interval)
        return LearningResults(self.chip, self.costs, self.learning, interval, self.period)

    @cached_property
    def learning_energy(self) -> Array | None:
        """Energy of learning from a sample, inference left out; None where it has none of its own. [J]."""
        return None if self.learned is None else self.learned.energy(self.static_power)

    @property
    def sample_energy(self) -> Array | None:
        """Energy of inference and learning of one sample; None without a rule. [J]."""
        if self.learned is None:
            return None
        return self.energy if self.learning_energy is None else np.asarray(self.energy + self.learning_energy)

    @cached_property
    def learning_area(self) -> Array | None:
        """Area of circuits that only learning needs; None without a rule or without such a block. [m^2]."""
        return None if self.learned is None else self.learned.area(self.areas)

    # --- cost, accuracy, design rules

    @cached_property
    def die_cost(self) -> tuple[Array, Array] | None:
        """Yield and cost of a good die; None where the chip has no block for it. [1], [USD]."""
        return area.yield_and_cost(self.chip, self._die)

    @property
    def _die(self) -> Die:
        """Area of a die, and of each of its stacked tiers with its vias."""
        dies = self.mapped.counts[self.chip.top.path]
        stacked = zip(self.costs.tiers, self.tier_areas[1:], self.vias, strict=True)
        return Die(
            self.die_area,
            tuple(DieTier(tier.device, area / dies, vias / dies) for tier, area, vias in stacked),
        )

    @cached_property
    def wafers(self) -> Array | None:
        """Wafers that the good dies of all chips come from; None where the chip has no block for it. [1]."""
        return area.wafers(self.chip, self._die, self.mapped.counts[self.chip.top.path])

    @cached_property
    def carbon(self) -> tuple[Array, Array] | None:
        """Carbon of making a good die and of running it; None where the chip has no block for it. [kg], [kg]."""
        # a chip that is off between inferences takes no more than its energy in every period
        mean = power.average_power(self.energy, self.period)
        return area.carbon(self.chip, self._die, mean)

    @cached_property
    def shells(self) -> tuple[ShellPower, ...]:
        """The chips and each shell around them, from the chips outwards; nothing without shells."""
        return system.shell_powers(
            self.chip,
            system.Chips(
                self.mapped.counts[self.chip.top.path],
                system.idle_power(self.chip, self.statics),
                self.energy,
            ),
            self.period,
            np.asarray(self.timing.latency),
            partial(bits_leaving, self.layers),
        )

    @cached_property
    def traffic(self) -> tuple[PlaceTraffic, ...]:
        """Spikes of populations between units, chips and shells; nothing without populations."""
        return place_traffic(self.layers, self.mapped, self.chip.top.path, self.shells)

    @cached_property
    def column_errors(self) -> "ColumnErrors | None":
        """Errors of the results of the columns; None where nothing is computed in arrays."""
        return accuracy.network_errors(self.levels)

    @property
    def signal_to_error_ratio(self) -> Array | None:
        """Signal over error, as a ratio of variances, of the layer with the largest error; None without errors. [1]."""
        return None if self.column_errors is None else self.column_errors.worst

    @property
    def effective_bits(self) -> Array | None:
        """Information in a read of a column of that layer about its result; None without errors. [bit]."""
        ratio = self.signal_to_error_ratio
        return None if ratio is None else np.asarray(accuracy_equations.effective_bits(ratio))

    @cached_property
    def network_accuracy(self) -> "NetworkAccuracy | None":
        """Accuracy of the network on this chip and what it loses; None for a network without a measured curve."""
        curve = self.layers.accuracy_curve
        return None if curve is None else accuracy.network_accuracy(curve, self.levels, self.column_errors)

    @property
    def accuracy(self) -> Array | None:
        """Accuracy of the network on this chip; None for a network without a measured curve. [1]."""
        return None if self.network_accuracy is None else self.network_accuracy.value

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """Everything that must hold, of all stages."""
        return (
            *self._other_checks, *self._rules.error_checks(self.signal_to_error_ratio),
            *self._rules.accuracy_checks(self.network_accuracy),
        )  # fmt: skip

    @property
    def refusing_checks(self) -> tuple[Check, ...]:
        """Checks without which no estimate exists. How exact results are takes long to compute and is none of them."""
        return tuple(check for check in self._other_checks if check.severity == "infeasible")

    @property
    def state_survives(self) -> Array:
        """Whether the neurons of a chip that streams hold their state for a timestep; of any other chip, true."""
        asked = (check.passed for check in self._other_checks if check.name == "state_survives_timestep")
        return np.asarray(reduce(np.logical_and, asked, np.ones(1, dtype=bool)))

    @cached_property
    def _other_checks(self) -> tuple[Check, ...]:
        return self._rules.checks()

    @property
    def _rules(self) -> design_rules.DesignRules:
        # they refer to this object; stored in it, both would wait for the garbage collector with all their arrays
        return design_rules.DesignRules(
            self, self.power_density, self.die_area, self.die_power, self.refresh, self.programming_time,
            self.share_of_peak, self.tier_temperature_rise,
        )  # fmt: skip


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
        return single(np.asarray(thermal_resistance(cold.costs.tiers) / cold.die_area))

    with np.errstate(all="ignore"):  # a check, not a warning, refuses a point at which a model has no result
        if TEMPERATURE in values:
            return Evaluation.run(design, workload, values)
        heating = self_heating(values, power_at, of_tiers())
        return replace(at(heating.temperature), heating=heating)
