"""How a group of physical quantities is declared."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any, ClassVar, Self, cast, dataclass_transform, get_type_hints

from neuroest.specs.base import QuantityField
from neuroest.units import Numeric, Unit


@dataclass_transform(kw_only_default=True, frozen_default=True)
def record(cls: type[Any]) -> type[Any]:
    """Make a class a frozen, keyword-only record of quantities."""
    return dataclass(frozen=True, kw_only=True)(cls)


def quantity(
    description: str,
    *,
    minimum: float = -math.inf,
    maximum: float = math.inf,
    above: bool = False,
    integer: bool = False,
    symbol: str = "",
    absent: float | None = None,
) -> Any:
    """Declare one quantity of a record.

    Parameters
    ----------
    description : str
        One sentence for the reference page and the editor.
    minimum, maximum : float
        Bounds in SI units; the minimum itself is excluded where `above`.
    integer : bool
        Whether only whole numbers make sense.
    symbol : str
        The symbol in the equations of the documentation.
    absent : float, optional
        What a device is taken to have whose file does not state the quantity; without it the quantity is due.
    """
    about = {
        "description": description,
        "minimum": minimum,
        "maximum": maximum,
        "above": above,
        "integer": integer,
        "symbol": symbol,
        "absent": absent,
    }
    return field(metadata=about)


def positive(
    description: str, *, maximum: float = math.inf, symbol: str = "", absent: float | None = None
) -> Any:
    """Declare a quantity that must be above zero."""
    return quantity(description, minimum=0.0, above=True, maximum=maximum, symbol=symbol, absent=absent)


def non_negative(
    description: str, *, maximum: float = math.inf, symbol: str = "", absent: float | None = None
) -> Any:
    """Declare a quantity that may be zero."""
    return quantity(description, minimum=0.0, maximum=maximum, symbol=symbol, absent=absent)


@dataclass(frozen=True)
class ParameterInfo:
    """What a record says of one of its quantities."""

    name: str
    description: str
    symbol: str
    check: QuantityField
    absent: float | None = None


@dataclass(frozen=True, kw_only=True)
class Record:
    """Base of all device parameter records."""

    model: ClassVar[str]
    """The name that device specs give in `model`."""
    folder: ClassVar[str]
    """The folder of `device_specs` that such devices live in."""

    @classmethod
    def parameters(cls) -> Mapping[str, ParameterInfo]:
        """What is declared, by name."""
        declared: Mapping[str, ParameterInfo] = _declared(cast("Any", cls))
        return declared

    @classmethod
    def from_values(cls, values: Mapping[str, Numeric], prefix: str) -> Self:
        """The record filled with the values found under `prefix`."""
        return cls(
            **{
                name: values[f"{prefix}.{name}"]
                if info.absent is None
                else values.get(f"{prefix}.{name}", info.absent)
                for name, info in cls.parameters().items()
            }
        )


@lru_cache(maxsize=256)
def _declared(cls: Any) -> Mapping[str, ParameterInfo]:
    hints = get_type_hints(cls, include_extras=True)
    found = {}
    for item in fields(cls):
        about = item.metadata
        unit = next(m for m in hints[item.name].__metadata__ if isinstance(m, Unit))
        check = QuantityField(
            unit.symbol,
            minimum=about["minimum"],
            maximum=about["maximum"],
            above=about["above"],
            integer=about["integer"],
        )
        found[item.name] = ParameterInfo(
            item.name, about["description"], about["symbol"], check, about["absent"]
        )
    return found
