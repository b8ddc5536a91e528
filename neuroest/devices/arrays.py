"""Crossbar cells and the circuits at the edge of an array."""

from __future__ import annotations

import math
from typing import ClassVar

from neuroest.devices.base import Record, non_negative, positive, quantity
from neuroest.units import (
    Ampere,
    Dimensionless,
    Farad,
    FaradPerSquareMetre,
    Joule,
    Kelvin,
    Metre,
    Ohm,
    PerSecond,
    PerVolt,
    Second,
    Siemens,
    SquareMetre,
    Volt,
    Watt,
)


class CellParameters(Record):
    """What any resistive memory cell of a crossbar has."""

    model: ClassVar[str] = ""
    folder: ClassVar[str] = "synapses"

    low_conductance: Siemens = non_negative("Conductance that stands for zero.", symbol="G_min")
    high_conductance: Siemens = positive("Conductance that stands for the largest weight.", symbol="G_max")
    conductance_spread: Dimensionless = non_negative(
        "Standard deviation of the logarithm of a programmed conductance, from cell to cell.", absent=0.0
    )
    programming_error: Dimensionless = non_negative(
        "Standard deviation by which a written conductance misses its target, over the highest one.",
        maximum=1.0,
        absent=0.0,
    )
    low_programming_error: Dimensionless = non_negative(
        "The same of cells that are left at the low conductance.", maximum=1.0, absent=0.0
    )
    stuck_low_share: Dimensionless = non_negative(
        "Share of the cells that stay at the low conductance whatever is written.",
        maximum=1.0,
        symbol="p_0",
        absent=0.0,
    )
    stuck_high_share: Dimensionless = non_negative(
        "Share of the cells that stay at the high conductance whatever is written.",
        maximum=1.0,
        symbol="p_1",
        absent=0.0,
    )
    high_drift_exponent: Dimensionless = non_negative(
        "Exponent with which the high conductance falls after writing; without it there is no drift.",
        maximum=1.0, symbol="nu_high", absent=0.0,
    )  # fmt: skip
    low_drift_exponent: Dimensionless = non_negative(
        "Exponent with which the low conductance falls after writing.",
        maximum=1.0,
        symbol="nu_low",
        absent=0.0,
    )
    high_drift_exponent_spread: Dimensionless = non_negative(
        "Standard deviation of the exponent of the high conductance from cell to cell.",
        maximum=1.0,
        absent=0.0,
    )
    low_drift_exponent_spread: Dimensionless = non_negative(
        "Standard deviation of the exponent of the low conductance from cell to cell.",
        maximum=1.0,
        absent=0.0,
    )
    drift_reference_time: Second = positive(
        "Time after writing at which the stated conductances are read.", symbol="t_0", absent=1.0
    )
    relaxation_spread: Dimensionless = non_negative(
        "Standard deviation by which written conductances have wandered at the first reading, over the highest one.",
        maximum=1.0,
        absent=0.0,
    )
    relaxation_growth: Dimensionless = non_negative(
        "Growth of that standard deviation per decade of time.", maximum=1.0, absent=0.0
    )
    low_relaxation_spread: Dimensionless = non_negative(
        "Standard deviation by which cells at the low conductance have wandered by then, over the highest one.",
        maximum=1.0,
        absent=0.0,
    )
    low_relaxation_growth: Dimensionless = non_negative(
        "Growth of that of cells at the low conductance per decade of time.", maximum=1.0, absent=0.0
    )
    relaxation_reference_time: Second = positive(
        "Time of the first reading after writing, for the relaxation.", absent=1.0
    )
    read_noise: Dimensionless = non_negative(
        "Standard deviation of a conductance from read to read, over the highest one.",
        maximum=1.0,
        absent=0.0,
    )
    flicker_noise: Dimensionless = non_negative(
        "Root of the relative spectral density of 1/f noise times the frequency.",
        maximum=1.0,
        symbol="Q_s",
        absent=0.0,
    )
    flicker_pulse_width: Second = positive(
        "Width of the read pulses that the 1/f noise was found with.", symbol="t_read", absent=1e-6
    )
    bits_per_cell: Dimensionless = quantity("Bits that one cell can hold.", minimum=1, maximum=16)
    memristor_capacitance: Farad = non_negative("Capacitance of one memristor on its column.", symbol="C_m")
    read_voltage_limit: Volt = positive("Read voltage above which reading disturbs the state.")
    program_voltage: Volt = positive("Amplitude of a programming pulse.", symbol="V_p")
    program_current: Ampere = positive("Current of a programming pulse.", symbol="I_p")
    program_time: Second = positive("Width of a programming pulse.", symbol="t_p")
    verify_time: Second = non_negative("Time of the read between programming pulses.", symbol="t_v")
    write_pulses: Dimensionless = positive("Programming pulses per cell with verification.", symbol="N_p")
    endurance: Dimensionless = positive("Write cycles before a cell fails.", symbol="N_end")
    retention_time: Second = positive(
        "Time after which a weight must be written again; without it weights are taken to stay.",
        symbol="t_ret", absent=math.inf,
    )  # fmt: skip
    retention_temperature: Kelvin = positive(
        "Temperature that the retention time was found at.", maximum=1000.0, symbol="T_ret", absent=300.0
    )
    retention_activation_energy: Joule = non_negative(
        "Barrier against losing the state; without it temperature changes nothing.",
        symbol="E_ret",
        absent=0.0,
    )
    disturb_reads: Dimensionless = positive(
        "Reads after which a weight must be written again; without it reading is taken to leave it alone.",
        absent=math.inf,
    )


class ResistiveCellParameters(CellParameters):
    """Resistive memory with an access transistor."""

    model: ClassVar[str] = "one_transistor_one_resistor"

    access_width: Metre = positive("Width of the access transistor.", maximum=1e-4, symbol="W_acc")
    access_resistance: Ohm = non_negative("Resistance of the access transistor in series.", symbol="R_acc")
    cell_feature_squares: Dimensionless = positive(
        "Cell area in squares of the feature size.", symbol="A_cell/F^2"
    )
    minimum_cell_area: SquareMetre = non_negative(
        "Area below which the programming transistor cannot shrink."
    )


class CrosspointCellParameters(CellParameters):
    """Resistive memory at the crossing of two wires, without a transistor."""

    half_pitch: Metre = positive("Half of the pitch of the array's wires.", maximum=1e-5, symbol="p")
    layers: Dimensionless = quantity(
        "Layers of cells that are stacked.", minimum=1, maximum=256, integer=True
    )
    nonlinearity: Dimensionless = quantity(
        "Current at a voltage over the current at half of it; two is ohmic.", minimum=1, symbol="k_NL"
    )
    turn_on_voltage: Volt = non_negative(
        "Voltage across a cell below which its selector stays closed.", maximum=10.0, absent=0.0
    )


class SelectorCellParameters(CrosspointCellParameters):
    """Resistive memory in series with a two-terminal selector."""

    model: ClassVar[str] = "one_selector_one_resistor"


class PassiveCellParameters(CrosspointCellParameters):
    """Resistive memory alone at the crossing of two wires."""

    model: ClassVar[str] = "passive"


class ChargeCellParameters(Record):
    """Static memory cell that puts the product of its bit and an input bit on a capacitor."""

    model: ClassVar[str] = "charge_domain_sram"
    folder: ClassVar[str] = "synapses"

    unit_capacitance: Farad = positive("Capacitor of one cell.", maximum=1e-12, symbol="C_u")
    capacitance_spread: Dimensionless = non_negative(
        "Standard deviation of one capacitor over its mean.", maximum=1.0, symbol="sigma_C"
    )
    plate_parasitic: Dimensionless = non_negative(
        "Capacitance of the driven plate to ground over that of the capacitor.", maximum=2.0
    )
    capacitance_density: FaradPerSquareMetre = positive(
        "Capacitance per area of the metal layers above the cell.", symbol="c_A"
    )
    array_efficiency: Dimensionless = positive(
        "Share of an array that its cells fill; decoders and circuits for writing take the rest.",
        maximum=1.0,
        symbol="eta_a",
    )
    cell_feature_squares: Dimensionless = positive(
        "Area of the cell's transistors in squares of the feature size.", symbol="A_cell/F^2"
    )
    product_width: Metre = positive(
        "Width of the transistor that passes the level of a row line to the capacitor.",
        maximum=1e-4,
        symbol="W_p",
    )
    product_resistance: Ohm = positive("Resistance between row line and capacitor.", symbol="R_p")
    access_width: Metre = positive("Width of an access transistor for writing.", maximum=1e-4, symbol="W_acc")
    control_width: Metre = non_negative(
        "Width of the transistors of a cell that reset or join capacitors in every read, whatever the input.",
        maximum=1e-4,
        absent=0.0,
    )
    write_time: Second = positive("Time to write one row.", symbol="t_w")
    leakage_power: Watt = non_negative("Leakage of one cell at 300 K.")


class RowDriverParameters(Record):
    """What the output stage of any row driver has."""

    model: ClassVar[str] = ""
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


class SpikeDriverParameters(RowDriverParameters):
    """One-bit row driver: a tapered inverter chain sized for its row."""

    model: ClassVar[str] = "spike_driver"


class PulseWidthDriverParameters(RowDriverParameters):
    """Row driver that is on for a time in proportion to its input."""

    model: ClassVar[str] = "pulse_width"

    conversion_energy: Joule = non_negative("Energy of turning one number into one pulse.")
    converter_area: SquareMetre = non_negative("Area of the counter or delay line of one row.")


class CapacitiveDacParameters(RowDriverParameters):
    """Charge-redistribution converter at each row, with the buffer that carries the row's current."""

    model: ClassVar[str] = "capacitive_dac"

    unit_capacitance: Farad = positive("Capacitor of the lowest bit.", symbol="C_u")
    switching_factor: Dimensionless = positive(
        "Energy of a conversion over that of charging all capacitors.", maximum=4.0, symbol="k_c"
    )
    capacitance_density: FaradPerSquareMetre = positive("Density of the capacitors.", symbol="c_A")
    switch_area: SquareMetre = non_negative("Area of the switches of one bit.")
    buffer_overhead: Dimensionless = non_negative(
        "Quiescent current of the buffer over the largest row current that it carries."
    )


class ResistiveLadderParameters(RowDriverParameters):
    """R-2R ladder at each row, with the buffer that carries the row's current."""

    model: ClassVar[str] = "resistive_ladder"

    unit_resistance: Ohm = positive("Resistance R of the ladder.", symbol="R")
    resistor_area: SquareMetre = positive("Area of one resistor R.")
    buffer_overhead: Dimensionless = non_negative(
        "Quiescent current of the buffer over the largest row current that it carries."
    )


class AnalogStageParameters(Record):
    """Analogue circuit that acts once for a value: a buffer, an adder of currents, a charging unit with comparator."""

    model: ClassVar[str] = "analog_stage"
    folder: ClassVar[str] = "drivers"

    action_energy: Joule = positive("Energy of passing on one value.", symbol="E_st")
    relative_error: Dimensionless = non_negative(
        "Error that it adds to a value, one standard deviation over full scale.", maximum=1.0, symbol="eps_st"
    )
    footprint: SquareMetre = non_negative("Area of one stage.")


class LevelShifterParameters(Record):
    """Level shifter between logic and a row that is driven above the logic supply."""

    model: ClassVar[str] = "level_shifter"
    folder: ClassVar[str] = "drivers"

    toggle_energy: Joule = positive("Energy of one pulse, both edges.")
    maximum_voltage: Volt = positive("Highest voltage that its transistors stand.", maximum=100.0)
    leakage_power: Watt = non_negative("Leakage of one shifter.")
    footprint: SquareMetre = positive("Area of one shifter.")


class CurrentMirrorParameters(Record):
    """Current mirror that weighs the current of one column and adds it to a common line."""

    model: ClassVar[str] = "current_mirror"
    folder: ClassVar[str] = "drivers"

    bias_current: Ampere = positive("Current that one mirror draws while it works.", symbol="I_m")
    relative_error: Dimensionless = non_negative(
        "Mismatch of the mirror, one standard deviation.", maximum=1.0
    )
    footprint: SquareMetre = positive("Area of one mirror at unit weight.")


class SampleAndHoldParameters(Record):
    """Capacitor with a switch and a follower that keeps the result of a column."""

    model: ClassVar[str] = "sample_and_hold"
    folder: ClassVar[str] = "converters"

    hold_capacitance: Farad = positive("Capacitor that keeps the sample.", symbol="C_h")
    signal_swing: Volt = positive("Largest voltage on the capacitor.", maximum=10.0)
    hold_current: Ampere = non_negative("Current of the follower while the sample is kept.")
    droop_current: Ampere = non_negative("Leakage of the switch off the capacitor.")
    footprint: SquareMetre = positive("Area of one stage.")


class SampleAndHoldCircuitParameters(Record):
    """Capacitor with a switch and a source follower, sized for the converter that they serve."""

    model: ClassVar[str] = "sample_and_hold_circuit"
    folder: ClassVar[str] = "converters"

    signal_swing: Volt = positive("Largest voltage on the capacitor.", maximum=10.0, symbol="V")
    noise_share: Dimensionless = positive(
        "Noise power of a sample over that of the converter's quantisation.", maximum=10.0, symbol="a"
    )
    minimum_capacitance: Farad = positive(
        "Least capacitor, for the charge that its switch leaves and the gate of the follower."
    )
    capacitance_density: FaradPerSquareMetre = positive("Density of the capacitor.", symbol="c_A")
    converter_input_capacitance: Farad = positive(
        "Input of a converter whose circuit does not tell it.", symbol="C_in"
    )
    acquisition_share: Dimensionless = positive(
        "Share of a conversion in which a converter takes its input whose circuit does not tell it.",
        maximum=1.0,
    )
    transconductance_efficiency: PerVolt = positive(
        "Transconductance of the follower per current.", maximum=40.0, symbol="e"
    )
    current_linearity: Dimensionless = positive(
        "Current of the follower's transistors over that of the process at full drive.", maximum=1.0
    )
    switch_width_ratio: Dimensionless = positive("Width of the sampling switch over the feature size.")


class TransmissionGateParameters(Record):
    """Switch of an n-type and a p-type transistor side by side, and the logic that chooses among such switches."""

    model: ClassVar[str] = "transmission_gate"
    folder: ClassVar[str] = "drivers"

    resistance_factor: Dimensionless = positive(
        "Resistance of a closed transistor at small voltage over nominal supply by on-current.",
        maximum=2.0,
        symbol="k",
    )
    threshold_voltage: Volt = positive(
        "Threshold of its transistors at a typical corner.", maximum=1.0, symbol="V_T"
    )
    least_overdrive: Volt = positive(
        "Least supply above two thresholds for which the law of its resistance holds; below, its value there is kept.",
        maximum=1.0,
    )
    width_ratio: Dimensionless = positive(
        "Width of the p-type transistor over that of the n-type one of the same conductance.",
        maximum=10.0,
        symbol="b_p",
    )
    minimum_width_ratio: Dimensionless = positive(
        "Narrowest n-type transistor over the feature size.", maximum=1000.0
    )
    maximum_width_ratio: Dimensionless = positive(
        "Widest n-type transistor that a column has room for, over the feature size."
    )
    logic_width_ratio: Dimensionless = positive(
        "Width of all transistors at one input of a logic gate, over the feature size."
    )
    counter_gates: Dimensionless = positive("Gates of two inputs of one bit of a counter.", symbol="k_c")


class CurrentClampParameters(Record):
    """Current conveyor that holds a column at its potential and hands its current to the neuron."""

    model: ClassVar[str] = "current_clamp"
    folder: ClassVar[str] = "drivers"

    bias_current: Ampere = positive("Current that the conveyor draws while it works.", symbol="I_b")
    input_resistance: Ohm = positive("Small-signal resistance that the column sees.", symbol="R_in")
    footprint: SquareMetre = positive("Area of one conveyor.")


class SampledClampParameters(CurrentClampParameters):
    """Current conveyor that keeps the column's result and presents it to the neuron after the rows went idle."""

    model: ClassVar[str] = "sampled_clamp"

    hold_capacitance: Farad = positive("Capacitor that keeps the result.", symbol="C_h")
    hold_voltage: Volt = positive("Largest voltage on the capacitor.", maximum=10.0)
    follower_current: Ampere = non_negative("Current of the follower while the neuron integrates.")
    droop_current: Ampere = non_negative("Leakage off the capacitor.")
    hold_footprint: SquareMetre = positive("Area of one capacitor with its switch and follower.")


class TaperedBufferParameters(Record):
    """Chain of growing inverters behind a neuron."""

    model: ClassVar[str] = "tapered_buffer"
    folder: ClassVar[str] = "drivers"

    stage_ratio: Dimensionless = quantity(
        "Size of a stage over that of the one before.", minimum=1.5, maximum=20
    )
    input_capacitance: Farad = positive("Input of the first inverter, and of each receiver.", symbol="C_0")
    inverter_area: SquareMetre = positive("Area of the first inverter.")


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


class ClockedAdcParameters(Record):
    """What the converters share that are computed from their circuit."""

    model: ClassVar[str] = ""
    folder: ClassVar[str] = "converters"

    comparator_area: SquareMetre = positive("Area of one comparator.")
    maximum_bits: Dimensionless = positive("Highest resolution that the circuit is good for.")
    maximum_clock_frequency: PerSecond = positive("Highest clock of comparators and counters.")
    circuit_voltage: Volt = non_negative(
        "Supply that the energies were found at, with whose square they go; without it they hold at any supply.",
        maximum=10.0,
        absent=0.0,
    )


class SarAdcParameters(ClockedAdcParameters):
    """Successive-approximation converter from its circuit."""

    model: ClassVar[str] = "sar_adc"

    reference_voltage: Volt = positive("Reference of the capacitor array.", maximum=10.0, symbol="V_ref")
    unit_capacitance: Farad = positive("Capacitor of the lowest bit.", symbol="C_u")
    switching_factor: Dimensionless = positive(
        "Energy of a conversion over that of charging all capacitors.", maximum=4.0, symbol="k_c"
    )
    comparator_energy: Joule = positive("Energy of one decision.", symbol="E_cmp")
    logic_energy: Joule = positive("Energy of the control logic for one bit.")
    capacitance_density: FaradPerSquareMetre = positive("Density of the capacitors.", symbol="c_A")
    switch_area: SquareMetre = non_negative("Area of the switches of one bit.")
    logic_area: SquareMetre = positive("Area of the control logic of one bit.")


class FlashAdcParameters(ClockedAdcParameters):
    """Flash converter from its circuit."""

    model: ClassVar[str] = "flash_adc"

    comparator_energy: Joule = positive("Energy of one decision.", symbol="E_cmp")
    ladder_energy: Joule = non_negative("Energy of the reference ladder in one conversion.")
    ladder_area: SquareMetre = non_negative("Area of the reference ladder.")
    clock_cycles: Dimensionless = positive("Clock cycles of one conversion.")


class RampAdcParameters(ClockedAdcParameters):
    """Single-slope converter from its circuit: a ramp that many columns share, a comparator and a latch for each."""

    model: ClassVar[str] = "ramp_adc"

    comparator_cycle_energy: Joule = positive("Energy of the comparator in one clock cycle.")
    mean_fraction: Dimensionless = positive(
        "Share of the ramp after which the comparator has decided, in the mean.", maximum=1.0
    )
    latch_energy: Joule = positive("Energy of the latch for one bit.")
    generator_energy: Joule = non_negative("Energy of the ramp generator and counter in one conversion.")
    latch_area: SquareMetre = positive("Area of the latch for one bit.")
    generator_area: SquareMetre = non_negative("Area of the ramp generator and counter.")


class IntegratingAdcParameters(Record):
    """Integrator and step-wise converter at one column, by its times and energies a step."""

    model: ClassVar[str] = "integrating_adc"
    folder: ClassVar[str] = "converters"

    integration_step_time: Second = positive("Time of one sampling and integration.", symbol="t_int")
    sample_time: Second = non_negative("Time between integration and conversion of a phase.", symbol="t_s")
    conversion_step_time: Second = positive("Time of one bit of the conversion.", symbol="t_cmp")
    integration_step_energy: Joule = positive("Energy of one sampling and integration.", symbol="E_int")
    sample_energy: Joule = non_negative("Energy between integration and conversion of a phase.", symbol="E_s")
    conversion_step_energy: Joule = positive("Energy of one bit of the conversion.", symbol="E_cmp")
    footprint: SquareMetre = positive("Area of integrator and converter.")
    maximum_bits: Dimensionless = positive("Highest resolution that the circuit is good for.")


class TimeConverterParameters(Record):
    """Time-to-digital converter: a counter or delay line that is stopped by the edge of a pulse."""

    model: ClassVar[str] = "time_to_digital"
    folder: ClassVar[str] = "converters"

    step_time: Second = positive("Time of one step.", symbol="t_lsb")
    step_energy: Joule = positive("Energy of one step.", symbol="E_lsb")
    footprint: SquareMetre = positive("Area of one converter.")
    maximum_bits: Dimensionless = positive("Highest resolution that the circuit is good for.")


class SenseAmplifierParameters(Record):
    """Sense amplifier: one comparison of a column with a reference."""

    model: ClassVar[str] = "sense_amplifier"
    folder: ClassVar[str] = "converters"

    decision_energy: Joule = positive("Energy of one decision.")
    decision_time: Second = positive("Time of one decision.")
    offset: Volt = non_negative("Input-referred offset, one standard deviation.", maximum=1.0)
    footprint: SquareMetre = positive("Area of one amplifier.")
