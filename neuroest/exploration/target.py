"""What a device would have to be: values of its parameters at which its chip wins, or loses nothing relevant."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from neuroest.authoring.like import device_changes
from neuroest.blocks.neurons.base import Neuron
from neuroest.core.arrays import Array, Mask, at_points
from neuroest.core.errors import MappingError, NeuroestError, QuantityError, UnknownNameError, check_names
from neuroest.core.files import write_whole
from neuroest.core.frozen import frozen, frozen_dataclass
from neuroest.core.progress import Progress, silent
from neuroest.core.statistics import quantiles
from neuroest.core.units import parse_quantity, three_digits
from neuroest.design.chip import instantiate
from neuroest.design.overrides import whole_path
from neuroest.error_analysis.draws import SEED, discrepancy_claims, draw
from neuroest.exploration.batch_evaluation import block_of
from neuroest.exploration.chunks import holds
from neuroest.exploration.space import Constraint, ExplorationError, Space, constraint, faults_of, wrong
from neuroest.exploration.structures import Group, resolve
from neuroest.loading.library import (
    architecture_document,
    baseline_of,
    find_file,
    load_architecture,
    load_device,
    load_workload,
)
from neuroest.pipeline.attribution import ATTRIBUTED, Ledger
from neuroest.pipeline.comparison import compared
from neuroest.pipeline.estimate import design_for, estimate
from neuroest.pipeline.evaluation import Evaluation, evaluate
from neuroest.pipeline.pace import PERIOD, at_pace, paces
from neuroest.pipeline.pacing import DATA_PERIOD
from neuroest.pipeline.soundness import estimate_exists, totals_of
from neuroest.registry import roles_of
from neuroest.results.comparison import NEURON, RELEVANCE, Attribution, Pace, check_relevance, verdict
from neuroest.results.estimate import Band, Estimate
from neuroest.results.quantities import QUANTITIES, quantity_names
from neuroest.results.studies import GOALS, Goal, Target, TargetAxis
from neuroest.specs.file_text import is_path
from neuroest.specs.loaded import Named

# --- Parameters ----------------------------------------------------------------------------------------------------

INTEGRATION_TIME = "integration_time"
"""Name of all times of a neuron together."""
MOST = 3
POINTS: Mapping[int, tuple[int, ...]] = {1: (49,), 2: (21, 11), 3: (11, 5, 5)}
"""Values of each parameter, by the number of parameters."""
_REACH = 1e3
"""Range of a parameter without a stated one: as many times less and more than today."""
Values: TypeAlias = Mapping[str, Any]


@frozen_dataclass(eq=False)
class Moved:
    """A parameter with the values that it takes, and those of each path of the chip.

    Attributes
    ----------
    axis : TargetAxis
        The parameter.
    paths : mapping
        Values of each path of the chip that it moves.
    """

    axis: TargetAxis
    paths: Mapping[str, Array]


def parameters_of(
    group: Group, path: str, device: str, vary: Sequence[str], changes: Values, sides: tuple[Named, Named]
) -> tuple[Moved, ...]:
    """The parameters to vary, from their texts.

    Raises
    ------
    NeuroestError
        For one that the device does not have, and for a range that its model does not allow.
    """
    if not 1 <= len(vary) <= MOST:
        raise ExplorationError(f"{len(vary)} parameters to vary; give one to {MOST}")
    names = [text.partition("=")[0].strip().removeprefix(f"{path}.") for text in vary]
    if len(set(names)) < len(names):
        raise ExplorationError(f"a parameter is varied twice: {', '.join(names)}")
    parameters = []
    for name, text, count in zip(names, vary, POINTS[len(vary)], strict=True):
        span = text.partition("=")[2].strip()
        if name == INTEGRATION_TIME:
            parameters.append(_times(group, path, span, count))
        else:
            parameters.append(_parameter(group, path, device, name, span, count, changes, sides))
    return tuple(parameters)


def _times(group: Group, path: str, span: str, count: int) -> Moved:
    """All times of a neuron, scaled together."""
    parts = instantiate(group.design, group.values).components()
    neuron = next(one for one in parts if isinstance(one, Neuron) and one.path == path)
    name, exponent = neuron.time_parameter
    scaled = {key: power for key, power in (neuron.all_times or {name: exponent}).items() if key}
    stated = {f"{path}.{key}": power for key, power in scaled.items() if f"{path}.{key}" in group.claims}
    today = float(np.max(np.asarray(neuron.integration_time(), dtype=np.float64)))
    if not math.isfinite(today):
        device = group.design.devices[path].spec.name
        raise ExplorationError(
            f"{device} never fires in {group.design.spec.name} with the values of its file, so that it has no times to "
            f"scale; vary one of its parameters, such as {', '.join(sorted(scaled))}"
        )
    if not stated:
        raise ExplorationError(
            f"the times of {neuron.model} cannot be scaled; vary one of its parameters instead"
        )
    values = _values(INTEGRATION_TIME, "s", today, span, count, (0.0, math.inf))
    factor = np.array(values) / today
    paths = {where: group.claims[where].value * factor**power for where, power in stated.items()}
    return Moved(TargetAxis(INTEGRATION_TIME, "s", today, values, bool(span)), paths)


def _parameter(
    group: Group, path: str, device: str, name: str, span: str, count: int, changes: Values,
    sides: tuple[Named, Named],
) -> Moved:  # fmt: skip
    declared = group.design.devices[path].record.parameters()
    if name not in declared:
        raise UnknownNameError(f"parameter of {device}", name, [*declared, INTEGRATION_TIME])
    where = f"{path}.{name}"
    claim = group.claims.get(where)
    if claim is None and not span:
        raise ExplorationError(f"{device} states no {name}; give a range, such as {name}=lo..hi")
    today = None if claim is None else claim.value
    if claim is None:
        low = span.partition("..")[0].strip()
        claim = resolve(*sides, Space(()), {**changes, where: low}).groups[0].claims[where]
    values = _values(name, claim.unit, today, span, count, (claim.minimum, claim.maximum))
    return Moved(TargetAxis(name, claim.unit, today, values, bool(span)), {where: np.array(values)})


def _values(
    name: str, unit: str, today: float | None, span: str, count: int, bounds: tuple[float, float]
) -> tuple[float, ...]:
    """Values of a range, evenly over its logarithm; a bound of the model that is outside of the range is named."""
    if not span:
        if not today:
            raise ExplorationError(f"{name} is zero today; give a range, such as {name}=lo..hi")
        low, high = max(today / _REACH, bounds[0]), min(today * _REACH, bounds[1])
    else:
        ends = span.split("..")
        if len(ends) != 2:
            raise ExplorationError(f"{name}={span}: expected a range lo..hi")
        first, last = ends[0].strip(), ends[1].strip()
        if first.replace(".", "").isdigit() and " " in last:  # the unit is given once, at the end
            first = f"{first} {last.split(' ', 1)[1]}"
        try:
            low, high = parse_quantity(first, unit), parse_quantity(last, unit)
        except QuantityError as error:
            raise ExplorationError(f"{name}={span}: {error}") from None
        if not low < high:
            raise ExplorationError(f"{name}={span}: the lower end comes first")
        for end, nearest in ((low, bounds[0]), (high, bounds[1])):
            if not bounds[0] <= end <= bounds[1]:
                raise ExplorationError(
                    f"{name}={span}: {three_digits(end, unit)} is outside of the range of the model; the nearest valid "
                    f"value is {three_digits(nearest, unit)}"
                )
    spaced = np.geomspace(low, high, count) if low > 0.0 else np.linspace(low, high, count)
    return tuple(float(value) for value in spaced)


def stated_value(group: Group, where: str, one: Moved) -> str:
    """A value of a path in the notation of a file, so that the chip has a claim for it."""
    claim = group.claims.get(where)
    if claim is None:
        return _text(float(one.paths[where][0]), one.axis.unit)
    return _text(claim.value, claim.unit)


def _text(value: float, unit: str) -> str:
    return f"{value!r} {unit}" if unit != "1" else repr(value)


# --- Requirements --------------------------------------------------------------------------------------------------

ENERGY = "energy_per_inference_J"
HOST, AGAINST = "diffusive_low_power_28nm", "analog_lif_low_power_28nm"
"""Chip that a device of its model is put into, and chip to compare with if nothing else is said."""
_HELD = "chip.tile.array.readout.neuron"
"""Path of the neuron in them."""
SAMPLES = 256
TARGET_PACES: tuple[Pace, ...] = ("streaming", "back_to_back")
_ENOUGH = 0.5
"""Share of the draws in which the other chip must have an estimate and keep up; the others are left out."""
_LARGEST = 3
_TIMES = ("latency_s", "initiation_interval_s", "throughput_per_s")
_ENERGIES = (
    ENERGY, "operation_energy_J", "average_power_W", "energy_per_synaptic_operation_J", "energy_per_spike_J",
    "tops_per_watt",
)  # fmt: skip
"""Results that follow from the times of layers, and from the energies of components."""
_ROUNDING = 1e-9
_PLACE = re.compile(r"^(.*?:\d+:\d+: |--set: .*(?=\bchip\.[\w.]+: ))")
"""File, line and column, or the values that were set, at the start of a message."""


def target(
    subject: str | Path,
    against: Named | None = None,
    workload: Named = "shd_recurrent_spiking",
    vary: Sequence[str] = (INTEGRATION_TIME,),
    *,
    host: str | None = None,
    pace: Pace | None = None,
    quantity: str = ENERGY,
    limits: Sequence[str] = (),
    relevance: float = RELEVANCE,
    settings: Mapping[str, str] | None = None,
    samples: int = SAMPLES,
    seed: int = SEED,
    points: str | Path | None = None,
    overwrite: bool = False,
    progress: Progress = silent,
) -> Target:
    """Find values of one to three parameters of a neuron at which its chip wins, or is level.

    Parameters
    ----------
    subject : str or Path
        A neuron device, or a chip with neurons: shipped name or path of a file.
    against : str, Path or Loaded, optional
        The chip to compare with; by default the baseline of the chip, or the CMOS chip on the default fabric.
    workload : str, Path or Loaded
        Network of both.
    vary : sequence of str
        One to three parameters: ``name`` or ``name=lo..hi``. `integration_time` scales all times of the neuron; another
        name is a parameter of the device. Without a range, a thousandth to a thousand times the value of today.
    host : str, optional
        Chip that a device is put into; by default the memristor chip of the default comparison for a device of the same
        model, otherwise `against`.
    pace : str, optional
        ``streaming`` or ``back_to_back``; by default streaming, or back to back for data without a period. At equal
        pace a slower device would slow the other chip down too.
    quantity : str
        The result to compare.
    limits : sequence of str
        Comparisons of results that the chip must meet, such as ``neuron_lifetime_s >= 10 year``.
    relevance : float
        Margin of relevance of a win or a loss.
    settings : mapping, optional
        Values of the chip to change first, by path.
    samples, seed : int
        Draws of all other uncertain inputs; those that both chips share are drawn once for both.
    points : path, optional
        ``.npz`` for the draws that are done; an interrupted run resumes from it.
    overwrite : bool
        Whether to overwrite draws of another input.
    progress : callable, optional
        Receives the share that is done.

    Returns
    -------
    Target
        Region, requirements, the share of the draws that reach them, and what dominates at the best values.

    Raises
    ------
    NeuroestError
        For a parameter that the device does not have, a range outside of its bounds, or chips without an estimate.

    Examples
    --------
    >>> from neuroest import target
    >>> found = target("analog_lif_low_power_28nm", vary=["spike_energy=1 fJ..1 uJ"], samples=16)
    >>> found.reached("win", "median"), found.reached("level", "p90")
    (False, True)
    """
    (quantity,) = quantity_names([quantity])
    check_names("pace", [] if pace is None else [pace], TARGET_PACES)
    check_relevance(relevance)
    constraints = _constraints(quantity, limits)
    chip, changes, other = _chips(subject, against, host, settings)
    path, device, today = _neuron(chip, workload, changes)
    moved = parameters_of(today, path, device, vary, changes, (chip, workload))
    changes = {**changes, **{where: stated_value(today, where, one) for one in moved for where in one.paths}}
    own, theirs, asked = _sides((chip, changes), (other, _shared(settings, chip, workload)), workload, pace)
    search = _Search(own, theirs, moved, asked, quantity, constraints, samples, seed)
    ours, base = search.run(None if points is None else Path(points), progress, overwrite=overwrite)
    found = _target(search, ours, base, device, (chip, other, workload), changes, relevance)
    missed = [goal for goal in GOALS if not found.reached(goal, "median")]
    if len(moved) > 1 or not moved[0].axis.stated or not moved[0].axis.today or not missed:
        return found
    wide = parameters_of(own, path, device, [moved[0].axis.name], changes, (chip, workload))
    return replace(found, nearest=_nearest(found, replace(search, moved=wide), missed))


def _constraints(quantity: str, limits: Sequence[str]) -> tuple[Constraint, ...]:
    """The limits on results, if these and the result that is compared exist and have a direction."""
    if not QUANTITIES[quantity].better:
        raise ExplorationError(f"{quantity} is better neither large nor small; compare another result")
    units = {name: one.unit for name, one in QUANTITIES.items()}
    constraints = tuple(constraint(text, "--limit") for text in limits)
    for one in constraints:
        if faults := faults_of(one, units):
            raise wrong(str(one), faults[0], "--limit")
    return constraints


def _sides(
    ours: tuple[Named, Values], other: tuple[Named, Values], workload: Named, pace: Pace | None
) -> tuple[Group, Group, Pace]:
    """Both chips as built, with links for the pace of the data if they stream, and that pace."""
    own, theirs = (
        resolve(chip, workload, Space(()), dict(changes)).groups[0] for chip, changes in (ours, other)
    )
    timed = any(DATA_PERIOD in side.claims for side in (own, theirs))
    asked: Pace = pace or ("streaming" if timed else "back_to_back")
    if asked == "streaming":
        own, theirs = _with_link(own), _with_link(theirs)
    return own, theirs, asked


def _ratios(quantity: str, ours: Array, base: Array) -> Array:
    """Ratio of costs by draw and combination; infinite without an estimate of ours."""
    with np.errstate(all="ignore"):
        ratio = ours / base if QUANTITIES[quantity].better == "less" else base / ours
    kept = np.isfinite(base).any(axis=1)
    return np.where(np.isnan(ratio[kept]), np.inf, ratio[kept])


def _chips(
    subject: str | Path, against: Named | None, host: str | None, settings: Mapping[str, str] | None
) -> tuple[Named, dict[str, Any], Named]:
    """The chip of a subject, what is changed in it, and the chip to compare it with."""
    changes: dict[str, Any] = dict(settings or {})
    try:
        device = load_device(subject)
    except NeuroestError as no_device:
        try:
            chip = load_architecture(subject)
        except UnknownNameError:
            raise no_device from None
        own = baseline_of(chip)
        return chip, changes, against or (AGAINST if own is None else str(own))
    baseline = against or AGAINST
    if "neuron" not in roles_of(device.spec.model):
        raise ExplorationError(f"{subject} is a {device.spec.model}, not a neuron; targets are of neurons")
    named = str(Path(subject).resolve()) if is_path(str(subject)) else str(subject)
    place = host or (
        HOST
        if device.spec.model == _held(HOST)["model"] or not isinstance(baseline, str | Path)
        else str(baseline)
    )
    chip = load_architecture(place)
    if _held(place).get("model") == device.spec.model:  # its choices for a neuron of this model stay
        return chip, {f"{_HELD}.device": named, **changes}, baseline
    document = architecture_document(find_file("architecture", place))
    changed = device_changes(document.data, place, "neuron", named)
    return chip, {**{path: value for path, (value, _) in changed.items()}, **changes}, baseline


def _held(chip: str) -> Mapping[str, Any]:
    """The neuron of a chip as its file states it; nothing for a chip without one there."""
    found: Any = {"chip": architecture_document(find_file("architecture", chip)).data["chip"]}
    for key in _HELD.split("."):
        found = found.get(key, {}) if isinstance(found, dict) else {}
    return found if isinstance(found, dict) else {}


def _neuron(chip: Named, workload: Named, changes: Values) -> tuple[str, str, Group]:
    """Path and device of the neuron of a chip, and the chip as built."""
    group = resolve(chip, workload, Space(()), dict(changes)).groups[0]
    for component in instantiate(group.design, group.values).components():
        if isinstance(component, Neuron):
            return component.path, group.design.devices[component.path].spec.name, group
    raise ExplorationError(
        f"no array of {group.design.spec.name} is read by neurons, so no device can be varied"
    )


def _shared(settings: Mapping[str, str] | None, chip: Named, workload: Named) -> dict[str, str]:
    """Settings of the network and of the technology, which both chips have."""
    loaded, network, found = load_architecture(chip), load_workload(workload), {}
    for path, value in (settings or {}).items():
        try:
            whole = whole_path(path, loaded, network.spec)
        except UnknownNameError:  # of the device that is put into the chip
            continue
        if whole.startswith(("workload.", "technology.", "operation.")):
            found[whole] = value
    return found


@frozen_dataclass(eq=False)
class _Search:
    """Both chips over draws and values.

    Attributes
    ----------
    own, theirs : Group
        Both chips.
    moved : tuple
        The parameters.
    """

    own: Group
    theirs: Group
    moved: tuple[Moved, ...]
    pace: Pace
    quantity: str
    limits: tuple[Constraint, ...]
    samples: int
    seed: int

    @property
    def shape(self) -> tuple[int, ...]:
        """Values of each parameter."""
        return tuple(len(one.axis.values) for one in self.moved)

    @property
    def places(self) -> int:
        """Combinations of values, and one for the device as it is today."""
        return math.prod(self.shape) + 1

    def run(self, file: Path | None, progress: Progress, *, overwrite: bool) -> tuple[Array, Array]:
        """Results of both chips by draw and combination; infinite for ours where it does not reach a limit."""
        drawn = [draw(side.claims, self.samples, self.seed) for side in (self.own, self.theirs)]
        ours, base = (np.full((self.samples, self.places), np.nan) for _ in range(2))
        done = 0
        if file is not None and file.exists() and not overwrite:
            try:
                with np.load(file, allow_pickle=False) as kept:
                    same = str(kept["description"]) == self._description
                    if same:
                        ours[:], base[:], done = kept["ours"], kept["base"], int(kept["done"])
            except (OSError, ValueError, KeyError) as error:
                raise ExplorationError(f"{file}: is no file of draws of a target: {error}") from None
            if not same:
                raise ExplorationError(
                    f"{file}: is of another input; name another file, or overwrite it with --overwrite"
                )
        step = max(1, block_of(self.own) // self.places)
        while done < self.samples:
            part = slice(done, min(done + step, self.samples))
            ours[part], base[part] = self._part([{p: v[part] for p, v in one.items()} for one in drawn])
            done = part.stop
            if file is not None:
                content = BytesIO()
                np.savez_compressed(content, description=self._description, ours=ours, base=base, done=done)
                write_whole(file, content.getvalue())
            progress(done / self.samples)
        return ours, base

    def _part(self, drawn: Sequence[Mapping[str, Array]]) -> tuple[Array, Array]:
        draws = len(next(iter(drawn[0].values())))
        shape, points = (draws, self.places), draws * self.places
        columns: dict[str, Array] = {
            path: np.repeat(values.reshape(-1), self.places)[:, np.newaxis]
            for path, values in drawn[0].items()
        }
        grid = np.indices(self.shape).reshape(len(self.shape), -1)
        for one, place in zip(self.moved, grid, strict=True):
            for path, along in one.paths.items():
                # the last combination is the device as it is today, drawn
                now = drawn[0].get(path, np.full((draws, 1), self.own.claims[path].value)).reshape(-1, 1)
                columns[path] = np.hstack([np.tile(along[place], (draws, 1)), now]).reshape(-1, 1)
        with np.errstate(all="ignore"):
            asked = [None, None] if self.pace == "back_to_back" else [self._period(side) for side in (0, 1)]
            ours = self._known(_operated(self.own, columns, asked[0]), points, ours=True)
            base = self._known(_operated(self.theirs, drawn[1], asked[1]), draws, ours=False)
        return ours.reshape(shape), np.broadcast_to(base[:, np.newaxis], shape)

    def _period(self, side: int) -> Array:
        """Period of the data."""
        groups = (self.own, self.theirs) if side == 0 else (self.theirs, self.own)
        for group in groups:
            if (claim := group.claims.get(DATA_PERIOD)) is not None:
                return np.full((1, 1), claim.value)
        raise ExplorationError("the workload states no `period` of its data, so there is no real time")

    def _known(self, result: Evaluation, points: int, *, ours: bool) -> Array:
        """The result by point, NaN where there is no estimate, and infinite where it is late or misses a limit."""
        names = [side for one in self.limits for side in (one.left, one.right) if side in QUANTITIES]
        found = totals_of(result, dict.fromkeys([self.quantity, *names]))
        values = at_points(found[self.quantity], points)
        exists = estimate_exists(result, points, leaving_out=("keeps_up",))
        if result.chip.period is not None:
            least = at_points(result.timing.initiation_interval, points)
            late = least > at_points(result.chip.period, points) * (1.0 + _ROUNDING)
            exists = exists & ~late & at_points(result.state_survives, points).astype(bool)
        worst = 0.0 if QUANTITIES[self.quantity].better == "more" else np.inf
        values = np.where(exists, values, worst if ours else np.nan)
        if not ours:
            return values
        for one in self.limits:
            known = {name: at_points(found[name], points) for name in names}
            unit = next(QUANTITIES[side].unit for side in (one.left, one.right) if side in QUANTITIES)
            kept: Mask = holds(one, known, points, unit)
            values = np.where(kept, values, worst)
        return values

    @property
    def _description(self) -> str:
        """What the results depend on."""
        files = sorted({file.sha256 for side in (self.own, self.theirs) for file in side.design.files})
        axes = [[one.axis.name, one.axis.values] for one in self.moved]
        stated = {path: claim.value for path, claim in self.own.claims.items()}
        asked = [self.pace, self.quantity, list(map(str, self.limits)), self.samples, self.seed]
        return json.dumps([files, axes, asked, stated, self.own.workload.name])


def _operated(group: Group, columns: Values, period: Array | None) -> Evaluation:
    """A chip back to back, or streaming with a period."""
    mode = "back_to_back" if period is None else "streaming"
    operation = group.design.spec.operation.model_copy(update={"mode": mode})
    spec = group.design.spec.model_copy(update={"operation": operation})
    values = {**group.values, **columns}
    values.pop(PERIOD, None)
    if period is not None:
        values[PERIOD] = period
    return evaluate(replace(group.design, spec=spec), group.workload, values)


def _with_link(group: Group) -> Group:
    """A chip with the open links that fit the period of the data."""
    choices, claim = group.design.link_choices, group.claims.get(DATA_PERIOD)
    if not choices or claim is None:
        return group
    asked = {**choices[0].settings, "operation.mode": "always_on", PERIOD: f"{claim.value!r} s"}
    try:
        design = design_for(choices[0].loaded, asked, group.workload)
    except MappingError:  # too slow with any link
        return group
    own = {path: one for path, one in group.claims.items() if path.startswith("workload.")}
    return replace(group, design=design, claims={**design.claims, **own, **discrepancy_claims(design)})


def _target(
    search: _Search, ours: Array, base: Array, device: str, sides: tuple[Named, Named, Named], changes: Values,
    relevance: float,
) -> Target:  # fmt: skip
    """Bands and shares over the draws, and what the best values give."""
    ratio = _ratios(search.quantity, ours, base)
    if len(ratio) < _ENOUGH * search.samples:
        raise ExplorationError(
            f"{search.theirs.design.spec.name} has no estimate, or does not keep up, in most of the draws"
        )
    bands = np.array([quantiles(column) for column in ratio[:, :-1].T])
    low, median, high = (bands[:, end].reshape(search.shape) for end in range(3))
    win, level = ratio[:, :-1] < 1.0 / (1.0 + relevance), ratio[:, :-1] <= 1.0 + relevance
    place = np.unravel_index(_least(search, median), search.shape)
    axes = tuple(one.axis for one in search.moved)
    known = all(axis.today is not None for axis in axes)
    today = Band(*quantiles(ratio[:, -1])) if known else None
    best = tuple(float(axis.values[int(at)]) for axis, at in zip(axes, place, strict=True))
    values = {
        path: _text(float(along[int(at)]), search.own.claims[path].unit)
        for one, at in zip(search.moved, place, strict=True) for path, along in one.paths.items()
    }  # fmt: skip
    made = _made(search, sides, changes, values)
    parts, _, share, *_ = _made(search, sides, changes, {})
    contribution = 1.0 if today is None else today.median if parts is None else parts.contribution
    design, baseline, workload = search.own.design.spec, search.theirs.design.spec, search.own.workload
    return Target(
        design.name, device, baseline.name, workload.name,
        frozen({device: device, **{one.name: one.label for one in (design, baseline, workload)}}),
        search.pace, search.quantity, relevance, tuple(map(str, search.limits)), axes, low, median, high,
        win.mean(axis=0).reshape(search.shape), level.mean(axis=0).reshape(search.shape),
        float(win.any(axis=1).mean()), float(level.any(axis=1).mean()), today,
        None if today is None else verdict(today, contribution, relevance), parts, share, best, *made[:3],
        float(np.isinf(ratio[:, int(np.ravel_multi_index(place, search.shape))]).mean()), *made[3:], len(ratio), {},
    )  # fmt: skip


def _least(search: _Search, median: Array) -> int:
    """Place of the least median; without one, of the values nearest to today's, or in the middle of the range."""
    if np.isfinite(median).any():
        return int(np.argmin(median))
    places = []
    for one in search.moved:
        values, today = np.array(one.axis.values), one.axis.today
        places.append(len(values) // 2 if today is None else int(np.argmin(np.abs(values - today))))
    return int(np.ravel_multi_index(places, search.shape))


def _nearest(target: Target, search: _Search, missed: Sequence[Goal]) -> dict[Goal, float]:
    """The value of the wider range of a search nearest to that of a target that reaches a goal at the median."""
    ours, base = search.run(None, silent, overwrite=False)
    median = np.array([quantiles(column)[1] for column in _ratios(search.quantity, ours, base)[:, :-1].T])
    values = np.array(search.moved[0].axis.values)
    low, high = target.axes[0].values[0], target.axes[0].values[-1]
    away = np.abs(np.log(values / np.clip(values, low, high)))
    nearest: dict[Goal, float] = {}
    for goal in missed:
        beyond = 1.0 + target.relevance
        good = median <= (beyond if goal == "level" else 1.0 / beyond)
        if np.any(good):
            nearest[goal] = float(values[np.argmin(np.where(good, away, np.inf))])
    return nearest


def _made(
    search: _Search, sides: tuple[Named, Named, Named], changes: Values, values: Mapping[str, str]
) -> tuple[Attribution | None, tuple[tuple[str, float], ...], float, tuple[str, ...], str]:
    """Attribution, largest components, share of the neurons and new failed checks of the chip with some values.

    The last one is why it has no estimate.
    """
    chip, other, network = sides
    try:
        own = estimate(chip, network, {**changes, **values})
    except NeuroestError as error:
        return None, (), 0.0, (), _PLACE.sub("", str(error).splitlines()[0])
    attribution = _attributed(search, own, estimate(other, network))
    ledger = at_pace(own, "back_to_back").ledger
    taken = _taken(search.quantity, own, ledger)
    total = sum(taken.values()) or 1.0
    largest = sorted(taken.items(), key=lambda item: -item[1])[:_LARGEST]
    neurons = sum(value for path, value in taken.items() if ledger.families.get(path) == NEURON)
    try:
        before = {check.name for check in estimate(chip, network, changes).failed_checks}
    except NeuroestError:  # the chip has no estimate today
        before = set()
    failed = tuple(check.name for check in own.failed_checks if check.name not in before)
    return attribution, tuple((path, value / total) for path, value in largest), neurons / total, failed, ""


def _taken(quantity: str, own: Estimate, ledger: Ledger) -> dict[str, float]:
    """Energy or area of each component at the stated inputs, or time of the layers that it limits; none of others."""
    found: dict[str, float] = {}
    if quantity == "area_m2":
        return {path: float(area[0]) for path, area in ledger.area.items()}
    if quantity in _TIMES:
        for layer in own.layers:
            found[layer.bottleneck] = found.get(layer.bottleneck, 0.0) + layer.step_time_s
    if quantity in _ENERGIES:
        for part in (ledger.dynamic, ledger.static):
            for path, value in part.items():
                found[path] = found.get(path, 0.0) + float(value[0])
    return found


def _attributed(search: _Search, own: Estimate, theirs: Estimate) -> Attribution | None:
    if search.quantity == ENERGY:
        rows = paces(own, theirs, {search.pace})
        return next((row.attribution for row in rows if row.part == "energy" and row.off_chip_link), None)
    if search.quantity not in ATTRIBUTED:
        return None
    return compared((own, theirs), {}).attributions.get((search.quantity, theirs.architecture))
