"""One pass through all stages, for one design point or for many at once.

`evaluate` takes a design, a network and a table of values, and returns arrays: the layers on the last axis and
the design points before it. What users meet is `neuroest.estimate`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from neuroest.blocks.base import FREE_CLOCK, Check
from neuroest.blocks.interconnect.dram import Dram
from neuroest.blocks.roles import ChargesClock, PricesDie
from neuroest.core.units import Numeric
from neuroest.design.build import PROCESS, TEMPERATURE, Design, numeric_options
from neuroest.design.chip import Chip, heat_path, instantiate
from neuroest.equations import accuracy, diffusive_neuron, digital, power, retention, technology, writing
from neuroest.levels.base import Mapper, NetworkMapping
from neuroest.levels.crossbar.array import CrossbarArray
from neuroest.levels.crossbar.column_errors import ColumnErrors, column_errors
from neuroest.levels.crossbar.mapper import CrossbarMapper
from neuroest.levels.time_multiplexing import ROUNDING
from neuroest.pipeline.action_counts import ActionCounts, count_actions
from neuroest.pipeline.cost_table import CostTable, cost_components
from neuroest.pipeline.mapping import map_network, mapper_for
from neuroest.pipeline.timing import Timing, time_network
from neuroest.specs.architecture import Technology
from neuroest.specs.workload import WorkloadSpec
from neuroest.workloads.layers import LayerTable, layer_table

Array: TypeAlias = NDArray[np.float64]

_QUEUING = 0.5
"""Load of a link above which queues in front of it are no longer short; a convention."""
_BALANCE = 0.01
"""Share of the rise of the die's temperature that may be left unexplained; a convention."""
_LEAST_STEP = 1e-6
"""Least step of the growth of the leakage, over the growth, that still tells how the power follows it."""
_TRIALS = 4
"""Temperatures at which the power is found beside the two that the first guess rests on. What leaks by one exponential
is exact after the first; the others are for memories whose tables bend."""


@dataclass(frozen=True, eq=False, repr=False)
class EnergyRow:
    """Energy of one term of one component in one inference, by layer."""

    component: str
    action: str
    term: str
    energy: Array
    count: Array


@dataclass(frozen=True, eq=False, repr=False)
class InstanceRow:
    """Area or static power of one term of one component on the whole chip."""

    component: str
    term: str
    total: Numeric
    instances: Numeric
    asleep: bool = False
    """Whether it is power that is drawn while the chip is switched off."""


@dataclass(frozen=True, eq=False, repr=False)
class SelfHeating:
    """How warm a die makes itself, where nobody states its temperature.

    Attributes
    ----------
    temperature : Numeric
        Temperature of the die. [K]
    constant_power, leakage : Numeric
        Power of one die without what grows with the temperature, and what that is at the ambient temperature, both of
        the exponential that touches the power at the temperature of the die. [W]
    load : Numeric
        Leakage over the largest that the package can carry off beside the constant power. [1]
    cool : bool or array of bool
        Whether the temperature lies below the highest that a file may state; where not, it stands at that.
    """

    temperature: Numeric
    constant_power: Numeric
    leakage: Numeric
    load: Numeric
    cool: Any


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation:
    """All results of a pass, as arrays.

    Attributes
    ----------
    layers, chip, mapped, counts, costs, timing
        What each stage returned.
    heating : SelfHeating or None
        How the temperature came about, where the chip's own power makes it.
    """

    layers: LayerTable
    chip: Chip
    mapper: Mapper
    mapped: NetworkMapping
    counts: ActionCounts
    costs: CostTable
    timing: Timing
    heating: SelfHeating | None = None

    @cached_property
    def dynamic(self) -> tuple[EnergyRow, ...]:
        """Dynamic energy by component, action and term."""
        rows = []
        for cost in self.costs.energies:
            count = self.counts.actions.get((cost.component, cost.action))
            if count is not None:
                rows.append(EnergyRow(cost.component, cost.action, cost.term, count * cost.energy, count))
        if self.costs.overheads is not None:
            clocked: Any = sum(
                (row.energy for row in rows if row.component in self.costs.synchronous),
                start=0.0 * next(iter(self.counts.actions.values())),
            )
            for term, energy in self._sequencing(clocked):
                rows.append(EnergyRow(self.costs.overheads, term, term, energy, np.ones_like(energy)))
        return tuple(rows)

    def _sequencing(self, clocked: Any) -> tuple[tuple[str, Array], ...]:
        """What clock and control add to the energy of synchronous blocks."""
        clock = power.clock_energy(clocked, self.costs.clock_fraction)
        control = digital.control_energy(clocked, self.costs.control_fraction)
        return ("clock", np.asarray(clock)), ("control", np.asarray(control))

    @cached_property
    def areas(self) -> tuple[InstanceRow, ...]:
        """Area by component and term."""
        instances = self.mapped.instances
        rows = [
            InstanceRow(a.component, a.term, a.area * number, number)
            for a in self.costs.areas
            for number in (instances[a.counted_as or a.component],)
        ]
        if self.costs.overheads is not None:
            clocked: Any = sum((r.total for r in rows if r.component in self.costs.synchronous), start=0.0)
            rows.append(
                InstanceRow(self.costs.overheads, "control", clocked * self.costs.control_area_fraction, 1.0)
            )
        return tuple(rows)

    @cached_property
    def statics(self) -> tuple[InstanceRow, ...]:
        """Static power by component and term."""
        instances = self.mapped.instances
        rows = [
            InstanceRow(s.component, s.term, s.power * number, number, s.asleep)
            for s in self.costs.statics
            for number in (instances[s.counted_as or s.component],)
            if not s.asleep or self.chip.operation.mode == "duty_cycled"
        ]
        free = [row.total for row in rows if row.term == FREE_CLOCK]
        if free and self.costs.overheads is not None:
            # the tree that reaches these registers, by the law that also holds for energies
            tree = power.clock_energy(_total(free), self.costs.clock_fraction)
            rows.append(InstanceRow(self.costs.overheads, "clock_tree", np.asarray(tree), 1.0))
        array = self.mapper.compute
        if isinstance(array, CrossbarArray) and np.any(np.isfinite(array.cell.disturb_reads())):
            left = self._refreshed_share(array)
            rows = [
                replace(row, total=row.total * left)
                if (row.component, row.term) == (array.cell.path, "refresh")
                else row
                for row in rows
            ]
        return tuple(rows)

    def _refreshed_share(self, array: CrossbarArray) -> Array:
        """Share of the refreshes of all cells that reads have not asked for already."""
        cells = self.mapper.programmed_cells(self.mapped.placement)
        left = cells * retention.refresh_share(
            array.rewriting_interval(), array.cell.disturb_reads(), self._reads_per_cell(array) / self.period
        )
        held = np.sum(cells, axis=-1, keepdims=True)
        return np.asarray(np.sum(left, axis=-1, keepdims=True) / np.maximum(held, 1.0))

    def _reads_per_cell(self, array: CrossbarArray) -> Array:
        """Reads of one cell of each layer in an inference."""
        reads = self.counts.actions.get((array.cell.path, "cell_read"), self.mapper.zeros())
        return np.asarray(reads / np.maximum(self.mapper.programmed_cells(self.mapped.placement), 1.0))

    @cached_property
    def dynamic_energy(self) -> Array:
        """Dynamic energy of one inference. [J].

        The sum of `dynamic` over rows and layers. Where an action costs the same in every layer, its counts are
        added up first, so that a batch that asks for totals only never holds an energy a layer and term.
        """
        prices: dict[tuple[str, str], list[Any]] = {}
        for cost in self.costs.energies:
            if (cost.component, cost.action) in self.counts.actions:
                prices.setdefault((cost.component, cost.action), []).append(cost.energy)
        parts, clocked = [], []
        for key, terms in prices.items():
            count, price = self.counts.actions[key], sum(terms[1:], start=terms[0])
            by_layer = np.ndim(price) > 0 and np.shape(price)[-1] > 1
            energy = np.sum(count * price if by_layer else count, axis=-1, keepdims=True)
            parts.append(energy if by_layer else energy * price)
            if key[0] in self.costs.synchronous:
                clocked.append(parts[-1])
        if self.costs.overheads is not None:
            parts += [energy for _, energy in self._sequencing(_total(clocked))]
        return _total(parts)

    @cached_property
    def operation_energy(self) -> Array:
        """Energy of the operations of one inference alone: no memory, no traffic, no clock, no control. [J].

        What a crossbar's cells and read-out take is operation, and so is all of a chip that is priced by events.
        """
        operations = {(c.component, c.action, c.term) for c in self.costs.energies if c.operation}
        return _total(
            [
                np.sum(row.energy, axis=-1, keepdims=True)
                for row in self.dynamic
                if (row.component, row.action, row.term) in operations
            ]
        )

    @cached_property
    def static_power(self) -> Array:
        """Power that the chip draws whether or not it works. [W]."""
        return _total([row.total for row in self.statics if not row.asleep])

    @cached_property
    def sleeping_energy(self) -> Array:
        """Energy of what must be kept while the chip is switched off from one inference to the next. [J]."""
        power_asleep = _total([row.total for row in self.statics if row.asleep])
        return np.asarray(power.static_energy(power_asleep, self.sleeping_time))

    @cached_property
    def area(self) -> Array:
        """Area of the chip. [m^2]."""
        placed = {(a.component, a.term) for a in self.costs.areas if a.placed}
        blocks = _total([r.total for r in self.areas if (r.component, r.term) not in placed])
        dies = _total([r.total for r in self.areas if (r.component, r.term) in placed])
        return np.asarray(power.floorplan_area(blocks, self.costs.floorplan_utilisation) + dies)

    @cached_property
    def period(self) -> Array:
        """Time from one inference to the next as the chip is operated. [s]."""
        interval = np.asarray(self.timing.initiation_interval)
        if self.chip.operation.mode == "duty_cycled":
            # no inference begins before the chip is off again
            interval = np.asarray(np.maximum(interval, self.powered_time))
        return np.maximum(interval, self.chip.period) if self.chip.period is not None else interval

    @cached_property
    def powered_time(self) -> Array:
        """Time that one inference is charged static power for. [s]."""
        if self.chip.operation.mode == "duty_cycled":
            return np.asarray(self.timing.latency / self.timing.together)
        return self.period

    @cached_property
    def sleeping_time(self) -> Array:
        """Time for which the chip is switched off after an inference; none where there is no period. [s]."""
        on = self.powered_time
        known = np.logical_and(np.isfinite(self.period), np.isfinite(on))
        return np.asarray(np.maximum(np.where(known, self.period, 0.0) - np.where(known, on, 0.0), 0.0))

    def standing_time(self, row: InstanceRow) -> Array:
        """Time of one inference for which a static power is drawn. [s]."""
        return self.sleeping_time if row.asleep else self.powered_time

    @cached_property
    def static_energy(self) -> Array:
        """Static energy of one inference. [J]."""
        return np.asarray(power.static_energy(self.static_power, self.powered_time)) + self.sleeping_energy

    @cached_property
    def energy(self) -> Array:
        """Energy of one inference. [J]."""
        return self.dynamic_energy + self.static_energy

    @cached_property
    def average_power(self) -> Array:
        """Mean power while the chip is powered. [W]."""
        with np.errstate(all="ignore"):  # a neuron that never fires takes for ever, and a check refuses it
            return np.asarray(power.average_power(self.energy - self.sleeping_energy, self.powered_time))

    @cached_property
    def power_density(self) -> Array:
        """Mean power over the area of the chip. [W/m^2]."""
        return np.asarray(power.power_density(self.average_power, self.area))

    @cached_property
    def power_of_a_die(self) -> Array:
        """Mean power of one chip while it is powered, memories beside it left out; zero where none can be told. [W]."""
        beside = {(link.path, term) for link in self.chip.links() for term in link.beside_die}
        moved = _total(
            [
                np.sum(row.energy, axis=-1, keepdims=True)
                for row in self.dynamic
                if (row.component, row.term) in beside
            ]
        )
        standing = _total([row.total for row in self.statics if (row.component, row.term) in beside])
        with np.errstate(all="ignore"):
            of_all = self.average_power - standing - power.average_power(moved, self.powered_time)
        known = np.where(np.isfinite(of_all), of_all, 0.0)
        return np.asarray(known / self.mapped.counts[self.chip.top.path])

    @cached_property
    def junction_temperature(self) -> Numeric | None:
        """Temperature of the die where its own power makes it; None where it is stated. [K]."""
        return None if self.heating is None else self.heating.temperature

    @cached_property
    def neuron_lifetime(self) -> Array | None:
        """Time until the busiest neuron has used up its endurance; None where nothing wears out. [s]."""
        neuron = getattr(self.mapper.compute, "neuron", None)
        endurance = neuron.endurance() if neuron is not None else None
        if neuron is None or endurance is None:
            return None
        rates = np.where(self.layers.is_weighted > 0.0, self.layers.output_rate, 0.0)
        cycles = np.max(rates, axis=-1, keepdims=True) * self.layers.timesteps
        cycles = cycles + (1.0 if neuron.reset_between_inferences else 0.0)
        return np.asarray(diffusive_neuron.lifetime(endurance, cycles / self.period))

    @cached_property
    def programming_energy(self) -> Array | None:
        """Energy of writing all weights once; None where the chip holds them in no cells. [J]."""
        array = self.mapper.compute
        if not (isinstance(array, CrossbarArray) and isinstance(self.mapper, CrossbarMapper)):
            return None
        cells = self.mapper.programmed_cells(self.mapped.placement)
        energy = array.programming_energy(self.mapper.network)
        return np.asarray(np.sum(cells, axis=-1, keepdims=True) * energy)

    @cached_property
    def programming_time(self) -> Array | None:
        """Time of writing all weights once, one array after the other. [s]."""
        if not isinstance(self.mapper, CrossbarMapper):
            return None
        return np.asarray(self.mapper.writing_time(self.mapped))

    @cached_property
    def cell_lifetime(self) -> Array | None:
        """Time until the cells have used up their endurance; None where they are not written in operation. [s]."""
        array = self.mapper.compute
        if not isinstance(array, CrossbarArray):
            return None
        often = self.chip.inferences_per_programming
        rate = self._rewriting_rate(array)
        if self.mapper.reprograms and np.any(np.asarray(self.mapped.passes) > 1.0):
            # every cell holds a part of the network in each pass
            written = np.where(np.asarray(self.mapped.passes) > 1.0, self.mapped.passes, 0.0)
            rate = rate + written / (self.period * self.mapper.options["inferences_per_pass"])
        elif often is not None:
            rate = rate + 1.0 / (self.period * often)
        if not np.any(rate > 0.0) or not np.any(np.isfinite(array.cell.endurance())):
            return None
        return np.asarray(writing.write_lifetime(array.cell.endurance(), rate, array.cell.write_pulses()))

    @cached_property
    def refresh(self) -> tuple[Array, Array] | None:
        """Interval in which faded weights are written again, and the mean power of it; None where none fade. [s], [W].

        The power stands in the results already, as static power of the cells and as a part of each read.
        """
        array = self.mapper.compute
        energy = self.programming_energy
        if not isinstance(array, CrossbarArray) or energy is None:
            return None
        rate = self._rewriting_rate(array)
        if not np.any(rate > 0.0):
            return None
        interval = 1.0 / np.where(rate > 0.0, rate, np.nan)
        path = array.cell.path
        faded = [r.total for r in self.statics if r.component == path and r.term == "refresh"]
        read = [np.sum(r.energy, axis=-1, keepdims=True) / self.powered_time
                for r in self.dynamic if r.component == path and r.term == "disturb_rewriting"]  # fmt: skip
        return interval, _total([*faded, *read])

    def _rewriting_rate(self, array: CrossbarArray) -> Array:
        """How often the cells of the busiest layer are written again because they have faded. [1/s]."""
        each = np.max(self._reads_per_cell(array), axis=-1, keepdims=True)
        return np.asarray(
            retention.rewriting_rate(
                array.rewriting_interval(), array.cell.disturb_reads(), each / self.period
            )
        )

    @cached_property
    def column_errors(self) -> ColumnErrors | None:
        """How exact the results of the columns are; None where nothing is computed in arrays."""
        if not (isinstance(self.mapper, CrossbarMapper) and np.any(self.mapper.held > 0.0)):
            return None
        return column_errors(self.mapper, self.mapped.placement)

    @property
    def signal_to_error_ratio(self) -> Array | None:
        """Variance of the results of the least exact layer over that of their errors; None without errors."""
        found = self.column_errors
        return None if found is None else found.worst

    @property
    def effective_bits(self) -> Array | None:
        """Bits that a read of a column of that layer tells of its result; None without errors."""
        found = self.column_errors
        return None if found is None else np.asarray(accuracy.effective_bits(found.worst))

    @cached_property
    def die_cost(self) -> tuple[Array, Array] | None:
        """Yield and cost of a good die in US dollars; None where the chip has no block for it."""
        found = self.chip.find(PricesDie)
        if not found:
            return None
        block: Any = found[0][1]
        die = self.area / self.mapped.counts[self.chip.top.path]
        return np.asarray(block.good_share(die)), np.asarray(block.cost(die))

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """Everything that must hold, of all stages."""
        heat = Check(
            "power_density", "chip", "limit", self.power_density <= self.costs.power_density_limit,
            "the package cannot cool this power density", self.power_density, self.costs.power_density_limit,
            "W/m^2",
        )  # fmt: skip
        own = [*self.costs.checks, *self.mapped.checks, *self.counts.checks, heat, *self._die_checks()]
        if self.chip.period is not None:
            interval = np.asarray(self.timing.initiation_interval)
            own.append(
                Check(
                    "keeps_up", "operation", "refuse", interval <= self.chip.period,
                    "an inference takes longer than the period it is asked for", interval, self.chip.period, "s",
                )
            )  # fmt: skip
        own += self._target_checks()
        return (
            *own, *self._heat_checks(), *self._memory_checks(), *self._refresh_checks(), *self._load_checks(),
            *self._outside_checks(), *self._power_off_checks(),
        )  # fmt: skip

    def _power_off_checks(self) -> list[Check]:
        """Whether weights that are gone when the chip is switched off come back from outside."""
        store = self.mapper.weight_store
        if not self.mapper.loses_weights or store is None:
            return []
        links = any("weights" in link.spec.carries for link in self.chip.links())
        return [
            Check(
                "weights_come_back", store.path, "limit", links,
                "the chip is switched off after each inference, which what holds the weights does not survive, and no "
                "link brings them back; add an off_chip_link that carries weights, store them in cells that keep "
                "them, or use always_on",
            )
        ]  # fmt: skip

    def _target_checks(self) -> list[Check]:
        """Whether the pace is the one that copies of the layers were made for."""
        target = self.mapper.options.get("target_interval")
        if target is None:
            return []
        pace, shared = np.max(self.timing.pace, axis=-1, keepdims=True), self.timing.bottleneck
        slowest = f"the layers that take turns on {shared}" if shared else "the slowest layer"
        return [
            Check(
                "target_interval", self.mapped.level.path, "limit", pace <= target * (1.0 + ROUNDING),
                f"no copies of the arrays bring the pace to the target; it is that of {slowest}", pace, target, "s",
            )
        ]  # fmt: skip

    def _heat_checks(self) -> list[Check]:
        """Whether there is a temperature at which the package carries the power off, and whether it was found."""
        heating, path = self.heating, self.chip.heat_path
        if heating is None or path is None:
            return []
        ambient, resistance = path
        balance = power.junction_temperature(ambient, self.power_of_a_die, resistance)
        off = np.abs(balance - heating.temperature) / np.maximum(heating.temperature - ambient, 1.0)
        stable = np.asarray(heating.load) <= 1.0
        cool = np.logical_or(heating.cool, ~stable)
        return [
            Check(
                "thermal_runaway", "technology", "refuse", stable,
                "the leakage grows faster with the temperature than the package carries heat off: leakage over the "
                "largest that it can bear", heating.load, 1.0,
            ),
            Check(
                "die_stays_cool", "technology", "refuse", cool,
                "the package cannot carry off the power at any temperature that a die stands", balance,
                heating.temperature, "K",
            ),
            Check(
                "heat_balance", "technology", "range", np.logical_or(off <= _BALANCE, ~np.logical_and(stable, cool)),
                "the temperature of the die does not follow from its power within a hundredth of its rise", off,
                _BALANCE,
            ),
        ]  # fmt: skip

    def _die_checks(self) -> list[Check]:
        """Whether a die can be exposed at once, where the chip has an overheads block that says how large that is."""
        die = self.area / self.mapped.counts[self.chip.top.path]
        return [
            Check(
                "die_is_exposed_at_once", block.path, "limit", die <= block.device.largest_die,
                "the die is larger than the field of an exposure; use several chips (chip.count: auto)", die,
                block.device.largest_die, "m^2",
            )
            for _, block in self.chip.find(ChargesClock)
        ]  # fmt: skip

    def _load_checks(self) -> list[Check]:
        """Whether the links of the network on the chip are at most half loaded, above which bursts queue long."""
        found = []
        for path, loads in self.timing.loads.items():
            load = np.max(loads, axis=-1, keepdims=True)
            found.append(
                Check(
                    "link_load", path, "limit", load <= _QUEUING,
                    "the busiest link works for more than half of the time; packets that come in bursts wait longer "
                    "than the mean wait in the latency", load, _QUEUING,
                )
            )  # fmt: skip
        return found

    def _refresh_checks(self) -> list[Check]:
        """Whether all weights can be written again before the first of them has faded."""
        if self.refresh is None or self.programming_time is None:
            return []
        interval = np.where(np.isnan(self.refresh[0]), np.inf, self.refresh[0])
        return [
            Check(
                "refresh_keeps_up", self.mapper.compute.slots["cell"].path, "limit", self.programming_time <= interval,
                "the weights fade faster than they can be written again", self.programming_time, interval, "s",
            )
        ]  # fmt: skip

    def _outside_checks(self) -> list[Check]:
        """Whether the weights that come from a memory off the chip fit into it."""
        weights = np.sum(self.mapper.stored_weight_bits(), axis=-1, keepdims=True)
        return [
            Check(
                "weights_fit_outside", memory.path, "limit", weights <= memory.capacity(),
                "the memory off the chip cannot hold the weights; give it a larger capacity", weights,
                memory.capacity(), "bit",
            )
            for memory in self.chip.links()
            if isinstance(memory, Dram) and "weights" in memory.spec.carries
        ]  # fmt: skip

    def _memory_checks(self) -> list[Check]:
        """Whether the neurons forget as fast as the network wants, where both are known."""
        wanted = self.layers.time_constant_steps
        neuron = getattr(self.mapper.compute, "neuron", None)
        memory = neuron.memory_time() if neuron is not None and np.any(wanted > 0.0) else None
        if neuron is None or memory is None:
            return []
        step = np.max(self.timing.pace, axis=-1, keepdims=True)
        least = self.layers.shortest_time_constant_steps
        longest, shortest = np.max(wanted), np.min(least[least > 0.0])
        span = f"{longest:.3g}" if shortest == longest else f"{shortest:.3g} to {longest:.3g}"
        fits = np.logical_and(memory >= longest * step / 2.0, memory <= shortest * step * 2.0)
        return [
            Check(
                "neuron_time_constant", neuron.path, "limit", fits,
                f"the neurons forget with another time constant than the network wants, {span} timesteps "
                "(more than a factor of two)", memory + 0.0 * step, longest * step, "s",
            )
        ]  # fmt: skip


def _total(parts: list[Any]) -> Array:
    total: Any = np.zeros(1)
    for part in parts:
        total = total + part
    return np.asarray(total)


def evaluate(design: Design, workload: WorkloadSpec, values: Mapping[str, Numeric]) -> Evaluation:
    """All stages from numbers to results.

    Parameters
    ----------
    design : Design
        Structure of the chip.
    workload : WorkloadSpec
        The network.
    values : mapping
        Value of every claim of the chip by path, and of those of the workload that differ from its file; floats,
        or arrays of design points with a last axis of length one.

    Raises
    ------
    MappingError
        When the chip cannot run the network whatever its numbers.
    """
    with np.errstate(
        all="ignore"
    ):  # a point where a model has no answer is refused by a check, not by a warning
        return _evaluate(design, workload, values)


def _evaluate(design: Design, workload: WorkloadSpec, values: Mapping[str, Numeric]) -> Evaluation:
    if TEMPERATURE in values:
        return _pass(design, workload, values)
    heating = _self_heating(design, workload, values)
    return replace(_pass(design, workload, {**values, TEMPERATURE: heating.temperature}), heating=heating)


def _pass(design: Design, workload: WorkloadSpec, values: Mapping[str, Numeric]) -> Evaluation:
    moved = {k: v for k, v in values.items() if k.startswith("workload.")}
    layers = layer_table(workload, moved, _list_length(values))
    chip = instantiate(design, values)
    mapper = mapper_for(chip, layers)
    mapped = map_network(mapper)
    counts = count_actions(mapper, mapped)
    costs = cost_components(chip, mapped, mapper.network)
    timing = time_network(mapper, mapped, counts)
    return Evaluation(layers, chip, mapper, mapped, counts, costs, timing)


def _self_heating(design: Design, workload: WorkloadSpec, values: Mapping[str, Numeric]) -> SelfHeating:
    """The temperature at which the package carries off what the die takes there.

    The exponential of the process's leakage and a constant are laid through the power at the two newest temperatures,
    whose balance is known in closed form. Everything that depends on the temperature goes through the same pass as the
    results, so nothing is left out of the balance.
    """
    ambient, resistance = heat_path(values)
    doubling = values[f"{PROCESS}.leakage_doubling_temperature"]
    hottest = numeric_options(Technology)["temperature"].maximum

    def drawn(temperature: Numeric) -> tuple[Numeric, Numeric]:
        """Growth of the leakage since the ambient temperature, and the power of a die."""
        found = _pass(design, workload, {**values, TEMPERATURE: temperature}).power_of_a_die
        growth = technology.leakage_at_temperature(1.0, temperature, ambient, doubling)
        return growth, float(found[0]) if found.shape == (1,) else found

    before, last = drawn(ambient), drawn(_plain(np.minimum(ambient + doubling, hottest)))
    leakage: Numeric = 0.0
    for _ in range(_TRIALS):
        step = last[0] - before[0]
        told = np.abs(step) > _LEAST_STEP * last[0]
        slope = (last[1] - before[1]) / np.where(told, step, 1.0)
        leakage = _plain(np.where(told, np.maximum(slope, 0.0), leakage))
        constant = last[1] - leakage * last[0]
        trial = power.self_heated_temperature(ambient, resistance, constant, leakage, doubling)
        before, last = last, drawn(_plain(np.minimum(trial, hottest)))
    constant = last[1] - leakage * last[0]
    warm = power.self_heated_temperature(ambient, resistance, constant, leakage, doubling)
    return SelfHeating(
        _plain(np.minimum(warm, hottest)), _plain(constant), leakage,
        power.thermal_load(resistance, constant, leakage, doubling), warm <= hottest,
    )  # fmt: skip


def _plain(value: Numeric) -> Numeric:
    """A single number as one, as the components of a single point expect it."""
    return float(value) if np.ndim(value) == 0 else value


def _list_length(values: Mapping[str, Numeric]) -> int:
    """Points of a list; one for a single point and for an open grid."""
    shapes = {np.shape(value) for value in values.values() if not isinstance(value, float)}
    long = [shape for shape in shapes if max(shape, default=1) > 1]
    return int(long[0][0]) if len(long) == 1 and len(long[0]) == 2 else 1


def with_temperature(values: Mapping[str, Any], evaluation: Evaluation) -> Mapping[str, Any]:
    """Values with the temperature that an evaluation found, made again from them so that its origin is known."""
    heating = evaluation.heating
    if heating is None:
        return values
    ambient, resistance = heat_path(values)
    warm = power.self_heated_temperature(
        ambient, resistance, heating.constant_power, heating.leakage,
        values[f"{PROCESS}.leakage_doubling_temperature"],
    )  # fmt: skip
    return {**values, TEMPERATURE: warm}


def trace_costs(design: Design, values: Mapping[str, Any], evaluation: Evaluation, network: Any) -> CostTable:
    """The cost table once more, from values that remember where they come from."""
    chip = instantiate(design, with_temperature(values, evaluation))
    return cost_components(chip, evaluation.mapped, network)
