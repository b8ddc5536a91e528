"""The one table of everything that files name: blocks, computing levels, device models and importers.

A row is all that the program knows of a block before it is used; the rest is in the block's own file. Another
package adds rows through the entry points ``neuroest.blocks``, ``neuroest.levels`` and ``neuroest.importers``, and
spec files through ``neuroest.data`` (docs/extending/plugins.md).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from neuroest.core.lazy_registry import Registry, load

ANYWHERE = "anywhere"
"""Role of a block that may be under any name in any level."""

_BLOCKS = {
    "sram": ("memories.sram.Sram", "memory", ANYWHERE),
    "sram_table": ("memories.sram_table.TabulatedSram", "memory", ANYWHERE),
    "memory_macro": ("memories.memory_macro.MemoryMacro", "memory", ANYWHERE),
    "edram": ("memories.edram.Edram", "memory", ANYWHERE),
    "register_file": ("memories.register_file.RegisterFile", "memory", ANYWHERE),
    "accumulator": ("digital.accumulator.Accumulator", ANYWHERE),
    "vector_unit": ("digital.vector_unit.VectorUnit", ANYWHERE),
    "matrix_unit": ("digital.matrix_unit.MatrixUnit", ANYWHERE),
    "and_count_unit": ("digital.and_count_unit.AndCountUnit",),
    "spike_coder": ("digital.spike_coder.SpikeCoder", ANYWHERE),
    "digital_lif": ("digital.digital_lif.DigitalNeuron", ANYWHERE),
    "multiply_accumulate": ("digital.multiply_accumulate.MultiplyAccumulate", "processing_element"),
    "reported_mac": ("digital.reported_mac.ReportedMac", "processing_element"),
    "in_memory_column": ("digital.in_memory_column.InMemoryColumn",),
    "bit_serial_cell": ("digital.bit_serial_cell.BitSerialCell",),
    "learning_engine": ("learning.engine.LearningEngine", ANYWHERE),
    "mesh": ("interconnect.mesh.Mesh", ANYWHERE),
    "bus": ("interconnect.bus.Bus", ANYWHERE),
    "h_tree": ("interconnect.h_tree.HTree", ANYWHERE),
    "off_chip_link": ("interconnect.off_chip_link.OffChip", ANYWHERE),
    "dram": ("interconnect.dram.Dram", ANYWHERE),
    "processor": ("digital.processor.Processor", ANYWHERE),
    "fixed_block": ("chip.fixed_block.FixedBlock", ANYWHERE),
    "chip_overheads": ("chip.overheads.ChipOverheads", ANYWHERE),
    "die_cost": ("chip.die_cost.DieYield", ANYWHERE),
    "shell": ("chip.shell.Shell", ANYWHERE),
    "carbon_footprint": ("chip.carbon_footprint.Carbon", ANYWHERE),
    "one_transistor_one_resistor": ("cells.one_transistor_one_resistor.ResistiveCell", "cell"),
    "one_selector_one_resistor": ("cells.one_selector_one_resistor.SelectorCell", "cell"),
    "passive": ("cells.passive.PassiveCell", "cell"),
    "current_domain_sram": ("cells.current_domain_sram.CurrentCell", "cell"),
    "divider_sram": ("cells.divider_sram.DividerCell", "cell"),
    "series_junctions": ("cells.series_junctions.SeriesJunctionsCell", "cell"),
    "charge_domain_sram": ("cells.charge_domain_sram.ChargeCell", "cell"),
    "level_shifter": ("row_drivers.level_shifter.LevelShifter",),
    "write_circuit": ("programming.write_circuit.WriteCircuit", "write_circuit"),
    "charge_pump": ("programming.charge_pump.ChargePump",),
    "one_bit_driver": ("row_drivers.one_bit.OneBitDriver", "row_driver"),
    "pulse_width": ("row_drivers.pulse_width.PulseWidthDriver", "row_driver"),
    "capacitive_dac": ("row_drivers.capacitive_dac.CapacitiveDac", "row_driver"),
    "resistive_ladder": ("row_drivers.resistive_ladder.ResistiveLadder", "row_driver"),
    "diffusive_1m1t1r": ("neurons.diffusive.DiffusiveNeuron", "neuron"),
    "diffusive_1m1t1r_integrated": ("neurons.diffusive_integrated.IntegratedDiffusiveNeuron", "neuron"),
    "reported_neuron": ("neurons.reported.ReportedNeuron", "neuron"),
    "analog_lif": ("neurons.analog_lif.AnalogLif", "neuron"),
    "threshold_switch_neuron": ("neurons.threshold_switch.ThresholdSwitch", "neuron"),
    "phase_change_neuron": ("neurons.phase_change.PhaseChangeNeuron", "neuron"),
    "ferroelectric_neuron": ("neurons.ferroelectric.FerroelectricNeuron", "neuron"),
    "current_clamp": ("columns.current_clamp.CurrentClamp", "neuron_interface", "converter_interface"),
    "sampled_clamp": ("columns.sampled_clamp.SampledClamp", "neuron_interface"),
    "pulse_coupling": ("columns.pulse_coupling.PulseCoupling", "neuron_interface"),
    "direct_coupling": ("columns.direct_coupling.DirectCoupling", "neuron_interface"),
    "voltage_mode": ("columns.no_circuit.VoltageMode", "neuron_interface", "converter_interface"),
    "ideal": ("columns.no_circuit.IdealInterface", "neuron_interface", "converter_interface"),
    "current_mirror": ("columns.current_mirror.CurrentMirror", "merge"),
    "capacitive_merge": ("columns.capacitive_merge.CapacitiveMerge", "merge"),
    "tapered_buffer": ("columns.tapered_buffer.FanOutBuffer",),
    "neuron": ("neurons.readout.NeuronReadout", "readout"),
    "whole_adc": ("converters.whole.WholeAdc", "converter"),
    "survey_adc": ("converters.survey.SurveyAdc", "converter"),
    "reported_adc": ("converters.reported.ReportedAdc", "converter"),
    "sar_adc": ("converters.sar.SarAdc", "converter"),
    "flash_adc": ("converters.flash.FlashAdc", "converter"),
    "ramp_adc": ("converters.ramp.RampAdc", "converter"),
    "integrating_adc": ("converters.integrating.IntegratingAdc", "converter"),
    "time_to_digital": ("converters.time_to_digital.TimeConverter", "converter"),
    "sense_amplifier": ("converters.sense_amplifier.SenseAmplifier", "converter"),
    "analog_stage": ("columns.analog_stage.AnalogStage",),
    "analog_buffer": ("columns.analog_buffer.AnalogBuffer", "line_buffer"),
    "sample_and_hold": ("columns.sample_and_hold.SampleAndHold", "sample_and_hold"),
    "sample_and_hold_circuit": (
        "columns.sample_and_hold_circuit.SampleAndHoldCircuit",
        "sample_and_hold",
    ),
    "multiplexer": ("columns.multiplexer.Multiplexer", "multiplexer"),
    "adc": ("converters.readout.AdcReadout", "readout"),
    "linear_regulator": ("row_drivers.read_supply.LinearRegulator", "read_supply"),
    "switching_converter": ("row_drivers.read_supply.SwitchingConverter", "read_supply"),
    "read_schedule": ("columns.read_schedule.ReadScheduleChoice", "schedule"),
    "event_energies": ("chip.event_energies.EventEnergies",),
    "roofline_processor": ("chip.roofline_processor.RooflineProcessor",),
}
"""Component class of each block by its model, and the roles that it fills: slots, or a place in any level."""

_LEVELS = {
    "crossbar": "crossbar.mapper.CrossbarMapper",
    "digital_array": "digital_array.DigitalArrayMapper",
    "digital_in_memory": "digital_in_memory.DigitalInMemoryMapper",
    "bit_serial": "bit_serial.BitSerialMapper",
    "row_stationary": "row_stationary.RowStationaryMapper",
    "spiking_core": "spiking_core.SpikingCoreMapper",
    "and_count_array": "and_count_array.AndCountMapper",
    "event_core": "event_core.EventCoreMapper",
    "roofline": "roofline.RooflineMapper",
}
"""Mapper of each computing level."""

_DEVICES = {
    "cmos_process": "blocks.technology.process.Process",
    "process_corners": "blocks.technology.process.ProcessCorners",
    "sleep_options": "blocks.sleep.SleepOptions",
    "threshold_options": "blocks.technology.process.ThresholdOptions",
    "package": "blocks.technology.process.Package",
    "logic_library": "blocks.digital.base.LogicLibraryParameters",
    "wires": "blocks.interconnect.base.WiresParameters",
    "transmission_gate": "blocks.columns.multiplexer.TransmissionGateParameters",
    "ion_kinetics": "blocks.neurons.diffusive_ions.IonKineticsParameters",
    "lif_behaviour": "dynamics.parameters.LifBehaviourParameters",
    "threshold_switch": "dynamics.parameters.ThresholdSwitchParameters",
    "twin_energies": "exploration.twin_energies.TwinEnergiesParameters",
}
"""Device models that are not those of a block of the same name."""

_RENDERERS = {
    "Estimate.block_diagram": "plotting.block_diagram.draw_block_diagram",
    "Estimate.figure": "plotting.results.estimate_figure",
    "Estimate.html": "reporting.summaries.estimate_html",
    "Comparison.figure": "plotting.results.comparison_figure",
    "Comparison.html": "reporting.summaries.comparison_html",
    "Comparison.text": "reporting.comparison_text.comparison_text",
    "Comparison.attributes": "reporting.comparison_attributes.attributes",
    "Comparison.rows": "reporting.csv_export.ratio_rows",
    "Contest.text": "reporting.contest_text.contest_text",
    "Contest.rows": "reporting.contest_text.map_rows",
    "Contest.figure": "plotting.contest.map_figure",
    "Contest.front": "plotting.contest.front_figure",
    "Estimate.xarray": "reporting.exports.data_arrays.estimate_data",
    "SweepResult.xarray": "reporting.exports.data_arrays.sweep_data",
    "SweepResult.figure": "plotting.sweep.sweep_figure",
    "ParetoResult.figure": "plotting.sweep.pareto_figure",
    "Curves.figure": "plotting.curves.curves_figure",
    "BreakevenResult.figure": "plotting.sweep.breakeven_figure",
    "UncertaintyResult.figure": "plotting.uncertainty.uncertainty_figure",
    "Characteristic.figure": "plotting.device_lab.draw_characteristic",
    "Traces.figure": "plotting.device_lab.draw_traces",
    "EnergyComparison.figure": "plotting.device_lab.draw_energy",
    "Fit.figure": "plotting.fit.draw_fit",
    "NetworkSimulation.figure": "plotting.network_simulation.draw_outcomes",
    "SensitivityResult.figure": "plotting.uncertainty.sensitivity_figure",
}
"""What turns a result into text or a figure. Results are data and import none of it."""


EXPORTS: Mapping[str, str] = {
    "sana-fe": "reporting.exports.sana_fe.architecture_text",
    "accelforge": "reporting.exports.accelforge.component_table",
    "neurobench": "reporting.exports.neurobench.results_text",
}
"""What writes an estimate as a file of another tool, by the name of the format: ``(estimate) -> text``."""


def export(estimate: Any, form: str) -> str:
    """An estimate as the text of a file of another tool."""
    return str(load(f"neuroest.{EXPORTS[form]}")(estimate))


def render(result: Any, form: str, *arguments: Any, **options: Any) -> Any:
    """A result as ``html``, ``text`` or ``figure``, or what a renderer has words for."""
    draw = load(f"neuroest.{_RENDERERS[f'{type(result).__name__}.{form}']}")
    return draw(result, *arguments, **options)


def _importer_fault(_name: str, found: Any) -> str:
    return "" if callable(found) else "it is no function (path, options) -> ImportedNetwork"


IMPORTERS: Mapping[str, Any] = Registry(
    "neuroest.workloads.importers",
    {
        "onnx": "onnx_file.read_onnx",
        "nir": "nir_file.read_nir",
        "h5": "nir_file.read_nir",
        "hdf5": "nir_file.read_nir",
        "neurosim.csv": "neurosim_file.read_neurosim",
        "zigzag.yaml": "zigzag_file.read_zigzag",
        "sana-fe.yaml": "sana_fe_file.read_sana_fe",
    },
    "neuroest.importers",
    _importer_fault,
)
"""Reader of each kind of model file by its suffix: ``(path, options) -> ImportedNetwork``.

A suffix that other files have too is after the name of the format, whose files `MARKS` distinguishes.
"""

MARKS: Mapping[str, str] = {
    "neurosim.csv": r"\A(?:\s*\d+\s*,){7}\s*[\d.]+\s*$",
    "sana-fe.yaml": r"^network\s*:\s*(?:#.*)?$",
    "zigzag.yaml": r"^(?:- |  )operator_type\s*:",
}
"""Mark of each format without a suffix of its own: how its text begins, or a line of it."""
NO_NETWORKS: Mapping[str, str] = {
    r"^operational_array\s*:": "hardware of ZigZag: `neuroest import` makes an architecture of it",
    r"^architecture\s*:": "an architecture of SANA-FE: `neuroest import` makes a device of events of it",
    r"^-MemCellType\s*:": "a memory cell: `neuroest import` makes a synapse of it",
}
"""Files of other tools that are no network, by their mark, and what may be done with them."""
_LOOKED_AT = 65_536
"""Bytes in which the mark of a format must come; a convention."""


def importer_suffixes() -> list[str]:
    """Suffixes of all model files as messages list them, with the format before a suffix that others have too."""
    return [" .".join(name.rpartition(".")[::2]) if name in MARKS else f".{name}" for name in IMPORTERS]


def importer_of(path: Path) -> str | None:
    """Name of the importer of a file, by its suffix or by its mark; None where there is none."""
    suffix = path.suffix.lower().removeprefix(".").replace("yml", "yaml")
    named = [name for name in MARKS if name.endswith(f".{suffix}")]
    if suffix and not named:
        return suffix if suffix in IMPORTERS else None
    text = _beginning(path) if named else ""
    return next((name for name in named if re.search(MARKS[name], text, re.MULTILINE)), None)


def why_no_network(path: Path) -> str:
    """What a file of another tool is that no importer reads as a network; empty where that is not known."""
    text = _beginning(path)
    return next((why for mark, why in NO_NETWORKS.items() if re.search(mark, text, re.MULTILINE)), "")


def is_yaml_with(path: Path, mark: str) -> bool:
    """Whether a file is called YAML and has the mark of a format."""
    return path.suffix.lower() in {".yaml", ".yml"} and bool(re.search(mark, _beginning(path), re.MULTILINE))


def _beginning(path: Path) -> str:
    """Text in which marks are looked for; empty for a file that cannot be read, whose reader says what is wrong."""
    try:
        if not path.is_file():  # opening a pipe would wait for who writes into it
            return ""
        with path.open("rb") as file:
            return file.read(_LOOKED_AT).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""


def _block_fault(name: str, found: Any) -> str:
    """What a block of another package lacks; a quantity of its own must not be one of a block that ships."""
    if not (isinstance(found, type) and issubclass(found, load("neuroest.blocks.base.Component"))):
        return "it is no subclass of Component"
    double_bookings = load("neuroest.blocks.base.double_bookings")
    block: Any = found
    return str(block.contract_fault(name) or "; ".join(double_bookings([block, *COMPONENTS.shipped()])))


def _level_fault(name: str, found: Any) -> str:
    """What a level of another package lacks."""
    level: Any = found
    if not (isinstance(found, type) and issubclass(found, load("neuroest.levels.base.Mapper"))):
        return "it is no subclass of Mapper"
    return str(level.contract_fault(name))


def _data_fault(_name: str, found: Any) -> str:
    kinds = load("neuroest.loading.kinds.KINDS")
    folders = [kinds[kind].folder for kind in ("architecture", "device", "workload")]
    places = [Path(place) / folder for place in getattr(found, "__path__", ()) for folder in folders]
    return (
        ""
        if any(place.is_dir() for place in places)
        else f"it is no package with a folder {', '.join(folders)}"
    )


DATA_PACKAGES: Registry[Any] = Registry("neuroest", {}, "neuroest.data", _data_fault)
"""Packages of plug-ins with folders of devices, architectures and workloads."""
COMPONENTS: Registry[Any] = Registry(
    "neuroest.blocks", {name: home for name, (home, *_) in _BLOCKS.items()}, "neuroest.blocks", _block_fault
)
"""Component class of each block by its model."""
MAPPERS: Registry[Any] = Registry("neuroest.levels", _LEVELS, "neuroest.levels", _level_fault)
"""Mapper class of each computing level by its name."""
ARRAYS: Registry[Any] = Registry(
    "neuroest.levels.crossbar",
    {
        "charge_domain": "charge_domain_array.ChargeDomainArray",
        "current_domain": "current_domain_array.CurrentDomainArray",
        "divider": "divider_array.DividerArray",
        "series": "series_array.SeriesArray",
    },
)
"""Arrays of static cells by what their columns do."""
ROLES = frozenset(role for _, *roles in _BLOCKS.values() for role in roles)
"""Slots that blocks fill, and `ANYWHERE`."""


def roles_of(model: str) -> frozenset[str]:
    """Slots that a block fills, and `ANYWHERE`; those of no block that is known are none."""
    if model in _BLOCKS:
        return frozenset(_BLOCKS[model][1:])
    return frozenset(COMPONENTS[model].fills) if model in COMPONENTS else frozenset()


class Filling(Sequence[str]):
    """Models of the blocks that fill a role: those that ship, then those of other packages."""

    def __init__(self, role: str) -> None:
        self._role = role
        self._shipped = tuple(name for name, (_, *roles) in _BLOCKS.items() if role in roles)

    def _all(self) -> tuple[str, ...]:
        added = (name for name, cls in COMPONENTS.added.items() if self._role in cls.fills)
        return (*self._shipped, *added)

    def __contains__(self, name: object) -> bool:
        return name in self._shipped or (name not in _BLOCKS and name in self._all())

    def __getitem__(self, index: Any) -> Any:
        return self._all()[index]

    def __len__(self) -> int:
        return len(self._all())


class _Schemas(Mapping[str, Any]):
    """Schema of each block or computing level by its name."""

    def __init__(self, classes: Registry[Any]) -> None:
        self._classes = classes

    def __getitem__(self, name: str) -> Any:
        return self._classes[name].schema

    def __contains__(self, name: object) -> bool:
        return name in self._classes

    def __iter__(self) -> Iterator[str]:
        return iter(self._classes)

    def __len__(self) -> int:
        return len(self._classes)


class _DeviceModels(Mapping[str, Any]):
    """Parameter record of each device model by its name."""

    def __getitem__(self, name: str) -> Any:
        found = load(f"neuroest.{_DEVICES[name]}") if name in _DEVICES else self._of_block(name)
        if found is None:
            raise KeyError(name)
        return found

    def _of_block(self, name: str) -> Any:
        """Record of the block of that model, where its device model has the same name."""
        record = COMPONENTS[name].schema.record if name in COMPONENTS else None
        return record if record is not None and record.model == name else None

    def __contains__(self, name: object) -> bool:
        return name in _DEVICES or (isinstance(name, str) and self._of_block(name) is not None)

    def __iter__(self) -> Iterator[str]:
        yield from sorted([*_DEVICES, *(name for name in COMPONENTS if self._of_block(name) is not None)])

    def __len__(self) -> int:
        return sum(1 for _ in self)


BLOCKS: Mapping[str, Any] = _Schemas(COMPONENTS)
FREE_BLOCKS = Filling(ANYWHERE)
"""Models that may be under any name in any level."""
LEVELS: Mapping[str, Any] = _Schemas(MAPPERS)
DEVICE_MODELS: Mapping[str, Any] = _DeviceModels()
