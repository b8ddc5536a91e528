"""Crossbar arrays."""
