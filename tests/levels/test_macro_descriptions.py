"""What papers on analog macros state and a description can say, each number by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import neuroest
from neuroest.core.errors import MappingError, SpecError
from neuroest.loading.kinds import data_folder
from neuroest.loading.library import load_architecture, load_workload
from neuroest.pipeline.estimate import estimate
from neuroest.reporting.bibliography import cite
from tests.chips import area, changed, energy, failed, known, run

ARRAY = "chip.tile.array."
ADC, DENSE = "adc_crossbar_28nm", "mlp_mnist_dense"
COUNTING = {"model": "whole_adc", "device": "oscillator_macro", "bits": 8, "takes": "current"}
PULSES = {"model": "pulse_width", "device": "pulse_width_timely"}
CASES = data_folder("validation_case")
EIGHT = {f"{ARRAY}readout.converter": {"model": "whole_adc", "device": "sar_macro", "bits": 8}}


def counted(folder: Path, **converter: object) -> Any:
    changes = {
        f"{ARRAY}input": PULSES,
        f"{ARRAY}pulse_width": "2 ns",
        f"{ARRAY}readout.columns_per_converter": 1,
        f"{ARRAY}readout.converter": COUNTING | converter,
        f"{ARRAY}readout.sample_and_hold": None,
        f"{ARRAY}readout.multiplexer": None,
        f"{ARRAY}schedule": {"model": "read_schedule", "holding": "none"},
    }
    return run(ADC, DENSE, changes, folder)


def test_a_converter_that_counts_during_the_pulse_adds_no_time(tmp_path: Path) -> None:
    after, during = counted(tmp_path, counts="after_pulse"), counted(tmp_path, counts="during_pulse")
    longest = 255 * 2e-9
    # 256 steps of 0.5 ns come after the pulses, or while they last
    assert known(after, "read time") == pytest.approx(longest + 256 * 0.5e-9)
    assert known(during, "read time") == pytest.approx(longest)
    assert energy(during, term="conversion") == pytest.approx(energy(after, term="conversion"))
    assert energy(during, term="bias") < energy(after, term="bias")
    assert known(counted(tmp_path), "read time") == known(during, "read time")  # nothing holds a current
    ramp = counted(tmp_path, device="ramp_macro", takes="voltage")
    assert known(ramp, "read time") > longest


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"device": "sar_macro"}, "decides bit by bit; use a counting converter, such as oscillator_macro"),
        ({"shared": 8}, "8 columns wait for a converter; use one converter a column"),
    ],
)
def test_what_cannot_count_during_a_pulse_is_refused_with_the_remedy(
    changes: dict[str, Any], says: str, tmp_path: Path
) -> None:
    converter = COUNTING | {"counts": "during_pulse"} | {k: v for k, v in changes.items() if k != "shared"}
    nodes = {
        f"{ARRAY}input": PULSES,
        f"{ARRAY}readout.converter": converter,
        f"{ARRAY}readout.sample_and_hold": None,
        f"{ARRAY}readout.columns_per_converter": changes.get("shared", 1),
    }
    with pytest.raises(MappingError, match=says):
        run(ADC, DENSE, nodes, tmp_path)


def test_a_converter_that_samples_a_current_holds_its_column(tmp_path: Path) -> None:
    def read(device: str) -> Any:
        nodes = {
            f"{ARRAY}readout.converter": COUNTING | {"device": device, "bits": 4},
            f"{ARRAY}readout.sample_and_hold": None,
            f"{ARRAY}readout.interface": None,
            f"{ARRAY}schedule": {"model": "read_schedule", "holding": "converter"},
        }
        return run(ADC, DENSE, nodes, tmp_path)

    # seven of eight columns wait for 7.5 ns each, and the last one is sampled in 1.5 ns
    mapper = read("sar_macro").evaluation.mapper
    settled = float(np.ravel(mapper.compute.settled_time(mapper.network))[0])
    assert known(read("sar_macro"), "read time") == pytest.approx(settled + 7 * 7.5e-9 + 1.5e-9)
    with pytest.raises(MappingError, match="a converter that samples, such as sar_macro"):
        read("current_sense_28nm")


def test_converters_have_a_supply_of_their_own(tmp_path: Path) -> None:
    def read(**supply: str) -> Any:
        nodes = {
            f"{ARRAY}readout.converter": {"model": "whole_adc", "device": "sar_macro", "bits": 8} | supply
        }
        return run(ADC, DENSE, nodes, tmp_path)

    chip, own = read(), read(supply_voltage="1.1 V")
    assert energy(own, term="conversion") / energy(chip, term="conversion") == pytest.approx((1.1 / 0.9) ** 2)
    assert energy(own, component="cell") == pytest.approx(energy(chip, component="cell"), rel=0.2)
    assert "converter_supply" not in failed(own)
    assert "converter_supply" in failed(read(supply_voltage="1.5 V"))


def filled(folder: Path, **weights: float) -> Path:
    data = yaml.safe_load((CASES / "papistas_2021" / "fill.yaml").read_text())
    data["weights"] |= weights
    file = folder / "fill.yaml"
    file.write_text(yaml.safe_dump(data))
    return file


def test_products_follow_the_share_of_ones_among_the_weights(tmp_path: Path) -> None:
    def products(**weights: float) -> float:
        key = "chip.array.cell.current_linearity"  # a column that is empty gives no more
        found = estimate(CASES / "papistas_2021" / "chip.yaml", filled(tmp_path, **weights), {key: "auto"})
        return energy(found, term="discharge")

    assert products(bit_density=0.5) == pytest.approx(products())
    assert products(bit_density=0.1) == pytest.approx(0.2 * products(), rel=1e-6)


def test_the_current_of_a_cell_that_keeps_its_column_in_saturation_is_found() -> None:
    chip, net = CASES / "chen_2023" / "chip.yaml", CASES / "chen_2023" / "fill.yaml"
    key = "chip.array.cell.current_linearity"
    stated, found = (estimate(chip, net, {key: choice}) for choice in ("stated", "auto"))
    assert "column_in_saturation" in failed(stated)
    assert "column_in_saturation" not in failed(found)
    cell = found.evaluation.mapper.compute.cell
    left = 0.8 - float(cell.device.saturation_voltage)
    assert known(found, "full scale of a column") == pytest.approx(left)
    assert energy(found, term="discharge") < energy(stated, term="discharge")


def test_a_paper_that_an_architecture_cites_is_cited(tmp_path: Path) -> None:
    paper = {"type": "article", "title": "A macro", "authors": ["Doe, Jane"], "year": 2026, "seen": "primary"}
    measured = {"value": 1.2, "basis": "measured", "source": "doe2026", "locator": "Fig. 3"}
    data = yaml.safe_load(changed(ADC, {}, tmp_path).read_text())
    converter = data["chip"]["tile"]["array"]["readout"]["converter"]
    converter["parameters"] = {"energy_factor": measured}
    data["sources"] = {"doe2026": paper}
    file = tmp_path / "cited.yaml"
    file.write_text(yaml.safe_dump(data))
    result = estimate(load_architecture(file), load_workload(DENSE))
    assert "doe2026" in {key for key, _ in result.sources}
    assert "A macro" in cite(result, "bibtex")
    data["sources"] = {}
    file.write_text(yaml.safe_dump(data))
    with pytest.raises(SpecError, match="unknown source 'doe2026'"):
        neuroest.estimate(file, DENSE)


def test_rows_that_share_a_charge_are_read_together_and_the_remedy_is_arrays(tmp_path: Path) -> None:
    data = yaml.safe_load((CASES / "jia_2020" / "chip.yaml").read_text())
    data["chip"]["array"]["schedule"] = {"model": "read_schedule", "rows_at_once": 576}
    file = tmp_path / "parts.yaml"
    file.write_text(yaml.safe_dump(data))
    with pytest.raises(MappingError, match="use 576 rows and a higher count of arrays"):
        estimate(file, CASES / "jia_2020" / "full_array.yaml")


def test_one_driver_for_both_rows_of_a_pair(tmp_path: Path) -> None:
    def read(**choice: str) -> Any:
        ladder = {"model": "resistive_ladder", "device": "resistive_ladder_28nm"} | choice
        return run(
            ADC,
            DENSE,
            {f"{ARRAY}input": ladder, f"{ARRAY}weight_encoding": "row_differential"} | EIGHT,
            tmp_path,
        )

    each, pair = read(), read(rows_per_driver="pair")
    assert area(pair, "input") == pytest.approx(area(each, "input") / 2, rel=0.15)
    assert energy(pair, term="buffer") == pytest.approx(energy(each, term="buffer") / 2)
    assert energy(pair, term="row_line") == pytest.approx(energy(each, term="row_line"))
    assert "rows_per_driver_used" in {c.name for c in unused(tmp_path)}


def unused(folder: Path) -> Any:
    driver = {"model": "one_bit_driver", "device": "row_driver_tapered", "rows_per_driver": "pair"}
    return run(ADC, DENSE, {f"{ARRAY}input": driver, f"{ARRAY}weight_encoding": "offset"}, folder).advice


def test_counted_pulses_charge_their_row_as_often_as_the_number_says(tmp_path: Path) -> None:
    def read(coding: str) -> Any:
        return run(ADC, DENSE, {f"{ARRAY}input": PULSES | {"coding": coding}} | EIGHT, tmp_path)

    width, count_ = read("width"), read("count")
    layers = width.evaluation.mapper.layers
    lines = [
        sum(np.ravel(row.energy) for row in found.evaluation.dynamic if row.term == "row_line")
        for found in (width, count_)
    ]
    # a mean of d (2^8 - 1) pulses for an input, of which the share that is not zero has one pulse by its width
    expected = np.ravel(255 * layers.input_bit_density / layers.input_density)
    assert lines[1] / lines[0] == pytest.approx(expected)
    assert energy(count_, component="input", term="pulse_width") == pytest.approx(
        energy(width, component="input", term="pulse_width")
    )
    assert energy(count_, component="cell", term="read_current") == pytest.approx(
        energy(width, component="cell", term="read_current")
    )


def test_two_cells_of_an_opposed_pair_share_what_the_supply_delivers(tmp_path: Path) -> None:
    """Their current flows from one rail through both to the other, once for two cells."""

    def read(encoding: str, supply: dict[str, Any]) -> float:
        nodes = {f"{ARRAY}weight_encoding": encoding, f"{ARRAY}read_supply": supply} | EIGHT
        found = run(ADC, DENSE, nodes, tmp_path)
        rows = [r for r in found.evaluation.dynamic if (r.action, r.term) == ("cell_read", "read_current")]
        left = found.evaluation.mapper.compute.current_left(found.evaluation.mapper.network)
        return float(
            sum(
                np.sum(
                    r.energy
                    / left
                    / found.evaluation.mapper.compute.read_time(found.evaluation.mapper.network)
                )
                for r in rows
            )
        )

    regulated, published = (
        {"model": "linear_regulator"},
        {"model": "switching_converter", "efficiency": "100 %"},
    )
    columns, rows = read("column_differential", regulated), read("row_differential", regulated)
    assert rows == pytest.approx(columns / 2, rel=1e-6)
    # estimates that count V^2 G count every cell
    assert read("row_differential", published) == pytest.approx(
        read("column_differential", published), rel=1e-6
    )


def test_a_ramp_gives_its_stages_the_share_of_their_device_to_sample(tmp_path: Path) -> None:
    ramp = {"model": "whole_adc", "device": "ramp_macro", "bits": 8}
    stage = {"model": "sample_and_hold_circuit", "device": "sample_hold_28nm"}
    changes = {f"{ARRAY}readout.converter": ramp, f"{ARRAY}readout.sample_and_hold": stage}
    array = run(ADC, DENSE, changes, tmp_path).evaluation.mapper.compute
    # a ramp of 256 steps of 1 ns has no phase of its own in which it samples
    network = estimate(ADC, DENSE).evaluation.mapper.network
    assert array.converter.acquisition_time(0.25, 8.0, network) == pytest.approx(64e-9)


def test_a_sampling_time_that_pulses_share_is_not_left_out() -> None:
    case = CASES / "correll_2025"
    found = estimate(load_architecture(case / "chip.yaml"), load_workload(case / "fill.yaml"))
    assert not [text for text in found.exclusions if "sampling time" in text]


@pytest.mark.parametrize(("mean", "bits", "reported"), [(0.4, 4, True), (0.3, 4, False), (0.4, 2, False)])
def test_a_mean_weight_above_that_of_networks_is_reported_for_cells_of_several_levels(
    mean: float, bits: int, reported: bool
) -> None:
    settings = {"workload.weights.mean_absolute": str(mean), f"{ARRAY}bits_per_cell": str(bits)}
    result = estimate(ADC, DENSE, settings | {f"{ARRAY}cell.device": "pcm_analog_14nm"})
    assert ("mean_weight" in failed(result)) is reported


@pytest.mark.parametrize(
    ("case", "ones", "reported"),
    [("le_gallo_2023/fill", 0.5, True), ("le_gallo_2023/fill", 0.3, False), ("jia_2021/matrix", 0.5, False)],
)
def test_inputs_with_more_ones_than_activations_are_reported_for_resistive_cells(
    case: str, ones: float, reported: bool
) -> None:
    network = (CASES / case).with_suffix(".yaml")
    settings = {"workload.input.activity.bit_density": str(ones)}
    found = estimate(load_architecture(network.parent / "chip.yaml"), load_workload(network), settings)
    assert ("input_bits" in failed(found)) is reported


@pytest.mark.parametrize(("rows", "reported"), [(128, False), (32, True)])
def test_two_conversions_of_a_product_are_reported(rows: int, reported: bool) -> None:
    # eight bits of a weight in cells of one bit, with a sign, by eight bits of an input, over the rows of a column
    settings = {f"{ARRAY}bits_per_cell": "1", f"{ARRAY}rows": str(rows), "workload.precision.weights": "9"}
    result = estimate(ADC, DENSE, settings)
    assert ("conversions_of_a_product" in failed(result)) is reported


def test_a_supply_that_is_not_stated_is_in_the_band(tmp_path: Path) -> None:
    low, high = "0.75 V", "1 V"
    spread = {"spread": {"low": low, "high": high}, "rationale": "not stated"}
    stated = estimate(ADC, DENSE)
    uncertain = run(ADC, DENSE, {"technology.uncertain": {"supply_voltage": spread}}, tmp_path)
    name = "energy_per_inference_J"
    assert uncertain.totals[name] == pytest.approx(stated.totals[name])
    least, most = (
        estimate(ADC, DENSE, {"technology.supply_voltage": end}).totals["energy_per_inference_J"]
        for end in (low, high)
    )
    widths = [
        np.log(
            one.bands.totals["energy_per_inference_J"].high / one.bands.totals["energy_per_inference_J"].low
        )
        for one in (stated, uncertain)
    ]
    # independent causes: squares of widths add up
    assert widths[1] == pytest.approx(np.hypot(widths[0], np.log(most / least)), rel=0.05)
