"""The table of chips of other tools is the one of now, and energies agree as the page says."""

from __future__ import annotations

import csv
import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def peers() -> Any:
    spec = importlib.util.spec_from_file_location("peers_page", ROOT / "docs" / "tools" / "peers_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["peers_page"] = module
    spec.loader.exec_module(module)
    return module


def test_the_table_of_the_page_is_written_from_the_recorded_numbers(peers: Any) -> None:
    page = peers.PAGE.read_text(encoding="utf-8")
    assert page == peers.page_with_table(page), "run docs/tools/peers_page.py"


def test_every_recorded_chip_stands_in_the_table(peers: Any) -> None:
    assert set(peers.recorded()) <= {pair.chip for pair in peers.PAIRS}


def test_all_chips_are_recorded_with_the_time_of_both_processes(peers: Any) -> None:
    said = peers.recorded()
    assert [*said] == [pair.chip for pair in peers.PAIRS]
    for chip, found in said.items():
        assert 0.0 < found["processor time of neuroest"] < found["processor time"], chip


def test_with_the_same_inputs_energies_agree(peers: Any) -> None:
    said = peers.recorded()
    for pair in peers.PAIRS:
        if pair.chip in said and pair.chip != "aimc, resnet18":
            energy, _ = pair.ours(said)
            theirs = said[pair.chip]["energy"] - said[pair.chip].get("leakage", 0.0)
            assert 0.98 < energy / theirs < 1.15, pair.chip


def test_accuracy_with_the_cells_of_each_other_agrees_with_crosssim() -> None:
    """docs/accuracy.md: one image of 200 apart at most, scores within 1 %, a fifth of the time."""
    with (ROOT / "benchmarks" / "accuracy" / "results.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    ours = {(row["case"], row["threads"]): row for row in rows if row["tool"] == "neuroest"}
    theirs = [row for row in rows if row["tool"] == "CrossSim with the cells of neuroest"]
    assert len(ours) == len(theirs) == 9
    for row in theirs:
        own = ours[row["case"], row["threads"]]
        assert float(own["accuracy_percent"]) == pytest.approx(float(row["accuracy_percent"]), abs=0.51)
        assert float(own["score_error"]) == pytest.approx(float(row["score_error"]), rel=0.01)
        assert float(own["cpu_ms_per_sample"]) < float(row["cpu_ms_per_sample"]) / 5.0


def test_conversions_of_isaac_are_those_that_another_tool_counts(peers: Any) -> None:
    import neuroest

    for network, workload in peers.NETWORKS.items():
        rows = neuroest.estimate(peers.ISAAC, workload).breakdown
        count = sum(
            row.count or 0.0 for row in rows if row.action == "conversion" and row.term == "conversion"
        )
        assert count == pytest.approx(peers.recorded()[f"isaac, {network}"]["actions of ADC"], rel=0.05)
