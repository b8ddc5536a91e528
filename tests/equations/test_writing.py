"""Writing cells, by hand and against published numbers."""

from __future__ import annotations

import pytest

from neuroest.equations import writing

SAMPLES: dict[str, dict[str, float]] = {
    "rewritten_cells": {"elements": 524288.0, "cells_per_value": 8.0},
    "rewriting_limit": {"endurance": 1e6, "pulses": 9.0},
    "write_verify_energy": {
        "pulses": 9.0,
        "write_voltage": 2.0,
        "write_current": 100e-6,
        "pulse_width": 100e-9,
        "line_energy": 0.1e-12,
        "verify_energy": 20e-15,
    },
    "array_programming_time": {
        "cells": 16384.0,
        "parallel_cells": 128.0,
        "pulses": 9.0,
        "pulse_width": 100e-9,
        "verify_time": 50e-9,
    },
}


def test_programming_1_5_million_cells():
    # 2 V x 100 uA x 100 ns = 20 pJ; 9 pulses 180 pJ; x 1.5e6 = 0.27 mJ
    cell = writing.write_verify_energy(9.0, 2.0, 100e-6, 100e-9, 0.0, 0.0)
    assert cell == pytest.approx(180e-12)
    assert 1.5e6 * cell == pytest.approx(0.27e-3)
    # ceil(1.5e6 / 128) = 11719 groups x 9 x 200 ns = 21.1 ms
    found = writing.array_programming_time(1.5e6, 128.0, 9.0, 100e-9, 100e-9)
    assert found == pytest.approx(21.1e-3, rel=2e-3)


def test_lines_and_verify_reads_are_paid_for_every_pulse():
    # 3 x (2 x 1e-6 x 1e-6 + 1e-12 + 2e-12) = 3 x 5 pJ
    assert writing.write_verify_energy(3.0, 2.0, 1e-6, 1e-6, 1e-12, 2e-12) == pytest.approx(15e-12)
