"""The same joules as neuroest, with sources in the log, and a chip of AccelForge that runs on them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import hwcomponents
import pytest
from hwcomponents_neuroest import NeuroestCell, NeuroestConverter, NeuroestNeuron, NeuroestRowDriver

import neuroest

DERIVED = {"device": "diffusive_28nm_derived", "process": "cmos_28nm_lp", "layout": "stacked"}


def test_hwcomponents_finds_every_model() -> None:
    found = {model.__name__ for model in hwcomponents.get_models()}
    assert {"NeuroestNeuron", "NeuroestCell", "NeuroestConverter", "NeuroestRowDriver"} <= found


@pytest.mark.parametrize(
    ("model", "action", "costs", "name"),
    [
        (
            lambda: NeuroestNeuron(device="lif_28nm_besrour", process="cmos_28nm_lp"), "spike",
            lambda: neuroest.block("reported_neuron", device="lif_28nm_besrour", process="cmos_28nm_lp"), "spike",
        ),
        (
            lambda: NeuroestNeuron(**DERIVED), "read",
            lambda: neuroest.block("diffusive_1m1t1r_integrated", **DERIVED), "spike",
        ),
        (
            lambda: NeuroestCell(device="rram_hfox_28nm"), "read",
            lambda: neuroest.block("one_transistor_one_resistor", device="rram_hfox_28nm", inside="adc_crossbar_28nm"),
            "cell_read",
        ),
        (
            lambda: NeuroestConverter(device="sar_macro", n_bits=6, process="cmos_28nm_lp"), "convert",
            lambda: neuroest.block("whole_adc", device="sar_macro", bits=6, process="cmos_28nm_lp"), "conversion",
        ),
        (
            lambda: NeuroestRowDriver(device="row_driver_tapered"), "drive",
            lambda: neuroest.block("one_bit_driver", device="row_driver_tapered", inside="adc_crossbar_28nm"),
            "row_toggle",
        ),
    ],
)  # fmt: skip
def test_the_same_joules_as_neuroest(
    model: Callable[[], Any], action: str, costs: Callable[[], neuroest.BlockCosts], name: str
) -> None:
    made, expected = model(), costs()
    assert getattr(made, action)().energy == pytest.approx(expected.energies[name], rel=1e-9)
    assert made.area == pytest.approx(expected.area, rel=1e-9)
    assert made.leak_power == pytest.approx(expected.static_power, rel=1e-9)
    log = "\n".join(made.get_log_messages())
    assert all(f"source {key}:" in log for key in expected.cited)


def test_an_architecture_of_accelforge_with_memristor_neurons() -> None:
    accelforge = pytest.importorskip("accelforge")
    folder = Path(__file__).parents[1] / "examples"
    spec = accelforge.Spec.from_yaml(folder / "neurons.yaml", folder / "matvec.yaml")
    mapped = spec.map_workload_to_arch(print_progress=False)
    energies = mapped.energy(per_component=True, per_action=True)
    neuron = neuroest.block("diffusive_1m1t1r_integrated", **DERIVED).energies["spike"]
    assert mapped.actions(per_component=True)["Neurons", "read"] == 10  # one for each of the ten outputs
    assert float(energies["Neurons", "read"]) == pytest.approx(10 * neuron, rel=1e-9)
