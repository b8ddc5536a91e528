"""What is handed out is finite and not negative: in estimates, rows of sweeps, bands, JSON and text alike."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest

import neuroest
from neuroest.core.errors import RangeError, SpecError
from neuroest.design.build import build
from neuroest.error_analysis.analysis import sample_of
from neuroest.loading.library import load_architecture, load_workload
from neuroest.pipeline.evaluation import evaluate
from neuroest.specs.workload import workload_claims

NEGATIVE = ("phase_change_neuron_28nm", "shd_recurrent_spiking", "chip.noc.process.energy_quadratic")
INFINITE = ("diffusive_28nm_derived", "shd_recurrent_spiking", "chip.tile.array.cell.conductance_spread")


@pytest.mark.parametrize(
    ("chip", "net", "path", "wrong", "right"),
    [(*NEGATIVE, "1.103e-09 1/V^2", "1 1/V^2"), (*INFINITE, "30", "0.1")],
    ids=["negative term", "infinite error"],
)
def test_a_row_of_a_sweep_exists_where_the_estimate_does(
    chip: str, net: str, path: str, wrong: str, right: str
) -> None:
    with pytest.raises(RangeError, match="finite"):
        neuroest.estimate(chip, net, {path: wrong})
    neuroest.estimate(chip, net, {path: right})
    rows = neuroest.sweep(chip, {path: [wrong, right]}, net, workers=1).to_frame()
    assert list(rows["energy_per_inference_J"].notna()) == [False, True]
    assert not rows["feasible"][0]
    assert rows["failed_check"][0].startswith("not_finite")


def test_a_sample_with_a_negative_term_is_in_no_band() -> None:
    chip, net, path = NEGATIVE
    design, workload = build(load_architecture(chip)), load_workload(net).spec
    claims = {**design.claims, **workload_claims(workload)}
    values = {name: claim.value for name, claim in claims.items()}
    values[path] = np.array([[1.103e-9], [claims[path].value]])
    found = sample_of(evaluate(design, workload, values), {}, 2, seed=0)
    assert list(found.feasible) == [False, True]


@pytest.mark.parametrize(
    ("setting", "layers"), [("workload.weights.mean_absolute", 0), ("workload.input.activity.rate", 8)],
    ids=["weights", "input"],
)  # fmt: skip
def test_a_layer_whose_results_are_all_zero_has_no_relative_error(setting: str, layers: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = neuroest.estimate("diffusive_28nm_derived", "vgg9_cifar10_spiking", {setting: "0"})
        data = json.loads(found.to_json())
    assert (
        len(data["column_errors"]) == layers
    )  # of nine layers with weights, the first has an input of zeros
    for layer in data["column_errors"]:
        assert all(0.0 <= error < np.inf for error in layer["causes"].values())


def test_bits_beyond_any_converter_are_refused() -> None:
    with pytest.raises(SpecError, match="above the maximum 64"):
        neuroest.estimate(
            "charge_domain_65nm", "mlp_mnist_dense", {"chip.tile.array.readout.converter.bits": "2000"}
        )


def test_what_is_too_large_to_compute_with_is_refused_in_estimates_and_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def overflows(*_: object) -> None:
        raise OverflowError("(34, 'Numerical result out of range')")

    monkeypatch.setattr("neuroest.pipeline.pacing.map_network", overflows)
    with pytest.raises(RangeError, match="too large or too small"):
        neuroest.estimate(INFINITE[0], INFINITE[1])
    rows = neuroest.sweep(INFINITE[0], {INFINITE[2]: ["0.1", "0.2"]}, INFINITE[1], workers=1).to_frame()
    assert not rows["feasible"].any()
