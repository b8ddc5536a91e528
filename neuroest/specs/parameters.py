"""Declaration of records of physical quantities."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, reduce
from types import MappingProxyType
from typing import Any, ClassVar, Self, cast, dataclass_transform

from neuroest.core import units as u
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import Unit, format_quantity
from neuroest.specs.base import QuantityField, field_texts


@frozen_dataclass(eq=False)
class _Declared:
    """Arguments of `quantity` for one field."""

    check: QuantityField
    """Bounds, without the unit, which the annotation states."""
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
    """Declare one quantity of a record. The docstring below it describes the quantity in one sentence.

    Parameters
    ----------
    minimum, maximum : float
        Bounds in SI units. `above` excludes the minimum itself.
    integer : bool
        Whether only whole numbers are allowed.
    symbol : str
        Symbol in the equations of the documentation.
    absent : float, optional
        Default value if a device file does not state the quantity. Without a default, the quantity is required.
    exact : str
        Why the quantity has no spread. Without this reason, every device states a spread.
    """
    check = QuantityField("", minimum=minimum, maximum=maximum, above=above, integer=integer)
    return _Declared(check, symbol, absent, exact)


def positive(**about: Any) -> Any:
    """Declare a quantity that must be above zero; `about` as for `quantity`."""
    return quantity(minimum=0.0, above=True, **about)


def non_negative(**about: Any) -> Any:
    """Declare a quantity that may be zero; `about` as for `quantity`."""
    return quantity(minimum=0.0, **about)


@frozen_dataclass
class ParameterInfo:
    """Declaration of one quantity of a record."""

    name: str
    record: type[Record]
    symbol: str
    check: QuantityField
    absent: float | None = None

    @property
    def description(self) -> str:
        """Description of the quantity in one sentence."""
        return self.record.descriptions()[self.name]


@dataclass_transform(
    kw_only_default=True, frozen_default=True, field_specifiers=(quantity, positive, non_negative)
)
class Record:
    """Base of all device parameter records: frozen, with every quantity passed by keyword.

    A plain class instead of a dataclass: a record only stores numbers, and twenty generated constructors cost 10 % of
    the time of a short run.
    """

    immutable: ClassVar[bool] = True
    """Whether a method that returns one may keep it (`core.memoization`)."""
    model: ClassVar[str] = ""
    """The name under `model` in device specs, where it is not that of the one block with these devices."""
    table: ClassVar[Any] = None
    """Class of the table in a separate file, for models that use one."""
    declared: ClassVar[Mapping[str, _Declared]] = MappingProxyType({})
    """Declarations of the class and its bases, by name."""
    ordered: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Pairs of quantities; the first is below the second in every device."""

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
        """A copy of the record with some values replaced."""
        return type(self)(**{**{name: getattr(self, name) for name in self.declared}, **values})

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be changed")

    @classmethod
    def descriptions(cls) -> Mapping[str, str]:
        """Docstring of each quantity, by name. It is read from the source on demand, since most runs do not need it."""
        return field_texts(cast("Any", cls))

    @classmethod
    def parameters(cls) -> Mapping[str, ParameterInfo]:
        """Declared quantities, by name."""
        return _parameters(cast("Any", cls))

    @classmethod
    def disordered(cls, values: Mapping[str, float]) -> dict[str, str]:
        """Quantities that are not below the one that they must be below, and the reason, by name."""
        info = cls.parameters()
        return {
            low: f"{low} {format_quantity(values[low], info[low].check.unit)} is not below {high} "
            f"{format_quantity(values[high], info[high].check.unit)}"
            for low, high in cls.ordered
            if low in values and high in values and values[low] >= values[high]
        }

    @classmethod
    def from_values(cls, values: Mapping[str, u.Numeric], prefix: str) -> Self:
        """Build the record from the values under `prefix`."""
        return cls(
            **{
                name: values[path] if absent is None else values.get(path, absent)
                for name, path, absent in _places(cast("Any", cls), prefix)
            }
        )


@cache
def _places(cls: type[Record], prefix: str) -> tuple[tuple[str, str, float | None], ...]:
    """Name and path of each quantity of a record under a prefix, and its value where a file may leave it out."""
    return tuple((name, f"{prefix}.{name}", about.absent) for name, about in cls.declared.items())


@cache
def _parameters(cls: type[Record]) -> Mapping[str, ParameterInfo]:
    parameters = {}
    for name, about in cls.declared.items():
        home = next(base for base in cls.__mro__ if name in vars(base).get("__annotations__", {}))
        annotation: Any = home.__annotations__[name]
        if isinstance(annotation, str):
            # a name is looked up, since evaluating it takes longer than reading a file
            way = annotation.split(".")
            annotation = reduce(getattr, way[1:], vars(sys.modules[home.__module__])[way[0]])
        unit = next(m for m in annotation.__metadata__ if isinstance(m, Unit))
        check = replace(about.check, unit=unit.symbol)
        parameters[name] = ParameterInfo(name, cls, about.symbol, check, about.absent)
    return MappingProxyType(parameters)
