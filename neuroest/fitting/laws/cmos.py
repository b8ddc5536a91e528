"""Fit CMOS neurons to their f-I curve.

Rows without a spike count: a law that fires at such a current is wrong there.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.dynamics.in_time import Array
from neuroest.equations import device_curves
from neuroest.equations import neurons as equations
from neuroest.fitting.laws.base import Columns, Completion, Family, Law, LawFit, Values, described
from neuroest.fitting.laws.curve import CurveLaw

_LEAK = 3.0
"""Smallest current that fires, relative to the starting value of the rheobase."""


def _rate(columns: Columns, values: Mapping[str, Array]) -> Array:
    current, charge = columns["current"], values["threshold_charge"]
    dead = values.get("refractory_time", np.zeros(()))
    if "memory_time" in values:
        tau = values["memory_time"]
        return np.asarray(device_curves.leaky_firing_rate(current, charge / tau, tau, dead))
    # charge for a threshold of one volt
    return np.asarray(1.0 / (dead + 1.0 / equations.integrator_maximum_rate(current, charge, 1.0)))


def _start(columns: Columns, result: Array) -> Values:
    driven = (columns["current"] > 0.0) & (result > 0.0)
    if not np.any(driven):
        raise NeuroestError("no row of firing_rate has a current and a rate above zero")
    current = columns["current"][driven]
    charge = float(np.median(current / result[driven]))
    return {
        "threshold_charge": charge, "memory_time": _LEAK * charge / float(np.min(current)),
        "refractory_time": 0.1 / float(np.max(result)),
    }  # fmt: skip


LAWS: tuple[Law, ...] = tuple(
    CurveLaw(
        *described(name), _rate, _start,
        lambda columns: {"maximum_input_current": float(np.max(columns["current"]))}, silent_rows=True,
    )
    for name in ("rate_linear", "rate_refractory", "rate_leaky", "rate_leaky_refractory")
)  # fmt: skip
"""Models of integrate-and-fire neurons that can be fitted."""


def _capacitor(values: Values, found: Mapping[str, LawFit]) -> dict[str, Completion]:
    """The curve determines only the charge per spike: capacitance times threshold."""
    fit = found.get("maximum_input_current")
    if fit is None:
        return {}
    why = "Charge of a spike over the threshold voltage of the spec; an f-I curve has their product alone"
    charge, factor = fit.values["threshold_charge"], fit.factor("threshold_charge")
    return {"membrane_capacitance": Completion(charge / values["threshold_voltage"], why, factor=factor,
                                               follows="threshold_charge")}  # fmt: skip


def _cautions(_values: Values, _fits: Sequence[LawFit]) -> tuple[str, ...]:
    """An f-I curve shows rates, not the circuit that fires."""
    why = (
        "an f-I curve fits any neuron that integrates; energies, area and supply are those of the CMOS neuron of the "
        "spec, so do not call another device one (a threshold switch is fitted to sweeps, delays or oscillations)"
    )
    return (why,)


FAMILY = Family("analog_lif", "lif_28nm_circuit", _capacitor, _cautions)
