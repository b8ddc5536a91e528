"""Claims about wires, trees, meshes and packets."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import network, wiring
from tests.each import each

SAMPLES: dict[str, dict[str, float]] = {
    "feed_forward_hops": {"units_from": 56.0, "units_to": 32.0},
    "address_bits": {"targets": 100.0, "axons": 1024.0},
    "multicast_hops": {"farthest_hops": 6.0, "destinations": 5.0, "local_hops": 1.0},
    "frame_bits": {"neurons": 512.0, "bits_per_neuron": 1.0},
    "event_advantage_rate": {"packet_bits": 30.0, "bits_per_neuron": 1.0},
    "serialisation_time": {"packet_bits": 30.0, "link_width": 16.0, "clock_frequency": 200e6},
    "farthest_hops": {"units_from": 4.0, "units_to": 9.0},
    "asleep_share": {"sleep_power": 42e-6, "idle_power": 4.2e-3},
    "boundary_links": {"units_from": 16.0, "units_to": 9.0},
    "multicast_links": {"links": 4.0, "receivers": 16.0, "destinations": 8.0},
    "handshake_wire_factor": {"symbol_bits": 2.0, "acknowledged_bits": 32.0},
    "bundled_data_wire_factor": {"acknowledged_bits": 32.0},
    "handshake_rate": {"flit_width": 32.0, "hop_time": 5e-9},
    "queueing_wait": {"packet_time": 10e-9, "load": 0.3},
    "packet_latency": {"hops": 5.0, "hop_time": 5e-9, "serialisation_time": 10e-9, "wait": 2e-9},
    "reached_places": {"targets": 4000.0, "place_area": 1e-8, "decay_length": 3e-4},
    "mean_grid_steps": {"decay_length": 3e-4, "place_area": 1e-8},
}


@each("side", [1, 2, 3, 8, 16])
def test_mesh_hops_equal_the_mean_over_all_pairs(side):
    # blocks of equal size stand a side apart along the row; across it places differ as any two do
    offsets = [abs(a - b) for a, b in itertools.product(range(side), repeat=2)]
    hops = network.feed_forward_hops(float(side**2), float(side**2))
    assert hops == pytest.approx(side + np.mean(offsets), rel=1e-12)


@each("side_from, side_to", [(1, 1), (2, 2), (3, 5), (7, 2), (1, 6), (8, 8)])
def test_feed_forward_hops_equal_the_mean_over_all_pairs_of_two_adjacent_blocks(side_from, side_to):
    sender = itertools.product(range(side_from), range(side_from))
    receiver = itertools.product(range(side_from, side_from + side_to), range(side_to))
    hops = [abs(x - u) + abs(y - v) for (x, y), (u, v) in itertools.product(sender, receiver)]
    found = network.feed_forward_hops(float(side_from**2), float(side_to**2))
    assert found == pytest.approx(np.mean(hops), rel=1e-12)


@given(st.floats(1.0, 1e4), st.floats(1.0, 1e4))
def test_feed_forward_hops_are_symmetric_and_at_least_one(units_from, units_to):
    there = network.feed_forward_hops(units_from, units_to)
    assert there == pytest.approx(network.feed_forward_hops(units_to, units_from), rel=1e-12)
    assert there >= 1.0 - 1e-12


def h_tree(side: float, levels: int) -> tuple[float, float]:
    """Path to a leaf and length of all wires of an H-tree, one H at a time."""
    path, total = 0.0, 0.0
    for level in range(1, levels + 1):
        bar = side / 2**level
        path += bar  # half a horizontal bar and half a vertical one
        total += 4 ** (level - 1) * 3 * bar
    return path, total


@each("levels", [0, 1, 2, 3, 5])
def test_h_tree_lengths_equal_the_sum_over_its_levels(levels):
    path, total = h_tree(2e-3, levels)
    assert wiring.h_tree_path_length(2e-3, 4.0**levels) == pytest.approx(path, rel=1e-12, abs=0.0)
    assert wiring.h_tree_total_length(2e-3, 4.0**levels) == pytest.approx(total, rel=1e-12, abs=0.0)


def test_one_leaf_needs_no_tree():
    assert wiring.h_tree_path_length(1e-3, 1.0) == 0.0
    assert wiring.h_tree_total_length(1e-3, 1.0) == 0.0


def step_response_half_time(sections: int) -> float:
    """Time, in R C, until half the swing at the end of a line of lumped sections (exact, by eigenvalues)."""
    matrix = np.zeros((sections, sections))
    for node in range(sections):
        matrix[node, node] = -2.0 if node < sections - 1 else -1.0
        if node:
            matrix[node, node - 1] = matrix[node - 1, node] = 1.0
    values, vectors = np.linalg.eigh(matrix * sections**2)
    weights = -vectors[-1] * (vectors.T @ np.ones(sections))
    low, high = 0.1, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        reached = 1.0 + weights @ np.exp(values * middle)
        low, high = (middle, high) if reached < 0.5 else (low, middle)
    return low


def test_wire_delay_equals_the_step_response_of_a_finely_divided_line():
    # 400 sections are 0.1 % from the continuous line, the single mode is 0.02 %; Sakurai prints 0.377.
    # a repeated line of R C = R0 C0 = 1 takes 2 [ln 2 + sqrt(a ln 2)], whose a is that of the bare line
    repeated = wiring.repeated_wire_delay(1.0, 1.0, 1.0, 1.0)
    coefficient = (repeated / 2.0 - math.log(2.0)) ** 2 / math.log(2.0)
    assert coefficient == pytest.approx(step_response_half_time(400), rel=3e-3)
    assert coefficient == pytest.approx(0.377, rel=6e-3)


def test_repeated_wire_is_the_best_of_all_sizes_and_spacings():
    # T = k [ln2 (R0/h)(C/k + h C0) + (R/k)(0.379 C/k + ln2 h C0)], searched on a grid over k and h.
    line, drive, load = 0.379, 1e3, 2e-15
    resistance, capacitance = 1e4, 2e-12
    count, size = np.meshgrid(np.geomspace(0.5, 500, 1500), np.geomspace(1, 1000, 1500))
    delay = np.log(2) * (drive * capacitance / size + count * drive * load + resistance * size * load)
    delay = delay + line * resistance * capacitance / count
    found = wiring.repeated_wire_delay(1.0, resistance, capacitance, drive * load)
    assert found == pytest.approx(delay.min(), rel=1e-3)  # grid step


def test_repeated_wire_is_close_to_the_textbook_coefficient():
    # Bakoglu and Meindl round 0.377 to 0.4 and ln 2 to 0.7: 2 (0.7 + sqrt(0.28)) = 2.46, printed as 2.5.
    assert wiring.repeated_wire_delay(1.0, 1.0, 1.0, 1.0) == pytest.approx(2.46, rel=0.03)


@given(st.floats(1e-5, 1e-2), st.floats(1.01, 10.0))
def test_repeated_delay_is_linear_in_length(length, factor):
    repeated = [wiring.repeated_wire_delay(x, 1e6, 2e-10, 2e-12) for x in (length, factor * length)]
    assert repeated[1] / repeated[0] == pytest.approx(factor, rel=1e-9)


def test_a_returning_spike_takes_four_times_a_random_bit():
    spike = wiring.wire_energy_per_bit_length(1.0, 1.5, 0.2e-9, 0.9, 1.0)
    bit = wiring.wire_energy_per_bit_length(0.25, 1.5, 0.2e-9, 0.9, 1.0)
    assert spike == pytest.approx(4 * bit, rel=1e-12)
    # 1.5 x 0.2 pF/mm x 0.81 V^2 / 4 = 60.75 fJ/mm, inside the published 25 to 110 fJ per bit and millimetre.
    assert bit == pytest.approx(60.75e-12, rel=1e-12)


def test_random_bits_charge_a_wire_every_fourth_time():
    bits = np.array(list(itertools.product([0, 1], repeat=12)))
    rising = (bits[:, 1:] > bits[:, :-1]).mean()
    assert rising == pytest.approx(0.25, rel=1e-9)


def test_bus_toggles_its_whole_length():
    # 32 bits x 2 mm x 100 fJ/mm
    assert wiring.wire_energy(32.0, 2e-3, 100e-12) == pytest.approx(6.4e-12, rel=1e-12)


def test_bus_area_shrinks_with_layers_and_is_out_without():
    assert wiring.bus_area(64.0, 0.1e-6, 1e-3, 4.0) == pytest.approx(1600e-12, rel=1e-12)
    assert wiring.bus_area(64.0, 0.1e-6, 1e-3, 0.0) == np.inf


@each("targets, axons, digits", [(1, 1, 0), (2, 2, 2), (128, 4096, 19), (129, 4097, 21), (92, 128, 14)])
def test_address_has_a_digit_for_every_doubling(targets, axons, digits):
    assert network.address_bits(targets, axons) == digits
    assert digits == math.ceil(math.log2(targets)) + math.ceil(math.log2(axons))


def test_events_of_30_bits_win_below_3_3_percent():
    rate = network.event_advantage_rate(30.0, 1.0)
    assert rate == pytest.approx(0.0333, rel=2e-3)
    neurons = 512.0
    assert neurons * rate * 30.0 == pytest.approx(network.frame_bits(neurons, 1.0), rel=1e-12)


def test_multicast_to_one_destination_is_unicast():
    assert network.multicast_hops(6.0, 1.0, 2.0) == 6
    assert network.multicast_hops(6.0, 5.0, 2.0) == 14


def test_a_multicast_packet_takes_its_part_of_the_links():
    # 4 x 4 receivers behind four links: neighbours fill columns of four
    for destinations, columns in ((1, 1), (4, 1), (8, 2), (12, 3), (16, 4)):
        assert network.multicast_links(4.0, 16.0, destinations) == pytest.approx(4 / columns)
    assert network.multicast_links(2.0, 16.0, 1.0) == pytest.approx(2.0)
    assert network.multicast_links(4.0, 16.0, 40.0) == pytest.approx(1.0)


def test_latency_without_load_is_hops_and_serialisation():
    # 5.25 hops of 4.1 ns and two cycles of 200 MHz: 21.5 + 10 ns
    serial = network.serialisation_time(30.0, 16.0, 200e6)
    assert serial == pytest.approx(10e-9, rel=1e-12)
    assert network.packet_latency(5.25, 4.1e-9, serial, 0.0) == pytest.approx(31.525e-9, rel=1e-12)


@pytest.mark.parametrize("load", [1.0, 1.5])
def test_saturated_link_never_delivers(load):
    assert network.queueing_wait(10e-9, load) == np.inf


@pytest.mark.parametrize("load", [0.1, 0.5, 0.8])
def test_wait_agrees_with_a_simulated_queue(load):
    # Lindley's recursion, packets of one length at random times; its standard error here is below 1 %
    generator = np.random.default_rng(7)
    steps = 1.0 - generator.exponential(1.0 / load, 400_000)
    walk = np.concatenate([[0.0], np.cumsum(steps)])
    waits = walk - np.minimum.accumulate(walk)
    assert np.mean(waits) == pytest.approx(network.queueing_wait(1.0, load), rel=0.03)


def way(start, end):
    """Links of a packet that goes along its row first, then along the column."""
    (row, column), (last_row, last_column) = start, end
    step = 1 if last_column > column else -1
    links = [((row, c), (row, c + step)) for c in range(column, last_column, step)]
    step = 1 if last_row > row else -1
    return links + [((r, last_column), (r + step, last_column)) for r in range(row, last_row, step)]


@each("sender", [1, 2, 3, 5])
@each("receiver", [1, 2, 4, 6])
def test_no_link_between_two_blocks_carries_more_than_the_bound(sender, receiver):
    blocks = (
        [(r, c) for r in range(sender) for c in range(sender)],
        [(r, sender + c) for r in range(receiver) for c in range(receiver)],
    )
    ways = [way(a, b) for a in blocks[0] for b in blocks[1]]
    assert max(map(len, ways)) == network.farthest_hops(sender**2, receiver**2)
    carried = {}
    for link in itertools.chain.from_iterable(ways):
        carried[link] = carried.get(link, 0.0) + 1.0 / len(ways)
    bound = 1.0 / network.boundary_links(sender**2, receiver**2)
    assert max(carried.values()) <= bound * (1 + 1e-12)
    if sender <= receiver:
        assert max(carried.values()) == pytest.approx(bound)


@given(st.floats(1.0, 1e4), st.floats(1.0, 1e4))
def test_the_farthest_units_are_at_least_as_far_as_the_mean(sender, receiver):
    assert network.farthest_hops(sender, receiver) >= network.feed_forward_hops(sender, receiver) - 1e-9


def test_whole_flits_are_not_rounded_up():
    assert network.serialisation_time(64.0, 64.0, 1e9) == pytest.approx(1e-9, rel=1e-12)
    assert network.serialisation_time(65.0, 64.0, 1e9) == pytest.approx(2e-9, rel=1e-12)


@pytest.mark.parametrize("symbol", [1, 2])
def test_signals_that_return_to_zero_charge_as_many_wires_as_counted(symbol):
    # 64 random bits on clocked wires against one of 2^b wires for b bits; a wire is charged when it rises
    bits = np.random.default_rng(1).integers(0, 2, (20000, 64))
    clocked = np.sum(np.diff(bits, axis=0) > 0) / (len(bits) - 1)
    symbols, acknowledged = 64 / symbol, 1.0
    factor = (symbols + acknowledged) / clocked
    assert network.handshake_wire_factor(float(symbol), 64.0) == pytest.approx(factor, rel=0.01)


def test_tapered_buffer_by_hand() -> None:
    # 1 fF to 64 fF in steps of 4: 3 inverters of 1, 4 and 16 units; they charge 4 + 16 + 64 = 84 fF, and the
    # closed form 64 * 4/3 = 85.3 fF is the sum of an infinite chain
    stages = wiring.tapered_buffer_stages(64e-15, 1e-15, 4.0)
    assert stages == 3
    assert wiring.tapered_buffer_area(1e-12, stages, 4.0) == pytest.approx(21e-12)
    exact = 84e-15 * 0.81
    energy = wiring.tapered_buffer_energy(64e-15, 0.9, 4.0)
    assert exact < energy < 1.02 * exact


def test_even_a_small_load_needs_one_inverter() -> None:
    # the drain output is inverted
    assert wiring.tapered_buffer_stages(0.5e-15, 1e-15, 4.0) == 1


@given(power=st.integers(1, 12), ratio=st.floats(1.5, 10.0))
def test_exact_powers_are_not_rounded_up_to_one_stage_more(power, ratio) -> None:
    assert wiring.tapered_buffer_stages(1e-15 * ratio**power, 1e-15, ratio) == power


@each("peak", [0.01, 1.0, 8.0, 11.9, 12.1, 50.0, 4000.0])
def test_the_touched_area_is_the_integral(peak: float) -> None:
    x = np.linspace(0.0, 60.0, 600_001)
    y = -np.expm1(-peak * np.exp(-x)) * x
    integral = float(np.sum(y[1:] + y[:-1]) * (x[1] - x[0]) / 2)
    assert network._touched(peak) == pytest.approx(integral, rel=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("side", [2e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2])
def test_places_against_drawn_targets(side: float) -> None:
    # targets drawn from the law around neurons anywhere in a square place, and the places that hold one counted
    rng, targets, length = np.random.default_rng(1), 4000, 3e-4
    found = []
    for _ in range(200):
        distance = rng.gamma(2.0, length, targets)
        angle = rng.uniform(0.0, 2.0 * np.pi, targets)
        here = rng.uniform(0.0, side, 2)
        x, y = here[0] + distance * np.cos(angle), here[1] + distance * np.sin(angle)
        places = {(0, 0), *zip(np.floor(x / side).astype(int), np.floor(y / side).astype(int), strict=True)}
        found.append(len(places))
    # at most a third too many, where a place is as large as the cloud of targets
    assert 0.95 < network.reached_places(float(targets), side**2, length) / np.mean(found) < 1.35


def test_a_spike_reaches_no_more_places_than_targets() -> None:
    areas = np.array([1e-16, 1e-12, 1e-8, 1e-4, 1.0])
    reached = network.reached_places(7000.0, areas, 3e-4)
    assert np.all(np.diff(reached) < 0.0) or reached[0] == reached[1]
    assert np.all((reached >= 1.0) & (reached <= 7001.0))


def test_the_mean_step_is_that_of_drawn_targets() -> None:
    rng = np.random.default_rng(2)
    distance, angle = rng.gamma(2.0, 3e-4, 200_000), rng.uniform(0.0, 2.0 * np.pi, 200_000)
    drawn = np.mean(distance * (np.abs(np.cos(angle)) + np.abs(np.sin(angle)))) / 1e-3
    assert network.mean_grid_steps(3e-4, 1e-6) == pytest.approx(drawn, rel=0.01)
