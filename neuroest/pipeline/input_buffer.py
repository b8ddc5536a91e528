"""Buffer of a chip that bursts: a memory for the inputs of one period of the data, while the chip sleeps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.design.build import TEMPERATURE, build
from neuroest.design.chip import instantiate_block
from neuroest.equations import memories
from neuroest.equations import power as power_equations
from neuroest.error_analysis.draws import draw
from neuroest.pipeline.evaluation import Evaluation
from neuroest.pipeline.spike_coding import entry_of
from neuroest.registry import BLOCKS
from neuroest.results.estimate import Estimate
from neuroest.specs.architecture import ArchitectureSpec
from neuroest.specs.loaded import Loaded
from neuroest.specs.messages import validate
from neuroest.specs.reading import read_text


@frozen_dataclass(eq=False)
class InputBuffer:
    """What a chip that bursts pays for keeping its inputs, at the stated inputs and then for each sample of its bands.

    Attributes
    ----------
    capacity : array
        Bits of the inputs of one inference. [bit]
    area : array
        Of the memory. [m^2]
    access_energy : array
        Of writing every input and reading all of them once. [J]
    retention_power : array
        Of the memory at its retention voltage. [W]
    """

    capacity: Array
    area: Array
    access_energy: Array
    retention_power: Array

    def retention_energy(self, period: Array) -> Array:
        """Energy of keeping the inputs for a period. [J]."""
        return np.asarray(power_equations.static_energy(self.retention_power, period))


def input_buffer(found: Estimate) -> InputBuffer:
    """Buffer for the spikes of one inference, in the process and at the supply and temperature of a chip.

    Parameters
    ----------
    found : Estimate
        A chip on a spiking network; its samples are those of its bands.
    """
    design = build(_description(found))
    samples, drawn = found.sample.feasible.size, found.sample.drawn
    known = draw(design.claims, samples) | {path: drawn[path] for path in design.claims if path in drawn}
    values: dict[str, u.Numeric] = {
        path: _points(found.claims.get(path, claim).value, known.get(path), samples)
        for path, claim in design.claims.items()
    }

    def both(of: Callable[[Evaluation], u.Numeric]) -> Array:
        return _points(of(found.evaluation), of(found.sampled), samples)

    values[TEMPERATURE] = both(lambda one: one.chip.technology.temperature)
    written, bits = both(_input_spikes), both(_input_bits)
    values["chip.capacity"] = bits
    memory: Any = instantiate_block(design, values)
    network = found.evaluation.levels[0].mapper.network
    price = {cost.action: cost.energy for cost in memory.energies(network)}
    read = np.ceil(bits / memory.options["width"])
    leakage = [
        cost for cost in memory.slept(memory.statics(network), network) if cost.asleep_share is not None
    ]
    return InputBuffer(
        bits,
        np.asarray(sum(cost.area for cost in memory.areas(network))),
        # a word is read before one of its bits changes
        np.asarray(written * (price["read"] + price["write"]) + read * price["read"]),
        np.asarray(sum(cost.power * cost.asleep_share for cost in leakage)),
    )


def _description(found: Estimate) -> Loaded[ArchitectureSpec]:
    """A description that consists of the memory alone, with the technology of the chip."""
    document = read_text((Path(__file__).with_suffix(".yaml")).read_text(encoding="utf-8"))[0]
    spec = found.design.spec
    block: Any = validate(BLOCKS["sram"], document)
    alone = spec.model_copy(update={"chip": block})
    return Loaded(alone, document.file, document.sha256, document)


def _points(stated: u.Numeric, samples: u.Numeric | None, number: int) -> Array:
    """A value at the stated inputs, followed by that of each sample."""
    first = np.reshape(np.asarray(stated, dtype=np.float64), (1, 1))
    rest = first if samples is None else np.asarray(samples, dtype=np.float64)
    return np.concatenate([first, np.broadcast_to(rest, (number, 1))])


def _input_spikes(result: Evaluation) -> Array:
    """Spikes at the input of the network in one inference. [1]."""
    layers = result.layers
    channels = layers.input_elements_total
    return np.asarray(result.levels[0].mapper.steps * channels * _input_rate(result))


def _input_rate(result: Evaluation) -> u.Numeric:
    place = entry_of(result.layers)
    return np.asarray(result.layers.input_rate)[..., place : place + 1]


def _input_bits(result: Evaluation) -> Array:
    """Bits of these spikes. [bit]."""
    channels, steps = result.layers.input_elements_total, result.levels[0].mapper.steps
    return np.asarray(memories.buffered_spike_bits(channels, _input_rate(result), steps))
