"""Converters whose codes cover a part of what a column can sum up to, against columns that are drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import neuroest
from neuroest.core.errors import MappingError
from neuroest.levels.crossbar.column_gains import ConverterRange

ARRAY, READOUT = "chip.tile.array", "chip.tile.array.readout"
GAUSSIAN = {"workload.weights.mean_absolute": "0.266"}
FIVE_BITS = {f"{READOUT}.converter.bits": 5, f"{ARRAY}.bits_per_cell": 1}
VGG = "vgg9_cifar10_dense"


def found(workload: str = "mlp_mnist_dense", **settings: Any) -> neuroest.Estimate:
    return neuroest.estimate("sar_crossbar_28nm", workload, {**GAUSSIAN, **settings})


def signal_to_error(estimate: neuroest.Estimate) -> float:
    ratio = estimate.evaluation.signal_to_error_ratio
    assert ratio is not None
    return float(np.squeeze(ratio))


@pytest.mark.parametrize(
    "chosen", [{"full_scale": "4 %"}, {"full_scale": "6 %"}, {"full_scale_spreads": "1.5"}]
)
def test_errors_of_a_limited_range_are_those_of_drawn_columns(chosen: dict[str, str]) -> None:
    """One-bit inputs and cells of one bit: rounding and clipping of every column of a layer, and nothing else."""
    result = found(**FIVE_BITS, **{f"{READOUT}.{key}": value for key, value in chosen.items()})
    mapper, errors = result.evaluation.mapper, result.evaluation.column_errors
    assert errors is not None
    array, layer = mapper.compute, int(np.argmax(mapper.layers.reduction))
    fan_in, share = int(mapper.layers.reduction[layer]), float(mapper.active_share()[layer])
    rows, slices = int(array.options["rows"]), int(array.weights.slices(mapper.network))
    generator = np.random.default_rng(11)
    signed = np.clip(generator.normal(size=(80, fan_in)), -3.0, 3.0) / 3.0
    whole = np.minimum(np.floor(np.abs(signed) * 2**slices), 2**slices - 1).astype(int)
    active = (generator.random((400, fan_in)) < share).astype(float)
    limits = ConverterRange(array, mapper.network, mapper.kinds_of_blocks, 1.0)
    low, high = (
        float(np.broadcast_to(end, mapper.layers.reduction.shape)[layer]) * rows for end in limits.ends
    )
    step = max((high - low) / 2**5, 1.0)

    def code(sums: np.ndarray) -> np.ndarray:
        clipped = np.clip(sums, low, high)
        return clipped if step == 1.0 else np.round(clipped / step) * step

    total = np.zeros((400, 80))
    for place in range(slices):
        digit = (whole >> place) & 1
        value = 2**place / (2**slices - 1)
        for first in range(0, fan_in, rows):
            block = slice(first, first + rows)
            for sign in (1.0, -1.0):
                half = digit[:, block] * (np.sign(signed[:, block]) == sign)
                sums = active[:, block] @ half.T
                total += sign * value * (code(sums) - sums)
    # one read of one bit plane: the result weighs its planes, which `reads` of the model does
    planes = float(np.squeeze(mapper.planes))
    gain = (4.0**planes - 1.0) / 3.0 / (2.0**planes - 1.0) ** 2
    modelled = np.sqrt(
        sum(
            float(np.broadcast_to(errors.causes[cause], mapper.layers.reduction.shape)[layer]) ** 2
            for cause in ("quantisation", "clipping at the converters")
        )
    )
    # digits of a weight clip in the same reads, so that drawn errors add up to somewhat more than independent ones
    assert 0.9 * modelled < np.sqrt(gain) * np.std(total) < 1.5 * modelled


def test_five_bits_on_128_rows_are_enough_where_they_cover_what_occurs() -> None:
    every_sum = signal_to_error(found(VGG, **FIVE_BITS))
    quarter = signal_to_error(found(VGG, **FIVE_BITS, **{f"{READOUT}.full_scale": "25 %"}))
    spreads = signal_to_error(found(VGG, **FIVE_BITS, **{f"{READOUT}.full_scale_spreads": "4"}))
    nine = signal_to_error(found(VGG, **{**FIVE_BITS, f"{READOUT}.converter.bits": 9}))
    assert every_sum < 3.1
    # in addition to nine bits there is the noise of samples, whose capacitors are sized for five bits
    assert quarter > 15.0 * every_sum
    assert spreads > 15.0 * every_sum
    assert nine > quarter


def test_a_range_that_is_too_small_clips() -> None:
    ratios = [
        signal_to_error(found(VGG, **FIVE_BITS, **{f"{READOUT}.full_scale": share}))
        for share in ("1 %", "2 %", "4 %", "8 %")
    ]
    assert ratios == sorted(ratios)
    assert ratios[0] < 0.2 * ratios[-1]


def test_a_whole_range_is_the_range_that_is_not_stated() -> None:
    stated = found(**FIVE_BITS, **{f"{READOUT}.full_scale": "100 %"})
    assert signal_to_error(stated) == pytest.approx(signal_to_error(found(**FIVE_BITS)), rel=1e-6)


def test_a_batch_of_ranges_is_its_points_one_by_one() -> None:
    shares = ["5 %", "20 %", "80 %"]
    key = f"{READOUT}.full_scale"
    swept = neuroest.sweep(
        "sar_crossbar_28nm", {key: shares}, "mlp_mnist_dense", settings=FIVE_BITS,
        quantities=["signal_to_error_ratio"],
    ).to_frame()  # fmt: skip
    single = [
        signal_to_error(neuroest.estimate("sar_crossbar_28nm", "mlp_mnist_dense", {**FIVE_BITS, key: share}))
        for share in shares
    ]
    assert list(swept["signal_to_error_ratio"]) == pytest.approx(single, rel=1e-12)


def test_one_range_only() -> None:
    both = {f"{READOUT}.full_scale": "20 %", f"{READOUT}.full_scale_spreads": "3"}
    with pytest.raises(MappingError, match="states its range as full_scale and as full_scale_spreads"):
        found(**both)


@pytest.mark.parametrize(("limit", "passes"), [("100 %", True), ("30 %", False)])
def test_no_design_is_feasible_whose_results_are_less_exact_than_asked(limit: str, passes: bool) -> None:
    # five bits over every sum: a signal to error ratio of 3.0, an error of 58 % of the spread of the results
    result = found(VGG, **FIVE_BITS, **{f"{ARRAY}.error_limit": limit})
    (check,) = (c for c in result.checks if c.name == "result_error")
    assert bool(np.all(check.passed)) is passes
    assert float(np.squeeze(check.value)) == pytest.approx(signal_to_error(result) ** -0.5)
