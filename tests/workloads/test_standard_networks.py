"""Networks of benchmarks under examples/: their sizes are as published, their spikes give the counted operations."""

from pathlib import Path

import pytest

from neuroest.pipeline.estimate import estimate
from tests.each import each

FOLDER = Path(__file__).parents[2] / "examples" / "standard_networks"
PRODUCTS = {
    # 12.5 M, 7.49 M, 2.66 M and 0.264 M of the reference models; 4704 on the leaderboard of NeuroBench
    "mlperf_tiny_image_classification": 12_501_632,
    "mlperf_tiny_visual_wake_words": 7_489_664,
    "mlperf_tiny_keyword_spotting": 2_656_768,
    "mlperf_tiny_anomaly_detection": 264_192,
    "neurobench_motor_prediction_dense": 4704,
}
WEIGHTS = {
    # counted in the trained models
    "mlperf_tiny_image_classification": 77_360,
    "mlperf_tiny_visual_wake_words": 208_112,
    "mlperf_tiny_anomaly_detection": 264_192,
    "neurobench_dvs_gesture": 76_064,
}
OPERATIONS = {
    # Effective_MACs and Effective_ACs of the harness, an inference
    "neurobench_dvs_gesture": 9_227_012 + 30_564_618,
    "neurobench_motor_prediction_spiking": 275.7,
}


def run(name: str):
    spiking = name in OPERATIONS or name == "nmnist_spiking"
    return estimate("loihi_14nm" if spiking else "digital_int8_28nm", FOLDER / f"{name}.yaml")


@each("name", PRODUCTS)
def test_products_are_those_of_the_reference_model(name: str) -> None:
    assert run(name).totals["multiply_accumulates"] == pytest.approx(PRODUCTS[name], rel=1e-9)


@each("name", WEIGHTS)
def test_weights_are_those_of_the_trained_model(name: str) -> None:
    assert float(run(name).evaluation.layers.weights.sum()) == pytest.approx(WEIGHTS[name], rel=1e-9)


@pytest.mark.parametrize("name", OPERATIONS)
def test_spikes_give_the_operations_that_the_harness_counted(name: str) -> None:
    assert run(name).totals["synaptic_operations"] == pytest.approx(OPERATIONS[name], rel=0.01)


def test_every_file_is_listed_and_runs() -> None:
    listed = (FOLDER / "README.md").read_text(encoding="utf-8")
    names = {file.stem for file in FOLDER.glob("*.yaml")}
    assert {*PRODUCTS, *OPERATIONS, "nmnist_spiking"} == names
    assert all(f"`{name}.yaml`" in listed for name in names)
    assert run("nmnist_spiking").totals["energy_per_inference_J"] > 0.0
