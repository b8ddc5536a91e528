"""A converter and a neuron that neuroest does not have, with devices and chips that use them."""
