"""Drive of the neurons of each layer by their columns: full scale of the results, and timesteps of a spike."""

from __future__ import annotations

from neuroest.blocks.base import NetworkContext
from neuroest.core import units as u
from neuroest.core.frozen import frozen_dataclass
from neuroest.equations import integration


@frozen_dataclass(eq=False)
class SpikeDrive:
    """How columns drive the neurons of each layer until they fire.

    Attributes
    ----------
    steps : float or array
        Timesteps with a full drive, or events that are read by themselves, that fire a neuron, by layer.
    full_scale : float or array
        Result that makes a full drive, over the standard deviation of the results of a timestep, by layer.
    """

    steps: u.Dimensionless
    full_scale: u.Dimensionless


def spike_drive(network: NetworkContext, largest_result: u.Dimensionless) -> SpikeDrive:
    """Drive for one spike, with the full scale of each layer trimmed to its threshold.

    Parameters
    ----------
    network : NetworkContext
        With threshold and rate of each layer on the last axis.
    largest_result : float
        Largest result that the columns are made for, over the standard deviation of the results of a timestep.
    """
    threshold = network.firing_threshold
    steps = integration.full_drives_per_spike(
        threshold, largest_result, drives_per_spike(network) / network.events
    )
    return SpikeDrive(steps, integration.trimmed_full_scale(threshold, steps))


def drives_per_spike(network: NetworkContext) -> u.Dimensionless:
    """Timesteps, or separately read events, from one spike of a neuron to the next, by layer."""
    rate, drives = network.output_rate / network.events, network.timesteps * network.events
    return integration.timesteps_per_spike(rate, drives)
