"""State after a pulse during which the neuron may fire repeatedly, for many devices at once.

The rate equations are the same as in `compact`, with rupture, without noise, and with individual steps per device. A
complete filament persists until the gate is so close to the input that the field no longer sustains it. Then it
ruptures, and the next one grows as the gate discharges. The result is smooth in all parameters except for the last
spike of a pulse.
"""

from typing import Any

import numpy as np

from neuroest.core.frozen import frozen_dataclass
from neuroest.dynamics.first_spike import Rates, decayed, move, step_length
from neuroest.dynamics.stimulus import Array

_STEPS_PER_RELEASE = 12.0
_QUIET = 1e-3
"""Share of the input below which a charge left on the gate no longer limits the step."""
_MOST_ROUNDS = 100_000


@frozen_dataclass
class Reset:
    """Currents that discharge and charge the gate; arrays of one shape or numbers."""

    on_resistance: Any
    control_resistance: Any
    gate_capacitance: Any


@frozen_dataclass
class Rested:
    """Filament, residue and gate voltage of each device between two pulses."""

    filament: Any = 0.0
    residue: Any = 0.0
    gate: Any = 0.0


@frozen_dataclass
class PulseResponse:
    """Activity of a device in one pulse.

    Attributes
    ----------
    time : ndarray
        Time from the edge of the pulse to the first spike; infinite where none came. [s]
    switches : ndarray
        Number of completed filaments. The output has fewer spikes if its gate does not discharge in between.
    closest : ndarray
        Largest sum of filament and residue before the first spike, 1 where the device fired.
    after : Rested
        State at the end of the pulse, its filament ruptured where it was complete.
    """

    time: Array
    switches: Array
    closest: Array
    after: Rested


def pulse_response(
    rates: Rates,
    reset: Reset,
    level: Any,
    width: Any,
    start: Rested | None = None,
    *,
    until_fired: bool = False,
) -> PulseResponse:
    """One pulse of a constant level, with every spike that fits into it.

    Parameters
    ----------
    rates, reset : Rates, Reset
        Each device.
    level, width : float or ndarray
        Voltage and length of the pulse. [V], [s]
    start : Rested, optional
        State before the pulse; empty by default.
    until_fired : bool
        Whether a device may stop at its first spike.
    """
    start = start or Rested()
    records = (vars(rates), vars(reset), vars(start))
    given = (*(value for record in records for value in record.values()), level, width)
    shape = np.broadcast_shapes(*(np.shape(v) for v in given))
    flat = [np.array(np.broadcast_to(np.asarray(v, dtype=float), shape).ravel()) for v in given]
    r, circuit = Rates(*flat[:5]), Reset(*flat[5:8])
    filament, residue, gate, voltage, left = flat[8:]
    on = left.copy()
    first, switches = np.full(len(on), np.inf), np.zeros(len(on))
    closest = np.minimum(filament + residue, 1.0)
    active = np.flatnonzero(left > 0.0)
    for _ in range(_MOST_ROUNDS):
        if not len(active):
            break
        a, part = active, Rates(*(v[active] for v in vars(r).values()))
        release = circuit.control_resistance[a] * circuit.gate_capacitance[a]
        charged = gate[a] > _QUIET * voltage[a]
        # early steps of a pulse are short; the share of the pulse that has passed counts from its last spike on
        step = step_length(part, part.field_mobility * voltage[a], filament[a], residue[a], left[a], on[a])
        step = np.where(charged, np.minimum(step, release / _STEPS_PER_RELEASE), step)
        drive = part.field_mobility * np.maximum(voltage[a] - gate[a] * np.exp(-0.5 * step / release), 0.0)
        grown, rest = move(part, drive, filament[a], residue[a], step)
        total, before = grown + rest, filament[a] + residue[a]
        done = total >= 1.0
        share = np.clip(np.where(done, (1.0 - before) / np.where(done, total - before, 1.0), 1.0), 0.0, 1.0)
        left[a] -= step * share
        first[a] = np.where(done & np.isinf(first[a]), on[a] - left[a], first[a])
        switches[a] += done
        filament[a], residue[a] = grown, rest
        gate[a] *= np.exp(-step * share / release)
        closest[a] = np.maximum(closest[a], np.minimum(total, 1.0))
        fired = a[done]
        if len(fired):
            _hold(r, circuit, fired, filament, residue, gate, voltage, left)
        ended = left[a] <= 1e-12 * on[a]
        active = a[~(ended | (done if until_fired else False))]
    after = Rested(filament.reshape(shape), residue.reshape(shape), gate.reshape(shape))
    return PulseResponse(first.reshape(shape), switches.reshape(shape), closest.reshape(shape), after)


def _hold(
    r: Rates, circuit: Reset, fired: Array, filament: Array, residue: Array, gate: Array, voltage: Array, left: Array
) -> None:  # fmt: skip
    """The complete filament charges the gate until the field that sustains it vanishes, then ruptures."""
    on, control = circuit.on_resistance[fired], circuit.control_resistance[fired]
    kept = 1.0 - np.minimum(residue[fired], 1.0)
    settling = r.filament_decay[fired] + r.residue_rate[fired]
    final = voltage[fired] * control / (on + control)
    let_go = voltage[fired] - settling * kept * r.field_offset[fired] / r.field_mobility[fired]
    reaches = (final > let_go) & (let_go > gate[fired])
    ratio = np.where(reaches, (final - gate[fired]) / np.where(reaches, final - let_go, 1.0), np.inf)
    ratio = np.where(let_go <= gate[fired], 1.0, ratio)
    constant = circuit.gate_capacitance[fired] * on * control / (on + control)
    spent = np.minimum(constant * np.log(ratio), left[fired])
    gate[fired] = final + (gate[fired] - final) * np.exp(-spent / constant)
    grown = spent * (r.residue_rate[fired] * kept - r.residue_decay[fired] * residue[fired])
    residue[fired] = np.clip(residue[fired] + grown, 0.0, 1.0)
    filament[fired] = 0.0
    left[fired] -= spent


def rested(rates: Rates, reset: Reset, state: Rested, gap: Any) -> Rested:
    """The state after a gap without input: exact."""
    filament, residue = decayed(rates, state.filament, state.residue, gap)
    gate = state.gate * np.exp(-gap / (reset.control_resistance * reset.gate_capacitance))
    return Rested(filament, residue, gate)
