"""Dynamic energy of one inference: action counts times energy per action, and which of it is of neurons."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from neuroest.blocks.base import Component, EnergyCost
from neuroest.blocks.memories.base import Memory
from neuroest.blocks.roles import UpdatesNeurons
from neuroest.core.arrays import Array
from neuroest.core.frozen import frozen_dataclass
from neuroest.equations import digital, power
from neuroest.pipeline.action_counts import ActionCounts
from neuroest.pipeline.cost_table import CostTable
from neuroest.workloads.layers import LayerTable


@frozen_dataclass(eq=False)
class EnergyRow:
    """Energy of one term of one component in one inference, by layer. [J]."""

    component: str
    action: str
    term: str
    energy: Array
    count: Array


def energy_rows(counts: ActionCounts, costs: CostTable) -> tuple[EnergyRow, ...]:
    """Dynamic energy by component, action and term, and by layer. [J]."""
    rows = []
    with np.errstate(invalid="ignore"):  # no estimate has an infinite price
        for cost in costs.energies:
            count = counts.actions.get((cost.component, cost.action))
            if count is not None:
                rows.append(EnergyRow(cost.component, cost.action, cost.term, count * cost.energy, count))
    if costs.overheads is not None:
        clocked: Any = sum(
            (row.energy for row in rows if row.component in costs.synchronous),
            start=0.0 * next(iter(counts.actions.values())),
        )
        for term, energy in clock_and_control(clocked, costs):
            rows.append(EnergyRow(costs.overheads, term, term, energy, np.ones_like(energy)))
    return tuple(rows)


CLOCKED_LAWS: Mapping[str, tuple[Callable[..., Any], tuple[str, ...]]] = MappingProxyType({
    "clock": (power.clock_energy, ("clock_fraction",)), "control": (digital.control_energy, ("control_fraction",)),
})  # fmt: skip
"""What comes with clocked blocks: the law of its energy or power, and the parameters of the law."""


def clock_and_control(clocked: Any, costs: CostTable) -> Iterator[tuple[str, Array]]:
    """Energy or power of clock and control of synchronous blocks, from that of the blocks. [J or W]."""
    for term, (law, parameters) in CLOCKED_LAWS.items():
        yield term, np.asarray(law(clocked, *(getattr(costs.around, name) for name in parameters)))


def dynamic_energy(counts: ActionCounts, costs: CostTable) -> Array:
    """Dynamic energy of one inference. [J].

    The sum of `energy_rows` over rows and layers.
    """
    parts = [*_energies(counts, costs.energies)]
    energy = total(part for _, part in parts)
    if costs.overheads is None:
        return energy
    clocked = total(part for component, part in parts if component in costs.synchronous)
    return total((energy, *(part for _, part in clock_and_control(clocked, costs))))


def operation_energy(counts: ActionCounts, costs: CostTable) -> Array:
    """Energy of only the operations of one inference: no memory, traffic, clock or control. [J].

    It includes cells and read-out of a crossbar, and the whole energy of a chip that is priced by events.
    """
    return energy_of_terms(counts, (cost for cost in costs.energies if cost.operation))


def energy_of_terms(counts: ActionCounts, costs: Iterable[EnergyCost]) -> Array:
    """Energy of some of the terms in one inference. [J]."""
    return total(part for _, part in _energies(counts, costs))


def _energies(counts: ActionCounts, costs: Iterable[EnergyCost]) -> Iterator[tuple[str, Array]]:
    """Component and energy of each action in one inference, all layers together.

    Where an action costs the same in every layer, its counts are added up first, so that a batch that asks for totals
    only never holds an energy for each layer and term.
    """
    prices: dict[tuple[str, str], list[Any]] = {}
    for cost in costs:
        if (cost.component, cost.action) in counts.actions:
            prices.setdefault((cost.component, cost.action), []).append(cost.energy)
    for key, terms in prices.items():
        count, price = counts.actions[key], sum(terms[1:], start=terms[0])
        with np.errstate(invalid="ignore"):  # a check refuses a point with an infinite price
            if np.ndim(price) > 0 and np.shape(price)[-1] > 1:
                energy = np.sum(count * price, axis=-1, keepdims=True)
            else:  # an action that never occurs costs nothing, even at an infinite price
                energy = np.where(counts.totals[key] == 0.0, 0.0, counts.totals[key] * price)
        yield key[0], energy


def total(parts: Iterable[Any]) -> Array:
    """Sum of numbers or arrays; zero of none."""
    found: Any = np.zeros(1)
    for part in parts:
        if type(found) is type(part) is np.ndarray and found.shape == part.shape:
            found += part  # nobody else has this array, and a new one for each part takes half of the time
        else:
            found = found + part
    return np.asarray(found)


_NEURONS = "neuroest.blocks.neurons."
_STATE = ("state",)


def is_neuron(component: Component[Any]) -> bool:
    """Whether a component is a neuron, or a datapath that updates neurons in turn."""
    return isinstance(component, UpdatesNeurons) or type(component).__module__.startswith(_NEURONS)


def neuron_parts(components: Iterable[Component[Any]]) -> frozenset[str]:
    """Paths of the neurons among some components, and of the memories that store nothing but their states."""
    return frozenset(
        part.path
        for part in components
        if is_neuron(part) or (isinstance(part, Memory) and part.spec.stores == _STATE)
    )


def network_spikes(layers: LayerTable) -> Array:
    """Spikes of all layers with weights in one inference; none of a dense network, or of layers in numbers. [1]."""
    if layers.coding != "spiking":
        return np.zeros(1)
    firing = (
        layers.is_weighted * layers.output_elements * np.where(layers.numbers > 0.0, 0.0, layers.output_rate)
    )
    return np.asarray(np.sum(firing, axis=-1, keepdims=True) * layers.timesteps)
