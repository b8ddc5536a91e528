"""The value at nominal inputs lies within the band, unless a claim states a bound, which is read from the files."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest

from neuroest.core.errors import NeuroestError
from neuroest.error_analysis.draws import SAMPLES, SEED, draw
from neuroest.exploration.batch_evaluation import in_blocks
from neuroest.exploration.space import Space
from neuroest.exploration.structures import resolve
from neuroest.loading.library import shipped
from neuroest.pipeline.estimate import estimate
from neuroest.results.estimate import Estimate
from neuroest.specs.claims import Claim
from tests.pairs import other_chips_nightly

_TAIL = 0.1
"""Share of the samples beyond either end of a band."""


def bounded(claim: Claim) -> bool:
    """Whether a claim states a bound: its value is then no median, or lies next to an end that samples may not pass."""
    return bool(claim.bound) or claim.shape != "two_sided"


def without_bounds(claims: Mapping[str, Claim]) -> dict[str, Claim]:
    return {path: claim for path, claim in claims.items() if not bounded(claim)}


def outside(result: Estimate) -> list[str]:
    """Results whose nominal value lies beyond an end of their band."""
    return [
        name
        for name, band in result.bands.totals.items()
        if (value := result.totals.get(name)) is not None and not band.low <= value <= band.high
    ]


def tail(chip: str, workload: str, name: str, nominal: float) -> tuple[float, int]:
    """Share of the samples on the lesser side of the nominal value; claims that state a bound keep their values."""
    group = resolve(chip, workload, Space(())).groups[0].settled()
    drawn = draw(without_bounds(group.claims), SAMPLES, SEED)
    given = {path: values[:, 0] for path, values in drawn.items()}
    values = in_blocks(group, given, SAMPLES, (name,)).totals[name]
    values = values[np.isfinite(values)]
    equal = np.mean(np.isclose(values, nominal, rtol=1e-9, atol=0.0))
    below = float(np.mean(values < nominal * (1.0 - 1e-9)) + equal / 2.0)
    return min(below, 1.0 - below), values.size


@pytest.mark.slow
@pytest.mark.parametrize("chip", other_chips_nightly(shipped("architecture")))
def test_nominal_values_lie_in_their_bands_but_for_stated_bounds(chip: str) -> None:
    """Percentiles of a few hundred samples are known to some points, so two standard errors of a tenth are allowed.

    The main totals of every chip on one network are tried with each change by ``test_headlines.py``.
    """
    estimates = 0
    for workload in shipped("workload"):
        try:
            result = estimate(chip, workload)
        except NeuroestError:  # the network does not fit this chip, or the chip does not run it
            continue
        estimates += 1
        for name in outside(result):
            share, samples = tail(chip, workload, name, result.totals[name])
            allowed = _TAIL - 2.0 * math.sqrt(_TAIL * (1.0 - _TAIL) / samples)
            assert share >= allowed, (workload, name, share)
    assert estimates


def test_a_bound_may_leave_the_nominal_value_outside_and_nothing_else_may() -> None:
    """A core of Loihi is no larger than its file says, and no smaller than 0.35 mm^2: all samples take less area."""
    chip, workload = "loihi_14nm", "mlp_mnist_spiking"
    result = estimate(chip, workload)
    assert "area_m2" in outside(result)
    group = resolve(chip, workload, Space(())).groups[0].settled()
    (stated,) = (claim for path, claim in group.claims.items() if path.endswith(".core_area"))
    assert bounded(stated)
    assert stated.low < stated.value == stated.high
    assert tail(chip, workload, "area_m2", result.totals["area_m2"])[0] > _TAIL


def test_no_result_of_the_converters_from_parts_is_outside() -> None:
    """The spread of a unit capacitor is that of matching, and no longer that of the bits which a converter has."""
    for workload in ("mobilenet_v1_imagenet_dense", "resnet18_imagenet_dense", "vgg9_cifar10_dense"):
        assert not set(outside(estimate("charge_domain_65nm", workload))) & {
            "energy_per_inference_J", "tops_per_watt", "energy_per_synaptic_operation_J",
        }  # fmt: skip
