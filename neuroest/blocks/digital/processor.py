"""Processor that runs next to the units of a chip: a controller, a host, the cores of a cluster."""

from dataclasses import replace
from typing import Any, Literal

import numpy as np
from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from neuroest.blocks.base import AreaCost, Check, Component, NetworkContext, StaticCost
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.process_scaling import (
    gate_width,
    gated_share,
    leakage_of_gates,
    logic_area_ratio,
    logic_energy_ratio,
    wake,
)
from neuroest.blocks.roles import ExecutesInstructions
from neuroest.core import units as u
from neuroest.equations import processors
from neuroest.specs.base import Count, Fraction, Frequency
from neuroest.specs.blocks import AnyMemoryBlock, DeviceBlock
from neuroest.specs.parameters import DEFINED, Record, non_negative, positive

_FAR = 2.0
"""Ratio of two nodes above which scaling a processor is reported: from 65 nm to 22 nm, the energy of whole
microcontrollers fell by a factor of two, that of logic by five. A convention."""
_READ = "read"
"""Memory action charged for an instruction."""


class ProcessorParameters(Record):
    """Processor core, or a whole microcontroller without its accelerators, by its energy per cycle."""

    reference_voltage: u.Volt = positive(exact=DEFINED)
    """Supply of the core for which the energy is stated."""
    cycle_energy: u.Joule = positive()
    """Energy per executing core cycle: power divided by clock frequency, including the core's clock tree."""
    waiting_share: u.Dimensionless = non_negative(maximum=1.0)
    """Ratio of the energy of a waiting cycle (clocks on) to that of an executing cycle."""
    footprint: u.SquareMetre = non_negative()
    """Area of one core, or of the logic of the microcontroller, on the device's process."""
    leakage_width: u.Dimensionless = non_negative()
    """Leaking transistor width of a two-input gate, in feature sizes."""
    supplied: u.Dimensionless = non_negative(
        maximum=1.0, absent=0.0, exact="a statement about the energy of a cycle"
    )
    """1: the energy per cycle includes the instruction supply (cache or memory, and the bus); 0: it is that of the core
    alone."""


class ProcessorBlock(DeviceBlock):
    """Processor next to the computing units. It computes no layer, but draws power while the chip is on.

    Layers that run on processors are for the level `roofline`; the cycles that a program takes before each
    layer are `layer_setup_cycles` of a digital array.
    """

    record = ProcessorParameters
    slots = ("instruction_memory",)
    model: Literal["processor"]
    cores: Count = 1.0
    """Cores that share one clock."""
    clock_frequency: Frequency
    """Clock."""
    executing: Fraction = 1.0
    """Share of cycles in which the cores execute. In the other cycles they wait, with clocks on."""
    instruction_memory: AnyMemoryBlock | None = None
    """Memory or cache that supplies the instructions, shared by the cores, if the device's energy per cycle does not
    include it."""
    fetches: Fraction = 1.0
    """Memory words read per executing cycle: 0.25 if a buffered word contains four instructions."""

    sleep: Literal["none", "waiting", "off"] = "none"
    """State between the inferences of an always_on chip. waiting: the clocks run, nothing is executed; off: power
    switches open; none: as during an inference."""

    @field_validator("fetches")
    @classmethod
    def _fetches_from_memory(cls, stated: float, info: ValidationInfo) -> float:
        if stated != 1.0 and info.data.get("instruction_memory") is None:
            raise PydanticCustomError(
                "fetches", "counts words of an `instruction_memory`, which is not there"
            )
        return stated

    @field_validator("instruction_memory")
    @classmethod
    def _stores_instructions(cls, stated: Any) -> Any:
        if stated is not None and set(stated.stores) != {"instructions"}:
            raise PydanticCustomError("instructions", "an instruction memory has `stores: [instructions]`")
        return stated


class Processor(Component[ProcessorParameters], ExecutesInstructions):
    """Processor by its energy per cycle.

    Model errors
    ------------
    energy
        cores of one class, their libraries and their programs differ
    area
        extensions of the instruction set, debug and test logic
    static_power
        threshold options of the real library
    """

    schema = ProcessorBlock
    scales_with_process = True
    prior_error = model_errors(energy=1.5, area=1.5, static_power=3)
    example = "riscv_core_55nm"

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Power of executing and waiting cycles and of instruction reads, and leakage."""
        d, o = self.device, self.options
        cycle = d.cycle_energy * logic_energy_ratio(self, d.reference_voltage)
        executing, waiting = o["executing"], (1.0 - o["executing"]) * d.waiting_share
        statics = [
            StaticCost(self.path, "executing", self._power(cycle, executing), switching=True),
            StaticCost(self.path, "waiting", self._power(cycle, waiting), switching=True),
        ]
        if "instruction_memory" in self.slots:
            costs = self.slots["instruction_memory"].energies(network)
            read = sum((cost.energy for cost in costs if cost.action == _READ), start=0.0)
            power = self._power(read, executing * o["fetches"])
            statics.append(StaticCost(self.path, "instructions", power, switching=True))
        leakage = leakage_of_gates(self, self._area(), d.leakage_width)
        return [*statics, StaticCost(self.path, "leakage", leakage)]

    def _power(self, energy: u.Joule, share: u.Dimensionless) -> u.Watt:
        return processors.cycle_power(energy, self.options["cores"], self.options["clock_frequency"], share)

    def _area(self) -> u.SquareMetre:
        """Area of all cores on the chip's process."""
        return self.options["cores"] * self.device.footprint * logic_area_ratio(self)

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of all cores."""
        return [AreaCost(self.path, "cores", self._area())]

    def slept(self, costs: list[StaticCost], network: NetworkContext) -> list[StaticCost]:
        """Remaining power of each term between inferences."""
        how = self.spec.sleep
        if how == "none":
            return costs
        if how == "waiting":
            left = {"executing": self.device.waiting_share, "instructions": 0.0}
            return [cost.asleep(left[cost.term], 0.0) if cost.term in left else cost for cost in costs]
        share, width = gated_share(self), gate_width(self, self._area(), self.device.leakage_width)
        return [
            cost.asleep(share, wake(self, width, 0.0))
            if cost.term == "leakage"
            else replace(cost, asleep_share=0.0)
            for cost in costs
        ]

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether anything supplies the instructions, and whether the device is of a node near the chip's.

        Checks
        ------
        processor_node
            its device is from a node far from the chip's, and its memories and clocks shrink less than logic; use
            one of a closer node
        instruction_supply
            the energy of a cycle is that of the core alone, and nothing supplies its instructions; add an
            instruction_memory, or use a device whose energy includes it
        instructions_once
            the energy of a cycle already includes the instruction supply, and the instruction_memory counts it again;
            leave one of them out
        """
        there = self.device.supplied > 0.0
        fetched = "instruction_memory" in self.slots
        supplied = np.logical_or(there, fetched) | (self.options["executing"] <= 0.0)
        here, own = self.process.feature_size, (self.device_process or self.process).feature_size
        moved = np.maximum(here / own, own / here)
        return [
            self.require("extrapolation", "processor_node", moved, "<=", _FAR),
            self.check("advice", "instruction_supply", supplied),
            self.check("advice", "instructions_once", np.logical_not(there) | (not fetched)),
        ]

    def left_out(self) -> list[str]:
        """Exclusions: the data of its programs."""
        return ["loads and stores of processors"] if "instruction_memory" in self.slots else []
