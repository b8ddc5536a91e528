"""Two chips at their own paces, at the pace of the slower one, and at the pace of the data.

A slow chip draws static power for longer. So a ratio of energies means little without the pace of each chip. At the
pace of the data a chip works in a burst and sleeps, or it streams. A buffer keeps the inputs of one period meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np

from neuroest.blocks.roles import SensesInput
from neuroest.core import units as u
from neuroest.core.arrays import Array, Mask, at_points
from neuroest.core.errors import MappingError
from neuroest.core.frozen import frozen_dataclass
from neuroest.design.build import TEMPERATURE, build
from neuroest.design.chip import instantiate_block
from neuroest.equations import memories
from neuroest.equations import power as power_equations
from neuroest.error_analysis.draws import draw
from neuroest.pipeline.assignment import settled
from neuroest.pipeline.attribution import Ledger, attributed_energy, ledger
from neuroest.pipeline.energy import total
from neuroest.pipeline.estimate import design_for
from neuroest.pipeline.evaluation import Evaluation, evaluate
from neuroest.pipeline.hand_over import entry_of
from neuroest.pipeline.pacing import DATA_PERIOD
from neuroest.pipeline.soundness import estimate_exists
from neuroest.registry import BLOCKS
from neuroest.results.comparison import MEMORIES, PACES, PARTS, Attribution, Banded, Pace, PaceRow, Part
from neuroest.results.estimate import Band, Estimate
from neuroest.specs.architecture import ArchitectureSpec
from neuroest.specs.loaded import Loaded
from neuroest.specs.messages import validate
from neuroest.specs.reading import read_text


@frozen_dataclass(eq=False)
class InputBuffer:
    """What a chip that bursts pays for keeping its inputs, at the stated inputs and then for each sample of its bands.

    Attributes
    ----------
    capacity : array
        Bits of the inputs of one inference. [bit]
    area : array
        Of the memory. [m^2]
    access_energy : array
        Of writing every input and reading all of them once. [J]
    retention_power : array
        Of the memory at its retention voltage. [W]
    """

    capacity: Array
    area: Array
    access_energy: Array
    retention_power: Array

    def retention_energy(self, period: Array) -> Array:
        """Energy of keeping the inputs for a period. [J]."""
        return np.asarray(power_equations.static_energy(self.retention_power, period))


def input_buffer(estimate: Estimate) -> InputBuffer:
    """Buffer for the spikes of one inference, in the process and at the supply and temperature of a chip.

    Parameters
    ----------
    estimate : Estimate
        A chip on a spiking network; its samples are those of its bands.
    """
    design = build(_description(estimate))
    samples, drawn = estimate.sample.feasible.size, estimate.sample.drawn
    known = draw(design.claims, samples) | {path: drawn[path] for path in design.claims if path in drawn}
    values: dict[str, u.Numeric] = {
        path: _points(estimate.claims.get(path, claim).value, known.get(path), samples)
        for path, claim in design.claims.items()
    }

    def both(of: Callable[[Evaluation], u.Numeric]) -> Array:
        return _points(of(estimate.evaluation), of(estimate.sampled), samples)

    values[TEMPERATURE] = both(lambda one: one.chip.technology.temperature)
    layers, place = estimate.evaluation.layers, entry_of(estimate.evaluation.layers)
    channels, steps = layers.input_elements_total, both(lambda one: one.levels[0].mapper.steps)
    rate = both(lambda one: np.asarray(one.layers.input_rate)[..., place : place + 1])
    # spikes at the input of the network in one inference, and their bits
    written = steps * channels * rate
    bits = np.asarray(memories.buffered_spike_bits(channels, rate, steps))
    values["chip.capacity"] = bits
    memory: Any = instantiate_block(design, values)
    network = estimate.evaluation.levels[0].mapper.network
    price = {cost.action: cost.energy for cost in memory.energies(network)}
    read = np.ceil(bits / memory.options["width"])
    leakage = [
        cost for cost in memory.slept(memory.statics(network), network) if cost.asleep_share is not None
    ]
    return InputBuffer(
        bits,
        np.asarray(sum(cost.area for cost in memory.areas(network))),
        # a word is read before one of its bits changes
        np.asarray(written * (price["read"] + price["write"]) + read * price["read"]),
        np.asarray(sum(cost.power * cost.asleep_share for cost in leakage)),
    )


def _description(estimate: Estimate) -> Loaded[ArchitectureSpec]:
    """A description that consists of the memory alone, with the technology of the chip."""
    document = read_text((Path(__file__).with_suffix(".yaml")).read_text(encoding="utf-8"))[0]
    spec = estimate.design.spec
    block: Any = validate(BLOCKS["sram"], document)
    alone = spec.model_copy(update={"chip": block})
    return Loaded(alone, document.file, document.sha256, document)


def _points(stated: u.Numeric, samples: u.Numeric | None, number: int) -> Array:
    """A value at the stated inputs, followed by that of each sample."""
    first = np.reshape(np.asarray(stated, dtype=np.float64), (1, 1))
    rest = first if samples is None else np.asarray(samples, dtype=np.float64)
    return np.concatenate([first, np.broadcast_to(rest, (number, 1))])


PERIOD = "operation.period"
_BUFFER = "input buffer"
"""Name of the memory that a chip which bursts is charged for, among the components of the chip."""
_ROUNDING = 1e-9
"""Largest lateness, relative to the period, of a chip that keeps up, since both times are rounded."""


@frozen_dataclass(eq=False)
class PacedChip:
    """One chip at one pace: first the point as stated in its files, then one point per sample.

    Attributes
    ----------
    parts : mapping
        Energy by part, with and without the off-chip links. [J].
    period, interval : array
        Time from one inference to the next: as operated, and the minimum. [s].
    exists : array of bool
        Whether the chip has an estimate.
    keeps_up : array of bool
        Whether an inference ends before the next one starts and, in streaming, neurons hold their state for a timestep.
    ledger : Ledger
        Energy by component.
    links : frozenset of str
        Front ends and off-chip links.
    """

    parts: dict[tuple[Part, bool], Array]
    period: Array
    interval: Array
    exists: Mask
    keeps_up: Mask
    ledger: Ledger
    links: frozenset[str]

    def followed_by(self, other: Self) -> Self:
        """The points of both, one after the other."""
        parts = {key: np.concatenate([energy, other.parts[key]]) for key, energy in self.parts.items()}
        return type(self)(
            parts,
            np.concatenate([self.period, other.period]),
            np.concatenate([self.interval, other.interval]),
            np.concatenate([self.exists, other.exists]),
            np.concatenate([self.keeps_up, other.keeps_up]),
            self.ledger.followed_by(other.ledger),
            self.links,
        )


def at_pace(estimate: Estimate, pace: Pace, period: u.Numeric | None = None) -> PacedChip:
    """Evaluate a chip at one inference per period, or at its maximum rate without a period.

    Parameters
    ----------
    estimate : Estimate
        The chip on its network; its samples are those of its bands.
    pace : str
        One of `neuroest.results.comparison.PACES`.
    period : float or array, optional
        Period for the point and the samples, with a last axis of length one. [s].
    """
    operation, draws = estimate.design.spec.operation, estimate.sample.feasible.size
    slow = "streaming" if pace == "streaming" else _slow_mode(estimate)
    mode = "back_to_back" if period is None else slow
    if period is None and mode == operation.mode and PERIOD not in estimate.claims:
        return _paced(estimate, estimate.evaluation, 1, pace).followed_by(
            _paced(estimate, estimate.sampled, draws, pace)
        )
    operation = operation.model_copy(update={"mode": mode})
    periods = (period[:1], period[1:]) if isinstance(period, np.ndarray) else (period, period)
    with np.errstate(all="ignore"):
        stated = estimate.evaluation.operated(operation, periods[0])
        sampled = estimate.sampled.operated(operation, periods[1])
    if stated is not None and sampled is not None:
        return _paced(estimate, stated, 1, pace).followed_by(_paced(estimate, sampled, draws, pace))
    spec = estimate.design.spec.model_copy(update={"operation": operation})
    drawn = estimate.sample.drawn
    values: dict[str, u.Numeric] = {path: claim.value for path, claim in estimate.claims.items()}
    for path, samples in drawn.items():
        # a value that is not a claim is a model error, with a stated value of one
        values[path] = np.concatenate([np.full((1, 1), values.get(path, 1.0)), samples])
    values.pop(PERIOD, None)
    if period is not None:
        values[PERIOD] = period
    return _paced(
        estimate, evaluate(replace(estimate.design, spec=spec), estimate.workload, values), draws + 1, pace
    )


def paces(
    design: Estimate, baseline: Estimate, asked: Collection[Pace] = tuple(PACES)
) -> tuple[PaceRow, ...]:
    """Compute the energies of a design and a baseline back to back, at equal pace, in a burst and in streaming.

    Parameters
    ----------
    design, baseline : Estimate
        The chips, each on its network.
    asked : collection of str
        Those of `neuroest.results.comparison.PACES` to compute; all if left out.

    Returns
    -------
    tuple of PaceRow
        One row for each pace and part of the energy, with and without the off-chip links. Burst and streaming need a
        `period` in a workload, and streaming timesteps.

    Examples
    --------
    >>> from neuroest import estimate
    >>> chip, twin = (estimate(name, "shd_recurrent_spiking") for name in ("diffusive_bench_28nm", "analog_lif_28nm"))
    >>> [(row.pace, row.design_keeps_up) for row in paces(chip, twin) if row.part == "energy" and row.off_chip_link]
    [('back_to_back', 1.0), ('equal_pace', 1.0), ('burst', 0.0), ('streaming', 0.0)]
    """
    sides, rows = (design, baseline), list[PaceRow]()
    own = tuple(at_pace(side, "back_to_back") for side in sides)
    if "back_to_back" in asked:
        rows += _rows("back_to_back", baseline.architecture, *own)
    if "equal_pace" in asked:
        slower = np.maximum(own[0].interval, own[1].interval)[:, np.newaxis]
        # a chip that never ends has no estimate either way
        known = np.where(np.isfinite(slower), slower, 0.0)
        equal = tuple(at_pace(fitted(side, known[0, 0]), "equal_pace", known) for side in sides)
        rows += _rows("equal_pace", baseline.architecture, *equal)
    stated = [_data_period(side) for side in sides]
    if {"burst", "streaming"} & set(asked) and any(period is not None for period in stated):
        # two networks on the same data may leave its period to one of them
        periods = [next(p for p in (period, *stated) if p is not None) for period in stated]
        spiking = all(side.workload.coding == "spiking" for side in sides)
        fitting = [fitted(side, period[0, 0]) for side, period in zip(sides, periods, strict=True)]
        if "burst" in asked:
            bursts = [at_pace(side, "burst", p) for side, p in zip(fitting, periods, strict=True)]
            if spiking:
                bursts = [_buffered(side, chip) for side, chip in zip(fitting, bursts, strict=True)]
            rows += _rows("burst", baseline.architecture, *bursts)
        if "streaming" in asked and spiking:
            streams = (at_pace(side, "streaming", p) for side, p in zip(fitting, periods, strict=True))
            rows += _rows("streaming", baseline.architecture, *streams)
    return tuple(rows)


def _buffered(estimate: Estimate, chip: PacedChip) -> PacedChip:
    """A chip that bursts, with the buffer of its inputs."""
    buffer = input_buffer(estimate)
    parts, accesses = dict(chip.parts), np.ravel(buffer.access_energy)
    kept = np.ravel(buffer.retention_energy(chip.period[:, np.newaxis]))
    more = {
        "energy": accesses + kept, "dynamic_energy": accesses, "static_energy": kept, "input_buffer": accesses + kept,
    }  # fmt: skip
    for part, energy in more.items():
        for link in (True, False):
            parts[part, link] = parts.get((part, link), 0.0) + energy  # type: ignore[index, arg-type]
    own = chip.ledger
    with_buffer = replace(
        own, dynamic={**own.dynamic, _BUFFER: accesses + kept}, families={**own.families, _BUFFER: MEMORIES}
    )
    return replace(chip, parts=parts, ledger=with_buffer)


def fitted(estimate: Estimate, period: u.Second) -> Estimate:
    """A chip whose open links are those that fit one inference per period; the chip itself if they stay the same.

    Parameters
    ----------
    estimate : Estimate
        The chip on its network.
    period : float
        Time from one inference to the next at the stated inputs. [s]
    """
    choices = estimate.design.link_choices
    if not choices or not period > 0.0:
        return estimate
    paced = {"operation.mode": _slow_mode(estimate), PERIOD: f"{float(period)!r} s"}
    try:
        design = design_for(choices[0].loaded, {**choices[0].settings, **paced}, estimate.workload)
    except MappingError:  # the chip is slower than that, with any link
        return estimate
    if [(one.device, one.sleep) for one in design.link_choices] == [
        (one.device, one.sleep) for one in choices
    ]:
        return estimate
    claims = {
        **design.claims,
        **{path: c for path, c in estimate.claims.items() if path.startswith("workload.")},
    }
    values = {path: claim.value for path, claim in claims.items()}
    design = settled(design, estimate.workload, values)
    return replace(
        estimate, design=design, claims=claims, evaluation=evaluate(design, estimate.workload, values)
    )


def _slow_mode(estimate: Estimate) -> Literal["duty_cycled", "always_on"]:
    """Operation at a given pace: a chip that switches itself off still does so; any other stays powered."""
    return "duty_cycled" if estimate.design.spec.operation.mode == "duty_cycled" else "always_on"


def _data_period(estimate: Estimate) -> Array | None:
    """Period of the data, for the point and each sample; None if the workload states none. [s]."""
    claim = estimate.claims.get(DATA_PERIOD)
    if claim is None:
        return None
    samples = estimate.sample.drawn.get(DATA_PERIOD, np.full((estimate.sample.feasible.size, 1), claim.value))
    return np.concatenate([np.full((1, 1), claim.value), samples])


def _paced(estimate: Estimate, result: Evaluation, points: int, pace: Pace) -> PacedChip:
    flat = partial(at_points, points=points)
    # paths of front ends and off-chip links
    sensors = (sensor.path for _, sensor in result.chip.find(SensesInput))
    links = frozenset((*sensors, *(link.path for link in result.chip.links())))
    # a sample whose neurons never fire has no estimate, and is left out below
    with np.errstate(all="ignore"):
        dynamic, static = flat(result.dynamic_energy), flat(result.static_energy)
        # dynamic and static energy of front ends and off-chip links in one inference
        sent = flat(
            total(
                np.sum(row.energy, axis=-1, keepdims=True) for row in result.dynamic if row.component in links
            )
        )
        idle = flat(
            total(row.total * result.leakage_time(row) for row in result.statics if row.component in links)
        )
        parts: dict[tuple[Part, bool], Array] = {
            ("energy", True): dynamic + static,
            ("dynamic_energy", True): dynamic,
            ("static_energy", True): static,
            ("energy", False): dynamic - sent + static - idle,
            ("dynamic_energy", False): dynamic - sent,
            ("static_energy", False): static - idle,
        }
    interval, period = flat(result.timing.initiation_interval), flat(result.period)
    asked = result.chip.period
    # at equal pace both are as fast as the slower one by definition, though a cooler die may be a little later
    in_time = True if asked is None or pace == "equal_pace" else interval <= flat(asked) * (1.0 + _ROUNDING)
    with np.errstate(all="ignore"):
        exists = estimate_exists(result, points, leaving_out=("keeps_up",))
        if pace == "streaming":
            in_time = in_time & flat(result.state_survives).astype(bool)
    kept = np.broadcast_to(in_time, (points,)) & exists
    return PacedChip(parts, period, interval, exists, kept, ledger(estimate.design, result, points), links)


def _rows(pace: Pace, name: str, design: PacedChip, baseline: PacedChip) -> Iterator[PaceRow]:
    both = design.keeps_up & baseline.keeps_up
    for link in (True, False):
        for part in PARTS:
            if (part, link) not in design.parts:
                continue
            above, below = design.parts[part, link], baseline.parts[part, link]
            with np.errstate(all="ignore"):
                ratio = np.where(both & (below > 0.0), above / below, np.nan)
            shown = _banded(ratio, both)
            yield PaceRow(
                pace, name, part, link,
                _banded(design.period, design.exists), _banded(baseline.period, baseline.exists),
                _banded(above, design.keeps_up), _banded(below, baseline.keeps_up), shown,
                float(design.keeps_up[1:].mean()), float(baseline.keeps_up[1:].mean()),
                _attribution(design, baseline, shown, both, link) if part == "energy" else None,
            )  # fmt: skip


def _attribution(
    design: PacedChip, baseline: PacedChip, ratio: Banded, both: Mask, link: bool
) -> Attribution | None:
    """Attribution of a ratio at the stated inputs, where both chips have one there."""
    if ratio.value is None or ratio.headline is None:
        return None
    left_out = frozenset() if link else design.links | baseline.links
    return attributed_energy(design.ledger, baseline.ledger, ratio.headline, both, left_out)


def _banded(values: Array, kept: Mask) -> Banded:
    """The stated point, and the band of the selected samples."""
    known = np.where(kept, values, np.nan)
    samples = known[1:]
    return Banded(
        float(known[0]) if np.isfinite(known[0]) else None,
        Band.of(samples) if np.any(np.isfinite(samples)) else None,
    )
