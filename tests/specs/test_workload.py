"""What a workload file may say, and what is said when it says something else."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from neuroest.core.errors import SpecError
from neuroest.loading.library import load_workload
from neuroest.specs.workload import WorkloadSpec, check_claims, workload_claims
from neuroest.workloads.layers import check_workload
from tests.each import each

SHIPPED = sorted((Path(__file__).parents[2] / "workloads").glob("*.yaml"))

SPIKING = yaml.safe_load("""
kind: workload
name: tiny
description: Two layers.
coding: spiking
timesteps: 4
precision: {weights: 4, accumulator: 12}
weights: {mean_absolute: 0.2, basis: assumed, rationale: a guess}
input: {shape: [6], activity: {rate: 0.5, basis: measured, source: somebody2020, locator: Table 1}}
activity:
  rate: 0.1
  basis: assumed
  rationale: a guess
  spread: {low: 0.05, high: 0.2}
layers:
  - {name: hidden, type: fully_connected, outputs: 5}
  - name: output
    type: fully_connected
    outputs: 2
    activity: {rate: 30 %, basis: simulated, source: somebody2020}
""")
DENSE = {
    **SPIKING,
    "coding": "dense",
    "precision": {"weights": 8, "activations": 8, "accumulator": 24},
    "input": {
        "shape": [6],
        "activity": {"density": 1, "bit_density": 0.5, "basis": "assumed", "rationale": "x"},
    },
    "activity": {"density": 0.5, "bit_density": 0.2, "basis": "assumed", "rationale": "x"},
    "layers": SPIKING["layers"][:1],
}
del DENSE["timesteps"]


def read(base: dict, **changes: object) -> WorkloadSpec:
    data = copy.deepcopy(base)
    for path, value in changes.items():
        *parents, last = path.split("__")
        node = data
        for parent in parents:
            node = node[int(parent)] if isinstance(node, list) else node[parent]
        if value is None:
            del node[last]
        else:
            node[int(last) if isinstance(node, list) else last] = value
    return WorkloadSpec.model_validate(data)


def faults(base: dict, **changes: object) -> dict[str, str]:
    return {".".join(map(str, place)): message for place, message in check_workload(read(base, **changes))}


def test_the_example_files_are_in_order() -> None:
    assert faults(SPIKING) == {}
    assert faults(DENSE) == {}


def test_claims_carry_value_basis_source_and_spread() -> None:
    claims = workload_claims(read(SPIKING))
    hidden = claims["workload.activity.rate"]
    assert (hidden.value, hidden.basis, hidden.low, hidden.high) == (
        pytest.approx(0.1, rel=1e-9),
        "assumed",
        pytest.approx(0.05, rel=1e-9),
        pytest.approx(0.2, rel=1e-9),
    )
    given = claims["workload.input.activity.rate"]
    assert (given.value, given.basis, given.source, given.locator) == (
        pytest.approx(0.5, rel=1e-9),
        "measured",
        "somebody2020",
        "Table 1",
    )
    assert not given.has_spread
    assert claims["workload.layers.output.activity.rate"].value == pytest.approx(0.3, rel=1e-9)
    assert claims["workload.weights.mean_absolute"].rationale == "a guess"


def test_a_changed_copy_has_claims_of_its_own() -> None:
    spec = read(SPIKING)
    asked = workload_claims(spec)
    copied = spec.model_copy(update={"timesteps": spec.timesteps + 1.0})
    assert workload_claims(copied)["workload.timesteps"].value == pytest.approx(
        asked["workload.timesteps"].value + 1.0, rel=1e-9
    )
    asked.clear()
    assert workload_claims(spec)["workload.timesteps"].value == spec.timesteps


def test_what_the_designer_chooses_is_no_claim_about_the_world() -> None:
    claims = workload_claims(read(SPIKING))
    assert {path: claims[path].value for path in claims if claims[path].basis == "design"} == {
        "workload.timesteps": 4,
        "workload.precision.weights": 4,
        "workload.precision.activations": 1,  # a spike
        "workload.precision.accumulator": 12,
        "workload.input.activity.active_steps": 1,  # spikes in every step, as nothing else is said
        "workload.activity.active_steps": 1,
    }


def test_bursts_are_a_share_of_the_steps_that_the_rate_fits_into() -> None:
    message = "0.05 is less than the rate 0.1, but a neuron fires once a step at most"
    assert faults(SPIKING, activity__active_steps=0.05) == {"activity.active_steps": message}
    assert faults(SPIKING, activity__active_steps=0.1) == {}
    assert set(faults(DENSE, activity__active_steps=0.5)) == {"activity.active_steps"}


def test_a_number_may_have_a_claim_of_its_own() -> None:
    own = {"value": 0.3, "basis": "measured", "source": "elsewhere2021"}
    claims = workload_claims(read(DENSE, activity__density=own))
    assert claims["workload.activity.density"].source == "elsewhere2021"
    assert claims["workload.activity.bit_density"].basis == "assumed"


@each("value", [1.5, -0.1, "120 %", "5 pJ", True, "often"])
def test_a_rate_that_is_no_fraction_is_refused(value: object) -> None:
    with pytest.raises(ValidationError, match=r"layers\.0\.fully_connected\.activity\.rate"):
        read(SPIKING, layers__0__activity={"rate": value, "basis": "assumed", "rationale": "x"})
    as_claim = {"rate": {"value": value}, "basis": "assumed", "rationale": "x"}
    if not isinstance(value, bool):
        assert "activity.rate" in faults(SPIKING, activity=as_claim)


@each(
    "activity, complaint",
    [
        ({"rate": 0.1}, "states no basis"),
        ({"rate": 0.1, "basis": "assumed"}, "gives neither a rationale nor a source"),
        ({"rate": 0.1, "basis": "measured"}, "names no source"),
        (
            {"rate": 0.1, "basis": "assumed", "rationale": "x", "spread": {"low": 0.2, "high": 0.3}},
            "does not contain",
        ),
    ],
)
def test_a_rate_must_be_defended(activity: dict, complaint: str) -> None:
    assert complaint in faults(SPIKING, activity=activity)["activity.rate"]


def test_spiking_needs_timesteps_and_dense_has_none() -> None:
    assert "is missing" in faults(SPIKING, timesteps=None)["timesteps"]
    assert "no timesteps" in faults(DENSE, timesteps=20)["timesteps"]


@each("timesteps", [0, -1, 2.5, "20 ms"])
def test_timesteps_are_a_positive_whole_number(timesteps: object) -> None:
    with pytest.raises(ValidationError, match="timesteps"):
        read(SPIKING, timesteps=timesteps)


@pytest.mark.parametrize(
    ("bits", "message"), [(0, "0 is below the minimum 1"), (65, "65 is above the maximum 64")]
)
def test_bits_out_of_range_are_refused_as_quantities_are(bits: int, message: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump({**SPIKING, "precision": {"weights": bits, "accumulator": 12}}), "utf-8")
    with pytest.raises(SpecError) as caught:
        load_workload(file)
    assert [(problem.path, problem.message) for problem in caught.value.problems] == [
        ("precision.weights", message)
    ]


def test_each_coding_has_its_own_activity_and_precision() -> None:
    wrong = faults(SPIKING, activity__density=0.5, precision__activations=8)
    assert "does not belong to spiking coding; state rate" in wrong["activity.density"]
    assert "one bit" in wrong["precision.activations"]
    wrong = faults(
        DENSE, activity={"rate": 0.5, "basis": "assumed", "rationale": "x"}, precision__activations=None
    )
    assert "does not belong to dense coding; state density and bit_density" in wrong["activity.rate"]
    assert "is missing" in wrong["precision.activations"]
    assert "states no 'density'" in wrong["layers.0.activity"] or "bit_density" in wrong["layers.0.activity"]


def test_the_activity_of_the_input_is_never_guessed() -> None:
    with pytest.raises(ValidationError, match=r"input\.activity"):
        read(SPIKING, input__activity=None)
    assert (
        "is missing"
        in faults(SPIKING, input__activity={"basis": "assumed", "rationale": "x"})["input.activity.rate"]
    )


def test_an_activity_without_a_number_is_a_fault() -> None:
    wrong = faults(SPIKING, layers__0__activity={"basis": "assumed", "rationale": "x"})
    assert "is missing" in wrong["layers.0.activity.rate"]


def test_a_network_without_default_needs_an_activity_for_each_layer() -> None:
    assert list(faults(SPIKING, activity=None)) == ["layers.0.activity"]


def test_one_interval_cannot_belong_to_two_numbers() -> None:
    wrong = faults(DENSE, activity__spread={"low": 0.1, "high": 0.6})
    assert "belong to one number" in wrong["activity.spread"]
    assert faults(DENSE, activity__spread={"factor": 1.5}) == {}


def test_zeros_have_no_ones() -> None:
    assert "exceeds the density" in faults(DENSE, activity__bit_density=0.6)["activity.bit_density"]


def test_a_recurrent_layer_needs_timesteps() -> None:
    assert "timesteps" in faults(DENSE, layers__0__type="recurrent")["layers.0.type"]


@each(
    "kind, complaint",
    [
        (
            "attention",
            "write its parts, convolutions of kernel 1, two matrix_product layers",
        ),
        (
            "beamforming",
            "supported: convolution, fully_connected, recurrent, population, pooling, add, concatenation",
        ),
        ("conv2d", "write convolution"),
        ("maxpool", "write pooling with `mode: maximum`"),
        ("relu", "is not a layer"),
        ("batch_norm", "folded into the weights"),
        ("convolutoin", "did you mean 'convolution'"),
    ],
)
def test_an_unsupported_layer_says_what_is_supported(kind: str, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint.replace("(", r"\(")):
        read(SPIKING, layers__0__type=kind)


@pytest.mark.parametrize("kind", [None, 3, ["convolution"]])
def test_a_layer_must_say_its_type(kind: object) -> None:
    with pytest.raises(ValidationError, match=r"layers\.0"):
        read(SPIKING, layers__0={"name": "a", "outputs": 2} if kind is None else {"name": "a", "type": kind})


@each(
    "change",
    [
        {"layers__0__outputs": 0},
        {"layers__0__outputs": 2.5},
        {"layers__0__outputs": "64"},
        {"layers__0__outputs": True},
        {"layers__0__neurons": 5},
        {"layers__0__name": "Hidden Layer"},
        {"precision__weights": 0},
        {"precision__weights": "8 bit"},
        {"input__shape": [0]},
        {"coding": "analog"},
        {"seed": 1},
    ],
)
def test_the_schema_refuses(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        read(SPIKING, **change)


def test_all_problems_are_found_at_once() -> None:
    wrong = faults(
        SPIKING, timesteps=None, activity=None, layers__1__inputs=["hiden"], layers__1__name="hidden"
    )
    assert set(wrong) == {"timesteps", "layers.0.activity", "layers.1.inputs.0", "layers.1.name"}


def test_a_quality_says_how_it_is_known() -> None:
    task = {"dataset": "MNIST", "metric": "accuracy", "value": "98 %"}
    assert "task.basis" in faults(SPIKING, task=task)
    assert "task.source" in faults(SPIKING, task={**task, "basis": "measured"})
    assert "task.metric" in faults(
        SPIKING, task={"dataset": "MNIST", "value": 0.98, "basis": "assumed", "rationale": "x"}
    )
    assert faults(SPIKING, task={**task, "basis": "measured", "source": "somebody2020"}) == {}
    assert read(SPIKING, task=task).task.value == pytest.approx(0.98, rel=1e-9)


def test_claims_of_a_faulty_file_are_refused_with_all_faults() -> None:
    spec = read(SPIKING, activity={"rate": 0.1}, weights={"mean_absolute": 0.2})
    with pytest.raises(SpecError) as caught:
        workload_claims(spec)
    assert {problem.path for problem in caught.value.problems} == {"activity.rate", "weights.mean_absolute"}
    assert len(check_claims(spec)) == 2


def test_the_schema_describes_every_key() -> None:
    schema = WorkloadSpec.model_json_schema()
    undescribed = [
        f"{name}.{key}"
        for name, part in [("workload", schema), *schema["$defs"].items()]
        for key, field in part.get("properties", {}).items()
        if "description" not in field
    ]
    assert undescribed == []


@each("path", SHIPPED)
def test_a_shipped_workload_is_in_order(path: Path) -> None:
    spec = load_workload(path).spec
    assert spec.name == path.stem
    assert check_workload(spec) == []
    for claim in workload_claims(spec).values():
        assert claim.basis != "measured" or claim.locator, claim.path
        assert claim.basis != "assumed" or claim.rationale, claim.path


def test_the_usual_networks_ship() -> None:
    assert {path.stem for path in SHIPPED} >= {
        "mlp_mnist_spiking",
        "mlp_mnist_dense",
        "shd_recurrent_spiking",
        "vgg9_cifar10_spiking",
        "vgg9_cifar10_dense",
        "resnet18_imagenet_dense",
        "keyword_spotting_spiking",
        "keyword_spotting_dense",
    }
