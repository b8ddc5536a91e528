"""Figures pass the check of a journal's production office, and the check finds what it is there to find."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("matplotlib").use("agg")

from matplotlib.figure import Figure  # noqa: E402 - after the back end

from neuroest.cli import main  # noqa: E402
from neuroest.core.errors import NeuroestError  # noqa: E402
from neuroest.plotting import studies, style  # noqa: E402
from tests.shared import compared, estimated  # noqa: E402

CHECK = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "tools" / "figure_check.py"))
faults, watched, contrast = CHECK["faults"], CHECK["watched"], CHECK["contrast"]


@style.styled
def plain(change: Callable[[Any, Any], None]) -> Figure:
    """A sound figure of two lines, with one change."""
    figure, axes = style.new_figure(3.5, 2.2)
    for index in range(2):
        axes.plot([1.0, 2.0], [3e-9, 4e-9 + index * 1e-9], color=style.colour(index), label=f"chip {index}")
    style.quantity_axis(axes.xaxis, "V", "voltage")
    style.quantity_axis(axes.yaxis, "J", "energy")
    axes.legend()
    change(figure, axes)
    with style.matplotlib().rc_context(dict(style.STYLE)):
        style.set_axes(figure)
    return figure


def test_a_sound_figure_has_no_fault() -> None:
    with style.matplotlib().rc_context(dict(style.STYLE)):
        assert faults(plain(lambda _figure, _axes: None)) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda _, axes: [axes.text(1.5, 3.5e-9, word) for word in ("one", "two")], "overlap"),
        (lambda figure, _: figure.text(0.95, 0.5, "a long word at the edge"), "leaves the figure"),
        (lambda _, axes: axes.text(1.2, 3.2e-9, "faint", color="#cccccc"), "too pale"),
        (lambda _, axes: axes.text(1.2, 3.2e-9, "tiny", fontsize=2.0), "set in 2 points"),
        (lambda _, axes: axes.legend(axes.lines[:1] * 2, ["mine", "its twin"]), "look the same"),
        (lambda _, axes: (axes.set_xlabel(""), style.quantity_axis(axes.xaxis, "V")), "has no name"),
    ],
)
def test_each_fault_is_found(change: Callable[[Any, Any], None], fault: str) -> None:
    with style.matplotlib().rc_context(dict(style.STYLE)):
        assert any(fault in one for one in faults(plain(change)))


def test_entries_of_two_legends_may_look_the_same() -> None:
    figure = Figure()
    for axes, label in zip(figure.subplots(ncols=2), ("800 mV", "fit"), strict=True):
        axes.plot([1.0, 2.0], [1.0, 2.0], label=label)
        axes.legend()
    assert not [one for one in faults(figure) if "look the same" in one]


def test_an_axis_without_two_numbers_and_a_font_of_type_3_are_found() -> None:
    figure = Figure(figsize=(2.0, 2.0))  # as matplotlib draws by itself
    axes = figure.subplots()
    axes.semilogy([1.0, 2.0], [239.0, 810.0])
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter("")
    axes.set_ylim(239.0, 810.0)
    found = faults(figure)
    assert any("a vertical axis has 0 labelled ticks" in one for one in found)
    assert "the PDF has fonts of type 3" in found


@pytest.mark.parametrize("venue", style.VENUES)
def test_a_comparison_fits_the_columns_of_every_venue(venue: str, tmp_path: Path) -> None:
    found = compared("analog_lif_28nm", "digital_spiking_28nm", "mlp_mnist_spiking")
    with style.figure_style(venue), watched() as seen:
        drawn = found.plot("ratios", tmp_path / "ratios.pdf")
    assert seen == []
    assert drawn.get_figwidth() == style.VENUES[venue][0]


def test_two_chips_within_a_decade_have_numbers_at_their_axis(tmp_path: Path) -> None:
    # a device against its twin: both bands lie between two powers of ten
    found = estimated("analog_lif_low_power_28nm", "mlp_mnist_spiking")
    with watched() as seen:
        axes = found.plot("energy", tmp_path / "energy.svg").axes[0]
    assert seen == []
    assert axes.get_xlabel() in {"Energy per inference (nJ)", "Energy per inference (µJ)"}


def test_the_first_six_colours_stay_apart_in_grey() -> None:
    greys = sorted(contrast(colour, (0.0, 0.0, 0.0)) for colour in style.COLOURS[:6])
    # steps of luminance: neighbours in grey differ by a fifth at least
    assert all(light / dark > 1.2 for dark, light in pairwise(greys))
    assert len(set(style.COLOURS)) == len(style.COLOURS)


def test_a_style_of_matplotlib_reaches_figures_and_names_stay_no_tex(tmp_path: Path) -> None:
    mine = tmp_path / "mine.mplstyle"
    mine.write_text(
        "lines.linewidth: 3\naxes.prop_cycle: cycler('color', ['ff0000'])\ntext.usetex: True\n", "utf-8"
    )
    found = compared("analog_lif_28nm", "digital_spiking_28nm", "mlp_mnist_spiking")
    with style.figure_style(mine):
        found.plot("ratios", tmp_path / "ratios.svg")
    assert "#ff0000" in (tmp_path / "ratios.svg").read_text("utf-8")
    with style.figure_style("ggplot"):
        assert style.colour(0) != style.COLOURS[0]
    assert style.colour(0) == style.COLOURS[0]


@pytest.mark.parametrize(
    ("text", "said"), [("no setting\n", "cannot be read|states no setting"), ("", "states no setting")]
)
def test_a_file_that_is_no_style_is_refused(text: str, said: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mplstyle"
    bad.write_text(text, "utf-8")
    with pytest.raises(NeuroestError, match=said), style.figure_style(bad):
        pass


def test_an_unknown_style_is_one_line_with_the_nearest_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["survey", "chips", "-p", "chips.pdf", "--style", "natur"])
    assert left.value.code == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: --style natur: ")
    assert line.endswith("did you mean 'nature'?")


@pytest.mark.parametrize(("venue", "least"), [("ieee", 8.0), ("springer", 8.0), ("nature", 5.0)])
def test_text_is_as_large_as_a_venue_asks(venue: str, least: float) -> None:
    with style.figure_style(venue):
        drawn = plain(lambda _figure, axes: axes.set_title("title"))
        with style.matplotlib().rc_context(dict(style.STYLE)):
            sizes = {text.get_fontsize() for text in CHECK["texts"](drawn)}
            assert faults(drawn) == []
    assert min(sizes) >= least


def test_a_legend_has_the_columns_that_its_width_holds() -> None:
    # four entries of 30 letters in 6 points: 4 * (30 * 0.52 + 5) * 6 / 72 = 6.9 inches
    labels = ["x" * 30] * 4
    assert [style.legend_columns(inches, labels, 4) for inches in (7.0, 4.0, 2.0)] == [4, 2, 1]


def test_ticks_within_half_a_decade_reach_both_ends() -> None:
    ticks, _ = style.ticks_of(56.0, 170.0, 30.0, log=True, across=True)
    assert ticks[-1] >= 150.0


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        (5, ["1.3\n0.91 to 2.5", "too slow"]),
        (17, ["1.3", "a"]),  # at most 30 points a cell, and "too slow" takes 33
    ],
)
def test_words_that_a_cell_of_a_map_cannot_hold_become_letters_of_the_legend(
    columns: int, shown: list[str]
) -> None:
    with style.figure_style("ieee"):
        figure, axes = style.new_figure(style.PAGE, 3.0)
        axes.set_xlim(0, columns)
        size = style.points(4.5)
        words = ("1.3\n0.91 to 2.5", "too slow")
        texts = [axes.text(at + 0.5, 0.5, word, ha="center", fontsize=size) for at, word in enumerate(words)]
        meanings = studies._shortened(figure, axes, texts)
    assert [text.get_text() for text in texts] == shown
    assert [text.get_fontsize() for text in texts] == pytest.approx([8.0, 8.0])
    assert meanings == ([] if columns == 5 else ["numbers: medians", "a: too slow"])
