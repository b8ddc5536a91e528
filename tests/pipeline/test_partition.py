"""Networks on several chips: which chip holds what, what crosses and how far, by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from neuroest.core.errors import MappingError
from neuroest.loading.library import load_workload
from neuroest.pipeline.estimate import estimate
from neuroest.results.estimate import Estimate
from tests.chips import run

ADC = "adc_crossbar_28nm"
LINK = {"model": "off_chip_link", "device": "aer_lvds", "carries": ["between_chips"]}
ARRAYS, RATE, PER_BIT = 8, 1e9, 10e-12
BITS = 8


def network(folder: Path) -> str:
    """Three layers of 8, 4 and 4 arrays, of which the first sends least."""
    data = yaml.safe_load(Path(load_workload("mlp_mnist_dense").file).read_text(encoding="utf-8"))
    data["name"], data["input"]["shape"] = "made", [128]
    data["layers"] = [
        {"name": name, "type": "fully_connected", "outputs": outputs}
        for name, outputs in (("first", 256), ("second", 64), ("third", 256))
    ]
    file = folder / "made.yaml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    return str(file)


def system(folder: Path, rule: str, chips: object = "auto", tiles: int = 1, **link: str) -> Estimate:
    changes = {
        "partition": rule,
        "chip.count": chips,
        "chip.tile.count": tiles,
        "chip.board": {**LINK, **link},
    }
    return run(ADC, network(folder), changes, folder)


def crossing(found: Estimate) -> list[float]:
    return [float(n) for n in np.ravel(found.evaluation.counts.between_chips["chip.board"].bits)]


def test_chips_hold_what_the_rule_says(tmp_path: Path) -> None:
    # pairs of columns of two slices on 128 x 128: 1 x 8, 2 x 2 and 1 x 8 arrays, on chips of eight
    order = system(tmp_path, "order")
    assert np.ravel(order.evaluation.mapped.placement.units).tolist() == [8, 4, 8]
    assert float(np.ravel(order.evaluation.mapped.counts["chip"])[0]) == 3
    # in order: the first layer fills a chip, the second and half of the third the next
    assert crossing(order) == pytest.approx([0.0, 256 * BITS, 64 * BITS])
    # in equal parts: borders at 6 2/3 and 13 1/3, within the first and the third layer, and no border in the second
    balance = system(tmp_path, "balance")
    first, third = (8 - 20 / 3) / 8, 20 / 3 / 8
    assert crossing(balance) == pytest.approx([128 * BITS, 256 * BITS * (1 - first), 64 * BITS])
    assert third < 1.0


def test_least_traffic_cuts_where_least_crosses(tmp_path: Path) -> None:
    # chips of sixteen: 20 arrays on two. In order the border is within the third layer, whose input of 64 goes to both
    order = system(tmp_path, "order", tiles=2)
    assert sum(crossing(order)) == pytest.approx(64 * BITS)
    # after the second layer the same 64 cross, after the first 256
    traffic = system(tmp_path, "traffic", tiles=2)
    assert sum(crossing(traffic)) <= sum(crossing(order))
    for tiles in (1, 2):
        found = {
            rule: sum(crossing(system(tmp_path, rule, tiles=tiles)))
            for rule in ("order", "balance", "traffic")
        }
        assert found["traffic"] <= min(found.values()) * (1 + 1e-12)


def test_a_chip_holds_no_more_than_its_units(tmp_path: Path) -> None:
    for rule in ("order", "balance", "traffic"):
        found = system(tmp_path, rule)
        assert float(np.ravel(found.evaluation.mapped.counts["chip"])[0]) == 3


def test_energy_time_and_load_of_a_switched_link(tmp_path: Path) -> None:
    found = system(tmp_path, "order")
    moved = sum(crossing(found))
    rows = [row for row in found.breakdown if row.component == "chip.board" and row.kind == "dynamic"]
    assert sum(row.energy_J for row in rows) == pytest.approx(moved * PER_BIT)
    times = np.ravel(found.evaluation.timing.resources["chip.board"])
    # the second layer lies on one chip and reads one: all bits over one link; the third on two, which share one sender
    assert times.tolist() == pytest.approx([0.0, 256 * BITS / RATE, 64 * BITS / RATE])
    loads = np.ravel(found.evaluation.timing.loads["chip.board"])
    assert float(np.max(loads)) == pytest.approx(256 * BITS / RATE / found.totals["initiation_interval_s"])


def test_a_grid_passes_packets_on(tmp_path: Path) -> None:
    switched, grid = system(tmp_path, "order"), system(tmp_path, "order", topology="grid")
    assert crossing(switched) == pytest.approx(crossing(grid))
    traffic = grid.evaluation.counts.between_chips["chip.board"]
    # from one chip to one chip: a hop; to the two of the third layer: the way to a block of two and one more, over two
    side = np.sqrt(2.0)
    mean = (1 + side) / 2 + (side - 1) / 2
    assert np.ravel(traffic.hops)[1:].tolist() == pytest.approx([1.0, (mean + 1) / 2])


def test_what_a_network_needs_is_reported(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="needs 20 arrays, which are 3 chips of 8, the chip has 16"):
        system(tmp_path, "order", chips=2)


@pytest.mark.parametrize(
    ("chip", "workload", "chips"),
    [
        ("system_2_chips_28nm", "vgg9_cifar10_dense", 2),
        ("system_64_chips_28nm", "vgg9_cifar10_spiking", 64),
        ("system_1000_chips_28nm", "two_wide_layers_spiking", 1000),
    ],
)
def test_shipped_systems_pass_their_checks(chip: str, workload: str, chips: int) -> None:
    found = estimate(chip, workload)
    assert float(np.ravel(found.evaluation.mapped.counts["chip"])[0]) == chips
    assert not found.remarks
    assert sum(row.dynamic_energy_J for row in found.levels) == pytest.approx(
        found.totals["dynamic_energy_J"], rel=1e-12
    )


def test_a_thousand_chips_make_sense_in_power_and_time() -> None:
    found = estimate("system_1000_chips_28nm", "two_wide_layers_spiking")
    spikes, chips = 65536 * 0.01, 500
    traffic = found.evaluation.counts.between_chips["chip.neighbours"]
    packet = float(np.max(found.evaluation.counts.transport.packet))
    # each layer takes half of the thousand chips; its spikes go once to each of them that has them not
    assert np.ravel(traffic.bits)[1] == pytest.approx(10 * spikes * packet * chips, rel=1e-3)
    # and one link carries each spike once
    busiest = np.ravel(traffic.bits / traffic.lanes)[1]
    assert busiest == pytest.approx(10 * spikes * packet, rel=1e-3)
    # a tenth of a watt a chip, most of it reading synapses
    assert 0.01 < found.totals["average_power_W"] / 1000 < 1.0


def test_the_network_on_chip_is_that_of_one_chip() -> None:
    one = estimate("loihi_14nm", "two_wide_layers_spiking")
    hops = one.evaluation.counts.actions["chip.core.events", "hop"]
    spikes = one.evaluation.counts.actions["chip.core.events", "spike"]
    # 32 tiles a chip: at most the way across two blocks of 32 side by side
    assert float(np.max(hops / spikes)) < 2 * np.sqrt(32)
