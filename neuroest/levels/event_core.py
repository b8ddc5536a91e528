"""Core of a chip, modelled by its published energies per event."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np

from neuroest.blocks.base import Check
from neuroest.blocks.chip.event_energies import EventEnergiesBlock
from neuroest.blocks.model_error import model_errors
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.equations import mapping, network, pipelining
from neuroest.levels.base import LevelCounts, Placement
from neuroest.levels.cores import CoreLevel, CoreMapper, destinations, producer_of, producers
from neuroest.levels.learning import LearnsByEvents
from neuroest.levels.level_counts import level_counts
from neuroest.levels.populations import any_population, steps_on_grid


class EventCoreLevel(CoreLevel):
    """Core of a chip, modelled by its published energies per event."""

    slots = ("events",)
    mapper: Literal["event_core"]
    """The mapper of this level."""
    events: EventEnergiesBlock
    """The published energies and times."""


class EventCoreMapper(LearnsByEvents, CoreMapper):
    """Cores of a chip known by its published energies per event.

    Model errors
    ------------
    time
        within 20 % of simulations of each spike, which are within 25 % of the chip (docs/calibration.md)
    """

    schema = EventCoreLevel
    runs_elementwise = True
    built_of_blocks = False
    writes_weights_back = False
    prior_error = model_errors(time=1.4)

    def core_neurons(self) -> u.Numeric:
        """Neurons of one core, as published."""
        return self.events.device.neurons_per_core

    def core_weights(self) -> u.Numeric:
        """Synapses that the published memory holds."""
        return self.events.device.synapse_memory / self.events.device.bits_per_synapse

    def place(self) -> Placement:
        """As many cores as neurons or weights fill, and whether their axons and the memory of a synapse are enough.

        Checks
        ------
        synapse_bits
            the weights of the network have more bits than the memory of a synapse; the estimate is that of weights that
            fit it
        """
        placement = super().place()
        events, t = self.events, self.layers
        cores = np.maximum(placement.units, 1.0)
        inputs = (t.input_elements + t.recurrent_reduction) * placement.reached_units / cores
        outputs = t.output_elements / cores * destinations(placement.units, placement.reached_units, t.reads)
        limits = (
            (
                "input_axons",
                inputs,
                "more neurons send to a core than it has input axons; no fan-in is split",
            ),
            ("output_axons", outputs, "the neurons of a core reach more cores than it has output axons"),
        )
        network = self.network if self.network.output_bits is None else self.network.widest
        bits, held = network.weight_bits, events.device.bits_per_synapse
        checks = [self.require("advice", "synapse_bits", bits, "<=", held, "bit", path=events.path)]
        for name, axons, message in limits:
            limit = getattr(events.device, name)
            needed = np.max(t.is_weighted * axons, axis=-1, keepdims=True)
            if np.all(np.asarray(limit) > 0.0):
                checks.append(
                    Check(name, events.path, "design_rule", needed <= limit, message, needed, limit)
                )
        return replace(placement, checks=(*placement.checks, *checks))

    def action_counts(self, placement: Placement) -> LevelCounts:
        """Operations, updates, and spikes once for each core that they go to."""
        events = self.events
        active, inactive = self.updates_by_kind()
        spikes = self.spikes(placement)
        return LevelCounts(
            {
                (events.path, "synaptic_operation"): self.operations(),
                (events.path, "active_update"): active,
                (events.path, "inactive_update"): inactive,
                (events.path, "spike"): spikes,
                (events.path, "hop"): spikes * self.hops(placement)[0],
            }
        )

    def updates_by_kind(self) -> tuple[Array, Array]:
        """Updates of active and of inactive neurons in one inference."""
        active = self.events.options.get("active_fraction", self.layers.output_rate)
        updates = self.updates()
        return np.asarray(updates * active), np.asarray(updates * (1.0 - active))

    def spikes(self, placement: Placement) -> Array:
        """Spikes on the way into each layer in one inference, one for each core that a spike goes to."""
        sent = self.steps * self.layers.is_weighted * self.inputs_active()
        return np.asarray(sent * placement.reached_units)

    def hops(self, placement: Placement) -> tuple[Array, Array, Array]:
        """Mean hops of a spike, those of the farthest, and links side by side; none within a tile."""
        events = self.events
        per_tile = events.device.cores_per_tile
        before, here = self.units_before(placement), placement.units
        inside = before + here <= per_tile
        tiles = mapping.units_for(before, per_tile), mapping.units_for(here, per_tile)
        chips, cores = self.chips(placement)
        several: u.Numeric = 1.0
        if np.any(chips > 1.0):
            # every chip has a mesh of its own, and what comes from another one enters at its border
            most = np.maximum(mapping.units_for(cores, per_tile), 1.0)
            several = np.maximum(np.ceil(here / cores), 1.0)
            tiles = np.minimum(tiles[0], most), np.minimum(tiles[1], most)
        links = np.maximum(network.boundary_links(*tiles) * several, self.senders(placement) / before)
        if "hops" in events.options:
            hops = events.options["hops"] + 0.0 * here
            return hops, hops, links
        mean, farthest = network.feed_forward_hops(*tiles), network.farthest_hops(*tiles)
        if any_population(self.layers):
            mean = np.where(
                self.layers.population > 0.0, steps_on_grid(self.layers, tiles[1], tiles[1]), mean
            )
        return np.where(inside, 0.0, mean), np.where(inside, 0.0, farthest), links

    def units_before(self, placement: Placement) -> Array:
        """Cores of the layer that each layer reads first, at least one, which it may share."""
        return np.maximum(producers(placement.units, self.layers.reads), 1.0)

    def senders(self, placement: Placement) -> Array:
        """Places that send to each layer: cores of the layer before, and one of each chip for the network's input."""
        chips, _ = self.chips(placement)
        outside = np.array(producer_of(placement.units, self.layers.reads)) < 0
        return np.where(outside, chips, self.units_before(placement))

    def chips(self, placement: Placement) -> tuple[Array, Array]:
        """Chips of the system, and cores of one."""
        counts, *_ = level_counts(self.chip, self.level, placement.needed, self.unit_name)
        chips = np.asarray(counts[self.chip.top.path])
        return chips, np.asarray(counts[self.level.path] / chips)

    def silent_time(self, placement: Placement) -> Array:
        """Time of a step in which no spike comes: updates of a core, one after the other, and the barrier."""
        events = self.events
        cores = np.maximum(placement.units, 1.0) * self.steps
        (active, inactive), (slow, fast) = self.updates_by_kind(), events.times_of_updates()
        busy = (active * slow + inactive * fast) / cores
        return np.asarray(self.layers.is_weighted * (busy + events.device.synchronisation_time))

    def peak_rate(self) -> u.Numeric | None:
        """Synaptic operations one after the other, where their time is published."""
        time = self.events.device.synaptic_operation_time
        return 2.0 / time if np.all(np.asarray(time) > 0.0) else None

    def unit_time(self, placement: Placement) -> Array:
        """Mean time of a step of each layer: of its cores, of those that send to it, and of the links between."""
        events = self.events
        d, cores = events.device, np.maximum(placement.units, 1.0)
        spikes = self.spikes(placement) / self.steps
        hops, farthest, links = self.hops(placement)
        operations = self.operations() / self.steps * d.synaptic_operation_time
        time = pipelining.barrier_step_time(
            self.silent_time(placement), (operations + spikes * d.spike_time) / cores,
            spikes * d.spike_time / self.senders(placement),
            np.where(hops > 0.0, spikes, 0.0) * events.link_time() / links, farthest * d.hop_time, 0.0,
        )  # fmt: skip
        return np.asarray(self.layers.is_weighted * time)

    def slot_instances(self, placement: Placement, units: u.Numeric) -> Mapping[str, u.Numeric]:
        """All cores, and those with neurons of the network."""
        used = np.minimum(placement.needed, units)
        return {**super().slot_instances(placement, units), self.events.used: used}

    def left_out_of_units(self) -> list[str]:
        """Layers that the published events do not name."""
        if not np.any(self.layers.window_elements > 0.0):
            return []
        return ["pooling and addition of spikes, which the published event energies do not name"]
