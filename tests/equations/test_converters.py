"""Converter equations against hand arithmetic, values of the survey fit and published converters."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import converters, crossbar
from neuroest.equations import converters as equations
from neuroest.loading.library import load_device
from tests.each import each

# Andrulis et al., arXiv:2404.06553; repository Accelergy-Project/hwcomponents-adc, adc_data/model.yaml.
FIGURE_OF_MERIT = {
    "reference_rate": 1.0,
    "speed_limited_intercept": 213.7806687348118,
    "speed_limited_slope": -2.8719030399529957,
    "resolution_limited_intercept": 128.3068287398817,
    "resolution_limited_slope": 3.2205115109776,
}
ENERGY = {
    "reference_length": 1e-9,
    "reference_energy": 1e-12,
    "intercept": 26.0496215686518,
    "feature_size_exponent": 1.8800369206815004,
    "bits_exponent": -2.8291256050594527,
    "best_case_shift": -1.4702022133784405,
}
AREA = {
    "reference_length": 1e-9,
    "reference_rate": 1.0,
    "reference_energy": 1e-12,
    "reference_area": 1e-12,
    "intercept": 1.3461916439910742,
    "feature_size_exponent": 0.9932794744745022,
    "rate_exponent": 0.18071538424508238,
    "energy_exponent": 0.29912426192653485,
}

_STEPS = {"integrations": 7.0, "phases": 1.0, "conversions": 6.0}
SAMPLES: dict[str, dict[str, float]] = {
    "cascaded_error": {"stage_error": 0.005, "stages": 12.0},
    "comparator_current": {"load_capacitance": 10e-15, "supply_voltage": 0.9, "delay": 1e-4},
    "sample_droop": {"droop_current": 1e-12, "hold_time": 1e-3, "hold_capacitance": 1e-13},
    "half_step": {"signal_swing": 0.8, "bits": 3.0},
    "settled_bits": {"settling_error": 0.0625},
    "mirror_unit_transistors": {"slices": 3.0, "cell_bits": 2.0},
    "lossless_resolution": {"active_rows": 128.0, "input_bits": 1.0, "cell_bits": 2.0},
    "signal_to_noise_ratio": {"bits": 8.0},
    "shared_read_time": {"columns_per_converter": 8.0, "sample_rate": 1e8},
    "weak_inversion_resistance": {
        "reference_resistance": 3e3,
        "reference_current": 12e-6,
        "bias_current": 1e-6,
    },
    "front_end_bias_energy": {"bias_current": 1e-6, "supply_voltage": 0.9, "on_time": 10e-9},
    "equivalent_resolution": {"timesteps": 20.0, "maximum_rate": 0.5},
    "time_converter_energy": {"bits": 8.0, "step_energy": 0.566e-15},
    "successive_approximation_energy": {
        "bits": 8.0,
        "comparator_energy": 20e-15,
        "logic_energy": 30e-15,
        "dac_energy": 100e-15,
    },
    "successive_approximation_time": {"bits": 8.0, "clock_period": 1e-9},
    "successive_approximation_area": {
        "bits": 8.0,
        "logic_area": 10e-12,
        "comparator_area": 40e-12,
        "dac_area": 200e-12,
    },
    "flash_energy": {"bits": 4.0, "comparator_energy": 40e-15, "ladder_energy": 100e-15},
    "flash_time": {"clock_cycles": 2.0, "clock_period": 1e-9},
    "flash_area": {"bits": 4.0, "comparator_area": 40e-12, "ladder_area": 20e-12},
    "ramp_energy": {
        "bits": 6.0,
        "comparator_cycle_energy": 1e-15,
        "mean_fraction": 0.4,
        "latch_energy": 2e-15,
        "generator_energy": 1e-12,
        "sharing_columns": 128.0,
    },
    "ramp_time": {"bits": 6.0, "clock_period": 1e-9},
    "ramp_area": {
        "bits": 6.0,
        "comparator_area": 40e-12,
        "latch_area": 2e-12,
        "generator_area": 1e-9,
        "sharing_columns": 128.0,
    },
    "survey_figure_of_merit": {"bits": 8.0, "sample_rate": 1e9, **FIGURE_OF_MERIT},
    "survey_conversion_energy": {
        "bits": 8.0,
        "feature_size": 28e-9,
        "figure_of_merit": 154.0,
        **ENERGY,
    },
    "survey_converter_area": {
        "feature_size": 28e-9,
        "sample_rate": 1e8,
        "conversion_energy": 1.33e-12,
        **AREA,
    },
    "whole_conversion_energy": {"bits": 8.0, "bit_energy": 5e-14, "step_energy": 3e-15},
    "whole_converter_area": {"bits": 8.0, "bit_area": 2e-11, "step_area": 3e-12},
    "whole_conversion_time": {"bits": 8.0, "base_time": 1e-9, "bit_time": 1e-9, "step_time": 1e-12},
    "input_phases": {"magnitude_bits": 4.0, "single_phase_bits": 3.0},
    "integration_steps": {"magnitude_bits": 4.0, "single_phase_bits": 3.0},
    "conversion_steps": {"magnitude_bits": 4.0, "single_phase_bits": 3.0, "output_bits": 7.0},
    "integrating_read_time": {
        **_STEPS,
        "integration_step_time": 0.27e-6,
        "sample_time": 0.3e-6,
        "conversion_step_time": 0.3e-6,
    },
    "integrating_read_energy": {
        **_STEPS,
        "integration_step_energy": 0.5e-12,
        "sample_energy": 0.4e-12,
        "conversion_step_energy": 0.5e-12,
    },
    "resolution_of_levels": {"levels": 6.0},
}


def _survey_energy(bits, feature_size, sample_rate):
    merit = converters.survey_figure_of_merit(bits, sample_rate, **FIGURE_OF_MERIT)
    return converters.survey_conversion_energy(bits, feature_size, merit, **ENERGY)


def _survey_area(bits, feature_size, sample_rate):
    energy = _survey_energy(bits, feature_size, sample_rate)
    return converters.survey_converter_area(feature_size, sample_rate, energy, **AREA)


@pytest.mark.parametrize(("inputs", "cells", "expected"), [(1.0, 1.0, 8), (1.0, 2.0, 9), (8.0, 2.0, 17)])
def test_lossless_resolution_of_128_rows(inputs, cells, expected):
    # sums up to 128, 384 and 128 x 255 x 3 = 97920: 129, 385 and 97921 levels
    assert converters.lossless_resolution(128.0, inputs, cells) == expected


@given(st.integers(1, 10_000), st.integers(1, 12), st.integers(1, 6))
def test_lossless_resolution_is_the_least_that_holds_all_sums(rows, inputs, cells):
    largest_sum = rows * (2**inputs - 1) * (2**cells - 1)
    assert converters.lossless_resolution(float(rows), inputs, cells) == largest_sum.bit_length()


def test_a_sum_that_just_fills_its_bits_takes_no_more():
    # 2^b - 1 rows of one bit on one bit are 2^b levels
    bits = np.arange(1.0, 40.0)
    np.testing.assert_array_equal(converters.lossless_resolution(2.0**bits - 1.0, 1.0, 1.0), bits)


def test_signal_to_noise_ratio_is_that_of_a_quantised_sine():
    # signal 1/2 over noise (2/2^b)^2/12 is 1.5 x 4^b
    assert converters.signal_to_noise_ratio(8.0) == pytest.approx(10 * math.log10(1.5 * 4.0**8))
    # the customary rounded form
    assert converters.signal_to_noise_ratio(10.0) == pytest.approx(6.02 * 10 + 1.76, abs=1e-2)


# Evaluated from the coefficients outside of this package, written with two to three digits; flat from 1 to
# 100 MHz because resolution limits it. One point is worked by hand below.
@each("sample_rate", [1e6, 1e8])
@each(
    "feature_size, expected",
    [
        (65e-9, (3.5, 3.55, 4.04, 6.49, 12.5)),
        (28e-9, (0.72, 0.73, 0.83, 1.33, 2.57)),
        (22e-9, (0.46, 0.46, 0.53, 0.85, 1.64)),
        (7e-9, (0.053, 0.054, 0.061, 0.098, 0.19)),
    ],
)
def test_survey_energy_for_4_5_6_8_and_10_bits(feature_size, sample_rate, expected):
    energies = _survey_energy(np.array([4.0, 5.0, 6.0, 8.0, 10.0]), feature_size, sample_rate)
    # half of the last printed digit
    np.testing.assert_allclose(energies / 1e-12, expected, rtol=1.5e-2)


def test_speed_makes_10_bits_at_1_ghz_expensive():
    # 213.781 - 2.8719 ln(1e9) = 154.27 dB against 160.51 dB: 10^0.624 = 4.2 times 2.57 pJ
    assert _survey_energy(10.0, 28e-9, 1e9) == pytest.approx(10.8e-12, rel=1e-2)


@each(
    "feature_size, expected",
    [
        (65e-9, (5161, 11862, 17983)),
        (28e-9, (1392, 3200, 4852)),
        (22e-9, (957, 2199, 3334)),
        (7e-9, (161, 370, 561)),
    ],
)
def test_survey_area_of_8_bits_at_1_100_and_1000_mhz(feature_size, expected):
    areas = _survey_area(8.0, feature_size, np.array([1e6, 1e8, 1e9]))
    np.testing.assert_allclose(areas / 1e-12, expected, rtol=2e-3)


def test_survey_energy_of_one_point_by_hand():
    # ln 28 = 3.33220, ln 8 = 2.07944
    # exponent: 26.04962 + 1.880037 x 3.33220 - 2.829126 x 2.07944 - 1.470202 = 24.96106
    # decades: (8 x 6.0206 + 1.76091 - 154.07092)/10 = -10.41452
    # 0.5 x 10^-10.41452 x e^24.96106 = 0.5 x 3.8502e-11 x 6.9254e10 = 1.3332
    assert _survey_energy(8.0, 28e-9, 1e8) == pytest.approx(1.3332e-12, rel=1e-3)


def test_the_unit_of_the_fit_is_only_a_unit():
    merit = {"bits": 8.0, "feature_size": 28e-9, "figure_of_merit": 154.0}
    in_metres = ENERGY | {
        "reference_length": 1.0,
        "intercept": ENERGY["intercept"] - ENERGY["feature_size_exponent"] * math.log(1e-9),
    }
    expected = converters.survey_conversion_energy(**merit, **ENERGY)
    assert converters.survey_conversion_energy(**merit, **in_metres) == pytest.approx(expected, rel=1e-9)


def test_survey_energy_is_near_the_converter_of_isaac():
    # Shafiee et al., ISCA 2016, Table I: 8 converters of 8 bits and 1.2 GHz at 32 nm take 16 mW, so each
    # takes 2 mW / 1.2 GHz = 1.67 pJ. A fit of measured chips against a scaled one: half is close enough.
    assert _survey_energy(8.0, 32e-9, 1.2e9) == pytest.approx(1.67e-12, rel=0.5)


@given(st.floats(16e-9, 250e-9), st.floats(1.01, 4.0), st.sampled_from([4.0, 6.0, 8.0, 12.0]))
def test_survey_energy_and_area_grow_with_the_feature_size(feature_size, factor, bits):
    assert _survey_energy(bits, feature_size * factor, 1e8) > _survey_energy(bits, feature_size, 1e8)
    assert _survey_area(bits, feature_size * factor, 1e8) > _survey_area(bits, feature_size, 1e8)


def test_survey_energy_and_area_do_not_fall_with_bits_and_rate():
    bits, rates = np.arange(4.0, 17.0)[:, None], np.logspace(5, 10, 26)
    for quantity in (_survey_energy(bits, 28e-9, rates), _survey_area(bits, 28e-9, rates)):
        assert np.all(np.diff(quantity, axis=0) > 0.0)
        assert np.all(np.diff(quantity, axis=1) >= -1e-9 * quantity[:, 1:])


def test_fractional_bits_inherit_the_steps_of_the_fit():
    # 4.1 bits get the figure of merit of 5: 3.22 dB better than 4 bits, 0.60 dB harder, (4/4.1)^2.83 cheaper
    ratio = _survey_energy(4.1, 28e-9, 1e6) / _survey_energy(4.0, 28e-9, 1e6)
    assert ratio == pytest.approx(10 ** ((0.602 - 3.2205) / 10) * (4 / 4.1) ** 2.829, rel=1e-3)


def test_successive_approximation_by_hand():
    # 8 x (20 + 30) + 100 fJ = 500 fJ; 9 ns; 8 x 10 + 40 + 200 um^2 = 320 um^2
    assert converters.successive_approximation_energy(8.0, 20e-15, 30e-15, 100e-15) == pytest.approx(500e-15)
    assert converters.successive_approximation_time(8.0, 1e-9) == pytest.approx(9e-9)
    assert converters.successive_approximation_area(8.0, 10e-12, 40e-12, 200e-12) == pytest.approx(320e-12)


def test_flash_by_hand():
    # 15 x 40 fJ + 100 fJ = 700 fJ; 15 x 40 um^2 + 20 um^2 = 620 um^2
    assert converters.flash_energy(4.0, 40e-15, 100e-15) == pytest.approx(700e-15)
    assert converters.flash_area(4.0, 40e-12, 20e-12) == pytest.approx(620e-12)
    np.testing.assert_allclose(converters.flash_time(np.array([1.0, 2.0]), 1e-9), [1e-9, 2e-9])


def test_ramp_by_hand():
    # 64 x 0.5 x 1 fJ + 6 x 2 fJ + 1.28 pJ/128 = 32 + 12 + 10 = 54 fJ; 64 ns; 40 + 12 + 8 um^2
    assert converters.ramp_energy(6.0, 1e-15, 0.5, 2e-15, 1.28e-12, 128.0) == pytest.approx(54e-15)
    assert converters.ramp_time(6.0, 1e-9) == pytest.approx(64e-9)
    assert converters.ramp_area(6.0, 40e-12, 2e-12, 1024e-12, 128.0) == pytest.approx(60e-12)


@given(st.integers(1, 12))
def test_one_more_bit_doubles_ramp_time_and_adds_a_period_to_successive_approximation(bits):
    assert converters.ramp_time(bits + 1.0, 1e-9) == pytest.approx(
        2.0 * converters.ramp_time(float(bits), 1e-9), rel=1e-9
    )
    slow, fast = (converters.successive_approximation_time(bits + extra, 1e-9) for extra in (1.0, 0.0))
    assert slow - fast == pytest.approx(1e-9)


@pytest.mark.parametrize(("columns", "rate", "expected"), [(128.0, 1.28e9, 100e-9), (8.0, 100e6, 80e-9)])
def test_shared_read_time(columns, rate, expected):
    assert converters.shared_read_time(columns, rate) == pytest.approx(expected)


def test_front_end_bias_by_hand():
    # 1 uA x 0.9 V x 10 ns = 9 fJ
    assert converters.front_end_bias_energy(1e-6, 0.9, 10e-9) == pytest.approx(9e-15)


def test_equivalent_resolution_is_that_of_the_levels_of_the_count():
    # counts 0 .. 2^b - 1
    np.testing.assert_allclose(
        converters.equivalent_resolution(np.array([1.0, 7.0, 255.0]), 1.0), [1.0, 3.0, 8.0]
    )


def test_thermal_noise_of_the_array_is_far_below_any_converter():
    bits = np.array([4.0, 6.0, 8.0, 10.0])
    floor = crossbar.thermal_noise_energy_floor(300.0, bits)
    assert np.all(floor < 0.1 * _survey_energy(bits, 28e-9, 1e8))


def test_time_converter_of_timely() -> None:
    # 145 fJ for eight bits at 65 nm, TIMELY
    assert converters.time_converter_energy(8.0, 0.566e-15) == pytest.approx(145e-15, rel=2e-3)
    assert converters.time_converter_energy(9.0, 1.0) == pytest.approx(
        2.0 * converters.time_converter_energy(8.0, 1.0), rel=1e-9
    )


def test_errors_of_a_cascade_add_as_squares() -> None:
    generator = np.random.default_rng(2)
    errors = 0.01 * generator.standard_normal((20000, 12))
    assert errors.sum(axis=1).std() == pytest.approx(converters.cascaded_error(0.01, 12.0), rel=0.02)


@pytest.mark.parametrize("device", ["adc_survey_best", "adc_survey_median"])
def test_equations_and_page_state_the_ends_of_the_survey_that_its_devices_have(device):
    found = load_device(device).spec.parameters
    low, high = (str(found[f"{end}imum_feature_size"].value) for end in ("min", "max"))  # "14 nm"
    for equation in (converters.survey_conversion_energy, converters.survey_converter_area):
        assert f"nodes {low.removesuffix(' nm')} to {high}" in str(equation.__doc__)
    page = (Path(__file__).parents[2] / "docs/models/converters.md").read_text(encoding="utf-8")
    assert f"nodes of {low.removesuffix(' nm')} to {high}" in page


def test_each_bit_of_a_flash_converter_doubles_it() -> None:
    five, four = (equations.whole_converter_area(b, 0.0, 30e-12) for b in (5.0, 4.0))
    assert five / four == pytest.approx(2.0)


@each(
    "magnitude, output, phases, integrations, conversions",
    [
        (1.0, 4.0, 1.0, 1.0, 4.0),
        (3.0, 6.0, 1.0, 7.0, 6.0),
        (4.0, 7.0, 2.0, 6.0, 12.0),  # 3 + 3; 7 + (7 - 2)
        (5.0, 8.0, 2.0, 10.0, 13.0),  # 7 + 3; 8 + (8 - 3)
        (7.0, 10.0, 2.0, 22.0, 16.0),  # 15 + 7; 10 + (10 - 4)
    ],
)
def test_steps_by_hand(magnitude, output, phases, integrations, conversions):
    assert converters.input_phases(magnitude, 3.0) == phases
    assert converters.integration_steps(magnitude, 3.0) == integrations
    assert converters.conversion_steps(magnitude, 3.0, output) == conversions


def test_read_time_by_hand():
    # another tool's constants for NeuRRAM at 6 bits out and 4 in: 7 x 0.27 + 0.3 + 6 x 0.3 = 3.99 us
    assert converters.integrating_read_time(7.0, 1.0, 6.0, 0.27e-6, 0.3e-6, 0.3e-6) == pytest.approx(3.99e-6)


@given(st.integers(4, 12))
def test_two_phases_never_integrate_more_often_than_one(bits):
    split, whole = (converters.integration_steps(float(bits), single) for single in (3.0, 12.0))
    assert split < whole
