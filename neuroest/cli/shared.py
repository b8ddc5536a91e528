"""Common parts of several verbs: completion, options, output and styles of figures."""

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neuroest.cli.elapsed import without_count
from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.core.files import write_whole
from neuroest.core.lazy_registry import load
from neuroest.core.text_layout import PLAIN, Style, for_terminal
from neuroest.loading.kinds import shipped

if TYPE_CHECKING:
    from neuroest.specs.claims import Claim


# --- What a shell completes ----------------------------------------------------------------------------------------

_SPECS = frozenset({".yaml", ".yml"})


def names(*kinds: str, folder: str = "") -> Callable[[str], list[str]]:
    """Completion by names of shipped files of some kinds (devices of one folder alone), then by paths of spec files."""

    def complete(incomplete: str) -> list[str]:
        found = [
            name
            for kind in kinds
            for name, path in shipped(kind).items()
            if not folder or path.parent.name == folder
        ]
        return [*(name for name in found if name.startswith(incomplete)), *_paths(incomplete)]

    return complete


def _paths(incomplete: str) -> list[str]:
    """Folders and spec files that a path so far may mean; a name without a folder means spec files that are here.

    Of one folder alone also what is in it, so that a shell adds no space behind it; nothing where that is nothing, so
    that the shell completes names of files as it does everywhere.
    """
    begun, _, last = incomplete.rpartition("/")
    here = Path(f"{begun}/" if begun or incomplete.startswith("/") else ".")
    try:
        entries = sorted(entry for entry in here.iterdir() if entry.name.startswith(last))
    except OSError:
        return []
    stem = incomplete[: len(incomplete) - len(last)]
    paths = [
        f"{stem}{entry.name}{'/' if entry.is_dir() else ''}"
        for entry in entries
        if entry.suffix in _SPECS or (entry.is_dir() and stem)
    ]
    if len(paths) != 1 or not paths[0].endswith("/"):
        return paths
    inside = _paths(paths[0])
    return paths + inside if inside else []


def one_of(known: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """Completion by words that are looked up when a shell completes."""
    return lambda incomplete: [word for word in known() if word.startswith(incomplete)]


models = one_of(lambda: load("neuroest.registry.DEVICE_MODELS"))
"""Models of devices."""
fitted_models = one_of(lambda: load("neuroest.fitting.device_fit.MODELS"))
"""Models that `fit` takes."""
cases = one_of(lambda: [*load("neuroest.validation.cases.shipped_cases")()])
"""Published chips."""
characteristics = one_of(
    lambda: [
        load("neuroest.dynamics.characterisation.ALL"),
        *load("neuroest.dynamics.neuron_characteristics.EVERY_NEURON"),
        *load("neuroest.dynamics.characteristics.CHARACTERISTICS"),
    ]
)
"""Characteristics that `simulate` shows."""
quantities = one_of(lambda: load("neuroest.results.quantities.QUANTITIES"))
"""Totals of an estimate."""


def last_of_several(complete: Callable[[str], list[str]]) -> Callable[[str], list[str]]:
    """Completion of the last of several words with commas between them."""

    def completed(incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",")
        return [f"{before}{comma}{word}" for word in complete(last)]

    return completed


def neuron_parameters(context: typer.Context, incomplete: str) -> list[str]:
    """Parameters of the neuron of the command so far."""
    from neuroest.loading.library import load_device  # noqa: PLC0415 - only a shell that completes needs it

    try:
        claims = load_device(next(iter(context.args), "")).claims
    except NeuroestError:
        return []
    return [f"{name}=" for name in claims if name.startswith(incomplete)]


# --- Options and output --------------------------------------------------------------------------------------------

DEFAULT_ARCHITECTURE = "diffusive_low_power_28nm"
"""Default architecture."""
DEFAULT_WORKLOAD = "shd_recurrent_spiking"
"""Default workload."""


class Format(StrEnum):
    """Forms of a result: to read, for programs, and for documents."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"
    LATEX = "latex"


Form = Annotated[Format, typer.Option("--format")]
Relevance = Annotated[float, typer.Option("--relevance", min=0.0)]


complete_architecture = names("architecture")
"""Chips that ship, and spec files."""
complete_workload = names("workload")
"""Networks that ship, and spec files."""


def complete_path(context: typer.Context, incomplete: str) -> list[str]:
    """Paths that can be set in the chip and the network of the command so far, whole or by their last words."""
    from neuroest.design.build import build  # noqa: PLC0415 - only a shell that completes needs it
    from neuroest.design.overrides import settable_paths  # noqa: PLC0415
    from neuroest.loading.library import load_architecture, load_workload  # noqa: PLC0415
    from neuroest.specs.workload import workload_claims  # noqa: PLC0415

    chips = [*context.args, DEFAULT_ARCHITECTURE]  # a shell completes before arguments have names
    networks = context.params.get("workloads") or context.params.get("workload")
    network = networks if isinstance(networks, str) else next(iter(networks or []), DEFAULT_WORKLOAD)
    try:
        design = build(load_architecture(chips[0]))
        numbers = {**design.claims, **workload_claims(load_workload(network).spec)}
        paths = (*settable_paths(design), *numbers)
    except NeuroestError:
        return []
    paths = tuple(dict.fromkeys(paths))
    whole = {path: path for path in paths if path.startswith(incomplete)}
    words = incomplete.count(".") + 1
    tails = [".".join(path.split(".")[-words:]) for path in paths]
    found = whole or {
        tail: path
        for tail, path in zip(tails, paths, strict=True)
        if tail.startswith(incomplete) and tails.count(tail) == 1
    }
    now = [f"{word}={_without_blanks(numbers.get(path))}" for word, path in found.items()]
    # of one path alone its value too, so that a shell adds no space behind the sign
    return [f"{word}=" for word in found] + (now if len(found) == 1 else [])


def _without_blanks(claim: "Claim | None") -> str:
    """A value as a word of a shell; what to write where there is no such word."""
    from neuroest.core.units import format_quantity, parse_quantity  # noqa: PLC0415 - imports numpy

    if claim is None:
        return "VALUE"
    text = format_quantity(claim.value, claim.unit).replace(" ", "")
    try:
        parse_quantity(text, claim.unit)
    except NeuroestError:
        return "VALUE"
    return text


Architecture = Annotated[
    str,
    typer.Argument(
        metavar="ARCH",
        help="Name of a shipped architecture, or a file.",
        autocompletion=complete_architecture,
    ),
]
OptionalArchitecture = Annotated[
    str | None,
    typer.Argument(
        metavar="ARCH",
        help=f"Name of a shipped architecture, or a file; default: {DEFAULT_ARCHITECTURE} and its baseline.",
        autocompletion=complete_architecture,
    ),
]
Baselines = Annotated[
    list[str] | None, typer.Argument(metavar="BASELINE...", autocompletion=complete_architecture)
]
Workload = Annotated[
    str,
    typer.Option(
        "-w",
        "--workload",
        metavar="WORKLOAD",
        help="Name of a shipped workload, or a file.",
        autocompletion=complete_workload,
    ),
]
Workloads = Annotated[
    list[str] | None, typer.Option("-w", "--workload", metavar="WORKLOAD", autocompletion=complete_workload)
]
OptionalWorkload = Annotated[
    str | None, typer.Option("-w", "--workload", metavar="WORKLOAD", autocompletion=complete_workload)
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Change a value for this run, such as array.rows=256; a path may be shortened to "
        "its last parts where these are unambiguous; may be repeated.",
        autocompletion=complete_path,
    ),
]
Given = Annotated[
    Path | None,
    typer.Option(
        "--given",
        metavar="FILE",
        help="Condition the bands on a measured chip: a file of `neuroest calibrate`.",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write to this file instead of the terminal."),
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the random numbers.")]
Plot = Annotated[
    Path | None, typer.Option("-p", "--plot", metavar="FILE", help="Draw a figure: .pdf, .svg or .png.")
]


Labels = Annotated[
    list[str] | None,
    typer.Option(
        "--label",
        metavar="NAME=LABEL",
        help="Name of a design or network in figures, LaTeX and pages; may be repeated.",
    ),
]


def changes(settings: list[str] | None) -> dict[str, str]:
    """Changed values by path, of the option --set."""
    from neuroest.design.overrides import parse_settings  # noqa: PLC0415 - a list needs no designs

    return parse_settings(settings or [])


@contextlib.contextmanager
def given_to(option: str, what: str) -> Iterator[None]:
    """Name the option in the message about an unknown name of this kind.

    Parameters
    ----------
    what : str
        Start of what was looked for, such as ``"parameter"``.
    """
    try:
        yield
    except UnknownNameError as error:
        raise (error.at(option) if error.what.startswith(what) else error) from None


def result_names(words: Iterable[str] | None, option: str) -> list[str]:
    """Names of the results that an option asks for; unknown ones are refused before anything is computed."""
    from neuroest.results.quantities import quantity_names  # noqa: PLC0415 - a list needs no results

    with given_to(option, "result"):
        return list(quantity_names(word.strip() for word in words or []))


def check_figure(path: Path | None) -> None:
    """Refuse a figure that cannot be written, before its numbers are computed."""
    if path is not None:
        from neuroest.plotting.style import check_figure_path  # noqa: PLC0415 - only figures need it

        check_figure_path(path)


def draw(path: Path | None, plot: Callable[[Path], Any]) -> None:
    """Draw a figure if one is asked for, and say where it is."""
    if path is not None:
        plot(path)
        figure_written(path)


def figure_written(path: Path) -> None:
    """Say where a figure is."""
    note([f"figure written to {path}"])


def parse_labels(texts: list[str] | None) -> dict[str, str]:
    """Display names from ``NAME=LABEL`` texts.

    Raises
    ------
    NeuroestError
        For a text of another form.
    """
    pairs = [text.partition("=") for text in texts or []]
    for name, equals, label in pairs:
        if not name.strip() or not equals or not label.strip():
            raise NeuroestError(
                f"--label {name}{equals}{label}: expected NAME=LABEL, such as my_chip='Ag/SiOx neuron'"
            )
    return {name.strip(): label.strip() for name, _, label in pairs}


def style() -> Style:
    """How text is drawn on standard output: with colour on a terminal that wants it."""
    stream = sys.stdout
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    try:
        "█▏".encode(getattr(stream, "encoding", None) or "utf-8")
        blocks = True
    except (UnicodeEncodeError, LookupError):
        blocks = False
    return Style(colour=stream.isatty() and not plain, blocks=blocks)


def style_for(output: Path | None) -> Style:
    """How text is drawn for where it goes."""
    return style() if output is None else PLAIN


def emit_in_form(
    output: Path | None, form: Format, text: Callable[[], str], rows: Callable[[], Any], label: str, data: Any = None
) -> None:  # fmt: skip
    """Write a result in the requested form.

    Parameters
    ----------
    text : callable
        The result to read.
    rows : callable
        Its table: a data frame, or mappings whose keys are the columns.
    label : str
        What the table shows, which LaTeX prints above it.
    data : optional
        Plain data for JSON where the rows do not contain everything.
    """
    if form is Format.TABLE:
        shown = text()
    elif form is Format.JSON and data is not None:
        shown = json.dumps(data, indent=2, allow_nan=False) + "\n"
    else:
        from neuroest.core.document import Table  # noqa: PLC0415
        from neuroest.reporting.latex import to_latex  # noqa: PLC0415 - text on a terminal needs no table model

        table = Table.of_records(rows())
        shown = to_latex(table, label) if form is Format.LATEX else getattr(table, f"to_{form.value}")()
    emit(shown, output)


def emit_result(found: Any, output: Path | None, form: Format, label: str) -> None:
    """Write a result that has a text, and rows or a frame, in the requested form."""
    rows = found.rows if callable(getattr(found, "rows", None)) else found.to_frame
    data = found.to_dict() if form is Format.JSON and hasattr(found, "to_dict") else None
    emit_in_form(output, form, found.to_text, rows, label, data)


def file_of(output: Path | None) -> Path | None:
    """The file that is written to; none on standard output."""
    return None if output is None or str(output) == "-" else output


def workload_name(output: Path | None) -> str | None:
    """Name of a workload that is written to a file; none on standard output."""
    from neuroest.workloads.importers.network import fitting_name  # noqa: PLC0415 - few verbs write one

    file = file_of(output)
    return None if file is None else fitting_name(file.stem, "network")


def note(lines: Iterable[str]) -> None:
    """Print lines for the user that are not part of the result."""
    with without_count():
        for line in lines:
            sys.stderr.write(f"{for_terminal(line)}\n")


def emit(text: str, output: Path | None = None) -> None:
    """Write a result to standard output, or to a file that is either complete or untouched."""
    if output is None or str(output) == "-":
        with contextlib.suppress(AttributeError):
            sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # absent where tests replace it
        with without_count():
            sys.stdout.write(for_terminal(text))
            sys.stdout.flush()
        return
    write_whole(output, text.encode("utf-8"))


# --- The option --style of every verb that draws -------------------------------------------------------------------

_HELP = (
    "Draw for a venue (ieee, acm, nature, science, springer), in a style of matplotlib by its name, or in that of a "
    ".mplstyle file; may be repeated."
)


def style_option() -> Any:
    """The option; what it names holds until the verb is done."""
    holder = typer.Typer(add_completion=False)
    holder.command()(_holder)
    return next(option for option in typer.main.get_command(holder).params if option.name == "style")


def _chosen(context: typer.Context, names: list[str] | None) -> list[str]:
    if names:
        from neuroest.plotting.style import figure_style  # noqa: PLC0415 - only figures need it

        context.with_resource(figure_style(*names))
    context.call_on_close(_say_font)
    return names or []


def _say_font() -> None:
    """Where something was drawn in a font that journals do not take, say so."""
    if "matplotlib.font_manager" in sys.modules:
        from neuroest.plotting.style import font_note  # noqa: PLC0415 - only figures need it

        note([said] if (said := font_note()) else [])


def _holder(
    style: Annotated[
        list[str] | None,
        typer.Option("--style", metavar="FILE|NAME", callback=_chosen, expose_value=False, help=_HELP),
    ] = None,
) -> None:
    """Carry the option."""
