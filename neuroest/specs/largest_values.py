"""Largest value of a number in a file, by unit: what no device, chip or network has, by a wide margin.

A number beyond it is a slip of a unit or of an exponent, and its results would be meaningless. A parameter may have a
smaller maximum of its own. The rows are conventions; the comments name something large.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from neuroest.core.units import Dimension, parse_unit

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
