"""Reads of stored tables, such as embeddings: rows that layers ask for by index."""

from collections.abc import Mapping

import numpy as np

from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.levels.base import Array, LevelMapping, Mapper


@frozen_dataclass(eq=False)
class TableReads:
    """What the rows cost.

    Attributes
    ----------
    actions : mapping
        Words read from a memory, or bits over a link, by layer.
    exclusions : tuple of str
        Reads that nothing on the chip does.
    """

    actions: Mapping[tuple[str, str], Array]
    exclusions: tuple[str, ...] = ()


def table_reads(mapper: Mapper, mapped: LevelMapping) -> TableReads:
    """Reads of the rows that the layers of one level ask for.

    Tables lie in the outermost memory of the weights where it has room for both, else outside of the chip, from where
    the rows come over the link that carries weights.
    """
    t, bits = mapper.layers, mapper.network.weight_bits
    read = np.asarray(mapper.steps * t.table_reads * bits)
    stored = np.sum(t.table_elements * bits + mapper.stored_weight_bits(), axis=-1, keepdims=True)
    memories = mapper.memories("weights")
    actions: dict[tuple[str, str], Array] = {}
    outside = read
    if memories:
        memory = memories[-1]
        fits = stored <= memory.options["capacity"] * mapped.instances[memory.path]
        actions[memory.path, "read"] = np.asarray(np.where(fits, read, 0.0) / memory.options["width"])
        outside = np.where(fits, 0.0, read)
    if not np.any(outside > 0.0):
        return TableReads(actions)
    link = next((one for one in mapper.chip.links() if "weights" in one.spec.carries), None)
    if link is None:
        sizes = np.broadcast_to(t.table_elements, (*np.shape(t.table_elements)[:-1], len(t.names)))
        there = np.any(sizes.reshape(-1, len(t.names)) > 0.0, axis=0)
        names = ", ".join(name for name, has_table in zip(t.names, there, strict=True) if has_table)
        return TableReads(
            actions,
            (
                f"storage and reads of the tables of {names} (no memory has room, and no link carries weights)",
            ),
        )
    actions[link.path, "read" if link.reads_and_writes else "bit"] = np.asarray(outside)
    return TableReads(actions)
