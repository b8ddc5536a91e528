"""The comparison page of the claim for the 1M1T1R neuron."""

import numpy as np
import pytest

from neuroest.estimating import estimate
from neuroest.evaluation import evaluate
from neuroest.validating.fairness import NEURON, conditions, contenders, energy, fairness_page, solve


@pytest.fixture(scope="module")
def pair():
    return estimate("diffusive_28nm_derived", "mlp_mnist_spiking"), estimate(
        "analog_lif_28nm", "mlp_mnist_spiking"
    )


def test_a_root_is_where_the_costs_are_equal(pair):
    ours, twin = pair
    condition = conditions()[0]
    root = solve(condition, ours, twin, 1.0)
    assert root.low < root.median < root.high < root.today
    # at the nominal point: bisect by hand and compare with the band
    values = {path: claim.value for path, claim in ours.claims.items()}
    target = float(twin.totals["energy_per_inference_J"])
    low, high = 0.0, np.log(1e9)
    for _ in range(60):
        middle = (low + high) / 2
        changed = {**values, **{path: values[path] * np.exp(middle) for path in condition.paths}}
        result = evaluate(ours.design, ours.workload, changed)
        low, high = (low, middle) if float(energy(result)[0]) < target else (middle, high)
    time = float(result.mapper.compute.neuron.input_hold_time())
    assert root.low <= time <= root.high


def test_a_condition_that_no_value_fulfils_is_not_reachable(pair):
    ours, twin = pair
    condition = next(c for c in conditions() if c.paths == (f"{NEURON}.load_capacitance",) and not c.fast)
    assert solve(condition, ours, twin, 10.0).reachable == 0.0


def test_page_has_every_contender_on_every_network():
    text = fairness_page()
    for contender in contenders():
        assert text.count(f"| {contender.title} |") >= 3
    assert "What would have to be true" in text
