"""Foundations: errors, units, provenance, files."""
