"""Times of a read against hand calculations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import read_schedule
from tests.each import each

SAMPLES: dict[str, dict[str, float]] = {
    "column_driven_time": {"settling": 10e-9, "sampling": 1e-9, "conversion": 80e-9},
    "read_interval": {"settling": 10e-9, "sampling": 1e-9, "conversion": 10e-9, "conversion_held": 80e-9},
    "input_digits": {"bits": 8.0, "bits_per_phase": 3.0},
    "row_groups": {"rows": 300.0, "array_rows": 256.0, "rows_at_once": 16.0},
    "mean_binary_width": {"bits": 4.0},
    "active_digit_probability": {"bit_density": 0.3, "bits": 2.0},
}


@each(
    "parts, expected",
    [
        ((20e-9, 0.0, 80e-9, 0.0), 100e-9),  # nothing holds: one after the other
        ((20e-9, 2e-9, 0.0, 80e-9), 82e-9),  # a stage holds: the conversions hide the settling
        ((100e-9, 2e-9, 0.0, 80e-9), 102e-9),  # or the settling the conversions
        ((20e-9, 1e-9, 70e-9, 9e-9), 91e-9),  # eight of 10 ns, the last from the converter's own capacitors
    ],
)
def test_interval_by_hand(parts, expected):
    assert read_schedule.read_interval(*parts) == pytest.approx(expected, rel=1e-12)


_TIME = st.floats(0.0, 1e-6)


@given(_TIME, _TIME, _TIME)
def test_holding_never_slows_a_read_and_never_hides_more_than_the_shorter_part(
    settling, sampling, conversion
):
    held = read_schedule.read_interval(settling, sampling, 0.0, conversion)
    alone = read_schedule.read_interval(settling, sampling, conversion, 0.0)
    assert held <= alone
    assert alone - held == pytest.approx(min(settling, conversion), abs=1e-18)


def test_digits_and_widths_by_hand():
    assert [float(read_schedule.input_digits(8.0, b)) for b in (1.0, 2.0, 3.0, 8.0)] == [8, 4, 3, 1]
    assert float(read_schedule.mean_binary_width(4.0)) == (1 + 2 + 4 + 8) / 4
    assert float(read_schedule.active_digit_probability(0.5, 3.0)) == 7 / 8
