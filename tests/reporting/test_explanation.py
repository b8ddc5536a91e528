from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.core.provenance import Operation, Parameter, Traced, tracing
from neuroest.pipeline.estimate import estimate
from neuroest.reporting.derivation import Derivation, Step
from neuroest.reporting.explanation import explain, explainable
from neuroest.results.estimate import Estimate
from neuroest.specs.claims import Claim
from tests.each import each


def walk(step: Step) -> Iterator[Step]:
    yield step
    for part in step.parts:
        yield from walk(part)


@pytest.mark.parametrize(
    "quantity", ["energy_per_inference_J", "dynamic_energy_J", "static_energy_J", "area_m2"]
)
def test_the_parts_of_a_sum_add_up(memristive: Estimate, dense: Estimate, quantity: str) -> None:
    for result in (memristive, dense):
        step = explain(result, quantity).step
        assert step.value == result.totals[quantity]
        assert sum(part.value or 0.0 for part in step.parts) == pytest.approx(step.value, rel=1e-9)
        for part in step.parts:
            if part.parts:
                assert sum(p.value or 0.0 for p in part.parts) == pytest.approx(part.value, rel=1e-9)


def test_the_cost_of_an_action_times_its_count_is_its_energy(memristive: Estimate) -> None:
    for cost in memristive.traced.energies:
        rows = [
            r
            for r in memristive.breakdown
            if (r.component, r.action, r.term) == (cost.component, cost.action, cost.term)
        ]
        spiking = memristive.evaluation
        if any(
            np.size(each.energy) > 1
            for each in spiking.costs.energies
            if (each.component, each.action, each.term) == (cost.component, cost.action, cost.term)
        ):  # neurons of other layers are driven for another time
            slowest = spiking.layers.names[int(np.argmax(np.ravel(spiking.timing.step)))]
            rows = [row for row in rows if row.layer == slowest]
        count = sum(row.count for row in rows)
        assert count * float(cost.energy) == pytest.approx(sum(row.energy_J for row in rows), rel=1e-9)


@pytest.mark.slow
def test_every_name_that_is_listed_can_be_explained(memristive: Estimate, dense: Estimate) -> None:
    for result in (memristive, dense):
        for name, about in explainable(result):
            assert explain(result, name).quantity == name
            assert about


def test_a_term_names_equation_inputs_units_and_sources(memristive: Estimate) -> None:
    step = explain(memristive, "chip.tile.array.readout.neuron.spike.output_branch").step
    cost = next(part for part in walk(step) if part.name.startswith("output_branch_energy"))
    assert cost.how.startswith("E = ")
    assert cost.about == ('docs/models/neurons.md, "Energy of a spike"',)
    assert {part.name.split(",")[0]: part.unit for part in cost.parts}["output_pulse_duration"] == "s"
    sources = " ".join(text for part in walk(step) for text in part.about)
    assert "zhao2025" in sources


def test_the_units_of_a_derivation_are_known(memristive: Estimate) -> None:
    for cost in memristive.traced.energies:
        step = Derivation(memristive.claims).step("energy", cost.energy, "J")
        assert step.unit in {"J", "J/bit"}  # of one action, which on a network is one bit
        unknown = [part.name for part in walk(step) if part.unit is None]
        assert unknown == []


def test_what_was_reported_is_not_reported_again(memristive: Estimate) -> None:
    text = explain(memristive, "output_branch").to_text()
    assert text.count("= C_g = c_gate W") == 1
    assert "as above" in " ".join(text.split())


def test_of_a_largest_value_only_the_one_that_counts_is_reported() -> None:
    claims = {name: Claim(name, value, "s", "assumed") for name, value in (("a", 1.0), ("b", 2.0))}
    a, b = (Traced(claim.value, Parameter(name)) for name, claim in claims.items())
    with tracing():
        largest = Traced(2.0, Operation("maximum", (a, Traced(2.0, Operation("maximum", (b, a))))))
    step = Derivation(claims).step("longest", largest)
    assert step.how == "max(a, b)"
    assert step.unit == "s"


@each(
    "expression, written, unit",
    [
        (lambda a, b: a * b, "a * b", None),
        (lambda a, b: (a + b) / a, "(a + b) / a", "1"),
        (lambda a, b: -(a - b), "-(a - b)", "s"),
        (lambda a, _: a * 2.0, "a * 2", "s"),
    ],
)
def test_arithmetic_is_written_as_one_writes_it(expression: object, written: str, unit: str | None) -> None:
    claims = {name: Claim(name, value, "s", "assumed") for name, value in (("a", 1.0), ("b", 2.0))}
    a, b = (Traced(claim.value, Parameter(name)) for name, claim in claims.items())
    step = Derivation(claims).step("result", expression(a, b))  # type: ignore[operator]
    assert step.how == written
    assert step.unit == unit


def test_the_rule_of_a_time_gives_the_time(memristive: Estimate, dense: Estimate) -> None:
    step = explain(memristive, "latency").step
    slowest = max(part.value or 0.0 for part in step.parts if part.name.startswith("layer "))
    layers = sum(part.name.startswith("layer ") for part in step.parts)
    # t = (T + L - 1) t_step
    assert step.how.startswith("t = (T + L - 1) t_step")
    assert (100 + layers - 1) * slowest == pytest.approx(memristive.totals["latency_s"], rel=1e-9)
    times = [
        part.value or 0.0 for part in explain(dense, "latency").step.parts if part.name.startswith("layer ")
    ]
    assert sum(times) <= (dense.totals["latency_s"] or 0.0) * (1 + 1e-9)


def test_a_parameter_is_reported_in_full(memristive: Estimate) -> None:
    reported = explain(memristive, "neuron.field_mobility").step
    text = " ".join(reported.about)
    for words in ("basis: derived", "p10 .. p90", "source: zhao2025", "locator:", "used by this estimate"):
        assert words in text


def test_what_twice_of_a_choice_does_is_reported(memristive: Estimate) -> None:
    steps = explain(memristive, "workload.timesteps").step.about
    value = memristive.claims["workload.timesteps"].value
    twice = estimate(
        memristive.architecture, memristive.workload.name, {"workload.timesteps": repr(2.0 * value)}
    )
    ratio = twice.totals["energy_per_inference_J"] / memristive.totals["energy_per_inference_J"]
    assert f"doubled: energy per inference x {ratio:.4g}" in steps
    assert "used by this estimate" in steps
    supply = explain(memristive, "technology.supply_voltage").step.about
    assert any(line.startswith("doubled, it gives no estimate: ") and "1.1 V" in line for line in supply)


def test_the_last_words_of_a_path_will_do(memristive: Estimate) -> None:
    assert explain(memristive, "array.rows").quantity == "chip.tile.array.rows"
    assert explain(memristive, "energy per inference").quantity == "energy_per_inference_J"


def test_doubt_is_refused(memristive: Estimate) -> None:
    with pytest.raises(NeuroestError, match="could be any of"):
        explain(memristive, "leakage")
    with pytest.raises(UnknownNameError, match="did you mean 'latency_s'"):
        explain(memristive, "latncy_s")


@pytest.mark.parametrize(
    ("architecture", "workload"),
    [("adc_crossbar_28nm", "mlp_mnist_dense"), ("loihi_14nm", "mlp_mnist_spiking"), ("gpu_h100", "mlp_mnist_dense"),
     ("digital_spiking_28nm", "mlp_mnist_spiking")],
)  # fmt: skip
def test_every_kind_of_chip_can_be_explained(architecture: str, workload: str) -> None:
    result = estimate(architecture, workload)
    for name, _ in explainable(result):
        if "." not in name or name.startswith("chip"):
            text = explain(result, name).to_text()
            assert text


def test_a_latency_names_the_end_of_each_layer_and_the_parts_of_a_read() -> None:
    result = estimate("adc_crossbar_28nm", "mlp_mnist_dense")
    step = explain(result, "latency_s").step
    layers = [part for part in step.parts if part.name.startswith(("layer ", "end of layer "))]
    assert sum(part.value or 0.0 for part in layers) == pytest.approx(result.totals["latency_s"])
    phase = next(part for part in step.parts if part.name.startswith("time of one phase of an input"))
    assert phase.value == pytest.approx(float(result.evaluation.mapper.cycle_time().max()) / 8)
