"""Energies for a comparison of spiking and quantised networks without a description of a chip."""

from neuroest.core import units as u
from neuroest.specs.parameters import Record, non_negative, positive


class TwinEnergiesParameters(Record):
    """Arithmetic, memory and traffic of a many-core chip, for a spiking neuron and its quantised twin."""

    model = "twin_energies"

    accumulate_energy: u.Joule = positive(symbol="E_add")
    """Energy to add a weight to a potential."""
    compare_energy: u.Joule = positive(symbol="E_cmp")
    """Energy to compare a potential with its threshold."""
    partial_product_energy: u.JoulePerBit = positive(symbol="e_mul")
    """Energy of a multiply-accumulate per bit of the activation."""
    event_hop_energy: u.Joule = non_negative(symbol="E_hop")
    """Energy of one spike per hop, including its address."""
    value_hop_energy: u.JoulePerBit = non_negative(symbol="e_hop")
    """Energy of dense traffic per hop."""
    memory_read_energy: u.JoulePerBit = non_negative(symbol="e_read")
    """Energy of the memory for weights and potentials."""
    potential_bits: u.Bit = positive(symbol="b_p")
    """Width of a potential."""
    hops: u.Dimensionless = non_negative(symbol="h")
    """Hops between the cores of two neurons."""
