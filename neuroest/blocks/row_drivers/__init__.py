"""Drivers of the rows of a crossbar."""
