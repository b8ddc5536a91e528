"""The comparison page of the claim for the 1M1T1R neuron."""

from itertools import pairwise

import numpy as np
import pytest
from fairness_page import NEURON, area, conditions, contenders, energy, fairness_page, ratio_to, solve

from neuroest.loading.kinds import data_folder
from neuroest.pipeline.estimate import estimate
from neuroest.pipeline.evaluate import evaluate


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
    time = float(result.mapper.compute.neuron.integration_time())
    assert root.low <= time <= root.high


def test_a_condition_that_no_value_fulfils_is_not_reachable(pair):
    ours, twin = pair
    condition = next(c for c in conditions() if c.paths == (f"{NEURON}.load_capacitance",) and not c.fast)
    assert solve(condition, ours, twin, 10.0).reachable == 0.0


def test_a_band_does_not_leave_out_the_samples_that_nothing_helps(pair):
    ours, twin = pair
    root = solve(conditions()[0], ours, twin, 10.0)
    assert 0.1 < root.reachable < 0.5
    assert (root.low, root.median) == (0.0, 0.0)
    assert 0.0 < root.high < root.today


def test_more_takes_more(pair):
    ours, twin = pair
    roots = [solve(conditions()[0], ours, twin, times) for times in (1.0, 10.0, 100.0)]
    for easier, harder in pairwise(roots):
        assert easier.reachable >= harder.reachable
        assert all(getattr(easier, at) >= getattr(harder, at) for at in ("low", "median", "high"))


@pytest.mark.parametrize("condition", conditions(), ids=lambda condition: condition.title)
def test_bisection_is_right_since_costs_only_rise_or_only_fall(pair, condition):
    ours, _ = pair
    values = {path: claim.value for path, claim in ours.claims.items()}
    if condition.fast:
        values |= {path: values[path] * 1e9 for path in conditions()[0].paths}
    costs = []
    for factor in np.geomspace(condition.best, condition.worst, 25):
        changed = {**values, **{path: values[path] * factor for path in condition.paths}}
        with np.errstate(all="ignore"):
            costs.append(
                float(np.ravel(condition.compared(evaluate(ours.design, ours.workload, changed)))[0])
            )
    costs = [np.inf if np.isnan(cost) else cost for cost in costs]
    assert all(after >= before * (1 - 1e-12) for before, after in pairwise(costs))


def test_a_chip_costs_what_it_costs(pair):
    ours, twin = pair
    same = ratio_to(twin, twin)
    assert (same.low, same.median, same.high) == (1.0, 1.0, 1.0)
    above = ratio_to(ours, twin)
    assert 1.0 < above.low < above.median < above.high


def test_the_best_of_neurons_gains_what_the_neuron_costs_and_its_time(pair):
    _, twin = pair
    gain, room = ratio_to(twin, twin, free=True), ratio_to(twin, twin, area, free=True)
    for ratio in (gain, room):
        assert 0.0 < ratio.low <= ratio.median <= ratio.high <= 1.0
    # what goes is their own energy, spikes of 1.61 fJ, and wires across their area, not their integration
    whole = float(twin.totals["energy_per_inference_J"])
    neuron = sum(row.energy_J for row in twin.breakdown if row.component == NEURON and row.energy_J)
    values = {path: claim.value for path, claim in twin.claims.items()}

    def left(*names: str) -> float:
        free = values | {f"{NEURON}.{name}": 0.0 for name in names}
        return float(np.ravel(energy(evaluate(twin.design, twin.workload, free)))[0])

    assert whole - left("spike_energy") == pytest.approx(neuron, rel=1e-6)
    assert neuron < whole - left("spike_energy", "static_power", "footprint") < 2e-4 * whole


@pytest.fixture(scope="module")
def text():
    return fairness_page()


def test_page_in_the_docs_is_the_one_that_would_be_written(text):
    path = data_folder("validation_case").parent / "docs" / "fairness.md"
    assert path.read_text(encoding="utf-8") == text, "run `python docs/tools/fairness_page.py`"


def test_page_has_every_contender_on_every_network(text):
    for contender in contenders():
        assert text.count(f"| {contender.title} |") >= 3
    assert "What would have to be true" in text


def test_the_page_says_that_the_neuron_of_3_nm_stands_on_a_fabric_of_28_nm(text):
    row = next(line for line in text.splitlines() if line.startswith("| 1M1T1R, 3 nm |"))
    assert "projection of its authors, on the 28 nm fabric" in row
    assert "it stands on the 28 nm fabric of the rows beside it" in " ".join(text.split())
    assert (
        estimate("diffusive_3nm_projection_28nm", "mlp_mnist_spiking").design.spec.technology.process
        == "cmos_28nm_lp"
    )
