"""Circuits that compute weight changes."""
