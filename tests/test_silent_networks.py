"""Networks without activity or without weights: every number is one, and none is given where none exists."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import neuroest
from neuroest.reporting.estimate_document import estimate_document

NOTHING = {
    "rate": ("workload.input.activity.rate", "workload.activity.rate"),
    "bit density": ("workload.input.activity.bit_density", "workload.activity.bit_density",
                    "workload.layers.output.activity.bit_density"),
    "weights": ("workload.weights.mean_absolute",),
}  # fmt: skip
DENSE, SPIKING = "mlp_mnist_dense", "mlp_mnist_spiking"


@pytest.mark.parametrize(
    ("chip", "network", "nothing"),
    [
        ("adc_crossbar_28nm", DENSE, "bit density"), ("adc_crossbar_28nm", DENSE, "weights"),
        ("adc_crossbar_28nm", SPIKING, "rate"), ("diffusive_28nm_derived", SPIKING, "rate"),
        ("diffusive_28nm_derived", SPIKING, "weights"), ("charge_domain_65nm", DENSE, "bit density"),
        ("isaac_like_32nm", DENSE, "weights"),
    ],
)  # fmt: skip
def test_results_that_are_all_zero_have_no_error_of_their_spread(
    chip: str, network: str, nothing: str
) -> None:
    settings = dict.fromkeys(NOTHING[nothing], "0")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = neuroest.estimate(chip, network, settings)
        text = estimate_document(result, settings).to_text()
        result.to_json()
        result._repr_html_()
    assert "nan" not in text
    assert "largest error" not in text
    assert result.totals["effective_bits"] is None
    assert result.column_errors == ()


def test_a_layer_without_results_leaves_the_others_theirs() -> None:
    # the output layer of the perceptron reads zeros alone; the two before it are read as always
    zero = {"workload.activity.bit_density": "0"}
    result, plain = (neuroest.estimate("adc_crossbar_28nm", DENSE, change) for change in (zero, {}))
    assert [row.layer for row in result.column_errors] == [plain.column_errors[0].layer]
    assert result.column_errors[0].causes == plain.column_errors[0].causes
    ratio = result.totals["signal_to_error_ratio"]
    assert ratio is not None
    assert np.isfinite(ratio)
