"""Supply of the read voltage."""

from typing import ClassVar, Literal

from neuroest.blocks.base import Component
from neuroest.blocks.model_error import ModelErrors, exact_model
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


class LinearRegulator(Component[None]):
    """Regulator that drops the supply to the read voltage; the cells are charged for the full supply."""

    schema: ClassVar[type[Block]] = LinearRegulatorBlock
    prior_error: ClassVar[ModelErrors] = exact_model("it costs nothing itself")


class SwitchingConverter(Component[None]):
    """Converter from the supply to the read voltage with an efficiency."""

    schema: ClassVar[type[Block]] = SwitchingConverterBlock
    prior_error: ClassVar[ModelErrors] = exact_model("it costs nothing itself")
