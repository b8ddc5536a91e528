"""Footprint, vias, heat and yield of tiers over each other."""

from __future__ import annotations

import math

import pytest

from neuroest.equations import stacked_tiers

SAMPLES = {
    "stacked_area": {"lower": 6.7e-7, "upper": 3e-8},
    "blocked_area": {"signals": 256.0, "area": 4e-14},
    "via_field": {"signals": 256.0, "pitch": 9e-6},
    "memory_signals": {"words": 1024.0, "width": 64.0},
    "series_loss": {"cells": 128.0, "conductance": 1e-5, "resistance": 8.0},
    "tier_temperature_rise": {"power": 0.1, "thermal_resistance": 7e-7, "area": 1e-6},
    "stacking_yield": {"good_share": 0.98, "kept": 0.97, "vias": 1e4, "via_failure": 1e-8},
}


def test_a_stack_yields_no_more_than_its_worst_part() -> None:
    assert stacked_tiers.stacking_yield(1.0, 1.0, 1e6, 0.0) == pytest.approx(1.0)
    assert stacked_tiers.stacking_yield(0.9, 0.8, 1e6, 1e-6) == pytest.approx(0.72 * math.exp(-1.0), rel=1e-6)


def test_a_series_resistance_takes_all_of_a_large_current() -> None:
    assert stacked_tiers.series_loss(0.0, 1e-5, 8.0) == pytest.approx(0.0)
    assert stacked_tiers.series_loss(1e9, 1.0, 8.0) == pytest.approx(1.0)


def test_the_wider_of_two_tiers_makes_the_die() -> None:
    assert stacked_tiers.stacked_area(1e-6, 2e-6) == pytest.approx(2e-6)
    assert stacked_tiers.stacked_area(2e-6, 1e-6) == pytest.approx(2e-6)
