"""Currents, voltages and times of an array, from which each of its circuits computes its costs."""

from typing import TYPE_CHECKING, Any, Self

from neuroest.core import units as u
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.specs.parameters import Record, non_negative, positive

ONLY_IN_ARRAY = "has costs only together with the rows, columns and circuits of an array"
"""Refusal of a block that is asked for its costs without an array."""
_WITHOUT_GROUPS = {"row_time": "read_time", "drawn_row_current": "row_current"}
"""Quantities that equal another one for a block by itself, by name."""


@frozen_dataclass(eq=False)
class Burst:
    """Drive of a neuron for one spike of the network, by layer: timesteps with a mean drive, then none.

    Attributes
    ----------
    pulse, period : float or ndarray
        Time of the drive in a timestep, and of the timestep. [s]
    steps : float or ndarray
        Driven timesteps.
    idle : float or ndarray
        Time without a drive until that for the next spike. [s]
    number : float or ndarray
        Bursts of an inference.
    ends : bool
        Whether a spike ends the drive of its timestep.
    """

    pulse: u.Second
    period: u.Second
    steps: u.Dimensionless
    idle: u.Second
    number: u.Dimensionless
    ends: bool


@frozen_dataclass(eq=False)
class SampledLoad:
    """Load and timing of a stage that holds a column result for a converter.

    Attributes
    ----------
    bits : Dimensionless
        Resolution of the converter.
    conversion_time : Second
        Time of one conversion.
    acquisition_time : Second
        Part of it in which the converter samples its input.
    input_capacitance : Farad
        Capacitance that the converter charges.
    held_time : Second
        From the sample to the end of the last conversion.
    wire : Farad
        Wires of the multiplexer to the converter.
    own_time : Second
        Time constant that the multiplexer has by itself.
    switch_share : Dimensionless
        Share of the resistance to the converter that the multiplexer has.
    """

    bits: u.Dimensionless
    conversion_time: u.Second
    acquisition_time: u.Second
    input_capacitance: u.Farad
    held_time: u.Second
    wire: u.Farad
    own_time: u.Second
    switch_share: u.Dimensionless


@frozen_dataclass(eq=False)
class Loads:
    """What a part puts on the lines that it is at.

    Attributes
    ----------
    row, column : float or ndarray
        Capacitance of one part on its row and on its column. [F]
    conductance : float or ndarray
        Conductance from its column to ground. [S]
    clamp : float or ndarray, optional
        Resistance of the virtual ground at which it holds its column; none for a column that floats. [ohm]
    series : float or ndarray
        Resistance between its column and what reads it. [ohm]
    """

    row: u.Farad = 0.0
    column: u.Farad = 0.0
    conductance: u.Siemens = 0.0
    clamp: u.Ohm | None = None
    series: u.Ohm = 0.0


class ElectricalPoint(Record):
    """Currents, voltages and times of one read, and what surrounds a circuit: all that its costs depend on.

    An array computes one for each network, from its chain of circuits (`levels.crossbar.array`). A block by itself has
    the numbers that `neuroest.block` is given as its `place`, which are those with a range; the others have no
    meaning without an array.

    Raises
    ------
    NeuroestError
        When a quantity is asked for that it lacks.

    Examples
    --------
    >>> ElectricalPoint(read_time=2e-9).row_time
    2e-09
    """

    rows: u.Dimensionless = positive()
    """Rows that are read at once."""
    input_bits: u.Dimensionless = positive()
    """Bits of an input per read."""
    cell_bits: u.Dimensionless = positive()
    """Bits of a weight per cell."""
    slices: u.Dimensionless = positive()
    """Adjacent cells that store the bits of one weight."""
    read_time: u.Second = positive()
    """Time for which the rows of one read are driven."""
    hold_time: u.Second = positive()
    """Time for which a result is held for a neuron."""
    read_voltage: u.Volt = positive()
    """Read voltage of the cells."""
    row_current: u.Ampere = non_negative()
    """Largest current of a row."""
    column_current: u.Ampere = non_negative()
    """Current of a column for which its circuit is sized."""
    row_energy: u.Joule = non_negative()
    """Energy of charging one row line."""
    tile_pitch: u.Metre = positive()
    """Distance between the nodes that a network connects."""
    places: u.Dimensionless = positive()
    """Nodes that a network connects."""

    array_path: str
    """Path of the array, under which checks of its columns are listed."""
    array_rows: u.Dimensionless
    """Rows of the array."""
    array_columns: u.Dimensionless
    """Columns of the array."""
    conducting_rows: u.Dimensionless
    """Rows whose cells load a column in one read."""
    row_capacitance: u.Farad
    """Capacitance of one row line with the loads of its cells."""
    column_capacitance: u.Farad
    """Capacitance of one column line with the loads of its cells."""
    analog_rows: bool
    """Whether the inputs are voltages of the rows."""
    drive_time: u.Second
    """Time of one input pulse: the pulse itself, or settling."""
    read_bits: u.Dimensionless
    """Bits to which the columns are read: the resolution of the converters, or the accuracy of settling."""
    signal_energy: u.Joule
    """Energy of a column at full scale."""
    cell_conductance: u.Siemens
    """Mean conductance of one cell when it is read."""
    lowest_conductance: u.Siemens
    """Conductance of a cell without a weight."""
    cell_supply_voltage: u.Volt
    """Supply voltage for each cell that conducts."""
    current_share: u.Dimensionless
    """Share of the cell current that remains with the wires and the load of the column."""
    column_energy: u.Joule | None
    """Energy of charging one column for a read; None for an ideal interface, which does not move its voltage."""
    reads_reference: bool
    """Whether a reference column is read with the others."""
    cell_programming_energy: u.Joule
    """Energy of writing one cell with its lines."""
    programming_energy: u.Joule
    """Energy of writing one cell with its lines, its write circuit and its supply."""
    written_conductance: u.Siemens
    """Mean conductance of one cell just written."""
    row_time: u.Second
    """Time for which a row is driven in one pulse, for all groups of columns."""
    drawn_row_current: u.Ampere
    """Largest current of a row on a typical die with new cells, for which its driver is sized."""
    driver_energy: u.Joule
    """Energy of the gates of a driver that charges its row once."""
    rows_per_weight: u.Dimensionless
    """Rows that one weight occupies."""
    read_supply_voltage: u.Volt
    """Voltage of the supply that delivers the read current."""
    clamp_current: u.Ampere
    """Mean magnitude of the column current that a clamp gives."""
    neuron_capacitance: u.Farad
    """Input of a neuron that its column drives directly."""
    longest_hold_time: u.Second
    """Hold time of the slowest layer."""
    settled_bits: u.Dimensionless
    """Accuracy to which a column settles before it is read."""
    spike_ends_drive: bool
    """Whether a spike of the neuron ends the drive of its timestep."""
    burst: Burst
    """Drive of the neurons for one spike of the network."""
    spikes_for_one: u.Dimensionless
    """Spikes of the typical neuron per spike of the network."""
    drive_share: u.Dimensionless
    """Mean current into a neuron over all timesteps, as a share of that under a full drive."""
    resolution: u.Dimensionless
    """Resolution of the converters."""
    sampled_load: SampledLoad
    """Load of the stages that hold column results."""
    switch_source: u.Siemens
    """Conductance in front of a multiplexer."""
    drawn_switch_source: u.Siemens
    """Conductance in front of a multiplexer on a typical die with new cells, for which its gates are sized."""
    switched_inputs: u.Dimensionless
    """Inputs of the multiplexer in front of one converter."""
    switched_swing: u.Volt
    """Largest swing of the multiplexer lines."""
    switched_supply: u.Volt
    """Supply that delivers the charge of these lines."""
    switched_pitch: u.Metre
    """Distance between neighbouring inputs of a multiplexer."""
    column_span: u.Metre
    """Length of the edge of an array along which its columns end."""
    written: Any
    """Array properties that write circuits need, a `neuroest.blocks.write_circuit.Written`."""

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)

    def changed(self, **values: Any) -> Self:
        """A copy of the point with further quantities, or with some replaced."""
        return type(self)(**{**self.__dict__, **values})

    def get(self, name: str, default: Any) -> Any:
        """One of the quantities, or a default without it."""
        return self.__dict__.get(name, default)

    if not TYPE_CHECKING:  # a type checker knows the names

        def __getattr__(self, name: str) -> Any:
            if name in _WITHOUT_GROUPS:
                return getattr(self, _WITHOUT_GROUPS[name])
            if name not in type(self).__annotations__:
                raise AttributeError(name)
            if name not in self.declared:
                raise NeuroestError(ONLY_IN_ARRAY)
            info = self.parameters()[name]
            unit = "" if info.check.unit == "1" else f", in {info.check.unit}"
            raise NeuroestError(f"needs {name} ({info.description.rstrip('.')}{unit}) of the array around it")
