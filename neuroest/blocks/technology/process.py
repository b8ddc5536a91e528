"""CMOS process, its corners, and the package of a die."""

from __future__ import annotations

from typing import ClassVar

from neuroest.blocks.technology.corner_table import CornerTable
from neuroest.core.units import (
    AmperePerMetre,
    Dimensionless,
    FaradPerMetre,
    Kelvin,
    KelvinPerWatt,
    Metre,
    OhmPerMetre,
    PerCubicVolt,
    PerSquareVolt,
    PerVolt,
    SquareMetre,
    SquareMetrePerBit,
    Volt,
)
from neuroest.specs.parameters import DEFINED, FIT, RANGE_END, Record, positive, quantity


class Process(Record):
    """A CMOS process of one node and flavour."""

    model: ClassVar[str] = "cmos_process"
    folder: ClassVar[str] = "transistors"

    feature_size: Metre = positive(
        "Node label, the F of cell areas given in F^2.", maximum=1e-6, symbol="F", exact=DEFINED
    )
    nominal_supply_voltage: Volt = positive(
        "Supply of the core transistors.", maximum=5.0, symbol="V_dd", exact=DEFINED
    )
    minimum_supply_voltage: Volt = positive(
        "Lowest supply that the scaling laws cover.", maximum=5.0, exact=RANGE_END
    )
    maximum_supply_voltage: Volt = positive(
        "Highest supply that the scaling laws cover.", maximum=5.0, exact=RANGE_END
    )
    gate_pitch: Metre = positive("Contacted gate pitch.", maximum=1e-5, symbol="CPP")
    metal_pitch: Metre = positive("Smallest metal pitch.", maximum=1e-5)
    wire_capacitance: FaradPerMetre = positive(
        "Capacitance of a minimum-pitch wire per length.", symbol="c_w"
    )
    wire_resistance: OhmPerMetre = positive("Resistance of a minimum-width wire per length.", symbol="r_w")
    gate_capacitance: FaradPerMetre = positive(
        "Gate capacitance per transistor width, with fringe.", symbol="c_g"
    )
    drain_capacitance: FaradPerMetre = positive("Junction capacitance per transistor width.", symbol="c_d")
    on_current: AmperePerMetre = positive(
        "Saturation current of an n-type transistor per width.", symbol="j_on"
    )
    off_current: AmperePerMetre = positive(
        "Leakage of an n-type transistor per width at 300 K.", symbol="j_off"
    )
    leakage_doubling_temperature: Kelvin = positive("Temperature step that doubles the leakage.")
    sram_bitcell_area: SquareMetrePerBit = positive("Area of a high-density six-transistor memory cell.")
    gate_area: SquareMetre = positive("Area of a two-input NAND gate.")
    logic_area_factor: Dimensionless = positive(
        "Area of logic relative to the 65 nm node.", exact="1 at the node that it is relative to"
    )
    energy_quadratic: PerSquareVolt = quantity(
        "Coefficient of V^2 in the logic energy polynomial.", symbol="e_2", exact=FIT
    )
    energy_linear: PerVolt = quantity(
        "Coefficient of V in the logic energy polynomial.", symbol="e_1", exact=FIT
    )
    energy_constant: Dimensionless = quantity(
        "Constant of the logic energy polynomial.", symbol="e_0", exact=FIT
    )
    delay_cubic: PerCubicVolt = quantity(
        "Coefficient of V^3 in the logic delay polynomial.", symbol="d_3", exact=FIT
    )
    delay_quadratic: PerSquareVolt = quantity(
        "Coefficient of V^2 in the logic delay polynomial.", symbol="d_2", exact=FIT
    )
    delay_linear: PerVolt = quantity(
        "Coefficient of V in the logic delay polynomial.", symbol="d_1", exact=FIT
    )
    delay_constant: Dimensionless = quantity(
        "Constant of the logic delay polynomial.", symbol="d_0", exact=FIT
    )


class ProcessCorners(Record):
    """Slow and fast dies of a process: a table of what transistors of open design kits do at their corners."""

    model: ClassVar[str] = "process_corners"
    folder: ClassVar[str] = "transistors"
    table: ClassVar[type[CornerTable]] = CornerTable

    speed_depth: Dimensionless = positive(
        "How far the corner lies out beside the table's in delay, current, threshold and energy, as an exponent.",
        maximum=5.0,
        symbol="s_t",
    )
    leakage_depth: Dimensionless = positive(
        "How far the corner lies out beside the table's in leakage, as an exponent.",
        maximum=5.0,
        symbol="s_L",
    )


class Package(Record):
    """A package by how well it carries heat off."""

    model: ClassVar[str] = "package"
    folder: ClassVar[str] = "integration"

    thermal_resistance: KelvinPerWatt = positive(
        "Thermal resistance from the die to the air around it, per package.", symbol="R_JA"
    )
