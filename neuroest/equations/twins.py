"""A spiking neuron and the quantised neuron with the same number of levels, on the same hardware.

Rate-coded spikes in T timesteps carry the same information as an activation of ceil(log2(T + 1)) bits. Both
neurons read the same inputs; one receives spikes and adds, the other receives numbers and multiplies.
Everything is counted for one neuron with its inputs, so the rate at which both need the same energy follows
in closed form.
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import divided, rounded_up


@equation
def matched_activation_bits(timesteps: u.Dimensionless) -> u.Dimensionless:
    """Width of an activation with as many levels as the spike count of a neuron. [1].

    Parameters
    ----------
    timesteps : float or array
        Timesteps of the spiking network, T. [1]

    Returns
    -------
    float or array
        Number of bits. [1]

    Notes
    -----
    Formula: b = ceil(log2(T + 1))

    Valid: rate coding by neurons that do not leak and are reset by subtraction, input within [0, threshold)

    References
    ----------
    .. [1] Z. Yan, Z. Bai, K. Tang and W.-F. Wong, "Reconsidering the energy efficiency of spiking neural networks
       inference from analytical perspectives", IEEE Trans. CAD (2026), doi:10.1109/TCAD.2026.3718799.
    .. [2] Yan et al. 2026, Theorem 1; arXiv:2409.08290.

    Examples
    --------
    Five timesteps give six counts, which take three bits; eight give nine, which take four.

    >>> [float(matched_activation_bits(steps)) for steps in (1.0, 3.0, 5.0, 8.0)]
    [1.0, 2.0, 3.0, 4.0]
    """
    return rounded_up(np.log2(timesteps + 1.0))


@equation
def mean_active_share(timesteps: u.Dimensionless, spike_rate: u.Dimensionless) -> u.Dimensionless:
    """Share of non-zero activations of the quantised twin, if the spiking one fires at this rate. [1].

    Parameters
    ----------
    timesteps : float or array
        Timesteps of the spiking network. [1]
    spike_rate : float or array
        Mean spikes of a neuron and timestep. [1]

    Returns
    -------
    float or array
        Share of activations that are not zero. [1]

    Notes
    -----
    Formula: a = 2 T s / (T + 1), at most 1

    Valid: rate coding by neurons that do not leak and are reset by subtraction, input within [0, threshold)

    An active neuron fires at least once and at most in every timestep, so the rate is between a/T and a [1]_,
    Theorem 2; the midpoint is used.

    References
    ----------
    .. [1] Z. Yan et al., doi:10.1109/TCAD.2026.3718799.
    .. [2] Derivation: docs/models/twins.md.

    Examples
    --------
    Five timesteps and a rate of 0.06: 0.6 / 6.

    >>> f"{mean_active_share(5.0, 0.06):.4g}"
    '0.1'
    """
    return np.minimum(2.0 * timesteps * spike_rate / (timesteps + 1.0), 1.0)


@equation
def synaptic_event_energy(
    hops: u.Dimensionless,
    event_hop_energy: u.Joule,
    weight_reads: u.Dimensionless,
    weight_bits: u.Bit,
    memory_read_energy: u.JoulePerBit,
    accumulate_energy: u.Joule,
) -> u.Joule:
    """Energy of one spike at one synapse: transport, weight read and addition. [J].

    Parameters
    ----------
    hops : float or array
        Hops between the cores of the two neurons. [1]
    event_hop_energy : float or array
        Energy of one spike a hop, with what its address takes. [J]
    weight_reads : float or array
        Weights read for one spike: 1 without reuse, 1/T where a weight read serves all timesteps, 0 where reading
        is shared by so many neurons that it does not count. [1]
    weight_bits : float or array
        Width of a weight. [bit]
    memory_read_energy : float or array
        Energy of the memory for weights. [J/bit]
    accumulate_energy : float or array
        Energy of one addition. [J]

    Returns
    -------
    float or array
        Energy of a synaptic event. [J]

    Notes
    -----
    Formula: E_ev = h E_hop + r b_w e_read + E_add

    Valid: movement, weights and arithmetic counted; control, leakage and idle time are not

    References
    ----------
    .. [1] Z. Yan et al., doi:10.1109/TCAD.2026.3718799.
    .. [2] Derivation: docs/models/twins.md.

    Examples
    --------
    One hop of 3 pJ, a weight of 4 bits at 0.04 pJ/bit and an addition of 0.05 pJ.

    >>> f"{synaptic_event_energy(1.0, 3e-12, 1.0, 4.0, 0.04e-12, 0.05e-12):.4g}"
    '3.21e-12'
    """
    return hops * event_hop_energy + weight_reads * weight_bits * memory_read_energy + accumulate_energy


@equation
def synaptic_value_energy(
    hops: u.Dimensionless,
    value_hop_energy: u.JoulePerBit,
    activation_bits: u.Bit,
    weight_reads: u.Dimensionless,
    weight_bits: u.Bit,
    memory_read_energy: u.JoulePerBit,
) -> u.Joule:
    """Energy of moving one activation and its weight, whether or not the activation is zero. [J].

    Parameters
    ----------
    hops : float or array
        Hops between the cores of the two neurons. [1]
    value_hop_energy : float or array
        Energy of dense traffic, which needs no addresses. [J/bit]
    activation_bits : float or array
        Width of an activation. [bit]
    weight_reads : float or array
        Weights read for one activation: 1 without reuse, 0 where reading is shared by many. [1]
    weight_bits : float or array
        Width of a weight. [bit]
    memory_read_energy : float or array
        Energy of the memory for weights. [J/bit]

    Returns
    -------
    float or array
        Energy for one synapse. [J]

    Notes
    -----
    Formula: E_v = h e_hop b_a + r b_w e_read

    Valid: movement, weights and arithmetic counted; control, leakage and idle time are not

    References
    ----------
    .. [1] Z. Yan et al., doi:10.1109/TCAD.2026.3718799.
    .. [2] Derivation: docs/models/twins.md.

    Examples
    --------
    Three bits over one hop of 0.25 pJ/bit, and a weight of 4 bits at 0.04 pJ/bit.

    >>> f"{synaptic_value_energy(1.0, 0.25e-12, 3.0, 1.0, 4.0, 0.04e-12):.4g}"
    '9.1e-13'
    """
    return hops * value_hop_energy * activation_bits + weight_reads * weight_bits * memory_read_energy


@equation
def multiply_accumulate_energy(activation_bits: u.Bit, partial_product_energy: u.JoulePerBit) -> u.Joule:
    """Energy of a multiply-accumulate with a narrow activation. [J].

    Parameters
    ----------
    activation_bits : float or array
        Width of the activation. [bit]
    partial_product_energy : float or array
        Energy of adding the partial product of one bit. [J/bit]

    Returns
    -------
    float or array
        Energy of one multiply-accumulate. [J]

    Notes
    -----
    Formula: E_mac = b_a e_mul

    Valid: shift and add: one conditional addition a bit

    References
    ----------
    .. [1] Derivation: docs/models/twins.md.

    Examples
    --------
    >>> f"{multiply_accumulate_energy(3.0, 0.05e-12):.4g}"
    '1.5e-13'
    """
    return activation_bits * partial_product_energy


@equation
def potential_update_energy(
    compare_energy: u.Joule, potential_bits: u.Bit, memory_read_energy: u.JoulePerBit
) -> u.Joule:
    """Energy of reading, comparing and writing back a potential, per neuron and timestep. [J].

    Parameters
    ----------
    compare_energy : float or array
        Energy of the comparison with the threshold. [J]
    potential_bits : float or array
        Width of the potential. [bit]
    memory_read_energy : float or array
        Energy of the memory, reading and writing alike. [J/bit]

    Returns
    -------
    float or array
        Energy of one update. [J]

    Notes
    -----
    Formula: E_up = E_cmp + 2 b_p e_read

    Valid: movement, weights and arithmetic counted; control, leakage and idle time are not

    References
    ----------
    .. [1] Derivation: docs/models/twins.md.

    Examples
    --------
    A comparison of 0.05 pJ, and 16 bits at 0.04 pJ/bit.

    >>> f"{potential_update_energy(0.05e-12, 8.0, 0.04e-12):.4g}"
    '6.9e-13'
    """
    return compare_energy + 2.0 * potential_bits * memory_read_energy


@equation
def spiking_neuron_energy(
    timesteps: u.Dimensionless,
    inputs: u.Dimensionless,
    spike_rate: u.Dimensionless,
    event_energy: u.Joule,
    update_energy: u.Joule,
) -> u.Joule:
    """Energy of one spiking neuron in one inference. [J].

    Parameters
    ----------
    timesteps : float or array
        Timesteps of an inference. [1]
    inputs : float or array
        Inputs of the neuron. [1]
    spike_rate : float or array
        Spikes of an input and timestep. [1]
    event_energy : float or array
        Energy of one spike at one synapse. [J]
    update_energy : float or array
        Energy of a neuron in one timestep. [J]

    Returns
    -------
    float or array
        Energy of the neuron. [J]

    Notes
    -----
    Formula: E = T (N s E_ev + E_up)

    Valid: movement, weights and arithmetic counted; control, leakage and idle time are not

    References
    ----------
    .. [1] Z. Yan et al., doi:10.1109/TCAD.2026.3718799.
    .. [2] Derivation: docs/models/twins.md.

    Examples
    --------
    5 timesteps, 100 inputs where one in ten fires, 3 pJ an event and 0.5 pJ an update.

    >>> f"{spiking_neuron_energy(5.0, 100.0, 0.1, 3e-12, 0.5e-12):.5g}"
    '1.525e-10'
    """
    return timesteps * (inputs * spike_rate * event_energy + update_energy)


@equation
def quantised_neuron_energy(
    inputs: u.Dimensionless,
    value_energy: u.Joule,
    active_share: u.Dimensionless,
    multiply_accumulate_energy: u.Joule,
) -> u.Joule:
    """Energy of one quantised neuron in one inference. [J].

    Parameters
    ----------
    inputs : float or array
        Inputs of the neuron. [1]
    value_energy : float or array
        Energy of bringing an activation and its weight together. [J]
    active_share : float or array
        Share of activations that are not zero; only these are multiplied. [1]
    multiply_accumulate_energy : float or array
        Energy of one multiply-accumulate. [J]

    Returns
    -------
    float or array
        Energy of the neuron. [J]

    Notes
    -----
    Formula: E = N (E_v + a E_mac)

    Valid: movement, weights and arithmetic counted; control, leakage and idle time are not

    References
    ----------
    .. [1] Z. Yan et al., doi:10.1109/TCAD.2026.3718799.
    .. [2] Derivation: docs/models/twins.md.

    Examples
    --------
    100 inputs, 0.9 pJ each, half of them multiplied at 0.2 pJ.

    >>> f"{quantised_neuron_energy(100.0, 0.9e-12, 0.5, 0.2e-12):.4g}"
    '1e-10'
    """
    return inputs * (value_energy + active_share * multiply_accumulate_energy)


@equation
def crossover_spike_rate(
    timesteps: u.Dimensionless,
    inputs: u.Dimensionless,
    event_energy: u.Joule,
    update_energy: u.Joule,
    value_energy: u.Joule,
    multiply_accumulate_energy: u.Joule,
) -> u.Dimensionless:
    """Spike rate below which a spiking neuron needs less energy than its quantised twin. [1].

    Parameters
    ----------
    timesteps : float or array
        Timesteps of an inference. [1]
    inputs : float or array
        Inputs of a neuron. [1]
    event_energy : float or array
        Energy of one spike at one synapse. [J]
    update_energy : float or array
        Energy of a spiking neuron in one timestep. [J]
    value_energy : float or array
        Energy of bringing an activation of the twin and its weight together. [J]
    multiply_accumulate_energy : float or array
        Energy of one multiply-accumulate of the twin. [J]

    Returns
    -------
    float or array
        The rate; zero where no rate is low enough, infinite where none is too high. [1]

    Notes
    -----
    Formula: s = (E_v - T E_up / N) / (T E_ev - 2 T E_mac / (T + 1))

    Valid: if the share of active inputs stays below one; zero if the updates alone cost more

    The share of active inputs is that of `mean_active_share`, so it grows with the rate on both sides.

    References
    ----------
    .. [1] Z. Yan et al., doi:10.1109/TCAD.2026.3718799.
    .. [2] Derivation: docs/models/twins.md.

    Examples
    --------
    4 timesteps, 0.9 pJ against 3.05 pJ an event and 0.125 pJ a multiplication: 0.9 / (12.2 - 0.2).

    >>> f"{crossover_spike_rate(4.0, 4096.0, 3.05e-12, 0.0, 0.9e-12, 0.125e-12):.4g}"
    '0.075'
    """
    dense = np.maximum(value_energy - timesteps * update_energy / inputs, 0.0 * value_energy)
    slope = event_energy - 2.0 * multiply_accumulate_energy / (timesteps + 1.0)
    # both over the same energy: a ratio of plain numbers, which may be tested for its sign
    return divided(dense / event_energy, timesteps * slope / event_energy)


@equation
def operations_crossover_rate(
    timesteps: u.Dimensionless,
    active_share: u.Dimensionless,
    multiply_accumulate_energy: u.Joule,
    accumulate_energy: u.Joule,
) -> u.Dimensionless:
    """Spike rate below which the additions need less energy than the twin's multiply-accumulates. [1].

    Parameters
    ----------
    timesteps : float or array
        Timesteps of an inference. [1]
    active_share : float or array
        Share of the twin's activations that are not zero; 1 where it does not skip zeros. [1]
    multiply_accumulate_energy : float or array
        Energy of one multiply-accumulate. [J]
    accumulate_energy : float or array
        Energy of one addition. [J]

    Returns
    -------
    float or array
        The rate; above one it says that every rate will do. [1]

    Notes
    -----
    Formula: s = a E_mac / (T E_add)

    Valid: arithmetic alone, neither movement nor memory counted

    References
    ----------
    .. [1] Z. Yan et al., doi:10.1109/TCAD.2026.3718799.
    .. [2] Derivation: docs/models/twins.md.

    Examples
    --------
    The energies usually quoted for 45 nm, 4.6 pJ and 0.9 pJ, and ten timesteps.

    >>> f"{operations_crossover_rate(10.0, 1.0, 4.6e-12, 0.9e-12):.4g}"
    '0.5111'
    """
    return active_share * multiply_accumulate_energy / (timesteps * accumulate_energy)


@equation
def broadcast_spike_rate(broadcast_energy: u.Joule, event_energy: u.Joule) -> u.Dimensionless:
    """Spike rate above which it is cheaper to send every neuron's bit than to send events. [1].

    Parameters
    ----------
    broadcast_energy : float or array
        Energy of sending one bit without an address and reading its weight, for one synapse. [J]
    event_energy : float or array
        Energy of sending one event and reading its weight, for one synapse. [J]

    Returns
    -------
    float or array
        The rate. [1]

    Notes
    -----
    Formula: s = (h e_hop 1 bit + r b_w e_read) / (h E_hop + r b_w e_read)

    Valid: one bit an input and timestep; additions are the same either way

    References
    ----------
    .. [1] Z. Yan et al., doi:10.1109/TCAD.2026.3718799.
    .. [2] Derivation: docs/models/twins.md.

    Examples
    --------
    0.25 pJ and 3 pJ a hop, 0.16 pJ for the weight.

    >>> f"{broadcast_spike_rate(0.41e-12, 3.16e-12):.4g}"
    '0.1297'
    """
    return broadcast_energy / event_energy
