"""Circuits that write cells."""
