"""Resistive memory cells: pulse response, drift, retention, endurance with censoring, and read noise.

Readings that follow each other closely are not independent: retention is averaged over equal steps of the logarithm of
time, and the slopes of its parts are compared. Endurance counts devices, each with its first failure.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import extra
from neuroest.core.units import format_quantity
from neuroest.dynamics.in_time import Array
from neuroest.equations import ageing, device_curves
from neuroest.fitting.headers import Experiment
from neuroest.fitting.laws import pulse_trains
from neuroest.fitting.laws.base import (
    LEAST_DEVIATION,
    Columns,
    Completion,
    Family,
    Law,
    LawFit,
    Values,
    described,
)
from neuroest.fitting.laws.curve import CurveLaw
from neuroest.fitting.laws.switching import PassiveLaw, SpreadLaw, StatesLaw, SwitchingLaw
from neuroest.fitting.predictions import rows_of_law

_FEWEST_FAILURES = 3
"""Minimum number of failed devices for the shape of a lifetime distribution."""
_MOST_GROUPS = 40
"""Maximum number of groups of devices that are left out in turn."""
_PER_DECADE = 8.0
"""Steps of the logarithm of time in a decade over which dense readings are averaged; a convention."""
_UNDISTURBED = 0.5
"""Share of the smallest switching voltage up to which a read is taken to leave the state alone; a convention."""
_AT_THE_TOP = 2.0
"""Factor above the window within which a state counts as its upper end; a convention."""
_THIRDS, _FEWEST_OF_A_THIRD = 3, 3
"""Parts of the logarithm of time whose slopes are compared, and the fewest steps of one."""
_SAME_SLOPE = 0.2
"""Differences of slopes, as a share of the whole one, that are not worth a note; a convention."""
_NINE_OF_TEN = 1.2815515655446004
"""Standard deviations of a normal distribution below which nine tenths lie."""
_MEDIAN, _EARLY = 0.5, 0.99
"""Surviving shares at the life stated in a spec, and at the early life that is shown."""
_ELECTRONVOLT = 1.602176634e-19


def _earliest(columns: Columns) -> dict[str, float]:
    later = columns["time"][columns["time"] > 0.0]
    if not len(later):
        raise NeuroestError("retention needs a row after time zero")
    return {"drift_reference_time": float(np.min(later))}


def _drifting(columns: Columns, values: Mapping[str, Array]) -> Array:
    exponent = values.get("high_drift_exponent", np.zeros(()))
    reference = values["drift_reference_time"]
    time = np.maximum(columns["time"], reference)
    return np.asarray(
        ageing.drifted_conductance(values["written_conductance"], time, reference, exponent, 0.0)
    )


@frozen_dataclass
class RetentionLaw(CurveLaw):
    """A conductance after it was written. Its state is one of many, so it does not set the window of the cell."""

    bounded_by: ClassVar[str] = "the slope of the logarithms is not above its scatter"
    least_of_bound: ClassVar[float] = 0.01

    def fit(self, experiment: Experiment) -> LawFit:
        """Fit means over equal steps of the logarithm of time; slopes of parts that disagree widen the band."""
        thinned = _thinned(experiment)
        found, notes = super().fit(thinned), []
        if thinned.rows < experiment.rows:
            notes.append(
                f"{experiment.rows} readings are {thinned.rows} means over equal steps of the log of time"
            )
        slopes = _slopes(thinned)
        if not len(slopes):
            return replace(found, notes=(*found.notes, *notes))
        apart = float(np.std(slopes, ddof=1)) / np.sqrt(len(slopes))
        words = ", ".join(f"{-slope:+.2g}" for slope in slopes)
        name = "high_drift_exponent"
        if name not in found.values:
            bound = abs(float(np.mean(slopes))) + _NINE_OF_TEN * apart
            notes.append(f"exponents of the thirds of the log of time: {words}")
            return replace(found, bounds={name: bound}, notes=(*found.notes, *notes))
        if found.values[name] > _LOST:
            notes.append(
                "a conductance that falls so fast is that of a volatile switch: state the time until it is off as "
                "relaxation_time, with voltage and pulse_width of the pulse before"
            )
        share = apart / max(found.values[name], np.finfo(float).tiny)
        if share > found.deviations[name] and np.ptp(slopes) > _SAME_SLOPE * found.values[name]:
            notes.append(f"exponents of the thirds of the log of time disagree: {words}")
        deviations = {**found.deviations, name: max(found.deviations[name], min(share, _UNKNOWN))}
        return replace(found, deviations=deviations, notes=(*found.notes, *notes))


_LOST = 0.5
"""Exponent of the drift above which a state is lost within a few decades, as in a volatile switch; a convention."""
_UNKNOWN = 1e3
"""Standard deviation of an unknown logarithm."""


def _thinned(experiment: Experiment) -> Experiment:
    """One mean per run and step of the logarithm of time; the same rows where none shares its step."""
    time = experiment.columns["time"]
    step = np.floor(_PER_DECADE * np.log10(np.where(time > 0.0, time, 1.0)))
    cell = np.stack([_runs(experiment), np.where(time > 0.0, step, -np.inf)], axis=1)
    first, place, count = np.unique(cell, axis=0, return_index=True, return_inverse=True, return_counts=True)[
        1:
    ]
    place = place.ravel()
    if np.all(count <= 2 * np.median(count)) and np.median(count) <= 2:
        return experiment
    columns = {name: np.bincount(place, values) / count for name, values in experiment.columns.items()}
    positive = columns["time"] > 0.0
    logs = np.bincount(place, np.log(np.where(time > 0.0, time, 1.0))) / count
    columns["time"] = np.where(positive, np.exp(logs), 0.0)
    return replace(experiment, columns=columns, lines=tuple(experiment.lines[row] for row in first))


def _runs(experiment: Experiment) -> Array:
    """Number of the run of each row: a device, written once."""
    written = np.stack([experiment.column("device", -1.0), experiment.column("cycle", 0.0)], axis=1)
    return np.asarray(np.unique(written, axis=0, return_inverse=True)[1]).ravel()


def _slopes(experiment: Experiment) -> Array:
    """Slopes of the logarithm of the conductance against that of time in equal parts of it; empty if too few rows."""
    time, conductance = experiment.columns["time"], experiment.columns["conductance"]
    kept = (time > 0.0) & (conductance > 0.0)
    x, y, run = np.log(time[kept]), np.log(conductance[kept]), _runs(experiment)[kept]
    if not len(x) or np.ptp(x) == 0.0:
        return np.zeros(0)
    part = np.minimum(np.floor(_THIRDS * (x - np.min(x)) / np.ptp(x)), _THIRDS - 1)
    found = []
    for third in range(_THIRDS):
        mine = part == third
        names = np.unique(run[mine])
        left = [(x[mine & (run == n)], y[mine & (run == n)]) for n in names]
        moved = [(one - np.mean(one), other - np.mean(other)) for one, other in left]
        square = sum(float(np.sum(one**2)) for one, _ in moved)
        if np.sum(mine) - len(names) + 1 < _FEWEST_OF_A_THIRD or square == 0.0:
            return np.zeros(0)
        found.append(sum(float(np.sum(one * other)) for one, other in moved) / square)
    return np.array(found)


def _noise(constant_share: float | None) -> Callable[[Columns, Mapping[str, Array]], Array]:
    """Noise that is constant, proportional to the conductance, or both."""

    def predict(columns: Columns, values: Mapping[str, Array]) -> Array:
        share = 1.0 / (1.0 + np.exp(-values["mixture"])) if constant_share is None else constant_share
        noise, largest = values["read_noise"], values["largest"]
        return np.asarray(
            device_curves.read_noise_deviation(
                columns["conductance"], noise * largest * share, noise * np.sqrt(1.0 - share * share)
            )
        )

    return predict


@frozen_dataclass
class LifetimeLaw(Law):
    """Weibull lifetimes of devices by maximum likelihood; those that outlive the test are censored."""

    def numbers(self, values: Values) -> Values:
        """With the early life that is shown."""
        return {**values, "early": _characteristic(values, _EARLY)}

    def fit(self, experiment: Experiment) -> LawFit:
        """Fit all devices, then refit with groups of them left out."""
        experiment, read = _by_device(experiment)
        cycles, failed = experiment.columns["cycles"], experiment.columns["failed"] > 0.0
        count = int(np.sum(failed))
        if count < _FEWEST_FAILURES:
            raise NeuroestError(
                f"{count} of {len(cycles)} device{'s' * (len(cycles) != 1)} failed, {_FEWEST_FAILURES} are needed"
                f"{read}; all that is known is that half of them last {float(np.median(cycles)):.3g} cycles at least"
            )
        whole = _most_likely(cycles, failed)
        groups = min(len(cycles), _MOST_GROUPS)
        group = np.arange(len(cycles)) % groups
        without = np.array(
            [_most_likely(cycles[group != g], failed[group != g], whole) for g in range(groups)]
        )
        share = (groups - 1) / groups
        deviation = np.sqrt(share * np.sum((without - whole) ** 2, axis=0))
        life, shape = np.exp(whole)
        stated = {"endurance": float(life), "shape": float(shape)}
        names = ("endurance", "shape")
        used, survive = surviving(cycles, failed)
        predicted = np.array([_characteristic(stated, float(share)) for share in survive])
        return LawFit(
            law=self, values=stated, settings={},
            deviations={name: float(max(d, LEAST_DEVIATION)) for name, d in zip(names, deviation, strict=True)},
            freedoms=dict.fromkeys(names, float(count - 1)), conditions=count, correlation=np.eye(2),
            rows=rows_of_law(experiment, used, cycles[used], predicted),
            notes=(f"{count} of {len(cycles)} devices failed; the others count as longer than they were tested{read}",),
        )  # fmt: skip


def _characteristic(values: Values, share: float) -> float:
    """Cycles that a given share survives, from the median and the shape."""
    scale = values["endurance"] / float(np.log(2.0)) ** (1.0 / values["shape"])
    return float(scale * float(-np.log(share)) ** (1.0 / values["shape"]))


def _by_device(experiment: Experiment) -> tuple[Experiment, str]:
    """One row per device: its first failure, or the last cycle at which it had not failed; and what was done."""
    if "device" not in experiment.columns:
        return experiment, ""
    device = experiment.column("device", -1.0)
    cycles, failed = experiment.columns["cycles"], experiment.columns["failed"] > 0.0
    # failures sort before other rows, the earliest first; of the others, the latest first
    order = np.lexsort((np.where(failed, cycles, -cycles), ~failed, device))
    rows = order[np.unique(device[order], return_index=True)[1]]
    if len(rows) == experiment.rows:
        return experiment, ""
    return experiment.at(rows), f", each with its first failure in {experiment.rows} rows"


def _most_likely(cycles: Array, failed: Array, start: Array | None = None) -> Array:
    """Logarithms of the maximum-likelihood median and shape."""

    def unlikely(point: Array) -> float:
        shape = np.exp(point[1])
        scale = np.exp(point[0]) / np.log(2.0) ** (1.0 / shape)
        survived = np.log(
            np.maximum(device_curves.surviving_share(cycles, scale, shape), np.finfo(float).tiny)
        )
        hazard = np.log(shape) + (shape - 1.0) * np.log(cycles / scale) - np.log(scale)
        return float(-np.sum(survived + np.where(failed, hazard, 0.0)))

    start = np.array([np.log(np.median(cycles)), 0.0]) if start is None else start
    options = {"xatol": 1e-5, "fatol": 1e-7, "maxiter": 2000}
    return np.asarray(
        extra("scipy.optimize", "lab").minimize(unlikely, start, method="Nelder-Mead", options=options).x
    )


def surviving(cycles: Array, failed: Array) -> tuple[Array, Array]:
    """Rows of the failures, sorted by cycles, and the share of devices that survives each failure.

    Kaplan-Meier estimator: each factor counts the devices still under test.

    Examples
    --------
    Four devices; the third was removed after 20 cycles. The shares are 4/5, 4/5 x 3/4 and, with one left, half of that.

    >>> rows, share = surviving(np.array([10.0, 15.0, 20.0, 30.0]), np.array([True, True, False, True]))
    >>> rows.tolist(), share.round(2).tolist()
    ([0, 1, 3], [0.8, 0.6, 0.3])
    """
    order = np.argsort(cycles, kind="stable")
    at_risk = len(cycles) - np.arange(len(cycles))
    share = np.cumprod(np.where(failed[order], 1.0 - 1.0 / (at_risk + 1.0), 1.0))
    own = failed[order]
    return order[own], share[own]


LAWS: tuple[Law, ...] = (
    *pulse_trains.LAWS,
    SwitchingLaw(*described("set_reset")),
    StatesLaw(*described("states")),
    SpreadLaw(*described("spread")),
    RetentionLaw(
        *described("drift_none"), _drifting,
        lambda _columns, result: {"written_conductance": float(np.median(result))}, _earliest, own_levels=True,
    ),
    RetentionLaw(
        *described("drift"), _drifting,
        lambda _columns, result: {"written_conductance": float(np.max(result)), "high_drift_exponent": 0.01},
        _earliest, own_levels=True,
    ),
    CurveLaw(
        *described("arrhenius"),
        lambda columns, values: ageing.retention_at_temperature(
            values["retention_time"], values["retention_activation_energy"], columns["temperature"],
            values["retention_temperature"],
        ),
        lambda _columns, result: {
            "retention_time": float(np.max(result)), "retention_activation_energy": _ELECTRONVOLT,
        },
        lambda columns: {"retention_temperature": float(np.min(columns["temperature"]))},
    ),
    LifetimeLaw(*described("weibull")),
    *(
        CurveLaw(
            *described(name), _noise(share),
            lambda columns, result: {
                "read_noise": float(np.max(result) / np.max(columns["conductance"])), "mixture": 0.0,
            },
            lambda columns: {"largest": float(np.max(columns["conductance"]))}, frozenset({"mixture"}),
        )
        for name, share in (("noise_constant", 1.0), ("noise_proportional", 0.0), ("noise_mixed", None))
    ),
)  # fmt: skip
"""Models of resistive cells that can be fitted."""


def _completed(values: Values, fits: Mapping[str, LawFit]) -> dict[str, Completion]:
    """Read voltage and bits that fit a sweep; and steps in the direction without a train, assumed as in the other."""
    done: dict[str, Completion] = {}
    if "program_voltage" in fits:
        sweep = fits["program_voltage"]
        least = min(v for n, v in sweep.values.items() if n in {"set_voltage", "reset_voltage"})
        if _UNDISTURBED * least < values["read_voltage_limit"]:
            why = "half of the smallest voltage that switches it in a sweep; reads for years need a test of their own"
            done["read_voltage_limit"] = Completion(_UNDISTURBED * least, why)
        why = "A designer's choice: sweeps show two states; more need programming with verification"
        done["bits_per_cell"] = Completion(1.0, why, chosen=True)
    ways = ("rising_nonlinearity", "falling_nonlinearity")
    stated = [name for name in ways if name in fits]
    if len(stated) != 1:
        return done
    missing = next(name for name in ways if name not in fits)
    why = f"no train goes this way; taken as {stated[0]}, which is optimistic, since few cells are symmetric"
    return {**done, missing: Completion(values[stated[0]], why)}


def _cautions(values: Values, fits: Sequence[LawFit]) -> tuple[str, ...]:
    """A drift that was measured on another state than the one that the spec applies it to."""
    low, high = values["low_conductance"], values["high_conductance"]
    state = next(
        (fit.values["written_conductance"] for fit in fits if "written_conductance" in fit.values), high
    )
    if low <= 0.0 or np.sqrt(low * high) <= state <= high * _AT_THE_TOP:
        return ()
    shown = [format_quantity(value, "S") for value in (state, low, high)]
    why = (
        f"the drift was measured at {shown[0]}, not near the upper end of the window of {shown[1]} to {shown[2]} that "
        "the spec applies it to; measure the retention of the states at both ends"
    )
    return (why,)


FAMILY = Family("one_transistor_one_resistor", "rram_hfox_28nm", _completed, _cautions)
PASSIVE = Family("passive", "rram_passive_generic", _completed, _cautions)
PASSIVE_LAWS: tuple[Law, ...] = (
    PassiveLaw(*described("set_reset_passive")),
    *(replace(law, model=PASSIVE.model) for law in LAWS if law.experiment != "current_voltage"),
)
"""The same laws for a cell without a transistor; its sweeps have a nonlinearity too."""
