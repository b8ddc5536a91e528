"""Area, energy, leakage and access time of on-chip memories.

The power laws over capacity and word width are anchored at a reference macro in the spec file, so the same
law works for a fit to a simulator and for a measured macro.
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation


@equation
def sram_access_energy(
    capacity: u.Bit,
    width: u.Bit,
    reference_energy: u.Joule,
    reference_capacity: u.Bit,
    reference_width: u.Bit,
    capacity_exponent: u.Dimensionless,
    width_exponent: u.Dimensionless,
) -> u.Joule:
    """Energy of reading or writing one word of a static memory. [J].

    Parameters
    ----------
    capacity : float or array
        Capacity of the memory. [bit]
    width : float or array
        Bits read or written in one access. [bit]
    reference_energy : float or array
        Energy of one access to the reference memory; reading and writing have their own. [J]
    reference_capacity, reference_width : float or array
        Capacity and width of the reference memory, above zero. [bit]
    capacity_exponent, width_exponent : float or array
        Exponents over capacity and width. [1]

    Returns
    -------
    float or array
        Energy of one access, without leakage and clock. [J]

    Notes
    -----
    Formula: E = E_ref (W / W_ref)^a_W (S / S_ref)^a_S

    Valid: one single-port bank of 16 Kibit to 32 Mibit, words of 32 to 512 bits and at most 1/128 of the
        capacity

    With a width exponent of 1 and a published macro as the reference, this is an estimate anchored on
    silicon.

    References
    ----------
    .. [1] R. Balasubramonian et al., "CACTI 7", ACM Trans. Archit. Code Optim. 14(2), 14 (2017),
       doi:10.1145/3085572.
    .. [2] Derivation: docs/models/digital.md.
    .. [3] Power law fitted to CACTI 7 (Balasubramonian et al. 2017); docs/models/digital.md.

    Examples
    --------
    Four times the capacity at an exponent of 0.5 and half the width at an exponent of 1: 2 x 1/2 = 1.

    >>> f"{sram_access_energy(262144.0, 32.0, 10e-12, 65536.0, 64.0, 0.5, 1.0):.3g}"
    '1e-11'
    """
    return (
        reference_energy
        * (width / reference_width) ** width_exponent
        * (capacity / reference_capacity) ** capacity_exponent
    )


@equation
def sram_area(
    capacity: u.Bit,
    width: u.Bit,
    reference_area: u.SquareMetre,
    reference_capacity: u.Bit,
    reference_width: u.Bit,
    capacity_exponent: u.Dimensionless,
    port_share: u.Dimensionless,
    control_share: u.Dimensionless,
    cell_ratio: u.Dimensionless,
    ports: u.Dimensionless,
) -> u.SquareMetre:
    """Area of a static memory with its periphery. [m^2].

    Parameters
    ----------
    capacity, width : float or array
        Capacity and word width of the memory. [bit]
    reference_area : float or array
        Area of the reference memory. [m^2]
    reference_capacity, reference_width : float or array
        Capacity and width of the reference memory, above zero. [bit]
    capacity_exponent : float or array
        Exponent over the capacity of the cells with what grows with them. [1]
    port_share, control_share : float or array
        Shares of the reference memory that grow with the width, and that stay. [1]
    cell_ratio : float or array
        Size of a cell over that of one with a single port. [1]
    ports : float or array
        Ports that read or write words of this width. [1]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = A_ref [(1 - s_p - s_c) k (S / S_ref)^a + s_p n (W / W_ref) + s_c]

    Valid: one bank of 2 Kibit to 32 Mibit. With both shares at zero it is the power law of a memory model, which has no
        periphery of fixed size

    References
    ----------
    .. [1] R. Balasubramonian et al., "CACTI 7", ACM Trans. Archit. Code Optim. 14(2), 14 (2017),
       doi:10.1145/3085572.
    .. [2] Derivation: docs/models/digital.md.
    .. [3] Shares of the periphery fitted to the macros of an open kit; benchmarks/crosscheck/macro_areas.py.

    Examples
    --------
    16 times the capacity at an exponent of 0.75 takes 8 times the area, where nothing is periphery. A quarter of the
    capacity where a tenth is port and a tenth control: 0.8 x 0.25 + 0.1 + 0.1.

    >>> f"{sram_area(16.0, 1.0, 1e-9, 1.0, 1.0, 0.75, 0.0, 0.0, 1.0, 1.0):.3g}"
    '8e-09'
    >>> f"{sram_area(0.25, 1.0, 1.0, 1.0, 1.0, 1.0, 0.1, 0.1, 1.0, 1.0):.3g}"
    '0.4'
    """
    cells = (
        (1.0 - port_share - control_share) * cell_ratio * (capacity / reference_capacity) ** capacity_exponent
    )
    return reference_area * (cells + port_share * ports * (width / reference_width) + control_share)


@equation
def sram_leakage(
    capacity: u.Bit, reference_leakage: u.Watt, reference_capacity: u.Bit, capacity_exponent: u.Dimensionless
) -> u.Watt:
    """Leakage power of a static memory with its periphery. [W].

    Parameters
    ----------
    capacity : float or array
        Capacity of the memory. [bit]
    reference_leakage : float or array
        Leakage power of the reference memory. [W]
    reference_capacity : float or array
        Capacity of the reference memory, above zero. [bit]
    capacity_exponent : float or array
        Exponent over the capacity. [1]

    Returns
    -------
    float or array
        Leakage power. [W]

    Notes
    -----
    Formula: P = P_ref (S / S_ref)^a

    Valid: one single-port bank of 16 Kibit to 32 Mibit, at the fitted temperature

    References
    ----------
    .. [1] R. Balasubramonian et al., "CACTI 7", ACM Trans. Archit. Code Optim. 14(2), 14 (2017),
       doi:10.1145/3085572.
    .. [2] Derivation: docs/models/digital.md.
    .. [3] Power law fitted to CACTI 7 (Balasubramonian et al. 2017); docs/models/digital.md.

    Examples
    --------
    An exponent of 1 is a leakage per bit: 1 Mibit at 20 pW/bit leaks 21 uW.

    >>> f"{sram_leakage(1048576.0, 20e-12, 1.0, 1.0):.3g}"
    '2.1e-05'
    """
    return reference_leakage * (capacity / reference_capacity) ** capacity_exponent


@equation
def sram_access_time(
    capacity: u.Bit, reference_time: u.Second, reference_capacity: u.Bit, capacity_exponent: u.Dimensionless
) -> u.Second:
    """Time from the address to the data of a static memory. [s].

    Parameters
    ----------
    capacity : float or array
        Capacity of the memory. [bit]
    reference_time : float or array
        Access time of the reference memory. [s]
    reference_capacity : float or array
        Capacity of the reference memory, above zero. [bit]
    capacity_exponent : float or array
        Exponent over the capacity. [1]

    Returns
    -------
    float or array
        Access time. [s]

    Notes
    -----
    Formula: t = t_ref (S / S_ref)^a

    Valid: one single-port bank of 16 Kibit to 32 Mibit

    References
    ----------
    .. [1] R. Balasubramonian et al., "CACTI 7", ACM Trans. Archit. Code Optim. 14(2), 14 (2017),
       doi:10.1145/3085572.
    .. [2] Derivation: docs/models/digital.md.
    .. [3] Power law fitted to CACTI 7 (Balasubramonian et al. 2017); docs/models/digital.md.

    Examples
    --------
    16 times the capacity at an exponent of 0.25 takes twice the time.

    >>> f"{sram_access_time(16.0, 0.5e-9, 1.0, 0.25):.3g}"
    '1e-09'
    """
    return reference_time * (capacity / reference_capacity) ** capacity_exponent


@equation
def line_energy_factor(
    bitcell_area_per_bit: u.SquareMetrePerBit,
    reference_bitcell_area_per_bit: u.SquareMetrePerBit,
    supply_voltage: u.Volt,
    reference_voltage: u.Volt,
) -> u.Dimensionless:
    """Energy of an access over that on another process, for line energies proportional to the cell side. [1].

    Parameters
    ----------
    bitcell_area_per_bit, reference_bitcell_area_per_bit : float or array
        Area of the memory cell here and there, the latter above zero. [m^2/bit]
    supply_voltage, reference_voltage : float or array
        Supply here and there, the latter above zero. [V]

    Returns
    -------
    float or array
        Ratio of the energies. [1]

    Notes
    -----
    Formula: k = sqrt(a / a_ref) (V / V_ref)^2

    Valid: memories of equal organisation whose energy charges word lines and bit lines

    Wires have nearly the same capacitance per length at every node, so the energy of a line follows its length.

    References
    ----------
    .. [1] Derivation: docs/models/digital.md.

    Examples
    --------
    Cells of a quarter of the area at the same supply take half of the energy.

    >>> f"{line_energy_factor(0.023e-12, 0.092e-12, 0.8, 0.8):.3g}"
    '0.5'
    """
    factor: u.Dimensionless = np.sqrt(bitcell_area_per_bit / reference_bitcell_area_per_bit)
    return factor * (supply_voltage / reference_voltage) ** 2


@equation
def bitcell_leakage_power(capacity: u.Bit, leakage_per_bit: u.WattPerBit) -> u.Watt:
    """Leakage power of a memory from the leakage of one bit. [W].

    Parameters
    ----------
    capacity : float or array
        Capacity of the memory. [bit]
    leakage_per_bit : float or array
        Leakage power of one bit with its share of the periphery. [W/bit]

    Returns
    -------
    float or array
        Leakage power. [W]

    Notes
    -----
    Formula: P = S p_bit

    Valid: the temperature, voltage and transistor class of the leakage per bit

    References
    ----------
    .. [1] Derivation: docs/models/digital.md.

    Examples
    --------
    64 KiB at 20 pW/bit: 524288 x 20 pW = 10.5 uW.

    >>> f"{bitcell_leakage_power(524288.0, 20e-12):.3g}"
    '1.05e-05'
    """
    return capacity * leakage_per_bit


@equation
def buffered_spike_bits(
    channels: u.Dimensionless, rate: u.Dimensionless, timesteps: u.Dimensionless
) -> u.Dimensionless:
    """Bits that store the input spikes of one inference. [1].

    Parameters
    ----------
    channels : float or array
        Inputs of the network, N. [1]
    rate : float or array
        Spikes of an input in a timestep, r. [1]
    timesteps : float or array
        Timesteps of an inference, T. [1]

    Returns
    -------
    float or array
        Bits, a plain count. [1]

    Notes
    -----
    Formula: b = T min(N, (r N + 1) ceil(log2(N + 1)))

    Valid: the mean word; one bit for each input and timestep, or a list of addresses with a mark at the end of each
        timestep, whichever is smaller

    References
    ----------
    .. [1] Derivation: docs/streaming.md.

    Examples
    --------
    A spoken digit of 7000 spikes on 700 channels: the list takes 71 kbit, the bit map 70 kbit.

    >>> f"{buffered_spike_bits(700.0, 0.1, 100.0):.0f} {buffered_spike_bits(700.0, 0.01, 100.0):.0f}"
    '70000 8000'
    """
    listed = (rate * channels + 1.0) * np.ceil(np.log2(channels + 1.0))
    return timesteps * np.minimum(channels, listed)
