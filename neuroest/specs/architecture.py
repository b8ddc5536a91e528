"""What an architecture file may say: one format for every chip.

A chip is a hierarchy of named levels with counts. In a level stand, under names of the designer's choice, blocks
(they say their `model`) and further levels (they say their `count`). A level that computes says its `mapper`,
which brings the slots that such a level must fill.
"""
# No `from __future__ import annotations`: pydantic before 2.11 reads the `__pydantic_extra__` that a level inherits, as
# text, in the module of the subclass.

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, Self, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from neuroest.core.errors import did_you_mean
from neuroest.registry import BLOCKS, FREE_BLOCKS, LEVELS
from neuroest.specs import base
from neuroest.specs.choice import Choice, stated
from neuroest.specs.claims import Uncertain
from neuroest.specs.layers import LAYER_TYPES

AUTO = "auto"
"""Word of a level that takes the layers which cost less there."""
TYPE_PREFIX = "type:"
"""Beginning of a word that names layers by their type."""
DEPTHWISE, POINTWISE = "depthwise_convolution", "pointwise_convolution"
"""Convolutions of one channel a group, and of kernel one."""
LAYER_KINDS = (*LAYER_TYPES, DEPTHWISE, POINTWISE)
"""Types by which a level may name its layers."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


class Technology(base.Spec):
    """Process, supply and temperature of the chip."""

    process: str
    """Name or path of a device spec of model `cmos_process`."""
    corner: Literal["slow", "typical", "fast"] = "typical"
    """Where all transistors of the die lie within the spread of the process: slow and fast are the corners that a
    foundry signs off, both kinds of transistors alike."""
    corners: str = "corners_open_kits"
    """Name or path of a device spec of model `process_corners`, which says what slow and fast are."""
    threshold_options: str = "thresholds_planar"
    """Name or path of a device spec of model `threshold_options`, for the two shares below."""
    low_threshold_share: base.Fraction | None = None
    """Share of the width of the logic with low thresholds, where designers mix them; left out together with
    `standard_threshold_share`, all logic has the flavour of the process. Memories keep the flavour of their device."""
    standard_threshold_share: base.Fraction | None = None
    """Share of the width of the logic with standard thresholds; what neither share names has high ones."""
    sleep_options: str = "sleep_generic"
    """Name or path of a device spec of model `sleep_options`, for blocks that state how they `sleep`."""
    supply_voltage: base.Voltage
    """Supply of the digital blocks and the drivers."""
    ambient_temperature: base.Temperature | None = None
    """Temperature of the air around the package: the die is as warm as its own power makes it."""
    package: str | None = None
    """Name or path of a device spec of model `package`, with `ambient_temperature`."""
    thermal_resistance: base.ThermalResistance | None = None
    """Thermal resistance from the die of one chip to the air, instead of a `package`."""
    temperature: base.Temperature | None = Field(default=None, validate_default=True)
    """Temperature of the die, where it is known; otherwise `ambient_temperature` and the package say it."""

    @field_validator("temperature")
    @classmethod
    def _known_in_some_way(cls, stated: float | None, info: ValidationInfo) -> float | None:
        if stated is None and info.data.get("ambient_temperature") is None:
            raise PydanticCustomError("missing", "is missing")
        return stated

    @property
    def mixes_thresholds(self) -> bool:
        """Whether the logic has gates of several thresholds."""
        return self.low_threshold_share is not None or self.standard_threshold_share is not None

    @model_validator(mode="after")
    def _shares_of_one_whole(self) -> Self:
        if (self.low_threshold_share or 0.0) + (self.standard_threshold_share or 0.0) > 1.0:
            raise PydanticCustomError(
                "shares", "`low_threshold_share` and `standard_threshold_share` are more than 100 % together"
            )
        return self


class Operation(base.Spec):
    """How the chip is used in time, which says what static power is charged for."""

    mode: Literal["back_to_back", "duty_cycled", "always_on"]
    """back_to_back: inferences follow each other at the initiation interval; duty_cycled: powered for the
    latency of each inference and off between; always_on: powered through, one inference a `period`."""
    period: base.Time | None = None
    """Time from one inference to the next in always_on. With it, duty_cycled also pays for what must be kept while the
    chip is off: the self-refresh of a memory off the chip that holds weights."""
    inferences_per_programming: base.Count | None = None
    """Inferences after which the weights are rewritten: each then carries its share of the energy and time of it.
    Left out, programming is reported on its own line only."""


def _node_word(node: Any) -> str:
    for key in ("mapper", "model"):
        word = stated(key)(node)
        if word is not None:
            return f"{key}:{word}"
    return "level"


class _Nodes(Mapping[str, type[base.Spec]]):
    """Schema of whatever may be in a level, by the key that identifies it."""

    def __getitem__(self, word: str) -> type[base.Spec]:
        key, _, name = word.partition(":")
        return Level if key == "level" else LEVELS[name] if key == "mapper" else BLOCKS[name]

    def __iter__(self) -> Iterator[str]:
        yield "level"
        yield from (f"mapper:{mapper}" for mapper in LEVELS)
        yield from (f"model:{model}" for model in FREE_BLOCKS)

    def __len__(self) -> int:
        return 1 + len(LEVELS) + len(FREE_BLOCKS)


class _NodeWords(Sequence[str]):
    """Keys that identify what may be in a level."""

    def __contains__(self, word: object) -> bool:
        key, _, name = str(word).partition(":")
        return word == "level" or name in (LEVELS if key == "mapper" else FREE_BLOCKS)

    def __getitem__(self, index: Any) -> Any:
        return tuple(_Nodes())[index]

    def __len__(self) -> int:
        return len(_Nodes())


NODES = Choice(_Nodes(), _NodeWords(), _node_word, "model")
"""A block or a level."""


Node: TypeAlias = Annotated[base.Spec, NODES]


class Level(base.Spec):
    """A level of the hierarchy: so many equal instances, each holding the blocks and levels named in it."""

    model_config = ConfigDict(**{**base.Spec.model_config, "extra": "allow"})
    __pydantic_extra__: dict[str, Node]

    slots: ClassVar[tuple[str, ...]] = ()
    """Fields of a computing level that hold blocks."""
    count: base.CountOrAuto
    """Instances in one instance of the level above; auto: as many as the network needs."""
    supply_voltage: base.Voltage | None = None
    """Supply of the level and of all that is in it, where that is a voltage domain of its own; left out, that of the
    level around it. Level shifters between domains and the converter are left out."""
    uncertain: Uncertain = Field(default_factory=dict)
    """Spreads of choices of this level that are not known exactly, by their keys, as of a block."""

    @property
    def calibrated_as(self) -> str | None:
        """Kind of computing unit that published chips give a centre for; None where there is none."""
        return None


def _layer_words(given: Any) -> Any:
    """One word as a list of one; types that no layer has are refused."""
    words = [given] if isinstance(given, str) else given
    for word in words if isinstance(words, list | tuple) else ():
        kind = str(word).removeprefix(TYPE_PREFIX)
        if str(word).startswith(TYPE_PREFIX) and kind not in LAYER_KINDS:
            message = f"unknown type {kind!r}{did_you_mean(kind, LAYER_KINDS)}"
            raise PydanticCustomError("layer_kind", "{message}", {"message": message})
    return words


class ComputingLevel(Level):
    """A level that computes."""

    layers: Annotated[tuple[str, ...] | None, BeforeValidator(_layer_words)] = None
    """Layers of the network that this level runs, on a chip with several computing levels: names, patterns such as
    `block*_pointwise`, types such as `type:fully_connected` (also `type:depthwise_convolution` and
    `type:pointwise_convolution`), or `auto` for what costs less here (see `layers_by`). A name goes before a pattern, a
    pattern before a type. Left out in at most one level, which takes the rest, or competes with those that say `auto`.
    A layer without weights that nobody names is run where the first layer that it reads is run."""


class Heading(base.Spec):
    """What every architecture file states of itself."""

    kind: Literal["architecture"]
    """The kind of this file."""
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """Name; in a library the same as the file name."""
    description: str
    """One or two sentences: what this chip is, and whether it exists."""
    title: str = Field(default="", max_length=60)
    """Name in figures and tables, such as Ag/SiOx neurons, 28 nm; without it `name`. That of a base does not count."""


Tag = Literal["baseline", "memristor_neurons", "cmos_neurons", "published"]
"""What a chip is there for, or what a reader looks for."""


class ArchitectureSpec(Heading):
    """A chip."""

    technology: Technology
    """Process, supply and temperature."""
    operation: Operation
    """How the chip is used in time."""
    layers_by: Literal["energy", "time", "area"] = "energy"
    """What decides where a layer runs that several computing levels would take (`layers: auto`): the least dynamic
    energy, the least time of the slowest resource, or the least area of the units that hold it."""
    partition: Literal["order", "balance", "traffic"] = "order"
    """How a network is divided among several chips. order: layers fill one chip after the other; balance: all chips
    hold equal parts of the units; traffic: no more chips than in order, cut where the fewest outputs cross."""
    baseline: str | None = None
    """Architecture that this one is compared with when no other is named."""
    tags: tuple[Tag, ...] = ()
    """What `neuroest list` finds the chip by; a file never takes them over from its base."""
    exclusions: tuple[str, ...] = ()
    """What the description leaves out and the estimate therefore does not contain."""
    chip: Level
    """The chip itself, the top of the hierarchy."""


def misnamed(level: Level, place: tuple[str, ...] = ("chip",)) -> Iterator[tuple[tuple[str, ...], str]]:
    """Blocks and levels whose name is no word, with the reason; paths are made of these names."""
    for name, part in (level.__pydantic_extra__ or {}).items():
        if not _NAME.fullmatch(name):
            reason = "is no name; use up to 64 lower-case letters, digits and underscores, a letter first"
            yield (*place, name), f"{name[:40]!r} {reason}"
        if isinstance(part, Level):
            yield from misnamed(part, (*place, name))
