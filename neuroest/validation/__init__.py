"""Rebuild published chips from their inputs and compare the estimates with the published values."""
