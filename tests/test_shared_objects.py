"""What a call returns may be kept by the package for the next call; nobody changes that by accident."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import neuroest
from neuroest.loading.library import bibliography, load_architecture, load_device, load_workload, shipped
from tests.each import each

CHIP, NET = "analog_lif_28nm", "shd_recurrent_spiking"
WARM = {"technology.temperature": "310 K"}


def test_a_changed_document_changes_no_later_estimate() -> None:
    before = neuroest.estimate(CHIP, NET, WARM).totals
    load_architecture(CHIP).document.data["chip"]["tile"]["array"]["rows"] = 16
    load_workload(NET).document.data["layers"].clear()
    assert neuroest.estimate(CHIP, NET, WARM).totals == before
    assert load_architecture(CHIP).document.data["chip"]["tile"]["array"]["rows"] != 16


@each(
    "kept",
    [
        lambda: shipped("architecture"),
        lambda: load_device("lif_28nm_circuit").claims,
        lambda: load_device("lif_28nm_circuit").claims_at("chip"),
        bibliography,
        lambda: neuroest.estimate(CHIP, NET).totals,
        lambda: neuroest.estimate(CHIP, NET).claims,
        lambda: neuroest.estimate(CHIP, NET, WARM).settings,
        lambda: neuroest.estimate(CHIP, NET).design.claims,
        lambda: neuroest.estimate(CHIP, NET).design.devices,
    ],
)
def test_a_mapping_that_is_kept_is_read_only(kept: Callable[[], Any]) -> None:
    mapping = kept()
    with pytest.raises(TypeError):
        mapping[next(iter(mapping))] = None
    with pytest.raises(AttributeError):
        mapping.clear()


def test_a_block_that_is_set_stays_as_the_caller_wrote_it() -> None:
    neuron = "chip.tile.array.readout.neuron"
    block = {"model": "diffusive_1m1t1r", "device": "diffusive_bench", "rest_time_constants": 2}
    wanted = {neuron: block}
    alone = neuroest.estimate("diffusive_bench_28nm", NET, wanted).totals
    erased = neuroest.estimate(
        "diffusive_bench_28nm", NET, {neuron: block, f"{neuron}.erasing_voltage": "0.8 V"}
    )
    assert erased.totals != alone
    assert "erasing_voltage" not in block
    assert neuroest.estimate("diffusive_bench_28nm", NET, wanted).totals == alone
