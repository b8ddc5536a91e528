from __future__ import annotations

import csv
import hashlib
import json
import math
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from neuroest.core.errors import NeuroestError
from neuroest.exploration.pareto import non_dominated
from neuroest.exploration.sensitivity import sensitivity
from neuroest.loading.library import shipped
from neuroest.pipeline.comparison import compare
from neuroest.pipeline.estimate import estimate
from neuroest.reporting import latex
from neuroest.reporting import page as templates
from neuroest.reporting.difference import difference
from neuroest.reporting.estimate_views import View
from neuroest.reporting.methods import methods
from neuroest.reporting.report import Report, plain_result, report, slug, unique_slugs, write_folder
from neuroest.results.estimate import Estimate

pytest.importorskip("matplotlib", reason="needs neuroest[report]")
pytest.importorskip("jinja2", reason="needs neuroest[report]")

from matplotlib import rc_context

from neuroest.plotting.chip import squarified
from neuroest.plotting.results import breakdown_figure
from neuroest.plotting.style import STYLE, draw
from neuroest.plotting.uncertainty import distribution_figure, tornado_figure
from neuroest.publishing.publish import MOST_DRAWN_ALONE, latex_tables, plans, publish
from neuroest.reporting.comparison_document import comparison_document
from neuroest.reporting.data_files import read_sweep, sweep_points
from neuroest.reporting.page import page
from tests.reporting.conftest import EVIL, renamed
from tests.reporting.latex_here import needs_latex


@pytest.fixture(scope="session")
def folder(small: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("report") / "out"
    publish(small, target, bundle=True)
    return target


@pytest.mark.parametrize(("quantity", "by", "total"), [
    ("energy", "component", "energy_per_inference_J"), ("energy", "layer", "energy_per_inference_J"),
    ("area", "component", "area_m2"), ("area", "layer", "area_m2"),
])  # fmt: skip
def test_the_parts_add_up_to_the_total(small: Report, quantity: str, by: str, total: str) -> None:
    for view in small.views:
        found = view.breakdown(quantity, by)
        assert found is not None
        assert sum(s.value for s in found.slices) == pytest.approx(view.estimate.totals[total], rel=1e-9)
        assert sum(s.share for s in found.slices) == pytest.approx(1.0)


def test_the_bands_of_the_samples_are_those_of_the_estimate(small: Report) -> None:
    for view in small.views:
        band = view.estimate.bands.totals["energy_per_inference_J"]
        low, high = np.quantile(view.samples["energy_per_inference_J"], (0.1, 0.9))
        assert (low, high) == pytest.approx((band.low, band.high), rel=1e-9)


def test_the_tornado_is_that_of_the_sensitivity(memristive: Estimate) -> None:
    total = "energy_per_inference_J"
    found = sensitivity("diffusive_28nm_derived", "shd_recurrent_spiking", quantities=[total])
    bars = View(memristive).tornado(total)
    assert bars == tuple(bar for bar in found.tornado[total] if bar.low != bar.high)
    assert any(len(bar.paths) > 1 for bar in bars), "values of one cause move together"
    assert any(bar.cause.startswith("model_discrepancy.") for bar in bars)


def test_the_tornado_is_sorted_and_straddles_the_estimate(memristive: Estimate) -> None:
    bars = View(memristive).tornado()
    widths = [abs(np.log(bar.high / bar.low)) for bar in bars]
    assert widths == sorted(widths, reverse=True)
    total = memristive.totals["energy_per_inference_J"]
    assert all(min(bar.low, bar.high) <= total * (1 + 1e-9) for bar in bars)
    assert all(max(bar.low, bar.high) >= total * (1 - 1e-9) for bar in bars)


def test_a_cause_that_takes_the_estimate_away_is_drawn(memristive: Estimate) -> None:
    view = View(memristive)
    bars = view.tornado()
    view.__dict__["_bars"] = {"energy_per_inference_J": (replace(bars[0], high=math.nan), *bars[1:])}
    figure = tornado_figure(view, 3.5)
    assert [text.get_text() for text in figure.axes[0].texts] == [" no estimate at one end"]


@pytest.mark.slow
@pytest.mark.parametrize("quantity", ["energy", "area", "latency"])
@pytest.mark.parametrize("count", [1, 2, 12])
def test_breakdowns_of_any_number_of_designs_have_room(small: Report, quantity: str, count: int) -> None:
    views = (small.views * 6)[-count:]
    with rc_context(STYLE):
        figure = breakdown_figure(views, quantity, 7.16)
        figure.draw_without_rendering()  # a layout that collapses is a warning, and warnings are errors
    bars = [axes.get_window_extent() for axes in figure.axes[:3]]
    assert all(box.height > 15.0 * count for box in bars)
    paper = figure.get_window_extent()
    for legend in (axes.get_legend() for axes in figure.axes if axes.get_legend()):
        box = legend.get_window_extent()
        assert box.y0 >= paper.y0
        assert box.y1 <= min(bar.y0 for bar in bars)


def test_the_area_map_covers_the_chip_in_proportion() -> None:
    values = [5.0, 3.0, 2.0, 1.0, 0.5, 0.0]
    boxes = squarified(values)
    assert [w * h for *_, w, h in boxes] == pytest.approx([v / sum(values) for v in values])
    assert all(x >= 0 and y >= 0 and x + w <= 1 + 1e-9 and y + h <= 1 + 1e-9 for x, y, w, h in boxes)


@pytest.mark.slow
def test_a_report_holds_everything(folder: Path) -> None:
    names = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    network = "shd_recurrent_spiking"
    figures = (
        "energy",
        "area",
        "latency",
        "ratios",
        "tradeoff",
        "distribution",
        "energy_parts",
        "area_parts",
        "latency_parts",
    )
    for figure in figures:
        assert {f"figures/{figure}_{network}.{form}" for form in ("pdf", "svg", "png")} <= names
    alone = ("tornado", "bottleneck", "block_diagram", "area_map")
    designs = ("diffusive_28nm_derived", "analog_lif_28nm")
    assert {f"figures/{figure}_{network}-{name}.pdf" for figure in alone for name in designs} <= names
    tables = {f"tables/{kind}_{network}.tex" for kind in ("differences", "results", "ratios", "energy")}
    assert tables | {"tables/assumptions.tex"} <= names
    texts = {
        "report.html",
        "report.tex",
        "methods.tex",
        "methods.md",
        "references.bib",
        "results.json",
        "bundle.zip",
    }
    assert texts <= names
    data = (
        "totals",
        "shares",
        "breakdown",
        "assumptions",
        "tornado",
        "times",
        "roofline",
        "samples",
        "scoreboard",
    )
    assert {f"data/{name}.csv" for name in data} <= names


@pytest.mark.slow
def test_the_numbers_of_every_figure_stand_in_a_table(small: Report, folder: Path) -> None:
    plain = json.loads((folder / "results.json").read_text("utf-8"))["drawn"]
    for name in ("tornado", "times", "roofline", "samples"):
        rows = list(csv.DictReader((folder / "data" / f"{name}.csv").read_text("utf-8").splitlines()))
        assert len(rows) == sum(len(row.get("values", [row])) for row in plain[name])
        assert {row["architecture"] for row in rows} == {view.architecture for view in small.views}
    first = small.views[0]
    drawn = [row for row in plain["tornado"] if row["architecture"] == first.architecture]
    assert [row["cause"] for row in drawn] == [bar.cause for bar in first.tornado()]
    assert sum(row["limits"] for row in plain["times"]) >= len(first.occupation)


def test_labels_next_to_long_names_stay_on_the_paper(small: Report) -> None:
    views = [renamed(view, "phase_change_neuron_28nm") for view in small.views]
    with rc_context(STYLE):
        figure = distribution_figure(views, 3.31)
        figure.draw_without_rendering()
    paper, label = figure.get_window_extent(), figure.axes[0].xaxis.label.get_window_extent()
    assert paper.x0 <= label.x0
    assert label.x1 <= paper.x1


def test_what_is_drawn_of_one_design_says_how_many_there_are(small: Report) -> None:
    views = tuple(View(view.estimate) for view in small.views for _ in range(4))
    many = Report(tuple(renamed(view, f"chip{i}") for i, view in enumerate(views)), (), {})
    drawn = [plan for plan in plans(many, None) if plan.name.startswith("tornado")]
    assert len(drawn) == MOST_DRAWN_ALONE
    assert len({plan.name for plan in drawn}) == MOST_DRAWN_ALONE
    assert all(f"Drawn of the first {MOST_DRAWN_ALONE} of 8 designs." in plan.caption for plan in drawn)


@pytest.mark.slow
def test_the_json_holds_no_folder_of_the_machine(folder: Path) -> None:
    text = (folder / "results.json").read_text()
    assert str(Path.cwd()) not in text
    assert {r["architecture"] for r in json.loads(text)["results"]} == {
        "diffusive_28nm_derived",
        "analog_lif_28nm",
    }


@pytest.mark.slow
def test_the_references_are_exactly_the_sources_used(small: Report, folder: Path) -> None:
    text = (folder / "references.bib").read_text()
    keys = {key for result in small.results for key in result.source_keys}
    assert text.count("\n@") + text.startswith("@") == len(keys) + 1
    assert "@misc{neuroest," in text


@pytest.mark.slow
def test_fonts_are_embedded_in_the_figures(folder: Path) -> None:
    figure = (folder / "figures" / "tornado_shd_recurrent_spiking-analog_lif_28nm.pdf").read_bytes()
    assert b"/FontFile2" in figure
    assert b"/Type3" not in figure
    editable = (folder / "figures" / "tornado_shd_recurrent_spiking-analog_lif_28nm.svg").read_bytes()
    assert b"<text" in editable  # text as text, which editors can change


@pytest.mark.slow
def test_a_figure_is_drawn_the_same_twice(memristive: Estimate, tmp_path: Path) -> None:
    view = View(memristive)
    first = [p.read_bytes() for p in draw(tmp_path / "a", lambda: tornado_figure(view, 3.5))]
    second = [p.read_bytes() for p in draw(tmp_path / "b", lambda: tornado_figure(view, 3.5))]
    assert first == second


@pytest.mark.slow
def test_differences_stand_before_ratios_in_every_form(small: Report, folder: Path) -> None:
    comparison = small.comparisons["shd_recurrent_spiking"]
    html = (folder / "report.html").read_text()
    assert html.index("What differs") < html.index("Ratios</h3>")
    reported = comparison_document(comparison).to_markdown()
    assert reported.index("What differs") < reported.index("Ratios")
    tables = latex.comparison_latex(comparison)
    assert tables.index("tab:differences") < tables.index(r"\label{tab:ratios}")


@pytest.mark.nightly
def test_names_that_are_special_somewhere_are_harmless_everywhere(
    evil: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "neuroest.publishing.publish.MOST_DRAWN_ALONE", 1
    )  # one of each kind of figure has the name
    publish(evil, tmp_path / "out")
    html = (tmp_path / "out" / "report.html").read_text()
    assert "<script>window" not in html
    assert "&lt;script&gt;window.hurt" in html
    names = [p.name for p in (tmp_path / "out").rglob("*")]
    assert not any(set(name) & set("<>%#$&~^\\{}") for name in names)
    assert "<script>" not in comparison_document(evil.comparisons[EVIL]).to_markdown().replace("\\<", "")
    assert r"\textless{}script\textgreater{}\allowbreak{}" in (tmp_path / "out" / "tables").joinpath(
        f"results_{slug(EVIL)}.tex").read_text()  # fmt: skip


def test_file_names_differ_where_case_does_not_count() -> None:
    assert len({name.lower() for name in unique_slugs(["Chip", "chip", "chip!", "con"]).values()}) == 4


@pytest.mark.slow
def test_an_existing_folder_is_kept(small: Report, folder: Path) -> None:
    before = (folder / "report.html").stat().st_mtime_ns
    with pytest.raises(NeuroestError, match="exists and is kept"):
        publish(small, folder)
    assert (folder / "report.html").stat().st_mtime_ns == before


def test_force_replaces_no_folder_that_holds_no_report(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(NeuroestError, match="contains no report"):
        write_folder(tmp_path / "mine", lambda _: None, force=True)
    assert (tmp_path / "mine" / "thesis.txt").exists()


def test_a_report_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    def fails(beside: Path) -> None:
        (beside / "half").write_text("a")
        raise OSError(28, "No space left on device")

    with pytest.raises(NeuroestError, match="No space left"):
        write_folder(tmp_path / "out", fails)
    assert list(tmp_path.iterdir()) == []


def test_a_second_report_that_ends_later_replaces_nothing(tmp_path: Path) -> None:
    def other_first(beside: Path) -> None:
        (beside / "mine").touch()
        write_folder(tmp_path / "out", lambda folder: (folder / "first").touch())

    with pytest.raises(NeuroestError, match="out exists and is kept"):
        write_folder(tmp_path / "out", other_first)
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "first"]


WRITES = """
import os, signal, sys
from pathlib import Path
from neuroest.reporting.report import write_folder
def dies(folder):
    (folder / "half").touch()
    if sys.argv[2] == "in the middle":
        os.kill(os.getpid(), signal.SIGKILL)
    (folder / "results.json").touch()
if sys.argv[2] == "between the renames":
    rename = Path.rename
    def once(self, target):
        rename(self, target)
        os.kill(os.getpid(), signal.SIGKILL)
    Path.rename = once
write_folder(Path(sys.argv[1]), dies, force=True)
"""


@pytest.mark.parametrize("moment", ["in the middle", "between the renames"])
def test_a_report_clears_what_a_killed_one_left(tmp_path: Path, moment: str) -> None:
    out = tmp_path / "out"
    write_folder(out, lambda folder: (folder / "results.json").write_text("the first"))
    done = subprocess.run([sys.executable, "-c", WRITES, str(out), moment], check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(list(tmp_path.glob(".out.*"))) == (1 if moment == "in the middle" else 2)
    with pytest.raises(NeuroestError, match="out exists and is kept"):  # it has its name back
        write_folder(out, lambda _: None)
    assert (out / "results.json").read_text() == "the first"
    assert list(tmp_path.iterdir()) == [out]


def test_what_another_process_is_writing_is_not_cleared(tmp_path: Path) -> None:
    def meanwhile(beside: Path) -> None:
        assert beside.name.startswith(".out.")
        write_folder(tmp_path / "out", lambda folder: (folder / "results.json").touch())
        assert beside.exists()

    with pytest.raises(NeuroestError, match="exists and is kept"):
        write_folder(tmp_path / "out", meanwhile)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="figures are drawn by forks on Linux")
def test_a_killed_report_ends_without_a_word_of_its_workers(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "neuroest", "report", "diffusive_28nm_derived", "-w", "mlp_mnist_spiking",
         "-o", str(tmp_path / "out")],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while process.poll() is None and not list(tmp_path.glob(".out.*/figures/*.svg")):
        time.sleep(0.02)
    assert process.poll() is None
    process.kill()
    assert "Traceback" not in process.communicate(timeout=60)[1]


def test_what_does_not_fit_is_listed_and_nothing_at_all_is_an_error() -> None:
    found = report(["digital_int8_28nm", "analog_lif_28nm"], ["vgg9_cifar10_dense"])
    assert [item.architecture for item in found.refused] == ["analog_lif_28nm"]
    with pytest.raises(NeuroestError, match="no design has an estimate"):
        report(["analog_lif_28nm"], ["vgg9_cifar10_dense"])


def test_thousands_of_designs_are_sent_to_a_sweep() -> None:
    with pytest.raises(NeuroestError, match="--from"):
        report([f"chip{i}.yaml" for i in range(1000)], ["shd_recurrent_spiking"])


def test_a_difference_finds_the_parameter_that_was_changed(memristive: Estimate) -> None:
    from neuroest.pipeline.estimate import estimate

    path = "chip.tile.array.readout.interface.bias_current"
    value = memristive.claims[path].value * 1.1
    other = estimate("diffusive_28nm_derived", "shd_recurrent_spiking", {path: f"{value} A"})
    one, two = ({"a": plain_result(r)} for r in (memristive, other))
    found = difference(one, two)
    moved = next(m for m in found.results[0].moved if m.total == "energy_per_inference_J")
    assert moved.causes[0].path == path
    assert moved.causes[0].effect == pytest.approx(moved.change, rel=0.02)  # first order, 10 %
    assert moved.components[0][0] == "chip.tile.array.readout.interface"
    assert "bias_current" in found.to_text()
    assert difference(one, one).same


def test_numbers_for_siunitx() -> None:
    assert latex.quantity(3.521e-7, "m^2") == r"\qty{0.352}{\milli\metre\squared}"
    assert latex.quantity(0.99999, "J") == r"\qty{1}{\joule}"
    assert latex.number(0.0) == r"\num{0}"
    assert latex.number(-12345.0) == r"\num{-1.23e4}"
    assert latex.tex("10 µm × 5 Ω 漢") == r"10 \textmu{}m $\times$ 5 $\Omega$ ?"


@needs_latex
@pytest.mark.parametrize("columns", ["onecolumn", "twocolumn"])
@pytest.mark.parametrize("which", ["small", "evil"])
def test_tables_compile_without_warnings(which: str, columns: str, request: Any, tmp_path: Path) -> None:
    found: Report = request.getfixturevalue(which)
    tables = [*(text for _, text in latex_tables(found)), latex.estimate_latex(found.results[0])]
    text = "\n\\clearpage\n".join(tables)
    body = [latex.preamble({"columns": columns}), r"\begin{document}", text, r"\end{document}"]
    (tmp_path / "t.tex").write_text("\n".join(body), encoding="utf-8")
    for _ in range(3):
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "t.tex"]
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    log = run.stdout.decode("latin-1")
    assert run.returncode == 0, log[-2000:]
    reported = [line for line in log.splitlines() if "Warning" in line or line.startswith("Overfull")]
    assert reported == []


def test_the_page_takes_a_sweep_of_many_points(small: Report) -> None:
    import pandas as pd

    frame = pd.DataFrame(
        {"area_m2": np.linspace(1, 2, 110_000), "energy_per_inference_J": np.linspace(2, 1, 110_000)}
    )
    points = sweep_points(frame)
    assert points["rows"] <= 100_000
    assert points["of"] == 110_000
    assert points["data"] in page(small, points)


def test_points_of_a_sweep_are_packed_without_loss_of_what_is_shown() -> None:
    import base64
    import gzip

    import pandas as pd

    frame = pd.DataFrame(
        {
            "area_m2": np.geomspace(1e-7, 1e-5, 40),
            "chip.tile.array.rows": np.tile([64.0, 128.0], 20),
            "latency_s": [np.inf, *np.geomspace(1e-3, 1.0, 39)],
            "failed_check": ["a", "b"] * 20,
            "same": 1.0,
        }
    )
    points = sweep_points(frame)
    assert points["names"] == ["same"]
    about = {column["name"]: column for column in points["columns"]}
    assert {name: column["coding"] for name, column in about.items()} == {
        "area_m2": "f4", "chip.tile.array.rows": "u1", "latency_s": "f4", "failed_check": "u1",
    }  # fmt: skip
    assert (about["area_m2"]["unit"], about["area_m2"]["scale"]) == ("mm²", 1_000_000)
    assert about["failed_check"]["words"] == ["a", "b"]
    content = gzip.decompress(base64.b64decode(points["data"]))
    assert len(content) == 40 * (4 + 1 + 4 + 1)
    first = np.frombuffer(content[:160], np.uint8).reshape(4, 40).T.copy().view("<f4").ravel()
    assert first == pytest.approx(frame["area_m2"].to_numpy(), rel=1e-7)
    rows = np.frombuffer(content[160:200], np.uint8)
    assert [about["chip.tile.array.rows"]["levels"][code] for code in rows] == frame[
        "chip.tile.array.rows"
    ].tolist()
    third = np.frombuffer(content[200:360], np.uint8).reshape(4, 40).T.copy().view("<f4").ravel()
    assert np.isnan(third[0])


@pytest.mark.slow
def test_the_report_says_where_its_kinds_of_model_stand(small: Report, folder: Path) -> None:
    stands = small.validation_coverage
    memristive = stands.designs[0]
    chips = [
        "ambrogio_2023",
        "chen_2019_rram",
        "correll_2025",
        "deaville_2025",
        "hung_2023",
        "khaddam_2022",
        "khwa_2022",
        "khwa_2025",
        "le_gallo_2023",
        "liu_2020",
        "neurram",
        "roy_2025",
        "wan_2020",
        "wen_2024",
        "xnor_rram_2020",
        "xue_2019",
        "xue_2020",
        "xue_2021",
        "yao_2024",
        "ye_2023",
    ]
    assert (memristive.level, [case.name for case in memristive.chips]) == ("crossbar", chips)
    # no chip with memristor neurons is among the cases; macros with converters have the clamps of the columns
    unseen = dict(memristive.unseen)
    assert max(unseen, key=lambda name: unseen[name]) == "diffusive_1m1t1r_integrated"
    assert "current_clamp" not in unseen
    found = {summary.quantity_class: summary for summary in dict(stands.by_level)["crossbar"]}
    assert found["structural"].count >= 20
    # efficiency and access time of four macros, all from process and device values
    assert found["bottom_up"].count >= 8
    silent = "No value of a chip with a level of kind crossbar was predicted"
    assert silent not in stands.words
    assert silent in replace(stands, by_level=(("crossbar", (found["structural"],)),)).words
    html = (folder / "report.html").read_text()
    assert stands.words in html.replace("&#39;", "'")
    assert (folder / "figures" / "scoreboard.pdf").is_file()
    assert "scoreboard" in json.loads((folder / "results.json").read_text())
    table = (folder / "tables" / "scoreboard.tex").read_text()
    assert "crossbar" in table
    text = (folder / "methods.md").read_text().replace("\\", "")
    title, model, *_, validation = text.strip().split("\n\n")
    assert title == "# Methods"
    assert model.startswith("Area, energy, latency and throughput were estimated")
    # published chips have a paragraph of their own
    assert validation.startswith(f"The published values were rebuilt by neuroest {stands.record.version}")
    rows = (folder / "data" / "scoreboard.csv").read_text().splitlines()
    assert len(rows) == 1 + sum(row.scored for row in stands.record.rows)


def test_methods_keep_advice_apart_from_failed_checks() -> None:
    failing = estimate("diffusive_28nm_derived", "mlp_mnist_spiking")
    passing = estimate("analog_lif_28nm", "mlp_mnist_spiking")
    text = methods([failing])
    (_, study), advice = text.paragraphs, text.details[-1]
    assert study.startswith(
        "Failed checks: 1M1T1R, naive wiring, 28 nm on Spiking perceptron, MNIST: outside a model's range: "
        "the neuron latches on instead of spiking (5.68, limit 0.5)."
    )
    assert advice.startswith("Advice (not failed checks): 1M1T1R, naive wiring, 28 nm")
    assert not {str(check) for check in failing.advice} & {str(check) for check in failing.failed_checks}
    text = methods([passing])
    (_, study), advice = text.paragraphs, text.details[-1]
    assert study == "The designs pass all checks."
    assert "the columns draw current far longer than they need" in advice


def test_the_roofline_never_stands_above_its_roofs(small: Report) -> None:
    for view in small.views:
        roof = view.roofline
        assert roof.points
        for point in roof.points:
            assert point.attained <= roof.computing * (1 + 1e-9)
            assert point.attained <= roof.rates[point.resource] * point.intensity * (1 + 1e-9)
        # what a layer waits for is either the computing units or one of the resources
        slowest = {name: max(times, key=times.__getitem__) for name, times in view.occupation}
        assert {p.layer for p in roof.points if p.limits} == {
            layer for layer, resource in slowest.items() if resource in roof.rates
        }


def test_the_drawing_library_is_the_one_that_was_published() -> None:
    # the file of D3 7.9.2 as its authors published it; its licence is next to it
    folder = Path(templates.__file__ or "").parent / "templates" / "d3"
    digest = hashlib.sha256((folder / "d3.min.js").read_bytes()).hexdigest()
    assert digest == "912111098ea99503a6f4967361d2bbdc9dbf58cf9c678c8e27e5b02d1a07f0c1"
    assert "Permission to use, copy, modify" in (folder / "LICENSE").read_text()


def test_two_files_of_one_name_are_refused_and_one_file_twice_counts_once(tmp_path: Path) -> None:
    text = shipped("architecture")["analog_lif_28nm"].read_text("utf-8")
    other = tmp_path / "mine.yaml"
    other.write_text(text.replace("rows: 128", "rows: 64"), "utf-8")
    wanted = r"mine\.yaml are both called 'analog_lif_28nm'; give each a `name` of its own"
    with pytest.raises(NeuroestError, match=wanted):
        report(["analog_lif_28nm", other], ["mlp_mnist_spiking"])
    with pytest.raises(NeuroestError, match=wanted):
        compare("analog_lif_28nm", other, "mlp_mnist_spiking")
    same = [shipped("architecture")["analog_lif_28nm"], "analog_lif_28nm"]
    assert len(report(same, ["mlp_mnist_spiking"]).views) == 1


def test_a_sweep_of_any_size_is_read_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    rows = 5000
    frame = pd.DataFrame(
        {
            "chip.tile.array.rows": np.arange(rows, dtype=float),
            "area_m2": random.uniform(1e-6, 2e-6, rows),
            "latency_s": random.uniform(1e-3, 2e-3, rows),
            "feasible": random.random(rows) < 0.5,
            "failed_check": pd.Categorical(["a"] * rows),
        }
    )
    frame.to_parquet(tmp_path / "found.parquet", row_group_size=700)
    frame.to_csv(tmp_path / "found.csv", index=False)
    monkeypatch.setattr("neuroest.reporting.data_files.MOST_POINTS", 1000)
    monkeypatch.setattr("neuroest.reporting.data_files._ROWS", 300)
    good = frame[frame["feasible"]]
    for name in ("found.parquet", "found.csv"):
        found = read_sweep(tmp_path / name)
        assert found.count == len(good)
        wanted = good["chip.tile.array.rows"].iloc[:: math.ceil(len(good) / 1000)]
        assert found.formatted["chip.tile.array.rows"].tolist() == wanted.tolist()
        assert found.results == ("area_m2", "latency_s")
        best = good[list(found.results)][non_dominated(good[list(found.results)].to_numpy())]
        assert sorted(found.front["area_m2"]) == sorted(best["area_m2"])
        packed = sweep_points(found.formatted, found.count)
        assert (packed["rows"], packed["of"]) == (len(wanted), len(good))
