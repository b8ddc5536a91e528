"""How a group of physical quantities is declared."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, reduce
from types import MappingProxyType
from typing import Any, ClassVar, Self, cast, dataclass_transform

from neuroest.core import units as u
from neuroest.core.units import Unit
from neuroest.specs.base import QuantityField, field_texts


@dataclass(frozen=True, eq=False, repr=False, match_args=False)
class _Declared:
    """What `quantity` says of one field."""

    minimum: float
    maximum: float
    above: bool
    integer: bool
    symbol: str
    absent: float | None
    exact: str


DEFINED = "a definition: the point that the other values belong to"
RANGE_END = "an end of the range that a model covers"
FIT = "a coefficient that has a meaning only together with the others of its fit"
CHOSEN = "a designer's choice, though the source made it"
EXACT = "exact in the file or paper that it is taken from, which is the claim"
NORMALISED = "a normalised model that stands for no device in particular"


def quantity(
    *,
    minimum: float = -math.inf,
    maximum: float = math.inf,
    above: bool = False,
    integer: bool = False,
    symbol: str = "",
    absent: float | None = None,
    exact: str = "",
) -> Any:
    """Declare one quantity of a record; the text under it says in a sentence what it is.

    Parameters
    ----------
    minimum, maximum : float
        Bounds in SI units; the minimum itself is excluded where `above`.
    integer : bool
        Whether only whole numbers make sense.
    symbol : str
        The symbol in the equations of the documentation.
    absent : float, optional
        What a device is taken to have whose file does not state the quantity; without it the quantity is due.
    exact : str
        Why a spread of the quantity would mean nothing; without it every device states one.
    """
    return _Declared(minimum, maximum, above, integer, symbol, absent, exact)


def positive(**about: Any) -> Any:
    """Declare a quantity that must be above zero; `about` as for `quantity`."""
    return quantity(minimum=0.0, above=True, **about)


def non_negative(**about: Any) -> Any:
    """Declare a quantity that may be zero; `about` as for `quantity`."""
    return quantity(minimum=0.0, **about)


@dataclass(frozen=True)
class ParameterInfo:
    """What a record says of one of its quantities."""

    name: str
    record: type[Record]
    symbol: str
    check: QuantityField
    absent: float | None = None

    @property
    def description(self) -> str:
        """What the quantity is, in a sentence."""
        return self.record.descriptions()[self.name]


@dataclass_transform(
    kw_only_default=True, frozen_default=True, field_specifiers=(quantity, positive, non_negative)
)
class Record:
    """Base of all device parameter records: frozen, every quantity given by keyword.

    A plain class instead of a dataclass: a record has no behaviour but to hold numbers, and twenty generated
    constructors are a tenth of the time that a short run takes.
    """

    model: ClassVar[str] = ""
    """The name that device specs give in `model`."""
    folder: ClassVar[str] = ""
    """The folder of `device_specs` that such devices live in."""
    table: ClassVar[Any] = None
    """Class of the table that such devices bring along in a file of its own, where the model uses one."""
    declared: ClassVar[Mapping[str, _Declared]] = MappingProxyType({})
    """What the class and its bases declare, by name."""

    def __init_subclass__(cls) -> None:
        own = {name: item for name, item in vars(cls).items() if isinstance(item, _Declared)}
        for name in own:
            delattr(cls, name)
        inherited = [base.declared for base in cls.__bases__ if issubclass(base, Record)]
        cls.declared = MappingProxyType(
            {name: item for each in (*inherited, own) for name, item in each.items()}
        )

    def __init__(self, **values: u.Numeric) -> None:
        if values.keys() != self.declared.keys():
            left_out = {n: d.absent for n, d in self.declared.items() if d.absent is not None}
            if {**left_out, **values}.keys() != self.declared.keys():
                raise TypeError(f"{type(self).__name__} takes {', '.join(self.declared)}")
            values = {**left_out, **values}
        self.__dict__.update(values)

    def changed(self, **values: u.Numeric) -> Self:
        """The same record with some other numbers."""
        return type(self)(**{**{name: getattr(self, name) for name in self.declared}, **values})

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be changed")

    @classmethod
    def descriptions(cls) -> Mapping[str, str]:
        """Text under each quantity, by name; read from the source when somebody asks, since most runs never do."""
        return field_texts(cast("Any", cls))

    @classmethod
    def parameters(cls) -> Mapping[str, ParameterInfo]:
        """What is declared, by name."""
        return _parameters(cast("Any", cls))

    @classmethod
    def from_values(cls, values: Mapping[str, u.Numeric], prefix: str) -> Self:
        """The record filled with the values found under `prefix`."""
        return cls(
            **{
                name: values[f"{prefix}.{name}"]
                if about.absent is None
                else values.get(f"{prefix}.{name}", about.absent)
                for name, about in cls.declared.items()
            }
        )


def _unit_type(cls: type[Record], name: str) -> Any:
    """The type that annotates a quantity; a name is looked up, since evaluating it takes longer than reading a file."""
    home = next(base for base in cls.__mro__ if name in vars(base).get("__annotations__", {}))
    annotation = home.__annotations__[name]
    if not isinstance(annotation, str):
        return annotation
    way = annotation.split(".")
    return reduce(getattr, way[1:], vars(sys.modules[home.__module__])[way[0]])


@cache
def _parameters(cls: type[Record]) -> Mapping[str, ParameterInfo]:
    found = {}
    for name, about in cls.declared.items():
        unit = next(m for m in _unit_type(cls, name).__metadata__ if isinstance(m, Unit))
        check = QuantityField(
            unit.symbol,
            minimum=about.minimum,
            maximum=about.maximum,
            above=about.above,
            integer=about.integer,
        )
        found[name] = ParameterInfo(name, cls, about.symbol, check, about.absent)
    return MappingProxyType(found)
