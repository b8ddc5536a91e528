"""Populations: the scatter between dies comes back, a new die is inside the band, and a chip is drawn from it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neuroest.core.errors import NeuroestError
from neuroest.fitting.dies import DiesFit, fit_dies, population
from neuroest.loading.library import load_device


def test_scatter_between_dies_is_what_the_errors_of_the_fits_do_not_explain() -> None:
    # by hand: logs 0, 0.2, 0.4 with errors 0.1: Q = 8, df = 2, w = 100 each, c = 200: tau^2 = 6 / 200
    found = population(np.exp([0.0, 0.2, 0.4]).tolist(), [0.1, 0.1, 0.1])
    assert found.median == pytest.approx(np.exp(0.2))
    assert found.between_dies == pytest.approx(np.sqrt(0.03))
    # t(0.9, 2) = 1.8856; a new die: tau^2 + (tau^2 + 0.01) / 3
    assert np.log(found.factor) == pytest.approx(1.8856 * np.sqrt(0.03 + 0.04 / 3.0), rel=1e-4)


def test_equal_dies_have_no_scatter() -> None:
    assert population([2.0, 2.0, 2.0], [0.1, 0.1, 0.1]).between_dies == 0.0


def test_a_new_die_is_inside_the_band_in_four_of_five() -> None:
    random, inside = np.random.default_rng(5), []
    for _ in range(1000):
        truths = 0.3 * random.standard_normal(6)
        found = population(np.exp(truths[:5] + 0.05 * random.standard_normal(5)).tolist(), [0.05] * 5)
        inside.append(abs(truths[5] - np.log(found.median)) <= np.log(found.factor))
    assert 0.77 <= np.mean(inside) <= 0.83


def dies(folder: Path, count: int = 3) -> list[Path]:
    """Potentiation of a cell on some dies, whose high conductance scatters by 20 %."""
    random, files = np.random.default_rng(1), []
    for number in range(count):
        high = 60.0 * np.exp(0.2 * (number - 1))
        rows = [
            f"{n},{(high - 0.8 * high * np.exp(-n / 15.0)) * np.exp(0.03 * random.standard_normal()):.6g}"
            for n in range(51)
        ]
        files.append(folder / f"die_{number}.csv")
        files[-1].write_text("\n".join(["Pulse #,Conductance (uS)", *rows]) + "\n", "utf-8")
    return files


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> DiesFit:
    return fit_dies(dies(tmp_path_factory.mktemp("dies")), law="pulse_saturating")


def test_the_spec_has_the_population(found: DiesFit, tmp_path: Path) -> None:
    assert not found.refusal
    high = found.parameters["high_conductance"]
    assert high.median == pytest.approx(60e-6, rel=0.05)
    assert high.between_dies == pytest.approx(0.2, rel=0.1)
    found.write(tmp_path / "cell.yaml")
    claim = load_device(str(tmp_path / "cell.yaml")).claims["high_conductance"]
    assert claim.value == pytest.approx(high.median, rel=1e-3)
    assert claim.high / claim.value == pytest.approx(high.factor, rel=1e-3)
    assert "Median of 3 dies" in (claim.rationale or "")
    assert "3 dies (die_0, die_1, die_2)" in found.to_text()


def test_one_die_is_no_population(tmp_path: Path) -> None:
    (one,) = dies(tmp_path, 1)
    for files in ([one], [one, one]):
        with pytest.raises(NeuroestError, match="two dies or more"):
            fit_dies(files)
