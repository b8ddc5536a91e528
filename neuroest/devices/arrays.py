"""Crossbar cells and the circuits at the edge of an array."""

from __future__ import annotations

from typing import ClassVar

from neuroest.devices.base import Record, non_negative, positive, quantity
from neuroest.units import (
    Ampere,
    Dimensionless,
    Farad,
    Joule,
    Metre,
    Ohm,
    PerSecond,
    Second,
    Siemens,
    SquareMetre,
    Volt,
)


class ResistiveCellParameters(Record):
    """Resistive memory with an access transistor."""

    model: ClassVar[str] = "one_transistor_one_resistor"
    folder: ClassVar[str] = "synapses"

    low_conductance: Siemens = non_negative("Conductance that stands for zero.", symbol="G_min")
    high_conductance: Siemens = positive("Conductance that stands for the largest weight.", symbol="G_max")
    bits_per_cell: Dimensionless = quantity("Bits that one cell can hold.", minimum=1, maximum=16)
    access_width: Metre = positive("Width of the access transistor.", maximum=1e-4, symbol="W_acc")
    access_resistance: Ohm = non_negative("Resistance of the access transistor in series.", symbol="R_acc")
    cell_feature_squares: Dimensionless = positive(
        "Cell area in squares of the feature size.", symbol="A_cell/F^2"
    )
    minimum_cell_area: SquareMetre = non_negative(
        "Area below which the programming transistor cannot shrink."
    )
    memristor_capacitance: Farad = non_negative("Capacitance of one memristor on its column.", symbol="C_m")
    read_voltage_limit: Volt = positive("Read voltage above which reading disturbs the state.")
    program_voltage: Volt = positive("Amplitude of a programming pulse.", symbol="V_p")
    program_current: Ampere = positive("Current of a programming pulse.", symbol="I_p")
    program_time: Second = positive("Width of a programming pulse.", symbol="t_p")
    verify_time: Second = non_negative("Time of the read between programming pulses.", symbol="t_v")
    write_pulses: Dimensionless = positive("Programming pulses per cell with verification.", symbol="N_p")
    endurance: Dimensionless = positive("Write cycles before a cell fails.", symbol="N_end")


class SpikeDriverParameters(Record):
    """One-bit row driver: a tapered inverter chain sized for its row."""

    model: ClassVar[str] = "spike_driver"
    folder: ClassVar[str] = "drivers"

    self_load_fraction: Dimensionless = non_negative(
        "Energy of the driver's own gates over that of its row.", symbol="k_self"
    )
    voltage_loss: Dimensionless = positive(
        "Share of the read voltage that the driver may lose.", maximum=1.0, symbol="eps_drv"
    )
    current_linearity: Dimensionless = positive(
        "Read current over saturation current.", maximum=1.0, symbol="k_lin"
    )
    minimum_area: SquareMetre = non_negative("Area of the smallest driver.")


class CurrentClampParameters(Record):
    """Current conveyor that holds a column at its potential and hands its current to the neuron."""

    model: ClassVar[str] = "current_clamp"
    folder: ClassVar[str] = "drivers"

    bias_current: Ampere = positive("Current that the conveyor draws while it works.", symbol="I_b")
    input_resistance: Ohm = positive("Small-signal resistance that the column sees.", symbol="R_in")
    footprint: SquareMetre = positive("Area of one conveyor.")


class SurveyAdcParameters(Record):
    """Analog-to-digital converter by a regression over published ones."""

    model: ClassVar[str] = "survey_adc"
    folder: ClassVar[str] = "converters"

    speed_merit_constant: Dimensionless = quantity("Speed-limited figure of merit at 1 Hz, in dB.")
    speed_merit_slope: Dimensionless = quantity(
        "Change of the speed-limited figure of merit per ln(Hz), in dB, below zero."
    )
    resolution_merit_constant: Dimensionless = quantity(
        "Resolution-limited figure of merit at zero bits, in dB."
    )
    resolution_merit_slope: Dimensionless = quantity(
        "Rise of the resolution-limited figure of merit per bit, in dB."
    )
    energy_constant: Dimensionless = quantity("Constant of the logarithm of the energy correction.")
    energy_node_exponent: Dimensionless = quantity("Exponent of the node in the energy correction.")
    energy_bits_exponent: Dimensionless = quantity("Exponent of the resolution in the energy correction.")
    area_constant: Dimensionless = quantity("Constant of the logarithm of the area.")
    area_node_exponent: Dimensionless = quantity("Exponent of the node in the area.")
    area_rate_exponent: Dimensionless = quantity("Exponent of the sampling rate in the area.")
    area_energy_exponent: Dimensionless = quantity("Exponent of the conversion energy in the area.")
    minimum_feature_size: Metre = positive("Smallest node in the survey.")
    maximum_feature_size: Metre = positive("Largest node in the survey.")
    minimum_bits: Dimensionless = positive("Lowest resolution that the regression covers.")
    maximum_bits: Dimensionless = positive("Highest resolution that the regression covers.")
    maximum_sample_rate: PerSecond = positive("Highest sampling rate that the regression covers.")
    energy_quality: Dimensionless = positive("Energy of the converter over the regression's best case.")
    area_quality: Dimensionless = positive("Area of the converter over the regression's best case.")


class ReportedAdcParameters(Record):
    """Analog-to-digital converter known by its published numbers."""

    model: ClassVar[str] = "reported_adc"
    folder: ClassVar[str] = "converters"

    bits: Dimensionless = quantity("Resolution.", minimum=1, maximum=24)
    conversion_energy: Joule = positive("Energy of one conversion.")
    sample_rate: PerSecond = positive("Conversions per second.")
    footprint: SquareMetre = positive("Area of one converter.")
