"""Uncertainty of results."""
