"""Design rules: all conditions for a working design, from all stages and families of results."""

from collections.abc import Iterator
from functools import reduce

import numpy as np

from neuroest.blocks.base import Check
from neuroest.blocks.interconnect.dram import Dram
from neuroest.blocks.roles import ChargesClock, CoversWork, ExecutesInstructions, UpdatesNeurons
from neuroest.equations import power
from neuroest.levels.base import MappedLevel
from neuroest.levels.crossbar_roles import is_crossbar
from neuroest.levels.time_multiplexing import ROUNDING
from neuroest.pipeline.accuracy import network_errors
from neuroest.pipeline.energy import Array
from neuroest.pipeline.pacing import FIRING_SLACK
from neuroest.pipeline.stages import Stages
from neuroest.pipeline.training import sample_period

_IDLE = 0.1
"""Share of the peak throughput below which a chip is far from its design point; a convention."""
_QUEUING = 0.5
"""Load of a link above which its queues are no longer short; a convention."""
_BALANCE = 0.01
"""Share of the rise of the die's temperature that may be left unexplained; a convention."""


def check_design(
    s: Stages, power_density: Array, die_area: Array, die_power: Array, refresh: tuple[Array, Array] | None,
    programming_time: Array | None, share_of_peak: Array | None,
) -> tuple[Check, ...]:  # fmt: skip
    """Collect the checks of the stages and those that need results of the families.

    Parameters
    ----------
    s : Stages
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
    """
    return (
        *s.costs.checks, *s.mapped.checks, *s.counts.checks, *_cooling_checks(s, power_density),
        *_die_checks(s, die_area), *_period_checks(s), *_target_checks(s), *_heat_checks(s, die_power),
        *_integration_checks(s), *_memory_checks(s), *_refresh_checks(s, refresh, programming_time),
        *_load_checks(s), *_outside_checks(s), *_power_off_checks(s), *_port_checks(s),
        *_peak_checks(s, share_of_peak), *_shared_memory_checks(s),
        *_learning_checks(s), *_always_on_checks(s), *_instruction_checks(s), *_copy_checks(s),
        *_setup_checks(s), *_rewriting_checks(s), *_synapse_checks(s), *_domain_checks(s), *_zero_checks(s),
    )  # fmt: skip


def _port_checks(s: Stages) -> Iterator[Check]:
    """Whether the memories of time-multiplexed levels keep up with their units."""
    for level in s.levels:
        units = np.sum(s.timing.resources[level.path], axis=-1, keepdims=True)
        for memory in level.mapper.chip.memories() if level.mapped.placement.shared else ():
            own = s.timing.resources[memory.path]
            busy = np.sum(own if len(s.levels) == 1 else own * level.own, axis=-1, keepdims=True)
            moved = memory.options["width"] * memory.options.get("banks", 1.0)
            needed = moved * busy / np.where(units > 0.0, units, 1.0)
            yield Check(
                "port_width", memory.path, "advice", needed <= moved,
                "the units wait for this memory: its ports are narrower than what they read and write at a time; give "
                "it a wider word, more banks or separate ports", needed, moved, "bit",
            )  # fmt: skip


def _shared_memory_checks(s: Stages) -> Iterator[Check]:
    """Whether a memory that serves several computing levels can store the weights of all of them."""
    held: dict[str, list[Array]] = {}
    for level in s.levels:
        memory = level.mapper.memory("weights")
        if memory is not None:
            stored = np.sum(level.mapper.stored_weight_bits(), axis=-1, keepdims=True)
            held.setdefault(memory.path, []).append(np.asarray(stored))
    rooms = {memory.path: memory.options["capacity"] for memory in s.chip.memories()}
    for path, stored in held.items():
        if len(stored) > 1:
            yield Check(
                "weights_fit_together", path, "design_rule", reduce(np.add, stored) <= rooms[path],
                "the weights of all computing levels together do not fit, and reloading them is not counted; give each "
                "level its own memory, or raise the capacity", reduce(np.add, stored), rooms[path], "bit",
            )  # fmt: skip


def _peak_checks(s: Stages, share: Array | None) -> Iterator[Check]:
    """Whether the chip works far below its peak, and where it spends most of its time."""
    if share is None or not all(level.mapped.placement.shared for level in s.levels):
        return  # units with fixed layers must wait for the slowest layer
    shares = s.timing.limiting_shares()
    cause = max(shares, key=lambda path: shares[path])
    part = f"{shares[cause]:.0%}".replace("%", " %")
    yield Check(
        "share_of_peak", s.levels[0].path, "advice", share >= _IDLE,
        f"the units are idle most of the time, limited by {cause} for {part} of it", share, _IDLE,
    )  # fmt: skip


def error_checks(s: Stages, ratio: Array | None) -> Iterator[Check]:
    """Whether the results of crossbars meet the required accuracy.

    Parameters
    ----------
    s : Stages
        Results of the stages.
    ratio : array or None
        Variance of the results over that of their errors in the layer with the largest error. [1]
    """
    if ratio is None:
        return
    for level in s.levels:
        limit = level.mapper.options.get("error_limit")
        if limit is None or not np.any(level.own > 0.0):
            continue
        worst = ratio if len(s.levels) == 1 else _worst_of(level)
        error = 1.0 / np.sqrt(worst)
        yield Check(
            "result_error", level.path, "design_rule", error <= limit,
            "the error of a layer's results exceeds error_limit; for its causes, explain signal_to_error_ratio",
            error, limit,
        )  # fmt: skip


def _worst_of(level: MappedLevel) -> Array:
    """Variance of the results over that of their errors in the layer of a level with the largest error. [1]."""
    errors = network_errors([level])
    return np.full(1, np.inf) if errors is None else errors.worst


def _cooling_checks(s: Stages, density: Array) -> Iterator[Check]:
    """Whether the package can cool the power density; no check if no limit is stated."""
    limit = s.costs.power_density_limit
    if np.all(np.isinf(limit)):
        return
    yield Check(
        "power_density", "chip", "design_rule", density <= limit, "the package cannot cool this power density",
        density,
        limit, "W/m^2",
    )  # fmt: skip


def _period_checks(s: Stages) -> Iterator[Check]:
    """Whether an inference ends before the next one starts."""
    if s.chip.period is None:
        return
    interval = np.asarray(s.timing.initiation_interval)
    yield Check(
        "keeps_up", "operation", "infeasible", interval <= s.chip.period * (1.0 + ROUNDING),
        "an inference takes longer than the stated period", interval, s.chip.period, "s",
    )  # fmt: skip


def _learning_checks(s: Stages) -> Iterator[Check]:
    """Whether learning from a sample ends before the next sample, and whether its data fit."""
    if s.learning is None:
        return
    interval = np.asarray(s.timing.initiation_interval)
    needed, slack = sample_period(s.learning, interval, np.zeros(())), 1.0 + ROUNDING
    used = s.learning.counts.use_period
    yield from s.learning.checks
    if s.chip.period is not None:
        yield Check(
            "learning_keeps_up", "operation", "design_rule", needed <= s.chip.period * slack,
            "a sample takes longer than the stated period while the network learns", needed, s.chip.period, "s",
        )  # fmt: skip
    if np.any(used > 0.0):
        yield Check(
            "use_keeps_up", "workload.learning", "design_rule", (needed <= used * slack) | (used == 0.0),
            "the network should learn faster than the chip can; wear is counted at the pace of the chip",
            needed, used, "s",
        )  # fmt: skip


def _power_off_checks(s: Stages) -> Iterator[Check]:
    """Whether volatile weights are reloaded from outside after power-off."""
    links = any("weights" in link.spec.carries for link in s.chip.links())
    stores = {
        level.mapper.weight_store.path: level.mapper.weight_store
        for level in s.levels
        if level.mapper.weights_are_volatile and level.mapper.weight_store is not None
    }
    for store in stores.values():
        yield Check(
            "weights_come_back", store.path, "design_rule", links,
            "weights are in volatile memory and lost at power-down after each inference, and no off-chip link "
            "reloads them; add an off_chip_link that carries weights, store them in cells that keep them, or use "
            "always_on",
        )  # fmt: skip


def _copy_checks(s: Stages) -> Iterator[Check]:
    """Whether a level that copies data between memories, or searches the order of its loops, has two of a kind."""
    for level in s.levels:
        compute = level.mapper.compute
        stated = (
            ("copies", "copy_width", "copy_width" in compute.options),
            ("tiles", "tiling", getattr(compute.spec, "tiling", "none") != "none"),
        )
        chains = [level.mapper.memories(contents) for contents in ("activations", "weights")]
        for name, key, present in stated:
            if present:
                yield Check(
                    f"{name}_between_memories", level.path, "advice", any(len(chain) > 1 for chain in chains),
                    f"{key} changes nothing, because no two memories store activations, or weights; put one into a "
                    "level around the other",
                )  # fmt: skip


def _rewriting_checks(s: Stages) -> Iterator[Check]:
    """Whether a chip with a stated interval of rewriting has cells that are written by circuits of their own."""
    stated = s.chip.inferences_per_programming is not None
    if not stated or any(level.mapper.writers() for level in s.levels):
        return
    yield Check(
        "cells_to_rewrite", s.chip.top.path, "advice", passed=False,
        message="inferences_per_programming changes nothing, because no weights are written into cells; "
        "leave it out",
    )  # fmt: skip


def _synapse_checks(s: Stages) -> Iterator[Check]:
    """Whether neurons with a stated synaptic operation do any: those next to an array get sums."""
    for _, block in s.chip.find(UpdatesNeurons):
        if getattr(block.spec, "synaptic_operation", "addition") != "addition":
            yield Check(
                "synaptic_operation", block.path, "advice", (block.path, "accumulate") in s.counts.actions,
                "synaptic_operation changes nothing, because an array adds the weights of these neurons; leave it out",
            )  # fmt: skip


def _setup_checks(s: Stages) -> Iterator[Check]:
    """Whether an array next to an executing processor states the time of the program that starts its layers."""
    programs = [block for _, block in s.chip.find(ExecutesInstructions)]
    if not any(np.any(block.options["executing"] > 0.0) for block in programs):
        return
    for level in s.levels:
        if (
            "layer_setup_cycles" in type(level.mapper.compute.spec).model_fields
            and not {"layer_setup", "layer_setup_cycles"} & level.mapper.compute.options.keys()
        ):
            yield Check(
                "layer_setup", level.path, "advice", passed=False,
                message="a processor executes next to this array, and its program takes no time between layers; state "
                "layer_setup_cycles of the array, some thousand cycles for each layer",
            )  # fmt: skip


def _domain_checks(s: Stages) -> Iterator[Check]:
    """Whether a voltage domain contains a level with published energies and times, which no supply changes."""
    for level in s.levels:
        if not level.mapper.built_of_blocks and level.mapper.compute.technology is not s.chip.technology:
            yield Check(
                "supply_of_published_values", level.path, "advice", passed=False,
                message="the supply_voltage of its domain changes nothing here, because energies and times are "
                "published ones, at one supply; leave it out, or state those at this supply",
            )  # fmt: skip


def _zero_checks(s: Stages) -> Iterator[Check]:
    """Whether the network has zero weights on a level that skips them."""
    for level in s.levels:
        if getattr(level.mapper.compute.spec, "zero_skipping", "none") == "inputs_and_weights":
            yield Check(
                "weights_with_zeros", level.path, "advice", bool(np.any(level.mapper.layers.weight_density < 1.0)),
                "zero_skipping finds no zero weight, because the network states no density of its weights; state "
                "weights.density in the workload",
            )  # fmt: skip


def _instruction_checks(s: Stages) -> Iterator[Check]:
    """Whether instruction reads are counted, since the processor that contains the memory does them."""
    for memory in s.chip.memories():
        if "instructions" in memory.spec.stores:
            yield Check(
                "instruction_reads", memory.path, "advice", passed=False,
                message="its reads are not counted; put it into a processor as its instruction_memory",
            )  # fmt: skip


def _always_on_checks(s: Stages) -> Iterator[Check]:
    """Whether a chip with processors has a block that stays on during sleep, as its wake-up circuit must."""
    programs = s.chip.find(ExecutesInstructions)
    if not programs or s.chip.operation.mode != "always_on":
        return
    asleep = [block for _, block in programs if block.spec.sleep != "off"]
    yield Check(
        "always_on_domain", programs[0][1].path, "advice", bool(asleep or s.chip.find(CoversWork)),
        "all processors are off between inferences, and nothing stays on to wake the chip; add a fixed_block with "
        "the power of the always-on domain (clock, regulators, timer), some microwatts",
    )  # fmt: skip


def _target_checks(s: Stages) -> Iterator[Check]:
    """Whether the pace is the one for which layers were replicated."""
    for level in s.levels:
        target = level.mapper.options.get("target_interval")
        if target is None:
            continue
        stage_interval, shared = np.max(s.timing.stage_interval, axis=-1, keepdims=True), s.timing.bottleneck
        slowest = f"the layers that share {shared} in time" if shared else "the slowest layer"
        yield Check(
            "target_interval", level.path, "design_rule", stage_interval <= target * (1.0 + ROUNDING),
            f"copies of the arrays cannot reach the target interval, which {slowest} limits", stage_interval,
            target, "s",
        )  # fmt: skip


def _heat_checks(s: Stages, die_power: Array) -> Iterator[Check]:
    """Whether there is a temperature at which the package removes the power, and whether it was found."""
    heating, path = s.heating, s.chip.heat_path
    if heating is None or path is None:
        return
    ambient, resistance = path
    balance = power.junction_temperature(ambient, die_power, resistance)
    off = np.abs(balance - heating.temperature) / np.maximum(heating.temperature - ambient, 1.0)
    stable = np.asarray(heating.load) <= 1.0
    cool = np.logical_or(heating.cool, ~stable)
    yield Check(
        "thermal_runaway", "technology", "infeasible", stable,
        "thermal runaway: leakage rises faster with temperature than the package removes heat; leakage over the "
        "largest stable one", heating.load, 1.0,
    )  # fmt: skip
    yield Check(
        "die_stays_cool", "technology", "infeasible", cool,
        "the package cannot remove this power at any temperature that a die survives", balance,
        heating.temperature, "K",
    )  # fmt: skip
    yield Check(
        "heat_balance", "technology", "extrapolation",
        np.logical_or(off <= _BALANCE, ~np.logical_and(stable, cool)),
        "the temperature of the die did not converge to within a hundredth of its rise", off,
        _BALANCE,
    )  # fmt: skip


def _die_checks(s: Stages, die: Array) -> Iterator[Check]:
    """Whether a die fits the exposure field, if the overheads block of the chip states its size."""
    for _, block in s.chip.find(ChargesClock):
        yield Check(
            "die_is_exposed_at_once", block.path, "design_rule", die <= block.device.largest_die,
            "the die is larger than the exposure field of the lithography; use several chips (chip.count: auto)", die,
            block.device.largest_die, "m^2",
        )  # fmt: skip


def _load_checks(s: Stages) -> Iterator[Check]:
    """Whether the on-chip network links are at most half loaded; above this, bursts queue for long."""
    for path, loads in s.timing.loads.items():
        load = np.max(loads, axis=-1, keepdims=True)
        yield Check(
            "link_load", path, "design_rule", load <= _QUEUING,
            "the busiest link is loaded by more than half; bursts of packets wait longer than the mean wait in the "
            "latency", load, _QUEUING,
        )  # fmt: skip


def _refresh_checks(
    s: Stages, refresh: tuple[Array, Array] | None, programming_time: Array | None
) -> Iterator[Check]:
    """Whether all weights can be refreshed before the first one has faded."""
    if refresh is None or programming_time is None:
        return
    interval = np.where(np.isnan(refresh[0]), np.inf, refresh[0])
    for level in s.levels:
        if level.mapper.weights_in_cells:
            yield Check(
                "refresh_keeps_up", level.mapper.compute.slots["cell"].path, "design_rule",
                programming_time <= interval, "the weights decay faster than they can be rewritten", programming_time,
                interval, "s",
            )  # fmt: skip


def _outside_checks(s: Stages) -> Iterator[Check]:
    """Whether the weights fit into the off-chip memory that supplies them."""
    stored = [level.mapper.stored_weight_bits() for level in s.levels]
    weights = np.sum(reduce(np.add, stored), axis=-1, keepdims=True)
    for memory in s.chip.links():
        if isinstance(memory, Dram) and "weights" in memory.spec.carries:
            yield Check(
                "weights_fit_outside", memory.path, "design_rule", weights <= memory.capacity(),
                "the weights do not fit the off-chip memory; give it a larger capacity", weights,
                memory.capacity(), "bit",
            )  # fmt: skip


def _integration_checks(s: Stages) -> Iterator[Check]:
    """Whether neurons fire as often as those of the network, in timesteps that the rest of the chip may lengthen."""
    for level in s.levels:
        array, network = level.mapper.compute, level.mapper.network
        if not is_crossbar(array) or array.neuron is None or not np.any(level.own > 0.0):
            continue
        step = s.timing.timestep(level)
        yield from array.neuron.drive_checks(array.hold_time(network), step / network.events)
        if array.reads_events:
            least = array.events_added_up(network, step)
            yield Check(
                "neuron_adds_up_events", array.neuron.path, "design_rule", least >= 1.0 - FIRING_SLACK,
                "the neurons of a layer leak away an event before the next arrives, so they respond to single events "
                "instead of sums; events per spike over those of the network", least, 1.0 - FIRING_SLACK,
            )  # fmt: skip
        worst = array.overstretched(network, step)
        yield Check(
            "neuron_fires_in_time", array.neuron.path, "design_rule", worst <= 1.0 + FIRING_SLACK,
            "the chip makes the timestep so long that the neurons leak more between inputs than the inputs add; "
            "timesteps per spike over those of the network", worst, 1.0 + FIRING_SLACK,
        )  # fmt: skip


def _memory_checks(s: Stages) -> Iterator[Check]:
    """Whether the leak of the neurons matches the time constants of the network, if both are known."""
    for level in s.levels:
        wanted = level.mapper.layers.time_constant_steps
        neuron = getattr(level.mapper.compute, "neuron", None)
        memory = neuron.memory_time() if neuron is not None and np.any(wanted > 0.0) else None
        if neuron is None or memory is None:
            continue
        step = s.timing.timestep(level)
        least = level.mapper.layers.shortest_time_constant_steps
        longest, shortest = np.max(wanted), np.min(least[least > 0.0])
        span = f"{longest:.3g}" if shortest == longest else f"{shortest:.3g} to {longest:.3g}"
        fits = np.logical_and(memory >= longest * step / 2.0, memory <= shortest * step * 2.0)
        yield Check(
            "neuron_time_constant", neuron.path, "design_rule", fits,
            f"the neurons' leak time constant differs from the network's, {span} timesteps, by more than a factor "
            "of two", memory + 0.0 * step, longest * step, "s",
        )  # fmt: skip
