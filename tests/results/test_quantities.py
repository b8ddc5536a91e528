"""One table of results: what it promises to everything that reads it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import neuroest
from neuroest.core.errors import SpecError, UnknownNameError
from neuroest.core.units import OUTSIDE_SI, format_quantity, parse_unit
from neuroest.exploration.batch_evaluation import evaluate_points
from neuroest.exploration.breakeven import breakeven
from neuroest.exploration.space import ExplorationError, Space, space_from
from neuroest.exploration.structures import resolve
from neuroest.exploration.sweep import sweep
from neuroest.exploration.uncertainty import uncertainty
from neuroest.pipeline.evaluation import Evaluation
from neuroest.reporting.estimate_document import estimate_document
from neuroest.reporting.explanation import explain
from neuroest.results import quantities
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import (
    BANDED,
    MAIN,
    QUANTITIES,
    TOTALS,
    column_name,
    label_and_unit,
    read_value,
)
from neuroest.validation.expressions import (
    evaluate_expression,
    expression_dimension,
    unit_dimension,
    unit_factor,
)
from tests.each import each

SHIPPED = (
    ("digital_int8_28nm", "mlp_mnist_dense"),
    ("adc_crossbar_28nm", "resnet18_imagenet_dense"),
    ("diffusive_28nm_derived", "shd_recurrent_spiking"),
    ("loihi_14nm", "mlp_mnist_spiking"),
)


@pytest.fixture(scope="module", params=SHIPPED, ids=[chip for chip, _ in SHIPPED])
def result(request: pytest.FixtureRequest) -> Estimate:
    return neuroest.estimate(*request.param)


def test_a_total_in_an_expression_is_the_total_of_the_estimate(result: Estimate) -> None:
    for name, value in result.totals.items():
        found = evaluate_expression(name, result.evaluation)[0]
        if value is None:
            assert np.isnan(found), name
        else:
            # expressions compute in SI units
            assert found == pytest.approx(value * unit_factor(QUANTITIES[name].unit), rel=1e-12), name


def test_a_total_in_a_sweep_is_the_total_of_the_estimate(result: Estimate) -> None:
    group = resolve(result.architecture, result.workload.name, Space(())).groups[0]
    found = evaluate_points(group, {}, (1,), TOTALS).totals
    for name, value in result.totals.items():
        assert found[name][0] == pytest.approx(np.nan if value is None else value, rel=1e-12, nan_ok=True), (
            name
        )


def test_synaptic_operations_of_a_dense_network_are_its_multiply_accumulates() -> None:
    # 784 x 512 + 512 x 512 + 512 x 10 weights, each used once, whatever the share of zero activations
    found = neuroest.estimate("digital_int8_28nm", "mlp_mnist_dense")
    assert found.totals["synaptic_operations"] == 784 * 512 + 512 * 512 + 512 * 10
    assert evaluate_expression("synaptic_operations", found.evaluation)[0] == 784 * 512 + 512 * 512 + 512 * 10


def test_a_total_has_the_dimension_of_its_unit_in_expressions() -> None:
    for name, quantity in QUANTITIES.items():
        assert expression_dimension(name) == unit_dimension(quantity.unit), name
    assert expression_dimension("tops_per_watt") == unit_dimension("TOPS/W")
    assert expression_dimension("junction_temperature_K") == unit_dimension("K")


@each("name", QUANTITIES)
def test_a_quantity_has_a_unit_that_its_name_agrees_with(name: str) -> None:
    quantity = QUANTITIES[name]
    assert quantity.label
    assert quantity.description
    if quantity.unit not in OUTSIDE_SI:
        parse_unit(quantity.unit)
        assert quantity.unit == "1" or name.endswith(column_name("", quantity.unit)), name
    assert label_and_unit(name) == (quantity.label, quantity.unit)


def test_each_quantity_has_a_calculation_and_each_calculation_a_quantity() -> None:
    assert quantities._FOLLOWS.keys() <= QUANTITIES.keys(), (
        "add the quantity to neuroest/results/quantities.yaml"
    )
    for name, quantity in QUANTITIES.items():
        member = name.removesuffix(column_name("", quantity.unit))
        known = name in quantities._FOLLOWS or hasattr(Evaluation, member)
        assert known, (
            f"{name}: add a member {member} to Evaluation, or a row to _FOLLOWS in results/quantities.py"
        )


def test_labels_are_unambiguous() -> None:
    assert len({quantity.label for quantity in QUANTITIES.values()}) == len(QUANTITIES)


def test_every_total_stands_in_the_table_and_in_an_explanation_with_its_unit() -> None:
    found = neuroest.estimate("adc_crossbar_28nm", "resnet18_imagenet_dense")
    text = estimate_document(found).to_text()
    for name, value in found.totals.items():
        label, unit = label_and_unit(name)
        explained = explain(found, name)
        assert explained.quantity == name
        if value is None:
            continue
        assert re.search(rf"^ *{re.escape(label)} ", text, re.MULTILINE), name
        assert explained.step.unit == unit
        assert explained.step.value == value


def test_bands_are_those_of_the_table(result: Estimate) -> None:
    finite = {name for name, value in result.totals.items() if value is not None}
    assert tuple(result.bands.totals) == tuple(name for name in BANDED if name in finite)
    assert set(MAIN) <= set(BANDED) <= set(TOTALS)


def test_a_result_leads_with_the_median_and_has_the_nominal_value_second(result: Estimate) -> None:
    for name, nominal in result.totals.items():
        found, band = result.headline(name), result.bands.totals.get(name)
        assert found.nominal == nominal
        assert found.value == (nominal if band is None else band.median)
    plain = result.to_dict()
    assert plain["headline"]["energy_per_inference_J"] == result.bands.totals["energy_per_inference_J"].median
    assert plain["totals"] == result.totals


def test_an_elasticity_is_that_of_the_total_that_it_is_named_for(result: Estimate) -> None:
    known = result.sensitivity.totals
    assert {q.elasticity[0] for q in QUANTITIES.values()} - {""} == set(known)


@pytest.mark.parametrize("limit", ["350 K", "77 degC"])
def test_a_limit_on_a_temperature_needs_kelvin(limit: str) -> None:
    space = space_from(
        {"technology.supply_voltage": ["0.8 V", "0.9 V"]}, [f"junction_temperature_K <= {limit}"]
    )
    if limit.endswith("K"):
        assert sweep("adc_crossbar_28nm", space, "mlp_mnist_dense").rows == 2
    else:
        with pytest.raises(SpecError, match="write kelvin"):
            sweep("adc_crossbar_28nm", space, "mlp_mnist_dense")


def test_a_limit_without_a_unit_is_refused() -> None:
    space = space_from({"technology.supply_voltage": ["0.8 V", "0.9 V"]}, ["junction_temperature_K <= 350"])
    with pytest.raises(SpecError, match="350 has no unit; expected a temperature such as 300 K"):
        sweep("adc_crossbar_28nm", space, "mlp_mnist_dense")


def test_a_limit_in_units_outside_of_the_si_may_say_so() -> None:
    assert read_value("5 TOPS/W", "TOPS/W") == read_value("5", "TOPS/W") == 5
    assert read_value("3.5 USD", "USD") == pytest.approx(3.5, rel=1e-9)
    assert format_quantity(0.25, "TOPS/W") == "0.25 TOPS/W"
    assert format_quantity(1.2, "USD") == "1.2 USD"


def test_a_temperature_is_printed_with_its_unit(tmp_path: Path) -> None:
    chip = Path(__file__).parents[2] / "architectures" / "adc_crossbar_28nm.yaml"
    heated = chip.read_text(encoding="utf-8").replace(
        "temperature: 300 K", "ambient_temperature: 300 K, thermal_resistance: 30 K/W", 1
    )
    file = tmp_path / "heated.yaml"
    file.write_text(heated, encoding="utf-8")
    found = uncertainty(
        str(file), "mlp_mnist_dense", knowledge=10, variability=2, quantities=["junction_temperature_K"]
    )
    # p10, median, p90 and the nominal value
    assert re.search(r"^junction temperature( +3\d\d K){4} ", found.to_text(), re.MULTILINE)


def test_more_of_a_lifetime_and_less_of_an_energy_are_better() -> None:
    assert {name for name, q in QUANTITIES.items() if q.better == "more"} == {
        "throughput_per_s", "tops_per_watt", "utilisation", "neuron_lifetime_s", "die_yield", "cell_lifetime_s",
        "refresh_interval_s", "signal_to_error_ratio", "effective_bits", "share_of_peak", "first_neuron_failure_s",
        "first_cell_failure_s", "tolerated_failures_s", "firing_probability", "accuracy",
    }  # fmt: skip
    axis = space_from({"technology.supply_voltage": "0.7..0.9 V:5"}).axes[0]
    found = breakeven(
        "adc_crossbar_28nm", "digital_int8_28nm", "mlp_mnist_dense", axis, quantity="tops_per_watt"
    )
    assert "TOPS/W" in found.to_text()


def test_a_break_even_needs_a_direction() -> None:
    axis = space_from({"technology.supply_voltage": "0.7..0.9 V:5"}).axes[0]
    with pytest.raises(ExplorationError, match="synaptic_operations is better neither large nor small"):
        breakeven(
            "adc_crossbar_28nm", "digital_int8_28nm", "mlp_mnist_dense", axis, quantity="synaptic_operations"
        )


def test_an_unknown_quantity_is_refused_everywhere() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'latency_s'"):
        sweep("adc_crossbar_28nm", space_from({"technology.supply_voltage": ["0.8 V"]}), "mlp_mnist_dense",
              quantities=["latencys_s"])  # fmt: skip
