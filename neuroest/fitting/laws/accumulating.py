"""Devices that accumulate pulses: phase-change cells and ferroelectric transistors."""

from collections.abc import Mapping

import numpy as np

from neuroest.dynamics.in_time import Array
from neuroest.equations import accumulating as equations
from neuroest.fitting.laws.base import Columns, Completion, Family, Law, LawFit, Values, described
from neuroest.fitting.laws.curve import CurveLaw

_ACTIVATION = 5.0
"""Starting value of the activation voltage, relative to the largest amplitude."""


def _film(columns: Columns, values: Mapping[str, Array]) -> Array:
    """Mean number of pulses until the film has switched; the search needs a smooth count."""
    time = equations.ferroelectric_switching_time(
        columns["voltage"], values["activation_voltage"], values["field_exponent"], values["attempt_time"]
    )
    return np.asarray(np.maximum(time / columns["pulse_width"] + 1.0 / 2.0, 1.0))


def _film_start(columns: Columns, result: Array) -> Values:
    voltage = columns["voltage"]
    activation = _ACTIVATION * float(np.max(voltage))
    total = np.log(result * columns["pulse_width"])
    return {
        "activation_voltage": activation, "field_exponent": 1.0,
        "attempt_time": float(np.exp(np.mean(total - activation / voltage))),
    }  # fmt: skip


LAWS: tuple[Law, ...] = (
    CurveLaw(
        *described("crystallisation"),
        lambda columns, values: values["first_conductance"] + values["conductance_step"] * columns["pulse"],
        lambda columns, result: {
            "conductance_step": max(float(np.polyfit(columns["pulse"], result, 1)[0]), 1e-3 * float(np.max(result))),
            "first_conductance": float(np.min(result)),
        },
        lambda columns: {
            "highest": float(np.max(columns["conductance"])), "lowest": float(np.min(columns["conductance"])),
        },
    ),
    CurveLaw(*described("merz"), _film, _film_start, lambda _columns: {"field_exponent": 1.0}),
    CurveLaw(*described("nucleation"), _film, _film_start),
)  # fmt: skip
"""Models of accumulating devices that can be fitted."""


def _threshold(values: Values, found: Mapping[str, LawFit]) -> dict[str, Completion]:
    """A threshold that the curve reaches, but only after the given pulses."""
    fit = found.get("conductance_step")
    if fit is None or fit.settings["lowest"] < values["threshold_conductance"] <= fit.settings["highest"]:
        return {}
    return {
        "threshold_conductance": Completion(
            fit.settings["highest"], "A designer's choice: the highest conductance of the curve", chosen=True
        )
    }


def _field(values: Values, found: Mapping[str, LawFit]) -> dict[str, Completion]:
    """Activation field for the film thickness of the template."""
    fit = found.get("attempt_time")
    if fit is None:
        return {}
    field = equations.film_field(
        fit.values["activation_voltage"], values["film_share"], values["film_thickness"]
    )
    why = "Activation voltage of the fit, times the share across the film over its thickness, as the spec has them"
    return {"activation_field": Completion(float(field), why, factor=fit.factor("activation_voltage"),
                                           follows="activation_voltage")}  # fmt: skip


FAMILIES = (
    Family("phase_change_neuron", "phase_change_accumulating", _threshold),
    Family("ferroelectric_neuron", "ferroelectric_accumulating", _field),
)
