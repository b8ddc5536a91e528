"""Resistive crossbar: the circuits at its columns, and the array that cells, drivers and column circuits form."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from neuroest.components.base import (
    AreaCost,
    Characteristic,
    Check,
    Component,
    EnergyCost,
    NetworkContext,
    StaticCost,
)
from neuroest.components.cells import Cell, ResistiveMemory
from neuroest.components.converters import (
    AnalogBuffer,
    AnalogStage,
    Converter,
    SampleAndHold,
    droop_check,
)
from neuroest.components.inputs import RowDriver, SpikeDriver, drive_resistance, output_stage_area
from neuroest.components.neurons import Neuron
from neuroest.devices.arrays import (
    CurrentClampParameters,
    CurrentMirrorParameters,
    SampledClampParameters,
    TaperedBufferParameters,
)
from neuroest.equations import converters, crossbar_wires, drivers, power, retention, writing
from neuroest.equations import crossbar as equations
from neuroest.errors import NeuroestError
from neuroest.units import Ampere, Dimensionless, Farad, Joule, Numeric, Ohm, Second, Siemens, Volt

_SOLVED_LOSS = 6.6
"""Largest G r N^2 for which the loss along the wires was held against a solution of all nodes (docs/models)."""


class CurrentClamp(Component[CurrentClampParameters]):
    """Current conveyor between a column and its neuron."""

    model: ClassVar[str] = "current_clamp"
    frees_array: ClassVar[bool] = False
    """Whether the rows can go idle while the neuron still integrates."""

    def column_energies(self, read_time: Second) -> list[EnergyCost]:
        """Bias of the conveyor while the column is read."""
        supply = self.technology.supply_voltage
        bias = converters.front_end_bias_energy(self.device.bias_current, supply, read_time)
        return [self.energy("column_read", "bias", bias, "column interface bias", owner="interface")]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one conveyor."""
        return [AreaCost(self.path, "conveyor", self.device.footprint)]

    def input_resistance(self) -> Ohm:
        """Resistance that the column sees."""
        return self.device.input_resistance


class SampledClamp(CurrentClamp):
    """Conveyor whose result is stored on a capacitor, which presents it to the neuron by itself."""

    model: ClassVar[str] = "sampled_clamp"
    frees_array: ClassVar[bool] = True
    device: SampledClampParameters

    @property
    def held(self) -> str:
        """What the stages that store a result are counted under."""
        return f"{self.path}:held"

    def hold_energies(self, hold_time: Second) -> list[EnergyCost]:
        """The capacitor, and the follower while the neuron integrates."""
        d, supply = self.device, self.technology.supply_voltage
        charge = equations.column_swing_energy(d.hold_capacitance, d.hold_voltage, supply)
        follower = converters.front_end_bias_energy(d.follower_current, supply, hold_time)
        ledger = "held column result"
        return [
            self.energy("hold", "hold_capacitor", charge, ledger, owner="interface"),
            self.energy("hold", "follower", follower, ledger, owner="interface"),
        ]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one conveyor, and of one stage that stores a result."""
        stage = AreaCost(self.path, "hold_stage", self.device.hold_footprint, counted_as=self.held)
        return [*super().areas(network), stage]

    def droop_check(self, hold_time: Second, bits: Dimensionless) -> Check:
        """Whether the stored value keeps to half a step while the neuron integrates."""
        d = self.device
        lost = converters.sample_droop(d.droop_current, hold_time, d.hold_capacitance)
        return droop_check(self.path, lost, converters.half_step(d.hold_voltage, bits))


class CurrentMirror(Component[CurrentMirrorParameters]):
    """Mirror that weighs a column's current and adds it to the line of its neuron."""

    model: ClassVar[str] = "current_mirror"

    def column_energies(self, read_time: Second) -> list[EnergyCost]:
        """Bias of the mirror while the column is read."""
        supply = self.technology.supply_voltage
        bias = converters.front_end_bias_energy(self.device.bias_current, supply, read_time)
        return [self.energy("merge", "bias", bias, "current merging")]

    def mirror_area(self, slices: Dimensionless, cell_bits: Dimensionless) -> AreaCost:
        """Area at one column: slices are weighed by powers of two, and a ratio of n takes n unit transistors."""
        units = converters.mirror_unit_transistors(slices, cell_bits)
        return AreaCost(self.path, "mirror", self.device.footprint * units / slices)


class FanOutBuffer(Component[TaperedBufferParameters]):
    """Tapered buffer that restores a neuron's output and drives the wire to where its spikes go."""

    model: ClassVar[str] = "tapered_buffer"

    def load(self) -> Farad:
        """Wire and receivers."""
        wire = self.process.wire_capacitance * self.options["wire_length"]
        return wire + self.options["receivers"] * self.device.input_capacitance

    def spike_costs(self) -> list[EnergyCost]:
        """Energy of one spike."""
        energy = drivers.tapered_buffer_energy(
            self.load(), self.technology.supply_voltage, self.device.stage_ratio
        )
        return [self.energy("spike", "buffer", energy, "neuron fan-out buffer")]

    def stages(self) -> Dimensionless:
        """Inverters one after the other."""
        return drivers.tapered_buffer_stages(
            self.load(), self.device.input_capacitance, self.device.stage_ratio
        )

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """All stages."""
        d = self.device
        return [
            AreaCost(
                self.path,
                "buffer",
                drivers.tapered_buffer_area(d.inverter_area, self.stages(), d.stage_ratio),
            )
        ]


class VoltageMode(Component[None]):
    """No circuit: the neuron sees the voltage of the column."""

    model: ClassVar[str] = "voltage_mode"


class IdealInterface(Component[None]):
    """No circuit and no loss, which the estimate lists as left out."""

    model: ClassVar[str] = "ideal"


class CrossbarArray(Component[None]):
    """The array that cells, drivers and column circuits form, with its wires."""

    model: ClassVar[str] = "crossbar"

    @property
    def cell(self) -> Cell:
        """The cell."""
        return self.slots["cell"]  # type: ignore[return-value]

    @property
    def memory(self) -> ResistiveMemory:
        """The cell of an array whose weights are conductances."""
        return self.slots["cell"]  # type: ignore[return-value]

    @property
    def driver(self) -> RowDriver:
        """The circuit at the rows."""
        return self.slots["input"]  # type: ignore[return-value]

    @property
    def readout(self) -> Component[Any]:
        """Neuron or converter read-out."""
        return self.slots["readout"]

    @property
    def neuron(self) -> Neuron | None:
        """Neuron at the columns, if the array is read by neurons."""
        return self.readout.slots.get("neuron")  # type: ignore[return-value]

    @property
    def interface(self) -> Component[Any] | None:
        """Circuit between column and neuron."""
        return self.readout.slots.get("interface")

    @property
    def merge(self) -> CurrentMirror | None:
        """Mirrors that weigh bit slices and merge the arrays of one output."""
        return self.readout.slots.get("merge")  # type: ignore[return-value]

    @property
    def buffer(self) -> FanOutBuffer | None:
        """Buffer behind each neuron."""
        return self.readout.slots.get("fan_out_buffer")  # type: ignore[return-value]

    @property
    def converter(self) -> Converter | None:
        """Converter at the columns, if the array is read by converters."""
        return self.readout.slots.get("converter")  # type: ignore[return-value]

    @property
    def sampler(self) -> SampleAndHold | None:
        """Stage that keeps the columns' results for the converters."""
        return self.readout.slots.get("sample_and_hold")  # type: ignore[return-value]

    @property
    def column_stages(self) -> list[AnalogStage]:
        """Circuits at each column in front of the converters, which act once in each read."""
        found = (self.readout.slots.get(name) for name in ("current_adder", "time_encoder"))
        return [stage for stage in found if isinstance(stage, AnalogStage)]

    @property
    def line_buffers(self) -> list[tuple[AnalogBuffer, str, str]]:
        """Buffers along rows and columns, with the options that count the cells of a line and the lines."""
        lines = (("row_buffer", "columns", "rows"), ("column_buffer", "rows", "columns"))
        return [
            (self.slots[name], cells, count)  # type: ignore[misc]
            for name, cells, count in lines
            if name in self.slots
        ]

    def pieces(self, cells: str) -> Dimensionless:
        """Pieces that the lines of so many `columns` or `rows` are cut into."""
        found = [
            buffer.pieces(self.options[cells]) for buffer, along, _ in self.line_buffers if along == cells
        ]
        return found[0] if found else 1.0

    def piece(self, cells: str) -> Dimensionless:
        """Cells of one piece of such a line."""
        return self.options[cells] / self.pieces(cells)

    def devices_per_weight(self) -> tuple[float, float]:
        """Columns and rows that one weight takes, before slicing."""
        return {"column_differential": (2.0, 1.0), "row_differential": (1.0, 2.0), "offset": (1.0, 1.0)}[
            self.spec.pairing
        ]

    def bits_per_cell(self, network: NetworkContext) -> Dimensionless:
        """Bits held by one cell: as chosen, or what the device can hold and the weight needs."""
        if "bits_per_cell" in self.options:
            return self.options["bits_per_cell"]
        held: Dimensionless = np.minimum(self.cell.bits(), self.magnitude_bits(network))
        return held

    def magnitude_bits(self, network: NetworkContext) -> Dimensionless:
        """Bits of a weight without the sign that a pair carries."""
        signed_by_pair = 0.0 if self.spec.pairing == "offset" else 1.0
        return np.maximum(network.weight_bits - signed_by_pair, 1.0)

    def slices(self, network: NetworkContext) -> Dimensionless:
        """Cells side by side that hold the bits of one weight."""
        return equations.slices_per_weight(self.magnitude_bits(network), self.bits_per_cell(network))

    def memristor_conductance(self, network: NetworkContext) -> Siemens:
        """Mean conductance of one memristor alone."""
        d = self.cell.device
        if self.spec.pairing == "offset":
            return equations.offset_mean_conductance(d.low_conductance, d.high_conductance)
        return equations.pair_mean_conductance(
            d.low_conductance, d.high_conductance, network.mean_absolute_weight
        )

    def conductance(self, network: NetworkContext) -> Siemens:
        """Mean conductance of one cell, access transistor included."""
        return self.memory.limited(self.memristor_conductance(network))

    def read_supply_voltage(self) -> Volt:
        """Voltage of the supply that gives the read current."""
        supply = self.slots["read_supply"]
        if supply.spec.model == "linear_regulator":
            return self.technology.supply_voltage
        return power.regulator_supply_voltage(self.options["read_voltage"], supply.options["efficiency"])

    def row_capacitance(self) -> Farad:
        """Capacitance of one row line with its access gates."""
        return equations.row_capacitance(
            self.options["columns"],
            self.cell.pitch(),
            self.process.wire_capacitance,
            self.cell.row_load(),
        )

    def column_capacitance(self) -> Farad:
        """Capacitance of one column line with its junctions."""
        return equations.column_capacitance(
            self.options["rows"],
            self.cell.pitch(),
            self.process.wire_capacitance,
            self.cell.column_load(),
        )

    def segment_resistance(self) -> Ohm:
        """Wire between neighbouring cells, the same along rows and columns."""
        return crossbar_wires.cell_wire_resistance(self.process.wire_resistance, self.cell.pitch())

    def settling_time(self, network: NetworkContext) -> Second:
        """Time until the column is within the settling error."""
        conductance = self.conductance(network)
        along, down = self.pieces("columns"), self.pieces("rows")
        columns, rows = self.options["columns"] / along, self.options["rows"] / down
        drive = drive_resistance(self.driver, columns, conductance)
        segment = self.segment_resistance()
        row = crossbar_wires.row_time_constant(drive, columns * segment, self.row_capacitance() / along)
        column_resistance, total = rows * segment, rows * conductance
        column_capacitance = self.column_capacitance() / down
        if isinstance(self.interface, CurrentClamp):
            column = crossbar_wires.column_time_constant_clamped(
                self.interface.input_resistance(), total, column_resistance, column_capacitance
            )
        else:
            column = crossbar_wires.column_time_constant_floating(
                total, column_resistance, column_capacitance
            )
        return crossbar_wires.settling_time(along * row, down * column, self.settled_bits())

    def drive_time(self, network: NetworkContext) -> Second:
        """Time that the array itself needs for one read: the input's pulse, or settling."""
        pulse = self.driver.drive_time(self.options["pulse_width"], network)
        return np.maximum(pulse, self.settling_time(network))

    def hold_time(self) -> Second:
        """Time that a neuron must see its input."""
        return self.neuron.input_hold_time() if self.neuron is not None else 0.0

    @property
    def frees_array(self) -> bool:
        """Whether the rows can go idle while the neurons integrate."""
        return isinstance(self.interface, CurrentClamp) and self.interface.frees_array

    def read_time(self, network: NetworkContext) -> Second:
        """Time that the active rows of one read are driven: the pulse, settling, and what the neuron needs."""
        time = self.drive_time(network)
        if self.neuron is not None and not self.frees_array:
            time = np.maximum(time, self.hold_time())
        return time

    def neuron_time(self, network: NetworkContext) -> Second:
        """Time that a neuron sees its input in one time step."""
        return np.maximum(self.read_time(network), self.hold_time())

    def conversion_time(self, network: NetworkContext) -> Second:
        """Time to convert the columns that share a converter; zero for neurons."""
        if self.converter is None:
            return 0.0
        return converters.shared_read_time(
            self.readout.options["columns_per_converter"],
            self.converter.rate(self.resolution(network), network),
        )

    def resolution(self, network: NetworkContext) -> Dimensionless:
        """Resolution of the converters."""
        if self.converter is None:
            raise NeuroestError(f"{self.path} is read by neurons and has no resolution")
        return self.converter.bits(
            self.options["rows"], self.driver.bits_per_read(network), self.bits_per_cell(network)
        )

    def row_energy(self) -> Joule:
        """Energy of charging one row for one read: gates by logic, cells themselves by the read voltage."""
        if self.cell.idle_rows_conduct or self.driver.analog:
            return equations.column_swing_energy(
                self.row_capacitance(), self.options["read_voltage"], self.read_supply_voltage()
            )
        return equations.line_toggle_energy(self.row_capacitance(), self.driver.drive_voltage())

    def column_energy(self) -> Joule:
        """Energy of charging one column for one read."""
        return equations.column_swing_energy(
            self.column_capacitance(), self.options["read_voltage"], self.read_supply_voltage()
        )

    def row_current(self, network: NetworkContext) -> Ampere:
        """Largest current of one row."""
        return drivers.row_current(
            self.options["read_voltage"], self.piece("columns"), 1.0, self.conductance(network)
        )

    def drawn_row_current(self, network: NetworkContext) -> Ampere:
        """Largest current of one row of a typical die, which its driver is drawn for."""
        conductance = self.memory.limited_as_drawn(self.memristor_conductance(network))
        return drivers.row_current(self.options["read_voltage"], self.piece("columns"), 1.0, conductance)

    def programming_energy(self, network: NetworkContext) -> Joule:
        """Energy of writing one cell with verification, its lines included."""
        voltage = self.cell.device.program_voltage
        line = equations.line_toggle_energy(self.column_capacitance(), voltage)
        line = line + equations.line_toggle_energy(self.row_capacitance(), voltage)
        read = self.conductance(network) * self.options["read_voltage"] * self.read_supply_voltage()
        return self.memory.programming_energy(self.options["rows"], self.options["columns"], line, read)

    def programming_time(self) -> Second:
        """Time to write one whole array."""
        d, cells = self.cell.device, self.options["rows"] * self.options["columns"]
        together = self.options.get("cells_programmed_together", self.options["columns"])
        return writing.array_programming_time(cells, together, d.write_pulses, d.program_time, d.verify_time)

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Cells, lines, drivers, and the circuits at the columns."""
        cell, driver = self.cell, self.driver
        read_time = self.read_time(network)
        toggle = self.row_energy()
        costs = [
            *self.read_energies(network, read_time),
            cell.cell_energy("row_toggle", "row_line", toggle, "row line charge"),
            cell.cell_energy("program", "programming", self.programming_energy(network), "cell programming"),
            driver.line_costs("self_load", driver.self_load_energy(toggle)),
            *driver.own_energies(self.options["read_voltage"], self.row_current(network), read_time, network),
        ]
        if np.any(np.isfinite(cell.disturb_reads())):
            disturbed = retention.disturb_rewriting_energy(
                self.programming_energy(network), cell.disturb_reads()
            )
            costs.append(cell.cell_energy("cell_read", "disturb_rewriting", disturbed, "cell rewriting"))
        if isinstance(driver, SpikeDriver):
            costs.extend(driver.shifter_costs())
        return [*costs, *self.column_line_energies(), *self._column_energies(network, read_time)]

    @property
    def unused_cells_answer(self) -> bool:
        """Whether a cell without a weight costs energy when its row is driven: it conducts as little as it can."""
        return True

    def read_energies(self, network: NetworkContext, read_time: Second) -> list[EnergyCost]:
        """Current of the cells that hold weights, and of those between the groups of a convolution."""
        cell, supply = self.memory, self.read_supply_voltage()
        used, beside = (
            equations.cell_read_energy(conductance, self.options["read_voltage"], supply, read_time)
            for conductance in (self.conductance(network), cell.limited(cell.device.low_conductance))
        )
        return [
            cell.cell_energy("cell_read", "read_current", used, "cell read current"),
            cell.cell_energy("off_diagonal_read", "read_current", beside, "cell read current"),
        ]

    def column_line_energies(self) -> list[EnergyCost]:
        """Charging a column for one read; an ideal interface leaves it where it is."""
        if isinstance(self.interface, IdealInterface):
            return []
        charge = self.column_energy()
        return [self.cell.cell_energy("column_read", "column_line", charge, "column line charge")]

    def _column_energies(self, network: NetworkContext, read_time: Second) -> list[EnergyCost]:
        costs: list[EnergyCost] = []
        if isinstance(self.interface, CurrentClamp):
            costs.extend(self.interface.column_energies(read_time))
        if isinstance(self.interface, SampledClamp):
            costs.extend(self.interface.hold_energies(self.hold_time()))
        if self.merge is not None:
            costs.extend(self.merge.column_energies(read_time))
        if self.neuron is not None:
            costs.extend(self.neuron.spike_energies(self.neuron_time(network)))
        if self.buffer is not None:
            costs.extend(self.buffer.spike_costs())
        for stage in self.column_stages:
            costs.extend(stage.read_energies())
        for buffer, _, _ in self.line_buffers:
            costs.extend(buffer.pass_energies())
        if self.sampler is not None:
            costs.extend(self.sampler.sample_energies(self.conversion_time(network)))
        if self.converter is not None:
            costs.extend(self.converter.energy_costs(self.resolution(network), network))
        return costs

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one cell, one driver, and one circuit at a column."""
        driver = self.driver
        stage = output_stage_area(driver, self.drawn_row_current(network))
        costs = [
            AreaCost(self.cell.path, "cells", self.cell.area()),
            AreaCost(driver.path, "driver", stage + driver.own_area(network)),
        ]
        if isinstance(driver, SpikeDriver):
            costs.extend(driver.shifter_areas())
        for circuit in (self.interface, self.neuron, self.buffer, self.sampler, *self.column_stages):
            if circuit is not None:
                costs.extend(circuit.areas(network))
        for line_buffer, _, _ in self.line_buffers:
            costs.extend(line_buffer.areas(network))
        if self.merge is not None:
            costs.append(self.merge.mirror_area(self.slices(network), self.bits_per_cell(network)))
        if self.converter is not None:
            costs.append(self.converter.area_cost(self.resolution(network)))
        return costs

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Leakage of neurons and shifters, and rewriting what fades; grounded rows draw nothing."""
        costs = self.driver.statics(network)
        if self.neuron is not None:
            costs.extend(self.neuron.statics(network))
        kept = self.cell.retention_time()
        if np.any(np.isfinite(kept)):
            rewriting = retention.refresh_power(self.programming_energy(network), kept)
            costs.append(StaticCost(self.cell.path, "refresh", rewriting, self.cell.programmed))
        return costs

    def checks(self, network: NetworkContext) -> list[Check]:
        """Read disturb, regulator headroom, cell bits, noise, and what the circuits at rows and columns say."""
        read = self.options["read_voltage"]
        checks = [
            *self.cell_checks(network),
            Check(
                "read_supply", self.path, "refuse", self.read_supply_voltage() >= read,
                "the read voltage exceeds the supply it is made from", read, self.read_supply_voltage(), "V",
            ),
            Check(
                "bits_per_cell", self.cell.path, "refuse", self.bits_per_cell(network) <= self.cell.bits(),
                "more bits per cell than the device can hold", self.bits_per_cell(network), self.cell.bits(),
            ),
            self.noise_check(network),
            *self.driver.checks(network),
        ]  # fmt: skip
        if self.neuron is not None:
            checks.extend(self.neuron.checks(network))
        if isinstance(self.interface, SampledClamp):
            checks.append(self.interface.droop_check(self.hold_time(), self.settled_bits()))
        if self.sampler is not None:
            checks.append(self.sampler.droop_check(self.conversion_time(network), self.resolution(network)))
        if self.converter is not None:
            checks.extend(self.converter.range_checks(self.resolution(network)))
        return checks

    def cell_checks(self, network: NetworkContext) -> list[Check]:
        """What must hold for this kind of cell: reading leaves the state alone, writing reaches it."""
        read = self.options["read_voltage"]
        return [
            *self.memory.cell_checks(read, self.options["rows"], self.options["columns"]),
            self._loss_check(network),
        ]

    def settled_bits(self) -> Dimensionless:
        """Bits to which a column is accurate when it is read."""
        return converters.settled_bits(self.options["settling_error"])

    def signal_energy(self, network: NetworkContext) -> Joule:
        """Energy that all cells of one column dissipate in one read."""
        read = self.options["read_voltage"]
        return self.options["rows"] * equations.cell_read_energy(
            self.conductance(network), read, read, self.read_time(network)
        )

    def noise_bits(self, network: NetworkContext) -> Dimensionless:
        """Bits that the columns are read to: the converter's, or as far as they settle."""
        return self.settled_bits() if self.converter is None else self.resolution(network)

    def noise_check(self, network: NetworkContext) -> Check:
        """Whether thermal noise stays below what the columns are read to."""
        floor = equations.thermal_noise_energy_floor(self.technology.temperature, self.noise_bits(network))
        signal = self.signal_energy(network)
        return Check(
            "column_noise", self.path, "limit", signal >= floor,
            "the thermal noise of the cells exceeds half a step of what the columns are read to", floor, signal, "J",
        )  # fmt: skip

    def _loss_check(self, network: NetworkContext) -> Check:
        side = np.maximum(self.piece("rows"), self.piece("columns"))
        strength = self.conductance(network) * self.segment_resistance() * side**2
        return self.check_range(
            "wire_loss_range", strength, 0.0, _SOLVED_LOSS, "1",
            "wires and cells lie outside of what the loss along the wires was compared with a full solution for",
        )  # fmt: skip

    def characteristics(self, network: NetworkContext) -> list[Characteristic]:
        """What an array designer asks for."""
        segment, conductance = self.segment_resistance(), self.conductance(network)
        side = crossbar_wires.maximum_array_side(self.options["ir_drop_limit"], conductance, segment, 1.0)
        found = [
            self.characteristic("mean conductance of a cell", conductance, "S"),
            self.characteristic("settling time", self.settling_time(network), "s"),
            self.characteristic("read time", self.read_time(network), "s"),
            self.characteristic("largest square array within the loss allowed, all rows on", side, "1"),
            self.characteristic("largest row current", self.row_current(network), "A"),
            self.characteristic("energy to program a cell", self.programming_energy(network), "J"),
            self.characteristic("time to program an array", self.programming_time(), "s"),
        ]
        if np.any(np.isfinite(self.cell.retention_time())):
            found.append(
                self.characteristic("retention at the chip's temperature", self.cell.retention_time(), "s")
            )
        scatter = equations.lognormal_relative_spread(self.memory.device.conductance_spread)
        found.append(
            self.characteristic(
                "relative spread of a column's current from its cells, all rows on",
                equations.column_current_spread(scatter, self.options["rows"]), "1",
            )
        )  # fmt: skip
        found.extend(
            self.memory.cell_characteristics(conductance, self.options["rows"], self.options["columns"])
        )
        if self.converter is not None:
            found.append(self.characteristic("resolution of the converters", self.resolution(network), "1"))
        for buffer, cells, lines in self.line_buffers:
            error = buffer.error(self.options[cells])
            label = f"error that the buffers of {lines} add at their end, over full scale"
            found.append(buffer.characteristic(label, error, "1"))
        return found

    def ir_drop(self, network: NetworkContext, active_fraction: Numeric) -> Dimensionless:
        """Mean share of the column current that the wires cost; without transistors idle rows conduct too."""
        segment = self.segment_resistance()
        active_fraction = np.ones_like(active_fraction) if self.cell.idle_rows_conduct else active_fraction
        return crossbar_wires.ir_drop_error_mean(
            self.conductance(network), segment, segment, self.piece("rows"), self.piece("columns"),
            active_fraction,
        )  # fmt: skip

    def column_current(self, network: NetworkContext, active_fraction: Numeric) -> Ampere:
        """Mean current of a clamped column with that share of its rows active."""
        active = active_fraction * self.options["rows"] * self.conductance(network)
        return equations.clamped_column_current(self.options["read_voltage"], active)

    def column_voltage(self, active_fraction: Numeric) -> Volt:
        """Voltage of an unclamped column, which grounded idle rows attenuate; the mean of the active ones without."""
        everything = 1.0 + 0.0 * active_fraction
        conducting = everything if self.cell.idle_rows_conduct else active_fraction
        return equations.grounded_idle_column_voltage(
            self.options["read_voltage"], active_fraction, conducting
        )
