"""What a spec may say of each block of a chip.

A block names its `model` and, where the model has physical parameters, the `device` that supplies them. What
is next to them in a block are the designer's choices: sizes, counts, clock, which interface.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, ClassVar, TypeAlias

from pydantic import Field
from typing_extensions import TypeAliasType

from neuroest.registry import BLOCKS, Filling
from neuroest.specs.base import Spec
from neuroest.specs.choice import Choice, stated
from neuroest.specs.claims import GivenClaim, Uncertain
from neuroest.specs.device import ParameterName
from neuroest.specs.parameters import Record

GivenClaims = TypeAliasType("GivenClaims", dict[ParameterName, GivenClaim])
"""Parameters by name; an alias with a name of its own, so that all blocks share one schema of it."""


class Block(Spec):
    """A block of a chip."""

    record: ClassVar[type[Record] | None] = None
    """Parameters that the block's device supplies, if it has one."""
    partners: ClassVar[Mapping[str, type[Record]]] = MappingProxyType({})
    """Parameters of further devices that the block may name, by the field that names one."""
    slots: ClassVar[tuple[str, ...]] = ()
    """Fields that hold blocks of their own."""

    model: str
    """The block's model."""
    uncertain: Uncertain = Field(default_factory=dict)
    """Spreads of choices of this block that are not known exactly, by their keys, for the description of a published
    chip: `{clock_frequency: {spread: {factor: 1.2}, rationale: ...}}`."""


class DeviceBlock(Block):
    """A block whose physical parameters come from a device spec."""

    device: str
    """Name of a shipped device spec, or path of one."""
    parameters: GivenClaims = Field(default_factory=dict)
    """Single parameters that replace those of the device: a full claim, or a quantity, which then counts as
    assumed by this architecture."""


def _filling(role: str) -> Choice:
    return Choice(BLOCKS, Filling(role), stated("model"), "model")


CellBlock: TypeAlias = Annotated[Block, _filling("cell")]
InputBlock: TypeAlias = Annotated[Block, _filling("row_driver")]
NeuronBlock: TypeAlias = Annotated[Block, _filling("neuron")]
InterfaceBlock: TypeAlias = Annotated[Block, _filling("neuron_interface")]
ConvertedInterfaceBlock: TypeAlias = Annotated[Block, _filling("converter_interface")]
AdcBlock: TypeAlias = Annotated[Block, _filling("converter")]
HoldingBlock: TypeAlias = Annotated[Block, _filling("sample_and_hold")]
SwitchingBlock: TypeAlias = Annotated[Block, _filling("multiplexer")]
ReadoutBlock: TypeAlias = Annotated[Block, _filling("readout")]
ReadSupplyBlock: TypeAlias = Annotated[Block, _filling("read_supply")]
WritingBlock: TypeAlias = Annotated[Block, _filling("write_circuit")]
MergeBlock: TypeAlias = Annotated[Block, _filling("merge")]
ScheduleBlock: TypeAlias = Annotated[Block, _filling("schedule")]
LineBufferBlock: TypeAlias = Annotated[Block, _filling("line_buffer")]
AnyMemoryBlock: TypeAlias = Annotated[Block, _filling("memory")]
ProcessingElementBlock: TypeAlias = Annotated[Block, _filling("processing_element")]
