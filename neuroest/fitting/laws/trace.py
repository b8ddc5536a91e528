"""Read the voltage of a firing neuron over time: intervals, threshold, amplitude, and the charge of a spike."""

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import format_quantity
from neuroest.dynamics.stimulus import Array
from neuroest.fitting.laws.base import Law, LawFit
from neuroest.fitting.laws.sweep import Seen
from neuroest.fitting.layouts import Experiment
from neuroest.fitting.predictions import Rows

_LOW, _HIGH = 0.3, 0.7
"""Shares of the range of the voltage that a spike passes; a convention."""
_END = 0.02
"""Share of the readings beyond either end of the range, which are noise."""
_ABOVE_NOISE = 6.0
"""Smallest range of the voltage over the median step from reading to reading."""
_PASSES_ZERO = 0.1
"""Share of the maxima by which minima of the other sign show that the voltage is a drive; a convention."""
_ALIKE = 0.2
"""Difference of the times up and down, as a share of the interval, below which a trace may be its own drive."""
_FEWEST = 3
"""Minimum number of spikes."""


@frozen_dataclass
class TraceLaw(Law):
    """Maxima and minima of the node of a relaxation oscillator: threshold and hold voltage of its switch."""

    def fit(self, experiment: Experiment) -> LawFit:
        """Find the spikes, then their maxima, minima and intervals."""
        time, voltage = experiment.columns["time"], experiment.columns["voltage"]
        tops, bottoms = _extremes(voltage)
        if len(tops) <= _FEWEST:
            # a record may begin before the drive, whose step is larger than a spike
            later = len(voltage) // 2
            tops, bottoms = (rows + later for rows in _extremes(voltage[later:]))
        if len(tops) < _FEWEST + 1:
            raise NeuroestError(
                f"voltage_trace: {len(tops)} spikes above the noise, {_FEWEST + 1} are needed; record more periods, or "
                "state intervals as spike_interval or oscillation"
            )
        if float(np.median(voltage[bottoms])) < -_PASSES_ZERO * float(np.median(voltage[tops])):
            raise NeuroestError(
                "voltage_trace: the voltage passes zero in every period, so this is a drive and not the node of a "
                "neuron; a drive with the current through the device is a sweep (voltage, current)"
            )
        charging = float(np.median(time[tops[1:]] - time[bottoms[: len(tops) - 1]]))
        interval = np.diff(time[tops])
        if 2.0 * charging < float(np.median(interval)):
            raise NeuroestError(
                f"voltage_trace: {len(tops)} spikes every {format_quantity(float(np.median(interval)), 's')} rise "
                "faster than they fall, so this is not the node of a threshold switch that charges; state the "
                "intervals as spike_interval, or the rates as firing_rate"
            )
        seen = {"threshold_voltage": Seen(), "hold_voltage": Seen(), "spike_interval": Seen()}
        device = experiment.column("device", -1.0)
        found = {
            "threshold_voltage": voltage[tops],
            "hold_voltage": voltage[bottoms],
            "spike_interval": interval,
        }
        for name, column in found.items():
            for amplitude, row in zip(np.abs(column), tops, strict=False):
                seen[name].add(float(amplitude), float(device[row]))
        known = {name: part.known() for name, part in seen.items()}
        values = {name: value for name, (value, _, _) in known.items()}
        deviations = {name: deviation for name, (_, deviation, _) in known.items()}
        freedoms = {name: freedom for name, (_, _, freedom) in known.items()}
        free = float(len(tops) - 1)
        values["threshold_spread"] = max(float(np.std(voltage[tops], ddof=1)), np.finfo(float).tiny)
        deviations["threshold_spread"], freedoms["threshold_spread"] = 1.0 / np.sqrt(2.0 * free), free
        settings = {}
        capacitance = experiment.column("capacitance")
        if np.any(np.isfinite(capacitance)):
            swing = values["threshold_voltage"] - values["hold_voltage"]
            settings["spike_charge"] = float(np.nanmedian(capacitance)) * swing
        spread = float(np.std(interval) / np.mean(interval))
        alike = abs(2.0 * charging / float(np.median(interval)) - 1.0) < _ALIKE
        why = "it rises as slowly as it falls, as a drive does too, or a node behind a slow amplifier"
        notes = (
            f"{len(tops)} spikes; their intervals scatter by {100.0 * spread:.2g} %",
            "a node at the input of an instrument has its capacitance too, and a limited bandwidth cuts the maxima",
        )
        predicted = np.full((1, len(tops)), values["threshold_voltage"])
        residual = np.log(predicted / np.abs(voltage[tops])) / experiment.layout.error
        return LawFit(
            law=self, values=values, settings=settings, deviations=deviations, freedoms=freedoms, notes=notes,
            rows=Rows(experiment, tops, np.abs(voltage[tops]), predicted, residual), conditions=len(tops),
            correlation=np.eye(len(values)), reservations=(("", why),) if alike else (),
        )  # fmt: skip


def _extremes(voltage: Array) -> tuple[Array, Array]:
    """Rows of the maxima of the spikes, and of the minimum before the next one; whole periods only."""
    bottom, top = np.quantile(voltage, (_END, 1.0 - _END))
    nothing = np.zeros(0, dtype=int)
    if top - bottom < _ABOVE_NOISE * float(np.median(np.abs(np.diff(voltage)))):
        return nothing, nothing
    share = (voltage - bottom) / (top - bottom)
    # a state machine with hysteresis, so that noise at one level is no spike
    level = np.where(share > _HIGH, 1.0, np.where(share < _LOW, -1.0, 0.0))
    last = np.maximum.accumulate(np.where(level != 0.0, np.arange(len(level)), 0))
    high = level[last] > 0.0
    edges = np.flatnonzero(np.diff(high.astype(int)))
    parts = list(zip(edges[:-1] + 1, edges[1:] + 1, strict=True))
    tops = [first + int(np.argmax(voltage[first:end])) for first, end in parts if high[first]]
    bottoms = [first + int(np.argmin(voltage[first:end])) for first, end in parts if not high[first]]
    bottoms = [row for row in bottoms if tops and row > tops[0]]
    return np.array(tops, dtype=int), np.array(bottoms, dtype=int)
