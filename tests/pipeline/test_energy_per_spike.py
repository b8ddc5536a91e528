"""Energy per spike: what the neurons take, over the spikes of the network counted by hand."""

from __future__ import annotations

import pytest

from neuroest.pipeline.attribution import attributed_spike_energy, ledger
from neuroest.results.comparison import NEURON, product
from tests.shared import estimated

SPEECH = "shd_recurrent_spiking"
NEURONS = "chip.tile.array.readout.neuron"
SPIKES = 100 * (200 * 0.003 + 20 * 0.05)
"""Timesteps, and the neurons of both layers with their rates."""


@pytest.mark.parametrize(
    ("chip", "parts"),
    [
        ("diffusive_low_power_28nm", {NEURONS}),
        ("analog_lif_low_power_28nm", {NEURONS}),
        ("digital_spiking_28nm", {"chip.core.neuron", "chip.core.state_memory"}),
    ],
)
def test_it_is_the_energy_of_the_neurons_over_the_spikes_of_the_network(chip: str, parts: set[str]) -> None:
    found = estimated(chip, SPEECH)
    energy = sum(row.energy_J for row in found.breakdown if row.component in parts)
    assert found.totals["energy_per_spike_J"] == pytest.approx(energy / SPIKES, rel=1e-9)
    assert found.bands.totals["energy_per_spike_J"].low < found.bands.totals["energy_per_spike_J"].high


@pytest.mark.parametrize(
    ("chip", "network"), [("loihi_14nm", SPEECH), ("adc_crossbar_28nm", "mlp_mnist_dense")]
)
def test_a_chip_without_an_energy_of_its_neurons_has_none(chip: str, network: str) -> None:
    assert estimated(chip, network).totals["energy_per_spike_J"] is None


def test_its_ratio_is_a_product_of_the_neurons_alone() -> None:
    chips = [estimated(name, SPEECH) for name in ("diffusive_low_power_28nm", "analog_lif_low_power_28nm")]
    ours, twin = (ledger(one.design, one.evaluation) for one in chips)
    values = [one.totals["energy_per_spike_J"] for one in chips]
    assert values[0] is not None
    assert values[1] is not None
    found = attributed_spike_energy(ours, twin, values[0] / values[1])
    assert product(found.factors) == pytest.approx(found.ratio, rel=1e-9)
    assert found.skew == pytest.approx(1.0)
    assert found.subject == NEURON
    assert {factor.name for factor in found.factors} <= {NEURON, "leakage while neurons integrate"}
