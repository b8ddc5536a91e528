"""Neurons as files for circuit simulators: SPICE, Verilog-A, test benches, and simulated results."""
