"""Core of a chip that is known by its published energies per event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np

from neuroest.blocks.chip.event_energies import EventEnergiesBlock
from neuroest.blocks.model_error import ModelError, ModelErrors, model_errors
from neuroest.core import units as u
from neuroest.equations import network
from neuroest.levels.base import Array, LevelCounts, Placement
from neuroest.levels.cores import CoreMapper, producers
from neuroest.specs.architecture import Level


class EventCoreLevel(Level):
    """Core of a chip that is known by its published energies per event."""

    slots: ClassVar[tuple[str, ...]] = ("events",)
    mapper: Literal["event_core"]
    """The mapper of this level."""
    events: EventEnergiesBlock
    """The published energies and times."""


class EventCoreMapper(CoreMapper):
    """Cores of a chip known by its published energies per event."""

    schema: ClassVar[type[Level]] = EventCoreLevel
    runs_elementwise: ClassVar[bool] = True
    built_of_blocks: ClassVar[bool] = False
    writes_weights_back: ClassVar[bool] = False
    prior_error: ClassVar[ModelErrors] = model_errors(
        time=ModelError(1.5, "contention and imbalance between cores are not modelled"),
    )

    def core_neurons(self) -> u.Numeric:
        """Neurons of one core, as published."""
        found: u.Numeric = self.compute.slots["events"].device.neurons_per_core
        return found

    def core_weights(self) -> u.Numeric:
        """Synapses that the published memory holds."""
        device = self.compute.slots["events"].device
        found: u.Numeric = device.synapse_memory / device.bits_per_synapse
        return found

    def action_counts(self, placement: Placement) -> LevelCounts:
        """Operations, updates, spikes and hops."""
        events, t = self.compute.slots["events"], self.layers
        active = events.options.get("active_fraction", t.output_rate)
        updates = self.updates()
        sent = self.steps * t.is_weighted * self.inputs_active()
        hops = events.options.get(
            "hops", network.feed_forward_hops(self.units_before(placement), placement.units)
        )
        return LevelCounts(
            actions={
                (events.path, "synaptic_operation"): self.operations(),
                (events.path, "active_update"): updates * active,
                (events.path, "inactive_update"): updates * (1.0 - active),
                (events.path, "spike"): sent,
                (events.path, "hop"): sent * placement.reached_units * hops,
            },
            traffic=[],
            element_operations={},
            additions=self.zeros(),
            neuron_updates=self.zeros(),
        )

    def units_before(self, placement: Placement) -> Array:
        """Cores of the layer that each layer reads first."""
        return producers(placement.units, self.layers.reads)

    def unit_time(self, placement: Placement) -> Array:
        """Updates and operations of a core, one after the other, and the barrier."""
        d, t = self.compute.slots["events"].device, self.layers
        cores = np.maximum(placement.units, 1.0) * self.steps
        busy = (self.operations() * d.synaptic_operation_time + self.updates() * d.update_time) / cores
        return np.asarray(t.is_weighted * (busy + d.synchronisation_time))

    def slot_instances(self, placement: Placement, units: u.Numeric) -> Mapping[str, u.Numeric]:
        """All cores, and those with neurons of the network."""
        events: Any = self.compute.slots["events"]
        used = np.minimum(np.sum(placement.units, axis=-1, keepdims=True), units)
        return {**super().slot_instances(placement, units), events.used: used}

    def left_out_of_units(self) -> list[str]:
        """Layers that the published events do not name."""
        if not np.any(self.layers.window_elements > 0.0):
            return []
        return ["pooling and addition of spikes, which the published event energies do not name"]
