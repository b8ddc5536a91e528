"""Simulate a network on a chip of diffusive neurons: spikes from the stochastic compact model, and their cost."""
