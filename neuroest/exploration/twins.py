"""A published comparison of spiking and quantised networks, from its energies alone.

There is no chip: a device of model `twin_energies` states the energies of arithmetic, memory and traffic, and a case
states what is compared.
"""

from collections.abc import Mapping

import numpy as np

from neuroest.core import units as u
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.statistics import quantiles
from neuroest.equations import twins
from neuroest.error_analysis.draws import SAMPLES, SEED, draw
from neuroest.loading.library import load_device
from neuroest.results.estimate import Band
from neuroest.results.quantities import first_number
from neuroest.specs.parameters import Record, non_negative, positive
from neuroest.specs.workload import WorkloadSpec
from neuroest.workloads.layers import layer_table


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


PUBLISHED = "yan2026_22nm"
"""Device with the shipped published energies."""


@frozen_dataclass
class TwinCase:
    """The case to compare.

    Attributes
    ----------
    timesteps : float
        Timesteps of the spiking network; the activations of the twin have enough bits for its spike counts.
    weight_bits : float
        Weight bits of both.
    inputs : float
        Inputs per neuron.
    hops : float or None
        Hops between the cores of two neurons; None uses the hops stated with the energies.
    spiking_weight_reads, quantised_weight_reads : float
        Weights read per event or activation: 1 without reuse.
    """

    timesteps: float
    weight_bits: float
    inputs: float = 4096.0
    hops: float | None = None
    spiking_weight_reads: float = 1.0
    quantised_weight_reads: float = 1.0


@frozen_dataclass
class Twins:
    """Both neurons with their energies; each energy may be an array of samples."""

    case: TwinCase
    activation_bits: u.Numeric
    event_energy: u.Numeric
    update_energy: u.Numeric
    value_energy: u.Numeric
    multiply_accumulate_energy: u.Numeric
    accumulate_energy: u.Numeric
    broadcast_rate: u.Numeric

    @property
    def crossover(self) -> u.Numeric:
        """Spike rate below which the spiking neuron needs less."""
        return twins.crossover_spike_rate(
            self.case.timesteps, self.case.inputs, self.event_energy, self.update_energy, self.value_energy,
            self.multiply_accumulate_energy,
        )  # fmt: skip

    @property
    def operations_crossover(self) -> u.Numeric:
        """The same for arithmetic alone; the twin then does not skip zeros."""
        return twins.operations_crossover_rate(
            self.case.timesteps, 1.0, self.multiply_accumulate_energy, self.accumulate_energy
        )

    def ratio(self, spike_rate: u.Numeric) -> u.Numeric:
        """Energy of the spiking neuron over the energy of its twin."""
        share = twins.mean_active_share(self.case.timesteps, spike_rate)
        return twins.spiking_neuron_energy(
            self.case.timesteps, self.case.inputs, spike_rate, self.event_energy, self.update_energy
        ) / twins.quantised_neuron_energy(
            self.case.inputs, self.value_energy, share, self.multiply_accumulate_energy
        )


def published_values(name: str = PUBLISHED) -> dict[str, u.Numeric]:
    """Energies of a device of model `twin_energies`, in SI.

    Raises
    ------
    NeuroestError
        For a device of another model.
    """
    device = load_device(name)
    if device.spec.model != "twin_energies":
        raise NeuroestError(f"{name} is of model {device.spec.model!r}, not of 'twin_energies'")
    return {path: claim.value for path, claim in device.claims.items()}


def twins_of(case: TwinCase, values: Mapping[str, u.Numeric]) -> Twins:
    """Both neurons of a case, from energies that may be arrays."""
    hops = values["hops"] if case.hops is None else case.hops
    bits = twins.matched_activation_bits(case.timesteps)
    read = values["memory_read_energy"]
    weight = (case.weight_bits, read)
    return Twins(
        case,
        bits,
        twins.synaptic_event_energy(
            hops, values["event_hop_energy"], case.spiking_weight_reads, *weight, values["accumulate_energy"]
        ),
        twins.potential_update_energy(values["compare_energy"], values["potential_bits"], read),
        twins.synaptic_value_energy(hops, values["value_hop_energy"], bits, case.quantised_weight_reads, *weight),
        twins.multiply_accumulate_energy(bits, values["partial_product_energy"]),
        values["accumulate_energy"],
        twins.broadcast_spike_rate(
            twins.synaptic_value_energy(hops, values["value_hop_energy"], 1.0, 1.0, *weight),
            twins.synaptic_event_energy(hops, values["event_hop_energy"], 1.0, *weight, 0.0),
        ),
    )  # fmt: skip


def published_band(case: TwinCase, name: str = PUBLISHED, samples: int = SAMPLES, seed: int = SEED) -> Band:
    """The crossover over the uncertainty of the energies."""
    drawn = {path: array[:, 0] for path, array in draw(load_device(name).claims, samples, seed).items()}
    rates = np.asarray(twins_of(case, {**published_values(name), **drawn}).crossover, dtype=np.float64)
    return Band(*quantiles(rates))


@frozen_dataclass
class PublishedRate:
    """Spike rate below which a spiking network needs less than its dense twin, by published energies.

    Attributes
    ----------
    case : TwinCase
        What is compared.
    rate : float
        From the energies as stated.
    band : Band
        Over the uncertainty of the energies.
    """

    case: TwinCase
    rate: float
    band: Band


def published_rate(network: WorkloadSpec) -> PublishedRate:
    """The published energies on a network with the timesteps, weight bits and mean number of inputs of this one."""
    table = layer_table(network, {})
    inputs = np.average(
        np.asarray(table.reduction + table.recurrent_reduction), weights=np.asarray(table.macs)
    )
    case = TwinCase(first_number(table.timesteps), float(network.precision.weights), float(inputs))
    return PublishedRate(case, float(twins_of(case, published_values()).crossover), published_band(case))
