"""Clock, control and floor plan of a chip."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

from neuroest.blocks.base import Component
from neuroest.blocks.model_error import ModelError, ModelErrors, model_errors
from neuroest.blocks.roles import ChargesClock
from neuroest.core.units import Dimensionless, SquareMetre, WattPerSquareMetre
from neuroest.specs.blocks import Block, DeviceBlock
from neuroest.specs.parameters import Record, non_negative, positive


class Overheads(Record):
    """What surrounds the blocks of a chip: floor plan, clock, control, power delivery and heat."""

    model: ClassVar[str] = "chip_overheads"
    folder: ClassVar[str] = "integration"

    floorplan_utilisation: Dimensionless = positive(
        "Share of the die that blocks fill.", maximum=1.0, symbol="eta_fp"
    )
    clock_fraction: Dimensionless = non_negative(
        "Share of the clock tree in the dynamic energy of synchronous digital blocks, its own included.",
        maximum=0.9,
        symbol="alpha_clk",
    )
    control_fraction: Dimensionless = non_negative(
        "Sequencer energy over the other dynamic energy of synchronous digital blocks.", maximum=10.0
    )
    control_area_fraction: Dimensionless = non_negative(
        "Sequencer area over the area of the synchronous digital blocks.", maximum=10.0
    )
    power_density_limit: WattPerSquareMetre = positive("Largest power density that the package can cool.")
    largest_die: SquareMetre = positive(
        "Largest die that is exposed at once.",
        absent=math.inf,
        exact="field of the exposure tools, the same for all",
    )


class OverheadsBlock(DeviceBlock):
    """Floor plan, clock, control and the cooling limit of the chip."""

    record: ClassVar[type[Record] | None] = Overheads
    model: Literal["chip_overheads"]


class ChipOverheads(Component[Overheads], ChargesClock):
    """Floor plan, clock, control and cooling; the estimate applies its fractions to the other blocks."""

    schema: ClassVar[type[Block]] = OverheadsBlock
    owns: ClassVar[tuple[str, ...]] = (
        "clock",
        "control",
    )
    overhead: ClassVar[tuple[str, ...]] = (
        "clock",
        "control",
    )
    prior_error: ClassVar[ModelErrors] = model_errors(
        area=ModelError(
            1.5,
            "sequencers, address generators, bus interfaces and test that no block of a description stands for, up to a third of a core",
        ),
    )
