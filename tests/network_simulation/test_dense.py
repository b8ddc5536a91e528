"""Dense networks on crossbars with converters: whole numbers without errors, each cause by its law, layers of ONNX."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx.reference
import pytest

import neuroest
from neuroest.core.errors import NeuroestError
from neuroest.network_simulation.crossbar_products import CAUSES, ProgrammedLayer, reads_of
from neuroest.network_simulation.dense import simulate_dense
from neuroest.network_simulation.onnx_run import OnnxNetwork
from tests.each import each
from tests.network_simulation.dense_files import network_file, write_dense

RNG = np.random.default_rng(5)
WEIGHTS = RNG.integers(-127, 128, (7, 300)).astype(float)
ARRAY = "chip.tile.array"


def programmed(
    settings=None, weights=WEIGHTS, without=(), chip="adc_crossbar_28nm", network="mlp_mnist_dense"
):
    mapper = neuroest.estimate(chip, network, settings or {}).evaluation.levels[0].mapper
    reads = reads_of(mapper, 0)
    return ProgrammedLayer(mapper.compute, reads, weights, np.random.default_rng(1), without), reads


@each(
    "chip, settings",
    [
        ("adc_crossbar_28nm", {}),
        ("adc_crossbar_28nm", {f"{ARRAY}.weight_encoding": "row_differential"}),
        ("adc_crossbar_28nm", {f"{ARRAY}.weight_encoding": "offset"}),
        (
            "adc_crossbar_28nm",
            {f"{ARRAY}.weight_encoding": "offset", f"{ARRAY}.offset_subtraction": "digital_sum"},
        ),
        ("isaac_like_32nm", {}),
        ("pulse_width_crossbar_28nm", {}),
        ("ramp_crossbar_28nm", {}),
    ],
)
@each("signed", [False, True])
def test_without_errors_the_products_are_those_of_whole_numbers(chip, settings, signed) -> None:
    layer, reads = programmed(settings, without=CAUSES, chip=chip)
    most = 2 ** (reads.input_bits - 1) - 1
    codes = RNG.integers(-most if signed else 0, most + 1, (20, 300)).astype(float)
    exact = codes @ WEIGHTS.T
    assert np.max(np.abs(layer.product(codes) - exact)) < 1e-4 * np.max(np.abs(exact))


def test_codes_end_where_the_range_of_the_converters_does() -> None:
    # all of 128 rows on, all weights full: codes cover a quarter of the levels of a column's largest digit
    weights = np.full((1, 128), 127.0)
    layer, reads = programmed({}, weights, without=[c for c in CAUSES if c not in {"clipping", "rounding"}])
    per_digit = 128.0 * (2**reads.slice_bits - 1)
    kept = np.minimum(per_digit, reads.high_end)
    assert reads.high_end == pytest.approx(0.25 * per_digit, abs=reads.step)
    digits = [127 // 2 ** (reads.slice_bits * k) % 2**reads.slice_bits for k in range(reads.slices)]
    due = sum(min(128.0 * digit, kept) * 2.0 ** (reads.slice_bits * k) for k, digit in enumerate(digits))
    assert layer.product(np.ones((1, 128)))[0, 0] == pytest.approx(due, rel=1e-6)


def test_noise_of_a_read_adds_up_as_the_root_of_the_active_cells() -> None:
    cell = f"{ARRAY}.cell"
    only_noise = [cause for cause in CAUSES if cause != "noise"]
    settings = {f"{cell}.read_noise": "0.01", f"{cell}.flicker_noise": "0"}
    layer, reads = programmed(settings, np.zeros((400, 128)), only_noise)
    codes = np.ones((40, 128))  # the lowest bit of 128 inputs: one read
    high = (
        neuroest.estimate("adc_crossbar_28nm", "mlp_mnist_dense")
        .evaluation.levels[0]
        .mapper.compute.weights.ends()
    )
    each = 0.01 * high[1] / (high[1] - high[0]) * (2**reads.slice_bits - 1)
    gain = np.sqrt(sum(4.0 ** (reads.slice_bits * k) for k in range(reads.slices)))
    due = each * np.sqrt(128.0) * np.sqrt(2.0) * gain
    assert np.std(layer.product(codes)) == pytest.approx(due, rel=0.02)


def test_drift_of_all_cells_alike_is_taken_off_by_a_common_gain() -> None:
    cell, only_drift = f"{ARRAY}.cell", [cause for cause in CAUSES if cause != "drift"]
    same = ("low_drift_exponent_spread", "high_drift_exponent_spread", "relaxation_spread", "low_relaxation_spread",
            "relaxation_growth", "low_relaxation_growth")  # fmt: skip
    settings = {
        f"{ARRAY}.time_since_programming": "30 day",
        **{f"{cell}.{end}_drift_exponent": "0.05" for end in ("low", "high")},
        **{f"{cell}.{name}": "0" for name in same},
    }
    codes = RNG.integers(0, 100, (10, 300)).astype(float)
    exact = codes @ WEIGHTS.T
    mapper = neuroest.estimate("adc_crossbar_28nm", "mlp_mnist_dense", settings).evaluation.levels[0].mapper
    plain, _ = programmed({**settings, f"{ARRAY}.drift_correction": "none"}, without=only_drift)
    assert np.allclose(
        plain.product(codes), mapper.compute.weights.weight_share() * exact, atol=1e-4 * np.max(np.abs(exact))
    )
    corrected, _ = programmed({**settings, f"{ARRAY}.drift_correction": "common_gain"}, without=only_drift)
    assert np.allclose(corrected.product(codes), exact, atol=1e-4 * np.max(np.abs(exact)))


def test_stuck_cells_replace_what_was_written() -> None:
    # three of ten cells stay at the low conductance, so that a pair shows seven tenths of its weight on average
    cell, weights = f"{ARRAY}.cell", RNG.integers(-127, 128, (300, 300)).astype(float)
    kept = [cause for cause in CAUSES if cause != "stuck_cells"]
    stuck, _ = programmed({f"{cell}.stuck_low_share": "0.3", f"{cell}.stuck_high_share": "0"}, weights, kept)
    codes = RNG.integers(0, 100, (10, 300)).astype(float)
    exact = codes @ weights.T
    assert np.sum(stuck.product(codes) * exact) / np.sum(exact * exact) == pytest.approx(0.7, abs=0.02)


def test_noise_and_rounding_are_those_of_the_estimate() -> None:
    """Weights of seven one-bit cells and even bits, which are what the estimate takes both to be."""
    settings = {
        f"{ARRAY}.bits_per_cell": "1", "workload.weights.mean_absolute": "0.5",
        "workload.input.activity.density": "1", "workload.input.activity.bit_density": "0.5",
    }  # fmt: skip
    estimate = neuroest.estimate("adc_crossbar_28nm", "mlp_mnist_dense", settings)
    causes = estimate.evaluation.column_errors.causes
    weights, codes = (
        RNG.integers(-127, 128, (64, 784)).astype(float),
        RNG.integers(0, 256, (200, 784)).astype(float),
    )
    for name, cause in (("noise", "noise of the cells"), ("rounding", "quantisation")):
        layer, _ = programmed(settings, weights, [one for one in CAUSES if one != name])
        error = np.std(layer.product(codes) - codes @ weights.T) / (127.0 * 255.0)
        assert error == pytest.approx(float(np.ravel(causes[cause])[0]), rel=0.05)


def test_cells_of_charge_and_neurons_are_refused() -> None:
    mapper = neuroest.estimate("charge_domain_65nm", "mlp_mnist_dense").evaluation.levels[0].mapper
    with pytest.raises(NeuroestError, match="not conductances"):
        reads_of(mapper, 0)
    spiking = neuroest.estimate("diffusive_bench_28nm", "mlp_mnist_spiking").evaluation.levels[0].mapper
    with pytest.raises(NeuroestError, match="read by neurons"):
        reads_of(spiking, 0)


def test_every_operator_gives_what_the_standard_says(tmp_path: Path) -> None:
    path = network_file(tmp_path / "net.onnx")
    samples = RNG.normal(0.0, 1.0, (5, 2, 16, 16)).astype(np.float32)
    (due,) = onnx.reference.ReferenceEvaluator(str(path)).run(None, {"x": samples})
    network = OnnxNetwork(path)
    assert [layer.matrices.shape for layer in network.layers] == [
        (1, 8, 18),
        (2, 4, 36),
        (1, 12, 128),
        (1, 3, 12),
    ]
    assert np.allclose(network.run(samples), due, rtol=1e-4, atol=1e-5)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dense(tmp_path_factory.mktemp("dense"))


def test_a_network_on_a_chip_and_the_bits_of_its_estimate(files: Path) -> None:
    found = simulate_dense(
        "adc_crossbar_28nm", str(files / "net.onnx"), files / "test.npz", files / "calibration.npz", chips=2,
        without=["noise"],
    )  # fmt: skip
    names = [one.name for one in found.results]
    assert names == ["floating point", "quantised", "chip", "without noise"]
    floating, whole = found.results[:2]
    assert floating.accuracy.value == 1
    assert whole.accuracy.value > 0.9
    assert len(found.layers) == 4
    assert all(0.0 < one.simulated < 8.0 for one in found.layers)
    again = simulate_dense(
        "adc_crossbar_28nm", str(files / "net.onnx"), files / "test.npz", files / "calibration.npz", chips=2
    )
    assert again.results == found.results[:3]
