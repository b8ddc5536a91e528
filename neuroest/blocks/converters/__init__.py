"""Converters at the columns of a crossbar."""
