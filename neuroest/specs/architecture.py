"""Schema of an architecture file: one format for every chip.

A chip is a hierarchy of named levels with counts. A level contains blocks (each states its `model`) and further levels
(each states its `count`); the designer chooses their names. A computing level states its `mapper`, which defines the
slots that the level must fill.
"""
# No `from __future__ import annotations`: pydantic before 2.11 reads the `__pydantic_extra__` that a level inherits, as
# text, in the module of the subclass.

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, Self, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from neuroest.core.errors import did_you_mean
from neuroest.registry import BLOCKS, FREE_BLOCKS, LEVELS
from neuroest.specs import base
from neuroest.specs.blocks import Choice, stated
from neuroest.specs.claims import Uncertain
from neuroest.specs.device import SourceSpec
from neuroest.specs.layers import LAYER_TYPES

AUTO = "auto"
"""Word for a level that runs the layers that cost less there."""
TYPE_PREFIX = "type:"
"""Prefix of a word that selects layers by type."""
DEPTHWISE, POINTWISE = "depthwise_convolution", "pointwise_convolution"
"""Convolutions with one channel per group, and with a 1 x 1 kernel."""
LAYER_KINDS = (*LAYER_TYPES, DEPTHWISE, POINTWISE)
"""Layer types that a level may select."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


class Technology(base.Spec):
    """Process, supply voltage and temperature of the chip."""

    process: str
    """Name or path of a device spec of model `cmos_process`."""
    corner: Literal["slow", "typical", "fast"] = "typical"
    """Process corner of all transistors on the die. slow and fast are the foundry's sign-off corners, the same for NMOS
    and PMOS."""
    corners: str = "corners_open_kits"
    """Name or path of a device spec of model `process_corners`, which defines slow and fast."""
    transistors: str | None = None
    """Name or path of a device spec of model `transistor_flavour`: the transistors of all logic and analog circuits,
    instead of those that the process file describes. Memories and the cells keep those of their device."""
    threshold_options: str = "thresholds_planar"
    """Name or path of a device spec of model `threshold_options`, for the two shares below."""
    low_threshold_share: base.Fraction | None = None
    """Share of the logic's transistor width with low threshold voltage, for multi-Vt designs. If this and
    `standard_threshold_share` are both left out, all logic has the process's flavour. Memories keep the flavour of
    their device."""
    standard_threshold_share: base.Fraction | None = None
    """Share of the logic's transistor width with standard threshold voltage. The rest has high threshold voltage."""
    sleep_options: str = "sleep_generic"
    """Name or path of a device spec of model `sleep_options`, for blocks with a `sleep` mode."""
    supply_voltage: base.Voltage
    """Supply voltage of the digital blocks and the drivers. Published energies and times do not follow it, nor the
    temperature."""
    ambient_temperature: base.Temperature | None = None
    """Temperature of the air around the package. The die temperature follows from the chip's own power."""
    package: str | None = None
    """Name or path of a device spec of model `package`, with `ambient_temperature`."""
    thermal_resistance: base.ThermalResistance | None = None
    """Junction-to-ambient thermal resistance of one chip, instead of a `package`."""
    temperature: base.Temperature | None = Field(default=None, validate_default=True)
    """Die temperature, if it is known. Otherwise it follows from `ambient_temperature` and the package."""
    uncertain: Uncertain = Field(default_factory=dict)
    """Uncertain choices, such as a supply that the text on a chip does not state."""

    @field_validator("temperature")
    @classmethod
    def _known_in_some_way(cls, stated: float | None, info: ValidationInfo) -> float | None:
        if stated is None and info.data.get("ambient_temperature") is None:
            raise PydanticCustomError("missing", "is missing")
        return stated

    @property
    def mixes_thresholds(self) -> bool:
        """Whether the logic mixes several threshold voltages."""
        return self.low_threshold_share is not None or self.standard_threshold_share is not None

    @model_validator(mode="after")
    def _shares_of_one_whole(self) -> Self:
        if self.transistors is not None and self.mixes_thresholds:
            raise PydanticCustomError(
                "shares",
                "`transistors` and shares of thresholds both state the leakage of the logic; leave one out",
            )
        if (self.low_threshold_share or 0.0) + (self.standard_threshold_share or 0.0) > 1.0:
            raise PydanticCustomError(
                "shares", "`low_threshold_share` and `standard_threshold_share` are more than 100 % together"
            )
        return self


class Operation(base.Spec):
    """Duty cycle of the chip, which determines when static power counts."""

    mode: Literal["back_to_back", "duty_cycled", "always_on", "streaming"]
    """back_to_back: inferences follow each other at the initiation interval; duty_cycled: powered for the
    latency of each inference and off between; always_on: always powered, one inference per `period`, whose inputs are
    there when it starts; streaming: always powered, each timestep lasts as long as that of the data, `period` over the
    timesteps of the network, and neurons hold their state meanwhile."""
    period: base.Time | None = None
    """Time from one inference to the next in always_on and streaming; in streaming, that of the workload if left out.
    If it is given, duty_cycled also includes retention while the chip is off: the self-refresh of an off-chip memory
    that holds weights."""
    inferences_per_programming: base.Count | None = None
    """Number of inferences between two rewrites of the weights. The energy and time of a rewrite are divided among
    these inferences. If left out, programming is only reported on its own line."""


def _node_word(node: Any) -> str:
    for key in ("mapper", "model"):
        word = stated(key)(node)
        if word is not None:
            return f"{key}:{word}"
    return "level"


class _Nodes(Mapping[str, type[base.Spec]]):
    """Schema of each block or level that a level may contain, by the key that identifies it."""

    def __getitem__(self, word: str) -> type[base.Spec]:
        key, _, name = word.partition(":")
        return Level if key == "level" else LEVELS[name] if key == "mapper" else BLOCKS[name]

    def __contains__(self, word: object) -> bool:
        key, _, name = str(word).partition(":")
        return word == "level" or name in (LEVELS if key == "mapper" else FREE_BLOCKS)

    def __iter__(self) -> Iterator[str]:
        yield "level"
        yield from (f"mapper:{mapper}" for mapper in LEVELS)
        yield from (f"model:{model}" for model in FREE_BLOCKS)

    def __len__(self) -> int:
        return 1 + len(LEVELS) + len(FREE_BLOCKS)


_NODES = _Nodes()
NODES = Choice(_NODES, _NODES, _node_word, "model")
"""A block or a level."""


Node: TypeAlias = Annotated[base.Spec, NODES]


class Level(base.Spec):
    """A level of the hierarchy: `count` identical instances, each with the blocks and levels named in it."""

    model_config = ConfigDict(**{**base.Spec.model_config, "extra": "allow"})
    __pydantic_extra__: dict[str, Node]

    slots: ClassVar[tuple[str, ...]] = ()
    """Fields of a computing level that contain blocks."""
    count: base.CountOrAuto
    """Number of instances in one instance of the level above. auto: as many as the network needs."""
    supply_voltage: base.Voltage | None = None
    """Supply voltage of the level and everything in it, if the level is a separate voltage domain. If left out, the
    supply of the enclosing level. Level shifters between domains and the voltage converter are not included."""
    uncertain: Uncertain = Field(default_factory=dict)
    """Spreads of this level's design choices that are not known exactly, by key, as for a block."""

    @model_validator(mode="before")
    @classmethod
    def _without_removed(cls, given: Any) -> Any:
        """Blocks and levels of a base that are set to null are left out."""
        if not isinstance(given, Mapping):
            return given
        return {key: value for key, value in given.items() if value is not None or key in cls.model_fields}


def _layer_words(given: Any) -> Any:
    """Convert one word to a list of one; reject unknown layer types."""
    words = [given] if isinstance(given, str) else given
    for word in words if isinstance(words, list | tuple) else ():
        kind = str(word).removeprefix(TYPE_PREFIX)
        if str(word).startswith(TYPE_PREFIX) and kind not in LAYER_KINDS:
            message = f"unknown type {kind!r}{did_you_mean(kind, LAYER_KINDS)}"
            raise PydanticCustomError("layer_kind", "{message}", {"message": message})
    return words


class ComputingLevel(Level):
    """A computing level."""

    layers: Annotated[tuple[str, ...] | None, BeforeValidator(_layer_words)] = None
    """Layers that this level runs, on a chip with several computing levels: names, patterns such as
    `block*_pointwise`, types such as `type:fully_connected` (also `type:depthwise_convolution` and
    `type:pointwise_convolution`), or `auto` for layers that cost less here (see `layers_by`). A name overrides a
    pattern, and a pattern overrides a type. At most one level may leave it out: that level runs the remaining layers,
    or competes with the `auto` levels. A layer without weights that no level names runs on the level of the first layer
    it reads."""


class Heading(base.Spec):
    """Metadata of every architecture file."""

    kind: Literal["architecture"]
    """The kind of this file."""
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """Name; in a library the same as the file name."""
    description: str
    """One or two sentences: what the chip is, and whether it exists."""
    title: str = Field(default="", max_length=60)
    """Label in figures and tables, such as Ag/SiOx neurons, 28 nm. Default: `name`. It is not inherited from a base."""

    @property
    def label(self) -> str:
        """Name in figures and tables: the title, or the name."""
        return self.title or self.name


Tag = Literal["baseline", "memristor_neurons", "cmos_neurons", "published"]
"""Purpose of a chip, or a search term for readers."""


class ArchitectureSpec(Heading):
    """A chip."""

    technology: Technology
    """Process, supply voltage and temperature."""
    operation: Operation
    """Duty cycle of the chip."""
    layers_by: Literal["energy", "time", "area"] = "energy"
    """Criterion for a layer that several computing levels could run (`layers: auto`): lowest dynamic energy, shortest
    time of the slowest resource, or smallest area of the units that hold the layer."""
    partition: Literal["order", "balance", "traffic"] = "order"
    """How a network is partitioned across several chips. order: layers fill one chip after another; balance: all chips
    hold equal numbers of units; traffic: as many chips as order, with cuts where the fewest outputs cross."""
    baseline: str | None = None
    """Default architecture to compare this one with."""
    tags: tuple[Tag, ...] = ()
    """Search terms for `neuroest list`. They are not inherited from a base."""
    exclusions: tuple[str, ...] = ()
    """What this description leaves out, so the estimate does not include it."""
    sources: dict[str, SourceSpec] = Field(default_factory=dict)
    """Sources of values that this file states, such as the paper that measured a parameter."""
    chip: Level
    """The chip, the top of the hierarchy."""


KEYS_OF_PARTS = frozenset({"mapper", "model"})
"""Keys that say what a part is; a part of this name would be taken for one."""


def misnamed(level: Level, place: tuple[str, ...] = ("chip",)) -> Iterator[tuple[tuple[str, ...], str]]:
    """Blocks and levels with an invalid name, with the reason. Paths are built from these names."""
    for name, part in (level.__pydantic_extra__ or {}).items():
        if not _NAME.fullmatch(name):
            reason = (
                "is not a valid name; use up to 64 lower-case letters, digits and underscores, a letter first"
            )
            yield (*place, name), f"{name[:40]!r} {reason}"
        elif name in KEYS_OF_PARTS:
            yield (
                (*place, name),
                f"{name!r} is a key of blocks and computing levels; give this part another name",
            )
        if isinstance(part, Level):
            yield from misnamed(part, (*place, name))
