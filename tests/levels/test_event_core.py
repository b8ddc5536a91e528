"""Cores of published events: where spikes go, how long a step takes, and what has room."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import yaml

from neuroest.levels.time_multiplexing import mean_longest_step
from neuroest.pipeline.estimate import estimate
from neuroest.reporting.explanation import explain
from neuroest.results.estimate import Estimate
from tests.each import each

LOIHI, NETWORK = "loihi_14nm", "mlp_mnist_spiking"
EVENTS = "chip.core.events."
SANAFE = {
    "synaptic_operation_energy": "35.5 pJ",
    "active_update_energy": "142.1 pJ",  # 51.2 + 21.6 + 69.3 pJ
    "inactive_update_energy": "72.8 pJ",
    "spike_energy": "111 pJ",
    "hop_energy": "3.6 pJ",  # mean of 3.0 and 4.2 pJ
    "synaptic_operation_time": "3.8 ns",
    "update_time": "9.7 ns",  # 6.0 + 3.7 ns
    "active_update_time": "39.7 ns",  # and 30 ns
    "spike_time": "16 ns",
    "hop_time": "5.3 ns",  # mean of 4.1 and 6.5 ns
    "core_static_power": "0 W",
}
"""Energies and times of an event in arch/loihi.yaml of SANA-FE 2.2.9."""


def loihi(workload: str | Path = NETWORK, **changed: object) -> Estimate:
    paths = {name if name.startswith("workload.") else EVENTS + name: str(v) for name, v in changed.items()}
    return estimate(LOIHI, str(workload), paths)


def dense(folder: Path, sizes: tuple[int, ...], steps: int, rates: tuple[float, float], share: float) -> Path:
    """A spiking network; inputs fire in all steps, neurons in a share of them."""
    about = {"basis": "assumed", "rationale": "for this test"}
    data = {
        "kind": "workload",
        "name": "given",
        "description": "A perceptron.",
        "coding": "spiking",
        "timesteps": steps,
        "precision": {"weights": 8, "accumulator": 24},
        "weights": {"mean_absolute": 0.3, **about},
        "input": {"shape": [sizes[0]], "activity": {"rate": rates[0], **about}},
        "activity": {"rate": rates[1], "active_steps": share, **about},
        "layers": [
            {"name": f"layer_{n}", "type": "fully_connected", "outputs": size}
            for n, size in enumerate(sizes[1:])
        ],
    }
    path = folder / "given.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    return path


def test_times_of_spikes_and_hops_enter_the_time_of_a_step() -> None:
    plain = loihi()
    for name, time in (("spike_time", "1 us"), ("hop_time", "100 us")):
        slow = loihi(**{name: time})
        assert slow.totals["latency_s"] > 2.0 * plain.totals["latency_s"], name


def test_a_spike_is_counted_for_each_core_that_it_goes_to() -> None:
    # 784 x 0.1307 and 512 x 0.1 twice, in 20 steps, to 4, 3 and 1 cores
    counts = loihi().evaluation.counts.actions[EVENTS[:-1], "spike"]
    sent = 20.0 * np.array([784 * 0.1307 * 4, 512 * 0.1 * 3, 512 * 0.1 * 1])
    assert np.ravel(counts) == pytest.approx(sent)


def test_a_step_by_hand() -> None:
    """784-512-512-10 on 4, 3 and 1 cores; hidden_1 is the slowest layer."""
    step = loihi().totals["initiation_interval_s"] / 20.0
    spikes = 784 * 0.1307
    updates = 128 * (0.1 * 8.4e-9 + 0.9 * 5.3e-9)
    received = spikes * 2.1e-9 + spikes * 128 * 3.5e-9
    # besides, the hops of the farthest spike, 2 x 5.3 ns from the place of the input to four cores
    assert step == pytest.approx(updates + received + 465e-9, rel=2e-3)


SIMULATED = (
    # sizes, steps, rates, share, neurons of a core, memory, barrier, simulated time and energy, cores, exact time
    ((784, 512, 512, 10), 20, (0.1316, 0.1), 0.1, 1024, "1 MiB", "0.6 us", 5.6557e-3, 58.578e-6, 3, 5.6569e-3),
    ((784, 512, 512, 10), 20, (0.1316, 0.1), 0.1, 1024, "128 KiB", "1 us", 1.6327e-3, 59.515e-6, 8, 1.6327e-3),
    ((256, 256, 256, 10), 12, (0.0498, 1 / 12), 1 / 12, 128, "128 KiB", "1 us", 208.94e-6, 4.4209e-6, 5, 220.30e-6),
    ((1024, 512, 256, 10), 12, (0.0223, 1 / 12), 1 / 12, 128, "256 KiB", "1 us", 393.32e-6, 10.7258e-6, 7, 393.38e-6),
    ((784, 512, 512, 10), 20, (0.1316, 0.0817), 1.0, 1024, "128 KiB", "1 us", 1.17415e-3, 55.955e-6, 8, 1.35325e-3),
)  # fmt: skip
"""SANA-FE 2.2.9, timing model `simple`, on the same cores; all neurons but the inputs fire in the same steps, and in
the last row each by a drive of its own.

`benchmarks/peers/loihi_in_time.py` makes them; rates are those of the drawn spikes. The last number of a row is the
time by its cycle-accurate network on chip. Its default, `detailed`, estimates blocked senders by a rule: 5.6557 ms,
2.2953 ms, 209.65 us, 480.18 us and 1.9669 ms.
"""


@each(
    "sizes, steps, rates, share, neurons, memory, barrier, time, joules, cores, exact",
    SIMULATED,
)
def test_loihi_in_time_agrees_with_a_simulation_of_every_spike(
    sizes: tuple[int, ...], steps: int, rates: tuple[float, float], share: float, neurons: int, memory: str,
    barrier: str, time: float, joules: float, cores: int, exact: float, tmp_path: Path,
) -> None:  # fmt: skip
    network = dense(tmp_path, sizes, steps, rates, share)
    own: Mapping[str, object] = {
        "neurons_per_core": neurons,
        "synapse_memory": memory,
        "synchronisation_time": barrier,
    }
    result = loihi(network, **{**SANAFE, **own}).totals
    assert result["computing_units"] == cores
    assert result["initiation_interval_s"] == pytest.approx(time, rel=0.13)
    assert result["initiation_interval_s"] == pytest.approx(exact, rel=0.20)
    assert result["dynamic_energy_J"] == pytest.approx(joules, rel=0.01)


def test_bursts_make_cores_wait_and_change_no_count() -> None:
    spread, bursts = loihi(), loihi(**{"workload.activity.active_steps": 0.1})
    assert bursts.totals["initiation_interval_s"] > spread.totals["initiation_interval_s"]
    assert bursts.totals["dynamic_energy_J"] == spread.totals["dynamic_energy_J"]


def test_the_mean_of_the_longest_step_is_that_of_all_combinations() -> None:
    silent, active, share = np.array([1.0, 2.5, 0.5]), np.array([4.0, 3.0, 2.0]), np.array([0.2, 0.5, 0.9])
    expected = sum(
        np.prod(np.where(fires, share, 1.0 - share)) * np.max(np.where(fires, active, silent))
        for fires in itertools.product([True, False], repeat=3)
    )
    assert mean_longest_step(silent, active, share) == pytest.approx([expected], rel=1e-14)
    rows = mean_longest_step(
        np.stack([silent, silent]), np.stack([active, 2.0 * active]), np.stack([share] * 2)
    )
    assert rows[0] == pytest.approx([expected], rel=1e-14)
    assert mean_longest_step(silent, active, np.ones(3)) == pytest.approx([4.0], rel=0)


def test_a_network_with_more_axons_than_a_core_has_fails_a_check(tmp_path: Path) -> None:
    """Three layers of 100 000 on 1490 chips."""
    result = loihi(dense(tmp_path, (100_000, 100_000, 100_000), 1, (0.01, 0.01), 1.0))
    failed = {check.name for check in result.failed_checks}
    assert {"input_axons", "output_axons"} <= failed
    # 1000 spikes to 95 368 cores on 746 chips, in each over the five links between blocks of 32 tiles that bound 3.44e9
    # spikes a second
    assert result.totals["latency_s"] > 1000 * 95_368 / (746 * 5) / 3.44e9


def test_a_link_whose_rate_is_not_known_is_occupied_for_the_time_of_a_hop(tmp_path: Path) -> None:
    network = dense(tmp_path, (100_000, 100_000, 100_000), 1, (0.01, 0.01), 1.0)
    hidden = -1  # the input enters each of the chips
    known, unknown = (
        np.ravel(loihi(network, tile_spike_rate=rate).evaluation.timing.step)[hidden]
        for rate in ("1e9 1/s", "0 1/s")
    )
    assert unknown - known == pytest.approx(1000 * 95_368 / (746 * 5) * (5.3e-9 - 1e-9), rel=0.01)


def test_loihi_2_is_faster_by_the_factors_that_were_published() -> None:
    one, two = (
        estimate(chip, NETWORK).totals["initiation_interval_s"] / 20 for chip in (LOIHI, "loihi2_intel4")
    )
    # five times for 13 000 synaptic operations in a core of the slowest layer, which are most of the step
    assert 4.5 < one / two < 5.0


def test_layers_that_share_a_core_of_loihi_leave_the_others_empty(tmp_path: Path) -> None:
    network = dense(tmp_path, (64, 64, 64, 10), 10, (0.1, 0.1), 1.0)
    shared = {"chip.core.packing": "shared_cores"}
    apart, together = (estimate(LOIHI, str(network), settings).totals for settings in ({}, shared))
    assert (apart["computing_units"], together["computing_units"]) == (3, 1)
    assert together["dynamic_energy_J"] == pytest.approx(apart["dynamic_energy_J"])
    # the core works for its layers one after the other
    assert together["initiation_interval_s"] > apart["initiation_interval_s"]


def test_what_has_no_limit_is_no_check() -> None:
    names = {check.name for check in loihi().checks}
    assert "power_density" not in names
    assert {"input_axons", "output_axons"} <= names
    assert "input_axons" not in {check.name for check in loihi(input_axons=0).checks}


def test_the_explanation_of_a_latency_with_bursts_names_the_mean_of_the_longest_step() -> None:
    bursts = loihi(**{"workload.activity.active_steps": 0.1})
    longest = bursts.totals["initiation_interval_s"] / 20.0
    assert (
        f"with {longest * 1e6:.1f} us, the mean of the longest step" in explain(bursts, "latency_s").step.how
    )
