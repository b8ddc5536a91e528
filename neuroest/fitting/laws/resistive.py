"""Resistive memory cells: pulse response, drift, retention, endurance with censoring, and read noise."""

from collections.abc import Callable, Mapping

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.core.extras import extra
from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.dynamics.stimulus import Array
from neuroest.equations import device_curves, drift, retention
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
from neuroest.fitting.layouts import Experiment
from neuroest.fitting.predictions import Rows

_FEWEST_FAILURES = 3
"""Minimum number of failed devices for the shape of a lifetime distribution."""
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
    return np.asarray(drift.drifted_conductance(values["high_conductance"], time, reference, exponent, 0.0))


def _drifting_start(_columns: Columns, result: Array) -> Values:
    return {"high_conductance": float(np.max(result)), "high_drift_exponent": 0.01}


def _coolest(columns: Columns) -> dict[str, float]:
    return {"retention_temperature": float(np.min(columns["temperature"]))}


def _kept(columns: Columns, values: Mapping[str, Array]) -> Array:
    return np.asarray(
        retention.retention_at_temperature(
            values["retention_time"], values["retention_activation_energy"], columns["temperature"],
            values["retention_temperature"],
        )
    )  # fmt: skip


def _kept_start(_columns: Columns, result: Array) -> Values:
    return {"retention_time": float(np.max(result)), "retention_activation_energy": _ELECTRONVOLT}


def _largest(columns: Columns) -> dict[str, float]:
    return {"largest": float(np.max(columns["conductance"]))}


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


def _noise_start(columns: Columns, result: Array) -> Values:
    return {"read_noise": float(np.max(result) / np.max(columns["conductance"])), "mixture": 0.0}


@frozen_dataclass
class LifetimeLaw(Law):
    """Weibull lifetimes by maximum likelihood; devices that outlive the test are censored."""

    def numbers(self, values: Values) -> Values:
        """With the early life that is shown."""
        return {**values, "early": _characteristic(values, _EARLY)}

    def fit(self, experiment: Experiment) -> LawFit:
        """Fit all devices, then refit with each device left out."""
        cycles, failed = experiment.columns["cycles"], experiment.columns["failed"] > 0.0
        count = int(np.sum(failed))
        if count < _FEWEST_FAILURES:
            raise NeuroestError(
                f"{count} of {len(cycles)} devices failed, {_FEWEST_FAILURES} are needed; all that is known is that "
                f"half of them last {float(np.median(cycles)):.3g} cycles at least"
            )
        whole = _most_likely(cycles, failed)
        without = np.array(
            [_most_likely(np.delete(cycles, row), np.delete(failed, row)) for row in range(len(cycles))]
        )
        share = (len(cycles) - 1) / len(cycles)
        deviation = np.sqrt(share * np.sum((without - whole) ** 2, axis=0))
        life, shape = np.exp(whole)
        stated = {"endurance": float(life), "shape": float(shape)}
        names = ("endurance", "shape")
        return LawFit(
            law=self, values=stated, settings={},
            deviations={name: float(max(d, LEAST_DEVIATION)) for name, d in zip(names, deviation, strict=True)},
            freedoms=dict.fromkeys(names, float(count - 1)), rows=_ranked(experiment, failed, stated),
            conditions=count, correlation=np.eye(2),
            notes=(f"{count} of {len(cycles)} devices failed; the others count as longer than they were tested",),
        )  # fmt: skip


def _characteristic(values: Values, share: float) -> float:
    """Cycles that a given share survives, from the median and the shape."""
    scale = values["endurance"] / float(np.log(2.0)) ** (1.0 / values["shape"])
    return float(scale * float(-np.log(share)) ** (1.0 / values["shape"]))


def _most_likely(cycles: Array, failed: Array) -> Array:
    """Logarithms of the maximum-likelihood median and shape."""

    def unlikely(point: Array) -> float:
        shape = np.exp(point[1])
        scale = np.exp(point[0]) / np.log(2.0) ** (1.0 / shape)
        survived = np.log(
            np.maximum(device_curves.surviving_share(cycles, scale, shape), np.finfo(float).tiny)
        )
        hazard = np.log(shape) + (shape - 1.0) * np.log(cycles / scale) - np.log(scale)
        return float(-np.sum(survived + np.where(failed, hazard, 0.0)))

    start = np.array([np.log(np.median(cycles)), 0.0])
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


def _ranked(experiment: Experiment, failed: Array, values: Values) -> Rows:
    """Measured and predicted cycles at each failed share of the devices."""
    cycles = experiment.columns["cycles"]
    used, survive = surviving(cycles, failed)
    predicted = np.array([_characteristic(values, float(s)) for s in survive])
    residual = np.log(predicted / cycles[used]) / experiment.layout.error
    return Rows(experiment, used, cycles[used], predicted[None, :], residual[None, :])


LAWS: tuple[Law, ...] = (
    *pulse_trains.LAWS,
    CurveLaw(
        *described("drift_none"), _drifting,
        lambda _columns, result: {"high_conductance": float(np.median(result))}, _earliest, own_levels=True,
    ),
    CurveLaw(*described("drift"), _drifting, _drifting_start, _earliest, own_levels=True),
    CurveLaw(*described("arrhenius"), _kept, _kept_start, _coolest),
    LifetimeLaw(*described("weibull")),
    *(
        CurveLaw(*described(name), _noise(share), _noise_start, _largest, frozenset({"mixture"}))
        for name, share in (("noise_constant", 1.0), ("noise_proportional", 0.0), ("noise_mixed", None))
    ),
)  # fmt: skip
"""Models of resistive cells that can be fitted."""


def _completed(values: Values, fits: Mapping[str, LawFit]) -> dict[str, Completion]:
    """Steps in the direction without a train; assumed equal to those of the other direction."""
    ways = ("rising_nonlinearity", "falling_nonlinearity")
    stated = [name for name in ways if name in fits]
    if len(stated) != 1:
        return {}
    missing = next(name for name in ways if name not in fits)
    why = f"no train goes this way; taken as {stated[0]}, which is optimistic, since few cells are symmetric"
    return {missing: Completion(values[stated[0]], why)}


FAMILY = Family("one_transistor_one_resistor", "rram_hfox_28nm", _completed)
