"""Physical units: reading them, writing them, and the annotations that equations carry.

Inside the package every number is in SI base units (bits for information). Prefixes exist only at the
border: a spec file says ``47 kohm``, a table prints ``18.4 nJ``, and everything in between is a plain float or
array. The annotations at the end of this module (`Volt`, `Farad`, ...) put the unit of every argument and
result of an equation where a test can read it.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from neuroest.core.errors import QuantityError
from neuroest.core.frozen import frozen_dataclass


class Dimension(NamedTuple):
    """Exponents of the base units of a quantity."""

    metre: int = 0
    kilogram: int = 0
    second: int = 0
    ampere: int = 0
    kelvin: int = 0
    bit: int = 0

    def times(self, other: Dimension, power: int = 1) -> Dimension:
        """Dimension of ``self * other**power``."""
        return Dimension(*(a + power * b for a, b in zip(self, other, strict=True)))


DIMENSIONLESS = Dimension()

_LENGTH = Dimension(metre=1)
_MASS = Dimension(kilogram=1)
_TIME = Dimension(second=1)
_CURRENT = Dimension(ampere=1)
_TEMPERATURE = Dimension(kelvin=1)
_INFORMATION = Dimension(bit=1)
_ENERGY = Dimension(2, 1, -2)
_POWER = Dimension(2, 1, -3)
_VOLTAGE = Dimension(2, 1, -3, -1)
_RESISTANCE = Dimension(2, 1, -3, -2)
_CONDUCTANCE = Dimension(-2, -1, 3, 2)
_CAPACITANCE = Dimension(-2, -1, 4, 2)
_CHARGE = Dimension(0, 0, 1, 1)
_FREQUENCY = Dimension(second=-1)

# name -> (factor to SI, dimension, takes SI prefixes)
_UNITS: dict[str, tuple[float, Dimension, bool]] = {
    "m": (1.0, _LENGTH, True),
    "g": (1e-3, _MASS, True),
    "s": (1.0, _TIME, True),
    "A": (1.0, _CURRENT, True),
    "K": (1.0, _TEMPERATURE, True),
    "V": (1.0, _VOLTAGE, True),
    "ohm": (1.0, _RESISTANCE, True),
    "Ohm": (1.0, _RESISTANCE, True),
    "Ω": (1.0, _RESISTANCE, True),
    "S": (1.0, _CONDUCTANCE, True),
    "F": (1.0, _CAPACITANCE, True),
    "C": (1.0, _CHARGE, True),
    "J": (1.0, _ENERGY, True),
    "W": (1.0, _POWER, True),
    "Hz": (1.0, _FREQUENCY, True),
    "eV": (1.602176634e-19, _ENERGY, True),
    "bit": (1.0, _INFORMATION, True),
    "B": (8.0, _INFORMATION, True),
    "byte": (8.0, _INFORMATION, False),
    "min": (60.0, _TIME, False),
    "h": (3600.0, _TIME, False),
    "day": (86400.0, _TIME, False),
    "year": (31557600.0, _TIME, False),
    "%": (1e-2, DIMENSIONLESS, False),
    "ppm": (1e-6, DIMENSIONLESS, False),
    "1": (1.0, DIMENSIONLESS, False),
}
PREFIXES: Mapping[str, float] = {
    "a": 1e-18, "f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "µ": 1e-6, "μ": 1e-6, "m": 1e-3, "c": 1e-2,
    "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
}  # fmt: skip
"""Factor of each SI prefix that is read."""
_BINARY_PREFIXES = {"Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40}
_HINTS = {
    "KB": "KiB (1024 bytes) or kB (1000 bytes)",
    "K": "kohm, kB ... with a small k; K alone is kelvin",
    "sps": "Hz",
    "Sps": "Hz",
    "Gsps": "GHz",
    "Msps": "MHz",
    "TOPS": "THz, operations per second",
    "degC": "kelvin",
    "C°": "kelvin",
    "°C": "kelvin",
    "mil": "um",
    **dict.fromkeys(("volt", "volts", "Volt"), "V"),
    **dict.fromkeys(("amp", "amps", "ampere", "amperes"), "A"),
    **dict.fromkeys(("sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("watt", "watts"), "W"),
    **dict.fromkeys(("joule", "joules"), "J"),
    **dict.fromkeys(("farad", "farads"), "F"),
    **dict.fromkeys(("hertz", "Hertz"), "Hz"),
    **dict.fromkeys(("kelvin", "Kelvin"), "K"),
    "F2": "a feature-size multiple, which is a plain number",
}

OUTSIDE_SI = frozenset({"TOPS/W", "USD"})
"""Units of results outside the SI; numbers in these units get no prefix."""

_NAMES: dict[Dimension, tuple[str, str, str]] = {
    DIMENSIONLESS: ("plain number", "1", "0.2"),
    _LENGTH: ("length", "m", "28 nm"),
    Dimension(metre=2): ("area", "m^2", "4 um^2"),
    _MASS: ("mass", "kg", "1 g"),
    _TIME: ("time", "s", "10 ns"),
    _CURRENT: ("current", "A", "10 uA"),
    _TEMPERATURE: ("temperature", "K", "300 K"),
    _INFORMATION: ("amount of information", "bit", "64 KiB"),
    _ENERGY: ("energy", "J", "1.4 pJ"),
    _POWER: ("power", "W", "2 mW"),
    Dimension(0, 1, -2): ("energy per area", "J/m^2", "3 MJ/cm^2"),
    Dimension(-2, 0, 2): ("mass per energy", "kg/J", "0.1 g/kJ"),
    Dimension(-2, 1): ("mass per area", "kg/m^2", "500 g/cm^2"),
    _VOLTAGE: ("voltage", "V", "0.9 V"),
    _RESISTANCE: ("resistance", "ohm", "47 kohm"),
    _CONDUCTANCE: ("conductance", "S", "40 uS"),
    _CAPACITANCE: ("capacitance", "F", "10 pF"),
    _CHARGE: ("charge", "C", "1 fC"),
    _FREQUENCY: ("rate", "1/s", "200 MHz"),
    Dimension(bit=-1): ("number per bit", "1/bit", "2 1/bit"),
    Dimension(bit=1, second=-1): ("data rate", "bit/s", "20 GB/s"),
    Dimension(2, 1, -2, bit=-1): ("energy per bit", "J/bit", "50 fJ/bit"),
    Dimension(1, 1, -2, bit=-1): ("energy per bit and length", "J/bit/m", "49 fJ/bit/mm"),
    Dimension(2, 1, -3, bit=-1): ("power per bit", "W/bit", "20 pW/bit"),
    Dimension(metre=2, bit=-1): ("area per bit", "m^2/bit", "0.12 um^2/bit"),
    Dimension(metre=2, bit=-2): ("area per bit squared", "m^2/bit^2", "6 um^2/bit^2"),
    Dimension(2, 1, -2, bit=-2): ("energy per bit squared", "J/bit^2", "3 fJ/bit^2"),
    Dimension(0, 1, -3): ("power density", "W/m^2", "0.5 W/mm^2"),
    Dimension(-2, -1, 3, kelvin=1): ("thermal resistance", "K/W", "30 K/W"),
    Dimension(0, -1, 3, kelvin=1): ("thermal resistance of an area", "m^2*K/W", "1e-6 m^2*K/W"),
    Dimension(-4, -1, 4, 2): ("capacitance per area", "F/m^2", "2 fF/um^2"),
    Dimension(-3, -1, 4, 2): ("capacitance per length", "F/m", "0.2 fF/um"),
    Dimension(-3, -1, 3, 2): ("conductance per length", "S/m", "1 mS/um"),
    Dimension(1, 1, -3, -2): ("resistance per length", "ohm/m", "6 ohm/um"),
    Dimension(metre=-1, ampere=1): ("current per length", "A/m", "0.6 mA/um"),
    Dimension(-2, -1, 2, 1): ("rate per volt", "1/V/s", "150 1/V/s"),
    Dimension(-2, -1, 3, 1): ("inverse voltage", "1/V", "1 1/V"),
    Dimension(-4, -2, 6, 2): ("inverse voltage squared", "1/V^2", "1 1/V^2"),
    Dimension(-6, -3, 9, 3): ("inverse voltage cubed", "1/V^3", "1 1/V^3"),
    Dimension(3, 1, -3, -2): ("resistivity", "ohm*m", "2e-8 ohm*m"),
    Dimension(metre=-2): ("number per area", "1/m^2", "0.1 1/cm^2"),
    Dimension(3, 1, -3, -1): ("voltage times length", "V*m", "2 mV*um"),
    Dimension(1, 1, -3, -1): ("field", "V/m", "1.5 MV/cm"),
    Dimension(metre=-2, second=1, ampere=1): ("charge per area", "C/m^2", "16 uC/cm^2"),
}

_QUANTITY = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*\Z", re.DOTALL)
_FACTOR = re.compile(r"([^\d^*/\s+-]+|1)(?:\^|\*\*)?(?:([+-]?\d+))?\Z")
_LONGEST_QUANTITY = 200
_LARGEST_POWER = 300
"""Largest power of ten of a unit that a float can represent."""


@lru_cache(maxsize=4096)
def parse_unit(text: str) -> tuple[float, Dimension]:
    """`read_unit` without further units, kept."""
    return read_unit(text, {})


def read_unit(text: str, others: Mapping[str, tuple[float, Dimension]]) -> tuple[float, Dimension]:
    """Return the factor to SI and the dimension of a unit expression such as ``fJ/um^2`` or ``1/V/s``.

    Parameters
    ----------
    text : str
        Unit names with optional SI prefix (or binary prefix for bit and B), joined by ``*`` and ``/``, each
        with an optional integer power after ``^``. The empty text is dimensionless.
    others : mapping
        Factor to SI and dimension of further units, such as counted ones; they come first.

    Returns
    -------
    factor : float
        Multiplier from the given unit to SI.
    dimension : Dimension
        Exponents of the base units.

    Raises
    ------
    QuantityError
        For an unknown unit; the message names the nearest known one.
    """
    factor, dimension = 1.0, DIMENSIONLESS
    words = " ".join(text.replace("**", "^").replace("·", "*").split())
    expression = re.sub(r" ?([*/^]) ?", r"\1", words).replace(" ", "*")
    if not expression:
        return factor, dimension
    sign = 1
    for piece in re.split(r"([*/])", expression):
        if piece in {"*", "/"}:
            sign = -1 if piece == "/" else 1
            continue
        match = _FACTOR.match(piece)
        if match is None:
            raise QuantityError(f"cannot read the unit {text!r}")
        power = sign * int(match[2] or 1)
        if abs(power) > 12:
            raise QuantityError(f"power {power} in the unit {text!r} is beyond 12")
        one_factor, one_dimension = _single_unit(match[1], text, others)
        factor *= one_factor**power
        dimension = dimension.times(one_dimension, power)
    return factor, dimension


def _single_unit(
    name: str, whole: str, others: Mapping[str, tuple[float, Dimension]]
) -> tuple[float, Dimension]:
    if name in others:
        return others[name]
    if name in _UNITS:
        factor, dimension, _ = _UNITS[name]
        return factor, dimension
    for length in (1, 2):
        prefix, unit = name[:length], name[length:]
        if unit in _UNITS:
            factor, dimension, prefixed = _UNITS[unit]
            if prefix in PREFIXES and prefixed:
                return PREFIXES[prefix] * factor, dimension
            if prefix in _BINARY_PREFIXES and dimension == _INFORMATION:
                return _BINARY_PREFIXES[prefix] * factor, dimension
    near = difflib.get_close_matches(name, others, n=1, cutoff=0.6)
    if name in _HINTS and not near:
        raise QuantityError(f"unknown unit {name!r} in {whole!r}; write {_HINTS[name]}")
    longer = [prefix + unit for unit, (_, _, yes) in _UNITS.items() if yes for prefix in PREFIXES]
    spellings = (*_UNITS, *longer, "KiB", "MiB", "GiB", "Kibit", "Mibit")
    near = near or difflib.get_close_matches(name, spellings, n=1, cutoff=0.5)
    raise QuantityError(
        f"unknown unit {name!r} in {whole!r}" + (f"; did you mean {near[0]!r}?" if near else "")
    )


def parse_quantity(text: str | float, unit: str) -> float:
    """Return the SI value of a quantity such as ``47 kohm`` and check that it has the dimension of `unit`.

    Parameters
    ----------
    text : str or float
        Number followed by a unit. A bare number is accepted only for a dimensionless quantity.
    unit : str
        A unit of the expected dimension, for example ``"V"``; ``"1"`` for a dimensionless quantity.

    Returns
    -------
    float
        The value in SI units (bits for information).

    Raises
    ------
    QuantityError
        If the text is not a finite number, lacks a unit, or has an unknown unit or the wrong dimension.

    Examples
    --------
    >>> parse_quantity("47 kohm", "ohm")
    47000.0
    """
    _, expected = parse_unit(unit)
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise QuantityError(f"expected {describe_dimension(expected)}, got {_kind(text)}")
    if not isinstance(text, str):
        value, given, written = float(text), DIMENSIONLESS, f"{text!r}"
    else:
        if len(text) > _LONGEST_QUANTITY:
            raise QuantityError(
                f"expected {describe_dimension(expected)}, got {len(text)} characters of text"
            )
        match = _QUANTITY.match(text)
        if match is None:
            raise QuantityError(f"expected {describe_dimension(expected)}, got {text!r}")
        factor, given = parse_unit(match[2])
        value, written = _scaled(match[1], factor), text.strip()
    if not math.isfinite(value):
        raise QuantityError(f"expected {describe_dimension(expected)}, got {written}, which is not finite")
    if given == expected:
        return value
    if given == DIMENSIONLESS and not (isinstance(text, str) and "%" in text):
        raise QuantityError(f"{written} has no unit; expected {describe_dimension(expected)}")
    raise QuantityError(f"{written} is {article(_name(given)[0])}; expected {describe_dimension(expected)}")


def _scaled(number: str, factor: float) -> float:
    """Return `number` times `factor`, rounded to the nearest float if the factor is a power of ten.

    ``90 nm`` and ``9e-11 km`` must equal ``90e-9`` exactly, and 90 * 1e-9 does not.
    """
    power = round(math.log10(factor))
    if abs(power) > _LARGEST_POWER or not math.isclose(10.0**power, factor, rel_tol=1e-14):
        return float(number) * factor
    digits, _, exponent = number.lower().partition("e")
    return float(f"{digits}e{int(exponent or 0) + power}")


def describe_dimension(dimension: Dimension) -> str:
    """Describe a dimension with an example: ``a voltage such as 0.9 V``."""
    name, _, example = _name(dimension)
    return f"{article(name)} such as {example}"


def _name(dimension: Dimension) -> tuple[str, str, str]:
    if dimension in _NAMES:
        return _NAMES[dimension]
    symbols = ("m", "kg", "s", "A", "K", "bit")
    text = "*".join(
        symbol if power == 1 else f"{symbol}^{power}"
        for symbol, power in zip(symbols, dimension, strict=True)
        if power
    )
    return f"quantity in {text}", text, f"1 {text}"


def article(noun: str) -> str:
    """Return `noun` with its indefinite article."""
    return ("an " if noun[0] in "aeiou" and not noun.startswith("one") else "a ") + noun


def _kind(value: object) -> str:
    if value is None:
        return "nothing"
    names = {bool: "true or false", dict: "a mapping", list: "a list"}
    return names.get(type(value), type(value).__name__)


_WRITTEN = sorted(((factor, name) for name, factor in {**PREFIXES, "": 1.0}.items() if name not in "cµμ" or not name),
                  reverse=True)  # fmt: skip
"""Factor and name of each SI prefix that is written, the largest first."""
_SQUARE = ((1.0, 0.0995, "m^2"), (1e-6, 0.00995, "mm^2"), (1e-12, 0.09, "um^2"), (1e-18, 0.0, "nm^2"))
_TIME_LONG = ((31557600.0, "year"), (86400.0, "day"), (3600.0, "h"))


def format_quantity(value: float, unit: str, digits: int = 3) -> str:
    """Format a number with a readable prefix: ``format_quantity(1.39e-12, "J")`` is ``1.39 pJ``.

    Areas are written in m^2, mm^2, um^2 or nm^2, amounts of information in KiB and MiB, long times in h to years,
    masses in kg or in g with a prefix.
    """
    value = float(value)
    if value == 0.0 or not math.isfinite(value):
        return f"{value:g}" + ("" if unit == "1" else f" {unit}")
    size = abs(value)
    if unit == "1":
        return _digits(value, digits) if 1e-3 <= size < 1e6 else f"{value:.{digits - 1}e}"
    if unit == "m^2":
        factor, name = next((f, n) for f, share, n in _SQUARE if size >= f * share)
        return f"{_digits(value / factor, digits)} {name}"
    if unit == "bit" and size >= 8192:
        factor, name = (2.0**23, "MiB") if size >= 2.0**23 else (2.0**13, "KiB")
        return f"{_digits(value / factor, digits)} {name}"
    if unit == "bit":
        return f"{_digits(value, digits)} bit"
    if unit == "s" and size >= 3600.0:
        factor, name = next((f, n) for f, n in _TIME_LONG if size >= f)
        return f"{_digits(value / factor, digits)} {name}"
    if unit == "W/m^2":
        return f"{_digits(value / 1e6, digits)} W/mm^2"
    head, _, tail = unit.partition("/")
    if (head in {"1", "m", "m^2"} or "^" in head) and unit != "m":
        return f"{_digits(value, digits)} {unit}"
    if head == "kg" and size < 1.0:
        value, size, head = value * 1e3, size * 1e3, "g"
    factor, prefix = (1.0, "") if head in {"K", "kg"} or unit in OUTSIDE_SI else prefix_of(size)
    return f"{_digits(value / factor, digits)} {prefix}{head}" + (f"/{tail}" if tail else "")


def prefix_of(size: float) -> tuple[float, str]:
    """Return factor and name of the SI prefix for a positive number; the smallest prefix for numbers below all of them.

    Examples
    --------
    >>> prefix_of(0.0123), prefix_of(4.5e7)
    ((0.001, 'm'), (1000000.0, 'M'))
    """
    return next((step for step in _WRITTEN if size >= step[0] * 0.9995), _WRITTEN[-1])


def three_digits(value: float, unit: str) -> str:
    """A quantity rounded to three digits, as numbers with a band need no more.

    Examples
    --------
    >>> three_digits(27458.0, "1/s"), format_quantity(27458.0, "1/s")
    ('27500 1/s', '27458 1/s')
    """
    return format_quantity(float(f"{value:.3g}"), unit)


def _digits(value: float, digits: int) -> str:
    text = f"{value:.{digits}g}"
    return f"{value:.0f}" if "e+" in text and abs(value) < 1e6 else text


_SCALES = {
    "m": ((1.0, "m", 0.9995), (1e-3, "mm", 0.9995), (1e-6, "um", 0.9995), (1e-9, "nm", 0.0)),
    "m^2": ((1.0, "m^2", 0.0995), (1e-6, "mm^2", 0.00995), (1e-12, "um^2", 0.00995), (1e-18, "nm^2", 0.0)),
}
"""For lengths and areas: unit, name, and the smallest number that is written in it."""
_HOUR = 3600.0
"""Seconds per hour."""
_SLOW = 0.01
"""Rate per second below which it is printed per hour, as times are then in hours."""


def formatted(value: float | None, unit: str) -> str:
    """A number with its unit in a table cell, or a dash if the quantity does not apply.

    Examples
    --------
    >>> formatted(2.8e-8, "m"), formatted(2.8537e-8, "m^2"), formatted(0.9, "V"), formatted(None, "J")
    ('28 nm', '0.0285 mm^2', '0.9 V', '-')
    """
    if value is None:
        return "-"
    size = abs(value)
    if unit in _SCALES and value:
        factor, name = scale_of(size, unit)
        return f"{_three_digits(value / factor)} {name}"
    if unit == "V" and 0.1 <= size < 1.0:
        return f"{value:.3g} V"
    if unit == "1/s" and 0.0 < size < _SLOW:
        return f"{value * _HOUR:.3g} 1/h"
    if unit == "1/s" and 1e3 <= size < 1e6:
        return f"{_three_digits(value)} 1/s"
    return format_quantity(value, unit)


def scale_of(size: float, unit: str) -> tuple[float, str]:
    """Factor and name of the unit for a length or an area.

    Examples
    --------
    >>> scale_of(2.8e-8, "m^2")
    (1e-06, 'mm^2')
    """
    factor, name, _ = next(
        (scale for scale in _SCALES[unit] if size >= scale[0] * scale[2]), _SCALES[unit][-1]
    )
    return factor, name


def _three_digits(value: float) -> str:
    return f"{float(f'{value:.3g}'):.0f}" if 1e3 <= abs(value) < 1e6 else f"{value:.3g}"


def formatted_interval(low: float, high: float, unit: str) -> str:
    """Interval with its unit, which is written once if both ends share it.

    Examples
    --------
    >>> formatted_interval(1.2e-9, 3e-9, "J")
    '1.2 .. 3 nJ'
    """
    first, last = formatted(low, unit), formatted(high, unit)
    number, _, prefixed = first.partition(" ")
    if prefixed and last.endswith(f" {prefixed}"):
        first = number
    return f"{first} .. {last}"


def percent(share: float) -> str:
    """A share in percent; small shares as an upper bound.

    Examples
    --------
    >>> [percent(share) for share in (0.4567, 0.0123, 0.0001, 0.0, 1.0)]
    ['45.7 %', '1.2 %', '<0.1 %', '0 %', '100 %']
    """
    if share == 0.0 or share >= 0.9995:
        return f"{share * 100:.0f} %"
    return "<0.1 %" if share < 0.001 else f"{share * 100:.1f} %"


@frozen_dataclass
class Unit:
    """The unit of an annotated number, in SI."""

    symbol: str

    @property
    def dimension(self) -> Dimension:
        """Exponents of the base units."""
        return parse_unit(self.symbol)[1]


Numeric: TypeAlias = float | NDArray[np.float64]

Dimensionless: TypeAlias = Annotated[Numeric, Unit("1")]
Metre: TypeAlias = Annotated[Numeric, Unit("m")]
SquareMetre: TypeAlias = Annotated[Numeric, Unit("m^2")]
PerSquareMetre: TypeAlias = Annotated[Numeric, Unit("1/m^2")]
Second: TypeAlias = Annotated[Numeric, Unit("s")]
PerSecond: TypeAlias = Annotated[Numeric, Unit("1/s")]
Kelvin: TypeAlias = Annotated[Numeric, Unit("K")]
KelvinPerWatt: TypeAlias = Annotated[Numeric, Unit("K/W")]
Bit: TypeAlias = Annotated[Numeric, Unit("bit")]
BitPerSecond: TypeAlias = Annotated[Numeric, Unit("bit/s")]
Ampere: TypeAlias = Annotated[Numeric, Unit("A")]
AmperePerMetre: TypeAlias = Annotated[Numeric, Unit("A/m")]
Volt: TypeAlias = Annotated[Numeric, Unit("V")]
VoltMetre: TypeAlias = Annotated[Numeric, Unit("V*m")]
VoltPerMetre: TypeAlias = Annotated[Numeric, Unit("V/m")]
Coulomb: TypeAlias = Annotated[Numeric, Unit("C")]
CoulombPerSquareMetre: TypeAlias = Annotated[Numeric, Unit("C/m^2")]
PerVolt: TypeAlias = Annotated[Numeric, Unit("1/V")]
PerSquareVolt: TypeAlias = Annotated[Numeric, Unit("1/V^2")]
PerCubicVolt: TypeAlias = Annotated[Numeric, Unit("1/V^3")]
PerVoltSecond: TypeAlias = Annotated[Numeric, Unit("1/V/s")]
Ohm: TypeAlias = Annotated[Numeric, Unit("ohm")]
OhmPerMetre: TypeAlias = Annotated[Numeric, Unit("ohm/m")]
OhmMetre: TypeAlias = Annotated[Numeric, Unit("ohm*m")]
Siemens: TypeAlias = Annotated[Numeric, Unit("S")]
SiemensPerMetre: TypeAlias = Annotated[Numeric, Unit("S/m")]
Farad: TypeAlias = Annotated[Numeric, Unit("F")]
FaradPerMetre: TypeAlias = Annotated[Numeric, Unit("F/m")]
FaradPerSquareMetre: TypeAlias = Annotated[Numeric, Unit("F/m^2")]
Joule: TypeAlias = Annotated[Numeric, Unit("J")]
JoulePerSquareMetre: TypeAlias = Annotated[Numeric, Unit("J/m^2")]
Kilogram: TypeAlias = Annotated[Numeric, Unit("kg")]
KilogramPerJoule: TypeAlias = Annotated[Numeric, Unit("kg/J")]
KilogramPerSquareMetre: TypeAlias = Annotated[Numeric, Unit("kg/m^2")]
PerBit: TypeAlias = Annotated[Numeric, Unit("1/bit")]
JoulePerBit: TypeAlias = Annotated[Numeric, Unit("J/bit")]
JoulePerSquareBit: TypeAlias = Annotated[Numeric, Unit("J/bit^2")]
JoulePerBitMetre: TypeAlias = Annotated[Numeric, Unit("J/bit/m")]
Watt: TypeAlias = Annotated[Numeric, Unit("W")]
WattPerBit: TypeAlias = Annotated[Numeric, Unit("W/bit")]
SquareMetreKelvinPerWatt: TypeAlias = Annotated[Numeric, Unit("m^2*K/W")]
WattPerSquareMetre: TypeAlias = Annotated[Numeric, Unit("W/m^2")]
SquareMetrePerBit: TypeAlias = Annotated[Numeric, Unit("m^2/bit")]
SquareMetrePerSquareBit: TypeAlias = Annotated[Numeric, Unit("m^2/bit^2")]
