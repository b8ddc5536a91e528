"""Common parts of figures: venue widths, style, axes of quantities, fills distinct in grey, files."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import wraps
from importlib import import_module
from pathlib import Path
from string import ascii_lowercase
from textwrap import wrap
from typing import Any, NamedTuple, ParamSpec

from neuroest.core.errors import NeuroestError, did_you_mean
from neuroest.core.files import figure_bytes, write_figure
from neuroest.core.installed import extra
from neuroest.plotting.quantity_axes import set_axes
from neuroest.reporting.estimate_views import View
from neuroest.reporting.formatting import formatted, typeset, with_subscripts

_Arguments = ParamSpec("_Arguments")


class Venue(NamedTuple):
    """What a venue asks of figures.

    Attributes
    ----------
    column, page : float
        Width of one and of two columns in inches; of Science two and three of its narrow columns.
    least_font : float
        Points of the smallest text.
    """

    column: float
    page: float
    least_font: float


VENUES: Mapping[str, Venue] = {
    "ieee": Venue(3.5, 7.16, 8.0),
    "acm": Venue(3.33, 7.0, 7.0),
    "nature": Venue(3.5, 7.2, 5.0),
    "science": Venue(4.76, 7.24, 5.0),
    "springer": Venue(3.31, 6.85, 8.0),
}
COLUMN, PAGE = VENUES["ieee"][:2]
FORMATS = ("pdf", "svg", "png")
MOST_DESIGNS = 24
"""Most designs in one figure."""
COLOURS = (
    "#006aa6", "#d55e00", "#000000", "#35a882", "#332288", "#9a1750",
    "#56b4e9", "#c98a00", "#c66b9b", "#7a4b1e", "#7d8a1e", "#808080",
)  # fmt: skip
"""Lines and markers, one for each contender; the first six stay apart in grey and for colour-blind readers."""
MARKERS = "osD^v<>phXP*"
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))
SHADE = 0.16
"""Opacity of a shaded band."""
MEDIANS = "lines: medians; shaded: p10 to p90"
"""Legend title of a figure of lines with bands."""

_FILLS = (
    ("#56b4e9", ""), ("#e69f00", "///"), ("#f7f7f7", ""), ("#009e73", "xx"), ("#f0e442", ".."), ("#d55e00", ""),
    ("#cc79a7", "\\\\\\"), ("#56b4e9", "++"), ("#f7f7f7", "oo"), ("#e69f00", "--"), ("#f0e442", "||"),
)  # fmt: skip
"""Of Okabe and Ito, light enough for black hatching, neighbours far apart in grey."""
_HATCHES = ("", "///", "..", "\\\\\\", "xx", "--", "||", "++", "oo", "", "////", "")
_FONT_SIZES = (
    "font.size",
    "axes.titlesize",
    "axes.labelsize",
    "xtick.labelsize",
    "ytick.labelsize",
    "legend.fontsize",
)
_TINT = 0.5
"""Share of its colour in the tint of a contender, so that black text is readable on it."""
OTHERS_FILL: Mapping[str, str] = {"facecolor": "#999999"}
JOURNAL_FONTS = ("Arial", "Helvetica", "Nimbus Sans", "TeX Gyre Heros", "Liberation Sans", "Arimo")
"""Fonts of the metric that journals ask for, the first that is installed is embedded."""
STYLE: Mapping[str, Any] = {
    "font.size": 7.0, "axes.titlesize": 7.0, "axes.labelsize": 7.0, "xtick.labelsize": 6.5, "ytick.labelsize": 6.5,
    "legend.fontsize": 6.0, "legend.frameon": False, "axes.spines.top": False, "axes.spines.right": False,
    "axes.linewidth": 0.6, "hatch.linewidth": 0.4, "lines.linewidth": 0.9, "pdf.fonttype": 42, "svg.fonttype": "none",
    "svg.hashsalt": "neuroest", "savefig.dpi": 300, "text.usetex": False, "text.parse_math": False,
    "font.family": ["sans-serif", "DejaVu Sans"],  # the second has the superscripts that Liberation Sans lacks
    "font.sans-serif": [*JOURNAL_FONTS, "DejaVu Sans"],
}  # fmt: skip
_FILE_SETTINGS: Mapping[str, Any] = {
    key: STYLE[key]
    for key in ("pdf.fonttype", "svg.fonttype", "svg.hashsalt", "text.usetex", "text.parse_math")
}
"""Settings that no style changes: fonts are embedded, and names are no TeX."""
_CHOSEN: ContextVar[tuple[str | None, Mapping[str, Any]]] = ContextVar("figure_style", default=(None, {}))
"""Venue and settings that `figure_style` has chosen."""
HEADLINE = "headline"
"""Mark of a text that says what a figure shows, which a caption repeats."""
_NARROW = 0.8
"""Share of a page up to which a figure for a venue is one column wide."""
_AROUND = 0.8
"""Inches of a figure for its title, the labels of its axes and a line below."""
_LETTER = 0.52
"""Mean width of a letter over the size of the font."""
_HANDLE = 5.0
"""Width of the handle of a legend with the gaps around it over the size of the font."""
_LONGEST_LINE = 24
_LONGEST_NAME = 46


def matplotlib(module: str = "") -> Any:
    """Matplotlib, or one of its modules."""
    return extra(f"matplotlib.{module}".rstrip("."), "report")


def styled(make: Callable[_Arguments, Any]) -> Callable[_Arguments, Any]:
    """A function that makes a figure, in the common style for every caller."""

    @wraps(make)
    def inside(*arguments: _Arguments.args, **options: _Arguments.kwargs) -> Any:
        with _common_style():
            return make(*arguments, **options)

    return inside


@contextmanager
def figure_style(*names: str | Path) -> Iterator[None]:
    """Draw every figure inside this context for a venue, or in styles of matplotlib; an outer one still holds.

    Parameters
    ----------
    *names : str or Path
        A venue (`VENUES`): figures are as wide as its columns, have text of its size and no headline. A style that
        matplotlib knows, such as ``ggplot`` or, with SciencePlots, ``science``; or a file with settings
        (``.mplstyle``). A name of both, such as ``ieee`` with SciencePlots, is both. Later ones come first. Colours,
        fonts and lines follow the style; text is never sent to TeX.

    Raises
    ------
    NeuroestError
        For a style that is neither.

    Examples
    --------
    >>> with figure_style("nature"):
    ...     colour(0), venue_width(5.0)
    ('#006aa6', 3.5)
    """
    outer, outer_settings = _CHOSEN.get()
    settings = dict(outer_settings)
    for name in names:
        settings |= _settings_of(name)
    venue = next((str(name) for name in reversed(names) if str(name) in VENUES), outer)
    token = _CHOSEN.set((venue, settings))
    try:
        yield
    finally:
        _CHOSEN.reset(token)


def _settings_of(name: str | Path) -> dict[str, Any]:
    """Settings of a style, by name or file."""
    styles = matplotlib("style")
    with suppress(ImportError):  # its styles are known once it is imported
        import_module("scienceplots")
    if str(name) in styles.library:
        return dict(styles.library[str(name)])
    if str(name) in VENUES:
        return {}
    if not Path(name).is_file():
        raise NeuroestError(
            f"--style {name}: no venue ({', '.join(VENUES)}), no style of matplotlib and no file"
            f"{did_you_mean(str(name), [*VENUES, *styles.available])}"
        )
    try:
        found = matplotlib().rc_params_from_file(Path(name), use_default_template=False)
    except (OSError, UnicodeDecodeError, SyntaxError) as error:
        raise NeuroestError(f"--style {name}: cannot be read as a style of matplotlib: {error}") from None
    if not found:
        raise NeuroestError(f"--style {name}: states no setting of matplotlib, such as font.size: 7")
    return dict(found)


@contextmanager
def _common_style() -> Iterator[None]:
    sizes = {key: points(STYLE[key]) for key in _FONT_SIZES}
    settings = {**STYLE, **sizes, "axes.prop_cycle": matplotlib("rcsetup").cycler(color=COLOURS)}
    with matplotlib().rc_context({**settings, **_CHOSEN.get()[1], **_FILE_SETTINGS}):
        yield


def font_note() -> str:
    """What to say where none of the fonts that journals ask for is installed; else nothing."""
    manager = matplotlib("font_manager")
    installed = {font.name for font in manager.fontManager.ttflist}
    if installed & set(JOURNAL_FONTS):
        return ""
    return (
        "figures are set in DejaVu Sans, which is wider: none of "
        f"{', '.join(JOURNAL_FONTS)} is installed (Liberation Sans is free)"
    )


def check_figure_path(path: Path) -> None:
    """Check that a figure can be written to a path before its numbers are computed.

    Raises
    ------
    NeuroestError
        For an unknown format, a missing folder, or without matplotlib.
    """
    if path.suffix.removeprefix(".") not in FORMATS:
        raise NeuroestError(f"{path}: figures are written as {', '.join(f'.{form}' for form in FORMATS)}")
    if not path.parent.is_dir():
        raise NeuroestError(f"{path}: the folder {path.parent} does not exist")
    matplotlib()


@styled
def save_figure(figure: Any, path: str | Path | None) -> Any:
    """The figure with its axes set; with a path also as a file, the same bytes each time."""
    _finish(figure, headlines=_CHOSEN.get()[0] is None)
    if path is not None:
        check_figure_path(Path(path))
        write_figure(figure, Path(path))
    return figure


@styled
def draw(path: Path, make: Callable[[], Any]) -> tuple[Path, ...]:
    """Draw a figure with a caption and write it as PDF, SVG and PNG; the same result gives the same files."""
    figure = make()
    _finish(figure, headlines=False)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    written = []
    for form in FORMATS:
        file = path.with_name(f"{path.name}.{form}")
        file.write_bytes(figure_bytes(figure, file.suffix))
        written.append(file)
    return tuple(written)


def _finish(figure: Any, *, headlines: bool) -> None:
    """Take headlines away where a caption says what is drawn, set the axes and lower the indices of formulas."""
    if not headlines:
        for text in figure.findobj(lambda part: part.get_gid() == HEADLINE):
            text.set_text("")
    set_axes(figure)
    for text in figure.findobj(matplotlib("text").Text):
        if (lowered := with_subscripts(text.get_text())) != text.get_text():
            text.set_text(lowered)


_MEAN_WIDTH = 0.55
"""Mean width of a character of a title, over the size of its font."""


def headline(target: Any, text: str) -> None:
    """What a figure, or one panel of it, shows, at its upper left; a figure for a venue has it in its caption."""
    if hasattr(target, "suptitle"):
        # over the whole figure, so that long names on the left do not push it out on the right
        size = points(STYLE["axes.titlesize"])
        most = int(72.0 * target.get_figwidth() / (_MEAN_WIDTH * size))
        lines = [part for line in text.split("\n") for part in wrap(line, most)]
        title = target.suptitle("\n".join(lines), fontsize=size, x=0.01, horizontalalignment="left")
    else:
        title = target.set_title(text, loc="left")
    title.set_gid(HEADLINE)


def new_figure(width: float, height: float, **panels: Any) -> tuple[Any, Any]:
    """A figure and its axes; `panels` as `matplotlib.figure.Figure.subplots` takes them."""
    figure = matplotlib("figure").Figure(
        figsize=(venue_width(width), venue_height(height)), layout="constrained"
    )
    axes = figure.subplots(**panels)
    if len(figure.axes) > 1:
        panel_letters(figure.axes)
    return figure, axes


def venue_width(width: float) -> float:
    """Width of a figure in inches: that of one or of two columns where the figure is for a venue."""
    venue = _CHOSEN.get()[0]
    if venue is None:
        return width
    return VENUES[venue].column if width <= _NARROW * PAGE else VENUES[venue].page


def points(size: float) -> float:
    """Size of a text in points: at least what the venue of the figure asks for.

    Examples
    --------
    >>> points(6.0)
    6.0
    >>> with figure_style("ieee"):
    ...     points(6.0)
    8.0
    """
    venue = _CHOSEN.get()[0]
    return size if venue is None else max(size, VENUES[venue].least_font)


def venue_height(height: float) -> float:
    """Height of a figure in inches, larger by as much as its text."""
    usual: float = STYLE["xtick.labelsize"]
    return height * points(usual) / usual


def legend_columns(inches: float, labels: Iterable[str], most: int) -> int:
    """Columns of a legend, as many as its width in inches holds, at most `most`.

    Examples
    --------
    >>> legend_columns(7.0, ["a chip", "its twin"], 4), legend_columns(1.0, ["a chip", "its twin"], 4)
    (2, 1)
    """
    room = inches * 72.0 / points(STYLE["legend.fontsize"])
    widths = [_LETTER * max(map(len, label.split("\n"))) + _HANDLE for label in labels]
    fitting = (
        count
        for count in range(min(most, len(widths)), 1, -1)
        if sum(max(widths[column::count]) for column in range(count)) <= room
    )
    return next(fitting, 1)


def panel_letters(axes: Iterable[Any]) -> None:
    """A bold a, b, c at the upper left of each panel."""
    for letter, panel in zip(ascii_lowercase, axes, strict=False):
        panel.annotate(
            letter, (0.0, 1.0), (-4.0, 4.0), xycoords="axes fraction", textcoords="offset points",
            ha="right", va="bottom", fontsize=points(8.0), fontweight="bold",
        )  # fmt: skip


def legended_figure(width: float, height: float, below: float, columns: int) -> tuple[Any, Any, Any]:
    """A figure with its axes side by side, and room of its own below each for a legend, heights in inches.

    A legend that hangs out of its axes takes their height away, until none is left.
    """
    figure = matplotlib("figure").Figure(
        figsize=(venue_width(width), venue_height(height + below + _AROUND)), layout="constrained"
    )
    grid = figure.add_gridspec(2, columns, height_ratios=(height, below))
    axes = [figure.add_subplot(grid[0, 0])]
    axes += [figure.add_subplot(grid[0, column], sharey=axes[0]) for column in range(1, columns)]
    if columns > 1:
        panel_letters(axes)
    for one in axes[1:]:
        one.tick_params(labelleft=False)
    under = [figure.add_subplot(grid[1, column]) for column in range(columns)]
    for one in under:
        one.axis("off")
    return figure, axes, under


def legend_below(place: Any, handles: Sequence[Any], columns: int) -> None:
    """A legend of parts in the room that `legended_figure` leaves for it."""
    place.legend(
        handles=handles,
        loc="upper center",
        ncols=columns,
        handlelength=1.4,
        columnspacing=0.8,
        borderaxespad=0.0,
    )


def tick_label(value: float, unit: str) -> str:
    """A quantity as an axis writes it."""
    plain = f"{value:g}" if value == 0.0 or 1e-4 < abs(value) < 1e5 else f"{value:.0e}"
    return typeset(plain if unit == "1" else formatted(value, unit)).removeprefix("1×").replace("ohm", "Ω")


def colour(index: int) -> str:
    """Colour of a contender; that of the chosen style where there is one."""
    chosen = "axes.prop_cycle" in _CHOSEN.get()[1]
    colours = matplotlib().rcParams["axes.prop_cycle"].by_key().get("color", COLOURS) if chosen else COLOURS
    return str(colours[index % len(colours)])


def marker(index: int) -> str:
    """Marker of a contender."""
    return MARKERS[index % len(MARKERS)]


def dashes(index: int) -> Any:
    """Line style of a contender."""
    return DASHES[index % len(DASHES)]


def tint_of(index: int) -> dict[str, Any]:
    """Pale colour and hatching of a contender whose lines have this colour."""
    colours = matplotlib("colors")
    red, green, blue = (1.0 - _TINT * (1.0 - part) for part in colours.to_rgb(colour(index)))
    return {"facecolor": colours.to_hex((red, green, blue)), "hatch": _HATCHES[index % len(_HATCHES)]}


def fill_of(index: int) -> dict[str, str]:
    """Colour and hatching of a part."""
    colour, hatch = _FILLS[index % len(_FILLS)]
    return {"facecolor": colour, "hatch": hatch}


def patch(label: str, fill: Mapping[str, str]) -> Any:
    """A part in a legend."""
    return matplotlib("patches").Patch(edgecolor="black", linewidth=0.3, label=label, **fill)


def line(**options: Any) -> Any:
    """A line or marker in a legend."""
    return matplotlib("lines").Line2D([], [], **options)


def named(name: str, mark: str = "", longest: int = _LONGEST_LINE) -> str:
    r"""A name as a label of at most two lines.

    Examples
    --------
    >>> named("analog_lif_28nm"), named("threshold_switch_of_another_kind_28nm", " *")
    ('analog_lif_28nm', 'threshold_switch_\nof_another_kind_28nm *')
    """
    if len(name) > _LONGEST_NAME:
        name = name[: _LONGEST_NAME - 3] + "..."
    if len(name) <= longest:
        return name + mark
    breaks = [i + 1 for i, c in enumerate(name[:-1]) if c in "_- "] or [len(name) // 2]
    middle = min(breaks, key=lambda i: abs(i - len(name) / 2))
    return f"{name[:middle]}\n{name[middle:]}{mark}"


def design_label(view: View, total: str, longest: int = _LONGEST_LINE) -> str:
    """Name of a design, with a mark where a total is based on projected or assumed values."""
    return named(view.label, " *" if view.marked(total) else "", longest)
