"""Robust least squares with bounds and several starts, and what the data can and cannot see.

All parameters are positive and fitted by their logarithms, so that a deviation is a factor. What a parameter set
cannot be told from the data is found from the singular values of the weighted sensitivities (the square root of
the Fisher information), and such parameters are held at the template's values, not fitted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from neuroest.dynamics.stimulus import Array
from neuroest.errors import NeuroestError
from neuroest.fitting.layouts import Measurements, check_contradictions
from neuroest.fitting.predictions import RATES, Rows, flat, predict

CANDIDATES = (
    "field_mobility",
    "residue_rate",
    "filament_decay",
    "residue_decay",
    "gate_capacitance",
    "rearm_fraction",
    "on_resistance",
    "off_resistance",
    "firing_median_voltage",
    "firing_voltage_spread",
)
"""Parameters that a fit may change.

The gap that stays, `field_offset`, acts within the last per cent of the way and is never told apart from the
mobility.
"""
IDENTIFIED_WITHIN = 3.0
"""A parameter is identified when its 80 % interval spans no more than this factor to each side."""
MISFIT_LIMIT = 1.0
"""Largest median of the logarithmic misfit at which a fit still describes its data; exp(1) is a factor 2.7."""
P90 = 1.2815515655446004
"""90 % quantile of the normal distribution."""
_HELD_FIRST = ("on_resistance", "rearm_fraction", "filament_decay", "residue_rate", "residue_decay")
_BOUND = np.log(1e4)
_START_SPREAD = np.log(4.0)
_DIFFERENCE = 1e-4
_CORRELATED = 0.8
_REFINED = 3
_UNKNOWN = np.log(2.0)
"""Deviation of the logarithm of a held parameter for which the template states no spread."""


@dataclass(frozen=True)
class Fit:
    """Result of a fit.

    Attributes
    ----------
    values : dict of str to float
        Every parameter, fitted or held, in SI.
    deviations : dict of str to float
        Standard deviation of the logarithm of each fitted parameter.
    correlation : ndarray
        Between the fitted parameters, in the order of `fitted`.
    held : dict of str to str
        Why each other candidate was not fitted.
    combinations : tuple of str
        Combinations of parameters that the data leave open.
    singular_values : ndarray
        Of the sensitivities of all candidates that the data see at all, largest first.
    chi_square : float
        Squared residuals per degree of freedom.
    """

    values: dict[str, float]
    fitted: tuple[str, ...]
    deviations: dict[str, float]
    correlation: Array
    held: dict[str, str]
    combinations: tuple[str, ...]
    singular_values: Array
    chi_square: float
    rows: list[Rows]
    starts: int
    refined_starts: int
    agreeing_starts: int
    converged: bool
    contradictions: tuple[str, ...]
    device_to_device: float | None
    cycle_to_cycle: float | None

    def factor(self, name: str) -> float:
        """p90 over median of a fitted parameter."""
        return float(np.exp(P90 * self.deviations[name]))

    def groups(self) -> dict[str, str]:
        """Group of each fitted parameter that rises together with others."""
        named: dict[str, str] = {}
        for first in range(len(self.fitted)):
            for second in range(first):
                if self.correlation[first, second] > _CORRELATED:
                    group = named.get(self.fitted[second], f"fit_{self.fitted[second]}")
                    named[self.fitted[second]] = named[self.fitted[first]] = group
        return named

    def opposed(self) -> list[tuple[str, str, float]]:
        """Pairs of fitted parameters of which one falls as the other rises."""
        size = range(len(self.fitted))
        return [
            (self.fitted[b], self.fitted[a], float(self.correlation[a, b]))
            for a in size for b in size if b < a and self.correlation[a, b] < -_CORRELATED
        ]  # fmt: skip

    @property
    def misfit(self) -> dict[str, float]:
        """Median relative deviation of each experiment; absolute for probabilities."""
        found = {}
        for part in self.rows:
            predicted = part.predicted[0]
            if part.experiment.layout.name == "firing_probability":
                deviation = np.abs(predicted - part.measured)
            elif part.experiment.layout.name == "paired_pulse":
                deviation = np.abs(predicted - part.measured) / np.max(np.abs(part.measured))
            else:
                deviation = np.abs(np.log(predicted / part.measured))
            found[part.experiment.layout.name] = float(np.median(deviation))
        return found


class _Problem:
    """Residuals and sensitivities over the logarithms of some parameters."""

    def __init__(self, data: Measurements, template: Mapping[str, float], conduction_length: float) -> None:
        self.data, self.length = data, conduction_length
        self.names = (*CANDIDATES, "field_offset")
        self.template = {name: np.log(template[name]) for name in self.names}

    def many(self, free: tuple[str, ...], points: Array) -> list[Rows]:
        sets = len(points)
        values = {name: np.exp(np.full(sets, self.template[name])) for name in self.names}
        for column, name in enumerate(free):
            values[name] = np.exp(points[:, column])
        return predict(self.data, values, self.length)

    def residuals(self, free: tuple[str, ...], point: Array) -> Array:
        result: Array = flat(self.many(free, point[None, :]))[0]
        return np.clip(result, -1e6, 1e6)

    def sensitivities(self, free: tuple[str, ...], point: Array) -> Array:
        size = len(free)
        shifts = _DIFFERENCE * np.eye(size)
        points = np.concatenate([point + shifts, point - shifts])
        moved = np.clip(flat(self.many(free, points)), -1e6, 1e6)
        result: Array = (moved[:size] - moved[size:]).T / (2.0 * _DIFFERENCE)
        return result


def fit(
    data: Measurements,
    template: Mapping[str, float],
    *,
    conduction_length: float,
    template_deviations: Mapping[str, float] | None = None,
    starts: int = 8,
    seed: int = 0,
) -> Fit:
    """Fit a diffusive neuron to measurements.

    Parameters
    ----------
    data : Measurements
        The measurements.
    template : mapping of str to float
        Values of all parameters from which to start, and at which to hold what the data cannot see.
    conduction_length : float
        Decay length of the conduction through the gap.
    template_deviations : mapping of str to float, optional
        Deviation of the logarithm of the template's values. What is not known of a parameter that is held widens
        the bands of those that are fitted.
    starts : int
        Starts of the search; the first is the template.
    seed : int
        Seed of the other starts.

    Raises
    ------
    NeuroestError
        Without scipy, or when nothing can be fitted at all.
    """
    problem = _Problem(data, template, conduction_length)
    generator = np.random.default_rng(seed)
    free = _seen(problem, CANDIDATES, generator)
    if not free:
        raise NeuroestError(f"{data.file}: no parameter of the neuron has an influence on these data")
    held = {name: "no row depends on it" for name in CANDIDATES if name not in free}
    seen = free
    point, agreeing, converged = _search(problem, free, starts, generator)
    combinations: list[str] = []
    singular: Array = np.linalg.svd(problem.sensitivities(free, point), compute_uv=False)
    while True:
        deviations = _information(problem, free, point)[0]
        limit = np.log(IDENTIFIED_WITHIN) / P90
        if np.all(deviations <= limit) or len(free) == 1:
            break
        loose = _loosest(free, deviations)
        combinations.append(_combination(problem, free, point, loose))
        held[loose] = f"the data leave it open by more than a factor {IDENTIFIED_WITHIN:g}"
        keep = [name != loose for name in free]
        free = tuple(name for name in free if name != loose)
        point, converged = _refine(problem, free, point[keep])
    known = {name: _UNKNOWN for name in seen if name not in free}
    known |= {name: d for name, d in (template_deviations or {}).items() if name in known}
    deviations, correlation, chi_square = _information(problem, free, point, known)
    rows = problem.many(free, point[None, :])
    values = {name: float(np.exp(problem.template[name])) for name in problem.names}
    values |= {name: float(np.exp(p)) for name, p in zip(free, point, strict=True)}
    contradictions = [text for experiment in data.experiments for text in check_contradictions(experiment)]
    spreads = _variability(problem, free, point, rows)
    if spreads[0] is not None and "field_mobility" in free:
        # a few devices stand for all: their mean is no better known than their number allows
        place = free.index("field_mobility")
        deviations[place] = np.hypot(deviations[place], spreads[0] / np.sqrt(_devices(data)))
    return Fit(
        values=values, fitted=free, deviations=dict(zip(free, map(float, deviations), strict=True)),
        correlation=correlation, held=held, combinations=tuple(combinations), singular_values=singular,
        chi_square=chi_square, rows=rows, starts=starts, refined_starts=min(starts, _REFINED),
        agreeing_starts=agreeing, converged=converged,
        contradictions=tuple(contradictions), device_to_device=spreads[0], cycle_to_cycle=spreads[1],
    )  # fmt: skip


def _seen(problem: _Problem, names: tuple[str, ...], generator: np.random.Generator) -> tuple[str, ...]:
    """Parameters on which some row depends somewhere near the template."""
    centre = np.array([problem.template[name] for name in names])
    influence = np.zeros(len(names))
    for _ in range(3):
        place = centre + 0.3 * generator.standard_normal(len(names))
        influence = np.maximum(influence, np.linalg.norm(problem.sensitivities(names, place), axis=0))
    # gate peaks depend on the resistance of the filament by parts in a thousand, which no row can show
    return tuple(n for n, size in zip(names, influence, strict=True) if size > 0.05)


def _search(
    problem: _Problem, free: tuple[str, ...], starts: int, generator: np.random.Generator
) -> tuple[Array, int, bool]:
    centre = np.array([problem.template[name] for name in free])
    trial = centre + _START_SPREAD * generator.standard_normal((4 * starts, len(free)))
    trial[0] = centre
    costs = np.sum(_robust(np.clip(flat(problem.many(free, trial)), -1e6, 1e6)), axis=1)
    chosen = trial[[0, *np.argsort(costs)[: max(0, min(starts, _REFINED) - 1)]]]
    ends = [_refine(problem, free, start) for start in chosen]
    final = np.array([float(np.sum(_robust(problem.residuals(free, point)))) for point, _ in ends])
    best = int(np.argmin(final))
    agreeing = int(np.sum(final <= final[best] * 1.05 + 1e-3))
    return ends[best][0], agreeing, ends[best][1]


def _robust(residuals: Array) -> Array:
    result: Array = 2.0 * (np.sqrt(1.0 + residuals**2) - 1.0)
    return result


def _refine(problem: _Problem, free: tuple[str, ...], start: Array) -> tuple[Array, bool]:
    try:
        from scipy.optimize import least_squares  # type: ignore[import-untyped]  # noqa: PLC0415
    except ImportError:
        raise NeuroestError("fitting needs scipy: pip install 'neuroest[lab]'") from None
    centre = np.array([problem.template[name] for name in free])
    low, high = centre - _BOUND, centre + _BOUND
    result = least_squares(
        lambda point: problem.residuals(free, point),
        np.clip(start, low + 1e-6, high - 1e-6),
        jac=lambda point: problem.sensitivities(free, point),
        bounds=(low, high),
        loss="soft_l1",
        max_nfev=40,
        ftol=1e-6,
        xtol=1e-6,
        gtol=1e-8,
    )
    return np.asarray(result.x), bool(result.status > 0)


def _information(
    problem: _Problem, free: tuple[str, ...], point: Array, held: Mapping[str, float] | None = None
) -> tuple[Array, Array, float]:
    """Deviations and correlations of the logarithms, and the squared residual per degree of freedom."""
    sensitivities, residuals = problem.sensitivities(free, point), problem.residuals(free, point)
    # rows far off count less, as they did in the fit
    weight = np.power(1.0 + residuals**2, -0.25)
    _, singular, axes = np.linalg.svd(sensitivities * weight[:, None], full_matrices=False)
    strength = np.zeros(len(free))
    strength[: len(singular)] = singular
    directions = np.zeros((len(free), len(free)))
    directions[: len(axes)] = axes
    if len(axes) < len(free):
        # fewer rows than parameters: the rest of the directions is not seen at all
        directions = np.linalg.svd(sensitivities * weight[:, None], full_matrices=True)[2]
    freedom = max(1, len(residuals) - len(free))
    chi_square = float(np.sum((residuals * weight) ** 2) / freedom)
    scale = max(1.0, chi_square)
    covariance = (directions.T / np.maximum(strength, 1e-6) ** 2) @ directions * scale
    if held:
        names = (*free, *held)
        full = np.append(point, [problem.template[name] for name in held])
        others = problem.sensitivities(names, full)[:, len(free) :] * weight[:, None]
        pulled = np.linalg.lstsq(sensitivities * weight[:, None], others, rcond=None)[0]
        pulled = pulled * np.array(list(held.values()))
        covariance = covariance + pulled @ pulled.T
    deviations = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(deviations, deviations)
    return deviations, correlation, chi_square


def _loosest(free: tuple[str, ...], deviations: Array) -> str:
    """The parameter to hold: the least known, and of those equally unknown the one that is known best elsewhere."""
    worst = float(np.max(deviations))
    equal = [name for name, d in zip(free, deviations, strict=True) if d > 0.3 * worst]
    for name in _HELD_FIRST:
        if name in equal:
            return name
    return free[int(np.argmax(deviations))]


def _combination(problem: _Problem, free: tuple[str, ...], point: Array, loose: str) -> str:
    """The direction in which nothing changes, as a product of powers."""
    axes = np.linalg.svd(problem.sensitivities(free, point), full_matrices=True)[2]
    weakest = axes[-1]
    scale = weakest[int(np.argmax(np.abs(weakest)))]
    parts = [f"{n}^{w / scale:.2g}" for n, w in zip(free, weakest, strict=True) if abs(w / scale) > 0.2]
    return f"{loose}: open along {' '.join(parts)}"


def _variability(
    problem: _Problem, free: tuple[str, ...], point: Array, rows: list[Rows]
) -> tuple[float | None, float | None]:
    """Deviations of the drive between devices and between cycles, from times that were measured repeatedly.

    A device that is late behaves as if it were driven by less; the sensitivity of its time to the field mobility
    turns the one into the other.
    """
    names, drive, spread_rows = free, [], []
    if "field_mobility" not in names:
        names, point = (*free, "field_mobility"), np.append(point, problem.template["field_mobility"])
    moved = np.stack([point, point])
    column = names.index("field_mobility")
    moved[0, column] += 0.01
    moved[1, column] -= 0.01
    for part, shifted in zip(rows, problem.many(names, moved), strict=True):
        if part.experiment.layout.name not in {"integration_time", "pulse_train"}:
            continue
        if "device" not in part.experiment.columns and "cycle" not in part.experiment.columns:
            continue
        slope = np.log(shifted.predicted[0] / shifted.predicted[1]) / 0.02
        usable = np.abs(slope) > 0.05
        late = np.log(part.measured / part.predicted[0]) / np.where(usable, slope, 1.0)
        drive.append(late[usable])
        device = part.experiment.column("device", 0.0)
        spread_rows.append(np.where(np.isfinite(device), device, 0.0)[usable])
    if not drive:
        return None, None
    return _components(np.concatenate(drive), np.concatenate(spread_rows))


def _devices(data: Measurements) -> int:
    labels = [e.column("device", 0.0) for e in data.experiments]
    every = np.concatenate(labels)
    return max(1, len(np.unique(every[np.isfinite(every)])))


def _components(deviation: Array, device: Array) -> tuple[float | None, float | None]:
    """Standard deviations between and within groups, by the analysis of variance."""
    labels, counts = np.unique(device, return_counts=True)
    means = np.array([np.mean(deviation[device == label]) for label in labels])
    inner = sum(
        float(np.sum((deviation[device == label] - m) ** 2)) for label, m in zip(labels, means, strict=True)
    )
    freedom = len(deviation) - len(labels)
    within = inner / freedom if freedom >= 3 else None
    between = None
    if len(labels) >= 3:
        size = float(np.mean(counts))
        between = max(0.0, float(np.var(means, ddof=1)) - (within or 0.0) / size)
    root = [None if value is None else float(np.sqrt(value)) for value in (between, within)]
    return root[0], root[1]


__all__ = ["CANDIDATES", "IDENTIFIED_WITHIN", "RATES", "Fit", "fit"]
