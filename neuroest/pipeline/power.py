"""Power of a chip: charged times of static power, and the temperature of its die that follows."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from neuroest.blocks.base import FREE_CLOCK, StaticCost
from neuroest.blocks.roles import ChargesClock, SensesInput
from neuroest.core import units as u
from neuroest.core.arrays import Array, single
from neuroest.core.frozen import frozen_dataclass
from neuroest.design.build import PROCESS, TEMPERATURE
from neuroest.design.chip import Chip, heat_path
from neuroest.equations import power, technology
from neuroest.levels.base import MappedLevel, NetworkMapping
from neuroest.levels.crossbar_roles import is_crossbar
from neuroest.pipeline.action_counts import ActionCounts
from neuroest.pipeline.area import InstanceRow
from neuroest.pipeline.cost_table import CostTable
from neuroest.pipeline.energy import clock_and_control, energy_of_terms, total
from neuroest.pipeline.lifetime import refreshed_share
from neuroest.pipeline.timing import Timing
from neuroest.specs.architecture import Technology
from neuroest.specs.base import numeric_options

CLOCK_TREE = "clock_tree"
"""Term of the power of the tree that reaches registers whose clock never stops."""
AT_REST = "at_rest"
"""Term of the power of a die at rest beyond that of its blocks."""
DRAWN = frozenset({"powered", "awake", "working"})
"""Kinds of static power that a chip draws while it is on and nothing of it sleeps."""


def inference_period(chip: Chip, timing: Timing) -> Array:
    """Time from one inference to the next in operation. [s]."""
    interval = np.asarray(timing.initiation_interval)
    if chip.operation.mode == "duty_cycled":
        # no inference begins before the chip is off again
        interval = np.asarray(np.maximum(interval, _time_on(timing)))
    return np.maximum(interval, chip.period) if chip.period is not None else interval


def active_time(chip: Chip, timing: Timing, period: Array) -> Array:
    """Time of static power charged to one inference that is repeated after a period. [s]."""
    return _time_on(timing) if chip.operation.mode == "duty_cycled" else period


def _time_on(timing: Timing) -> Array:
    """Time for which a power-gated chip is on for one inference. [s]."""
    return np.asarray(timing.latency / timing.together)


def standby_time(period: Array, powered: Array) -> Array:
    """Time for which the chip is switched off after an inference; none without a period. [s]."""
    known = np.logical_and(np.isfinite(period), np.isfinite(powered))
    return np.asarray(np.maximum(np.where(known, period, 0.0) - np.where(known, powered, 0.0), 0.0))


def sleeps_in_steps(levels: Sequence[MappedLevel], timing: Timing) -> bool:
    """Whether blocks can sleep within an inference: what events wake would wake at each of them."""
    return timing.by_steps and all(level.mapper.passage_time() is None for level in levels)


def static_rows(
    chip: Chip,
    levels: Sequence[MappedLevel],
    counts: ActionCounts,
    costs: CostTable,
    timing: Timing,
    area: Array,
) -> tuple[InstanceRow, ...]:
    """Static power by component and term, on a chip of this area. [W]."""
    period = inference_period(chip, timing)
    in_steps, work = sleeps_in_steps(levels, timing), _work(levels[0].mapper.steps, chip, timing, period)
    sleeps = chip.operation.mode in {"always_on", "streaming"}
    # memories that collect the events of the next timestep of a chip that streams cannot be off
    awake = {
        memory.path for memory in chip.memories()
        if chip.operation.mode == "streaming" and memory.spec.sleep == "off"
        and {"activations", "queues"} & set(memory.spec.stores)
    }  # fmt: skip
    rows = [
        row
        for s in costs.statics
        if not s.standby or chip.operation.mode == "duty_cycled"
        for number in (levels[0].mapped.instances[s.counted_as or s.component],)
        for row in (
            _rows_by_timestep(s, number, timing, work)
            if s.each_timestep and in_steps
            else _rows(s, number, may_sleep=sleeps and s.component not in awake)
        )
    ]
    rows = _overheads_summed(rows, costs.overheads)
    free = [row.total for row in rows if row.term == FREE_CLOCK]
    if free and costs.overheads is not None:
        # the tree that reaches these registers and their control, by the laws that also hold for energies
        for term, drawn in clock_and_control(total(free), costs):
            rows.append(InstanceRow(costs.overheads, CLOCK_TREE if term == "clock" else term, drawn, 1.0))
    for level in levels:
        array = level.mapper.compute
        if is_crossbar(array) and np.any(np.isfinite(array.cell.storage.disturb_reads)):
            left = refreshed_share(array, level, counts, period)
            rows = [
                replace(row, total=row.total * left)
                if (row.component, row.term) == (array.cell.path, "refresh")
                else row
                for row in rows
            ]
    for _, overheads in chip.find(ChargesClock):
        if overheads.options.get("resting_clock") is not None:
            dies = levels[0].mapped.instances[overheads.path]
            stated = overheads.options.get("resting_area")
            die = area if stated is None else stated * dies
            off_die = _outside(chip)
            listed = static_power(row for row in rows if not off_die(row))
            beyond = power.power_beyond_blocks(overheads.resting_power_density, die, listed)
            rows.append(InstanceRow(overheads.path, AT_REST, np.asarray(beyond), 1.0))
    return tuple(rows)


def _overheads_summed(rows: list[InstanceRow], overheads: str | None) -> list[InstanceRow]:
    """The rows, with one for what comes with all blocks of the chip."""
    parts: dict[Any, list[InstanceRow]] = {}
    for row in rows:
        if row.component == overheads:
            # apart from what is with blocks that never sleep, and is drawn for longer
            term = f"{row.term}_awake" if row.when == "awake" else row.term
            parts.setdefault((term, row.when), []).append(row)
    return [row for row in rows if row.component != overheads] + [
        replace(found[0], term=term, total=total(row.total for row in found), instances=1.0)
        for (term, _), found in parts.items()
    ]


def _rows(cost: StaticCost, number: u.Numeric, *, may_sleep: bool) -> Iterator[InstanceRow]:
    """One static cost of all its instances; of a block that sleeps, awake and asleep apart, and waking."""
    drawn = cost.power * number
    if cost.asleep_share is None or not may_sleep:
        when: Any = "standby" if cost.standby else "working" if cost.working else "powered"
        yield InstanceRow(cost.component, cost.term, drawn, number, when)
        return
    yield InstanceRow(cost.component, cost.term, drawn, number, "awake")
    yield InstanceRow(cost.component, f"{cost.term}_asleep", drawn * cost.asleep_share, number, "asleep")
    yield InstanceRow(cost.component, f"{cost.term}_waking", cost.wake_energy * number, number, "waking")


@frozen_dataclass(eq=False)
class _Work:
    """Work of a block that sleeps once a timestep has no more of it.

    Attributes
    ----------
    share, rest : float or array
        Share of an inference for which it works, and for which it does not.
    wakings : float or array
        How often it wakes in an inference.
    powered : array
        Time of static power of an inference; infinite with neurons that never fire. [s]
    """

    share: u.Numeric
    rest: u.Numeric
    wakings: u.Numeric
    powered: Array


def _work(steps: u.Numeric, chip: Chip, timing: Timing, period: Array) -> Callable[[str], _Work]:
    """Work of blocks by the resource that they belong to, found once for all of their static costs.

    A block works for its layers one after the other, and wakes once for each layer and timestep: more than either is
    worth where they overlap. The spikes of a timestep wait until it works.
    """
    powered = active_time(chip, timing, period)
    known = np.where(np.isfinite(powered), powered, np.inf)

    @cache
    def work(resource: str) -> _Work:
        working = timing.resources.get(resource, np.zeros(1))
        share = power.working_share(steps * np.sum(working, axis=-1, keepdims=True), known)
        wakings = steps * np.sum(np.where(working > 0.0, 1.0, 0.0), axis=-1, keepdims=True)
        return _Work(share, 1.0 - share, wakings, known)

    return work


def _rows_by_timestep(
    cost: StaticCost, number: u.Numeric, timing: Timing, work: Callable[[str], _Work]
) -> Iterator[InstanceRow]:
    """One static cost of a block that sleeps once a timestep has no more work, as mean powers of an inference."""
    # logic that no block lists works while the block does that it comes with
    own = work(cost.component if cost.component in timing.resources else cost.counted_as or cost.component)
    drawn, left = cost.power * number, np.asarray(cost.asleep_share)
    yield InstanceRow(cost.component, cost.term, drawn * own.share, number)
    yield InstanceRow(cost.component, f"{cost.term}_asleep", drawn * own.rest * left, number)
    waking = power.average_power(cost.wake_energy * number * own.wakings, own.powered)
    yield InstanceRow(cost.component, f"{cost.term}_waking", waking, number)


def time_asleep(chip: Chip, timing: Timing, period: Array) -> Array:
    """Time of an inference in which blocks can sleep: between two if always_on, between timesteps if streaming. [s]."""
    if chip.operation.mode == "streaming":
        return np.asarray(timing.waiting)
    if chip.operation.mode != "always_on":
        return np.zeros(1)
    return standby_time(period, _time_on(timing))


def wakings(chip: Chip, levels: Sequence[MappedLevel], asleep: Array) -> Array:
    """How often blocks that sleep wake in an inference: once, or in each timestep of a chip that streams. [1]."""
    times = levels[0].mapper.steps if chip.operation.mode == "streaming" else 1.0
    return np.where(asleep > 0.0, times, 0.0)


def static_power(rows: Iterable[InstanceRow]) -> Array:
    """Static power of the chip when no block sleeps, independent of activity. [W]."""
    return total(row.total for row in rows if row.when in DRAWN)


def energy_of(rows: Iterable[InstanceRow], times: Mapping[str, u.Numeric]) -> Array:
    """Energy of static rows in one inference, by the time of each kind of row. [J]."""
    kinds: dict[str, list[u.Numeric]] = {}
    for row in rows:
        kinds.setdefault(row.when, []).append(row.total)
    return total(np.asarray(power.static_energy(total(of), times[when])) for when, of in kinds.items())


def average_power(energy: Array, powered: Array) -> Array:
    """Mean power while the chip is powered. [W]."""
    with np.errstate(all="ignore"):  # a neuron that never fires has an infinite time; a check refuses it
        return np.asarray(power.average_power(energy, powered))


def _outside(chip: Chip) -> Callable[[Any], bool]:
    """Whether a row of energy or static power is of a memory or sensor off the die."""
    outside = {(link.path, term) for link in chip.links() for term in link.outside_die}
    sensors = {sensor.path for _, sensor in chip.find(SensesInput) if not sensor.on_die}
    return lambda row: row.component in sensors or (row.component, row.term) in outside


def die_power(
    chip: Chip, mapped: NetworkMapping, counts: ActionCounts, costs: CostTable, statics: Iterable[InstanceRow],
    average: Array, powered: Array,
) -> Array:  # fmt: skip
    """Mean power of one die while powered, without off-die memories and sensors; zero if unknown. [W]."""
    off_die = _outside(chip)
    moved = energy_of_terms(counts, filter(off_die, costs.energies))
    standing = total(row.total for row in statics if off_die(row) and row.when in DRAWN)
    with np.errstate(all="ignore"):
        of_all = average - standing - power.average_power(moved, powered)
    known = np.where(np.isfinite(of_all), of_all, 0.0)
    return np.asarray(known / mapped.counts[chip.top.path])


_LEAST_STEP = 1e-6
"""Least step of the growth of the leakage, over the growth, that still shows how the power follows it."""
_TRIALS = 4
"""Temperatures at which the power is found in addition to the two of the first guess. What leaks by one exponential
is exact after the first; the others are for memories whose tables bend."""


@frozen_dataclass(eq=False)
class SelfHeating:
    """Self-heating of a die without a stated temperature.

    Attributes
    ----------
    temperature : Numeric
        Temperature of the die. [K]
    constant_power, leakage : Numeric
        Power of one die without what grows with the temperature, and what that is at the ambient temperature, both of
        the exponential that touches the power at the temperature of the die. [W]
    load : Numeric
        Leakage over the largest that the package can carry off in addition to the constant power. [1]
    cool : bool or array of bool
        Whether the temperature is below the highest that a file may state; otherwise it is set to that limit.
    of_tiers : Numeric
        Thermal resistance of the stacked tiers of one die; the temperature is that of the highest tier, as if all of
        the power came from there. [K/W]
    """

    temperature: u.Numeric
    constant_power: u.Numeric
    leakage: u.Numeric
    load: u.Numeric
    cool: Any
    of_tiers: u.Numeric = 0.0


def self_heating(
    values: Mapping[str, u.Numeric], power_at: Callable[[u.Numeric], Array], of_tiers: u.Numeric = 0.0
) -> SelfHeating:
    """Find the temperature at which the package removes the power of the die.

    The exponential of the process's leakage and a constant are laid through the power at the two newest temperatures,
    whose balance is known in closed form. Everything that depends on the temperature goes through the same pass as the
    results, so nothing is left out of the balance.

    Parameters
    ----------
    values : mapping
        Value of every claim by path, the temperature left out.
    power_at : callable
        Power of a die at a temperature. [K] -> [W]
    of_tiers : Numeric
        Thermal resistance of the stacked tiers of one die. [K/W]
    """
    ambient, resistance = heat_path(values)
    resistance = resistance + of_tiers
    doubling = values[f"{PROCESS}.leakage_doubling_temperature"]
    hottest = numeric_options(Technology)["temperature"].maximum

    def drawn(temperature: u.Numeric) -> tuple[u.Numeric, u.Numeric]:
        """Growth of the leakage since the ambient temperature, and the power of a die."""
        found = power_at(temperature)
        growth = technology.leakage_at_temperature(1.0, temperature, ambient, doubling)
        return growth, single(found)

    before, last = drawn(ambient), drawn(_plain(np.minimum(ambient + doubling, hottest)))
    leakage: u.Numeric = 0.0
    for _ in range(_TRIALS):
        step = last[0] - before[0]
        moved = np.abs(step) > _LEAST_STEP * last[0]
        slope = (last[1] - before[1]) / np.where(moved, step, 1.0)
        leakage = _plain(np.where(moved, np.maximum(slope, 0.0), leakage))
        constant = last[1] - leakage * last[0]
        trial = power.self_heated_temperature(ambient, resistance, constant, leakage, doubling)
        before, last = last, drawn(_plain(np.minimum(trial, hottest)))
    constant = last[1] - leakage * last[0]
    warm = power.self_heated_temperature(ambient, resistance, constant, leakage, doubling)
    return SelfHeating(
        _plain(np.minimum(warm, hottest)), _plain(constant), leakage,
        power.thermal_load(resistance, constant, leakage, doubling), warm <= hottest, of_tiers,
    )  # fmt: skip


def _plain(value: u.Numeric) -> u.Numeric:
    """A single number as one, as the components of a single point expect it."""
    return float(value) if np.ndim(value) == 0 else value


def with_temperature(values: Mapping[str, Any], heating: SelfHeating | None) -> Mapping[str, Any]:
    """Values with the temperature that the die makes itself, computed from them again so that its origin is known."""
    if heating is None:
        return values
    ambient, resistance = heat_path(values)
    if np.any(np.asarray(heating.of_tiers) > 0.0):
        resistance = resistance + heating.of_tiers
    warm = power.self_heated_temperature(
        ambient, resistance, heating.constant_power, heating.leakage,
        values[f"{PROCESS}.leakage_doubling_temperature"],
    )  # fmt: skip
    return {**values, TEMPERATURE: warm}
