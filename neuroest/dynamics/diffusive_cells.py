"""1M1T1R neurons in time: parameters sampled from the claims of a device, state, and the record of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from neuroest.blocks.neurons.diffusive_ions import ION_BARRIERS
from neuroest.core.errors import NeuroestError, check_names
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import article
from neuroest.dynamics.in_time import Array, SpikeRun, Spikes
from neuroest.equations import diffusive_neuron as equations
from neuroest.equations import filament_conduction, filament_growth, firing_statistics, neuron_geometry
from neuroest.equations._numbers import BOLTZMANN
from neuroest.loading.library import Device, load_device

DEFAULT_KINETICS = "ion_kinetics_silver"
_OF_SIMULATIONS = ("conduction_length", "relaxation_time")
"""Parameters that an estimate does not need."""
NEURON_MODELS = ("diffusive_1m1t1r", "diffusive_1m1t1r_integrated")


@frozen_dataclass
class DiffusiveCells:
    """Neurons of one kind; each parameter in SI units, shared or with one value per neuron.

    Attributes
    ----------
    drive_variation : float
        Relative deviation of the ions' drive within one device, correlated over `noise_correlation_time`.
    """

    field_mobility: Any
    field_offset: Any
    residue_rate: Any
    filament_decay: Any
    residue_decay: Any
    conduction_length: Any
    relaxation_time: Any
    on_resistance: Any
    off_resistance: Any
    gate_capacitance: Any
    control_resistance: Any
    input_voltage: Any
    output_threshold: Any
    rearm_fraction: Any
    output_supply_voltage: Any
    load_resistance: Any
    load_capacitance: Any
    transistor_on_resistance: Any
    firing_median_voltage: Any
    firing_voltage_spread: Any
    drive_variation: float
    decay_variation: float
    noise_correlation_time: float
    temperature: float

    @property
    def devices(self) -> int:
        """Number of neurons."""
        return max(np.size(getattr(self, field.name)) for field in fields(self))

    @property
    def rates(self) -> tuple[Any, Any, Any, Any, Any]:
        """Mobility, field offset, and the rates of filament and residue."""
        return (
            self.field_mobility,
            self.field_offset,
            self.residue_rate,
            self.filament_decay,
            self.residue_decay,
        )

    @property
    def settling(self) -> Any:
        """Settling rate of the filament [1/s]."""
        return self.filament_decay + self.residue_rate

    def changed(self, **values: Any) -> DiffusiveCells:
        """The same neurons with some parameters changed."""
        return replace(self, **values)

    def broadcast(self, devices: int) -> DiffusiveCells:
        """Each parameter as an array over the devices."""
        values: dict[str, Any] = {
            field.name: np.broadcast_to(np.asarray(getattr(self, field.name), dtype=float), (devices,))
            for field in fields(self)
            if field.name not in _COMMON
        }
        return replace(self, **values)

    def take(self, index: Any) -> DiffusiveCells:
        """A subset of broadcast neurons."""
        values = {
            field.name: getattr(self, field.name)[index]
            for field in fields(self)
            if field.name not in _COMMON
        }
        return replace(self, **values)


_COMMON = {"drive_variation", "decay_variation", "noise_correlation_time", "temperature"}


def integration_time(cells: DiffusiveCells, drive_voltage: Any) -> Any:
    """Closed form of the time to the first spike at a constant voltage [s]."""
    return filament_growth.integration_time(drive_voltage, *cells.rates)


def refuse_following_gate(name: str, cells: DiffusiveCells, level: float) -> None:
    """Reject neurons whose gate charges while the gap closes.

    Raises
    ------
    NeuroestError
        If so: the gate follows the filament and removes its drive, and the output stays on without a countable spike.
    """
    charging = float(np.max(filament_conduction.gate_charging(
        level, cells.field_mobility, cells.field_offset, cells.gate_capacitance, cells.control_resistance,
        cells.on_resistance, cells.off_resistance, cells.conduction_length,
    )))  # fmt: skip
    if charging > filament_growth.LARGEST_GATE_CHARGING:
        raise NeuroestError(
            f"{name}: the gate of its neurons follows the filament ({charging:.3g} of its time constants pass while "
            f"the gap closes, at most {filament_growth.LARGEST_GATE_CHARGING:g} may), so the rate equations give no "
            "spikes to count; a larger gate node with a smaller control resistor lets the filament complete first"
        )


def immediate_switching_voltage(cells: DiffusiveCells) -> Any:
    """Drive above which the filament closes without residue [V]."""
    return filament_growth.immediate_switching_voltage(*cells.rates[:-1])


def dc_threshold_voltage(cells: DiffusiveCells) -> float:
    """Constant drive below which no neuron ever fires [V]."""
    return float(np.max(filament_growth.dc_threshold_voltage(*cells.rates)))


def load_cells(
    neuron: str | Device,
    *,
    kinetics: str = DEFAULT_KINETICS,
    changes: Mapping[str, str] | None = None,
    temperature: float | None = None,
    barrier_shift: float = 0.0,
) -> DiffusiveCells:
    """The typical neuron of a device spec.

    Parameters
    ----------
    neuron : str or Device
        Device spec of a diffusive neuron, or its name or path.
    kinetics : str
        Name or path of the spec with noise and barriers.
    changes : mapping of str to str, optional
        New values with units, by parameter name.
    temperature : float, optional
        Temperature of the device; by default, the temperature of the stated rates. [K]
    barrier_shift : float
        Barrier increase of another ion above the spec's ion. [J]

    Raises
    ------
    NeuroestError
        If the device is of another kind or lacks parameters for simulation, a parameter is unknown, or the temperature
        is invalid.
    """
    device, kinetic = neuron if isinstance(neuron, Device) else load_device(neuron), load_device(kinetics)
    neuron = neuron.spec.name if isinstance(neuron, Device) else neuron
    if device.spec.model not in NEURON_MODELS:
        raise NeuroestError(
            f"{neuron} is {article(device.spec.model)}; this needs a diffusive neuron ({' or '.join(NEURON_MODELS)})"
        )
    if kinetic.spec.model != "ion_kinetics":
        raise NeuroestError(
            f"{kinetics} is {article(kinetic.spec.model)}; expected a device of the model ion_kinetics"
        )
    values = {**_values(kinetic), **_values(device)}
    check_names("parameter", changes or {}, values)
    for name, text in (changes or {}).items():
        record = device.record if name in device.record.declared else kinetic.record
        values[name] = record.parameters()[name].check.read(text)
    for name in _OF_SIMULATIONS:
        if not values.get(name):
            about = device.record.parameters()[name].description.partition(";")[0]
            raise NeuroestError(f"{neuron} states no {name}, which a simulation needs: {about}")
    if device.spec.model == "diffusive_1m1t1r_integrated":
        values |= _node(device, values)
    reference = values["reference_temperature"]
    temperature = reference if temperature is None else temperature
    if not (np.isfinite(temperature) and temperature > 0.0):
        raise NeuroestError(f"the temperature must be above 0 K, got {temperature:g} K")
    for rate, barrier in ION_BARRIERS.items():
        shift = np.exp(-barrier_shift / (BOLTZMANN * reference))
        energy = values[barrier] + barrier_shift
        faster = shift * firing_statistics.activation_factor(energy, temperature, reference)
        values[rate] = values[rate] * faster
        if rate == "filament_decay":  # a complete filament ruptures over the barrier of its decay
            values["relaxation_time"] = values["relaxation_time"] / faster
    variation = device.claims["firing_median_voltage"].cycle_to_cycle
    names = {field.name for field in fields(DiffusiveCells)}
    known = {name: value for name, value in values.items() if name in names}
    return DiffusiveCells(**known, drive_variation=variation or 0.0, temperature=temperature)


def draw_devices(
    cells: DiffusiveCells, neuron: str | Device, devices: int, generator: np.random.Generator
) -> DiffusiveCells:
    """Sample neurons with the device-to-device deviations of the spec's claims.

    Each claim with a device-to-device deviation is sampled log-normally around its value. The deviation of the firing
    amplitude is applied to the field mobility, since the rate equations contain only their product.
    """
    if devices < 1:
        raise NeuroestError(f"at least one device is needed, got {devices}")
    names = {field.name for field in fields(DiffusiveCells)}
    drawn: dict[str, Array] = {}
    claims = neuron.claims if isinstance(neuron, Device) else load_device(neuron).claims
    for name, claim in claims.items():
        if claim.device_to_device and name in names:
            deviation = np.sqrt(np.log1p(claim.device_to_device**2))
            drawn[name] = np.exp(deviation * generator.standard_normal(devices))
    amplitude = drawn.get("firing_median_voltage")
    if amplitude is not None:
        drawn["field_mobility"] = drawn.get("field_mobility", np.ones(devices)) / amplitude
    values = {name: getattr(cells, name) * factor for name, factor in drawn.items()}
    return replace(cells, **values).broadcast(devices)


def _values(device: Device) -> dict[str, float]:
    return {name: claim.value for name, claim in device.claims.items()}


def _node(device: Device, values: Mapping[str, float]) -> dict[str, Any]:
    if device.spec.process is None:
        raise NeuroestError(f"{device.spec.name} names no process, so its gate node has no capacitance")
    process = load_device(device.spec.process).claims
    memristor = neuron_geometry.plate_capacitance(
        values["relative_permittivity"], values["via_side"] ** 2, values["oxide_thickness"]
    )
    node = neuron_geometry.node_capacitance(
        process["gate_capacitance"].value,
        values["transistor_width"],
        memristor,
        process["wire_capacitance"].value,
        values["local_wire_length"],
        values["explicit_capacitance"],
    )
    resistance = equations.control_resistance_for_refractory(
        values["refractory_time"], node, 1.0 / values["rearm_fraction"]
    )
    return {
        "gate_capacitance": node,
        "control_resistance": values.get("control_resistance", resistance),
    }


@dataclass
class State:
    """State of each device for the next step."""

    filament: Array
    residue: Array
    gate: Array
    deviation: Array
    decay_deviation: Array
    switched: Array
    rupturing: Array
    following: Array

    @classmethod
    def rest(cls, devices: int) -> State:
        """Create devices without filament, residue or charge."""

        def zero(kind: Any = float) -> Array:
            return np.zeros(devices, dtype=kind)

        return cls(zero(), zero(), zero(), zero(), zero(), zero(bool), zero(bool), zero(bool))

    def take(self, index: Any) -> State:
        """A subset of the devices."""
        return State(*(value[index] for value in vars(self).values()))

    def put(self, index: Any, part: State) -> None:
        """Write a subset of devices back."""
        for name, value in vars(part).items():
            getattr(self, name)[index] = value


ENERGY_TERMS = ("before_switch", "gate_charge", "divider", "output_branch", "output_load")


@dataclass
class Run(SpikeRun):
    """Record of a run; a spike is a rise of the gate through the output threshold.

    Attributes
    ----------
    first_switch : ndarray
        Time when each device's filament was first complete; infinite if never. [s]
    output_time : ndarray
        Total on-time of each output. [s]
    latched : ndarray of bool
        Devices whose output stays on although the gate should have discharged long ago.
    gate_peak : ndarray
        Highest gate voltage. [V]
    falls : tuple of ndarray
        Device and time of each end of a spike. [s]
    """

    first_switch: Array
    output_time: Array
    latched: Array
    gate_peak: Array
    final: State
    falls: tuple[Array, Array]

    def output_on(self, device: int) -> list[tuple[float, float]]:
        """Start and end of each on interval of an output [s]."""
        starts = np.sort(self.spike_times[self.spike_devices == device])
        ends = np.sort(self.falls[1][self.falls[0] == device])
        last = [*ends, self.duration][: len(starts)]
        return [(float(a), float(b)) for a, b in zip(starts, last, strict=True)]


class Record:
    """Collects the events of a run."""

    def __init__(self, cells: DiffusiveCells, kept: int, every: int) -> None:
        devices = cells.devices
        self.cells, self.all, self.kept, self.every, self.ticks = (
            cells,
            np.arange(devices),
            min(kept, devices),
            every,
            0,
        )
        self.spikes, self.falls = Spikes(), Spikes()
        self.first_switch = np.full(devices, np.inf)
        self.energy = {term: np.zeros(devices) for term in ENERGY_TERMS}
        self.output_time, self.on_since = np.zeros(devices), np.full(devices, np.inf)
        self.peak = np.zeros(devices)
        self.rows: list[tuple[float, Array, Array, Array, Array]] = []

    def sample(self, time: float, level: Array, state: State) -> None:
        """Add the current state to the traces if a sample is due."""
        if self.kept and self.ticks % self.every == 0:
            k = self.kept
            parts = (level[:k], state.gate[:k], state.filament[:k], state.residue[:k])
            self.rows.append((time, *(part.copy() for part in parts)))  # type: ignore[arg-type]
        self.ticks += 1

    def note(
        self, index: Any, before: State, after: State, flows: dict[str, Array], fired: Array, time: Any,
        length: Any,
    ) -> None:  # fmt: skip
        """Record one step of some devices: first switching events, energy, output on-time and spikes."""
        devices, cells = self.all[index], self.cells
        if np.count_nonzero(fired):
            first = devices[fired & np.isinf(self.first_switch[index])]
            # count the gap as closed at the end of the step in which it closes
            self.first_switch[first] = np.broadcast_to(time + length, fired.shape)[
                fired & np.isinf(self.first_switch[index])
            ]
        threshold, drawn, level = cells.output_threshold[index], flows["drawn"], flows["level"]
        self.peak[index] = np.maximum(self.peak[index], after.gate)
        if np.count_nonzero(level):
            conducting = (after.gate > threshold) | after.switched
            risen = np.maximum(after.gate - before.gate, 0.0) * level
            charged = np.minimum(cells.gate_capacitance[index] * risen, np.maximum(drawn, 0.0))
            self.energy["gate_charge"][index] += charged
            self.energy["before_switch"][index] += np.where(conducting, 0.0, drawn - charged)
            self.energy["divider"][index] += np.where(conducting, drawn - charged, 0.0)
        high = np.maximum(before.gate, after.gate)
        on = high > threshold
        if not np.count_nonzero(on):  # no output is or was on
            return
        low = np.minimum(before.gate, after.gate)
        crosses = on & (low < threshold)
        # Share of a step that a gate is above the threshold, for an exponential crossing.
        final, phase = flows["final"], flows["phase"]
        ratio = (before.gate - final) / np.where(threshold == final, 1.0, threshold - final)
        passed = np.minimum(np.log(np.maximum(ratio, 1.0)) / phase, 1.0)  # not below zero
        share = np.where(crosses, np.where(after.gate > before.gate, 1.0 - passed, passed), 1.0 * on)
        self.output_time[index] += share * length
        rising = (before.gate <= threshold) & (after.gate > threshold)
        if np.count_nonzero(rising):
            moment = (time + length * (1.0 - share))[rising]
            self.spikes.add(devices[rising], moment)
            self.on_since[devices[rising]] = moment
        falling = (before.gate > threshold) & (after.gate <= threshold)
        if np.count_nonzero(falling):
            self.falls.add(devices[falling], (time + length * share)[falling])
        self.on_since[devices[after.gate <= threshold]] = np.inf

    def finish(self, time: float, level: Array, state: State) -> Run:
        """Everything recorded."""
        cells = self.cells
        devices, times = self.spikes.arrays()
        order = np.argsort(times, kind="stable")
        peak = equations.gate_peak_voltage(
            np.maximum(level, self.peak), cells.on_resistance, cells.control_resistance
        )
        release = equations.output_pulse_duration(
            0.0, cells.control_resistance, cells.gate_capacitance, peak, cells.output_threshold
        )
        latched = time - self.on_since > 2.0 * release
        supply = cells.output_supply_voltage
        branch: Array = supply * supply / (cells.load_resistance + cells.transistor_on_resistance)
        self.energy["output_branch"] = branch * self.output_time
        counts = np.bincount(devices.astype(int), minlength=cells.devices)
        load = equations.output_load_energy(cells.load_capacitance, supply)
        self.energy["output_load"] = np.asarray(counts * load)
        names = ("time", "input", "gate", "filament", "residue")
        traces = dict(zip(names, map(np.array, zip(*self.rows, strict=True)), strict=bool(self.rows)))
        return Run(
            duration=time, devices=cells.devices, spike_devices=devices[order], spike_times=times[order],
            first_switch=self.first_switch, energy=self.energy, output_time=self.output_time, latched=latched,
            gate_peak=self.peak, final=state, traces=traces, falls=self.falls.arrays(),
        )  # fmt: skip
