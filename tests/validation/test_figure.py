"""The scoreboard as a figure."""

import pytest

from neuroest.plotting.published import board_figure, case_styles
from neuroest.validation.board import reproduce
from neuroest.validation.case_spec import CLASSES

pytest.importorskip("matplotlib")


@pytest.fixture(scope="module")
def panels(board):
    above, below = board_figure(board).axes[: len(CLASSES)], board_figure(board).axes[len(CLASSES) :]
    return dict(zip(CLASSES, zip(above, below, strict=True), strict=True))


def scored(board, quantity_class):
    return [row for row in board.rows if row.quantity_class == quantity_class and row.scored]


def marked(panel):
    return [line for line in panel.get_lines() if line.get_marker() not in {"None", "", None}]


@pytest.mark.slow
def test_no_two_cases_look_alike(board):
    styles = case_styles(board)
    assert set(styles) == {row.case for row in board.rows}
    evidence = {row.case: row.evidence for row in board.rows}
    for kind in set(evidence.values()):
        pairs = [styles[case] for case in styles if evidence[case] == kind]
        assert len(set(pairs)) >= min(len(pairs), 20)


def test_evidence_is_reported_by_the_marker(board):
    markers: dict[str, set[str]] = {}
    evidence = {row.case: row.evidence for row in board.rows}
    for case, (marker, _) in case_styles(board).items():
        markers.setdefault(evidence[case], set()).add(marker)
    assert sum(map(len, markers.values())) == len(set().union(*markers.values()))


@pytest.mark.slow
@pytest.mark.parametrize("quantity_class", CLASSES)
def test_every_value_stands_above_and_below(board, panels, quantity_class):
    rows = scored(board, quantity_class)
    for panel in panels[quantity_class]:
        assert panel.get_xscale() == "log"
        assert len(marked(panel)) == len(rows)
    assert panels[quantity_class][0].get_yscale() == "log"


@pytest.mark.slow
@pytest.mark.parametrize("quantity_class", CLASSES)
def test_ratios_bands_and_tolerances_can_be_read(board, panels, quantity_class):
    rows, below = scored(board, quantity_class), panels[quantity_class][1]
    least, most = below.get_xlim()
    for place, (row, mark) in enumerate(zip(rows, marked(below), strict=True)):
        assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (row.ratio, place)
        assert least < row.ratio < most
        hollow = mark.get_markerfacecolor() == "white"
        assert hollow == (row.verdict != "within")
    bars = [
        tuple(line.get_xdata())
        for line in below.get_lines()
        if line.get_marker() in {"None", ""} and len(set(line.get_ydata())) == 1
    ]
    for row in rows:
        assert (row.low / row.published, row.high / row.published) in bars
    edges = [collection.get_paths()[0].get_extents() for collection in below.collections]
    assert len(edges) == len(rows)
    for row, edge in zip(rows, edges, strict=True):
        # a tolerance is what decides over within: misses lie outside of the grey, others inside
        assert (edge.x0 - 1e-9 <= row.ratio <= edge.x1 + 1e-9) == (row.verdict == "within")


@pytest.mark.slow
def test_a_factor_of_two_can_be_seen(panels):
    # 25 to 35 decades hide it above; below it takes a twentieth of the panel or more
    for _, below in panels.values():
        least, most = below.get_xlim()
        assert most / least < 2.0**20


def test_few_rows_are_named():
    few = reproduce(["odin", "eyeriss"])
    axes = board_figure(few).axes
    below = axes[len(axes) // 2]  # structural is the first class that the two cases have
    names = [label.get_text() for label in below.get_yticklabels()]
    assert names == [f"{row.case}  {row.quantity.replace('_', ' ')}" for row in scored(few, "structural")]


@pytest.mark.slow
@pytest.mark.parametrize("quantity_class", ["structural", "bottom_up"])
def test_of_many_rows_cases_and_misses_are_named(board, panels, quantity_class):
    below = panels[quantity_class][1]
    rows = scored(board, quantity_class)
    assert [label.get_text() for label in below.get_yticklabels()] == list(
        dict.fromkeys(r.case for r in rows)
    )
    misses = [row.quantity.replace("_", " ") for row in rows if row.verdict != "within"]
    assert [text.get_text() for text in below.texts[1:]] == misses  # the first is the letter of the panel


@pytest.mark.parametrize(("case", "classes"), [("puma", 1), ("odin", 2), ("neurosim_vgg8", 1)])
def test_classes_without_values_have_no_panel(case, classes):
    figure = board_figure(reproduce([case]))
    figure.draw_without_rendering()
    assert len(figure.axes) == 2 * classes
