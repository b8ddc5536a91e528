"""From measurements of a neuron to a device spec whose every value has a basis, a band and a picture."""
