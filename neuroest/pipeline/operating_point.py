"""The operating point of the neurons behind the columns of a chip: what drives them, how long, and what they do then.

Costs, times, wear and simulations of an estimated chip are those of this point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from neuroest.blocks.electrical_point import Burst
from neuroest.blocks.neurons.base import Neuron
from neuroest.blocks.roles import CouplesDirectly, HoldsResults
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.levels.crossbar_roles import is_crossbar

if TYPE_CHECKING:
    from neuroest.results.estimate import Estimate

Form: TypeAlias = Literal["width", "amplitude", "direct"]


@frozen_dataclass
class LayerOperatingPoint:
    """Drive of the neurons of one layer, in one inference of an estimated chip.

    Attributes
    ----------
    layer : str
        Name of the layer.
    neuron : Neuron
        Neuron of the chip.
    form : str
        What the result of a column sets: the ``width`` of a drive, its ``amplitude``, or, in ``direct`` coupling, a
        voltage without a full scale.
    threshold : float
        Result at which a neuron of the network fires, in standard deviations of the results of a timestep.
    full_scale : float
        Result that makes a full drive, in the same unit; larger ones are clipped.
    full_pulse : float
        Time of a full drive in a timestep. [s]
    timesteps : float
        Timesteps of an inference.
    burst : Burst
        Drive for one spike of the network.
    own_spikes : float
        Spikes of the typical neuron for one of the network.
    energy : float
        Energy of a neuron for one spike of the network, without static power and resets between inferences. [J]
    """

    layer: str
    neuron: Neuron
    form: Form
    threshold: float
    full_scale: float
    full_pulse: float
    timesteps: float
    burst: Burst
    own_spikes: float
    energy: float

    @property
    def spikes(self) -> float:
        """Spikes of a neuron of the network that fires, in an inference."""
        return float(self.burst.number)


def operating_points(estimate: Estimate) -> tuple[LayerOperatingPoint, ...]:
    """Operating point of each layer whose neurons are behind the columns of crossbars.

    Parameters
    ----------
    estimate : Estimate
        Estimate of a chip and a spiking network.

    Raises
    ------
    NeuroestError
        If no layer has such neurons.
    """
    found: list[LayerOperatingPoint] = []
    for level in estimate.evaluation.levels:
        array, network = level.mapper.compute, level.mapper.network
        if not is_crossbar(array) or array.neuron is None:
            continue
        names = level.mapper.layers.names
        places = np.flatnonzero(np.ravel(level.mapper.on_array * level.own) > 0.0)
        found.extend(_of_layer(array, network, names, int(index)) for index in places)
    if not found:
        name = estimate.architecture
        raise NeuroestError(f"{name}: no layer of {estimate.workload.name} has neurons behind columns")
    return tuple(found)


def _form(array: Any) -> Form:
    """What the result of a column sets at its neuron."""
    if isinstance(array.interface, CouplesDirectly):
        return "direct"
    timed = isinstance(array.interface, HoldsResults) and array.interface.adds_results
    return "width" if timed else "amplitude"


def _of_layer(array: Any, network: Any, names: tuple[str, ...], index: int) -> LayerOperatingPoint:
    def own(values: Any) -> float:
        """The value of this layer."""
        flat = np.ravel(np.asarray(values, dtype=float))
        return float(flat[index if flat.size > 1 else 0])

    driven, neuron = array.drive(network), array.neuron
    whole = driven.burst
    burst = Burst(
        own(whole.pulse), own(whole.period), own(whole.steps), own(whole.idle), own(whole.number), whole.ends
    )
    spikes = own(neuron.spikes_of(burst))
    costs = neuron.spike_energies(burst.pulse, own(driven.hold_time), neuron.on_time(burst))
    times = {"spike": spikes, "time_step": own(neuron.conducting_steps(burst))}
    return LayerOperatingPoint(
        layer=names[index], neuron=neuron, form=_form(array), threshold=own(network.firing_threshold),
        full_scale=own(driven.full_scale), full_pulse=own(driven.hold_time),
        timesteps=own(network.timesteps), burst=burst, own_spikes=spikes,
        energy=sum(times.get(cost.action, 0.0) * own(cost.energy) for cost in costs),
    )  # fmt: skip
