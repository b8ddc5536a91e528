"""Model predictions for each row of a measurement, for many parameter sets at once."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.dynamics.in_time import Array
from neuroest.dynamics.pulse_response import Rates, Reset, Rested, Step, first_spike, pulse_response, rested
from neuroest.equations import diffusive_neuron as equations
from neuroest.equations import filament_conduction, firing_statistics
from neuroest.fitting.headers import Experiment, Measurements
from neuroest.fitting.sequence import few_changes

_Record = TypeVar("_Record", Rates, Reset)
SILENT_AFTER = 2.5
"""Simulated time in a search, as a multiple of the measured time."""
_SILENT_SLOPE = 5.0
DEFAULT_TRIALS = 20.0
"""Assumed number of trials of a firing probability if not stated."""
_EVEN = 1.0 / np.sqrt(12.0)
"""Standard deviation of a uniform distribution of width one."""
_SMALLEST_VOLTAGE = 1e-3
AT_COMPLIANCE = 0.98
"""Share of the compliance above which a current counts as limited."""
_FLAT_ROWS, _FLAT_SPAN = 5, 0.1
"""Number of rows with equal current, and their relative voltage span, that indicate an unstated compliance."""
_PLATEAU, _FLAT_SLOPE = 0.2, 0.3
"""Share of the largest current above which rows may be at a scattered compliance, and the largest slope of log current
versus log voltage of such rows."""
_STEADY = 0.1
"""Standard deviation of the logarithm of a current within which it may run and be a compliance; a convention."""
_RUNNING = 0.01
"""Probability of so few changes of sign below which currents are no scatter about a plateau; a convention."""
_ON_STATE = 0.8
"""Share of the largest conductance above which a row is in the on state; near the threshold the switch is still
closing."""
_STILL_SUBSTEPS, _LEAST_SUBSTEPS, _MOST_SUBSTEPS = 4, 8, 64
_SUBSTEPS_OF_A_CYCLE = 2000
"""Steps over a cycle that are enough where the state hardly changes from row to row; numerical."""
_STILL = 0.005
"""Change of the state over a row below which it hardly changes; numerical."""
_STATES = 101
"""Points of the grid on which a compliance is looked for; numerical."""


@frozen_dataclass
class Rows:
    """Rows of one experiment, as the fit uses them.

    Attributes
    ----------
    measured, predicted : ndarray
        Values that are compared; `predicted` has one row per parameter set.
    residuals : ndarray
        Deviations in units of their uncertainty, one row per parameter set.
    compared : ndarray, optional
        Row of the experiment for each residual, if there are more residuals than used rows.
    low, high : ndarray, optional
        80 % interval of the first prediction, from the uncertainty of the fitted parameters.
    """

    experiment: Experiment
    used: Array
    measured: Array
    predicted: Any
    residuals: Array
    compared: Array | None = None
    low: Array | None = None
    high: Array | None = None

    @property
    def rows(self) -> Array:
        """Row of the experiment that each residual belongs to."""
        return self.used if self.compared is None else self.compared


def rows_of_law(experiment: Experiment, used: Array, measured: Array, predicted: Array) -> Rows:
    """Rows as one law predicts them, with deviations in units of the usual error of the experiment."""
    predicted = np.atleast_2d(predicted)
    residuals = np.log(predicted / measured) / experiment.layout.error
    return Rows(experiment, used, measured, predicted, residuals)


def predict(
    measurements: Measurements,
    values: Mapping[str, Array],
    conduction_length: float,
    patience: float = SILENT_AFTER,
    steps: float = 1.0,
) -> list[Rows]:
    """Predictions of all experiments.

    Parameters
    ----------
    measurements : Measurements
        The data.
    values : mapping of str to ndarray
        Each parameter, with one value per parameter set.
    conduction_length : float
        Decay length of the conduction through the gap, which a neuron's spec does not contain.
    patience : float
        Multiple of a measured time after which a device counts as silent. Beyond it, the result is a penalty that grows
        with the distance from firing, not a prediction, so displayed results need more patience.
    steps : float
        Share of the steps in time between the rows of a sweep; a search needs fewer than a result.
    """
    found = []
    for experiment in measurements.experiments:
        timed = _TIMES.get(experiment.layout.name)
        if timed is not None:
            found.append(timed(experiment, values, patience))
        elif experiment.layout.name == "current_voltage":
            columns = experiment.columns
            if "time" not in columns:
                raise NeuroestError(
                    f"{experiment.file}: the rate equations of a diffusive memristor need a column `time [s]` next to "
                    "voltage and current; threshold_switch_neuron needs none"
                )
            voltage, current = columns["voltage"], np.abs(columns["current"])
            compliance = compliance_current(experiment)
            predicted = _swept(experiment, compliance, values, conduction_length, steps)
            free = current < AT_COMPLIANCE * compliance
            used = np.flatnonzero((current > 0.0) & (np.abs(voltage) > _SMALLEST_VOLTAGE) & free)
            seen = predicted[:, used]
            residuals = np.log(np.maximum(seen, 1e-300) / current[used]) / _uncertainty(experiment)[used]
            found.append(Rows(experiment, used, current[used], seen, residuals))
        else:
            found.append(_PREDICTIONS[experiment.layout.name](experiment, values))
    return found


def flat(rows: Sequence[Rows]) -> Array:
    """All residuals, one row per parameter set."""
    return np.concatenate([part.residuals for part in rows], axis=1)


def _one_row_a_set(record: type[_Record], values: Mapping[str, Array]) -> _Record:
    """Fields of a parameter record, each for all parameter sets."""
    return record(**{field.name: values[field.name][:, None] for field in fields(record)})


def _uncertainty(experiment: Experiment) -> Array:
    stated = experiment.column("uncertainty")
    return np.where(stated > 0.0, stated, experiment.layout.error)


def _row_error(experiment: Experiment) -> Array:
    """Relative error of each row; a count is known to within half a pulse at best (uniform)."""
    error = _uncertainty(experiment)
    if experiment.layout.name != "pulse_train":
        return error
    return np.asarray(np.hypot(error, _EVEN / np.maximum(experiment.columns["pulses_to_fire"] - 0.5, 0.5)))


def error_is_stated(experiment: Experiment) -> bool:
    """Whether the file states an uncertainty in every row that is a time, a count or a current."""
    column = "trials" if experiment.layout.name == "firing_probability" else "uncertainty"
    return bool(np.all(np.isfinite(experiment.column(column))))


def relative_error(part: Rows) -> Array:
    """Relative error of the row of each residual."""
    if part.experiment.layout.name == "firing_probability":
        return np.ones(part.residuals.shape[1])
    return _row_error(part.experiment)[part.rows]


def _logarithmic(experiment: Experiment, measured: Array, predicted: Array) -> Rows:
    residuals = np.log(predicted / measured) / _row_error(experiment)
    return Rows(experiment, np.arange(experiment.rows), measured, predicted, residuals)


def _integration_time(experiment: Experiment, values: Mapping[str, Array], patience: float) -> Rows:
    measured = experiment.columns["integration_time"]
    # rows with equal voltage share one simulation, as long as the latest of them
    voltages, place = np.unique(experiment.columns["voltage"], return_inverse=True)
    latest = np.zeros(len(voltages))
    np.maximum.at(latest, place, measured)
    result = first_spike(_one_row_a_set(Rates, values), voltages, patience * latest, latest, 1.0)
    late = patience * latest * np.exp(_SILENT_SLOPE * (1.0 - result.closest))
    return _logarithmic(experiment, measured, np.where(np.isfinite(result.time), result.time, late)[:, place])


def _pulse_train(experiment: Experiment, values: Mapping[str, Array], patience: float) -> Rows:
    columns = experiment.columns
    counted, width, gap = columns["pulses_to_fire"], columns["pulse_width"], columns["gap"]
    most = np.ceil(patience * counted)
    result = first_spike(_one_row_a_set(Rates, values), columns["voltage"], width, gap, most)
    fired = np.isfinite(result.time)
    whole = np.where(fired, result.pulses - 1.0, 0.0)
    # a spike in pulse n comes after n - 1 whole pulses and a fraction of one; fractions keep the fit smooth
    part = np.where(fired, (np.where(fired, result.time, 0.0) - whole * (width + gap)) / width, 0.0)
    late = most * np.exp(_SILENT_SLOPE * (1.0 - result.closest))
    measured = np.maximum(counted - 0.5, 0.5)
    return _logarithmic(experiment, measured, np.where(fired, np.maximum(whole + part, 0.01), late))


def _firing_probability(experiment: Experiment, values: Mapping[str, Array]) -> Rows:
    columns = experiment.columns
    widths, counts = np.unique(columns["pulse_width"], return_counts=True)
    used = np.flatnonzero(columns["pulse_width"] == widths[np.argmax(counts)])
    voltage, measured = columns["voltage"][used], columns["probability"][used]
    predicted = firing_statistics.firing_probability(
        voltage, values["firing_median_voltage"][:, None], values["firing_voltage_spread"][:, None]
    )
    return Rows(
        experiment, used, measured, predicted, binomial_residuals(experiment, used, np.asarray(predicted))
    )


def binomial_residuals(experiment: Experiment, used: Array, predicted: Array) -> Array:
    """Deviations of firing probabilities, in units of the binomial standard deviation of their trials."""
    measured = experiment.columns["probability"][used]
    trials = experiment.column("trials", DEFAULT_TRIALS)[used]
    safe = np.clip(predicted, 1e-12, 1.0 - 1e-12)
    deviance = _entropy(measured, safe) + _entropy(1.0 - measured, 1.0 - safe)
    return np.asarray(np.sign(measured - safe) * np.sqrt(2.0 * trials * np.maximum(deviance, 0.0)))


def _entropy(measured: Array, predicted: Array) -> Array:
    return measured * np.log(np.where(measured > 0.0, measured, 1.0) / predicted)


def _spike_interval(experiment: Experiment, values: Mapping[str, Array]) -> Rows:
    columns = experiment.columns
    voltage, control = columns["voltage"], columns["control_resistance"]
    peak = equations.gate_peak_voltage(voltage, values["on_resistance"][:, None], control)
    reset = equations.refractory_time(
        control, values["gate_capacitance"][:, None], peak, values["rearm_fraction"][:, None] * voltage
    )
    period = experiment.column("stimulus_period", 0.0)
    # smooth maximum of the two
    predicted = np.power(np.power(np.maximum(reset, 1e-30), 4.0) + period**4, 0.25)
    return _logarithmic(experiment, columns["interval"], predicted)


def _paired_pulse(experiment: Experiment, values: Mapping[str, Array]) -> Rows:
    """Response to the second of two pulses, after all spikes of the first pulse."""
    columns = experiment.columns
    rates, reset = _one_row_a_set(Rates, values), _one_row_a_set(Reset, values)
    voltage, width, gap = columns["voltage"], columns["pulse_width"], columns["gap"]
    # rows with equal voltage and pulse length share their first pulse
    kinds, first, place = np.unique(
        np.stack([voltage, width]), axis=1, return_index=True, return_inverse=True
    )
    alone = pulse_response(rates, reset, kinds[0], kinds[1])
    place = place.ravel()
    time, closest = alone.time[:, place], alone.closest[:, place]
    after = Rested(*(values[:, place] for values in vars(alone.after).values()))
    fired = np.isfinite(time)
    start = np.where(fired, time, width)
    late = width * np.exp(_SILENT_SLOPE * (1.0 - closest))
    second = pulse_response(
        rates, reset, voltage, width, rested(rates, reset, after, gap), until_fired=True
    ).time
    predicted = np.where(fired, start - np.where(np.isfinite(second), second, width), 0.0)
    measured = columns["shortening"]
    error = _uncertainty(experiment) * (np.abs(measured) + 0.2 * float(np.max(np.abs(measured))))
    residuals = (predicted - measured) / error
    # the first integration of a kind of pulse counts once, even if many rows repeat it
    known = experiment.column("first_integration_time")
    stated = first[np.isfinite(known[first])]
    integration = np.log(np.where(fired, start, late)[:, stated] / known[stated])
    residuals = np.concatenate([residuals, integration / _uncertainty(experiment)[stated]], axis=1)
    every = np.arange(experiment.rows)
    return Rows(experiment, every, measured, predicted, residuals, np.concatenate([every, stated]))


def compliance_current(experiment: Experiment) -> Array:
    """Compliance of each row: as stated, or the largest current if many voltages give it, up to the highest one.

    A maximum of the current below the highest voltage is no compliance: so does a cell look that resets.
    """
    stated = experiment.column("compliance", np.inf)
    current, voltage = np.abs(experiment.columns["current"]), np.abs(experiment.columns["voltage"])
    largest = float(np.max(current))
    flat_rows = current >= AT_COMPLIANCE * largest
    wide = float(np.ptp(voltage[flat_rows])) > _FLAT_SPAN * float(np.max(voltage))
    signed = experiment.columns["voltage"]
    own = np.sign(signed) == np.sign(signed[int(np.argmax(current))])
    top = own & (voltage >= AT_COMPLIANCE * np.max(voltage[own]))
    lasts = float(np.max(current[top])) >= AT_COMPLIANCE * largest
    many = int(np.sum(flat_rows)) >= _FLAT_ROWS
    inferred = largest if many and wide and lasts else _plateau(voltage, current)
    return np.where(np.isfinite(stated), stated, inferred)


def _plateau(voltage: Array, current: Array) -> float:
    """Current of a plateau that hardly grows with voltage, even with scatter; infinite if there is none."""
    on = (current > _PLATEAU * float(np.max(current))) & (voltage > _SMALLEST_VOLTAGE)
    if np.sum(on) < _FLAT_ROWS:
        return np.inf
    levels, middle = np.log(voltage[on]), np.log(np.min(voltage[on]) * np.max(voltage[on])) / 2.0
    upper = levels >= middle
    if np.sum(upper) < _FLAT_ROWS or np.ptp(levels[upper]) < np.log1p(_FLAT_SPAN):
        return np.inf
    values = np.log(current[on][upper])
    # a cell that resets carries more on the way up than on the way back, as no compliance does
    if np.std(values) > _STEADY and few_changes(values - np.median(values)) < _RUNNING:
        return np.inf
    # a resistor has a slope of one
    flat = abs(float(np.polyfit(levels[upper], values, 1)[0])) < _FLAT_SLOPE
    return float(np.exp(np.median(values))) if flat else np.inf


def on_resistance_bound(experiment: Experiment) -> float | None:
    """Upper bound on the on-state resistance of a sweep whose on-state rows are all at compliance.

    Returns
    -------
    float or None
        Resistance [ohm]; None if a row shows the on state below compliance.
    """
    voltage, current = np.abs(experiment.columns["voltage"]), np.abs(experiment.columns["current"])
    driven = (voltage > _SMALLEST_VOLTAGE) & (current > 0.0)
    conductance = np.where(driven, current / np.where(driven, voltage, 1.0), 0.0)
    limited = current >= AT_COMPLIANCE * compliance_current(experiment)
    best = float(np.max(conductance, initial=0.0))
    if not np.any(limited & driven) or np.max(conductance[~limited], initial=0.0) >= _ON_STATE * best:
        return None
    return 1.0 / best


def _swept(
    experiment: Experiment,
    compliance: Array,
    values: Mapping[str, Array],
    conduction_length: float,
    share: float,
) -> Array:
    """Current of all rows, one row a parameter set; every cycle starts from an empty device, so all run at once."""
    cycle = experiment.column("cycle", 0.0)
    starts = np.flatnonzero(np.append(True, cycle[1:] != cycle[:-1]))
    rows = np.diff(np.append(starts, experiment.rows))
    # a cycle that is over stays at its last row
    place = starts + np.minimum(np.arange(int(np.max(rows)))[:, None], rows - 1)
    level, limit = experiment.columns["voltage"][place], compliance[place]
    lengths = np.diff(experiment.columns["time"][place], axis=0)
    # full arrays: broadcasting small ones costs more than the arithmetic
    one = {name: np.repeat(value[:, None], len(starts), axis=1) for name, value in values.items()}
    rates = Rates(**{field.name: one[field.name] for field in fields(Rates)})
    fastest = float(np.median(rates.filament_decay + rates.residue_rate))
    filament = residue = np.zeros((len(one["field_mobility"]), len(starts)))
    predicted = np.zeros((len(filament), experiment.rows))
    # state of each set up to which no compliance takes voltage from the device
    states = np.linspace(0.0, 1.0, _STATES)
    of_sets = {name: value[:, None] for name, value in values.items()}
    acts = np.min(limit) * _resistance(of_sets, states, conduction_length) < np.max(level)
    first = np.where(acts.any(axis=1), np.argmax(acts, axis=1), _STATES)
    # a point of the grid earlier acts nowhere, below the first nothing is known
    unlimited = np.where(first > 0, states[np.clip(first - 1, 0, _STATES - 1)], -1.0)[:, None]
    still = int(np.clip(_SUBSTEPS_OF_A_CYCLE // len(place), _STILL_SUBSTEPS, _MOST_SUBSTEPS))
    least, most = (max(2, round(parts * share)) for parts in (_LEAST_SUBSTEPS, _MOST_SUBSTEPS))
    other = np.append(True, ~np.all(np.isclose(lengths[1:], lengths[:-1], rtol=1e-9, atol=0.0), axis=1))
    steps: dict[int, Step] = {}
    state = filament
    for row in range(len(place)):
        if row:
            length = lengths[row - 1]
            parts = int(np.clip(np.ceil(4.0 * share * float(np.max(length)) * fastest), least, most))
            before, state = state, filament + residue
            if np.max(np.abs(state - before)) < _STILL:
                parts = min(parts, still)
            if other[row - 1]:
                steps.clear()
            if parts not in steps:
                steps[parts] = Step.of(rates, np.broadcast_to(length / parts, filament.shape))
            step = steps[parts]
            shares = (np.arange(parts) + 0.5)[:, None] / parts
            ramp = np.maximum(level[row - 1] + (level[row] - level[row - 1]) * shares, 0.0)
            for driven in ramp:
                closed = filament + residue
                across = driven
                if (closed > unlimited).any():
                    across = np.minimum(driven, limit[row] * _resistance(one, closed, conduction_length))
                grown, left = step.move(one["field_mobility"] * across, filament, residue)
                residue = np.minimum(left, 1.0)
                filament = np.minimum(grown, 1.0 - residue)
        resistance = _resistance(one, filament + residue, conduction_length)
        predicted[:, place[row]] = np.minimum(np.abs(level[row]) / resistance, limit[row])
    return predicted


def _resistance(values: Mapping[str, Array], closed: Array, conduction_length: float) -> Array:
    limited = np.minimum(closed, 1.0)
    return np.asarray(
        filament_conduction.memristor_resistance(
            limited, values["on_resistance"], values["off_resistance"], conduction_length
        )
    )


_TIMES = {"integration_time": _integration_time, "pulse_train": _pulse_train}
"""Experiments where a device may stay silent."""
_PREDICTIONS = {
    "firing_probability": _firing_probability,
    "spike_interval": _spike_interval,
    "paired_pulse": _paired_pulse,
}
RATE_EXPERIMENTS = (*_TIMES, *_PREDICTIONS, "current_voltage")
"""Experiments that the rate equations of a diffusive neuron predict."""
