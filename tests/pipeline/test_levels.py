"""Chips with several computing levels: what they cost is what their levels cost, and each layer is run once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from neuroest import check_files, refused_networks
from neuroest.core.errors import MappingError, SpecError
from neuroest.exploration.sweep import sweep
from neuroest.pipeline.estimate import estimate
from neuroest.results.estimate import Estimate

CHIP, NETWORK = "mixed_depthwise_28nm", "mobilenet_v1_imagenet_dense"
EXACT = 1e-12

UNITS = {
    "mapper": "digital_array", "count": 1, "rows": 16, "columns": 16, "dataflow": "weight_stationary",
    "summation": "tree", "clock_frequency": "500 MHz", "batch": 1,
    "unit": {
        "model": "multiply_accumulate", "device": "logic_45nm_horowitz", "weight_bits": "8 bit",
        "activation_bits": "8 bit", "accumulator_bits": "24 bit",
    },
}  # fmt: skip


def memory(stores: str) -> dict[str, object]:
    return {
        "model": "sram", "device": "sram_28nm_anchored", "capacity": "256 KiB", "width": "64 bit", "stores": [stores],
    }  # fmt: skip


def side(**level: object) -> dict[str, object]:
    """A digital array with memories and a vector unit of its own."""
    vector = {
        "model": "vector_unit",
        "device": "logic_45nm_horowitz",
        "lanes": 8,
        "clock_frequency": "500 MHz",
    }
    stores = ("weights", "activations", "partial_sums")
    return {
        "count": 1,
        **{name: memory(name) for name in stores},
        "vector": vector,
        "units": {**UNITS, **level},
    }


def chip(folder: Path, **levels: object) -> Path:
    """A chip of levels alone, without links, network or overheads."""
    path = folder / f"{'_'.join(levels)}.yaml"
    data = {
        "kind": "architecture", "name": path.stem, "description": "Levels of a test.",
        "technology": {"process": "cmos_28nm_lp", "supply_voltage": "0.9 V", "temperature": "300 K"},
        "operation": {"mode": "back_to_back"},
        "chip": {"count": 1, **levels},
    }  # fmt: skip
    path.write_text(yaml.safe_dump(data))
    return path


LAYERS = (
    {"name": "wide", "type": "convolution", "kernel": 3, "padding": 1, "outputs": 16, "shape": [16, 12, 12]},
    {
        "name": "deep", "type": "convolution", "kernel": 3, "padding": 1, "groups": 16, "outputs": 16,
        "shape": [16, 12, 12],
    },
    {"name": "mixing", "type": "convolution", "kernel": 1, "outputs": 8, "shape": [8, 12, 12]},
    {"name": "classes", "type": "fully_connected", "outputs": 10, "shape": [10]},
)  # fmt: skip


def network(folder: Path, name: str, here: tuple[str, ...]) -> Path:
    """A network whose other layers the host computes."""
    why = {"basis": "assumed", "rationale": "a test"}
    activity = {"density": 0.5, "bit_density": 0.2, **why}
    layers = [
        {key: value for key, value in layer.items() if key != "shape"}
        if layer["name"] in here
        else {"name": layer["name"], "type": "host", "shape": layer["shape"]}
        for layer in LAYERS
    ]
    path = folder / f"{name}.yaml"
    data = {
        "kind": "workload", "name": name, "description": "Layers of a test.", "coding": "dense",
        "precision": {"weights": 8, "activations": 8, "accumulator": 24},
        "weights": {"mean_absolute": 0.2, **why}, "input": {"shape": [3, 12, 12], "activity": activity},
        "activity": activity, "layers": layers,
    }  # fmt: skip
    path.write_text(yaml.safe_dump(data))
    return path


@pytest.fixture(scope="module")
def result() -> Estimate:
    return estimate(CHIP, NETWORK)


def test_levels_add_up_to_the_totals(result: Estimate) -> None:
    rows = result.levels
    dynamic = sum(row.dynamic_energy_J for row in rows)
    static, area = sum(row.static_energy_J for row in rows), sum(row.area_m2 for row in rows)
    assert dynamic == pytest.approx(result.totals["dynamic_energy_J"], rel=EXACT)
    assert static == pytest.approx(result.totals["static_energy_J"], rel=EXACT)
    assert area == pytest.approx(result.totals["area_m2"], rel=EXACT)
    assert sorted(name for row in rows for name in row.layers) == sorted(result.evaluation.layers.names)


def test_depthwise_layers_lie_on_the_digital_level_and_all_others_on_arrays(result: Estimate) -> None:
    digital = next(row for row in result.levels if row.level == "chip.digital.units")
    assert digital.layers == tuple(f"block{number}_depthwise" for number in range(1, 14))
    macs = result.evaluation.counts.actions["chip.digital.units.unit", "multiply_accumulate"]
    t = result.evaluation.layers
    depthwise = np.array([name.endswith("_depthwise") for name in t.names])
    assert float(np.sum(macs)) == pytest.approx(float(np.sum(t.macs * depthwise)))
    reads = result.evaluation.counts.actions["chip.tile.array.cell", "cell_read"]
    assert np.all(
        (np.ravel(reads) > 0)
        == [n.endswith(("stem", "pointwise", "classifier")) for n in result.evaluation.layers.names]
    )


def test_copies_by_hand_and_one_mixed_chip_agree_in_dynamic_energy(tmp_path: Path) -> None:
    first = ("wide", "mixing")
    other = ("deep", "classes")
    both = estimate(
        chip(tmp_path, one=side(layers=list(first)), two=side()), network(tmp_path, "whole", first + other)
    )
    alone = [
        estimate(chip(tmp_path, one=side()), network(tmp_path, "first", first)),
        estimate(chip(tmp_path, two=side()), network(tmp_path, "other", other)),
    ]
    by_hand = sum(each.totals["dynamic_energy_J"] or 0.0 for each in alone)
    # a host hands its results over for nothing; on one chip each is read from the memory of the level that made it
    read = next(
        c
        for c in both.evaluation.costs.energies
        if (c.component, c.action) == ("chip.one.activations", "read")
    )
    every = [
        c for c in both.evaluation.costs.energies if (c.component, c.action) == (read.component, read.action)
    ]
    words = (16 * 144 + 16 * 144 + 8 * 144) * 8 / 64
    handed_over = words * sum(float(np.ravel(cost.energy)[0]) for cost in every)
    # the by-hand copies write what the host computes of the last layer, which nobody on the chip reads
    write = [
        c
        for c in both.evaluation.costs.energies
        if (c.component, c.action) == ("chip.one.activations", "write")
    ]
    unread = 10 * 8 / 64 * sum(float(np.ravel(cost.energy)[0]) for cost in write)
    assert (both.totals["dynamic_energy_J"] or 0.0) == pytest.approx(
        by_hand + handed_over - unread, rel=EXACT
    )


def test_the_interval_is_that_of_the_busiest_level(tmp_path: Path) -> None:
    both = estimate(
        chip(tmp_path, one=side(layers=["wide", "mixing"]), two=side()),
        network(tmp_path, "whole", tuple(str(layer["name"]) for layer in LAYERS)),
    )
    timing = both.evaluation.timing
    busy = {path: float(np.sum(times)) for path, times in timing.resources.items()}
    assert both.totals["initiation_interval_s"] == pytest.approx(max(busy.values()))
    assert both.totals["latency_s"] == pytest.approx(float(np.sum(timing.step)))


@pytest.mark.parametrize("by", ["energy", "time", "area"])
def test_auto_takes_the_cheaper_level_of_each_layer(by: str) -> None:
    free = {"chip.digital.units.layers": "auto", "layers_by": by}
    found = estimate(CHIP, NETWORK, free)
    chosen = {layer: row.level for row in found.levels for layer in row.layers}
    costs = {}
    for level, layers in (("chip.digital.units", "*"), ("chip.tile.array", "none_of_them")):
        alone = estimate(CHIP, NETWORK, {"chip.digital.units.layers": layers})
        rows = {row.layer: row for row in alone.layers}
        costs[level] = {
            name: row.dynamic_energy_J if by == "energy" else row.step_time_s if by == "time"
            else 0.0 if level == "chip.digital.units" else row.units
            for name, row in rows.items()
        }  # fmt: skip
    for name, level in chosen.items():
        if name != "pool":  # it has no weights and runs where its input runs
            assert costs[level][name] == min(cost[name] for cost in costs.values())


def test_auto_leaves_a_layer_that_arrays_cannot_hold_to_the_level_that_can() -> None:
    found = estimate(
        "mixed_attention_28nm", "keyword_transformer_dense", {"chip.digital.units.layers": "auto"}
    )
    digital = next(row for row in found.levels if row.level == "chip.digital.units")
    assert {f"{kind}_{n}" for kind in ("scores", "attention") for n in range(1, 13)} <= set(digital.layers)


def test_a_sweep_over_an_automatic_chip_has_the_estimates_in_its_rows() -> None:
    voltages = ["0.05 V", "0.1 V", "0.4 V"]
    space = {"chip.tile.array.read_voltage": voltages}
    rows = sweep(CHIP, space, NETWORK, settings={"chip.digital.units.layers": "auto"}).to_frame()
    for voltage, energy in zip(voltages, rows["energy_per_inference_J"], strict=True):
        alone = estimate(
            CHIP, NETWORK, {"chip.tile.array.read_voltage": voltage, "chip.digital.units.layers": "auto"}
        )
        assert energy == pytest.approx(alone.totals["energy_per_inference_J"], rel=EXACT)


def test_bands_are_of_the_layers_where_the_designer_put_them() -> None:
    found = estimate(CHIP, NETWORK, {"chip.digital.units.layers": "auto"})
    assert found.design.layer_levels is not None
    band = found.bands.totals["energy_per_inference_J"]
    assert band.low < band.high


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ("type:convolutions", "unknown type 'convolutions'; did you mean"),
        ("stem, type:depthwise_convolution", None),
        ("block*, type:depthwise_convolution", None),
    ],
)
def test_names_go_before_patterns_and_patterns_before_types(layers: str, message: str | None) -> None:
    settings = {"chip.digital.units.layers": layers}
    if message is not None:
        with pytest.raises(SpecError, match=message):
            estimate(CHIP, NETWORK, settings)
        return
    found = estimate(CHIP, NETWORK, settings)
    digital = next(row for row in found.levels if row.level == "chip.digital.units")
    expected = {"stem"} if "stem" in layers else {f"block{n}_pointwise" for n in range(1, 14)} | {"pool"}
    assert set(digital.layers) == {f"block{n}_depthwise" for n in range(1, 14)} | expected


def test_a_chip_whose_levels_all_name_their_layers_passes_the_check(tmp_path: Path) -> None:
    sound = chip(tmp_path, one=side(layers=["wide"]), two=side(layers=["deep*", "type:convolution"]))
    assert check_files([sound]) == ()
    assert refused_networks(sound) == ()
    alone = chip(tmp_path, only=side(layers=["wide"]))
    assert check_files([alone]) == ()
    # without its memories neither level runs anything
    bare = {"count": 1, "units": {**UNITS, "layers": ["wide"]}}
    (problem,) = check_files([chip(tmp_path, bare=bare)])
    assert "nothing on the chip stores" in problem.message


def test_what_no_level_takes_is_refused(tmp_path: Path) -> None:
    names = tuple(str(layer["name"]) for layer in LAYERS)
    with pytest.raises(MappingError, match="no level can run layer 'mixing'"):
        estimate(
            chip(tmp_path, one=side(layers=["wide"]), two=side(layers=["deep"])),
            network(tmp_path, "whole", names),
        )
    with pytest.raises(MappingError, match="do not say which layers they run"):
        estimate(chip(tmp_path, one=side(), two=side()), network(tmp_path, "whole", names))
    with pytest.raises(MappingError, match="layer 'wide' is named by"):
        estimate(
            chip(tmp_path, one=side(layers=["wide"]), two=side(layers=["wide"])),
            network(tmp_path, "whole", names),
        )


def test_a_name_that_no_layer_has_is_reported() -> None:
    found = estimate(CHIP, NETWORK, {"chip.digital.units.layers": "type:depthwise_convolution, stemm"})
    assert any("the network has no layer called stemm" in check.message for check in found.remarks)


def test_a_level_without_layers_takes_its_area_and_leaks() -> None:
    found = estimate(CHIP, "mlp_mnist_dense")
    digital = next(row for row in found.levels if row.level == "chip.digital.units")
    assert digital.layers == ()
    assert digital.dynamic_energy_J == 0.0
    assert digital.area_m2 > 0.0
    assert digital.static_energy_J > 0.0


def test_weights_of_levels_with_one_memory_must_fit_together(tmp_path: Path) -> None:
    names = tuple(str(layer["name"]) for layer in LAYERS)
    levels = {"one": side(layers=["wide", "mixing"]), "two": side()}
    for level in levels.values():
        del level["weights"]
    # 432 + 128 weights on one level, 144 + 11 520 on the other, of 8 bits
    for capacity, fits in ((97792, True), (97791, False)):
        common = {**memory("weights"), "capacity": f"{capacity} bit"}
        found = estimate(chip(tmp_path, **levels, weights=common), network(tmp_path, "whole", names))
        assert any(check.name == "weights_fit_together" for check in found.failed_checks) != fits


def test_elementwise_layers_go_where_the_designer_says() -> None:
    beside = estimate(
        "mixed_attention_28nm",
        "keyword_transformer_dense",
        {"chip.digital.units.layers": "type:matrix_product"},
    )
    digital = next(row for row in beside.levels if row.level == "chip.digital.units")
    # unnamed, they follow what they read: softmax the scores, normalisations the additions
    assert "softmax_1" in digital.layers
    assert "norm_a_1" not in digital.layers
    stated = estimate("mixed_attention_28nm", "keyword_transformer_dense").levels
    digital = next(row for row in stated if row.level == "chip.digital.units")
    assert {"softmax_1", "norm_a_1", "attended_1"} <= set(digital.layers)
