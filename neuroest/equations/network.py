"""On-chip networks: destinations of a spike, hops, packets, handshakes and load; wires are in `wiring`."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import divided, rounded_up

_TRANSITIONS = 4.0
"""Phases of a handshake that returns to zero; also the cycles in which a wire with random bits is charged once."""
_MEAN_DISTANCE = 1.0 / 3.0
"""Mean distance of two random points of the unit interval."""


@equation
def feed_forward_hops(units_from: u.Dimensionless, units_to: u.Dimensionless) -> u.Dimensionless:
    """Mean hops from a unit of one layer to a unit of the next, placed next to it. [1].

    Parameters
    ----------
    units_from, units_to : float or array
        Units (tiles or cores) that hold the sending and the receiving layer, at least one each. [1]

    Returns
    -------
    float or array
        Mean number of hops. [1]

    Notes
    -----
    Formula: H = (a + b) / 2 + [m - 1 - (s - 1) (m - 2 (s + 1) / 3) / m] / 2, a = sqrt(n_from), b =
        sqrt(n_to), m = max(a, b), s = min(a, b)

    Valid: two adjacent square blocks of a mesh, all units of one sending to all of the other

    Exact if both counts are squares. An upper bound for local connections, as in convolutions.

    References
    ----------
    .. [1] Derivation: docs/models/network.md.

    Examples
    --------
    Neighbours are one hop apart. Two blocks of 2 x 2: 2 along the row and 1/2 across.

    >>> f"{feed_forward_hops(1.0, 1.0):.6g}", f"{feed_forward_hops(4.0, 4.0):.6g}"
    ('1', '2.5')
    """
    side_from = np.sqrt(np.maximum(units_from, 1.0))
    side_to = np.sqrt(np.maximum(units_to, 1.0))
    # Mean distance of a random row of one block from a random row of another, both counted from one edge.
    longer, shorter = np.maximum(side_from, side_to), np.minimum(side_from, side_to)
    overlap = (shorter - 1.0) * (longer - 2.0 * _MEAN_DISTANCE * (shorter + 1.0)) / longer
    return (side_from + side_to) / 2.0 + (longer - 1.0 - overlap) / 2.0


@equation
def farthest_hops(units_from: u.Dimensionless, units_to: u.Dimensionless) -> u.Dimensionless:
    """Hops between the two farthest units of neighbouring blocks. [1].

    Parameters
    ----------
    units_from, units_to : float or array
        Units (tiles or cores) that hold the sending and the receiving layer, at least one each. [1]

    Returns
    -------
    float or array
        Number of hops. [1]

    Notes
    -----
    Formula: H = a + b + max(a, b) - 2, a = sqrt(n_from), b = sqrt(n_to)

    Valid: two square blocks of a mesh side by side, aligned at one edge

    References
    ----------
    .. [1] Derivation: docs/models/network.md.

    Examples
    --------
    Two blocks of 2 x 2: three along the row and one across.

    >>> f"{farthest_hops(4.0, 4.0):g}"
    '4'
    """
    side_from = np.sqrt(np.maximum(units_from, 1.0))
    side_to = np.sqrt(np.maximum(units_to, 1.0))
    return side_from + side_to + np.maximum(side_from, side_to) - 2.0


@equation
def boundary_links(units_from: u.Dimensionless, units_to: u.Dimensionless) -> u.Dimensionless:
    """Links at the bottleneck of the traffic between two neighbouring blocks of a mesh. [1].

    Parameters
    ----------
    units_from, units_to : float or array
        Units (tiles or cores) that hold the sending and the receiving layer, at least one each. [1]

    Returns
    -------
    float or array
        Number of links; the busiest link carries this share of the bits or less. [1]

    Notes
    -----
    Formula: n = floor(sqrt(min(n_from, n_to)))

    Valid: two adjacent square blocks, XY routing, equal traffic between all units: no link carries more than
    1/n

    References
    ----------
    .. [1] Derivation: docs/models/network.md.

    Examples
    --------
    One unit that sends to nine has one link to send on.

    >>> f"{boundary_links(1.0, 9.0):g}", f"{boundary_links(16.0, 9.0):g}"
    ('1', '3')
    """
    return np.floor(np.sqrt(np.maximum(np.minimum(units_from, units_to), 1.0)))


@equation
def multicast_links(
    links: u.Dimensionless, receivers: u.Dimensionless, destinations: u.Dimensionless
) -> u.Dimensionless:
    """Links among which multicast packets are divided at the bottleneck between two blocks of a mesh. [1].

    Parameters
    ----------
    links : float or array
        Links at the bottleneck. [1]
    receivers : float or array
        Units that hold the receiving layer. [1]
    destinations : float or array
        Those of them that need one packet. [1]

    Returns
    -------
    float or array
        Number of links; the busiest link carries this share of the bits. [1]

    Notes
    -----
    Formula: n = max(1, min(L, n_to / d))

    Valid: destinations are neighbours, so that a packet takes d L / n_to of the L links, and at least one

    References
    ----------
    .. [1] Derivation: docs/models/network.md.

    Examples
    --------
    Sixteen receivers behind four links: a packet for all takes every link, one for eight of them two links.

    >>> f"{multicast_links(4.0, 16.0, 16.0):g}", f"{multicast_links(4.0, 16.0, 8.0):g}"
    ('1', '2')
    >>> f"{multicast_links(4.0, 16.0, 1.0):g}"
    '4'
    """
    return np.maximum(np.minimum(links, receivers / np.maximum(destinations, 1.0)), 1.0)


@equation
def address_bits(targets: u.Dimensionless, axons: u.Dimensionless) -> u.Dimensionless:
    """Bits of the address of one axon of one unit. [1].

    Parameters
    ----------
    targets : float or array
        Units that can be addressed. [1]
    axons : float or array
        Axons of one unit. [1]

    Returns
    -------
    float or array
        Digits of the address, a plain count; a field of a packet has one bit for each. [1]

    Notes
    -----
    Formula: n = ceil(log2 N_targets) + ceil(log2 N_axons)

    Valid: absolute addresses of a unit and of an axon inside it

    References
    ----------
    .. [1] Derivation: docs/models/network.md.

    Examples
    --------
    128 cores of 4096 axons: 7 + 12.

    >>> f"{address_bits(128.0, 4096.0):g}"
    '19'
    """
    return np.ceil(np.log2(np.maximum(targets, 1.0))) + np.ceil(np.log2(np.maximum(axons, 1.0)))


@equation
def multicast_hops(
    farthest_hops: u.Dimensionless, destinations: u.Dimensionless, local_hops: u.Dimensionless
) -> u.Dimensionless:
    """Links of the tree that carries one packet to several destinations. [1].

    Parameters
    ----------
    farthest_hops : float or array
        Hops to the farthest destination. [1]
    destinations : float or array
        Destinations of the packet, at least one. [1]
    local_hops : float or array
        Hops from the tree to each other destination. [1]

    Returns
    -------
    float or array
        Links that the packet passes. [1]

    Notes
    -----
    Formula: H = H_far + (n - 1) H_local

    Valid: destinations in one neighbourhood; the first uses the full path, each other one branch of the tree

    References
    ----------
    .. [1] Derivation: docs/models/network.md.

    Examples
    --------
    Five destinations, the farthest 6 hops away, the others one hop from the tree: 6 + 4.

    >>> f"{multicast_hops(6.0, 5.0, 1.0):g}"
    '10'
    """
    return farthest_hops + np.maximum(destinations - 1.0, 0.0) * local_hops


@equation
def frame_bits(neurons: u.Dimensionless, bits_per_neuron: u.Bit) -> u.Bit:
    """Information sent in one time step when all neurons are sent as a frame. [bit].

    Parameters
    ----------
    neurons : float or array
        Neurons of the frame. [1]
    bits_per_neuron : float or array
        1 bit for spikes, more for graded values. [bit]

    Returns
    -------
    float or array
        Size of the frame. [bit]

    Notes
    -----
    Formula: b = N b_neuron

    Valid: one frame per timestep with every neuron, whether it fires or not

    References
    ----------
    .. [1] Derivation: docs/models/network.md.

    Examples
    --------
    >>> frame_bits(512.0, 1.0)
    512.0
    """
    return neurons * bits_per_neuron


@equation
def event_advantage_rate(packet_bits: u.Bit, bits_per_neuron: u.Bit) -> u.Dimensionless:
    """Spikes per neuron and timestep below which events need less traffic than frames. [1].

    Parameters
    ----------
    packet_bits : float or array
        Size of one event, above zero. [bit]
    bits_per_neuron : float or array
        Size of one neuron in a frame. [bit]

    Returns
    -------
    float or array
        Rate at which both are equal. [1]

    Notes
    -----
    Formula: r = b_neuron / b_packet

    Valid: the same network carries events and frames; header and idle energy left out

    References
    ----------
    .. [1] Derivation: docs/models/network.md.

    Examples
    --------
    Events of 30 bits against one bit: 3.3 %.

    >>> f"{event_advantage_rate(30.0, 1.0):.3f}"
    '0.033'
    """
    return bits_per_neuron / packet_bits


@equation
def serialisation_time(packet_bits: u.Bit, link_width: u.Bit, clock_frequency: u.PerSecond) -> u.Second:
    """Time that a packet occupies one link. [s].

    Parameters
    ----------
    packet_bits : float or array
        Size of a packet. [bit]
    link_width : float or array
        Bits that the link moves in one cycle, above zero. [bit]
    clock_frequency : float or array
        Clock of the link, above zero. [1/s]

    Returns
    -------
    float or array
        Time. [s]

    Notes
    -----
    Formula: t = ceil(b / w) / f

    Valid: packets that leave in whole flits

    References
    ----------
    .. [1] Derivation: docs/models/network.md.

    Examples
    --------
    30 bits over 16 wires at 200 MHz take two cycles.

    >>> f"{serialisation_time(30.0, 16.0, 200e6):.3g}"
    '1e-08'
    """
    return rounded_up(packet_bits / link_width) / clock_frequency


@equation
def handshake_wire_factor(
    symbol_bits: u.Dimensionless, acknowledged_bits: u.Dimensionless
) -> u.Dimensionless:
    """Energy of return-to-zero wires relative to clocked wires with random bits. [1].

    Parameters
    ----------
    symbol_bits : float or array
        Bits that one rising wire encodes: 1 with two wires for each bit, 2 with four wires for two. [1]
    acknowledged_bits : float or array
        Bits that are acknowledged together, by a wire of its own. [1]

    Returns
    -------
    float or array
        Factor. [1]

    Notes
    -----
    Formula: F = 4 (1/b + 1/w)

    Valid: one-of-2^b codes with four phases, charged once a symbol, compared with wires charged in every fourth cycle

    References
    ----------
    .. [1] Derivation: docs/models/network.md.

    Examples
    --------
    Two wires for each bit of a flit of 32 bits, and four wires for two.

    >>> f"{handshake_wire_factor(1.0, 32.0):g}", f"{handshake_wire_factor(2.0, 32.0):g}"
    ('4.125', '2.125')
    """
    return _TRANSITIONS * (1.0 / symbol_bits + 1.0 / acknowledged_bits)


@equation
def bundled_data_wire_factor(acknowledged_bits: u.Dimensionless) -> u.Dimensionless:
    """Energy of bundled-data wires relative to clocked wires with random bits. [1].

    Parameters
    ----------
    acknowledged_bits : float or array
        Bits that go with one request and its acknowledgement, each on a wire that returns to zero. [1]

    Returns
    -------
    float or array
        Factor. [1]

    Notes
    -----
    Formula: F = 1 + 8/w

    Valid: one wire for a bit, as with a clock, and two wires of a handshake for w of them

    References
    ----------
    .. [1] Derivation: docs/models/network.md.

    Examples
    --------
    A flit of 32 bits.

    >>> f"{bundled_data_wire_factor(32.0):g}"
    '1.25'
    """
    return 1.0 + 2.0 * _TRANSITIONS / acknowledged_bits


@equation
def handshake_rate(flit_width: u.Bit, hop_time: u.Second) -> u.BitPerSecond:
    """Data rate of an asynchronous return-to-zero link. [bit/s].

    Parameters
    ----------
    flit_width : float or array
        Bits that are acknowledged together. [bit]
    hop_time : float or array
        Time of a signal from one router through the next. [s]

    Returns
    -------
    float or array
        Rate. [bit/s]

    Notes
    -----
    Formula: R = w / (4 t_hop)

    Valid: data, acknowledgement and the return of both, one after the other; a lower bound, since the
        acknowledgement does not pass the router

    References
    ----------
    .. [1] Derivation: docs/models/network.md.

    Examples
    --------
    32 bits and 5 ns.

    >>> f"{handshake_rate(32.0, 5e-9):.3g}"
    '1.6e+09'
    """
    return flit_width / (_TRANSITIONS * hop_time)


@equation
def queueing_wait(packet_time: u.Second, load: u.Dimensionless) -> u.Second:
    """Mean time that a packet waits in front of a link. [s].

    Parameters
    ----------
    packet_time : float or array
        Time that a packet occupies the link. [s]
    load : float or array
        Share of the time for which the link is busy. [1]

    Returns
    -------
    float or array
        Waiting time; infinite at a load of 1 and above. [s]

    Notes
    -----
    Formula: W = rho t_packet / [2 (1 - rho)]

    Valid: packets of equal length with random arrivals (M/D/1), 0 <= rho < 1; bursts wait longer

    References
    ----------
    .. [1] Derivation: docs/models/network.md.
    .. [2] L. Kleinrock, Queueing Systems, vol. 1, Wiley (1975), chapter 5: the formula of Pollaczek and Khinchin
       for service times that do not vary.

    Examples
    --------
    At half load a packet waits for half of its own time, at 90 % for four and a half times.

    >>> f"{queueing_wait(10e-9, 0.5):.3g}", f"{queueing_wait(10e-9, 0.9):.3g}"
    ('5e-09', '4.5e-08')
    """
    return divided(load * packet_time / 2.0, 1.0 - load)


@equation
def packet_latency(
    hops: u.Dimensionless, hop_time: u.Second, serialisation_time: u.Second, wait: u.Second
) -> u.Second:
    """Mean time of a packet, or of the last of a train of them, from sender to receiver. [s].

    Parameters
    ----------
    hops : float or array
        Links that the packet passes. [1]
    hop_time : float or array
        Time of one router and link. [s]
    serialisation_time : float or array
        Time that the packet, or the train, occupies one link. [s]
    wait : float or array
        Time that it waits in front of each link. [s]

    Returns
    -------
    float or array
        Latency. [s]

    Notes
    -----
    Formula: t = H (t_hop + W) + t_serial

    Valid: the same load on every link of the path; a bound with the load of the busiest link

    References
    ----------
    .. [1] Derivation: docs/models/network.md.

    Examples
    --------
    5 hops of 5 ns, 10 ns of serialisation, half load: 5 x (5 + 5) + 10 ns.

    >>> f"{packet_latency(5.0, 5e-9, 10e-9, queueing_wait(10e-9, 0.5)):.3g}"
    '6e-08'
    """
    return hops * (hop_time + wait) + serialisation_time


@equation
def asleep_share(sleep_power: u.Watt, idle_power: u.Watt) -> u.Dimensionless:
    """Power of a sleeping link over that of the idle one, at most one. [1].

    Parameters
    ----------
    sleep_power : float or array
        Power in the deepest state that it wakes from in its wake-up time. [W]
    idle_power : float or array
        Power while it is ready to transfer, above zero. [W]

    Returns
    -------
    float or array
        Share. [1]

    Notes
    -----
    Formula: s = min(P_sleep / P_idle, 1)

    Valid: links that sleep only where that saves power

    References
    ----------
    .. [1] Derivation: docs/models/input_path.md.

    Examples
    --------
    A pair that draws 4.2 mW when it is ready and 42 uW asleep keeps 1 %.

    >>> [f"{asleep_share(p, 4.2e-3):.3g}" for p in (42e-6, 8e-3)]
    ['0.01', '1']
    """
    return np.minimum(sleep_power / idle_power, 1.0)


_EULER = 0.5772156649015329
"""Euler's constant; mathematics."""
_SERIES_TO = 12.0
"""Below it the series is exact to rounding, above it the asymptotic form; numerical."""
_TERMS = 64
"""Terms of the series; it ends far below rounding at the end of its range; numerical."""
_HALF, _ZETA = 1.0 / 2.0, np.pi**2 / (1 + 2 + 3)
"""Of the asymptotic form: a half, and the sum of 1/k^2; mathematics."""
_AXES = 2.0
"""Of a plane; mathematics."""


def _touched(peak: u.Dimensionless) -> u.Dimensionless:
    """Integral of (1 - exp(-a exp(-x))) x over x from 0 on: Sum (-1)^(k+1) a^k / (k! k^2)."""
    a = np.asarray(peak, dtype=np.float64)
    small, large = np.minimum(a, _SERIES_TO), np.maximum(a, _SERIES_TO)
    term, found = np.ones_like(small), np.zeros_like(small)
    for k in range(1, _TERMS):
        term = -term * small / k
        found = found - term / k**2
    far = _HALF * ((np.log(large) + _EULER) ** 2 + _ZETA)
    return np.where(a < _SERIES_TO, found, far)


@equation
def reached_places(
    targets: u.Dimensionless, place_area: u.SquareMetre, decay_length: u.Metre
) -> u.Dimensionless:
    """Places of a sheet of neurons with at least one target of a neuron, including its own place. [1].

    Parameters
    ----------
    targets : float or array
        Targets of a neuron. [1]
    place_area : float or array
        Area of the sheet whose neurons one place (core, chip, board) holds. [m^2]
    decay_length : float or array
        Length in which the density of targets falls to 1/e. [m]

    Returns
    -------
    float or array
        Places, between one and the number of targets plus one. [1]

    Notes
    -----
    Formula: a = K min(1, A / (2 pi L^2)); S = 2 pi L^2 Int_0^inf (1 - exp(-a e^-x)) x dx; R = sqrt(S / pi);
    m = 1 + 4 R / sqrt(A) + S / A

    Valid: independent targets with density exp(-r/L) / (2 pi L^2) around a neuron anywhere in its
    place; square places. S is the area in which a place the size of A (at most that of the whole cloud) holds a
    target; m is the mean number of squares that a disc of this area touches. Borders of the
    sheet are left out. Compared with sampled targets it is up to a third too high, with the largest error at
    A of about ten L^2

    References
    ----------
    .. [1] V. Braitenberg and A. Schuz, "Cortex: statistics and geometry of neuronal connectivity", Springer (1998), for
       connections that fall with distance. The count of places is derived here.

    Examples
    --------
    In places of the size of single neurons each target is a place of its own; one place that holds everything is
    the only one but for its border.

    >>> f"{reached_places(4000.0, 1e-13, 3e-4):.0f}", f"{reached_places(4000.0, 1.0, 3e-4):.3f}"
    ('4001', '1.011')
    """
    cloud: u.SquareMetre = 2.0 * np.pi * decay_length**2
    peak: u.Dimensionless = targets * np.minimum(1.0, place_area / cloud)
    area: u.SquareMetre = cloud * _touched(peak)
    radius: u.Metre = np.sqrt(area / np.pi)
    found: u.Dimensionless = 1.0 + _AXES**2 * radius / np.sqrt(place_area) + area / place_area
    return np.minimum(found, 1.0 + targets)


@equation
def mean_grid_steps(decay_length: u.Metre, place_area: u.SquareMetre) -> u.Dimensionless:
    """Steps on a grid of places to a target, on average over local targets. [1].

    Parameters
    ----------
    decay_length : float or array
        Length in which the density of targets falls to 1/e. [m]
    place_area : float or array
        Area of the sheet whose neurons one place holds. [m^2]

    Returns
    -------
    float or array
        Steps along rows and columns. [1]

    Notes
    -----
    Formula: d = (4 / pi) 2 L / sqrt(A)

    Valid: square places; targets with density exp(-r/L) / (2 pi L^2), whose mean distance is 2 L

    References
    ----------
    .. [1] Derived here: |cos| + |sin| is 4/pi on average over directions, and Int r^2 exp(-r/L) dr / L^2 is 2 L.

    Examples
    --------
    >>> f"{mean_grid_steps(3e-4, 1e-6):.3f}"
    '0.764'
    """
    return (_AXES**2 / np.pi) * 2.0 * decay_length / np.sqrt(place_area)
