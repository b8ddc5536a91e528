"""Schema of the blocks of a chip.

A block names its `model` and, if the model has physical parameters, the `device` that supplies them. All other keys of
a block are design choices: sizes, counts, clock, interface.

A choice is one of several schemas, selected by a word in the file. Only the schemas in use are built.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, TypeAlias, get_args

from pydantic import BaseModel, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import ErrorDetails, PydanticCustomError, PydanticKnownError, core_schema
from typing_extensions import TypeAliasType

from neuroest.core.frozen import frozen_dataclass
from neuroest.registry import BLOCKS, Filling
from neuroest.specs.base import Spec
from neuroest.specs.claims import GivenClaim, Uncertain
from neuroest.specs.device import ParameterName
from neuroest.specs.parameters import Record

CHOICES = "choices"
"""Key under which a raw JSON Schema names the classes of a choice, for code that replaces them with
references."""

_INSIDE = "inside_of_choice"


def stated(key: str) -> Callable[[Any], str | None]:
    """The word under a key of a mapping or a spec."""

    def word(given: Any) -> str | None:
        found = given.get(key) if isinstance(given, dict) else getattr(given, key, None)
        return None if found is None else str(found)

    return word


@frozen_dataclass(eq=False)
class Choice:
    """Field annotation: one of several spec classes.

    The unions of the validation library build the schema of every member before the first file is read. Most files use
    only a few of the blocks.

    Attributes
    ----------
    classes : mapping
        Spec class by the word that selects it. A lookup may import the class.
    words : sequence of str
        The words that are allowed here.
    word_of : callable
        Returns the word that a file gives, None if it gives none.
    key : str
        What messages call the word.
    """

    classes: Mapping[str, type[BaseModel]]
    words: Collection[str]
    word_of: Callable[[Any], str | None]
    key: str

    def members(self) -> list[type[BaseModel]]:
        """All allowed classes."""
        return [self.classes[word] for word in self.words]

    def validated(self, given: Any) -> BaseModel:
        """The spec in a file."""
        if isinstance(given, BaseModel) and self.word_of(given) in self.words:
            return given
        word = self.word_of(given)
        if word is None:
            if not isinstance(given, dict):
                raise PydanticKnownError("model_attributes_type")
            raise PydanticKnownError("union_tag_not_found", {"discriminator": repr(self.key)})
        if word not in self.words:
            expected = ", ".join(map(repr, self.words))
            context = {"discriminator": repr(self.key), "tag": word, "expected_tags": expected}
            raise PydanticKnownError("union_tag_invalid", context)
        try:
            return self.classes[word].model_validate(given)
        except ValidationError as error:
            inside = {"word": word, "errors": error.errors(include_url=False)}
            raise PydanticCustomError(_INSIDE, "{word} has errors", inside) from None

    def __get_pydantic_core_schema__(
        self, _source: Any, _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.validated)

    def __get_pydantic_json_schema__(
        self, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {CHOICES: [member.__name__ for member in self.members()]}


def details(errors: Sequence[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Errors with the location of each nested one; the word is part of the location, as in a union."""
    for error in errors:
        if error["type"] != _INSIDE:
            yield error
            continue
        for inner in details(error["ctx"]["errors"]):
            yield {**inner, "loc": (*error["loc"], error["ctx"]["word"], *inner["loc"])}


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
