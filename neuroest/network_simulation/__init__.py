"""What a network does on a chip of diffusive neurons: spikes from the stochastic compact model, and what they cost."""
