"""Cells of a crossbar."""
