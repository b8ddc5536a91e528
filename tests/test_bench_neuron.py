"""What the tool itself says of the bench neuron of Zhao et al. 2025, DOI 10.1038/s41928-025-01488-x."""

from __future__ import annotations

import pytest

from neuroest.blocks.neurons.diffusive import DiffusiveNeuron
from neuroest.core.units import parse_quantity
from neuroest.design.chip import instantiate
from neuroest.design.overrides import design_with
from neuroest.loading.library import load_architecture
from neuroest.pipeline.estimate import estimate

NEURON = "chip.tile.array.readout.neuron"


def bench(**parameters: str) -> DiffusiveNeuron:
    settings = {f"{NEURON}.{name}": value for name, value in parameters.items()}
    design = design_with(load_architecture("diffusive_bench_28nm"), settings)
    chip = instantiate(design, design.values)
    neuron = next(c for c in chip.components() if isinstance(c, DiffusiveNeuron))
    assert isinstance(neuron, DiffusiveNeuron)
    return neuron


def test_output_branch_is_next_to_the_quoted_picojoule() -> None:
    # 0.5 V over 47 kohm for 250 Mohm * 10 pF * ln(0.8/0.2) = 3.47 ms: 18.4 nJ
    result = estimate("diffusive_bench_28nm", "shd_recurrent_spiking")
    assert result.spike_terms["output_branch"] == pytest.approx(18e-9, rel=0.05)
    quoted = {
        r.quantity: parse_quantity(r.value, "J") for path, r in result.reported_values if path == NEURON
    }
    assert quoted["energy per spike"] == pytest.approx(1e-12)
    # the quoted number is the gate node: C V (V_peak - V_rearm) = 10 pF * 0.8 V * 0.637 V = 5.1 pJ at 0.8 V
    assert result.spike_terms["gate_charge"] == pytest.approx(5.1e-12, rel=0.03)
    assert result.spike_terms["output_branch"] > 1e3 * result.spike_terms["gate_charge"]


def test_gate_charge_at_the_quoted_voltage_is_the_quoted_picojoule() -> None:
    # 10 pF * 0.45 V * (0.448 V - 0.09 V) = 1.6 pJ; half of C V^2 would be 1.0 pJ
    terms = {c.term: c.energy for c in bench(input_voltage="0.45 V").spike_energies(10.0, 0.01)}
    assert terms["gate_charge"] == pytest.approx(1.6e-12, rel=0.02)


@pytest.mark.parametrize(("voltage", "milliseconds"), [("0.8 V", 34.6), ("1.0 V", 15.0)])
def test_first_spike_times(voltage: str, milliseconds: float) -> None:
    # integration of the published rate equations with the parameters of SI Table 1 gives 34.9 and 15.4 ms
    time = bench(input_voltage=voltage).integration_time()
    assert time == pytest.approx(milliseconds * 1e-3, rel=0.03)


@pytest.mark.parametrize(
    ("resistance", "measured", "tolerance"),
    [("250 Mohm", 4e-3, 0.03), ("500 Mohm", 8e-3, 0.03), ("1 Gohm", 23.8e-3, 0.35)],
)
def test_refractory_times_against_measured_intervals(
    resistance: str, measured: float, tolerance: float
) -> None:
    # Fig. 4d; the rearm voltage was read off the first two points, so that only 1 Gohm is a test: it misses by 32 %
    assert bench(control_resistance=resistance).refractory_time() == pytest.approx(measured, rel=tolerance)


def test_miss_at_one_gigaohm_is_known() -> None:
    assert bench(control_resistance="1 Gohm").refractory_time() == pytest.approx(16.1e-3, rel=0.01)


def test_the_neuron_says_that_no_standard_fab_makes_it() -> None:
    result = estimate("diffusive_28nm_derived", "shd_recurrent_spiking")
    neuron = next(d for d in result.to_dict()["devices"] if d["path"] == NEURON)
    assert neuron["fab_compatibility"]["status"] == "not_compatible"
    assert "silver" in neuron["fab_compatibility"]["reason"].lower()
