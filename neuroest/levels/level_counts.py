"""How many of each level of a chip there are, for the computing units that a network needs."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from neuroest.blocks.base import Check
from neuroest.core import units as u
from neuroest.core.errors import MappingError
from neuroest.design.chip import Chip, LevelNode
from neuroest.equations import mapping as equations


def _fits(
    needed: u.Numeric, total: u.Numeric, each: u.Numeric, path: Sequence[LevelNode], unit_name: str
) -> Check:  # fmt: skip
    """Check whether a fixed-size chip has enough units for the network, with advice on how to enlarge it."""
    chips = int(np.max(np.ceil(needed / each)))
    size = f", which are {chips} chips of {int(np.max(each))}" if chips > 1 else ""
    return Check(
        "network_fits", path[-1].path, "infeasible", needed <= total,
        f"the network needs {int(np.max(needed))} {unit_name}s{size}, the chip has {int(np.max(total))}; raise the "
        "count of " + " or ".join(node.path for node in path) + f", or set {path[-1].path}.count to auto",
        needed, total,
    )  # fmt: skip


def level_counts(
    chip: Chip, level: LevelNode, needed: u.Numeric, unit_name: str, *, reprograms: bool = False,
    settled: Mapping[str, u.Numeric] = MappingProxyType({}),
) -> tuple[dict[str, u.Numeric], dict[str, u.Numeric], list[Check]]:  # fmt: skip
    """Instances of all levels, for a given number of computing units.

    Parameters
    ----------
    chip : Chip
        The chip as the level sees it.
    level : LevelNode
        The computing level.
    needed : float or array
        Computing units that the network needs.
    unit_name : str
        Name of a unit in messages.
    reprograms : bool
        Whether a chip that is too small takes the network part by part.
    settled : mapping
        Instances of levels whose count is auto and that other computing levels need as well, by path.

    Returns
    -------
    counts : dict
        Instances of each level on the whole chip.
    per_child : dict
        Computing units in one child of each level on the path.
    checks : list of Check
        Whether a chip of fixed size is large enough.

    Raises
    ------
    MappingError
        When more than one level is left to the network.
    """
    path = chip.path_to(level)
    free = [node for node in path if node.count is None]
    if len(free) > 1:
        names = " and ".join(node.path for node in free)
        raise MappingError(f"the counts of {names} are all auto; give all but one")
    fixed: u.Numeric = 1.0
    for node in path:
        fixed = fixed * (node.count if node.count is not None else 1.0)
    counts: dict[str, u.Numeric] = {}
    checks: list[Check] = []
    total: u.Numeric = 1.0
    local: dict[str, u.Numeric] = {}
    for node in path:
        alone = node.count if node.count is not None else equations.units_for(needed, fixed)
        local[node.path] = settled.get(node.path, alone)
        total = total * local[node.path]
        counts[node.path] = total
    if not free and not reprograms:
        checks.append(_fits(needed, total, np.maximum(total / local[path[0].path], 1.0), path, unit_name))
    per_child: dict[str, u.Numeric] = {}
    below: u.Numeric = 1.0
    for node in reversed(path):
        per_child[node.path] = below
        below = below * local[node.path]
    for node in chip.top.walk():
        if node.path not in counts:
            parent = node.path.rpartition(".")[0]
            if node.count is None:
                raise MappingError(f"{node.path} computes nothing, so its count cannot be auto")
            counts[node.path] = counts[parent] * node.count
    return counts, per_child, checks
