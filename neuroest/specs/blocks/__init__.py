"""What a spec may say of each block of a chip.

A block names its `model` and, where the model has physical parameters, the `device` that supplies them. What
stands beside them in a block are the designer's choices: sizes, counts, clock, which interface.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, TypeAlias

from pydantic import Field
from typing_extensions import TypeAliasType

from neuroest.registry import Registry
from neuroest.specs.base import Spec
from neuroest.specs.choice import Choice, stated
from neuroest.specs.claims import GivenClaim
from neuroest.specs.device import ParameterName

GivenClaims = TypeAliasType("GivenClaims", dict[ParameterName, GivenClaim])
"""Parameters by name; an alias with a name of its own, so that all blocks share one schema of it."""


class Block(Spec):
    """A block of a chip."""

    device_model: ClassVar[str | None] = None
    """Device model that supplies the block's parameters, if there is one."""
    slots: ClassVar[tuple[str, ...]] = ()
    """Fields that hold blocks of their own."""

    model: str
    """The block's model."""


class DeviceBlock(Block):
    """A block whose physical parameters come from a device spec."""

    device: str
    """Name of a shipped device spec, or path of one."""
    parameters: GivenClaims = Field(default_factory=dict)
    """Single parameters that replace those of the device: a full claim, or a quantity, which then counts as
    assumed by this architecture."""


BLOCKS: Mapping[str, type[Block]] = Registry(
    "neuroest.specs.blocks",
    {
        "sram": "memories.SramBlock",
        "sram_table": "memories.SramTableBlock",
        "memory_macro": "memories.MemoryMacroBlock",
        "edram": "memories.EdramBlock",
        "register_file": "memories.RegisterFileBlock",
        "accumulator": "digital.AccumulatorBlock",
        "vector_unit": "digital.VectorUnitBlock",
        "matrix_unit": "digital.MatrixUnitBlock",
        "spike_coder": "digital.SpikeCoderBlock",
        "digital_lif": "digital.DigitalNeuronBlock",
        "multiply_accumulate": "digital.MultiplyAccumulateBlock",
        "bit_serial_cell": "digital.BitSerialCellBlock",
        "mesh": "networks.MeshBlock",
        "bus": "networks.BusBlock",
        "h_tree": "networks.HTreeBlock",
        "off_chip_link": "networks.OffChipBlock",
        "dram": "networks.DramBlock",
        "fixed_block": "chip.FixedBlock",
        "chip_overheads": "chip.OverheadsBlock",
        "die_cost": "chip.DieCostBlock",
        "one_transistor_one_resistor": "cells.ResistiveCellBlock",
        "one_selector_one_resistor": "cells.SelectorCellBlock",
        "passive": "cells.PassiveCellBlock",
        "charge_domain_sram": "cells.ChargeCellBlock",
        "level_shifter": "inputs.LevelShifterBlock",
        "write_circuit": "writing.WriteCircuitBlock",
        "charge_pump": "writing.ChargePumpBlock",
        "spike_driver": "inputs.SpikeDriverBlock",
        "pulse_width": "inputs.PulseWidthBlock",
        "capacitive_dac": "inputs.CapacitiveDacBlock",
        "resistive_ladder": "inputs.ResistiveLadderBlock",
        "diffusive_1m1t1r": "neurons.DiffusiveNeuronBlock",
        "diffusive_1m1t1r_integrated": "neurons.IntegratedDiffusiveNeuronBlock",
        "reported_neuron": "neurons.ReportedNeuronBlock",
        "analog_lif": "neurons.AnalogLifBlock",
        "threshold_switch_neuron": "neurons.ThresholdSwitchBlock",
        "phase_change_neuron": "neurons.PhaseChangeNeuronBlock",
        "ferroelectric_neuron": "neurons.FerroelectricNeuronBlock",
        "current_clamp": "neurons.CurrentClampBlock",
        "sampled_clamp": "neurons.SampledClampBlock",
        "voltage_mode": "neurons.VoltageModeBlock",
        "ideal": "neurons.IdealInterfaceBlock",
        "current_mirror": "neurons.CurrentMirrorBlock",
        "tapered_buffer": "neurons.FanOutBufferBlock",
        "neuron": "neurons.NeuronReadoutBlock",
        "survey_adc": "converters.SurveyAdcBlock",
        "reported_adc": "converters.ReportedAdcBlock",
        "sar_adc": "converters.SarAdcBlock",
        "flash_adc": "converters.FlashAdcBlock",
        "ramp_adc": "converters.RampAdcBlock",
        "integrating_adc": "converters.IntegratingAdcBlock",
        "sense_amplifier": "converters.SenseAmplifierBlock",
        "time_to_digital": "converters.TimeConverterBlock",
        "analog_stage": "converters.AnalogStageBlock",
        "analog_buffer": "inputs.AnalogBufferBlock",
        "sample_and_hold": "converters.SampleAndHoldBlock",
        "sample_and_hold_circuit": "converters.SampleAndHoldCircuitBlock",
        "multiplexer": "converters.MultiplexerBlock",
        "adc": "converters.AdcReadoutBlock",
        "linear_regulator": "supplies.LinearRegulatorBlock",
        "switching_converter": "supplies.SwitchingConverterBlock",
        "event_energies": "processors.EventEnergiesBlock",
        "roofline_processor": "processors.RooflineBlock",
    },
)
"""Schema of each block by its model."""


def _one_of(*models: str) -> Choice:
    return Choice(BLOCKS, models, stated("model"), "model")


CellBlock: TypeAlias = Annotated[
    Block,
    _one_of("one_transistor_one_resistor", "one_selector_one_resistor", "passive", "charge_domain_sram"),
]
InputBlock: TypeAlias = Annotated[
    Block, _one_of("spike_driver", "pulse_width", "capacitive_dac", "resistive_ladder")
]
NeuronBlock: TypeAlias = Annotated[
    Block,
    _one_of(
        "diffusive_1m1t1r",
        "diffusive_1m1t1r_integrated",
        "reported_neuron",
        "analog_lif",
        "threshold_switch_neuron",
        "phase_change_neuron",
        "ferroelectric_neuron",
    ),
]
InterfaceBlock: TypeAlias = Annotated[
    Block, _one_of("current_clamp", "sampled_clamp", "voltage_mode", "ideal")
]
ConvertedInterfaceBlock: TypeAlias = Annotated[Block, _one_of("current_clamp", "voltage_mode", "ideal")]
AdcBlock: TypeAlias = Annotated[
    Block,
    _one_of(
        "survey_adc",
        "reported_adc",
        "sar_adc",
        "flash_adc",
        "ramp_adc",
        "integrating_adc",
        "time_to_digital",
        "sense_amplifier",
    ),
]
HoldingBlock: TypeAlias = Annotated[Block, _one_of("sample_and_hold", "sample_and_hold_circuit")]
SwitchingBlock: TypeAlias = Annotated[Block, _one_of("multiplexer")]
ReadoutBlock: TypeAlias = Annotated[Block, _one_of("neuron", "adc")]
ReadSupplyBlock: TypeAlias = Annotated[Block, _one_of("linear_regulator", "switching_converter")]
WritingBlock: TypeAlias = Annotated[Block, _one_of("write_circuit")]
LineBufferBlock: TypeAlias = Annotated[Block, _one_of("analog_buffer")]
AnyMemoryBlock: TypeAlias = Annotated[
    Block, _one_of("sram", "sram_table", "memory_macro", "edram", "register_file")
]

FREE_BLOCKS = (
    "sram",
    "sram_table",
    "memory_macro",
    "edram",
    "register_file",
    "accumulator",
    "vector_unit",
    "matrix_unit",
    "spike_coder",
    "digital_lif",
    "mesh",
    "bus",
    "h_tree",
    "off_chip_link",
    "dram",
    "fixed_block",
    "chip_overheads",
    "die_cost",
)
"""Models that may stand under any name in any level."""
