"""Volatile threshold switches of any mechanism: diffusive, ovonic, vanadium oxide and niobium oxide."""

from collections.abc import Mapping, Sequence

import numpy as np

from neuroest.core.units import format_quantity
from neuroest.dynamics.in_time import Array
from neuroest.equations import device_curves, firing_statistics, threshold_switches
from neuroest.fitting.laws.base import Columns, Completion, Family, Law, LawFit, Values, described
from neuroest.fitting.laws.curve import CurveLaw
from neuroest.fitting.laws.traces import SweepLaw, TraceLaw

_EXPONENTS = frozenset({"amplitude_exponent", "width_exponent"})
"""Unknowns of a relaxation that may be negative."""
_SHARE_OF_FLOOR = 0.5
"""Starting value of the delay floor, as a share of the shortest delay; numerical."""
_OPEN = 1e15
"""Resistance of a switch without leakage."""
_MUCH_LESS = 0.2
"""Largest on-resistance, as a share of the series resistor, that counts as small; the same as in the block."""
_ABOVE = 0.3
"""Margin of the chosen supply above the threshold, relative to the threshold."""
_WINDOW = 0.1
"""Minimum distance, in decades, of a chosen series resistor from the ends of its window."""


def _middle(values: Array) -> float:
    return float(np.exp(np.mean(np.log(values))))


class _DelayLaw(CurveLaw):
    """A delay that depends on the voltage."""

    def numbers(self, values: Values) -> Values:
        """The voltage over which the delay changes by e, and the delay at none or without limit of it."""
        steepness, exponent = values["delay_steepness"], values["delay_exponent"]
        return {
            **values,
            "scale": values["reference_voltage"] * steepness**-exponent,
            "zero": values["switching_delay"] * np.exp(exponent * steepness),
        }


def _delay_law(name: str, exponent: float, floor: bool) -> CurveLaw:
    """A delay law with or without a floor."""

    def settings(columns: Columns) -> dict[str, float]:
        voltage = columns["voltage"]
        return {
            "reference_voltage": float(f"{_middle(np.unique(voltage)):.2g}"), "delay_exponent": exponent,
            "lowest_delay_voltage": float(np.min(voltage)), "highest_delay_voltage": float(np.max(voltage)),
        }  # fmt: skip

    def predict(columns: Columns, values: Mapping[str, Array]) -> Array:
        return np.asarray(
            device_curves.switching_delay(
                columns["voltage"], values["reference_voltage"], values["switching_delay"], values["delay_steepness"],
                values["delay_exponent"], values.get("delay_floor", np.zeros(())),
            )
        )  # fmt: skip

    def start(columns: Columns, result: Array) -> Values:
        reference = settings(columns)["reference_voltage"]
        least = _SHARE_OF_FLOOR * float(np.min(result)) if floor else 0.0
        slope, level = np.polyfit(np.log(columns["voltage"] / reference), np.log(result - least), 1)
        found = {"switching_delay": float(np.exp(level)), "delay_steepness": max(0.1, -float(slope))}
        return {**found, "delay_floor": least} if floor else found

    return _DelayLaw(*described(f"{name}_floor" if floor else name), predict, start, settings)


def _period(columns: Columns, values: Mapping[str, Array]) -> Array:
    charge = threshold_switches.switch_charge_time(
        columns["control_resistance"], _OPEN, columns["capacitance"], columns["voltage"],
        values["threshold_voltage"], values["hold_voltage"],
    )  # fmt: skip
    # values that never fire give a large but finite residual
    return np.where(np.isfinite(charge), charge, 1e6 * columns["interval"])


def _chance_start(columns: Columns, result: Array) -> Values:
    order = np.argsort(columns["voltage"])
    middle = float(np.interp(0.5, np.maximum.accumulate(result[order]), columns["voltage"][order]))
    spread = max(0.02 * middle, float(np.ptp(columns["voltage"])) / 4.0)
    return {"threshold_voltage": middle, "threshold_spread": spread}


LAWS: tuple[Law, ...] = (
    *(
        _delay_law(name, exponent, floor)
        for floor in (False, True)
        for name, exponent in (("delay_exponential", 1.0), ("delay_power", 0.0), ("delay_inverse", -1.0))
    ),
    *(
        CurveLaw(
            *described(f"relaxation_{name}"),
            lambda columns, values: device_curves.relaxation_after_pulse(
                columns["voltage"], columns["pulse_width"], values["reference_amplitude"], values["reference_width"],
                values["relaxation_time"], values.get("amplitude_exponent", 0.0), values.get("width_exponent", 0.0),
            ),
            lambda _columns, result: {"relaxation_time": _middle(result), **dict.fromkeys(_EXPONENTS, 0.1)},
            lambda columns: {
                "reference_amplitude": _middle(np.unique(columns["voltage"])),
                "reference_width": _middle(np.unique(columns["pulse_width"])),
            },
            _EXPONENTS, constant=name == "constant",
        )
        for name in ("constant", "amplitude", "width", "pulse")
    ),
    CurveLaw(
        *described("area_capacitor"),
        lambda columns, values: device_curves.capacitance_of_area(
            columns["area"], values["capacitance_density"], values["parasitic_capacitance"]
        ),
        lambda columns, result: {
            "capacitance_density": float(np.median(result / columns["area"])),
            "parasitic_capacitance": 0.1 * float(np.min(result)),
        },
    ),
    CurveLaw(
        *described("oscillation"), _period,
        lambda columns, _result: {
            "threshold_voltage": 0.8 * float(np.min(columns["voltage"])),
            "hold_voltage": 0.3 * float(np.min(columns["voltage"])),
        },
    ),
    CurveLaw(
        *described("transition"),
        # not below the hottest row, where the device still switched
        lambda columns, values: values["threshold_voltage"] * threshold_switches.transition_voltage_factor(
            columns["temperature"], values["transition_temperature"], values["reference_temperature"]
        ),
        lambda columns, result: {
            "threshold_voltage": float(np.max(result)),
            "transition_temperature": 1.1 * float(np.max(columns["temperature"])),
        },
        lambda columns: {"reference_temperature": float(np.min(columns["temperature"]))},
    ),
    CurveLaw(
        *described("athermal"), lambda columns, values: values["threshold_voltage"] + 0.0 * columns["temperature"],
        lambda _columns, result: {"threshold_voltage": _middle(result)}, constant=True,
    ),
    CurveLaw(
        *described("threshold_scatter"),
        lambda columns, values: firing_statistics.firing_probability(
            columns["voltage"], values["threshold_voltage"], values["threshold_spread"]
        ),
        _chance_start,
    ),
    SweepLaw(*described("hysteresis")),
    TraceLaw(*described("trace")),
)  # fmt: skip
"""Models of threshold switches that can be fitted."""


def _window(values: Values, supply: float, threshold: float, hold: float, hold_current: float) -> float:
    """The series resistor closest to the given one for which the switch opens and closes."""
    least = float(threshold_switches.limiting_series_resistance(supply, hold, hold_current))
    high = float(
        threshold_switches.limiting_series_resistance(supply, threshold, threshold / values["off_resistance"])
    )
    low = max(least, values["on_resistance"] / _MUCH_LESS)
    if not low < high:
        low = (
            least  # a switch of a small ratio oscillates with a resistor that is not much larger than itself
        )
    if not 0.0 < low < high:
        return values["series_resistance"]
    margin = min(10.0**_WINDOW, (high / low) ** (1.0 / 2.0))
    return float(np.clip(values["series_resistance"], low * margin, high / margin))


def _least_supply(threshold: float, off_resistance: float, hold: float, hold_current: float) -> float:
    """Supply from which on a series resistor, with a margin, lets the switch turn on and off. [V].

    The resistor must carry the leakage at the threshold and less than the hold current at the hold voltage. If the
    leakage is nearly as large as the hold current, no supply does both, and only the threshold counts.
    """
    least, margin, leakage = threshold * (1.0 + _ABOVE), _margin(), threshold / off_resistance
    if hold_current <= margin * leakage:
        return least
    opens = off_resistance - margin * hold / hold_current
    return max(least, opens / (1.0 / leakage - margin / hold_current))


def _completed(values: Values, found: Mapping[str, LawFit]) -> dict[str, Completion]:
    """Supply, resistor and other values that must be consistent with the fitted ones."""
    done: dict[str, Completion] = {}
    threshold, hold, supply = (values[f"{name}_voltage"] for name in ("threshold", "hold", "supply"))
    delay = found.get("switching_delay")
    ratio = hold / threshold
    if "threshold_voltage" not in found and delay is not None:
        threshold = delay.settings["lowest_delay_voltage"]
        done["threshold_voltage"] = Completion(
            threshold, "The switch turned on at this voltage, so its threshold is no higher", threshold / 2.0
        )
    if "hold_voltage" not in found and (done.get("threshold_voltage") or "threshold_voltage" in found):
        hold = ratio * threshold
        done["hold_voltage"] = Completion(
            hold, "Same share of the threshold as in the spec of --from or its default", hold / 2.0
        )
    current = values["hold_current"]
    if "hold_current" not in found and {"hold_voltage", "on_resistance"} & (found.keys() | done.keys()):
        current = hold / values["on_resistance"]
        done["hold_current"] = Completion(current, "Hold voltage over on-resistance")
    if delay is not None:
        low, high = (
            max(threshold, delay.settings["lowest_delay_voltage"]),
            delay.settings["highest_delay_voltage"],
        )
        if low < high and not low < supply <= high:
            supply = float(np.sqrt(low * high))
            done["supply_voltage"] = Completion(
                float(f"{supply:.2g}") if low < float(f"{supply:.2g}") <= high else supply,
                "A designer's choice: the middle of the voltages at which the delay was measured",
                chosen=True,
            )
            supply = done["supply_voltage"].value
    elif "threshold_voltage" in found:
        least = _least_supply(threshold, values["off_resistance"], hold, current)
        if supply < least:
            supply = least
            done["supply_voltage"] = Completion(
                supply,
                "A designer's choice: above the threshold, so that the switch can turn on and off",
                chosen=True,
            )
    resistor = _window(values, supply, threshold, hold, current)
    if resistor != values["series_resistance"]:
        done["series_resistance"] = Completion(
            resistor,
            "A designer's choice: within the window in which this switch opens and closes again",
            chosen=True,
        )
    return done


def _cautions(values: Values, fits: Sequence[LawFit]) -> tuple[str, ...]:
    """A switch without a measured delay counts as a switch without delay, and one that leaks cannot turn off."""
    found = []
    if not (values.get("switching_delay", 0.0) or values.get("delay_floor", 0.0)):
        found.append(
            "no curve shows the delay of the switch, so a chip with it is taken to fire at the threshold at once; "
            "measure the delay against the voltage, since the columns conduct for as long"
        )
    leakage, hold_current = values["threshold_voltage"] / values["off_resistance"], values["hold_current"]
    measured = {name for fit in fits for name in fit.values}
    if {"off_resistance", "hold_current"} <= measured and hold_current < _margin() * leakage:
        found.append(
            f"the hold current of {format_quantity(hold_current, 'A')} is hardly above the leakage of "
            f"{format_quantity(leakage, 'A')} at the threshold, so no resistor lets the switch turn on and off; "
            "measure a smaller, cooler or less conducting device"
        )
    return tuple(found)


def _margin() -> float:
    """Least ratio of the largest and smallest series resistor that counts as a window."""
    return float(10.0 ** (2.0 * _WINDOW))


FAMILY = Family("threshold_switch_neuron", "switch_generic_28nm", _completed, _cautions)
