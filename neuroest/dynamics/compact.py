"""The 1M1T1R neuron in time: filament, residue, gate node and output branch, for many devices at once.

The rate equations are in `docs/models/neurons.md`, "Integration". Filament and residue use exponential midpoint steps;
the gate node uses the exact exponential step for its resistances. Noise is an Ornstein-Uhlenbeck process with its exact
transition, so a smaller step does not change the statistics. Between two input edges each device has its own steps:
long ones while nothing happens, one exact step without a drive, and small ones while it fires or switches off. If the
gate follows the closing gap and removes the drive, steps are implicit because the balance is stiff.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from neuroest.core.frozen import frozen_dataclass
from neuroest.core.progress import Progress, silent
from neuroest.dynamics.diffusive_cells import DiffusiveCells, Record, Run, State
from neuroest.dynamics.in_time import Array, Noise, Stimulus, steps_of, total_duration
from neuroest.equations import filament_conduction
from neuroest.equations._numbers import BOLTZMANN

STEPS_PER_SETTLING = 12.0
"""Number of steps per settling time of the filament; accuracy is checked by halving the steps."""
_FOLLOWING_STEPS = 60.0
"""The same if the gate follows the gap, or if a field sustains a complete filament: such steps are less exact."""
_PARTS_PER_SWITCHING = 5.0
_MOST_PARTS = 3000
_PARTS = 20
"""Number of parts of a run. All devices synchronize at the end of a part, and progress is reported."""
_RUPTURED = 1e-4
"""Remaining filament when a rupture counts as complete; numerical, not physical."""
_THIN = 0.05
"""Filament below which the rest of the rupture no longer affects the gate; numerical."""
_GAP_SHARE = 0.15
"""Largest share of the gap that may close in one step of a device that is about to switch; numerical."""
_STIFF = 0.3
"""Step limit near the balance of growth and dissolution, as a share of their rates; numerical."""
_EMPTY = 0.01
"""Negligible distance of a gate from its settled value, relative to the output threshold; numerical."""
_LOW = 0.2
"""Gate voltage, relative to the output threshold, below which it removes little of the drive; numerical."""
_REST = 0.25
"""Largest remainder, as a share of a step, that is merged into the last step; numerical."""
_SOON = 1e-12
"""Share of an interval by which an input may end too early, since times are rounded; numerical."""
_STANDSTILL = 1e-15
"""Relative step of a device that has reached the end of an interval before others; numerical."""
_FEW = 8
"""Number of devices above which removing waiting devices from the arrays saves time."""
_NO_GROWTH = 1e-300
_REACH = 0.05
"""How far below its state of now the gap of a device is looked for whose gate follows it; numerical."""
_DIVISIONS, _DIVIDED = 6, 32
_NEAR = 1e-9
"""Smallest nonzero phase between two decays, and smallest nonzero gap; numerical."""
_HALF_AND_FULL = np.array([[0.5], [1.0]])
"""Lengths of a half step and of a full one, relative to the step; numerical."""
_EVERY = slice(None)
"""All devices: a slice, since an index list would copy the arrays."""
_SETTLED = 10.0
"""Number of gate time constants per step above which the gate is at its resistive steady state."""


@frozen_dataclass
class Idealised:
    """Device properties that a run may leave out, to show their effect.

    Attributes
    ----------
    refractory : bool
        Discharge the gate as soon as the filament ruptures, regardless of the control resistor.
    plasticity : bool
        Remove the residue with the rupture, so that no trace of an earlier spike remains.
    """

    refractory: bool = False
    plasticity: bool = False


def default_step(cells: DiffusiveCells) -> float:
    """Step that resolves the filament of the fastest device [s]."""
    return float(1.0 / (STEPS_PER_SETTLING * np.max(cells.settling)))


def simulate(
    cells: DiffusiveCells,
    stimulus: Stimulus,
    *,
    generator: Noise = None,
    step: float | None = None,
    rupture: Any = True,
    start: State | None = None,
    kept: int = 0,
    samples: int = 4000,
    until_switched: bool = False,
    idealised: Idealised | None = None,
    ending_delay: float | None = None,
    progress: Progress = silent,
) -> Run:
    """Simulate neurons with an input.

    Parameters
    ----------
    cells : DiffusiveCells
        The neurons.
    stimulus : sequence of Segment
        Input voltage.
    generator : Generator, optional
        Random generator for noise; without it, the run is deterministic.
    step : float, optional
        Longest step. [s]
    rupture : bool or ndarray of bool
        Whether a complete filament that no field sustains ruptures within its measured time, for all devices or per
        device. If false, the rate equations are used as published, and the filament only decays slowly.
    start : State, optional
        Initial state.
    kept : int
        Number of devices whose traces are kept.
    samples : int
        Approximate number of samples per trace.
    until_switched : bool
        Whether only the first switching event of each device matters. The run may end once every device has switched,
        and later behaviour is not resolved.
    idealised : Idealised, optional
        Device properties to leave out.
    ending_delay : float, optional
        Time after which a spike ends the input of its device for the rest of a segment, as circuits on a chip do; by
        default, inputs last. [s]
    progress : callable, optional
        Called with the completed fraction of the run.

    Raises
    ------
    NeuroestError
        If the step is invalid, or if the run needs too many steps.
    """
    longest = default_step(cells) if step is None else step
    steps_of(stimulus, longest)  # reject runs that would take too long
    total = total_duration(stimulus)
    engine = _Engine(
        cells, generator, rupture, idealised or Idealised(), longest, ending_delay, first_only=until_switched
    )
    # all devices of a trace share the same times
    plan = steps_of(stimulus, max(total / samples, engine.following_step) if kept else total / _PARTS)
    state = start if start is not None else State.rest(engine.devices)
    if start is None and generator is not None:
        state.deviation = generator.standard_normal(engine.devices)
        state.decay_deviation = generator.standard_normal(engine.devices)
    record = Record(engine.cells, kept, max(1, sum(plan) // samples))
    return _follow(engine, stimulus, plan, state, record, until_switched=until_switched, progress=progress)


def _follow(
    engine: _Engine, stimulus: Stimulus, plan: Sequence[int], state: State, record: Record, *,
    until_switched: bool, progress: Progress,
) -> Run:  # fmt: skip
    """Run the neurons through all segments of an input, each in the planned number of parts."""
    total, time = total_duration(stimulus), 0.0
    for segment, parts in zip(stimulus, plan, strict=True):
        level = np.broadcast_to(np.asarray(segment.level, dtype=float), (engine.devices,))
        engine.ends = np.full(engine.devices, np.inf)
        if segment.on is not None:  # devices need not meet before the end of the segment
            engine.ends, parts = time + np.broadcast_to(segment.on, (engine.devices,)), 1  # noqa: PLW2901
        engine.ending = segment.on is not None or engine.ending_delay is not None
        length = segment.duration / parts
        for _ in range(parts):
            record.sample(time, level, state)
            state = engine.stretch(state, level, length, time, record)
            time += length
            progress(time / total)
        if until_switched and np.isfinite(record.first_switch).all():
            break
    return record.finish(time, level, state)


@frozen_dataclass
class _Limits:
    """Circuit time constants of each device that limit its steps."""

    release: Array
    fast: Array

    @classmethod
    def of(cls, cells: DiffusiveCells) -> _Limits:
        release = cells.control_resistance * cells.gate_capacitance
        charge = np.minimum(cells.on_resistance, cells.control_resistance) * cells.gate_capacitance
        return cls(release, np.minimum(np.maximum(charge, cells.relaxation_time), release))

    def take(self, index: Any) -> _Limits:
        return _Limits(self.release[index], self.fast[index])


@dataclass
class _Group:
    """Devices within an interval of constant input."""

    index: Any
    cells: DiffusiveCells
    limits: _Limits
    ruptures: Array
    level: Array
    state: State
    left: Array

    def take(self, chosen: Array, devices: Array) -> _Group:
        """A subset of the devices."""
        return _Group(
            devices[self.index][chosen], self.cells.take(chosen), self.limits.take(chosen), self.ruptures[chosen],
            self.level[chosen], self.state.take(chosen), self.left[chosen],
        )  # fmt: skip


class _Engine:
    """Performs the steps of all devices."""

    def __init__(
        self,
        cells: DiffusiveCells,
        generator: Noise,
        rupture: Any,
        idealised: Idealised,
        longest: float,
        ending_delay: float | None = None,
        *,
        first_only: bool,
    ) -> None:
        self.ending_delay = ending_delay
        self.first_only, self.longest, self.least = first_only, longest, longest / _MOST_PARTS
        self.devices = cells.devices
        self.cells = cells.broadcast(self.devices)
        self.limits = _Limits.of(self.cells)
        self.generator, self.idealised = generator, idealised
        self.ruptures: Array = np.broadcast_to(np.asarray(rupture, dtype=bool), (self.devices,))
        self.noisy = generator is not None
        self.steady = not (self.noisy and cells.decay_variation)
        self.slow = float(1.0 / (_FOLLOWING_STEPS * np.max(cells.settling)))
        self.following_step = min(longest, self.slow)
        self.level_before = np.full(self.devices, np.nan)
        self.ends, self.ending = np.full(self.devices, np.inf), False
        self.all = np.arange(self.devices)

    def stretch(self, state: State, level: Array, length: float, time: float, record: Record) -> State:
        """Advance all devices by one interval of constant input, each with its own steps."""
        if np.count_nonzero(state.following):
            state.following = state.following & (level == self.level_before)
        self.level_before = level
        if self.ending:
            level = np.where(self.ends <= time, 0.0, level)
        left = np.full(self.devices, length)
        if self.first_only:
            left = np.where(np.isfinite(record.first_switch), 0.0, left)
        group = _Group(_EVERY, self.cells, self.limits, self.ruptures, level, state, left)
        whole: State | None = None
        moving = np.count_nonzero(left > 0.0)
        while moving:
            if moving <= len(group.left) // 2 and len(group.left) > _FEW:
                if whole is None:
                    whole = group.state
                else:
                    whole.put(group.index, group.state)
                group = group.take(group.left > 0.0, self.all)
            self._round(group, length, time, record)
            moving = np.count_nonzero(group.left > 0.0)
        if whole is None:
            return group.state
        whole.put(group.index, group.state)
        return whole

    def _round(self, group: _Group, length: float, time: float, record: Record) -> None:
        """One step of each device of a group."""
        cells, state, level, left = group.cells, group.state, group.level, group.left
        rates = self._rates(cells, state)
        step = self._length(group, rates, length)
        pursued = None
        if np.count_nonzero(state.following):
            pursued = self._follow(group, rates, step)
            step = self._length(group, rates, length)
        now = time + length - left
        if self.ending:
            due = self.ends[group.index] - now
            step = np.where(due > _SOON * length, np.minimum(step, due), step)
        factors = _Factors.of(cells, rates[1], step)
        after, flows, fired = self._advance(cells, state, level, step, rates, factors, group.ruptures)
        after.following = state.following & (left <= 0.0)
        if pursued is not None:
            self._put(group, after, flows, fired, pursued, step)
        fired = fired & (left > 0.0)
        record.note(group.index, state, after, flows, fired, now, step)
        if self.ending:  # the input of devices that spike gets an end, and that of those that are due ends
            soon, threshold, ends = (
                now + step + _SOON * length,
                cells.output_threshold,
                self.ends[group.index],
            )
            if self.ending_delay is not None:
                rising = (group.state.gate <= threshold) & (after.gate > threshold) & (group.level > 0.0)
                ends = np.where(rising, np.minimum(ends, soon + self.ending_delay), ends)
            self.ends[group.index] = ends
            group.level = np.where(ends <= soon, 0.0, group.level)
        if self.noisy:
            # Drive deviation of each device after its step; it is constant during the step.
            assert self.generator is not None  # noqa: S101
            phase = step / cells.noise_correlation_time
            keep, fresh = np.exp(-phase), np.sqrt(-np.expm1(-2.0 * phase))
            after.deviation = keep * after.deviation + fresh * self.generator.standard_normal(len(step))
            if cells.decay_variation:
                fresh_noise = fresh * self.generator.standard_normal(len(step))
                after.decay_deviation = keep * after.decay_deviation + fresh_noise
        group.state, group.left = after, left - np.minimum(step, left)
        self._watch(group, flows["final"])
        if self.first_only:
            group.left = np.where(fired, 0.0, group.left)

    def _watch(self, group: _Group, final: Array) -> None:
        """Find devices whose gate removed the drive before the gap closed and now stays in balance with the gap."""
        state = group.state
        high = (state.gate > group.cells.output_threshold) & (group.level > 0.0)
        if not np.count_nonzero(high):
            return
        # a slow gate does not follow the gap, and a gate that discharges after a spike is far from its settled value
        slaved = high & (_SETTLED * group.limits.release < self.slow)
        settled = np.abs(state.gate - final) < _EMPTY * group.level
        opened = (state.filament + state.residue < 1.0 - _NEAR) & ~(state.switched & group.ruptures)
        state.following = state.following | (slaved & settled & opened)

    def _length(self, group: _Group, rates: tuple[Array, Array], length: float) -> Array:
        """Longest step that resolves the closing gap, the charging, the rupture and the discharging gate."""
        cells, state, level, limits = group.cells, group.state, group.level, group.limits
        step: Any = self.longest
        if np.count_nonzero(level):
            gap = cells.field_offset + np.maximum(1.0 - state.filament - state.residue, 0.0)
            made, lost = rates[0] * np.maximum(level - state.gate, 0.0) / gap, rates[1] * state.filament
            growth = np.maximum(np.abs(made - lost), _STIFF * np.maximum(made, lost))
            step = np.minimum(step, _GAP_SHARE * gap / np.maximum(growth, _NO_GROWTH))
            high = state.gate > _LOW * cells.output_threshold
            if np.count_nonzero(high):
                step = np.where(high, np.minimum(step, 2.0 * limits.release), step)
                above = state.gate > cells.output_threshold / 2.0
                step = np.where(above, np.minimum(step, limits.release / _PARTS_PER_SWITCHING), step)
        if self.steady:  # without a drive, ions and gate decay exactly for any step
            step = np.where(level > 0.0, step, np.inf)
        if np.count_nonzero(state.switched):
            # without rupture, a reopened gap moves like one that never closed
            complete = state.filament + state.residue >= 1.0 - _NEAR
            step = np.where(state.switched & (group.ruptures | complete), self._while_on(group, rates), step)
        if np.count_nonzero(state.following):
            step = np.where(state.following, self.following_step, step)
        step = np.maximum(step, self.least)
        step = np.where(group.left > step * (1.0 + _REST), step, group.left)
        return np.where(group.left > 0.0, step, _STANDSTILL * length)

    def _while_on(self, group: _Group, rates: tuple[Array, Array]) -> Array:
        """Longest step of a device whose filament is complete."""
        cells, state, level, limits = group.cells, group.state, group.level, group.limits
        nearly_open = state.rupturing & (state.filament < _THIN)
        on = np.where(nearly_open, np.maximum(limits.fast, limits.release), limits.fast)
        # a filament sustained by its field after the gate is charged moves no faster than its ions
        full = level * cells.control_resistance / (cells.control_resistance + cells.on_resistance)
        charged = np.abs(state.gate - full) < _EMPTY * np.maximum(full, cells.output_threshold)
        fed = _field_holds(cells, level - full, rates, state.filament)
        held = ~state.rupturing & np.where(
            group.ruptures, charged & (level > 0.0) & fed, charged | (level <= 0.0)
        )
        still = np.where((level > 0.0) | (not self.steady), 1.0 / (_FOLLOWING_STEPS * rates[1]), np.inf)
        on = np.where(held, still, on / _PARTS_PER_SWITCHING)
        return np.where((level > 0.0) | (not self.steady), np.minimum(on, self.longest), on)

    def _follow(
        self, group: _Group, rates: tuple[Array, Array], step: Array
    ) -> tuple[Array, Array, Array] | None:
        """Filament and residue if the gate follows the gap; explicit steps would overshoot and show false spikes."""
        state = group.state
        index = np.flatnonzero(state.following & (group.left > 0.0))
        cells, part, of_these = group.cells.take(index), state.take(index), (rates[0][index], rates[1][index])
        filament, residue, holds = _followed(cells, part, *of_these, group.level[index], step[index])
        state.following[index[~holds]] = False
        return (index[holds], filament[holds], residue[holds]) if np.count_nonzero(holds) else None

    def _put(
        self, group: _Group, after: State, flows: dict[str, Array], fired: Array,
        pursued: tuple[Array, Array, Array], step: Array,
    ) -> None:  # fmt: skip
        """Overwrite the explicit steps of devices whose gate follows the gap with implicit ones."""
        index, filament, residue = pursued
        cells = group.cells.take(index)
        gate, moved = _gate(
            cells, group.state.gate[index], filament + residue, group.level[index], step[index]
        )
        after.filament[index], after.residue[index] = filament, residue
        after.gate[index] = self._with_noise(cells, gate, moved)
        after.switched[index], after.following[index], fired[index] = False, True, False
        after.rupturing = after.rupturing & after.switched
        for flow in ("drawn", "phase", "final"):
            flows[flow][index] = moved[flow]

    def _rates(self, cells: DiffusiveCells, state: State) -> tuple[Array, Array]:
        """Current mobility and settling rate."""
        mobility, decay = cells.field_mobility, cells.filament_decay
        if self.noisy:
            mobility = mobility * np.exp(cells.drive_variation * state.deviation)
            if cells.decay_variation:
                decay = decay * np.exp(cells.decay_variation * state.decay_deviation)
        return mobility, decay + cells.residue_rate

    def _with_noise(self, cells: DiffusiveCells, gate: Array, flows: dict[str, Array]) -> Array:
        """Gate voltage with its kT/C noise."""
        phase = flows["phase"]
        if not self.noisy:
            return gate
        assert self.generator is not None  # noqa: S101
        spread = np.sqrt(BOLTZMANN * cells.temperature / cells.gate_capacitance * -np.expm1(-2.0 * phase))
        return np.asarray(gate + spread * self.generator.standard_normal(len(gate)))

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
        if np.count_nonzero(switched & ruptures):
            held = _field_holds(cells, drive, rates, filament)
            rupturing = switched & (state.rupturing | (~held & ~fired)) & ruptures
            gone = np.exp(-(settling + 1.0 / cells.relaxation_time) * length)
            filament = np.where(rupturing, state.filament * gone, filament)
            over = rupturing & (filament < _RUPTURED)
            filament = np.where(over, 0.0, filament)
            switched, rupturing = switched & ~over, rupturing & ~over
            if self.idealised.plasticity:
                residue = np.where(over, 0.0, residue)
        # while the gap closes, use the midpoint resistance; a device that switches does so at the end of the step
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


@frozen_dataclass
class _Factors:
    """Decay factors and source terms of filament and residue, for a half step and then for a full step."""

    keep: Array
    stay: Array
    fed: Array
    settled: Array

    @classmethod
    def of(cls, cells: DiffusiveCells, settling: Array, length: Array) -> _Factors:
        lengths = length * _HALF_AND_FULL
        keep, stay = np.exp(-settling * lengths), np.exp(-cells.residue_decay * lengths)
        difference = settling - cells.residue_decay
        near = np.abs(difference) * length < _NEAR
        # residue from a dissolving filament, and from a constant one
        fed = np.where(near, lengths * stay, (stay - keep) / np.where(near, 1.0, difference))
        return cls(keep, stay, fed, (1.0 - stay) / cells.residue_decay)


def _field_holds(cells: DiffusiveCells, drive: Array, rates: tuple[Array, Array], filament: Array) -> Array:
    """Whether the field across a complete filament compensates its decay."""
    return np.asarray(rates[0] * drive / cells.field_offset > rates[1] * filament)


def _ions(
    cells: DiffusiveCells, state: State, drive: Array, settling: Array, factors: _Factors
) -> tuple[Array, Array, Array]:
    """Filament and residue after an exponential midpoint step, and whether the gap closed."""

    def move(closed: Array, part: int) -> tuple[Array, Array]:
        sustained = drive / (cells.field_offset + np.maximum(1.0 - closed, 0.0)) / settling
        beyond = state.filament - sustained
        made = cells.residue_rate * (sustained * factors.settled[part] + beyond * factors.fed[part])
        return sustained + beyond * factors.keep[part], state.residue * factors.stay[part] + made

    closed = state.filament + state.residue
    if np.count_nonzero(drive):  # without a drive, the state of the gap does not matter
        half = move(closed, 0)
        closed = np.minimum(half[0] + half[1], 1.0)
    filament, residue = move(closed, 1)
    complete = filament + residue >= 1.0
    residue = np.minimum(residue, 1.0)
    filament = np.minimum(filament, 1.0 - residue)
    return filament, residue, complete


def _followed(
    cells: DiffusiveCells, state: State, mobility: Array, settling: Array, level: Array, length: Array
) -> tuple[Array, Array, Array]:
    """Filament and residue after an implicit step with the gate in balance with the gap, and whether a solution exists.

    The filament grows by the drive that the gate leaves at the end of the step. The gap that is consistent with its
    gate is found by dividing an interval into many parts, which takes as long as halving it.
    """
    keep, stay = np.exp(-settling * length), np.exp(-cells.residue_decay * length)

    def grown(closed: Array) -> tuple[Array, Array]:
        resistance = filament_conduction.memristor_resistance(
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
    for _ in range(_DIVISIONS):
        part = (high - low) / _DIVIDED
        within = low + part * np.arange(1.0, _DIVIDED)[:, np.newaxis]
        grows = np.logical_and.accumulate(sum(grown(within)) > within)
        low = low + part * np.count_nonzero(grows, axis=0)
        high = low + part
    filament, residue = grown(high)
    return filament, residue, holds


def _gate(
    cells: DiffusiveCells, gate: Array, closed: Array, level: Array, length: Any
) -> tuple[Array, dict[str, Array]]:
    """Gate voltage after the exact step of its linear circuit, and the energy drawn from the input."""
    resistance = filament_conduction.memristor_resistance(
        closed, cells.on_resistance, cells.off_resistance, cells.conduction_length
    )
    conductance = 1.0 / resistance + 1.0 / cells.control_resistance
    final = level / resistance / conductance
    phase = length * conductance / cells.gate_capacitance
    keep = np.exp(-phase)
    following = final + (gate - final) * keep
    if np.count_nonzero(level):
        mean = final + (gate - final) * -np.expm1(-phase) / phase
        drawn = level * (level - mean) / resistance * length
    else:
        drawn = np.zeros(len(following))
    return following, {"drawn": drawn, "level": level, "phase": phase, "final": final}
