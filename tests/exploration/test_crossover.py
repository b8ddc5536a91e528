"""At which spike rate a spiking chip and a dense one need the same."""

from __future__ import annotations

import numpy as np
import pytest

import neuroest
from neuroest.exploration.crossover import SCOPES, CrossoverResult, crossover
from neuroest.exploration.space import ExplorationError

CHIPS = ("digital_spiking_28nm", "digital_int8_28nm")
NETS = ("mlp_mnist_spiking", "mlp_mnist_dense")


@pytest.fixture(scope="module")
def found() -> CrossoverResult:
    return crossover(*CHIPS, *NETS, samples=64)


def test_both_need_the_same_at_the_crossover(found: CrossoverResult) -> None:
    row = next(r for r in found.rows if r.scope == "energy_per_inference_J" and r.bits == 8.0)
    assert row.rate is not None
    rate = f"{row.rate:.9g}"
    settings = {"workload.input.activity.rate": rate, "workload.activity.rate": rate}
    spiking = neuroest.estimate(CHIPS[0], NETS[0], settings).totals["energy_per_inference_J"]
    dense = neuroest.estimate(CHIPS[1], NETS[1]).totals["energy_per_inference_J"]
    assert spiking == pytest.approx(dense, rel=2e-3)


def test_matched_bits_are_fewer_and_cost_the_dense_chip_less(found: CrossoverResult) -> None:
    assert found.matched_bits == 5  # 20 timesteps
    by = {(r.scope, r.bits): r for r in found.rows}
    assert len(by) == 2 * len(SCOPES)
    for scope in SCOPES:
        assert by[scope, 5.0].dense <= by[scope, 8.0].dense
        assert by[scope, 5.0].spiking == by[scope, 8.0].spiking


def test_scopes_hold_each_other(found: CrossoverResult) -> None:
    for bits in (8.0, 5.0):
        energies = [next(r for r in found.rows if (r.scope, r.bits) == (scope, bits)) for scope in SCOPES]
        assert energies[0].spiking < energies[1].spiking < energies[2].spiking
        assert energies[0].dense < energies[1].dense < energies[2].dense


def test_at_eight_bits_operations_alone_favour_the_spiking_chip(found: CrossoverResult) -> None:
    operations, dynamic = (next(r for r in found.rows if r.scope == s) for s in list(SCOPES)[:2])
    # trees of adders in two stages need less than spikes even so. Both sides include the register of each sum; without
    # that of the spiking datapath the ratio of the operations was less than half of that of all dynamic energy
    assert 1.0 < operations.ratio < 0.85 * dynamic.ratio
    assert operations.rate is not None
    assert dynamic.rate is not None
    assert operations.rate > dynamic.rate


def test_bands_hold_the_crossover(found: CrossoverResult) -> None:
    row = next(r for r in found.rows if r.scope == "dynamic_energy_J" and r.bits == 8.0)
    assert row.band is not None
    assert row.rate is not None
    assert row.band.low < row.rate < row.band.high


def test_the_figure_marks_the_rates_of_the_text(found: CrossoverResult) -> None:
    axes = found.plot().axes[0]
    drawn = [line.get_xdata() for line in axes.lines if line.get_marker() not in {"None", "|"}]
    marks = np.sort(np.concatenate([np.asarray(places, dtype=float) for places in drawn]))
    rates = sorted(row.band.median for row in found.rows if row.band and 0.0 < row.band.median < np.inf)
    assert marks == pytest.approx(rates)


def test_scaling_leaves_the_mean_rate_as_the_measure() -> None:
    alike = crossover(*CHIPS, *NETS, samples=16)
    scaled = crossover(*CHIPS, *NETS, samples=16, scaled=True)
    assert scaled.scaled
    for one, other in zip(alike.rows, scaled.rows, strict=True):
        assert one.dense == other.dense
        if one.rate is not None and other.rate is not None and np.isfinite([one.rate, other.rate]).all():
            assert other.rate == pytest.approx(one.rate, rel=0.5)


def test_the_wrong_coding_is_refused() -> None:
    with pytest.raises(ExplorationError, match="the spiking network comes first"):
        crossover(*CHIPS, NETS[1], NETS[1])
    with pytest.raises(ExplorationError, match="the dense network comes second"):
        crossover(*CHIPS, NETS[0], NETS[0])


def test_a_crossover_without_samples_is_refused() -> None:
    with pytest.raises(ExplorationError, match="ask for at least 1"):
        crossover(*CHIPS, *NETS, samples=0)
