"""Assignment of layers to computing levels, as far as the designer specifies it."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

import numpy as np

from neuroest.blocks.base import Check
from neuroest.core.errors import MappingError
from neuroest.core.frozen import frozen_dataclass
from neuroest.design.chip import LevelNode
from neuroest.specs.architecture import AUTO, DEPTHWISE, POINTWISE, TYPE_PREFIX
from neuroest.workloads.layers import LayerTable
from neuroest.workloads.layout import of_one_point

_NAME, _PATTERN, _TYPE = 3, 2, 1
"""Specificity of a word: the most specific match wins."""


@frozen_dataclass(eq=False)
class Assignment:
    """Layers by computing level.

    Attributes
    ----------
    owner : tuple of int or None
        Place of the level in the list of levels, by layer; None where it is left to the costs.
    open_to : tuple of int
        Levels among which the costs decide.
    checks : tuple of Check
        Names that name nothing.
    """

    owner: tuple[int | None, ...]
    open_to: tuple[int, ...] = ()
    checks: tuple[Check, ...] = ()


def assigned(levels: Sequence[LevelNode], layers: LayerTable) -> Assignment:
    """Assign each layer to a level, from the levels' `layers`.

    A layer goes to the level that names it; a name overrides a pattern, and a pattern overrides a type. The level
    without `layers` runs the rest. If levels state `auto`, costs decide between them and the level without `layers`. A
    layer without weights that no level names runs on the level of the first layer it reads.

    Raises
    ------
    MappingError
        If no level runs a layer, or two levels match it with equal specificity.
    """
    words = [_words(level) for level in levels]
    if len(levels) == 1 and (words[0] is None or AUTO in words[0]):
        return Assignment((0,) * len(layers.names))
    rest = [place for place, said in enumerate(words) if said is None]
    free = tuple(place for place, said in enumerate(words) if said is not None and AUTO in said)
    if len(rest) > 1:
        paths = " and ".join(levels[place].path for place in rest)
        raise MappingError(f"{paths} do not say which layers they run; give `layers` of all levels but one")
    kinds = _kinds(layers)
    owner: list[int | None] = []
    weighted = of_one_point(layers.is_weighted) > 0.0
    for index, name in enumerate(layers.names):
        named = _named(levels, words, name, kinds[index])
        source = layers.reads[index][0] if layers.reads[index] else -1
        if named is not None:
            owner.append(named)
        elif not weighted[index] and source >= 0:
            owner.append(owner[source])
        elif free or rest:
            owner.append(None if free else rest[0])
        else:
            raise MappingError(
                f"no level can run layer {name!r}; name it in the `layers` of a level, or leave `layers` out of one "
                f"level, which then takes the rest: {', '.join(level.path for level in levels)}"
            )
    open_to = tuple(sorted((*free, *rest))) if free else ()
    checks = []
    for level, said in zip(levels, words, strict=True):
        idle = [
            word for word in said or ()
            if word != AUTO and not word.startswith(TYPE_PREFIX) and not any(fnmatchcase(n, word) for n in layers.names)
        ]  # fmt: skip
        if idle:
            checks.append(
                Check(
                    "named_layers", level.path, "advice", np.zeros(1, bool),
                    f"the network has no layer called {', '.join(idle)}; the assignment has no effect",
                )
            )  # fmt: skip
    return Assignment(tuple(owner), open_to, tuple(checks))


def _words(level: LevelNode) -> tuple[str, ...] | None:
    """What a level states about its layers; None if it states nothing."""
    stated = getattr(level.compute.spec, "layers", None) if level.compute is not None else None
    return None if stated is None else (stated,) if isinstance(stated, str) else tuple(stated)


def _kinds(layers: LayerTable) -> list[set[str]]:
    """Type of each layer, and what kind of convolution it is."""
    groups, inside = of_one_point(layers.groups), of_one_point(layers.reduction)
    kernel = of_one_point(layers.kernel_rows * layers.kernel_columns)
    found = []
    for index, kind in enumerate(layers.types):
        here = {kind}
        if kind == "convolution" and groups[index] > 1 and inside[index] == kernel[index]:
            here.add(DEPTHWISE)
        elif kind == "convolution" and kernel[index] == 1:
            here.add(POINTWISE)
        found.append(here)
    return found


def _named(
    levels: Sequence[LevelNode], words: Sequence[tuple[str, ...] | None], name: str, kinds: set[str]
) -> int | None:
    """The level that names a layer most closely; None where none does."""
    closest = [max((_closeness(word, name, kinds) for word in said or ()), default=0) for said in words]
    best = max(closest)
    if best == 0:
        return None
    found = [place for place, closeness in enumerate(closest) if closeness == best]
    if len(found) > 1:
        paths = " and ".join(levels[place].path for place in found)
        raise MappingError(f"layer {name!r} is named by {paths}; a layer has one level")
    return found[0]


def _closeness(word: str, name: str, kinds: set[str]) -> int:
    if word.startswith(TYPE_PREFIX):
        return _TYPE if word.removeprefix(TYPE_PREFIX) in kinds else 0
    if word == name:
        return _NAME
    return _PATTERN if word != AUTO and fnmatchcase(name, word) else 0
