"""Claims about the digits of weights, against weights that are drawn and cut."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

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


@pytest.mark.slow
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


MOMENTS = (digits.digit_mean_share, digits.digit_mean_square_share, digits.digit_zero_share)
PLACES = [(1, 0), (1, 3), (1, 8), (2, 0), (2, 2), (4, 0), (4, 1), (8, 0)]


def summed_up(mean: float, centre: float, bits: int, place: int) -> list[float]:
    """The moments of a digit from the chance of each of its values, by the error function of the standard library."""
    base, parts, spread = 2**bits, 2 ** (bits * (place + 1)), (1.0 - centre) * mean * math.sqrt(math.pi / 2.0)
    sides = 2.0 if centre == 0.0 else 1.0  # a pair has the size of a weight
    above = [sides * math.erfc((k / parts - centre) / spread / math.sqrt(2.0)) / 2.0 for k in range(parts)]
    chances = [a - b for a, b in zip([1.0, *above[1:]], [*above[1:], 0.0], strict=True)]
    shares = [k % base / (base - 1) for k in range(parts)]
    return [
        math.fsum(chance * of(share) for chance, share in zip(chances, shares, strict=True))
        for of in (float, lambda share: share * share, lambda share: float(share == 0.0))
    ]


@given(
    mean=st.floats(-12.0, 0.0).map(math.exp),
    centre=st.sampled_from([0.0, 0.5]),
    digit=st.sampled_from(PLACES),
)
@example(mean=0.5 / math.sqrt(math.pi / 2.0), centre=0.0, digit=(4, 1))  # where two pieces meet
def test_interpolated_moments_are_those_summed_up(mean: float, centre: float, digit: tuple[int, int]) -> None:
    bits, place = digit
    # the error function of the package is good to 2e-12
    for moment, whole in zip(MOMENTS, summed_up(mean, centre, bits, place), strict=True):
        assert moment(mean, centre, bits, 9.0, place) == pytest.approx(whole, rel=0.0, abs=1e-11)


@given(
    mean=st.floats(-12.0, 0.0).map(math.exp),
    centre=st.sampled_from([0.0, 0.5]),
    digit=st.sampled_from(PLACES),
)
def test_polynomials_add_less_than_2e_14(mean: float, centre: float, digit: tuple[int, int]) -> None:
    base, place = 2 ** digit[0], digit[1]
    spread = np.array([(1.0 - centre) * mean * math.sqrt(math.pi / 2.0)])
    exact = digits._counted(base) @ digits._chances(spread, centre, base, place)
    found = [moment(mean, centre, digit[0], 9.0, place) for moment in MOMENTS]
    assert found == pytest.approx(exact[:, 0], rel=0.0, abs=2e-14)


def test_a_point_and_a_list_have_the_same_moments() -> None:
    means = np.geomspace(1e-4, 1.0, 50)[:, np.newaxis]
    sliced = np.array([[1.0, 2.0, 4.0]])  # one base for each of three layers
    for moment in MOMENTS:
        for centre in (0.0, 0.5):
            for bits, place in PLACES:
                listed = moment(means, centre, bits, 9.0, place)[:, 0]
                alone = [moment(float(mean), centre, bits, 9.0, place) for mean in means[:, 0]]
                assert listed == pytest.approx(alone, rel=1e-12)
            layered = moment(means, centre, sliced, 9.0, 1.0)
            columns = [moment(means, centre, bits, 9.0, 1.0)[:, 0] for bits in (1.0, 2.0, 4.0)]
            assert layered == pytest.approx(np.array(columns).T, rel=1e-12)


def test_moments_of_no_weights_and_of_weights_beyond_all_clips() -> None:
    assert [moment(0.0, 0.0, 4.0, 2.0, 0.0) for moment in MOMENTS] == pytest.approx([0.0, 0.0, 1.0])
    assert [moment(np.inf, 0.0, 4.0, 2.0, 0.0) for moment in MOMENTS] == pytest.approx(
        [1.0, 1.0, 0.0], abs=1e-9
    )
    assert np.isnan([moment(np.nan, 0.5, 4.0, 2.0, 0.0) for moment in MOMENTS]).all()


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
    assert digits.digit_mean_share(0.266, 0.0, 7.0, 1.0, 0.0) == pytest.approx(0.266, rel=1e-9)
    assert digits.digit_mean_square_share(0.266, 0.0, 7.0, 1.0, 0.0) == pytest.approx(0.1111, rel=1e-3)
    assert digits.digit_mean_square_share(0.266, 0.5, 7.0, 1.0, 0.0) == pytest.approx(0.2778, rel=1e-3)
    assert digits.digit_mean_share(0.266, 0.0, 7.0, 1.0, 1.0) == 0.0
    assert digits.digit_place_value(7.0, 1.0, 1.0) == 0.0


def test_values_of_all_places_make_the_largest_weight() -> None:
    places = np.arange(4.0)
    assert np.sum(digits.digit_place_value(2.0, 4.0, places)) == pytest.approx(1.0, rel=1e-12)
    gain = np.sum(digits.digit_place_value(2.0, 4.0, places) ** 2)
    assert gain == pytest.approx(weight_spreads.digit_error_gain(2.0, 4.0), rel=1e-12)
