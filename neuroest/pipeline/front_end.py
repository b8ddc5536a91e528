"""What the front end of a chip senses in one inference."""

from collections.abc import Iterator, Sequence

import numpy as np

from neuroest.blocks.roles import SensesInput
from neuroest.core.arrays import Actions
from neuroest.design.chip import Chip
from neuroest.levels.base import Array, MappedLevel
from neuroest.pipeline.spike_coding import SpikeCoding, entry_of
from neuroest.workloads.layers import LayerTable

SENSOR_LEFT_OUT = (
    "the sensor, and the conversion of what it senses into the network's input (no front_end block)"
)


def senses_on_die(chip: Chip) -> bool:
    """Whether the inputs of a chip come from a sensor on it, and so pass no link."""
    return any(sensor.on_die for _, sensor in chip.find(SensesInput))


def sensed(layers: LayerTable, levels: Sequence[MappedLevel], coding: SpikeCoding | None) -> Actions:
    """Events that sensors send in one inference, by layer: spikes, or the numbers of a frame for other networks."""
    found = Actions()
    entry = entry_of(layers)
    level = next(level for level in levels if level.own[entry] > 0.0)
    first = np.zeros(len(layers.names))
    first[entry] = 1.0
    for _, sensor in level.mapper.chip.find(SensesInput):
        found.add((sensor.path, "event"), first * _inputs(level, coding))
    return found


def _inputs(level: MappedLevel, coding: SpikeCoding | None) -> Array:
    """Spikes or numbers of the input in one inference; numbers are sensed once where the chip makes spikes of them."""
    t, mapper = level.mapper.layers, level.mapper
    if coding is not None and coding.inputs is not None:
        return np.asarray(t.input_elements)
    rate = t.input_rate if mapper.network.spiking else 1.0
    return np.asarray(mapper.steps * rate * t.input_elements)


def exclusions(layers: LayerTable, chip: Chip) -> Iterator[str]:
    """What an estimate leaves out of the path from the sensor to the chip."""
    if not layers.input_elements_total > 0.0:
        return
    sensors = [sensor for _, sensor in chip.find(SensesInput)]
    if not sensors:
        yield SENSOR_LEFT_OUT
    elif not all(sensor.on_die for sensor in sensors):
        yield "area of the sensor, which is not on the die"
        if not any("inputs" in link.spec.carries for link in chip.links()):
            yield "transport of the inputs from the sensor to the chip (no off_chip_link that carries inputs)"
