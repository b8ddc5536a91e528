"""Arguments for the contracts of its equations, which `test_network.py` tests."""

from __future__ import annotations

SAMPLES: dict[str, dict[str, float]] = {
    "wire_energy_per_bit_length": {
        "charging_probability": 0.25,
        "repeater_factor": 1.5,
        "capacitance_per_length": 0.2e-9,
        "supply_voltage": 0.9,
        "bits_per_transfer": 1.0,
    },
    "wire_energy": {"bits": 64.0, "length": 0.5e-3, "energy_per_bit_length": 50e-12},
    "repeated_wire_delay": {
        "length": 1e-3,
        "resistance_per_length": 1e6,
        "capacitance_per_length": 0.2e-9,
        "inverter_time_constant": 2e-12,
    },
    "inverter_time_constant": {"supply_voltage": 0.9, "gate_capacitance": 1.45e-9, "on_current": 660.0},
    "bus_area": {"wires": 64.0, "pitch": 0.1e-6, "length": 1e-3, "layers": 2.0},
    "h_tree_path_length": {"side": 1e-3, "leaves": 16.0},
    "h_tree_total_length": {"side": 1e-3, "leaves": 16.0},
    "h_tree_leaves": {"places": 5.0},
    "h_tree_side": {"leaf_pitch": 0.25e-3, "leaves": 16.0},
    "router_pitch": {"area": 4e-6, "routers": 16.0},
    "tapered_buffer_stages": {
        "load_capacitance": 64e-15,
        "input_capacitance": 1e-15,
        "stage_ratio": 4.0,
    },
    "tapered_buffer_energy": {"load_capacitance": 64e-15, "supply_voltage": 0.9, "stage_ratio": 4.0},
    "tapered_buffer_area": {"inverter_area": 0.5e-12, "stages": 3.0, "stage_ratio": 4.0},
}
