"""Clock, control and floor plan of a chip."""

import math
from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from neuroest.blocks.base import Check, Component, NetworkContext, StaticCost
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.process_scaling import gate_width, gated_share, leakage_of_gates, wake
from neuroest.blocks.roles import ChargesClock
from neuroest.core import units as u
from neuroest.specs.base import Area, Frequency
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import Record, non_negative, positive


class Overheads(Record):
    """Overheads around the blocks of a chip: floor plan, clock, control, power delivery and heat."""

    floorplan_utilisation: u.Dimensionless = positive(maximum=1.0, symbol="eta_fp")
    """Utilisation of the die by blocks and standard-cell rows."""
    macro_utilisation: u.Dimensionless = positive(
        maximum=1.0, absent=1.0, exact="without it, memories are taken to abut", symbol="eta_mac"
    )
    """Utilisation of compiled memories in their part of the die; channels for pins and power are the rest."""
    clock_fraction: u.Dimensionless = non_negative(maximum=0.9, symbol="alpha_clk")
    """Clock-tree share of the dynamic energy of synchronous digital blocks, including the clock tree itself."""
    control_fraction: u.Dimensionless = non_negative(maximum=10.0)
    """Ratio of sequencer energy to the other dynamic energy of synchronous digital blocks."""
    control_area_fraction: u.Dimensionless = non_negative(maximum=10.0)
    """Ratio of the area of sequencers, address generators and interfaces to that of the synchronous logic."""
    macro_control_area_fraction: u.Dimensionless = non_negative(
        maximum=10.0, absent=0.0, exact="without it, nothing is added to memories"
    )
    """Ratio of the area of memory-related logic (schedulers, arbitration, address generators, error correction,
    self-test) to that of the memory macros."""
    leakage_width: u.Dimensionless = non_negative(
        absent=0.0, exact="without it, the logic of both fractions is taken not to leak"
    )
    """Leaking transistor width of a gate of the logic of both fractions, in feature sizes."""
    resting_energy: u.JoulePerSquareMetre = non_negative(
        absent=0.0, exact="without it, a die at rest draws what its blocks list"
    )
    """Energy of a die that waits for work, for each area and cycle: clocks that no gate stops, interfaces, leakage."""
    pad_ring_width: u.Metre = non_negative(
        maximum=1e-2, absent=0.0, exact="without it, a die has no ring of its own"
    )
    """Width of the pad ring of a die, including its I/O cells and its seal ring."""
    power_density_limit: u.WattPerSquareMetre = positive()
    """Largest power density that the package can cool."""
    largest_die: u.SquareMetre = positive(
        absent=math.inf, exact="field of the exposure tools, the same for all"
    )
    """Largest die in one exposure."""


NO_OVERHEADS = Overheads(
    floorplan_utilisation=1.0, macro_utilisation=1.0, clock_fraction=0.0, control_fraction=0.0, leakage_width=0.0,
    control_area_fraction=0.0, macro_control_area_fraction=0.0, pad_ring_width=0.0, resting_energy=0.0,
    power_density_limit=math.inf, largest_die=math.inf,
)  # fmt: skip
"""A chip whose description states none."""


class OverheadsBlock(DeviceBlock):
    """Floor plan, clock, control and the cooling limit of the chip."""

    record = Overheads
    model: Literal["chip_overheads"]
    resting_clock: Frequency | None = None
    """Clock of a die that waits for work, which a device with a `resting_energy` needs: that at work, if nothing lowers
    it."""
    resting_area: Area | None = None
    """Area of the whole die, for its power at rest; the description may cover a part of it. Without it, that of the
    estimate."""

    @field_validator("resting_area")
    @classmethod
    def _with_a_clock(cls, stated: float | None, info: ValidationInfo) -> float | None:
        if stated is not None and info.data.get("resting_clock") is None:
            raise PydanticCustomError(
                "clock", "has a use with a resting_clock only; state that, or leave it out"
            )
        return stated


class ChipOverheads(Component[Overheads], ChargesClock):
    """Floor plan, clock, control and cooling; the estimate applies its fractions to the other blocks.

    Model errors
    ------------
    area
        pads, shape of the floor plan and power grid (docs/calibration.md, widths of areas); unlisted circuits and both
        utilisations have spreads of their own
    static_power
        as for the logic that a block lists
    """

    schema = OverheadsBlock
    owns = ("clock", "control")
    overhead = ("clock", "control")
    prior_error = model_errors(area=1.05, static_power=3)

    @property
    def resting_power_density(self) -> u.WattPerSquareMetre:
        """Power of a die that waits for work over its area; zero for devices that state none."""
        return self.device.resting_energy * self.options.get("resting_clock", 0.0)

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the clock of a die at rest is stated where the device has an energy of it, and only there.

        Checks
        ------
        resting_clock_stated
            the device has a resting_energy, which needs a `resting_clock`; or a `resting_clock` is stated for a
            device without this energy (overheads_server_die has one)
        """
        known = bool(np.any(self.device.resting_energy > 0.0))
        if known == ("resting_clock" in self.options):
            return []
        energy = np.where(known, self.resting_power_density, self.device.resting_energy)
        return [self.require("infeasible", "resting_clock_stated", energy, ">", 0.0, "J/m^2")]

    def unlisted_leakage(
        self, block: Component[Any], area: u.SquareMetre, own: Iterable[StaticCost]
    ) -> StaticCost:
        """Leakage of the logic that comes with a block and that no block lists.

        Parameters
        ----------
        block : Component
            The block that the logic belongs to, on its process and supply, and counted like it.
        area : float or array
            Area of the logic with one instance of the block. [m^2]
        own : iterable of StaticCost
            What the block draws itself. Its logic is power-gated whenever the block is: between inferences, or also
            between timesteps.
        """
        width = self.device.leakage_width
        cost = StaticCost(self.path, "leakage", leakage_of_gates(block, area, width))
        sleeping = [each for each in own if each.asleep_share is not None]
        if not sleeping:
            return cost
        often = any(each.each_timestep for each in sleeping)
        return cost.asleep(gated_share(block), wake(block, gate_width(block, area, width), 0.0), often=often)
