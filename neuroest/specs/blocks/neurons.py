"""Neurons, and the circuits between them and the columns of a crossbar."""

from typing import ClassVar, Literal

from neuroest.specs.base import Count, Length, WholeNumber
from neuroest.specs.blocks import Block, DeviceBlock, InterfaceBlock, NeuronBlock, SwitchingBlock


class DiffusiveNeuronBlock(DeviceBlock):
    """Neuron of one diffusive memristor, one transistor and one resistor, as published."""

    device_model: ClassVar[str | None] = "diffusive_1m1t1r"
    model: Literal["diffusive_1m1t1r"]
    rest_time_constants: WholeNumber = 5.0
    """Decay times of the residue to wait between inferences, so that one does not colour the next."""
    kinetics: str | None = None
    """Name or path of a device spec of model `ion_kinetics`, whose barriers say how fast the ions are at the chip's
    temperature. Left out, they move as at the temperature that they were measured at."""


class IntegratedDiffusiveNeuronBlock(DeviceBlock):
    """The same neuron with node capacitance, control resistor and footprint computed from geometry."""

    device_model: ClassVar[str | None] = "diffusive_1m1t1r_integrated"
    model: Literal["diffusive_1m1t1r_integrated"]
    layout: Literal["stacked", "planar"]
    """stacked: memristor and resistor above the transistor; planar: side by side."""
    rest_time_constants: WholeNumber = 5.0
    """Decay times of the residue to wait between inferences, so that one does not colour the next."""
    kinetics: str | None = None
    """Name or path of a device spec of model `ion_kinetics`, whose barriers say how fast the ions are at the chip's
    temperature. Left out, they move as at the temperature that they were measured at."""


class ReportedNeuronBlock(DeviceBlock):
    """Neuron known by its published energy, area and rate."""

    device_model: ClassVar[str | None] = "reported_neuron"
    model: Literal["reported_neuron"]


class AnalogLifBlock(DeviceBlock):
    """Analog CMOS leaky integrate-and-fire neuron from its circuit."""

    device_model: ClassVar[str | None] = "analog_lif"
    model: Literal["analog_lif"]


class ThresholdSwitchBlock(DeviceBlock):
    """Neuron of a volatile threshold switch, a resistor and an explicit capacitor."""

    device_model: ClassVar[str | None] = "threshold_switch_neuron"
    model: Literal["threshold_switch_neuron"]


class PhaseChangeNeuronBlock(DeviceBlock):
    """Neuron of a phase-change cell that crystallises pulse by pulse."""

    device_model: ClassVar[str | None] = "phase_change_neuron"
    model: Literal["phase_change_neuron"]


class FerroelectricNeuronBlock(DeviceBlock):
    """Neuron of a ferroelectric transistor that switches after enough pulses."""

    device_model: ClassVar[str | None] = "ferroelectric_neuron"
    model: Literal["ferroelectric_neuron"]


class CurrentClampBlock(DeviceBlock):
    """Circuit at each column that holds its potential and hands the current to the neuron."""

    device_model: ClassVar[str | None] = "current_clamp"
    model: Literal["current_clamp"]


class SampledClampBlock(DeviceBlock):
    """The same circuit with a capacitor that keeps the result, so that the rows rest while a neuron integrates."""

    device_model: ClassVar[str | None] = "sampled_clamp"
    model: Literal["sampled_clamp"]


class VoltageModeBlock(Block):
    """No circuit: the column's voltage is the neuron's input, attenuated by the idle rows."""

    model: Literal["voltage_mode"]


class IdealInterfaceBlock(Block):
    """No circuit and no loss; the estimate lists it as left out."""

    model: Literal["ideal"]


class CurrentMirrorBlock(DeviceBlock):
    """Mirror at each column that weighs its current by the place of its bit slice and merges arrays."""

    device_model: ClassVar[str | None] = "current_mirror"
    model: Literal["current_mirror"]


class FanOutBufferBlock(DeviceBlock):
    """Tapered buffer behind each neuron."""

    device_model: ClassVar[str | None] = "tapered_buffer"
    model: Literal["tapered_buffer"]
    wire_length: Length
    """Wire from a neuron to what takes its spikes, a router or the next rows."""
    receivers: Count
    """Inputs at the end of that wire."""


class NeuronReadoutBlock(Block):
    """A neuron at the foot of the columns, one for every output of the network."""

    slots: ClassVar[tuple[str, ...]] = ("neuron", "interface", "merge", "multiplexer", "fan_out_buffer")
    model: Literal["neuron"]
    neuron: NeuronBlock
    """The neuron."""
    interface: InterfaceBlock
    """The circuit between column and neuron."""
    partial_sums: Literal["analog_merge", "none", "digital_counter"]
    """How the results of arrays that share an output come together: as currents on a common line (`analog_merge`);
    not at all, so that the fan-in of a layer is limited to the rows of one array (`none`); or as counts of the
    spikes of a neuron at every array, which an accumulator adds and a digital neuron turns into spikes
    (`digital_counter`)."""
    merge: CurrentMirrorBlock | None = None
    """Circuit that weighs bit slices and merges currents; without it both are left out of the estimate."""
    multiplexer: SwitchingBlock | None = None
    """Switches between a column and the neurons of its positions, or of the layers that share it; without them the
    estimate takes them for granted and says so."""
    fan_out_buffer: FanOutBufferBlock | None = None
    """Buffer behind each neuron; without it the neuron is taken to drive what takes its spikes."""
