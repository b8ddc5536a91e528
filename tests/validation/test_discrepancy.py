"""Model discrepancy as an input of the bands."""

import numpy as np
import pytest

from neuroest.core.statistics import NORMAL_P90
from neuroest.error_analysis.draws import discrepancies, discrepancy_claims, draw, median_of_mean_one
from neuroest.pipeline.estimate import estimate
from neuroest.pipeline.evaluation import evaluate
from neuroest.registry import COMPONENTS, MAPPERS
from neuroest.validation.cases import load_case, run_case
from tests.shared import estimated


@pytest.fixture(scope="module")
def digital():
    return estimate("digital_int8_28nm", "mlp_mnist_dense")


def test_a_factor_multiplies_exactly_the_costs_of_its_model(digital):
    values = {path: claim.value for path, claim in digital.claims.items()}
    plain = evaluate(digital.design, digital.workload, values)
    doubled = evaluate(digital.design, digital.workload, {**values, "model_discrepancy.sram.energy": 2.0})
    for before, after in zip(plain.dynamic, doubled.dynamic, strict=True):
        stores = before.component in {"chip.weights", "chip.activations", "chip.partial_sums"}
        if before.component != "chip.overheads":  # clock and control follow the logic that they drive
            assert np.sum(after.energy) == pytest.approx(
                (2.0 if stores else 1.0) * np.sum(before.energy), rel=1e-12
            )
    assert doubled.area == pytest.approx(plain.area, rel=1e-12)


def test_time_of_a_mapper_can_be_off(digital):
    values = {path: claim.value for path, claim in digital.claims.items()}
    plain = evaluate(digital.design, digital.workload, values)
    slow = evaluate(digital.design, digital.workload, {**values, "model_discrepancy.digital_array.time": 3.0})
    before, after = (r.timing.resources["chip.array"] for r in (plain, slow))
    # at a stated clock, products at that rate are a count, the rest of the time is estimated
    (level,) = plain.levels
    units = level.mapper.options["rows"] * level.mapper.options["columns"]
    counted = plain.layers.macs / (units * level.mapper.options["clock_frequency"])
    assert np.all((counted > 0.0) & (counted <= before * (1.0 + 1e-12)))
    assert after == pytest.approx(counted + 3.0 * (before - counted), rel=1e-12)


def test_a_count_of_cycles_of_a_stated_clock_has_no_band():
    # two cycles of 75 MHz a synaptic operation, one core that is never idle
    found = run_case(load_case("odin")).predictions()["throughput"]
    assert found.high / found.low == pytest.approx(1.0, abs=0.005)
    assert found.median == pytest.approx(found.value, rel=0.005)


def test_a_clock_that_follows_from_delays_has_an_error():
    case = load_case("chih_2021")
    derived = run_case(case).predictions()["throughput_four"]
    assert derived.high / derived.low > 2.0


def test_the_rate_of_a_crossbar_has_a_band_of_its_own():
    found = estimate("adc_crossbar_28nm", "resnet18_imagenet_dense")
    claims = discrepancy_claims(found.design)
    claim = claims["model_discrepancy.crossbar.time"]
    assert claim.high / claim.value == pytest.approx(
        1.2 ** discrepancies().description_errors["analog"]["time"].exponent
    )
    values = {path: claim.value for path, claim in found.claims.items()}
    plain, slow = (
        evaluate(found.design, found.workload, values | {"model_discrepancy.crossbar.time": off})
        for off in (1.0, 3.0)
    )
    level = plain.mapped.level.path
    assert slow.timing.resources[level] == pytest.approx(3.0 * plain.timing.resources[level], rel=1e-12)


def test_bands_are_wider_than_those_of_the_parameters_alone(digital):
    claims = discrepancy_claims(digital.design)
    for cost, error in discrepancies().description_errors["digital"].items():
        claim = claims.get(f"model_discrepancy.sram.{cost}")
        assert claim is None or claim.has_spread == (error.exponent > 0.0), cost
    assert all(
        claim.low < claim.value < 1.0 < claim.high
        for path, claim in claims.items()
        if "_description" not in path and claim.has_spread  # none with an exponent of zero
    )
    causes = dict(digital.bands.causes["energy_per_inference_J"])
    assert any(path.startswith("model_discrepancy.") for path in causes)


def test_errors_of_models_have_a_mean_of_one(digital):
    drawn = draw(discrepancy_claims(digital.design, described=False), samples=40_000, seed=1)
    assert len(drawn) > 3
    for path, values in drawn.items():
        error = np.std(values) / np.sqrt(values.size)
        assert np.mean(values) == pytest.approx(1.0, abs=5.0 * error), path


def test_the_mean_of_a_sum_does_not_ask_into_how_many_parts_it_is_divided():
    z = np.random.default_rng(1).standard_normal((16, 40_000)) / NORMAL_P90
    parts = median_of_mean_one(2.0) * 2.0**z
    assert np.mean(parts[:1]) == pytest.approx(np.mean(parts), rel=0.01) == pytest.approx(1.0, rel=0.01)


@pytest.mark.parametrize(
    ("chip", "network", "family"),
    [
        ("adc_crossbar_28nm", "mlp_mnist_dense", "analog"),
        ("digital_int8_28nm", "mlp_mnist_dense", "digital"),
        ("reckon_28nm", "mlp_mnist_spiking", "spiking"),
    ],
)
def test_the_error_of_a_description_moves_all_costs_of_a_family_alike(
    chip: str, network: str, family: str
) -> None:
    found = estimated(chip, network)
    claims = discrepancy_claims(found.design)
    values = {path: claim.value for path, claim in found.claims.items()}
    for cost in ("energy", "area", "time"):
        claim = claims[f"model_discrepancy.{family}_description.{cost}"]
        assert claim.value == pytest.approx(1.0)
        assert claim.high == pytest.approx(1.0 / claim.low)
    twice = {f"model_discrepancy.{family}_description.{cost}": 2.0 for cost in ("energy", "area")}
    plain, moved = (evaluate(found.design, found.workload, values | change) for change in ({}, twice))
    assert moved.area == pytest.approx(2.0 * plain.area, rel=1e-9)
    assert moved.dynamic_energy == pytest.approx(2.0 * plain.dynamic_energy, rel=1e-9)
    leaked = [sum(float(np.sum(row.total)) for row in each.statics) for each in (plain, moved)]
    assert leaked[1] == pytest.approx(2.0 * leaked[0], rel=1e-9)


def test_published_events_have_no_error_of_a_description() -> None:
    claims = discrepancy_claims(estimated("loihi_14nm", "mlp_mnist_spiking").design)
    assert not [path for path in claims if "_description" in path]


def test_only_models_that_the_chip_has_are_sampled(digital):
    assert not any("one_transistor_one_resistor" in path for path in discrepancy_claims(digital.design))


def test_exponent_of_zero_takes_the_models_as_exact(digital):
    assert not any(
        claim.has_spread for claim in discrepancy_claims(digital.design, 0.0, described=False).values()
    )


def test_every_factor_says_what_it_rests_on():
    stated = [found.prior_error for registry in (COMPONENTS, MAPPERS) for found in registry.values()]
    factors = [given for errors in (*stated, discrepancies().extrapolation) for given in errors.values()]
    assert len(factors) > len(COMPONENTS)
    assert all(given.rationale for given in factors)
