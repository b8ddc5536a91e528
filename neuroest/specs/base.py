"""Base of all spec schemas, and the field types that read quantities."""

import ast
import inspect
import math
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Any, TypeAlias, cast, get_args

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema
from typing_extensions import TypeAliasType

from neuroest.core.errors import QuantityError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import Dimension, describe_dimension, format_quantity, parse_quantity, parse_unit

_LARGEST: Mapping[str, float] = MappingProxyType(
    {
        "1": 1e18,  # cycles that a cell endures: 1e15
        "1/V": 1e6,  # slopes of logarithmic currents and delays: 3e3
        "1/V/s": 1e15,  # mobilities per length: 1e8
        "1/V^2": 1e8,
        "1/V^3": 1e9,
        "1/bit": 1e6,  # squares of the node that a memory cell covers: 1e3
        "1/m^2": 1e12,  # defects of a wafer: 1e5
        "1/s": 1e18,  # multiply-accumulates of a large accelerator: 1e16
        "A": 1e5,  # supply of a wafer-sized chip: 3e4
        "A/m": 1e6,  # drive of a transistor: 3e3
        "C/m^2": 10.0,  # polarisation of a ferroelectric: 0.3
        "F": 1.0,  # discrete capacitor on a board: 1e-2
        "F/m": 1.0,  # gate of a transistor per width: 1e-8
        "F/m^2": 100.0,  # deep trench capacitor: 1
        "J": 1.0,  # one inference of a large model: 1e4 on many chips, but no action of a block
        "J/bit": 1e-3,  # flash that is written: 1e-8
        "J/bit/m": 1.0,
        "J/bit^2": 1e-3,
        "J/m^2": 1e14,  # fabrication of a wafer: 1e11
        "K": 1e4,
        "K/W": 1e12,  # a nanometre filament: 1e8
        "m^2*K/W": 1e2,  # a millimetre of aerogel: 0.1
        "S": 1e6,
        "V": 1e4,  # forming of a thick film: 1e2
        "V*m": 1.0,
        "V/m": 1e12,  # activation field of a ferroelectric: 2e9
        "W": 1e6,  # a rack: 1e5
        "W/bit": 1.0,
        "W/m^2": 1e9,  # limit of a package: 1e7
        "bit": 1e18,  # a storage system: 1e17
        "bit/s": 1e18,
        "kg": 1e6,
        "kg/J": 1.0,
        "kg/m^2": 1e6,  # emissions of a wafer: 1e4
        "m": 10.0,  # a wafer: 0.3
        "m^2": 10.0,  # a board: 0.3
        "m^2/bit": 1.0,
        "m^2/bit^2": 1.0,
        "ohm": 1e24,  # an insulating film of a nanometre device: 1e19
        "ohm*m": 1e20,
        "ohm/m": 1e15,  # a wire of a few nanometres: 1e9
        "s": 1e12,  # retention at room temperature: 1e10
    }
)


@cache
def largest_value(unit: str) -> float:
    """Largest value of a number of a dimension in a file, in SI units.

    Raises
    ------
    KeyError
        For a dimension that the table lacks.

    Examples
    --------
    >>> largest_value("J"), largest_value("um")
    (1.0, 10.0)
    """
    return _by_dimension()[parse_unit(unit)[1]]


@cache
def _by_dimension() -> Mapping[Dimension, float]:
    return {parse_unit(unit)[1]: value for unit, value in _LARGEST.items()}


class Spec(BaseModel):
    """A frozen part of a spec file that accepts no unknown key."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=(), defer_build=True)

    @classmethod
    def descriptions(cls) -> Mapping[str, str]:
        """Text under each field, by the key that a file gives.

        pydantic's own ``use_attribute_docstrings`` parses the source of each class at creation, about 5 % of the time
        of a cold estimate. This function parses a module once, on demand.
        """
        texts = field_texts(cast("Any", cls))
        return {field.alias or name: texts[name] for name, field in cls.model_fields.items() if name in texts}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        schema = handler(core_schema)
        resolved = handler.resolve_ref_schema(schema)
        for name, description in cls.descriptions().items():
            if name in resolved.get("properties", {}):
                resolved["properties"][name]["description"] = description
        return schema


@cache
def field_texts(cls: type[Any]) -> Mapping[str, str]:
    """Texts under the fields of a class and of its bases, by name."""
    texts: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if base.__module__.partition(".")[0] not in {"builtins", "typing", "pydantic", "abc"}:
            texts.update(_documented(base.__module__).get(base.__qualname__, {}))
    return MappingProxyType(texts)


@cache
def _documented(module: str) -> Mapping[str, Mapping[str, str]]:
    """Texts under the fields of all classes of a module."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    found: dict[str, dict[str, str]] = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            texts = found.setdefault(node.name, {})
            for field, text in pairwise(node.body):
                if (
                    isinstance(field, ast.AnnAssign)
                    and isinstance(field.target, ast.Name)
                    and isinstance(text, ast.Expr)
                    and isinstance(text.value, ast.Constant)
                    and isinstance(text.value.value, str)
                ):
                    texts[field.target.id] = " ".join(text.value.value.split())
    return found


@frozen_dataclass
class QuantityField:
    """Field annotation: a quantity of one dimension with bounds, stored in SI units.

    Attributes
    ----------
    unit : str
        A unit of the required dimension; ``"1"`` for a plain number.
    minimum, maximum : float
        Bounds in SI units. The minimum itself is allowed unless `above`.
    above : bool
        Whether the value must exceed the minimum.
    integer : bool
        Whether only whole numbers are allowed.
    example : str
        An example for the schema and the messages.
    words : tuple of str
        Words that may replace a quantity, such as ``auto``.
    """

    unit: str
    minimum: float = -math.inf
    maximum: float = math.inf
    above: bool = False
    integer: bool = False
    example: str = ""
    words: tuple[str, ...] = ()

    def read_or_word(self, given: Any) -> float | str:
        """One of the words that may replace the quantity, or the quantity.

        Raises
        ------
        QuantityError
            If it is neither.
        """
        if isinstance(given, str) and given in self.words:
            return given
        try:
            return self.read(given)
        except QuantityError as error:
            if not self.words:
                raise
            raise QuantityError(f"{error}; or " + " or ".join(self.words)) from None

    def read(self, given: Any) -> float:
        """SI value of a quantity in a file, within the bounds.

        Raises
        ------
        QuantityError
            If it has another dimension or is out of bounds.
        """
        value = given if isinstance(given, float) and self.unit == "1" else parse_quantity(given, self.unit)
        if not math.isfinite(value):
            raise QuantityError(f"expected {describe_dimension(parse_unit(self.unit)[1])}, got {value}")
        if self.integer and value != round(value):
            raise QuantityError(f"{given} is not a whole number")
        formatted = self._formatted
        if value < self.minimum or (self.above and value == self.minimum):
            word = "must be above" if self.above else "is below the minimum"
            raise QuantityError(f"{given} {word} {formatted(self.minimum)}")
        most = min(self.maximum, largest_value(self.unit))
        if value > most:
            raise QuantityError(f"{given} is above the maximum {formatted(most)}")
        return value

    def _formatted(self, value: float) -> str:
        return f"{value:g}" if value == 0 or self.unit == "1" else format_quantity(value, self.unit)

    def __get_pydantic_core_schema__(
        self, _source: Any, _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        def validate(given: Any) -> float | str:
            try:
                return self.read_or_word(given)
            except QuantityError as error:
                raise PydanticCustomError("quantity", "{message}", {"message": str(error)}) from None

        return core_schema.no_info_plain_validator_function(
            validate, serialization=core_schema.to_string_ser_schema()
        )

    def __get_pydantic_json_schema__(
        self, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return self.json_schema()

    def json_schema(self) -> JsonSchemaValue:
        """JSON Schema of the field: a text with number and unit, or a plain number for a dimensionless field."""
        dimension = parse_unit(self.unit)[1]
        if self.unit == "1":
            schema: JsonSchemaValue = {"type": "integer" if self.integer else ["number", "string"]}
            if math.isfinite(self.minimum):
                schema["exclusiveMinimum" if self.above else "minimum"] = self.minimum
            if math.isfinite(self.maximum):
                schema["maximum"] = self.maximum
        else:
            schema = {"type": "string", "pattern": r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*\S.*$"}
        if self.unit != "1":
            schema["unit"] = self.unit
            schema["description"] = f"{describe_dimension(dimension)}"
        if self.words:
            schema = {"anyOf": [schema, {"enum": list(self.words)}]}
        schema["examples"] = [self.example or describe_dimension(dimension).rsplit(" such as ", 1)[1]]
        return schema


def quantity_in(*parts: Any) -> QuantityField | None:
    """First quantity in the parts of an annotation; None if there is none."""
    for part in parts:
        inside = [part.__value__] if isinstance(part, TypeAliasType) else get_args(part)
        found = part if isinstance(part, QuantityField) else quantity_in(*inside)
        if found is not None:
            return found
    return None


@cache
def numeric_options(spec: type[Spec]) -> Mapping[str, QuantityField]:
    """Numeric fields of a spec class, by name."""
    found = {name: quantity_in(*info.metadata, info.annotation) for name, info in spec.model_fields.items()}
    return MappingProxyType({name: quantity for name, quantity in found.items() if quantity is not None})


def _above_zero(unit: str, maximum: float, example: str, words: tuple[str, ...] = ()) -> QuantityField:
    return QuantityField(unit, minimum=0, above=True, maximum=maximum, example=example, words=words)


_AUTO = ("auto",)
_COUNT = QuantityField("1", minimum=1, maximum=1e12, integer=True, example="128")
_FRACTION = QuantityField("1", minimum=0, maximum=1, example="0.1")
_POSITIVE_FRACTION = _above_zero("1", 1, "0.05")
_RESOLUTION = QuantityField("1", minimum=1, maximum=64, integer=True, example="8")
_BIT_COUNT = QuantityField("bit", minimum=1, maximum=2.0**60, example="64 KiB")
_WORD_WIDTH = QuantityField("bit", minimum=1, maximum=2.0**20, example="64 bit")
_VOLTAGE = _above_zero("V", 100, "0.9 V")
_LENGTH = _above_zero("m", 1, "0.5 mm")

Count: TypeAlias = Annotated[float, _COUNT]
CountOrAuto: TypeAlias = Annotated[float | str, replace(_COUNT, words=_AUTO)]
CountOrUnlimited: TypeAlias = Annotated[float | str, replace(_COUNT, example="64", words=("unlimited",))]
SpareNumber: TypeAlias = Annotated[float, replace(_COUNT, minimum=0, maximum=4096, example="8")]
WholeNumber: TypeAlias = Annotated[float, replace(_COUNT, minimum=0, example="2")]
PositiveNumber: TypeAlias = Annotated[float, _above_zero("1", math.inf, "1.5")]
PositiveNumberOrAuto: TypeAlias = Annotated[float | str, _above_zero("1", math.inf, "5", _AUTO)]
WireNumberOrAuto: TypeAlias = Annotated[
    float | str, QuantityField("1", minimum=1, maximum=1000, example="4", words=_AUTO)
]
Fraction: TypeAlias = Annotated[float, _FRACTION]
FractionOrAuto: TypeAlias = Annotated[float | str, replace(_FRACTION, words=_AUTO)]
PositiveFraction: TypeAlias = Annotated[float, _POSITIVE_FRACTION]
PositiveFractionOrAuto: TypeAlias = Annotated[float | str, replace(_POSITIVE_FRACTION, words=_AUTO)]
SeriesShare: TypeAlias = Annotated[float, replace(_POSITIVE_FRACTION, maximum=0.9, example="5 %")]
Resolution: TypeAlias = Annotated[float, _RESOLUTION]
ResolutionOrAuto: TypeAlias = Annotated[float | str, replace(_RESOLUTION, words=_AUTO)]
DroppedBits: TypeAlias = Annotated[float, replace(_RESOLUTION, minimum=0, example="2")]
LevelNumber: TypeAlias = Annotated[float, replace(_COUNT, minimum=2, maximum=2.0**24, example="6")]
BitCount: TypeAlias = Annotated[float, _BIT_COUNT]
BitCountOrAuto: TypeAlias = Annotated[float | str, replace(_BIT_COUNT, example="1 GiB", words=_AUTO)]
WordWidth: TypeAlias = Annotated[float, _WORD_WIDTH]
SumWidth: TypeAlias = Annotated[float, replace(_WORD_WIDTH, maximum=64, example="10 bit")]
WordWidthOrAuto: TypeAlias = Annotated[float | str, replace(_WORD_WIDTH, words=_AUTO)]
Voltage: TypeAlias = Annotated[float, _VOLTAGE]
VoltageOrAuto: TypeAlias = Annotated[float | str, replace(_VOLTAGE, words=_AUTO)]
SUPPLY = "supply"
"""Word for a voltage that equals the chip's supply voltage."""
VoltageOrSupply: TypeAlias = Annotated[float | str, replace(_VOLTAGE, words=(SUPPLY,))]
CurrentOrAuto: TypeAlias = Annotated[float | str, _above_zero("A", 1e3, "2 mA", _AUTO)]
Temperature: TypeAlias = Annotated[float, QuantityField("K", minimum=1, maximum=1000, example="300 K")]
ThermalResistance: TypeAlias = Annotated[float, _above_zero("K/W", 1e6, "30 K/W")]
Time: TypeAlias = Annotated[float, _above_zero("s", 1e9, "10 ns")]
Duration: TypeAlias = Annotated[float, QuantityField("s", minimum=0, maximum=1e9, example="2 ns")]
_FREQUENCY = _above_zero("1/s", 1e12, "200 MHz")
Frequency: TypeAlias = Annotated[float, _FREQUENCY]
GATED = "gated"
"""Word for the rate of a clock that is gated: it reaches registers only when they are written."""
FrequencyOrGated: TypeAlias = Annotated[float | str, replace(_FREQUENCY, words=(GATED,))]
Length: TypeAlias = Annotated[float, _LENGTH]
Area: TypeAlias = Annotated[float, _above_zero("m^2", 1.0, "331 mm^2")]
LengthOrAuto: TypeAlias = Annotated[float | str, replace(_LENGTH, words=_AUTO)]
