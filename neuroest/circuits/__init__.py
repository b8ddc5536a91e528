"""Neurons as files for circuit simulators: SPICE, Verilog-A, benches, and what a simulator makes of them."""
