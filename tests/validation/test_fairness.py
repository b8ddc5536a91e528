"""The comparison page of the claim for the 1M1T1R neuron."""

import csv
import json

import contest_maps
import fairness_page
import pytest
from fairness_objectives import membrane_rows
from fairness_page import (
    CHIPS,
    IDEAL,
    MEMRISTIVE,
    NETWORKS,
    NEURON,
    PAGE,
    README,
    TWIN,
    area_ratio,
    contenders,
    contest_lines,
    estimated,
    network_rows,
    networks,
    outcome,
    ratio_at,
    readme_with_claim,
)

from neuroest.results.comparison import verdict
from neuroest.results.estimate import Band

SPEECH = "shd_recurrent_spiking"


def test_the_best_of_neurons_gains_what_the_neuron_costs_and_its_time():
    twin, room = estimated(TWIN, SPEECH), area_ratio(IDEAL, SPEECH)
    gain = ratio_at(IDEAL, SPEECH, "back_to_back").ratio.band
    for ratio in (gain, room):
        assert 0.0 < ratio.low <= ratio.median <= ratio.high <= 1.0 + 1e-9
    whole = twin.totals["area_m2"]
    own = sum(row.area_m2 for row in twin.breakdown if row.kind == "area" and row.component == NEURON)
    assert 1.0 - room.median == pytest.approx(own / whole, rel=0.6)  # white space and control come with it


def test_a_chip_is_level_with_itself():
    for pace in ("back_to_back", "equal_pace", "burst", "streaming"):
        row = ratio_at(TWIN, SPEECH, pace)
        band = row.ratio.band
        assert (band.low, band.median, band.high) == pytest.approx((1, 1, 1), rel=1e-9)
        assert outcome(row) == "level"
    assert outcome(None) == "too slow"


def test_every_contender_has_a_row_on_every_network_and_the_outcome_that_its_ratio_says():
    text, rows = PAGE.read_text(encoding="utf-8"), networks()
    for contender in contenders():
        for network in NETWORKS:
            assert sum(row.startswith(f"| {network} | {contender.title} |") for row in rows) == 1
    for name in MEMRISTIVE:
        assert name in {contender.name for contender in contenders()}
    assert "What would have to be true" in text
    for row in (
        line
        for line in (*text.splitlines(), *rows)
        if line.startswith("|") and ("win" in line or "loss" in line)
    ):
        for cell in row.split("|"):
            if cell.strip().endswith((", win", ", loss", ", tie")) and "(" in cell:
                low, high = (float(end) for end in cell.split("(")[1].split(")")[0].split(" to "))
                said = cell.strip().rpartition(", ")[2]
                if said == "tie":
                    assert low <= 1.0 <= high, cell
                else:
                    far = high if low > 1.0 else low
                    assert said == verdict(Band(low, far, high), far), cell


def test_the_page_says_that_the_neuron_of_3_nm_stands_on_a_fabric_of_28_nm():
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    assert "it is in the 28 nm fabric of the other rows" in text
    assert estimated("diffusive_3nm", SPEECH).design.spec.technology.process == "cmos_28nm_lp"


def test_the_maps_of_the_site_have_the_cells_that_the_page_counts(tmp_path):
    text = PAGE.read_text(encoding="utf-8")
    for network, found in json.loads(contest_maps.MAPS.read_text(encoding="utf-8")).items():
        cells = found["cells"]
        ahead = {name: sum(cell["winner"] == name for cell in cells) for name in found["contenders"]}
        name = max(ahead, key=lambda one: ahead[one])
        counted = f"{found['contenders'][name]} is ahead in {ahead[name]} of {len(cells)} cells."
        assert f"Each in its best chip on {network}: {counted}" in text
    place = f"figures/contest_{SPEECH}_{contest_maps.LEADING}.svg"
    contest_maps.draw(place, tmp_path / "map.svg")
    assert "1M1T1R, 28 nm" in (tmp_path / "map.svg").read_text(encoding="utf-8")


HINT = "run `python docs/tools/fairness_page.py`"


@pytest.mark.nightly
def test_the_page_has_the_contest_of_the_claim_and_every_chip_on_its_network_as_they_are_now():
    """The chips on the other networks, and all that the page solves for, are compared in the nightly lane."""
    text = PAGE.read_text(encoding="utf-8")
    assert "\n".join(contest_lines(SPEECH)) in text, HINT
    with CHIPS.open(encoding="utf-8", newline="") as file:
        kept = [tuple(row) for row in csv.reader(file) if row[0] == SPEECH]
    assert kept == network_rows(SPEECH), HINT


@pytest.mark.nightly
def test_page_and_readme_are_the_ones_that_would_be_written():
    assert PAGE.read_text(encoding="utf-8") == fairness_page.fairness_page(), HINT
    text = README.read_text(encoding="utf-8")
    assert text == readme_with_claim(text), HINT


def test_a_larger_membrane_of_the_twin_is_a_win_in_area_and_nothing_in_energy():
    """1 pF is 487 um^2 more at each of the 220 outputs of the twin, with its white space."""
    rows = [
        line.split(" | ")
        for line in membrane_rows(estimated("diffusive_28nm", SPEECH), estimated(TWIN, SPEECH), NEURON)
    ]
    small, large = (next(row for row in rows if row[0] == f"| {size}") for size in ("26 fF", "1 pF"))
    assert small[1] == "34 um^2"
    assert small[2].endswith("level")
    assert large[2].endswith("win")
    assert large[3].endswith("level |")
    ours, twin = (estimated(name, SPEECH).totals["area_m2"] for name in ("diffusive_28nm", TWIN))
    ratio = float(large[2].split(" ")[0])
    assert ratio == pytest.approx(ours / (twin + 220 * 487e-12 / 0.75), rel=0.05)
