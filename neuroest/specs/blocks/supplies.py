"""Where the read voltage of a crossbar comes from."""

from typing import Literal

from neuroest.specs.base import PositiveFraction
from neuroest.specs.blocks import Block


class LinearRegulatorBlock(Block):
    """The read voltage is dropped from the supply: the supply gives its full voltage for the read current."""

    model: Literal["linear_regulator"]


class SwitchingConverterBlock(Block):
    """The read voltage comes from a switching converter."""

    model: Literal["switching_converter"]
    efficiency: PositiveFraction
    """Output power over input power."""
