"""CMOS process, its corners, and the package of a die."""

from neuroest.blocks.technology.corner_table import CornerTable
from neuroest.core import units as u
from neuroest.equations import technology as scaling
from neuroest.specs.parameters import DEFINED, FIT, RANGE_END, Record, non_negative, positive, quantity


class Process(Record):
    """A CMOS process of one node and flavour."""

    model = "cmos_process"

    feature_size: u.Metre = positive(maximum=1e-6, symbol="F", exact=DEFINED)
    """Node label, the F of cell areas given in F^2."""
    nominal_supply_voltage: u.Volt = positive(maximum=5.0, symbol="V_dd", exact=DEFINED)
    """Supply of the core transistors."""
    minimum_supply_voltage: u.Volt = positive(maximum=5.0, exact=RANGE_END)
    """Lowest supply of the scaling laws."""
    maximum_supply_voltage: u.Volt = positive(maximum=5.0, exact=RANGE_END)
    """Highest supply of the scaling laws."""
    gate_pitch: u.Metre = positive(maximum=1e-5, symbol="CPP")
    """Contacted gate pitch."""
    metal_pitch: u.Metre = positive(maximum=1e-5)
    """Smallest metal pitch."""
    wire_capacitance: u.FaradPerMetre = positive(symbol="c_w")
    """Capacitance of a minimum-pitch wire per length."""
    wire_resistance: u.OhmPerMetre = positive(symbol="r_w")
    """Resistance of a minimum-width wire per length."""
    gate_capacitance: u.FaradPerMetre = positive(symbol="c_g")
    """Gate capacitance per transistor width, with fringe."""
    drain_capacitance: u.FaradPerMetre = positive(symbol="c_d")
    """Junction capacitance per transistor width."""
    on_current: u.AmperePerMetre = positive(symbol="j_on")
    """Saturation current of an NMOS per width."""
    off_current: u.AmperePerMetre = positive(symbol="j_off")
    """Leakage of an NMOS per width at 300 K and the nominal supply."""
    leakage_supply_slope: u.PerVolt = non_negative(absent=0.0, symbol="s_L")
    """Rise of the logarithm of the leakage per volt at the drain (DIBL). Without it, the off-current is the same at
    every supply."""
    leakage_doubling_temperature: u.Kelvin = positive()
    """Temperature step that doubles the leakage."""
    sram_bitcell_area: u.SquareMetrePerBit = positive()
    """Area of a high-density six-transistor memory cell."""
    gate_area: u.SquareMetre = positive()
    """Area of a two-input NAND gate."""
    logic_area_factor: u.Dimensionless = positive(exact="1 at the node that it is relative to")
    """Area ratio of logic to the 65 nm node."""
    analog_energy_factor: u.Dimensionless = non_negative(
        absent=0.0, exact="1 at the node that it is relative to"
    )
    """Energy of an analog circuit at one supply relative to 28 nm. Without it, no analog circuit scales to this
    process."""
    analog_area_factor: u.Dimensionless = non_negative(
        absent=0.0, exact="1 at the node that it is relative to"
    )
    """Area of an analog circuit relative to 28 nm."""
    analog_time_factor: u.Dimensionless = non_negative(
        absent=0.0, exact="1 at the node that it is relative to"
    )
    """Time of an analog circuit at nominal supplies relative to 28 nm."""
    energy_quadratic: u.PerSquareVolt = quantity(symbol="e_2", exact=FIT)
    """Coefficient of V^2 in the logic energy polynomial."""
    energy_linear: u.PerVolt = quantity(symbol="e_1", exact=FIT)
    """Coefficient of V in the logic energy polynomial."""
    energy_constant: u.Dimensionless = quantity(symbol="e_0", exact=FIT)
    """Constant of the logic energy polynomial."""
    energy_correction: u.Dimensionless = positive(absent=1.0, symbol="k_E")
    """Ratio of published or simulated logic energy at the node to the polynomial; 1 if that is used unchanged."""
    delay_cubic: u.PerCubicVolt = quantity(symbol="d_3", exact=FIT)
    """Coefficient of V^3 in the logic delay polynomial."""
    delay_quadratic: u.PerSquareVolt = quantity(symbol="d_2", exact=FIT)
    """Coefficient of V^2 in the logic delay polynomial."""
    delay_linear: u.PerVolt = quantity(symbol="d_1", exact=FIT)
    """Coefficient of V in the logic delay polynomial."""
    delay_constant: u.Dimensionless = quantity(symbol="d_0", exact=FIT)
    """Constant of the logic delay polynomial."""
    delay_correction: u.Dimensionless = positive(absent=1.0, symbol="k_D")
    """Ratio of simulated logic delay at the node to the polynomial; 1 if the polynomial is used unchanged."""

    def energy_factor(self, supply: u.Volt) -> u.Dimensionless:
        """Energy of logic at a supply, by the polynomial of the process."""
        return scaling.logic_energy_factor(
            supply, self.energy_quadratic, self.energy_linear, self.energy_constant
        )

    def delay_factor(self, supply: u.Volt) -> u.Dimensionless:
        """Delay of logic at a supply, by the polynomial of the process."""
        return scaling.logic_delay_factor(
            supply, self.delay_cubic, self.delay_quadratic, self.delay_linear, self.delay_constant
        )


class ThresholdOptions(Record):
    """Transistors with several thresholds that one process offers."""

    model = "threshold_options"

    low_off_current: u.AmperePerMetre = positive()
    """Leakage of low-threshold transistors per width at 300 K and the nominal supply."""
    standard_off_current: u.AmperePerMetre = positive()
    """Leakage of standard-threshold transistors per width at 300 K and the nominal supply."""
    high_off_current: u.AmperePerMetre = positive()
    """Leakage of high-threshold transistors per width at 300 K and the nominal supply."""


class TransistorFlavour(Record):
    """Transistors of another kind than the process file describes, which the same wafers offer."""

    model = "transistor_flavour"

    off_current: u.AmperePerMetre = positive(symbol="j_off")
    """Leakage of an NMOS per width at 300 K and the nominal supply of the process."""
    drive_ratio: u.Dimensionless = positive(maximum=10.0, symbol="k_on")
    """Saturation current per width over that of the transistors of the process. Logic is slower by its inverse."""
    gate_area_ratio: u.Dimensionless = positive(maximum=10.0)
    """Area of a gate over that of the process."""

    def of(self, process: Process) -> Process:
        """The process with these transistors; times of logic grow by the inverse of the drive ratio."""
        return process.changed(
            off_current=self.off_current,
            on_current=process.on_current * self.drive_ratio,
            gate_area=process.gate_area * self.gate_area_ratio,
            delay_correction=process.delay_correction / self.drive_ratio,
        )


class ProcessCorners(Record):
    """Slow and fast dies of a process, from a table of open design kits at their corners."""

    model = "process_corners"
    table = CornerTable

    speed_depth: u.Dimensionless = positive(maximum=5.0, symbol="s_t")
    """Distance of the corner relative to the table's corner in delay, current, threshold and energy, as an exponent."""
    leakage_depth: u.Dimensionless = positive(maximum=5.0, symbol="s_L")
    """Distance of the corner relative to the table's corner in leakage, as an exponent."""


class Package(Record):
    """Package with its thermal properties."""

    model = "package"

    thermal_resistance: u.KelvinPerWatt = positive(symbol="R_JA")
    """Thermal resistance from the die to the air around it, per package."""
