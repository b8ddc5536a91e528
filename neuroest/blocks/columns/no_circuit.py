"""Columns without an interface circuit: unclamped (voltage mode) or ideal."""

from typing import Literal

from neuroest.blocks.base import Component
from neuroest.blocks.model_error import WITHOUT_COSTS
from neuroest.blocks.roles import IdealColumn, LeavesColumnFloating
from neuroest.specs.blocks import Block


class VoltageModeBlock(Block):
    """No circuit: the column voltage is the neuron's input, attenuated by idle rows."""

    model: Literal["voltage_mode"]


class IdealInterfaceBlock(Block):
    """No circuit and no loss; the estimate lists it as an exclusion."""

    model: Literal["ideal"]


class VoltageMode(Component[None], LeavesColumnFloating):
    """No circuit: the neuron sees the column voltage."""

    schema = VoltageModeBlock
    prior_error = WITHOUT_COSTS


class IdealInterface(Component[None], IdealColumn):
    """No circuit and no loss; the estimate lists it as an exclusion."""

    schema = IdealInterfaceBlock
    prior_error = WITHOUT_COSTS
