"""Laws of whole converters."""

from __future__ import annotations

import pytest

from neuroest.equations import whole_converters as equations

SAMPLES: dict[str, dict[str, float]] = {
    "whole_conversion_energy": {"bits": 8.0, "bit_energy": 5e-14, "step_energy": 3e-15},
    "whole_converter_area": {"bits": 8.0, "bit_area": 2e-11, "step_area": 3e-12},
    "whole_conversion_time": {"bits": 8.0, "base_time": 1e-9, "bit_time": 1e-9, "step_time": 1e-12},
}


def test_each_bit_of_a_flash_converter_doubles_it() -> None:
    five, four = (equations.whole_converter_area(b, 0.0, 30e-12) for b in (5.0, 4.0))
    assert five / four == pytest.approx(2.0)
