"""Columns without an interface circuit: unclamped (voltage mode) or ideal."""

from typing import Literal

from neuroest.blocks.base import Component
from neuroest.blocks.model_error import WITHOUT_COSTS
from neuroest.blocks.roles import IdealColumn, LeavesColumnFloating
from neuroest.specs.blocks import Block


class VoltageModeBlock(Block):
    """No circuit: the column's voltage is the neuron's input, attenuated by the idle rows."""

    model: Literal["voltage_mode"]


class IdealInterfaceBlock(Block):
    """No circuit and no loss; the estimate lists it as left out."""

    model: Literal["ideal"]


class VoltageMode(Component[None], LeavesColumnFloating):
    """No circuit: the neuron sees the voltage of the column."""

    schema = VoltageModeBlock
    prior_error = WITHOUT_COSTS


class IdealInterface(Component[None], IdealColumn):
    """No circuit and no loss, which the estimate lists as left out."""

    schema = IdealInterfaceBlock
    prior_error = WITHOUT_COSTS
