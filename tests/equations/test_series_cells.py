import numpy as np
import pytest

from neuroest.equations import series_cells

SAMPLES = {
    "string_time": {
        "cells": 64.0, "resistance": 9e3, "load_capacitance": 10e-15, "cell_capacitance": 1e-15,
    },
    "string_swing": {"voltage": 0.8, "low_resistance": 7e3, "high_resistance": 11e3},
    "string_mismatch_error": {
        "relative_spread": 0.06, "low_resistance": 4e3, "high_resistance": 8e3, "cells": 64.0, "share_of_ones": 0.5,
    },
}  # fmt: skip


def test_a_string_is_as_slow_as_the_chain_of_its_cells():
    # the charge of each node flows through the cells between it and ground: Elmore's sum of R_i C_i, and the load
    cells, resistance, load, each = 64, 9e3, 10e-15, 1e-15
    chain = sum(k * resistance * each for k in range(1, cells + 1)) + cells * resistance * load
    assert series_cells.string_time(64.0, resistance, load, each) == pytest.approx(
        np.log(2.0) * chain, rel=0.02
    )


def test_mismatch_of_a_string_against_drawn_junctions():
    generator = np.random.default_rng(1)
    resistances = np.repeat([4e3, 8e3], 32) * (1.0 + 0.06 * generator.standard_normal((20_000, 64)))
    drawn = np.std(resistances.sum(axis=1)) / (64 * 4e3)
    assert series_cells.string_mismatch_error(0.06, 4e3, 8e3, 64.0, 0.5) == pytest.approx(drawn, rel=0.02)
