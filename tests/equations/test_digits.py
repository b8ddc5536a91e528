"""Claims about the digits of weights, against weights that are drawn and cut."""

from __future__ import annotations

import numpy as np
import pytest

from neuroest.equations import digits, weight_spreads

_DIGIT = {"digit_bits": 2.0, "digits": 4.0, "place": 1.0}
_WEIGHT = {"mean_absolute_weight": 0.266, "centre": 0.0, **_DIGIT}
SAMPLES: dict[str, dict[str, float]] = {
    "digit_place_value": _DIGIT,
    "digit_mean_share": _WEIGHT,
    "digit_mean_square_share": _WEIGHT,
    "digit_zero_share": _WEIGHT,
}


def drawn_digits(numbers: np.ndarray, bits: int, count: int) -> np.ndarray:
    """Digits over their largest value, the first one first, of numbers from 0 to 1."""
    base = 2**bits
    whole = np.minimum(np.floor(numbers * base**count), base**count - 1).astype(int)
    return np.array([whole // base ** (count - 1 - place) % base / (base - 1) for place in range(count)])


@pytest.mark.parametrize("mean", [0.1, 0.266])
@pytest.mark.parametrize("centre", [0.0, 0.5])
@pytest.mark.parametrize(("bits", "count"), [(1, 7), (2, 4), (4, 2), (4, 3), (8, 2)])
def test_shares_of_digits_are_those_of_drawn_weights(
    bits: int, count: int, centre: float, mean: float
) -> None:
    # the mean of half of a Gaussian is sqrt(2/pi) of its spread
    signed = np.random.default_rng(4).normal(size=1_000_000) * mean * np.sqrt(np.pi / 2.0)
    signed = np.clip(signed, -1.0, 1.0)
    parts = drawn_digits(np.abs(signed) if centre == 0.0 else (1.0 + signed) / 2.0, bits, count)
    for place, part in enumerate(parts):
        arguments = (mean, centre, float(bits), float(count), float(place))
        # a share of the weights at the upper clip moves low digits by 0.0013
        near = {"rel": 0.01, "abs": 0.002}
        assert digits.digit_mean_share(*arguments) == pytest.approx(np.mean(part), **near)
        assert digits.digit_mean_square_share(*arguments) == pytest.approx(np.mean(part**2), **near)
        assert digits.digit_zero_share(*arguments) == pytest.approx(np.mean(part == 0.0), **near)


@pytest.mark.parametrize(
    ("bits", "count", "ratio"), [(4, 2, 1.33), (2, 4, 1.45), (1, 8, 1.48)], ids=["4 bit", "2 bit", "1 bit"]
)
def test_cells_of_sliced_weights_conduct_more_than_those_of_whole_ones(bits, count, ratio) -> None:
    # eight bits in cells of 1 to 40 uS, two million weights drawn by hand with numpy: 1.33, 1.45 and 1.48 times
    # 1 + 39 x 0.266/2 = 6.19 uS
    shares = [digits.digit_mean_share(0.266, 0.0, bits, count, place) for place in range(count)]
    assert (1.0 + 39.0 * np.mean(shares) / 2.0) / 6.187 == pytest.approx(ratio, rel=0.01)


def test_one_digit_is_the_weight_and_behind_it_is_nothing() -> None:
    # E[w^2] = (pi/2) 0.266^2 = 0.1111 and (1 + 0.1111)/4 of (1 + w)/2
    assert digits.digit_mean_share(0.266, 0.0, 7.0, 1.0, 0.0) == 0.266
    assert digits.digit_mean_square_share(0.266, 0.0, 7.0, 1.0, 0.0) == pytest.approx(0.1111, rel=1e-3)
    assert digits.digit_mean_square_share(0.266, 0.5, 7.0, 1.0, 0.0) == pytest.approx(0.2778, rel=1e-3)
    assert digits.digit_mean_share(0.266, 0.0, 7.0, 1.0, 1.0) == 0.0
    assert digits.digit_place_value(7.0, 1.0, 1.0) == 0.0


def test_values_of_all_places_make_the_largest_weight() -> None:
    places = np.arange(4.0)
    assert np.sum(digits.digit_place_value(2.0, 4.0, places)) == pytest.approx(1.0, rel=1e-12)
    gain = np.sum(digits.digit_place_value(2.0, 4.0, places) ** 2)
    assert gain == pytest.approx(weight_spreads.digit_error_gain(2.0, 4.0), rel=1e-12)
