"""Surveys of published neurons and chips: sources, values from papers, normalisation, one's own row."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import neuroest
from neuroest.core.errors import SpecError, UnknownNameError
from neuroest.reporting.latex import to_latex
from neuroest.reporting.survey import Row, Survey, read_survey
from tests.each import each
from tests.shared import estimated


@cache
def published(kind: str) -> Survey:
    return neuroest.survey(kind)


def row(found: Survey, name: str) -> Row:
    (one,) = (entry for entry in found.entries if entry.name == name)
    return one


def test_surveys_have_what_papers_ask_for_and_a_source_for_each_cell() -> None:
    assert len(published("neurons").entries) >= 60
    assert len(published("chips").entries) >= 95
    for found in (published("neurons"), published("chips")):
        unsourced = [
            f"{entry.name}.{name}"
            for entry in found.entries
            for name, cell in entry.cells.items()
            if cell.source not in found.sources
        ]
        assert unsourced == []


@each(
    "kind, name, column, value, source",
    [
        ("neurons", "afefet_cao2022", "energy", 37e-15, "cao2022"),  # abstract
        ("neurons", "afefet_cao2022", "transistors", 8.0, "cao2022"),  # Table 1: 8 T + 1 ED
        ("neurons", "nbo2_capacitor_reported", "energy", 52e-12, "cao2022"),  # Table 1
        ("neurons", "tunnel_fet_2025", "energy", 144e-18, "tunnelfet2025"),  # abstract
        ("chips", "odin", "energy", 12.7e-12, "frenkel2019"),  # title
        ("chips", "puma", "efficiency", 837e9, "ankit2019"),  # abstract
        ("chips", "truenorth", "area", 4.3e-4, "merolla2014text"),  # text
        ("chips", "sne", "energy", 0.221e-12, "dimauro2022"),  # abstract
        ("chips", "si_2019", "efficiency", 907.2e12, "shanbhag2022"),  # its table, 55 nm at 1 V
        ("chips", "xylo", "area", 6.5e-6, "open_neuromorphic"),  # page of the chip
        ("neurons", "cruz_albrecht2012", "energy", 0.4e-12, "cruzalbrecht2012"),  # abstract
        ("neurons", "organic_transistor2025", "area", 180e-12, "ji2025"),  # abstract
        ("neurons", "vuppunuthala2024", "energy", 3.6e-12, "vuppunuthala2024"),  # title
        ("neurons", "vo2_yi2018", "devices", 2.0, "yi2018"),  # Fig. 4
        ("chips", "spinnaker", "area", 102e-6, "painkras2013"),  # abstract
        ("chips", "origami", "efficiency", 803e9, "cavigelli2017"),  # abstract
    ],
)
def test_values_of_papers(kind: str, name: str, column: str, value: float, source: str) -> None:
    cell = row(published(kind), name).cells[column]
    assert cell.value == pytest.approx(value)
    assert cell.source == source


def test_nothing_assumed_is_shown_as_reported() -> None:
    assert "area" not in row(published("neurons"), "vox_shih2025").cells  # 100 um^2 is assumed in its file
    assert "rate" not in row(published("neurons"), "ots_nsgt_2025").cells  # 1 MHz is assumed in its file


def test_normalised_values_by_hand() -> None:
    morphic = published("chips").normalised(row(published("chips"), "morphic"))
    assert morphic["area"] == pytest.approx(2.86e-6 * (28 / 65) ** 2)
    assert morphic["energy"] == pytest.approx(30e-12 * 28 / 65)
    xue = published("chips").normalised(row(published("chips"), "xue_2021"))
    assert xue["efficiency"] == pytest.approx(11.91e12 * 64 * 22 / 28)
    neurons = published("neurons")
    assert neurons.normalised(row(neurons, "lif_28nm_besrour"))["area"] == pytest.approx(34e-12 / 28e-9**2)
    assert neurons.normalised(row(neurons, "vox_shih2025")) == {}


def test_a_column_that_does_not_apply_has_a_dash() -> None:
    table = published("chips").table()
    synapses, chip = table.head.index("synapses"), table.head.index("chip")
    shown = {line[chip]: line[synapses] for line in table.rows}
    assert shown["ISAAC-CE"] == "-"  # a product of matrices has no synaptic operation
    assert shown["ODIN"] == "65536"
    assert shown["THOR"] == ""  # not stated
    neurons = published("neurons").table()
    endurance = {line[0]: line[neurons.head.index("endurance")] for line in neurons.rows}
    assert endurance["Analog LIF at 28 nm"] == "-"  # nothing in it wears
    assert endurance["NbO2 with capacitor"] == ""
    assert endurance["NbOx without capacitor"] == "> 1e+12"  # Table 1 of cao2022: >10^12


def test_only_keeps_rows_with_a_word_and_ones_own() -> None:
    titles = [
        entry.title for entry in neuroest.survey("neurons", ["pcmo_lashkare"], only=["phase change"]).entries
    ]
    assert titles == [
        "PCMO memory cell",
        "GST with 19 transistors",
        "GST with capacitor",
        "Stochastic phase-change neuron",
    ]
    with pytest.raises(UnknownNameError, match="unknown row of the survey 'phase chainge'"):
        neuroest.survey("neurons", only=["phase chainge"])


def test_the_supply_is_that_of_the_reported_efficiency() -> None:
    """Where the supply comes from the table of Shanbhag and Roy, so does the efficiency, up to the bits."""
    one_bit = {"xue_2021": 762.24e12, "khwa_2022": 1312e12, "hung_2023": 1382.4e12, "jia_2021": 1936e12}
    for name, efficiency in one_bit.items():
        entry = row(published("chips"), name)
        bits = (entry.number("weight_bits") or 0.0) * (entry.number("input_bits") or 0.0)
        assert (entry.number("efficiency") or 0.0) * bits == pytest.approx(efficiency, rel=0.01)


def test_ones_own_neuron_is_marked_and_costs_what_its_block_costs() -> None:
    found = neuroest.survey("neurons", ["switch_ag_bench"])
    mine, alone = found.entries[0], neuroest.block("threshold_switch_neuron", device="switch_ag_bench")
    assert mine.own
    assert mine.number("node") == pytest.approx(28e-9)  # that of the process for which it is computed
    assert found.table(brief=True).rows[0][0] == "*"
    assert "area: computed here; " in found.rows()[0]["sources"]
    assert "node: computed here, of cmos_28nm_lp, " in found.rows()[0]["sources"]
    for column, nominal in (("energy", alone.energies["spike"]), ("area", alone.area)):
        band = mine.cells[column].band
        assert band is not None
        assert band.low < nominal < band.high


def test_ones_own_row_without_an_energy_says_that_it_has_no_star(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    cells = "{mechanism: diffusion of silver, area: 1 um^2}"
    file.write_text(
        f"kind: survey\nsubject: neurons\nrows:\n  mine: {{source: cao2022, locator: x, cells: {cells}}}\n"
    )
    told = neuroest.survey("neurons", [file]).to_text()
    assert "mine has no energy, so the scatter has no star for it" in told


def test_ones_own_chip_has_the_bands_of_its_estimate() -> None:
    name, network = "analog_lif_low_power_28nm", "mlp_mnist_spiking"
    mine = neuroest.survey("chips", [name], workload=network).entries[0]
    estimate = estimated(name, network)
    assert mine.number("energy") == pytest.approx(
        estimate.bands.totals["energy_per_synaptic_operation_J"].median
    )
    assert mine.number("area") == pytest.approx(estimate.bands.totals["area_m2"].median)


def test_a_row_of_a_device_file_gives_way_to_ones_own() -> None:
    names = [entry.name for entry in neuroest.survey("neurons", ["pcmo_lashkare"]).entries]
    assert names.count("pcmo_lashkare") == 1


def test_latex_cites_what_the_bibliography_has() -> None:
    text, bibliography = (
        to_latex(published("neurons").table(brief=True), "neurons"),
        published("neurons").to_bibtex(),
    )
    assert r"\cite{zhao2025,dm-snn" in text or r"\cite{zhao2025,dm_snn" in text
    for key in ("cao2022", "zhao2025", "deboer2025"):
        assert f"{{{key}," in bibliography


def test_own_survey_files_and_their_faults(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    cells = "{energy: 3 pJ, self_reset: true}"
    good = f"kind: survey\nsubject: neurons\nrows:\n  mine: {{title: My neuron, cells: {cells}}}\n"
    file.write_text(good)
    mine = neuroest.survey("neurons", [file]).entries[0]
    assert (mine.title, mine.own) == ("My neuron", True)
    assert mine.number("energy") == pytest.approx(3e-12)
    for old, new, message in (
        ("energy: 3 pJ", "enrgy: 3 pJ", "did you mean 'energy'"),
        ("energy: 3 pJ", "energy: 3 um", "expected"),
        ("self_reset: true", "self_reset: 1", "neither true nor false"),
        ("title: My neuron", "source: nobody2020", "unknown source"),
    ):
        file.write_text(good.replace(old, new))
        with pytest.raises(SpecError, match=message) as caught:
            read_survey(file)
        assert len(str(caught.value).splitlines()) == 1
