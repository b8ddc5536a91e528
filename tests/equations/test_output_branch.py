"""Arguments for the contracts of its equations, which `test_diffusive_neuron.py` tests."""

from __future__ import annotations

_CHARGED = {"gate_capacitance": 10e-12, "gate_peak_voltage": 0.8}
SAMPLES: dict[str, dict[str, float]] = {
    "output_pulse_duration": _CHARGED
    | {"high_time": 1e-3, "control_resistance": 250e6, "output_threshold": 0.2},
    "output_branch_energy": {
        "supply_voltage": 0.5,
        "load_resistance": 47e3,
        "transistor_on_resistance": 1e3,
        "output_pulse_duration": 3.5e-3,
    },
    "output_load_energy": {"load_capacitance": 1e-12, "supply_voltage": 0.5},
    "output_swing": {"supply_voltage": 0.5, "load_resistance": 47e3, "transistor_on_resistance": 3e3},
    "unbuffered_load_limit": {
        "output_pulse_duration": 3.5e-3,
        "load_resistance": 47e3,
        "time_constants": 3.0,
    },
    "slow_edge_energy": {"edge_time": 1e-6, "peak_current": 1e-6, "supply_voltage": 0.9},
}
