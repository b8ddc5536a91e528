"""The 1M1T1R neuron in time: filament, residue, gate node and output branch, for many devices at once.

The rate equations are those of `docs/models/neurons.md`, "Integration". Filament and residue take exponential
midpoint steps, the gate node the exact exponential step of the resistances it sees. Noise is an
Ornstein-Uhlenbeck process with its exact transition, so that a smaller step changes no statistics. Steps in
which a device fires or switches off are taken again in small parts, for those devices only. Where the small parts
show that the gate follows the closing gap and takes the drive away, further steps are implicit: that balance is stiff.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from neuroest.core.progress import Progress, silent
from neuroest.dynamics.diffusive_cells import DiffusiveCells
from neuroest.dynamics.spikes import SpikeRun, Spikes
from neuroest.dynamics.stimulus import Array, Stimulus, steps_of
from neuroest.equations import diffusive_neuron as equations
from neuroest.equations import filament_growth
from neuroest.equations._constants import BOLTZMANN

STEPS_PER_SETTLING = 60.0
"""Steps within the settling time of the filament; accuracy is checked by halving them."""
_PARTS_PER_SWITCHING = 5.0
_MOST_PARTS = 1000
_TOLD = 200
"""How often in a run its progress is reported."""
_RUPTURED = 1e-4
"""Filament that is left when a rupture counts as over; numerical, not physical."""
_THIN = 0.05
"""Filament below which the rest of the rupture no longer moves the gate; numerical."""
_GAP_SHARE = 0.15
"""Share of the gap that may close within a step of a device that is about to switch; numerical."""
_EMPTY = 0.01
"""Gate over the threshold of the output below which it takes no drive away; numerical."""
_REST = 0.25
"""Share of a step that is added to it instead of standing alone at the end; numerical."""
_STANDSTILL = 1e-15
"""Step of a device that has come to the end of the common step before others, over that step; numerical."""
_NO_GROWTH = 1e-300
_REACH = 0.05
"""How far below its state of now the gap of a device is looked for whose gate follows it; numerical."""
_HALVINGS = 40
_MOST_LENGTHS = 1000
_EVERY = slice(None)
"""All devices: a view, where a list of them would be copied."""
_SETTLED = 10.0
"""Time constants of the gate within a step from which on its voltage is that of its resistances."""


@dataclass
class State:
    """Everything about each device that the next step needs."""

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
        """Devices without filament, residue or charge."""

        def zero(kind: Any = float) -> Array:
            return np.zeros(devices, dtype=kind)

        return cls(zero(), zero(), zero(), zero(), zero(), zero(bool), zero(bool), zero(bool))

    def take(self, index: Any) -> State:
        """A subset of the devices."""
        return State(*(getattr(self, part.name)[index] for part in fields(self)))

    def put(self, index: Any, part: State) -> None:
        """Write a subset back."""
        for each in fields(self):
            getattr(self, each.name)[index] = getattr(part, each.name)


@dataclass(frozen=True)
class Idealised:
    """Properties of the device that a run may leave out, to see what they do.

    Attributes
    ----------
    refractory : bool
        The gate is emptied as soon as the filament has ruptured, whatever the control resistor.
    plasticity : bool
        The rupture takes the residue with it, so that nothing is left of an earlier spike.
    """

    refractory: bool = False
    plasticity: bool = False


ENERGY_TERMS = ("before_switch", "gate_charge", "divider", "output_branch", "output_load")


@dataclass
class Run(SpikeRun):
    """What happened; a spike is a rise of the gate through the output's threshold.

    Attributes
    ----------
    first_switch : ndarray
        Time at which each device's filament was first complete; infinite where it never was. [s]
    output_time : ndarray
        Time that each output was on. [s]
    latched : ndarray of bool
        Devices whose output stays on although the gate should have let go long ago.
    gate_peak : ndarray
        Highest gate voltage. [V]
    """

    first_switch: Array
    output_time: Array
    latched: Array
    gate_peak: Array
    final: State


def default_step(cells: DiffusiveCells) -> float:
    """Step that resolves the filament of the fastest device. [s]."""
    return float(1.0 / (STEPS_PER_SETTLING * np.max(cells.settling)))


def simulate(
    cells: DiffusiveCells,
    stimulus: Stimulus,
    *,
    generator: np.random.Generator | None = None,
    step: float | None = None,
    rupture: Any = True,
    start: State | None = None,
    kept: int = 0,
    samples: int = 4000,
    until_switched: bool = False,
    idealised: Idealised | None = None,
    progress: Progress = silent,
) -> Run:
    """Run neurons under an input.

    Parameters
    ----------
    cells : DiffusiveCells
        The neurons.
    stimulus : sequence of Segment
        Input voltage.
    generator : Generator, optional
        Source of noise; without one the run is deterministic.
    step : float, optional
        Longest step. [s]
    rupture : bool or ndarray of bool
        Whether a complete filament that no field holds ruptures within its measured time, of all or of each device.
        Without, the rate equations are taken as published and let go only by their slow decay.
    start : State, optional
        State to go on from.
    kept : int
        Devices whose traces are kept.
    samples : int
        About how many samples a trace has.
    until_switched : bool
        Whether only the first switch of each device matters: the run may end as soon as every device has switched, and
        what a device does afterwards is not resolved.
    idealised : Idealised, optional
        Properties of the device to leave out.
    progress : callable, optional
        Called with the share of the run that is done.

    Raises
    ------
    NeuroestError
        For a step that is none, or a run of more steps than anybody would wait for.
    """
    engine = _Engine(cells, generator, rupture, idealised or Idealised(), first_only=until_switched)
    plan = steps_of(stimulus, default_step(cells) if step is None else step)
    state = start if start is not None else State.rest(engine.devices)
    if start is None and generator is not None:
        state.deviation = generator.standard_normal(engine.devices)
        state.decay_deviation = generator.standard_normal(engine.devices)
    record = _Record(engine, kept, max(1, sum(plan) // samples))
    time, done, often = 0.0, 0, max(1, sum(plan) // _TOLD)
    for segment, parts in zip(stimulus, plan, strict=True):
        level = np.broadcast_to(np.asarray(segment.level, dtype=float), (engine.devices,))
        length = segment.duration / parts
        for _ in range(parts):
            record.sample(time, level, state)
            state = engine.step(state, level, length, time, record)
            time, done = time + length, done + 1
            if done % often == 0:
                progress(done / sum(plan))
        if until_switched and np.isfinite(record.first_switch).all():
            break
    return record.finish(time, level, state)


class _Record:
    """Collects what happens in a run."""

    def __init__(self, engine: _Engine, kept: int, every: int) -> None:
        devices = engine.devices
        self.engine, self.kept, self.every, self.ticks = engine, min(kept, devices), every, 0
        self.spikes = Spikes()
        self.first_switch = np.full(devices, np.inf)
        self.energy = {term: np.zeros(devices) for term in ENERGY_TERMS}
        self.output_time, self.on_since = np.zeros(devices), np.full(devices, np.inf)
        self.peak = np.zeros(devices)
        self.rows: list[tuple[float, Array, Array, Array, Array]] = []

    def sample(self, time: float, level: Array, state: State) -> None:
        if self.kept and self.ticks % self.every == 0:
            k = self.kept
            parts = (level[:k], state.gate[:k], state.filament[:k], state.residue[:k])
            self.rows.append((time, *(part.copy() for part in parts)))  # type: ignore[arg-type]
        self.ticks += 1

    def note(
        self, index: Any, before: State, after: State, flows: dict[str, Array], fired: Array, time: Any,
        length: Any,
    ) -> None:  # fmt: skip
        """Take down one step of some devices: first switches, energy, the output's time and its spikes."""
        devices, cells = self.engine.all[index], self.engine.cells
        if fired.any():
            first = devices[fired & np.isinf(self.first_switch[index])]
            # the gap closes at the end of the step in which it is found closed
            self.first_switch[first] = np.broadcast_to(time + length, fired.shape)[
                fired & np.isinf(self.first_switch[index])
            ]
        threshold, drawn, level = cells.output_threshold[index], flows["drawn"], flows["level"]
        self.peak[index] = np.maximum(self.peak[index], after.gate)
        if level.any():
            conducting = (after.gate > threshold) | after.switched
            risen = np.maximum(after.gate - before.gate, 0.0) * level
            charged = np.minimum(cells.gate_capacitance[index] * risen, np.maximum(drawn, 0.0))
            self.energy["gate_charge"][index] += charged
            self.energy["before_switch"][index] += np.where(conducting, 0.0, drawn - charged)
            self.energy["divider"][index] += np.where(conducting, drawn - charged, 0.0)
        high = np.maximum(before.gate, after.gate)
        if not (high > threshold).any():  # nothing is on, and nothing was
            return
        low = np.minimum(before.gate, after.gate)
        crosses = (high > threshold) & (low < threshold)
        share = np.where(
            crosses, self._share_above(before.gate, after.gate, threshold, flows), 1.0 * (high > threshold)
        )
        self.output_time[index] += share * length
        rising = (before.gate <= threshold) & (after.gate > threshold)
        if rising.any():
            moment = (time + length * (1.0 - share))[rising]
            self.spikes.add(devices[rising], moment)
            self.on_since[devices[rising]] = moment
        self.on_since[devices[after.gate <= threshold]] = np.inf

    @staticmethod
    def _share_above(before: Array, after: Array, threshold: Array, flows: dict[str, Array]) -> Array:
        """Share of a step that a gate is above a threshold which it crosses on its exponential."""
        final, phase = flows["final"], flows["phase"]
        ratio = (before - final) / np.where(threshold == final, 1.0, threshold - final)
        passed = np.clip(np.log(np.maximum(ratio, 1.0)) / phase, 0.0, 1.0)
        return np.asarray(np.where(after > before, 1.0 - passed, passed))

    def finish(self, time: float, level: Array, state: State) -> Run:
        cells = self.engine.cells
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
        counts = np.bincount(devices.astype(int), minlength=self.engine.devices)
        load = equations.output_load_energy(cells.load_capacitance, supply)
        self.energy["output_load"] = np.asarray(counts * load)
        return Run(
            duration=time, devices=self.engine.devices, spike_devices=devices[order], spike_times=times[order],
            first_switch=self.first_switch, energy=self.energy, output_time=self.output_time, latched=latched,
            gate_peak=self.peak, final=state, traces=self._traces(),
        )  # fmt: skip

    def _traces(self) -> dict[str, Array]:
        if not self.rows:
            return {}
        columns = list(zip(*self.rows, strict=True))
        names = ("time", "input", "gate", "filament", "residue")
        return {name: np.array(column) for name, column in zip(names, columns, strict=True)}


class _Engine:
    """Steps of all devices."""

    def __init__(
        self,
        cells: DiffusiveCells,
        generator: np.random.Generator | None,
        rupture: Any,
        idealised: Idealised,
        *,
        first_only: bool,
    ) -> None:
        self.first_only = first_only
        self.devices = cells.devices
        self.cells = cells.broadcast(self.devices)
        self.generator, self.idealised = generator, idealised
        self.ruptures: Array = np.broadcast_to(np.asarray(rupture, dtype=bool), (self.devices,))
        self.noisy = generator is not None
        self.steady = not (self.noisy and cells.decay_variation)
        self.known: dict[float, _Factors] = {}
        charge = np.minimum(cells.on_resistance, cells.control_resistance) * cells.gate_capacitance
        release = cells.control_resistance * cells.gate_capacitance
        fastest = np.minimum(np.maximum(charge, cells.relaxation_time), release)
        self.fine = float(np.min(fastest)) / _PARTS_PER_SWITCHING
        self.release: Array = np.broadcast_to(release, (self.devices,))
        self.level_before = np.full(self.devices, np.nan)
        self.all = np.arange(self.devices)

    def step(self, state: State, level: Array, length: float, time: float, record: _Record) -> State:
        """All devices one step on; those that switch, in small parts."""
        if self.noisy:
            self._move_noise(state, length)
        rates = self._rates(self.cells, state)
        factors = self._factors(rates[1], length)
        after, flows, fired = self._advance(self.cells, state, level, length, rates, factors, self.ruptures)
        if state.following.any():
            held = state.following & (level == self.level_before)
            if held.any():
                self._follow(state, after, flows, fired, self.all[held], level, length)
        self.level_before = level
        busy = fired | state.rupturing | after.rupturing | (state.switched & self.ruptures)
        if self.first_only:
            busy = busy & np.isinf(record.first_switch)
        if length <= self.fine or not busy.any():
            record.note(_EVERY, state, after, flows, fired, time, length)
            return after
        calm, index = self.all[~busy], self.all[busy]
        if len(calm):
            kept = {name: value[~busy] for name, value in flows.items()}
            record.note(calm, state.take(calm), after.take(calm), kept, fired[calm], time, length)
        part = self._switching(state.take(index), level[index], length, time, record, index)
        # a slow gate is no slave of the gap, and one that is still low has not taken the drive away
        slaved = (_SETTLED * self.release[index] < length) & (part.gate > level[index] / 2.0)
        part.following = fired[index] & ~part.switched & ~part.rupturing & slaved
        after.put(index, part)
        return after

    def _switching(
        self, part: State, level: Array, length: float, time: float, record: _Record, index: Array
    ) -> State:
        """Devices that switch, each in steps of its own: as short as what happens to it is fast."""
        cells, ruptures = self.cells.take(index), self.ruptures[index]
        rates = self._rates(cells, part)  # the noise stands still within a step
        left, least = np.full(len(index), length), length / _MOST_PARTS
        done = np.zeros(len(index), dtype=bool)
        while (left > 0.0).any():
            step = self._part(cells, part, level, rates, least)
            step = np.where(left > step * (1.0 + _REST), step, left)
            moving = np.where(left > 0.0, step, _STANDSTILL * length)
            factors = _Factors.of(cells, rates[1], moving)
            following, moved, caught = self._advance(cells, part, level, moving, rates, factors, ruptures)
            record.note(index, part, following, moved, caught & (left > 0.0), time + length - left, moving)
            done |= caught
            part, left = following, left - np.minimum(moving, left)
            if self.first_only:
                left = np.where(done, 0.0, left)
        return part

    def _part(
        self, cells: DiffusiveCells, part: State, level: Array, rates: tuple[Array, Array], least: float
    ) -> Array:
        """Longest step that shows what happens: the closing gap, the charging, the rupture, the gate that lets go."""
        release = cells.control_resistance * cells.gate_capacitance
        charge = np.minimum(cells.on_resistance, cells.control_resistance) * cells.gate_capacitance
        fast = np.minimum(np.maximum(charge, cells.relaxation_time), release)
        nearly_open = part.rupturing & (part.filament < _THIN)
        on = np.where(nearly_open, np.maximum(fast, release), fast) / _PARTS_PER_SWITCHING
        # a filament that its field holds once its gate is charged moves no faster than its ions
        full = level * cells.control_resistance / (cells.control_resistance + cells.on_resistance)
        charged = np.abs(part.gate - full) < _EMPTY * np.maximum(full, cells.output_threshold)
        held = (
            charged
            & ~part.rupturing
            & (level > 0.0)
            & _field_holds(cells, level - full, rates, part.filament)
        )
        on = np.where(held, 1.0 / (STEPS_PER_SETTLING * rates[1]), on)
        gap = cells.field_offset + np.maximum(1.0 - part.filament - part.residue, 0.0)
        growth = np.maximum(rates[0] * np.maximum(level - part.gate, 0.0) / gap, rates[1] * part.filament)
        off = np.minimum(_GAP_SHARE * gap / np.maximum(growth, _NO_GROWTH), 2.0 * release)
        off = np.where(part.gate > cells.output_threshold / 2.0, release / _PARTS_PER_SWITCHING, off)
        off = np.where(
            part.gate < _EMPTY * cells.output_threshold,
            _GAP_SHARE * gap / np.maximum(growth, _NO_GROWTH),
            off,
        )
        return np.maximum(np.where(part.switched, on, off), least)

    def _factors(self, settling: Array, length: float) -> _Factors:
        """What a step of a length does to filament and residue; the same in every such step, unless rates fluctuate."""
        if not self.steady:
            return _Factors.of(self.cells, settling, length)
        if length not in self.known:
            if len(self.known) >= _MOST_LENGTHS:
                self.known.clear()
            self.known[length] = _Factors.of(self.cells, settling, length)
        return self.known[length]

    def _follow(
        self, state: State, after: State, flows: dict[str, Array], fired: Array, index: Array, level: Array,
        length: float,
    ) -> None:  # fmt: skip
        """Correct the step of devices whose gate follows the gap: explicit steps overshoot and seem to fire."""
        cells, part = self.cells.take(index), state.take(index)
        filament, residue, holds = _followed(cells, part, *self._rates(cells, part), level[index], length)
        cells, part, index = cells.take(holds), part.take(holds), index[holds]
        filament, residue = filament[holds], residue[holds]
        gate, moved = _gate(cells, part.gate, filament + residue, level[index], length)
        after.filament[index], after.residue[index] = filament, residue
        after.gate[index] = self._with_noise(cells, gate, moved)
        after.switched[index], after.following[index], fired[index] = False, True, False
        after.rupturing = after.rupturing & after.switched
        for flow in ("drawn", "phase", "final"):
            flows[flow][index] = moved[flow]

    def _rates(self, cells: DiffusiveCells, state: State) -> tuple[Array, Array]:
        """Mobility and rate of settling of now."""
        mobility, decay = cells.field_mobility, cells.filament_decay
        if self.noisy:
            mobility = mobility * np.exp(cells.drive_variation * state.deviation)
            if cells.decay_variation:
                decay = decay * np.exp(cells.decay_variation * state.decay_deviation)
        return mobility, decay + cells.residue_rate

    def _with_noise(self, cells: DiffusiveCells, gate: Array, flows: dict[str, Array]) -> Array:
        """The gate with its kT/C."""
        phase = flows["phase"]
        if not self.noisy:
            return gate
        assert self.generator is not None  # noqa: S101
        spread = np.sqrt(BOLTZMANN * cells.temperature / cells.gate_capacitance * -np.expm1(-2.0 * phase))
        return np.asarray(gate + spread * self.generator.standard_normal(len(gate)))

    def _move_noise(self, state: State, length: float) -> None:
        assert self.generator is not None  # noqa: S101
        keep = np.exp(-length / self.cells.noise_correlation_time)
        fresh = np.sqrt(-np.expm1(-2.0 * length / self.cells.noise_correlation_time))
        state.deviation = keep * state.deviation + fresh * self.generator.standard_normal(self.devices)
        if self.cells.decay_variation:
            fresh_noise = fresh * self.generator.standard_normal(self.devices)
            state.decay_deviation = keep * state.decay_deviation + fresh_noise

    def _advance(
        self, cells: DiffusiveCells, state: State, level: Array, length: Any, rates: tuple[Array, Array],
        factors: _Factors, ruptures: Array,
    ) -> tuple[State, dict[str, Array], Array]:  # fmt: skip
        mobility, settling = rates
        drive = np.maximum(level - state.gate, 0.0)
        filament, residue, complete = _ions(cells, state, mobility * drive, settling, factors)
        fired = complete & ~state.switched
        switched = state.switched | fired
        rupturing = over = np.zeros(len(filament), dtype=bool)
        if (switched & ruptures).any():
            held = _field_holds(cells, drive, rates, filament)
            rupturing = switched & (state.rupturing | (~held & ~fired)) & ruptures
            gone = np.exp(-(settling + 1.0 / cells.relaxation_time) * length)
            filament = np.where(rupturing, state.filament * gone, filament)
            over = rupturing & (filament < _RUPTURED)
            filament = np.where(over, 0.0, filament)
            switched, rupturing = switched & ~over, rupturing & ~over
            if self.idealised.plasticity:
                residue = np.where(over, 0.0, residue)
        # while the gap closes, the resistance half-way stands for the step; one that switches does so at its end
        halfway = (state.filament + state.residue + filament + residue) / 2.0
        closed = np.minimum(np.where(switched | over, filament + residue, halfway), 1.0)
        gate, flows = _gate(cells, state.gate, closed, level, length)
        gate = self._with_noise(cells, gate, flows)
        if self.idealised.refractory:
            gate = np.where(over, 0.0, gate)
        following = State(
            filament, residue, gate, state.deviation, state.decay_deviation, switched, rupturing,
            np.zeros(len(filament), dtype=bool),
        )  # fmt: skip
        return following, flows, fired


@dataclass(frozen=True)
class _Factors:
    """What half a step and a whole one leave of filament and residue, and what they make up."""

    keep: tuple[Array, Array]
    grown: tuple[Array, Array]
    stay: tuple[Array, Array]
    faded: tuple[Array, Array]

    @classmethod
    def of(cls, cells: DiffusiveCells, settling: Array, length: Any) -> _Factors:
        keep = np.exp(-settling * length * 0.5), np.exp(-settling * length)
        stay = np.exp(-cells.residue_decay * length * 0.5), np.exp(-cells.residue_decay * length)
        return cls(keep, (1.0 - keep[0], 1.0 - keep[1]), stay, (1.0 - stay[0], 1.0 - stay[1]))


def _field_holds(cells: DiffusiveCells, drive: Array, rates: tuple[Array, Array], filament: Array) -> Array:
    """Whether the field across a complete filament replaces what of it decays."""
    return np.asarray(rates[0] * drive / cells.field_offset > rates[1] * filament)


def _ions(
    cells: DiffusiveCells, state: State, drive: Array, settling: Array, factors: _Factors
) -> tuple[Array, Array, Array]:
    """Filament and residue after an exponential midpoint step, and whether the gap closed."""

    def move(closed: Array, part: int) -> tuple[Array, Array]:
        field = drive / (cells.field_offset + np.maximum(1.0 - closed, 0.0))
        filament = state.filament * factors.keep[part] + field / settling * factors.grown[part]
        mean = (state.filament + filament) / 2.0
        made = cells.residue_rate * mean / cells.residue_decay * factors.faded[part]
        return filament, state.residue * factors.stay[part] + made

    closed = state.filament + state.residue
    if drive.any():  # without a drive it does not matter how far the gap has closed
        half = move(closed, 0)
        closed = np.minimum(half[0] + half[1], 1.0)
    filament, residue = move(closed, 1)
    complete = filament + residue >= 1.0
    residue = np.minimum(residue, 1.0)
    filament = np.minimum(filament, 1.0 - residue)
    return filament, residue, complete


def _followed(
    cells: DiffusiveCells, state: State, mobility: Array, settling: Array, level: Array, length: float
) -> tuple[Array, Array, Array]:
    """Filament and residue after an implicit step with the gate at what the gap lets through, and whether they exist.

    The filament grows by the drive that the gate leaves at the end of the step; the gap that agrees with its own gate
    is found by halving.
    """
    keep, stay = np.exp(-settling * length), np.exp(-cells.residue_decay * length)

    def grown(closed: Array) -> tuple[Array, Array]:
        resistance = filament_growth.memristor_resistance(
            closed, cells.on_resistance, cells.off_resistance, cells.conduction_length
        )
        left = level / (1.0 + cells.control_resistance / resistance)
        field = mobility * np.maximum(left, 0.0) / (cells.field_offset + 1.0 - closed)
        filament = state.filament * keep + field / settling * (1.0 - keep)
        mean = (state.filament + filament) / 2.0
        return filament, state.residue * stay + cells.residue_rate * mean / cells.residue_decay * (1.0 - stay)

    low = np.maximum(state.filament + state.residue - _REACH, 0.0)
    high = np.ones(len(low))
    holds = (sum(grown(high)) < 1.0) & (sum(grown(low)) > low)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        grows = sum(grown(middle)) > middle
        low, high = np.where(grows, middle, low), np.where(grows, high, middle)
    filament, residue = grown(high)
    return filament, residue, holds


def _gate(
    cells: DiffusiveCells, gate: Array, closed: Array, level: Array, length: Any
) -> tuple[Array, dict[str, Array]]:
    """Gate voltage after the exact step of its linear circuit, and the energy drawn from the input."""
    resistance = filament_growth.memristor_resistance(
        closed, cells.on_resistance, cells.off_resistance, cells.conduction_length
    )
    conductance = 1.0 / resistance + 1.0 / cells.control_resistance
    final = level / resistance / conductance
    phase = length * conductance / cells.gate_capacitance
    keep = np.exp(-phase)
    following = final + (gate - final) * keep
    drawn = np.zeros(len(following))
    if level.any():
        mean = final + (gate - final) * -np.expm1(-phase) / phase
        drawn = level * (level - mean) / resistance * length
    return following, {"drawn": drawn, "level": level, "phase": phase, "final": final}
