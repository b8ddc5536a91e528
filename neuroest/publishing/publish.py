"""Write a report: page, tables, figures, methods, bibliography and data in one folder."""

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from neuroest.core.extras import extra
from neuroest.core.progress import Progress, part, silent
from neuroest.plotting.style import draw, matplotlib
from neuroest.publishing.figure_list import plans
from neuroest.reporting import latex
from neuroest.reporting.page import Plan, page
from neuroest.reporting.report import Report, unique_slugs, write_file, write_folder, write_tables, write_text
from neuroest.reporting.sweep_data import SweepPoints, read_sweep, sweep_points

_WORKERS = 2
_SIGNAL_OF_PARENT = 1
"""What Linux calls PR_SET_PDEATHSIG: send a signal to this process when its parent dies."""
_FLOATS = 3
"""Tables between two page breaks; LaTeX holds back no more than a few."""
_FIGURES = 8
"""Figures between two page breaks."""
_PLANS: list[tuple[str, Callable[[], Any]]] = []
"""What worker processes draw; they inherit it, since figures cannot be sent."""


def publish(
    report: Report,
    target: str | Path,
    *,
    venue: str = "ieee",
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
    venue : str
        Venue whose column widths the figures use, one of `neuroest.plotting.style.VENUES`.
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
    write_folder(Path(target), partial(_fill, report, sweep, venue, bundle, progress), force=force)


def _fill(
    report: Report, sweep: SweepPoints | None, venue: str, bundle: bool, progress: Progress, folder: Path
) -> None:
    write_tables(report, folder / "data")
    write_text(report, folder)
    drawn = plans(report, sweep, venue)
    _draw(drawn, folder / "figures", part(progress, 0, 2))
    tables = _write_latex(report, folder)
    write_file(folder / "figures.tex", _environments(drawn))
    write_file(folder / "report.tex", _article(tables))
    pictures = [(plan, folder / "figures" / f"{plan.name}.svg") for plan in drawn]
    points = sweep_points(sweep.formatted, sweep.count, sweep.infeasible) if sweep is not None else None
    write_file(folder / "report.html", page(report, points, pictures))
    progress(1.0)
    if bundle:
        from neuroest.reporting.bundle import write_bundle  # noqa: PLC0415 - rarely asked for

        write_bundle(report, folder)


def _write_latex(report: Report, folder: Path) -> list[str]:
    (folder / "tables").mkdir()
    names = unique_slugs([name for name, _ in report.networks])
    written = []

    def write(name: str, text: str) -> None:
        write_file(folder / "tables" / f"{name}.tex", text)
        written.append(name)

    for network, views in report.networks:
        name = names[network]
        comparison = report.comparisons.get(network)
        if comparison is not None:
            write(f"differences_{name}", latex.differences_table(comparison, f"tab:differences:{name}"))
        write(f"results_{name}", latex.results_table(views, label=f"tab:results:{name}"))
        if comparison is not None:
            write(
                f"ratios_{name}",
                latex.ratios_table(comparison, f"tab:ratios:{name}", f"tab:differences:{name}"),
            )
            write(f"paces_{name}", latex.paces_table(comparison, f"tab:paces:{name}"))
        write(f"energy_{name}", latex.breakdown_table(views[0], f"tab:energy:{name}"))
        if views[0].estimate.tiers:
            write(f"tiers_{name}", latex.tiers_table(views[0].estimate, f"tab:tiers:{name}"))
    write("scoreboard", latex.scoreboard_table(report.validation_coverage, "tab:scoreboard"))
    if report.assumptions:
        write("assumptions", latex.assumptions_table(report.assumptions, "tab:assumptions"))
    return written


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


def _environments(drawn: Sequence[Plan]) -> str:
    """All figures, with a page break before LaTeX holds back more than it can."""
    lines = []
    for index, plan in enumerate(drawn):
        lines += [*([r"\clearpage"] if index and index % _FIGURES == 0 else []), _environment(plan)]
    return "\n".join(lines)


def _environment(plan: Plan) -> str:
    """A figure with its caption for LaTeX; the ratios lead to the table of what differs."""
    star, width = ("*", r"\textwidth") if plan.wide else ("", r"\columnwidth")
    slug = plan.name.removeprefix("ratios_")
    caption = latex.tex(plan.caption.replace(" {differences}", "@")).replace(
        "@", rf"~\ref{{tab:differences:{slug}}}"
    )
    return (
        f"\\begin{{figure{star}}}[tb]\\centering\\hbadness=10000\\emergencystretch=2em\\includegraphics[width={width}]{{figures/{plan.name}.pdf}}\n"
        f"\\caption{{{caption}}}\\label{{fig:{plan.name}}}\\end{{figure{star}}}\n"
    )


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
