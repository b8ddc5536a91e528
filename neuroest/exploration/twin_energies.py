"""Energies that spiking and quantised networks are compared with where no chip is described."""

from __future__ import annotations

from typing import ClassVar

from neuroest.core.units import Bit, Dimensionless, Joule, JoulePerBit
from neuroest.specs.parameters import Record, non_negative, positive


class TwinEnergiesParameters(Record):
    """Arithmetic, memory and traffic of a many-core chip, for a spiking neuron and its quantised twin."""

    model: ClassVar[str] = "twin_energies"
    folder: ClassVar[str] = "comparisons"

    accumulate_energy: Joule = positive("Energy of adding a weight to a potential.", symbol="E_add")
    compare_energy: Joule = positive("Energy of comparing a potential with its threshold.", symbol="E_cmp")
    partial_product_energy: JoulePerBit = positive(
        "Energy of a multiply-accumulate for each bit of the activation.", symbol="e_mul"
    )
    event_hop_energy: Joule = non_negative(
        "Energy of one spike a hop, with what its address takes.", symbol="E_hop"
    )
    value_hop_energy: JoulePerBit = non_negative("Energy of dense traffic a hop.", symbol="e_hop")
    memory_read_energy: JoulePerBit = non_negative(
        "Energy of the memory for weights and potentials.", symbol="e_read"
    )
    potential_bits: Bit = positive("Width of a potential.", symbol="b_p")
    hops: Dimensionless = non_negative("Hops between the cores of two neurons.", symbol="h")
