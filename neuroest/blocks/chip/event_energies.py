"""Core with published energies per event."""

from typing import Literal

import numpy as np

from neuroest.blocks.base import AreaCost, Check, Component, EnergyCost, NetworkContext, StaticCost
from neuroest.blocks.model_error import ModelError, model_errors
from neuroest.core import units as u
from neuroest.specs.base import PositiveFractionOrAuto, PositiveNumberOrAuto
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import CHOSEN, EXACT, Record, non_negative, positive, quantity


class EventEnergiesParameters(Record):
    """A neuromorphic core, modelled by the energies and times of its events."""

    synaptic_operation_energy: u.Joule = non_negative()
    """Energy of one synaptic operation; zero if the power of a busy core includes it."""
    active_update_energy: u.Joule = non_negative()
    """Energy of updating an active neuron."""
    inactive_update_energy: u.Joule = non_negative()
    """Energy of updating an inactive neuron."""
    spike_energy: u.Joule = non_negative()
    """Energy of a spike inside its tile."""
    hop_energy: u.Joule = non_negative()
    """Energy of a spike per hop between tiles."""
    synaptic_update_energy: u.Joule = non_negative(absent=0.0)
    """Energy of one weight update by a learning rule. Without it, the chip cannot learn."""
    synaptic_update_time: u.Second = non_negative(absent=0.0)
    """Time of one weight update by a learning rule."""
    synaptic_operation_time: u.Second = positive()
    """Time of one synaptic operation."""
    update_time: u.Second = non_negative()
    """Time of one neuron update; of an inactive neuron if that of an active one is stated."""
    active_update_time: u.Second = non_negative(absent=0.0)
    """Time of updating an active neuron; the default is that of an inactive one."""
    spike_time: u.Second = non_negative(exact=EXACT)
    """Time of a spike inside its tile. Sender and receiver are busy during it."""
    hop_time: u.Second = non_negative()
    """Time of a spike per hop."""
    tile_spike_rate: u.PerSecond = non_negative(absent=0.0)
    """Spike throughput of a mesh tile per second. Without it, a spike occupies a link for one hop time."""
    synchronisation_time: u.Second = non_negative()
    """Time of the barrier synchronisation at the end of a timestep."""
    core_area: u.SquareMetre = positive()
    """Die area per core."""
    core_static_power: u.Watt = non_negative()
    """Static power per core."""
    core_active_power: u.Watt = non_negative(absent=0.0)
    """Additional power of a core in use while the network runs."""
    neurons_per_core: u.Dimensionless = positive(exact=CHOSEN)
    """Neurons per core."""
    synapse_memory: u.Bit = positive(exact=CHOSEN)
    """Memory for synapses per core."""
    bits_per_synapse: u.Bit = positive()
    """Memory per synapse, including its address."""
    input_axons: u.Dimensionless = non_negative(absent=0.0, exact=CHOSEN)
    """Largest number of source neurons of a core; 0: no known limit."""
    output_axons: u.Dimensionless = non_negative(absent=0.0, exact=CHOSEN)
    """Largest number of pairs of a neuron and a target core, per core; 0: no known limit."""
    reference_voltage: u.Volt = non_negative(
        absent=0.0, exact="without it, the supply of the chip is compared with none"
    )
    """Supply at which the energies and times were published."""
    cores_per_tile: u.Dimensionless = quantity(minimum=1.0, integer=True, absent=1.0, exact=CHOSEN)
    """Cores on one router of the mesh."""


class EventEnergiesBlock(DeviceBlock):
    """All functions of a core, with published energies and times per event."""

    record = EventEnergiesParameters
    model: Literal["event_energies"]
    active_fraction: PositiveFractionOrAuto = "auto"
    """Share of the neuron updates that count as active; auto: the spike rate of the layer."""
    unused_cores: Literal["powered", "power_gated"] = "powered"
    """Whether unused cores draw static power, as on the measured chip, or none."""
    updates: Literal["own", "contained"] = "own"
    """own: a weight update has its own energy and time; contained: they are included in those of a synaptic
    operation."""
    rules: tuple[str, ...] = ()
    """Learning rules that the chip supports, by name. Default: any."""
    hops: PositiveNumberOrAuto = "auto"
    """Hops of a spike between tiles; auto: from the sizes of neighbouring layers."""


class EventEnergies(Component[EventEnergiesParameters]):
    """A core by its published energies per event.

    Model errors
    ------------
    energy
        published event energies are circuit simulations; the chip's own authors call them consistent
    """

    schema = EventEnergiesBlock
    owns = ("event as reported",)
    prior_error = model_errors(energy=ModelError(1.25, source="davies2018"))

    @property
    def used(self) -> str:
        """Path under which cores with neurons of the network are counted."""
        return f"{self.path}:used"

    def link_time(self) -> u.Second:
        """Time for which a spike occupies a mesh link."""
        rate = self.device.tile_spike_rate
        known = rate > 0.0
        return np.where(known, 1.0 / np.where(known, rate, 1.0), self.device.hop_time)

    def times_of_updates(self) -> tuple[u.Second, u.Second]:
        """Time of updating an active and an inactive neuron."""
        d = self.device
        return np.where(d.active_update_time > 0.0, d.active_update_time, d.update_time), d.update_time

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of each event as reported, at the supply it was reported at."""
        d, ledger = self.device, "event as reported"
        return [
            self.energy("synaptic_update", "synaptic update", d.synaptic_update_energy, ledger),
            self.energy("synaptic_operation", "synaptic operation", d.synaptic_operation_energy, ledger),
            self.energy("active_update", "active update", d.active_update_energy, ledger),
            self.energy("inactive_update", "inactive update", d.inactive_update_energy, ledger),
            self.energy("spike", "spike", d.spike_energy, ledger),
            self.energy("hop", "hop", d.hop_energy, ledger),
        ]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Die area per core as reported."""
        return [AreaCost(self.path, "core", self.device.core_area, placed=True)]

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether kinds of updates and unused cores differ in what was published.

        Checks
        ------
        active_fraction
            active_fraction changes nothing, because active and inactive updates have the same energy and time; leave
            it out
        unused_cores
            unused_cores changes nothing, because no static power of a core was published; leave it out
        published_supply
            the supply differs from the one at which energies and times were published, and changes none of them
        """
        d, (active, inactive) = self.device, self.times_of_updates()
        differ = np.logical_or(d.active_update_energy != d.inactive_update_energy, active != inactive)
        checks = []
        if "active_fraction" in self.options and not np.all(differ):
            checks.append(self.check("advice", "active_fraction", differ))
        if self.spec.unused_cores == "power_gated" and not np.all(d.core_static_power > 0.0):
            checks.append(self.check("advice", "unused_cores", d.core_static_power > 0.0))
        known = d.reference_voltage > 0.0
        if np.any(known):
            same = np.isclose(self.technology.supply_voltage, d.reference_voltage)
            checks.append(
                self.check("advice", "published_supply", np.logical_or(same, np.logical_not(known)))
            )
        return checks

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Static power of each powered core, as reported."""
        counted = self.used if self.spec.unused_cores == "power_gated" else None
        active = StaticCost(self.path, "active", self.device.core_active_power, self.used, working=True)
        static = StaticCost(self.path, "static", self.device.core_static_power, counted)
        return [static, active] if np.any(np.asarray(active.power) > 0.0) else [static]
