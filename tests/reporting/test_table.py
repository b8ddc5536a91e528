from __future__ import annotations

import re
from html import unescape

import pytest

from neuroest.core.text_layout import Style
from neuroest.core.units import formatted as in_words
from neuroest.pipeline.comparison import compare
from neuroest.pipeline.estimate import estimate
from neuroest.reporting.comparison_document import side_by_side
from neuroest.reporting.estimate_document import estimate_document
from neuroest.reporting.formatting import check_line
from neuroest.reporting.latex import document_latex
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import label_and_unit


@pytest.fixture(scope="module")
def formatted(memristive: Estimate) -> str:
    return estimate_document(memristive).to_text()


@pytest.mark.parametrize("network", ["vgg9_cifar10_spiking", "mlp_mnist_spiking"])
def test_wide_bands_still_fit_a_terminal(network: str) -> None:
    lines = estimate_document(estimate("diffusive_28nm_derived", network), {}).to_text().splitlines()
    assert max(map(len, lines)) <= 80


def test_the_table_has_all_of_an_estimate(formatted: str, memristive: Estimate) -> None:
    for words in (
        "p10 .. p90",
        "band mostly from",
        "energy per inference",
        "slowest layer",
        "based on",
        "left out",
    ):
        assert words in formatted
    flat = " ".join(formatted.split())
    for item in memristive.exclusions:
        assert item in flat
    assert f"{len(memristive.sources)} sources; `neuroest cite diffusive_28nm_derived" in flat


def test_the_neurons_terms_stand_side_by_side_however_small(bench: Estimate) -> None:
    lines = estimate_document(bench).to_text().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("  neuron  "))
    terms = [line for line in lines[start + 1 : start + 7] if line.startswith("    ")]
    assert any("gate charge" in line for line in terms)
    assert any("output branch" in line for line in terms)


def test_the_bench_neurons_output_branch_is_next_to_the_quoted_picojoule(bench: Estimate) -> None:
    flat = " ".join(estimate_document(bench).to_text().split())
    branch = next(row for row in bench.breakdown if row.term == "output_branch")
    assert branch.energy_J / branch.count == pytest.approx(18e-9, rel=0.05)
    assert "Published headline figures" in flat
    assert "pJ" in flat.split("Published headline figures")[1]


def test_shares_of_the_breakdown_are_of_the_total(memristive: Estimate) -> None:
    rows = [row for row in memristive.breakdown if row.kind != "area"]
    assert sum(row.energy_J for row in rows) == pytest.approx(
        memristive.totals["energy_per_inference_J"], rel=1e-9
    )


def test_colour_only_where_it_is_asked_for(memristive: Estimate, formatted: str) -> None:
    assert "\x1b" not in formatted
    coloured = estimate_document(memristive).to_text(Style(colour=True))
    assert "\x1b[1m" in coloured
    plain = coloured
    for code in ("\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[0m"):
        plain = plain.replace(code, "")
    assert plain == formatted


def test_bars_without_block_characters(memristive: Estimate) -> None:
    plain = estimate_document(memristive).to_text(Style(blocks=False))
    assert plain.isascii()
    assert "#" in plain


def test_a_failed_check_is_reported(memristive: Estimate) -> None:
    failing = estimate(
        "diffusive_28nm_derived", "shd_recurrent_spiking",
        {"chip.tile.array.ir_drop_limit": "0.0001 %", "chip.tile.array.parallel_wires": 1},
    )  # fmt: skip
    assert failing.failed_checks
    assert "design check failed: tile.array" in " ".join(estimate_document(failing).to_text().split())
    assert "design check failed" not in estimate_document(memristive).to_text()


@pytest.mark.parametrize(
    ("architecture", "workload"),
    [
        ("adc_crossbar_28nm", "vgg9_cifar10_spiking"),
        ("digital_spiking_28nm", "keyword_spotting_spiking"),
        ("digital_int8_28nm", "resnet18_imagenet_dense"),
        ("gpu_h100", "resnet18_imagenet_dense"),
        ("loihi_14nm", "mlp_mnist_spiking"),
        ("analog_lif_65nm", "mlp_mnist_spiking"),
    ],
)
def test_every_kind_of_chip_fits_80_columns(architecture: str, workload: str) -> None:
    table = estimate_document(estimate(architecture, workload), {"workload.precision.weights": "8"}).to_text()
    assert max(map(len, table.splitlines())) <= 80


def test_several_designs_stand_side_by_side() -> None:
    both = compare("diffusive_28nm_derived", "analog_lif_28nm", "shd_recurrent_spiking")
    table = side_by_side(both).to_text()
    heading = next(
        line for line in table.splitlines() if "diffusive_28nm_derived" in line and "analog_lif_28nm" in line
    )
    assert heading.index("diffusive_28nm_derived") < heading.index("analog_lif_28nm")
    assert both.command in " ".join(table.split())


def test_the_share_of_the_peak_stands_with_what_the_units_wait_for() -> None:
    result = estimate("digital_int8_28nm", "vgg9_cifar10_dense")
    lines = estimate_document(result).to_text().splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("share of the peak"))
    assert lines[at + 1].strip() == "layers limited by memory take 91.2 % of the time"
    # layers with weights from outside wait for them: their step is the time of the memory
    timing = result.evaluation.timing
    waits = timing.resources["chip.memory"] >= timing.step
    assert timing.limiting_shares()["chip.memory"] == pytest.approx(
        timing.step[waits].sum() / timing.step.sum()
    )


def test_the_power_of_a_chip_that_is_off_between_inferences_is_that_while_it_is_on() -> None:
    modes = {"operation.mode": "duty_cycled", "operation.period": "33 ms"}
    result = estimate("digital_in_memory_28nm", "keyword_spotting_dense", modes)
    energy, power = (result.totals[name] or 0.0 for name in ("energy_per_inference_J", "average_power_W"))
    off = float(result.evaluation.standby_energy.item())
    assert off > 0.0
    assert power == pytest.approx((energy - off) / (result.totals["latency_s"] or 0.0))
    text = " ".join(estimate_document(result).to_text().split())
    assert f"the mean over the period of 33 ms is {in_words(energy / 33e-3, 'W')} (nominal)" in text


@pytest.mark.parametrize(
    ("chip", "network", "words"),
    [
        (
            "loihi_14nm",
            "shd_recurrent_spiking",
            "3 of 128 units hold layers, and each waits for the slowest layer",
        ),
        (
            "cim_sram_28nm",
            "resnet18_imagenet_dense",
            "the network needs 1556 units; 128 hold it part by part",
        ),
    ],
)
def test_the_share_of_the_peak_names_the_units_that_hold_layers(chip: str, network: str, words: str) -> None:
    assert words in " ".join(estimate_document(estimate(chip, network)).to_text().split())


def letters(text: str) -> str:
    return re.sub("[^a-z]+", "", unescape(text).replace(r"\allowbreak{}", "").lower())


def test_every_form_of_an_estimate_prints_the_same_parts(memristive: Estimate) -> None:
    document = estimate_document(memristive)
    shown = [table.title for table in document.tables]
    shown += [label_and_unit(name)[0] for name, value in memristive.totals.items() if value is not None]
    shown += [*memristive.exclusions, *map(check_line, memristive.remarks)]
    assert len(shown) > 30
    for form in (document.to_text(), document.to_markdown(), document.to_html(), document_latex(document)):
        found = letters(form)
        assert [text for text in shown if letters(text) not in found] == []
