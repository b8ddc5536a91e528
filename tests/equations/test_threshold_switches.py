"""Arguments for the contracts of its equations, which `test_neurons.py` tests."""

from __future__ import annotations

_SWITCH = {"supply_voltage": 1.2, "threshold_voltage": 0.9, "hold_voltage": 0.3}
SAMPLES: dict[str, dict[str, float]] = {
    "switch_charge_time": _SWITCH | {"series_resistance": 100e3, "off_resistance": 2e6, "capacitance": 1e-12},
    "switch_time_constant": {"series_resistance": 100e3, "off_resistance": 2e6, "capacitance": 1e-12},
    "switch_final_voltage": {"series_resistance": 100e3, "off_resistance": 2e6, "supply_voltage": 1.2},
    "switch_discharge_time": {
        "on_resistance": 5e3,
        "capacitance": 1e-12,
        "threshold_voltage": 0.9,
        "hold_voltage": 0.3,
    },
    "switch_rest_voltage": {
        "hold_voltage": 0.3,
        "relaxation_time": 5e-9,
        "on_resistance": 5e3,
        "capacitance": 1e-12,
    },
    "switch_recharge_energy": _SWITCH | {"capacitance": 1e-12},
    "switch_discharge_energy": {
        "supply_voltage": 1.2,
        "series_resistance": 100e3,
        "on_resistance": 5e3,
        "discharge_time": 5.5e-9,
    },
    "switch_leakage_energy": {
        "supply_voltage": 1.2,
        "threshold_voltage": 0.9,
        "off_resistance": 10e6,
        "charge_time": 110e-9,
    },
    "limiting_series_resistance": {"supply_voltage": 1.2, "switch_voltage": 0.3, "switch_current": 60e-6},
    "transition_voltage_factor": {
        "temperature": 320.0,
        "transition_temperature": 340.0,
        "reference_temperature": 300.0,
    },
    "switch_neuron_area": {
        "switch_area": 1e-12,
        "transistor_area": 0.3e-12,
        "capacitance": 1e-12,
        "capacitance_density": 2e-3,
    },
}
