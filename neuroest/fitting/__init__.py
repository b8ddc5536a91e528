"""Fit measurements of a neuron and write a device spec. Each value gets a basis, a band and a plot."""
