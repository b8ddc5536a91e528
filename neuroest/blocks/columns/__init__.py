"""Circuits at the columns of a crossbar."""
