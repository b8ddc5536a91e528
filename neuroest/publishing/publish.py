"""Write a report: page, tables, figures, methods, bibliography and data in one folder."""

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from neuroest.core.document import Interval, Quantity, Share, Table
from neuroest.core.files import read_data
from neuroest.core.installed import extra
from neuroest.core.progress import Progress, part, silent
from neuroest.core.text_layout import words
from neuroest.plotting.chip import area_map_figure, block_diagram, energy_map_figure
from neuroest.plotting.published import scoreboard_figure
from neuroest.plotting.results import (
    MOST_BESIDE,
    bottleneck_figure,
    breakdown_figure,
    parts_figure,
    ratios_figure,
    tiers_figure,
    tradeoff_figure,
)
from neuroest.plotting.studies import points_figure
from neuroest.plotting.style import COLUMN, MOST_DESIGNS, PAGE, draw, figure_style, matplotlib
from neuroest.plotting.uncertainty import distribution_figure, tornado_figure
from neuroest.reporting import latex
from neuroest.reporting.data_files import SweepPoints, read_sweep, sweep_points
from neuroest.reporting.estimate_document import tiers_table
from neuroest.reporting.estimate_views import View
from neuroest.reporting.formatting import counted, short
from neuroest.reporting.page import Plan, page
from neuroest.reporting.report import Report, unique_slugs, write_file, write_folder, write_tables, write_text
from neuroest.reporting.validation_coverage import TABLE_HEAD
from neuroest.results.comparison import LEAST_UNPROVEN

_TEXTS = read_data(Path(__file__).with_name("figures.yaml"))
_WORDS = {"bands": _TEXTS["bands"], "mark": _TEXTS["mark"].format(share=LEAST_UNPROVEN * 100)}

MOST_DRAWN_ALONE = 4
"""Designs per network with their own tornado, roofline and area map."""


def plans(report: Report, sweep: SweepPoints | None) -> list[Plan]:
    """All figures of a report."""
    widths = (COLUMN, PAGE)
    names = unique_slugs([name for name, _ in report.networks])
    found: list[Plan] = []
    for network, views in report.networks:
        found += _of_network(report, network, names[network], views, widths)
    found += _of_designs(report, widths)
    standing = report.validation_coverage
    kinds = ", ".join(standing.levels).replace("_", " ")
    make = partial(scoreboard_figure, standing, widths[1])
    found.append(_plan("scoreboard", "scoreboard", make, version=standing.record.version, kinds=kinds))
    if sweep is not None and sweep.results:
        shown = len(sweep.formatted)
        left = f"; {counted(sweep.infeasible, 'infeasible point')} left out" if sweep.infeasible else ""
        drawn = f" ({shown} of them drawn)" if shown < sweep.count else ""
        points = counted(sweep.count, "point")
        make = partial(points_figure, sweep, widths[0])
        found.append(_plan("sweep", "sweep", make, points=points, drawn=drawn, left=left))
    return found


def _plan(kind: str, name: str, make: Callable[[], Any], **words: str) -> Plan:
    """A figure with the title and caption of its kind."""
    text, filled = _TEXTS["figures"][kind], {**_WORDS, **words}
    title, caption = (text[key].format(**filled) for key in ("title", "caption"))
    return Plan(name, title, caption, make, wide=text.get("wide", False))


def _of_network(
    report: Report, network: str, name: str, views: Sequence[View], widths: tuple[float, float]
) -> Iterator[Plan]:
    narrow, wide = widths
    most = MOST_DESIGNS
    words = {
        "network": views[0].network,
        "left": f" The first {most} of {len(views)} designs." if len(views) > most else "",
        "drawn": "; ".join(view.label for view in views[:MOST_BESIDE]),
        "first": views[0].label,
    }
    for quantity, about in _TEXTS["quantities"].items():
        make = partial(breakdown_figure, views, quantity, wide)
        yield _plan("shares", f"{quantity}_{name}", make, **words, **about)
        make = partial(parts_figure, views, quantity, wide)
        yield _plan("parts", f"{quantity}_parts_{name}", make, **words, **about)
    comparison = report.comparisons.get(network)
    if comparison is not None:
        _ = comparison.ratios  # before the workers part, so that it is computed once
        yield _plan("ratios", f"ratios_{name}", partial(ratios_figure, comparison, narrow), **words)
        yield _plan("tradeoff", f"tradeoff_{name}", partial(tradeoff_figure, views, narrow), **words)
    yield _plan("distribution", f"distribution_{name}", partial(distribution_figure, views, narrow), **words)


def _of_designs(report: Report, widths: tuple[float, float]) -> Iterator[Plan]:
    """Figures of a single design, drawn for the first design of each network."""
    narrow, wide = widths
    chosen = [
        (network, view, len(views)) for network, views in report.networks for view in views[:MOST_DRAWN_ALONE]
    ]
    names = unique_slugs([_pair(network, view) for network, view, _ in chosen])
    for network, view, of in chosen:
        name = names[_pair(network, view)]
        left = f" Drawn of the first {MOST_DRAWN_ALONE} of {of} designs." if of > MOST_DRAWN_ALONE else ""
        words = {"who": view.estimate.label, "left": left}
        yield _plan("tornado", f"tornado_{name}", partial(tornado_figure, view, narrow), **words)
        yield _plan("bottleneck", f"bottleneck_{name}", partial(bottleneck_figure, view, wide), **words)
        make = partial(block_diagram, view.estimate, wide)
        yield _plan("block_diagram", f"block_diagram_{name}", make, **words)
        yield _plan("area_map", f"area_map_{name}", partial(area_map_figure, view, narrow), **words)
        if view.estimate.tiers:
            yield _plan("tiers", f"tiers_{name}", partial(tiers_figure, view, narrow), **words)
        if view.estimate.shells:
            yield _plan("energy_map", f"energy_map_{name}", partial(energy_map_figure, view, narrow), **words)


def _pair(network: str, view: View) -> str:
    return f"{network}\n{view.architecture}"


_WORKERS = 2
_SIGNAL_OF_PARENT = 1
"""What Linux calls PR_SET_PDEATHSIG: send a signal to this process when its parent dies."""
_FLOATS = 3
"""Tables between two page breaks; LaTeX holds back no more than a few."""
_LEAST_SHARE = 1e-3
"""Share of the energy from which a part has a row."""
_FIGURES = 8
"""Figures between two page breaks."""
_PLANS: list[tuple[str, Callable[[], Any]]] = []
"""What worker processes draw; they inherit it, since figures cannot be sent."""


def publish(
    report: Report,
    target: str | Path,
    *,
    venue: str | None = None,
    force: bool = False,
    bundle: bool = False,
    progress: Progress = silent,
) -> None:
    """Write a report as a folder, completely or not at all.

    Parameters
    ----------
    report : Report
        Result of `neuroest.report`.
    target : str or Path
        Folder to create.
    venue : str, optional
        Venue for which the figures are drawn, one of `neuroest.plotting.style.VENUES`.
    force : bool
        Replace a report of the same name.
    bundle : bool
        Pack the inputs of ``neuroest rerun`` into ``bundle.zip``.
    progress : callable
        Callback that receives the finished share.
    """
    matplotlib()
    extra("jinja2", "report")
    sweep = read_sweep(report.sweep) if report.sweep is not None else None
    with figure_style(*([venue] if venue else [])):
        write_folder(Path(target), partial(_fill, report, sweep, bundle, progress), force=force)


def _fill(report: Report, sweep: SweepPoints | None, bundle: bool, progress: Progress, folder: Path) -> None:
    write_tables(report, folder / "data")
    write_text(report, folder)
    drawn = plans(report, sweep)
    _draw(drawn, folder / "figures", part(progress, 0, 2))
    (folder / "tables").mkdir()
    tables = dict(latex_tables(report))
    for name, text in tables.items():
        write_file(folder / "tables" / f"{name}.tex", text)
    figures = []
    for at, plan in enumerate(drawn):
        # a page break before LaTeX holds back more figures than it can
        pause = "\\clearpage\n" if at and at % _FIGURES == 0 else ""
        star, width = ("*", r"\textwidth") if plan.wide else ("", r"\columnwidth")
        # the ratios lead to the table of what differs
        differences = rf"~\ref{{tab:differences:{plan.name.removeprefix('ratios_')}}}"
        caption = latex.tex(plan.caption.replace(" {differences}", "@")).replace("@", differences)
        figures.append(
            f"{pause}\\begin{{figure{star}}}[tb]\\centering\\hbadness=10000\\emergencystretch=2em"
            f"\\includegraphics[width={width}]{{figures/{plan.name}.pdf}}\n"
            f"\\caption{{{caption}}}\\label{{fig:{plan.name}}}\\end{{figure{star}}}\n"
        )
    write_file(folder / "figures.tex", "\n".join(figures))
    write_file(folder / "report.tex", _article([*tables]))
    pictures = [(plan, folder / "figures" / f"{plan.name}.svg") for plan in drawn]
    points = sweep_points(sweep.formatted, sweep.count, sweep.infeasible) if sweep is not None else None
    write_file(folder / "report.html", page(report, points, pictures))
    progress(1.0)
    if bundle:
        from neuroest.reporting.bundle import write_bundle  # noqa: PLC0415 - rarely asked for

        write_bundle(report, folder)


def latex_tables(report: Report) -> Iterator[tuple[str, str]]:
    """Names of all tables, and each as LaTeX."""
    names = unique_slugs([name for name, _ in report.networks])
    for network, views in report.networks:
        name, (first, *_) = names[network], views
        if network in report.comparisons:
            for kind, text in latex.comparison_tables(report.comparisons[network], f":{name}").items():
                yield f"{kind}_{name}", text
        else:
            yield f"results_{name}", latex.results_latex([first.estimate], f"tab:results:{name}")
        about = f"Energy of one inference of {first.estimate.label} by component"
        found = first.breakdown("energy", "component")
        rows = [
            (
                item.name, Quantity(item.value, "J"), Share(item.share),
                "" if item.low is None or item.high is None else Interval(item.low, item.high, "J"),
            )
            for item in (found.slices if found else ()) if item.share >= _LEAST_SHARE
        ]  # fmt: skip
        table = Table.of(("part", "energy, nominal", "share", "p10 .. p90"), rows, "<>>>")
        yield f"energy_{name}", latex.to_latex(table, about, f"tab:energy:{name}")
        if first.estimate.tiers:
            tiers = tiers_table(first.estimate)
            about = f"{first.estimate.label}. {tiers.title}"
            yield f"tiers_{name}", latex.to_latex(tiers, about, f"tab:tiers:{name}")
    coverage = report.validation_coverage
    about = (
        f"Values of published chips and the estimates, by kind of computing level and class. {coverage.words}"
    )
    yield (
        "scoreboard",
        latex.to_latex(Table.of(TABLE_HEAD, coverage.table(), "<<>>>>"), about, "tab:scoreboard"),
    )
    if report.assumptions:
        claims = [
            (
                f"{f'{owner}: ' if owner else ''}{words(short(claim.path).rpartition('.')[2])}",
                Quantity(claim.value, claim.unit),
                Interval(claim.low, claim.high, claim.unit) if claim.has_spread else "",
                claim.basis, (claim.rationale or claim.description) + (f" [{claim.source}]" if claim.source else ""),
            )
            for owner, claim in report.assumptions
        ]  # fmt: skip
        table = Table.of(("parameter", "value", "p10 .. p90", "basis", "reason"), claims, "<>><<")
        about = "Assumed and projected parameters"
        yield "assumptions", latex.to_latex(table, about, "tab:assumptions")


def _article(tables: list[str]) -> str:
    """A bare article with everything in it: what to look at, and how the parts are used."""
    lines = [
        latex.preamble({"columns": "twocolumn", "paper": "a4paper"}),
        r"\begin{document}",
        r"\section*{Methods}",
        r"\input{methods.tex}",
    ]
    for index, name in enumerate(tables):
        lines += [
            rf"\input{{tables/{name}.tex}}",
            *([r"\clearpage"] if index % _FLOATS == _FLOATS - 1 else []),
        ]
    lines += [
        r"\clearpage",
        r"\input{figures.tex}",
        r"\clearpage",
        r"\section*{Supplement to the methods}",
        r"\input{supplement.tex}",
        r"\clearpage\sloppy\hbadness=10000",
        r"\bibliographystyle{plain}",
        r"\bibliography{references}",
        r"\end{document}",
    ]
    return "\n".join(lines) + "\n"


def _draw(drawn: list[Plan], folder: Path, progress: Progress) -> None:
    folder.mkdir()
    _PLANS[:] = [(str(folder / plan.name), plan.make) for plan in drawn]
    try:
        if sys.platform == "linux" and multiprocessing.current_process().daemon is False:
            matplotlib("backends.backend_pdf")
            context = multiprocessing.get_context("fork")
            workers = min(_WORKERS, multiprocessing.cpu_count())
            with context.Pool(workers, initializer=_begin, initargs=(os.getpid(),)) as pool:
                for done, _ in enumerate(pool.imap(_draw_one, range(len(_PLANS))), 1):
                    progress(done / len(_PLANS))
        else:
            for index in range(len(_PLANS)):
                _draw_one(index)
                progress((index + 1) / len(_PLANS))
    finally:
        _PLANS.clear()


def _begin(parent: int) -> None:
    """Leave interrupts to the parent, and end without a word when it is killed."""
    ctypes.CDLL(None).prctl(_SIGNAL_OF_PARENT, signal.SIGKILL)
    if os.getppid() != parent:  # it was killed before the system knew
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers Ctrl-C
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # by which a pool ends its workers


def _draw_one(index: int) -> None:
    name, make = _PLANS[index]
    draw(Path(name), make)
