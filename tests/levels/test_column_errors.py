"""Errors of a weight and of a column, against random arrays that are drawn cell by cell."""

from __future__ import annotations

import numpy as np
import pytest

import neuroest
from neuroest.pipeline.evaluation import evaluate

ARRAY = "chip.tile.array"
GAUSSIAN = {"workload.weights.mean_absolute": "0.266"}
PCM = {f"{ARRAY}.cell.device": "pcm_28nm_fdsoi", f"{ARRAY}.read_voltage": "0.05 V"}
WHOLE = {"workload.precision.weights": "2 bit"}
CORRECTED = {f"{ARRAY}.drift_correction": "common_gain"}


def aged(time: str) -> dict[str, str]:
    return {f"{ARRAY}.time_since_programming": time}


def found(architecture="adc_crossbar_28nm", workload="mlp_mnist_spiking", **settings):
    return neuroest.estimate(architecture, workload, {**GAUSSIAN, **settings})


def weights(shape, generator):
    return np.clip(generator.normal(size=shape), -3.0, 3.0) / 3.0


def halves(array, signed, generator):
    """Conductances of both cells of each weight, as written and aged."""
    return [
        array.weights.drawn_conductances(np.maximum(side, 0.0), array.weights.age, generator)
        for side in (signed, -signed)
    ]


def in_digits(array, network, signed):
    """Digits of weights over their largest value, with their sign, each with what it counts in the weight."""
    base, slices = 2 ** int(array.weights.bits_per_cell(network)), int(array.weights.slices(network))
    whole = np.minimum(np.floor(np.abs(signed) * base**slices), base**slices - 1.0)
    for place in range(slices):
        digit = np.floor(whole / base**place) % base / (base - 1)
        yield base**place * (base - 1) / (base**slices - 1), np.sign(signed) * digit


CASES = {
    "written": {},
    "relaxed": aged("1 day"),
    "stuck cells": {f"{ARRAY}.cell.device": "rram_hfox_stuck_28nm"},
    "more stuck at the high end": {
        f"{ARRAY}.cell.device": "rram_hfox_stuck_28nm",
        f"{ARRAY}.cell.stuck_high_share": "9 %",
    },
    "drifted": {**PCM, **CORRECTED, **aged("1 year")},
    "drifted, gain not corrected": {**PCM, **aged("3600 s")},
}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_error_of_a_weight_is_that_of_drawn_cells(case: str) -> None:
    result = found(**CASES[case])
    array, network = result.evaluation.mapper.compute, result.evaluation.mapper.network
    generator = np.random.default_rng(5)
    seen, meant = 0.0, 0.0
    for place, digit in in_digits(array, network, weights(400_000, generator)):
        plus, minus = halves(array, digit, generator)
        seen = seen + place * (plus - minus) / array.weights.result_weight(array.weights.age)
        meant = meant + place * digit
    errors = array.weights.errors(network, array.weights.age)
    # cells at the bottom of the window cannot fall below zero, which takes some of their error
    assert np.sqrt(np.mean((seen - meant) ** 2)) == pytest.approx(float(errors.total), rel=0.08)


def test_error_of_a_column_is_that_of_a_random_array() -> None:
    """Cells, thermal noise and converters of one result, two slices of four bits, rows over seven arrays."""
    result = found("sar_crossbar_28nm", **aged("1 day"), **{f"{ARRAY}.readout.converter.dropped_bits": "4"})
    mapper, errors = result.evaluation.mapper, result.evaluation.column_errors
    array, network = mapper.compute, mapper.network
    layer = int(np.argmax(mapper.layers.reduction))
    fan_in, share = int(mapper.layers.reduction[layer]), float(mapper.active_share()[layer])
    rows = int(array.options["rows"])
    base, generator = 2 ** int(array.weights.bits_per_cell(network)), np.random.default_rng(6)
    window, noise = array.weights.full_weight(None), array.memory.device.read_noise * array.weights.ends()[1]
    level = window / (base - 1)
    step = level * rows * (base - 1) / 2 ** float(array.resolution(network))
    places, digits = zip(*in_digits(array, network, weights((60, fan_in), generator)), strict=True)
    cells = [halves(array, digit, generator) for digit in digits]
    active = generator.random((300, fan_in)) < share

    def code(block: slice, half: np.ndarray) -> np.ndarray:
        on = active[:, block]
        seen = on @ half[:, block].T
        seen = seen + noise * np.sqrt(on.sum(axis=1, keepdims=True)) * generator.normal(size=seen.shape)
        heat = 2.0 * 1.380649e-23 * 300.0 * np.maximum(seen, 0.0) / float(array.read_time(network))
        seen = seen + np.sqrt(heat) / array.options["read_voltage"] * generator.normal(size=seen.shape)
        return np.round(seen / step) * step

    total, exact = 0.0, 0.0
    for weight, digit, (plus, minus) in zip(places, digits, cells, strict=True):
        for first in range(0, fan_in, rows):
            block = slice(first, first + rows)
            total = total + weight * (code(block, plus) - code(block, minus)) / window
        exact = exact + weight * active @ digit.T
    modelled = np.sqrt(
        sum(
            float(np.broadcast_to(errors.causes[name], mapper.layers.reduction.shape)[layer]) ** 2
            for name in ("programming", "relaxation", "noise of the cells", "thermal noise", "quantisation")
        )
    )
    assert np.std(total - exact) == pytest.approx(modelled, rel=0.1)


def clamped(column: np.ndarray, read: float, resistance: float, bias: float) -> np.ndarray:
    """Current of a column over the read voltage: its transistor carries what is left of the bias, in weak inversion."""
    low, high = np.zeros_like(column), np.minimum(column * read, bias * (1.0 - 1e-12))
    for _ in range(50):
        tried = (low + high) / 2.0
        more = column * (read + resistance * bias * np.log1p(-tried / bias)) > tried
        low, high = np.where(more, tried, low), np.where(more, high, tried)
    return low / read


@pytest.mark.slow
def test_signal_to_error_ratio_of_uneven_blocks_is_that_of_a_random_array() -> None:
    """A recurrent layer: 700 inputs at 10 % and 200 own outputs at 0.3 % on eight blocks of rows, two slices.

    Cells, clamps of 3 kohm and mirrors are drawn, and the common gain is removed. Blocks of inputs lose a third of
    their signal in the clamps, blocks of own outputs nothing.
    """
    result = found("analog_lif_28nm", "shd_recurrent_spiking")
    mapper, errors = result.evaluation.mapper, result.evaluation.column_errors
    array, network, layers = mapper.compute, mapper.network, mapper.layers
    inputs, own = int(layers.reduction[0]), int(layers.recurrent_reduction[0])
    share = np.repeat([layers.input_bit_density[0], layers.output_rate[0]], [inputs, own])
    generator, rows = np.random.default_rng(9), int(array.options["rows"])
    resistance, mismatch = array.interface.device.input_resistance, array.merge.device.relative_error
    bias, read = array.interface.device.bias_current, array.options["read_voltage"]
    noise = array.memory.device.read_noise * array.weights.ends()[1]
    active = (generator.random((600, inputs + own)) < share).astype(float)
    seen, exact = 0.0, 0.0
    for value, digit in in_digits(array, network, weights((300, inputs + own), generator)):
        exact = exact + value * active @ digit.T
        for sign, half in zip((1.0, -1.0), halves(array, digit, generator), strict=True):
            for first in range(0, inputs + own, rows):
                on = active[:, first : first + rows]
                column = on @ half[:, first : first + rows].T
                column += noise * np.sqrt(on.sum(axis=1, keepdims=True)) * generator.normal(size=column.shape)
                current = clamped(column, read, resistance, bias)
                gains = 1.0 + mismatch * generator.normal(size=column.shape[1])
                seen = seen + sign * value * gains * current / array.weights.full_weight(None)
    seen = seen * np.sum(exact * exact) / np.sum(seen * exact)
    drawn = np.var(exact) / np.mean((seen - exact) ** 2)
    causes = (
        "programming",
        "noise of the cells",
        "uneven gain of the clamps",
        "clamp nonlinearity",
        "mirrors",
    )
    squares = sum(errors.causes[name][0] ** 2 for name in causes)
    assert errors.result[0] ** 2 / squares == pytest.approx(drawn, rel=0.1)
    # clamps at their mean gain would have hidden a third of the error
    even = squares - errors.causes["uneven gain of the clamps"][0] ** 2
    assert errors.result[0] ** 2 / even > 1.1 * drawn


def test_errors_add_up_and_the_worst_layer_is_reported() -> None:
    result = found(workload="mlp_mnist_dense")
    errors = result.evaluation.column_errors
    squares = sum(np.asarray(e) ** 2 for e in errors.causes.values())
    np.testing.assert_allclose(errors.error**2, np.broadcast_to(squares, errors.error.shape), rtol=1e-12)
    ratio = float(np.min(errors.result[errors.held > 0] ** 2 / errors.error[errors.held > 0] ** 2))
    assert result.totals["signal_to_error_ratio"] == pytest.approx(ratio)
    assert result.totals["effective_bits"] == pytest.approx(np.log2(1.0 + ratio) / 2.0)


def test_chips_without_columns_have_no_such_errors() -> None:
    result = neuroest.estimate("digital_int8_28nm", "mlp_mnist_dense")
    assert result.evaluation.column_errors is None
    assert result.totals["signal_to_error_ratio"] is None
    assert result.totals["effective_bits"] is None


def test_offset_coding_is_less_exact_than_pairs_of_the_same_cells() -> None:
    # Xiao et al., IEEE Circuits Syst. Mag. 22(4), 26 (2022), abstract: conductances in proportion to weights resist
    # programming errors and resistances of wires better
    pairs, offset = (
        found(**{f"{ARRAY}.weight_encoding": kind}) for kind in ("column_differential", "offset")
    )
    for cause in ("programming", "IR drop"):
        relative = [
            np.max(np.asarray(r.evaluation.column_errors.causes[cause]) / r.evaluation.column_errors.result)
            for r in (pairs, offset)
        ]
        assert relative[1] > 2.0 * relative[0], cause
    assert offset.totals["effective_bits"] < pairs.totals["effective_bits"]


def test_more_time_is_never_more_exact() -> None:
    bits = [found(**aged(time)).totals["effective_bits"] for time in ("1 s", "3600 s", "1 day", "1 year")]
    assert bits == sorted(bits, reverse=True)


def test_a_batch_of_times_is_its_points_one_by_one() -> None:
    result = found("pcm_crossbar_28nm", "mlp_mnist_dense", **aged("1 day"))
    array, network = result.evaluation.mapper.compute, result.evaluation.mapper.network
    times = np.array([[1.0], [1e3], [1e6]])
    together = array.weights.errors(network, times).total
    alone = [array.weights.errors(network, time).total for time in (1.0, 1e3, 1e6)]
    np.testing.assert_allclose(together[:, 0], alone, rtol=1e-12)


@pytest.mark.parametrize("limit", [0.07, 0.1, 0.12])
def test_the_longest_refresh_interval_keeps_to_the_error(limit: float) -> None:
    result = found(**aged("1 s"))
    array, network = result.evaluation.mapper.compute, result.evaluation.mapper.network
    longest = float(array.weights.time_to_error(network, limit))
    at_first = float(array.weights.errors(network, 1.0).total)
    if at_first > limit:
        assert longest == 0.0
    else:
        assert float(array.weights.errors(network, longest).total) == pytest.approx(limit, rel=1e-6)
    assert float(array.weights.time_to_error(network, 1.0)) == np.inf


def test_error_of_a_cell_is_that_of_its_levels() -> None:
    result = found(**{f"{ARRAY}.weight_encoding": "offset", f"{ARRAY}.offset_subtraction": "digital_sum"})
    array, network = result.evaluation.mapper.compute, result.evaluation.mapper.network
    generator = np.random.default_rng(7)
    levels = (1.0 + weights(200_000, generator)) / 2.0
    low, high = array.weights.ends()
    seen = np.std(array.weights.drawn_conductances(levels, None, generator) - low - (high - low) * levels)
    assert float(array.weights.cell_error(network, None)) == pytest.approx(seen / (high - low), rel=0.02)


def _fitted_cells(targets, time, generator):
    """Conductances over the highest, by the fits to phase-change cells at every state (docs/models/crossbar.md)."""
    normal = generator.standard_normal
    written = targets + (0.26348 + 1.9650 * targets - 1.1731 * targets**2) / 25.0 * normal(targets.shape)
    logarithm = np.log(np.maximum(targets, 1e-7))
    exponent = np.clip(0.0244 - 0.0155 * logarithm, 0.049, 0.1)
    spread = np.clip(-0.0059 - 0.0125 * logarithm, 0.008, 0.045)
    drawn = np.abs(exponent + spread * normal(targets.shape))
    return np.maximum(written, 0.0) * (time / 20.0) ** -drawn


@pytest.mark.parametrize("time", [20.0, 3600.0, 86400.0, 31557600.0])
def test_two_ends_stand_for_the_fits_of_all_states_of_phase_change_cells(time: float) -> None:
    generator = np.random.default_rng(8)
    signed = weights(400_000, generator)
    plus, minus = (_fitted_cells(np.maximum(side, 0.0), time, generator) for side in (signed, -signed))
    seen = plus - minus
    gain = np.sum(seen * signed) / np.sum(signed**2)
    measured = np.std(seen / gain - signed)
    # the fits are of whole weights, one cell each
    result = found("pcm_crossbar_28nm", "mlp_mnist_dense", **WHOLE, **CORRECTED, **aged(f"{time} s"))
    array, network = result.evaluation.mapper.compute, result.evaluation.mapper.network
    assert array.weights.slices(network) == 1
    expected = float(array.weights.errors(network, array.weights.age).total)
    # the line between the ends leaves out what bends between them
    assert expected == pytest.approx(measured, rel=0.09)
    assert float(array.weights.weight_share()) == pytest.approx(gain, rel=0.02)


def test_a_list_computes_layers_of_the_same_rows_once() -> None:
    """ResNet-18 on 200 chips: at most half of its layers differ in rows or inputs, and all get their errors."""
    result = found("adc_crossbar_28nm", "resnet18_imagenet_dense")
    design, network = result.design, result.workload
    cell, density = f"{ARRAY}.cell.high_conductance", "workload.activity.density"
    values = {path: claim.value for path, claim in result.claims.items()}
    steps = np.linspace(0.5, 1.5, 200)[:, np.newaxis]
    moved = {cell: values[cell] * steps, density: values[density] * steps[::-1]}
    together = evaluate(design, network, {**values, **moved}).column_errors
    last = evaluate(
        design, network, {**values, **{path: each[-1:] for path, each in moved.items()}}
    ).column_errors
    assert together is not None
    assert last is not None
    assert 2 * together.held.shape[-1] <= len(result.evaluation.layers.names)
    every, expected = together.by_layer(), last.by_layer()
    for cause, error in expected.causes.items():
        assert every.causes[cause][-1] == pytest.approx(error[0], rel=1e-12), cause
    assert together.worst[-1, 0] == pytest.approx(last.worst[0, 0], rel=1e-12)
