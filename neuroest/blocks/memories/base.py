"""Common part of memories."""

from abc import abstractmethod
from typing import Any, Literal

import numpy as np
from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from neuroest.blocks.base import Check, Component, EnergyCost, NetworkContext, StaticCost, either
from neuroest.blocks.process_scaling import (
    MemorySleep,
    at_corner,
    gated_share,
    logic_delay_ratio,
    off_current,
    options_of,
    retention_share,
    sleeping,
    wake,
)
from neuroest.blocks.technology.process import Process
from neuroest.core import units as u
from neuroest.equations import power, stacked_tiers, technology
from neuroest.specs.base import BitCount, Voltage, WordWidth
from neuroest.specs.blocks import DeviceBlock

_APART = 30.0
"""Ratio of off-currents above which two processes have different threshold flavours: flavours differ by about a
thousand, equal flavours by a third. A convention."""


class MemoryBlock(DeviceBlock):
    """A buffer, a weight memory or a state memory of any kind."""

    capacity: BitCount
    """Capacity of one instance."""
    width: WordWidth
    """Bits per access."""
    stores: tuple[
        Literal[
            "activations",
            "weights",
            "partial_sums",
            "state",
            "queues",
            "instructions",
            "traces",
            "tags",
            "errors",
        ],
        ...,
    ] = Field(min_length=1)
    """Contents of the memory. Each kind of traffic goes to the memory that stores it, at the nearest level first.
    queues: words that wait between units, and tables; they have area and leakage, but their accesses are not counted.
    instructions: a program; the processor that contains the memory counts its reads. traces, tags and errors belong to
    learning: traces of neurons, values stored per synapse, and errors and activity that wait for a backward pass."""
    supply_voltage: Voltage | None = None
    """Supply voltage of the memory, if it has its own voltage domain. Default: the supply of its level."""
    sleep: MemorySleep = "none"
    """State between the inferences of an always_on chip. retention: at a supply that just retains the bits; off: no
    supply, for data that the next inference writes again. Waking up takes energy; see `technology.sleep_options`."""

    @field_validator("sleep")
    @classmethod
    def _keeps_what_it_must(cls, stated: str, info: ValidationInfo) -> str:
        kept = sorted({"weights", "state", "traces", "tags"} & set(info.data.get("stores", ())))
        if stated == "off" and kept:
            raise PydanticCustomError(
                "sleep", "a memory that is off loses its {kept}; use retention", {"kept": " and ".join(kept)}
            )
        return stated


class Memory(Component[Any]):
    """Properties of a memory that counting and timing need."""

    family = "memory"
    synchronous = True
    compiled_macro = True
    scales_with_process = True
    holds_state = True
    owns = ("memory access",)
    overhead = ("memory access",)

    @abstractmethod
    def access_time(self) -> u.Second:
        """Time of one access."""

    def signals(self) -> u.Dimensionless:
        """A word in each direction, and the address."""
        return stacked_tiers.memory_signals(
            self.options["capacity"] / self.options["width"], self.options["width"]
        )

    def busy_time(self, reads: u.Numeric, writes: u.Numeric) -> u.Second:
        """Time of this number of accesses."""
        return (reads + writes) * self.access_time()

    @property
    def flavour(self) -> Process:
        """Process whose transistor flavour its cells and periphery have on any chip: that of its device."""
        return self.device_process or self.process

    def leakage_ratio(self, reference_voltage: u.Volt, reference: Process) -> u.Dimensionless:
        """Leakage at the chip's node and supply over that on another process, with its own threshold flavour."""
        supply = self.technology.supply_voltage
        return technology.leakage_factor(
            self.process.feature_size, reference.feature_size,
            off_current(self.flavour, supply), off_current(self.flavour, reference_voltage),
            supply, reference_voltage,
        )  # fmt: skip

    @property
    def other_flavour(self) -> Any:
        """Whether its transistors have other thresholds than the chip's logic."""
        ratio = self.process.off_current / self.flavour.off_current
        return np.logical_or(ratio > _APART, ratio < 1.0 / _APART)

    def delay_ratio(self, reference_voltage: u.Volt, reference: Process) -> u.Dimensionless:
        """Delay at the chip's node and supply over that on a process, with transistors of its own flavour.

        Where the chip's logic has another flavour, the supply moves it by the memory's own process, and nodes in
        proportion to their size.
        """
        own, supply = self.flavour, self.technology.supply_voltage
        moved = own.delay_factor(supply) / own.delay_factor(reference_voltage)
        kept = at_corner(self, "delay", moved * (self.process.feature_size / reference.feature_size))
        return either(self.other_flavour, kept, logic_delay_ratio(self, reference_voltage, reference))

    def flavour_checks(self) -> list[Check]:
        """Whether the supply is within the range of its flavour's process, if the chip's process differs.

        Checks
        ------
        memory_supply
            the supply is outside the range of the process of the memory's transistors
        """
        own, supply = self.flavour, self.technology.supply_voltage
        if not np.any(self.other_flavour):
            return []
        return [
            self.check_range(
                "memory_supply", supply, own.minimum_supply_voltage, own.maximum_supply_voltage, "V"
            )
        ]

    def slept(self, costs: list[StaticCost], network: NetworkContext) -> list[StaticCost]:
        """Leakage at the retention voltage or with power switches open, and the energy of recharging the cells."""
        if self.spec.sleep == "none":
            return costs
        options = options_of(self)
        off = self.spec.sleep == "off"
        share = gated_share(self) if off else retention_share(self, self.flavour)
        kept = (
            0.0 if off else power.retention_supply(self.technology.supply_voltage, options.retention_voltage)
        )
        width = self.options["capacity"] * options.cell_width * self.process.feature_size
        return [sleeping(cost, "leakage", share, wake(self, width, kept)) for cost in costs]

    def accesses(self, read: u.Joule, write: u.Joule) -> list[EnergyCost]:
        """Energy of reading and of writing one word."""
        return [
            self.energy("read", "read", read, "memory access"),
            self.energy("write", "write", write, "memory access"),
        ]
