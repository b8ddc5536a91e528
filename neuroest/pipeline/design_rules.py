"""Design rules: all conditions for a working design, from all stages and families of results."""

import re
from collections.abc import Iterator
from functools import reduce

import numpy as np

from neuroest.blocks.base import Check, StatesChecks
from neuroest.blocks.roles import ChargesClock, CoversWork, ExecutesInstructions, SensesInput, UpdatesNeurons
from neuroest.core.arrays import Array
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.recording import UNREAD, recording_of
from neuroest.equations import power
from neuroest.levels.crossbar_roles import is_crossbar
from neuroest.levels.time_multiplexing import ROUNDING
from neuroest.pipeline.accuracy import NetworkAccuracy, network_errors
from neuroest.pipeline.learning import sample_period
from neuroest.pipeline.pacing import FIRING_SLACK
from neuroest.pipeline.power import inference_period, sleeps_in_steps
from neuroest.pipeline.stages import Stages

CARRIES = "link_carries_traffic"
"""Name of the check of a link's rate."""
_IDLE = 0.1
"""Share of the peak throughput below which a chip is far from its design point; a convention."""
_LOST_ACCURACY = 0.03
"""Share of right answers that a chip may lose against ideal neurons; a convention."""
_QUEUING = 0.5
"""Load of a link above which its queues are no longer short; a convention."""
_WARMER = 5.0
"""Difference of temperature between tiers, in kelvin, up to which their leakage is about the same; a convention."""
_RULE = re.compile("_[a-z_]+_checks")
"""Name of a method that makes design rules; `DesignRules.checks` finds each by its name, so none can be forgotten."""
_BALANCE = 0.01
"""Share of the rise of the die's temperature that may be left unexplained; a convention."""


@frozen_dataclass(eq=False)
class DesignRules(StatesChecks):
    """Conditions that need results of several stages, and those of the stages themselves.

    Attributes
    ----------
    stages : Stages
        Results of the stages, with their own checks.
    power_density : array
        Mean power over the area of the chip. [W/m^2]
    die_area, die_power : array
        Of one die. [m^2], [W]
    refresh : tuple of array or None
        Interval and power of refresh. [s], [W]
    programming_time : array or None
        Time of writing all weights once. [s]
    share_of_peak : array or None
        Operations per second relative to units that are never idle. [1]
    tier_temperature_rise : array or None
        Temperature of the highest tier above the lowest. [K]
    """

    stages: Stages
    power_density: Array
    die_area: Array
    die_power: Array
    refresh: tuple[Array, Array] | None
    programming_time: Array | None
    share_of_peak: Array | None
    tier_temperature_rise: Array | None
    path: str = "chip"

    def checks(self) -> tuple[Check, ...]:
        """Checks of the stages, and those of every method of this class called ``_*_checks``, in their order here."""
        stages = self.stages
        rules = (rule for name, rule in vars(DesignRules).items() if _RULE.fullmatch(name))
        return (
            *stages.costs.checks,
            *stages.mapped.checks,
            *stages.counts.checks,
            *(check for rule in rules for check in rule(self)),
        )

    def _cooling_checks(self) -> Iterator[Check]:
        """Whether the package can cool the power density; no check if no limit is stated.

        Checks
        ------
        power_density
            the package cannot cool this power density; currents of cells are probably smaller than stated: look for
            conductances, weights.mean_absolute, density and bit_density of the inputs, and read_voltage
        """
        limit = self.stages.costs.around.power_density_limit
        if np.all(np.isinf(limit)):
            return
        yield self.require("design_rule", "power_density", self.power_density, "<=", limit, "W/m^2")

    def _die_checks(self) -> Iterator[Check]:
        """Whether a die fits the exposure field, if the overheads block of the chip states its size.

        Checks
        ------
        die_is_exposed_at_once
            the die is larger than the exposure field of the lithography; use several chips (chip.count: auto)
        """
        for _, block in self.stages.chip.find(ChargesClock):
            largest = block.device.largest_die
            yield self.require(
                "design_rule", "die_is_exposed_at_once", self.die_area, "<=", largest, "m^2", path=block.path
            )

    def _period_checks(self) -> Iterator[Check]:
        """Whether an inference ends before the next one starts.

        Checks
        ------
        keeps_up
            an inference takes longer than the stated period
        """
        interval, period = np.asarray(self.stages.timing.initiation_interval), self.stages.chip.period
        if period is not None:
            in_time = interval <= period * (1.0 + ROUNDING)
            yield self.check("infeasible", "keeps_up", in_time, interval, period, "s", path="operation")

    def _link_checks(self) -> Iterator[Check]:
        """Whether each link between chips carries the traffic of an inference in the stated period.

        Checks
        ------
        link_carries_traffic
            the traffic of an inference takes this link longer than the stated period
        """
        timing, period = self.stages.timing, self.stages.chip.period
        if period is None:
            return
        steps = self.stages.levels[0].mapper.steps if timing.by_steps else 1.0
        for link in self.stages.chip.links():
            if link.path in timing.resources and "distance" in link.options:
                taken = steps * np.max(timing.resources[link.path], axis=-1, keepdims=True)
                yield self.require(
                    "infeasible",
                    "link_carries_traffic",
                    taken,
                    "<=",
                    period * (1.0 + ROUNDING),
                    "s",
                    path=link.path,
                )

    def _front_end_checks(self) -> Iterator[Check]:
        """Whether the sensors of a front end deliver what the chip takes, in the time that it takes.

        Checks
        ------
        sensor_in_real_time
            the chip takes inferences faster than the data arise that a sensor delivers; operate it at the pace of
            the data (`operation: {mode: always_on}` with their period)
        sensor_event_rate
            the events of an inference are more than the sensors deliver in this period
        """
        for _, sensor in self.stages.chip.find(SensesInput):
            period = inference_period(self.stages.chip, self.stages.timing)
            if self.stages.data_period is not None:
                arise = self.stages.data_period * (1.0 - ROUNDING)
                yield self.require(
                    "design_rule", "sensor_in_real_time", period, ">=", arise, "s", path=sensor.path
                )
            events = self.stages.counts.totals[sensor.path, "event"] / period
            most = sensor.sensors(self.stages.levels[0].mapper.network) * sensor.device.event_rate
            yield self.require(
                "design_rule", "sensor_event_rate", events, "<=", most, "1/s", path=sensor.path
            )

    def _target_checks(self) -> Iterator[Check]:
        """Whether the pace is the one for which layers were replicated."""
        for level in self.stages.levels:
            target = level.mapper.options.get("target_interval")
            if target is None:
                continue
            timing = self.stages.timing
            stage_interval, shared = np.max(timing.stage_interval, axis=-1, keepdims=True), timing.bottleneck
            slowest = f"the layers that share {shared} in time" if shared else "the slowest layer"
            yield Check(
                "target_interval", level.path, "design_rule", stage_interval <= target * (1.0 + ROUNDING),
                f"copies of the arrays cannot reach the target interval, which {slowest} limits", stage_interval,
                target, "s",
            )  # fmt: skip

    def _heat_checks(self) -> Iterator[Check]:
        """Whether there is a temperature at which the package removes the power, and whether it was found.

        Checks
        ------
        thermal_runaway
            thermal runaway: leakage rises faster with temperature than the package removes heat; leakage over the
            largest stable one
        die_stays_cool
            the package cannot remove this power at any temperature that a die survives
        heat_balance
            the temperature of the die did not converge to within a hundredth of its rise
        """
        heating, path = self.stages.heating, self.stages.chip.heat_path
        if heating is None or path is None:
            return
        ambient, resistance = path[0], path[1] + heating.of_tiers
        balance = power.junction_temperature(ambient, self.die_power, resistance)
        off = np.abs(balance - heating.temperature) / np.maximum(heating.temperature - ambient, 1.0)
        stable = np.asarray(heating.load) <= 1.0
        cool = np.logical_or(heating.cool, ~stable)
        yield self.check("infeasible", "thermal_runaway", stable, heating.load, 1.0, path="technology")
        yield self.check(
            "infeasible", "die_stays_cool", cool, balance, heating.temperature, "K", path="technology"
        )
        found = np.logical_or(off <= _BALANCE, ~np.logical_and(stable, cool))
        yield self.check("extrapolation", "heat_balance", found, off, _BALANCE, path="technology")

    def _tier_checks(self) -> Iterator[Check]:
        """Whether one temperature does for all tiers of a chip whose file states it.

        Checks
        ------
        tiers_at_one_temperature
            the highest tier may be this much warmer than the stated temperature, at which its leakage is computed;
            state ambient_temperature and a package instead
        """
        rise = self.tier_temperature_rise
        if rise is not None and self.stages.heating is None:
            path = self.stages.costs.tiers[-1].path
            yield self.require(
                "extrapolation", "tiers_at_one_temperature", rise, "<=", _WARMER, "K", path=path
            )

    def _integration_checks(self) -> Iterator[Check]:
        """Whether neurons fire as often as those of the network, in timesteps that the rest of the chip may lengthen.

        Checks
        ------
        neuron_fires_in_time
            the chip makes the timestep so long that the neurons leak more between inputs than the inputs add;
            timesteps per spike over those of the network
        neuron_adds_up_events
            the neurons of a layer leak away an event before the next arrives, so they respond to single events
            instead of sums; events per spike over those of the network
        """
        for level in self.stages.levels:
            array, network = level.mapper.compute, level.mapper.network
            if not is_crossbar(array) or array.neuron is None or not np.any(level.own > 0.0):
                continue
            step, place = self.stages.timing.timestep(level), array.neuron.path
            drive = array.drive(network)
            yield from array.neuron.drive_checks(drive.hold_time, step / network.events)
            if array.reads_events:
                least = drive.events_added_up(step)
                yield self.require(
                    "design_rule", "neuron_adds_up_events", least, ">=", 1.0 - FIRING_SLACK, path=place
                )
            worst = drive.overstretched(step)
            yield self.require(
                "design_rule", "neuron_fires_in_time", worst, "<=", 1.0 + FIRING_SLACK, path=place
            )

    def _memory_checks(self) -> Iterator[Check]:
        """Whether the leak of the neurons matches the time constants of the network, if both are known."""
        for level in self.stages.levels:
            wanted = level.mapper.layers.time_constant_steps
            neuron = getattr(level.mapper.compute, "neuron", None)
            memory = neuron.memory_time() if neuron is not None and np.any(wanted > 0.0) else None
            if neuron is None or memory is None:
                continue
            if (
                self.stages.chip.data_period is not None
            ):  # what is left when a timestep of the data has passed
                memory = neuron.state_memory()
            step = self.stages.timing.timestep(level)
            least = level.mapper.layers.shortest_time_constant_steps
            longest, shortest = np.max(wanted), np.min(least[least > 0.0])
            span = f"{longest:.3g}" if shortest == longest else f"{shortest:.3g} to {longest:.3g}"
            forgets = np.logical_or(neuron.leak_can_be_set, memory <= shortest * step * 2.0)
            fits = np.logical_and(memory >= longest * step / 2.0, forgets)
            yield Check(
                "neuron_time_constant", neuron.path, "design_rule", fits,
                f"the neurons' leak time constant differs from the network's, {span} timesteps, by more than a factor "
                "of two", memory + 0.0 * step, longest * step, "s",
            )  # fmt: skip

    def _streaming_checks(self) -> Iterator[Check]:
        """Whether the neurons of a chip that streams hold their state from one timestep of the data to the next.

        Checks
        ------
        state_survives_timestep
            the state of the neurons fades before the data of the next timestep arrive, so that they cannot add up
            timesteps; give the membrane a larger capacitor or a switch that leaks less, use a device that holds longer,
            or let the chip burst (operation.mode: always_on with a buffer of the inputs)
        """
        if self.stages.chip.data_period is None:
            return
        for level in self.stages.levels:
            neuron = getattr(level.mapper.compute, "neuron", None)
            if is_crossbar(level.mapper.compute) and neuron is not None and np.any(level.own > 0.0):
                step, kept = self.stages.timing.timestep(level), neuron.state_memory()
                yield self.require(
                    "design_rule",
                    "state_survives_timestep",
                    kept + 0.0 * step,
                    ">=",
                    step,
                    "s",
                    path=neuron.path,
                )

    def _refresh_checks(self) -> Iterator[Check]:
        """Whether all weights can be refreshed before the first one has faded.

        Checks
        ------
        refresh_keeps_up
            the weights decay faster than they can be rewritten
        """
        time = self.programming_time
        if self.refresh is None or time is None:
            return
        interval = np.where(np.isnan(self.refresh[0]), np.inf, self.refresh[0])
        for level in self.stages.levels:
            if level.mapper.weights_in_cells:
                cell = level.mapper.compute.slots["cell"].path
                yield self.require("design_rule", "refresh_keeps_up", time, "<=", interval, "s", path=cell)

    def _load_checks(self) -> Iterator[Check]:
        """Whether the on-chip network links are at most half loaded; above this, bursts queue for long.

        Checks
        ------
        link_load
            the busiest link is loaded by more than half; bursts of packets wait longer than the mean wait in the
            latency
        """
        for path, loads in self.stages.timing.loads.items():
            load = np.max(loads, axis=-1, keepdims=True)
            yield self.require("design_rule", "link_load", load, "<=", _QUEUING, path=path)

    def _outside_checks(self) -> Iterator[Check]:
        """Whether the weights fit into the off-chip memory that supplies them.

        Checks
        ------
        weights_fit_outside
            the weights do not fit the off-chip memory; give it a larger capacity
        """
        stored = [level.mapper.stored_weight_bits() for level in self.stages.levels]
        weights = np.sum(reduce(np.add, stored), axis=-1, keepdims=True)
        carried = [
            link for link in self.stages.chip.links() if "weights" in getattr(link.spec, "carries", ())
        ]
        for link in carried:
            room, place = link.capacity(), link.path
            if np.all(np.isfinite(room)):
                yield self.require(
                    "design_rule", "weights_fit_outside", weights, "<=", room, "bit", path=place
                )

    def _power_off_checks(self) -> Iterator[Check]:
        """Whether volatile weights are reloaded from outside after power-off.

        Checks
        ------
        weights_come_back
            weights are in volatile memory and lost at power-down after each inference, and no off-chip link reloads
            them; add an off_chip_link that carries weights, store them in cells that keep them, or use always_on
        """
        links = any("weights" in link.spec.carries for link in self.stages.chip.links())
        stores = {
            level.mapper.weight_store.path: level.mapper.weight_store
            for level in self.stages.levels
            if level.mapper.weights_are_volatile and level.mapper.weight_store is not None
        }
        for store in stores.values():
            yield self.check("design_rule", "weights_come_back", passed=links, path=store.path)

    def _port_checks(self) -> Iterator[Check]:
        """Whether the memories of time-multiplexed levels keep up with their units.

        Checks
        ------
        port_width
            the units wait for this memory: its ports are narrower than what they read and write at a time; give it
            a wider word, more banks or separate ports
        """
        for level in self.stages.levels:
            units = np.sum(self.stages.timing.resources[level.path], axis=-1, keepdims=True)
            for memory in level.mapper.chip.memories() if level.mapped.placement.shared else ():
                own = self.stages.timing.resources[memory.path]
                busy = np.sum(
                    own if len(self.stages.levels) == 1 else own * level.own, axis=-1, keepdims=True
                )
                moved = memory.options["width"] * memory.options.get("banks", 1.0)
                needed = moved * busy / np.where(units > 0.0, units, 1.0)
                yield self.require("advice", "port_width", needed, "<=", moved, "bit", path=memory.path)

    def _peak_checks(self) -> Iterator[Check]:
        """Whether the chip works far below its peak, and where it spends most of its time."""
        share = self.share_of_peak
        if share is None or not all(level.mapped.placement.shared for level in self.stages.levels):
            return  # units with fixed layers must wait for the slowest layer
        text = UNREAD
        if not recording_of(share):
            shares = self.stages.timing.idle_shares(self.stages.levels)
            filling = "the filling of the units, or layers smaller than they are"
            shares[filling] = 1.0 - min(sum(shares.values()), 1.0)
            cause = max(shares, key=lambda each: shares[each])
            part = f"{shares[cause]:.0%}".replace("%", " %")
            text = f"the units are idle most of the time; the main cause is {cause}, for {part} of the time"
        yield Check("share_of_peak", self.stages.levels[0].path, "advice", share >= _IDLE, text, share, _IDLE)

    def _shared_memory_checks(self) -> Iterator[Check]:
        """Whether a memory that serves several computing levels can store the weights of all of them.

        Checks
        ------
        weights_fit_together
            the weights of all computing levels together do not fit, and reloading them is not counted; give each
            level its own memory, or raise the capacity
        """
        held: dict[str, list[Array]] = {}
        for level in self.stages.levels:
            memory = level.mapper.memory("weights")
            if memory is not None:
                stored = np.sum(level.mapper.stored_weight_bits(), axis=-1, keepdims=True)
                held.setdefault(memory.path, []).append(np.asarray(stored))
        rooms = {memory.path: memory.options["capacity"] for memory in self.stages.chip.memories()}
        for path, stored in held.items():
            if len(stored) > 1:
                bits = reduce(np.add, stored)
                yield self.require(
                    "design_rule", "weights_fit_together", bits, "<=", rooms[path], "bit", path=path
                )

    def _learning_checks(self) -> Iterator[Check]:
        """Whether learning from a sample ends before the next sample, and whether its data fit.

        Checks
        ------
        learning_keeps_up
            a sample takes longer than the stated period while the network learns
        use_keeps_up
            the stated use needs faster learning than the chip can provide; wear is counted at the pace of the chip
        """
        learning, period = self.stages.learning, self.stages.chip.period
        if learning is None:
            return
        interval = np.asarray(self.stages.timing.initiation_interval)
        needed, slack = sample_period(learning, interval, np.zeros(())), 1.0 + ROUNDING
        used = learning.counts.use_period
        yield from learning.checks
        if period is not None:
            in_time, place = needed <= period * slack, "operation"
            yield self.check("design_rule", "learning_keeps_up", in_time, needed, period, "s", path=place)
        if np.any(used > 0.0):
            in_time, place = (needed <= used * slack) | (used == 0.0), "workload.learning"
            yield self.check("design_rule", "use_keeps_up", in_time, needed, used, "s", path=place)

    def _always_on_checks(self) -> Iterator[Check]:
        """Whether a chip with processors has a block that stays on during sleep, as its wake-up circuit must.

        Checks
        ------
        always_on_domain
            all processors are off between inferences, and nothing stays on to wake the chip; add a fixed_block with
            the power of the always-on domain (clock, regulators, timer), some microwatts
        """
        programs = self.stages.chip.find(ExecutesInstructions)
        if not programs or self.stages.chip.operation.mode != "always_on":
            return
        asleep = [block for _, block in programs if block.spec.sleep != "off"]
        awake = bool(asleep or self.stages.chip.find(CoversWork))
        yield self.check("advice", "always_on_domain", passed=awake, path=programs[0][1].path)

    def _instruction_checks(self) -> Iterator[Check]:
        """Whether instruction reads are counted, since the processor that contains the memory does them.

        Checks
        ------
        instruction_reads
            its reads are not counted; put it into a processor as its instruction_memory
        """
        for memory in self.stages.chip.memories():
            if "instructions" in memory.spec.stores:
                yield self.check("advice", "instruction_reads", passed=False, path=memory.path)

    def _copy_checks(self) -> Iterator[Check]:
        """Whether a level that copies data between memories, or searches the order of its loops, has two of a kind.

        Checks
        ------
        copies_between_memories
            copy_width changes nothing, because no two memories store activations, or weights; put one into a level
            around the other
        tiles_between_memories
            tiling changes nothing, because no two memories store activations, or weights; put one into a level
            around the other
        """
        for level in self.stages.levels:
            compute = level.mapper.compute
            chains = [level.mapper.memories(contents) for contents in ("activations", "weights")]
            several = any(len(chain) > 1 for chain in chains)
            if "copy_width" in compute.options:
                yield self.check("advice", "copies_between_memories", passed=several, path=level.path)
            if getattr(compute.spec, "tiling", "none") != "none":
                yield self.check("advice", "tiles_between_memories", passed=several, path=level.path)

    def _setup_checks(self) -> Iterator[Check]:
        """Whether an array next to an executing processor states the time of the program that starts its layers.

        Checks
        ------
        layer_setup
            a processor executes next to this array, and its program takes no time between layers; state
            layer_setup_cycles of the array, some thousand cycles for each layer
        """
        programs = [block for _, block in self.stages.chip.find(ExecutesInstructions)]
        if not any(np.any(block.options["executing"] > 0.0) for block in programs):
            return
        for level in self.stages.levels:
            if (
                "layer_setup_cycles" in type(level.mapper.compute.spec).model_fields
                and not {"layer_setup", "layer_setup_cycles"} & level.mapper.compute.options.keys()
            ):
                yield self.check("advice", "layer_setup", passed=False, path=level.path)

    def _rewriting_checks(self) -> Iterator[Check]:
        """Whether a chip with a stated interval of rewriting has cells that are written by circuits of their own.

        Checks
        ------
        cells_to_rewrite
            inferences_per_programming changes nothing, because no weights are written into cells; leave it out
        """
        stated = self.stages.chip.inferences_per_programming is not None
        if not stated or any(level.mapper.writers() for level in self.stages.levels):
            return
        yield self.check("advice", "cells_to_rewrite", passed=False, path=self.stages.chip.top.path)

    def _synapse_checks(self) -> Iterator[Check]:
        """Whether neurons with a stated synaptic operation do any: those next to an array get sums.

        Checks
        ------
        synaptic_operation
            synaptic_operation changes nothing, because an array adds the weights of these neurons; leave it out
        """
        for _, block in self.stages.chip.find(UpdatesNeurons):
            if getattr(block.spec, "synaptic_operation", "addition") != "addition":
                done = (block.path, "accumulate") in self.stages.counts.actions
                yield self.check("advice", "synaptic_operation", passed=done, path=block.path)

    def _domain_checks(self) -> Iterator[Check]:
        """Whether a voltage domain contains a level with published energies and times, which no supply changes.

        Checks
        ------
        supply_of_published_values
            the supply_voltage of its domain changes nothing here, because energies and times are published ones, at
            one supply; leave it out, or state those at this supply
        """
        for level in self.stages.levels:
            if (
                not level.mapper.built_of_blocks
                and level.mapper.compute.technology is not self.stages.chip.technology
            ):
                yield self.check("advice", "supply_of_published_values", passed=False, path=level.path)

    def _zero_checks(self) -> Iterator[Check]:
        """Whether the network has zero weights on a level that skips them.

        Checks
        ------
        weights_with_zeros
            zero_skipping finds no zero weight, because the network states no density of its weights; state
            weights.density in the workload
        """
        for level in self.stages.levels:
            if getattr(level.mapper.compute.spec, "zero_skipping", "none") == "inputs_and_weights":
                some = bool(np.any(level.mapper.layers.weight_density < 1.0))
                yield self.check("advice", "weights_with_zeros", passed=some, path=level.path)

    def _technology_checks(self) -> Iterator[Check]:
        """Whether thresholds, corner and sleep options reach any circuit whose cost follows from the process.

        Checks
        ------
        thresholds_of_published_values
            the shares of low and standard thresholds change nothing, because powers and times of this chip are
            published ones; leave them out
        corner_of_published_values
            corner changes nothing, because energies, powers and times of this chip are published ones; leave it out
        threshold_options
            threshold_options changes nothing without low_threshold_share or standard_threshold_share
        sleep_options
            sleep_options changes nothing, because no block of this chip sleeps; set `sleep` of a block
        """
        chip, levels = self.stages.chip, self.stages.levels
        stated, shares = chip.technology_keys, {"low_threshold_share", "standard_threshold_share"}
        computed = any(level.mapper.built_of_blocks for level in levels)
        computed = computed or any(block.scales_with_process for block in chip.components())
        acting = {
            "thresholds_of_published_values": (bool(stated & shares), computed),
            "corner_of_published_values": (chip.technology.corner is not None, computed),
            "threshold_options": ("threshold_options" in stated, bool(stated & shares)),
            "sleep_options": ("sleep_options" in stated, chip.technology.sleep is not None),
        }
        for name, (asked, acts) in acting.items():
            if asked and not acts:
                yield self.check("advice", name, passed=False, path="technology")

    def _sleep_checks(self) -> Iterator[Check]:
        """Whether any of the blocks that sleep has a time in which it can; the first of them stands for all.

        A chip whose blocks sleep between timesteps may state the sleep of others for when it runs at a slower pace.

        Checks
        ------
        time_to_sleep
            its sleep changes nothing, because no time passes between two inferences; state operation.mode always_on
            with a period, or compare chips at an equal pace
        """
        stages = self.stages
        in_steps = sleeps_in_steps(stages.levels, stages.timing)
        sleeping = [
            cost
            for cost in stages.costs.statics
            if cost.asleep_share is not None and cost.component != stages.costs.overheads
        ]
        acts = stages.chip.operation.mode in {"always_on", "streaming"} or (
            in_steps and any(cost.each_timestep for cost in sleeping)
        )
        if sleeping and not acts:
            yield self.check("advice", "time_to_sleep", passed=False, path=sleeping[0].component)

    def error_checks(self, ratio: Array | None) -> Iterator[Check]:
        """Whether the results of crossbars meet the required accuracy.

        Checks
        ------
        result_error
            the error of a layer's results exceeds error_limit; for its causes, explain signal_to_error_ratio
        """
        if ratio is None:
            return
        for level in self.stages.levels:
            limit = level.mapper.options.get("error_limit")
            if limit is None or not np.any(level.own > 0.0):
                continue
            worst = ratio
            if len(self.stages.levels) > 1:
                errors = network_errors([level])
                worst = np.full(1, np.inf) if errors is None else errors.worst
            error = 1.0 / np.sqrt(worst)
            yield self.require("design_rule", "result_error", error, "<=", limit, path=level.path)

    def accuracy_checks(self, found: NetworkAccuracy | None) -> Iterator[Check]:
        """Whether the network keeps its accuracy; no check for a network without a measured curve."""
        if found is None:
            return
        least = found.exact - _LOST_ACCURACY
        yield Check(
            "network_accuracy", self.stages.levels[0].path, "design_rule", found.value >= least,
            f"the network loses more than 3 points of its accuracy, most of it to {found.largest_cause}",
            found.value, least,
        )  # fmt: skip
