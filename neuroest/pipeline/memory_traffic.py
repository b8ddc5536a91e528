"""What the memories of a chip read and write: the nearest serves the units, each further one the one inside it."""

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np

from neuroest.blocks.memories.base import Memory
from neuroest.core.errors import MappingError
from neuroest.levels.base import Array, LevelMapping, Mapper, Traffic
from neuroest.pipeline.off_chip_traffic import instances_reached

_Moved: TypeAlias = Iterator[tuple[Memory, Array, Array]]


def memory_accesses(
    mapper: Mapper, mapped: LevelMapping, stream: Traffic
) -> tuple[dict[tuple[str, str], Array], list[str]]:
    """Words that memories read and write for one kind of data, and what no memory holds.

    Raises
    ------
    MappingError
        When the chip has no memory for what the network must keep.
    """
    memories, moves = mapper.memories(stream.contents), bool(np.any(stream.read + stream.written > 0.0))
    if not moves or (not memories and mapper.chip.covers(stream.contents)):
        return {}, []
    if not memories:
        if stream.required:
            raise MappingError(
                f"nothing on the chip stores {stream.contents}; add an sram block with "
                f"`stores: [{stream.contents}]` in {mapper.level.path} or above"
            )
        return {}, [f"buffering of {stream.contents} (no memory block stores them)"]
    served = _filled if stream.contents in {"weights", "activations"} else _temporary
    actions = {}
    for memory, read, written in served(mapped, stream, memories):
        for action, bits in (("read", read), ("write", written)):
            if np.any(bits > 0.0):
                actions[memory.path, action] = stream.words(bits, memory.options["width"])
    return actions, []


def _temporary(mapped: LevelMapping, stream: Traffic, memories: tuple[Memory, ...]) -> _Moved:
    """Sums and states lie in the nearest memory that holds those of a layer, else in the outermost."""
    distinct = stream.read if stream.distinct is None else stream.distinct
    left = np.ones_like(stream.read)
    for memory in memories:
        fits = distinct <= memory.options["capacity"] * mapped.instances[memory.path]
        here = left if memory is memories[-1] else left * fits
        yield memory, here * stream.read, here * stream.written
        left = left - here


def _filled(mapped: LevelMapping, stream: Traffic, memories: tuple[Memory, ...]) -> _Moved:
    """Weights and activations lie in the outermost memory and come inwards to the layers that read them.

    Of a layer that an inner memory holds, everything comes into it once; of another, every access goes on outwards.
    Where the level orders its loops for inner memories, one that holds what the order asks for gets so much. Inner
    memories divide the weights among them, and each has all activations of its layers.
    """
    distinct = stream.read if stream.distinct is None else stream.distinct
    held = distinct if stream.held is None else stream.held
    read, asked = stream.read, stream.read * _parts(mapped, stream, memories[0])
    for memory in memories[:-1]:
        room, copies = memory.options["capacity"], instances_reached(mapped, memory.path.rpartition(".")[0])
        if stream.contents == "weights":
            room, copies = room * mapped.instances[memory.path], 1.0
        missed = np.where(held <= room, np.minimum(distinct, read), read)
        if stream.order is not None:
            needed, moved = stream.order
            missed = np.minimum(missed, np.where(needed <= room, moved, read))
        if stream.contents == "weights":
            # those of a network that fits as a whole stay from one inference to the next
            missed = missed * (np.sum(held, axis=-1, keepdims=True) > room)
        yield memory, asked, missed * np.maximum(copies, 1.0)
        read = asked = np.asarray(missed)
    written = stream.written
    if len(memories) == 1 and stream.inputs is not None:
        every = instances_reached(mapped, memories[0].path.rpartition(".")[0])
        written = written + (np.maximum(every, 1.0) - 1.0) * stream.inputs
    yield memories[-1], asked, written


def _parts(mapped: LevelMapping, stream: Traffic, memory: Memory) -> Array | float:
    """Parts of a copy of a layer that all read its inputs nearby; the copies divide the positions."""
    if stream.inputs is None:
        return 1.0
    return np.asarray(
        np.maximum(instances_reached(mapped, memory.path.rpartition(".")[0], copies=False), 1.0)
    )
