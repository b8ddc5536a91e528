"""What an estimate says, and how its bands widen, where a model is asked outside of its range."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from neuroest.design.build import build
from neuroest.design.overrides import design_with
from neuroest.error_analysis.draws import discrepancies, discrepancy_claims, draw
from neuroest.loading.library import load_architecture, load_workload
from neuroest.pipeline.estimate import estimate
from neuroest.pipeline.evaluation import Evaluation, evaluate

ADC, DENSE = "adc_crossbar_28nm", "mlp_mnist_dense"
AT_65 = {"technology.process": "cmos_65nm", "technology.supply_voltage": "1.1 V"}


def evaluated(settings: dict[str, str], **factors: float) -> Evaluation:
    design = design_with(load_architecture(ADC), settings)
    values: dict[str, Any] = dict(design.values)
    values |= {f"model_discrepancy.extrapolation.{name}": factor for name, factor in factors.items()}
    return evaluate(design, load_workload(DENSE).spec, values)


def term(evaluation: Evaluation, component: str) -> float:
    return sum(float(np.ravel(r.total)[0]) for r in evaluation.areas if r.component.endswith(component))


def test_values_of_another_process_are_reported() -> None:
    here = estimate(ADC, DENSE)
    assert "values_process" not in {check.name for check in here.failed_checks}
    there = estimate(ADC, DENSE, AT_65)
    reported = {check.component for check in there.failed_checks if check.name == "values_process"}
    # logic, memories, routers and analog circuits are moved by their laws; the cell is not
    assert reported == {"chip.tile.array.cell"}


def test_a_band_takes_one_more_factor_where_a_model_extrapolates() -> None:
    plain, wider = evaluated(AT_65), evaluated(AT_65, area=3.0, energy=5.0)
    assert term(wider, "cell") == pytest.approx(3.0 * term(plain, "cell"))
    assert term(wider, "buffer") == pytest.approx(term(plain, "buffer"))
    inside, same = evaluated({}), evaluated({}, area=3.0, energy=5.0, static_power=7.0)
    assert same.area == pytest.approx(inside.area)
    assert same.energy == pytest.approx(inside.energy)


def test_leakage_far_from_room_temperature_is_less_well_known() -> None:
    hot = {"technology.temperature": "400 K"}
    plain, wider = evaluated(hot), evaluated(hot, static_power=2.0)
    assert wider.static_power == pytest.approx(2.0 * plain.static_power)
    assert wider.dynamic_energy == pytest.approx(plain.dynamic_energy)


@pytest.mark.parametrize(("temperature", "limit"), [("400 K", 375.0), ("77 K", 225.0)])
def test_a_temperature_out_of_range_names_the_end_of_the_range(temperature: str, limit: float) -> None:
    failed = estimate(ADC, DENSE, {"technology.temperature": temperature}).failed_checks
    assert [check.limit for check in failed if check.name == "temperature"] == [limit]


def test_each_point_of_a_list_widens_by_itself() -> None:
    design = build(load_architecture(ADC))
    values: dict[str, Any] = dict(design.values)
    values["technology.temperature"] = np.array([[300.0], [400.0]])
    values["model_discrepancy.extrapolation.static_power"] = np.array([[2.0], [2.0]])
    both = evaluate(design, load_workload(DENSE).spec, values).static_power
    cold, hot = evaluated({}), evaluated({"technology.temperature": "400 K"}, static_power=2.0)
    assert np.ravel(both) == pytest.approx([cold.static_power.item(), hot.static_power.item()], rel=1e-12)


def test_every_estimate_draws_that_factor() -> None:
    result = estimate(ADC, DENSE, AT_65)
    claims = discrepancy_claims(result.design)
    drawn = draw({**result.claims, **claims}, samples=64, seed=1)
    errors = discrepancies().description_errors["analog"]
    for quantity, cost in (("energy", "energy"), ("area", "area"), ("static_power", "energy")):
        path, exponent = f"model_discrepancy.extrapolation.{quantity}", errors[cost].exponent
        assert claims[path].high / claims[path].value == pytest.approx(2.0**exponent)
        # where only the description has an error, that of a model is one and not drawn
        assert (path in drawn) == (exponent > 0.0)
        assert path not in drawn or np.ptp(drawn[path]) > 0.0
    assert "model_discrepancy.extrapolation.energy" in drawn


def test_a_cell_must_be_as_wide_as_the_wires_that_cross_it() -> None:
    fits = estimate(ADC, DENSE)
    # 4 F^2 at 28 nm is 56 nm, the metal pitch 90 nm
    small = {
        "chip.tile.array.cell.cell_feature_squares": "4",
        "chip.tile.array.cell.minimum_cell_area": "0 um^2",
    }
    assert "wires_fit_cell" not in {check.name for check in fits.failed_checks}
    assert "wires_fit_cell" in {check.name for check in estimate(ADC, DENSE, small).failed_checks}


def test_circuits_that_no_block_stands_for_are_reported() -> None:
    reported = estimate(ADC, DENSE).exclusions
    assert not any("shared converters" in line for line in reported)
    assert any(line.startswith("control and references of programming") for line in reported)
    assert not any("voltage of the rows" in line for line in reported)
