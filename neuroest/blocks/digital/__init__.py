"""Clocked digital blocks."""
