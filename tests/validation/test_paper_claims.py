"""The paper of the 1M1T1R neuron, claim by claim: a case with simulated neurons."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neuroest.core.errors import NeuroestError, SpecError, UnknownNameError
from neuroest.dynamics.experiments import Characteristic, Series, Value
from neuroest.loading.kinds import data_folder
from neuroest.validation.board import record_text, recorded, reproduce
from neuroest.validation.cases import load_case, selected_cases
from neuroest.validation.expressions import (
    EXPERIMENTS,
    ExpressionError,
    SimulatedNeuron,
    check_unit,
    evaluate_expression,
    expression_dimension,
    identifier,
    unit_dimension,
)
from tests.each import each
from tests.shared import estimated

CASE = data_folder("validation_case") / "zhao_2025"


@pytest.fixture(scope="module")
def neuron() -> SimulatedNeuron:
    simulated = Series(
        "simulated", np.array([1e8, 1e9]), np.array([2.0, 4.0]), np.array([1.0, 3.0]), np.array([3.0, 6.0])
    )
    closed = Series("closed form", simulated.x, np.array([1.0, 3.0]))
    measured = Series("measured", simulated.x, np.array([9.0, 9.0]), measured=True)
    found = Characteristic(
        "refractory_period", "", ("", "ohm"), ("", "s"), (simulated, closed, measured), (),
        values=(Value("median amplitude", 5.0, 6.0, "V"),),
    )  # fmt: skip
    return SimulatedNeuron("drawn", {"refractory_period": found, "threshold_firing": found})


@each(
    "text, value",
    [
        ("simulated(refractory_period, 550 * Mohm)", 3.0),
        ("closed_form(refractory_period, 1 * Gohm)", 3.0),
        ("simulated(threshold_firing, median_amplitude)", 5.0),
        ("closed_form(threshold_firing, median_amplitude)", 6.0),
        ("simulated(refractory_period, 1 * Gohm) / simulated(refractory_period, 100 * Mohm)", 2.0),
    ],
)
def test_an_experiment_has_curves_and_values(neuron: SimulatedNeuron, text: str, value: float) -> None:
    assert evaluate_expression(text, neuron) == pytest.approx([value])


def test_a_curve_has_the_band_of_its_devices_and_a_typical_device_none(neuron: SimulatedNeuron) -> None:
    drawn = evaluate_expression("simulated(refractory_period, 100 * Mohm)", neuron.sampled(501))
    assert np.quantile(drawn, [0.1, 0.5, 0.9]) == pytest.approx([1.0, 2.0, 3.0], rel=1e-9)
    typical = evaluate_expression("typical(refractory_period, 100 * Mohm)", neuron.sampled(501))
    assert np.ptp(typical) == 0.0


@each(
    "text, message",
    [
        ("simulated(refractory_period, 2 * Gohm)", "was simulated from 100 Mohm to 1 Gohm, not at 2 Gohm"),
        ("area_m2", "neuron without a chip"),
        ("area(chip.tile)", "neuron without a chip"),
        ("simulated(refractory_period, 3 * ms)", "the condition of refractory_period is"),
        ("simulated(refractory_period)", "takes an experiment, and a condition or a value"),
    ],
)
def test_what_a_neuron_does_not_have_is_refused(neuron: SimulatedNeuron, text: str, message: str) -> None:
    with pytest.raises(NeuroestError, match=message):
        evaluate_expression(text, neuron)


def test_experiments_have_dimensions_before_they_are_run() -> None:
    assert expression_dimension("simulated(refractory_period, 1 * Gohm)") == unit_dimension("ms")
    check_unit("simulated(threshold_firing, median_amplitude)", "mV")
    with pytest.raises(UnknownNameError, match="did you mean 'refractory_period'"):
        expression_dimension("simulated(refractory_perod, 1 * Gohm)")
    with pytest.raises(UnknownNameError, match="median_amplitude"):
        expression_dimension("simulated(threshold_firing, median)")


def test_a_chip_has_no_experiments_and_terms_of_its_areas() -> None:
    chip = estimated("diffusive_low_power_28nm", "mlp_mnist_spiking").evaluation
    with pytest.raises(ExpressionError, match="among `neurons`"):
        evaluate_expression("simulated(threshold_firing, median_amplitude)", chip)
    path = "chip.tile.array.readout.neuron"
    parts = [
        evaluate_expression(f"area({path}, {term})", chip) for term in ("footprint", "capacitor", "circuits")
    ]
    assert sum(parts) == pytest.approx(evaluate_expression(f"area({path})", chip), rel=1e-12)
    with pytest.raises(UnknownNameError, match="term of an area"):
        evaluate_expression(f"area({path}, footprints)", chip)


def test_a_case_of_a_device_is_run_where_it_is_named_and_in_no_summary_of_chips() -> None:
    assert "zhao_2025" not in {case.spec.name for case in selected_cases([])}
    case = load_case("zhao_2025")
    assert case.spec.evidence == "measured_device"
    assert case.spec.family is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("evidence: measured_device", "evidence: measured_silicon", "is of a measured_device"),
        ("neuron: diffusive_bench}", "neuron: diffusive_bensh}", "did you mean 'diffusive_bench'"),
        ("  projected: {", "  cmos: {", "is the name of a run as well"),
        ("simulated(leaky_integration, 0.4 * ms)", "simulated(leaky_integration, 0.4 * V)", "condition of"),
    ],
)
def test_faults_of_a_case_with_neurons_are_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    folder = tmp_path / "zhao_2025"
    folder.mkdir()
    text = (CASE / "published.yaml").read_text(encoding="utf-8")
    assert old in text
    (folder / "published.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SpecError, match=message):
        reproduce([str(folder)])


def test_every_claim_says_where_it_was_read() -> None:
    for name, stated in load_case("zhao_2025").published.items():
        assert stated.claim, name
        assert stated.status == "read" or stated.cited_in, name


def test_four_of_five_measured_characteristics_are_missed() -> None:
    rows = {row.quantity: row for row in recorded(CASE / "record.json").rows}
    missed = {
        "leaky": ("pulses_at_short_gaps", "pulses_at_long_gaps"),
        "threshold": ("median_amplitude",),
        "plasticity": ("first_integration", "shortening_after_3_ms", "shortening_after_1_s"),
        "refractory": ("interval_smallest_resistor", "interval_usual_resistor", "interval_largest_resistor"),
    }
    assert all(rows[name].verdict == "known_miss" for names in missed.values() for name in names)
    assert rows["deviation_of_the_amplitude"].verdict == "within"


@pytest.mark.nightly
def test_the_record_of_the_page_is_what_the_command_writes() -> None:
    board = reproduce("zhao_2025")
    assert not board.failed
    assert record_text(board) == (CASE / "record.json").read_text(encoding="utf-8")
    for result in board.results:
        for found in result.neurons.values():
            for name, one in found.experiments.items():
                units = {"x": one.x[1], "y": one.y[1], **{identifier(v.name): v.unit for v in one.values}}
                assert units == EXPERIMENTS[name]
