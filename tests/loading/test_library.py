"""The shipped library as a whole: it loads, it is used, and every chip in it can be estimated."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from neuroest.loading.library import devices_of, load_architecture, load_device, shipped
from neuroest.registry import BLOCKS, DEVICE_MODELS, roles_of
from tests.each import each
from tests.shared import estimated, network

ROOT = Path(__file__).parents[2]
DEVICES, ARCHITECTURES = sorted(shipped("device")), sorted(shipped("architecture"))
FOLDERS = {
    "cell": "synapses", "converter": "converters", "line_buffer": "drivers", "merge": "drivers",
    "multiplexer": "drivers", "neuron": "neurons", "neuron_interface": "drivers", "processing_element": "logic",
    "row_driver": "drivers", "sample_and_hold": "converters", "write_circuit": "drivers",
}  # fmt: skip


def is_device(path: Path) -> bool:
    return path.read_text("utf-8").splitlines().count("kind: device") == 1


def test_size_of_the_library() -> None:
    assert len(DEVICES) >= 60
    assert len(ARCHITECTURES) >= 20


def test_every_device_model_has_a_device() -> None:
    # blocks of component tables belong to the chips whose tables they are; some devices to one published chip alone
    published = (ROOT / "validation").glob("*/*.yaml")
    local = {load_device(str(path)).spec.model for path in published if is_device(path)}
    used = {load_device(name).spec.model for name in DEVICES} | local | {"fixed_block"}
    assert used == set(DEVICE_MODELS)


@pytest.mark.parametrize(
    ("variant", "base", "own"),
    [
        ("diffusive_28nm_capacitor", "diffusive_28nm_derived", {"explicit_capacitance"}),
        ("rram_hfox_stuck_28nm", "rram_hfox_28nm", {"stuck_low_share", "stuck_high_share"}),
        ("rram_hfox_disturbed_28nm", "rram_hfox_28nm", {"disturb_reads"}),
    ],
)
def test_variants_differ_from_their_base_by_what_they_are_for(variant: str, base: str, own: set[str]) -> None:
    ours, theirs = (
        {key: (c.value, c.low, c.high, c.basis, c.source) for key, c in load_device(name).claims.items()}
        for name in (variant, base)
    )
    assert {key for key in ours | theirs if ours.get(key) != theirs.get(key)} == own


@each("name", DEVICES)
def test_device_loads_and_stands_in_the_folder_of_its_model(name: str) -> None:
    device = load_device(name)
    assert {path.parent for path in devices_of(device.spec.model).values()} == {
        shipped("device")[name].parent
    }
    named = (block for block, schema in BLOCKS.items() if schema.record is device.record)
    due = {FOLDERS[role] for block in named for role in roles_of(block) if role in FOLDERS}
    assert due <= {shipped("device")[name].parent.name}
    assert device.spec.maturity.reason
    assert device.claims


@each("name", ARCHITECTURES)
def test_architecture_estimates_a_perceptron(name: str) -> None:
    result = estimated(name, network(name))
    totals = result.totals
    assert totals["area_m2"] > 0.0
    # the budget of a brain is an energy of its own, whatever runs on it
    assert 1e-9 < totals["energy_per_inference_J"] <= (20.0 if name == "twenty_watts" else 10.0)
    assert math.isfinite(totals["latency_s"])
    dynamic = sum(r.energy_J for r in result.breakdown if r.kind == "dynamic")
    assert dynamic == pytest.approx(totals["dynamic_energy_J"], rel=1e-12)
    assert sum(r.area_m2 for r in result.breakdown) == pytest.approx(totals["area_m2"], rel=1e-9)


@each("name", ARCHITECTURES)
def test_baseline_of_an_architecture_exists(name: str) -> None:
    spec = load_architecture(name).spec
    assert spec.name == name
    assert spec.baseline is None or spec.baseline in ARCHITECTURES
