from __future__ import annotations

import re
from pathlib import Path

import pytest

from neuroest import breakeven, sweep
from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.loading.library import labelled
from neuroest.publishing.publish import latex_tables, plans
from neuroest.reporting.report import report
from tests.shared import compared, estimated

CHIP, NETWORK = "diffusive_low_power_28nm", "shd_recurrent_spiking"


@pytest.mark.parametrize(
    "kind", ["energy", "latency_parts", "area_map", "energy_map", "bottleneck", "distribution", "tornado"]
)
def test_an_estimate_draws_itself(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "figure.svg"
    estimated(CHIP, NETWORK).plot(kind, path)
    assert "<text" in path.read_text(encoding="utf-8")  # editors can change it


def test_a_comparison_draws_itself_under_the_titles_of_its_designs(tmp_path: Path) -> None:
    found = compared(CHIP, "analog_lif_low_power_28nm", NETWORK)
    path = tmp_path / "figure.svg"
    for kind in ("ratios", "tradeoff", "energy"):
        found.plot(kind, path)
        drawn = path.read_text(encoding="utf-8")
        assert "CMOS neurons" in drawn
        assert "analog_lif" not in drawn
    with pytest.raises(UnknownNameError, match="did you mean 'ratios'"):
        found.plot("ratio")


def test_panels_have_letters_and_neurons_are_never_among_the_others(tmp_path: Path) -> None:
    path = tmp_path / "figure.svg"
    compared(CHIP, "analog_lif_low_power_28nm", NETWORK).plot("energy", path)
    drawn = path.read_text(encoding="utf-8")
    for letter in "abc":
        assert f">{letter}</text>" in drawn
    assert ">neuron (" in drawn  # with its shares, which are too small to be seen


def test_labels_replace_titles_and_unknown_ones_are_refused() -> None:
    found = report([CHIP], [NETWORK], labels={CHIP: "Ag/SiOx neurons"})
    assert found.views[0].label == "Ag/SiOx neurons"
    with pytest.raises(NeuroestError, match="diffusive_low"):
        report([CHIP], [NETWORK], labels={"diffusive_low_power": "x"})


def test_titles_and_labels_reach_legends_captions_latex_and_methods() -> None:
    """No reader of a paper sees the name of a file; the second name is that of the file's title."""
    labels = {CHIP: "Ag/SiOx neurons", NETWORK: "Own network"}
    found = report([CHIP, "analog_lif_28nm"], [NETWORK], labels=labels)
    latex = [text for name, text in latex_tables(found) if not name.startswith("assumptions")]
    captions = [text for plan in plans(found, None) for text in (plan.title, plan.caption)]
    text = "\n".join([*captions, *latex, *found.methods.paragraphs, *found.methods.details]).replace(
        "\\_", "_"
    )
    # the table of what is alike adds the name of the network, which two files may share as a title
    text = text.replace(f"workload: Own network ({NETWORK})", "")
    assert not [name for name in (CHIP, "analog_lif_28nm") if name in text]
    assert not re.findall(rf"\b{NETWORK}(?!\}})", text)  # but in the labels of LaTeX
    assert "Ag/SiOx neurons on Own network" in text
    (chip, other), (network,) = labelled([CHIP, "analog_lif_28nm"], [NETWORK], labels)
    along = breakeven(chip, other, network, "workload.input.activity.rate=0.01..0.1")
    shown = along.plot().axes[0].get_legend_handles_labels()[1]
    assert shown == ["Ag/SiOx neurons", "CMOS neurons, 28 nm"]


def test_a_result_along_one_parameter_is_a_line_however_many_points_it_has() -> None:
    found = sweep(
        "analog_lif_28nm", {"chip.tile.array.rows": [32 + 16 * step for step in range(12)]}, NETWORK
    )
    (axes,) = found.plot().axes
    assert [len(line.get_xdata()) for line in axes.lines] == [12]
    assert axes.get_legend() is None
