"""Supply of the read voltage."""

from typing import Literal

from neuroest.blocks.base import Component
from neuroest.blocks.model_error import WITHOUT_COSTS
from neuroest.specs.base import PositiveFraction
from neuroest.specs.blocks import Block


class LinearRegulatorBlock(Block):
    """Linear regulator from the supply to the read voltage: the read current is drawn at the full supply voltage."""

    model: Literal["linear_regulator"]


class SwitchingConverterBlock(Block):
    """Switching converter for the read voltage."""

    model: Literal["switching_converter"]
    efficiency: PositiveFraction
    """Efficiency: output power divided by input power."""


class LinearRegulator(Component[None]):
    """Regulator from the supply to the read voltage; the read current is charged at the full supply voltage."""

    schema = LinearRegulatorBlock
    prior_error = WITHOUT_COSTS


class SwitchingConverter(Component[None]):
    """Converter from the supply to the read voltage, with an efficiency."""

    schema = SwitchingConverterBlock
    prior_error = WITHOUT_COSTS
