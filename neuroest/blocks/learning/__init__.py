"""Circuits that compute the changes of weights."""
