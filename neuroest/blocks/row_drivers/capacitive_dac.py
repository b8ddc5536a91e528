"""Row driver that encodes a number as a voltage with switched capacitors."""

from typing import Literal

from neuroest.blocks.base import EnergyCost, NetworkContext
from neuroest.blocks.row_drivers.base import (
    DRIVER_ERROR,
    RowDriverBlock,
    VoltageDriver,
    VoltageDriverParameters,
)
from neuroest.core import units as u
from neuroest.equations import drivers
from neuroest.specs.parameters import non_negative, positive


class CapacitiveDacParameters(VoltageDriverParameters):
    """Charge-redistribution DAC at each row, with an output buffer for the row current."""

    unit_capacitance: u.Farad = positive(symbol="C_u")
    """Capacitance of the least significant bit, or of a leg of a ladder, which the highest bit has to match."""
    switching_factor: u.Dimensionless = positive(maximum=4.0, symbol="k_c")
    """Ratio of the conversion energy to the energy of charging all capacitors, of binary weights."""
    capacitance_density: u.FaradPerSquareMetre = positive(symbol="c_A")
    """Density of the capacitors."""
    switch_area: u.SquareMetre = non_negative()
    """Area of the switches of one bit."""


class CapacitiveDacBlock(RowDriverBlock):
    """Charge-redistribution digital-to-analog converter at the end of each row."""

    record = CapacitiveDacParameters
    model: Literal["capacitive_dac"]
    topology: Literal["binary", "c_2c"] = "binary"
    """binary: capacitors of 1, 2, 4 and so on units; c_2c: a ladder of equal legs and links of two units, which grows
    with the bits and not with the codes. Parasitic capacitance at its nodes, which limits its linearity, is not
    modelled."""


class CapacitiveDac(VoltageDriver):
    """Charge-redistribution converter at each row."""

    schema = CapacitiveDacBlock
    prior_error = DRIVER_ERROR
    device: CapacitiveDacParameters

    def own_energies(
        self, read_voltage: u.Volt, row_current: u.Ampere, read_time: u.Second, network: NetworkContext
    ) -> list[EnergyCost]:
        """Energies of the capacitors and the buffer."""
        d, bits = self.device, self.bits_per_read(network)
        capacitors = (
            drivers.capacitive_ladder_energy(bits, d.unit_capacitance, read_voltage)
            if self.spec.topology == "c_2c"
            else drivers.capacitive_dac_energy(bits, d.unit_capacitance, read_voltage, d.switching_factor)
        )
        return [self.input_energy("capacitors", capacitors), self.buffer_energy(row_current, read_time)]

    def own_area(self, network: NetworkContext) -> u.SquareMetre:
        """Area of capacitors and switches."""
        d, bits = self.device, self.bits_per_read(network)
        area = drivers.capacitive_ladder_area if self.spec.topology == "c_2c" else drivers.capacitive_dac_area
        return self.area_at_node(area(bits, d.unit_capacitance, d.capacitance_density, d.switch_area))
