"""Schema of the blocks of a chip.

A block names its `model` and, if the model has physical parameters, the `device` that supplies them. All other keys of
a block are design choices: sizes, counts, clock, interface.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, ClassVar, TypeAlias, get_args

from pydantic import Field
from typing_extensions import TypeAliasType

from neuroest.registry import BLOCKS, Filling
from neuroest.specs.base import Spec
from neuroest.specs.choice import Choice, stated
from neuroest.specs.claims import GivenClaim, Uncertain
from neuroest.specs.device import ParameterName
from neuroest.specs.parameters import Record

GivenClaims = TypeAliasType("GivenClaims", dict[ParameterName, GivenClaim])
"""Parameters by name. A named alias, so all blocks share one schema."""


class Block(Spec):
    """A block of a chip."""

    record: ClassVar[type[Record] | None] = None
    """Parameters that the block's device supplies, if it has one."""
    partners: ClassVar[Mapping[str, type[Record]]] = MappingProxyType({})
    """Parameters of additional devices, by the field that names the device."""
    slots: ClassVar[tuple[str, ...]] = ()
    """Fields that contain nested blocks."""

    @classmethod
    def device_model(cls) -> str:
        """Model of the block's devices; empty for a block without."""
        if cls.record is None:
            return ""
        return cls.record.model or str(get_args(cls.model_fields["model"].annotation)[0])

    model: str
    """The block's model."""
    uncertain: Uncertain = Field(default_factory=dict)
    """Spreads of this block's design choices that are not known exactly, by key, for descriptions of published chips:
    `{clock_frequency: {spread: {factor: 1.2}, rationale: ...}}`."""


class DeviceBlock(Block):
    """A block whose physical parameters come from a device spec."""

    device: str
    """Name of a shipped device spec, or path of one."""
    parameters: GivenClaims = Field(default_factory=dict)
    """Parameters that override the device's values: a full claim, or a quantity, which counts as assumed by this
    architecture."""


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
